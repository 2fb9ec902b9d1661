"""Import Orders: an order is taken or refused as a whole, for reasons that stand at single rows."""

from __future__ import annotations

from typing import Any

import pytest
from procurement_pod import DISTRICT, NUTRITION, Pod, messages

from contracts import code_table
from interfaces.emulator.imports import (
    site_assignments,
    supplier_addresses,
    supplier_sites,
    suppliers,
)
from interfaces.emulator.imports.purchase_documents import SUPPLIER_SITE
from interfaces.emulator.imports.purchase_orders import EVIDENCE, JOB

TABLES = ("PO_HEADERS_INTERFACE", "PO_LINES_INTERFACE", "PO_LINE_LOCATIONS_INTERFACE", "PO_DISTRIBUTIONS_INTERFACE")
HEADERS, LINES, SCHEDULES, DISTRIBUTIONS = TABLES

ORDER: dict[str, dict[str, str]] = {
    HEADERS: {
        "INTERFACE_HEADER_KEY": "H1", "ACTION": "ORIGINAL", "BATCH_ID": "7", "APPROVAL_ACTION": "SUBMIT",
        "DOCUMENT_NUM": "PO-1", "DOCUMENT_TYPE_CODE": "STANDARD", "PRC_BU_NAME": DISTRICT, "REQ_BU_NAME": DISTRICT,
        "VENDOR_NAME": "Amberline Paper Supply LLC", "VENDOR_SITE_CODE": "MAIN", "PAYMENT_TERMS": "Net 30",
    },
    LINES: {
        "INTERFACE_LINE_KEY": "L1", "INTERFACE_HEADER_KEY": "H1", "ACTION": "ADD", "LINE_NUM": "1",
        "LINE_TYPE": "Goods", "CATEGORY": "Classroom Supplies", "QUANTITY": "10", "UNIT_OF_MEASURE": "Box",
    },
    SCHEDULES: {
        "INTERFACE_LINE_LOCATION_KEY": "S1", "INTERFACE_LINE_KEY": "L1",
        "SHIP_TO_LOCATION": "Birch Crossing Elementary School", "SHIPPING_UOM_QUANTITY": "10",
        "DESTINATION_TYPE_CODE": "EXPENSE",
    },
    DISTRIBUTIONS: {
        "INTERFACE_DISTRIBUTION_KEY": "D1", "INTERFACE_LINE_LOCATION_KEY": "S1", "SHIPPING_UOM_QUANTITY": "10",
        "CHARGE_ACCOUNT_SEGMENT1": "2", "CHARGE_ACCOUNT_SEGMENT2": "5110", "BUDGET_DATE": "2025-11-03",
    },
}  # fmt: skip
Rows = dict[str, list[dict[str, Any]]]


def order(number: int = 1, **changes: dict[str, Any] | None) -> Rows:
    """The good order under keys and a number of its own; a change by table, None = without that table's row."""
    rows: Rows = {}
    for table, record in ORDER.items():
        own = {
            column: f"{value[:-1]}{number}" if column.endswith("_KEY") or column == "DOCUMENT_NUM" else value
            for column, value in record.items()
        }
        change = changes.get(table, {})
        rows[table] = [] if change is None else [own | change]
    return rows


def together(*orders: Rows) -> Rows:
    return {table: [row for rows in orders for row in rows[table]] for table in TABLES}


def imported(pod: Pod, *orders: Rows, arguments: tuple[str, ...] = ()) -> list[dict[str, str]]:
    return pod.run(JOB, *arguments, load=pod.load(**together(*orders)))


def outcome(pod: Pod) -> list[list[str]]:
    return [pod.statuses(table) for table in TABLES]


def wrong(table: str, column: str) -> str:
    return f"{table}.{column} - The value of the attribute isn't valid [{column}]"


