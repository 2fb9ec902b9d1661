"""Further cases of finance.ap_invoices: what real loads of invoices are known to break on, and what they take."""

from __future__ import annotations

from functools import partial

from interfaces.fbdi import Dialect
from test_suites.payloads.cases_invoices import (
    AP,
    BOTH_FINE,
    ZIP,
    on_headers,
    on_lines,
    spoilt_invoices,
    two_invoices,
)
from test_suites.payloads.cases_making import (
    DRAGGED,
    FAULTY,
    FINE,
    REFUSED,
    SECOND,
    THIRD,
    WHOLE,
    Case,
    Members,
    edited,
    members_of,
    on_package,
    packed,
    sent,
)
from test_suites.payloads.sources import Records, spoil

_case = partial(Case, contract=AP, file=ZIP, since=SECOND)
HEADERS, LINES = "ApInvoicesInterface.csv", "ApInvoiceLinesInterface.csv"
_FIRST_FAULTY, _FIRST_REFUSED = {"1001": FAULTY, "1002": FINE}, {"1001": REFUSED, "1002": FINE}
_SECOND_FAULTY, _SECOND_REFUSED = {"1001": FINE, "1002": FAULTY}, {"1001": FINE, "1002": REFUSED}


def _lines_alone() -> Members:
    return {name: data for name, data in members_of(AP, two_invoices()).items() if "Lines" in name}


def _comma_in_the_name() -> Members:
    records = two_invoices()
    spoil(records, "headers", 1, VENDOR_NAME="Amberline Paper Supply; LLC")
    members = members_of(AP, records)
    return {**members, HEADERS: members[HEADERS].replace(b"Supply; LLC", b"Supply, LLC")}


def _of_two_widths() -> Members:
    """The second header as a template of 25B sends it, beside one of today."""
    return edited(HEADERS, lambda rows: rows[1].pop(), members_of(AP, two_invoices()))


def _credit(amount: str) -> Records:
    records = two_invoices()
    spoil(records, "headers", 2, INVOICE_TYPE_LOOKUP_CODE="CREDIT MEMO", INVOICE_AMOUNT=amount)
    spoil(records, "lines", 3, AMOUNT=amount)
    return records


def _second(**changes: str | None) -> Records:
    """Both invoices, header and line of the second one with the same amount."""
    records = two_invoices()
    spoil(records, "headers", 2, **changes)
    spoil(records, "lines", 3, AMOUNT=changes.get("INVOICE_AMOUNT", "100.00"))
    return records


_LISTS_OF_SHIFTED = (
    "headers.VENDOR_NAME.list", "headers.INVOICE_CURRENCY_CODE.list", "headers.INVOICE_TYPE_LOOKUP_CODE.one_of",
    "headers.PAYMENT_METHOD_CODE.list", "headers.PAY_GROUP_LOOKUP_CODE.list",
)  # fmt: skip
_LONG_ADDRESS = "https://scans.example.org/" + "7702/" * 60 + "|http://scans.example.org/7703"

_VALID = (
    _case("terms_left_to_the_site", "The template stars TERMS_NAME; a record without it loaded, and the site has terms of its own.",
          spoilt_invoices("headers", 1, TERMS_NAME=None), BOTH_FINE),
    _case("credit_memo_of_oracles_sample", "Oracle's own sample row says CREDIT MEMO where its help text allows CREDIT.", sent(AP, _credit("-100.00")), BOTH_FINE),
    _case("long_addresses_of_attachments", "Attachment addresses are up to 4000 bytes, several with a pipe between them.",
          spoilt_invoices("headers", 2, IMAGE_DOCUMENT_URI=_LONG_ADDRESS), BOTH_FINE),
    _case("defaulting_suppressed", "#NULL asks the import not to fill a default; it is no value.", spoilt_invoices("headers", 2, PAY_GROUP_LOOKUP_CODE="#NULL"), BOTH_FINE),
    _case("line_break_as_backslash_n", "A line break in a description travels as backslash and n.", spoilt_invoices("headers", 2, DESCRIPTION="Copy paper\\nA4"), BOTH_FINE),
    _case("rounding_of_a_price", "Quantity times price may differ from the amount by its rounding.",
          spoilt_invoices("lines", 3, QUANTITY_INVOICED="33", UNIT_PRICE="3.0303"), BOTH_FINE),
)  # fmt: skip

