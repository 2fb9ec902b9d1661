"""Results of outside test providers, control totals of submissions, outages; indexes for a log of years."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from raid_log.columns import Empty, Instant, Money, Words

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_COUNTS = ("planned", "executed", "passed", "failed", "blocked", "critical", "significant", "moderate", "minor")


def upgrade() -> None:
    """Make the new tables and indexes; no submission so far ended by an outage that was noted."""
    op.add_column("submission", sa.Column("outage", Words(1000), nullable=False, server_default=Empty()))
    op.create_table(
        "control_total",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("submission", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("by", sa.String(length=255), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("amount", Money(), nullable=True),
        sa.ForeignKeyConstraint(["submission"], ["submission.number"], name=op.f("fk_control_total_submission")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_control_total")),
    )
    op.create_index(op.f("ix_control_total_submission"), "control_total", ["submission"])
    op.create_table(
        "outside_import",
        sa.Column("sha256", sa.String(length=255), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("by", sa.String(length=255), nullable=False),
        sa.Column("provider", sa.String(length=255), nullable=False),
        sa.Column("file", Words(1000), nullable=False),
        sa.Column("format", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_outside_import")),
    )
    op.create_table(
        "outside_result",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("suite", sa.String(length=255), nullable=False),
        sa.Column("run", sa.String(length=255), nullable=False),
        sa.Column("interface", sa.String(length=255), nullable=False),
        sa.Column("ended_at", Instant(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in _COUNTS),
        sa.ForeignKeyConstraint(["source"], ["outside_import.sha256"], name=op.f("fk_outside_result_source")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_outside_result")),
    )
    op.create_index(op.f("ix_outside_result_source"), "outside_result", ["source"])
    # The last event of each item up to a moment is read from the index alone.
    op.drop_index(op.f("ix_event_item"), "event")
    op.create_index(op.f("ix_event_item_at"), "event", ["item", "at"])
    op.create_index(op.f("ix_event_run"), "event", ["run"])
    op.create_index(op.f("ix_event_at"), "event", ["at"])
    op.create_index(op.f("ix_occurrence_submission"), "occurrence", ["submission"])
