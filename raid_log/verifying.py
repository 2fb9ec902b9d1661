"""Auto verify: the same rule really ran and passed, in run after run. That a defect was not seen proves nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from contracts.results import EVIDENCE_CLASSES, FINAL
from raid_log.database import among
from raid_log.defects import STAGE, counted, field_of, fingerprint
from raid_log.events import Author, EventLog, last_of_each, standings
from raid_log.reopening import rank
from raid_log.states import OPEN
from raid_log.tables import EventRow, Fingerprint, ItemRow, OccurrenceRow, RuleRow, RuleStatusRow, SubmissionRow
from raid_log.tables import UnitAttempt as Unit

RUNS = 2
"""Consecutive runs of those that exercised a defect's rule which must pass."""
ENOUGH_UNITS = 20
"""Units that are enough in a run, however many the largest occurrence had."""


class Place(NamedTuple):
    """Where a rule runs: defects are told apart by it."""

    interface: str
    contract: str


class _Cause(NamedTuple):
    """What a defect is known by; a defect that others were merged into has several."""

    cause: str  # rule id, or what Oracle said
    field: str


class _Run(NamedTuple):
    at: datetime  # of its last submission that passed
    id: str


class _Seen(NamedTuple):
    """An occurrence."""

    item: int
    stage: str
    comparison: str
    units: int
    run: str
    at: datetime
    evidence_class: str
    environment: str
    release: str


class _Submission(NamedTuple):
    number: int
    run: str
    at: datetime
    evidence_class: str
    environment: str
    release: str
    units: int


@dataclass(frozen=True)
class _Claim:
    """What has to be shown before a defect is verified."""

    causes: tuple[_Cause, ...]
    evidence_class: str  # the strongest of its occurrences
    releases: Mapping[str, str]  # environments where that class saw it -> newest release there
    stage: str  # S1: that class found it by the check alone; else the last one at which it found it
    units: int
    since: datetime  # its last failure, or when a person opened it again
    failed: frozenset[str]  # runs in which it was seen


def verify(connection: Connection, log: EventLog, author: Author, found: Mapping[int, list[str]]) -> None:
    """Verify the defects, each by the ids of the runs that prove it."""
    held = standings(connection, sorted(found))
    passed = replace(author, reason=f"passed in {RUNS} consecutive runs")
    for item in sorted(found):
        log.apply(item, "issue", held[item], "passed", passed, {"runs": " ".join(found[item])})


def proven(connection: Connection, places: Collection[Place]) -> dict[int, list[str]]:
    """Return the open and waived defects of these places that are proven to be gone, with the ids of the runs.

    Proven: each of its causes passed in the last RUNS runs that exercised it, in every environment where the strongest
    class of its occurrences saw it, in that class, on the same or a later release, with as many units as its largest
    occurrence had (ENOUGH_UNITS at most). The ids of those runs are noted. A rule passes if it ran; one that was found
    by Fusion, or has no rule in the contract, also needs that many units to get past the stage where it was found.
    """
    found: dict[int, list[str]] = {}
    for place, causes in sorted(_candidates(connection, places).items()):
        found |= _proven(connection, place, causes)
    return found


def last_exercised(connection: Connection, item: int) -> datetime | None:
    """Return when the defect's rule last really ran (passed or failed) for its interface, in any evidence class.

    Without a rule: when a unit last got past the stage where it was found, or came back with it. None = never.
    """
    row = connection.execute(select(ItemRow.__table__).where(ItemRow.number == item)).mappings().one()
    place, cause = Place(row["interface"], row["contract"]), _Cause(row["cause"], row["field"])
    seen = _occurrences(connection, [item])
    submissions = {one.number: one.at for one in _submissions(connection, _at(place))}
    if cause in _rules(connection, place, [cause]):
        ran = {number for number, of in _statuses(connection, place, [cause], _at(place)) if of == cause}
    else:
        stage = _stage(seen)
        ran = {number for number, stages in _past(connection, _at(place)).items() if _count(stages, stage)}
    return max([*(one.at for one in seen), *(submissions[number] for number in ran)], default=None)


