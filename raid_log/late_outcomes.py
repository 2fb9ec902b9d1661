"""Outcomes that come after their run was recorded: a later poll, reports read by hand, a correction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from contracts.profiles import Profile
from contracts.results import Delivered
from raid_log.clock import catch_up
from raid_log.defects import Tracker, counted
from raid_log.errors import StoreError
from raid_log.events import MACHINE, Author, EventLog
from raid_log.outcomes import UnitOutcome, read_reasons, sightings, unit_outcomes, write_reasons
from raid_log.settling import Settled, ids, settle
from raid_log.tables import AnswerRow, OccurrenceRow, OutcomeChange, SubmissionRow, UnitAttempt
from raid_log.verifying import Place

CORRECTION = "correction"
"""The only source that may replace a final outcome, by another final one."""

_UNITS = UnitAttempt.metadata.tables[UnitAttempt.__tablename__]
_ANSWERS = AnswerRow.metadata.tables[AnswerRow.__tablename__]


@dataclass(frozen=True)
class OutcomeRecorded:
    """What a late outcome changed. Nothing new: ``units`` is 0."""

    submission: str
    units: int  # whose outcome was changed
    opened: tuple[str, ...]  # ids of defects opened by it
    recurred: tuple[str, ...]  # ids of defects that were there and had not been seen in this submission
    raised: tuple[str, ...]  # ids whose severity it raised
    verified: tuple[str, ...] = ()  # ids of defects that have now come through often enough
    reopened: tuple[str, ...] = ()  # ids of fixed and verified defects that it shows to be there again
    withheld: tuple[str, ...] = ()  # ids that were to be reopened or verified: too many at once, a person must look


def record_outcome(
    connection: Connection, submission: str, delivered: Delivered, profile: Profile, *, at: datetime, source: str
) -> OutcomeRecorded:
    """Write what became known at ``at`` of a recorded submission's units; the run is not recorded again.

    Only units that are not final yet are changed, with CORRECTION also final ones. Raises StoreError for an unknown
    submission, one that was only checked, or outcomes that do not fit to its units.
    """
    log = EventLog(connection)
    row = _submission(connection, submission)
    held = _held(connection, row.number)
    told = dict(enumerate(unit_outcomes(delivered, len(held), submission), start=1))
    changed = {position: unit for position, unit in told.items() if _news(held[position][0], unit, source)}
    if not changed:
        return OutcomeRecorded(submission, 0, (), (), ())
    catch_up(connection, log, at)
    _update(connection, row.number, changed, held, delivered.ended_at or at)
    changes = [
        {"submission": row.number, "position": position, "at": at, "source": source}
        | {"before": held[position][0].outcome, "after": unit.outcome}
        for position, unit in changed.items()
    ]
    connection.execute(insert(OutcomeChange), changes)
    before = _forget(connection, row.number)
    author = Author(MACHINE, MACHINE, at, source, reason=f"outcome of submission {submission}")
    tracker = Tracker(connection, log, author, profile, row.run_id)
    settled = Settled()
    if connection.execute(select(SubmissionRow.number).where(SubmissionRow.number == row.number, counted())).first():
        place = Place(row.interface, row.contract)
        tracker.book(row.number, *place, sightings(connection, row.number, *place))
        settled = settle(connection, log, author, {row.number: place})
    log.close()
    recurred = tracker.seen - tracker.opened - before
    touched = (tracker.opened, recurred, tracker.raised, settled.verified, settled.reopened, settled.withheld)
    return OutcomeRecorded(submission, len(changed), *map(ids, touched))


def _submission(connection: Connection, identity: str) -> Row[Any]:
    names = ("number", "run_id", "interface", "contract", "evidence_class")
    query = select(*(getattr(SubmissionRow, name) for name in names)).where(SubmissionRow.id == identity)
    row = connection.execute(query).first()
    if row is None:
        raise StoreError("the store has no such submission", identity, "write its id as <run>/<number>")
    if row.evidence_class == "conformance":
        raise StoreError(
            "this submission was only checked: it has no outcome", identity, "record it as one that is to be sent"
        )
    return row


def _held(connection: Connection, submission: int) -> dict[int, tuple[UnitOutcome, datetime | None]]:
    """What the store knows of each unit, by position, and when that became final."""
    reasons = read_reasons(connection, submission)
    query = select(UnitAttempt.position, UnitAttempt.outcome, UnitAttempt.stage, UnitAttempt.ended_at)
    return {
        position: (UnitOutcome(outcome, stage, reasons.get(position, ())), ended_at)
        for position, outcome, stage, ended_at in connection.execute(query.where(UnitAttempt.submission == submission))
    }


def _news(held: UnitOutcome, told: UnitOutcome, source: str) -> bool:
    return held != told and (not held.final or (source == CORRECTION and told.final))


def _update(
    connection: Connection,
    submission: int,
    changed: Mapping[int, UnitOutcome],
    held: Mapping[int, tuple[UnitOutcome, datetime | None]],
    ended_at: datetime,
) -> None:
    """Write the outcomes; a corrected attempt keeps the moment at which it ended."""
    rows = [
        {"at": position, **{f"new_{name}": value for name, value in unit.fields(held[position][1] or ended_at).items()}}
        for position, unit in changed.items()
    ]
    names = ("outcome", "stage", "ended_at", "excluded")
    change = update(_UNITS).where(_UNITS.c.submission == submission, _UNITS.c.position == bindparam("at"))
    connection.execute(change.values({name: bindparam(f"new_{name}") for name in names}), rows)
    old = delete(_ANSWERS).where(_ANSWERS.c.submission == submission, _ANSWERS.c.position == bindparam("at"))
    connection.execute(old, [{"at": position} for position in changed])
    write_reasons(connection, submission, changed)


def _forget(connection: Connection, submission: int) -> set[int]:
    """Take back what the submission's outcomes showed so far, and return the items on which it was booked."""
    own = OccurrenceRow.submission == submission
    items = set(connection.execute(select(OccurrenceRow.item).where(own)).scalars())
    connection.execute(delete(OccurrenceRow).where(own, OccurrenceRow.comparison != ""))
    return items
