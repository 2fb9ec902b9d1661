"""A programme week as its report shows it: figures, decision, entries, rules and submissions at one moment."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, case, func, select

from contracts.library import statuses
from contracts.profiles import Goal, Interface, Profile
from contracts.standing import Standing, standing
from raid_log.control_totals import reconciliations
from raid_log.database import blocks
from raid_log.decisions import DecisionNeeded, decisions_needed
from raid_log.defects import counted
from raid_log.events import item_id
from raid_log.exchange import mark_at, waiver_rows
from raid_log.first_attempts import FirstAttempts, first_attempts, known_until
from raid_log.items import Entry, read_entries
from raid_log.readiness import Readiness, readiness
from raid_log.states import LIVE
from raid_log.store import Store
from raid_log.tables import EventRow, ItemRow, OccurrenceRow, RuleRow, RuleStatusRow, SubmissionRow, UnitAttempt
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
    severity: str = ""
    code: str = ""  # that it predicts
    findings: int = 0
    units: int = 0  # that it found at fault
    reasons: Mapping[str, str] = field(default_factory=dict)  # status -> why it was not checked, in one submission
    classes: tuple[str, ...] = ()  # evidence classes of the submissions

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
class StageCount:
    """Units sent by an interface in the week, of one evidence class, by how far they came and with what outcome."""

    interface: str
    evidence_class: str
    stage: str  # reached: S1 sent, S2 loaded, S3 imported
    outcome: str  # blank where none is known
    units: int


@dataclass(frozen=True)
class TotalCheck:
    """A control total of a submission of the week, and whether it agreed with what was accepted by then."""

    interface: str
    submission: str
    evidence_class: str
    units_agree: bool
    amounts_agree: bool | None  # None where there are no amounts
    text: str  # both sides


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
    stages: tuple[StageCount, ...] = ()
    totals: tuple[TotalCheck, ...] = ()
    waivers: tuple[Mapping[str, str], ...] = ()  # in force or asked for: rows of the table of waivers of an export
    signers: tuple[str, ...] = ()  # names of those who may sign the decision
    mark: str = ""  # of an export of that moment
    recorded: int = 0  # number of the last submission that was recorded by then
    contracts: Mapping[str, str] = field(default_factory=dict)  # id -> status, of those that the register names

    @property
    def window(self) -> Window:
        """Its moments."""
        return self.figures.window

    @property
    def standing_defects(self) -> list[Entry]:
        """Defects of the product that are open or waived at the end of the week."""
        issues = (one for one in self.entries if one.type == "issue" and not one.environmental)
        return [one for one in issues if one.open or one.status == "waived"]

    @property
    def standings(self) -> list[Standing]:
        """Where the interfaces in scope stood with their contracts; empty for weeks that were closed without it."""
        return [standing(row, self.contracts) for row in self.register if row.in_scope] if self.contracts else []

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
        stages = tuple(_stages(connection, window, until))
        totals = tuple(_totals(connection, window, until))
        waivers = tuple(waiver_rows(connection, entries, until))
        mark = str(mark_at(connection, until))
        recorded = connection.execute(select(func.max(SubmissionRow.number))).scalar() or 0
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
        stages=stages,
        totals=totals,
        waivers=waivers,
        signers=signers(profile),
        mark=mark,
        recorded=recorded,
        contracts={id_: status for id_, status in statuses(profile).items() if profile.serving(id_)},
    )


def signers(profile: Profile) -> tuple[str, ...]:
    """Return the names of those who may sign the decision to go live: sponsors and approvers."""
    return tuple(person.name for person in profile.people.values() if person.roles & {"sponsor", "approver"})


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
    about = (SubmissionRow.interface, RuleStatusRow.rule, RuleStatusRow.status, SubmissionRow.evidence_class)
    sums = (func.sum(RuleStatusRow.findings), func.sum(RuleStatusRow.units), func.max(SubmissionRow.number))
    query = (
        select(*about, func.count(), *sums)
        .join(RuleStatusRow, RuleStatusRow.submission == SubmissionRow.number)
        .where(counted(), SubmissionRow.submitted_at >= window.start, SubmissionRow.submitted_at <= until)
        .group_by(*about)
    )
    groups: dict[tuple[str, int], list[Any]] = defaultdict(list)
    for row in connection.execute(query):
        groups[row[0], row[1]].append(row[2:])
    rules = {row.number: row for row in connection.execute(select(RuleRow.__table__))} if groups else {}
    reasons = _reasons(connection, {last for own in groups.values() for status, *_, last in own if status in _UNTOLD})
    for (interface, number), own in sorted(groups.items(), key=lambda pair: (pair[0][0], rules[pair[0][1]].id)):
        rule, statuses = rules[number], Counter[str]()
        for status, _, count, *_ in own:
            statuses[status] += count
        yield RuleCount(
            interface, rule.contract, rule.version, rule.id, rule.title,
            statuses=dict(sorted(statuses.items())),
            severity=rule.severity,
            code=rule.code,
            findings=sum(int(findings) for _, _, _, findings, *_ in own),
            units=sum(int(units) for *_, units, _ in own),
            reasons={
                status: reasons[last, number]
                for status, *_, last in sorted(own, key=itemgetter(-1))
                if (last, number) in reasons
            },
            classes=tuple(sorted({class_ for _, class_, *_ in own})),
        )  # fmt: skip


_UNTOLD = frozenset({"not_checked", "stale"})
"""Statuses that come with a reason."""


def _reasons(connection: Connection, submissions: Iterable[int]) -> dict[tuple[int, int], str]:
    """Submission and rule -> why the rule was not checked in it."""
    found: dict[tuple[int, int], str] = {}
    about = (RuleStatusRow.submission, RuleStatusRow.rule, RuleStatusRow.reason)
    for block in blocks(sorted(submissions)):
        query = select(*about).where(RuleStatusRow.submission.in_(block), RuleStatusRow.status.in_(_UNTOLD))
        found |= {(submission, rule): reason for submission, rule, reason in connection.execute(query)}
    return found


def _stages(connection: Connection, window: Window, until: datetime) -> Iterable[StageCount]:
    """An outcome that came after ``until`` is not known yet."""
    known = case((UnitAttempt.ended_at <= until, UnitAttempt.outcome), else_=None)
    about = (SubmissionRow.interface, SubmissionRow.evidence_class, UnitAttempt.stage, known)
    query = (
        select(*about, func.count())
        .join(UnitAttempt, UnitAttempt.submission == SubmissionRow.number)
        .where(counted(), SubmissionRow.submitted_at >= window.start, SubmissionRow.submitted_at <= until)
        .where(UnitAttempt.stage.is_not(None))
        .group_by(*about)
    )
    found = [(*row[:3], row[3] or "", row[4]) for row in connection.execute(query)]
    yield from (StageCount(*row) for row in sorted(found))


def _totals(connection: Connection, window: Window, until: datetime) -> Iterable[TotalCheck]:
    names = (SubmissionRow.number, SubmissionRow.interface, SubmissionRow.evidence_class)
    query = select(*names).where(
        counted(), SubmissionRow.submitted_at >= window.start, SubmissionRow.submitted_at <= until
    )
    rows = {number: (interface, class_) for number, interface, class_ in connection.execute(query)}
    for number, one in sorted(reconciliations(connection, rows, until).items()):
        interface, class_ = rows[number]
        amounts = None if one.amount is None else one.amount == one.accepted_amount
        yield TotalCheck(interface, one.submission, class_, one.units == one.accepted, amounts, one.text)


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
