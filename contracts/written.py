"""Written rules: every kind of contract format, section 7, checked against files, columns, lists and codes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contracts.conditions import Condition
from contracts.documents import Document
from contracts.lists import unreadable_dates
from contracts.model import Rule

if TYPE_CHECKING:
    from contracts.effective import Assembly

KINDS = ("unique", "exists", "totals", "in_list", "within", "disjoint", "python")
"""Kinds named by their own key; ``check`` is a row rule, with ``group_by`` a group rule."""


def written_rules(assembly: Assembly, document: Document) -> Iterator[Rule]:
    """Yield the rules of a document that can be used; faults of the others are noted in it."""
    for identity, row in document.data.get("rules", {}).items():
        path = ("rules", identity)
        prefix = document.data["prefix"]
        if not identity.startswith(f"{prefix}-"):
            document.fault(f"{identity} does not begin with {prefix}-", *path, todo=f"write {prefix}-{identity[-3:]}")
        if identity in document.data.get("retired_ids", ()):
            document.fault(f"{identity} is retired", *path, todo="ids are never reused: take a new number")
        if document is assembly.library and not assembly.own and row.get("basis") == "site":
            document.fault(
                f"{identity}: basis site has no place in the library", *path, todo="move the rule to an overlay"
            )
        if row.get("unconfirmed") and row["severity"] == "critical":
            document.fault(
                f"{identity}: an unconfirmed rule is never critical", *path, todo="write severity: significant"
            )
        breaks = row["breaks"].items() if isinstance(row["breaks"], dict) else ()
        if odd := [name for name, value in breaks if isinstance(value, list | dict)]:
            document.fault(
                f"{identity}: breaks {odd[0]} with what is no value", *path, "breaks", todo="write one value"
            )
        if code := row.get("rejects"):
            assembly.check_code(code, document, *path)
        if not _in_release(row, assembly.release):
            continue
        file = row.get("file") or (next(iter(assembly.files)) if len(assembly.files) == 1 else "")
        if file not in assembly.files:
            document.fault(
                f"{identity}: no file {file!r}", *path, todo=f"write file: one of {', '.join(assembly.files)}"
            )
            continue
        if rule := _Writer(assembly, document, identity, row, file).rule():
            yield rule


def _in_release(row: Mapping[str, Any], release: str) -> bool:
    return not release or (row.get("since", "") <= release <= row.get("until", "99D"))


@dataclass
class _Writer:
    assembly: Assembly
    document: Document
    identity: str
    row: Mapping[str, Any]
    file: str
    sound: bool = True

    def rule(self) -> Rule | None:
        row = self.row
        kind = next((kind for kind in KINDS if kind in row), "group" if "group_by" in row else "row")
        conditions: dict[str, Condition] = {}
        if "when" in row:
            self._parse(conditions, "when", row["when"], self.file)
        spec, columns = getattr(self, f"_{kind}")(conditions)
        if not self.sound:
            return None
        known = self._names()
        mentioned = [name for condition in conditions.values() for name in condition.columns if name in known]
        unconfirmed = row.get("unconfirmed", "")
        return Rule(
            id=self.identity,
            kind=kind,
            file=self.file,
            title=row["title"],
            severity=row["severity"],
            columns=tuple(dict.fromkeys([*columns, *mentioned])),
            code=self.assembly.defaults.predicts(row.get("rejects", ""), unconfirmed=unconfirmed),
            basis=row.get("basis", ""),
            why=row.get("why", ""),
            when=row.get("when", ""),
            spec=spec,
            conditions=conditions,
            breaks=row["breaks"],
            also=tuple(row.get("also", ())),
            unconfirmed=unconfirmed,
            prefix=self.assembly.prefix(self.document),
            raid=row.get("raid", ""),
            place=self.assembly.place(self.document, "rules", self.identity),
        )

    def _row(self, conditions: dict[str, Condition]) -> tuple[dict[str, Any], list[str]]:
        self._parse(conditions, "check", self.row["check"], self.file)
        return {"check": self.row["check"]}, []

    def _group(self, conditions: dict[str, Condition]) -> tuple[dict[str, Any], list[str]]:
        by = self.row["group_by"]
        if by != "accept_unit":
            self._known(self.file, by, "group_by")
        self._parse(conditions, "check", self.row["check"], self.file, group=True)
        return {"check": self.row["check"], "group_by": by}, [] if by == "accept_unit" else list(by)

    def _unique(self, conditions: dict[str, Condition]) -> tuple[dict[str, Any], list[str]]:
        names = self.row["unique"]
        self._known(self.file, names, "unique")
        if (completed := self.row.get("completed")) is None:
            return {"unique": names}, names
        if strange := [name for name in completed["columns"] if name not in names]:
            self._fault(
                f"completed: {', '.join(strange)} is not among `unique`", "completed", todo=f"use {', '.join(names)}"
            )
        self._list(completed["list"], completed["columns"].values(), "completed")
        return {"unique": names, "completed": completed}, names

    def _exists(self, conditions: dict[str, Condition]) -> tuple[dict[str, Any], list[str]]:
        spec = dict(self.row["exists"])
        spec.setdefault("match", spec["columns"])
        self._known(self.file, spec["columns"], "exists")
        if self._file(spec["in"], "exists"):
            self._known(spec["in"], spec["match"], "exists")
            self._same_length(spec, "exists")
            self._same_sorts(spec)
            if "where" in spec:
                self._parse(conditions, "where", spec["where"], spec["in"])
        if "or_list" in spec:
            self._list(spec["or_list"], spec["match"], "exists")
        return spec, spec["columns"]

    def _totals(self, conditions: dict[str, Condition]) -> tuple[dict[str, Any], list[str]]:
        spec = dict(self.row["totals"])
        self._known(self.file, spec["by"], "totals")
        self._parse(conditions, "here", spec["here"], self.file, value=True)
        if self._file(spec["in"], "totals"):
            self._known(spec["in"], spec["by"], "totals")
            self._parse(conditions, "there", spec["there"], spec["in"], value=True, group=True)
        for side, condition in conditions.items():
            if side in ("here", "there") and condition.sort != "number":
                self._fault(f"totals: {spec[side]} is no number", "totals", side, todo="total a number column")
        return spec, [*spec["by"]]

    def _in_list(self, conditions: dict[str, Condition]) -> tuple[dict[str, Any], list[str]]:
        spec = dict(self.row["in_list"])
        self._known(self.file, spec["columns"], "in_list")
        self._listed(spec, "in_list")
        columns = list(spec["columns"])
        if as_of := spec.get("as_of"):
            self._dated(as_of["column"], "in_list")
            self._window(spec["list"], as_of, "in_list")
            columns.append(as_of["column"])
        return spec, columns

    def _within(self, conditions: dict[str, Condition]) -> tuple[dict[str, Any], list[str]]:
        spec = dict(self.row["within"])
        self._dated(spec["column"], "within")
        self._known(self.file, spec.get("columns", ()), "within")
        if "columns" in spec:
            self._listed(spec, "within")
        self._window(spec["list"], spec, "within")
        return spec, [spec["column"], *spec.get("columns", ())]

    def _disjoint(self, conditions: dict[str, Condition]) -> tuple[dict[str, Any], list[str]]:
        by = self.row["disjoint"]["by"]
        self._known(self.file, by, "disjoint")
        history = self.assembly.files[self.file].history
        if history is None:
            self._fault(f"{self.file} has no history", "disjoint", todo="say `history:` at the file")
            return {"by": by}, by
        return {"by": by}, [*by, history.start, history.end]

    def _python(self, conditions: dict[str, Condition]) -> tuple[dict[str, Any], list[str]]:
        return {"python": self.row["python"]}, []

    def _names(self) -> Mapping[str, str]:
        return self.assembly.sorts(self.file)

    def _parse(
        self,
        conditions: dict[str, Condition],
        key: str,
        text: str,
        file: str,
        *,
        group: bool = False,
        value: bool = False,
    ) -> None:
        found = self.assembly.condition(
            text, file, self.document, "rules", self.identity, key, group=group, value=value
        )
        if found is None:
            self.sound = False
        else:
            conditions[key] = found

    def _fault(self, what: str, *path: str, todo: str = "") -> None:
        self.sound = False
        self.document.fault(f"{self.identity}: {what}", "rules", self.identity, *path, todo=todo)

    def _known(self, file: str, names: Any, key: str) -> None:
        if not self.assembly.known(file, names, self.document, "rules", self.identity, key):
            self.sound = False

    def _dated(self, column: str, key: str) -> None:
        self._known(self.file, [column], key)
        if self.sound and self._names()[column] not in ("date", "timestamp"):
            self._fault(f"{column} is no date", key, todo="name a date column")

    def _file(self, file: str, key: str) -> bool:
        if file not in self.assembly.files:
            self._fault(f"no file {file}", key, todo=f"use one of: {', '.join(self.assembly.files)}")
        return file in self.assembly.files

    def _listed(self, spec: dict[str, Any], key: str) -> None:
        reference = self.assembly.lists.get(spec["list"])
        if "match" not in spec:
            single = len(spec["columns"]) == 1 and reference is not None
            spec["match"] = list(reference.key[:1]) if single and reference else list(spec["columns"])
        self._same_length(spec, key)
        self._list(spec["list"], spec["match"], key)

    def _window(self, name: str, spec: Mapping[str, Any], key: str) -> None:
        """The two date columns of a list: they are there, and their dates can be read."""
        ends = [spec["from"], spec["to"]]
        self._list(name, ends, key)
        if name in self.assembly.lists and (wrong := unreadable_dates(self.assembly.lists[name], ends)):
            self._fault(f"list {name}: {wrong[0]!r} is no date", key, todo="write it as YYYY-MM-DD")

    def _same_length(self, spec: Mapping[str, Any], key: str) -> None:
        if len(spec["columns"]) != len(spec["match"]):
            self._fault("`match` names as many columns as `columns`", key, todo="pair them one by one")

    def _same_sorts(self, spec: Mapping[str, Any]) -> None:
        here, there = self._names(), self.assembly.sorts(spec["in"])
        for own, other in zip(spec["columns"], spec["match"], strict=False):
            if own in here and other in there and here[own] != there[other]:
                self.document.fault(
                    f"{self.identity}: {own} is a {here[own]}, {other} of {spec['in']} a {there[other]}",
                    "rules", self.identity, "exists", todo="give both the same type", level="warning",
                )  # fmt: skip

    def _list(self, name: str, columns: Any, key: str) -> None:
        reference = self.assembly.lists.get(name)
        if reference is None:
            self._fault(f"no list {name}", key, todo="declare it under `lists`")
            return
        missing = [column for column in columns if reference.columns and column not in reference.columns]
        if missing:
            self._fault(
                f"list {name} has no column {', '.join(missing)}", key, todo=f"use {', '.join(reference.columns)}"
            )


def template_columns(template: str) -> list[str]:
    """Columns that a record label names: ``journal {REFERENCE4} line {_row}`` gives REFERENCE4 and _row."""
    return re.findall(r"\{([^{}]+)\}", template)
