"""Gates on the figures of class acceptance: the rate, the evidence behind it, its age."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from contracts.profiles import Profile
from raid_log.bounds import (
    LEAST_DATES,
    LEAST_SUBMISSIONS,
    LEAST_UNITS,
    LEAST_WEEKS,
    bounded_rate,
    missing_evidence,
)
from raid_log.defects import counted
from raid_log.figures import ClassRate
from raid_log.first_attempts import FirstAttempts, Versions, by_submission, unpatched
from raid_log.gates import Gate, GateVerdict
from raid_log.rates import NO_EVIDENCE, Rate
from raid_log.tables import SubmissionRow

MOST_EXCLUDED = 2
"""Per cent of the units submitted that may be excluded from the rate."""
FRESH_DAYS = 7
"""Age at which the newest result is too old."""


def _judged(rate: Rate, target: Decimal) -> GateVerdict:
    if rate.submitted == 0:
        return "no_evidence"
    return "met" if rate.meets(target) else "failed"


def pooled(rates: Mapping[str, ClassRate], target: Decimal) -> Gate:
    """All units of class acceptance together; the other classes stand beside it and decide nothing."""
    rate = rates["acceptance"].pooled
    beside = [one for one in rates.values() if one.evidence_class != "acceptance" and one.pooled.submitted]
    details = [f"{one.name} {one.pooled.text} of {one.pooled.submitted} units (decides nothing)" for one in beside]
    actual = f"{rate.text} ({rate.accepted} of {rate.submitted} units)" if rate.submitted else NO_EVIDENCE
    verdict = _judged(rate, target)
    return Gate("G1", "Acceptance, pooled", f">= {target} %", actual, verdict, "computed", tuple(details))


def each_interface(real: ClassRate, profile: Profile, target: Decimal) -> Gate:
    """Each in-scope interface by itself, so that a large feed hides no small one that is broken."""
    scope = sorted(row.id for row in profile.register.values() if row.in_scope)
    rates = {interface: real.interfaces.get(interface, Rate()) for interface in scope}
    verdicts = {interface: _judged(rate, target) for interface, rate in rates.items()}
    below = [interface for interface in scope if verdicts[interface] == "failed"]
    silent = [interface for interface in scope if verdicts[interface] == "no_evidence"]
    at_target = len(scope) - len(below) - len(silent)
    actual = f"{at_target} of {len(scope)} interfaces at target, {len(below)} below, {len(silent)} without evidence"
    worst = sorted(below, key=lambda one: (rates[one].accepted / rates[one].submitted, one))
    details = [f"{one}: {rates[one].text} ({rates[one].accepted} of {rates[one].submitted} units)" for one in worst]
    details += [f"{one}: {NO_EVIDENCE}" for one in silent]
    verdict: GateVerdict = "failed" if below else "no_evidence" if silent or not scope else "met"
    required = f"each in-scope interface >= {target} %"
    return Gate("G2", "Acceptance, each interface", required, actual, verdict, "computed", tuple(details))


def evidence(
    real: ClassRate,
    found: Sequence[FirstAttempts],
    profile: Profile,
    target: Decimal,
    *,
    peak: bool | None,
    loaded: Mapping[str, int],
) -> Gate:
    """The minimum of first attempts, submissions, dates and weeks in a row; too many excluded units fail the gate.

    ``found``: the first attempts of class acceptance. ``peak``: whether one submission had the peak volume of its
    interface, None if none is declared. ``loaded``: the units of interfaces with a full census; where every interface
    with first attempts has one, their number need not suffice.
    """
    bound = bounded_rate(by_submission(found).values(), target)
    weeks = _weeks_in_a_row(found, profile.time_zone)
    short = missing_evidence(
        units=real.pooled.submitted, submissions=real.submissions, dates=real.dates, weeks_in_a_row=weeks,
        peak_seen=peak is not False, census=bool(loaded) and real.interfaces.keys() <= loaded.keys(),
    )  # fmt: skip
    if peak is None:
        short.append("peak volume: not declared")
    full = [f"{interface}: full census, {units} units" for interface, units in loaded.items()]
    total = real.excluded + real.pooled.submitted
    excluded = [f"excluded: {real.excluded} of {total} units, at most {MOST_EXCLUDED} %"] if real.excluded else []
    required = (
        f">= {LEAST_UNITS} first attempts, {LEAST_SUBMISSIONS} submissions, {LEAST_DATES} dates, {LEAST_WEEKS} weeks"
    )
    shown = f"lower bound {bound.bound_text} of {bound.rejects} rejects in {bound.rate.submitted} units: {bound.text}"
    return Gate(
        "G3",
        "Evidence",
        required,
        f"{real.pooled.submitted} first attempts, {real.submissions} submissions, {real.dates} dates, {weeks} weeks",
        "failed" if 100 * real.excluded > MOST_EXCLUDED * total else "no_evidence" if short else "met",
        "computed",
        (*short, *full, *([shown] if bound.rate.submitted else []), *excluded),
    )


def _weeks_in_a_row(found: Iterable[FirstAttempts], zone: ZoneInfo) -> int:
    """The longest run of programme weeks with first attempts."""
    days = (group.ended_at.astimezone(zone).date() for group in found if group.units)
    mondays = {day - timedelta(days=day.weekday()) for day in days}
    longest = run = 0
    last = None
    for monday in sorted(mondays):
        run = run + 1 if last and monday - last == timedelta(weeks=1) else 1
        longest, last = max(longest, run), monday
    return longest


def freshness(connection: Connection, as_of: datetime, current: Versions) -> Gate:
    """The newest submission of class acceptance on the current release and contract version; none is no evidence."""
    about = (SubmissionRow.interface, SubmissionRow.contract, SubmissionRow.version, SubmissionRow.release)
    real = (SubmissionRow.evidence_class == "acceptance", counted(), SubmissionRow.submitted_at <= as_of)
    query = select(*about, func.max(SubmissionRow.submitted_at)).where(*real).group_by(*about)
    moments = [
        moment
        for interface, contract, version, release, moment in connection.execute(query)
        if current.get((interface, contract)) == (unpatched(version), release)
    ]
    required = f"newest result <= {FRESH_DAYS} days old"
    if not moments:
        return Gate("G10", "Freshness", required, NO_EVIDENCE, "no_evidence", "computed")
    age = as_of - max(moments)
    verdict: GateVerdict = "met" if age <= timedelta(days=FRESH_DAYS) else "failed"
    return Gate("G10", "Freshness", required, f"{age.days} days", verdict, "computed")
