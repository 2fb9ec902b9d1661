"""Defects: one per fingerprint, opened by a failed rule, raised by the machine under a stated rule."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, insert, select

from contracts.profiles import Interface, Profile
from contracts.results import BLOCKING, SEVERITIES, CheckResult, RuleStatus, Severity, Submission
from raid_log.events import Author, EventLog, standings
from raid_log.rates import Rate
from raid_log.tables import Fingerprint, OccurrenceRow

RAISE_UNITS = 20
"""Units of an interface in a run below which nothing is raised: one bad unit of three raises nothing."""
RAISE_BELOW = Decimal(95)
"""Per cent of conforming units of an interface in a run below which its defects are raised."""
STAGE = "S1"
"""Contract kept: where a check finds a failure, and where it should have been found."""


@dataclass(frozen=True)
class Failure:
    """A rule that failed in a submission, with what it hit."""

    rule: RuleStatus
    records: int


def delivered(submission: Submission) -> bool:
    """Return whether the submission counts: of an active contract, not negative, not generated."""
    active = submission.result.contract_status == "active"
    return active and not submission.negative and submission.evidence_class != "generated"


def fingerprint(interface: str, contract: str, cause: str, field: str) -> str:
    """Return what makes two failures the same defect.

    ``cause`` is the rule id, ``field`` is ``<file>.<column>`` or blank. Stage, evidence class, message, values, row,
    severity, run, environment, release and contract version are never part of it.
    """
    parts = json.dumps([interface, contract, cause, field], ensure_ascii=False, separators=(",", ":"))
    return "fp1:" + hashlib.sha256(parts.encode()).hexdigest()


def failures(submission: Submission) -> list[Failure]:
    """Return the rules of the submission that open a defect or occur again, in the order of the contract.

    A stale rule (its list is too old) with a finding counts as failed.
    """
    failed = [
        rule
        for rule in submission.result.rules
        if rule.severity in BLOCKING and (rule.status == "failed" or (rule.status == "stale" and rule.findings > 0))
    ]
    if not failed or not delivered(submission):
        return []
    hit = submission.result.findings.filter(submission.result.findings["row"] > 0)
    records = dict(hit.select("rule", "file", "row").unique().group_by("rule").len().iter_rows())
    return [Failure(rule, int(records.get(rule.id, 0))) for rule in failed]


def shares(submissions: Iterable[Submission]) -> dict[str, Rate]:
    """Return conforming of submitted units by interface, over what was delivered in one run."""
    found: dict[str, Rate] = {}
    for submission in filter(delivered, submissions):
        result = submission.result
        now = Rate(result.submitted, result.conforming)
        found[submission.interface] = Rate.total([found.get(submission.interface, Rate()), now])
    return found


def raised(severity: Severity, interface: Interface, share: Rate) -> tuple[Severity, str]:
    """Return the severity after the machine's raise of at most one step, and the reason (blank = not raised)."""
    if share.submitted < RAISE_UNITS or severity == SEVERITIES[0]:
        return severity, ""
    above = SEVERITIES[SEVERITIES.index(severity) - 1]
    if not share.meets(RAISE_BELOW):
        return above, f"{share.accepted} of {share.submitted} units of the run conform: below {RAISE_BELOW} %"
    if interface.pay_affecting:
        return above, "the register marks the interface as pay-affecting"
    return severity, ""


class Tracker:
    """Books the failures of one run: opens a defect or adds an occurrence, and raises where the run gives cause."""

    def __init__(
        self, connection: Connection, log: EventLog, author: Author, profile: Profile, submissions: Sequence[Submission]
    ) -> None:
        self._connection, self._log, self._author, self._profile = connection, log, author, profile
        self._shares = shares(submissions)

    def book(self, submission: Submission, number: int) -> None:
        """Book the failures of the submission that the store knows as ``number``."""
        occurrences: dict[int, dict[str, Any]] = {}
        for failure in failures(submission):
            item = self._item(submission, failure.rule)
            row = {"item": item, "submission": number, **_occurrence(submission, failure)}
            # Two fingerprints merged into one defect are one occurrence: the larger one, for their units overlap.
            occurrences[item] = max(occurrences.get(item, row), row, key=lambda one: (one["units"], one["records"]))
        if occurrences:
            self._connection.execute(insert(OccurrenceRow), list(occurrences.values()))

    def _item(self, submission: Submission, rule: RuleStatus) -> int:
        field = f"{rule.file}.{rule.column}" if rule.column else ""
        mark = fingerprint(submission.interface, submission.result.contract, rule.id, field)
        query = select(Fingerprint.item).where(Fingerprint.fingerprint == mark)
        item = self._connection.execute(query).scalar()
        if item is None:
            item = self._open(submission, rule, field)
            self._connection.execute(insert(Fingerprint), {"fingerprint": mark, "item": item})
        self._raise(item, submission.interface, rule)
        return item

    def _open(self, submission: Submission, rule: RuleStatus, field: str) -> int:
        contract = submission.result.contract
        return self._log.open_item(
            "issue",
            self._author,
            {"severity": rule.severity},
            title=rule.title,
            statement=f"Rule {rule.id} of contract {contract} fails in deliveries of {submission.interface}.",
            interface=submission.interface,
            contract=contract,
            cause=rule.id,
            field=field,
            detail=json.dumps({"floor": rule.severity, "stage": STAGE}),
        )

    def _raise(self, item: int, interface: str, rule: RuleStatus) -> None:
        severity, reason = raised(rule.severity, self._profile.register[interface], self._shares[interface])
        standing = standings(self._connection, [item])[item]
        if SEVERITIES.index(severity) < SEVERITIES.index(standing.severity):
            author = replace(self._author, reason=reason or "the rule's own severity has risen")
            self._log.grade(item, standing.status, severity, author)


def _occurrence(submission: Submission, failure: Failure) -> dict[str, Any]:
    # A finding does not name its unit, so the amount is known only where every unit of the payload is hit.
    whole = failure.rule.units == submission.result.submitted
    amount = amount_of(submission.result) if whole else None
    return {"stage": STAGE, "units": failure.rule.units, "records": failure.records, "amount": amount}


def amount_of(result: CheckResult) -> Decimal | None:
    """Return the amount of all units together, None where the contract names none."""
    amounts = result.units["amount"].drop_nulls()
    # polars adds 38 digits exactly; Python's decimal context would cut the sum to 28.
    return Decimal(amounts.sum()) if len(amounts) else None
