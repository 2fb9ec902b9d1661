"""Faults in records: exchanged, twice, lost, moved, orphaned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from contracts import Column, File
from harness.mutation.beyond import ABSENT, MIRRORED, MOVED, ONE_SIDED, UNCHANGED, free
from harness.mutation.spots import Beyond, Row, Spot, on_records
from interfaces import Records


def _pair(spot: Spot) -> tuple[Column, Column] | None:
    """The column and the next one that some record fills; debit and credit have operators of their own."""
    used = [column for name, column in spot.file.columns.items() if any(row.get(name) for row in spot.rows)]
    pairs = [pair for pair in pairwise(used) if pair[0] == spot.column and not pair[0].name.endswith("_DR")]
    return pairs[0] if pairs else None


def _both_free(spot: Spot) -> bool:
    return all(free(replace(spot, column=column)) for column in _pair(spot) or ())


@on_records(
    "two neighbouring columns exchanged",
    each="column",
    beyond=Beyond("both are free text: only the source knows which is which", "two columns of free text", _both_free),
)
def columns_exchanged(spot: Spot) -> Records | None:
    """Two fields are mapped the wrong way round."""
    pair = _pair(spot)
    return spot.having([_exchanged(row, pair[0].name, pair[1].name) for row in spot.rows]) if pair else None


@on_records("debit and credit exchanged", each="file", beyond=MIRRORED)
def sides_exchanged(spot: Spot) -> Records | None:
    """The bank's debit is our credit: every line is posted on the other side."""
    return spot.having([_mirrored(row) for row in spot.rows])


@on_records("debit and credit of one line exchanged", beyond=ONE_SIDED)
def side_exchanged(spot: Spot) -> Records | None:
    """One line is keyed on the other side."""
    return spot.having([_mirrored(row) if at == spot.row else row for at, row in enumerate(spot.rows)])


def _mirrored(row: Row) -> Row:
    return {_other_side(name): value for name, value in row.items()}


def _other_side(name: str) -> str:
    sides = {"_DR": "_CR", "_CR": "_DR"}
    return name[:-3] + sides.get(name[-3:], name[-3:])


def _exchanged(row: Row, first: str, second: str) -> Row:
    return {**row, first: row.get(second), second: row.get(first)}


@on_records("line sent twice")
def line_twice(spot: Spot) -> Records:
    """A join at the source gives a line two times."""
    return spot.having([*spot.rows[: spot.row + 1], *spot.rows[spot.row :]])


@on_records("line lost", beyond=ABSENT)
def line_lost(spot: Spot) -> Records | None:
    """A filter at the source leaves a line out."""
    return spot.having([*spot.rows[: spot.row], *spot.rows[spot.row + 1 :]]) if len(spot.rows) > 1 else None


@on_records("unit sent twice")
def unit_twice(spot: Spot) -> Records | None:
    """A job is run again, and its output appended."""
    if spot.file.parent is not None:
        return None
    family = _family(spot)
    return {name: [*rows, *(rows[at] for at in sorted(family.get(name, ())))] for name, rows in spot.records.items()}


@on_records("unit lost", beyond=ABSENT)
def unit_lost(spot: Spot) -> Records | None:
    """A filter at the source leaves a whole document out."""
    family = _family(spot) if spot.file.parent is None else {}
    if not family or len(family[spot.file.id]) == len(spot.rows):
        return None
    return {
        name: [row for at, row in enumerate(rows) if at not in family.get(name, ())]
        for name, rows in spot.records.items()
    }


@on_records("line moved to another unit", beyond=MOVED)
def line_moved(spot: Spot) -> Records | None:
    """A line gets the key of the document before it."""
    row, parent = spot.rows[spot.row], spot.file.parent
    if parent is not None:
        keys = [_key_of(other, by) for by in parent.by for other in spot.records.get(parent.file, ())]
    else:
        names = spot.file.accept_unit[0] if spot.file.accept_unit else ()
        own = [other for other in spot.rows if same(other, row, names)]
        keys = [{name: other.get(name) for name in names} for other in spot.rows] if len(own) > 1 else []
    others = [key for key in keys if any(row.get(name) != value for name, value in key.items()) and _fits(row, key)]
    if not others:
        return None
    return spot.patched(spot.row, spot.random.choice(others))


def _key_of(parent: Row, by: Mapping[str, str]) -> Row:
    return {own: parent.get(theirs) for own, theirs in by.items()}


def _fits(row: Row, key: Row) -> bool:
    """True if the key fills what the row fills: of several ways to name a parent the row's own."""
    return all(bool(row.get(name)) == bool(value) for name, value in key.items())


@on_records("line without its document")
def orphaned(spot: Spot) -> Records | None:
    """The header was filtered out, or its key is another one."""
    row, by = spot.rows[spot.row], _reference(spot)
    if by is None:
        return None
    name = list(by)[-1]
    return spot.patched(spot.row, {name: f"{row[name]}909"})


@on_records("all lines of a document lost", beyond=UNCHANGED)
def childless(spot: Spot) -> Records | None:
    """A header is sent without what belongs to it."""
    row, by, parent = spot.rows[spot.row], _reference(spot), spot.file.parent
    above = spot.records.get(parent.file, ()) if parent else ()
    if by is None or not any(_same_across(row, header, by) for header in above):
        return None
    return spot.having([other for other in spot.rows if not same(other, row, list(by))])


def _reference(spot: Spot) -> Mapping[str, str] | None:
    """The columns by which the record names its parent: the first alternative that it fills."""
    row, parent = spot.rows[spot.row], spot.file.parent
    return next((by for by in parent.by if all(row.get(name) for name in by)), None) if parent else None


@on_records("component left out", each="file", beyond=UNCHANGED)
def component_left_out(spot: Spot) -> Records | None:
    """One component of a worker is not extracted."""
    if spot.contract.channel != "hdl" or len(spot.records) < 2:
        return None
    return {name: rows for name, rows in spot.records.items() if name != spot.file.id}


def _family(spot: Spot) -> dict[str, set[int]]:
    """Indices of the records, per file, that belong to the unit of this record of a root file."""
    row = spot.rows[spot.row]
    names = next((key for key in spot.file.accept_unit if any(row.get(name) for name in key)), ())
    family = {
        spot.file.id: {at for at, other in enumerate(spot.rows) if same(other, row, names)} if names else {spot.row}
    }
    for child in spot.contract.files.values():  # a parent stands before its children
        if child.parent and child.parent.file in family:
            family[child.id] = set(_children(spot.records, child, family[child.parent.file]))
    return family


def _children(records: Records, file: File, parents: set[int]) -> Iterator[int]:
    assert file.parent is not None
    above = [records[file.parent.file][at] for at in sorted(parents)] if file.parent.file in records else []
    for at, row in enumerate(records.get(file.id, ())):
        if any(_same_across(row, parent, by) for parent in above for by in file.parent.by):
            yield at


def same(one: Row, other: Row, names: Sequence[str]) -> bool:
    """True if both records have the same values in these columns."""
    return all(one.get(name) == other.get(name) for name in names)


def _same_across(child: Row, parent: Row, by: Mapping[str, str]) -> bool:
    return all(child.get(own) and child.get(own) == parent.get(theirs) for own, theirs in by.items())


RECORDS = (
    columns_exchanged, sides_exchanged, side_exchanged, line_twice, line_lost, unit_twice, unit_lost, line_moved,
    orphaned, childless, component_left_out,
)  # fmt: skip
