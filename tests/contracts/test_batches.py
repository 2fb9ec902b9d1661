"""Records that come part by part: the same units, and the same failing records of every rule, as all at once."""

from __future__ import annotations

import errno
from pathlib import Path
from random import Random

import polars as pl
import pytest
from contract_texts import build, one_file, rule
from test_sql_engine import odd_payload, with_sample

from contracts import Contract, Records, RuleOutcome, evaluate, frames, parents_first
from contracts.batches import Batches, write_part

Failing = dict[str, list[int]]


def numbered(contract: Contract, payload: object) -> dict[str, pl.DataFrame]:
    """Frames as a reader gives them, blank texts null."""
    texts = pl.col(pl.String)
    return {
        name: frame.with_columns(pl.when(texts != "").then(texts).name.keep()).with_columns(
            pl.int_range(1, frame.height + 1, dtype=pl.UInt32, eager=True).alias(number) for number in ("_row", "_line")
        )
        for name, frame in frames(contract, payload).items()  # type: ignore[arg-type]
    }


def at_once(contract: Contract, payload: dict[str, pl.DataFrame]) -> tuple[Failing, dict[str, list[int]]]:
    """Failing records by rule, and the units of all records by file."""
    records = Records(contract, payload)
    found = [one for name in records.ready for one in evaluate(contract, name, records)]
    return failing(found), {name: records.unit(name).to_list() for name in records.ready}


def in_parts(
    contract: Contract, payload: dict[str, pl.DataFrame], folder: Path, size: int
) -> tuple[Failing, dict[str, list[int]]]:
    """The same of parts of so many records."""
    folder.mkdir()
    records, found = Batches(contract, folder), dict[str, list[int]]()
    for name in parents_first(contract, payload):
        for at in range(0, max(payload[name].height, 1), size):
            records.add(name, payload[name].slice(at, size))
            for rule_id, rows in failing(evaluate(contract, name, records, scope="batch")).items():
                found.setdefault(rule_id, []).extend(at + row for row in rows)
        records.complete(name)
    with pl.Config(engine_affinity="streaming"):
        for name in records.ready:
            found |= failing(evaluate(contract, name, records, scope="across"))
    return found, {name: records.unit(name).to_list() for name in records.ready}


def failing(outcomes: list[RuleOutcome]) -> Failing:
    return {one.rule.id: one.rows.to_list() for one in outcomes if one.rows.len()}


@pytest.mark.parametrize("size", [1, 2, 3])
def test_units_and_failing_records_do_not_depend_on_the_parts(tmp_path: Path, size: int) -> None:
    contract = with_sample(tmp_path)
    for seed in range(10 * size, 10 * size + 10):
        payload = numbered(contract, odd_payload(contract, Random(seed)))
        assert in_parts(contract, payload, tmp_path / str(seed), size) == at_once(contract, payload), seed


@pytest.mark.slow
def test_units_and_failing_records_of_many_payloads_do_not_depend_on_the_parts(tmp_path: Path) -> None:
    contract = with_sample(tmp_path)
    for seed in range(1000, 1120):
        payload = numbered(contract, odd_payload(contract, Random(seed)))
        assert in_parts(contract, payload, tmp_path / str(seed), 1 + seed % 4) == at_once(contract, payload), seed


def test_records_of_a_unit_find_together_however_far_apart_they_lie(tmp_path: Path) -> None:
    columns = "{name: K, type: text}\n{name: N, type: number}"
    body = one_file(columns, rules=rule(10, "group_by: accept_unit, check: SUM(N) = 0"))
    contract = build(tmp_path, body.replace("accept_unit: [_row]", "accept_unit: [K]"))
    rows = [{"K": f"k{number % 500}", "N": "1" if number < 500 else "-1"} for number in range(1000)]
    rows[999]["N"] = "-2"
    payload = numbered(contract, {"f": rows})
    found, units = in_parts(contract, payload, tmp_path / "parts", 90)
    assert found == {"DM-010": [499, 999]}
    assert units["f"] == [*range(500), *range(500)]


def of_all(frame: pl.DataFrame, _: Records) -> list[int]:
    return frame["_row"].to_list()


def test_a_python_rule_is_not_checked_where_its_file_is_not_held_whole(tmp_path: Path) -> None:
    body = one_file("{name: K, type: text}", rules=rule(10, "python: test_batches:of_all, why: nothing else says it"))
    contract, folder = build(tmp_path, body), tmp_path / "parts"
    folder.mkdir()
    records = Batches(contract, folder)
    records.add("f", numbered(contract, {"f": [{"K": "a"}]})["f"])
    records.complete("f")
    [outcome] = evaluate(contract, "f", records, scope="across")
    assert (outcome.status, outcome.reason) == (
        "not_checked", "a Python rule reads its file whole: check it without --stream"
    )  # fmt: skip


def test_a_part_that_cannot_be_written_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(OSError) as told:
        write_part(pl.DataFrame({"a": [1]}), tmp_path / "no such folder" / "part.parquet")
    assert told.value.errno == errno.EIO
