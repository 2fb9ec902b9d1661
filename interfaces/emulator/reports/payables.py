"""The data XML of the report on imported invoices. The names of its elements were seen, their order is unconfirmed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from interfaces.emulator.reports.xml import HEAD, branch, leaf
from interfaces.emulator.tables import Row

_INVOICE = {
    "INVOICE_NUM_R": "INVOICE_NUM",
    "INVOICE_ID_R": "INVOICE_ID",  # of the payload; unconfirmed
    "SUPPLIER_NAME_R": "VENDOR_NAME",
    "SUPPLIER_NUMBER_R": "VENDOR_NUM",
    "VENDOR_SITE_CODE": "VENDOR_SITE_CODE",
    "INVOICE_AMOUNT_R": "INVOICE_AMOUNT",
    "INVOICE_DATE_R": "INVOICE_DATE",
    "INVOICE_CURRENCY_CODE_R": "INVOICE_CURRENCY_CODE",
}


@dataclass(frozen=True)
class Refused:
    """An invoice that was refused: its header, and each reason with its description."""

    header: Row
    reasons: Sequence[tuple[str, str]]


def payables_report(fetched: int, refused: Sequence[Refused]) -> bytes:
    """Return the XML of one run that looked at ``fetched`` invoices."""
    units: defaultdict[str, list[Refused]] = defaultdict(list)
    for one in refused:
        units[one.header.get("OPERATING_UNIT")].append(one)
    counts = {
        "C_INVOICES_FETCHED": str(fetched),
        "C_INVOICES_CREATED": str(fetched - len(refused)),
        "C_INVOICES_REJECTED": str(len(refused)),
        "C_ERROR_FLAG": "Y" if refused else "N",
    }
    rejections = (
        branch("G_BUSINESS_UNIT_REJECTION", [branch("LIST_G_REJECTIONS", map(_rejection, unit))])
        for unit in units.values()
    )
    lines = (*(leaf(*count) for count in counts.items()), branch("LIST_G_BUSINESS_UNIT_REJECTION", rejections))
    return (HEAD + branch("DATA_DS", lines) + "\n").encode()


def _rejection(refused: Refused) -> str:
    details = (
        branch("G_REJECTIONS_DETAIL", [leaf("REJECT_REASON", reason), leaf("REJECTION_DESCRIPTION", description)])
        for reason, description in refused.reasons
    )
    columns = (leaf(name, refused.header.get(column)) for name, column in _INVOICE.items())
    return branch("G_REJECTIONS", (*columns, branch("LIST_G_REJECTIONS_DETAIL", details)))
