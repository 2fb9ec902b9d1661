"""Defects: one per fingerprint, opened by a failed rule or a refusal, raised by the machine under a stated rule."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, func, insert, select

from contracts.profiles import Profile
from contracts.results import BLOCKING, FINAL, SEVERITIES, CheckResult, RuleStatus, Severity, Submission
from raid_log.events import Author, EventLog, standings
from raid_log.rates import Rate
from raid_log.tables import Fingerprint, OccurrenceRow, SubmissionRow, UnitAttempt

RAISE_UNITS = 20
"""Units of an interface in a run below which nothing is raised: one bad unit of three raises nothing."""
RAISE_BELOW = Decimal(95)
"""Per cent of an interface's units in a run that must come through, or its defects are raised."""
STAGE = "S1"
"""Contract kept: where a check finds a failure, and where it should have been found."""
ENVIRONMENT = "environment"
"""Cause of an issue about a pod in trouble, of which there is one per pod; no figure of the product counts it."""
Seen = TypeVar("Seen", RowMapping, dict[str, Any])
_OCCURRENCE = ("stage", "comparison", "units", "records", "amount")


@dataclass(frozen=True)
class Sighting:
    """A defect as one submission shows it: ``cause`` and ``field`` say which, the rest what it hit."""

    cause: str  # rule id, code of Oracle, its words, or "unexplained"
    field: str  # "<file>.<column>" or blank
    title: str
    statement: str
    severity: Severity
    stage: str  # where it was found
    comparison: str  # agreed | false_alarm | missed | unexplained, "" for what the check found by itself
    units: int
    records: int
    amount: Decimal | None  # None where it is not known


def delivered(submission: Submission) -> bool:
    """Return whether the submission counts: of an active contract, not negative, not generated."""
    active = submission.result.contract_status == "active"
    return active and not submission.negative and submission.evidence_class != "generated"


def counted() -> ColumnElement[bool]:
    """Return the same as ``delivered`` as a condition on the submissions of the store."""
    return and_(
        SubmissionRow.contract_status == "active",
        SubmissionRow.negative.is_(False),
        SubmissionRow.evidence_class != "generated",
    )


def fingerprint(interface: str, contract: str, cause: str, field: str) -> str:
    """Return what makes two failures the same defect.

    ``cause`` is the rule id, ``field`` is ``<file>.<column>`` or blank. Stage, evidence class, message, values, row,
    severity, run, environment, release and contract version are never part of it.
    """
    parts = json.dumps([interface, contract, cause, field], ensure_ascii=False, separators=(",", ":"))
    return "fp1:" + hashlib.sha256(parts.encode()).hexdigest()


def field_of(file: str, column: str) -> str:
    """Return ``<file>.<column>``, blank where there is no one column."""
    return f"{file}.{column}" if column else ""


def failures(submission: Submission) -> list[Sighting]:
    """Return what the check of the submission shows: failed rules of blocking severity, in the order of the contract.

    A stale rule (its list is too old) with a finding counts as failed.
    """
    result = submission.result
    failed = [
        rule
        for rule in result.rules
        if rule.severity in BLOCKING and (rule.status == "failed" or (rule.status == "stale" and rule.findings > 0))
    ]
    if not failed:
        return []
    hit = result.findings.filter(result.findings["row"] > 0)
    records = dict(hit.select("rule", "file", "row").unique().group_by("rule").len().iter_rows())
    return [_failure(submission, rule, int(records.get(rule.id, 0))) for rule in failed]


def _failure(submission: Submission, rule: RuleStatus, records: int) -> Sighting:
    result = submission.result
    # A finding does not name its unit, so the amount is known only where every unit of the payload is hit.
    amount = amount_of(result) if rule.units == result.submitted else None
    statement = f"Rule {rule.id} of contract {result.contract} fails in deliveries of {submission.interface}."
    field = field_of(rule.file, rule.column)
    return Sighting(rule.id, field, rule.title, statement, rule.severity, STAGE, "", rule.units, records, amount)


def larger(one: Seen, other: Seen) -> Seen:
    """Return the occurrence that stands for both: two fingerprints of one defect are one, for their units overlap."""
    return max(one, other, key=lambda row: (row["units"], row["records"]))


