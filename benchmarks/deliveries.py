"""Deliveries to the emulator in process: many small ones among faults, two large ones, and how long P10 takes."""

from __future__ import annotations

import gc
import json
import os
import re
import resource
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, TypeVar

import polars as pl

from benchmarks import journals
from benchmarks.many_deliveries import FAULT_RATE, deliver_many, numbered
from contracts import RunResult, load, load_profile, valid_examples
from harness.delivering import JournaledDeliverer
from harness.destinations import Destination, reached, setup_of_profile
from harness.running import Checked, Delivery, Sent, run
from interfaces import write, zipped
from interfaces.emulator import Emulator
from interfaces.emulator.hdl import load as load_hdl
from interfaces.emulator.imports import JOBS
from raid_log import open_store

SUBMISSIONS, LINES, WORKERS = 1_000, 100_000, 3_000
LOOK = 250  # submissions between two looks at the memory
BAD = 100  # every so many journals or workers, one is to be refused
PARTS = ("check", "send", "load", "import", "reports", "outcomes", "record")
_CALLS = {
    "send": ("import_bulk_data", "hdl_upload", "hdl_create"),
    "load": ("tree", "status", "hdl_status"),  # what is due in the pod happens while it is asked
    "reports": ("download", "hdl_messages"),
}
_FIRST_WORKER = 300_000
_MB = 1024**2

Result = TypeVar("Result")


