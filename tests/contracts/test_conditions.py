"""The condition language: what is refused with words, what huge numbers do, and DuckDB as referee of drawn conditions.

What conditions mean, case by case: test_condition_table.
"""

# ruff: noqa: E501 - contracts and their tables read better in one line

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.conditions import ConditionError, parse
from contracts.sql import condition_sql
from contracts.translation import NUMBER
from harness.generate.evaluation import evaluator

SORTS = {
    "T": "text",
    "U": "text",
    "N": "number",
    "M": "number",
    "D": "date",
    "E": "date",
    "S": "timestamp",
    "headers.T": "text",
    "PersonId(SourceSystemId)": "text",
}
DTYPES: Mapping[str, Any] = {"text": pl.String, "number": NUMBER, "date": pl.Date, "timestamp": pl.Datetime("us")}


def table(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(
        {name: [row.get(name) for row in rows] for name in SORTS},
        schema={name: DTYPES[sort] for name, sort in SORTS.items()},
    )


def verdict(text: str, **values: Any) -> bool | None:
    """The value of a condition on one record."""
    condition = parse(text, SORTS)
    got: bool | None = table([values]).select(condition.expr().alias("is"))["is"][0]
    assert evaluator(condition.tree)(values) is got, "generation reads it otherwise"
    return got


def aggregate(text: str, **columns: list[Any]) -> bool | None:
    """The value of a group condition on one group."""
    height = max(map(len, columns.values()))
    rows = [{name: values[at] for name, values in columns.items()} for at in range(height)]
    frame = table(rows).with_columns(pl.lit(1).alias("key"))
    condition = parse(text, SORTS, group=True)
    got: bool | None = frame.group_by("key").agg(condition.expr().alias("is"))["is"][0]
    if not any(abs(one) > 10**14 for one in columns.get("N", ()) if one is not None):  # generation makes none so large
        assert evaluator(condition.tree, group=True)(rows) is got, "generation reads it otherwise"
    return got


n = Decimal


REFUSED = [
    ("T IN (SELECT x FROM y)", "IN"),
    ("EXISTS (SELECT 1 FROM y)", "outside"),
    ("N = (SELECT SUM(x) FROM y)", "outside"),
    ("SELECT 1 FROM dual", ""),
    ("TRUE", "outside"),
    ("T = 'a' OR FALSE", "outside"),
    ("(T = 'a') = (U = 'b')", "condition"),
    ("CASE WHEN T = 'a' THEN U = 'b' ELSE U = 'c' END", "condition"),
    ("D - E > 3", "date"),
    ("D + 1 > E", "date"),
    ("T IS DISTINCT FROM U", "outside"),
    ("ROW_NUMBER() OVER (ORDER BY T) = 1", "outside"),
    ("TO_CHAR(D, 'Mon-YY') = 'Sep-25'", "outside"),
    ("D < SYSDATE", ""),
    ("D < CURRENT_DATE", ""),
    ("S < CURRENT_TIMESTAMP", ""),
    ("DBMS_RANDOM.VALUE() > 0", ""),
    ("T = 1", "cannot be compared"),
    ("N = '1'", "cannot be compared"),
    ("D = '2025-09-26'", "cannot be compared"),
    ("T IN (1, 2)", "cannot be compared"),
    ("N BETWEEN '1' AND '2'", "cannot be compared"),
    ("COALESCE(N, 'x') = 1", "cannot be compared"),
    ("CASE WHEN T = 'a' THEN 1 ELSE 'x' END = 1", "different kinds"),
    ("CASE T WHEN 'a' THEN 1 ELSE 2 END = 1", "operand"),
    ("T = NULL", "outside"),
    ("T IN ('a', NULL)", "literals"),
    ("T IN ('a', U)", "literals"),
    ("T", "not a condition"),
    ("N + 1", "not a condition"),
    ("NOT T", "no condition"),
    ("T = 'a' AND U", "no condition"),
    ("X = 'a'", "unknown column X"),
    ("lines.T = 'a'", "unknown column lines.T"),
    ("N LIKE '1%'", "text is asked for"),
    ("T LIKE U", "pattern"),
    ("T ILIKE 'a%'", "outside"),
    ("T LIKE 'a!%' ESCAPE '!'", ""),
    ("REGEXP_LIKE(T, 'a', 'i')", "pattern"),
    ("REGEXP_LIKE(T, '(')", "pattern"),
    ("REGEXP_LIKE(T, '(?=a)')", "pattern"),
    ("REGEXP_LIKE(T, '[[:digit:]]')", "alike"),
    ("REGEXP_LIKE(T, '[a-z&&b]')", "alike"),
    ("REGEXP_LIKE(T, '\\ba')", "alike"),
    ("REGEXP_LIKE(T, '[\\u00e0-z]')", "alike"),
    ("REGEXP_LIKE(T, 'a*+')", "alike"),
    ("REGEXP_LIKE(T, '(?x)a b')", "alike"),
    ("REGEXP_LIKE(T, 'a{1,1001}')", "alike"),
    ("T || N = 'a'", "text is asked for"),
    ("LENGTH(N) = 1", "text is asked for"),
    ("UPPER(N) = 'A'", "text is asked for"),
    ("ABS(T) = 1", "number is asked for"),
    ("ROUND(N, M) = 1", "literal"),
    ("SUBSTR(T, M) = 'a'", "literal"),
    ("SUBSTR(T, -1) = 'a'", "literal"),
    ("SUBSTR(T, 4294967296) = 'a'", "literal"),
    ("CAST(T AS VARCHAR2(99999999999999999999)) = 'a'", "length"),
    ("MOD(N, 99999999999999999999999999999999999999999) = 1", "MOD"),
    ("ROUND(N, 100) = 1", "literal"),
    ("TRIM(BOTH 'x' FROM T) = 'a'", "outside"),
    ("EXTRACT(YEAR FROM T) = 2025", "date"),
    ("EXTRACT(HOUR FROM S) = 1", "outside"),
    ("CAST(T AS DATE) = D", "outside"),
    ("CAST(D AS VARCHAR2(10)) = 'x'", "outside"),
    ("D + INTERVAL '1' MONTH > E", "days"),
    ("D = DATE '2025-02-30'", "no date"),
    ("SUM(N) = 1", "group rules"),
    ("MOD(N, M) = 0", "whole number above 0"),
    ("MOD(N, 0) = 0", "whole number above 0"),
    ("MOD(N, 2.5) = 0", "whole number above 0"),
    ("T = 'a' AND", ""),
    ("", ""),
    ("T = 'a", ""),
    ("(T = 'a') IS NULL", "never NULL"),
    ("T = 'a' AS x", ""),
    ("T = :1", ""),
]


@pytest.mark.parametrize(("text", "word"), REFUSED, ids=[text for text, _ in REFUSED])
def test_what_is_outside_the_subset_is_refused_with_words(text: str, word: str) -> None:
    with pytest.raises(ConditionError) as caught:
        parse(text, SORTS)
    assert word in caught.value.what
    assert caught.value.todo


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("N = 1", "outside an aggregate"),
        ("SUM(N) = N", "outside an aggregate"),
        ("SUM(T) = 1", "number is asked for"),
        ("SUM(SUM(N)) = 1", "inside an aggregate"),
        ("SUM(CASE WHEN T = 'a' THEN N END) = 1", "without ELSE"),
        ("COUNT(DISTINCT T, U) = 1", "one column"),
        ("SUM(N) FILTER (WHERE T = 'a') = 1", ""),
        ("SUM(N) OVER (PARTITION BY T) = 1", ""),
        ("SUM(N)", "not a condition"),
        ("LISTAGG(T, ',') = 'a'", ""),
    ],
)
def test_what_is_outside_the_subset_of_group_rules_is_refused(text: str, word: str) -> None:
    with pytest.raises(ConditionError) as caught:
        parse(text, SORTS, group=True)
    assert word in caught.value.what


