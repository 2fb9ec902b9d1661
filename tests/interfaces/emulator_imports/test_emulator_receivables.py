"""AutoInvoice: lines are refused per attribute, and a source that the unit does not have stops the run."""

from __future__ import annotations

import pytest
from finance_pod import Pod, Values, patched, rows_of

from contracts import code_table
from interfaces.emulator.imports.receivables import CREDITS, DISTRIBUTIONS, JOB, LINES, NOT_OF_UNIT
from interfaces.emulator.setup import Setup
from interfaces.fusion.outcomes.answers import Answer
from interfaces.fusion.outcomes.codes import identify

LINE: Values = {
    "BU_NAME": "Demo Unit", "BATCH_SOURCE_NAME": "Rental", "CUST_TRX_TYPE_NAME": "Invoice", "TERM_NAME": "Net 30",
    "LINE_TYPE": "LINE", "DESCRIPTION": "Sports hall", "CURRENCY_CODE": "USD", "CONVERSION_TYPE": "User",
    "BILL_CUSTOMER_ACCOUNT_NUMBER": "C-1", "BILL_CUSTOMER_SITE_NUMBER": "S-1", "AMOUNT": "120", "GL_DATE": "2025-09-05",
    "INTERFACE_LINE_CONTEXT": "RENTAL", "INTERFACE_LINE_ATTRIBUTE1": "R-1", "INTERFACE_LINE_ATTRIBUTE2": "1",
}  # fmt: skip
TAX = patched(
    LINE, LINE_TYPE="TAX", TERM_NAME=None, GL_DATE=None, INTERFACE_LINE_ATTRIBUTE2="T", LINK_TO_LINE_CONTEXT="RENTAL",
    LINK_TO_LINE_ATTRIBUTE1="R-1", LINK_TO_LINE_ATTRIBUTE2="1",
)  # fmt: skip
SHARE: Values = {
    "INTERFACE_LINE_CONTEXT": "RENTAL", "INTERFACE_LINE_ATTRIBUTE1": "R-1", "INTERFACE_LINE_ATTRIBUTE2": "1",
    "BU_NAME": "Demo Unit",
}  # fmt: skip
LISTS = {
    "business_units": ({"name": "Demo Unit"}, {"name": "Euro Unit"}),
    "unit_source": tuple({"business_unit": "Demo Unit", "source": source} for source in ("Rental", "Fees")),
    "unit_currency": ({"business_unit": "Demo Unit", "currency": "USD"},),
    "transaction_type": ({"name": "Invoice"}, {"name": "Credit"}),
    "type_with_terms": ({"name": "Invoice"},),
    "credit_memo_type": ({"name": "Credit"},),
    "receivables_terms": ({"name": "Net 30"},),
    "bill_to": (
        {"account": "C-1", "site": "S-1", "account_reference": "L-1", "site_reference": "L-1-A"},
        {"account": "C-2", "site": "S-2", "account_reference": "L-2", "site_reference": "L-2-A"},
    ),
    "currency": ({"code": "USD"}, {"code": "EUR"}),
    "rate_type": ({"name": "User"}, {"name": "Corporate"}),
    "variable_rule": ({"name": "As told"},),
    "receivables_period": ({"start": "2025-09-01", "end": "2025-09-30"},),
}  # fmt: skip


def pod(*lines: Values, setup: Setup | None = None, below: dict[str, list[Values]] | None = None) -> Pod:
    used = Pod(setup or Setup(LISTS))
    used.load(**{LINES: lines, **(below or {})})
    return used


def told(used: Pod, *arguments: str) -> list[tuple[str, str]]:
    """Status and attribute of every row."""
    return [(row["STATUS"], row["ATTRIBUTE"]) for row in rows_of(used.run(JOB, *arguments))]


def unit_of(used: Pod, name: str = "Demo Unit") -> str:
    return used.setup.ids("business_units")[name]


