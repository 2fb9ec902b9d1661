"""Later attempts: units refused at first and taken in the end. They mend no first-pass rate, only the final one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, Row, select
from sqlalchemy.orm import aliased

from contracts.profiles import Profile
from raid_log.database import blocks
from raid_log.first_attempts import FirstAttempts, Judge, Rows
from raid_log.tables import SubmissionRow, UnitAttempt
from raid_log.weeks import Window

_First, _Later = aliased(UnitAttempt), aliased(UnitAttempt)
_Sent, _Again = aliased(SubmissionRow), aliased(SubmissionRow)


def accepted_later(
    connection: Connection, profile: Profile, found: Iterable[FirstAttempts], window: Window, as_of: datetime
) -> Counter[tuple[str, str]]:
    """Return, by evidence class and interface, how many units were accepted by another attempt than their first.

    Of the first attempts ``found``, which ended in the window; up to its end, as of a moment. Same scope: interface,
    cycle, and for what was sent class and environment.
    """
    until = min(window.end, as_of)
    missed = [group for group in found if group.units > group.accepted + group.late]
    checked = {group.submission for group in missed if group.evidence_class == "conformance"}
    sent = {group.submission for group in missed if group.evidence_class != "conformance"}
    judge = Judge(connection, profile, as_of)
    mended: Counter[tuple[str, str]] = Counter()
    for block in blocks(sorted(checked)):
        rows = connection.execute(_checks(block, until))
        mended.update(
            ("conformance", row.interface) for row in {(row.submission, row.position): row for row in rows}.values()
        )
    for block in blocks(sorted(sent)):
        units = {
            (row.submission, row.position): row
            for row in connection.execute(_sendings(block))
            if _mended(row, judge, window, until)
        }
        mended.update((row.evidence_class, row.interface) for row in units.values())
    return mended


def _mended(row: Row[tuple[object, ...]], judge: Judge, window: Window, until: datetime) -> bool:
    """Whether the unit's first attempt ended in the window and failed, and the other one was accepted by its end."""
    first = judge(row.interface, row.submission, row.first_at, row.first_outcome, row.first_stage, row.first_ended)
    again = judge(row.interface, row.number, row.again_at, "accepted", row.again_stage, row.again_ended)
    ended_at = first.at if first.in_time and first.at else first.limit
    failed = not first.reached and window.holds(ended_at) and not (first.in_time and row.excluded)
    return failed and again.reached and again.at is not None and again.at <= until


def _scope(of: list[int]) -> Rows:
    query: Rows = (
        select(_First.submission, _First.position, _Sent.interface, _Sent.evidence_class, _Again.number)
        .join(_Sent, _Sent.number == _First.submission)
        .join(_Later, _Later.key_hash == _First.key_hash)
        .join(_Again, _Again.number == _Later.submission)
        .where(_First.submission.in_(of), _Again.interface == _Sent.interface, _Again.cycle == _Sent.cycle)
        .where(_Again.contract_status == "active", _Again.negative.is_(False))
    )
    return query


def _checks(of: list[int], until: datetime) -> Rows:
    return _scope(of).where(
        _First.check_attempt == 1, _First.conforms.is_(False), _Later.check_attempt > 1, _Later.conforms.is_(True),
        _Again.submitted_at <= until,
    )  # fmt: skip


def _sendings(of: list[int]) -> Rows:
    more = (
        _First.outcome.label("first_outcome"), _First.stage.label("first_stage"), _First.ended_at.label("first_ended"),
        _First.excluded, _Sent.submitted_at.label("first_at"), _Again.submitted_at.label("again_at"),
        _Later.stage.label("again_stage"), _Later.ended_at.label("again_ended"),
    )  # fmt: skip
    return (
        _scope(of)
        .add_columns(*more)
        .where(_First.send_attempt == 1, _Later.send_attempt > 1, _Later.outcome == "accepted")
        .where(_Again.evidence_class == _Sent.evidence_class, _Again.environment == _Sent.environment)
    )