def _candidates(connection: Connection, places: Collection[Place]) -> dict[Place, dict[int, tuple[_Cause, ...]]]:
    """The open and waived defects of the places with everything that is booked on them.

    One with a fingerprint of another place is left to people: this run cannot speak for all of it.
    """
    here = ItemRow.interface.in_(sorted({place.interface for place in places}))
    names = (ItemRow.interface, ItemRow.contract, ItemRow.cause, ItemRow.field)
    known = {
        fingerprint(*row): (Place(*row[:2]), _Cause(*row[2:]))
        for row in connection.execute(select(*names).where(here, ItemRow.cause != ""))
    }
    last = last_of_each(EventRow.item.in_(select(ItemRow.number).where(here)))
    query = (
        select(ItemRow.interface, ItemRow.contract, ItemRow.number, Fingerprint.fingerprint)
        .join(Fingerprint, Fingerprint.item == ItemRow.number)
        .join(EventRow, EventRow.item == ItemRow.number)
        .where(here, EventRow.number.in_(last))
        .where(EventRow.after.in_((*OPEN, "waived")))
        .order_by(ItemRow.number, Fingerprint.fingerprint)
    )
    found: dict[Place, dict[int, tuple[_Cause, ...]]] = defaultdict(dict)
    for (interface, contract, item), rows in groupby(connection.execute(query), key=lambda row: tuple(row[:3])):
        place = Place(interface, contract)
        booked = [known.get(row.fingerprint) for row in rows]
        causes = tuple(one[1] for one in booked if one and one[0] == place)
        if place in places and len(causes) == len(booked):
            found[place][item] = causes
    return found


def _proven(connection: Connection, place: Place, defects: Mapping[int, tuple[_Cause, ...]]) -> dict[int, list[str]]:
    """The ids of the runs that prove it, oldest first, by defect."""
    claims = _claims(connection, defects)
    if not claims:
        return {}
    newer = and_(_at(place), SubmissionRow.submitted_at > min(claim.since for claim in claims.values()))
    submissions = _submissions(connection, newer)
    if not submissions:
        return {}
    wanted = sorted({cause for claim in claims.values() for cause in claim.causes})
    evidence = _Evidence(
        _rules(connection, place, wanted),
        _statuses(connection, place, wanted, newer),
        _past(connection, newer) if any(claim.stage != STAGE for claim in claims.values()) else {},
    )
    found = {item: evidence.runs(claim, submissions) for item, claim in claims.items()}
    return {item: runs for item, runs in found.items() if runs}


@dataclass(frozen=True)
class _Evidence:
    """What the submissions of a place show: which rules ran in them, and how far their units came."""

    rules: frozenset[_Cause]  # causes that are rules of the contract
    statuses: Mapping[tuple[int, _Cause], str]  # by submission: passed or failed
    past: Mapping[int, Mapping[str, int]]  # submission -> stage -> units with a final outcome that got so far

    def runs(self, claim: _Claim, submissions: Iterable[_Submission]) -> list[str]:
        """Return the ids of the runs that prove the claim, oldest first; empty if it is not proven."""
        submissions = list(submissions)
        broken = [one for one in submissions if self._failed(one, claim)]
        since = max([claim.since, *(one.at for one in broken)])
        failed = claim.failed | {one.run for one in broken}
        clean = [one for one in submissions if one.at > since and one.run not in failed]
        last = [self._passed(claim, environment, clean)[-RUNS:] for environment in sorted(claim.releases)]
        if any(len(runs) < RUNS for runs in last):
            return []
        return [run.id for run in sorted({run for runs in last for run in runs})]

    def _failed(self, submission: _Submission, claim: _Claim) -> bool:
        # A rule of mild severity fails without an occurrence.
        return any(self.statuses.get((submission.number, cause)) == "failed" for cause in claim.causes)

    def _passed(self, claim: _Claim, environment: str, clean: list[_Submission]) -> list[_Run]:
        """The runs in which every cause passed with enough units in the environment, oldest first."""
        release = claim.releases[environment]
        units: dict[str, list[int]] = defaultdict(lambda: [0] * len(claim.causes))
        ended: dict[str, datetime] = {}
        for one in clean:
            there = (one.evidence_class, one.environment) == (claim.evidence_class, environment)
            if there and rank(one.release) >= rank(release):
                passing = [self._units(one, cause, claim.stage) for cause in claim.causes]
                units[one.run] = [sum(pair) for pair in zip(units[one.run], passing, strict=True)]
                ended[one.run] = max(ended.get(one.run, one.at), one.at)
        return sorted(_Run(ended[run], run) for run, counts in units.items() if min(counts) >= claim.units)

    def _units(self, submission: _Submission, cause: _Cause, stage: str) -> int:
        """How many units of the submission speak for the cause."""
        if cause in self.rules and self.statuses.get((submission.number, cause)) != "passed":
            return 0
        return submission.units if stage == STAGE else _count(self.past.get(submission.number, {}), stage)