@pytest.mark.parametrize(
    ("change", "attributes"),
    [
        *(({column: None}, {column}) for column in ("BU_NAME", "BATCH_SOURCE_NAME", "DESCRIPTION", "CURRENCY_CODE")),
        ({"CUST_TRX_TYPE_NAME": "Nothing"}, {"CUST_TRX_TYPE_NAME"}),
        ({"LINE_TYPE": "LUNCH"}, {"LINE_TYPE"}),
        ({"CURRENCY_CODE": "XYZ", "CONVERSION_RATE": "1"}, {"CURRENCY_CODE"}),
        ({"CONVERSION_TYPE": "Spot"}, {"CONVERSION_TYPE"}),
        ({"TERM_NAME": None}, {"TERM_NAME"}),
        ({"TERM_NAME": "Net 99"}, {"TERM_NAME"}),
        ({"CUST_TRX_TYPE_NAME": "Credit"}, {"TERM_NAME"}),
        ({"BILL_CUSTOMER_ACCOUNT_NUMBER": "C-9"}, {"BILL_CUSTOMER_ACCOUNT_NUMBER"}),
        ({"BILL_CUSTOMER_SITE_NUMBER": "S-2"}, {"BILL_CUSTOMER_SITE_NUMBER"}),
        ({"ORIG_SYSTEM_BILL_CUSTOMER_REF": "L-9"}, {"ORIG_SYSTEM_BILL_CUSTOMER_REF"}),
        (
            {"ORIG_SYSTEM_BILL_CUSTOMER_REF": "L-1", "ORIG_SYSTEM_BILL_ADDRESS_REF": "L-2-A"},
            {"ORIG_SYSTEM_BILL_ADDRESS_REF"},
        ),
        (
            {"BILL_CUSTOMER_ACCOUNT_NUMBER": None, "BILL_CUSTOMER_SITE_NUMBER": None},
            {"BILL_CUSTOMER_ACCOUNT_NUMBER", "BILL_CUSTOMER_SITE_NUMBER"},
        ),
        ({"AMOUNT": None, "QUANTITY": "2"}, {"AMOUNT"}),
        ({"CURRENCY_CODE": "EUR"}, {"CONVERSION_RATE"}),
        ({"ACCOUNTING_RULE_NAME": "As told"}, {"ACCOUNTING_RULE_DURATION"}),
        ({"TAX_EXEMPT_FLAG": "E"}, {"TAX_EXEMPT_REASON_CODE"}),
        ({"GL_DATE": "2025-10-01"}, {"GL_DATE"}),
        ({"LINE_TYPE": "FREIGHT"}, {"LINK_TO_LINE_CONTEXT"}),
        ({"DESCRIPTION": None, "AMOUNT": None}, {"DESCRIPTION", "AMOUNT"}),
    ],
)
def test_a_wrong_line_has_one_error_per_attribute_and_the_good_one_beside_it_none(
    change: dict[str, str | None], attributes: set[str]
) -> None:
    bad = patched(LINE, INTERFACE_LINE_ATTRIBUTE1="R-2", **change)
    *errors, good = told(pod(bad, LINE))
    assert good == ("PROCESSED", "")
    assert len(errors) == len(attributes)
    assert set(errors) == {("ERROR", attribute) for attribute in attributes}


@pytest.mark.parametrize(
    "change",
    [
        {"AMOUNT": None, "QUANTITY": "2", "UNIT_SELLING_PRICE": "60"},
        {"CURRENCY_CODE": "EUR", "CONVERSION_RATE": "1.1"},
        {"CURRENCY_CODE": "EUR", "CONVERSION_TYPE": "Corporate"},
        {"CUST_TRX_TYPE_NAME": "Credit", "TERM_NAME": None},
        {"GL_DATE": None},
        {
            "BILL_CUSTOMER_ACCOUNT_NUMBER": None, "BILL_CUSTOMER_SITE_NUMBER": None,
            "ORIG_SYSTEM_BILL_CUSTOMER_REF": "L-1", "ORIG_SYSTEM_BILL_ADDRESS_REF": "L-1-A",
        },
    ],
)  # fmt: skip
def test_what_may_be_blank_or_told_otherwise_is_taken(change: dict[str, str | None]) -> None:
    assert told(pod(patched(LINE, **change))) == [("PROCESSED", "")]


