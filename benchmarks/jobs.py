"""Payloads checked side by side: ``run`` with two jobs against one, in the same minute."""

from __future__ import annotations

import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import journals
from benchmarks.memory import peak
from contracts import load_profile
from harness.delivering import JournaledDeliverer
from harness.destinations import in_process
from harness.running import deliveries, run
from raid_log import open_store

COPIES = 200
PAIRS = 3  # each ratio is the median of so many pairs of runs
JOBS = 2
AMONG = 20
"""Small payloads that lie around a large one."""


def measure(folder: Path, rows: int) -> Iterator[tuple[str, str, str]]:
    """Yield (figure, value, bar); the large file has ``rows`` records."""
    shipped = load_profile("nc_district").path
    assert shipped
    examples = sorted(path for path in (shipped / "payloads").rglob("*") if path.is_file())
    copies = [_copied(examples[at % len(examples)], folder / "copies", at) for at in range(COPIES)]
    large = folder / "large" / "FIN-01a" / "GlInterface.csv"
    large.parent.mkdir(parents=True)
    journals.write(large, rows, 0.0)
    for name, paths, how, bar in (
        (f"{len(examples)} example deliveries, checked", examples, "check", "<= 1.0"),
        (f"{COPIES} small payloads, checked", copies, "check", "<= 0.7"),
        (f"{COPIES} small payloads, sent to the emulator", copies, "deliver", ""),
        (f"one payload of {rows:,} lines, checked", [large], "check", "<= 1.05"),
        (f"{rows:,} lines among {AMONG} small payloads, checked", [*copies[:AMONG], large], "check", "<= 1.05"),
    ):
        yield from _compared(name, paths, how, bar)


def _compared(name: str, paths: list[Path], how: str, bar: str) -> Iterator[tuple[str, str, str]]:
    pairs = [(_fresh(1, how, paths), _fresh(JOBS, how, paths)) for _ in range(PAIRS)]
    ratio = statistics.median(two[0] / one[0] for one, two in pairs)
    peaks = [[run[2] for run in runs] for runs in zip(*pairs, strict=True)]
    seconds, cpu = ([statistics.median(run[at] for run in runs) for runs in zip(*pairs, strict=True)] for at in (0, 1))
    yield f"{name}: seconds with {JOBS} jobs / with one", f"{ratio:.2f}", bar
    yield f"{name}: seconds with one job, with {JOBS}", f"{seconds[0]:.1f} s, {seconds[1]:.1f} s", ""
    yield f"{name}: seconds of all processes, likewise", f"{cpu[0]:.1f} s, {cpu[1]:.1f} s", ""
    yield f"{name}: peak memory of the process, likewise", f"{max(peaks[0]):,} MB, {max(peaks[1]):,} MB", ""


def _copied(path: Path, folder: Path, number: int) -> Path:
    target = folder / path.parent.name / f"{number:03}_{path.name}"
    target.parent.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copyfile(path, target))


def _fresh(jobs: int, how: str, paths: list[Path]) -> tuple[float, float, int]:
    """Seconds, seconds of all processes, and peak MB of the process that runs, a fresh one."""
    command = [sys.executable, "-m", "benchmarks.jobs", str(jobs), how, *map(str, paths)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds, cpu, memory = done.stdout.split()
    return float(seconds), float(cpu), int(memory)


def _child(jobs: int, how: str, paths: list[Path]) -> None:
    profile = load_profile("nc_district")
    items = deliveries(paths, profile)
    begun, spent = time.perf_counter(), time.process_time()
    with open_store("sqlite://") as store, in_process(profile) as place:
        deliverer = JournaledDeliverer(place, store) if how == "deliver" else None
        started_at = datetime.now(UTC)
        run(items, profile, started_at=started_at, now=lambda: datetime.now(UTC), deliverer=deliverer, jobs=jobs)
    seconds, cpu = time.perf_counter() - begun, time.process_time() - spent
    checkers = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(seconds, cpu + checkers.ru_utime + checkers.ru_stime, peak())


if __name__ == "__main__":
    _child(int(sys.argv[1]), sys.argv[2], [Path(text) for text in sys.argv[3:]])
