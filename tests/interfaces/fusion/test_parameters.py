"""Filling the slots of an import job, and writing them as the calls want them."""

from __future__ import annotations

import csv
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import load
from interfaces.fusion import FusionError, joined, parameter_list, parameter_sets

GL = pl.DataFrame(
    {
        "GROUP_ID": [None, "7", "7"],
        "LEDGER_NAME": ["District", "District", "District"],
        "SOURCE": ["Payroll", "Fleet", None],
        "DATE": ["2025/09/01"] * 3,
    }
)
SETTINGS = {
    "data_access_set_id": "300000000000101",
    "ledger_id": {"District": "300000000000002", "Foundation": "300000000000003"},
    "accounting_date": "2025-09-30",
    "batch": "",
    "number": 1000,
}


def slots(*parameters: str | dict[str, str], frames: Any = None, settings: Any = SETTINGS) -> list[str]:
    return parameter_list(parameters, {"gl": GL} if frames is None else frames, settings, job="JournalImportLauncher")


def test_slots_are_constants_values_of_the_payload_and_settings() -> None:
    filled = slots(
        {"name": "data access set id", "setting": "data_access_set_id"},
        {"name": "group id", "from": "gl.GROUP_ID"},
        {"name": "ledger id", "setting": "ledger_id", "by": "gl.LEDGER_NAME"},
        {"name": "date of the payload", "from": "gl.DATE"},
        {"name": "date", "setting": "accounting_date"},
        {"name": "rows", "setting": "number"},
        {"name": "flag", "value": "N"},
        {"name": "nothing", "value": "#NULL"},
        {"name": "batch", "setting": "batch"},
    )
    assert filled == [
        "300000000000101", "7", "300000000000002", "2025/09/01", "2025-09-30", "1000", "N", "#NULL", "",
    ]  # fmt: skip


def test_a_column_stands_in_for_another_that_is_blank() -> None:
    slot = {"name": "ledger id", "setting": "ledger_id", "by": "gl.LEDGER_NAME", "or": "gl.LEDGER_ID"}
    rows = [
        ("District", None, "7"),
        (None, "99", "7"),
        ("District", "98", "7"),
        ("Foundation", "99", None),
        (None, None, "7"),
    ]
    frame = pl.DataFrame(rows, schema=["LEDGER_NAME", "LEDGER_ID", "GROUP_ID"], orient="row")
    assert slots(slot, frames={"gl": frame[1:2]}) == ["99"]
    contract = load("finance.gl_journals", "nc_district")
    asked = {**contract.oracle, "parameters": [slot, {"name": "group id", "from": "gl.GROUP_ID"}]}
    assert parameter_sets(replace(contract, oracle=asked), {"gl": frame}, SETTINGS) == [
        ["300000000000002", "7"],
        ["99", "7"],
    ]


def test_a_setting_may_be_one_text_where_the_contract_allows_a_table() -> None:
    slot = {"name": "ledger id", "setting": "ledger_id", "by": "gl.LEDGER_NAME"}
    assert slots(slot, settings={"ledger_id": "3"}) == ["3"]


def test_a_slot_of_which_only_the_name_is_known_is_filled_by_a_setting_of_that_name() -> None:
    assert slots("batch id", settings={"batch id": "12"}) == ["12"]
    with pytest.raises(
        FusionError, match="parameter 'batch id' of job JournalImportLauncher is not told: the contract"
    ):
        slots("batch id")


@pytest.mark.parametrize(
    ("frames", "slot"),
    [
        ({}, {"name": "n", "from": "gl.GROUP_ID"}),
        ({"gl": GL}, {"name": "n", "from": "gl.NOWHERE"}),
        ({"gl": pl.DataFrame({"GROUP_ID": ["", None]})}, {"name": "n", "from": "gl.GROUP_ID"}),
        ({"gl": pl.DataFrame({"GROUP_ID": []}, schema={"GROUP_ID": pl.String})}, {"name": "n", "from": "gl.GROUP_ID"}),
    ],
)
def test_a_column_without_values_leaves_the_slot_empty(frames: dict[str, pl.DataFrame], slot: dict[str, str]) -> None:
    assert slots(slot, frames=frames) == [""]


