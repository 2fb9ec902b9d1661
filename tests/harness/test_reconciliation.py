"""Reconciliation: counts and amounts agree per key, exactly; what is lost and what is invented is named so."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness import Contract, Payload, UsageError, load
from harness.producers import Producer
from harness.reconciliation import Reconciled, plan, reconcile

DEBITS = {"source": "SUM(amount)", "payload": "SUM(ENTERED_DR)"}
DESCRIBED = {"amount": {"amount": [0, 100]}, "day": {"date": ["2026-01-01", "2026-12-31"], "format": "MM/DD/YYYY"}}
Rows = list[dict[str, str | None]]


@pytest.fixture(scope="module")
def contract() -> Contract:
    return load("finance.gl_journals", "nc_district")


def reconciled(contract: Contract, source: Rows, payload: Rows | None, **control: Any) -> Reconciled:
    """One control judged on a source and on records of the payload's only file (None: the file is missing)."""
    producer = Producer.model_validate(
        {
            "command": "x {source} {payload}",
            "source": {"columns": DESCRIBED},
            "control": [{"key": {"doc": "REFERENCE4"}, "amounts": {"debits": DEBITS}} | control],
        }
    )
    names = ["doc", "amount", "day"]
    frame = pl.DataFrame([{name: row.get(name) for name in names} for row in source], dict.fromkeys(names, pl.String))
    file = {} if payload is None else {"gl": _frame(payload)}
    plans = plan(producer, contract, frame.with_row_index("_row", offset=1), "here")
    return reconcile(plans, contract, Payload("x.zip", "", 0, file))[0]


def _frame(rows: Rows) -> pl.DataFrame:
    names = ["REFERENCE4", "REFERENCE5", "ENTERED_DR", "ACCOUNTING_DATE", "GROUP_ID"]
    return pl.DataFrame([{name: row.get(name) for name in names} for row in rows], dict.fromkeys(names, pl.String))


def line(doc: str | None, amount: str | None, **more: str) -> dict[str, str | None]:
    return {"doc": doc, "amount": amount, **more}


def entry(doc: str | None, amount: str | None, **more: str) -> dict[str, str | None]:
    return {"REFERENCE4": doc, "ENTERED_DR": amount, **more}


def test_keys_that_differ_are_lost_or_invented_are_told_apart(contract: Contract) -> None:
    source = [line("A", "1.00"), line("B", "2.00"), line("B", "3.00"), line("C", "4.00")]
    payload = [entry("D", "9.00"), entry("A", "1"), entry("B", "2.50")]
    found = reconciled(contract, source, payload)
    assert (found.keys, found.differing, found.lost, found.invented, found.agrees) == (4, 1, 1, 1, False)
    told = [(row["found"], row["key"], row["figure"], row["difference"]) for row in found.differences.to_dicts()]
    assert told == [
        ("differs", "B", "count", Decimal(-1)),
        ("differs", "B", "debits", Decimal("-2.5")),
        ("lost", "C", "count", Decimal(-1)),
        ("lost", "C", "debits", Decimal(-4)),
        ("invented", "D", "count", Decimal(1)),
        ("invented", "D", "debits", Decimal(9)),
    ]
    lost = found.differences.row(2, named=True)
    assert (lost["source"], lost["payload"]) == (Decimal(1), None)


@given(
    sent=st.lists(st.tuples(st.sampled_from("ABCD"), st.integers(-(10**9), 10**9)), max_size=12),
    got=st.lists(st.tuples(st.sampled_from("ABCDE"), st.integers(-(10**9), 10**9)), max_size=12),
    shared=st.booleans(),
)
def test_it_says_what_adding_up_by_hand_says(
    contract: Contract, sent: list[tuple[str, int]], got: list[tuple[str, int]], shared: bool
) -> None:
    got = sent[::-1] if shared else got
    found = reconciled(contract, [line(*_spelled(one)) for one in sent], [entry(*_spelled(one)) for one in got])
    ours, theirs = _totals(sent), _totals(got)
    both = ours.keys() & theirs.keys()
    assert found.keys == len(ours | theirs)
    assert found.lost == len(ours.keys() - both)
    assert found.invented == len(theirs.keys() - both)
    assert found.differing == sum(ours[key] != theirs[key] for key in both)
    assert found.agrees == (ours == theirs)


def _spelled(one: tuple[str, int]) -> tuple[str, str]:
    return one[0], f"{Decimal(one[1]).scaleb(-2):f}"


def _totals(rows: list[tuple[str, int]]) -> dict[str, tuple[int, int]]:
    sums: defaultdict[str, int] = defaultdict(int)
    for key, cents in rows:
        sums[key] += cents
    return {key: (count, sums[key]) for key, count in Counter(key for key, _ in rows).items()}


def test_amounts_are_exact_decimals(contract: Contract) -> None:
    source = [line("A", "0.1"), line("A", "0.2"), line("B", "1234567890123456789.01")]
    assert reconciled(contract, source, [entry("A", "0.30"), entry("B", "1234567890123456789.01")], count=False).agrees
    assert not reconciled(
        contract, source, [entry("A", "0.3"), entry("B", "1234567890123456789.02")], count=False
    ).agrees


