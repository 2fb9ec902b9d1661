"""The programme's figures: rates of first attempts per evidence class, and open defects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from contracts.profiles import Profile
from contracts.results import BLOCKING, EVIDENCE_CLASSES, RunResult, Submission
from raid_log.defects import delivered
from raid_log.first_attempts import FirstAttempts, first_attempts, required_stage
from raid_log.items import Entry, items, read_entries
from raid_log.outcomes import REFUSED, outcomes_of
from raid_log.rates import Rate
from raid_log.store import Store
from raid_log.weeks import Window, week_to_date

RATE_NAMES: Mapping[str, str] = {
    "acceptance": "acceptance rate",
    "simulated": "simulated acceptance rate",
    "conformance": "conformance rate",
}
"""What the figure of each evidence class is called; only class ``acceptance`` has an acceptance rate."""

BY_HAND = "raised by hand"
"""In the split of open defects: without an occurrence, so without an evidence class."""
OUTSIDE = "outside tests"
"""In the split of open defects: opened by a result of an outside provider, without an occurrence."""


@dataclass(frozen=True)
class ClassRate:
    """First attempts of one evidence class. Classes are never added up."""

    evidence_class: str
    name: str
    pooled: Rate  # over units, without weights
    interfaces: Mapping[str, Rate]  # those with evidence, by id
    submissions: int  # that hold the units
    dates: int  # calendar days of the profile's time zone on which they ended
    excluded: int = 0  # units refused with nothing but codes that do not count: in no rate


@dataclass(frozen=True)
class OpenDefects:
    """Open issues of one severity, over all evidence classes, each counted once under its strongest class."""

    severity: str
    count: int
    by_class: Mapping[str, int]  # strongest first; only classes that occur
    ids: tuple[str, ...]


@dataclass(frozen=True)
class Figures:
    """The figures of a window as they stood at ``as_of``."""

    as_of: datetime
    window: Window
    rates: Mapping[str, ClassRate]  # acceptance, simulated, conformance
    open_critical: OpenDefects
    open_significant: OpenDefects

    @property
    def window_open(self) -> bool:
        """True for a window that is not over: its figures may still change."""
        return self.as_of < self.window.end


@dataclass(frozen=True)
class RunRow:
    """One interface in one run. A draft contract's units are shown but enter no rate."""

    interface: str
    name: str
    submissions: int
    negative: int  # of the submissions: negative or generated, in none of the other columns
    draft: int  # of the submissions: of a contract that is not active
    records: int
    units: int
    conforming: int
    rate: Rate  # conforming of submitted units, any attempt, active contracts
    open_critical: int
    open_significant: int
    evidence_class: str  # of what was sent, "" where nothing was; the strongest one where there are several
    sent: int  # units of that class
    accepted: int  # of those sent
    rejected: int  # of those sent, with and without a reason
    undecided: int  # of those sent, pending or unknown
    excluded: int  # of the rejected: with nothing but codes that do not count
    sent_rate: Rate  # accepted at the required stage of those sent less the excluded, any attempt, active contracts

    @property
    def sent_rate_name(self) -> str:
        """What ``sent_rate`` is called, "" where nothing was sent."""
        return RATE_NAMES.get(self.evidence_class, "")


