"""Further cases of procurement.purchase_orders: what real loads of orders are known to break on, and what they take."""

from __future__ import annotations

from functools import partial

from interfaces.fbdi import Dialect
from test_suites.payloads.cases_making import (
    DRAGGED,
    FAULTY,
    FINE,
    REFUSED,
    SECOND,
    THIRD,
    WHOLE,
    Build,
    Case,
    Members,
    edited,
    members_of,
    on_package,
    packed,
    sent,
)
from test_suites.payloads.cases_orders import (
    BOTH_FINE,
    H1_FAULTY,
    H1_REFUSED,
    PO,
    ZIP,
    on,
    spoilt_orders,
    two_orders,
)
from test_suites.payloads.sources import Records, spoil

_case = partial(Case, contract=PO, file=ZIP, since=SECOND)
_LOCATIONS, _DISTS = "PoLineLocationsInterfaceOrder.csv", "PoDistributionsInterfaceOrder.csv"
_BOTH_FAULTY = {"H1": FAULTY, "H2": FAULTY}


def _twice(file: str, **changes: str | None) -> Build:
    """Both orders, with the first record of a file once more."""
    records = two_orders()
    records[file].insert(1, {**records[file][0], **changes})
    return sent(PO, records)


def _without(file: str, number: int) -> Build:
    records = two_orders()
    del records[file][number - 1]
    return sent(PO, records)


def _headers_missing() -> Members:
    return {name: data for name, data in members_of(PO, two_orders()).items() if "Headers" not in name}


def _narrow_record() -> Members:
    """The first distribution without the columns behind the last one that is filled."""
    return edited(_DISTS, lambda rows: rows[0].__delitem__(slice(122, None)), members_of(PO, two_orders()))


def _attribute_dropped() -> Members:
    """Distributions without ATTRIBUTE5, field 75: what stands behind it moves one column to the left."""

    def edit(rows: list[list[str]]) -> None:
        for row in rows:
            del row[74]

    return edited(_DISTS, edit, members_of(PO, two_orders()))


def _american() -> Members:
    members = members_of(PO, two_orders())
    return {**members, _LOCATIONS: members[_LOCATIONS].replace(b"2026/12/04", b"12/04/2026", 1)}


def _change_order() -> Records:
    records = two_orders()
    spoil(records, "headers", 1, ACTION="UPDATE", CHANGE_ORDER_DESC="Other payment terms")
    return {name: rows[name != "headers" :] for name, rows in records.items()}


_VALID = (
    _case("accents_in_a_header_comment", "The control file of order headers counts characters: 200 of two bytes fit into 240.",
          spoilt_orders("headers", 1, COMMENTS="\u00e9" * 200), BOTH_FINE),
    _case("line_without_an_action", "A line's action is ADD or blank.", spoilt_orders("lines", 1, ACTION=None), BOTH_FINE),
    _case("promised_date_alone", "A promised date may stand for the need-by date.",
          spoilt_orders("locations", 1, NEED_BY_DATE=None, PROMISED_DATE="2026-12-04"), BOTH_FINE),
    _case("change_of_a_header", "An update may bring its header alone, here beside a whole new order.", sent(PO, _change_order()), BOTH_FINE),
    _case("headers_of_165_fields", "A generator of 2025 writes 165 header fields; the surplus is ignored.",
          sent(PO, two_orders(), Dialect(widths={"headers": 165})), BOTH_FINE, {}),
    _case("distributions_of_124_fields", "The last column was appended later: a record without it loads.",
          sent(PO, two_orders(), Dialect(widths={"dists": 124})), BOTH_FINE, {"dists.shape.short": {"dists": WHOLE}}),
    _case("distributions_of_two_widths", "Shorter records beside longer ones loaded from one file.",
          packed(_narrow_record), BOTH_FINE, {"dists.shape.ragged": {"dists": WHOLE}}),
)  # fmt: skip

_TIES = (
    _case("headers_file_missing", "Lines, schedules and distributions of no order.",
          packed(_headers_missing), _BOTH_FAULTY, {**on_package("member_missing"), **on("lines", [1, 2], "lines.parent")}),
    _case("header_without_line", "Every order has a line: the line of the first one belongs to nobody.",
          spoilt_orders("lines", 1, INTERFACE_HEADER_KEY="H9"), {"H1": FAULTY, "H2": FINE, "H9": FAULTY},
          {**on("headers", [1], "PO-050"), **on("lines", [1], "lines.parent")}),
    _case("line_without_schedule", "Every line has a schedule: that of the first one belongs to nobody.",
          spoilt_orders("locations", 1, INTERFACE_LINE_KEY="L9"), {"H1": FAULTY, "H2": FINE, "L9": FAULTY},
          {**on("lines", [1], "PO-051", "PO-110"), **on("locations", [1], "locations.parent")}),
    _case("schedule_key_twice", "One interface key for two schedules: whose distribution is it?",
          _twice("locations", SHIPMENT_NUM="2"), H1_FAULTY, {**on("locations", [2], "PO-012"), **on("lines", [1], "PO-110")}),
    _case("distribution_key_twice", "One interface key for two distributions.",
          _twice("dists", DISTRIBUTION_NUM="2"), H1_FAULTY, {**on("dists", [2], "PO-013"), **on("locations", [1], "PO-111")}),
    _case("order_number_twice", "A document number is used once.", spoilt_orders("headers", 2, DOCUMENT_NUM="PO-26001"), {"H1": FINE, "H2": FAULTY}, on("headers", [2], "PO-020")),
    _case("two_batches", "The job is called for one batch; orders of the other one stay behind.",
          spoilt_orders("headers", 2, BATCH_ID="26111802"), _BOTH_FAULTY, on("headers", [1, 2], "NCPO-040")),
)  # fmt: skip

