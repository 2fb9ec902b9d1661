"""Items of the RAID log, as people read them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, case, func, select, union
from sqlalchemy.orm import InstrumentedAttribute

from contracts.results import EVIDENCE_CLASSES
from raid_log.clock import at_moment
from raid_log.database import Rows, blocks
from raid_log.defects import ENVIRONMENT
from raid_log.errors import StoreError
from raid_log.events import (
    Author,
    Event,
    EventLog,
    histories,
    item_id,
    item_number,
    last_of_each,
    noted_until,
    standings,
)
from raid_log.states import LIVE, STATES, Standing, fold
from raid_log.store import Store
from raid_log.tables import EventRow, Fingerprint, ItemRow, OccurrenceRow, SubmissionRow

_FACTS = ("type", "title", "statement", "interface", "contract", "cause", "field")
_MANY = 4_500  # from here on it is faster to read all


@dataclass(frozen=True)
class Occurrence:
    """A defect seen in a submission at a stage. ``amount`` is None where it is not known."""

    run: str
    submission: str
    submitted_at: datetime
    payload: str
    stage: str
    evidence_class: str
    environment: str
    release: str
    version: str  # of the contract
    units: int
    records: int
    amount: Decimal | None
    comparison: str  # agreed | false_alarm | missed | unexplained, "" for what the check found by itself


@dataclass(frozen=True)
class Entry:
    """A risk, assumption, issue or dependency, as a list shows it. A defect is an issue with a fingerprint."""

    id: str
    type: str
    title: str
    statement: str
    interface: str
    contract: str
    cause: str  # rule id or Oracle code
    field: str  # "<file>.<column>" or blank
    floor: str  # severity of the rule behind a defect, below which one person alone cannot lower it
    standing: Standing
    version: int  # number of its last event: an edit of an older version is refused
    source: str  # by which way it was opened: run | cli | xlsx | file | taas
    opened_at: datetime
    changed_at: datetime
    changed_by: str
    changed_role: str
    reopened_at: datetime | None  # when it was last opened again
    first_seen: datetime  # moment of its first occurrence, or of its opening where it has none
    last_seen: datetime
    submissions: int  # in which it was seen; one may show it at several stages
    evidence_class: str  # the strongest class of its occurrences, under which it is counted; blank without one

    @property
    def number(self) -> int:
        """The number in its id."""
        return item_number(self.id)

    @property
    def fields(self) -> Mapping[str, str]:
        """Everything that its events noted, by name: owner, due, and the fields of its type."""
        return self.standing.fields

    @property
    def status(self) -> str:
        """Its state: the fold of its history."""
        return self.standing.status

    @property
    def severity(self) -> str:
        """critical, significant, moderate, minor; blank where the type has none."""
        return self.standing.severity

    @property
    def owner(self) -> str:
        """The one person who owns it; blank = nobody yet."""
        return self.standing.owner

    @property
    def open(self) -> bool:
        """True if something is still to be done; a waived issue is not open."""
        return self.standing.open

    @property
    def day(self) -> str:
        """The day that it is wanted by, whatever its type calls it: due, validate by, needed by; "" without one."""
        return self.standing.due or self.fields.get("validate_by", "") or self.fields.get("needed_by", "")

    @property
    def environmental(self) -> bool:
        """True if it is about a pod in trouble: no figure of the product counts it."""
        return self.type == "issue" and self.cause == ENVIRONMENT


@dataclass(frozen=True)
class Item(Entry):
    """An entry with all that is known of it."""

    fingerprints: tuple[str, ...]  # more than one after a merge
    occurrences: tuple[Occurrence, ...]  # oldest first
    history: tuple[Event, ...]  # oldest first

    @property
    def proposed_root_cause(self) -> str:
        """``contract wrong`` where a prediction of the contract was wrong in the last delivery that shows it, or blank.

        A proposal for a triager: a missed rejection or a false alarm speaks against the contract.
        """
        last = self.occurrences[-1].submission if self.occurrences else ""
        marks = {one.comparison for one in self.occurrences if one.submission == last}
        return "contract wrong" if marks & {"missed", "false_alarm"} else ""


def items(
    store: Store,
    *,
    type: str | None = None,
    status: str | None = None,
    severity: str | None = None,
    interface: str | None = None,
    ended: bool = True,
    as_of: datetime | None = None,
) -> list[Entry]:
    """Return the entries by id, filtered.

    ``status="open"`` takes every entry that is not ended; without ``ended`` also the waived and attested ones are kept.
    ``as_of`` gives the log as it stood then. Raises StoreError for a type or status that does not exist.
    """
    _refuse_unknown(type, status)
    with store.reading() as connection:
        since = as_of or datetime.now(UTC) if not ended or status in ("open", *LIVE) else None
        found = read_entries(connection, as_of, since=since, type=type, interface=interface)
    return [
        entry
        for entry in found
        if (status in (None, entry.status) or (status == "open" and entry.open))
        and severity in (None, entry.severity)
        and (ended or entry.status in LIVE)
    ]


def item(store: Store, id: str) -> Item:
    """Return one item with occurrences and history. Raises StoreError if there is none of that id."""
    with store.reading() as connection:
        return read_item(connection, id)


def change(store: Store, id: str, kind: str, by: Author, **detail: str) -> Item:
    """Apply a transition as an event and return the item after it; what an action checks besides is not checked.

    ``detail`` may hold severity, owner, due and until. Raises StoreError for an unknown id and for anything that the
    table of the item's type does not allow in its state to the author's role.
    """
    number = item_number(id)
    type_ = item(store, id).type
    with store.writing() as connection:
        log = EventLog(connection)
        log.apply(number, type_, standings(connection, [number])[number], kind, by, detail)
        log.close()
    return item(store, id)


def read_item(connection: Connection, id: str, as_of: datetime | None = None) -> Item:
    """Return one item as it is at ``as_of`` (default now), in a transaction that may be writing. Raises StoreError."""
    number = item_number(id)
    found = _entries(connection, select(ItemRow.__table__).where(ItemRow.number == number), as_of, [number])
    if not found:
        raise StoreError(f"the RAID log has no entry {item_id(number)}", todo="see `harness raid list`")
    marks = select(Fingerprint.fingerprint).where(Fingerprint.item == number).order_by(Fingerprint.fingerprint)
    return Item(
        **vars(found[0]),
        fingerprints=tuple(connection.execute(marks).scalars()),
        occurrences=tuple(_occurrences(connection, number, as_of)),
        history=tuple(histories(connection, [number], as_of)[number]),
    )


def current_item(connection: Connection, id: str, at: datetime) -> Item:
    """Return one item as a writer finds it at ``at``: with all that is noted of it, be it by a clock that is ahead."""
    return read_item(connection, id, noted_until(connection, item_number(id), at))


def read_entries(
    connection: Connection,
    as_of: datetime | None = None,
    *,
    since: datetime | None = None,
    type: str | None = None,
    interface: str | None = None,
) -> list[Entry]:
    """Return the entries by id that were there at ``as_of`` (default now), as they were then.

    ``since`` leaves out those that had ended (were in no state of LIVE) by that moment: a small part of a log of years.
    """
    query: Rows = select(ItemRow.__table__)
    if type is not None:
        query = query.where(ItemRow.type == type)
    if interface is not None:
        query = query.where(ItemRow.interface == interface)
    if since is None:
        return _entries(connection, query, as_of)
    last = _until(last_of_each(), EventRow.at, as_of)
    living = select(EventRow.item).where(EventRow.number.in_(last), EventRow.after.in_(LIVE))
    changed = _until(select(EventRow.item).where(EventRow.at > since), EventRow.at, as_of)
    return _entries(connection, query, as_of, list(connection.execute(union(living, changed)).scalars()))


def _entries(
    connection: Connection, query: Rows, as_of: datetime | None, numbers: list[int] | None = None
) -> list[Entry]:
    """The entries that the query finds; with ``numbers`` those of them."""
    now = as_of or datetime.now(UTC)
    rows = {row.number: row for row in _of(connection, query, ItemRow.number, numbers)}
    seen = _sightings(connection, as_of, numbers)
    return [
        _entry(rows[number], events, seen.get(number), now)
        for number, events in _events(connection, as_of, numbers)
        if number in rows
    ]


def _entry(row: Any, events: list[_Event], seen: _Sighted | None, now: datetime) -> Entry:
    first, last = events[0], events[-1]
    again = [event.at for event in events if event.after == "reopened" != event.before]
    return Entry(
        id=item_id(row.number),
        **{name: getattr(row, name) for name in _FACTS},
        floor=json.loads(row.detail).get("floor", ""),
        standing=at_moment(row.type, fold(events), now),
        version=last.number,
        source=first.source,
        opened_at=first.at,
        changed_at=last.at,
        changed_by=last.by,
        changed_role=last.role,
        reopened_at=max(again, default=None),
        first_seen=seen.first if seen else first.at,
        last_seen=seen.last if seen else first.at,
        submissions=seen.submissions if seen else 0,
        evidence_class=EVIDENCE_CLASSES[seen.rank] if seen else "",
    )


class _Event(NamedTuple):
    """What of an event an entry is made of."""

    number: int
    at: datetime
    kind: str
    before: str
    after: str
    by: str
    role: str
    source: str
    detail: Mapping[str, str]


def _events(
    connection: Connection, as_of: datetime | None, numbers: list[int] | None
) -> Iterator[tuple[int, list[_Event]]]:
    """The events of each item, items by number."""
    columns = (getattr(EventRow, name) for name in _Event._fields)
    query = _until(select(EventRow.item, *columns), EventRow.at, as_of).order_by(EventRow.item, EventRow.number)
    for number, rows in groupby(_of(connection, query, EventRow.item, numbers), key=itemgetter(0)):
        yield number, [_Event._make((*row[1:-1], json.loads(row[-1]))) for row in rows]


class _Sighted(NamedTuple):
    """The occurrences of an item taken together."""

    submissions: int
    first: datetime
    last: datetime
    rank: int  # of the strongest evidence class


def _sightings(connection: Connection, as_of: datetime | None, numbers: list[int] | None) -> dict[int, _Sighted]:
    rank = case({name: at for at, name in enumerate(EVIDENCE_CLASSES)}, value=SubmissionRow.evidence_class)
    moment = SubmissionRow.submitted_at
    together = (func.count(OccurrenceRow.submission.distinct()), func.min(moment), func.max(moment), func.min(rank))
    query: Rows = (
        select(OccurrenceRow.item, *together)
        .join(SubmissionRow, SubmissionRow.number == OccurrenceRow.submission)
        .group_by(OccurrenceRow.item)
    )
    rows = _of(connection, _until(query, moment, as_of), OccurrenceRow.item, numbers)
    return {row[0]: _Sighted(*row[1:]) for row in rows}


def _until(query: Rows, moment: InstrumentedAttribute[datetime], as_of: datetime | None) -> Rows:
    return query if as_of is None else query.where(moment <= as_of)


def _of(
    connection: Connection, query: Rows, item: InstrumentedAttribute[int], numbers: list[int] | None
) -> Iterator[Any]:
    """The rows of these items (None: of all) in blocks of rising numbers; an item's number comes first in a row.

    Of very many all are read.
    """
    if numbers is None or len(numbers) > _MANY:
        wanted = None if numbers is None else set(numbers)
        yield from (row for row in connection.execute(query) if wanted is None or row[0] in wanted)
        return
    for block in blocks(sorted(numbers)):
        yield from connection.execute(query.where(item.in_(block)))


def _occurrences(connection: Connection, number: int, as_of: datetime | None) -> Iterator[Occurrence]:
    own = ("stage", "units", "records", "amount", "comparison")
    shared = ("submitted_at", "payload", "evidence_class", "environment", "release", "version")
    query: Rows = (
        select(
            SubmissionRow.run_id.label("run"),
            SubmissionRow.id.label("submission"),
            *(getattr(OccurrenceRow, name) for name in own),
            *(getattr(SubmissionRow, name) for name in shared),
        )
        .join(SubmissionRow, SubmissionRow.number == OccurrenceRow.submission)
        .where(OccurrenceRow.item == number)
        .order_by(SubmissionRow.submitted_at, SubmissionRow.number, OccurrenceRow.stage, OccurrenceRow.comparison)
    )
    for row in connection.execute(_until(query, SubmissionRow.submitted_at, as_of)).mappings():
        yield Occurrence(**row)


def _refuse_unknown(type_: str | None, status: str | None) -> None:
    if type_ is not None and type_ not in STATES:
        raise StoreError(f"{type_!r} is no type of item", todo=f"use one of {', '.join(STATES)}")
    states = sorted({"open"} | {state for name in STATES if type_ in (None, name) for state in STATES[name]})
    if status is not None and status not in states:
        raise StoreError(f"{status!r} is no status", todo=f"use one of {', '.join(states)}")
