"""Databases that are read: one transaction that changes nothing, rows in batches, errors in words without passwords."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import polars as pl
from sqlalchemy import URL, Connection, Engine, Executable, Select, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from interfaces.errors import PayloadError
from interfaces.spelling import Values

BATCH = 20_000
"""Rows that are fetched at once."""

_READING: Mapping[str, Mapping[str, Any]] = {
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}
"""What makes a transaction see one state and change nothing, by dialect; Oracle is told by a statement."""
_MOMENTS = ("date", "time", "timetz", "timestamp", "timestamptz")
_SHOWN = 200  # characters of what a database says
_CREDENTIALS = re.compile(r"(://[^\s:/@]*:)[^\s@]+@")
_SECOND_AT = re.compile(r"://[^:/]*:[^@]*@.*@", re.DOTALL)
"""A URL whose password SQLAlchemy ends too soon: what follows its first @ would be a host, and be told as one."""
_URL_TODO = "write dialect+driver://user@host/name, and install the driver it names"


@contextmanager
def reading(url: str) -> Iterator[Connection]:
    """Open a database for reading: one transaction, rolled back at the end; a file of SQLite is opened read-only.

    PostgreSQL and Oracle show one state throughout. Raises PayloadError for a URL that names no database, for a driver
    that is not installed, and in the words of the database for all that it refuses, never with the password.
    """
    engine = _engine(url)
    # UnicodeError: of names typed as wrong bytes, which a driver cannot send
    refusals = (SQLAlchemyError, engine.dialect.loaded_dbapi.Error, pl.exceptions.PolarsError, UnicodeError)
    try:
        with engine.connect() as connection:
            connection = connection.execution_options(**_READING.get(engine.dialect.name, {}))
            if engine.dialect.name == "oracle":
                connection.exec_driver_sql("SET TRANSACTION READ ONLY")
            yield connection
    except refusals as error:
        raise PayloadError(
            _said(error, engine.url), where=_place(engine.url), todo="check name, database and access"
        ) from error
    finally:
        engine.dispose()


def batches(connection: Connection, statement: Select[Any]) -> Iterator[list[Values]]:
    """Yield the rows of a statement as columns, ``BATCH`` rows at a time; nothing else of them is held.

    From python-oracledb they come as Arrow data, without an object per row or value.
    """
    if connection.dialect.name == "oracle" and connection.dialect.driver == "oracledb":
        yield from _arrow(connection, statement)
    else:
        for _, columns in named_batches(connection, statement):
            yield columns


def named_batches(connection: Connection, statement: Executable) -> Iterator[tuple[list[str], list[Values]]]:
    """Yield the names of a statement's columns with them, through any driver; one empty batch where it has no row."""
    with connection.execution_options(stream_results=True, max_row_buffer=BATCH).execute(statement) as result:
        names, empty = list(result.keys()), True
        for rows in result.partitions(BATCH):
            yield names, list(zip(*rows, strict=True))
            empty = False
        if empty:
            yield names, [[] for _ in names]


def _arrow(connection: Connection, statement: Select[Any]) -> Iterator[list[Values]]:
    sql = str(statement.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True}))
    driver: Any = connection.connection.driver_connection
    for batch in driver.fetch_df_batches(statement=sql, size=BATCH, fetch_decimals=True):
        yield list(pl.DataFrame(batch).get_columns())


def _engine(url: str) -> Engine:
    if _SECOND_AT.search(url):
        todo = "write an @ of the password as %40, a % as %25"
        raise PayloadError("an @ stands behind the password", where="the URL of the database", todo=todo)
    try:
        engine = create_engine(_read_only(make_url(url)))
    except ModuleNotFoundError as error:
        what = f"the driver {error.name} is not installed"
        raise PayloadError(what, where="the URL of the database", todo=_extra(str(error.name))) from error
    except (ArgumentError, ImportError, ValueError, TypeError) as error:
        what = f"no URL of a database: {type(error).__name__}"
        raise PayloadError(what, where="the URL of the database", todo=_URL_TODO) from error
    if engine.dialect.is_async:
        todo = "name its sibling that waits, as psycopg is of psycopg_async and oracledb of oracledb_async"
        what = f"the driver {engine.url.drivername.partition('+')[2]} is asynchronous"
        raise PayloadError(what, where="the URL of the database", todo=todo)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _lenient)
    if engine.dialect.driver == "psycopg":
        event.listen(engine, "connect", _worded)
    return engine


def _extra(driver: str) -> str:
    extra = {"oracledb": "oracle", "psycopg": "postgres"}.get(driver, "")
    return f"pip install 'fusion-interface-harness[{extra}]'" if extra else f"install {driver}"


def _read_only(url: URL) -> URL:
    """The same URL; of a file of SQLite one that makes no file and changes none."""
    database = url.database or ":memory:"
    if url.get_backend_name() != "sqlite" or database == ":memory:":
        return url
    if not database.startswith("file:"):
        url = url.set(database=f"file:{quote(Path(database).absolute().as_posix())}")
    elif database.startswith("file::memory:") or url.query.get("mode") == "memory":
        return url
    return url.update_query_dict({"mode": "ro", "uri": "true"})


def _lenient(connection: sqlite3.Connection, _record: object) -> None:
    connection.text_factory = _decoded


def _worded(connection: Any, _record: object) -> None:
    """Let psycopg give what Python cannot hold as PostgreSQL's text: JSON, and moments without end or before year 1."""
    from psycopg.pq import Format
    from psycopg.types.string import TextLoader

    adapters = connection.adapters
    for name in _MOMENTS:
        adapters.register_loader(name, _or_text(adapters.get_loader(adapters.types[name].oid, Format.TEXT)))
    for name in ("json", "jsonb"):
        adapters.register_loader(name, TextLoader)


def _or_text(loader: type[Any]) -> type[Any]:
    """A loader of psycopg that gives the text where the other has no value for it."""
    from psycopg import DataError
    from psycopg.adapt import Loader

    class OrText(Loader):
        def __init__(self, oid: int, context: Any = None) -> None:
            super().__init__(oid, context)
            self._loaded = loader(oid, context).load

        def load(self, data: Any) -> Any:
            try:
                return self._loaded(data)
            except DataError:
                return bytes(data).decode()

    return OrText


def _decoded(data: bytes) -> str | bytes:
    """What SQLite keeps as text, as bytes where it is no UTF-8: one such value is no reason to read nothing."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data


def _place(url: URL) -> str:
    """Where a database is, without who signs on and how."""
    database = unquote(str(url.database).removeprefix("file:")) if url.database else None
    place = f"{url.host or ''}{f':{url.port}' if url.port else ''}"
    return f"{url.drivername}://{place}{f'/{database}' if database else ''}"


def _said(error: Exception, url: URL) -> str:
    told = str(error.orig if isinstance(error, DBAPIError) else error).strip().splitlines() or [type(error).__name__]
    words = _CREDENTIALS.sub(r"\1***@", told[0])
    if url.password:
        words = words.replace(str(url.password), "***")
    return f"the database refuses: {words[:_SHOWN]}"