@pytest.mark.parametrize(
    ("slot", "words"),
    [
        ({"name": "source", "from": "gl.SOURCE"}, "the payload has 2 values there"),
        ({"name": "ledger", "setting": "nowhere"}, "parameter 'ledger' of job JournalImportLauncher is not told"),
        ({"name": "ledger", "setting": "ledger_id"}, "its setting is a table"),
        ({"name": "ledger", "setting": "ledger_id", "by": "gl.SOURCE"}, "2 values"),
        ({"name": "ledger", "setting": "ledger_id", "by": "gl.GROUP_ID"}, "not told for gl.GROUP_ID = '7'"),
    ],
)
def test_a_slot_that_cannot_be_told_says_why_and_what_to_do(slot: dict[str, str], words: str) -> None:
    with pytest.raises(FusionError) as caught:
        slots(slot)
    assert words in str(caught.value)
    assert caught.value.todo


def several(settings: dict[str, Any] = SETTINGS, **columns: list[str | None]) -> list[list[str]]:
    parameters = [
        {"name": "ledger id", "setting": "ledger_id", "by": "gl.LEDGER_NAME"},
        {"name": "group id", "from": "gl.GROUP_ID"},
        {"name": "flag", "value": "N"},
    ]
    contract = replace(load("finance.gl_journals"), oracle={"parameters": parameters, "job": "p,Launcher"})
    return parameter_sets(contract, {"gl": pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))}, settings)


def test_a_payload_needs_one_import_per_combination_of_values_in_the_order_of_its_rows() -> None:
    groups, ledgers = ["9", "7", "9", "7"], ["District", "Foundation", "District", "District"]
    assert several(GROUP_ID=groups, LEDGER_NAME=ledgers) == [
        ["300000000000002", "9", "N"],
        ["300000000000003", "7", "N"],
        ["300000000000002", "7", "N"],
    ]


def test_rows_that_no_import_can_select_need_none() -> None:
    district = ["300000000000002", "7", "N"]
    assert several(GROUP_ID=["7", None, ""], LEDGER_NAME=["District"] * 3) == [district]
    assert several(GROUP_ID=["7", "8"], LEDGER_NAME=["District", "Nowhere"]) == [district]


def test_a_column_that_nobody_fills_leaves_its_slot_empty() -> None:
    assert several(GROUP_ID=[None, ""], LEDGER_NAME=["District"] * 2) == [["300000000000002", "", "N"]]
    assert several(LEDGER_NAME=["District"]) == [["300000000000002", "", "N"]]
    assert several({"ledger_id": "3"}, OTHER=["x"]) == [["3", "", "N"]]


def test_values_that_give_the_same_parameters_need_one_import() -> None:
    assert several({"ledger_id": "3"}, GROUP_ID=["7"] * 2, LEDGER_NAME=["A", "B"]) == [["3", "7", "N"]]


def test_no_import_at_all_or_too_many_are_an_error() -> None:
    with pytest.raises(FusionError, match="is not told for gl"):
        several(GROUP_ID=["7"], LEDGER_NAME=["Nowhere"])
    with pytest.raises(FusionError, match="more than 100 imports"):
        several(GROUP_ID=[str(at) for at in range(101)], LEDGER_NAME=["District"] * 101)
    with pytest.raises(FusionError, match="2 values"):
        several(GROUP_ID=["7", None, "8"], LEDGER_NAME=[None, "District", None])


@pytest.mark.parametrize(
    ("parameters", "text"),
    [
        (["1", "Payroll", "2"], "1,Payroll,2"),
        (["1", "", "2"], "1,,2"),
        (["Payroll, weekly", "N"], '"Payroll, weekly",N'),
        (["N", ""], "N,#NULL"),
        (["N", "", ""], "N,,#NULL"),
        ([""], "#NULL"),
        ([], ""),
    ],
)
def test_slots_are_joined_by_commas_and_none_is_lost_at_the_end(parameters: list[str], text: str) -> None:
    assert joined(parameters) == text


@given(st.lists(st.text(st.characters(blacklist_characters="\r\n\x00", blacklist_categories=["Cs"])), min_size=1))
def test_every_slot_comes_back_out_of_the_list_in_its_place(parameters: list[str]) -> None:
    text = joined(parameters)
    assert not text.endswith(",")
    (read,) = csv.reader([text])
    assert [slot for slot in read if slot != "#NULL"] == [p for p in parameters if p != "#NULL"][
        : len(parameters) - (parameters[-1] == "")
    ]
    assert len(read) == len(parameters)
