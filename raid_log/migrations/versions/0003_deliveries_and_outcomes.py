"""Journal of deliveries; predictions, answers and outcomes per accept unit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from raid_log.columns import Flag, Instant, ShortText, Words

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the new tables; give a unit its exclusion, and an occurrence its comparison as part of its key."""
    _journal()
    _outcomes()
    op.add_column("unit_attempt", sa.Column("excluded", Flag(), nullable=False, server_default=sa.false()))
    comparison = sa.column("comparison", ShortText(255))
    op.execute(sa.update(sa.table("occurrence", comparison)).values(comparison="").where(comparison.is_(None)))
    with op.batch_alter_table("occurrence") as occurrence:
        occurrence.alter_column("comparison", existing_type=sa.String(length=255), nullable=False)
        occurrence.drop_constraint(op.f("pk_occurrence"), type_="primary")
        occurrence.create_primary_key(op.f("pk_occurrence"), ["item", "submission", "stage", "comparison"])


def _journal() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("interface", sa.String(length=255), nullable=False),
        sa.Column("contract", sa.String(length=255), nullable=False),
        sa.Column("version", sa.String(length=255), nullable=False),
        sa.Column("payload", Words(1000), nullable=False),
        sa.Column("sha256", sa.String(length=255), nullable=False),
        sa.Column("cycle", sa.String(length=255), nullable=False),
        sa.Column("environment", sa.String(length=255), nullable=False),
        sa.Column("evidence_class", sa.String(length=255), nullable=False),
        sa.Column("document", sa.String(length=255), nullable=False),
        sa.Column("step", sa.String(length=255), nullable=False),
        sa.Column("request", sa.String(length=255), nullable=False),
        sa.Column("run", sa.String(length=255), nullable=False),
        sa.Column("submission", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
    )
    op.create_index(op.f("ix_delivery_sha256"), "delivery", ["sha256"])
    op.create_index(op.f("ix_delivery_opened_at"), "delivery", ["opened_at"])
    op.create_table(
        "delivery_step",
        sa.Column("delivery", sa.String(length=255), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("step", sa.String(length=255), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["delivery"], ["delivery.id"], name=op.f("fk_delivery_step_delivery")),
        sa.PrimaryKeyConstraint("delivery", "number", name=op.f("pk_delivery_step")),
        sqlite_with_rowid=False,
    )


def _outcomes() -> None:
    op.create_table(
        "prediction",
        sa.Column("submission", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rule", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(["submission"], ["submission.number"], name=op.f("fk_prediction_submission")),
        sa.PrimaryKeyConstraint("submission", "position", "rule", name=op.f("pk_prediction")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "answer",
        sa.Column("submission", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("file", sa.String(length=255), nullable=False),
        sa.Column("column", sa.String(length=255), nullable=False),
        sa.Column("code", sa.String(length=255), nullable=False),
        sa.Column("said", Words(1000), nullable=False),
        sa.Column("rule", sa.String(length=255), nullable=False),
        sa.Column("counts", Flag(), nullable=False),
        sa.ForeignKeyConstraint(["submission"], ["submission.number"], name=op.f("fk_answer_submission")),
        sa.PrimaryKeyConstraint("submission", "position", "number", name=op.f("pk_answer")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "outcome_change",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("submission", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("before", sa.String(length=24), nullable=True),
        sa.Column("after", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["submission"], ["submission.number"], name=op.f("fk_outcome_change_submission")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_outcome_change")),
    )
    op.create_index(op.f("ix_outcome_change_submission"), "outcome_change", ["submission"])