def measure(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Yield (figure, value, bar)."""
    yield from _many(folder / "many")
    yield from _large(folder / "journals", "journals", LINES, f"{LINES:,} GL lines end to end")
    yield from _large(folder / "workers", "workers", WORKERS, f"{WORKERS:,} workers end to end")
    for effort, bar in (("dev", "<= 60 s"), ("ci", "<= 150 s")):
        yield _promise(effort, bar)


def _many(folder: Path) -> Iterator[tuple[str, str, str]]:
    told = _fresh("many", folder, SUBMISSIONS)
    ends, name = told["ends"], f"{SUBMISSIONS:,} submissions, {FAULT_RATE:.0%} faults of every kind"
    first = ", ".join(f"{count:,} {step}" for step, count in sorted(ends["first"].items()))
    yield f"{name}: after the first pass ({first}); seconds", f"{told['first_seconds']:.0f} s", ""
    yield f"{name}: lost", f"{ends['lost']:,}", "0"
    yield f"{name}: sent twice", f"{ends['twice']:,}", "0"
    yield f"{name}: read after {ends['passes']} passes, all in all {told['seconds']:.0f} s", f"{ends['read']:,}", ""
    yield f"{name}: another user's request, by a fault, so that nobody is told its end", f"{ends['foreign']:,}", ""
    for what in ("resident", "held"):
        sizes = ", ".join(f"{size:,.0f}" for size in told[what])
        of = "memory without what the emulator keeps" if what == "resident" else "kept by the emulator"
        at = ", ".join(f"{done:,}" for done in told["at"])
        yield f"{name}: {of}, MB, after {at}", sizes, "flat" if what == "resident" else ""


def _large(folder: Path, kind: str, count: int, name: str) -> Iterator[tuple[str, str, str]]:
    told = _fresh(kind, folder, count)
    seconds, lines = told["seconds"], told["lines"]
    total = sum(seconds.values())
    yield f"{name}: {', '.join(PARTS)}, s", ", ".join(f"{seconds.get(part, 0):.1f}" for part in PARTS), ""
    yield f"{name}: seconds, lines a second", f"{total:.1f} s, {lines / total:,.0f}", ""
    yield f"{name}: peak memory, the emulator's included", f"{told['peak']:,.0f} MB", ""
    outcomes = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(told["outcomes"].items()))
    yield f"{name}: outcomes ({told['bad']:,} are faulty)", outcomes, ""


def _promise(effort: str, bar: str) -> tuple[str, str, str]:
    """Wall time of the promise that the emulator says what contracts predict, for all contracts of both profiles."""
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "test_suites/property", "-k", "p10"]
    begun = time.perf_counter()
    done = subprocess.run([*command, "--harness-effort", effort], check=False, capture_output=True, text=True)
    seconds = time.perf_counter() - begun
    counts = ", ".join(re.findall(r"\d+ (?:passed|failed|skipped)", done.stdout.rpartition("\n=")[2] or done.stdout))
    return f"promise P10, all contracts, effort {effort}, two workers ({counts})", f"{seconds:.0f} s", bar


def _fresh(kind: str, folder: Path, count: int) -> dict[str, Any]:
    """What a fresh process measured."""
    folder.mkdir(parents=True)
    command = [sys.executable, "-m", "benchmarks.deliveries", kind, str(folder), str(count)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


# --- many


def _many_child(folder: Path, count: int) -> dict[str, Any]:
    at: list[int] = []
    sizes: list[tuple[float, float]] = []
    seconds = [time.perf_counter()]

    def look(done: int, pod: Emulator) -> None:
        if len(sizes) < count // LOOK and done % LOOK == 0:
            gc.collect()
            held = _held(pod)
            at.append(done)
            sizes.append((_resident() - held, held))
        if done == count:
            seconds.append(time.perf_counter())

    ends = deliver_many(folder, count, after_run=look)
    now = time.perf_counter()
    return {
        "ends": asdict(ends), "at": at, "resident": [one / _MB for one, _ in sizes],
        "held": [held / _MB for _, held in sizes], "seconds": now - seconds[0],
        "first_seconds": seconds[1] - seconds[0],
    }  # fmt: skip


def _resident() -> int:
    """Bytes of this process in memory now (Linux)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _held(root: object) -> int:
    """Bytes of everything that an object leads to, code aside."""
    seen: set[int] = set()
    todo: list[object] = [root]
    size = 0
    while todo:
        one = todo.pop()
        if id(one) not in seen and not isinstance(one, type | ModuleType | FunctionType):
            seen.add(id(one))
            size += sys.getsizeof(one)
            todo += gc.get_referents(one)
    return size


# --- large


class StopWatch:
    """Seconds by part. A part that begins inside another one is taken from it."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._parts: list[str] = []
        self._since = 0.0

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Count what happens inside for a part."""
        self._turn()
        self._parts.append(name)
        try:
            yield
        finally:
            self._turn()
            self._parts.pop()

    def around(self, name: str, function: Callable[..., Result]) -> Callable[..., Result]:
        """The function, its seconds counted for a part."""

        def timed(*given: Any, **named: Any) -> Result:
            with self.part(name):
                return function(*given, **named)

        return timed

    def _turn(self) -> None:
        now = time.perf_counter()
        if self._parts:
            self.seconds[self._parts[-1]] += now - self._since
        self._since = now


def _end_to_end(path: Path, contract: str, interface: str) -> tuple[StopWatch, RunResult]:
    """Check, deliver and record one payload as the main job does."""
    watch, profile = StopWatch(), load_profile("nc_district")
    jobs = [replace(job, run=watch.around("import", job.run)) for job in JOBS]
    emulator = Emulator(setup_of_profile(profile), jobs, hdl=watch.around("import", load_hdl))
    with open_store(f"sqlite:///{path.parent / 'store.db'}") as store, reached(emulator) as place:
        _clocked(place, watch)
        deliverer = JournaledDeliverer(place, store)

        def timed(checked: Checked) -> Sent | None:
            with watch.part("outcomes"):
                return deliverer(checked)

        items, now = [Delivery(path, profile.register[interface], contract)], datetime.now(UTC)
        with watch.part("check"):
            result = run(items, profile, started_at=now, now=lambda: datetime.now(UTC), deliverer=timed)
        with watch.part("record"):
            store.record(result, profile, deliveries=deliverer.recorded)
    return watch, result


def _clocked(place: Destination, watch: StopWatch) -> None:
    for part, names in _CALLS.items():
        for name in names:
            setattr(place.client, name, watch.around(part, getattr(place.client, name)))


def _large_child(path: Path, contract: str, interface: str, lines: int, bad: int) -> dict[str, Any]:
    watch, result = _end_to_end(path, contract, interface)
    delivered = result.submissions[0].delivered
    outcomes = Counter(delivered.outcomes["outcome"].to_list() if delivered else ["not delivered"])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": watch.seconds, "outcomes": outcomes, "peak": peak, "lines": lines, "bad": bad}


def _journals_child(folder: Path, rows: int) -> dict[str, Any]:
    """Journals of 20 lines; of some the first line has an account that is not there."""
    plain = folder / "GlInterface.csv"
    journals.write(plain, rows, 0.0)
    at = list(load(journals.CONTRACT, load_profile("nc_district")).files["gl"].columns).index("SEGMENT4")
    frame = pl.read_csv(plain, has_header=False, infer_schema=False).with_row_index("line")
    spoilt = pl.when(pl.col("line") % (20 * BAD) == 0).then(pl.lit("998")).otherwise(pl.nth(at + 1))
    frame.with_columns(spoilt.alias(frame.columns[at + 1])).drop("line").write_csv(plain, include_header=False)
    path = folder / "GlInterface.zip"
    path.write_bytes(zipped({plain.name: plain.read_bytes()}))
    return _large_child(path, journals.CONTRACT, "FIN-01b", rows, len(range(0, rows, 20 * BAD)))


def _workers_child(folder: Path, count: int) -> dict[str, Any]:
    """Hires, with every record that a worker may have; some have a job that is not there."""
    contract = load("hr.workers", load_profile("nc_district"))
    example = next(iter(valid_examples(contract).values())).records
    records: dict[str, list[Mapping[str, str | None]]] = {file: [] for file in example}
    for number in range(_FIRST_WORKER, _FIRST_WORKER + count):
        keys = {"JobCode": "NONE-{}"} if number % BAD == 0 else {}
        for file, rows in numbered(example, number, keys).items():
            records[file] += rows
    path = folder / "Worker.zip"
    write(path, contract, records)
    return _large_child(path, contract.id, "HR-01a", sum(map(len, records.values())), len(range(0, count, BAD)))


_CHILDREN: Mapping[str, Callable[[Path, int], dict[str, Any]]] = {
    "many": _many_child,
    "journals": _journals_child,
    "workers": _workers_child,
}

if __name__ == "__main__":
    print(json.dumps(_CHILDREN[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))))
