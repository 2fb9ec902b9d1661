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
from contracts.model import Place, ReferenceList


def declare(identity: str, spec: Mapping[str, Any], place: Place, *, sample: bool) -> ReferenceList:
    """Return the list that the library declares; its sample rows are bound only if ``sample`` is asked for."""
    columns = tuple(spec.get("columns", ()))
    rows = spec.get("sample")
    frame = _frame(rows, columns) if rows and sample else None
    if frame is not None and not columns:
        columns = tuple(frame.columns)
    return ReferenceList(
        id=identity,
        columns=columns,
        key=_key(spec, columns),
        rows=frame,
        about=spec.get("about", ""),
        unconfirmed=spec.get("unconfirmed", ""),
        sample=frame is not None,
        place=place,
    )


def bind(
    declared: ReferenceList | None, identity: str, spec: Mapping[str, Any], folder: Path, place: Place
) -> ReferenceList:
    """Return the list with the values that ``spec`` binds: a file of the profile, inline ``values`` or ``rows``.

    Raises ContractError if the file is missing, unreadable or lacks a column that the library declared. ``query`` alone
    binds nothing: its file is taken from Fusion by a command of its own.
    """
    wanted = declared.columns if declared else tuple(spec.get("columns", ()))
    if "values" in spec:
        column = wanted[0] if wanted else "value"
        frame = pl.DataFrame({column: spec["values"]}, schema={column: pl.String})
    elif "rows" in spec:
        frame = _frame(spec["rows"], wanted)
    elif "file" in spec:
        frame = _file(folder / spec["file"])
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
        key=_key(spec, columns) if "key" in spec or not declared else declared.key or columns[:1],
        rows=frame,
        about=spec.get("about", declared.about if declared else ""),
        taken=spec.get("taken", ""),
        max_age_days=spec.get("max_age_days"),
        unconfirmed=spec.get("unconfirmed", declared.unconfirmed if declared else ""),
        place=place,
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


def _key(spec: Mapping[str, Any], columns: Sequence[str]) -> tuple[str, ...]:
    key = spec.get("key")
    return tuple(columns[:1]) if key is None else (key,) if isinstance(key, str) else tuple(key)


def _frame(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> pl.DataFrame:
    names = list(columns) or list(dict.fromkeys(name for row in rows for name in row))
    return pl.DataFrame(
        [{name: row.get(name) for name in names} for row in rows], schema=dict.fromkeys(names, pl.String)
    )


def _file(path: Path) -> pl.DataFrame:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ContractError(
            f"list file cannot be read: {error.strerror}", where=str(path), todo="add the file or unbind the list"
        ) from error
    except UnicodeDecodeError as error:
        raise ContractError("list file is not UTF-8", where=str(path), todo="save it as UTF-8") from error
    records = list(csv.reader(io.StringIO(text)))
    if not records:
        raise ContractError("list file is empty", where=str(path), todo="write a header line and values")
    header, body = records[0], [record for record in records[1:] if record]
    for number, record in enumerate(body, start=2):
        if len(record) != len(header):
            raise ContractError(
                f"{len(record)} values for {len(header)} columns", where=f"{path}:{number}", todo="correct the line"
            )
    columns = {name: [record[at] or None for record in body] for at, name in enumerate(header)}
    return pl.DataFrame(columns, schema=dict.fromkeys(header, pl.String))
