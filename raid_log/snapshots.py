"""A programme week as its report shows it: figures, decision, entries, rules and submissions at one moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from contracts.profiles import Goal, Interface, Profile
from raid_log.decisions import DecisionNeeded, decisions_needed
from raid_log.defects import counted
from raid_log.events import item_id
from raid_log.first_attempts import FirstAttempts, first_attempts, known_until
from raid_log.items import Entry, read_entries
from raid_log.readiness import Readiness, readiness
from raid_log.states import LIVE
from raid_log.store import Store
from raid_log.tables import EventRow, ItemRow, OccurrenceRow, RuleRow, RuleStatusRow, SubmissionRow
from raid_log.weekly import WindowFigures, window_figures
from raid_log.weeks import Week, Window


@dataclass(frozen=True)
class Change:
    """A change of state in the week; an opening changes from "" to its first state."""

    item: str  # RAID-0004
    at: datetime
    kind: str
    before: str
    after: str
    by: str


@dataclass(frozen=True)
class Cause:
    """A defect that deliveries of the week showed; ``units``: refused or at fault for it, each submission's once."""

    item: str
    title: str
    interface: str
    cause: str  # rule id or Oracle code
    units: int


@dataclass(frozen=True)
class RuleCount:
    """In how many submissions of the week a rule had which status."""

    interface: str
    contract: str
    version: str
    rule: str
    title: str
    statuses: Mapping[str, int]

    @property
    def ran(self) -> bool:
        """True if it passed or failed in one of them."""
        return bool({"passed", "failed"} & self.statuses.keys())


@dataclass(frozen=True)
class SubmissionCount:
    """First attempts of a submission, in one evidence class, that ended in the week: what a bound is computed from."""

    number: int
    interface: str
    contract: str
    version: str
    release: str
    evidence_class: str
    units: int
    accepted: int
    excluded: int
    late: int  # accepted after the time limit
    records: int
    accepted_records: int


@dataclass(frozen=True)
class Restated:
    """Units of a closed week that were recorded, or whose outcome was corrected, after it was closed.

    They change no figure of that week; they are told in the week in which they became known.
    """

    week: str
    evidence_class: str
    units: int  # more (or fewer) first attempts than the closed week has
    accepted: int


@dataclass(frozen=True)
class Snapshot:
    """Everything that the report of a week says."""

    title: str  # of the profile
    time_zone: str
    people: Mapping[str, str]  # id -> name
    week: str  # 2026-W48
    label: str
    as_of: datetime  # the end of the week, or earlier where it is not over
    open: bool  # the week is not over: its figures may still change
    figures: WindowFigures
    readiness: Readiness
    entries: tuple[Entry, ...]  # of the RAID log that had not ended, or changed in the week
    changes: tuple[Change, ...]  # oldest first
    causes: tuple[Cause, ...]  # of most units first
    rules: tuple[RuleCount, ...]
    submissions: tuple[SubmissionCount, ...]
    register: tuple[Interface, ...]
    goals: tuple[Goal, ...]
    decisions: tuple[DecisionNeeded, ...]
    restated: tuple[Restated, ...] = ()

    @property
    def window(self) -> Window:
        """Its moments."""
        return self.figures.window

    @property
    def no_evidence(self) -> tuple[str, ...]:
        """Interfaces in scope without a first attempt in the week, of any class."""
        seen = {one.interface for one in self.submissions}
        return tuple(row.id for row in self.register if row.in_scope and row.id not in seen)


