"""Faults in histories: date-effective records that do not fit together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from harness.mutation.faulty_records import same
from harness.mutation.faulty_values import day_of
from harness.mutation.spots import Row, Spot, on_records
from interfaces import Records


@on_records("effective dates overlap")
def overlapping(spot: Spot) -> Records | None:
    """A change is dated back, and the row before it keeps its end."""
    later, history = _later(spot), spot.file.history
    if history is None or later is None:
        return None
    return spot.patched(spot.row, {history.end: spot.rows[later].get(history.start)})


@on_records("gap between effective dates")
def gap(spot: Spot) -> Records | None:
    """A row of the history ends before the next one begins; where gaps are allowed that is no fault."""
    later, history = _later(spot), spot.file.history
    if history is None or later is None or history.gaps == "allowed":
        return None
    start = day_of(spot.rows[later].get(history.start))
    return spot.patched(spot.row, {history.end: (start - timedelta(days=2)).isoformat()}) if start else None


@on_records("two rows of a history on one day")
def same_day(spot: Spot) -> Records | None:
    """A change and its correction are both sent, with one date."""
    later, history = _later(spot), spot.file.history
    if history is None or later is None:
        return None
    return spot.patched(later, {history.start: spot.rows[spot.row].get(history.start)})


@on_records("sequence repeated")
def sequence_repeated(spot: Spot) -> Records | None:
    """Two changes of one day get the same sequence number."""
    history = spot.file.history
    if history is None or not history.sequence:
        return None
    own = spot.rows[spot.row]
    for at, row in enumerate(spot.rows):
        if _of_one(row, own, history.key) and row.get(history.start) == own.get(history.start) and at > spot.row:
            return spot.patched(at, {history.sequence: own.get(history.sequence)})
    return None


def _later(spot: Spot) -> int | None:
    """Index of a row of the same history that begins later, None where there is none."""
    history, own = spot.file.history, spot.rows[spot.row]
    if history is None:
        return None
    start = own.get(history.start) or ""
    later = [
        (row.get(history.start) or "", at)
        for at, row in enumerate(spot.rows)
        if _of_one(row, own, history.key) and start and (row.get(history.start) or "") > start
    ]
    return min(later)[1] if later else None


def _of_one(row: Row, other: Row, keys: Sequence[Sequence[str]]) -> bool:
    """True if both rows have a whole key in common."""
    return any(all(row.get(name) for name in key) and same(row, other, key) for key in keys)


HISTORIES = (overlapping, gap, same_day, sequence_repeated)
