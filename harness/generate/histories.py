"""Histories: the dated records of one logical record, in order of time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from harness.generate.drafts import Draft, Key, Record, group_key

END_OF_TIME = date(4712, 12, 31)


@dataclass(frozen=True)
class Span:
    """A dated record: its logical record, its days, and its place among the changes of one day."""

    record: Record
    group: Key
    start: date
    end: date
    sequence: Decimal | None


def spans(draft: Draft, file: str) -> list[list[Span]]:
    """Return the histories of a file: the dated records of each logical record in order, blank ends filled in."""
    history = draft.contract.files[file].history
    assert history is not None
    groups: dict[Key, list[Record]] = {}
    for record in draft.records[file]:
        named = any(record.get(name) is not None for key in history.key for name in key)
        if record.get("_action") != "DELETE" and named and record.get(history.start) is not None:
            groups.setdefault(group_key(record, history.key), []).append(record)
    return [list(_in_order(key, rows, history)) for key, rows in groups.items()]


def _in_order(group: Key, rows: list[Record], history: Any) -> Iterator[Span]:
    def sequence(record: Record) -> Decimal | None:
        value = record.get(history.sequence) if history.sequence else None
        return value if isinstance(value, Decimal) else None

    def order(record: Record) -> tuple[Any, bool, Decimal]:
        number = sequence(record)
        return record.get(history.start), number is None, number or Decimal(0)

    rows = sorted(rows, key=order)
    starts: list[Any] = [record.get(history.start) for record in rows]
    for at, record in enumerate(rows):
        following = starts[at + 1] if at + 1 < len(rows) else None
        implied = (
            END_OF_TIME
            if following is None
            else following
            if following == starts[at]
            else following - timedelta(days=1)
        )
        end = record.get(history.end)
        yield Span(record, group, starts[at], end if isinstance(end, date) else implied, sequence(record))
