"""Scores of contracts: mutants of their rules killed, seeded faults caught."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from raid_log.columns import Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of measurements and their scores."""
    op.create_table(
        "measurement",
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("harness_version", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measurement")),
    )
    op.create_index(op.f("ix_measurement_at"), "measurement", ["at"])
    op.create_table(
        "score",
        sa.Column("measurement", sa.String(length=255), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("contract", sa.String(length=255), nullable=False),
        sa.Column("version", sa.String(length=255), nullable=False),
        sa.Column("profile", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=255), nullable=False),
        sa.Column("operator", sa.String(length=255), nullable=False),
        sa.Column("caught", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("explained", sa.Integer(), nullable=False),
        sa.Column("missed", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["measurement"], ["measurement.id"], name=op.f("fk_score_measurement")),
        sa.PrimaryKeyConstraint("measurement", "position", name=op.f("pk_score")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_score_contract_profile"), "score", ["contract", "profile"])
