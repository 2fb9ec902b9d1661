"""A million lines of Worker.dat, read and checked with all rules of ``hr.workers``; a plain split of them beside it.

The library's contract: person numbers of the district have six digits, too few for a million lines.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from benchmarks.memory import peak
from contracts import load
from harness.generate.bulk import plan
from interfaces import HdlDialect, write_frames

CONTRACT = "hr.workers"
TIMES = 3
ORDINARY = 30  # characters
PEER = 3.95 / 200_000  # seconds a line of the known peer, which checks 200,000 lines in 3.95 s with 236 MB


def measure(folder: Path, rows: int) -> Iterator[tuple[str, str, str]]:
    """Yield (figure, value, bar)."""
    path = folder / "Worker.dat"
    lines = _write(path, rows)
    runs = [_run(path) for _ in range(TIMES)]
    split, seconds, peak, findings, units = (statistics.median(figures) for figures in zip(*runs, strict=True))
    width = path.stat().st_size / lines
    name = f"Worker.dat, {lines:,} lines of {width:.0f} bytes in ten components, {units:,.0f} workers"
    yield f"{name}: read and checked", f"{seconds:.1f} s, {lines / seconds:,.0f} lines a second", ""
    yield f"{name}: times as fast per line as the known peer", f"{PEER * lines / seconds:.1f}", ">= 5"
    yield f"{name}: ratio to a plain split of its lines", f"{seconds / split:.1f}", ""
    yield f"{name}: peak memory; findings", f"{peak:,.0f} MB; {findings:,.0f}", ""


def _write(path: Path, rows: int) -> int:
    contract = load(CONTRACT, sample=True)
    made = plan(contract, rows, seed=7).bulk().frames
    frames = {file: _as_sent(frame) for file, frame in made.items()}
    write_frames(path, contract, frames, dialect=HdlDialect(zipped=False))
    return sum(frame.height for frame in frames.values())


def _as_sent(frame: pl.DataFrame) -> pl.DataFrame:
    """The records as senders write them: no attribute that no line fills, no text as wide as its column may be."""
    filled = frame.select(one for one in frame.iter_columns() if one.null_count() < frame.height)
    text = pl.col(pl.String)
    # the end of a generated key has its number: what was apart stays apart, and what belonged together together
    return filled.with_columns(pl.when(text.str.len_chars() > ORDINARY).then(text.str.tail(ORDINARY)).otherwise(text))


def _run(path: Path) -> tuple[float, ...]:
    command = [sys.executable, "-m", "benchmarks.hdl", str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return tuple(map(float, done.stdout.split()))


def _child(path: Path) -> None:
    from harness import check, read

    contract = load(CONTRACT, sample=True)
    begun = time.perf_counter()
    result = check(read(path, contract), contract)
    seconds = time.perf_counter() - begun
    most = peak()
    begun = time.perf_counter()
    with path.open(encoding="utf-8") as file:
        for line in file:
            line.rstrip("\n").split("|")
    split = time.perf_counter() - begun
    print(split, seconds, most, sum(rule.findings for rule in result.rules), result.submitted)


if __name__ == "__main__":
    _child(Path(sys.argv[1]))
