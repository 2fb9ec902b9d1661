"""AutoInvoice: transaction lines with their distributions and sales credits. A wrong line is refused by itself.

All errors of a line are told, one per attribute; their sentences are not known, so the words of the code table stand
for them. A source that is not one of the business unit stops the run: only its log tells of it, and every line waits.
Not decided: numbering by the source, amounts that are no product, conversion types and rates in the ledger's currency,
shares of distributions and sales credits, accounts, taxes, and which lines make one transaction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import takewhile

from interfaces.emulator.imports.periods import Periods
from interfaces.emulator.imports.refusal import UNCONFIRMED, Refusal, evidence_of
from interfaces.emulator.imports.single_rows import judged, log_of, reported
from interfaces.emulator.jobs import Call, Done, ImportJob
from interfaces.emulator.reports.rows import rows_report
from interfaces.emulator.setup import Setup
from interfaces.emulator.tables import Row

LINES = "RA_INTERFACE_LINES_ALL"
DISTRIBUTIONS, CREDITS = "RA_INTERFACE_DISTRIBUTIONS_ALL", "RA_INTERFACE_SALESCREDITS_ALL"

NOT_OF_UNIT = "The transaction source isn't valid for the business unit based on reference set association."
"""What the log of a run says that stops."""

_WORDS = f"{UNCONFIRMED}that lines are refused per attribute is known, of which and in what sentence is not"


def _error(attribute: str, text: str = "(line) MESSAGE_TEXT + INVALID_VALUE") -> Refusal:
    return Refusal(attribute, text, _WORDS)


REQUIRED = (
    "BU_NAME", "BATCH_SOURCE_NAME", "CUST_TRX_TYPE_NAME", "LINE_TYPE", "DESCRIPTION", "CURRENCY_CODE",
    "CONVERSION_TYPE",
)  # fmt: skip
_NAMES = {
    "business_units": "BU_NAME", "transaction_type": "CUST_TRX_TYPE_NAME", "receivables_terms": "TERM_NAME",
    "currency": "CURRENCY_CODE", "rate_type": "CONVERSION_TYPE",
}  # fmt: skip
"""List, by its first column -> column that takes its names."""
_CUSTOMERS = {
    ("BILL_CUSTOMER_ACCOUNT_NUMBER", "BILL_CUSTOMER_SITE_NUMBER"): ("account", "site"),
    ("ORIG_SYSTEM_BILL_CUSTOMER_REF", "ORIG_SYSTEM_BILL_ADDRESS_REF"): ("account_reference", "site_reference"),
}
"""Account and site of a line -> their columns in the list ``bill_to``."""
FURTHER = (
    "INTERFACE_LINE_CONTEXT", "LINK_TO_LINE_CONTEXT", "TERM_NAME", *(column for pair in _CUSTOMERS for column in pair),
    "AMOUNT", "CONVERSION_RATE", "ACCOUNTING_RULE_DURATION", "TAX_EXEMPT_REASON_CODE",
)  # fmt: skip
"""Attributes of line errors beside the required ones."""
GL_DATE = _error("GL_DATE", "(line) GL date rule")

EVIDENCE = {
    **evidence_of(*map(_error, (*REQUIRED, *FURTHER)), GL_DATE),
    NOT_OF_UNIT: "known",
}

_FLEXFIELD = ("INTERFACE_LINE_CONTEXT", *(f"INTERFACE_LINE_ATTRIBUTE{number}" for number in range(1, 16)))
_LINK = ("LINK_TO_LINE_CONTEXT", *(f"LINK_TO_LINE_ATTRIBUTE{number}" for number in range(1, 16)))
_KEYS = {
    LINES: (*_FLEXFIELD, "BU_NAME", "BATCH_SOURCE_NAME", "CUST_TRX_TYPE_NAME", "TRX_NUMBER", "LINE_TYPE", "AMOUNT"),
    DISTRIBUTIONS: (*_FLEXFIELD, "BU_NAME", "ACCOUNT_CLASS", "AMOUNT", "PERCENT"),
    CREDITS: (*_FLEXFIELD, "BU_NAME", "SALESREP_NUMBER", "SALES_CREDIT_AMOUNT_SPLIT", "SALES_CREDIT_PERCENT_SPLIT"),
}


def _run(call: Call) -> Done:
    """The lines of the unit and source that the job was given; a blank one selects every line (unconfirmed)."""
    unit, source = call.setup.of_id("business_units", call.argument(1)), call.argument(2)
    if unit and source and not _has_source(call.setup, unit, source):
        return Done(state="ERROR", log=f"{NOT_OF_UNIT}\n")
    waiting = [row for row in call.tables.interface[LINES] if row.status == "NEW"]
    lines = [
        row for row in waiting if unit in ("", row.get("BU_NAME")) and source in ("", row.get("BATCH_SOURCE_NAME"))
    ]
    verdicts = dict(judged(lines, _Receivables(call, waiting).judge))
    taken = {_flexfield(row) for row in lines if row.status == "PROCESSED"}
    call.tables.base["transaction lines"].update(dict.fromkeys(taken, True))
    starts = {line[:length] for line in taken for length in range(1, 17)}
    for table in (DISTRIBUTIONS, CREDITS):
        own = [
            row for row in call.tables.interface[table] if row.status == "NEW" and _filled(row, _FLEXFIELD) in starts
        ]
        verdicts |= judged(own, lambda row: () if row.get("BU_NAME") else (_error("BU_NAME"),))
    report = [line for table, keys in _KEYS.items() for line in reported(call, table, keys, verdicts)]
    return Done(log=log_of(JOB.name, verdicts), outputs={"xml": rows_report(report)})


def _has_source(setup: Setup, unit: str, source: str) -> bool:
    pairs = {(row.get("business_unit"), row.get("source")) for row in setup.rows("unit_source")}
    return not setup.knows("unit_source") or (unit, source) in pairs


def _flexfield(row: Row) -> tuple[str, ...]:
    return tuple(map(row.get, _FLEXFIELD))


def _filled(row: Row, columns: Sequence[str]) -> tuple[str, ...]:
    """The values up to the first blank one: so a line is looked for (that it may have more of them is unconfirmed)."""
    return tuple(takewhile(bool, map(row.get, columns)))


class _Receivables:
    """The pod as the job sees it: its lists, the lines that wait, and those that were imported before."""

    def __init__(self, call: Call, waiting: list[Row]) -> None:
        self._setup = setup = call.setup
        self._waiting = Counter(map(_flexfield, waiting))
        self._imported = call.tables.base["transaction lines"]
        self._linked = {
            _flexfield(row)[:length] for row in waiting if row.get("LINE_TYPE") == "LINE" for length in range(17)
        }
        self._periods = Periods(setup.rows("receivables_period"))
        self._currency = {row.get("business_unit"): row.get("currency") for row in setup.rows("unit_currency")}
        self._customers = {
            columns: {tuple(row.get(name, "") for name in names) for row in setup.rows("bill_to")}
            for columns, names in _CUSTOMERS.items()
        }

    def judge(self, row: Row) -> Iterator[Refusal]:
        """Yield everything that is wrong with a line."""
        yield from map(_error, dict.fromkeys((*self._columns(row), *self._customer(row), *self._amount(row))))
        if self._repeats(row):
            yield _error("INTERFACE_LINE_CONTEXT")
        if (row.get("LINE_TYPE") in ("TAX", "FREIGHT") and not row.get("LINK_TO_LINE_CONTEXT")) or self._misses(row):
            yield _error("LINK_TO_LINE_CONTEXT")
        day = row.get("GL_DATE")
        if day and self._setup.knows("receivables_period") and self._periods.name("", day) is None:
            yield GL_DATE

    def _columns(self, row: Row) -> Iterator[str]:
        """Yield columns that are blank though they are required, and those with a name that is not known."""
        yield from (column for column in REQUIRED if not row.get(column))
        if row.get("LINE_TYPE") not in ("", "LINE", "TAX", "FREIGHT", "CHARGES"):
            yield "LINE_TYPE"
        for name, column in _NAMES.items():
            if row.get(column) and not self._setup.allows(name, row.get(column)):
                yield column
        kind, terms = row.get("CUST_TRX_TYPE_NAME"), row.get("TERM_NAME")
        of_invoice = row.get("LINE_TYPE") == "LINE" and kind in self._setup.values("type_with_terms")
        if (of_invoice and not terms) or (terms and kind in self._setup.values("credit_memo_type")):
            yield "TERM_NAME"
        if row.get("TAX_EXEMPT_FLAG") == "E" and not row.get("TAX_EXEMPT_REASON_CODE"):
            yield "TAX_EXEMPT_REASON_CODE"

    def _customer(self, row: Row) -> Iterator[str]:
        """Yield what is wrong of the bill-to customer, who is told by number or by reference."""
        for (account, site), known in self._customers.items():
            told = (row.get(account), row.get(site))
            if told[0] and self._setup.knows("bill_to") and told[0] not in {one for one, _ in known}:
                yield account
            elif all(told) and self._setup.knows("bill_to") and told not in known:
                yield site
        for column, other in zip(*_CUSTOMERS, strict=True):
            if not row.get(column) and not row.get(other):
                yield column

    def _amount(self, row: Row) -> Iterator[str]:
        if not row.get("AMOUNT") and not (row.get("QUANTITY") and row.get("UNIT_SELLING_PRICE")):
            yield "AMOUNT"
        currency = row.get("CURRENCY_CODE")
        foreign = currency != "" and self._currency.get(row.get("BU_NAME"), currency) != currency
        if foreign and row.get("CONVERSION_TYPE") == "User" and not row.get("CONVERSION_RATE"):
            yield "CONVERSION_RATE"
        variable = row.get("ACCOUNTING_RULE_NAME") in self._setup.values("variable_rule")
        if variable and not row.get("ACCOUNTING_RULE_DURATION"):
            yield "ACCOUNTING_RULE_DURATION"

    def _repeats(self, row: Row) -> bool:
        """True if another line has the flexfield of this one."""
        own = _flexfield(row)
        return own[0] != "" and (self._waiting[own] > 1 or own in self._imported)

    def _misses(self, row: Row) -> bool:
        """True if no line is the one that the link of this line names."""
        link = _filled(row, _LINK)
        return len(link) > 1 and link not in self._linked


JOB = ImportJob(
    package="/oracle/apps/ess/financials/receivables/transactions/autoInvoices",
    definition="AutoInvoiceImportEss",
    name="Import AutoInvoice",
    option="2",
    account="fin/receivables/import",
    files={
        "RaInterfaceLinesAll": ("RaInterfaceLinesAll", LINES),
        "RaInterfaceDistributionsAll": ("RaInterfaceDistributionsAll", DISTRIBUTIONS),
        "RaInterfaceSalesCreditsAll": ("RaInterfaceSalesCreditsAll", CREDITS),
    },
    run=_run,
)
