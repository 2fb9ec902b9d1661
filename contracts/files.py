"""From a file's statements to the file of the effective contract: names, units, keys, width."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from contracts import columns as statements
from contracts.documents import Document
from contracts.errors import ContractError
from contracts.facets import MASK_TODO, mask_fault
from contracts.layouts import Layout, in_force, variants
from contracts.model import Column, Csv, File, Mark
from contracts.written import template_columns

if TYPE_CHECKING:
    from contracts.effective import Assembly

_BATCHES = ("BATCH", "GROUP_ID", "REQUEST_ID")


def layouts_in_force(assembly: Assembly) -> bool:
    """Find the layout of each file in every release of the contract; False after noting what is not in force."""
    over = assembly.overlay.data.get("releases") if assembly.overlay else None
    releases = over or assembly.library.data.get("releases") or [assembly.release]
    found, root = True, assembly.facts / "layouts"
    for identity, spec in assembly.library.data["files"].items():
        if "layout" not in spec:
            continue
        try:
            assembly.every_layout[identity] = [in_force(spec["layout"], release, root) for release in releases]
            assembly.layouts[identity] = in_force(spec["layout"], assembly.release, root)
        except ContractError as error:
            found = False
            if over and assembly.overlay:
                assembly.overlay.fault(error.what, "releases", todo=error.todo)
            else:
                assembly.library.fault(error.what, "files", identity, "layout", todo=error.todo)
    return found


def check_file(assembly: Assembly, identity: str) -> None:
    """Note faults of a file's own statements: columns of its keys and label, its date mask, positions used twice."""
    for document in assembly.documents:
        spec, path = document.data.get("files", {}).get(identity, {}), ("files", identity)
        for key in ("accept_unit", "business_key"):
            names = [name for alternative in statements.keys(spec.get(key, ())) for name in alternative]
            _columns(assembly, identity, names, document, *path, key)
        _columns(assembly, identity, [spec["period"]] if "period" in spec else [], document, *path, "period")
        _columns(assembly, identity, spec.get("refused_together", ()), document, *path, "refused_together")
        if what := mask_fault(spec.get("csv", {}).get("dates", "")):
            document.fault(what, *path, "csv", "dates", todo=MASK_TODO)
        _label(assembly.files[identity], spec, document)
    _positions(assembly, identity)


def _columns(assembly: Assembly, file: str, names: Sequence[str], document: Document, *path: str | int) -> None:
    for name in names:
        if name != "_row" and name not in assembly.files[file].columns:
            document.fault(f"{path[-1]}: {name} is no column of {file}", *path, todo="use a column of the file")


def _label(file: File, spec: Mapping[str, Any], document: Document) -> None:
    for name in template_columns(spec.get("record", "")):
        column = file.columns.get(name)
        if column is None and name not in ("_row", "_line"):
            what, todo = f"record: {name} is no column of {file.id}", "use a column or _row"
        elif column and column.masked:
            what, todo = f"record: {name} holds personal data", "label a record by what is no personal data"
        else:
            continue
        document.fault(what, "files", file.id, "record", todo=todo)


def _positions(assembly: Assembly, identity: str) -> None:
    columns = assembly.files[identity].columns.values()
    used = Counter(column.position for column in columns if column.position is not None)
    for column in columns:
        if column.position is not None and used[column.position] > 1 and column.place:
            index = statements.by_name(assembly.library, identity)[column.name][0]
            assembly.library.fault(
                f"position {column.position} is used twice", "files", identity, "columns", index, todo="count on"
            )


def check_money(assembly: Assembly) -> None:
    """Note faults of ``amount`` and ``control_totals``: unknown files, columns, and what is no number."""
    for document in assembly.documents:
        if amount := document.data.get("amount"):
            _amount(assembly, amount, document)
        for name, total in document.data.get("control_totals", {}).items():
            _control_total(assembly, name, total, document)


def _amount(assembly: Assembly, amount: Mapping[str, Any], document: Document) -> None:
    if not _is_file(assembly, amount["file"], document, "amount", "file"):
        return
    columns = assembly.files[amount["file"]].columns
    for name in amount.get("columns", [amount.get("column")]):
        if name not in columns:
            document.fault(f"amount: {name} is no column of {amount['file']}", "amount", todo="use a number column")
        elif columns[name].type.sort != "number":
            document.fault(f"amount: {name} is no number", "amount", todo="use a number column")


