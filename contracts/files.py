"""From a file's statements to the file of the effective contract: names, units, keys, width."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contracts import columns as statements
from contracts.layouts import Layout, variants
from contracts.model import Column, Csv, File

_BATCHES = ("BATCH", "GROUP_ID", "REQUEST_ID")


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
        csv=Csv(**{**spec.get("csv", {}), **over.get("csv", {})}),
        accept_unit=unit,
        business_key=business,
        period=over.get("period", spec.get("period", "")),
        refused_together=None if together is None else tuple(together),
        unlisted=over.get("unlisted", spec.get("unlisted", "checked")),
        rows=(rows[0], rows[1]) if rows else None,
        optional=spec.get("optional", False),
        record=over.get("record", spec.get("record", "")),
        variants=variants(spec["layout"]) if layout and channel == "fbdi" else {},
    )


def names_of(spec: Mapping[str, Any], channel: str) -> tuple[str, ...]:
    """Members that a file statement reads: its `name`, else what its layout is called."""
    if "name" in spec:
        return (spec["name"],) if isinstance(spec["name"], str) else tuple(spec["name"])
    stem = str(spec.get("layout", "")).partition("@")[0]
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
