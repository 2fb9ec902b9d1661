"""What the imports of orders and agreements have in common: header, supplier and site, names that are looked up."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping

from interfaces.emulator.imports.documents import Part, Words
from interfaces.emulator.imports.refusal import UNCONFIRMED, Refusal, offers
from interfaces.emulator.imports.supplier_master import Supplier, SupplierMaster
from interfaces.emulator.jobs import Call
from interfaces.emulator.tables import Row

PACKAGE = "/oracle/apps/ess/prc/po/pdoi"

HEADERS, LINES = "PO_HEADERS_INTERFACE", "PO_LINES_INTERFACE"
SCHEDULES = "PO_LINE_LOCATIONS_INTERFACE"

WORDS = Words("PROCESS_CODE", taken="ACCEPTED", refused="REJECTED", failed="FAILED")

SEEN = f"{UNCONFIRMED}the rule was seen, its sentence is not known"
REMEMBERED = f"{UNCONFIRMED}the rule is remembered, its sentence is not known"


def invalid(table: str, column: str, evidence: str) -> Refusal:
    """Return the refusal of a value, in the words that were seen for the action of a line."""
    return Refusal(column, f"{table}.{column} - The value of the attribute isn't valid", evidence)


LINE_ACTION = invalid(LINES, "ACTION", "known")
SUPPLIER_SITE = Refusal(
    "VENDOR_SITE_CODE",
    "The supplier site isn't valid. It must be active, have the purchasing purpose, belong to the procurement business "
    "unit and have an active assignment to the requisitioning business unit.",
    "known: the first sentence; the second one only in its content",
)
HEADER_ACTION = invalid(HEADERS, "ACTION", REMEMBERED)
APPROVAL_ACTION = invalid(HEADERS, "APPROVAL_ACTION", REMEMBERED)
DUPLICATE_NUMBER = invalid(HEADERS, "DOCUMENT_NUM", REMEMBERED)
UNKNOWN_NAME, UNKNOWN_NUMBER = (invalid(HEADERS, column, REMEMBERED) for column in ("VENDOR_NAME", "VENDOR_NUM"))
PAYMENT_TERMS = invalid(HEADERS, "PAYMENT_TERMS", REMEMBERED)
LINE_LOOKUPS = {
    "line_type": invalid(LINES, "LINE_TYPE", SEEN),
    "purchasing_category": invalid(LINES, "CATEGORY", SEEN),
    "uom": invalid(LINES, "UNIT_OF_MEASURE", SEEN),
}
SHIP_TO = invalid(SCHEDULES, "SHIP_TO_LOCATION", SEEN)

FOR_ALL = (
    HEADER_ACTION, APPROVAL_ACTION, DUPLICATE_NUMBER, UNKNOWN_NAME, UNKNOWN_NUMBER, SUPPLIER_SITE, PAYMENT_TERMS,
)  # fmt: skip
"""What every import of the kind may say of a header."""

Lookups = Mapping[str, Mapping[str, Refusal]]
"""Table -> list with the names that a column takes (column ``name``) -> what is said of another one."""


class Purchasing:
    """The pod as such a job sees it. ``documents``: base table of its kind; ``fills``: a document that names no
    procurement unit is one of the first argument's; ``requisitioning``: the unit that buys where a header names none.
    """

    def __init__(
        self, call: Call, documents: str, lookups: Lookups, *, fills: bool = False, requisitioning: str = ""
    ) -> None:
        self.setup = call.setup
        self.master = SupplierMaster(call.tables, call.setup)
        self.procurement = call.setup.of_id("business_units", call.argument(1))
        self._fills, self._requisitioning = fills, requisitioning
        self._taken: dict[Hashable, bool] = call.tables.base[documents]
        self._units = call.setup.ids("business_units")
        self._lookups = lookups

    def selects(self, header: Row) -> bool:
        """True for a document of the argument's procurement unit, or of a unit that the pod does not have."""
        unit = header.get("PRC_BU_NAME")
        return "" in (unit, self.procurement) or unit == self.procurement or unit not in self._units

    def take(self, header: Row) -> None:
        """Remember the number of a new document."""
        if new(header) and header.get("DOCUMENT_NUM"):
            self._taken[self._number(header)] = True

    def looked_up(self, part: Part) -> Iterator[Refusal]:
        """Yield what is said of names that are on no list."""
        for name, refusal in self._lookups.get(part.table, {}).items():
            if not offers(self.setup, name, "name", part.row.get(refusal.attribute)):
                yield refusal

    def header(self, header: Row) -> Iterator[Refusal]:
        """Yield the errors of a header: its actions, its supplier and site, its number."""
        if header.get("ACTION") not in ("ORIGINAL", "UPDATE"):
            yield HEADER_ACTION
        if header.get("APPROVAL_ACTION") not in ("", "NONE", "BYPASS", "SUBMIT"):
            yield APPROVAL_ACTION
        yield from self._supplier(header)
        if new(header) and self._number(header) in self._taken:
            yield DUPLICATE_NUMBER

    def may_order(self, site: str, unit: str) -> bool:
        """False if surely no supplier has a site of the code that is assigned to the unit; blanks ask for nothing."""
        if not site or not unit or not self.master.lists_sites:
            return True
        sites = [
            found for one in self.master.suppliers.values() for (_, code), found in one.sites.items() if code == site
        ]
        return any(found.orders(unit, self.master.today) for found in sites)

    def _supplier(self, header: Row) -> Iterator[Refusal]:
        name, number = header.get("VENDOR_NAME"), header.get("VENDOR_NUM")
        if name and self.master.lacks(name):
            yield UNKNOWN_NAME
        if number and self.master.lacks("", number):
            yield UNKNOWN_NUMBER
        if (name or number) and header.get("VENDOR_SITE_CODE") and self._site_refused(header, name, number):
            yield SUPPLIER_SITE

    def _site_refused(self, header: Row, name: str, number: str) -> bool:
        """True if surely neither the supplier of the name nor that of the number has such a site for the units.

        Which of the two counts where they differ is unconfirmed. Without a procurement unit no site is looked for.
        """
        suppliers = [one for one in (self.master.find(name), self.master.find("", number)) if one]
        if not suppliers:
            return self.master.lacks(name, number)
        return not any(self._has_site(supplier, header) for supplier in suppliers)

    def _has_site(self, supplier: Supplier, header: Row) -> bool:
        code, unit = header.get("VENDOR_SITE_CODE"), self._unit(header)
        client = header.get("REQ_BU_NAME") or self._requisitioning
        if not unit or not self.master.knows_sites(supplier):
            return True
        site = supplier.sites.get((unit, code))
        return site is not None and site.orders(client, self.master.today)

    def _number(self, header: Row) -> tuple[str, str]:
        return self._unit(header), header.get("DOCUMENT_NUM")

    def _unit(self, header: Row) -> str:
        return header.get("PRC_BU_NAME") or (self.procurement if self._fills else "")


def new(header: Row) -> bool:
    """True for the header of a document that is not in the pod yet."""
    return header.get("ACTION") == "ORIGINAL"
