"""Import Orders: standard purchase orders out of the four PO interface tables. One bad row refuses the whole order.

Not decided, as Oracle's rule is not known or only remembered: currencies and rates, buyers, bill-to units, repeated
line numbers, totals of quantities and amounts, project columns, need-by dates, and whether an order that is updated
exists. Orders of another procurement unit than the first argument's are left to a run of theirs (unconfirmed).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from interfaces.emulator.imports.accounts import Accounts
from interfaces.emulator.imports.documents import Level, Part, account_refused, run_documents
from interfaces.emulator.imports.purchase_documents import (
    FOR_ALL,
    HEADERS,
    LINE_ACTION,
    LINE_LOOKUPS,
    LINES,
    PACKAGE,
    PAYMENT_TERMS,
    REMEMBERED,
    SCHEDULES,
    SEEN,
    SHIP_TO,
    WORDS,
    Purchasing,
    invalid,
    new,
)
from interfaces.emulator.imports.refusal import Refusal, evidence_of, filled
from interfaces.emulator.jobs import Call, Done, ImportJob
from interfaces.emulator.tables import Row

DISTRIBUTIONS = "PO_DISTRIBUTIONS_INTERFACE"

LEVELS = (
    Level(HEADERS, "INTERFACE_HEADER_KEY"),
    Level(LINES, "INTERFACE_LINE_KEY", "INTERFACE_HEADER_KEY"),
    Level(SCHEDULES, "INTERFACE_LINE_LOCATION_KEY", "INTERFACE_LINE_KEY"),
    Level(DISTRIBUTIONS, "INTERFACE_DISTRIBUTION_KEY", "INTERFACE_LINE_LOCATION_KEY"),
)

NO_DISTRIBUTION = Refusal("", "You must provide at least one distribution for each schedule", "known")
NO_LINE = Refusal("", "Order without lines", REMEMBERED)
NO_SCHEDULE = Refusal("", "Line without schedule", REMEMBERED)
NO_QUANTITY = Refusal("QUANTITY", "Quantity is zero", REMEMBERED)
CHARGE_ACCOUNT = Refusal("CHARGE_ACCOUNT", "Charge account not valid", SEEN)

LOOKUPS = {
    HEADERS: {"payment_terms": PAYMENT_TERMS, "ship_to_location": invalid(HEADERS, "SHIP_TO_LOCATION", SEEN)},
    LINES: LINE_LOOKUPS,
    SCHEDULES: {"ship_to_location": SHIP_TO},
}

EVIDENCE = evidence_of(
    *FOR_ALL, LINE_ACTION, NO_DISTRIBUTION, NO_LINE, NO_SCHEDULE, NO_QUANTITY, CHARGE_ACCOUNT,
    *(refusal for lookups in LOOKUPS.values() for refusal in lookups.values()),
)  # fmt: skip

Errors = Iterator[tuple[Row, Refusal]]


def _run(call: Call) -> Done:
    batch, buying = call.argument(5), _Buying(call)
    waiting = [row for row in call.tables.interface[HEADERS] if row.status == "NEW" and _standard(row)]
    headers = [row for row in waiting if (not batch or row.get("BATCH_ID") == batch) and buying.pod.selects(row)]
    return run_documents(call, JOB.name, LEVELS, WORDS, headers, buying.judge)


def _standard(row: Row) -> bool:
    """True for what this job picks up: an agreement waits for the job of its kind."""
    return row.get("DOCUMENT_TYPE_CODE") in ("", "STANDARD")


class _Buying:
    """What the job asks of an order."""

    def __init__(self, call: Call) -> None:
        buying = call.setup.of_id("business_units", call.argument(4))
        self.pod = Purchasing(call, "purchase_orders", LOOKUPS, fills=True, requisitioning=buying)
        self.accounts = Accounts(call.setup)

    def judge(self, order: Part) -> Errors:
        """Yield the errors of an order; take it if there are none."""
        errors = [error for part in order.walk() for error in self._judged(part, order.row)]
        yield from errors
        if not errors:
            self.pod.take(order.row)

    def _judged(self, part: Part, header: Row) -> Errors:
        checks = {
            HEADERS: self._header,
            LINES: self._line,
            SCHEDULES: self._schedule,
            DISTRIBUTIONS: self._distribution,
        }
        for refusal in (*self.pod.looked_up(part), *checks[part.table](part, header)):
            yield part.row, refusal

    def _header(self, order: Part, header: Row) -> Iterator[Refusal]:
        yield from self.pod.header(header)
        if new(header) and not order.parts:
            yield NO_LINE

    def _line(self, line: Part, header: Row) -> Iterator[Refusal]:
        if line.row.get("ACTION") not in ("", "ADD"):
            yield LINE_ACTION
        quantity = filled(line.row, "QUANTITY")
        if quantity and Decimal(quantity) <= 0:
            yield NO_QUANTITY
        if new(header) and not line.parts:
            yield NO_SCHEDULE

    def _schedule(self, schedule: Part, header: Row) -> Iterator[Refusal]:
        row = schedule.row
        located = row.get("SHIP_TO_LOCATION") or header.get("SHIP_TO_LOCATION")
        if row.get("DESTINATION_TYPE_CODE") == "EXPENSE" and not located:
            yield SHIP_TO
        if new(header) and not schedule.parts:
            yield NO_DISTRIBUTION

    def _distribution(self, distribution: Part, header: Row) -> Iterator[Refusal]:
        schedule = distribution.above
        stock = schedule is not None and schedule.get("DESTINATION_TYPE_CODE") == "INVENTORY"
        # That the item of a schedule for stock completes the account is unconfirmed.
        if account_refused(distribution.row, self.accounts, self.pod.master.today, completed=stock):
            yield CHARGE_ACCOUNT


JOB = ImportJob(
    package=PACKAGE,
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