def _claims(connection: Connection, defects: Mapping[int, tuple[_Cause, ...]]) -> dict[int, _Claim]:
    """A defect without an occurrence (a correction took it back) claims nothing that could be shown."""
    items = sorted(defects)
    reopened = select(EventRow.item, func.max(EventRow.at)).where(EventRow.kind == "reopened")
    reopened = reopened.where(among(EventRow.item, items)).group_by(EventRow.item)
    by_hand = {row.item: row[1] for row in connection.execute(reopened)}
    found = {}
    for item, rows in groupby(_occurrences(connection, items), key=lambda one: one.item):
        seen = list(rows)
        strongest = min((one.evidence_class for one in seen), key=EVIDENCE_CLASSES.index)
        there = [one for one in seen if one.evidence_class == strongest]
        last = max(one.at for one in seen)
        found[item] = _Claim(
            causes=defects[item],
            evidence_class=strongest,
            releases={one.environment: one.release for one in sorted(there, key=lambda one: rank(one.release))},
            stage=_stage(there),
            units=min(ENOUGH_UNITS, max(1, *(one.units for one in seen))),
            since=max(last, by_hand.get(item, last)),
            failed=frozenset(one.run for one in seen),
        )
    return found


def _occurrences(connection: Connection, items: list[int]) -> list[_Seen]:
    names = (
        OccurrenceRow.item, OccurrenceRow.stage, OccurrenceRow.comparison, OccurrenceRow.units, SubmissionRow.run_id,
        SubmissionRow.submitted_at, SubmissionRow.evidence_class, SubmissionRow.environment, SubmissionRow.release,
    )  # fmt: skip
    query = select(*names).join(SubmissionRow, SubmissionRow.number == OccurrenceRow.submission)
    rows = connection.execute(query.where(among(OccurrenceRow.item, items)).order_by(OccurrenceRow.item))
    return [_Seen(*row) for row in rows]


def _stage(seen: Iterable[_Seen]) -> str:
    """Where it was found last, S1 only if the check alone found it: Fusion finds nothing before it loads."""
    return max(("S2" if one.comparison and one.stage < "S2" else one.stage for one in seen), default="S2")


def _at(place: Place) -> ColumnElement[bool]:
    return and_(SubmissionRow.interface == place.interface, SubmissionRow.contract == place.contract, counted())


def _submissions(connection: Connection, where: ColumnElement[bool]) -> list[_Submission]:
    names = (
        SubmissionRow.number, SubmissionRow.run_id, SubmissionRow.submitted_at, SubmissionRow.evidence_class,
        SubmissionRow.environment, SubmissionRow.release, SubmissionRow.units,
    )  # fmt: skip
    return [_Submission(*row) for row in connection.execute(select(*names).where(where))]


def _rules(connection: Connection, place: Place, causes: Collection[_Cause]) -> frozenset[_Cause]:
    """Those of the causes that are a rule in any version of the contract; the others are known by Oracle's word."""
    query = select(RuleRow.id, RuleRow.file, RuleRow.column).distinct()
    query = query.where(RuleRow.contract == place.contract, among(RuleRow.id, {cause.cause for cause in causes}))
    rules = {_Cause(id_, field_of(file, column)) for id_, file, column in connection.execute(query)}
    return frozenset(rules & set(causes))


def _statuses(
    connection: Connection, place: Place, causes: Collection[_Cause], where: ColumnElement[bool]
) -> dict[tuple[int, _Cause], str]:
    """How the rules ended in the submissions in which they really ran; a stale one with a finding failed."""
    stale = and_(RuleStatusRow.status == "stale", RuleStatusRow.findings > 0)
    query = (
        select(RuleStatusRow.submission, RuleStatusRow.status, RuleRow.id, RuleRow.file, RuleRow.column)
        .join(RuleRow, RuleRow.number == RuleStatusRow.rule)
        .join(SubmissionRow, SubmissionRow.number == RuleStatusRow.submission)
        .where(where, RuleRow.contract == place.contract, among(RuleRow.id, {cause.cause for cause in causes}))
        .where(or_(RuleStatusRow.status.in_(("passed", "failed")), stale))
    )
    found: dict[tuple[int, _Cause], str] = {}
    for submission, status, id_, file, column in connection.execute(query):
        key = (submission, _Cause(id_, field_of(file, column)))
        # A rule of several files has one fingerprint: it failed if it failed in any of them.
        found[key] = "passed" if status == "passed" and found.get(key) != "failed" else "failed"
    return found


def _past(connection: Connection, where: ColumnElement[bool]) -> dict[int, dict[str, int]]:
    """How far units came whose outcome is final: submission -> the last stage they got past -> how many."""
    query = (
        select(Unit.submission, Unit.stage, func.count())
        .join(SubmissionRow, SubmissionRow.number == Unit.submission)
        .where(where, SubmissionRow.evidence_class != "conformance", Unit.outcome.in_(FINAL), Unit.stage.is_not(None))
        .group_by(Unit.submission, Unit.stage)
    )
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for submission, stage, units in connection.execute(query):
        found[submission][stage or ""] = units
    return found


def _count(stages: Mapping[str, int], stage: str) -> int:
    return sum(units for reached, units in stages.items() if reached >= stage)