def shares(connection: Connection, run: str) -> dict[str, Rate]:
    """Return by interface how many of the run's units came through.

    A unit came through if it was accepted, or, while its outcome is not final, if it conforms.
    Submissions that do not count (see ``delivered``) and excluded units are left out.
    """
    query = (
        select(SubmissionRow.interface, UnitAttempt.conforms, UnitAttempt.outcome, func.count())
        .join(UnitAttempt, UnitAttempt.submission == SubmissionRow.number)
        .where(SubmissionRow.run_id == run, counted(), UnitAttempt.excluded.is_(False))
        .group_by(SubmissionRow.interface, UnitAttempt.conforms, UnitAttempt.outcome)
    )
    found: dict[str, Rate] = {}
    for interface, conforms, outcome, units in connection.execute(query):
        good = outcome == "accepted" if outcome in FINAL else conforms
        found[interface] = Rate.total([found.get(interface, Rate()), Rate(units, units if good else 0)])
    return found


def raised(severity: Severity, share: Rate, *, pay_affecting: bool) -> tuple[Severity, str]:
    """Return the severity after the machine's raise of at most one step, and the reason (blank = not raised)."""
    if share.submitted < RAISE_UNITS or severity == SEVERITIES[0]:
        return severity, ""
    above = SEVERITIES[SEVERITIES.index(severity) - 1]
    if not share.meets(RAISE_BELOW):
        return above, f"{share.accepted} of {share.submitted} units of the run came through: below {RAISE_BELOW} %"
    if pay_affecting:
        return above, "the register marks the interface as pay-affecting"
    return severity, ""


class Tracker:
    """Books what the submissions of a run show: opens a defect or adds an occurrence, raises where there is cause.

    ``opened``, ``seen`` and ``raised`` hold the numbers of the items that it touched.
    """

    def __init__(self, connection: Connection, log: EventLog, author: Author, profile: Profile, run: str) -> None:
        self._connection, self._log, self._author, self._profile = connection, log, author, profile
        self._shares = shares(connection, run)
        self.opened: set[int] = set()
        self.seen: set[int] = set()
        self.raised: set[int] = set()

    def book(self, submission: int, interface: str, contract: str, found: Iterable[Sighting]) -> None:
        """Book what was found in the submission of this number."""
        occurrences: dict[tuple[int, str, str], dict[str, Any]] = {}
        for sighting in found:
            item = self._item(interface, contract, sighting)
            row = {"item": item, "submission": submission, **{name: getattr(sighting, name) for name in _OCCURRENCE}}
            key = (item, sighting.stage, sighting.comparison)
            occurrences[key] = larger(occurrences.get(key, row), row)
        if occurrences:
            self._connection.execute(insert(OccurrenceRow), list(occurrences.values()))
        self.seen.update(item for item, _, _ in occurrences)

    def _item(self, interface: str, contract: str, sighting: Sighting) -> int:
        mark = fingerprint(interface, contract, sighting.cause, sighting.field)
        query = select(Fingerprint.item).where(Fingerprint.fingerprint == mark)
        item = self._connection.execute(query).scalar()
        if item is None:
            item = self._open(interface, contract, sighting)
            self._connection.execute(insert(Fingerprint), {"fingerprint": mark, "item": item})
            self.opened.add(item)
        self._raise(item, interface, sighting.severity)
        return item

    def _open(self, interface: str, contract: str, sighting: Sighting) -> int:
        return self._log.open_item(
            "issue",
            self._author,
            {"severity": sighting.severity},
            title=sighting.title,
            statement=sighting.statement,
            interface=interface,
            contract=contract,
            cause=sighting.cause,
            field=sighting.field,
            detail=json.dumps({"floor": sighting.severity, "stage": STAGE}),
        )

    def _raise(self, item: int, interface: str, own: Severity) -> None:
        row = self._profile.register.get(interface)
        share = self._shares.get(interface, Rate())
        severity, reason = raised(own, share, pay_affecting=row is not None and row.pay_affecting)
        standing = standings(self._connection, [item])[item]
        if SEVERITIES.index(severity) < SEVERITIES.index(standing.peak):  # what a person lowered knowingly stays
            author = replace(self._author, reason=reason or "the rule's own severity has risen")
            self._log.grade(item, standing.status, severity, author)
            self.raised.add(item)


def amount_of(result: CheckResult) -> Decimal | None:
    """Return the amount of all units together, None where the contract names none."""
    amounts = result.units["amount"].drop_nulls()
    # polars adds 38 digits exactly; Python's decimal context would cut the sum to 28.
    return Decimal(amounts.sum()) if len(amounts) else None