def test_without_a_key_the_file_is_one_group(contract: Contract) -> None:
    source = [line("A", "1"), line("B", "2")]
    assert reconciled(contract, source, [entry("X", "3"), entry(None, None)], key={}).agrees
    assert reconciled(contract, source, [entry("X", "1234.5")], key={}).words(9) == [
        "reconciled by gl: 0 of 1 keys agree, 1 differ, 0 lost, 0 invented",
        "  differs  all  count  source 2  payload 1  difference -1",
        "  differs  all  debits  source 3  payload 1,234.50  difference 1,231.50",
    ]


def test_blank_keys_meet_each_other(contract: Contract) -> None:
    assert reconciled(contract, [line(None, "1")], [entry(None, "1")]).agrees
    found = reconciled(contract, [line(None, "1")], [entry("A", "1")])
    assert found.differences["key"].unique().sort().to_list() == ["A", "blank"]


def test_a_key_that_meets_a_number_or_a_date_is_compared_as_one(contract: Contract) -> None:
    source = [line("007", "1", day="11/18/2026")]
    payload = [entry("X", "1", GROUP_ID="7", ACCOUNTING_DATE="2026/11/18")]
    assert reconciled(contract, source, payload, key={"doc": "GROUP_ID", "day": "ACCOUNTING_DATE"}).agrees
    payload[0]["ACCOUNTING_DATE"] = "2026/11/19"
    found = reconciled(contract, source, payload, key={"doc": "GROUP_ID", "day": "ACCOUNTING_DATE"})
    assert found.differences["key"].unique().sort().to_list() == ["7, 2026-11-18", "7, 2026-11-19"]


def test_a_text_key_keeps_its_zeros(contract: Contract) -> None:
    assert not reconciled(contract, [line("007", "1")], [entry("7", "1")]).agrees


def test_an_amount_of_the_payload_that_is_no_number_is_missing_in_its_sum(contract: Contract) -> None:
    found = reconciled(contract, [line("A", "1")], [entry("A", "one")])
    assert found.differences.row(0, named=True)["difference"] == Decimal(-1)


@pytest.mark.parametrize("payload", [None, []])
def test_of_a_payload_without_records_every_key_is_lost(contract: Contract, payload: Rows | None) -> None:
    found = reconciled(contract, [line("A", "1"), line("B", "1")], payload)
    assert (found.lost, found.differing, found.invented) == (2, 0, 0)
    assert reconciled(contract, [], payload).agrees


def test_keys_and_amounts_of_personal_columns_are_not_shown(contract: Contract) -> None:
    secret = {"source": "COUNT(DISTINCT doc)", "payload": "COUNT(DISTINCT REFERENCE5)"}
    payload = [entry("A", "1", REFERENCE5="Jane Roe"), entry("A", "2", REFERENCE5="John Doe")]
    found = reconciled(contract, [line("Jane Roe", "3")], payload, key={"doc": "REFERENCE5"}, amounts={"names": secret})
    assert "Jane Roe" not in str(found.words(9))
    assert found.differences["key"].unique().to_list() == ["***"]
    assert found.lost + found.invented + found.differing == 1
    names = found.differences.filter(pl.col("figure") == "names")
    assert names.select("source", "payload", "difference").row(0) == (None, None, None)


@pytest.mark.parametrize(
    ("control", "words"),
    [
        ({"key": {"document": "REFERENCE4"}}, "the source has no column document"),
        ({"key": {"doc": "REFERENCE_4"}}, "gl has no column REFERENCE_4"),
        ({"file": "lines"}, "no file 'lines' in finance.gl_journals"),
        ({"amounts": {"debits": DEBITS | {"payload": "SUM(ENTERED)"}}}, "unknown column ENTERED"),
        ({"amounts": {"debits": DEBITS | {"source": "SUM(doc)"}}}, "is a text, a number is asked for"),
        ({"amounts": {"debits": DEBITS | {"source": "amount"}}}, "amount stands outside an aggregate"),
        ({"amounts": {"debits": DEBITS | {"source": "MIN(day)"}}}, "no aggregate of numbers"),
        ({"amounts": {"debits": DEBITS | {"source": "1"}}}, "no aggregate of numbers"),
        ({"amounts": {"debits": DEBITS | {"source": "SUM("}}}, "not a condition"),
    ],
)
def test_a_control_that_cannot_be_judged_says_why(contract: Contract, control: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError) as stop:
        reconciled(contract, [line("A", "1")], [entry("A", "1")], **control)
    assert words in stop.value.what
    assert stop.value.where.startswith("here, control 1")
    assert stop.value.todo


def test_an_amount_of_the_source_that_is_no_number_is_named_by_its_record_and_not_shown(contract: Contract) -> None:
    with pytest.raises(UsageError) as stop:
        reconciled(contract, [line("A", "1"), line("B", "12,345.67")], [entry("A", "1")])
    assert (stop.value.what, stop.value.where) == ("source column amount holds what is no number", "record 2")
