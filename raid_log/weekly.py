"""The figures of a window (a week, a cycle): rates by evidence class, and the life of defects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_FLOOR, Decimal, localcontext
from statistics import median

from sqlalchemy import ColumnElement, Connection, func, or_, select

from contracts.profiles import Profile
from contracts.results import EVIDENCE_CLASSES, SEVERITIES
from raid_log.bounds import BoundedRate, bounded_rate
from raid_log.defects import ENVIRONMENT, counted
from raid_log.errors import StoreError
from raid_log.escapes import Shown, by_reason, escapes, shown
from raid_log.figures import RATE_NAMES, OpenDefects, open_defects
from raid_log.first_attempts import INSTANT, FirstAttempts, by_submission, ended, judged, known_until
from raid_log.flow import Flow, flow
from raid_log.items import Entry, read_entries
from raid_log.later_attempts import accepted_later
from raid_log.rates import NO_EVIDENCE, Rate, rate_text, target_of
from raid_log.store import Store
from raid_log.tables import EventRow, ItemRow, RuleRow, SubmissionRow
from raid_log.weeks import Window, week_to_date

BANDS = ((7, "0-7"), (14, "8-14"), (30, "15-30"))
OLDEST_BAND = ">30"
"""Calendar days since a defect was first seen."""
REOPEN_DAYS = 30
"""Days before the end of the window in which a verification counts."""
_DIGITS = 60  # more than any sum of amounts has


@dataclass(frozen=True)
class AmountRate:
    """Amounts of first attempts, each without its sign, so that a credit that is refused counts as an invoice does."""

    submitted: Decimal
    accepted: Decimal

    @property
    def text(self) -> str:
        """The rate for people, never rounded up; ``no evidence`` where nothing has an amount."""
        if not self.submitted:
            return NO_EVIDENCE
        with localcontext(prec=_DIGITS):
            return rate_text(int(self.accepted * 10**10 // self.submitted), 10**10)


@dataclass(frozen=True)
class ClassFigures:
    """First attempts of one evidence class that ended in the window, and what is told by them. Never added up."""

    evidence_class: str
    name: str  # of the rate
    first_pass: BoundedRate  # with bound and verdict; one submission is one cluster
    final: Rate  # the same units, accepted at any attempt by the end of the window
    interfaces: Mapping[str, BoundedRate]  # those with evidence, by id
    at_target: int  # of those interfaces
    worst: str  # id of the interface with the lowest rate, the first one by id where there are several; "" without any
    amount: AmountRate
    records: Rate
    clean: Rate  # submissions whose last first attempt ended in the window, and those of them without a reject
    excluded: int  # units, in no rate
    late: int  # units accepted after their first attempt had ended: in the final rate alone
    defects: int  # distinct valid ones that its deliveries showed; of class conformance: that any check found

    @property
    def density(self) -> str:
        """Valid defects per 10,000 first attempts, cut off after one place."""
        return _per(self.defects, self.first_pass.rate.submitted, 10_000)


@dataclass(frozen=True)
class DefectFigures:
    """Defects at the end of the window and in it. Environment issues are counted by themselves alone."""

    open: Mapping[str, OpenDefects]  # by severity
    waived: tuple[str, ...]  # ids
    overdue: tuple[str, ...]  # ids of open defects whose due day is over
    ages: Mapping[str, int]  # open ones by band of calendar days since they were first seen
    median_age: float | None  # days
    oldest: tuple[str, int] | None  # id and days
    reopened: Rate  # submitted: defects verified in the last 30 days, accepted: those that failed again since
    valid: int  # that the window's deliveries showed, of any class
    escaped: Mapping[str, int]  # of the valid ones: found by Fusion and not by the contract, by reason
    per_100_rules: Mapping[str, str]  # interface -> valid defects per 100 rules of its contracts
    flow: Mapping[str, Flow]  # by severity, and "all"
    environments: tuple[str, ...]  # ids of open environment issues

    @property
    def reopen_text(self) -> str:
        """The re-open rate for people."""
        return self.reopened.text

    @property
    def escape_text(self) -> str:
        """The escape rate for people: escaped of valid defects."""
        return rate_text(sum(self.escaped.values()), self.valid)


@dataclass(frozen=True)
class WindowFigures:
    """All figures of a window as they stood at ``as_of``."""

    as_of: datetime
    window: Window
    cycle: str | None  # None: all of them
    classes: Mapping[str, ClassFigures]  # acceptance, simulated, conformance
    defects: DefectFigures
    availability: Mapping[str, Rate]  # environment -> submissions that reached it, of those that were to

    @property
    def window_open(self) -> bool:
        """True for a window that is not over: its figures may still change."""
        return self.as_of < self.window.end


def window_figures(
    store: Store, profile: Profile, *, as_of: datetime, window: Window | None = None, cycle: str | None = None
) -> WindowFigures:
    """Return the figures of the window (default: the programme week of ``as_of``), of one cycle or of all.

    ``cycle`` narrows down what deliveries tell; what stands in the RAID log has no cycle. Without a window a cycle's
    figures are those of its whole time. Raises StoreError for a cycle that no submission has, and for a window that
    has not begun.
    """
    with store.reading() as connection:
        whole = _whole(connection, cycle, as_of) if cycle else week_to_date(profile, as_of)
        chosen = window or whole
        if as_of < chosen.start:
            raise StoreError(f"{chosen.label} has not begun", todo="name a window that has")
        every = judged(connection, profile, chosen, as_of, cycle=cycle, amounts=True)
        seen = shown(connection, chosen, as_of, cycle)
        later = accepted_later(connection, profile, ended(every, chosen, as_of), chosen, as_of)
        classes: dict[str, ClassFigures] = {}
        for name in EVIDENCE_CLASSES:
            if name in RATE_NAMES:
                own = [one for one in every if one.evidence_class == name]
                found = ended(own, chosen, as_of)
                mended = sum(units for (of, _), units in later.items() if of == name)
                clean = _clean(own, found, chosen, as_of)
                classes[name] = _class_figures(name, target_of(profile), found, clean, mended, _defects(name, seen))
        defects = _defect_figures(connection, profile, chosen, as_of, cycle, seen)
        availability = _availability(connection, chosen, as_of, cycle)
    return WindowFigures(as_of, chosen, cycle, classes, defects, availability)


def _whole(connection: Connection, cycle: str, as_of: datetime) -> Window:
    query = select(func.min(SubmissionRow.submitted_at, type_=SubmissionRow.submitted_at.type))
    start = connection.execute(query.where(SubmissionRow.cycle == cycle)).scalar()
    if start is None or start > as_of:
        raise StoreError(f"no submission of cycle {cycle!r}", todo="name a cycle that `harness run --cycle` was given")
    return Window(start, as_of + INSTANT, f"cycle {cycle}")


# rates


def _class_figures(
    name: str, target: Decimal, found: Sequence[FirstAttempts], clean: Rate, mended: int, defects: int
) -> ClassFigures:
    """``found``: first attempts that ended in the window; ``mended``: units of them accepted at a later attempt."""
    rated = [one for one in found if one.units]
    by_interface: dict[str, list[FirstAttempts]] = defaultdict(list)
    for one in rated:
        by_interface[one.interface].append(one)
    interfaces = {id_: bounded_rate(by_submission(own).values(), target) for id_, own in sorted(by_interface.items())}
    first_pass = bounded_rate(by_submission(rated).values(), target)
    late = sum(one.late for one in rated)
    return ClassFigures(
        name,
        RATE_NAMES[name],
        first_pass,
        final=Rate(first_pass.rate.submitted, first_pass.rate.accepted + late + mended),
        interfaces=interfaces,
        at_target=sum(one.rate.meets(target) for one in interfaces.values()),
        worst=min(interfaces, key=lambda id_: (interfaces[id_].rate.share, id_), default=""),
        amount=_amount(rated),
        records=Rate(sum(one.records for one in rated), sum(one.accepted_records for one in rated)),
        clean=clean,
        excluded=sum(one.excluded for one in found),
        late=late,
        defects=defects,
    )


def _clean(every: Iterable[FirstAttempts], found: Iterable[FirstAttempts], window: Window, as_of: datetime) -> Rate:
    """A submission whose units end in several windows counts once, in the last one, with all of its first attempts."""
    until = known_until(window, as_of)
    going_on = {one.submission for one in every if one.ended_at > until}
    over = {one.submission for one in found} - going_on
    rates = by_submission(one for one in every if one.units and one.submission in over).values()
    return Rate(len(rates), sum(rate.submitted == rate.accepted for rate in rates))


def _defects(name: str, seen: Iterable[Shown]) -> int:
    """How many defects the class showed; conformance is what checks find, wherever the payload goes afterwards."""
    if name == "conformance":
        return len({one.item for one in seen if not one.comparison})
    return len({one.item for one in seen if one.evidence_class == name})


def _amount(found: Iterable[FirstAttempts]) -> AmountRate:
    with localcontext(prec=_DIGITS):
        pairs = [(abs(one.amount), one) for one in found if one.amount is not None]
        zero = Decimal(0)
        return AmountRate(
            sum((amount * one.units for amount, one in pairs), zero),
            sum((amount * one.accepted for amount, one in pairs), zero),
        )


def _availability(connection: Connection, window: Window, as_of: datetime, cycle: str | None) -> dict[str, Rate]:
    """An environment's submissions, and those that could not be sent to it."""
    names = (SubmissionRow.environment, SubmissionRow.outage)
    query = select(*names, func.count()).where(*_sent_in(window, as_of, cycle)).group_by(*names)
    rates: dict[str, Rate] = {}
    for environment, outage, count in connection.execute(query):
        if name := outage or environment:
            rates[name] = Rate.total([rates.get(name, Rate()), Rate(count, 0 if outage else count)])
    return dict(sorted(rates.items()))


