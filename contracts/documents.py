"""YAML of the contract format: every scalar a string, every key with its line, coerced by the JSON Schema.

PyYAML would read fund ``0110`` as 72 and the key ``on:`` as True; hence the loader is built on its events. Rules of
reading: contract format, section 2.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

from contracts.errors import Fault

Path_ = tuple[str | int, ...]
_NULL = {"", "~", "null", "Null", "NULL"}
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 60  # levels of nesting; a contract needs eight
_MOST_VALUES = 200_000  # the largest contract has a tenth of them


@dataclass
class Document:
    """One contract file: its data, and the line on which each key or item stands."""

    name: str  # path shown to people
    data: dict[str, Any]
    lines: dict[Path_, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def line(self, *path: str | int) -> int:
        """Line of the nearest statement at or above ``path``."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def fault(self, what: str, *path: str | int, todo: str = "", level: str = "error") -> None:
        """Note a fault at ``path``."""
        self.faults.append(Fault(self.name, self.line(*path), what, todo, level))


def read_document(path: Path, name: str) -> Document:
    """Return the document at ``path``, coerced and validated; all its faults are in ``faults``, none is raised."""
    document = Document(name, {})
    try:
        text = path.read_text(encoding="utf-8")
        data = _Builder(document, text).build()
    except UnicodeDecodeError as error:
        document.fault(f"not UTF-8: byte {error.start}", todo="save the file as UTF-8")
        return document
    except OSError as error:
        document.fault(f"cannot be read: {error.strerror}")
        return document
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        document.faults.append(Fault(name, line, f"not YAML: {error.problem}", "correct the indentation or quotes"))
        return document
    except yaml.YAMLError as error:
        document.fault(f"not YAML: {error}")
        return document
    if not isinstance(data, dict):
        document.fault("a contract is a mapping of keys", todo="begin with `contract:` or `extends:`")
        return document
    document.data = _coerce(data, _place())
    document.faults += [*_validate(document)]
    return document


def read_head(path: Path) -> dict[str, Any]:
    """The first keys of a contract file as text, up to its status, channel and files; empty where it cannot be read.

    Neither coerced nor validated. What stands below, rules and examples, is most of a file and is not read.
    """
    try:
        return _Builder(Document(path.name, {}), path.read_text(encoding="utf-8")).head({"status", "channel", "files"})
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return {}


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema of the contract format."""
    text = (Path(__file__).parent / "contract.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


class _Builder:
    """Turns YAML events into strings, lists and dicts, remembering lines; refuses what the format forbids."""

    def __init__(self, document: Document, text: str) -> None:
        self.document = document
        self.events: Iterator[Any] = yaml.parse(text, Loader=_LOADER)
        self.anchors: dict[str, Any] = {}
        self.sizes: dict[str, int] = {}  # values below an anchor, those of aliases counted
        self.count = 0

    def build(self) -> Any:
        """Return the data of the first document; a second one is a fault."""
        data, documents = None, 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
            if documents > 1:
                line = event.start_mark.line + 1
                self.document.faults.append(
                    Fault(self.document.name, line, "a second document begins", "write one contract per file")
                )
                break
            if isinstance(event, yaml.NodeEvent):
                data = self._node(event, ())
        return data

    def head(self, wanted: Set[str]) -> dict[str, Any]:
        """The keys of the first document, up to the last of those that are wanted."""
        data: dict[str, Any] = {}
        begin = next((event for event in self.events if isinstance(event, yaml.NodeEvent)), None)
        if isinstance(begin, yaml.MappingStartEvent):
            while not wanted <= data.keys() and isinstance(key := next(self.events), yaml.ScalarEvent):
                data[key.value] = self._node(next(self.events), (key.value,))
        return data

    def _node(self, event: Any, path: Path_) -> Any:
        if len(path) > _DEEPEST:
            raise _broken("nested too deeply", event)
        line = event.start_mark.line + 1
        self.document.lines.setdefault(path, line)
        before, self.count = self.count, self.count + 1
        if isinstance(event, yaml.AliasEvent):
            self.count += self.sizes.get(str(event.anchor), 0)
            if self.count > _MOST_VALUES:
                raise _broken(f"more than {_MOST_VALUES:,} values, those of aliases counted", event)
            if event.anchor not in self.anchors:
                self.document.fault(f"unknown anchor *{event.anchor}", *path)
            return self.anchors.get(str(event.anchor))
        value: Any
        if isinstance(event, yaml.ScalarEvent):
            value = None if event.implicit[0] and event.value in _NULL else event.value
        elif isinstance(event, yaml.SequenceStartEvent):
            value = self._sequence(path)
        else:
            value = self._mapping(path)
        if event.anchor:
            if path[:1] != ("examples",):
                self.document.fault("anchors are allowed under `examples` only", *path, todo="write the value out")
            self.anchors[event.anchor], self.sizes[event.anchor] = value, self.count - before
        return value

    def _sequence(self, path: Path_) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self._node(event, (*path, len(items))))
        return items

    def _mapping(self, path: Path_) -> dict[str, Any]:
        own: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = getattr(event, "value", None)
            if not isinstance(key, str):
                self.document.lines.setdefault((*path, "?"), event.start_mark.line + 1)
                self.document.fault("a key must be a word", *path, "?")
                self._node(event, (*path, "?"))
                key = "?"
            here = (*path, key)
            line = event.start_mark.line + 1
            if key in own:
                self.document.faults.append(Fault(self.document.name, line, f"key `{key}` stands twice", "keep one"))
            self.document.lines[here] = line
            value = self._node(next(self.events), here)
            if key == "<<":
                merged |= self._merge(value, here)
            else:
                own[key] = value
        return {**merged, **own}

    def _merge(self, value: Any, path: Path_) -> dict[str, Any]:
        if path[:1] != ("examples",):
            self.document.fault("merge keys are allowed under `examples` only", *path, todo="write the keys out")
        parts = value if isinstance(value, list) else [value]
        merged: dict[str, Any] = {}
        for part in reversed(parts):
            if isinstance(part, dict):
                merged |= part
            else:
                self.document.fault("`<<` merges a mapping", *path)
        return merged


def _broken(problem: str, event: Any) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)


def _alternatives(node: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The schemas that may describe a value: the node itself, its reference, its oneOf and anyOf branches."""
    found = [node]
    if reference := node.get("$ref"):
        found += _alternatives(schema()["$defs"][reference.rpartition("/")[2]])
    for branch in (*node.get("oneOf", ()), *node.get("anyOf", ())):
        found += _alternatives(branch)
    return found


