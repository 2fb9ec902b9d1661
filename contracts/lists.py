"""Reference lists: declared by the library, bound by a profile, aged at the run's as-of time."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from contracts.errors import ContractError
from contracts.model import LoadedBy, Origin, Place, ReferenceList
from contracts.taken import Taken, read_taken


def declare(identity: str, spec: Mapping[str, Any], place: Place, *, sample: bool) -> ReferenceList:
    """Return the list that the library declares; its sample rows are bound only if ``sample`` is asked for.

    Raises ContractError if the key is no column or the sample cannot be used.
    """
    columns = tuple(spec.get("columns", ()))
    rows = spec.get("sample")
    sampled = _frame(identity, rows, columns, place) if rows else None
    frame = sampled if sample else None
    if frame is not None and not columns:
        columns = tuple(frame.columns)
    return ReferenceList(
        id=identity,
        columns=columns,
        key=_key(identity, spec, columns, place),
        rows=frame,
        about=spec.get("about", ""),
        unconfirmed=spec.get("unconfirmed", ""),
        sample=frame is not None,
        loaded_by=LoadedBy(**spec["loaded_by"]) if "loaded_by" in spec else None,
        place=place,
    )


def bind(
    declared: ReferenceList | None, identity: str, spec: Mapping[str, Any], folder: Path, place: Place
) -> ReferenceList:
    """Return the list with the values that ``spec`` binds: a file of the profile, inline ``values`` or ``rows``.

    A missing file leaves the list unbound and named in ``absent``: its rules are not checked, and lint says so. Raises
    ContractError if the file is unreadable or lacks a column that the library declared, and for a key or date that
    cannot be used. A list with a ``query`` or ``source`` is written to its file, and dated, by a command of its own.
    """
    _check_date(identity, spec, place)
    wanted = declared.columns if declared else tuple(spec.get("columns", ()))
    origin = _origin(identity, spec, wanted, place)
    file = spec.get("file", f"lists/{identity}.csv" if origin else "")
    noted = _noted(folder).get(file) if origin else None
    if "values" in spec:
        column = wanted[0] if wanted else "value"
        frame = _frame(identity, [{column: value} for value in spec["values"]], (), place)
    elif "rows" in spec:
        frame = _frame(identity, spec["rows"], (), place)
    elif file and (folder / file).exists():
        frame = list_rows(folder / file)
    else:
        frame = None
    columns = tuple(frame.columns) if frame is not None else wanted
    if missing := [name for name in wanted if name not in columns]:
        raise ContractError(
            f"list {identity} lacks column {', '.join(missing)}", where=str(place), todo="add it to the file"
        )
    return ReferenceList(
        id=identity,
        columns=columns,
        key=_key(identity, spec, columns, place) if "key" in spec or not declared else declared.key or columns[:1],
        rows=frame,
        about=spec.get("about", declared.about if declared else ""),
        taken=noted.taken if noted else spec.get("taken", ""),
        max_age_days=spec.get("max_age_days"),
        unconfirmed=spec.get("unconfirmed", declared.unconfirmed if declared else ""),
        loaded_by=declared.loaded_by if declared else LoadedBy(**spec["loaded_by"]) if "loaded_by" in spec else None,
        place=place,
        absent=file if file and frame is None else "",
        file=file,
        origin=origin,
        counted=noted.rows if noted else None,
    )


def age(reference: ReferenceList, as_of: date) -> int | None:
    """Days since the list was taken, None if it does not say."""
    return (as_of - date.fromisoformat(reference.taken)).days if reference.taken else None


def stale(reference: ReferenceList, as_of: date) -> str:
    """Why the list is too old at ``as_of``, or ""."""
    days = age(reference, as_of)
    if reference.max_age_days is None or days is None or days <= reference.max_age_days:
        return ""
    return f"list {reference.id} is {days} days old, at most {reference.max_age_days} are allowed"


def unreadable_dates(reference: ReferenceList, columns: Sequence[str]) -> list[str]:
    """Values of the date columns of a bound list that are no date; a rule would take them for an open end."""
    if reference.rows is None:
        return []
    dates = [column for column in columns if column in reference.rows.columns]
    wrong = [
        reference.rows.filter(pl.col(name).is_not_null() & day(name).is_null())[name].head(3).to_list()
        for name in dates
    ]
    return [value for values in wrong for value in values]


def day(column: str) -> pl.Expr:
    """The date in a column of a list, written YYYY-MM-DD or YYYY/MM/DD; null where it cannot be read."""
    return pl.col(column).str.replace_all("/", "-").str.to_date("%Y-%m-%d", strict=False)


def _noted(folder: Path) -> dict[str, Taken]:
    """The ledger; its faults name its place, since that of the list is told beside them."""
    try:
        return read_taken(folder)
    except ContractError as error:
        raise ContractError(f"{error.where}: {error.what}", where=error.where, todo=error.todo) from error


def _origin(identity: str, spec: Mapping[str, Any], columns: Sequence[str], place: Place) -> Origin | None:
    """Where the list is taken from; None for one that people keep. Raises ContractError for what cannot be meant."""
    query, source = spec.get("query", ""), spec.get("source", "")
    if not (query or source):
        if "attributes" in spec:
            raise ContractError(
                f"list {identity}: attributes of nothing", where=str(place), todo="add `query` or `source`"
            )
        return None
    if query and source:
        raise ContractError(f"list {identity} has a query and a source", where=str(place), todo="keep one of them")
    if kept := sorted({"taken", "values", "rows"} & spec.keys()):
        what = f"list {identity} is refreshed, and has {', '.join(kept)}"
        todo = f"leave {', '.join(kept)} out: `harness list refresh` notes the day"
        raise ContractError(what, where=str(place), todo=todo)
    attributes = spec.get("attributes", {})
    if columns and (unknown := [name for name in attributes if name not in columns]):
        what = f"list {identity} has no column {', '.join(unknown)}"
        raise ContractError(what, where=str(place), todo=f"use {', '.join(columns)}")
    return Origin(query, source, attributes)


def _check_date(identity: str, spec: Mapping[str, Any], place: Place) -> None:
    try:
        date.fromisoformat(spec.get("taken", "2000-01-01"))
    except ValueError as error:
        raise ContractError(
            f"list {identity}: taken {spec['taken']} is no date", where=str(place), todo="write YYYY-MM-DD"
        ) from error


def _key(identity: str, spec: Mapping[str, Any], columns: Sequence[str], place: Place) -> tuple[str, ...]:
    stated = spec.get("key")
    key = tuple(columns[:1]) if stated is None else (stated,) if isinstance(stated, str) else tuple(stated)
    if unknown := [name for name in key if columns and name not in columns]:
        raise ContractError(
            f"list {identity}: its key {', '.join(unknown)} is no column of it",
            where=str(place),
            todo=f"use {', '.join(columns)}",
        )
    return key


def _frame(identity: str, rows: Sequence[Mapping[str, Any]], columns: Sequence[str], place: Place) -> pl.DataFrame:
    names = list(columns) or list(dict.fromkeys(name for row in rows for name in row))
    if any(isinstance(value, list | dict) for row in rows for value in row.values()):
        raise ContractError(
            f"list {identity}: a value is one word", where=str(place), todo="write one value per column"
        )
    return pl.DataFrame(
        [{name: row.get(name) for name in names} for row in rows], schema=dict.fromkeys(names, pl.String)
    )


def list_rows(path: Path) -> pl.DataFrame:
    """Return the rows of a CSV file with a header as text, blank as null. Raises ContractError if it is none."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ContractError(
            f"list file cannot be read: {error.strerror}", where=str(path), todo="add the file or unbind the list"
        ) from error
    except UnicodeDecodeError as error:
        raise ContractError("list file is not UTF-8", where=str(path), todo="save it as UTF-8") from error
    records = _records(path, text)
    if not records:
        raise ContractError("list file is empty", where=str(path), todo="write a header line and values")
    (line, header), body = records[0], records[1:]
    if twice := sorted({name for name in header if header.count(name) > 1}):
        raise ContractError(
            f"column {', '.join(twice)} stands twice", where=f"{path}:{line}", todo="name each column once"
        )
    for line, record in body:
        if len(record) != len(header):
            raise ContractError(
                f"{len(record)} values for {len(header)} columns", where=f"{path}:{line}", todo="correct the line"
            )
    columns = {name: [record[at] or None for _, record in body] for at, name in enumerate(header)}
    return pl.DataFrame(columns, schema=dict.fromkeys(header, pl.String))


def _records(path: Path, text: str) -> list[tuple[int, list[str]]]:
    """Line and values of each record of a list file; blank lines are left out."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    records: list[tuple[int, list[str]]] = []
    try:
        for record in reader:
            if record:
                records.append((reader.line_num, record))
    except csv.Error as error:
        where = f"{path}:{records[-1][0] + 1 if records else 1}"
        raise ContractError(f"list file cannot be read: {error}", where=where, todo="close the quotes") from error
    return records