# defects


def _defect_figures(
    connection: Connection,
    profile: Profile,
    window: Window,
    as_of: datetime,
    cycle: str | None,
    seen: Sequence[Shown],
) -> DefectFigures:
    end = known_until(window, as_of)
    issues = read_entries(connection, end, since=end, type="issue")
    product = [one for one in issues if not one.environmental]
    ages = _ages([one for one in product if one.open], end, profile)
    today = end.astimezone(profile.time_zone).date().isoformat()
    items = {one.item for one in seen}
    causes = {one.number: one.fields.get("root_cause", "") for one in product}
    return DefectFigures(
        open={severity: open_defects(product, severity) for severity in SEVERITIES},
        waived=tuple(one.id for one in product if one.status == "waived"),
        overdue=tuple(one.id for one in product if one.open and "" < one.standing.due < today),
        ages={
            name: sum(_band(days) == name for days in ages.values())
            for name in (*(name for _, name in BANDS), OLDEST_BAND)
        },
        median_age=median(ages.values()) if ages else None,
        oldest=max(ages.items(), key=lambda pair: pair[1]) if ages else None,
        reopened=_reopened(connection, end),
        valid=len(items),
        escaped=by_reason(escapes(connection, seen, causes)),
        per_100_rules=_per_rules(connection, window, as_of, cycle, seen),
        flow=flow(connection, window.start - INSTANT, end, product),
        environments=tuple(one.id for one in issues if one.environmental and one.open),
    )


