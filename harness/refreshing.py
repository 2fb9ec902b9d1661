"""Lists taken anew from where their contract says: a collection of the pod, a reporting database, a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from contracts import (
    Profile,
    ReferenceList,
    Taken,
    list_ledger,
    list_rows,
    load,
    read_taken,
    taken_text,
    written_ids,
)
from harness.destinations import connection
from harness.drafting.filing import file_all
from harness.errors import UsageError
from harness.settings import PodSettings
from interfaces.fusion import items

DATABASE = "HARNESS_LISTS"
"""Variable with the URL of the reporting database that a SELECT is put to: a secret, so no setting."""
_FEWEST = 0.5
"""A list that shrinks below this share of what it had is taken for a broken extract."""


@dataclass(frozen=True)
class Refreshed:
    """A list that was taken anew."""

    list: str
    file: str
    source: str  # host of the pod, name of the database, or file
    taken: date
    rows: int
    before: int | None  # None where there was no file
    added: int
    removed: int


@dataclass(frozen=True)
class Bound:
    """A list as a profile binds it, and the contracts that use it."""

    list: ReferenceList
    contracts: tuple[str, ...]


def bound_lists(profile: Profile) -> dict[str, Bound]:
    """Return the lists that contracts of a profile bind to files, by file.

    Raises UsageError where two contracts take one file from different places; what ``load`` raises.
    """
    found: dict[str, Bound] = {}
    for identity in written_ids(profile) if profile.path else ():
        for one in load(identity, profile).lists.values():
            if not one.file:
                continue
            known = found.get(one.file)
            if known and known.list.origin != one.origin:
                where = f"{known.list.place} and {one.place}"
                todo = "write the same query or source in both"
                raise UsageError(f"{one.file} is taken from two places", where=where, todo=todo)
            found[one.file] = Bound(one, (*(known.contracts if known else ()), identity))
    return dict(sorted(found.items()))


def chosen(names: Sequence[str], profile: Profile) -> list[Bound]:
    """Return the lists named, by id or file name; without names all that say where they are taken from.

    Raises UsageError for an unknown name, and for a list that people keep.
    """
    bound = bound_lists(profile)
    refreshable = [one for one in bound.values() if one.list.origin]
    if not names:
        if not refreshable:
            todo = "write `query` or `source` where a contract binds a list (docs/lists.md)"
            raise UsageError("no list says where it is taken from", where=f"profile {profile.name}", todo=todo)
        return refreshable
    found = []
    for name in names:
        named = [one for file, one in bound.items() if name in (one.list.id, file, Path(file).stem)]
        if not named:
            todo = f"use one of: {', '.join(one.list.id for one in refreshable) or 'none can be refreshed'}"
            raise UsageError(f"no list {name} is bound to a file", where=f"profile {profile.name}", todo=todo)
        if kept := [one for one in named if not one.list.origin]:
            todo = "write `query` or `source` beside its file (docs/lists.md)"
            what = f"list {name} does not say where it is taken from"
            raise UsageError(what, where=str(kept[0].list.place), todo=todo)
        found += named
    return found


def refresh(
    one: ReferenceList,
    profile: Profile,
    *,
    taken: date,
    pod: str,
    settings: PodSettings,
    environ: Mapping[str, str],
    fewer: bool = False,
) -> Refreshed:
    """Take a list anew: write its file, note day and count in the ledger, and return what changed.

    Nothing is written unless all of it is there. ``fewer`` allows a list that lost more than half of its rows.
    Raises UsageError for a source that cannot be reached or read, that lacks a column, has no rows, blank keys, or
    far fewer rows than before; FusionError as the client does.
    """
    assert profile.path
    source, rows = _taken_rows(one, profile.path, pod, settings, environ)
    path = profile.path / one.file
    before = list_rows(path) if path.is_file() else None
    _judge(one, rows, before, source, fewer=fewer)
    ledger = read_taken(profile.path)
    noted = taken_text({**ledger, one.file: Taken(taken.isoformat(), rows.height, source)})
    file_all({}, {path: rows.write_csv(), list_ledger(profile.path): noted})
    columns = rows.columns
    known = before.select(columns) if before is not None and set(columns) <= set(before.columns) else rows.clear()
    return Refreshed(
        one.id, one.file, source, taken, rows.height, None if before is None else before.height,
        added=rows.join(known, on=columns, how="anti", nulls_equal=True).height,
        removed=known.join(rows, on=columns, how="anti", nulls_equal=True).height,
    )  # fmt: skip


def _taken_rows(
    one: ReferenceList, folder: Path, pod: str, settings: PodSettings, environ: Mapping[str, str]
) -> tuple[str, pl.DataFrame]:
    """Where the rows come from, in words without secrets, and the rows: text, in order, each once."""
    assert one.origin
    query = one.origin.query
    if one.origin.source:
        path = folder / one.origin.source
        if not path.is_file():
            raise UsageError(f"list {one.id}: no such file", where=str(path), todo="put the export there")
        source, found = Path(one.origin.source).name, list_rows(path)
    elif query.startswith("/"):
        source, found = _from_pod(one, pod, settings, environ)
    else:
        source, found = _from_database(one, environ)
    names = {column: one.origin.attributes.get(column, column) for column in one.columns or found.columns}
    if missing := [name for name in names.values() if name not in found.columns]:
        has = ", ".join(found.columns) or "nothing"
        todo = f"map it under `attributes`; there is: {has}"
        raise UsageError(f"list {one.id}: no {', '.join(missing)} in {source}", where=str(one.place), todo=todo)
    rows = found.select(pl.col(name).alias(column) for column, name in names.items())
    return source, rows.unique().sort(rows.columns, nulls_last=True)


def _from_pod(
    one: ReferenceList, pod: str, settings: PodSettings, environ: Mapping[str, str]
) -> tuple[str, pl.DataFrame]:
    assert one.origin
    if not pod:
        todo = "say --pod https://..., credentials in HARNESS_POD_* variables"
        raise UsageError(f"list {one.id} is taken from a pod, and none is named", where=str(one.place), todo=todo)
    with connection(pod, settings, environ) as session:
        records = list(items(session, one.origin.query))
        return session.host, _frame(records)


def _from_database(one: ReferenceList, environ: Mapping[str, str]) -> tuple[str, pl.DataFrame]:
    assert one.origin
    if not (url := environ.get(DATABASE)):
        todo = f"set {DATABASE}, e.g. oracle+oracledb://user:password@host/?service_name=name"
        raise UsageError(f"list {one.id} is taken from a database, and none is named", where=DATABASE, todo=todo)
    with _explained(one):
        engine = create_engine(make_url(url))
        with engine.connect() as connection:  # never committed
            result = connection.execute(text(one.origin.query))
            records = [dict(row) for row in result.mappings()]
            return engine.url.database or engine.dialect.name, _frame(records, list(result.keys()))


@contextmanager
def _explained(one: ReferenceList) -> Iterator[None]:
    """Turn the database's errors into UsageError, without the URL: it may hold a password."""
    try:
        yield
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, ValueError) as error:
        todo = "write it as postgresql+psycopg://user@host/name, and install the driver it names"
        raise UsageError(f"no database can be named so: {type(error).__name__}", where=DATABASE, todo=todo) from error
    except SQLAlchemyError as error:
        said = str(getattr(error, "orig", None) or type(error).__name__).splitlines()[0]
        todo = f"check the query, and {DATABASE}"
        raise UsageError(f"list {one.id}: the database refuses: {said}", where=str(one.place), todo=todo) from error


