"""Import Orders: standard purchase orders out of the four PO interface tables. One bad row refuses the whole order.

Not decided, as Oracle's rule is not known or only remembered: currencies and rates, buyers, bill-to units, repeated
line numbers, totals of quantities and amounts, project columns, need-by dates, and whether an order that is updated
exists. Orders of another procurement unit than the first argument's are left to a run of theirs (unconfirmed).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from decimal import Decimal

from interfaces.emulator.imports.accounts import Accounts
from interfaces.emulator.imports.documents import Level, Part, Words, account_refused, run_documents
from interfaces.emulator.imports.refusal import UNCONFIRMED, Refusal, evidence_of, filled, offers
from interfaces.emulator.imports.supplier_master import SupplierMaster
from interfaces.emulator.jobs import Call, Done, ImportJob
from interfaces.emulator.setup import Setup
from interfaces.emulator.tables import Row

HEADERS, LINES = "PO_HEADERS_INTERFACE", "PO_LINES_INTERFACE"
SCHEDULES, DISTRIBUTIONS = "PO_LINE_LOCATIONS_INTERFACE", "PO_DISTRIBUTIONS_INTERFACE"

LEVELS = (
    Level(HEADERS, "INTERFACE_HEADER_KEY"),
    Level(LINES, "INTERFACE_LINE_KEY", "INTERFACE_HEADER_KEY"),
    Level(SCHEDULES, "INTERFACE_LINE_LOCATION_KEY", "INTERFACE_LINE_KEY"),
    Level(DISTRIBUTIONS, "INTERFACE_DISTRIBUTION_KEY", "INTERFACE_LINE_LOCATION_KEY"),
)
WORDS = Words("PROCESS_CODE", taken="ACCEPTED", refused="REJECTED", failed="FAILED")

SEEN = f"{UNCONFIRMED}the rule was seen, its sentence is not known"
REMEMBERED = f"{UNCONFIRMED}the rule is remembered, its sentence is not known"


def invalid(table: str, column: str, evidence: str) -> Refusal:
    """Return the refusal of a value, in the words that were seen for the action of a line."""
    return Refusal(column, f"{table}.{column} - The value of the attribute isn't valid", evidence)


LINE_ACTION = invalid(LINES, "ACTION", "known")
NO_DISTRIBUTION = Refusal("", "You must provide at least one distribution for each schedule", "known")
SUPPLIER_SITE = Refusal(
    "VENDOR_SITE_CODE",
    "The supplier site isn't valid. It must be active, have the purchasing purpose, belong to the procurement business "
    "unit and have an active assignment to the requisitioning business unit.",
    "known: the first sentence; the second one only in its content",
)
HEADER_ACTION = invalid(HEADERS, "ACTION", REMEMBERED)
APPROVAL_ACTION = invalid(HEADERS, "APPROVAL_ACTION", REMEMBERED)
DUPLICATE_NUMBER = invalid(HEADERS, "DOCUMENT_NUM", REMEMBERED)
NO_LINE = Refusal("", "Order without lines", REMEMBERED)
NO_SCHEDULE = Refusal("", "Line without schedule", REMEMBERED)
NO_QUANTITY = Refusal("QUANTITY", "Quantity is zero", REMEMBERED)
NO_SHIP_TO = invalid(SCHEDULES, "SHIP_TO_LOCATION", SEEN)
CHARGE_ACCOUNT = Refusal("CHARGE_ACCOUNT", "Charge account not valid", SEEN)
UNKNOWN_NAME, UNKNOWN_NUMBER = (invalid(HEADERS, column, REMEMBERED) for column in ("VENDOR_NAME", "VENDOR_NUM"))

LOOKUPS = {
    HEADERS: {"payment_terms": invalid(HEADERS, "PAYMENT_TERMS", REMEMBERED),
              "ship_to_location": invalid(HEADERS, "SHIP_TO_LOCATION", SEEN)},
    LINES: {"line_type": invalid(LINES, "LINE_TYPE", SEEN), "purchasing_category": invalid(LINES, "CATEGORY", SEEN),
            "uom": invalid(LINES, "UNIT_OF_MEASURE", SEEN)},
    SCHEDULES: {"ship_to_location": NO_SHIP_TO},
}  # fmt: skip
"""Table -> list with the names that a column takes (column ``name``) -> what is said of another one."""

EVIDENCE = evidence_of(
    LINE_ACTION, NO_DISTRIBUTION, SUPPLIER_SITE, HEADER_ACTION, APPROVAL_ACTION, DUPLICATE_NUMBER, NO_LINE, NO_SCHEDULE,
    NO_QUANTITY, NO_SHIP_TO, CHARGE_ACCOUNT, UNKNOWN_NAME, UNKNOWN_NUMBER,
    *(refusal for lookups in LOOKUPS.values() for refusal in lookups.values()),
)  # fmt: skip

Errors = Iterator[tuple[Row, Refusal]]


def _run(call: Call) -> Done:
    batch, buying = call.argument(5), _Buying(call)
    waiting = [row for row in call.tables.interface[HEADERS] if row.status == "NEW" and _standard(row)]
    headers = [row for row in waiting if (not batch or row.get("BATCH_ID") == batch) and buying.selects(row)]
    return run_documents(call, JOB.name, LEVELS, WORDS, headers, buying.judge)


def _standard(row: Row) -> bool:
    """True for what this job picks up: an agreement waits for the job of its kind."""
    return row.get("DOCUMENT_TYPE_CODE") in ("", "STANDARD")


class _Buying:
    """The pod as the job sees it, with the defaults of its arguments."""

    def __init__(self, call: Call) -> None:
        self.setup = call.setup
        self.master = SupplierMaster(call.tables, call.setup)
        self.accounts = Accounts(call.setup)
        self.orders: dict[Hashable, bool] = call.tables.base["purchase_orders"]
        self._units = call.setup.ids("business_units")
        self.procurement, self.requisitioning = (_unit(call.setup, call.argument(slot)) for slot in (1, 4))

    def selects(self, header: Row) -> bool:
        """True for an order of the argument's procurement unit, or of a unit that the pod does not have."""
        unit = header.get("PRC_BU_NAME")
        return "" in (unit, self.procurement) or unit == self.procurement or unit not in self._units

    def judge(self, order: Part) -> Errors:
        """Yield the errors of an order; take it if there are none."""
        errors = [error for part in order.walk() for error in self._judged(part, order.row)]
        yield from errors
        if not errors and _new(order.row) and order.row.get("DOCUMENT_NUM"):
            self.orders[self._number(order.row)] = True

    def _judged(self, part: Part, header: Row) -> Errors:
        checks = {
            HEADERS: self._header,
            LINES: self._line,
            SCHEDULES: self._schedule,
            DISTRIBUTIONS: self._distribution,
        }
        for refusal in (*self._looked_up(part), *checks[part.table](part, header)):
            yield part.row, refusal

    def _looked_up(self, part: Part) -> Iterator[Refusal]:
        for name, refusal in LOOKUPS.get(part.table, {}).items():
            if not offers(self.setup, name, "name", part.row.get(refusal.attribute)):
                yield refusal

    def _header(self, order: Part, header: Row) -> Iterator[Refusal]:
        if header.get("ACTION") not in ("ORIGINAL", "UPDATE"):
            yield HEADER_ACTION
        if header.get("APPROVAL_ACTION") not in ("", "NONE", "BYPASS", "SUBMIT"):
            yield APPROVAL_ACTION
        yield from self._supplier(header)
        if _new(header) and self._number(header) in self.orders:
            yield DUPLICATE_NUMBER
        if _new(header) and not order.parts:
            yield NO_LINE

    def _supplier(self, header: Row) -> Iterator[Refusal]:
        name, number = header.get("VENDOR_NAME"), header.get("VENDOR_NUM")
        if name and self.master.lacks(name):
            yield UNKNOWN_NAME
        if number and self.master.lacks("", number):
            yield UNKNOWN_NUMBER
        if (name or number) and header.get("VENDOR_SITE_CODE") and self._site_refused(header, name, number):
            yield SUPPLIER_SITE

    def _site_refused(self, header: Row, name: str, number: str) -> bool:
        supplier = self.master.find(name, number)
        if supplier is None:
            return self.master.lacks(name, number)
        code, unit = header.get("VENDOR_SITE_CODE"), header.get("PRC_BU_NAME") or self.procurement
        client = header.get("REQ_BU_NAME") or self.requisitioning
        sites = [site for (owner, own), site in supplier.sites.items() if own == code and unit in ("", owner)]
        return self.master.knows_sites(supplier) and not any(site.orders(client, self.master.today) for site in sites)

    def _line(self, line: Part, header: Row) -> Iterator[Refusal]:
        if line.row.get("ACTION") not in ("", "ADD"):
            yield LINE_ACTION
        quantity = filled(line.row, "QUANTITY")
        if quantity and Decimal(quantity) <= 0:
            yield NO_QUANTITY
        if _new(header) and not line.parts:
            yield NO_SCHEDULE

    def _schedule(self, schedule: Part, header: Row) -> Iterator[Refusal]:
        row = schedule.row
        located = row.get("SHIP_TO_LOCATION") or header.get("SHIP_TO_LOCATION")
        if row.get("DESTINATION_TYPE_CODE") == "EXPENSE" and not located:
            yield NO_SHIP_TO
        if _new(header) and not schedule.parts:
            yield NO_DISTRIBUTION

    def _distribution(self, distribution: Part, header: Row) -> Iterator[Refusal]:
        schedule = distribution.above
        stock = schedule is not None and schedule.get("DESTINATION_TYPE_CODE") == "INVENTORY"
        # That the item of a schedule for stock completes the account is unconfirmed.
        if account_refused(distribution.row, self.accounts, self.master.today, completed=stock):
            yield CHARGE_ACCOUNT

    def _number(self, header: Row) -> tuple[str, str]:
        return header.get("PRC_BU_NAME") or self.procurement, header.get("DOCUMENT_NUM")


def _new(header: Row) -> bool:
    return header.get("ACTION") == "ORIGINAL"


def _unit(setup: Setup, identity: str) -> str:
    """The business unit of an id, "" where the pod has none."""
    return next((name for name, known in setup.ids("business_units").items() if known == identity), "")


JOB = ImportJob(
    package="/oracle/apps/ess/prc/po/pdoi",
    definition="ImportSPOJob",
    name="Import Orders",
    option="21",
    account="prc/purchaseOrder/import",
    files={
        "PoHeadersInterfaceOrder": ("PoHeadersInterfaceOrder", HEADERS),
        "PoLinesInterfaceOrder": ("PoLinesInterfaceOrder", LINES),
        "PoLineLocationsInterfaceOrder": ("PoLineLocationsInterfaceOrder", SCHEDULES),
        "PoDistributionsInterfaceOrder": ("PoDistributionsInterfaceOrder", DISTRIBUTIONS),
    },
    run=_run,
)
