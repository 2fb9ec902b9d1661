"""The append-only event table: who did what to which item, when and why, chained by hashes."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, func, insert, select, update

from raid_log.columns import Instant
from raid_log.database import GENESIS, blocks, lock_head, read_head
from raid_log.errors import StoreError
from raid_log.states import Standing, fold, resulting
from raid_log.tables import EventRow, Head, ItemRow

_BLOCK = 5_000  # events read at a time
MACHINE = "machine"
GRADED = "graded"
"""Kind of an event that changes the severity and leaves the state alone."""
EDITED = "edited"
"""Kind of an event that changes fields and leaves the state alone."""
ABSORBED = "absorbed"
"""Kind of the event of a defect that another one was merged into."""
SEEN_AGAIN = "seen_again"
"""Kind of the event of an issue that shows again without an occurrence: an outside test, a pod in trouble."""


@dataclass(frozen=True)
class Author:
    """Who causes an event, in which role, when, by which way, and why."""

    name: str
    role: str  # machine | reporter | owner | triager | approver | sponsor | validator
    at: datetime  # aware
    source: str = "cli"  # run | cli | xlsx | file | clock | taas; of a late outcome also poll | correction
    run: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Event:
    """One line of an item's history."""

    number: int
    item: int
    at: datetime
    kind: str
    before: str
    after: str
    by: str
    role: str
    source: str
    run: str
    reason: str
    detail: Mapping[str, str] = field(default_factory=dict)


class EventLog:
    """The one writer of a transaction. Making it waits for other writers; ``close`` notes the numbers last given."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._head = lock_head(connection)

    def open_item(self, type_: str, author: Author, noted: Mapping[str, str], **fields: str) -> int:
        """Add an item in the first state of its type and return its number, which is never given again.

        ``noted`` is the detail of the event, ``fields`` are columns of the item.
        """
        self._head.item += 1
        blank = dict.fromkeys(("statement", "interface", "contract", "cause", "field"), "") | {"detail": "{}"}
        row = {"number": self._head.item, "type": type_, **blank, **fields}
        self._connection.execute(insert(ItemRow), row)
        self.apply(self._head.item, type_, Standing(), "opened", author, noted)
        return self._head.item

    def apply(
        self, item: int, type_: str, standing: Standing, kind: str, author: Author, detail: Mapping[str, str]
    ) -> None:
        """Append a transition. Raises StoreError if the table of the type does not have it."""
        after = resulting(type_, standing, kind, author.role)
        self._append(item, kind, standing.status, after, author, detail)

    def grade(self, item: int, status: str, severity: str, author: Author, **noted: str) -> None:
        """Append a change of severity."""
        self._append(item, GRADED, status, status, author, {"severity": severity, **noted})

    def note(self, item: int, kind: str, status: str, author: Author, detail: Mapping[str, str]) -> None:
        """Append what leaves the state alone: fields that were edited, another entry that was taken over."""
        self._append(item, kind, status, status, author, detail)

    def close(self) -> None:
        """Write the numbers last given."""
        numbers = {"event": self._head.event, "hash": self._head.hash, "item": self._head.item}
        self._connection.execute(update(Head).where(Head.id == 1).values(**numbers))

    def _append(self, item: int, kind: str, before: str, after: str, author: Author, detail: Mapping[str, str]) -> None:
        self._head.event += 1
        row: dict[str, Any] = {
            "number": self._head.event,
            "item": item,
            "at": noted_until(self._connection, item, author.at) if before and author.at.tzinfo else author.at,
            "kind": kind,
            "before": before,
            "after": after,
            "by": author.name,
            "role": author.role,
            "source": author.source,
            "run": author.run,
            "reason": author.reason,
            "detail": json.dumps(detail, ensure_ascii=False, sort_keys=True),
            "previous": self._head.hash,
        }
        row["hash"] = self._head.hash = digest(row)
        self._connection.execute(insert(EventRow), row)


def noted_until(connection: Connection, item: int, at: datetime) -> datetime:
    """Return the moment of an item's last event where that is later than ``at``, else ``at``.

    A run may be recorded long after it ended, and the clock of another machine may be ahead: nothing happens to an item
    before what is noted of it already.
    """
    last = select(func.max(EventRow.at, type_=Instant())).where(EventRow.item == item)
    noted = connection.execute(last).scalar()
    return at if noted is None else max(at, noted)


def digest(row: Mapping[str, Any]) -> str:
    """Return the SHA-256 of an event row and of the hash of the event before it."""
    values = [
        value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
        for name, value in sorted(row.items())
        if name != "hash"
    ]
    return hashlib.sha256(json.dumps(values, ensure_ascii=False).encode()).hexdigest()


def histories(
    connection: Connection, items: list[int] | None = None, as_of: datetime | None = None
) -> dict[int, list[Event]]:
    """Return the events by item, oldest first: of ``items`` (default all), up to ``as_of``."""
    query = select(EventRow.__table__).order_by(EventRow.number)
    if as_of is not None:
        query = query.where(EventRow.at <= as_of)
    queries = [query] if items is None else [query.where(EventRow.item.in_(block)) for block in blocks(items)]
    found: dict[int, list[Event]] = defaultdict(list)
    for one in queries:
        for row in connection.execute(one).mappings():
            found[row["item"]].append(event_of(row))
    return dict(found)


def event_of(row: RowMapping) -> Event:
    """Return the event that a row of the table holds."""
    values = {name: row[name] for name in Event.__dataclass_fields__}
    return Event(**values | {"detail": json.loads(row["detail"])})


def standings(connection: Connection, items: list[int]) -> dict[int, Standing]:
    """Return what the events of each item add up to."""
    return {item: fold(events) for item, events in histories(connection, items).items()}


def last_of_each(*where: ColumnElement[bool]) -> Select[int]:
    """Return the query for the number of each item's last event, among the events for which all of ``where`` holds."""
    return select(func.max(EventRow.number)).where(*where).group_by(EventRow.item)


def broken_link(connection: Connection, block: int = _BLOCK) -> int | None:
    """Return the number of the first event that does not fit to the one before it, None if the chain holds.

    The head is part of the chain: an event cut off at the end is found too. ``block``: events read at a time.
    """
    head = read_head(connection)
    number, previous = 0, GENESIS
    query = select(EventRow.__table__).order_by(EventRow.number).execution_options(yield_per=block)
    try:
        with connection.execute(query) as rows:
            for row in rows.mappings():
                if row["number"] != number + 1 or row["previous"] != previous or digest(dict(row)) != row["hash"]:
                    return number + 1
                number, previous = row["number"], row["hash"]
    except (ValueError, TypeError):  # a moment that is none, written by hand; which event's, tells a block of one
        return number + 1 if block == 1 else broken_link(connection, 1)
    return None if (number, previous) == (head.event, head.hash) else number + 1


def item_id(number: int) -> str:
    """Return the id that people use: ``RAID-0042``."""
    return f"RAID-{number:04d}"


def item_number(item: str) -> int:
    """Return the number in an item's id. Raises StoreError if it is none."""
    prefix, _, digits = item.upper().partition("-")
    if prefix != "RAID" or not digits.isascii() or not digits.isdigit() or len(digits) > 9:
        raise StoreError(f"{item!r} is no id of an item", todo="write it as RAID-0001")
    return int(digits)
