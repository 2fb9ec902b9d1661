"""Payables invoices: what the pod knows to hold them against, and the reasons for which it refuses each of them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from interfaces.emulator.imports.accounts import Accounts
from interfaces.emulator.imports.periods import Periods
from interfaces.emulator.imports.refusal import filled
from interfaces.emulator.setup import Setup
from interfaces.emulator.tables import Row, Tables

_TYPES = ("STANDARD", "CREDIT", "PREPAYMENT", "CREDIT MEMO")  # the last as Oracle's sample row has it
_LINE_TYPES = ("ITEM", "FREIGHT", "TAX", "MISCELLANEOUS")
_DECIMALS = {
    "CLP": 0,
    "ISK": 0,
    "JPY": 0,
    "KRW": 0,
    "VND": 0,
    "BHD": 3,
    "JOD": 3,
    "KWD": 3,
    "OMR": 3,
    "TND": 3,
}  # ISO 4217
_ROUNDING = Decimal("0.5")  # of quantity x price, in units of the currency; how far it may go is unconfirmed
_WAYS_TO_AN_ACCOUNT = (
    "DIST_CODE_CONCATENATED", "DISTRIBUTION_SET_NAME", "PO_NUMBER", "RECEIPT_NUMBER", "RCV_TRANSACTION_ID",
    "CONSUMPTION_ADVICE_NUMBER", "ACCOUNT_SEGMENT", "BALANCING_SEGMENT", "COST_CENTER_SEGMENT", "PJC_PROJECT_ID",
    "PJC_PROJECT_NUMBER", "PJC_PROJECT_NAME", "PRICE_CORRECT_INV_NUM",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Invoice:
    """A header with its lines."""

    header: Row
    lines: Sequence[Row]

    def get(self, column: str) -> str:
        """A value of the header."""
        return filled(self.header, column)


class Pod:
    """What the pod knows of units, suppliers, sites, periods and accounts."""

    def __init__(self, setup: Setup, tables: Tables) -> None:
        self.setup = setup
        self.units = {row["name"]: row for row in setup.rows("business_units")}
        self.numbers: defaultdict[str, set[str]] = defaultdict(set)  # name of a supplier -> its number
        self.sites: defaultdict[str, list[Mapping[str, str]]] = defaultdict(list)  # name or number -> sites
        for row in (*setup.rows("suppliers"), *_created(tables)):
            self.numbers[row["name"]].update(filter(None, [row.get("number")]))
        for row in (*setup.rows("supplier_sites"), *_created_sites(tables)):
            for supplier in {row["supplier"], row.get("number", "")}:
                self.sites[supplier].append(row)
        self._known_numbers = set().union(*self.numbers.values())
        self.periods = Periods(setup.rows("payables_period"))
        self.accounts = Accounts(setup)

    def supplier(self, invoice: Invoice) -> str:
        """The number of the supplier, its name where the pod knows no number."""
        name, number = invoice.get("VENDOR_NAME"), invoice.get("VENDOR_NUM")
        return number or next(iter(self.numbers.get(name, ())), name)

    def knows(self, name: str, number: str) -> bool:
        """True if there are suppliers of this name and of this number; a blank one does not count."""
        return (not name or name in self.numbers) and (not number or number in self._known_numbers)

    def ledger(self, unit: str) -> str:
        """The ledger of a business unit, "" where it is not known."""
        return self.units.get(unit, {}).get("ledger", "")


def _created(tables: Tables) -> Iterator[Mapping[str, str]]:
    """Suppliers that an import has created, as the list gives its own."""
    for supplier in tables.base["suppliers"].values():
        if supplier.created:
            yield {"name": supplier.name, "number": supplier.number}


def _created_sites(tables: Tables) -> Iterator[Mapping[str, str]]:
    """Their sites, one row per business unit that may use them; which of them are for payments is not kept."""
    for supplier in tables.base["suppliers"].values():
        for (_, code), site in supplier.sites.items() if supplier.created else ():
            for unit in site.assigned:
                yield {"supplier": supplier.name, "number": supplier.number, "site": code, "assigned_to": unit}


def _unit(invoice: Invoice, pod: Pod) -> Iterator[str]:
    unit = invoice.get("OPERATING_UNIT")
    if not unit:
        yield "NO OPERATING UNIT"
    elif not pod.setup.allows("business_units", unit):
        yield "UNDEFINED OPERATING UNIT"


def _supplier(invoice: Invoice, pod: Pod) -> Iterator[str]:
    """A site is looked up only of a supplier that is found."""
    name, number = invoice.get("VENDOR_NAME"), invoice.get("VENDOR_NUM")
    known = pod.setup.knows("suppliers")
    if not name and not number:
        yield "NO SUPPLIER"
    elif known and not pod.knows(name, number):
        yield "INVALID SUPPLIER"
    elif known and name and number and number not in pod.numbers[name]:
        yield "INCONSISTENT SUPPLIER"
    elif not invoice.get("VENDOR_SITE_CODE"):
        yield "NO SUPPLIER SITE"
    elif pod.setup.knows("supplier_sites"):
        yield from _site(invoice, pod)


def _site(invoice: Invoice, pod: Pod) -> Iterator[str]:
    """The site must be assigned to the unit that pays, and be a pay site, where the list tells."""
    supplier, code = invoice.get("VENDOR_NUM") or invoice.get("VENDOR_NAME"), invoice.get("VENDOR_SITE_CODE")
    found = [site for site in pod.sites.get(supplier, ()) if site["site"] == code]
    if (unit := invoice.get("OPERATING_UNIT")) in pod.units:
        found = [site for site in found if site.get("assigned_to", unit) == unit]
    if not found:
        yield "INVALID SUPPLIER SITE"
    elif all(site.get("pay") == "N" for site in found):
        yield "NOT PAY SITE"


def _amount(invoice: Invoice, pod: Pod) -> Iterator[str]:
    amount, kind = invoice.get("INVOICE_AMOUNT"), invoice.get("INVOICE_TYPE_LOOKUP_CODE")
    if kind and kind not in _TYPES:
        yield "INVALID INV TYPE LOOKUP"
    if not amount:
        yield "INVALID INVOICE AMOUNT"
        return
    value = Decimal(amount)
    if (kind in ("STANDARD", "PREPAYMENT") and value < 0) or (kind == "CREDIT" and value > 0):
        yield "INCONSISTENT INV TYPE/AMT"
    if _too_precise(amount, invoice.get("INVOICE_CURRENCY_CODE")):
        yield "AMOUNT EXCEEDS PRECISION"
    if abs(Decimal(invoice.get("CONTROL_AMOUNT") or 0)) > abs(value):
        yield "INVALID CONTROL AMOUNT"


def _too_precise(amount: str, currency: str) -> bool:
    return len(amount.partition(".")[2].rstrip("0")) > _DECIMALS.get(currency, 2)


def _currency(invoice: Invoice, pod: Pod) -> Iterator[str]:
    """A foreign currency without a conversion type is taken: the unit may have a default (unconfirmed)."""
    if _unknown(invoice, pod, "INVOICE_CURRENCY_CODE", "currency"):
        yield "INVALID CURRENCY CODE"
    if _unknown(invoice, pod, "PAYMENT_CURRENCY_CODE", "currency"):
        yield "INVALID PAY CURR CODE"
    if _unknown(invoice, pod, "EXCHANGE_RATE_TYPE", "rate_type"):
        yield "INVALID EXCH RATE TYPE"
    if invoice.get("EXCHANGE_RATE_TYPE") == "User" and not invoice.get("EXCHANGE_RATE"):
        yield "NO EXCHANGE RATE"


def _payment(invoice: Invoice, pod: Pod) -> Iterator[str]:
    """Blank terms come from the site (unconfirmed)."""
    if not invoice.get("TERMS_NAME") and not invoice.get("VENDOR_SITE_CODE"):
        yield "NO TERMS INFO"
    if _unknown(invoice, pod, "TERMS_NAME", "payment_terms"):
        yield "INVALID TERMS"
    if _unknown(invoice, pod, "PAYMENT_METHOD_CODE", "payment_method"):
        yield "INVALID PAY METHOD"
    if _unknown(invoice, pod, "PAY_GROUP_LOOKUP_CODE", "pay_group"):
        yield "INVALID PAY GROUP"


def _unknown(invoice: Invoice, pod: Pod, column: str, name: str) -> bool:
    value = invoice.get(column)
    return bool(value) and not pod.setup.allows(name, value)


def _identity(invoice: Invoice, pod: Pod) -> Iterator[str]:
    if not invoice.get("INVOICE_NUM").rstrip():
        yield "NO INVOICE NUMBER"
    if not _open(invoice, pod, invoice.get("GL_DATE")):
        yield "ACCT DATE NOT IN OPEN PD"


def _open(invoice: Invoice, pod: Pod, day: str) -> bool:
    """A blank day decides nothing: what then fills it, the job's or the invoice's date, is unconfirmed."""
    ledger = pod.ledger(invoice.get("OPERATING_UNIT"))
    if not day or not pod.setup.knows("payables_period") or not (ledger or pod.periods.has("")):
        return True
    return pod.periods.name(ledger, day) is not None


def _lines(invoice: Invoice, pod: Pod) -> Iterator[str]:
    if not invoice.lines:
        yield "NO INVOICE LINES"
    numbers: set[str] = set()
    for line in invoice.lines:
        number = filled(line, "LINE_NUMBER")
        if number and number in numbers:
            yield "DUPLICATE LINE NUMBER"
        numbers.add(number)
        yield from _line(invoice, line, pod)
        yield from _account(invoice, line, pod)
        yield from _match(line)


def _line(invoice: Invoice, line: Row, pod: Pod) -> Iterator[str]:
    amount, quantity, price = (filled(line, name) for name in ("AMOUNT", "QUANTITY_INVOICED", "UNIT_PRICE"))
    if filled(line, "LINE_TYPE_LOOKUP_CODE") not in _LINE_TYPES:
        yield "INVALID LINE TYPE LOOKUP"
    if not amount:
        yield "LINE AMOUNT IS NULL"
    elif _too_precise(amount, invoice.get("INVOICE_CURRENCY_CODE")):
        yield "LINE AMOUNT EXCEEDS PRECISION"
    if amount and quantity and price and abs(Decimal(quantity) * Decimal(price) - Decimal(amount)) > _ROUNDING:
        yield "INVALID PRICE/QUANTITY/AMOUNT"
    if not _open(invoice, pod, filled(line, "ACCOUNTING_DATE")):
        yield "ACCT DATE NOT IN OPEN PD"


def _account(invoice: Invoice, line: Row, pod: Pod) -> Iterator[str]:
    account, distribution_set = filled(line, "DIST_CODE_CONCATENATED"), filled(line, "DISTRIBUTION_SET_NAME")
    if filled(line, "LINE_TYPE_LOOKUP_CODE") == "ITEM" and not any(filled(line, name) for name in _WAYS_TO_AN_ACCOUNT):
        yield "ACCOUNT REQUIRED"  # unless the site has a default, which is unconfirmed
    if account and distribution_set:
        yield "INCONSISTENT DIST INFO"
    if account:
        day = filled(line, "ACCOUNTING_DATE") or invoice.get("GL_DATE") or invoice.get("INVOICE_DATE")
        if pod.accounts.state(re.split("[-.]", account), day) != "valid":
            yield "INVALID DISTRIBUTION ACCT"


def _match(line: Row) -> Iterator[str]:
    """What an order or a receipt is named by; whether it exists is not looked up."""
    order, receipt = filled(line, "PO_NUMBER"), filled(line, "RECEIPT_NUMBER")
    if order and filled(line, "DISTRIBUTION_SET_NAME"):
        yield "INVALID DIST SET WITH PO"
    parts = ("PO_LINE_NUMBER", "PO_SHIPMENT_NUM", "PO_DISTRIBUTION_NUM")
    if not order and not receipt and any(filled(line, name) for name in parts):
        yield "MISSING PO NUM"
    if order and not receipt and not filled(line, "PO_LINE_NUMBER") and not filled(line, "ITEM_DESCRIPTION"):
        yield "NO PO LINE NUM"
    if not receipt and filled(line, "RECEIPT_LINE_NUMBER"):
        yield "INSUFFICIENT RECEIPT INFO"


_TESTS: tuple[Callable[[Invoice, Pod], Iterator[str]], ...] = (
    _unit, _identity, _supplier, _amount, _currency, _payment, _lines,
)  # fmt: skip


def codes(invoice: Invoice, pod: Pod) -> Iterator[str]:
    """Yield the reasons against an invoice by itself, in the words of Oracle's codes."""
    for test in _TESTS:
        yield from test(invoice, pod)
