"""The same file by every engine in the same run: ours, its referee in DuckDB, and stock pandera.polars."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import polars as pl

from benchmarks.journals import CONTRACT, write
from benchmarks.memory import peak
from contracts import Contract, load, load_profile

WAYS = {
    "parse": "plain polars parse of all columns",
    "polars": "check, findings of all rules",
    "duckdb": "check by the referee, findings of all rules",
    "pandera": "read, and pandera.polars with the exported module",
}


def measure(folder: Path, rows: int) -> Iterator[tuple[str, str, str]]:
    """Yield (figure, value, bar): seconds, peak memory and findings of fresh processes, one after the other."""
    path = folder / "GlInterface.csv"
    for name, bad in (("clean", 0.0), ("1 % bad cells", 0.01)):
        write(path, rows, bad)
        for way, words in WAYS.items():
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.engines", way, str(path)],
                check=True, capture_output=True, text=True,
            )  # fmt: skip
            seconds, most, rules, findings = done.stdout.split()
            told = f", {int(rules):,} rules, {int(findings):,} findings" if int(rules) else ""
            yield (
                f"{rows:,} x 149, {name}: {words}",
                f"{float(seconds):.2f} s",
                f"{int(most):,} MB{told}",
            )


def _child(way: str, path: Path) -> None:
    contract = load(CONTRACT, load_profile("nc_district"))
    module = _module(contract) if way == "pandera" else None
    begun = time.perf_counter()
    rules = findings = 0
    if way == "parse":
        pl.read_csv(path, has_header=False, infer_schema=False)
    elif module:
        rules, findings = _by_pandera(module, path, contract)
    else:
        from harness import check, read
        from harness.engines import engine_named

        with engine_named(way) as engine:
            result = check(read(path, contract), contract, all_findings=True, engine=engine)
        rules = sum(rule.status in ("passed", "failed") for rule in result.rules)
        findings = result.findings.height
    print(time.perf_counter() - begun, peak(), rules, findings)


def _module(contract: Contract) -> ModuleType:
    from reports.exports.pandera_module import pandera_module

    module = ModuleType("exported")
    sys.modules[module.__name__] = module  # its dataclasses look for it
    exec(compile(pandera_module(contract), module.__name__, "exec"), module.__dict__)
    return module


def _by_pandera(module: ModuleType, path: Path, contract: Contract) -> tuple[int, int]:
    from pandera.errors import SchemaErrors

    from harness import read

    frame, checked = read(path, contract).frames["gl"], module.SCHEMAS["gl"]
    try:
        checked.validate(frame, lazy=True)
    except SchemaErrors as errors:
        return len(checked.checks), errors.failure_cases.height
    return len(checked.checks), 0


if __name__ == "__main__":
    _child(sys.argv[1], Path(sys.argv[2]))
