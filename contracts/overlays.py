"""Overlays: what a district adds only tightens; what loosens has a reason. Contract format, section 2a."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from contracts import columns as statements
from contracts.documents import Document
from contracts.facets import Statement
from contracts.model import Rule

if TYPE_CHECKING:
    from contracts.effective import Assembly


def unknown_files(assembly: Assembly) -> None:
    """Note a fault for every file of the overlay that the library contract does not have."""
    files = assembly.library.data["files"]
    for identity in assembly.overlay.data.get("files", {}) if assembly.overlay else ():
        if identity not in files and assembly.overlay:
            assembly.overlay.fault(f"no file {identity}", "files", identity, todo=f"use one of: {', '.join(files)}")


def tighten(assembly: Assembly, file: str, overlay: Document) -> None:
    """The overlay's columns: merged by name, and only ever narrower."""
    built = dict(assembly.files[file].columns)
    for name, (index, row) in statements.by_name(overlay, file).items():
        path = ("files", file, "columns", index)
        if name not in built:
            overlay.fault(
                f"{name} is not a column of {file}",
                *path,
                todo="use a column of the library contract or its layout",
            )
            continue
        before = built[name]
        if row.get("required") is False:
            overlay.fault(f"{name}: an overlay only tightens", *path, todo="disable the rule with a reason instead")
        kind = assembly.narrow(overlay, name, row, before.type, *path) if "type" in row else before.type
        _subset(assembly, overlay, file, name, row, path)
        column = replace(
            before,
            type=kind,
            listed=True,
            note=row.get("note", before.note),
            personal_data=row.get("personal_data", before.personal_data),
            place=assembly.place(overlay, *path),
        )
        built[name] = column
        statement = Statement(row, assembly.place(overlay, *path), assembly.prefix(overlay), own=before.type)
        assembly.state(file, column, statement, overlay, path)
    assembly.files[file] = replace(assembly.files[file], columns=built)


def _subset(
    assembly: Assembly, overlay: Document, file: str, name: str, row: Mapping[str, Any], path: tuple[str | int, ...]
) -> None:
    library = statements.by_name(assembly.library, file).get(name, (0, {}))[1]
    wider = [value for value in row.get("one_of", ()) if "one_of" in library and value not in library["one_of"]]
    if wider:
        overlay.fault(
            f"{name}: {', '.join(map(str, wider))} is not in the library's one_of",
            *path,
            todo="an overlay only tightens",
        )


def blank_rules(assembly: Assembly, file: str) -> None:
    """Add a rule for every unlisted column of a file that the overlay wants blank."""
    assert assembly.overlay is not None
    place, prefix = assembly.place(assembly.overlay, "files", file, "unlisted"), assembly.prefix(assembly.overlay)
    for name, column in assembly.files[file].columns.items():
        if not column.listed:
            assembly.add(
                Rule(
                    id=f"{file}.{name}.unlisted@{prefix}", kind="unlisted", file=file, title=f"{name} is blank",
                    severity=assembly.defaults.severity["unlisted"], column=name, columns=(name,), basis="site",
                    prefix=prefix, place=place,
                ),
                assembly.overlay, "files", file, "unlisted",
            )  # fmt: skip


def loosen(assembly: Assembly) -> None:
    """Switch off and regrade what the overlay gives reasons for."""
    if not assembly.overlay:
        return
    for identity in assembly.overlay.data.get("disable", {}):
        if identity not in assembly.rules:
            assembly.overlay.fault(f"no rule {identity}", "disable", identity, todo="see `harness show`")
        assembly.rules.pop(identity, None)
    for identity, change in assembly.overlay.data.get("severity", {}).items():
        if identity not in assembly.rules:
            assembly.overlay.fault(f"no rule {identity}", "severity", identity, todo="see `harness show`")
            continue
        assembly.rules[identity] = replace(assembly.rules[identity], severity=change["to"])
