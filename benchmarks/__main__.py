"""Run all benchmarks, or those that are named, and print one table."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from benchmarks import (
    bulk,
    deliveries,
    engines,
    hdl,
    jobs,
    journals,
    library,
    raid,
    reports,
    startup,
    streaming,
    suites,
    wide,
)

Figures = Iterator[tuple[str, str, str]]

BENCHMARKS: Mapping[str, Callable[[Path, int], Figures]] = {
    "startup": lambda folder, rows: startup.measure(),
    "journals": journals.measure,
    "engines": engines.measure,
    "hdl": hdl.measure,
    "wide": wide.measure,
    "bulk": bulk.measure,
    "jobs": jobs.measure,
    "deliveries": lambda folder, rows: deliveries.measure(folder),
    "raid": lambda folder, rows: raid.measure(folder),
    "reports": lambda folder, rows: reports.measure(folder),
    "library": lambda folder, rows: library.measure(),
    "suites": lambda folder, rows: suites.measure(),
    "streaming": streaming.measure,
}
ROWS = 1_000_000


def main() -> None:
    """Print figure, value and bar of every measurement."""
    names, rows = _asked()
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            own = Path(folder) / name
            own.mkdir()
            for figure, value, bar in BENCHMARKS[name](own, rows or _usual(name)):
                print(f"{figure:<72} {value:>12}   {bar}", flush=True)


def _usual(name: str) -> int:
    """Records of a benchmark's large file where the command line says nothing."""
    return streaming.ROWS if name == "streaming" else ROWS


def _asked() -> tuple[list[str], int | None]:
    """The benchmarks and the rows that the command line names; ends with words where it names none that exist."""
    parser = argparse.ArgumentParser("python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(BENCHMARKS)} (default: all)")
    usual = f"records of a large file (default: {ROWS:,}, of streaming {streaming.ROWS:,})"
    parser.add_argument("--rows", type=int, help=usual)
    told = parser.parse_args()
    if unknown := [name for name in told.names if name not in BENCHMARKS]:
        parser.error(f"no benchmark: {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    if told.rows is not None and told.rows < 1:
        parser.error("--rows is at least 1")
    return told.names or list(BENCHMARKS), told.rows


main()
