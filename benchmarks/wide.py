"""Wide and odd files: many findings, fields and accept units, one huge field, one lone quote in a million rows."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from benchmarks.journals import CONTRACT, write
from benchmarks.memory import peak
from contracts import Contract, load, load_profile
from interfaces import Dialect, write_frames

ASSETS = "finance.fixed_assets"
HUGE = 30_000_000
QUOTED = b"Payroll line 2"  # the text of row 3
PLAIN = Dialect(zipped=False)


def measure(volume: Path, rows: int = 1_000_000) -> Iterator[tuple[str, str, str]]:
    """Yield (figure, value, bar): seconds and peak memory of fresh processes, and the ratio to a plain polars parse."""
    path = volume / "GlInterface.csv"
    write(path, rows, 0.2)
    yield from _compared(f"{rows:,} x 149, 20 % bad cells, all findings", path, CONTRACT, "all")
    write(path, rows, 0.0)
    _with_units(path, 400_000)
    yield from _compared("400,000 x 149, 200,000 accept units", path, CONTRACT)
    path.write_bytes(_put(path.read_bytes(), b"x" * HUGE))
    yield from _compared(f"the same, a field of {HUGE:,} bytes in row 3", path, CONTRACT)
    write(path, rows, 0.0)
    path.write_bytes(_put(path.read_bytes(), b'"' + QUOTED))
    # polars takes the rest of the file for one field: there is no parse to compare with
    yield from _alone(f"{rows:,} x 149, a lone quote in row 3", path, CONTRACT)
    path.unlink()
    assets = volume / "FaMassAdditions.csv"
    _assets(assets, 100_000)
    yield from _compared("100,000 x 422, every field filled", assets, ASSETS)
    assets.unlink()


def _put(data: bytes, field: bytes) -> bytes:
    """The file with another field in its third row."""
    at = data.index(QUOTED + b",")
    return data[:at] + field + data[at + len(QUOTED) :]


def _with_units(path: Path, rows: int) -> None:
    """Keep so many rows, two of them a journal."""
    frame = pl.read_csv(path, has_header=False, infer_schema=False, n_rows=rows)
    place = load(CONTRACT, load_profile("nc_district")).files["gl"].columns["REFERENCE4"].position or 1
    named = pl.format("J-{}", pl.int_range(pl.len()) // 2).alias(frame.columns[place - 1])
    frame.with_columns(named).write_csv(path, include_header=False)


def _assets(path: Path, rows: int) -> None:
    """Write assets without distributions that fill every field which no rule but its type concerns."""
    contract = load(ASSETS, load_profile("oracle"), sample=True)
    example = next(one for one in contract.examples.values() if not one.expects)
    [asset] = example.records["additions"]
    filling = {"number": "1.5", "date": "2026/01/31", "text": "Some text"}
    columns = contract.files["additions"].columns.values()
    values = {column.name: filling[column.type.sort] for column in columns if not column.listed}
    values |= {name: text for name, text in asset.items() if text} | {"DATE_PLACED_IN_SERVICE": "2025/09/15"}
    number = pl.int_range(rows, eager=True).alias("n").to_frame()
    keys = {name: pl.format(f"{name[0]}{{}}", "n") for name in ("MASS_ADDITION_ID", "ASSET_NUMBER", "TAG_NUMBER")}
    exprs = {name: pl.lit(text) for name, text in values.items()} | keys
    frame = number.select(value.alias(name) for name, value in exprs.items())
    write_frames(path, contract, {"additions": frame}, dialect=PLAIN)


def _compared(name: str, path: Path, contract: str, findings: str = "") -> Iterator[tuple[str, str, str]]:
    parsed, checked = _run("parse", path, contract), _run(f"check {findings}".strip(), path, contract)
    yield f"{name}: check / plain parse of all columns", f"{checked[0] / parsed[0]:.2f}", ""
    yield f"{name}: plain parse, check", f"{parsed[0]:.1f} s, {checked[0]:.1f} s", ""
    yield f"{name}: peak memory of parse, of check", f"{parsed[1]:.0f} MB, {checked[1]:.0f} MB", ""
    yield f"{name}: findings, accept units", f"{checked[2]:,.0f}, {checked[3]:,.0f}", ""


def _alone(name: str, path: Path, contract: str) -> Iterator[tuple[str, str, str]]:
    checked = _run("check", path, contract)
    yield f"{name}: check", f"{checked[0]:.1f} s", "< 60 s"
    yield f"{name}: peak memory", f"{checked[1]:.0f} MB", ""
    yield f"{name}: findings, accept units", f"{checked[2]:,.0f}, {checked[3]:,.0f}", ""


def _run(what: str, path: Path, contract: str) -> tuple[float, ...]:
    """Seconds, peak MB, findings and units of one fresh process, so that no run warms the next."""
    command = [sys.executable, "-m", "benchmarks.wide", what, str(path), contract]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return tuple(map(float, done.stdout.split()))


def _child(what: str, path: Path, identity: str) -> None:
    findings = units = 0
    if what == "parse":
        begun = time.perf_counter()
        pl.read_csv(path, has_header=False, infer_schema=False, truncate_ragged_lines=True)
    else:
        from harness import check, read

        contract = _contract(identity)
        begun = time.perf_counter()
        result = check(read(path, contract), contract, all_findings=what == "check all")
        findings, units = sum(rule.findings for rule in result.rules), result.submitted
    print(time.perf_counter() - begun, peak(), findings, units)


def _contract(identity: str) -> Contract:
    return load(identity, load_profile("nc_district" if identity == CONTRACT else "oracle"))


if __name__ == "__main__":
    _child(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
