"""REST descriptions: what a resource's ``/describe`` says of its attributes and child collections."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.drafting.source import Note, Source, SourceColumn, SourceFile
from harness.errors import UsageError

_FIXED = "no attribute that a body may hold"
_DEEPEST = 6  # collections inside collections
_TODO = "give the answer of GET .../resources/<version>/<resource>/describe"
_TYPES = {
    **dict.fromkeys(("string", "text", "char", "clob"), ""),
    **dict.fromkeys(("integer", "int", "long", "short", "biginteger"), "INTEGER"),
    **dict.fromkeys(("number", "decimal", "double", "float", "bigdecimal"), "NUMBER"),
    **dict.fromkeys(("datetime", "date-time", "timestamp"), "MOMENT"),
    "date": "DATE",
    "boolean": "BOOLEAN",
}


def read_description(path: Path) -> Source:
    """Return the resource of a description with its children. Raises UsageError for JSON that is none."""
    resources = _resources(path)
    name, body = next(iter(resources.items()))
    found = list(_files(name, body, "", "$.", 0))
    files = [one for one in found if isinstance(one, SourceFile)]
    if not files or files[0].stem != name:
        raise UsageError(f"{name} has no attributes that a body may hold", where=path.name, todo=_TODO)
    skipped = [one for one in found if isinstance(one, Note) and one.why == _FIXED]
    unread = [one for one in found if isinstance(one, Note) and one.why != _FIXED]
    unread += [Note(f"resource {other}", "a resource of its own: describe it alone") for other in list(resources)[1:]]
    return Source(path.name, "REST description", "rest", tuple(files), tuple(skipped), tuple(unread))


def _resources(path: Path) -> Mapping[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UsageError("no JSON in UTF-8", where=path.name, todo=_TODO) from error
    resources = data.get("Resources") if isinstance(data, dict) else None
    if not isinstance(resources, dict) or not resources:
        raise UsageError("JSON without Resources: no description of a resource", where=path.name, todo=_TODO)
    return resources


def _files(name: str, body: Any, parent: str, path: str, depth: int) -> Iterator[SourceFile | Note]:
    """The file of a collection, then those below it."""
    attributes = body.get("attributes") if isinstance(body, dict) else None
    stem = f"{parent}.{name}" if parent else name
    if not isinstance(attributes, list) or depth > _DEEPEST:
        yield Note(f"collection {stem}", "no list of attributes" if depth <= _DEEPEST else "nested too deeply")
        return
    columns: list[SourceColumn] = []
    odd: list[str] = []
    fixed = 0
    for one in attributes:
        if not isinstance(one, dict) or not isinstance(one.get("name"), str):
            odd.append("an attribute without a name")
        elif not one.get("updatable", True) and not one.get("mandatory"):
            fixed += 1
        elif (column := _column(one, path)) is None:
            odd.append(f"{one['name']} of type {one.get('type')}")
        elif column.name not in {other.name for other in columns}:
            columns.append(column)
    if not columns:
        yield Note(f"collection {stem}", _FIXED)
        return
    remarks = [f"{fixed} attributes that no body may change were left out"] if fixed else []
    remarks += [f"left out: {', '.join(odd)}"] if odd else []
    yield SourceFile(
        stem,
        f"collection {name}",
        tuple(columns),
        name=name if parent else f"{name}.json",
        parent=parent,
        remarks=tuple(remarks),
    )
    children = body.get("children")
    for child, inner in children.items() if isinstance(children, dict) else ():
        yield from _files(child, inner, stem, f"{path}{child}[*].", depth + 1)


def _column(one: Mapping[str, Any], path: str) -> SourceColumn | None:
    kind = _TYPES.get(str(one.get("type", "string")).lower())
    if kind is None:
        return None
    name = one["name"]
    length, precision, scale = (_number(one.get(key)) for key in ("maxLength", "precision", "scale"))
    required = "Y" if one.get("mandatory") is True else ""
    column = SourceColumn(
        name, label=str(one.get("title", "")), type=kind, required=required, path=path + name, lov=_lov(one)
    )
    match kind:
        case "":
            return replace(column, type="VARCHAR2", length=length or precision)
        case "INTEGER":
            return replace(column, type="NUMBER", length=precision, scale=0)
        case "NUMBER":
            return replace(column, length=precision, scale=scale if precision else None)
        case "DATE":
            return replace(column, mask="YYYY-MM-DD")
        case "MOMENT":
            question = f"How is {name} written? It is a moment such as 2026-11-27T10:00:00+00:00, held as text."
            return replace(column, type="", question=question)
        case _:
            return column


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 100_000 else None


def _lov(one: Mapping[str, Any]) -> str:
    """The resource that lists an attribute's values, "" for none."""
    lov = one.get("lov")
    named = lov.get("childRef") if isinstance(lov, dict) else one.get("LOVResourcePath", one.get("lovResourcePath", ""))
    return str(named or "").rstrip("/").rpartition("/")[2]
