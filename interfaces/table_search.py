"""Which table is meant and which of its columns are the contract's: told by names, whatever their case."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from sqlalchemy import (
    CHAR,
    NCHAR,
    TIMESTAMP,
    ColumnElement,
    Connection,
    Date,
    DateTime,
    Inspector,
    Numeric,
    Select,
    cast,
    column,
    func,
    inspect,
    select,
    table,
)
from sqlalchemy.dialects.oracle import BINARY_DOUBLE, BINARY_FLOAT
from sqlalchemy.dialects.postgresql import DOMAIN
from sqlalchemy.exc import SAWarning
from sqlalchemy.sql.elements import quoted_name
from sqlalchemy.types import Float, Integer

from contracts.model import ABOVE, OWN, File
from interfaces.errors import PayloadError

ACTION = "_action"
"""Column that holds the instruction of HDL lines, in exported staging tables and in frames."""

_ORDER = ("_payload", "_row")
_WITH_ZONE = "YYYY-MM-DD HH24:MI:SS.FFTZH:TZM"
_POINT = "NLS_NUMERIC_CHARACTERS='.,'"
_NEAR = 5  # names that a message proposes


@dataclass(frozen=True)
class Found:
    """A table as the database tells it, and what is asked of it for a file of the contract."""

    name: str
    statement: Select[Any]
    names: tuple[str, ...]  # the contract's, or ``_action``, of the columns that the statement gives
    unknown: tuple[str, ...]  # columns that the contract does not have: not read
    padded: frozenset[str]  # CHAR: filled with blanks
    dated: frozenset[str]  # declared as days or moments in a database that keeps them as text


def find(connection: Connection, name: str, file: File) -> Found:
    """Return a table or view, named plainly or as ``schema.table``, with the contract's columns that it has.

    Raises PayloadError where none has the name, several have, or two of its columns are one of the contract's; where
    it has no column of the file; and where records name their parents by place and it has no marks for that.
    """
    inspector = inspect(connection)
    schema, base = _located(inspector, name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)  # of a type that SQLAlchemy does not know: it is not read by type
        told = {one["name"]: _beneath(one["type"]) for one in inspector.get_columns(base, schema)}
    known = _matched(told, [*file.columns, ACTION, *_ORDER], name)
    names = tuple(one for one in (*file.columns, ACTION) if one in known)
    _readable(names, told, file, name)
    exact: dict[str, ColumnElement[Any]] = {
        one: column(_exact(connection, known[one])) for one in (*names, *_ORDER) if one in known
    }
    asked = [_asked(connection, exact[one], told[known[one]]).label(f"c{at}") for at, one in enumerate(names)]
    source = table(_exact(connection, base), schema=_exact(connection, schema) if schema else None)
    order = [exact[one] for one in _ORDER if one in known] or [
        column(_exact(connection, one)) for one in _primary_key(inspector, base, schema)
    ]
    lite = connection.dialect.name == "sqlite"
    return Found(
        f"{schema}.{base}" if schema else base,
        select(*asked).select_from(source).order_by(*order),
        names,
        tuple(one for one in told if one not in known.values()),
        frozenset(one for one in names if isinstance(told[known[one]], CHAR | NCHAR)),
        frozenset(one for one in names if lite and isinstance(told[known[one]], Date | DateTime)),
    )


def _beneath(kind: Any) -> Any:
    """The type that a domain of PostgreSQL stands for, else the type."""
    return _beneath(kind.data_type) if isinstance(kind, DOMAIN) else kind


def _located(inspector: Inspector, name: str) -> tuple[str | None, str]:
    """Schema (None: the one that the connection is in) and name, as the database tells them."""
    schemas: list[str] = inspector.get_schema_names() if "." in name else []
    near: list[str] = []
    for schema, base in _splits(name):
        found: list[tuple[str | None, str]] = []
        for known in [None] if schema is None else _like(schema, schemas):
            tables = [*inspector.get_table_names(known), *inspector.get_view_names(known)]
            here = _like(base, tables)
            if not here and inspector.has_table(base, known):  # neither in the strict sense: temporary, materialised
                here = [base]
            found += [(known, one) for one in here]
            near += get_close_matches(base, tables, _NEAR, cutoff=0.4) or tables[:_NEAR]
        if len(found) > 1:
            todo = f"spell it as one of: {', '.join(f'{known}.{one}' if known else one for known, one in found)}"
            raise PayloadError("several tables have this name, case aside", where=name, todo=todo)
        if found:
            return found[0]
    todo = f"name a table or view, or schema.table; there is: {', '.join(near[:_NEAR]) or 'none'}"
    raise PayloadError("the database has no such table", where=f"table {name}", todo=todo)


def _splits(name: str) -> list[tuple[str | None, str]]:
    """The ways to read a name: as it stands, then parted at one of its dots, for names may hold dots."""
    dots = [at for at, sign in enumerate(name) if sign == "."]
    return [(None, name), *((name[:at], name[at + 1 :]) for at in reversed(dots) if at)]


def _like(name: str, names: Sequence[str]) -> list[str]:
    return [one for one in names if one == name] or [one for one in names if one.casefold() == name.casefold()]


def _matched(told: Mapping[str, Any], wanted: Sequence[str], table: str) -> dict[str, str]:
    """Name of the contract -> name of the column, spelled alike or differing in case only."""
    found: dict[str, str] = {}
    for name in wanted:
        like = _like(name, list(told))
        if len(like) > 1:
            what = f"columns {', '.join(like)} are one column of the contract, {name}"
            raise PayloadError(what, where=table, todo="check a view that has one of them")
        if like:
            found[name] = like[0]
    return found


def _readable(names: Sequence[str], told: Mapping[str, Any], file: File, table: str) -> None:
    if not set(names) & set(file.columns):
        todo = f"name its columns as the contract does: {', '.join(file.written[:_NEAR])} ..."
        raise PayloadError(f"the table has no column of {file.id}, only {', '.join(told)}", where=table, todo=todo)
    if missing := [one for one in (OWN, ABOVE) if one in file.columns and one not in names]:
        what = f"the place of a record tells its parent in {file.id}; a table has no places"
        todo = f"add {' and '.join(missing)}: a mark of each record ({OWN}), and that of its parent ({ABOVE})"
        raise PayloadError(what, where=table, todo=todo)


def _primary_key(inspector: Inspector, base: str, schema: str | None) -> list[str]:
    with suppress(NotImplementedError):
        return list(inspector.get_pk_constraint(base, schema)["constrained_columns"])
    return []


def _exact(connection: Connection, name: str) -> quoted_name:
    """A name as the database keeps it, always quoted: some keep words that SQLAlchemy takes for plain names."""
    dialect = connection.dialect
    kept = dialect.denormalize_name(name) if dialect.requires_name_normalize else name
    return quoted_name(str(kept), quote=True)


def _asked(connection: Connection, named: ColumnElement[Any], kind: Any) -> ColumnElement[Any]:
    """The column, on Oracle as text where Arrow data would lose of it: digits of a free NUMBER, a time zone."""
    if connection.dialect.name != "oracle":
        return named
    if getattr(kind, "timezone", False) or getattr(kind, "local_timezone", False):
        return func.to_char(cast(named, TIMESTAMP(timezone=True)), _WITH_ZONE)
    number = isinstance(kind, Numeric | Integer | Float) and not isinstance(kind, BINARY_DOUBLE | BINARY_FLOAT)
    scale = getattr(kind, "scale", None)
    precision = getattr(kind, "precision", None) or 0
    if number and (isinstance(kind, Float) or scale is None or not 0 <= scale <= precision):
        return func.to_char(named, "TM9", _POINT)
    return named
