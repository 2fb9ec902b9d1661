"""Library contract, overlay and layouts put together: the effective contract, with every fault met on the way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from contracts import columns as statements
from contracts.codes import code_table
from contracts.conditions import Condition, ConditionError, parse
from contracts.documents import Document
from contracts.errors import ContractError
from contracts.facets import SEVERITY, Defaults, Statement, layout_rules, stated_rules, unusable, with_code
from contracts.files import (
    build_file,
    check_file,
    check_money,
    check_parameters,
    in_file_order,
    layouts_in_force,
    position_of,
)
from contracts.flexfields import Pending, add_flexfield, settled, slots_of
from contracts.layouts import Layout
from contracts.links import link_history, link_parent
from contracts.lists import bind, declare
from contracts.model import (
    Code,
    Column,
    Contract,
    Example,
    File,
    Flexfield,
    Place,
    ReferenceList,
    Rule,
    Type,
)
from contracts.nesting import with_marks
from contracts.overlays import blank_rules, loosen, tighten, unknown_files
from contracts.results import Severity
from contracts.shapes import shape_rules
from contracts.written import written_rules

RESERVED: Mapping[str, str] = {
    "_row": "number",
    "_line": "number",
    "_component": "text",
    "_action": "text",
    "_parent": "number",
    "_unit": "number",
}
"""Reserved names and their sorts."""


@dataclass
class Assembly:
    """The effective contract in the making. ``build`` gives it; faults stand in the two documents."""

    library: Document
    overlay: Document | None
    release: str
    profile: str
    lists_folder: Path | None
    sample: bool  # bind the library's sample rows (examples of the bare library only)
    own: bool = False  # the contract is the profile's, not the library's
    facts: Path = Path(__file__).parent  # folder of Oracle's facts: layouts and codes
    files: dict[str, File] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)
    lists: dict[str, ReferenceList] = field(default_factory=dict)
    flexfields: dict[str, Flexfield] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    layouts: dict[str, Layout] = field(default_factory=dict)
    every_layout: dict[str, list[Layout]] = field(
        default_factory=dict
    )  # of each release the contract is tested against
    slots: Mapping[str, frozenset[str]] = field(default_factory=dict)  # flexfield columns by file
    unconfirmed: list[tuple[str, str]] = field(default_factory=list)
    _known_sorts: dict[str, tuple[Sequence[int], Mapping[str, str]]] = field(default_factory=dict)
    pending: dict[str, list[Pending]] = field(default_factory=dict)

    def build(self) -> Contract | None:
        """Return the effective contract without the statements that have faults; None if a layout is not in force."""
        data = self.library.data
        self._codes(data)
        self.defaults = self._defaults(data)
        if not layouts_in_force(self):
            return None
        for document in self.documents:
            for identity in document.data.get("lists", {}):
                self._list(document, identity)
        self._files(data)
        for document in self.documents:
            for identity in document.data.get("flexfields", {}):
                add_flexfield(self, document, identity)
        self._conditions_of_facets()
        check_money(self)
        check_parameters(self)
        for document in self.documents:
            for rule in written_rules(self, document):
                self.add(rule, document, "rules", rule.id)
        for rule in shape_rules(data["channel"], self.files):
            self.rules[rule.id] = rule
        loosen(self)
        return self._contract(data)

    @property
    def documents(self) -> list[Document]:
        """The library's document, then the overlay's."""
        return [self.library, *([self.overlay] if self.overlay else [])]

    def prefix(self, document: Document) -> str:
        """The overlay's prefix, "" for the library."""
        return str(document.data.get("prefix", "")) if document is self.overlay else ""

    def place(self, document: Document, *path: str | int) -> Place:
        """Where a statement stands."""
        return Place(document.name, document.line(*path))

    def sorts(self, file: str) -> Mapping[str, str]:
        """Sort of every name that a condition on ``file`` may use: columns, reserved names, ancestors' columns."""
        chain = [file, *self._ancestors(file)]
        current = [self.files[name] for name in chain]
        if self._known_sorts.get(file, ((), {}))[0] != [
            id(one) for one in current
        ]:  # a file is replaced when it changes
            names = {name: column.type.sort for name, column in current[0].columns.items()} | dict(RESERVED)
            for ancestor in current[1:]:
                names |= {f"{ancestor.id}.{name}": column.type.sort for name, column in ancestor.columns.items()}
                names |= {f"{ancestor.id}._line": "number"}  # a control record counts what stands between
            self._known_sorts[file] = ([id(one) for one in current], names)
        return self._known_sorts[file][1]

    def condition(
        self, text: str, file: str, document: Document, *path: str | int, group: bool = False, value: bool = False
    ) -> Condition | None:
        """Return the parsed condition on ``file``, or None after noting the fault at ``path``."""
        try:
            return parse(text, self.sorts(file), group=group, value=value)
        except ConditionError as error:
            document.fault(f"{text!r}: {error.what}", *path, todo=error.todo)
            return None

    def _codes(self, data: Mapping[str, Any]) -> None:
        table = data.get("oracle", {}).get("errors")
        if table:
            try:
                self.codes = code_table(table, self.facts / "codes")
            except ContractError as error:
                self.library.fault(error.what, "oracle", "errors", todo=error.todo)

    def _defaults(self, data: Mapping[str, Any]) -> Defaults:
        stated = data.get("defaults", {})
        base: dict[str, Severity] = {**SEVERITY, **({"unlisted": "minor"} if data["channel"] == "hdl" else {})}
        rejects = {"type": "load"} if data["channel"] == "fbdi" else {}
        return Defaults(base | stated.get("severity", {}), rejects | stated.get("rejects", {}), self.codes)

    # files and columns

    def _files(self, data: Mapping[str, Any]) -> None:
        self.slots = slots_of(self.documents)
        unknown_files(self)
        for identity in data["files"]:
            self._file(identity)
        for identity in data["files"]:
            link_parent(self, identity)
        for identity in data["files"]:
            check_file(self, identity)

    def _file(self, identity: str) -> None:
        spec = self.library.data["files"][identity]
        layout = self.layouts.get(identity)
        rows = statements.by_name(self.library, identity)
        names = list(layout.columns) if layout else in_file_order(rows, self.release)
        built = {name: self._column(identity, name, layout, rows) for name in names}
        for name, (index, _) in rows.items():
            if lacking := next((one for one in self.every_layout.get(identity, ()) if name not in one.columns), None):
                path = ("files", identity, "columns", index)
                self.library.fault(f"{name} is not in {lacking.path}", *path, todo="use a column of the layout")
        over = self.overlay.data.get("files", {}).get(identity, {}) if self.overlay else {}
        self.files[identity] = build_file(identity, spec, over, built, layout, self.library.data["channel"])
        self._facets(identity, layout, rows)
        if over and self.overlay:
            tighten(self, identity, self.overlay)
        link_history(self, identity, spec)
        if question := spec.get("unconfirmed"):
            self.unconfirmed.append((f"file {identity}", question))

    def _column(self, file: str, name: str, layout: Layout | None, rows: Mapping[str, tuple[int, Any]]) -> Column:
        index, row = rows.get(name, (-1, {}))
        own = layout.columns[name] if layout else None
        kind = own.type if own else Type.parse(row["type"])
        if own and "type" in row:
            kind = self.narrow(self.library, name, row, own.type, "files", file, "columns", index)
        return Column(
            name=name,
            type=kind,
            position=own.position if own else position_of(row),
            width=int(row.get("width", 0)),
            align=row.get("align", "left"),
            pad=row.get("pad", " "),
            decimals=int(row.get("implied_decimals", 0)),
            path=row.get("path", ""),
            label=own.label if own else row.get("label", ""),
            note=row.get("note", ""),
            personal_data=row.get("personal_data", "none"),
            listed=index >= 0 or name in self.slots.get(file, ()),
            default=row.get("default"),
            key_role=own.key_role if own else "",
            foreign_key=own.foreign_key if own else "",
            place=self.place(self.library, "files", file, "columns", index) if index >= 0 else None,
        )

    def narrow(self, document: Document, name: str, row: Mapping[str, Any], own: Type, *path: str | int) -> Type:
        """The stated type where it narrows the one in force; else that one, after noting the fault."""
        stated = Type.parse(row["type"])
        if stated.kind in ("date", "timestamp") and not stated.mask:
            stated = replace(stated, mask=own.mask)
        if stated == own:
            document.fault(
                f"{name}: type {stated} is what is already in force", *path, todo="leave it out", level="warning"
            )
            return own
        if not statements.narrower(stated, own):
            document.fault(
                f"{name}: type {stated} is not narrower than {own}", *path, todo="only narrow a layout's type"
            )
            return own
        return stated

    def _facets(self, file: str, layout: Layout | None, rows: Mapping[str, tuple[int, Any]]) -> None:
        spec = self.library.data["files"][file]
        hdl = self.library.data["channel"] == "hdl"
        for name, column in self.files[file].columns.items():
            index, row = rows.get(name, (-1, {}))
            place = column.place or Place(layout.path if layout else self.library.name, (column.position or 0) + 1)
            path = ("files", file, "columns", index)
            own = layout.columns[name] if layout else None
            if own and (column.listed or self.files[file].unlisted != "ignored"):
                for rule in layout_rules(file, column, own, self.defaults, place, spec.get("required_when", ""), hdl):
                    self.pend(with_code(rule, row, self.defaults), self.library, path)
            if index >= 0:
                stated = Statement(row, place, own=own.type if own else None, layout=own)
                self.state(file, column, stated, self.library, path)

    def state(
        self, file: str, column: Column, statement: Statement, document: Document, path: tuple[str | int, ...]
    ) -> None:
        """Add the rules that a statement on a column implies, and note its open question."""
        row = statement.row
        for code in _cited(row.get("rejects", {})):
            self.check_code(code, document, *path)
        if faults := list(unusable(column, row, statement.layout)):
            for what, todo in faults:
                document.fault(f"{column.name}: {what}", *path, todo=todo)
            return
        if question := row.get("unconfirmed"):
            self.unconfirmed.append((f"{file}.{column.name}{statement.suffix}", question))
        for rule in stated_rules(file, column, statement, self.defaults):
            self.pend(rule, document, path)

    # lists and flexfields

    def _list(self, document: Document, identity: str) -> None:
        spec, place = document.data["lists"][identity], self.place(document, "lists", identity)
        binds = {"file", "values", "rows", "query", "source"} & spec.keys()
        try:
            if binds and (document is self.overlay or self.lists_folder):
                self.lists[identity] = bind(
                    self.lists.get(identity), identity, spec, self.lists_folder or Path(), place
                )
            elif binds and not {"file", "query", "source"} & binds:
                self.lists[identity] = bind(None, identity, spec, Path(), place)
            else:
                self.lists[identity] = declare(identity, spec, place, sample=self.sample)
        except ContractError as error:
            document.fault(error.what, "lists", identity, todo=error.todo)
        if question := spec.get("unconfirmed"):
            self.unconfirmed.append((f"list {identity}", question))

    # rules

    def pend(self, rule: Rule, document: Document, path: tuple[str | int, ...]) -> None:
        """Keep a facet until all files are known: its condition may name an ancestor's column."""
        self.pending.setdefault(rule.id, []).append((rule, document, path))

    def _conditions_of_facets(self) -> None:
        blank = {identity: file for identity, file in self.files.items() if file.unlisted == "blank"}
        for rule, document, path in (one for parts in self.pending.values() for one in settled(parts)):
            column = self.files[rule.file].columns[rule.column]
            if rule.file in blank and not column.listed:
                if rule.kind == "required" and self.overlay:
                    self.overlay.fault(
                        f"{rule.column} is required and not listed under `unlisted: blank`",
                        "files",
                        rule.file,
                        todo="list it",
                    )
                continue
            if rule.kind == "list" and (unknown := self._list_of(rule)) is not None:
                document.fault(f"no list {unknown}", *path, todo="declare it under `lists`")
                continue
            conditions = self._whens(rule, document, path)
            if conditions is not None:
                self.add(replace(rule, conditions=conditions), document, *path)
        for identity in blank:
            blank_rules(self, identity)

    def _whens(self, rule: Rule, document: Document, path: tuple[str | int, ...]) -> dict[str, Condition] | None:
        found: dict[str, Condition] = {}
        for context, spec in rule.contexts:
            if isinstance(spec.get("when"), str):
                condition = self.condition(spec["when"], rule.file, document, *path)
                if condition is None:
                    return None
                found["when" if "contexts" not in rule.spec else f"when {context}"] = condition
        return found

    def _list_of(self, rule: Rule) -> str | None:
        return next((spec["list"] for _, spec in rule.contexts if spec["list"] not in self.lists), None)

    def add(self, rule: Rule, document: Document, *path: str | int) -> None:
        """Put a rule in force, or note that its id is taken."""
        if rule.id in self.rules:
            todo = "an overlay adds rules under its own prefix" if document is self.overlay else "give it another id"
            document.fault(f"rule {rule.id} is already in force", *path, todo=todo)
            return
        self.rules[rule.id] = rule

    # what written rules ask for

    def known(self, file: str, names: Iterable[str], document: Document, *path: str | int) -> bool:
        """True if all names are columns of ``file``, its reserved names or ancestors' columns; else notes the fault."""
        have = self.sorts(file)
        unknown = [name for name in names if name not in have]
        for name in unknown:
            document.fault(f"{name} is no column of {file}", *path, todo="use a column of the layout")
        return not unknown

    def check_code(self, code: str, document: Document, *path: str | int) -> None:
        """Note a fault if ``code`` is neither ``load`` nor an id of the contract's code table."""
        if code != "load" and code not in self.codes:
            table = self.library.data.get("oracle", {}).get("errors", "")
            todo = (
                f"use an id of contracts/codes/{table}.csv or load" if table else "name the table under oracle.errors"
            )
            document.fault(f"unknown rejection code {code}", *path, todo=todo)

    def _ancestors(self, file: str) -> Sequence[str]:
        chain: list[str] = []
        current = self.library.data["files"].get(file, {}).get("parent", {}).get("file")
        while current in self.files and current not in chain and current != file:
            chain.append(current)
            current = self.library.data["files"][current].get("parent", {}).get("file")
        return chain

    # the whole

    def _contract(self, data: Mapping[str, Any]) -> Contract:
        over = self.overlay.data if self.overlay else {}
        version = f"{data['version']}+{over['version']}" if self.overlay else data["version"]
        for document in self.documents:
            if question := document.data.get("unconfirmed"):
                self.unconfirmed.append(("contract", question))
        self.unconfirmed += [
            (rule.id, rule.unconfirmed) for rule in self.rules.values() if rule.written and rule.unconfirmed
        ]
        package = data.get("package", {})
        amount = over.get("amount", data.get("amount"))
        return Contract(
            id=data["contract"],
            version=version,
            status=over.get("status", data["status"]),
            title=over.get("title", data["title"]),
            summary=over.get("summary", data.get("summary", "")),
            department=over.get("owner", data["owner"])["department"],
            owner={**data["owner"], **over.get("owner", {})},
            direction=data["direction"],
            channel=data["channel"],
            prefix=data["prefix"],
            profile=self.profile,
            release=self.release if self._released(data) else "",
            releases=tuple(over.get("releases", data.get("releases", ()))),
            files=self.files,
            rules=self.rules,
            lists=self.lists,
            codes=self.codes,
            examples=self._examples(),
            flexfields=self.flexfields,
            oracle=data.get("oracle", {}),
            package_kind=package.get("kind", "zip"),
            package_name=package.get("name", ""),
            files_exactly=package.get("files_exactly", False),
            needs=tuple(data.get("needs", ())),
            amount=(amount["file"], tuple(amount.get("columns", [amount.get("column")]))) if amount else None,
            control_totals={**data.get("control_totals", {}), **over.get("control_totals", {})},
            targets={name: float(value) for name, value in over.get("targets", data.get("targets", {})).items()},
            raid=over.get("raid", data.get("raid", {})),
            disabled=over.get("disable", {}),
            regraded={identity: change["why"] for identity, change in over.get("severity", {}).items()},
            unconfirmed=tuple(dict.fromkeys(self.unconfirmed)),
            # an overlay's mutants are those of its own rules
            equivalent=(over if self.overlay else data).get("equivalent", {}),
            differs=self._differs(),
            overlay=self.overlay is not None,
            library=self.library.name,
        )

    def _differs(self) -> dict[str, str]:
        """Rule id -> why the emulator knowingly answers otherwise than predicted, of library and overlay."""
        found: dict[str, str] = {}
        for document in self.documents:
            stated = document.data.get("emulator", {}).get("differs", {})
            for identity in stated:
                if identity not in self.rules and document is (self.overlay or self.library):
                    document.fault(f"no rule {identity}", "emulator", "differs", identity, todo="see `harness show`")
            found |= stated
        return {identity: reason for identity, reason in found.items() if identity in self.rules}

    def _released(self, data: Mapping[str, Any]) -> bool:
        return any(layout.release != "hdl" for layout in self.layouts.values()) or "releases" in data

    def _examples(self) -> dict[str, Example]:
        found: dict[str, Example] = {}
        for document in self.documents:
            for name, spec in document.data.get("examples", {}).items():
                records = {key: rows for key, rows in spec.items() if key not in ("expects", "release", "note")}
                found[name] = Example(
                    name=name,
                    records=with_marks(self.files, records),
                    expects=tuple(spec["expects"]) if "expects" in spec else None,
                    release=spec.get("release", ""),
                    prefix=self.prefix(document),
                    place=self.place(document, "examples", name),
                )
        return found


def _cited(rejects: str | Mapping[str, str]) -> Iterable[str]:
    return [rejects] if isinstance(rejects, str) else rejects.values()
