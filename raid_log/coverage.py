"""Coverage: which rules really ran on deliveries of the window."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from sqlalchemy import Connection, select

from contracts.profiles import Profile
from raid_log.defects import counted
from raid_log.first_attempts import Versions, unpatched
from raid_log.gates import Gate, GateVerdict
from raid_log.rates import NO_EVIDENCE
from raid_log.tables import RuleRow, RuleStatusRow, SubmissionRow
from raid_log.weeks import Window

RAN = frozenset({"passed", "failed"})
_REQUIRED = "every in-scope interface delivers under an active contract, every rule of it ran"


def coverage(connection: Connection, profile: Profile, window: Window, as_of: datetime, newest: Versions) -> Gate:
    """Every in-scope interface delivered under an active contract, and each rule of the current version really ran.

    A rule ran if it passed or failed in a counted submission of the window, of any evidence class. That the property
    suite ran is not looked at yet.
    """
    statuses = _statuses(connection, window, as_of, newest)
    scope = {row.id for row in profile.register.values() if row.in_scope}
    if not statuses:
        return Gate("G7", "Coverage", _REQUIRED, NO_EVIDENCE, "no_evidence", "computed")
    missing = sorted(scope - {interface for interface, _ in statuses})
    untested: dict[str, list[str]] = defaultdict(list)
    for (interface, rule), seen in sorted(statuses.items()):
        if interface in scope and not seen & RAN:
            untested[interface].append(rule)
    rules = sum(interface in scope for interface, _ in statuses)
    count = sum(map(len, untested.values()))
    details = [f"{interface}: no delivery under an active contract" for interface in missing]
    details += [f"{interface}: {len(names)} rules never ran, e.g. {names[0]}" for interface, names in untested.items()]
    actual = f"{len(scope) - len(missing)} of {len(scope)} interfaces, {rules - count} of {rules} rules"
    verdict: GateVerdict = "failed" if details else "met"
    return Gate("G7", "Coverage", _REQUIRED, actual, verdict, "computed", tuple(details))


def _statuses(
    connection: Connection, window: Window, as_of: datetime, newest: Versions
) -> dict[tuple[str, str], set[str]]:
    """Interface and rule -> the statuses that the rule had, on the current release and contract version."""
    about = (SubmissionRow.interface, SubmissionRow.contract, SubmissionRow.version, SubmissionRow.release)
    query = (
        select(*about, RuleRow.id, RuleStatusRow.status)
        .join(RuleStatusRow, RuleStatusRow.submission == SubmissionRow.number)
        .join(RuleRow, RuleRow.number == RuleStatusRow.rule)
        .where(counted(), SubmissionRow.submitted_at >= window.start, SubmissionRow.submitted_at < window.end)
        .where(SubmissionRow.submitted_at <= as_of)
        .group_by(*about, RuleRow.id, RuleStatusRow.status)
    )
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for interface, contract, version, release, rule, status in connection.execute(query):
        if newest.get((interface, contract)) == (unpatched(version), release):
            found[interface, rule].add(status)
    return dict(found)