@pytest.mark.parametrize(
    ("table", "change", "said"),
    [
        (LINES, {"ACTION": "ORIGINAL"}, wrong(LINES, "ACTION")),
        (DISTRIBUTIONS, None, "You must provide at least one distribution for each schedule"),
        (HEADERS, {"VENDOR_SITE_CODE": "REMIT"}, str(SUPPLIER_SITE)),
        (HEADERS, {"VENDOR_SITE_CODE": "ELSEWHERE"}, str(SUPPLIER_SITE)),
        (HEADERS, {"PRC_BU_NAME": NUTRITION}, str(SUPPLIER_SITE)),
        (HEADERS, {"REQ_BU_NAME": NUTRITION}, str(SUPPLIER_SITE)),
        (HEADERS, {"VENDOR_NAME": "Brightfold Fuel Delivery Company"}, str(SUPPLIER_SITE)),
        (HEADERS, {"VENDOR_NAME": None, "VENDOR_NUM": "0012419"}, str(SUPPLIER_SITE)),
        (HEADERS, {"VENDOR_NAME": "Nobody", "VENDOR_SITE_CODE": None}, wrong(HEADERS, "VENDOR_NAME")),
        (HEADERS, {"VENDOR_NAME": None, "VENDOR_NUM": "9", "VENDOR_SITE_CODE": None}, wrong(HEADERS, "VENDOR_NUM")),
        (HEADERS, {"ACTION": "ADD"}, wrong(HEADERS, "ACTION")),
        (HEADERS, {"ACTION": None}, wrong(HEADERS, "ACTION")),
        (HEADERS, {"APPROVAL_ACTION": "?"}, wrong(HEADERS, "APPROVAL_ACTION")),
        (HEADERS, {"PAYMENT_TERMS": "Net 3000"}, wrong(HEADERS, "PAYMENT_TERMS")),
        (HEADERS, {"SHIP_TO_LOCATION": "Nowhere"}, wrong(HEADERS, "SHIP_TO_LOCATION")),
        (HEADERS, {"DOCUMENT_NUM": "PO-2"}, wrong(HEADERS, "DOCUMENT_NUM")),
        (LINES, {"LINE_TYPE": "?"}, wrong(LINES, "LINE_TYPE")),
        (LINES, {"CATEGORY": "?"}, wrong(LINES, "CATEGORY")),
        (LINES, {"UNIT_OF_MEASURE": "BX"}, wrong(LINES, "UNIT_OF_MEASURE")),
        (LINES, {"QUANTITY": "0"}, "Quantity is zero [QUANTITY]"),
        (SCHEDULES, {"SHIP_TO_LOCATION": "Nowhere"}, wrong(SCHEDULES, "SHIP_TO_LOCATION")),
        (SCHEDULES, {"SHIP_TO_LOCATION": None}, wrong(SCHEDULES, "SHIP_TO_LOCATION")),
        (DISTRIBUTIONS, {"CHARGE_ACCOUNT_SEGMENT2": "9999"}, "Charge account not valid [CHARGE_ACCOUNT]"),
        (DISTRIBUTIONS, {"CHARGE_ACCOUNT_SEGMENT2": "8100"}, "Charge account not valid [CHARGE_ACCOUNT]"),
        (DISTRIBUTIONS, {"CHARGE_ACCOUNT_SEGMENT1": None}, "Charge account not valid [CHARGE_ACCOUNT]"),
        (DISTRIBUTIONS, {"BUDGET_DATE": "2025-06-30"}, "Charge account not valid [CHARGE_ACCOUNT]"),
    ],
)
def test_one_bad_row_refuses_its_order_in_these_words_and_no_other_order(
    table: str, change: dict[str, str | None] | None, said: str
) -> None:
    pod = Pod()
    report = imported(pod, order(2), order(1, **{table: change}))
    assert messages(report) == [said]
    assert said in EVIDENCE
    missing = change is None
    bad = SCHEDULES if missing else table
    for name in TABLES:
        if not (missing and name == DISTRIBUTIONS):
            assert pod.statuses(name) == ["ACCEPTED", "REJECTED" if name == bad else "FAILED"]


def test_an_order_without_lines_and_a_line_without_schedules_are_refused() -> None:
    below = (LINES, SCHEDULES, DISTRIBUTIONS)
    assert messages(imported(Pod(), order(**dict.fromkeys(below)))) == ["Order without lines"]
    assert messages(imported(Pod(), order(**dict.fromkeys(below[1:])))) == ["Line without schedule"]


def test_all_known_sentences_of_the_code_table_are_spoken() -> None:
    codes = code_table("po_import")
    for known in ("line_action_invalid", "distribution_missing", "supplier_site_invalid"):
        start = codes[known].code.split(" (")[0]
        assert [message for message in EVIDENCE if message.startswith(start)], known


def test_the_report_names_each_row_by_its_own_key_and_its_parents_and_failed_rows_have_no_error() -> None:
    report = imported(Pod(), order(**{LINES: {"ACTION": "ORIGINAL"}}))
    assert report[1] == {
        "TABLE_NAME": LINES, "INTERFACE_LINE_KEY": "L1", "INTERFACE_HEADER_KEY": "H1", "PROCESS_CODE": "REJECTED",
        "COLUMN_NAME": "ACTION", "COLUMN_VALUE": "ORIGINAL",
        "ERROR_MESSAGE": "PO_LINES_INTERFACE.ACTION - The value of the attribute isn't valid",
    }  # fmt: skip
    assert [row["TABLE_NAME"] for row in report] == list(TABLES)
    assert [(row["PROCESS_CODE"], row["ERROR_MESSAGE"]) for row in report if row["TABLE_NAME"] != LINES] == [
        ("FAILED", "")
    ] * 3


