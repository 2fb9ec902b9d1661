"""First attempts of accept units, counted per submission: what every rate is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, Integer, Select, case, func, select
from sqlalchemy.orm import InstrumentedAttribute

from contracts.profiles import Profile
from raid_log.control_totals import Reconciliation, Totals
from raid_log.tables import SubmissionRow, UnitAttempt
from raid_log.weeks import Window

TIME_LIMIT_HOURS = 24
"""For an interface that the register no longer has."""
REQUIRED_STAGE = "S3"
RECONCILED = "S4"
Rows: TypeAlias = Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class FirstAttempts:
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
    late: int = 0  # accepted after the time limit: not on the first attempt, but in the end
    records: int = 0  # of the units, less the excluded ones
    accepted_records: int = 0
    amount: Decimal | None = None  # of each unit; None: not asked for, or the contract names none


def first_attempts(
    connection: Connection,
    profile: Profile,
    window: Window,
    as_of: datetime,
    *,
    cycle: str | None = None,
    amounts: bool = False,
) -> list[FirstAttempts]:
    """Return the first attempts that ended in the window and not after ``as_of``, of active contracts only.

    Class ``conformance`` takes the first recorded check of a unit in its cycle, of any class; it ends as it is made.
    ``cycle``: of that one alone. ``amounts``: units of different amounts stand apart.
    """
    of = _Query(window, as_of, cycle, (UnitAttempt.amount,) if amounts else ())
    found = [*_checked(connection, of), *_sent(connection, profile, of)]
    return [group for group in found if window.holds(group.ended_at) and group.ended_at <= as_of]


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
    judge = Judge(connection, profile, of.as_of)
    for row in connection.execute(of.rows(since, UnitAttempt.send_attempt == 1, *answer, counts=counts)):
        *about, number, submitted_at, outcome, stage, ended_at, excluded = row[: len(_SUBMISSION) + len(answer)]
        *apart, units, records = row[len(_SUBMISSION) + len(answer) :]
        interface, contract, version, release, name = about
        end = judge(interface, number, submitted_at, outcome, stage, ended_at)
        out = end.in_time and excluded
        yield FirstAttempts(
            interface, contract, version, release, name, number, end.at if end.in_time and end.at else end.limit,
            units=0 if out else units,
            accepted=units if end.in_time and end.reached else 0,
            excluded=units if out else 0,
            late=units if end.reached_late(min(of.window.end, of.as_of)) else 0,
            records=0 if out else int(records),
            accepted_records=int(records) if end.in_time and end.reached else 0,
            amount=of.amount(apart),
        )  # fmt: skip


@dataclass(frozen=True)
class End:
    """How an attempt that was sent ended."""

    at: datetime | None  # None: not yet
    limit: datetime  # what is not final then has ended there, not accepted; a later answer changes nothing
    reached: bool  # it was accepted at the interface's required stage

    @property
    def in_time(self) -> bool:
        """True if it ended within the interface's time limit."""
        return self.at is not None and self.at <= self.limit

    def reached_late(self, until: datetime) -> bool:
        """Return whether it was accepted after the limit, up to ``until``."""
        return self.reached and not self.in_time and self.at is not None and self.at <= until


class Judge:
    """Says how attempts ended, as of a moment."""

    def __init__(self, connection: Connection, profile: Profile, as_of: datetime) -> None:
        self._profile, self._totals = profile, Totals(connection, as_of)

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
        if required == RECONCILED and outcome == "accepted" and stage == REQUIRED_STAGE and ended_at:
            stage, ended_at = _reconciled(self._totals.of(submission, limit), stage, ended_at)
        return End(ended_at, limit, outcome == "accepted" and (stage or "") >= required)


def _sum(value: Any) -> Any:
    return func.sum(value, type_=Integer)


def _reconciled(known: Reconciliation | None, stage: str, ended_at: datetime) -> tuple[str, datetime | None]:
    """Stage and end of an accepted unit that must be reconciled: it goes on until a control total is noted.

    A difference cannot be laid at named units, so it counts against every unit of the submission.
    """
    if known is None:
        return stage, None
    return RECONCILED if known.agrees else stage, max(ended_at, known.at)


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
