"""Import Blanket and Contract Agreements: an agreement is taken or refused as a whole, whatever row is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from procurement_pod import DISTRICT, NUTRITION, Pod, messages

from interfaces.emulator.imports import purchase_orders
from interfaces.emulator.imports.purchase_agreements import (
    ATTRIBUTES,
    BLANKET_JOB,
    CONTRACT_JOB,
    TRANSLATIONS,
    UNITS_OF_BLANKETS,
    UNITS_OF_CONTRACTS,
)
from interfaces.emulator.imports.purchase_documents import HEADERS, LINES, SCHEDULES, SUPPLIER_SITE

Rows = dict[str, list[dict[str, Any]]]

HEADER: dict[str, str] = {
    "INTERFACE_HEADER_KEY": "H1", "ACTION": "ORIGINAL", "BATCH_ID": "7", "APPROVAL_ACTION": "SUBMIT",
    "DOCUMENT_NUM": "BPA-1", "DOCUMENT_TYPE_CODE": "BLANKET", "PRC_BU_NAME": DISTRICT,
    "VENDOR_NAME": "Amberline Paper Supply LLC", "VENDOR_SITE_CODE": "MAIN", "PAYMENT_TERMS": "Net 30",
}  # fmt: skip
UNIT: dict[str, str] = {
    "INTERFACE_BU_ASSIGNMENT_KEY": "U1", "INTERFACE_HEADER_KEY": "H1", "REQ_BU_NAME": DISTRICT,
    "VENDOR_SITE_CODE": "MAIN",
}  # fmt: skip
BLANKET: dict[str, dict[str, str]] = {
    HEADERS: HEADER,
    LINES: {
        "INTERFACE_LINE_KEY": "L1", "INTERFACE_HEADER_KEY": "H1", "ACTION": "ADD", "LINE_TYPE": "Goods",
        "CATEGORY": "Classroom Supplies", "UNIT_OF_MEASURE": "Box",
    },
    SCHEDULES: {
        "INTERFACE_LINE_LOCATION_KEY": "B1", "INTERFACE_LINE_KEY": "L1",
        "SHIP_TO_LOCATION": "Birch Crossing Elementary School",
    },
    UNITS_OF_BLANKETS: UNIT,
    ATTRIBUTES: {"INTERFACE_ATTRIBUTE_KEY": "A1", "INTERFACE_LINE_KEY": "L1"},
    TRANSLATIONS: {"INTERFACE_ATTR_TLP_KEY": "X1", "INTERFACE_LINE_KEY": "L1"},
}  # fmt: skip


def blanket(**changes: dict[str, Any] | None) -> Rows:
    """The good agreement; a change by table, None = without that table's row."""
    return {
        table: [] if changes.get(table, {}) is None else [record | (changes.get(table) or {})]
        for table, record in BLANKET.items()
    }


def imported(pod: Pod, rows: Rows) -> list[dict[str, str]]:
    return pod.run(BLANKET_JOB, "", "", "N", "SUBMIT", "", "", "N", load=pod.load(**rows))


def test_a_good_blanket_agreement_is_accepted_with_every_row_of_its_six_tables() -> None:
    report = imported(Pod(), blanket())
    assert {row["TABLE_NAME"] for row in report} == set(BLANKET)
    assert {row["PROCESS_CODE"] for row in report} == {"ACCEPTED"}


@pytest.mark.parametrize(
    ("table", "change", "said"),
    [
        (HEADERS, {"ACTION": "ADD"}, "PO_HEADERS_INTERFACE.ACTION - The value of the attribute isn't valid [ACTION]"),
        (HEADERS, {"VENDOR_SITE_CODE": "ELSEWHERE"}, str(SUPPLIER_SITE)),
        (HEADERS, {"VENDOR_SITE_CODE": "REMIT"}, str(SUPPLIER_SITE)),
        (HEADERS, {"PRC_BU_NAME": NUTRITION}, str(SUPPLIER_SITE)),
        (HEADERS, {"VENDOR_NAME": None, "VENDOR_NUM": "0012345", "VENDOR_SITE_CODE": "REMIT"}, str(SUPPLIER_SITE)),
        (LINES, {"ACTION": "ORIGINAL"}, "PO_LINES_INTERFACE.ACTION - The value of the attribute isn't valid [ACTION]"),
        (UNITS_OF_BLANKETS, {"VENDOR_SITE_CODE": "REMIT"}, str(SUPPLIER_SITE)),
        (
            UNITS_OF_BLANKETS,
            {"SHIP_TO_LOCATION": "Nowhere"},
            f"{UNITS_OF_BLANKETS}.SHIP_TO_LOCATION - The value of the attribute isn't valid [SHIP_TO_LOCATION]",
        ),
    ],
)
def test_one_wrong_row_refuses_the_agreement_and_the_others_fail_without_an_error(
    table: str, change: dict[str, Any], said: str
) -> None:
    report = imported(Pod(), blanket(**{table: change}))
    assert messages(report) == [said]
    assert {row["TABLE_NAME"] for row in report if row["PROCESS_CODE"] == "REJECTED"} == {table}
    assert {row["TABLE_NAME"] for row in report if row["PROCESS_CODE"] == "FAILED"} == set(BLANKET) - {table}


