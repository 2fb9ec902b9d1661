"""First schema of the store."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from raid_log.columns import Digest, Flag, Instant, Money, Words

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and the one row of ``head``."""
    op.create_table(
        "head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=255), nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_head")),
    )
    op.create_table(
        "item",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("type", sa.String(length=255), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("interface", sa.String(length=255), nullable=False),
        sa.Column("contract", sa.String(length=255), nullable=False),
        sa.Column("cause", sa.String(length=255), nullable=False),
        sa.Column("field", sa.String(length=255), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_item")),
    )
    op.create_table(
        "rule",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("contract", sa.String(length=255), nullable=False),
        sa.Column("version", sa.String(length=255), nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("file", sa.String(length=255), nullable=False),
        sa.Column("column", sa.String(length=255), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("severity", sa.String(length=255), nullable=False),
        sa.Column("code", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_rule")),
    )
    op.create_index(op.f("ix_rule_contract_version"), "rule", ["contract", "version"])
    op.create_table(
        "run",
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("finished_at", Instant(), nullable=False),
        sa.Column("profile", sa.String(length=255), nullable=False),
        sa.Column("harness_version", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
    )
    op.create_table(
        "event",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("kind", sa.String(length=255), nullable=False),
        sa.Column("before", sa.String(length=255), nullable=False),
        sa.Column("after", sa.String(length=255), nullable=False),
        sa.Column("by", sa.String(length=255), nullable=False),
        sa.Column("role", sa.String(length=255), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("run", sa.String(length=255), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(length=255), nullable=False),
        sa.Column("hash", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["item.number"], name=op.f("fk_event_item")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_event")),
    )
    op.create_index(op.f("ix_event_item"), "event", ["item"])
    op.create_table(
        "fingerprint",
        sa.Column("fingerprint", sa.String(length=255), nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["item.number"], name=op.f("fk_fingerprint_item")),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_fingerprint")),
    )
    op.create_index(op.f("ix_fingerprint_item"), "fingerprint", ["item"])
    op.create_table(
        "submission",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("run_id", sa.String(length=255), nullable=False),
        sa.Column("interface", sa.String(length=255), nullable=False),
        sa.Column("contract", sa.String(length=255), nullable=False),
        sa.Column("version", sa.String(length=255), nullable=False),
        sa.Column("contract_status", sa.String(length=255), nullable=False),
        sa.Column("release", sa.String(length=255), nullable=False),
        sa.Column("profile", sa.String(length=255), nullable=False),
        sa.Column("payload", Words(1000), nullable=False),
        sa.Column("sha256", sa.String(length=255), nullable=False),
        sa.Column("submitted_at", Instant(), nullable=False),
        sa.Column("cycle", sa.String(length=255), nullable=False),
        sa.Column("evidence_class", sa.String(length=255), nullable=False),
        sa.Column("environment", sa.String(length=255), nullable=False),
        sa.Column("negative", Flag(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("conforming", sa.Integer(), nullable=False),
        sa.Column("amount", Money(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_submission_run_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_submission")),
        sa.UniqueConstraint("id", name=op.f("uq_submission_id")),
    )
    op.create_index(op.f("ix_submission_interface_cycle"), "submission", ["interface", "cycle"])
    op.create_index(op.f("ix_submission_run_id"), "submission", ["run_id"])
    op.create_index(op.f("ix_submission_submitted_at"), "submission", ["submitted_at"])
    op.create_table(
        "finding_sample",
        sa.Column("submission", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("file", sa.String(length=255), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("record", sa.Text(), nullable=True),
        sa.Column("column", sa.String(length=255), nullable=False),
        sa.Column("rule", sa.String(length=255), nullable=False),
        sa.Column("severity", sa.String(length=255), nullable=False),
        sa.Column("code", sa.String(length=255), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["submission"], ["submission.number"], name=op.f("fk_finding_sample_submission")),
        sa.PrimaryKeyConstraint("submission", "position", name=op.f("pk_finding_sample")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "occurrence",
        sa.Column("item", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("submission", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("stage", sa.String(length=2), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("amount", Money(), nullable=True),
        sa.Column("comparison", sa.String(length=255), nullable=True),
        sa.ForeignKeyConstraint(["item"], ["item.number"], name=op.f("fk_occurrence_item")),
        sa.ForeignKeyConstraint(["submission"], ["submission.number"], name=op.f("fk_occurrence_submission")),
        sa.PrimaryKeyConstraint("item", "submission", "stage", name=op.f("pk_occurrence")),
    )
    op.create_table(
        "rule_status",
        sa.Column("submission", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rule", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("status", sa.String(length=255), nullable=False),
        sa.Column("findings", sa.Integer(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["rule"], ["rule.number"], name=op.f("fk_rule_status_rule")),
        sa.ForeignKeyConstraint(["submission"], ["submission.number"], name=op.f("fk_rule_status_submission")),
        sa.PrimaryKeyConstraint("submission", "rule", name=op.f("pk_rule_status")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "unit_attempt",
        sa.Column("submission", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key_hash", Digest(), nullable=False),
        sa.Column("check_attempt", sa.Integer(), nullable=True),
        sa.Column("send_attempt", sa.Integer(), nullable=True),
        sa.Column("conforms", Flag(), nullable=False),
        sa.Column("predicted", sa.String(length=8), nullable=False),
        sa.Column("outcome", sa.String(length=24), nullable=True),
        sa.Column("stage", sa.String(length=2), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("amount", Money(), nullable=True),
        sa.ForeignKeyConstraint(["submission"], ["submission.number"], name=op.f("fk_unit_attempt_submission")),
        sa.PrimaryKeyConstraint("submission", "position", name=op.f("pk_unit_attempt")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_unit_attempt_key_hash"), "unit_attempt", ["key_hash"])
    op.execute(f"INSERT INTO head (id, event, hash, item) VALUES (1, 0, '{'0' * 64}', 0)")  # noqa: S608 - no input
