"""Many small deliveries to an emulated pod that fails in every known way, taken up again as people would do it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from contracts import Profile, load, load_profile, valid_examples
from harness.delivering import JournaledDeliverer
from harness.destinations import Destination, emulator_of, reached
from harness.resuming import resume, waiting
from harness.running import deliveries, run
from harness.settings import PodSettings
from interfaces import write
from interfaces.emulator import Emulator, Faults
from raid_log import DeliveryRow, Store, open_store

FAULT_RATE = 0.2
RUN = 125
"""Payloads of one run."""
BUDGET = 20.0
"""Minutes for which one delivery is waited for: less than the fault slow_import takes, so that it is taken up again."""
PASSES = 40
"""How often people look after what is not read, at the most."""

_KINDS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "FIN-01b": ("finance.gl_journals", {"GROUP_ID": "{}", "REFERENCE4": "PAY-{}"}),
    "FIN-06a": ("finance.ap_invoices", {"INVOICE_ID": "{}", "INVOICE_NUM": "A-{}", "GROUP_ID": "SET-{}"}),
    "HR-01a": ("hr.workers", {}),
}
"""Interface -> its contract, and the columns whose values name a record."""
_PERSON, _FIRST = "210001", 300_000  # number of the example's worker, and of the first one here


@dataclass(frozen=True)
class Ends:
    """What became of the payloads. ``lost`` and ``twice`` are what must not be."""

    first: Mapping[str, int]  # last step of the journal after the first pass -> deliveries
    passes: int  # all in all
    read: int  # payloads whose outcome was read and recorded
    foreign: int  # payloads whose request the pod takes for another user's: it tells nobody, for ever
    lost: int  # payloads that are neither
    twice: int  # payloads that were loaded more than once, under whatever name


def deliver_many(
    folder: Path, count: int, *, seed: int = 0, after_run: Callable[[int, Emulator], None] = lambda done, pod: None
) -> Ends:
    """Return what became of ``count`` payloads of one unit: journals, invoices and workers in turn.

    Every fault of the emulator strikes in one of five cases. ``after_run`` is told how many payloads have been sent.
    """
    profile = load_profile("nc_district")
    paths = list(_payloads(folder, count, profile))
    faults = Faults.parse("all", rate=FAULT_RATE, seed=seed)
    emulator = emulator_of(profile, faults=faults)
    settings = PodSettings(reply_mb=1, budget_minutes=BUDGET)  # a reply of 10 GB is read up to this limit
    with open_store(f"sqlite:///{folder / 'store.db'}") as store, reached(emulator, settings=settings) as place:
        people = _People(profile, store, emulator, faults, replace(place, lasting=True))
        people.send(paths, after_run)
        first = Counter(row.step for row in store.deliveries())
        passes = 1
        while passes < PASSES and people.look_after(paths):
            passes += 1
        return people.ends(first, passes, len(paths))


def _payloads(folder: Path, count: int, profile: Profile) -> Iterator[Path]:
    """Write the payloads, each with keys of its own, in a folder per interface."""
    contracts = {kind: load(identity, profile) for kind, (identity, _) in _KINDS.items()}
    examples = {kind: next(iter(valid_examples(contract).values())).records for kind, contract in contracts.items()}
    for number in range(_FIRST, _FIRST + count):
        kind = list(_KINDS)[number % len(_KINDS)]
        path = folder / kind / f"{number}.zip"
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, contracts[kind], numbered(examples[kind], number, _KINDS[kind][1]))
        yield path


def numbered(
    records: Mapping[str, Sequence[Mapping[str, str | None]]], number: int, keys: Mapping[str, str]
) -> dict[str, list[dict[str, str | None]]]:
    """Return a copy of an example's records under a number: in the columns of ``keys``, and for the worker's own."""

    def changed(name: str, value: str | None) -> str | None:
        if name in keys:
            return keys[name].format(number)
        return value.replace(_PERSON, str(number)) if value else value

    return {
        file: [{name: changed(name, value) for name, value in row.items()} for row in rows]
        for file, rows in records.items()
    }


@dataclass(frozen=True)
class _People:
    """They send, look into the pod, and take up again what is not read."""

    profile: Profile
    store: Store
    pod: Emulator
    faults: Faults
    place: Destination

    def send(self, paths: Sequence[Path], after_run: Callable[[int, Emulator], None] = lambda done, pod: None) -> None:
        """Deliver and record the payloads, run by run."""
        for begin in range(0, len(paths), RUN):
            deliverer = JournaledDeliverer(self.place, self.store)
            items = deliveries(paths[begin : begin + RUN], self.profile)
            result = run(
                items, self.profile, started_at=datetime.now(UTC), now=lambda: datetime.now(UTC), deliverer=deliverer
            )
            self.store.record(result, self.profile, deliveries=deliverer.recorded)
            after_run(begin + len(items), self.pod)

    def look_after(self, paths: Sequence[Path]) -> bool:
        """Take up what is open and send again what never arrived; False if there was nothing left to do."""
        unread = [row for row in waiting(self.store, self.place.environment) if not self._foreign(row)]
        there = self.pod.taken()
        absent = [row for row in unread if row.step in ("submitting", "unknown") and not there[row.document]]
        present = [row for row in unread if row not in absent]
        for rows, resend in ((present, False), (absent, True)):
            deliverer = JournaledDeliverer(self.place, self.store, resend_unknown=resend)
            list(resume(rows, self.profile, self.store, deliverer))
        begun = {row.payload for row in self.store.deliveries() if row.open or row.step == "read"}
        unsent = [path for path in paths if path.name not in begun]
        self.send(unsent)
        return bool(unread or unsent)

    def ends(self, first: Mapping[str, int], passes: int, count: int) -> Ends:
        """What became of the payloads."""
        rows, taken = self.store.deliveries(), self.pod.taken()
        loads: Counter[str] = Counter()
        for row in rows:
            loads[row.payload] += taken[row.document]
        read = {row.payload for row in rows if row.step == "read" and not row.open}
        foreign = {row.payload for row in rows if row.open and self._foreign(row)}
        twice = sum(loads > 1 for loads in loads.values())
        return Ends(dict(first), passes, len(read), len(foreign), count - len(read | foreign), twice)

    def _foreign(self, row: DeliveryRow) -> bool:
        request = row.request
        return request.isdecimal() and self.faults.strikes("foreign_request", int(request))