_WRITTEN = (
    _case("widths_of_release_21a", "134 and 163 fields were whole once; such files still load, what they lack is blank.",
          sent(AP, two_invoices(), Dialect(widths={"headers": 134, "lines": 163})), BOTH_FINE,
          {"headers.shape.short": {"headers": WHOLE}, "lines.shape.short": {"lines": WHOLE}}),
    _case("records_of_two_widths", "Records of 135 fields beside records of 136 loaded from one file.",
          packed(_of_two_widths), BOTH_FINE, {"headers.shape.ragged": {"headers": WHOLE}}),
    _case("end_of_an_older_template", "The template of 25B writes END behind its last field, which is a column of 26C.",
          sent(AP, two_invoices(), Dialect(end=True), release="25B"), {"1001": FAULTY, "1002": FAULTY},
          {**on_headers([1, 2], "headers.shape.shifted", "headers.DIGITAL_PAYMENT_ACCOUNT_NAME.unlisted@NCAP"),
           **on_lines([1, 2, 3], "lines.shape.shifted", "lines.LCM_ENABLED_FLAG.unlisted@NCAP")}),
    _case("comma_in_an_unquoted_name", "A comma in a supplier's name without quotes moves the rest of the record by one column.",
          packed(_comma_in_the_name), {"1001": REFUSED, "1002": REFUSED},
          {**on_headers([1], "headers.shape.surplus", "headers.TERMS_DATE.type", *_LISTS_OF_SHIFTED, "AP-015", "AP-016", "AP-020", "AP-080", "NCAP-040"),
           **on_headers([1, 2], "AP-100")}),
    _case("headers_file_missing", "Lines without the member of their headers: none of them is imported, and nobody says so.",
          packed(_lines_alone), {"1001": FAULTY, "1002": FAULTY}, {**on_package("member_missing"), **on_lines([1, 2, 3], "lines.parent")}),
    # the database's NUMBER takes the digits, so no load error is predicted
    _case("invoice_id_of_sixteen_digits", "An invoice id has 15 digits at most; the lines of a longer one find no header.",
          spoilt_invoices("headers", 2, INVOICE_ID="1000000000000002"), {"1001": FINE, "1000000000000002": FAULTY, "1002": FAULTY},
          {**on_headers([2], "headers.INVOICE_ID.type"), **on_lines([3], "lines.parent")}),
    _case("american_invoice_date", "Finance dates are year, month, day: 11/12/2026 cannot be loaded.",
          packed(lambda: {n: d.replace(b"2026/11/12", b"11/12/2026", 1) for n, d in members_of(AP, two_invoices()).items()}),
          {"1001": REFUSED, "1002": DRAGGED}, on_headers([1], "headers.INVOICE_DATE.type")),
)  # fmt: skip

