"""Flexfields: a context value decides what the slots mean. Contract format, section 9."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from contracts.documents import Document
from contracts.facets import Statement, doubted, narrowed, title
from contracts.model import Flexfield, Rule

if TYPE_CHECKING:
    from contracts.effective import Assembly


Pending = tuple[Rule, Document, tuple[str | int, ...]]
"""A facet, and the document and path of its statement."""


def slots_of(documents: Sequence[Document]) -> dict[str, frozenset[str]]:
    """Context and slot columns of all flexfields by file: they count as listed."""
    found: dict[str, frozenset[str]] = {}
    for document in documents:
        for spec in document.data.get("flexfields", {}).values():
            names = {spec["context"], *(name for slots in spec["values"].values() for name in slots)}
            found[spec["file"]] = found.get(spec["file"], frozenset()) | names
    return found


def add_flexfield(assembly: Assembly, document: Document, identity: str) -> None:
    """Add a flexfield: its contexts and slots have rules of their own."""
    spec, path = document.data["flexfields"][identity], ("flexfields", identity)
    file, context, prefix = spec["file"], spec["context"], assembly.prefix(document)
    slots = {value: tuple(columns) for value, columns in spec["values"].items()}
    names = {context, *(name for group in slots.values() for name in group)}
    if file not in assembly.files or not assembly.known(file, names, document, *path):
        if file not in assembly.files:
            document.fault(f"no file {file}", *path, todo=f"use one of: {', '.join(assembly.files)}")
        return
    assembly.flexfields[identity] = Flexfield(identity, file, context, slots, prefix)
    _contexts(assembly, document, identity, file, context, slots)
    if question := spec.get("unconfirmed"):
        assembly.unconfirmed.append((f"flexfield {identity}", question))
    for value, columns in spec["values"].items():
        for name, row in columns.items():
            here = (*path, "values", value, name)
            own = assembly.files[file].columns[name]
            kind = assembly.narrow(document, name, row, own.type, *here) if "type" in row else own.type
            statement = Statement(
                row, assembly.place(document, *here), prefix,
                context=(context, "" if value == "_global" else value), own=own.type,
            )  # fmt: skip
            assembly.state(file, replace(own, type=kind), statement, document, here)


def settled(parts: Sequence[Pending]) -> list[Pending]:
    """The rules that the statements with one id make: the column's own, and beside it those of its slots.

    A contract's statement narrows the layout's. Contexts of one severity and code are one rule; what differs from the
    first has the context in its id.
    """
    plain = [part for part in parts if "contexts" not in part[0].spec]
    slots = [part for part in parts if "contexts" in part[0].spec]
    column = plain[-1:]
    if len(plain) > 1:
        rule, document, path = plain[-1]
        column = [(narrowed(plain[0][0], rule), document, path)]
    if column and slots:
        slots = [(_within_buffer(column[0][0], rule), document, path) for rule, document, path in slots]
    groups: list[list[Pending]] = []
    for part in (*column, *slots):
        home = next((group for group in groups if _alike(group, part[0])), None)
        if home:
            home.append(part)
        else:
            groups.append([part])
    return [_joined(group, first=group is groups[0]) for group in groups]


def _within_buffer(column: Rule, slot: Rule) -> Rule:
    """A slot's length beside the column's: the loader's buffer and what it predicts are the column's."""
    if slot.kind != "length":
        return slot
    ((context, spec),) = slot.contexts
    own = {**spec, "buffer": column.spec["buffer"], "in_bytes": column.spec.get("in_bytes", False)}
    return replace(slot, spec={**slot.spec, "contexts": ((context, own),)}, code=slot.code or column.code)


def _alike(group: Sequence[Pending], rule: Rule) -> bool:
    """True if a slot's rule can stand beside those of the group under one id."""
    first = group[0][0]
    taken = {context for one, _, _ in group for context, _ in one.contexts}
    columns = {one.spec["context"] for one, _, _ in group if "context" in one.spec}
    same = (rule.severity, rule.code, rule.unconfirmed) == (first.severity, first.code, first.unconfirmed)
    return same and rule.contexts[0][0] not in taken and columns <= {rule.spec["context"]}


def _joined(group: Sequence[Pending], *, first: bool) -> Pending:
    """One rule of a group: its contexts side by side, the column's own statement among them as one for any context."""
    rule, document, path = group[0]
    if len(group) > 1:
        contexts = tuple(context for one, _, _ in group for context in one.contexts)
        rule = replace(rule, spec={"contexts": contexts, "context": group[-1][0].spec["context"]})
    if not first:
        context = rule.contexts[0][0] or "_global"
        suffix = f"@{rule.prefix}" if rule.prefix else ""
        rule = replace(rule, id=f"{rule.file}.{rule.column}.{rule.kind}.{context}{suffix}")
    return rule, document, path


def _contexts(
    assembly: Assembly, document: Document, identity: str, file: str, context: str, slots: Mapping[str, tuple[str, ...]]
) -> None:
    """Known context values only; a slot is filled only where its context gives it a meaning."""
    suffix = f"@{assembly.prefix(document)}" if assembly.prefix(document) else ""
    place = assembly.place(document, "flexfields", identity)
    known = [value for value in slots if value != "_global"]
    common: dict[str, Any] = {
        "file": file,
        "prefix": assembly.prefix(document),
        "place": place,
        "basis": "site" if suffix else "oracle",
    }
    question = document.data["flexfields"][identity].get("unconfirmed", "")
    assembly.add(
        Rule(
            id=f"{file}.{context}.one_of{suffix}", kind="one_of", title=title(context, "one_of", {"one_of": known}),
            severity=doubted(assembly.defaults.severity["one_of"], question), column=context, columns=(context,),
            spec={"one_of": known}, unconfirmed=question, **common,
        ),
        document, "flexfields", identity,
    )  # fmt: skip
    for slot in dict.fromkeys(name for group in slots.values() for name in group):
        meant = [value for value, group in slots.items() if slot in group]
        if "_global" in meant:
            continue
        assembly.add(
            Rule(
                id=f"{file}.{slot}.unlisted{suffix}", kind="unlisted", column=slot, columns=(slot, context),
                title=f"{slot} is filled only where {context} is {' or '.join(meant)}",
                severity=assembly.defaults.severity["unlisted"], spec={"context": context, "meant": meant}, **common,
            ),
            document, "flexfields", identity,
        )  # fmt: skip