def test_where_a_value_is_asked_for_a_condition_is_refused() -> None:
    with pytest.raises(ConditionError, match="not a condition"):
        parse("N = 1", SORTS, value=True)
    assert parse("SUM(N)", SORTS, value=True, group=True).sort == "number"


def test_a_misspelt_column_is_answered_with_the_near_one() -> None:
    with pytest.raises(ConditionError) as caught:
        parse("AMUONT = 1", {"AMOUNT": "number"})
    assert caught.value.todo == "write AMOUNT"


def test_the_columns_of_a_condition_are_named_once_in_order() -> None:
    condition = parse("N = 1 OR T = 'a' AND N = 2 OR headers.T = 'x'", SORTS)
    assert condition.columns == ("N", "T", "headers.T")


# what the words of the language promise and the translation does not keep


def test_a_second_condition_behind_a_semicolon_is_refused() -> None:
    with pytest.raises(ConditionError):
        parse("N = 1; T = 'a'", SORTS)


@pytest.mark.parametrize(
    "text",
    [
        "SUBSTR(T, 0, 1) = 'a'",
        "CAST(N AS NUMBER(5,2)) = 1",
        "N = 0.12345678901",
        "N < 100000000000000000000000000000000",
        "N < 9999999999999999999999999999.99999999999",
        "D < E + INTERVAL '99999999999999999999' DAY",
        "a.headers.T = 'x'",
        "N BETWEEN SYMMETRIC 2 AND 1",
        "ROUND(N, 2, 1) = 1",
    ],
)
def test_what_cannot_be_kept_is_refused(text: str) -> None:
    with pytest.raises(ConditionError):
        parse(text, SORTS)


