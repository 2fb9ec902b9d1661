"""Gates on single submissions of class acceptance: reconciled with Fusion, at peak volume, within the batch window."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, select

from contracts.profiles import Interface, Profile
from raid_log.control_totals import reconciliations
from raid_log.defects import counted
from raid_log.first_attempts import FirstAttempts, Versions, required_stage, unpatched
from raid_log.gates import Gate, GateVerdict
from raid_log.rates import NO_EVIDENCE
from raid_log.tables import SubmissionRow, UnitAttempt
from raid_log.weeks import Window

_OUTBOUND_STAGE = "S1"


class RealSubmission(NamedTuple):
    """A submission of class acceptance that counts and reached its pod."""

    number: int
    id: str
    interface: str
    submitted_at: datetime
    cycle: str
    environment: str
    records: int

    @property
    def short(self) -> str:
        """Its id in short: ``3f2a91c0/2``."""
        run, _, ordinal = self.id.partition("/")
        return f"{run[:8]}/{ordinal}"

    @property
    def name(self) -> str:
        """Its interface and its id in short."""
        return f"{self.interface} {self.short}"


def real_submissions(
    connection: Connection, window: Window, as_of: datetime, current: Versions
) -> list[RealSubmission]:
    """Return those sent in the window, up to ``as_of``, on the current release and contract version, oldest first."""
    names = ("contract", "version", "release", "outage")
    query = (
        select(*(getattr(SubmissionRow, name) for name in (*names, *RealSubmission._fields)))
        .where(counted(), SubmissionRow.evidence_class == "acceptance")
        .where(SubmissionRow.submitted_at >= window.start, SubmissionRow.submitted_at < window.end)
        .where(SubmissionRow.submitted_at <= as_of)
        .order_by(SubmissionRow.submitted_at, SubmissionRow.number)
    )
    found = []
    for contract, version, release, outage, *own in connection.execute(query):
        one = RealSubmission(*own)
        if not outage and current.get((one.interface, contract)) == (unpatched(version), release):
            found.append(one)
    return found


def reconciled(connection: Connection, real: Iterable[RealSubmission], profile: Profile, as_of: datetime) -> Gate:
    """Every submission has control totals that agree with what was accepted of it; one that differs fails the gate.

    Outbound ones (required stage S1) are asked only where somebody noted totals.
    """
    sent = list(real)
    totals = reconciliations(connection, (one.number for one in sent), as_of)
    known = {one: totals.get(one.number) for one in sent}
    asked = {
        one: found for one, found in known.items() if found or required_stage(profile, one.interface) != _OUTBOUND_STAGE
    }
    differing = [f"{one.name}: {found.text}" for one, found in asked.items() if found and not found.agrees]
    bare = [one for one, found in asked.items() if found is None]
    by_interface: dict[str, list[RealSubmission]] = defaultdict(list)
    for one in bare:
        by_interface[one.interface].append(one)
    silent = [
        f"{interface}: {len(these)} without control total, e.g. {these[0].short}"
        for interface, these in sorted(by_interface.items())
    ]
    agreeing = len(asked) - len(differing) - len(bare)
    actual = f"{agreeing} of {len(asked)} submissions agree, {len(differing)} differ, {len(bare)} without control total"
    verdict: GateVerdict = "failed" if differing else "no_evidence" if bare or not asked else "met"
    return Gate(
        "G8",
        "Reconciliation",
        "count and amount agree for every submission",
        actual if asked else NO_EVIDENCE,
        verdict,
        "computed",
        (*differing, *silent),
    )


def peak_seen(real: Iterable[RealSubmission], profile: Profile) -> bool | None:
    """Return whether a submission had the peak volume of its interface; None if no interface in scope declares one."""
    peaks = {row.id: row.peak_records for row in profile.register.values() if row.in_scope and row.peak_records}
    if not peaks:
        return None
    return any(one.records >= peaks[one.interface] for one in real if one.interface in peaks)


def census(found: Iterable[FirstAttempts], real: Iterable[RealSubmission], profile: Profile) -> dict[str, int]:
    """Return the interfaces of which all units there are were loaded, with the number of their first attempts.

    All within one cycle and environment: two halves of two mock cutovers are no census. ``found``: the first attempts
    of class acceptance.
    """
    places = {one.number: (one.interface, one.cycle, one.environment) for one in real}
    units: dict[tuple[str, str, str], int] = defaultdict(int)
    for group in found:
        if place := places.get(group.submission):
            units[place] += group.units
    loaded: dict[str, int] = {}
    for (interface, _, _), count in sorted(units.items()):
        row = profile.register.get(interface)
        if row and row.census_units and count >= row.census_units:
            loaded[interface] = max(count, loaded.get(interface, 0))
    return loaded


def volume_and_time(connection: Connection, real: Sequence[RealSubmission], profile: Profile, as_of: datetime) -> Gate:
    """Every submission at peak volume was through within its batch window, and each interface with a window had one."""
    scope = sorted((row for row in profile.register.values() if row.in_scope), key=lambda row: row.id)
    declared = [row for row in scope if row.peak_records and row.window_minutes]
    over: list[str] = []
    silent: list[str] = []
    for row in declared:
        times = [(one, _through(connection, one, row, as_of)) for one in real if _at_peak(one, row)]
        over += [f"{one.name}: {took}, the window is {row.window_minutes} minutes" for one, took in times if took]
        if all(took is None for _, took in times):
            silent.append(f"{row.id}: no submission at peak volume is through")
    undeclared = [f"{row.id}: peak volume or batch window not declared" for row in scope if row not in declared]
    verdict: GateVerdict = "failed" if over else "no_evidence" if silent or not declared else "met"
    known = len(declared) - len(silent)
    actual = f"{known} of {len(declared)} interfaces at peak volume, {len(over)} submissions over their window"
    required, details = "peak file within its batch window", (*over, *silent, *undeclared)
    return Gate("G12", "Volume and time", required, actual if known else NO_EVIDENCE, verdict, "computed", details)


def _at_peak(one: RealSubmission, row: Interface) -> bool:
    return one.interface == row.id and one.records >= (row.peak_records or 0)


def _through(connection: Connection, one: RealSubmission, row: Interface, as_of: datetime) -> str | None:
    """How long it took where that was too long, "" where it was through in time, None while it runs in its window."""
    due = one.submitted_at + timedelta(minutes=row.window_minutes or 0)
    query = select(UnitAttempt.ended_at).where(UnitAttempt.submission == one.number).distinct()
    known = [end if end and end <= as_of else None for end in connection.execute(query).scalars()]
    ends = [end for end in known if end]
    if not ends or len(ends) < len(known):
        return None if as_of <= due else "not through"
    return "" if max(ends) <= due else f"{_minutes(max(ends) - one.submitted_at)} minutes"


def _minutes(took: timedelta) -> int:
    """Whole minutes, a begun one counted."""
    return -(-took // timedelta(minutes=1))
