"""Import Payables Invoices of the emulated pod: what it takes, why it refuses the others, and what its report says."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from finance_pod import Pod, Values, patched, tree

from contracts.codes import code_table
from interfaces.emulator.imports.payables import EVIDENCE, HEADERS, JOB, LINES
from interfaces.emulator.imports.supplier_master import Site, Supplier
from interfaces.emulator.jobs import Done
from interfaces.emulator.setup import FIRST_ID, Setup

LISTS = {
    "business_units": ({"name": "Schools", "ledger": "Main"}, {"name": "Kitchens", "ledger": "Second"}),
    "ledgers": ({"name": "Main", "currency": "USD"}, {"name": "Second", "currency": "USD"}),
    "suppliers": ({"name": "Paper Inc", "number": "001"}, {"name": "Power Co", "number": "002"}),
    "supplier_sites": (
        {"supplier": "Paper Inc", "number": "001", "site": "MAIN", "pay": "Y", "assigned_to": "Schools"},
        {"supplier": "Paper Inc", "number": "001", "site": "DEPOT", "pay": "N", "assigned_to": "Schools"},
        {"supplier": "Paper Inc", "number": "001", "site": "COOK", "pay": "Y", "assigned_to": "Kitchens"},
        {"supplier": "Power Co", "number": "002", "site": "GRID", "pay": "Y", "assigned_to": "Schools"},
    ),
    "payment_terms": ({"name": "Net 30"},),
    "payment_method": ({"code": "EFT"},),
    "pay_group": ({"code": "Standard"},),
    "currency": ({"code": "USD"}, {"code": "EUR"}, {"code": "JPY"}),
    "rate_type": ({"name": "Corporate"}, {"name": "User"}),
    "payables_period": (
        {"ledger": "Main", "name": "Sep-25", "start": "2025-09-01", "end": "2025-09-30"},
        {"ledger": "Second", "name": "Oct-25", "start": "2025-10-01", "end": "2025-10-31"},
    ),
    "account_combination": ({"fund": "1", "object": "411", "valid_from": "2025-07-01", "valid_to": "2025-12-31"},),
}
HEADER: Values = {
    "INVOICE_ID": "1001", "OPERATING_UNIT": "Schools", "SOURCE": "Scanned", "INVOICE_NUM": "A-1",
    "INVOICE_AMOUNT": "100", "INVOICE_DATE": "2025-09-03", "VENDOR_NAME": "Paper Inc", "VENDOR_NUM": "001",
    "VENDOR_SITE_CODE": "MAIN", "INVOICE_CURRENCY_CODE": "USD", "GROUP_ID": "SET-1", "GL_DATE": "2025-09-05",
    "INVOICE_TYPE_LOOKUP_CODE": "STANDARD", "TERMS_NAME": "Net 30", "PAYMENT_METHOD_CODE": "EFT",
    "PAY_GROUP_LOOKUP_CODE": "Standard",
}  # fmt: skip
LINE: Values = {
    "INVOICE_ID": "1001", "LINE_NUMBER": "1", "LINE_TYPE_LOOKUP_CODE": "ITEM", "AMOUNT": "100",
    "DIST_CODE_CONCATENATED": "1-411", "ACCOUNTING_DATE": "2025-09-05",
}  # fmt: skip
ORDERED = {"DIST_CODE_CONCATENATED": None, "PO_NUMBER": "P-1", "PO_LINE_NUMBER": "1"}


def pod() -> Pod:
    return Pod(Setup(LISTS))


def load(used: Pod, headers: Sequence[Values] = (HEADER,), lines: Sequence[Values] = (LINE,)) -> int:
    return used.load(**{HEADERS: headers, LINES: lines})


def counts(done: Done) -> dict[str, str]:
    assert done.report is not None
    return {leaf.tag: leaf.text or "" for leaf in tree(done.report) if leaf.tag.startswith("C_")}


def rejections(done: Done) -> dict[str, list[str]]:
    """Number of each refused invoice -> its reasons."""
    assert done.report is not None
    return {
        one.findtext("INVOICE_NUM_R", ""): [reason.text or "" for reason in one.iter("REJECT_REASON")]
        for one in tree(done.report).iter("G_REJECTIONS")
    }


def refused(header: Values = HEADER, *lines: Values) -> list[str]:
    """The reasons against an invoice that is loaded beside a good one; the good one is taken."""
    used = pod()
    good = patched(HEADER, INVOICE_ID="1", INVOICE_NUM="GOOD")
    load(used, [good, header], [patched(LINE, INVOICE_ID="1"), *lines])
    found = rejections(used.run(JOB, "", str(FIRST_ID)))
    assert "GOOD" not in found
    return found.get(header.get("INVOICE_NUM") or "", [])


def test_a_good_invoice_is_taken() -> None:
    used = pod()
    load(used)
    done = used.run(JOB)
    assert (done.state, rejections(done)) == ("SUCCEEDED", {})
    assert counts(done) == {
        "C_INVOICES_FETCHED": "1", "C_INVOICES_CREATED": "1", "C_INVOICES_REJECTED": "0", "C_ERROR_FLAG": "N",
    }  # fmt: skip
    assert used.statuses(HEADERS) == used.statuses(LINES) == ["PROCESSED"]
    assert used.tables.base["invoices"] == {("Schools", "001", "A-1"): "100"}


@pytest.mark.parametrize(
    ("code", "patch"),
    [
        ("NO OPERATING UNIT", {"OPERATING_UNIT": None}),
        ("UNDEFINED OPERATING UNIT", {"OPERATING_UNIT": "Gardens"}),
        ("NO SUPPLIER", {"VENDOR_NAME": None, "VENDOR_NUM": None}),
        ("INVALID SUPPLIER", {"VENDOR_NAME": "Nobody", "VENDOR_NUM": None}),
        ("INVALID SUPPLIER", {"VENDOR_NAME": None, "VENDOR_NUM": "1"}),
        ("INVALID SUPPLIER", {"VENDOR_NUM": "1"}),
        ("INCONSISTENT SUPPLIER", {"VENDOR_NUM": "002"}),
        ("NO SUPPLIER SITE", {"VENDOR_SITE_CODE": None}),
        ("INVALID SUPPLIER SITE", {"VENDOR_SITE_CODE": "GRID"}),
        ("INVALID SUPPLIER SITE", {"VENDOR_SITE_CODE": "GRID", "VENDOR_NAME": None}),
        ("INVALID SUPPLIER SITE", {"VENDOR_SITE_CODE": "COOK"}),
        ("NOT PAY SITE", {"VENDOR_SITE_CODE": "DEPOT"}),
        ("NO INVOICE NUMBER", {"INVOICE_NUM": None}),
        ("INVALID INVOICE AMOUNT", {"INVOICE_AMOUNT": None}),
        ("AMOUNT EXCEEDS PRECISION", {"INVOICE_AMOUNT": "100.001"}),
        ("AMOUNT EXCEEDS PRECISION", {"INVOICE_CURRENCY_CODE": "JPY", "INVOICE_AMOUNT": "100.5"}),
        ("INVALID INV TYPE LOOKUP", {"INVOICE_TYPE_LOOKUP_CODE": "INV"}),
        ("INCONSISTENT INV TYPE/AMT", {"INVOICE_AMOUNT": "-100"}),
        ("INCONSISTENT INV TYPE/AMT", {"INVOICE_AMOUNT": "-100", "INVOICE_TYPE_LOOKUP_CODE": "PREPAYMENT"}),
        ("INCONSISTENT INV TYPE/AMT", {"INVOICE_TYPE_LOOKUP_CODE": "CREDIT"}),
        ("INVALID CONTROL AMOUNT", {"CONTROL_AMOUNT": "100.01"}),
        ("INVALID CURRENCY CODE", {"INVOICE_CURRENCY_CODE": "XXX"}),
        ("INVALID PAY CURR CODE", {"PAYMENT_CURRENCY_CODE": "XXX"}),
        ("INVALID EXCH RATE TYPE", {"EXCHANGE_RATE_TYPE": "Moon"}),
        ("NO EXCHANGE RATE", {"EXCHANGE_RATE_TYPE": "User"}),
        ("INVALID TERMS", {"TERMS_NAME": "Net 31"}),
        ("INVALID PAY METHOD", {"PAYMENT_METHOD_CODE": "CASH"}),
        ("INVALID PAY GROUP", {"PAY_GROUP_LOOKUP_CODE": "Odd"}),
        ("ACCT DATE NOT IN OPEN PD", {"GL_DATE": "2025-10-05"}),
        ("NO INVOICE LINES", {"INVOICE_ID": "9001"}),
    ],
)
def test_each_fault_of_a_header_has_its_code(code: str, patch: dict[str, str | None]) -> None:
    assert refused(patched(HEADER, **patch), LINE) == [code]


@pytest.mark.parametrize(
    ("code", "patch"),
    [
        ("INVALID LINE TYPE LOOKUP", {"LINE_TYPE_LOOKUP_CODE": "GOODS"}),
        ("LINE AMOUNT IS NULL", {"AMOUNT": None}),
        ("LINE AMOUNT EXCEEDS PRECISION", {"AMOUNT": "99.999"}),
        ("ACCOUNT REQUIRED", {"DIST_CODE_CONCATENATED": None}),
        ("INVALID DISTRIBUTION ACCT", {"DIST_CODE_CONCATENATED": "01-411"}),
        ("INVALID DISTRIBUTION ACCT", {"ACCOUNTING_DATE": None, "DIST_CODE_CONCATENATED": "1-412"}),
        ("INCONSISTENT DIST INFO", {"DISTRIBUTION_SET_NAME": "Rent"}),
        ("ACCT DATE NOT IN OPEN PD", {"ACCOUNTING_DATE": "2025-10-05"}),
        ("INVALID DIST SET WITH PO", {**ORDERED, "DISTRIBUTION_SET_NAME": "Rent"}),
        ("MISSING PO NUM", {"PO_SHIPMENT_NUM": "1"}),
        ("NO PO LINE NUM", {**ORDERED, "PO_LINE_NUMBER": None}),
        ("INSUFFICIENT RECEIPT INFO", {"RECEIPT_LINE_NUMBER": "1"}),
        ("INVALID PRICE/QUANTITY/AMOUNT", {"QUANTITY_INVOICED": "10", "UNIT_PRICE": "11"}),
    ],
)
def test_each_fault_of_a_line_has_its_code(code: str, patch: dict[str, str | None]) -> None:
    assert refused(HEADER, patched(LINE, **patch)) == [code]


def test_a_line_number_may_not_be_repeated_but_be_blank() -> None:
    assert refused(HEADER, LINE, LINE) == ["DUPLICATE LINE NUMBER"]
    assert refused(HEADER, *[patched(LINE, LINE_NUMBER=None)] * 2) == []


def test_without_terms_and_site_nothing_gives_the_terms() -> None:
    found = refused(patched(HEADER, TERMS_NAME=None, VENDOR_SITE_CODE=None), LINE)
    assert found == ["NO SUPPLIER SITE", "NO TERMS INFO"]


@pytest.mark.parametrize(
    "patch",
    [
        {"VENDOR_NAME": None},
        {"VENDOR_NUM": None},
        {"TERMS_NAME": None},
        {"TERMS_NAME": "#NULL", "PAY_GROUP_LOOKUP_CODE": "#NULL"},
        {"GL_DATE": None},
        {"INVOICE_CURRENCY_CODE": "EUR"},
        {"INVOICE_AMOUNT": "-100", "INVOICE_TYPE_LOOKUP_CODE": "CREDIT"},
        {"INVOICE_AMOUNT": "-100", "INVOICE_TYPE_LOOKUP_CODE": "CREDIT MEMO"},
        {"INVOICE_AMOUNT": "100.10000"},
    ],
)
def test_a_header_that_is_only_unusual_is_taken(patch: dict[str, str | None]) -> None:
    assert refused(patched(HEADER, **patch), LINE) == []


@pytest.mark.parametrize(
    "patch",
    [
        ORDERED,
        {**ORDERED, "PO_LINE_NUMBER": None, "ITEM_DESCRIPTION": "Paper"},
        {**ORDERED, "PO_LINE_NUMBER": None, "RECEIPT_NUMBER": "R-1"},
        {"DIST_CODE_CONCATENATED": "1.411"},
        {"DIST_CODE_CONCATENATED": None, "DISTRIBUTION_SET_NAME": "Rent"},
        {"DIST_CODE_CONCATENATED": None, "COST_CENTER_SEGMENT": "411"},
        {"DIST_CODE_CONCATENATED": None, "LINE_TYPE_LOOKUP_CODE": "FREIGHT"},
        {"QUANTITY_INVOICED": "33", "UNIT_PRICE": "3.0303"},
    ],
)
def test_a_line_that_is_only_unusual_is_taken(patch: dict[str, str | None]) -> None:
    assert refused(HEADER, patched(LINE, **patch)) == []


def test_an_invoice_has_all_its_reasons() -> None:
    header = patched(HEADER, VENDOR_NUM="1", TERMS_NAME="Net 31")
    assert refused(header, patched(LINE, AMOUNT=None)) == ["INVALID SUPPLIER", "INVALID TERMS", "LINE AMOUNT IS NULL"]


def test_periods_are_those_of_the_ledger_of_the_unit() -> None:
    used = pod()
    header = patched(HEADER, OPERATING_UNIT="Kitchens", VENDOR_SITE_CODE="COOK")
    load(used, [header, patched(header, INVOICE_ID="2", INVOICE_NUM="A-2", GL_DATE="2025-10-05")],
         [patched(LINE, ACCOUNTING_DATE=None), patched(LINE, INVOICE_ID="2", ACCOUNTING_DATE=None)])  # fmt: skip
    assert rejections(used.run(JOB)) == {"A-1": ["ACCT DATE NOT IN OPEN PD"]}


@pytest.mark.parametrize(
    ("patch", "again"),
    [
        ({}, ["DUPLICATE INVOICE NUMBER"]),
        ({"INVOICE_NUM": "A-1  "}, ["DUPLICATE INVOICE NUMBER"]),
        ({"VENDOR_NUM": None}, ["DUPLICATE INVOICE NUMBER"]),
        ({"INVOICE_NUM": " A-1"}, None),
        ({"VENDOR_NAME": "Power Co", "VENDOR_NUM": "002", "VENDOR_SITE_CODE": "GRID"}, None),
        ({"OPERATING_UNIT": "Kitchens", "VENDOR_SITE_CODE": "COOK", "GL_DATE": "2025-10-05"}, None),
    ],
)
def test_a_number_is_taken_once_per_supplier_and_unit(patch: dict[str, str | None], again: list[str] | None) -> None:
    second = patched(HEADER, INVOICE_ID="1002", **patch)
    line = patched(LINE, INVOICE_ID="1002", ACCOUNTING_DATE=None)
    one_file, two_loads = pod(), pod()
    load(one_file, [HEADER, second], [LINE, line])
    load(two_loads)
    two_loads.run(JOB)
    load(two_loads, [second], [line])
    expected = {} if again is None else {second["INVOICE_NUM"]: again}
    assert rejections(one_file.run(JOB)) == rejections(two_loads.run(JOB)) == expected


def test_a_number_is_free_again_where_the_first_invoice_was_refused() -> None:
    used = pod()
    bad = patched(HEADER, INVOICE_ID="1002", TERMS_NAME="Net 31")
    load(used, [bad, HEADER], [patched(LINE, INVOICE_ID="1002"), LINE])
    used.run(JOB)
    assert used.statuses(HEADERS) == ["REJECTED", "PROCESSED"]


@pytest.mark.parametrize(
    ("changed", "fetched"),
    [
        ({}, "1"),
        ({2: ""}, "1"),
        ({8: "", 9: ""}, "1"),
        ({2: str(FIRST_ID + 1)}, "0"),
        ({8: "Utility"}, "0"),
        ({9: "SET-2"}, "0"),
        ({12: str(FIRST_ID + 1)}, "0"),
    ],
)
def test_the_parameters_select_and_nothing_selected_still_succeeds(changed: dict[int, str], fetched: str) -> None:
    used = pod()
    load(used)
    slots = {2: str(FIRST_ID), 3: "N", 4: "2025-09-30", 7: "1000", 8: "Scanned", 9: "SET-1", 10: "N", 11: "Y",
             12: str(FIRST_ID), 14: "1"} | changed  # fmt: skip
    done = used.run(JOB, *(slots.get(slot, "") for slot in range(1, 15)))
    assert (done.state, counts(done)["C_INVOICES_FETCHED"]) == ("SUCCEEDED", fetched)
    assert used.statuses(HEADERS) == (["PROCESSED"] if fetched == "1" else ["NEW"])


def test_a_line_without_its_header_is_never_looked_at() -> None:
    used = pod()
    load(used, lines=[LINE, patched(LINE, INVOICE_ID="1009"), patched(LINE, INVOICE_ID=None)])
    assert counts(used.run(JOB))["C_INVOICES_CREATED"] == "1"
    assert used.statuses(LINES) == ["PROCESSED", "NEW", "NEW"]


def test_an_invoice_id_is_local_to_its_load() -> None:
    used = pod()
    load(used)
    load(used, [patched(HEADER, INVOICE_NUM="A-2")], [])
    assert rejections(used.run(JOB)) == {"A-2": ["NO INVOICE LINES"]}


def test_what_was_refused_and_not_purged_is_looked_at_again() -> None:
    used = pod()
    first = load(used, [patched(HEADER, TERMS_NAME="Net 31")])
    used.run(JOB)
    load(used)
    assert counts(used.run(JOB))["C_INVOICES_FETCHED"] == "2"
    assert used.statuses(HEADERS) == ["REJECTED", "PROCESSED"]
    used.tables.purge(first)
    assert counts(used.run(JOB))["C_INVOICES_FETCHED"] == "0"


def test_a_supplier_that_an_import_has_created_can_be_paid() -> None:
    used = pod()
    site = Site(assigned={"Schools": ""})
    used.tables.base["suppliers"]["New Ltd"] = Supplier("New Ltd", "003", created=True, sites={("Buying", "HQ"): site})
    new = patched(HEADER, VENDOR_NAME="New Ltd", VENDOR_NUM="003", VENDOR_SITE_CODE="HQ")
    load(used, [new, patched(new, INVOICE_ID="2", INVOICE_NUM="A-2", VENDOR_SITE_CODE="MAIN")],
         [LINE, patched(LINE, INVOICE_ID="2")])  # fmt: skip
    assert rejections(used.run(JOB)) == {"A-2": ["INVALID SUPPLIER SITE"]}


def test_a_list_that_the_set_up_does_not_have_decides_nothing() -> None:
    used = Pod()
    columns = (
        "OPERATING_UNIT", "VENDOR_NAME", "VENDOR_NUM", "VENDOR_SITE_CODE", "TERMS_NAME", "PAY_GROUP_LOOKUP_CODE",
        "PAYMENT_METHOD_CODE", "INVOICE_CURRENCY_CODE", "PAYMENT_CURRENCY_CODE", "EXCHANGE_RATE_TYPE",
    )  # fmt: skip
    odd = dict.fromkeys(columns, "Any")
    load(used, [patched(HEADER, **odd)], [patched(LINE, DIST_CODE_CONCATENATED="?")])
    assert rejections(used.run(JOB, "", "123")) == {}


def test_the_report_names_each_refused_invoice_under_its_business_unit() -> None:
    used = pod()
    kitchen = patched(HEADER, INVOICE_ID="2", INVOICE_NUM="K-1", OPERATING_UNIT="Kitchens", VENDOR_NAME="Nobody & Sons",
                      VENDOR_NUM=None)  # fmt: skip
    load(used, [patched(HEADER, TERMS_NAME="Net 31"), kitchen, patched(HEADER, INVOICE_ID="3", INVOICE_NUM="A-3")],
         [LINE, patched(LINE, INVOICE_ID="2", ACCOUNTING_DATE=None), patched(LINE, INVOICE_ID="3")])  # fmt: skip
    done = used.run(JOB)
    assert done.report is not None
    assert done.report.name == "APXIIMPT_BIP"
    assert done.report.request > 0
    units = tree(done.report).findall("LIST_G_BUSINESS_UNIT_REJECTION/G_BUSINESS_UNIT_REJECTION")
    first, second = (unit.findall("LIST_G_REJECTIONS/G_REJECTIONS") for unit in units)
    assert {leaf.tag: leaf.text for leaf in second[0] if not len(leaf)} == {
        "INVOICE_NUM_R": "K-1", "INVOICE_ID_R": "2", "SUPPLIER_NAME_R": "Nobody & Sons", "SUPPLIER_NUMBER_R": None,
        "VENDOR_SITE_CODE": "MAIN", "INVOICE_AMOUNT_R": "100", "INVOICE_DATE_R": "2025-09-03",
        "INVOICE_CURRENCY_CODE_R": "USD",
    }  # fmt: skip
    detail = first[0].find("LIST_G_REJECTIONS_DETAIL/G_REJECTIONS_DETAIL")
    assert detail is not None
    assert detail.findtext("REJECT_REASON") == "INVALID TERMS"
    assert detail.findtext("REJECTION_DESCRIPTION") == "Payment terms not valid"
    assert counts(done) == {
        "C_INVOICES_FETCHED": "3", "C_INVOICES_CREATED": "1", "C_INVOICES_REJECTED": "2", "C_ERROR_FLAG": "Y",
    }  # fmt: skip


def test_the_evidence_of_every_code_is_that_of_the_code_table() -> None:
    table = {code.code: code.certainty for code in code_table("ap_import").values()}
    assert {code: table[code] for code in EVIDENCE} == EVIDENCE