def _frame(records: Iterable[Mapping[str, Any]], names: Sequence[str] = ()) -> pl.DataFrame:
    """Records as text, blank as null; nested values are no column of a list."""
    found = list(records)
    keys = names or list(dict.fromkeys(key for record in found for key in record))
    flat = [key for key in keys if not any(isinstance(record.get(key), list | dict) for record in found)]
    return pl.DataFrame(
        {key: [_text(record.get(key)) for record in found] for key in flat}, schema=dict.fromkeys(flat, pl.String)
    )


def _text(value: Any) -> str | None:
    match value:
        case None | "":
            return None
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ")
        case date():
            return value.isoformat()
        case Decimal() | float():
            return f"{value:f}".rstrip("0").rstrip(".") if value % 1 else f"{value:.0f}"
    return str(value)


def _judge(one: ReferenceList, rows: pl.DataFrame, before: pl.DataFrame | None, source: str, *, fewer: bool) -> None:
    """Raise UsageError for rows that would refuse good payloads, or let bad ones pass."""
    where = f"{source}, for {one.file}"
    if not rows.height:
        raise UsageError(f"list {one.id}: no rows", where=where, todo="check query and rights; the old file stays")
    blank = rows.filter(pl.any_horizontal(pl.col(one.key).is_null())).height
    if blank:
        what = f"list {one.id}: {blank:,} of {rows.height:,} rows have a blank {', '.join(one.key)}"
        raise UsageError(what, where=where, todo="leave them out by a condition; the old file stays")
    if before is not None and not fewer and rows.height < before.height * _FEWEST:
        what = f"list {one.id}: {rows.height:,} rows, {before.height:,} before"
        raise UsageError(what, where=where, todo="look at the source; if it is right, say --fewer. The old file stays")
