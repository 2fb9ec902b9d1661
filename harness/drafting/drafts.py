"""The draft of a contract as YAML: what a source says, and what it leaves open as questions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contracts import DEPARTMENTS
from harness.drafting.guesses import file_ids, personal, words_of
from harness.drafting.layout_files import LayoutFile
from harness.drafting.plans import plan
from harness.drafting.source import Source, SourceColumn, SourceFile

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*(?: [A-Za-z0-9_./-]+)*|\d+")
_WORDS = {"null", "true", "false", "yes", "no", "on", "off"}
_OPEN = {
    "fbdi": "Which UCM account, interface option and job take the files, and which values must be on which lists?",
    "hdl": "Which attributes are required when a line creates, and which values must be on which lists?",
    "rest": "Which attributes depend on each other, and which values must be on which lists?",
    "delimited": "Who writes the file, who reads it, and which values must be on which lists?",
}


@dataclass(frozen=True)
class Draft:
    """What a draft is made of. ``layouts``: by stem, those that its files refer to; others list their columns."""

    identity: str
    prefix: str
    direction: str
    release: str
    source: Source
    layouts: Mapping[str, LayoutFile]
    schema: str = ""  # path of the grammar for editors

    def text(self) -> str:
        """The contract file."""
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        name = self.identity.partition(".")[2].replace("_", " ")
        department = next(one for one in DEPARTMENTS if one.lower() == self.identity.partition(".")[0])
        if self.schema:
            yield f"# yaml-language-server: $schema={self.schema}"
        yield f"# Drafted from {_comment(self.source.name)} ({self.source.kind}), sha256 {self.source.sha256}."
        yield "# What the source does not say is asked under `unconfirmed:`. Rules and examples come next."
        yield f"contract: {self.identity}"
        yield "version: 0.1.0"
        yield "status: draft"
        yield f"title: {scalar(name[:1].upper() + name[1:])}"
        yield f"summary: {scalar(f'Drafted from {self.source.name}.')}"
        yield f"owner: {{department: {department}}}"
        yield f"direction: {self.direction}"
        yield f"channel: {self.source.channel}"
        yield f"prefix: {self.prefix}"
        if self.release:
            yield f"releases: [{self.release}]"
        yield f"unconfirmed: {scalar(_OPEN[self.source.channel])}"
        yield ""
        if self.source.kind == "template":
            yield f"oracle: {{template: {scalar(self.source.name)}}}"
        if self.source.channel == "rest":
            yield f"oracle: {{resource: {scalar(self.source.files[0].stem)}}}"
        if self.source.channel in ("delimited", "rest"):
            yield "package: {kind: none}"
        if self.source.kind == "template" or self.source.channel in ("delimited", "rest"):
            yield ""
        yield "files:"
        yield from self._files()
        yield from self._lists()

    def _files(self) -> Iterator[str]:
        ids = dict(
            zip(
                (file.stem for file in self.source.files),
                file_ids([one.stem for one in self.source.files]),
                strict=True,
            )
        )
        plans = plan(self.source, ids, self.layouts)
        for file in self.source.files:
            yield f"  {ids[file.stem]}:"
            layout = self.layouts.get(file.stem)
            facts: dict[str, Any] = {"layout": layout.stem} if layout else {}
            if file.name and (not layout or "@" in file.stem or "/" in file.stem):
                facts["object" if file.parent else "name"] = file.name
            if file.table:
                facts["table"] = file.table
            if file.record_type:
                facts["record_type"] = {"at": file.record_type[0], "value": file.record_type[1]}
            if file.csv:
                facts["csv"] = file.csv
            for key, value in (facts | plans[file.stem].facts).items():
                yield f"    {key}: {flow(value)}"
            yield "    columns:"
            yield from table(list(self._columns(file, layout, plans[file.stem].keys)))

    def _columns(self, file: SourceFile, layout: LayoutFile | None, keys: Sequence[str]) -> Iterator[dict[str, Any]]:
        if layout is None:
            for at, column in enumerate(file.columns, start=1):
                yield _stated(column, at if self.source.channel == "fbdi" else 0)
            return
        for row, column in zip(layout.rows, layout.columns, strict=True):
            due = (
                row["required"] in ("Y", "C") or column.name in keys or personal(column.name) or layout.folder == "hdl"
            )
            if due and column.name in layout.names:
                yield _listed(column.name, column.question)

    def _lists(self) -> Iterator[str]:
        named = dict.fromkeys(column.lov for file in self.source.files for column in file.columns if column.lov)
        if named:
            yield ""
            yield "lists:"
        for lov in named:
            facts = {
                "about": f"values of {lov}",
                "columns": ["value"],
                "unconfirmed": f"Which attribute of {lov} is it?",
            }
            yield f"  {list_of(lov)}: {flow(facts)}"


def _listed(name: str, question: str) -> dict[str, Any]:
    """A column of a layout: what Oracle says of it stands there."""
    row: dict[str, Any] = {"name": name}
    if personal(name):
        row["personal_data"] = "possible"
    return row | ({"unconfirmed": question} if question else {})


def _stated(column: SourceColumn, at: int) -> dict[str, Any]:
    """A column of a file without a layout."""
    row: dict[str, Any] = {"name": column.name}
    if at:
        row["at"] = at
    if column.path:
        row["path"] = column.path
    row["type"] = type_of(column)
    if column.label:
        row["label"] = column.label
    if column.required == "Y":
        row["required"] = True
    if column.lov:
        row["list"] = list_of(column.lov)
    due = f"When is {column.name} required?" if column.required == "C" else ""
    return row | _listed(column.name, " ".join(filter(None, (column.question, due))))


def type_of(column: SourceColumn) -> str:
    """Return the contract's word for a column's type."""
    match column.type:
        case "VARCHAR2":
            return f"text({column.length})" if column.length else "text"
        case "NUMBER":
            kind = "integer" if column.scale == 0 else "number"
            sizes = [column.length, column.scale or None] if column.length else []
            inner = ",".join(str(size) for size in sizes if size is not None)
            return f"{kind}({inner})" if inner else kind
        case "DATE" | "TIMESTAMP":
            return column.type.lower() + (f"({column.mask})" if column.mask else "")
        case "BOOLEAN" | "FLAG":
            return column.type.lower()
        case _:
            return "text"


def list_of(lov: str) -> str:
    """Return the name of the list that stands for a resource of values."""
    return re.sub(r"^[^a-z]+", "", words_of(lov).lower()) or "values"


def table(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield rows as flow mappings, what follows the names in one column."""
    widest = max((len(scalar(row["name"])) for row in rows), default=0)
    for row in rows:
        rest = [f"{key}: {flow(value)}" for key, value in row.items() if key != "name"]
        name = scalar(row["name"])
        gap = " " * (widest - len(name) + 1)
        yield f"      - {{name: {name}" + (f",{gap}{', '.join(rest)}" if rest else "") + "}"


def flow(value: Any) -> str:
    """Return a value as YAML in flow style."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return scalar(str(value))


def scalar(text: str) -> str:
    """Return a text as YAML, quoted where it could be read as anything else."""
    return text if _PLAIN.fullmatch(text) and text.lower() not in _WORDS else json.dumps(text, ensure_ascii=False)


def _comment(text: str) -> str:
    return "".join(sign if sign.isprintable() else "?" for sign in text)