def _ages(open_: Iterable[Entry], end: datetime, profile: Profile) -> dict[str, int]:
    """Calendar days since each was first seen; that it was opened again does not start them anew."""
    last = end.astimezone(profile.time_zone).date()
    return {one.id: (last - one.first_seen.astimezone(profile.time_zone).date()).days for one in open_}


def _band(days: int) -> str:
    return next((name for most, name in BANDS if days <= most), OLDEST_BAND)


def _reopened(connection: Connection, end: datetime) -> Rate:
    """Defects verified in the last days, and those of them that a run found failing again afterwards."""
    query = (
        select(EventRow.item, EventRow.kind, EventRow.before)
        .join(ItemRow, ItemRow.number == EventRow.item)
        .where(EventRow.at > end - timedelta(days=REOPEN_DAYS), EventRow.at <= end)
        .where(ItemRow.type == "issue", ItemRow.cause != ENVIRONMENT, EventRow.before != EventRow.after)
        .where(or_(EventRow.after == "verified", EventRow.before == "verified"))
        .order_by(EventRow.number)
    )
    verified: set[int] = set()
    failed: set[int] = set()
    for item, kind, before in connection.execute(query):
        if before != "verified":
            verified.add(item)
        elif kind == "failed_again" and item in verified:
            failed.add(item)
    return Rate(len(verified), len(failed))


def _per_rules(
    connection: Connection, window: Window, as_of: datetime, cycle: str | None, seen: Iterable[Shown]
) -> dict[str, str]:
    """By interface of a valid defect: how many there are per 100 rules of the contract versions delivered last."""
    rules = func.count(RuleRow.id.distinct())  # a rule of several files is one
    sizes = {
        (contract, version): count
        for contract, version, count in connection.execute(
            select(RuleRow.contract, RuleRow.version, rules).group_by(RuleRow.contract, RuleRow.version)
        )
    }
    about = (SubmissionRow.interface, SubmissionRow.contract, SubmissionRow.version)
    delivered = select(*about, func.max(SubmissionRow.number)).where(counted(), *_sent_in(window, as_of, cycle))
    rows = sorted(connection.execute(delivered.group_by(*about)), key=lambda row: int(row[3]))
    newest = {(row[0], row[1]): sizes.get((row[1], row[2]), 0) for row in rows}
    defects: dict[str, set[int]] = defaultdict(set)
    for one in seen:
        defects[one.interface].add(one.item)
    return {
        interface: _per(len(items), sum(size for (of, _), size in newest.items() if of == interface), 100)
        for interface, items in sorted(defects.items())
    }


def _sent_in(window: Window, as_of: datetime, cycle: str | None) -> list[ColumnElement[bool]]:
    """The submissions of the window, of a cycle or of all."""
    moment = SubmissionRow.submitted_at
    within = [moment >= window.start, moment <= known_until(window, as_of)]
    return within if cycle is None else [*within, SubmissionRow.cycle == cycle]


def _per(count: int, of: int, unit: int) -> str:
    """So many for each ``unit``, cut off after one place; ``no evidence`` of nothing."""
    if not of:
        return NO_EVIDENCE
    return str((Decimal(count * unit) / Decimal(of)).quantize(Decimal("0.1"), rounding=ROUND_FLOOR))
