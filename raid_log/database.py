"""How a database is opened: engine, schema, and what its errors mean."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, select, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from raid_log.errors import StoreError
from raid_log.tables import Head

MIGRATIONS = Path(__file__).parent / "migrations"
GENESIS = "0" * 64
"""What the first event of a store has for the hash of the event before it."""

_UPGRADE_LOCK = 0x52414944  # PostgreSQL advisory lock: one process at a time makes or upgrades the schema
_MEANINGS = (  # word of the database -> what, what to do
    ("is locked", "the store is locked by another program", "wait until that program has ended, then try again"),
    ("not a database", "the file is not a store", "name another file, or move this one away"),
    ("malformed", "the store is damaged", "restore it from a backup"),
    ("readonly", "the store is not writable", "give the user write access to the file and its folder"),
    ("unable to open", "the store cannot be opened or made", "make the folder, and give the user access to it"),
    ("disk is full", "the disk of the store is full", "make room, then try again"),
)


def connect(url: str, wait_seconds: float) -> Engine:
    """Return an engine for ``url``; SQLite gets write-ahead log, foreign keys and ``wait_seconds`` for a lock.

    Raises StoreError if the URL is none, or its driver is not installed. Nothing is opened yet.
    """
    try:
        engine = create_engine(make_url(url))
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, ValueError) as error:
        where = _shown(url)
        raise StoreError(f"no database can be named so: {type(error).__name__}", where, _TODO_URL) from error
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine, wait_seconds)
    return engine


_TODO_URL = "write sqlite:///path/store.db or postgresql+psycopg://user@host/name, and install the driver it names"


def _shown(url: str) -> str:
    """Return the URL without password, or nothing of it where it cannot be taken apart."""
    try:
        return make_url(url).render_as_string(hide_password=True)
    except (ArgumentError, ValueError):
        return "the URL of the store"


def _prepare_sqlite(engine: Engine, wait_seconds: float) -> None:
    @event.listens_for(engine, "connect")
    def _set(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver's own BEGIN comes too late for one transaction per run
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {round(wait_seconds * 1000)}")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")  # what the journal of deliveries notes must outlive a power loss
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def explained(url: URL) -> Iterator[None]:
    """Turn the database's errors into StoreError: which, where, and what to do."""
    where = url.render_as_string(hide_password=True)
    try:
        yield
    except DBAPIError as error:
        words = str(error.orig).strip()
        for word, what, todo in _MEANINGS:
            if word in words:
                raise StoreError(what, where, todo) from error
        said = words.splitlines()[0] if words else type(error.orig).__name__
        raise StoreError(f"the database refuses: {said}", where, "correct the URL or the database") from error
    except SQLAlchemyError as error:
        reason = getattr(error, "orig", None) or type(error).__name__
        raise StoreError(f"the store cannot take this: {reason}", where, "correct what was to be written") from error


def upgrade(engine: Engine) -> None:
    """Make or upgrade the schema in one transaction; a store that is up to date is only read.

    Raises StoreError for a store of a newer version.
    """
    scripts = revisions()
    with engine.connect() as connection:
        if read_revision(connection) == scripts[-1]:
            return
    with engine.execution_options(writes=True).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _UPGRADE_LOCK})
        revision = read_revision(connection)
        if revision is not None and revision not in scripts:
            raise StoreError(
                f"the store was written by a newer version (revision {revision})",
                engine.url.render_as_string(hide_password=True),
                "install the newest harness, or name another store",
            )
        migrate(connection)


def revisions() -> list[str]:
    """Return the revisions that this version knows, oldest first: the numbers in the names of its scripts.

    Read without Alembic, which would cost every command most of its start.
    """
    return sorted(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def read_revision(connection: Connection) -> str | None:
    """Return the revision of the schema, None for a database without a store."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def migrate(connection: Connection, revision: str = "head") -> None:
    """Bring the schema to a revision, in the caller's transaction."""
    from alembic import command  # here, because it is slow to import and seldom needed
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def lock_head(connection: Connection) -> Head:
    """Return the numbers last given, after waiting for any other writer to end its transaction."""
    row = connection.execute(select(Head.event, Head.hash, Head.item).where(Head.id == 1).with_for_update()).one()
    return Head(id=1, event=row.event, hash=row.hash, item=row.item)
