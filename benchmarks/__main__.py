"""Run every benchmark and print one table."""

from __future__ import annotations

import os
import sys
import tempfile
from itertools import chain
from pathlib import Path

from benchmarks import bulk, deliveries, journals, library, raid, reports, startup, suites


def main() -> None:
    """Print figure, value and bar of every measurement."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, {rows:,} rows of GL journals")
    with tempfile.TemporaryDirectory() as folder:
        volume = Path(folder)
        parts = (
            startup.measure(),
            journals.measure(volume, rows),
            bulk.measure(volume, rows),
            deliveries.measure(volume),
            raid.measure(volume),
            reports.measure(volume),
            library.measure(),
            suites.measure(),
        )
        for figure, value, bar in chain.from_iterable(parts):
            print(f"{figure:<72} {value:>12}   {bar}", flush=True)


main()
