"""The rules on Spark: the verdicts of the other engines on conditions, examples, breakers and values at the edges."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random

import polars as pl
import pytest
from test_condition_table import GROUPS, ROWS, SORTS, Truth
from test_sql_engine import contract_of, differences, judged, odd_payload, with_sample

from contracts import ORACLE, Records, breakers, evaluate, load, load_profile
from contracts.conditions import parse
from contracts.sql import SPARK, DatabaseError, Session, SqlEngine, condition_sql
from contracts.sql.values import SQL_TYPES
from interfaces import read

pytest.importorskip("pyspark")
if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
    pytest.skip("no Java", allow_module_level=True)

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("spark")]  # one JVM

BRIEF = {
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.shuffle.partitions": "1",
}
"""Nothing is prepared for many records: payloads are small, statements are large."""
CHOSEN = [(ORACLE, "hr.grades")]
"""HDL with histories; a statement takes Spark half a second, and the breakers of all contracts 2,000 of them."""
DISTRICT = load_profile("nc_district")
SHIPPED = ("finance.gl_journals", "finance.ap_invoices", "procurement.suppliers")
"""Contracts of which the district's payloads are judged; those of workers and orders take Spark many minutes."""
RECORDS: Sequence[tuple[str, Mapping[str, str | None], Truth]] = [
    *ROWS,
    ("-N = -9999999999999999999999999999.9999999999", {"N": "9999999999999999999999999999.9999999999"}, True),
    ("ABS(N) = 9999999999999999999999999999.9999999999", {"N": "-9999999999999999999999999999.9999999999"}, True),
    # exact where Spark's own product and quotient are not, ties to the even one
    ("N * M = 0.0000000002", {"N": "0.0000000005", "M": "0.5"}, True),
    ("N * M = 0.0000000004", {"N": "0.0000000007", "M": "0.5"}, True),
    ("N * M = -0.0000000002", {"N": "-0.0000000005", "M": "0.5"}, True),
    ("N * M = 1.0000000004", {"N": "2.0000000007", "M": "0.5"}, True),
    ("N * N = 9999999999999999999999980000", {"N": "99999999999999.9999999999"}, True),
    ("N / M = 0", {"N": "0.0000000001", "M": "2"}, True),
    ("N / M = 0.0000000002", {"N": "0.0000000003", "M": "2"}, True),
    ("N / M = -0.0000000002", {"N": "0.0000000005", "M": "-2"}, True),
    ("N / M = 9999999999999999999999.999999", {"N": "999999999999999999.9999999999", "M": "0.0001"}, True),
    ("N / M = 9999000099990000999900.0099980002", {"N": "999999999999999999.9999999999", "M": "0.00010001"}, True),
    ("N / M = 0", {"N": "1", "M": "9999999999999999999999999999"}, True),
]
"""All cases of a record."""


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    from contracts.sql.on_spark import SparkSqlSession

    folder = tmp_path_factory.mktemp("spark")
    opened = SparkSqlSession("local[2]", folder, BRIEF)
    yield opened
    opened.close()
    assert not list(folder.iterdir())


@pytest.fixture(scope="module")
def engine(session: Session) -> SqlEngine:
    return SqlEngine(session)


def told(
    session: Session, conditions: Sequence[str], records: Sequence[Sequence[Mapping[str, str | None]]], group: bool
) -> list[Truth]:
    """What each condition says of its records; one statement for all."""
    rows = [(case, *(row.get(name) for name in SORTS)) for case, found in enumerate(records) for row in found]
    schema = {"_case": pl.Int32, **dict.fromkeys(SORTS, pl.String)}
    session.load("cases", pl.DataFrame(rows, schema=schema, orient="row"))
    typed = ", ".join(
        f"CAST({SPARK.name(name)} AS {SQL_TYPES[sort]}) AS {SPARK.name(name)}" for name, sort in SORTS.items()
    )
    written = [condition_sql(parse(one, SORTS, group=group), SPARK.name, SPARK) for one in conditions]
    truths = " ".join(f"WHEN {case} THEN ({one})" for case, one in enumerate(written))
    together = "GROUP BY _case" if group else ""
    found = session.rows(
        f"SELECT _case, CASE _case {truths} END AS truth FROM (SELECT _case, {typed} FROM cases) {together}"
    )
    return found.sort("_case")["truth"].to_list()


def test_conditions_on_records_mean_what_sql_says(session: Session) -> None:
    found = told(session, [text for text, _, _ in RECORDS], [[record] for _, record, _ in RECORDS], False)
    assert [
        (text, record, truth, one)
        for (text, record, truth), one in zip(RECORDS, found, strict=True)
        if one is not truth
    ] == []


def test_conditions_on_groups_mean_what_sql_says(session: Session) -> None:
    cases = [*GROUPS, ("SUM(N) = 1", {"N": ["10000000000000000000000000", "1"]}, None)]
    records = [
        [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)] for _, columns, _ in cases
    ]
    found = told(session, [text for text, _, _ in cases], records, True)
    assert [
        (text, columns, truth, one)
        for (text, columns, truth), one in zip(cases, found, strict=True)
        if one is not truth
    ] == []


def test_engines_agree_on_values_at_the_edges_of_their_types_and_every_kind_of_rule_fails(
    tmp_path: Path, engine: SqlEngine
) -> None:
    contract = with_sample(tmp_path)
    batch = judged(contract, [odd_payload(contract, Random(seed)) for seed in range(60)])
    assert differences(contract, batch, by=engine) == []
    outcomes = [one for records in batch for file in records.ready for one in evaluate(contract, file, records)]
    failing = {one.rule.kind for one in outcomes if one.rows.len()}
    assert failing == {rule.kind for rule in contract.rules.values()} - {"shape", "package"}


@pytest.mark.parametrize("identity", SHIPPED)
def test_engines_agree_on_the_shipped_payloads_of_a_contract(identity: str, engine: SqlEngine) -> None:
    contract = load(identity, DISTRICT)
    paths = sorted(Path(str(DISTRICT.path), "payloads").rglob("*.zip"))
    own = [path for path in paths if DISTRICT.register[path.parent.name].contracts[0] == identity]
    batch = [Records(contract, read(path, contract).frames) for path in own]
    assert len(batch) > 1
    assert differences(contract, batch, by=engine) == []


@pytest.mark.parametrize(("profile", "identity"), CHOSEN)
def test_engines_agree_on_examples_and_breakers_of_a_contract(profile: str, identity: str, engine: SqlEngine) -> None:
    contract = contract_of(profile, identity)
    payloads = [one.records for one in (*contract.examples.values(), *breakers(contract))]
    assert differences(contract, judged(contract, payloads), by=engine) == []


def test_a_statement_that_fails_is_told_in_one_line(session: Session) -> None:
    with pytest.raises(DatabaseError, match=r"^\[DIVIDE_BY_ZERO\]|^.*Division by zero") as told:
        session.rows("SELECT CAST(1 AS DECIMAL(38,10)) / _case FROM (SELECT explode(array(0, 1)) AS _case)")
    assert "\n" not in str(told.value)
