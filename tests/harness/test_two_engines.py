"""Whole checks by the polars engine and by its referee in SQL: the same verdicts on shipped and generated payloads."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from random import Random

import pytest

from contracts import ORACLE, Records, evaluate, frames, load_profile
from contracts.sql import SqlEngine, duckdb_engine
from harness import Composer, ContractError, check, load, read
from test_suites.often import each_once

DISTRICT = load_profile("nc_district")
assert DISTRICT.path is not None
SHIPPED = sorted((DISTRICT.path / "payloads").rglob("*.zip"))
FEW = [min((DISTRICT.path / "payloads" / name).iterdir()) for name in ("FIN-01a", "FIN-06a", "HR-01a")]
AS_OF = date(2026, 11, 28)


@cache
def engine() -> SqlEngine:
    return duckdb_engine(threads=1)  # payloads are small


@pytest.mark.parametrize(
    "path",
    [pytest.param(one, marks=[] if one in FEW else pytest.mark.slow) for one in SHIPPED],
    ids=lambda path: f"{path.parent.name}-{path.stem}",
)
def test_a_shipped_payload_gets_the_same_result_from_both_engines(path: Path) -> None:
    identity = DISTRICT.register[path.parent.name].contracts[0]  # what the payload is named for
    contract = load(identity, DISTRICT)
    payload = read(path, contract)
    ours = check(payload, contract, as_of=AS_OF, all_findings=True)
    theirs = check(payload, contract, as_of=AS_OF, all_findings=True, engine=engine().evaluate)
    assert theirs.rules == ours.rules
    assert theirs.findings.equals(ours.findings)
    assert theirs.units.equals(ours.units)
    assert theirs.predictions.equals(ours.predictions)


@pytest.mark.slow
@pytest.mark.parametrize(("profile", "identity"), each_once())
def test_generated_payloads_get_the_same_verdicts_from_both_engines(profile: str, identity: str) -> None:
    contract = load(identity, profile, sample=profile == ORACLE)
    try:
        composer = Composer(contract)
    except ContractError as error:
        pytest.skip(f"no payload can be generated: {error.what}")
    batch = [Records(contract, frames(contract, composer.compose(Random(seed)))) for seed in range(20)]
    for records, found in zip(batch, engine().evaluate_all(contract, batch), strict=True):
        for file in records.ready:
            pairs = zip(evaluate(contract, file, records), found[file], strict=True)
            assert [
                (one.rule.id, one.status, other.status)
                for one, other in pairs
                if (one.status, one.rows.to_list()) != (other.status, other.rows.to_list())
            ] == []
