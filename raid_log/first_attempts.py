"""First attempts of accept units, counted per submission: what every rate is made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, Connection, Integer, case, func, select
from sqlalchemy.orm import InstrumentedAttribute

from contracts.profiles import Profile
from raid_log.control_totals import Reconciliation, reconciliations
from raid_log.database import Rows
from raid_log.rates import Rate
from raid_log.tables import SubmissionRow, UnitAttempt
from raid_log.weeks import Window

TIME_LIMIT_HOURS = 24
"""For an interface that the register no longer has."""
REQUIRED_STAGE = "S3"
RECONCILED = "S4"
INSTANT = timedelta(microseconds=1)
"""The finest that a store keeps."""


class FirstAttempts(NamedTuple):
    """Units of one submission whose first attempt ended at one moment in one way; with amounts, of one amount each."""

    interface: str
    contract: str
    version: str
    release: str
    evidence_class: str  # whose rate they enter
    submission: int
    ended_at: datetime
    units: int  # less the excluded ones
    accepted: int
    excluded: int = 0  # refused with nothing but codes that do not count
    late: int = 0  # accepted after the attempt had ended, up to the end of the window: in no first-pass rate
    records: int = 0  # of the units, less the excluded ones
    accepted_records: int = 0
    amount: Decimal | None = None  # of each unit; None: not asked for, or the contract names none


def first_attempts(connection: Connection, profile: Profile, window: Window, as_of: datetime) -> list[FirstAttempts]:
    """Return the first attempts that ended in the window and not after ``as_of``, of active contracts only.

    Class ``conformance`` takes the first recorded check of a unit in its cycle, of any class; it ends as it is made.
    """
    return ended(judged(connection, profile, window, as_of), window, as_of)


def judged(
    connection: Connection,
    profile: Profile,
    window: Window,
    as_of: datetime,
    *,
    cycle: str | None = None,
    amounts: bool = False,
) -> list[FirstAttempts]:
    """Return all first attempts, whenever they end, of each submission that may have one that ended in the window.

    ``cycle``: of that one alone. ``amounts``: units of different amounts stand apart.
    """
    of = _Query(window, as_of, cycle, (UnitAttempt.amount,) if amounts else ())
    return [*_checked(connection, of), *_sent(connection, profile, of)]


def ended(found: Iterable[FirstAttempts], window: Window, as_of: datetime) -> list[FirstAttempts]:
    """Return those that ended in the window and not after ``as_of``."""
    until = known_until(window, as_of)
    return [group for group in found if window.start <= group.ended_at <= until]


def known_until(window: Window, as_of: datetime) -> datetime:
    """Return the last moment of the window, ``as_of`` where the window is not over."""
    return min(window.end - INSTANT, as_of)


def by_submission(found: Iterable[FirstAttempts]) -> dict[int, Rate]:
    """Return one rate per submission: units of one submission are not independent of each other."""
    units: Counter[int] = Counter()
    accepted: Counter[int] = Counter()
    for group in found:
        units[group.submission] += group.units
        accepted[group.submission] += group.accepted
    return {submission: Rate(count, accepted[submission]) for submission, count in units.items()}


_SUBMISSION = (
    SubmissionRow.interface,
    SubmissionRow.contract,
    SubmissionRow.version,
    SubmissionRow.release,
    SubmissionRow.evidence_class,
    SubmissionRow.number,
    SubmissionRow.submitted_at,
)


@dataclass(frozen=True)
class _Query:
    """Which submissions are asked for, and what sets their units apart besides."""

    window: Window
    as_of: datetime
    cycle: str | None
    apart: tuple[InstrumentedAttribute[Any], ...]

    def rows(self, since: datetime, first: ColumnElement[bool], *answer: Any, counts: tuple[Any, ...]) -> Rows:
        """One row per submission, answer and what sets units apart, with the counts."""
        apart = (*_SUBMISSION, *answer, *self.apart)
        query: Rows = select(*apart, *counts).where(first).group_by(*apart)
        if self.cycle is not None:
            query = query.where(SubmissionRow.cycle == self.cycle)
        return (
            query.join(SubmissionRow, SubmissionRow.number == UnitAttempt.submission)
            .where(SubmissionRow.contract_status == "active", SubmissionRow.negative.is_(False))
            .where(SubmissionRow.submitted_at >= since, SubmissionRow.submitted_at < self.window.end)
            .where(SubmissionRow.submitted_at <= self.as_of)
            .order_by(SubmissionRow.number)
        )

    def amount(self, apart: Sequence[Any]) -> Decimal | None:
        """The amount of each unit of a row."""
        return apart[0] if apart else None


def _checked(connection: Connection, of: _Query) -> Iterator[FirstAttempts]:
    kept = case((UnitAttempt.conforms.is_(True), 1), else_=0)
    counts = (func.count(), _sum(kept), _sum(UnitAttempt.records), _sum(kept * UnitAttempt.records))
    for row in connection.execute(of.rows(of.window.start, UnitAttempt.check_attempt == 1, counts=counts)):
        interface, contract, version, release, _, number, submitted_at, *apart, units, good, records, good_records = row
        yield FirstAttempts(
            interface, contract, version, release, "conformance", number, submitted_at, units, int(good),
            records=int(records), accepted_records=int(good_records), amount=of.amount(apart),
        )  # fmt: skip


def _sent(connection: Connection, profile: Profile, of: _Query) -> Iterator[FirstAttempts]:
    longest = max((row.time_limit_hours for row in profile.register.values()), default=0)
    since = of.window.start - timedelta(hours=max(longest, TIME_LIMIT_HOURS))
    answer = (UnitAttempt.outcome, UnitAttempt.stage, UnitAttempt.ended_at, UnitAttempt.excluded)
    counts = (func.count(), _sum(UnitAttempt.records))
    judge = Judge(connection, profile, of.window, of.as_of)
    for row in connection.execute(of.rows(since, UnitAttempt.send_attempt == 1, *answer, counts=counts)):
        *about, number, submitted_at, outcome, stage, ended_at, excluded = row[: len(_SUBMISSION) + len(answer)]
        *apart, units, records = row[len(_SUBMISSION) + len(answer) :]
        interface, contract, version, release, name = about
        end = judge(interface, number, submitted_at, outcome, stage, ended_at)
        out = end.in_time and excluded
        yield FirstAttempts(
            interface, contract, version, release, name, number, end.at,
            units=0 if out else units,
            accepted=units if end.accepted else 0,
            excluded=units if out else 0,
            late=units if end.taken and not end.accepted else 0,
            records=0 if out else int(records),
            accepted_records=int(records) if end.accepted else 0,
            amount=of.amount(apart),
        )  # fmt: skip


class End(NamedTuple):
    """How an attempt that was sent ended."""

    at: datetime  # at the latest as the interface's time limit passed; a later answer makes no attempt longer
    in_time: bool  # the outcome was final by then
    accepted: bool  # in time, at the interface's required stage
    taken: bool  # accepted at that stage up to the end of the window, in time or not


class Judge:
    """Says how attempts ended, and what had become of them by the end of a window, as of a moment."""

    def __init__(self, connection: Connection, profile: Profile, window: Window, as_of: datetime) -> None:
        self._connection, self._profile, self._as_of = connection, profile, as_of
        self._until = known_until(window, as_of)
        self._known: dict[tuple[int, datetime], Reconciliation | None] = {}

    def __call__(
        self,
        interface: str,
        submission: int,
        submitted_at: datetime,
        outcome: str | None,
        stage: str | None,
        ended_at: datetime | None,
    ) -> End:
        """Return how a unit's attempt in the submission of this number ended."""
        register = self._profile.register.get(interface)
        limit = submitted_at + timedelta(hours=register.time_limit_hours if register else TIME_LIMIT_HOURS)
        required = required_stage(self._profile, interface)

        def final(by: datetime) -> tuple[datetime | None, bool]:
            """When the outcome was final, None if not by then, and whether it is accepted at the required stage."""
            end, reached = ended_at, stage
            if end and required == RECONCILED and outcome == "accepted" and stage == REQUIRED_STAGE:
                end, reached = self._reconciled(submission, by, end)
            if end is None or end > by:
                return None, False
            return end, outcome == "accepted" and (reached or "") >= required

        end, accepted = final(limit)
        at = end or limit
        taken = final(self._until)[1] or (accepted and at <= self._until)
        return End(at, end is not None, accepted, taken)

    def _reconciled(self, submission: int, by: datetime, ended_at: datetime) -> tuple[datetime | None, str]:
        """End and stage of an accepted unit that must be reconciled: it goes on until a control total is noted.

        A difference cannot be laid at named units, so it counts against every unit of the submission.
        """
        if (submission, by) not in self._known:
            known = reconciliations(self._connection, [submission], min(by, self._as_of))
            self._known[submission, by] = known.get(submission)
        total = self._known[submission, by]
        if total is None:
            return None, REQUIRED_STAGE
        return max(ended_at, total.at), RECONCILED if total.agrees else REQUIRED_STAGE


