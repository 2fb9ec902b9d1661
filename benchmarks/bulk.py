"""GL journals generated at volume, valid or one block in a hundred with a fault: in memory, and as a zip."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.memory import peak
from contracts import load, load_profile
from harness.generate.bulk import plan
from interfaces import write_frames

CONTRACT = "finance.gl_journals"
TIMES = 3  # each figure is the median of so many fresh processes


def measure(folder: Path, rows: int) -> Iterator[tuple[str, str, str]]:
    """Yield (figure, value, bar)."""
    for words, share in (("valid", 0.0), ("1 % faults", 0.01)):
        runs = [_run(folder / "GlInterface.zip", rows, share) for _ in range(TIMES)]
        prepared, made, written, peak = (statistics.median(figures) for figures in zip(*runs, strict=True))
        name = f"{rows:,} GL lines generated, {words}"
        yield f"{name}: lines a second, once prepared", f"{rows / made:,.0f}", ">= 300,000"
        yield f"{name}: lines a second, all in all", f"{rows / (prepared + made):,.0f}", ">= 300,000"
        yield f"{name}: lines a second, all in all with the zip", f"{rows / (prepared + made + written):,.0f}", ""
        yield f"{name}: preparing, making, zip", f"{prepared:.1f} s, {made:.1f} s, {written:.1f} s", ""
        yield f"{name}: peak memory", f"{peak:,.0f} MB", ""


def _run(path: Path, rows: int, share: float) -> tuple[float, ...]:
    """Seconds of preparing, making and writing, and peak MB, of one fresh process, so that no run warms the next."""
    command = [sys.executable, "-m", "benchmarks.bulk", str(path), str(rows), str(share)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return tuple(map(float, done.stdout.split()))


def _child(path: Path, rows: int, share: float) -> None:
    contract = load(CONTRACT, load_profile("nc_district"))
    begun = time.perf_counter()
    ready = plan(contract, rows, seed=7, faults=share or None)
    prepared = time.perf_counter()
    made = ready.bulk()
    generated = time.perf_counter()
    write_frames(path, contract, made.frames)
    written = time.perf_counter()
    most = peak()
    print(prepared - begun, generated - prepared, written - generated, most)


if __name__ == "__main__":
    _child(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
