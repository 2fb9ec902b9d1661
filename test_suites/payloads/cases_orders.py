"""Cases of procurement.purchase_orders: four files tied by interface keys, and what comes apart between them."""

from __future__ import annotations

from functools import partial

from interfaces.fbdi import Dialect
from test_suites.payloads.cases_making import (
    DRAGGED,
    FAULTY,
    FINE,
    REFUSED,
    WHOLE,
    Build,
    Case,
    Findings,
    members_of,
    on_package,
    packed,
    sent,
)
from test_suites.payloads.sources import Records, spoil

PO = "procurement.purchase_orders"
ZIP = "PoImport.zip"
_case = partial(Case, contract=PO, file=ZIP)
BOTH_FINE = {"H1": FINE, "H2": FINE}
_UNIT = "District Business Unit"


def two_orders() -> Records:
    """Orders H1 and H2, each with one line, one schedule, one distribution: record n of every file is of order Hn."""
    records: Records = {"headers": [], "lines": [], "locations": [], "dists": []}
    for at in ("1", "2"):
        records["headers"].append({
            "INTERFACE_HEADER_KEY": f"H{at}", "ACTION": "ORIGINAL", "BATCH_ID": "26111801", "INTERFACE_SOURCE_CODE": "LEGACY",
            "APPROVAL_ACTION": "SUBMIT", "DOCUMENT_NUM": f"PO-2600{at}", "DOCUMENT_TYPE_CODE": "STANDARD", "PRC_BU_NAME": _UNIT,
            "REQ_BU_NAME": _UNIT, "CURRENCY_CODE": "USD", "VENDOR_NAME": "Amberline Paper Supply LLC", "VENDOR_SITE_CODE": "MAIN",
            "PAYMENT_TERMS": "Net 30", "AGENT_EMAIL_ADDRESS": "buyer.office@example.org",
        })  # fmt: skip
        records["lines"].append({
            "INTERFACE_LINE_KEY": f"L{at}", "INTERFACE_HEADER_KEY": f"H{at}", "ACTION": "ADD", "LINE_NUM": "1", "LINE_TYPE": "Goods",
            "ITEM_DESCRIPTION": "Copy paper", "CATEGORY": "Classroom Supplies", "QUANTITY": "10", "UNIT_OF_MEASURE": "Box", "UNIT_PRICE": "32.50",
        })  # fmt: skip
        records["locations"].append({
            "INTERFACE_LINE_LOCATION_KEY": f"S{at}", "INTERFACE_LINE_KEY": f"L{at}", "SHIPMENT_NUM": "1",
            "SHIP_TO_LOCATION": "Birch Crossing Elementary School", "SHIPPING_UOM_QUANTITY": "10", "NEED_BY_DATE": "2026-12-04",
            "DESTINATION_TYPE_CODE": "EXPENSE",
        })  # fmt: skip
        account = dict(
            zip(
                (f"CHARGE_ACCOUNT_SEGMENT{n}" for n in range(1, 8)),
                ("2", "5110", "801", "411", "304", "000", "00"),
                strict=True,
            )
        )
        records["dists"].append({
            "INTERFACE_DISTRIBUTION_KEY": f"D{at}", "INTERFACE_LINE_LOCATION_KEY": f"S{at}", "DISTRIBUTION_NUM": "1",
            "SHIPPING_UOM_QUANTITY": "10", **account, "BUDGET_DATE": "2026-11-18",
        })  # fmt: skip
    return records


def spoilt_orders(file: str, number: int, **changes: str | None) -> Build:
    records = two_orders()
    spoil(records, file, number, **changes)
    return sent(PO, records)


def _by_amount() -> Records:
    records = two_orders()
    nothing: dict[str, str | None] = {"QUANTITY": None, "UNIT_OF_MEASURE": None, "UNIT_PRICE": None}
    spoil(records, "lines", 2, LINE_TYPE="Fixed Price Services", ITEM_DESCRIPTION="Binding", AMOUNT="500.00", **nothing)
    spoil(records, "locations", 2, SHIPPING_UOM_QUANTITY=None, AMOUNT="500.00")
    spoil(records, "dists", 2, SHIPPING_UOM_QUANTITY=None, AMOUNT_ORDERED="500.00")
    return records


def _header_key_twice() -> Records:
    records = two_orders()
    spoil(records, "headers", 2, INTERFACE_HEADER_KEY="H1")
    for name in ("lines", "locations", "dists"):
        del records[name][1]
    return records


def _line_key_twice() -> Records:
    records = two_orders()
    records["lines"].insert(1, {**records["lines"][0], "LINE_NUM": "2"})
    return records


def _without_distribution() -> Records:
    records = two_orders()
    del records["dists"][1]
    return records