_SAID = (
    # the columns there are texts and blank, so only the width and the missing date tell
    _case("attribute_column_dropped", "A known generator leaves out ATTRIBUTE5: the budget date behind it lands one column early.",
          packed(_attribute_dropped), _BOTH_FAULTY, {"dists.shape.short": {"dists": WHOLE}, **on("dists", [1, 2], "dists.BUDGET_DATE.required@NCPO")}),
    _case("american_need_by_date", "A date that is not year, month, day is a load error: all orders of the file are lost.",
          packed(_american), {"H1": REFUSED, "H2": DRAGGED}, on("locations", [1], "locations.NEED_BY_DATE.type")),
    _case("approval_action_in_words", "NONE, BYPASS or SUBMIT.", spoilt_orders("headers", 1, APPROVAL_ACTION="APPROVED"), H1_FAULTY, on("headers", [1], "headers.APPROVAL_ACTION.one_of")),
    _case("site_not_assigned_to_the_requester", "The site serves the procurement unit and is not assigned to the requisitioning one.",
          spoilt_orders("headers", 1, REQ_BU_NAME="School Nutrition Business Unit"), H1_REFUSED, on("headers", [1], "PO-033")),
    _case("site_of_a_number_not_assigned_to_the_requester", "The same of a supplier that is only numbered.",
          spoilt_orders("headers", 1, REQ_BU_NAME="School Nutrition Business Unit", VENDOR_NAME=None, VENDOR_NUM="0012345"), H1_REFUSED, on("headers", [1], "PO-034"), since=THIRD),
    _case("location_that_is_no_ship_to_site", "Schedules go to locations that are flagged as ship-to sites.",
          spoilt_orders("locations", 1, SHIP_TO_LOCATION="Bus Garage Annex"), H1_FAULTY, on("locations", [1], "locations.SHIP_TO_LOCATION.list")),
    _case("category_that_is_not_purchased", "The category is one of purchasing.",
          spoilt_orders("lines", 1, CATEGORY="Paper"), H1_FAULTY, on("lines", [1], "lines.CATEGORY.list")),
    _case("line_type_unknown", "The line type decides whether quantity or amount is ordered.", spoilt_orders("lines", 1, LINE_TYPE="Material"), H1_FAULTY, on("lines", [1], "lines.LINE_TYPE.list")),
    _case("line_of_quantity_and_amount", "Amount-based lines have no quantity, and the reverse.",
          spoilt_orders("lines", 1, AMOUNT="325.00"), H1_FAULTY, on("lines", [1], "PO-061")),
    _case("quantity_of_nought", "A quantity is above zero.", spoilt_orders("lines", 1, QUANTITY="0"), H1_FAULTY, on("lines", [1], "PO-062", "PO-110")),
    _case("line_of_nothing", "A line names its item or describes it.", spoilt_orders("lines", 1, ITEM_DESCRIPTION=None), H1_FAULTY, on("lines", [1], "PO-060")),
    _case("distribution_short_of_its_schedule", "Ten boxes scheduled, nine of them distributed.",
          spoilt_orders("dists", 1, SHIPPING_UOM_QUANTITY="9"), H1_FAULTY, on("locations", [1], "PO-111")),
    _case("rate_in_the_units_own_currency", "A rate belongs to foreign currencies.",
          spoilt_orders("headers", 1, RATE_TYPE="Corporate", RATE_DATE="2026-11-18"), H1_FAULTY, on("headers", [1], "PO-040")),
    _case("charge_account_never_enabled", "The segments of a charge account form an enabled combination.",
          spoilt_orders("dists", 1, CHARGE_ACCOUNT_SEGMENT5="999"), H1_FAULTY, on("dists", [1], "dists.CHARGE_ACCOUNT_SEGMENT5.list@NCPO", "NCPO-010")),
    _case("supplier_unknown", "The order names a supplier that is not in the pod, and so no site of it.",
          spoilt_orders("headers", 1, VENDOR_NAME="Nobody Knows Company"), H1_REFUSED, on("headers", [1], "headers.VENDOR_NAME.list", "PO-031", "PO-033")),
)  # fmt: skip

ORDER_QUIRKS: tuple[Case, ...] = (*_VALID, *_TIES, *_SAID)