def snapshot(store: Store, profile: Profile, week: Week, *, as_of: datetime) -> Snapshot:
    """Return the week as it stood at its end, or at ``as_of`` if it is not over then. Raises StoreError."""
    window = week.window(profile.time_zone)
    moment = min(as_of, window.end)
    figures = window_figures(store, profile, as_of=moment, window=window)
    decision = readiness(store, profile, as_of=moment)
    until = known_until(window, moment)
    with store.reading() as connection:
        entries = read_entries(connection, until, since=window.start)
        changes = tuple(_changes(connection, window, until))
        causes = tuple(_causes(connection, window, until))
        rules = tuple(_rules(connection, window, until))
        found = first_attempts(connection, profile, window, moment)
    standing = [one for one in entries if one.status in LIVE]
    return Snapshot(
        title=profile.title,
        time_zone=str(profile.time_zone),
        people={person.id: person.name for person in profile.people.values()},
        week=week.name,
        label=week.label,
        as_of=moment,
        open=moment < window.end,
        figures=figures,
        readiness=decision,
        entries=tuple(entries),
        changes=changes,
        causes=causes,
        rules=rules,
        submissions=tuple(_submissions(found)),
        register=tuple(profile.register.values()),
        goals=profile.goals,
        decisions=tuple(decisions_needed(profile, standing, decision.gates, until)),
    )


def _changes(connection: Connection, window: Window, until: datetime) -> Iterable[Change]:
    columns = (EventRow.item, EventRow.at, EventRow.kind, EventRow.before, EventRow.after, EventRow.by)
    query = (
        select(*columns)
        .where(EventRow.at >= window.start, EventRow.at <= until, EventRow.before != EventRow.after)
        .order_by(EventRow.number)
    )
    for item, at, kind, before, after, by in connection.execute(query):
        yield Change(item_id(item), at, kind, before, after, by)


def _causes(connection: Connection, window: Window, until: datetime) -> list[Cause]:
    """Several stages of a submission may show a defect in the same units: the most of them counts."""
    most = (
        select(OccurrenceRow.item, func.max(OccurrenceRow.units).label("units"))
        .join(SubmissionRow, SubmissionRow.number == OccurrenceRow.submission)
        .where(counted(), SubmissionRow.submitted_at >= window.start, SubmissionRow.submitted_at <= until)
        .group_by(OccurrenceRow.item, OccurrenceRow.submission)
        .subquery()
    )
    names = (ItemRow.number, ItemRow.title, ItemRow.interface, ItemRow.cause)
    query = select(*names, func.sum(most.c.units)).join(most, most.c.item == ItemRow.number).group_by(*names)
    found = [
        Cause(item_id(number), title, interface, cause, int(units))
        for number, title, interface, cause, units in connection.execute(query)
    ]
    return sorted(found, key=lambda one: (-one.units, one.item))


def _rules(connection: Connection, window: Window, until: datetime) -> Iterable[RuleCount]:
    about = (SubmissionRow.interface, RuleStatusRow.rule, RuleStatusRow.status)
    query = (
        select(*about, func.count())
        .join(RuleStatusRow, RuleStatusRow.submission == SubmissionRow.number)
        .where(counted(), SubmissionRow.submitted_at >= window.start, SubmissionRow.submitted_at <= until)
        .group_by(*about)
    )
    statuses: dict[tuple[str, int], dict[str, int]] = defaultdict(dict)
    for interface, number, status, count in connection.execute(query):
        statuses[interface, number][status] = count
    rows = {row.number: row for row in connection.execute(select(RuleRow.__table__))} if statuses else {}
    for (interface, number), counts in sorted(statuses.items(), key=lambda pair: (pair[0][0], rows[pair[0][1]].id)):
        row = rows[number]
        yield RuleCount(interface, row.contract, row.version, row.id, row.title, dict(sorted(counts.items())))


def _submissions(found: Iterable[FirstAttempts]) -> Iterable[SubmissionCount]:
    groups: dict[tuple[int, str], list[FirstAttempts]] = defaultdict(list)
    for one in found:
        groups[one.submission, one.evidence_class].append(one)
    for (number, evidence_class), own in sorted(groups.items()):
        one = own[0]
        yield SubmissionCount(
            number, one.interface, one.contract, one.version, one.release, evidence_class,
            *(sum(getattr(group, name) for group in own) for name in _COUNTS),
        )  # fmt: skip


_COUNTS = ("units", "accepted", "excluded", "late", "records", "accepted_records")
