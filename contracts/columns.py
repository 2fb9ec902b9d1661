"""Columns of a file: layout, statements of library and overlay, series, narrower types."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from contracts.documents import Document
from contracts.model import Type

_SERIES = re.compile(r"(.*)\{(\d+)\.\.(\d+)\}(.*)")


def statements(document: Document, file: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (index in the YAML list, statement) of a file's columns, series expanded."""
    for index, row in enumerate(document.data["files"][file].get("columns", ())):
        match = _SERIES.fullmatch(row["name"])
        if not match:
            yield index, {**row, "at": _start(row, document, file, index, 1)} if "at" in row else row
            continue
        before, first, last, after = match.groups()
        count = _length(first, last, document, file, index)
        start = _start(row, document, file, index, count)
        for offset, number in enumerate(range(int(first), int(first) + count)):
            yield index, {**row, "name": f"{before}{number}{after}", **({"at": start + offset} if start else {})}


def by_name(document: Document, file: str) -> dict[str, tuple[int, dict[str, Any]]]:
    """Statements of a file by column; a later row of the same name overrides one of a series."""
    found: dict[str, tuple[int, dict[str, Any]]] = {}
    for index, row in statements(document, file):
        if row["name"] in found:
            previous = found[row["name"]][0]
            if not _SERIES.fullmatch(document.data["files"][file]["columns"][previous]["name"]):
                document.fault(f"column {row['name']} stands twice", "files", file, "columns", index, todo="keep one")
        found[row["name"]] = (index, row)
    return found


def narrower(new: Type, old: Type) -> bool:
    """True if every value of type ``new`` is one of type ``old``: the same kind with smaller sizes, or a subkind."""
    if new.kind == old.kind:
        if new.kind in ("date", "timestamp"):
            return not new.mask or new.mask == old.mask
        return _fits(new, old)
    if (new.kind, old.kind) == ("integer", "number"):
        return _fits(Type("number", new.size, 0 if new.size else None), old)
    return (new.kind, old.kind) == ("flag", "text")


def _fits(new: Type, old: Type) -> bool:
    if old.size is None:
        return True
    if new.size is None:
        return False
    before = new.size - (new.scale or 0) <= old.size - (old.scale or 0)
    return before and new.size <= old.size and (old.scale is None or (new.scale or 0) <= old.scale)


def in_release(row: Mapping[str, Any], release: str) -> bool:
    """True if a statement with ``since``/``until`` holds in the release (or no release is asked for)."""
    if not release:
        return True
    return str(row.get("since", "")) <= release and release <= str(row.get("until", "99D"))


def _length(first: str, last: str, document: Document, file: str, index: int) -> int:
    """Number of columns of a series; 0 after noting that it makes no sense."""
    if len(first + last) <= 8 and int(first) <= int(last) < int(first) + 1000:
        return int(last) - int(first) + 1
    todo = "write it as {first..last}, at most 1000 columns"
    document.fault(f"series {first}..{last} has no length", "files", file, "columns", index, todo=todo)
    return 0


def _start(row: Mapping[str, Any], document: Document, file: str, index: int, count: int) -> int:
    """First position of a column or series, 0 if it states none; a range of another length is a fault."""
    first, _, last = str(row.get("at", 0)).partition("..")
    if len(first + last) > 12:
        document.fault(f"{row['name']}: at {row['at']} is too large", "files", file, "columns", index)
        return 0
    if last and count and int(last) - int(first) + 1 != count:
        what = f"{row['name']}: at {row['at']} has not the length of the name"
        document.fault(what, "files", file, "columns", index, todo=f"{count} columns from position {first}")
    return int(first)


def keys(stated: Sequence[Any]) -> tuple[tuple[str, ...], ...]:
    """Alternatives of key columns: ``[A, B]`` is one, ``[[A, B], [C]]`` two, ``[]`` the whole file."""
    if stated and isinstance(stated[0], list):
        return tuple(tuple(alternative) for alternative in stated)
    return (tuple(stated),)
