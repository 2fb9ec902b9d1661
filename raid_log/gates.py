"""Gates and the decision: GO, GO WITH WAIVERS, NO-GO or NO EVIDENCE."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from sqlalchemy import Connection, select

from contracts.profiles import Profile
from raid_log.defects import counted
from raid_log.figures import ClassRate, by_class, class_rates
from raid_log.first_attempts import current_only, first_attempts
from raid_log.items import Item, read_items
from raid_log.rates import NO_EVIDENCE, Rate, target_of
from raid_log.store import Store
from raid_log.tables import SubmissionRow
from raid_log.weeks import Window, readiness_window

GateVerdict = Literal["met", "met_with_waivers", "failed", "no_evidence"]
Decision = Literal["go", "go_with_waivers", "no_go", "no_evidence"]

GATE_TEXT: Mapping[GateVerdict, str] = {
    "met": "met",
    "met_with_waivers": "met with waivers",
    "failed": "failed",
    "no_evidence": "without evidence",
}
DECISION_TEXT: Mapping[Decision, str] = {
    "go": "GO",
    "go_with_waivers": "GO WITH WAIVERS",
    "no_go": "NO-GO",
    "no_evidence": "NO EVIDENCE",
}
EXIT_CODES: Mapping[Decision, int] = {"go": 0, "go_with_waivers": 0, "no_go": 1, "no_evidence": 3}

LEAST_UNITS = 598
"""First attempts without a reject that show 99.5 % at one-sided 95 % (exact binomial)."""
LEAST_SUBMISSIONS = 5
LEAST_DATES = 5
MOST_EXCLUDED = 2
"""Per cent of the units submitted that may be excluded from the rate."""


@dataclass(frozen=True)
class Gate:
    """One condition of going live."""

    id: str
    title: str
    required: str
    actual: str
    verdict: GateVerdict
    source: str
    details: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The verdict for people."""
        return GATE_TEXT[self.verdict]


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

    Evaluated: G1 acceptance pooled, G2 acceptance of each in-scope interface, G3 evidence, G4 open critical,
    G5 open significant. Raises StoreError.
    """
    window = readiness_window(profile, as_of)
    with store.reading() as connection:
        found = first_attempts(connection, profile, window, as_of)
        rates = class_rates(profile, current_only(connection, found, as_of))
        recorded = _anything_recorded(connection, as_of)
        log = [one for one in read_items(connection, as_of=as_of) if one.type == "issue"]
    real, target = rates["acceptance"], target_of(profile)
    gates = (
        _pooled(rates, target),
        _each_interface(real, profile, target),
        _evidence(real),
        _open_critical(log, recorded=recorded),
        _open_significant(log, recorded=recorded),
    )
    return Readiness(decide(gates), gates, as_of, window, rates)


def decide(gates: Iterable[Gate]) -> Decision:
    """Return the decision: a failed gate before a missing one, a missing one before a waived one."""
    verdicts = {gate.verdict for gate in gates}
    if "failed" in verdicts:
        return "no_go"
    if "no_evidence" in verdicts or not verdicts:
        return "no_evidence"
    return "go_with_waivers" if "met_with_waivers" in verdicts else "go"


def _anything_recorded(connection: Connection, as_of: datetime) -> bool:
    """Return whether a delivery of an active contract was recorded: without one, no open defect proves nothing."""
    query = select(SubmissionRow.number).where(counted(), SubmissionRow.submitted_at <= as_of)
    return connection.execute(query.limit(1)).first() is not None


def _judged(rate: Rate, target: Decimal) -> GateVerdict:
    if rate.submitted == 0:
        return "no_evidence"
    return "met" if rate.meets(target) else "failed"


def _pooled(rates: Mapping[str, ClassRate], target: Decimal) -> Gate:
    rate = rates["acceptance"].pooled
    beside = [one for one in rates.values() if one.evidence_class != "acceptance" and one.pooled.submitted]
    details = [f"{one.name} {one.pooled.text} of {one.pooled.submitted} units (decides nothing)" for one in beside]
    actual = f"{rate.text} ({rate.accepted} of {rate.submitted} units)" if rate.submitted else NO_EVIDENCE
    verdict = _judged(rate, target)
    return Gate("G1", "Acceptance, pooled", f">= {target} %", actual, verdict, "computed", tuple(details))


def _each_interface(real: ClassRate, profile: Profile, target: Decimal) -> Gate:
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


def _evidence(real: ClassRate) -> Gate:
    """Evaluate three of the minimum (first attempts, submissions, dates) and the excluded share, which fails the gate.

    Not evaluated yet: full census, peak volume, two weeks in a row, the lower bound (PROVED).
    """
    needs = (
        ("first attempts", real.pooled.submitted, LEAST_UNITS),
        ("submissions", real.submissions, LEAST_SUBMISSIONS),
        ("dates", real.dates, LEAST_DATES),
    )
    short = [f"{name}: {have} of {least}" for name, have, least in needs if have < least]
    total = real.excluded + real.pooled.submitted
    excluded = [f"excluded: {real.excluded} of {total} units, at most {MOST_EXCLUDED} %"] if real.excluded else []
    too_many = 100 * real.excluded > MOST_EXCLUDED * total
    return Gate(
        "G3",
        "Evidence",
        ", ".join(f">= {least} {name}" for name, _, least in needs),
        ", ".join(f"{have} {name}" for name, have, _ in needs),
        "failed" if too_many else "no_evidence" if short else "met",
        "computed",
        (*short, *excluded),
    )


def _open_critical(log: list[Item], *, recorded: bool) -> Gate:
    """A waived critical defect still blocks unless the sponsor himself signed."""
    waived = [one for one in log if one.status == "waived" and one.severity == "critical"]
    signed = [one for one in waived if one.standing.waiver.get("role") == "sponsor"]
    open_ = [one for one in log if one.open and one.severity == "critical"]
    blocking = sorted([*open_, *(one for one in waived if one not in signed)], key=lambda one: one.id)
    return _defect_gate("G4", "critical", blocking, signed, recorded=recorded)


def _open_significant(log: list[Item], *, recorded: bool) -> Gate:
    waived = [one for one in log if one.status == "waived" and one.severity == "significant"]
    open_ = [one for one in log if one.open and one.severity == "significant"]
    return _defect_gate("G5", "significant", open_, waived, recorded=recorded)


def _defect_gate(gate: str, severity: str, blocking: list[Item], waived: list[Item], *, recorded: bool) -> Gate:
    verdict: GateVerdict = "met_with_waivers" if waived else "met" if recorded else "no_evidence"
    if blocking:
        verdict = "failed"
    split = ", ".join(f"{count} {name}" for name, count in by_class(blocking).items())
    actual = f"{len(blocking)} ({split})" if blocking else "0" if verdict != "no_evidence" else NO_EVIDENCE
    details = [f"{one.id} {one.interface} {one.status}: {one.title}" for one in blocking]
    details += [
        f"{one.id} waived by {one.standing.waiver['by']} until {one.standing.waiver['until']}" for one in waived
    ]
    return Gate(gate, f"Open {severity} defects", "0", actual, verdict, "computed from the RAID log", tuple(details))
