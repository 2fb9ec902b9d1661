"""Alembic's entry: runs the scripts on the connection, and in the transaction, that the store hands over."""

from __future__ import annotations

from alembic import context

from raid_log.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite alters a table by copying it
)
with context.begin_transaction():
    context.run_migrations()