@pytest.mark.parametrize(
    "text", ["N < 1000000000000000000", "N < 9999999999999999999999999999.9999999999", "N < 0.10000000000"]
)
def test_a_literal_of_as_many_digits_as_are_held_is_taken(text: str) -> None:
    assert verdict(text, N=n("0.1")) is (text != "N < 0.10000000000")


@pytest.mark.parametrize("text", ["MAX(N, M) = 1", "MIN(N, M) = 1", "COUNT(N, M) = 1"])
def test_an_aggregate_takes_one_value(text: str) -> None:
    with pytest.raises(ConditionError):
        parse(text, SORTS, group=True)


@pytest.mark.parametrize("joiner", ["AND", "OR"])
def test_a_long_chain_is_judged_or_refused_but_no_traceback(joiner: str) -> None:
    text = f" {joiner} ".join(["N = 1"] * 1500)
    with contextlib.suppress(ConditionError):
        assert parse(text, SORTS).columns == ("N",)


def test_a_long_sum_holds_each_of_its_terms_once() -> None:
    total = parse(f"{' + '.join(['N'] * 12)} = 0", SORTS)
    assert len(total.expr().meta.root_names()) == 12


HUGE = [
    n(10) ** 28 - 1,
    -(n(10) ** 28) + 1,
    n("9" * 28 + ".9999999999"),
    n(10) ** 20,
    n(10) ** 14,
    n("0.0000000001"),
    n(0),
    None,
]


@pytest.mark.parametrize(
    "text",
    ["N + M > 0", "N - M > 0", "N * M > 0", "N / M > 0", "-N > M", "ABS(N) > M", "ROUND(N, 2) > M", "MOD(N, 7) > M", "ROUND(N, 20) > M",
     "N + M + N + M > 0", "N * N * M > 0", "COALESCE(N, M) > 0", "CAST(N AS VARCHAR2(40)) = 'x'"],
)  # fmt: skip
def test_huge_numbers_never_raise(text: str) -> None:
    frame = table([{"N": one, "M": other} for one in HUGE for other in HUGE])
    verdicts = frame.select(parse(text, SORTS).expr().alias("is"))["is"]
    assert verdicts.dtype == pl.Boolean
    assert verdicts.len() == len(HUGE) ** 2
    rows = [{**NOTHING, "N": one, "M": other} for one in HUGE for other in HUGE]
    assert verdicts.to_list() == referee(text, rows), "DuckDB reads it otherwise"


