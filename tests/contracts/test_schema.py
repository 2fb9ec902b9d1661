"""A contract's file is a pandera schema; the fused backend finds what pandera's own finds."""

# ruff: noqa: E501 - contracts and their tables read better in one line

from __future__ import annotations

import pandera.polars as pa
import polars as pl
import pytest
from contract_texts import build, frame, one_file, rule
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandera.errors import SchemaError, SchemaErrors

from contracts import Contract, ContractSchema, schema

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
        return errors.failure_cases
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


def test_not_lazy_the_first_fault_is_raised(contract: Contract) -> None:
    with pytest.raises(SchemaError):
        schema(contract, "f", OTHER).validate(frame([{**GOOD[0], "K": None}]))


def test_the_numbers_of_the_reader_are_kept(contract: Contract) -> None:
    payload = frame([{**GOOD[0], "L": "y"}]).with_columns(pl.lit(7, dtype=pl.UInt32).alias("_row"))
    assert set(cases(schema(contract, "f", OTHER), payload)["row"]) == {7}


def test_checks_are_named_by_rule_id(contract: Contract) -> None:
    checked = schema(contract, "f")
    assert [check.name for check in checked.checks] == [
        one.id for one in contract.rules.values() if one.file == "f" and one.kind != "shape"
    ]


def test_panderas_own_schemas_keep_their_own_backend(contract: Contract) -> None:
    stock = pa.DataFrameSchema({"a": pa.Column(pl.Int64, pa.Check.gt(1))})
    assert type(stock.get_backend(pl.DataFrame())) is not type(schema(contract, "f").get_backend(pl.DataFrame()))
    assert isinstance(schema(contract, "f"), ContractSchema)
    found = cases(stock, pl.DataFrame({"a": [1, 2]}))
    assert found["failure_case"].to_list() == ["1"] or found["failure_case"].to_list() == [1]


pool = {
    "K": [None, "a", "b", "abc", "Z", "#NULL"],
    "N": [None, "0", "1", "2.5", "-9", "x", "1.25"],
    "F": [None, "Y", "N", "?"],
    "S": [None, "2025-01-01", "2025-02-01", "2025-07-01", "2025-02-30"],
    "E": [None, "2025-01-31", "2024-01-01", "x"],
    "L": [None, "x", "y"],
}
records = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in pool.items()})
others = st.lists(
    st.fixed_dictionaries({"K": st.sampled_from([None, "a", "b"]), "M": st.sampled_from([None, "1", "2", "x"])}),
    min_size=1,
    max_size=3,
)


@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(st.lists(records, min_size=1, max_size=6), others)
def test_fused_and_stock_backend_find_the_same(
    contract: Contract, rows: list[dict[str, str | None]], other: list[dict[str, str | None]]
) -> None:
    checked = schema(contract, "f", {"g": frame(other)})
    payload = frame(rows, list(pool))
    fused = cases(checked, payload)
    stock = cases(pa.DataFrameSchema(checks=checked.checks), payload)
    ours = set(fused.select("rule", "row").iter_rows()) if fused.height else set()
    theirs = (
        {(rule_, index + 1) for rule_, index in stock.select("check", "index").iter_rows()} if stock.height else set()
    )
    assert ours == theirs
