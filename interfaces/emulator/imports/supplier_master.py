"""The supplier master of the emulated pod: suppliers with their addresses, sites and contacts."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

from interfaces.emulator.setup import Setup
from interfaces.emulator.tables import Tables


@dataclass
class Site:
    """A supplier site of one procurement business unit. Dates are YYYY-MM-DD, "" = for ever."""

    purchasing: bool = False
    inactive: str = ""  # since when
    assigned: dict[str, str] = field(default_factory=dict)  # client business unit -> inactive since

    def orders(self, unit: str, today: str) -> bool:
        """True if the unit may order at the site; a blank unit asks for the site alone."""
        return self.purchasing and _active(self.inactive, today) and (not unit or self._serves(unit, today))

    def _serves(self, unit: str, today: str) -> bool:
        return unit in self.assigned and _active(self.assigned[unit], today)


@dataclass
class Supplier:
    """A supplier. Of one that the set-up brought, contacts are not known, so they decide nothing."""

    name: str
    number: str = ""
    created: bool = False  # by an import, so that everything about it is known
    addresses: set[str] = field(default_factory=set)
    sites: dict[tuple[str, str], Site] = field(default_factory=dict)  # (procurement business unit, site code)
    contacts: set[tuple[str, str, str]] = field(default_factory=set)  # first name, last name, e-mail


class SupplierMaster:
    """Base table ``suppliers`` (name -> Supplier), filled from the set-up when it is first asked for.

    The lists: ``suppliers`` (name, number), ``supplier_addresses`` (supplier, address), ``supplier_sites`` (supplier,
    number, site, business_unit, purchasing, assigned_to), ``purchasing_sites`` (the same, all of them for purchasing).
    A list of sites without the business unit or the purpose tells nothing of them. One master is one run: until its end
    a supplier that it renames is found by the old name, too (unconfirmed).
    """

    def __init__(self, tables: Tables, setup: Setup) -> None:
        self.setup = setup
        self.suppliers: dict[Hashable, Supplier] = tables.base["suppliers"]
        self.today = setup.today.isoformat()
        if not tables.base["from set-up"].setdefault("suppliers", False):
            self._fill()
            tables.base["from set-up"]["suppliers"] = True
        self._former: dict[str, Supplier] = {}
        self._numbers = {supplier.number: supplier for supplier in self.suppliers.values() if supplier.number}

    def find(self, name: str, number: str = "") -> Supplier | None:
        """Return the supplier of a name, or without a name that of a number."""
        return (self.suppliers.get(name) or self._former.get(name)) if name else self._numbers.get(number)

    def lacks(self, name: str, number: str = "") -> bool:
        """True if the pod surely has no such supplier."""
        return self.setup.knows("suppliers") and self.find(name, number) is None

    def lacks_address(self, supplier: Supplier, address: str) -> bool:
        """True if the supplier surely has no such address."""
        known = supplier.created or self.setup.knows("supplier_addresses")
        return known and address not in supplier.addresses

    def lacks_site(self, supplier: Supplier, unit: str, code: str) -> bool:
        """True if the procurement business unit surely has no such site of the supplier."""
        return self.knows_sites(supplier) and (unit, code) not in supplier.sites

    def knows_sites(self, supplier: Supplier) -> bool:
        """True if all sites of the supplier are known."""
        return supplier.created or self.lists_sites

    @property
    def lists_sites(self) -> bool:
        """True if the set-up tells the sites of its suppliers."""
        return self.setup.knows("purchasing_sites") or _told(self.setup)

    def has_number(self, number: str) -> bool:
        """True if a supplier of the number is there."""
        return number in self._numbers

    def create(self, name: str, number: str) -> None:
        """Take up a new supplier."""
        self.suppliers[name] = supplier = Supplier(name, number, created=True)
        if number:
            self._numbers[number] = supplier

    def rename(self, name: str, new: str) -> None:
        """Give a supplier another name; nothing where there is none of the old one, or one of the new one."""
        supplier = self.find(name)
        if supplier and new not in self.suppliers:
            self._former[name] = self.suppliers[new] = self.suppliers.pop(supplier.name)
            supplier.name = new

    def _fill(self) -> None:
        for row in self.setup.rows("suppliers"):
            self.suppliers.setdefault(row["name"], Supplier(row["name"], row.get("number", "")))
        for row in self.setup.rows("supplier_addresses"):
            self.suppliers.setdefault(row["supplier"], Supplier(row["supplier"])).addresses.add(row["address"])
        lists = ["purchasing_sites", *(["supplier_sites"] if _told(self.setup) else [])]
        for row in (row for name in lists for row in self.setup.rows(name)):
            supplier = self.suppliers.setdefault(row["supplier"], Supplier(row["supplier"], row.get("number", "")))
            site = supplier.sites.setdefault((row["business_unit"], row["site"]), Site())
            site.purchasing |= row.get("purchasing", "Y") == "Y"
            site.assigned[row.get("assigned_to", "")] = ""


def _told(setup: Setup) -> bool:
    """True if the list of all sites says whose they are and what for."""
    return all(setup.values("supplier_sites", column) for column in ("business_unit", "purchasing"))


def _active(inactive: str, today: str) -> bool:
    return not inactive or inactive > today
