"""Coverage: which rules really ran on deliveries of the window."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from contracts.library import statuses as contract_statuses
from contracts.profiles import Profile
from contracts.standing import ACTIVE, standing
from raid_log.attestations import property_suite
from raid_log.defects import counted
from raid_log.first_attempts import Versions, unpatched
from raid_log.gates import Gate, GateVerdict
from raid_log.items import Entry
from raid_log.rates import NO_EVIDENCE
from raid_log.tables import RuleRow, RuleStatusRow, SubmissionRow
from raid_log.weeks import Window

_WORST_FIRST: Sequence[GateVerdict] = ("failed", "no_evidence", "met")
RAN = frozenset({"passed", "failed"})
_REQUIRED = "every in-scope interface delivers under an active contract, every rule of it ran"


def coverage(
    connection: Connection,
    profile: Profile,
    window: Window,
    as_of: datetime,
    newest: Versions,
    log: Sequence[Entry],
) -> Gate:
    """Every in-scope interface delivered under an active contract, each rule of it ran, the property suite passed.

    A rule ran if it passed or failed in a counted submission of the window, of any evidence class, under the current
    version. ``log`` holds the attestation of the property suite.
    """
    held = contract_statuses(profile)
    statuses = _statuses(connection, window, as_of, newest)
    rows = [row for row in profile.register.values() if row.in_scope]
    scope = {row.id for row in rows}
    bare = {row.id: one.why for row in rows if (one := standing(row, held)).state != ACTIVE}
    suite, told = property_suite(log, {one for row in rows for one in row.contracts}, as_of)
    ran_under = {interface for interface, _ in statuses} - set(bare)
    missing = sorted(scope - ran_under) if statuses else []
    untested: dict[str, list[str]] = defaultdict(list)
    for (interface, rule), seen in sorted(statuses.items()):
        if interface in scope and not seen & RAN:
            untested[interface].append(rule)
    rules = sum(interface in scope for interface, _ in statuses)
    count = sum(map(len, untested.values()))
    faults = [f"{one}: {bare.get(one, 'no delivery under its contract')}" for one in missing]
    faults += [f"{interface}: {len(names)} rules never ran, e.g. {names[0]}" for interface, names in untested.items()]
    ran: GateVerdict = "failed" if faults else "met" if statuses and scope else "no_evidence"
    verdict = min(ran, suite, key=_WORST_FIRST.index)
    delivered = f"{len(scope) - len(missing)} of {len(scope)} interfaces, {rules - count} of {rules} rules"
    actual = delivered if statuses else NO_EVIDENCE
    return Gate("G7", "Coverage", _REQUIRED, actual, verdict, "computed", (*faults, *told))


def _statuses(
    connection: Connection, window: Window, as_of: datetime, newest: Versions
) -> dict[tuple[str, str], set[str]]:
    """Interface and rule -> the statuses that the rule had, on the current release and contract version."""
    # Rules are looked up afterwards: a join of all three is planned badly where the database has no statistics yet.
    rules = {row.number: row for row in connection.execute(select(RuleRow.__table__))}
    about = (SubmissionRow.interface, SubmissionRow.release, RuleStatusRow.rule, RuleStatusRow.status)
    query = (
        select(*about)
        .join(RuleStatusRow, RuleStatusRow.submission == SubmissionRow.number)
        .where(counted(), SubmissionRow.submitted_at >= window.start, SubmissionRow.submitted_at < window.end)
        .where(SubmissionRow.submitted_at <= as_of)
        .group_by(*about)
    )
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for interface, release, number, status in connection.execute(query):
        rule = rules[number]
        if newest.get((interface, rule.contract)) == (unpatched(rule.version), release):
            found[interface, rule.id].add(status)
    return dict(found)
