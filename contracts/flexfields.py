"""Flexfields: a context value decides what the slots mean. Contract format, section 9."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from contracts.documents import Document
from contracts.facets import Statement, doubted, title
from contracts.model import Flexfield, Rule

if TYPE_CHECKING:
    from contracts.effective import Assembly


def add_flexfield(assembly: Assembly, document: Document, identity: str) -> None:
    """Add a flexfield: its slots count as listed, and its contexts and slots have rules of their own."""
    spec, path = document.data["flexfields"][identity], ("flexfields", identity)
    file, context, prefix = spec["file"], spec["context"], assembly.prefix(document)
    slots = {value: tuple(columns) for value, columns in spec["values"].items()}
    names = {context, *(name for group in slots.values() for name in group)}
    if file not in assembly.files or not assembly.known(file, names, document, *path):
        if file not in assembly.files:
            document.fault(f"no file {file}", *path, todo=f"use one of: {', '.join(assembly.files)}")
        return
    assembly.flexfields[identity] = Flexfield(identity, file, context, slots, prefix)
    built = dict(assembly.files[file].columns)
    for name in names:
        built[name] = replace(built[name], listed=True)
    assembly.files[file] = replace(assembly.files[file], columns=built)
    _contexts(assembly, document, identity, file, context, slots)
    for value, columns in spec["values"].items():
        for name, row in columns.items():
            statement = Statement(
                row, assembly.place(document, *path, "values", value, name), prefix,
                context=(context, "" if value == "_global" else value), own=built[name].type,
            )  # fmt: skip
            assembly.state(file, built[name], statement, document, (*path, "values", value, name))


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