def _without_member() -> dict[str, bytes]:
    return {name: data for name, data in members_of(PO, two_orders()).items() if "Distributions" not in name}


def on(file: str, rows: list[int], *rules: str) -> Findings:
    return {rule: {file: rows} for rule in rules}


H1_FAULTY, H1_REFUSED = {"H1": FAULTY, "H2": FINE}, {"H1": REFUSED, "H2": FINE}

ORDERS: tuple[Case, ...] = (
    _case("two_orders", "Two orders, every part tied to the one above: the plainest valid payload.", sent(PO, two_orders()), BOTH_FINE),
    _case("goods_and_services", "A service is ordered by amount and has no quantity on any level.", sent(PO, _by_amount()), BOTH_FINE),
    _case("quoted_crlf_and_end", "Quoted values, CRLF and END in all four members.",
          sent(PO, two_orders(), Dialect(quoting="all", newline="\r\n", end=True)), BOTH_FINE),
    _case("supplier_by_number", "The number may stand for the supplier's name.",
          spoilt_orders("headers", 1, VENDOR_NAME=None, VENDOR_NUM="0012345"), BOTH_FINE),
    _case("ninety_nine_header_columns", "A known narrower header template: what it lacks is blank, and it loads.",
          sent(PO, two_orders(), Dialect(widths={"headers": 99})), BOTH_FINE, {"headers.shape.short": {"headers": WHOLE}}),
    _case("text_as_batch", "Text in BATCH_ID made the loader refuse every header row: ORA-01722.",
          spoilt_orders("headers", 1, BATCH_ID="NOV-18"), {"H1": REFUSED, "H2": DRAGGED}, on("headers", [1], "headers.BATCH_ID.type")),
    _case("header_key_twice", "One interface key for two orders mixes them: whose line is it?",
          sent(PO, _header_key_twice()), {"H1": FAULTY}, on("headers", [2], "PO-010")),
    _case("line_key_twice", "One interface key for two lines of an order: whose schedule is it?",
          sent(PO, _line_key_twice()), H1_FAULTY, on("lines", [2], "PO-011")),
    _case("schedule_without_distribution", "Fusion asks for at least one distribution for each schedule; the whole order falls.",
          sent(PO, _without_distribution()), {"H1": FINE, "H2": REFUSED}, on("locations", [2], "PO-052", "PO-111")),
    _case("distributions_file_missing", "Three of four members: no schedule has a distribution.",
          packed(_without_member), {"H1": REFUSED, "H2": REFUSED}, {**on_package("member_missing"), **on("locations", [1, 2], "PO-052", "PO-111")}),
    _case("orphan_distribution", "A distribution of a schedule that is not in the file; its own schedule is left with none.",
          spoilt_orders("dists", 1, INTERFACE_LINE_LOCATION_KEY="S9"), {"H1": REFUSED, "H2": FINE, "S9": FAULTY},
          {**on("dists", [1], "dists.parent"), **on("locations", [1], "PO-052", "PO-111")}),
    _case("line_with_the_action_of_a_header", "ORIGINAL belongs on headers: on a line it was refused on a pod.",
          spoilt_orders("lines", 1, ACTION="ORIGINAL"), H1_REFUSED, on("lines", [1], "lines.ACTION.one_of")),
    _case("project_without_task", "The project columns come as a set.",
          spoilt_orders("dists", 1, PROJECT="Library Renewal"), H1_FAULTY, on("dists", [1], "PO-120")),
    _case("site_that_does_not_purchase", "REMIT is a pay site: one message of Fusion covers every reason why a site cannot be used.",
          spoilt_orders("headers", 1, VENDOR_SITE_CODE="REMIT"), H1_REFUSED, on("headers", [1], "PO-031", "PO-033")),
    _case("code_for_the_name_of_a_unit", "BX is a code, where the unit of measure wants its name.",
          spoilt_orders("lines", 1, UNIT_OF_MEASURE="BX"), H1_FAULTY, on("lines", [1], "lines.UNIT_OF_MEASURE.list")),
    _case("agreement_among_orders", "A blanket agreement has files and a job of its own.",
          spoilt_orders("headers", 1, DOCUMENT_TYPE_CODE="BLANKET"), H1_FAULTY, on("headers", [1], "headers.DOCUMENT_TYPE_CODE.one_of")),
    _case("quantities_that_differ", "Eleven boxes ordered, ten of them scheduled.",
          spoilt_orders("lines", 1, QUANTITY="11"), H1_FAULTY, on("lines", [1], "PO-110")),
    _case("need_by_date_blank", "A schedule needs a need-by or a promised date.",
          spoilt_orders("locations", 1, NEED_BY_DATE=None), H1_FAULTY, on("locations", [1], "PO-070")),
)  # fmt: skip