def test_without_lists_any_name_will_do() -> None:
    strange = patched(LINE, CUST_TRX_TYPE_NAME="Any", BILL_CUSTOMER_ACCOUNT_NUMBER="Any", GL_DATE="1999-01-01")
    assert told(pod(strange, setup=Setup())) == [("PROCESSED", "")]


def test_a_flexfield_names_one_line_for_ever() -> None:
    used = pod(LINE, LINE)
    assert told(used) == [("ERROR", "INTERFACE_LINE_CONTEXT")] * 2
    again = pod(LINE)
    assert told(again) == [("PROCESSED", "")]
    again.load(**{LINES: [LINE, patched(LINE, INTERFACE_LINE_ATTRIBUTE15="x")]})
    assert told(again) == [("ERROR", "INTERFACE_LINE_CONTEXT"), ("PROCESSED", "")]


@pytest.mark.parametrize(
    ("link", "status"),
    [
        ({}, "PROCESSED"),
        ({"LINK_TO_LINE_ATTRIBUTE2": None}, "PROCESSED"),
        ({"LINK_TO_LINE_ATTRIBUTE2": "9"}, "ERROR"),
        ({"LINK_TO_LINE_ATTRIBUTE2": "T"}, "ERROR"),  # itself: a tax line is no line
    ],
)
def test_a_tax_line_is_linked_to_a_line_that_waits(link: dict[str, str | None], status: str) -> None:
    assert [found for found, _ in told(pod(LINE, patched(TAX, **link)))] == ["PROCESSED", status]


def test_distributions_and_credits_go_with_their_line() -> None:
    used = pod(LINE, below={DISTRIBUTIONS: [SHARE, patched(SHARE, BU_NAME=None)], CREDITS: [SHARE]})
    assert told(used) == [("PROCESSED", ""), ("PROCESSED", ""), ("ERROR", "BU_NAME"), ("PROCESSED", "")]
    refused = pod(patched(LINE, DESCRIPTION=None), below={DISTRIBUTIONS: [SHARE]})
    told(refused)
    assert refused.statuses(DISTRIBUTIONS) == ["NEW"]


def test_a_source_that_the_unit_does_not_have_stops_the_run_and_only_the_log_tells() -> None:
    used = pod(LINE)
    done = used.run(JOB, unit_of(used), "Elsewhere")
    assert (done.state, done.log, dict(done.outputs)) == ("ERROR", f"{NOT_OF_UNIT}\n", {})
    assert used.statuses(LINES) == ["NEW"]


@pytest.mark.parametrize(
    ("source", "statuses"), [("Rental", ["PROCESSED", "NEW", "NEW"]), ("Fees", ["NEW", "NEW", "PROCESSED"])]
)
def test_a_run_takes_the_lines_of_its_unit_and_source(source: str, statuses: list[str]) -> None:
    lines = [patched(LINE, INTERFACE_LINE_ATTRIBUTE1=name) for name in ("R-1", "R-2", "R-3")]
    used = pod(lines[0], patched(lines[1], BU_NAME="Euro Unit"), patched(lines[2], BATCH_SOURCE_NAME="Fees"))
    used.run(JOB, unit_of(used), source)
    assert used.statuses(LINES) == statuses


def test_what_it_says_is_found_in_the_code_table() -> None:
    codes = code_table("autoinvoice")
    rows = rows_of(pod(patched(LINE, GL_DATE="2025-10-01", DESCRIPTION=None)).run(JOB))
    found = [identify(Answer(row["ERROR_MESSAGE"], attribute=row["ATTRIBUTE"]), codes) for row in rows]
    assert [code.id for code in found if code] == ["line_error", "gl_date_rule"]
    stopped = identify(Answer(NOT_OF_UNIT), codes)
    assert stopped is not None
    assert stopped.id == "source_not_of_bu"
