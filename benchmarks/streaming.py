"""A file that is never held whole: twenty million GL lines, checked part by part."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from benchmarks.journals import CONTRACT, write
from benchmarks.memory import peak
from contracts import load, load_profile

ROWS = 20_000_000
JOURNAL = 100  # lines of a journal: 200,000 accept units
_LINE = 400  # bytes of a line, and then some
_KEPT = 250  # bytes of it that are kept beside the file


def measure(folder: Path, rows: int) -> Iterator[tuple[str, str, str]]:
    """Yield (figure, value, bar) for a clean file and one with 1 % bad cells; nothing where the disk has no room."""
    needed, free = rows * (_LINE + _KEPT), shutil.disk_usage(folder).free
    if free < needed:
        yield f"{rows:,} x 149 streamed: not measured, {needed / 1e9:.0f} GB are needed in {folder}", "-", ""
        return
    path = folder / "GlInterface.csv"
    for name, bad in (("clean", 0.0), ("1 % bad cells", 0.01)):
        write(path, rows, bad, journal=JOURNAL)
        size = path.stat().st_size
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.streaming", str(path)], check=True, capture_output=True, text=True
        )
        plain, seconds, peak, findings, units = done.stdout.split()
        path.unlink()
        yield f"{rows:,} x 149 ({size / 1e9:.1f} GB), --stream, {name}: peak memory", f"{int(peak):,} MB", "<= 1,024 MB"
        yield (
            f"{rows:,} x 149, --stream, {name}: seconds, rows a second",
            (f"{float(seconds):.0f} s, {rows / float(seconds):,.0f}"),
            "",
        )
        yield (
            f"{rows:,} x 149, --stream, {name}: check / plain streaming parse, nothing kept",
            (f"{float(seconds) / float(plain):.2f}"),
            "",
        )
        yield f"{rows:,} x 149, --stream, {name}: findings, accept units", f"{int(findings):,}, {int(units):,}", ""


def _child(path: Path) -> None:
    from harness.checking import check_stream
    from interfaces import open_stream

    contract = load(CONTRACT, load_profile("nc_district"))
    with tempfile.TemporaryDirectory(dir=path.parent) as name:
        folder = Path(name)
        begun = time.perf_counter()
        result = check_stream(open_stream(path, contract, folder), contract, folder)
        seconds = time.perf_counter() - begun
    most = peak()
    begun = time.perf_counter()
    scan = pl.scan_csv(path, has_header=False, infer_schema=False)
    scan.select(pl.all().null_count()).collect(engine="streaming")
    plain = time.perf_counter() - begun
    print(plain, seconds, most, sum(rule.findings for rule in result.rules), result.submitted)


if __name__ == "__main__":
    _child(Path(sys.argv[1]))
