"""REST bodies: JSON objects with child collections, one file of the contract per collection."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from contracts.model import ABOVE, OWN, Column, Contract, File
from contracts.nesting import in_order
from interfaces.errors import PayloadError
from interfaces.fixed_width import store, text_frame
from interfaces.matching import match, member_name, names_of
from interfaces.package import LIMITS, Limits, Member, open_package
from interfaces.payload import Fact, Payload
from interfaces.shape_facts import miscounted

_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_STEP = "[*]."

Record = dict[str, str | None]


@dataclass(frozen=True)
class RestDialect:
    """How bodies are written where nothing depends on it."""

    zipped: bool = True


DIALECT = RestDialect()


class _BodyError(ValueError):
    """Why a member is no body."""


def read(path: Path, contract: Contract, *, limits: Limits = LIMITS) -> Payload:
    """Return the payload at ``path``: one JSON file, or a zip of such; each holds an object, or a list of objects.

    Numbers are kept as they are written, ``true`` and ``false`` as words. Bytes that are no such JSON are facts;
    PayloadError is raised only if the file cannot be opened.
    """
    package = open_package(path, limits=limits)
    found, facts = match(contract, package)
    reading = _Reading(contract)
    for member in found.get(contract.roots[0].id, ()):
        try:
            reading.take(_objects(member))
        except _BodyError as error:
            reading.fact("unreadable", contract.roots[0].id, str(error), member.name)
    names = [member.name for member in package.members]
    there = {file.id: reading.frame(file) for file in contract.files.values() if file.id in found}
    reading.judge(there)
    return Payload(package.name, package.sha256, package.size, there, [*facts, *reading.facts], names)


def _objects(member: Member) -> list[dict[str, Any]]:
    try:
        text = member.data.decode("utf-8-sig")
        body = json.loads(text, parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, _BodyError) else "it is no JSON in UTF-8"
        raise _BodyError(f"the body cannot be read: {reason}") from error
    objects = body if isinstance(body, list) else [body]
    if not all(isinstance(one, dict) for one in objects):
        raise _BodyError("the body is no object and no list of objects")
    return objects


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _BodyError("an attribute stands twice in one object")
    return found


class _Reading:
    """Records by file id as they are found, and what is wrong with them."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.records: dict[str, list[Record]] = {name: [] for name in contract.files}
        self.facts: list[Fact] = []
        self._wrong: dict[tuple[str, str], list[int]] = {}
        self._unknown: dict[tuple[str, str], list[int]] = {}

    def take(self, objects: Sequence[dict[str, Any]]) -> None:
        """Take the objects of a body with all below them."""
        for one in objects:
            self._take(self.contract.roots[0], one, None)

    def _take(self, file: File, one: dict[str, Any], above: str | None) -> None:
        rows = self.records[file.id]
        row: Record = {OWN: str(len(rows) + 1), ABOVE: above}
        rows.append(row)
        children = {step_of(child): child for child in self.contract.files.values() if _below(child, file)}
        leaves = {leaf_of(column): column.name for column in file.columns.values() if column.path}
        for name, value in one.items():
            if name in children:
                self._children(children[name], value, file, row[OWN])
            elif name not in leaves:
                self._unknown.setdefault((file.id, name), []).append(len(rows))
            elif isinstance(value, dict | list):
                self._wrong.setdefault((file.id, f"{name} is no single value"), []).append(len(rows))
            else:
                row[leaves[name]] = _text(value)

    def _children(self, child: File, value: Any, file: File, above: str | None) -> None:
        """A collection is a list of objects; Fusion also writes it as an object with ``items``."""
        listed = value.get("items") if isinstance(value, dict) and "items" in value else value
        if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
            self._wrong.setdefault((file.id, f"{step_of(child)} is no list of objects"), []).append(int(above or 1))
            return
        for one in listed:
            self._take(child, one, above)

    def fact(self, kind: str, file: str, detail: str, member: str = "", rows: Sequence[int] | None = None) -> None:
        """Note a fact about a file or some of its records."""
        numbers = None if rows is None else pl.Series(rows, dtype=pl.UInt32)
        rule = f"{file}.shape.{kind}" if "." not in kind else f"{file}.{kind.removeprefix('.')}"
        self.facts.append(Fact(rule, file, detail, numbers, numbers, member))

    def frame(self, file: File) -> pl.DataFrame:
        """The records of a file as a frame of text, blank as null."""
        rows = self.records[file.id]
        values = {name: [row.get(name) or None for row in rows] for name in file.columns}
        frame = pl.DataFrame(values, schema=dict.fromkeys(values, pl.String))
        kept = [name for name, one in file.columns.items() if one.listed or frame[name].null_count() < frame.height]
        number = pl.int_range(1, frame.height + 1, dtype=pl.UInt32, eager=True)
        return pl.DataFrame([number.alias("_row"), number.alias("_line")]).hstack(frame.select(kept).get_columns())

    def judge(self, frames: Mapping[str, pl.DataFrame]) -> None:
        """Note what was seen on the way: values of the wrong form, unknown attributes, numbers of records."""
        for (file, detail), rows in self._wrong.items():
            self.fact("unreadable", file, detail, rows=rows)
        for (file, name), rows in self._unknown.items():
            if self.contract.files[file].unlisted != "ignored":
                self.fact(f".{name}.unlisted", file, f"{name} is no attribute of the contract", rows=rows)
        for name, frame in frames.items():
            if told := miscounted(self.contract.files[name], frame.height):
                self.fact("row_count", name, told)


