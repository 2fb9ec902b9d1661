"""Recording: a finished run goes to the store whole, once, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from contracts.profiles import Profile
from contracts.results import CheckResult, RunResult, Submission
from raid_log.attempts import Scope, attempt_numbers, is_late, renumber
from raid_log.clock import catch_up
from raid_log.defects import Tracker, amount_of, delivered, failures
from raid_log.deliveries import mark_recorded
from raid_log.environments import book
from raid_log.errors import StoreError
from raid_log.events import GRADED, MACHINE, Author, EventLog
from raid_log.outcomes import UnitOutcome, outcomes_of, sightings, write_predictions, write_reasons
from raid_log.settling import ids, settle
from raid_log.tables import (
    EventRow,
    FindingSample,
    OccurrenceRow,
    RuleRow,
    RuleStatusRow,
    Run,
    SubmissionRow,
    UnitAttempt,
)
from raid_log.verifying import Place

_KINDS = ("opened", GRADED, "passed", "failed_again")  # events of a run, in the order of the fields of Recorded
_RULE_FIELDS = ("id", "file", "column", "title", "severity", "code")


@dataclass(frozen=True)
class Recorded:
    """What the store holds of a run. ``repeated``: it was there already, nothing was changed."""

    run: str
    repeated: bool
    submissions: int
    units: int
    opened: tuple[str, ...]  # ids of defects opened by the run
    recurred: tuple[str, ...]  # ids of defects that were there and failed again
    raised: tuple[str, ...]  # ids whose severity the run raised
    verified: tuple[str, ...]  # ids of defects whose rule passed often enough
    reopened: tuple[str, ...]  # ids of fixed and verified defects that failed again
    withheld: tuple[str, ...] = ()  # ids that were to be reopened or verified: too many at once, a person must look


def record(
    connection: Connection, run: RunResult, profile: Profile, deliveries: Mapping[str, str], *, checked: bool = False
) -> Recorded:
    """Write the run: submissions, unit attempts with their outcomes, rule statuses, samples, defects; once only.

    ``deliveries``: submission id -> delivery of the journal by which it was sent. ``checked``: a person knows that many
    defects may be reopened or verified at once. Raises StoreError for a submission
    of an interface that the register does not have, or whose hashes or outcomes do not fit to its units.
    """
    log = EventLog(connection)
    if connection.execute(select(Run.id).where(Run.id == run.id)).first():
        return _recorded(connection, run.id, repeated=True)
    _refuse_unfit(run, profile)
    catch_up(connection, log, run.finished_at)
    fields = ("id", "started_at", "finished_at", "profile", "harness_version")
    connection.execute(insert(Run), {name: getattr(run, name) for name in fields})
    numbered = [
        (_submission(connection, run, submission), submission)
        for submission in sorted(run.submissions, key=lambda one: one.submitted_at)
    ]
    author = Author(MACHINE, MACHINE, run.finished_at, "run", run.id)
    tracker = Tracker(connection, log, author, profile, run.id)
    places = {
        number: Place(submission.interface, submission.result.contract)
        for number, submission in numbered
        if delivered(submission)
    }
    for number, submission in numbered:
        if where := places.get(number):
            tracker.book(number, *where, [*failures(submission), *sightings(connection, number, *where)])
    book(connection, log, author, run.submissions)
    settled = settle(connection, log, author, places, checked=checked)
    mark_recorded(connection, run.id, deliveries)
    log.close()
    return _recorded(connection, run.id, repeated=False, withheld=settled.withheld)


def _refuse_unfit(run: RunResult, profile: Profile) -> None:
    for submission in run.submissions:
        if submission.interface not in profile.register:
            raise StoreError(
                f"{submission.interface!r} is no interface of profile {profile.name}",
                submission.result.payload,
                "name a row of the profile's register.csv",
            )
        if len(submission.unit_hashes) != submission.result.submitted:
            raise StoreError(
                f"{len(submission.unit_hashes)} unit hashes for {submission.result.submitted} units",
                submission.result.payload,
                "give one hash for each row of the units frame",
            )
        if submission.delivered and submission.evidence_class == "conformance":
            raise StoreError(
                "an outcome of class conformance: it was sent nowhere",
                submission.result.payload,
                "give the submission the class simulated or acceptance",
            )


def _submission(connection: Connection, run: RunResult, submission: Submission) -> int:
    """Write the submission with its units, rule statuses and samples; return its number."""
    scopes = _scopes(submission)
    numbers = {scope: attempt_numbers(connection, scope, submission.unit_hashes) for scope in scopes}
    late = [scope for scope in scopes if is_late(connection, scope, submission.submitted_at)]
    row = insert(SubmissionRow).values(**_submission_fields(run.id, submission)).returning(SubmissionRow.number)
    number = connection.execute(row).scalar_one()
    told = outcomes_of(submission)
    attempts = {scope.column: values for scope, values in numbers.items()}
    units = _unit_rows(number, submission, attempts, told, _ended_at(submission, run.finished_at))
    if units:
        connection.execute(insert(UnitAttempt), units)
    for scope in late:
        renumber(connection, scope)
    if submission.evidence_class != "conformance":
        write_predictions(connection, number, submission.result.predictions)
    write_reasons(connection, number, dict(enumerate(told, start=1)))
    _rules(connection, number, submission.result)
    _samples(connection, number, submission.result)
    return number


def _ended_at(submission: Submission, finished_at: datetime) -> datetime:
    """When its final outcomes became so; at the latest when the run ended."""
    ended_at = submission.delivered.ended_at if submission.delivered else None
    return ended_at or finished_at


def _scopes(submission: Submission) -> tuple[Scope, ...]:
    if submission.negative or submission.evidence_class == "generated":
        return ()
    checked = Scope(submission.interface, submission.cycle)
    if submission.evidence_class == "conformance":
        return (checked,)
    sent = Scope(submission.interface, submission.cycle, submission.evidence_class, submission.environment)
    return (checked, sent)


def _submission_fields(run: str, submission: Submission) -> dict[str, Any]:
    own = ("id", "interface", "submitted_at", "cycle", "evidence_class", "environment", "negative", "outage")
    checked = ("contract", "version", "contract_status", "release", "profile", "payload", "sha256", "records")
    result = submission.result
    return {
        "run_id": run,
        **{name: getattr(submission, name) for name in own},
        **{name: getattr(result, name) for name in checked},
        "units": result.submitted,
        "conforming": result.conforming,
        "amount": amount_of(result),
    }


def _unit_rows(
    number: int,
    submission: Submission,
    attempts: dict[str, list[int]],
    told: Sequence[UnitOutcome],
    ended_at: datetime,
) -> list[dict[str, Any]]:
    units = submission.result.units
    blank: Sequence[None] = [None] * units.height
    columns = zip(
        submission.unit_hashes,
        attempts.get("check_attempt", blank),
        attempts.get("send_attempt", blank),
        *(units[name].to_list() for name in ("conforms", "predicted", "records", "amount")),
        strict=True,
    )
    names = ("key_hash", "check_attempt", "send_attempt", "conforms", "predicted", "records", "amount")
    return [
        {"submission": number, "position": position, **dict(zip(names, values, strict=True)), **one.fields(ended_at)}
        for position, (values, one) in enumerate(zip(columns, told, strict=True), start=1)
    ]


def _rules(connection: Connection, number: int, result: CheckResult) -> None:
    known = _known_rules(connection, result)
    rows = []
    for rule in result.rules:
        fields = {name: getattr(rule, name) for name in _RULE_FIELDS}
        key = tuple(fields.values())
        if key not in known:
            new = insert(RuleRow).values(contract=result.contract, version=result.version, **fields)
            known[key] = connection.execute(new.returning(RuleRow.number)).scalar_one()
        counts = {"status": rule.status, "findings": rule.findings, "units": rule.units, "reason": rule.reason}
        rows.append({"submission": number, "rule": known[key], **counts})
    if rows:
        connection.execute(insert(RuleStatusRow), rows)


def _known_rules(connection: Connection, result: CheckResult) -> dict[tuple[str, ...], int]:
    query = select(RuleRow.number, *(getattr(RuleRow, name) for name in _RULE_FIELDS))
    query = query.where(RuleRow.contract == result.contract, RuleRow.version == result.version)
    return {tuple(row[1:]): row[0] for row in connection.execute(query)}


def _samples(connection: Connection, number: int, result: CheckResult) -> None:
    rows = [
        {"submission": number, "position": position, **row}
        for position, row in enumerate(result.samples.iter_rows(named=True), start=1)
    ]
    if rows:
        connection.execute(insert(FindingSample), rows)


def _recorded(connection: Connection, run: str, *, repeated: bool, withheld: Collection[int] = ()) -> Recorded:
    sizes = connection.execute(select(SubmissionRow.units).where(SubmissionRow.run_id == run)).scalars().all()
    events = connection.execute(select(EventRow.item, EventRow.kind).where(EventRow.run == run)).all()
    opened, raised, verified, reopened = ({item for item, kind in events if kind == name} for name in _KINDS)
    seen = select(OccurrenceRow.item).join(SubmissionRow, SubmissionRow.number == OccurrenceRow.submission)
    failed = set(connection.execute(seen.where(SubmissionRow.run_id == run)).scalars())
    moved = {"opened": opened, "recurred": failed - opened, "raised": raised, "verified": verified}
    moved |= {"reopened": reopened, "withheld": set(withheld)}
    return Recorded(run, repeated, len(sizes), sum(sizes), **{name: ids(items) for name, items in moved.items()})
