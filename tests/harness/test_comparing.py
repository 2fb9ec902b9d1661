from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from contracts import ANSWER_COLUMNS, CheckResult, Contract, load
from harness import check, read
from harness.comparing import compared, explained
from test_suites.payloads.sources import Records


@pytest.fixture
def contract() -> Contract:
    return load("finance.gl_journals", "nc_district")


@pytest.fixture
def checked(contract: Contract, payload: Callable[..., Path], journals: Records) -> CheckResult:
    """Two journals: the first one dated in a closed period, the second one good."""
    first = journals["gl"][0]["REFERENCE4"]
    lines = [
        {**line, "ACCOUNTING_DATE": "2025-06-30"} if line["REFERENCE4"] == first else line for line in journals["gl"]
    ]
    return check(read(payload({"gl": lines}), contract), contract)


def outcomes(*said: str) -> pl.DataFrame:
    return pl.DataFrame({"outcome": said, "stage": ["S3"] * len(said)})


def answers(contract: Contract, *rows: tuple[int, str, str]) -> pl.DataFrame:
    """Unit, code, column."""
    table = [
        {"unit": unit, "file": "gl" if column else "", "column": column, "code": code, "said": code, "rule": ""}
        | {"counts": True}
        for unit, code, column in rows
    ]  # fmt: skip
    return pl.DataFrame(table, schema=dict(ANSWER_COLUMNS))


def test_a_check_says_which_unit_is_refused_under_which_code(checked: CheckResult) -> None:
    told = checked.predictions.select("unit", "rule", "code").rows()
    assert (0, "GL-070", "EP01") in told
    assert (0, "NCGL-105", "EF01") in told
    assert {unit for unit, *_ in told} == {0}


@pytest.mark.parametrize(
    ("said", "comparison"),
    [
        (("rejected", "accepted"), ["agreed", "agreed"]),
        (("accepted", "rejected"), ["false_alarm", "missed"]),
        (("rejected_unexplained", "pending"), ["unexplained", None]),
        (("unknown", "unknown"), [None, None]),
    ],
)
def test_each_unit_is_compared_with_what_fusion_said(
    checked: CheckResult, said: tuple[str, str], comparison: list[str | None]
) -> None:
    assert compared(checked, outcomes(*said))["comparison"].to_list() == comparison


def test_a_code_maps_to_the_rule_that_predicted_it_for_this_unit(checked: CheckResult, contract: Contract) -> None:
    found = explained(checked, answers(contract, (0, "EP01", ""), (0, "EF01", "")), contract)
    assert found["rule"].to_list() == ["GL-070", "NCGL-105"]


def test_a_code_that_nobody_predicted_maps_to_the_only_rule_that_has_it(
    checked: CheckResult, contract: Contract
) -> None:
    found = explained(checked, answers(contract, (1, "EU02", ""), (1, "EF04", "SEGMENT1")), contract)
    assert found["rule"].to_list() == ["GL-100", ""], "EF04 is predicted by many rules"


def test_an_answer_keeps_its_place_and_an_unknown_text_maps_to_nothing(
    checked: CheckResult, contract: Contract
) -> None:
    found = explained(checked, answers(contract, (1, "", ""), (0, "EP01", "")), contract)
    assert found["rule"].to_list() == ["", "GL-070"]
    assert found.columns == list(ANSWER_COLUMNS)
