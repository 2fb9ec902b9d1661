"""Import Payables Invoices: which invoices it takes from its two interface tables, and why it refuses the others.

Nearly all its codes are names of the older product that Fusion was not seen to give. Unconfirmed, too: refused
invoices are looked at again by the next run of their source and import set, accepted rows stay until they are purged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from contracts.codes import code_table
from interfaces.emulator.imports.invoices import Invoice, Pod, codes
from interfaces.emulator.jobs import Call, Done, ImportJob
from interfaces.emulator.reports.payables import Refused, payables_report
from interfaces.emulator.tables import Row

_KNOWN = ("INVALID SUPPLIER", "DUPLICATE INVOICE NUMBER", "INVALID TERMS", "ACCT DATE NOT IN OPEN PD")
_LIKELY = (
    "ACCOUNT REQUIRED", "AMOUNT EXCEEDS PRECISION", "DUPLICATE LINE NUMBER", "INCONSISTENT DIST INFO",
    "INCONSISTENT INV TYPE/AMT", "INCONSISTENT SUPPLIER", "INSUFFICIENT RECEIPT INFO", "INVALID CONTROL AMOUNT",
    "INVALID CURRENCY CODE", "INVALID DIST SET WITH PO", "INVALID DISTRIBUTION ACCT", "INVALID EXCH RATE TYPE",
    "INVALID INV TYPE LOOKUP", "INVALID INVOICE AMOUNT", "INVALID LINE TYPE LOOKUP", "INVALID PAY CURR CODE",
    "INVALID PAY GROUP", "INVALID PAY METHOD", "INVALID PRICE/QUANTITY/AMOUNT", "INVALID SUPPLIER SITE",
    "LINE AMOUNT EXCEEDS PRECISION", "LINE AMOUNT IS NULL", "MISSING PO NUM", "NO EXCHANGE RATE", "NO INVOICE LINES",
    "NO INVOICE NUMBER", "NO OPERATING UNIT", "NO PO LINE NUM", "NO SUPPLIER", "NO SUPPLIER SITE", "NO TERMS INFO",
    "NOT PAY SITE", "UNDEFINED OPERATING UNIT",
)  # fmt: skip
EVIDENCE: Mapping[str, str] = dict.fromkeys(_KNOWN, "known") | dict.fromkeys(_LIKELY, "likely")
"""Codes that this import gives, and how sure it is that Fusion gives them, too: known, or likely (unconfirmed)."""

HEADERS, LINES = "AP_INVOICES_INTERFACE", "AP_INVOICE_LINES_INTERFACE"


def _run(call: Call) -> Done:
    pod = Pod(call.setup, call.tables)
    invoices = list(_selected(call, pod))
    refused = []
    for invoice in invoices:
        reasons = list(codes(invoice, pod))
        key = (invoice.get("OPERATING_UNIT"), pod.supplier(invoice), invoice.get("INVOICE_NUM").rstrip())
        if invoice.get("INVOICE_NUM") and key in call.tables.base["invoices"]:
            reasons.append(
                "DUPLICATE INVOICE NUMBER"
            )  # per business unit, and the first of one file counts: unconfirmed
        if reasons:
            refused.append((invoice, reasons))
        else:
            call.tables.base["invoices"][key] = invoice.get("INVOICE_AMOUNT")
        for row in (invoice.header, *invoice.lines):
            row.status = "REJECTED" if reasons else "PROCESSED"
    return _done(call, len(invoices), refused)


def _selected(call: Call, pod: Pod) -> Iterator[Invoice]:
    """Invoices of the unit, source, import set and ledger that the job was given; a blank argument takes all.

    A line belongs to the header of its own load with its INVOICE_ID; one without a header is never looked at.
    """
    lines: defaultdict[tuple[int, str], list[Row]] = defaultdict(list)
    for row in call.tables.interface[LINES]:
        if row.status != "PROCESSED" and (identity := row.get("INVOICE_ID")):
            lines[row.load, identity].append(row)
    for header in call.tables.interface[HEADERS]:
        if header.status != "PROCESSED" and _wanted(header, call, pod):
            yield Invoice(header, lines.get((header.load, header.get("INVOICE_ID")), ()))


def _wanted(header: Row, call: Call, pod: Pod) -> bool:
    """A header of no unit, or of one that the pod does not have, is taken by every run (unconfirmed), to be refused."""
    source, group, ledger = call.argument(8), call.argument(9), call.argument(12)
    if source not in ("", header.get("SOURCE")) or group not in ("", header.get("GROUP_ID")):
        return False
    unit = header.get("OPERATING_UNIT")
    wanted = call.argument(2)
    if wanted not in ("", unit, call.setup.ids("business_units").get(unit, wanted)):
        return False
    return ledger in ("", call.setup.ids("ledgers").get(pod.ledger(unit), ledger))


def _done(call: Call, fetched: int, refused: Iterable[tuple[Invoice, Sequence[str]]]) -> Done:
    """The import succeeds whatever it refused (unconfirmed); its report job tells."""
    meanings = {code.code: code.meaning for code in code_table("ap_import").values()}
    rejections = [Refused(one.header, [(code, meanings[code]) for code in reasons]) for one, reasons in refused]
    report = Done(
        log="Import Payables Invoices Report: data written.\n",
        outputs={"xml": payables_report(fetched, rejections)},
        name="APXIIMPT_BIP",
        request=call.new_request(),
    )
    return Done(log=f"Invoices fetched: {fetched}\nInvoices rejected: {len(rejections)}\n", report=report)


JOB = ImportJob(
    package="/oracle/apps/ess/financials/payables/invoices/transactions",
    definition="APXIIMPT",
    name="Import Payables Invoices",
    option="1",
    account="fin/payables/import",
    files={
        "ApInvoicesInterface": ("ApInvoicesInterface", HEADERS),
        "ApInvoiceLinesInterface": ("ApInvoiceLinesInterface", LINES),
    },
    run=_run,
)