@pytest.mark.parametrize(
    "change",
    [
        {LINES: {"ACTION": None}},
        {HEADERS: {"VENDOR_NAME": None, "VENDOR_NUM": "0012345"}},
        {HEADERS: {"VENDOR_SITE_CODE": None}},
        {HEADERS: {"DOCUMENT_NUM": None}},
        {HEADERS: {"DOCUMENT_TYPE_CODE": None}},
        {HEADERS: {"SHIP_TO_LOCATION": "Birch Crossing Elementary School"}, SCHEDULES: {"SHIP_TO_LOCATION": None}},
        {SCHEDULES: {"SHIP_TO_LOCATION": None, "DESTINATION_TYPE_CODE": "INVENTORY"}},
        {DISTRIBUTIONS: {"CHARGE_ACCOUNT_SEGMENT1": None, "CHARGE_ACCOUNT_SEGMENT2": None}},
        {SCHEDULES: {"DESTINATION_TYPE_CODE": "INVENTORY"}, DISTRIBUTIONS: {"CHARGE_ACCOUNT_SEGMENT1": None}},
        {DISTRIBUTIONS: {"BUDGET_DATE": None}},
        {LINES: {"QUANTITY": "#NULL"}},
        {HEADERS: {"ACTION": "UPDATE"}, LINES: None, SCHEDULES: None, DISTRIBUTIONS: None},
        {HEADERS: {"ACTION": "UPDATE"}, DISTRIBUTIONS: None},
    ],
)
def test_what_an_order_may_leave_out_does_not_refuse_it(change: dict[str, Any]) -> None:
    pod = Pod()
    assert messages(imported(pod, order(**change))) == []
    assert {status for statuses in outcome(pod) for status in statuses} == {"ACCEPTED"}


@pytest.mark.parametrize(("client", "said"), [(DISTRICT, []), (NUTRITION, [str(SUPPLIER_SITE)]), ("", [])])
def test_the_requisitioning_unit_of_the_arguments_stands_for_a_blank_one(client: str, said: list[str]) -> None:
    pod = Pod()
    arguments = (pod.bu(DISTRICT), "1", "SUBMIT", pod.bu(client) if client else "", "7", "N", "", "N", "label")
    assert messages(imported(pod, order(**{HEADERS: {"REQ_BU_NAME": None}}), arguments=arguments)) == said


def test_an_order_of_another_procurement_unit_waits_for_a_run_of_that_unit() -> None:
    pod = Pod()
    arguments = (pod.bu(DISTRICT), "1", "SUBMIT", pod.bu(DISTRICT), "7", "N", "", "N", "label")
    imported(pod, order(1), order(2, **{HEADERS: {"PRC_BU_NAME": NUTRITION}}), arguments=arguments)
    assert outcome(pod) == [["ACCEPTED", "NEW"]] * 4


def test_a_document_of_another_type_waits_with_all_its_rows() -> None:
    pod = Pod()
    report = imported(pod, order(1, **{HEADERS: {"DOCUMENT_TYPE_CODE": "BLANKET"}}), order(2))
    assert outcome(pod) == [["NEW", "ACCEPTED"]] * 4
    assert [row["PROCESS_CODE"] for row in report] == ["", "ACCEPTED"] * 4


def test_an_orphan_waits_and_the_order_is_short_of_it() -> None:
    pod = Pod()
    rows = order()
    rows[DISTRIBUTIONS].append(rows[DISTRIBUTIONS][0] | {"INTERFACE_LINE_LOCATION_KEY": "S9"})
    assert messages(imported(pod, rows)) == []
    assert pod.statuses(DISTRIBUTIONS) == ["ACCEPTED", "NEW"]


@pytest.mark.parametrize(
    ("batch", "taken"), [("7", ["ACCEPTED", "NEW"]), ("", ["ACCEPTED", "ACCEPTED"]), ("9", ["NEW", "NEW"])]
)
def test_the_batch_id_selects_where_it_is_given(batch: str, taken: list[str]) -> None:
    pod = Pod()
    imported(pod, order(1), order(2, **{HEADERS: {"BATCH_ID": "8"}}), arguments=("", "", "SUBMIT", "", batch))
    assert outcome(pod) == [taken] * 4
    selected = taken.count("ACCEPTED")
    assert pod.done.log == f"Import Orders: {selected} documents selected, {selected} imported, 0 refused.\n"


def test_an_order_number_is_taken_once_in_a_procurement_unit() -> None:
    pod = Pod()
    again = [wrong(HEADERS, "DOCUMENT_NUM")]
    assert messages(imported(pod, order())) == []
    assert messages(imported(pod, order())) == again
    assert messages(imported(pod, order(**{HEADERS: {"ACTION": "UPDATE"}}))) == []
    elsewhere = {"PRC_BU_NAME": NUTRITION, "VENDOR_SITE_CODE": None}
    assert messages(imported(pod, order(**{HEADERS: elsewhere}))) == []


