"""Contracts of the Open Data Contract Standard: names, types and what their custom properties say of positions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from harness.drafting.oracle_types import OracleType, oracle_type
from harness.drafting.source import Note, Source, SourceColumn, SourceFile, distinct
from harness.errors import UsageError

_TODO = "give an ODCS contract (kind: DataContract, version 3) with a schema"
_LOGICAL = {
    **dict.fromkeys(("string", "text", "uuid"), "VARCHAR2"),
    **dict.fromkeys(("number", "decimal", "double", "float", "numeric"), "NUMBER"),
    **dict.fromkeys(("integer", "int", "long", "bigint"), "INTEGER"),
    **dict.fromkeys(("timestamp", "datetime"), "TIMESTAMP"),
    "date": "DATE",
    "boolean": "BOOLEAN",
}


def read_odcs(path: Path) -> Source:
    """Return the objects of an ODCS contract as files. Raises UsageError for a file that is none, or of HDL."""
    data = _document(path)
    channel = str(_custom(data).get("channel", "delimited"))
    if channel not in ("delimited", "fbdi"):
        what = f"an ODCS contract of the channel {channel}"
        raise UsageError(what, where=path.name, todo="give the .dat, description or record layout itself")
    files, unread = [], []
    for number, one in enumerate(data["schema"], start=1):
        name = str(one.get("physicalName") or one.get("name") or "") if isinstance(one, dict) else ""
        found = _file(name, one, channel) if name else "an object without a name"
        if isinstance(found, SourceFile):
            files.append(found)
        else:
            unread.append(Note(f"object {name or number}", found))
    return Source(path.name, "ODCS contract", channel, tuple(files), unread=tuple(unread))


def _document(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        data = yaml.load(text, Loader=yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader)  # noqa: S506
    except (UnicodeDecodeError, yaml.YAMLError, ValueError, RecursionError) as error:
        raise UsageError("no YAML in UTF-8", where=path.name, todo=_TODO) from error
    if not isinstance(data, dict) or not isinstance(data.get("schema"), list) or not data["schema"]:
        raise UsageError("YAML without a list `schema`: no ODCS contract", where=path.name, todo=_TODO)
    return data


def _custom(node: Mapping[str, Any]) -> dict[str, Any]:
    listed = node.get("customProperties")
    rows = listed if isinstance(listed, list) else []
    return {str(row.get("property")): row.get("value") for row in rows if isinstance(row, dict)}


def _file(name: str, one: Mapping[str, Any], channel: str) -> SourceFile | str:
    """The file of an object, or why it was not understood."""
    listed = one.get("properties")
    rows = [row for row in listed if isinstance(row, dict) and row.get("name")] if isinstance(listed, list) else []
    if not rows:
        return "no properties"
    kinds = [_type(row) for row in rows]
    odd = [str(row["name"]) for row, kind in zip(rows, kinds, strict=True) if kind is None]
    if odd:
        return f"of a type that no column has: {', '.join(odd)}"
    places = [_position(row) for row in rows]
    ordered = sorted(range(len(rows)), key=lambda at: places[at] or 0)
    stated = [place for place in places if place]
    remarks = []
    if stated and sorted(stated) != list(range(1, len(rows) + 1)):
        return "its positions do not count from 1 to the number of its properties"
    if channel == "fbdi" and not stated:
        remarks.append("no positions: the order of the properties was taken")
    columns, twice = distinct([_column(rows[at], kinds[at] or OracleType("")) for at in ordered])
    stem, dot, _ = name.partition(".")
    member = name if dot else f"{name}.csv"
    csv = None if channel == "fbdi" else {"header": True}
    return SourceFile(
        stem, f"object {one.get('name', name)}", tuple(columns), name=member, csv=csv, remarks=(*remarks, *twice)
    )


def _type(row: Mapping[str, Any]) -> OracleType | None:
    """The physical type where it is Oracle's, else the logical one with its options."""
    if physical := oracle_type(str(row.get("physicalType", ""))):
        return physical
    kind = _LOGICAL.get(str(row.get("logicalType", "string")).lower())
    options = row.get("logicalTypeOptions")
    length = options.get("maxLength") if isinstance(options, dict) else None
    if kind == "VARCHAR2":
        return OracleType(kind, length if isinstance(length, int) and length > 0 else None)
    return OracleType("NUMBER", None, 0) if kind == "INTEGER" else OracleType(kind) if kind else None


def _position(row: Mapping[str, Any]) -> int | None:
    place = str(_custom(row).get("position", ""))
    return int(place) if place.isdecimal() else None


def _column(row: Mapping[str, Any], kind: OracleType) -> SourceColumn:
    name, question = str(row.get("physicalName") or row["name"]), ""
    if kind.word in ("DATE", "TIMESTAMP") and not kind.mask:
        question = f"How is {name} written? The contract does not say."
    return SourceColumn(
        name, str(row.get("businessName", "") or ""), kind.word, kind.length, kind.scale,
        "Y" if row.get("required") is True else "", kind.mask, notes="from an ODCS contract", question=question,
    )  # fmt: skip