def _text(value: Any) -> str | None:
    return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _below(child: File, file: File) -> bool:
    return child.parent is not None and child.parent.file == file.id


def step_of(file: File) -> str:
    """Return the name of the collection in which a file's records stand: the last one of its columns' paths."""
    path = next((column.path for column in file.columns.values() if column.path), "")
    return path.removeprefix("$.").split(_STEP)[-2] if _STEP in path else file.object


def leaf_of(column: Column) -> str:
    """Return the attribute that a column's path names."""
    return column.path.removeprefix("$.").split(_STEP)[-1]


def write(
    path: Path,
    contract: Contract,
    records: Mapping[str, Sequence[Mapping[str, str | None]]],
    *,
    dialect: RestDialect = DIALECT,
) -> None:
    """Write records by file id to ``path``: one object, or a list of objects; blank values are left out.

    Numbers and booleans are written as such where their text is one. Raises PayloadError as ``write_frames`` does.
    """
    frames = {name: text_frame(contract, name, rows) for name, rows in records.items()}
    write_frames(path, contract, frames, dialect=dialect)


def write_frames(
    path: Path, contract: Contract, frames: Mapping[str, pl.DataFrame], *, dialect: RestDialect = DIALECT
) -> None:
    """Write text frames by file id as ``write`` does records. Raises PayloadError if ``path`` cannot be written.

    A record whose parent is not there has no place in a body, and is an error too.
    """
    rows = {name: frame.to_dicts() for name, frame in frames.items()}
    made: dict[tuple[str, str], dict[str, Any]] = {}
    top: list[dict[str, Any]] = []
    for name, at in in_order(contract, rows):
        file, row = contract.files[name], rows[name][at]
        one = {leaf_of(column): _value(row[column.name], column) for column in _filled(file, row)}
        if file.parent is None:
            top.append(one)
        elif (above := made.get((file.parent.file, row.get(ABOVE) or ""))) is not None:
            above.setdefault(step_of(file), []).append(one)
        else:
            raise PayloadError(f"record {at + 1} of {name} has no {file.parent.file}", where=contract.id, todo="add it")
        made.setdefault((name, row.get(OWN) or ""), one)
    try:
        content = _json(top[0] if len(top) == 1 else top).encode()
    except UnicodeEncodeError as error:
        raise PayloadError(
            "a value holds half a surrogate pair, which no encoding can write", where=str(path)
        ) from error
    store(path, {member_name(names_of(contract.roots[0])) or "body.json": content}, packed=dialect.zipped)


def _filled(file: File, row: Mapping[str, str | None]) -> list[Column]:
    return [column for column in file.columns.values() if column.path and row.get(column.name) is not None]


def _value(text: str, column: Column) -> Any:
    bare = bool(_NUMBER.fullmatch(text)) if column.type.sort == "number" else column.type.kind == "boolean"
    return _Bare(text) if bare and (column.type.sort == "number" or text in ("true", "false")) else text


class _Bare(str):
    """A number or truth value, which JSON writes without quotes and a float would spoil."""

    __slots__ = ()


def _json(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_json(name)}: {_json(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_json, value)) + "]"
    return str(value) if isinstance(value, _Bare) else json.dumps(value, ensure_ascii=False)
