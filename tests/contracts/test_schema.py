"""A contract's file is a pandera schema; the fused backend finds what pandera's own finds."""

# ruff: noqa: E501 - contracts and their tables read better in one line

from __future__ import annotations

import pandera.polars as pa
import polars as pl
import pytest
from contract_texts import build, frame, one_file, rule
from pandera.errors import SchemaErrors

from contracts import Contract, schema

RULES = (
    rule(10, "check: N > 0 OR K = 'a'", when="F = 'Y'")
    + rule(20, "group_by: [K], check: 'SUM(N) <= 3'")
    + rule(30, "unique: [K, N]")
    + rule(40, "exists: {columns: [K], in: g, match: [K]}")
    + rule(50, "totals: {by: [K], here: N, in: g, there: SUM(M)}")
    + rule(60, "in_list: {columns: [K, F], list: pairs, match: [k, f]}")
    + rule(70, "within: {column: S, list: periods, from: start, to: end}")
    + rule(80, "disjoint: {by: [F]}")
    + rule(90, "in_list: {columns: [K], list: nowhere, match: [k]}")
).replace("{title", "{file: f, title")
BODY = one_file(
    """\
    {name: K, type: text(2), required: true, one_of: [a, b, abc], pattern: "[a-z]+"}
    {name: N, type: "number(3,1)", range: [-5, 5]}
    {name: F, type: flag, required: N IS NOT NULL}
    {name: S, type: date}
    {name: E, type: date}
    {name: L, type: text, list: letters}
    """,
    more="history: {key: [K], from: S, to: E}",
    lists="""\
        pairs: {rows: [{k: a, f: Y}, {k: b, f: N}]}
        periods: {rows: [{start: 2025-01-01, end: 2025-06-30}]}
        letters: {values: [x]}
        nowhere: {about: not bound, columns: [k]}
        """.replace("\n        ", "\n"),
    rules=RULES,
).replace("lists:", "  g: {name: g.csv, accept_unit: [K], csv: {header: true}, columns: [{name: K, type: text}, {name: M, type: number}]}\nlists:", 1)  # fmt: skip


@pytest.fixture(scope="module")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    return build(tmp_path_factory.mktemp("district"), BODY)


def cases(checked: pa.DataFrameSchema, payload: pl.DataFrame) -> pl.DataFrame:
    try:
        checked.validate(payload, lazy=True)
    except SchemaErrors as errors:
        found: pl.DataFrame = errors.failure_cases
        return found
    return pl.DataFrame()


GOOD: list[dict[str, str | None]] = [{"K": "a", "N": "1", "F": "Y", "S": "2025-01-01", "E": "2025-01-31", "L": "x"}]
OTHER = {"g": frame([{"K": "a", "M": "1"}])}


def test_a_good_frame_comes_back(contract: Contract) -> None:
    payload = frame(GOOD)
    assert schema(contract, "f", OTHER).validate(payload, lazy=True).equals(payload)


def test_failure_cases_name_rule_row_column_and_value(contract: Contract) -> None:
    rows = [
        *GOOD,
        {**GOOD[0], "K": "b", "N": "x", "F": "N"},
        {**GOOD[0], "L": "y", "S": "2025-02-01", "E": None, "N": "0"},
    ]
    found = cases(schema(contract, "f", {"g": frame([{"K": "a", "M": "1"}, {"K": "b", "M": "2"}])}), frame(rows))
    assert found.columns[:4] == ["rule", "row", "column", "value"]
    wanted = {("f.N.type", 2, "N", "x"), ("f.L.list", 3, "L", "y")}
    assert wanted <= set(found.select("rule", "row", "column", "value").iter_rows())


def test_the_numbers_of_the_reader_are_kept(contract: Contract) -> None:
    payload = frame([{**GOOD[0], "L": "y"}]).with_columns(pl.lit(7, dtype=pl.UInt32).alias("_row"))
    assert set(cases(schema(contract, "f", OTHER), payload)["row"]) == {7}


def test_checks_are_named_by_rule_id(contract: Contract) -> None:
    checked = schema(contract, "f")
    assert [check.name for check in checked.checks] == [
        one.id for one in contract.rules.values() if one.file == "f" and one.kind != "shape"
    ]


def test_a_required_column_that_is_nowhere_in_the_frame_fails_in_every_record_for_pandera_too(
    contract: Contract,
) -> None:
    checked, payload = schema(contract, "f", OTHER), frame([{"L": "x"}, {"L": "x"}])
    fused, stock = cases(checked, payload), cases(pa.DataFrameSchema(checks=checked.checks), payload)
    assert fused.filter(rule="f.K.required")["row"].to_list() == [1, 2]
    assert stock.filter(check="f.K.required")["index"].to_list() == [0, 1]
