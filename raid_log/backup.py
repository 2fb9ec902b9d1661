"""Backups: a store as a zip of JSON lines that any program can read, and back into any database.

The schema of a revision, made in memory by the store's own scripts, says which tables and columns a backup has. So it
is the same for every database, and a backup of an older revision is restored as what it was before it is upgraded.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from operator import index
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import (
    Boolean,
    Connection,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    String,
    TableClause,
    column,
    delete,
    insert,
    inspect,
    literal,
    select,
    table,
    text,
)
from sqlalchemy.types import TypeEngine

from raid_log.columns import Digest, Flag, Instant, LongText, Money
from raid_log.database import connect, migrate, read_revision, revisions
from raid_log.errors import StoreError
from raid_log.integrity import existing, stored_revision
from raid_log.store import Store
from raid_log.tables import Base

MANIFEST = "manifest.json"
FORMAT = 1
"""Of the zip and its manifest; a change that older versions cannot read gives the next number."""

_BLOCK = 1_000  # rows in memory at a time
_CHUNK = 1 << 20  # bytes
_WAIT_SECONDS = 10.0
_TODO = "take another backup: this one was cut off or changed"


@dataclass(frozen=True)
class TableCopy:
    """One table of a backup: kind of value by column, rows, SHA-256 of its lines."""

    columns: Mapping[str, str]
    rows: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself. ``tables``: by name; a table comes after those that it refers to."""

    made_at: datetime
    harness_version: str
    revision: str
    tables: Mapping[str, TableCopy]

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(one.rows for one in self.tables.values())


def backup(store_url: str, file: Path, *, harness_version: str, at: datetime) -> Manifest:
    """Write one snapshot of a store to a new zip and return its manifest; the store is not even upgraded.

    The file has its name only when it is whole. Raises StoreError: no store, a newer one, a value that is not of its
    column's kind, a file that is there already or cannot be written.
    """
    _refuse_taken(file)
    with existing(store_url) as store, store.reading() as connection:
        revision = stored_revision(connection, store.where)
        with _written(file) as raw, zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
            copies = {one.name: _write(archive, one, _lines(connection, one, store.where)) for one in _schema(revision)}
            manifest = Manifest(at, harness_version, revision, copies)
            archive.writestr(MANIFEST, json.dumps(_data(manifest), indent=2))
    return manifest


def restore(file: Path, store_url: str) -> Manifest:
    """Put a backup into an empty store, in one transaction, upgrade it, and return the manifest.

    Empty: missing, or without rows. Everything in the file is checked before the store is opened, and what was
    written is read again and compared with the hashes. Raises StoreError; nothing was changed then.
    """
    with _read(file), zipfile.ZipFile(file) as archive:
        manifest = _manifest(archive, file)
        tables = _schema(manifest.revision)
        _refuse_unfit(archive, manifest, tables, file)
        with Store(connect(store_url, _WAIT_SECONDS)) as store, store.writing() as connection:
            _clear(connection, store.where)
            migrate(connection, manifest.revision)
            for one in reversed(tables):
                connection.execute(delete(one.clause))  # the scripts make the first row of some
            for one in tables:
                _insert(connection, archive, one)
            _refuse_different(connection, manifest, tables, store.where)
            _continue_numbers(connection, tables)
            migrate(connection)
            _count_rows(connection)
    return manifest


# kinds of values


def _decimal(value: Decimal) -> str:
    """One spelling for equal numbers: databases differ in the zeros at the end."""
    if not value.is_finite():
        raise ValueError(f"{value} is no number")
    plain = format(value, "f")
    short = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "0" if value == 0 else short


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is neither true nor false")
    return value


class _Kind(NamedTuple):
    """How a kind of value is kept by a database, and written to and read from JSON."""

    type: TypeEngine[Any]
    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


_KINDS: Mapping[str, _Kind] = {
    "integer": _Kind(Integer(), index, index),
    "boolean": _Kind(Flag(), _flag, _flag),
    "text": _Kind(LongText(), _text, _text),
    "decimal": _Kind(Money(), _decimal, Decimal),
    "instant": _Kind(Instant(), datetime.isoformat, datetime.fromisoformat),
    "bytes": _Kind(Digest(), bytes.hex, bytes.fromhex),
}
_SQLITE_TYPES = {Boolean: "boolean", Integer: "integer", DateTime: "instant", LargeBinary: "bytes", Numeric: "decimal"}
_MONEY_ON_SQLITE = 42
"""Length of the text in which SQLite keeps a decimal; no other column has it."""


def _kind(type_: TypeEngine[Any]) -> str:
    if isinstance(type_, String):
        return "decimal" if type_.length == _MONEY_ON_SQLITE else "text"
    return next(kind for one, kind in _SQLITE_TYPES.items() if isinstance(type_, one))


# the schema of a revision


