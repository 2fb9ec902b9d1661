"""The report of Import Payables Invoices (APXIIMPT_BIP): BI Publisher's data as XML, invoices counted and rejected.

That INVOICE_ID_R is the payload's INVOICE_ID is unconfirmed; it may be a number of Fusion's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

from interfaces.fusion.outcomes.answers import Answer, Report
from interfaces.fusion.outcomes.documents import count, xml_root
from interfaces.fusion.outcomes.errors import ReportError

TABLE = "AP_INVOICES_INTERFACE"

_KEYS: Mapping[str, str] = {
    "INVOICE_ID_R": "INVOICE_ID",
    "INVOICE_NUM_R": "INVOICE_NUM",
    "SUPPLIER_NAME_R": "VENDOR_NAME",
    "SUPPLIER_NUMBER_R": "VENDOR_NUM",
    "VENDOR_SITE_CODE": "VENDOR_SITE_CODE",
    "INVOICE_AMOUNT_R": "INVOICE_AMOUNT",
    "INVOICE_DATE_R": "INVOICE_DATE",
    "INVOICE_CURRENCY_CODE_R": "INVOICE_CURRENCY_CODE",
}
"""Elements of a rejection -> interface columns."""


def recognised(root: Element) -> bool:
    """True for the root of this report: it has a count of invoices or a list of rejections."""
    return any(element.tag.endswith("_INVOICES_FETCHED") or element.tag == "G_REJECTIONS" for element in root.iter())


def parse(name: str, data: bytes) -> Report:
    """Return what the report says: an answer per reason, one without words where an invoice has none, and the counts.

    Raises ReportError for what is no such report, for XML that is cut off, and for entities.
    """
    return of_root(name, xml_root(name, data))


def of_root(name: str, root: Element) -> Report:
    """Return what the report with this root says. Raises ReportError as ``parse``."""
    if not recognised(root):
        todo = "give the .xml of the report job APXIIMPT_BIP"
        raise ReportError("no report of Import Payables Invoices", where=name, todo=todo)
    answers = [
        answer for entry, one in enumerate(root.iter("G_REJECTIONS"), start=1) for answer in _answers(one, entry)
    ]
    return Report(
        "payables", name, tuple(answers), table=TABLE,
        selected=_counted(root, "FETCHED"), accepted=_counted(root, "CREATED"), rejected=_counted(root, "REJECTED"),
    )  # fmt: skip


def _answers(rejection: Element, entry: int) -> Iterator[Answer]:
    keys = {column: _text(rejection, element) for element, column in _KEYS.items()}
    details = list(rejection.iter("G_REJECTIONS_DETAIL")) or [rejection]
    for detail in details:
        said, text = _text(detail, "REJECT_REASON"), _text(detail, "REJECTION_DESCRIPTION")
        yield Answer(said, text, keys=keys, table=TABLE, entry=entry)


def _text(element: Element, tag: str) -> str:
    """The first text under this tag, blanks around it removed, "" if there is none."""
    return next((" ".join((found.text or "").split()) for found in element.iter(tag) if found.text), "")


def _counted(root: Element, word: str) -> int | None:
    """The first count of this name; older reports spell it G_ instead of C_."""
    spellings = (f"C_INVOICES_{word}", f"G_INVOICES_{word}")
    return next(
        (count(found.text) for tag in spellings for found in root.iter(tag) if count(found.text) is not None), None
    )