def test_a_refused_order_can_be_sent_again_under_its_keys_and_number() -> None:
    pod = Pod()
    assert len(messages(imported(pod, order(**{LINES: {"ACTION": "ORIGINAL"}})))) == 1
    assert messages(imported(pod, order())) == []
    assert outcome(pod) == [
        ["FAILED", "ACCEPTED"], ["REJECTED", "ACCEPTED"], ["FAILED", "ACCEPTED"], ["FAILED", "ACCEPTED"]
    ]  # fmt: skip


def test_what_was_refused_is_not_picked_up_by_the_next_run() -> None:
    pod = Pod()
    imported(pod, order(**{LINES: {"ACTION": "ORIGINAL"}}))
    assert pod.run(JOB) == []


def test_every_order_with_a_fault_says_so_at_each_faulty_row() -> None:
    bad = order(1, **{HEADERS: {"PAYMENT_TERMS": "?"}, LINES: {"LINE_TYPE": "?", "QUANTITY": "-1"}})
    report = imported(Pod(), bad)
    assert [row["PROCESS_CODE"] for row in report] == ["REJECTED", "REJECTED", "REJECTED", "FAILED", "FAILED"]
    assert len(messages(report)) == 3


@pytest.mark.parametrize(
    ("missing", "table", "change"),
    [
        ("payment_terms", HEADERS, {"PAYMENT_TERMS": "?"}),
        ("ship_to_location", SCHEDULES, {"SHIP_TO_LOCATION": "?"}),
        ("line_type", LINES, {"LINE_TYPE": "?"}),
        ("purchasing_category", LINES, {"CATEGORY": "?"}),
        ("uom", LINES, {"UNIT_OF_MEASURE": "?"}),
        ("account_combination", DISTRIBUTIONS, {"CHARGE_ACCOUNT_SEGMENT1": "?"}),
        ("suppliers", HEADERS, {"VENDOR_NAME": "Nobody"}),
        ("purchasing_sites", HEADERS, {"VENDOR_SITE_CODE": "ELSEWHERE"}),
    ],
)
def test_a_list_that_the_set_up_does_not_have_decides_nothing(missing: str, table: str, change: dict[str, str]) -> None:
    pod = Pod(without=[missing, "supplier_sites"])
    assert messages(imported(pod, order(**{table: change}))) == []


def test_a_list_of_sites_without_their_purpose_decides_nothing() -> None:
    sites = [{"supplier": "Amberline Paper Supply LLC", "number": "0012345", "site": "REMIT"}]
    pod = Pod(without=["purchasing_sites"], supplier_sites=sites)
    assert messages(imported(pod, order(**{HEADERS: {"VENDOR_SITE_CODE": "ELSEWHERE"}}))) == []


def test_an_order_goes_to_a_supplier_that_was_imported_before_as_soon_as_its_site_is_assigned() -> None:
    pod = Pod()
    name = {"IMPORT_ACTION": "CREATE", "VENDOR_NAME": "Blue Ridge Supply Company", "SEGMENT1": "0090001"}
    site = name | {
        "PROCUREMENT_BUSINESS_UNIT_NAME": DISTRICT, "PARTY_SITE_NAME": "OFFICE", "VENDOR_SITE_CODE": "SHOP",
        "PURCHASING_SITE_FLAG": "Y", "BUSINESS_UNIT_NAME": DISTRICT,
    }  # fmt: skip
    steps = [
        (suppliers.JOB, "POZ_SUPPLIERS_INT", name | {"BUSINESS_RELATIONSHIP": "SPEND_AUTHORIZED"}),
        (supplier_addresses.JOB, "POZ_SUP_ADDRESSES_INT",
         name | {"PARTY_SITE_NAME": "OFFICE", "COUNTRY": "US", "ORDERING_PURPOSE_FLAG": "Y"}),
        (supplier_sites.JOB, "POZ_SUPPLIER_SITES_INT", site),
        (site_assignments.JOB, "POZ_SITE_ASSIGNMENTS_INT", site),
    ]  # fmt: skip
    change = {HEADERS: {"VENDOR_NAME": None, "VENDOR_NUM": "0090001", "VENDOR_SITE_CODE": "SHOP"}}
    for job, table, record in steps:
        assert str(SUPPLIER_SITE) in messages(imported(pod, order(**change)))
        assert messages(pod.run(job, "NEW", "N", load=pod.load(**{table: [record]}))) == []
    assert messages(imported(pod, order(**change))) == []


def test_the_job_is_the_one_of_the_options_table() -> None:
    assert (JOB.package, JOB.definition) == ("/oracle/apps/ess/prc/po/pdoi", "ImportSPOJob")
    assert (JOB.option, JOB.account) == ("21", "prc/purchaseOrder/import")
