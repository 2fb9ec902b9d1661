"""Closed weeks: what the report of a week says, written once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from raid_log.columns import Instant, LongText

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; weeks of the past are closed when a report is made."""
    op.create_table(
        "closed_week",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("closed_at", Instant(), nullable=False),
        sa.Column("sha256", sa.String(length=255), nullable=False),
        sa.Column("figures", LongText(), nullable=False),
        sa.Column("content", LongText(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_closed_week")),
    )