@pytest.mark.parametrize("action", [None, "ADD", "UPDATE"])
def test_a_line_may_be_added_or_updated(action: str | None) -> None:
    assert messages(imported(Pod(), blanket(**{LINES: {"ACTION": action}}))) == []


def test_a_unit_may_order_at_any_site_of_the_name_that_is_assigned_to_it() -> None:
    assert messages(imported(Pod(), blanket(**{UNITS_OF_BLANKETS: {"REQ_BU_NAME": NUTRITION}}))) == []


def test_an_agreement_may_come_with_its_header_alone() -> None:
    below = [table for table in BLANKET if table != HEADERS]
    assert messages(imported(Pod(), blanket(**dict.fromkeys(below)))) == []


def test_a_number_is_taken_once_and_an_order_may_have_it_too() -> None:
    pod = Pod()
    imported(pod, blanket())
    assert [message.partition(" ")[0] for message in messages(imported(pod, blanket()))] == [
        "PO_HEADERS_INTERFACE.DOCUMENT_NUM"
    ]
    assert pod.tables.base["purchase_orders"] == {}


@pytest.mark.parametrize(("batch", "left"), [("7", False), ("8", True)])
def test_another_batch_is_left_to_wait(batch: str, left: bool) -> None:
    pod = Pod()
    pod.load(**blanket())
    pod.run(BLANKET_JOB, "", "", "N", "SUBMIT", batch)
    assert (pod.statuses(HEADERS) == ["NEW"]) is left


def test_each_job_takes_its_own_kind_and_the_type_may_be_blank_in_its_own_load() -> None:
    pod = Pod()
    blank = {HEADERS: {"DOCUMENT_TYPE_CODE": None}}
    imported(pod, blanket(**blank))
    assert pod.statuses(HEADERS) == ["ACCEPTED"]
    contract = {HEADERS: [HEADER | {"DOCUMENT_TYPE_CODE": "CONTRACT"}], UNITS_OF_CONTRACTS: [UNIT]}
    load = pod.load(**contract)
    for job in (BLANKET_JOB, purchase_orders.JOB):
        assert pod.run(job, load=load)[0]["PROCESS_CODE"] == ""
    report = pod.run(CONTRACT_JOB, load=load)
    assert [(row["TABLE_NAME"], row["PROCESS_CODE"]) for row in report] == [
        (HEADERS, "ACCEPTED"), (UNITS_OF_CONTRACTS, "ACCEPTED"),
    ]  # fmt: skip


def test_without_a_procurement_unit_and_without_lists_no_site_is_looked_for() -> None:
    nowhere = {HEADERS: {"VENDOR_SITE_CODE": "ELSEWHERE", "PRC_BU_NAME": None}}
    assert messages(imported(Pod(), blanket(**nowhere))) == []
    pod = Pod()
    assert messages(pod.run(BLANKET_JOB, pod.bu(DISTRICT), load=pod.load(**blanket(**nowhere)))) == []
    unknown = Pod(without=("suppliers", "purchasing_sites", "supplier_sites"))
    assert messages(imported(unknown, blanket(**{UNITS_OF_BLANKETS: {"VENDOR_SITE_CODE": "ELSEWHERE"}}))) == []


def test_which_of_name_and_number_counts_is_not_known_so_either_may_have_the_site() -> None:
    both = {"VENDOR_NUM": "0012419", "VENDOR_SITE_CODE": "REMIT"}
    assert messages(imported(Pod(), blanket(**{HEADERS: both}))) == [str(SUPPLIER_SITE)]
    assert messages(imported(Pod(), blanket(**{HEADERS: both | {"VENDOR_SITE_CODE": "MAIN"}}))) == []


def test_the_jobs_are_those_of_the_pod() -> None:
    assert (BLANKET_JOB.option, BLANKET_JOB.account) == ("23", "prc/blanketPurchaseAgreement/import")
    assert (CONTRACT_JOB.option, CONTRACT_JOB.account) == ("22", "prc/contractPurchaseAgreement/import")