@pytest.mark.parametrize("text", ["SUM(N) > 0", "AVG(N) > 0", "SUM(N) * SUM(N) > 0", "MAX(N) - MIN(N) > 0"])
def test_aggregates_of_huge_numbers_never_raise(text: str) -> None:
    assert aggregate(text, N=HUGE * 20) in (True, False, None)


# DuckDB as referee

WORDS = ["a", "b", "ab", "A", "", "1.50", "٣x", "a\nb", "\\_x", "é "]
AMOUNTS = [n("0.1"), n("0.2"), n("0.3"), n("-1.5"), n(0), n(2), n("2.5"), n("0.00005"), n("-0.0000000015"), n(3)]
DAYS = [dt.date(2025, 2, 28), dt.date(2025, 9, 26), dt.date(4712, 12, 31)]


def sql_text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


texts = st.sampled_from(["T", "U"]) | st.sampled_from(WORDS).map(sql_text)
numbers = st.sampled_from(["N", "M"]) | st.sampled_from(AMOUNTS).map(str)
dates = st.sampled_from(["D", "E"]) | st.sampled_from(DAYS).map(lambda day: f"DATE '{day}'")
text_values = st.recursive(
    texts,
    lambda inner: (
        st.builds("UPPER({})".format, inner)
        | st.builds("LOWER({})".format, inner)
        | st.builds("TRIM({})".format, inner)
        | st.builds("({} || {})".format, inner, inner)
        | st.builds("COALESCE({}, {})".format, inner, inner)
        | st.builds("NULLIF({}, {})".format, inner, inner)
        | st.builds("SUBSTR({}, {}, {})".format, inner, st.integers(1, 3), st.integers(1, 3))
        | st.builds("CAST({} AS VARCHAR2({}))".format, inner | numbers, st.integers(1, 9))
    ),
    max_leaves=3,
)
number_values = st.recursive(
    numbers,
    lambda inner: (
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*/"), inner)
        | st.builds("{}({}, {})".format, st.sampled_from(["GREATEST", "LEAST"]), inner, inner)
        | st.builds("CAST({} AS NUMBER)".format, texts)
        | st.builds("(- {})".format, inner)
        | st.builds("ABS({})".format, inner)
        | st.builds("MOD(ROUND({}), {})".format, inner, st.integers(1, 11))
        | st.builds("ROUND({}, {})".format, inner, st.integers(0, 2))
        | st.builds("COALESCE({}, {})".format, inner, inner)
        | st.builds("NULLIF({}, {})".format, inner, inner)
        | st.builds("LENGTH({})".format, texts)
        | st.builds("EXTRACT({} FROM {})".format, st.sampled_from(["YEAR", "MONTH", "DAY"]), dates)
        | st.builds("CASE WHEN {} = {} THEN {} ELSE {} END".format, texts, texts, inner, inner)
    ),
    max_leaves=3,
)
date_values = dates | st.builds("({} - INTERVAL '{}' DAY)".format, dates, st.integers(0, 40))
comparisons = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])
atoms = (
    st.builds("{} {} {}".format, text_values, comparisons, text_values)
    | st.builds("{} {} {}".format, number_values, comparisons, number_values)
    | st.builds("{} {} {}".format, date_values, comparisons, date_values)
    | st.builds("{} IS {}NULL".format, text_values | number_values | date_values, st.sampled_from(["", "NOT "]))
    | st.builds("{} {}IN ({})".format, texts, st.sampled_from(["", "NOT "]), st.lists(st.sampled_from(WORDS).map(sql_text), min_size=1, max_size=3).map(", ".join))
    | st.builds("{} {}BETWEEN {} AND {}".format, numbers, st.sampled_from(["", "NOT "]), numbers, numbers)
    | st.builds("{} {}LIKE {}".format, texts, st.sampled_from(["", "NOT "]), st.sampled_from(["'a%'", "'_'", "'%b'", "''", "'%'", "'\\_%'", "'%.%'"]))
    | st.builds("REGEXP_LIKE({}, {})".format, texts, st.sampled_from(["'a'", "'^a'", "'b$'", "'^[ab]+$'", r"'^\d'", r"'[\w-]\s'", "'a.b'", r"'\W'"]))
)  # fmt: skip
trees = st.recursive(
    atoms,
    lambda inner: st.builds("({} AND {})".format, inner, inner) | st.builds("({} OR {})".format, inner, inner) | st.builds("NOT ({})".format, inner),
    max_leaves=5,
)  # fmt: skip
records = st.fixed_dictionaries(
    {
        "T": st.none() | st.sampled_from(WORDS),
        "U": st.none() | st.sampled_from(WORDS),
        "N": st.none() | st.sampled_from(AMOUNTS),
        "M": st.none() | st.sampled_from(AMOUNTS),
        "D": st.none() | st.sampled_from(DAYS),
        "E": st.none() | st.sampled_from(DAYS),
    }
)
REFEREE = duckdb.connect()


