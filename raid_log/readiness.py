"""Readiness: GO, GO WITH WAIVERS, NO-GO or NO EVIDENCE, with all fifteen gates behind it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from contracts.profiles import Profile
from raid_log.attestations import attested
from raid_log.coverage import coverage
from raid_log.figures import ClassRate, class_rates
from raid_log.first_attempts import current_only, current_versions, first_attempts
from raid_log.gates import DECISION_TEXT, EXIT_CODES, Decision, Gate, decide
from raid_log.items import Entry, read_entries
from raid_log.log_gates import QUIET_DAYS, dependencies, no_regression, open_critical, open_significant, risks
from raid_log.rate_gates import each_interface, evidence, freshness, pooled
from raid_log.rates import target_of
from raid_log.store import Store
from raid_log.submission_gates import census, peak_seen, real_submissions, reconciled, volume_and_time
from raid_log.waivers import WARNED_DAYS
from raid_log.weeks import Window, readiness_window


@dataclass(frozen=True)
class EndingWaiver:
    """A waiver that ends soon."""

    item: str  # RAID-0004
    by: str  # who signed
    role: str
    until: str  # last day, YYYY-MM-DD


@dataclass(frozen=True)
class Readiness:
    """The decision with the gates behind it."""

    verdict: Decision
    gates: tuple[Gate, ...]
    as_of: datetime
    window: Window
    rates: Mapping[str, ClassRate]  # of the window; only class acceptance decides
    waivers_ending: tuple[EndingWaiver, ...]  # within 7 days, the first to end first

    @property
    def text(self) -> str:
        """The decision for people: ``NO-GO``."""
        return DECISION_TEXT[self.verdict]

    @property
    def exit_code(self) -> int:
        """Exit code of ``harness ready``."""
        return EXIT_CODES[self.verdict]


def readiness(
    store: Store, profile: Profile, *, as_of: datetime, interfaces: Collection[str] | None = None
) -> Readiness:
    """Return the decision as of an aware moment, from the last 4 complete programme weeks and the RAID log.

    With ``interfaces`` only the gates that are computed, of what concerns these interfaces: their submissions, and the
    entries of the RAID log that name one of them, or none. Raises StoreError.
    """
    window = readiness_window(profile, as_of)
    today = as_of.astimezone(profile.time_zone).date()
    with store.reading() as connection:
        newest = current_versions(connection, as_of)
        log = read_entries(connection, as_of, since=as_of - timedelta(days=QUIET_DAYS))
        if interfaces is not None:
            register = {row.id: row for row in profile.register.values() if row.id in interfaces}
            profile = replace(profile, register=register)
            newest = {place: version for place, version in newest.items() if place[0] in interfaces}
            log = [one for one in log if _concerns(one, interfaces)]
        found = current_only(first_attempts(connection, profile, window, as_of), newest)
        real = real_submissions(connection, window, as_of, newest)
        covered = coverage(connection, profile, window, as_of, newest, log)
        agreed = reconciled(connection, real, profile, as_of)
        fresh = freshness(connection, as_of, newest)
        timely = volume_and_time(connection, real, profile, as_of)
    rates, target = class_rates(profile, found), target_of(profile)
    accepted = [one for one in found if one.evidence_class == "acceptance"]
    issues = [one for one in log if one.type == "issue" and not one.environmental]
    recorded = bool(newest)  # without a delivery of an active contract no open defect proves nothing
    peak, loaded = peak_seen(real, profile), census(accepted, real, profile)
    gates: tuple[Gate, ...] = (
        pooled(rates, target),
        each_interface(rates["acceptance"], profile, target),
        evidence(rates["acceptance"], accepted, profile, target, peak=peak, loaded=loaded),
        open_critical(issues, recorded=recorded),
        open_significant(issues, recorded=recorded),
        no_regression(issues, as_of, recorded=recorded),
        covered,
        agreed,
        attested("G9", "Pay", "parallel payroll twice, difference within the agreed limit", log, as_of),
        fresh,
        attested("G11", "Error handling", "reject, fix and resubmit shown; duplicate refused; restart", log, as_of),
        timely,
        dependencies(log, today, recorded=recorded),
        risks(log, recorded=recorded),
        attested("G15", "Sign-off, cutover, rollback, hypercare", "names, dates, evidence", log, as_of),
    )
    if interfaces is not None:
        gates = tuple(gate for gate in gates if gate.source != "attested")
    return Readiness(decide(gates), gates, as_of, window, rates, _ending(issues, today))


def _concerns(entry: Entry, interfaces: Collection[str]) -> bool:
    """True for an entry of one of the interfaces, and for one that names no interface: it concerns all."""
    fields = (entry.interface, entry.fields.get("interfaces", ""), entry.fields.get("blocked", ""))
    named = " ".join(fields).split()
    return not named or any(one in interfaces for one in named)


def _ending(issues: Sequence[Entry], today: date) -> tuple[EndingWaiver, ...]:
    last = (today + timedelta(days=WARNED_DAYS)).isoformat()
    waived = [(one.id, one.standing.waiver) for one in issues if one.status == "waived"]
    ending = [EndingWaiver(id, it["by"], it["role"], it["until"]) for id, it in waived if it["until"] <= last]
    return tuple(sorted(ending, key=lambda one: (one.until, one.item)))
