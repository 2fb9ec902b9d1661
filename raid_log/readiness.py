"""Readiness: GO, GO WITH WAIVERS, NO-GO or NO EVIDENCE, with all fifteen gates behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from contracts.profiles import Profile
from raid_log.attestations import attested
from raid_log.coverage import coverage
from raid_log.defects import counted
from raid_log.figures import ClassRate, class_rates
from raid_log.first_attempts import current_only, current_versions, first_attempts
from raid_log.gates import DECISION_TEXT, EXIT_CODES, Decision, Gate, decide
from raid_log.items import read_items
from raid_log.log_gates import dependencies, no_regression, open_critical, open_significant, risks
from raid_log.rate_gates import each_interface, evidence, freshness, pooled
from raid_log.rates import NO_EVIDENCE, target_of
from raid_log.store import Store
from raid_log.tables import SubmissionRow
from raid_log.weeks import Window, readiness_window


@dataclass(frozen=True)
class Readiness:
    """The decision with the gates behind it."""

    verdict: Decision
    gates: tuple[Gate, ...]
    as_of: datetime
    window: Window
    rates: Mapping[str, ClassRate]  # of the window; only class acceptance decides

    @property
    def text(self) -> str:
        """The decision for people: ``NO-GO``."""
        return DECISION_TEXT[self.verdict]

    @property
    def exit_code(self) -> int:
        """Exit code of ``harness ready``."""
        return EXIT_CODES[self.verdict]


def readiness(store: Store, profile: Profile, *, as_of: datetime) -> Readiness:
    """Return the decision as of an aware moment, from the last 4 complete programme weeks and the RAID log.

    G8 and G12 stay without evidence: nothing recorded so far tells of control totals or of peak volume. Raises
    StoreError.
    """
    window = readiness_window(profile, as_of)
    today = as_of.astimezone(profile.time_zone).date()
    with store.reading() as connection:
        newest = current_versions(connection, as_of)
        found = current_only(first_attempts(connection, profile, window, as_of), newest)
        recorded = _anything_recorded(connection, as_of)
        covered = coverage(connection, profile, window, as_of, newest)
        fresh = freshness(connection, as_of, newest)
        log = read_items(connection, as_of=as_of)
    rates, target = class_rates(profile, found), target_of(profile)
    issues = [one for one in log if one.type == "issue"]
    gates = (
        pooled(rates, target),
        each_interface(rates["acceptance"], profile, target),
        evidence(rates["acceptance"], [one for one in found if one.evidence_class == "acceptance"], profile, target),
        open_critical(issues, recorded=recorded),
        open_significant(issues, recorded=recorded),
        no_regression(issues, as_of, recorded=recorded),
        covered,
        _not_measured("G8", "Reconciliation", "count and amount agree for every submission"),
        attested("G9", "Pay", "parallel payroll twice, difference within the agreed limit", log, as_of),
        fresh,
        attested("G11", "Error handling", "reject, fix and resubmit shown; duplicate refused; restart", log, as_of),
        _not_measured("G12", "Volume and time", "peak file within its batch window"),
        dependencies(log, today, recorded=recorded),
        risks(log, recorded=recorded),
        attested("G15", "Sign-off, cutover, rollback, hypercare", "names, dates, evidence", log, as_of),
    )
    return Readiness(decide(gates), gates, as_of, window, rates)


def _not_measured(id: str, title: str, required: str) -> Gate:
    return Gate(
        id,
        title,
        required,
        NO_EVIDENCE,
        "no_evidence",
        "computed",
        ("not measured yet: nothing recorded tells of it",),
    )


def _anything_recorded(connection: Connection, as_of: datetime) -> bool:
    """Return whether a delivery of an active contract was recorded: without one, no open defect proves nothing."""
    query = select(SubmissionRow.number).where(counted(), SubmissionRow.submitted_at <= as_of)
    return connection.execute(query.limit(1)).first() is not None