_SAID = (
    _case("supplier_not_loaded_yet", "Invoices came before their supplier: INVALID SUPPLIER for them, the others are accepted.",
          spoilt_invoices("headers", 1, VENDOR_NAME="Fernhollow Classroom Robotics LLC", VENDOR_NUM=None), _FIRST_REFUSED,
          on_headers([1], "headers.VENDOR_NAME.list", "headers.VENDOR_NUM.required@NCAP", "AP-020")),
    _case("positive_credit", "A credit takes money back: its amount is negative.",
          spoilt_invoices("headers", 2, INVOICE_TYPE_LOOKUP_CODE="CREDIT"), _SECOND_REFUSED, on_headers([2], "AP-065")),
    _case("negative_standard_invoice", "A standard invoice is not negative.", sent(AP, _second(INVOICE_AMOUNT="-100.00")), _SECOND_REFUSED, on_headers([2], "AP-060")),
    _case("invoice_dated_into_a_closed_period", "The accounting date of the header, too, lies in an open period.",
          spoilt_invoices("headers", 2, GL_DATE="2027-07-15"), _SECOND_REFUSED, on_headers([2], "AP-090")),
    _case("two_sources", "The job takes one source; invoices of the other one stay behind although the job succeeds.",
          spoilt_invoices("headers", 2, SOURCE="Utility Feed"), {"1001": FAULTY, "1002": FAULTY}, on_headers([1, 2], "AP-105")),
    _case("import_set_blank", "Without an import set the district's job selects nothing.",
          spoilt_invoices("headers", 2, GROUP_ID=None), {"1001": FAULTY, "1002": FAULTY}, {**on_headers([2], "headers.GROUP_ID.required@NCAP"), **on_headers([1, 2], "AP-100")}),
    # whether Payables has further types is an open question: no refusal is predicted
    _case("type_of_another_system", "INV is no type of Payables.",
          spoilt_invoices("headers", 2, INVOICE_TYPE_LOOKUP_CODE="INV"), _SECOND_FAULTY, on_headers([2], "headers.INVOICE_TYPE_LOOKUP_CODE.one_of")),
    _case("foreign_invoice_without_rate_type", "A currency that is not the ledger's asks for a rate type.",
          spoilt_invoices("headers", 2, INVOICE_CURRENCY_CODE="EUR", PAYMENT_CURRENCY_CODE="EUR"), _SECOND_FAULTY, on_headers([2], "AP-080")),
    _case("rate_type_user_without_rate", "Rate type User asks for the rate.",
          spoilt_invoices("headers", 2, INVOICE_CURRENCY_CODE="EUR", PAYMENT_CURRENCY_CODE="EUR", EXCHANGE_RATE_TYPE="User", EXCHANGE_DATE="2026-11-12"),
          _SECOND_REFUSED, on_headers([2], "AP-085")),
    _case("priority_of_nought", "Payment priorities go from 1 to 99.",
          spoilt_invoices("headers", 2, PAYMENT_PRIORITY="0"), _SECOND_FAULTY, on_headers([2], "headers.PAYMENT_PRIORITY.range")),
    _case("attachment_on_a_drive", "Attachments begin with http; others are ignored.",
          spoilt_invoices("headers", 2, IMAGE_DOCUMENT_URI="S:/scans/7702.pdf"), BOTH_FINE, on_headers([2], "headers.IMAGE_DOCUMENT_URI.pattern")),
    _case("line_without_an_account", "An item line has an account, a distribution set, an order or a project.",
          spoilt_invoices("lines", 3, DIST_CODE_CONCATENATED=None), _SECOND_FAULTY, on_lines([3], "AP-110")),
    _case("account_and_distribution_set", "A line has one or the other.",
          spoilt_invoices("lines", 3, DISTRIBUTION_SET_NAME="Rent"), _SECOND_REFUSED, on_lines([3], "AP-120")),
    _case("order_line_without_its_order", "A line of an order is named with the order.",
          spoilt_invoices("lines", 3, PO_LINE_NUMBER="1"), _SECOND_REFUSED, on_lines([3], "AP-130")),
    _case("invoice_number_twice_once_without_the_name", "Named and numbered here, only numbered there: to Payables it is one supplier, and the number is used.",
          spoilt_invoices("headers", 2, INVOICE_NUM="A-7701", VENDOR_NAME=None), _SECOND_REFUSED, on_headers([2], "AP-050"), since=THIRD),
    _case("site_that_takes_orders_only", "The supplier is paid elsewhere: NOT PAY SITE.",
          spoilt_invoices("headers", 2, VENDOR_NAME="Coppergate Staffing Company", VENDOR_NUM="0012567", VENDOR_SITE_CODE="ORDERS"),
          _SECOND_REFUSED, on_headers([2], "NCAP-060"), since=THIRD),
    # whether the pod makes an account that it does not have is an open question: no refusal is predicted
    _case("account_unknown", "Every segment exists, the account does not.",
          spoilt_invoices("lines", 3, DIST_CODE_CONCATENATED="1-5110-061-411-304-000-20"), _SECOND_FAULTY, on_lines([3], "lines.DIST_CODE_CONCATENATED.list@NCAP"), since=THIRD),
    _case("account_that_has_ended", "PRC 029 and its accounts ended on 30 June.",
          spoilt_invoices("lines", 3, DIST_CODE_CONCATENATED="1-5110-029-131-304-000-00"), _SECOND_FAULTY, on_lines([3], "NCAP-050"), since=THIRD),
    _case("line_number_twice", "A line number occurs once in an invoice.", spoilt_invoices("lines", 2, LINE_NUMBER="1"), _FIRST_REFUSED, on_lines([2], "AP-045")),
)  # fmt: skip

INVOICE_QUIRKS: tuple[Case, ...] = (*_VALID, *_WRITTEN, *_SAID)
