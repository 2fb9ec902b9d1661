"""Seconds from a cold start: a check of a three-row file, and all shipped contracts loaded and compiled."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.journals import write

TIMES = 5

_LOAD = """
import time
begun = time.perf_counter()
from contracts import contract_ids, frames, load, load_profile, schema, valid_examples
count = 0
for name in ("oracle", "nc_district"):
    profile = load_profile(name)
    for identity in contract_ids(profile):
        contract = load(identity, profile)
        count += 1
        for file in contract.files:
            schema(contract, file)
print(time.perf_counter() - begun, count)
"""


def measure() -> Iterator[tuple[str, str, str]]:
    """Yield (figure, value, bar)."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "GlInterface.csv"
        write(path, 4, 0.0)
        command = [sys.executable, "-m", "harness", "check", str(path), "--profile", "nc_district", "--quiet"]
        seconds = statistics.median(_timed(command) for _ in range(TIMES))
    yield "harness check of a 4-row file, whole process", f"{seconds:.2f} s", "<= 1.5 s"
    loaded, count = subprocess.run(
        [sys.executable, "-c", _LOAD], check=True, capture_output=True, text=True
    ).stdout.split()
    yield (
        f"load and compile {count} contracts (library and profile), imports included",
        f"{float(loaded):.2f} s",
        "<= 2 s",
    )


def _timed(command: list[str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, check=False, capture_output=True)
    return time.perf_counter() - begun
