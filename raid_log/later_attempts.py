"""Later attempts: units refused at first and taken in the end. They mend no first-pass rate, only the final one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from contracts.profiles import Profile
from raid_log.database import Rows, blocks
from raid_log.first_attempts import FirstAttempts, Judge, known_until
from raid_log.tables import SubmissionRow, UnitAttempt
from raid_log.weeks import Window


class _Unit(NamedTuple):
    """A unit in its scope, where it has one first attempt. Class ``conformance`` leaves out where it was sent."""

    key_hash: bytes
    interface: str
    cycle: str
    evidence_class: str = "conformance"
    environment: str = ""


_CHECKED = (UnitAttempt.key_hash, SubmissionRow.interface, SubmissionRow.cycle)
_SENT = (*_CHECKED, SubmissionRow.evidence_class, SubmissionRow.environment)
_ENDED = (
    SubmissionRow.interface, SubmissionRow.number, SubmissionRow.submitted_at, UnitAttempt.outcome, UnitAttempt.stage,
    UnitAttempt.ended_at,
)  # fmt: skip
"""What a judge asks for."""


def accepted_later(
    connection: Connection, profile: Profile, found: Iterable[FirstAttempts], window: Window, as_of: datetime
) -> Counter[tuple[str, str]]:
    """Return, by evidence class and interface, how many units were accepted by another attempt than their first.

    Of the first attempts ``found``, which ended in the window; up to its end, as of a moment. Same scope: interface,
    cycle, and for what was sent class and environment.
    """
    missed = [group for group in found if group.units > group.accepted + group.late]
    checked = {group.submission for group in missed if group.evidence_class == "conformance"}
    sent = {group.submission for group in missed if group.evidence_class != "conformance"}
    judge = Judge(connection, profile, window, as_of)
    until = known_until(window, as_of)
    failed = {*_failed_checks(connection, checked), *_refused(connection, sent, judge, window.start, until)}
    hashes = {unit.key_hash for unit in failed}
    mended = {*_kept_later(connection, hashes, until), *_taken_later(connection, hashes, judge)}
    return Counter((unit.evidence_class, unit.interface) for unit in failed & mended)


def _failed_checks(connection: Connection, submissions: Iterable[int]) -> Iterator[_Unit]:
    query = _units(*_CHECKED).where(UnitAttempt.check_attempt == 1, UnitAttempt.conforms.is_(False))
    for block in blocks(sorted(submissions)):
        for row in connection.execute(query.where(UnitAttempt.submission.in_(block))):
            yield _Unit(*row)


def _refused(
    connection: Connection, submissions: Iterable[int], judge: Judge, start: datetime, until: datetime
) -> Iterator[_Unit]:
    """Units whose first attempt ended from ``start`` to ``until`` and was not accepted by then."""
    query = _units(*_SENT, UnitAttempt.excluded, *_ENDED).where(UnitAttempt.send_attempt == 1)
    for block in blocks(sorted(submissions)):
        for row in connection.execute(query.where(UnitAttempt.submission.in_(block))):
            *unit, excluded = row[: len(_SENT) + 1]
            end = judge(*row[len(_SENT) + 1 :])
            if start <= end.at <= until and not end.taken and not (end.in_time and excluded):
                yield _Unit(*unit)


def _kept_later(connection: Connection, hashes: Iterable[bytes], until: datetime) -> Iterator[_Unit]:
    query = _units(*_CHECKED).where(UnitAttempt.check_attempt > 1, UnitAttempt.conforms.is_(True))
    for block in blocks(sorted(hashes)):
        here = query.where(UnitAttempt.key_hash.in_(block), SubmissionRow.submitted_at <= until)
        for row in connection.execute(here):
            yield _Unit(*row)


def _taken_later(connection: Connection, hashes: Iterable[bytes], judge: Judge) -> Iterator[_Unit]:
    query = _units(*_SENT, *_ENDED).where(UnitAttempt.send_attempt > 1, UnitAttempt.outcome == "accepted")
    for block in blocks(sorted(hashes)):
        for row in connection.execute(query.where(UnitAttempt.key_hash.in_(block))):
            if judge(*row[len(_SENT) :]).taken:
                yield _Unit(*row[: len(_SENT)])


def _units(*columns: object) -> Rows:
    """Units of submissions that count."""
    query: Rows = select(*columns).join(SubmissionRow, SubmissionRow.number == UnitAttempt.submission)  # type: ignore[call-overload]
    return query.where(SubmissionRow.contract_status == "active", SubmissionRow.negative.is_(False))