class _Table(NamedTuple):
    name: str
    columns: Mapping[str, str]  # name -> kind
    key: tuple[str, ...]
    clause: TableClause

    @property
    def member(self) -> str:
        return f"{self.name}.jsonl"


def _schema(revision: str) -> list[_Table]:
    """The tables of a revision, each after those that it refers to: made in memory, and looked at."""
    engine = connect("sqlite://", _WAIT_SECONDS)
    found = MetaData()
    try:
        with engine.execution_options(writes=True).begin() as connection:
            migrate(connection, revision)
            found.reflect(connection)
    finally:
        engine.dispose()
    tables = []
    for one in found.sorted_tables:
        if one.name != "alembic_version":
            columns = {part.name: _kind(part.type) for part in one.columns}
            clause = table(one.name, *(column(name, _KINDS[kind].type) for name, kind in columns.items()))
            tables.append(_Table(one.name, columns, tuple(part.name for part in one.primary_key), clause))
    return tables


# writing the file


def _lines(connection: Connection, one: _Table, where: str) -> Iterator[bytes]:
    """The rows as JSON lines in the order of the key, which is the same on every database."""
    c_order = "C" if connection.dialect.name == "postgresql" else None
    key = [one.clause.c[name] for name in one.key]
    order = [part.collate(c_order) if c_order and one.columns[part.name] == "text" else part for part in key]
    query = select(one.clause).order_by(*order).execution_options(yield_per=_BLOCK)
    writers = [(name, _KINDS[kind].write) for name, kind in one.columns.items()]
    try:
        with connection.execute(query) as rows:
            for row in rows:
                values = {
                    name: None if value is None else write(value)
                    for (name, write), value in zip(writers, row, strict=True)
                }
                yield json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
    except (ValueError, TypeError, ArithmeticError, AttributeError) as error:
        what = f"table {one.name} holds a value that is not of its column's kind: {error}"
        raise StoreError(what, where, "run `harness store check`") from error


def _write(archive: zipfile.ZipFile, one: _Table, lines: Iterator[bytes]) -> TableCopy:
    rows, digest = 0, hashlib.sha256()
    with archive.open(one.member, "w", force_zip64=True) as member:
        for line in lines:
            member.write(line)
            digest.update(line)
            rows += 1
    return TableCopy(one.columns, rows, digest.hexdigest())


@contextmanager
def _written(file: Path) -> Iterator[Any]:
    """A temporary file beside ``file`` that takes its name once it is whole and on the disk."""
    part: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{file.name}.", suffix=".part", dir=file.parent)
        part = Path(name)
        with os.fdopen(handle, "wb") as raw:
            yield raw
            raw.flush()
            os.fsync(raw.fileno())
        _refuse_taken(file)
        part.rename(file)
    except OSError as error:
        what = f"the backup cannot be written: {error.strerror or error}"
        raise StoreError(
            what, str(file), "name a file in a folder that is there, with room and write access"
        ) from error
    finally:
        if part is not None:
            part.unlink(missing_ok=True)


def _refuse_taken(file: Path) -> None:
    if file.exists():
        raise StoreError("the file is there already, and a backup never replaces one", str(file), "name a new file")


def _data(manifest: Manifest) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "made_at": manifest.made_at.astimezone(UTC).isoformat(),
        "harness_version": manifest.harness_version,
        "revision": manifest.revision,
        "tables": {
            name: {"rows": one.rows, "sha256": one.sha256, "columns": dict(one.columns)}
            for name, one in manifest.tables.items()
        },
    }


# reading the file


@contextmanager
def _read(file: Path) -> Iterator[None]:
    """Turn what a file can have wrong into StoreError."""
    try:
        yield
    except OSError as error:
        raise StoreError(f"the backup cannot be read: {error.strerror or error}", str(file), "name a backup") from error
    except zipfile.BadZipFile as error:
        raise StoreError(f"the file is no whole backup: {error}", str(file), _TODO) from error
    except (
        ValueError,
        TypeError,
        KeyError,
        ArithmeticError,
        AttributeError,
        EOFError,
        RuntimeError,
        zlib.error,
    ) as error:
        raise StoreError(f"the backup holds what no backup has: {error}", str(file), _TODO) from error


def _manifest(archive: zipfile.ZipFile, file: Path) -> Manifest:
    if MANIFEST not in archive.namelist():
        raise StoreError(
            f"the zip is no backup: it has no {MANIFEST}", str(file), "name a file of `harness store backup`"
        )
    data = json.loads(archive.read(MANIFEST))
    newer = "install the newest harness"
    if data["format"] != FORMAT:
        raise StoreError(f"the backup is of format {data['format']}, not {FORMAT}", str(file), newer)
    if data["revision"] not in revisions():
        raise StoreError(f"the backup is of a newer version (revision {data['revision']})", str(file), newer)
    copies = {
        name: TableCopy(dict(one["columns"]), index(one["rows"]), _text(one["sha256"]))
        for name, one in data["tables"].items()
    }
    made_at = datetime.fromisoformat(data["made_at"])
    return Manifest(made_at, _text(data["harness_version"]), data["revision"], copies)


