"""Items of the RAID log, as people read them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import Connection, select

from contracts.results import EVIDENCE_CLASSES
from raid_log.clock import at_moment
from raid_log.errors import StoreError
from raid_log.events import Author, Event, EventLog, histories, item_id, item_number, standings
from raid_log.states import STATES, Standing, fold
from raid_log.store import Store
from raid_log.tables import Fingerprint, ItemRow, OccurrenceRow, SubmissionRow


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
class Item:
    """A risk, assumption, issue or dependency. A defect is an issue with a fingerprint."""

    id: str
    type: str
    title: str
    statement: str
    interface: str
    contract: str
    cause: str  # rule id or Oracle code
    field: str  # "<file>.<column>" or blank
    fingerprints: tuple[str, ...]  # more than one after a merge
    standing: Standing
    occurrences: tuple[Occurrence, ...]  # oldest first
    history: tuple[Event, ...]  # oldest first
    floor: str = ""  # severity of the rule behind a defect, below which one person alone cannot lower it

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
    def first_seen(self) -> datetime:
        """Moment of its first occurrence, or of its opening where it has none."""
        return self.occurrences[0].submitted_at if self.occurrences else self.history[0].at

    @property
    def last_seen(self) -> datetime:
        """Moment of its last occurrence, or of its opening where it has none."""
        return self.occurrences[-1].submitted_at if self.occurrences else self.history[0].at

    @property
    def proposed_root_cause(self) -> str:
        """``contract wrong`` where a prediction of the contract was wrong in the last delivery that shows it, or blank.

        A proposal for a triager: a missed rejection or a false alarm speaks against the contract.
        """
        last = self.occurrences[-1].submission if self.occurrences else ""
        marks = {one.comparison for one in self.occurrences if one.submission == last}
        return "contract wrong" if marks & {"missed", "false_alarm"} else ""

    @property
    def submissions(self) -> int:
        """In how many submissions it was seen; one may show it at several stages."""
        return len({occurrence.submission for occurrence in self.occurrences})

    @property
    def evidence_class(self) -> str:
        """The strongest class of its occurrences, under which it is counted; blank without one."""
        seen = {occurrence.evidence_class for occurrence in self.occurrences}
        return next((name for name in EVIDENCE_CLASSES if name in seen), "")


def items(
    store: Store,
    *,
    type: str | None = None,
    status: str | None = None,
    severity: str | None = None,
    interface: str | None = None,
    as_of: datetime | None = None,
) -> list[Item]:
    """Return the items by id, filtered. ``status="open"`` takes every item that is not ended.

    ``as_of`` gives the log as it stood then. Raises StoreError for a type or status that does not exist.
    """
    _refuse_unknown(type, status)
    with store.reading() as connection:
        found = read_items(connection, as_of=as_of)
    return [
        item
        for item in found
        if type in (None, item.type)
        and (status in (None, item.status) or (status == "open" and item.open))
        and severity in (None, item.severity)
        and interface in (None, item.interface)
    ]


def item(store: Store, id: str) -> Item:
    """Return one item with occurrences and history. Raises StoreError if there is none of that id."""
    number = item_number(id)
    with store.reading() as connection:
        found = read_items(connection, [number])
    if not found:
        raise StoreError(f"the RAID log has no item {item_id(number)}", store.where, "see `harness raid list`")
    return found[0]


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


def read_item(connection: Connection, id: str, as_of: datetime) -> Item:
    """Return one item as it is at ``as_of``, in a transaction that may be writing. Raises StoreError."""
    number = item_number(id)
    found = read_items(connection, [number], as_of)
    if not found:
        raise StoreError(f"the RAID log has no entry {item_id(number)}", todo="see `harness raid list`")
    return found[0]


def read_items(connection: Connection, numbers: list[int] | None = None, as_of: datetime | None = None) -> list[Item]:
    """Return items by id: those of ``numbers`` (default all) that were there at ``as_of`` (default now)."""
    now = as_of or datetime.now(UTC)
    query = select(ItemRow.__table__).order_by(ItemRow.number)
    if numbers is not None:
        query = query.where(ItemRow.number.in_(numbers))
    past = histories(connection, numbers, as_of)
    seen = _occurrences(connection, numbers, as_of)
    marks = _fingerprints(connection, numbers)
    fields = ("type", "title", "statement", "interface", "contract", "cause", "field")
    return [
        Item(
            id=item_id(row["number"]),
            **{name: row[name] for name in fields},
            fingerprints=tuple(marks[row["number"]]),
            standing=at_moment(row["type"], fold(past[row["number"]]), now),
            occurrences=tuple(seen[row["number"]]),
            history=tuple(past[row["number"]]),
            floor=json.loads(row["detail"]).get("floor", ""),
        )
        for row in connection.execute(query).mappings()
        if row["number"] in past
    ]


def _fingerprints(connection: Connection, numbers: list[int] | None) -> dict[int, list[str]]:
    query = select(Fingerprint.item, Fingerprint.fingerprint).order_by(Fingerprint.fingerprint)
    if numbers is not None:
        query = query.where(Fingerprint.item.in_(numbers))
    found: dict[int, list[str]] = defaultdict(list)
    for number, mark in connection.execute(query):
        found[number].append(mark)
    return found


def _occurrences(
    connection: Connection, numbers: list[int] | None, as_of: datetime | None
) -> dict[int, list[Occurrence]]:
    own = ("stage", "units", "records", "amount", "comparison")
    shared = ("submitted_at", "payload", "evidence_class", "environment", "release", "version")
    query = (
        select(
            OccurrenceRow.item,
            SubmissionRow.run_id.label("run"),
            SubmissionRow.id.label("submission"),
            *(getattr(OccurrenceRow, name) for name in own),
            *(getattr(SubmissionRow, name) for name in shared),
        )
        .join(SubmissionRow, SubmissionRow.number == OccurrenceRow.submission)
        .order_by(SubmissionRow.submitted_at, SubmissionRow.number, OccurrenceRow.stage, OccurrenceRow.comparison)
    )
    if numbers is not None:
        query = query.where(OccurrenceRow.item.in_(numbers))
    if as_of is not None:
        query = query.where(SubmissionRow.submitted_at <= as_of)
    found: dict[int, list[Occurrence]] = defaultdict(list)
    for row in connection.execute(query).mappings():
        found[row["item"]].append(Occurrence(**{name: row[name] for name in Occurrence.__dataclass_fields__}))
    return found


def _refuse_unknown(type_: str | None, status: str | None) -> None:
    if type_ is not None and type_ not in STATES:
        raise StoreError(f"{type_!r} is no type of item", todo=f"use one of {', '.join(STATES)}")
    states = sorted({"open"} | {state for name in STATES if type_ in (None, name) for state in STATES[name]})
    if status is not None and status not in states:
        raise StoreError(f"{status!r} is no status", todo=f"use one of {', '.join(states)}")