def _control_total(assembly: Assembly, name: str, total: Mapping[str, str], document: Document) -> None:
    path = ("control_totals", name)
    if not _is_file(assembly, total["file"], document, *path, "file"):
        return
    value = assembly.condition(total["value"], total["file"], document, *path, "value", group=True, value=True)
    if value and value.sort != "number":
        document.fault(f"{total['value']} is no number", *path, "value", todo="write SUM(<number column>) or COUNT(*)")
    file, dot, column = total.get("source", "manifest").partition(".")
    if dot and file in assembly.files and column not in assembly.files[file].columns:
        document.fault(f"source: {column} is no column of {file}", *path, "source", todo="write <file>.<COLUMN>")


def check_parameters(assembly: Assembly) -> None:
    """Note faults of ``oracle.parameters``: what is to come from a file or column that is not there."""
    for document in assembly.documents:
        for index, slot in enumerate(document.data.get("oracle", {}).get("parameters", ())):
            for key in ("from", "by", "or") if isinstance(slot, dict) else ():
                path = ("oracle", "parameters", index, key)
                file, _, column = slot.get(key, "").partition(".")
                known = key not in slot or (
                    _is_file(assembly, file, document, *path) and column in assembly.files[file].columns
                )
                if not known and file in assembly.files:
                    document.fault(f"{column} is no column of {file}", *path, todo="write <file>.<COLUMN>")


def _is_file(assembly: Assembly, file: str, document: Document, *path: str | int) -> bool:
    if file not in assembly.files:
        document.fault(f"no file {file}", *path, todo=f"use one of: {', '.join(assembly.files)}")
    return file in assembly.files


def build_file(
    identity: str,
    spec: Mapping[str, Any],
    over: Mapping[str, Any],
    built: dict[str, Column],
    layout: Layout | None,
    channel: str,
) -> File:
    """Return the file as its statements, the overlay's and its layout make it."""
    unit = statements.keys(spec["accept_unit"]) if "accept_unit" in spec else ()
    business = statements.keys(spec["business_key"]) if "business_key" in spec else tuple(_lasting(key) for key in unit)
    if "business_key" in over:
        business = statements.keys(over["business_key"])
    rows = over.get("rows", spec.get("rows"))
    together = over.get("refused_together", spec.get("refused_together"))
    return File(
        id=identity,
        columns=built,
        names=names_of(spec, channel),
        layout=spec.get("layout", ""),
        layout_release=layout.release if layout else "",
        table=spec.get("table", ""),
        csv=Csv(
            **{**({"dates": "YYYY-MM-DD"} if channel == "rest" else {}), **spec.get("csv", {}), **over.get("csv", {})}
        ),
        accept_unit=unit,
        business_key=business,
        period=over.get("period", spec.get("period", "")),
        refused_together=None if together is None else tuple(together),
        unlisted=over.get("unlisted", spec.get("unlisted", "checked")),
        rows=(rows[0], rows[1]) if rows else None,
        optional=spec.get("optional", False),
        record=over.get("record", spec.get("record", "")),
        variants=variants(spec["layout"]) if layout and channel == "fbdi" else {},
        record_type=_marks(spec.get("record_type", []), channel),
        object=spec.get("object", ""),
    )


def _marks(stated: Any, channel: str) -> tuple[Mark, ...]:
    marks = [Mark(**one) for one in (stated if isinstance(stated, list) else [stated])]
    return tuple(replace(one, width=one.width or len(one.value)) if channel == "fixed_width" else one for one in marks)


def names_of(spec: Mapping[str, Any], channel: str) -> tuple[str, ...]:
    """Members that a file statement reads: its `name`, else what its layout is called."""
    if "name" in spec:
        return (spec["name"],) if isinstance(spec["name"], str) else tuple(spec["name"])
    if "layout" not in spec:
        return ()
    stem = str(spec["layout"]).partition("@")[0]
    return (f"{stem.partition('/')[0]}.dat" if channel == "hdl" else f"{stem}.csv",)


def _lasting(key: tuple[str, ...]) -> tuple[str, ...]:
    """A unit's key without what changes when the same transaction is sent again."""
    return tuple(name for name in key if not any(part in name for part in _BATCHES))


def in_file_order(rows: Mapping[str, tuple[int, Any]], release: str) -> list[str]:
    """Columns of a file without a layout that exist in the release, by position."""
    present = [name for name, (_, row) in rows.items() if statements.in_release(row, release)]
    return sorted(present, key=lambda name: position_of(rows[name][1]) or 0)


def position_of(row: Mapping[str, Any]) -> int | None:
    """Where a statement says that its column stands, None where a name or path says it."""
    return int(row["at"]) if "at" in row else None
