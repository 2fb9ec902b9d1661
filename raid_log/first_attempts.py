"""First attempts of accept units, counted per submission: what every rate is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from sqlalchemy import Connection, Integer, Select, case, func, select

from contracts.profiles import Profile
from raid_log.tables import SubmissionRow, UnitAttempt
from raid_log.weeks import Window

TIME_LIMIT_HOURS = 24
"""For an interface that the register no longer has."""
REQUIRED_STAGE = "S3"
Rows: TypeAlias = Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class FirstAttempts:
    """Units of one submission whose first attempt ended at one moment in one way."""

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


def first_attempts(connection: Connection, profile: Profile, window: Window, as_of: datetime) -> list[FirstAttempts]:
    """Return the first attempts that ended in the window and not after ``as_of``, of active contracts only.

    Class ``conformance`` takes the first recorded check of a unit in its cycle, of any class; it ends as it is made.
    """
    found = [*_checked(connection, window, as_of), *_sent(connection, profile, window, as_of)]
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


def _counted(query: Rows, since: datetime, window: Window, as_of: datetime) -> Rows:
    return (
        query.join(SubmissionRow, SubmissionRow.number == UnitAttempt.submission)
        .where(SubmissionRow.contract_status == "active", SubmissionRow.negative.is_(False))
        .where(SubmissionRow.submitted_at >= since, SubmissionRow.submitted_at < window.end)
        .where(SubmissionRow.submitted_at <= as_of)
        .order_by(SubmissionRow.number)
    )


def _checked(connection: Connection, window: Window, as_of: datetime) -> Iterator[FirstAttempts]:
    conforming = func.sum(case((UnitAttempt.conforms, 1), else_=0), type_=Integer)
    query: Rows = select(*_SUBMISSION, func.count(), conforming).where(UnitAttempt.check_attempt == 1)
    for row in connection.execute(_counted(query, window.start, window, as_of).group_by(*_SUBMISSION)):
        interface, contract, version, release, _, number, submitted_at, units, kept = row
        yield FirstAttempts(
            interface, contract, version, release, "conformance", number, submitted_at, units, int(kept)
        )


def _sent(connection: Connection, profile: Profile, window: Window, as_of: datetime) -> Iterator[FirstAttempts]:
    longest = max((row.time_limit_hours for row in profile.register.values()), default=0)
    since = window.start - timedelta(hours=max(longest, TIME_LIMIT_HOURS))
    answer = (UnitAttempt.outcome, UnitAttempt.stage, UnitAttempt.ended_at, UnitAttempt.excluded)
    query: Rows = select(*_SUBMISSION, *answer, func.count()).where(UnitAttempt.send_attempt == 1)
    for row in connection.execute(_counted(query, since, window, as_of).group_by(*_SUBMISSION, *answer)):
        *about, number, submitted_at, outcome, stage, ended_at, excluded, units = row
        interface, contract, version, release, name = about
        register = profile.register.get(interface)
        limit = submitted_at + timedelta(hours=register.time_limit_hours if register else TIME_LIMIT_HOURS)
        # What is not final when the time limit passes has ended there, not accepted; a later answer changes nothing.
        in_time = ended_at is not None and ended_at <= limit
        accepted = in_time and outcome == "accepted" and (stage or "") >= required_stage(profile, interface)
        end = ended_at if in_time else limit
        out = units if in_time and excluded else 0
        counts = (units - out, units if accepted else 0, out)
        yield FirstAttempts(interface, contract, version, release, name, number, end, *counts)


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
    query = (
        select(SubmissionRow.interface, SubmissionRow.contract, SubmissionRow.version, SubmissionRow.release)
        .where(SubmissionRow.contract_status == "active", SubmissionRow.negative.is_(False))
        .where(SubmissionRow.evidence_class != "generated", SubmissionRow.submitted_at <= as_of)
        .order_by(SubmissionRow.submitted_at, SubmissionRow.number)
    )
    return {(row[0], row[1]): (unpatched(row[2]), row[3]) for row in connection.execute(query)}


def unpatched(version: str) -> tuple[str, ...]:
    """Return ``1.2.0+1.0.3`` as 1.2 and 1.0."""
    return tuple(part.rpartition(".")[0] for part in version.split("+"))
