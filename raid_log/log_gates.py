"""Gates computed from the RAID log: open defects, regressions, dependencies, assumptions, risks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from raid_log.fields import exposure
from raid_log.figures import by_class
from raid_log.gates import Gate, GateVerdict
from raid_log.items import Entry
from raid_log.rates import NO_EVIDENCE

_SOURCE = "computed from the RAID log"
QUIET_DAYS = 14
"""Days without a reopened defect."""


def open_critical(log: Sequence[Entry], *, recorded: bool) -> Gate:
    """A waived critical defect still blocks unless the sponsor himself signed."""
    waived = [one for one in log if one.status == "waived" and one.severity == "critical"]
    signed = [one for one in waived if one.standing.waiver.get("role") == "sponsor"]
    open_ = [one for one in log if one.open and one.severity == "critical"]
    blocking = sorted([*open_, *(one for one in waived if one not in signed)], key=lambda one: one.id)
    return _defect_gate("G4", "critical", blocking, signed, recorded=recorded)


def open_significant(log: Sequence[Entry], *, recorded: bool) -> Gate:
    """Waived ones are listed by name."""
    waived = [one for one in log if one.status == "waived" and one.severity == "significant"]
    open_ = [one for one in log if one.open and one.severity == "significant"]
    return _defect_gate("G5", "significant", open_, waived, recorded=recorded)


def _defect_gate(
    gate: str, severity: str, blocking: Sequence[Entry], waived: Sequence[Entry], *, recorded: bool
) -> Gate:
    verdict: GateVerdict = "met_with_waivers" if waived else "met" if recorded else "no_evidence"
    if blocking:
        verdict = "failed"
    split = ", ".join(f"{count} {name}" for name, count in by_class(blocking).items())
    actual = f"{len(blocking)} ({split})" if blocking else "0" if verdict != "no_evidence" else NO_EVIDENCE
    details = [f"{one.id} {one.interface} {one.status}: {one.title}" for one in blocking]
    details += [
        f"{one.id} waived by {one.standing.waiver['by']} until {one.standing.waiver['until']}" for one in waived
    ]
    return Gate(gate, f"Open {severity} defects", "0", actual, verdict, _SOURCE, tuple(details))


def no_regression(log: Sequence[Entry], as_of: datetime, *, recorded: bool) -> Gate:
    """Nothing was opened again lately, and nothing that is said to be fixed waits for its verification."""
    since = as_of - timedelta(days=QUIET_DAYS)
    again = [one for one in log if one.reopened_at and one.reopened_at > since]
    waiting = [one for one in log if one.status == "fixed"]
    details = [f"{one.id} {one.interface}: reopened" for one in again]
    details += [f"{one.id} {one.interface}: fixed, not verified" for one in waiting]
    actual = f"{len(again)} reopened, {len(waiting)} fixed and not verified"
    required = f"0 reopened in {QUIET_DAYS} days, 0 fixed and not verified"
    return _gate("G6", "No regression", required, actual, details, recorded=recorded)


def dependencies(log: Sequence[Entry], today: date, *, recorded: bool) -> Gate:
    """What is owed to us is not late, and no open assumption is past the day by which it was to be known."""
    late = [
        one for one in log if one.type == "dependency" and one.status == "late" and one.fields.get("direction") == "in"
    ]
    past = [
        one
        for one in log
        if one.type == "assumption"
        and one.open
        and (day := one.fields.get("validate_by"))
        and date.fromisoformat(day) < today
    ]
    details = [f"{one.id} late: {one.title}" for one in late]
    details += [f"{one.id} to be known by {one.fields['validate_by']}: {one.title}" for one in past]
    actual = f"{len(late)} late, {len(past)} assumptions past their day"
    return _gate("G13", "Dependencies, assumptions", "0 late, 0 past their day", actual, details, recorded=recorded)


def risks(log: Sequence[Entry], *, recorded: bool) -> Gate:
    """Every open risk of extreme exposure has a response and somebody who does it."""
    extreme = [
        one for one in log if one.type == "risk" and one.open and (exposure(one.fields) or (0, ""))[1] == "extreme"
    ]
    bare = [one for one in extreme if not (one.fields.get("response") and one.fields.get("response_owner"))]
    details = [f"{one.id} has no agreed response: {one.title}" for one in bare]
    actual = f"{len(extreme)} extreme, {len(bare)} without"
    return _gate("G14", "Risks", "every extreme risk has an agreed response", actual, details, recorded=recorded)


def _gate(id: str, title: str, required: str, actual: str, details: Sequence[str], *, recorded: bool) -> Gate:
    """Failed where anything is told against it; of a log in which nothing was recorded silence proves nothing."""
    verdict: GateVerdict = "failed" if details else "met" if recorded else "no_evidence"
    return Gate(
        id, title, required, NO_EVIDENCE if verdict == "no_evidence" else actual, verdict, _SOURCE, tuple(details)
    )
