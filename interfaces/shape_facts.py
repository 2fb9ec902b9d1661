"""Facts about the shape of a file whose records were taken apart one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import polars as pl

from contracts.model import File
from interfaces.payload import Fact
from interfaces.record_types import Line

BROKEN = "a line feed stands inside quotes: the loader takes every line for a record of its own"
_NAMED = 8  # widths and columns that a message lists before it says how many more there are


def shape_facts(
    file: File, records: Sequence[Line], widths: Sequence[int], member: str, *, unit: str
) -> Iterator[Fact]:
    """Yield what is wrong with the shape of a file's records; ``unit``: what a width counts, fields or characters."""
    faults = [line.fault for line in records]
    lines = [line.number for line in records]
    for fault in sorted(set(faults) - {""}):
        yield _of(file, "unreadable", fault, [at for at, one in enumerate(faults) if one == fault], lines, member)
    sound = [at for at, fault in enumerate(faults) if not fault]
    if broken := [at for at, line in enumerate(records) if any("\n" in field for field in line.fields)]:
        yield _of(file, "line_break", BROKEN, broken, lines, member)
    if unit == "fields" and (
        ended := [at for at in sound if records[at].fields[-1] == "END" and widths[at] <= file.fields]
    ):
        yield _of(file, "shifted", f"END stands inside the {file.fields} fields", ended, lines, member)
    if wide := [at for at in sound if widths[at] > file.fields]:
        yield _of(file, "surplus", f"more than {file.fields} {unit}", wide, lines, member)
    counted = Counter(widths[at] for at in sound if widths[at] <= file.fields)
    if len(counted) > 1:
        told = [f"{width} {unit} ({counted[width]:,} records)" for width in sorted(counted)]
        yield _of_file(file, "ragged", f"records of different widths: {listing(told)}", member)
    elif counted and file.fields not in counted:
        yield _of_file(file, "short", f"every record is short: {next(iter(counted))} of {file.fields} {unit}", member)
    if miscount := miscounted(file, len(widths)):
        yield _of_file(file, "row_count", miscount, member)


def miscounted(file: File, records: int) -> str:
    """Return what is wrong with the number of a file's records, "" if it lies in the agreed range or none is agreed."""
    if file.rows is None or file.rows[0] <= records <= file.rows[1]:
        return ""
    low, high = file.rows
    return f"{records:,} records, expected {low:,} to {high:,}"


def listing(words: Sequence[str]) -> str:
    """Return the first of some words, and how many more there are."""
    more = f" and {len(words) - _NAMED} more" if len(words) > _NAMED else ""
    return ", ".join(words[:_NAMED]) + more


def _of(file: File, kind: str, detail: str, places: Sequence[int], lines: Sequence[int], member: str) -> Fact:
    rows = pl.Series([at + 1 for at in places], dtype=pl.UInt32)
    return Fact(
        f"{file.id}.shape.{kind}",
        file.id,
        detail,
        rows,
        pl.Series([lines[at] for at in places], dtype=pl.UInt32),
        member,
    )


def _of_file(file: File, kind: str, detail: str, member: str) -> Fact:
    return Fact(f"{file.id}.shape.{kind}", file.id, detail, member=member)