def literal(value: Any, kind: str) -> str:
    """A value as DuckDB's SQL writes it."""
    return f"CAST({'NULL' if value is None else sql_text(str(value))} AS {kind})"


NOTHING: Mapping[str, Any] = dict.fromkeys("TUNMDE")
KINDS = {"T": "VARCHAR", "U": "VARCHAR", "N": "DECIMAL(38,10)", "M": "DECIMAL(38,10)", "D": "DATE", "E": "DATE"}


def referee(text: str, rows: Sequence[Mapping[str, Any]], *, group: bool = False) -> list[bool | None]:
    """The verdicts of DuckDB on the same values."""
    written = condition_sql(parse(text, SORTS, group=group), str)
    values = ", ".join(
        f"({at}, {', '.join(literal(row[name], kind) for name, kind in KINDS.items())})" for at, row in enumerate(rows)
    )
    payload = f"(VALUES {values}) AS payload(number, {', '.join(KINDS)})"
    query = f"SELECT {written} FROM {payload}" + ("" if group else " ORDER BY number")
    return [row[0] for row in REFEREE.execute(query).fetchall()]


@settings(deadline=None, max_examples=300)
@given(trees, st.lists(records, min_size=1, max_size=5))
def test_duckdb_gives_the_same_verdicts(text: str, rows: list[dict[str, Any]]) -> None:
    frame = table(rows)
    ours = frame.select(parse(text, SORTS).expr().alias("is"))
    got = ours["is"].to_list() if ours.height == frame.height else ours["is"].to_list() * frame.height
    assert got == referee(text, rows)
    assert [evaluator(parse(text, SORTS).tree)(row) for row in rows] == got


sums = st.sampled_from(
    ["SUM(N)", "SUM(COALESCE(N, 0))", "MIN(N)", "MAX(M)", "COUNT(*)", "COUNT(N)", "COUNT(DISTINCT T)", "SUM(N + M)", "SUM(N * M)", "AVG(N)", "SUM(N) / COUNT(N)", "SUM(1)", "SUM(CASE WHEN T = 'a' THEN N ELSE 0 END)", "0", "1.5"]
)  # fmt: skip
group_trees = st.recursive(
    st.builds("{} {} {}".format, sums, comparisons, sums) | st.builds("{} IS NULL".format, sums),
    lambda inner: st.builds("({} AND {})".format, inner, inner) | st.builds("({} OR {})".format, inner, inner),
    max_leaves=3,
)


@settings(deadline=None, max_examples=150)
@given(
    group_trees.filter(lambda text: any(word in text for word in ("SUM(", "MIN(", "MAX(", "COUNT("))),
    st.lists(records, min_size=1, max_size=5),
)
def test_duckdb_gives_the_same_verdicts_on_groups(text: str, rows: list[dict[str, Any]]) -> None:
    keyed = table(rows).with_columns(pl.lit(1).alias("key"))
    condition = parse(text, SORTS, group=True)
    ours = keyed.group_by("key").agg(condition.expr().alias("is"))["is"].to_list()
    assert ours == referee(text, rows, group=True)
    assert [evaluator(condition.tree, group=True)(rows)] == ours