def _sum(value: Any) -> Any:
    return func.sum(value, type_=Integer)


def required_stage(profile: Profile, interface: str) -> str:
    """Return the stage that an accepted unit of the interface must have reached; S3 if the register has no such row."""
    register = profile.register.get(interface)
    return register.required_stage if register else REQUIRED_STAGE


Versions: TypeAlias = Mapping[tuple[str, str], tuple[tuple[str, ...], str]]
"""Interface and contract -> the version, less its patch, and the release that are current."""


def current_only(found: Iterable[FirstAttempts], newest: Versions) -> list[FirstAttempts]:
    """Return those on the current contract version and Oracle release of their interface and contract."""
    return [
        group
        for group in found
        if newest.get((group.interface, group.contract)) == (unpatched(group.version), group.release)
    ]


def current_versions(connection: Connection, as_of: datetime) -> Versions:
    """Return what is current of each interface and contract.

    Current is what the newest counted submission up to ``as_of`` was checked with. A patch bump changes words only,
    so it does not start anew.
    """
    about = (SubmissionRow.interface, SubmissionRow.contract, SubmissionRow.version, SubmissionRow.release)
    last = (func.max(SubmissionRow.submitted_at), func.max(SubmissionRow.number))
    query = (
        select(*about, *last)
        .where(SubmissionRow.contract_status == "active", SubmissionRow.negative.is_(False))
        .where(SubmissionRow.evidence_class != "generated", SubmissionRow.submitted_at <= as_of)
        .group_by(*about)
    )
    rows = sorted(connection.execute(query), key=lambda row: (row[4], row[5]))
    return {(row[0], row[1]): (unpatched(row[2]), row[3]) for row in rows}


def unpatched(version: str) -> tuple[str, ...]:
    """Return ``1.2.0+1.0.3`` as 1.2 and 1.0."""
    return tuple(part.rpartition(".")[0] for part in version.split("+"))
