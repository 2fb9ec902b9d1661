"""GL journals at volume: check against a plain polars parse of the same file in the same minute."""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from benchmarks.memory import peak
from contracts import Contract, load, load_profile

CONTRACT = "finance.gl_journals"
PAIRS = 3  # each ratio is the median of so many pairs of runs


def measure(folder: Path, rows: int) -> Iterator[tuple[str, str, str]]:
    """Yield (figure, value, bar) for a clean file and one with 1 % bad cells."""
    for name, bad, bar in (("clean", 0.0, "<= 2.0"), ("1 % bad cells", 0.01, "<= 2.5")):
        path = folder / "GlInterface.csv"
        write(path, rows, bad)
        pairs = [(_seconds("parse", path), _seconds("check", path)) for _ in range(PAIRS)]
        ratio = statistics.median(check[0] / parse[0] for parse, check in pairs)
        parse = statistics.median(pair[0][0] for pair in pairs)
        check = statistics.median(pair[1][0] for pair in pairs)
        yield f"{rows:,} x 149, {name}: check / plain parse of all columns", f"{ratio:.2f}", bar
        yield f"{rows:,} x 149, {name}: plain parse, check", f"{parse:.1f} s, {check:.1f} s", ""
        peaks = f"{max(pair[0][1] for pair in pairs)} MB, {max(pair[1][1] for pair in pairs)} MB"
        yield f"{rows:,} x 149, {name}: peak memory of parse, of check", peaks, ""
        yield f"{rows:,} x 149, {name}: findings, accept units", f"{pairs[0][1][2]:,}, {pairs[0][1][3]:,}", ""


def write(path: Path, rows: int, bad: float, *, journal: int = 20, at_once: int = 1_000_000) -> None:
    """Write balanced journals, drawn from the profile's lists; ``bad`` = share of the used cells spoilt."""
    contract = load(CONTRACT, load_profile("nc_district"))
    chance = random.Random(7)
    with path.open("wb") as file:
        for first in range(0, rows, at_once):
            _lines(contract, chance, range(first, min(first + at_once, rows)), bad, journal).write_csv(
                file, include_header=False
            )


def _lines(contract: Contract, chance: random.Random, numbers: range, bad: float, journal: int) -> pl.DataFrame:
    combinations = contract.lists["account_combination"].rows
    assert combinations is not None
    valid = combinations.filter(pl.col("valid_to").is_null() & pl.col("fund").is_in(["2", "5"]))
    rows = len(numbers)
    picks = [chance.randrange(valid.height) for _ in range(rows)]
    account = valid[picks]
    cents = [chance.randrange(100, 1_000_000) for _ in range(rows // 2)]
    amounts = pl.Series([f"{value / 100:.2f}" for value in cents for _ in (0, 1)])
    index = pl.int_range(numbers.start, numbers.stop, eager=True)
    debit = (index % 2) == 0
    used = {
        "STATUS": pl.lit("NEW"),
        "ACCOUNTING_DATE": pl.Series([f"2026/11/{1 + (number // journal) % 28:02d}" for number in numbers]),
        "USER_JE_SOURCE_NAME": pl.lit("Payroll"),
        "USER_JE_CATEGORY_NAME": pl.lit("Payroll"),
        "CURRENCY_CODE": pl.lit("USD"),
        "DATE_CREATED": pl.lit("2026/11/20"),
        "ACTUAL_FLAG": pl.lit("A"),
        **{f"SEGMENT{at}": account[name] for at, name in enumerate(account.columns[:7], start=1)},
        "ENTERED_DR": pl.DataFrame({"a": amounts, "d": debit}).select(pl.when("d").then("a")).to_series(),
        "ENTERED_CR": pl.DataFrame({"a": amounts, "d": debit}).select(pl.when(~pl.col("d")).then("a")).to_series(),
        "REFERENCE1": pl.lit("PAY 2026-11"),
        "REFERENCE4": pl.Series([f"PAY-{number // journal:06d}" for number in numbers]),
        "REFERENCE10": pl.Series([f"Payroll line {number}" for number in numbers]),
        "GROUP_ID": pl.lit("7"),
        "LEDGER_NAME": pl.lit("District Ledger"),
        "PERIOD_NAME": pl.lit("Nov-26"),
    }
    frame = pl.DataFrame({"index": index}).with_columns(
        (value if isinstance(value, pl.Expr) else pl.lit(value)).alias(name) for name, value in used.items()
    )
    if bad:
        frame = _spoil(frame, list(used), bad)
    return frame.select(
        pl.col(name) if name in used else pl.lit(None, dtype=pl.String).alias(name)
        for name in contract.files["gl"].columns
    )


def _spoil(frame: pl.DataFrame, names: list[str], share: float) -> pl.DataFrame:
    """Replace this share of the filled cells by a text that breaks nearly every facet."""
    every = round(1 / share)
    # another prime for each column spreads the bad cells over the rows
    primes = (7919, 7927, 7933, 7937, 7949, 7951, 7963, 7993, 8009, 8011, 8017, 8039)
    return frame.with_columns(
        pl.when(pl.col(name).is_not_null() & ((pl.col("index") * primes[at % len(primes)] + at * 31) % every == 0))
        .then(pl.lit("?!"))
        .otherwise(pl.col(name))
        .alias(name)
        for at, name in enumerate(names)
    )


def _seconds(what: str, path: Path) -> tuple[float, int, int, int]:
    """Seconds, peak MB, findings and units of one fresh process, so that no run warms the next."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.journals", what, str(path)], check=True, capture_output=True, text=True
    )
    seconds, peak, findings, units = done.stdout.split()
    return float(seconds), int(peak), int(findings), int(units)


def _child(what: str, path: Path) -> None:
    if what == "parse":
        begun = time.perf_counter()
        pl.read_csv(path, has_header=False, infer_schema=False)
        findings = units = 0
    else:
        from harness import check, read

        contract = load(CONTRACT, load_profile("nc_district"))
        begun = time.perf_counter()
        result = check(read(path, contract), contract, all_findings=True)
        findings, units = result.findings.height, result.submitted
    seconds = time.perf_counter() - begun
    print(seconds, peak(), findings, units)


if __name__ == "__main__":
    _child(sys.argv[1], Path(sys.argv[2]))