def figures(
    store: Store,
    profile: Profile,
    *,
    as_of: datetime,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Figures:
    """Return the figures of a window (default: the programme week of ``as_of`` to date), as of an aware moment.

    The denominator is the units whose first attempt ended in the window, ``until`` excluded. Raises StoreError.
    """
    week = week_to_date(profile, as_of)
    window = week if since is None and until is None else _between(since or week.start, until or week.end)
    with store.reading() as connection:
        found = first_attempts(connection, profile, window, as_of)
        log = read_entries(connection, as_of, since=as_of)
    return Figures(
        as_of, window, class_rates(profile, found), open_defects(log, "critical"), open_defects(log, "significant")
    )


def _between(start: datetime, end: datetime) -> Window:
    return Window(start, end, f"{start.isoformat()} to {end.isoformat()}")


def class_rates(profile: Profile, found: Iterable[FirstAttempts]) -> dict[str, ClassRate]:
    """Return the rates by evidence class, strongest first; a class without evidence has an empty rate."""
    groups = list(found)
    return {
        name: _class_rate(name, profile, [group for group in groups if group.evidence_class == name])
        for name in EVIDENCE_CLASSES
        if name in RATE_NAMES
    }


def _class_rate(name: str, profile: Profile, groups: list[FirstAttempts]) -> ClassRate:
    counted = [group for group in groups if group.units]
    by_interface: dict[str, list[Rate]] = defaultdict(list)
    for group in counted:
        by_interface[group.interface].append(Rate(group.units, group.accepted))
    interfaces = {interface: Rate.total(rates) for interface, rates in sorted(by_interface.items())}
    return ClassRate(
        name,
        RATE_NAMES[name],
        Rate.total(interfaces.values()),
        interfaces,
        submissions=len({group.submission for group in counted}),
        dates=len({group.ended_at.astimezone(profile.time_zone).date() for group in counted}),
        excluded=sum(group.excluded for group in groups),
    )


def open_defects(log: Iterable[Entry], severity: str) -> OpenDefects:
    """Return the open issues of a severity among the items."""
    found = [
        item
        for item in log
        if item.type == "issue" and not item.environmental and item.open and item.severity == severity
    ]
    return OpenDefects(severity, len(found), by_class(found), tuple(item.id for item in found))


def by_class(found: Iterable[Entry]) -> dict[str, int]:
    """Return how many of the items stand under each evidence class, strongest first."""
    classes = [item.evidence_class or (OUTSIDE if item.source == "taas" else BY_HAND) for item in found]
    return {name: classes.count(name) for name in (*EVIDENCE_CLASSES, OUTSIDE, BY_HAND) if name in classes}


def run_figures(run: RunResult, store: Store, profile: Profile, *, as_of: datetime | None = None) -> list[RunRow]:
    """Return one row per interface of the run, by id, with its open defects at ``as_of`` (default: the newest)."""
    log = [item for item in items(store, type="issue", status="open", as_of=as_of) if item.severity in BLOCKING]
    return [
        _run_row(interface, [one for one in run.submissions if one.interface == interface], log, profile)
        for interface in sorted({submission.interface for submission in run.submissions})
    ]


def _run_row(interface: str, submissions: list[Submission], log: list[Entry], profile: Profile) -> RunRow:
    shown = [one for one in submissions if not one.negative and one.evidence_class != "generated"]
    counted = [one.result for one in shown if delivered(one)]
    severities = [item.severity for item in log if item.interface == interface]
    register = profile.register.get(interface)
    sent = [(one, outcomes_of(one)) for one in _sent(shown)]
    units = [unit for _, told in sent for unit in told]
    rated = [unit for one, told in sent if delivered(one) for unit in told if not unit.excluded]
    required = required_stage(profile, interface)
    return RunRow(
        interface,
        register.name if register else interface,
        submissions=len(submissions),
        negative=len(submissions) - len(shown),
        draft=len(shown) - len(counted),
        records=sum(one.result.records for one in shown),
        units=sum(one.result.submitted for one in shown),
        conforming=sum(one.result.conforming for one in shown),
        rate=Rate(sum(one.submitted for one in counted), sum(one.conforming for one in counted)),
        open_critical=severities.count("critical"),
        open_significant=severities.count("significant"),
        evidence_class=sent[0][0].evidence_class if sent else "",
        sent=len(units),
        accepted=sum(unit.outcome == "accepted" for unit in units),
        rejected=sum(unit.outcome in REFUSED for unit in units),
        undecided=sum(not unit.final for unit in units),
        excluded=sum(unit.excluded for unit in units),
        sent_rate=Rate(len(rated), sum(unit.reached(required) for unit in rated)),
    )


def _sent(submissions: list[Submission]) -> list[Submission]:
    """Those of the strongest class that were sent; classes are never added up."""
    sent = [one for one in submissions if one.delivered]
    strongest = next((name for name in EVIDENCE_CLASSES if any(one.evidence_class == name for one in sent)), "")
    return [one for one in sent if one.evidence_class == strongest]