class _Place:
    """What the schema says of one place in a document: all alternatives together, worked out once for all documents."""

    def __init__(self, schemas: list[Mapping[str, Any]]) -> None:
        self._nodes = [alternative for node in schemas for alternative in _alternatives(node)]
        self.known = frozenset(key for node in self._nodes for key in node.get("properties", ()))
        self.types = frozenset(node.get("type") for node in self._nodes)
        self._members: dict[str | None, _Place] = {}

    def member(self, key: str) -> _Place:
        """The place below this key of a mapping; all keys that the schema does not name have one."""
        named = key if key in self.known else None
        if named not in self._members:
            found = [node.get("properties", {}).get(named, node.get("additionalProperties")) for node in self._nodes]
            self._members[named] = _Place([one for one in found if isinstance(one, dict)])
        return self._members[named]

    @cached_property
    def items(self) -> _Place:
        """The place of the items of a list."""
        return _Place([node["items"] for node in self._nodes if isinstance(node.get("items"), dict)])


@cache
def _place() -> _Place:
    return _Place([schema()])


def _coerce(value: Any, place: _Place) -> Any:
    if isinstance(value, dict):
        return {
            key: _coerce(item, place.member(key))
            for key, item in value.items()
            if item is not None or key not in place.known  # null = absent
        }
    if isinstance(value, list):
        return [_coerce(item, place.items) for item in value]
    return _scalar(value, place.types) if isinstance(value, str) else value


def _scalar(text: str, types: Set[str | None]) -> Any:
    if "boolean" in types and text in ("true", "false"):
        return text == "true"
    if "integer" in types and re.fullmatch(r"-?\d{1,18}", text):
        return int(text)
    if "number" in types and re.fullmatch(r"-?\d+(\.\d+)?", text):
        return Decimal(text)
    return text


@cache
def _validator() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(schema())


def _validate(document: Document) -> Iterator[Fault]:
    """What the JSON Schema has against a document. The validator in Rust is fast, that in Python has words."""
    if not _validator().is_valid(document.data):
        from contracts.schema_faults import schema_faults

        for path, what, todo in schema_faults(document.data, schema()):
            yield Fault(document.name, document.line(*path), what, todo)