def _refuse_unfit(archive: zipfile.ZipFile, manifest: Manifest, tables: list[_Table], file: Path) -> None:
    """Refuse other tables, columns or members than those of the revision, and lines that are not those backed up."""
    known = {one.name: one for one in tables}
    for name in sorted(manifest.tables.keys() ^ known.keys()):
        word = "does not know" if name in manifest.tables else "needs"
        raise StoreError(f"revision {manifest.revision} {word} the table {name!r}", str(file), _TODO)
    if sorted(archive.namelist()) != sorted([MANIFEST, *(one.member for one in tables)]):
        raise StoreError("the zip does not hold one file for each table", str(file), _TODO)
    for name, copy in manifest.tables.items():
        if copy.columns != known[name].columns:
            raise StoreError(f"table {name!r} has not the columns of revision {manifest.revision}", str(file), _TODO)
        with archive.open(known[name].member) as member:
            if _measured(iter(lambda: member.read(_CHUNK), b"")) != (copy.rows, copy.sha256):
                raise StoreError(f"table {name!r} is not as it was backed up", str(file), _TODO)


def _measured(blocks: Iterator[bytes]) -> tuple[int, str]:
    """Lines and SHA-256."""
    rows, digest = 0, hashlib.sha256()
    for block in blocks:
        rows += block.count(b"\n")
        digest.update(block)
    return rows, digest.hexdigest()


# writing the store


def _clear(connection: Connection, where: str) -> None:
    """Take away the schema of a store without rows, so that it can be made as it was. Raises StoreError for others."""
    if connection.dialect.name not in ("sqlite", "postgresql"):
        raise StoreError("a backup is restored into SQLite or PostgreSQL alone", where, "name another store")
    there = set(inspect(connection).get_table_names())
    names = [one.name for one in Base.metadata.sorted_tables if one.name in there]
    if read_revision(connection) is not None:
        stored_revision(connection, where)
    elif names:
        raise StoreError(f"the database has a table {names[0]!r} that is no store's", where, "name another database")
    if names and connection.dialect.name == "postgresql":
        connection.execute(text(f"LOCK TABLE {', '.join(names)} IN ACCESS EXCLUSIVE MODE"))
    for name in names:
        if name != "head" and connection.execute(select(literal(1)).select_from(table(name)).limit(1)).first():
            raise StoreError("the store is not empty", where, "restore into a store that is missing or without rows")
    Base.metadata.drop_all(connection)
    connection.execute(text("DROP TABLE IF EXISTS alembic_version"))


def _insert(connection: Connection, archive: zipfile.ZipFile, one: _Table) -> None:
    with archive.open(one.member) as member:
        rows = (_row(one, line) for line in member)
        while block := list(islice(rows, _BLOCK)):
            connection.execute(insert(one.clause), block)


def _row(one: _Table, line: bytes) -> dict[str, Any]:
    values = json.loads(line)
    return {
        name: None if values[name] is None else _KINDS[kind].read(values[name]) for name, kind in one.columns.items()
    }


def _refuse_different(connection: Connection, manifest: Manifest, tables: list[_Table], where: str) -> None:
    """Refuse a database that gives back other values than it was given, such as decimals cut at the tenth place."""
    for one in tables:
        copy = manifest.tables[one.name]
        if _measured(_lines(connection, one, where)) != (copy.rows, copy.sha256):
            raise StoreError(f"the database does not keep table {one.name!r} exactly", where, "name another database")


def _continue_numbers(connection: Connection, tables: list[_Table]) -> None:
    """Let PostgreSQL's sequences go on after the highest number; SQLite looks for it by itself."""
    if connection.dialect.name != "postgresql":
        return
    for one in tables:
        if len(one.key) == 1 and one.columns[one.key[0]] == "integer":
            number = one.clause.c[one.key[0]]
            last = connection.execute(select(number).order_by(number.desc()).limit(1)).scalar()
            names = {"table": one.name, "column": one.key[0], "last": last}
            # Without a sequence, or without a row, the function does nothing.
            connection.execute(text("SELECT setval(pg_get_serial_sequence(:table, :column), :last)"), names)


def _count_rows(connection: Connection) -> None:
    """Let PostgreSQL plan for what is there now: its own count comes minutes later, where it is switched on at all.

    The store's tables alone: of the whole database it would wait for, and lock out, whoever else works there.
    """
    if connection.dialect.name == "postgresql":
        quoted = connection.dialect.identifier_preparer.format_table
        connection.execute(text(f"ANALYZE {', '.join(map(quoted, Base.metadata.sorted_tables))}"))
