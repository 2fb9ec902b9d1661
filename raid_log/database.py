"""How a database is opened: engine, schema, and what its errors mean."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    Engine,
    Select,
    SQLColumnExpression,
    create_engine,
    event,
    false,
    inspect,
    make_url,
    or_,
    select,
    text,
)
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from raid_log.errors import StoreError
from raid_log.tables import Head

Value = TypeVar("Value")
Rows: TypeAlias = Select[*tuple[Any, ...]]
MIGRATIONS = Path(__file__).parent / "migrations"
GENESIS = "0" * 64
"""What the first event of a store has for the hash of the event before it."""

_UPGRADE_LOCK = 0x52414944  # PostgreSQL advisory lock: one process at a time makes or upgrades the schema
_PAUSE_SECONDS = 0.01
_ORACLE_WORDS = frozenset({"column", "file", "row"})
"""Names of columns that are reserved words of Oracle, and that SQLAlchemy does not know as such."""
_MEANINGS = (  # word of the database -> what, what to do
    ("is locked", "the store is locked by another program", "wait until that program has ended, then try again"),
    ("not a database", "the file is not a store", "name another file, or move this one away"),
    ("malformed", "the store is damaged", "restore it from a backup"),
    ("readonly", "the store is not writable", "give the user write access to the file and its folder"),
    ("unable to open", "the store cannot be opened or made", "make the folder, and give the user access to it"),
    ("disk is full", "the disk of the store is full", "make room, then try again"),
    ("ORA-00955", "the database holds half an upgrade, or tables of something else", "see 'Cut off' in docs/store.md"),
    ("ORA-01430", "the database holds half an upgrade", "see 'Cut off' in docs/store.md"),
)


def connect(url: str, wait_seconds: float) -> Engine:
    """Return an engine for ``url``; SQLite gets write-ahead log, foreign keys and ``wait_seconds`` for a lock.

    Oracle gets read-only transactions where nothing is to be written, so that a reader sees one state there too.
    Raises StoreError if the URL is none, or its driver is not installed. Nothing is opened yet.
    """
    try:
        engine = create_engine(make_url(url))
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, ValueError) as error:
        where = _shown(url)
        raise StoreError(f"no database can be named so: {type(error).__name__}", where, _TODO_URL) from error
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine, wait_seconds)
    elif engine.dialect.name == "oracle":
        _prepare_oracle(engine)
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
        write_ahead(cursor, wait_seconds)
        cursor.execute("PRAGMA synchronous = FULL")  # what the journal of deliveries notes must outlive a power loss
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def write_ahead(cursor: sqlite3.Cursor, wait_seconds: float) -> None:
    """Switch to the write-ahead log; SQLite does not wait by itself while another process makes the same switch.

    Raises sqlite3.OperationalError if it is refused for longer than ``wait_seconds``, or for another reason.
    """
    last = monotonic() + wait_seconds
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "is locked" not in str(error) or monotonic() > last:
                raise
            sleep(_PAUSE_SECONDS)
        else:
            return


def _prepare_oracle(engine: Engine) -> None:
    quoting = engine.dialect.identifier_preparer
    quoting.reserved_words = {*quoting.reserved_words, *_ORACLE_WORDS}

    @event.listens_for(engine, "connect")
    def _set(connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("ALTER SESSION SET NLS_COMP = BINARY NLS_SORT = BINARY")  # orders as the others do

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if not connection.get_execution_options().get("writes"):
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")


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

    Oracle ends a transaction with every change of the schema: an upgrade that is cut off there leaves half of it.
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
    return read_head(connection, for_update=True)


def read_head(connection: Connection, *, for_update: bool = False) -> Head:
    """Return the numbers last given. Raises StoreError if their row was taken away by hand."""
    query = select(Head.event, Head.hash, Head.item).where(Head.id == 1)
    row = connection.execute(query.with_for_update() if for_update else query).first()
    if row is None:
        where = connection.engine.url.render_as_string(hide_password=True)
        raise StoreError("the row of the numbers last given is missing", where, "restore the store from a backup")
    return Head(id=1, event=row.event, hash=row.hash, item=row.item)


def blocks(values: Iterable[Value], size: int = 900) -> Iterator[list[Value]]:
    """Yield the values in order, cut into lists that one query takes: Oracle allows 1,000 in a list."""
    ordered = list(values)
    for start in range(0, len(ordered), size):
        yield ordered[start : start + size]


def among(column: SQLColumnExpression[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """Return whether the column holds one of the values, however many they are."""
    return or_(false(), *(column.in_(block) for block in blocks(values)))
