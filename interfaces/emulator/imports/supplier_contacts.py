"""Import Supplier Contacts: POZ_SUP_CONTACTS_INT into the supplier master. Contact addresses are loaded, not judged.

Not decided: an update of a contact that is not there, as no answer to it is known.
"""

from __future__ import annotations

from collections.abc import Iterator

from interfaces.emulator.imports.refusal import UNCONFIRMED, Refusal, evidence_of, filled
from interfaces.emulator.imports.supplier_family import (
    FOR_ALL,
    MEANING,
    UNKNOWN_SUPPLIER,
    Member,
    blank_on_create,
    creates,
    judged_alike,
    supplier_job,
)
from interfaces.emulator.imports.supplier_master import SupplierMaster
from interfaces.emulator.tables import Row

_NAMES = ("FIRST_NAME", "LAST_NAME", "EMAIL_ADDRESS")

NEW_ON_CREATE = {
    f"{name}_NEW": blank_on_create(f"{name}_NEW", f"{UNCONFIRMED}seen for the new name of an address")
    for name in _NAMES
}
DUPLICATE = Refusal("", "Contact already exists", MEANING)

EVIDENCE = evidence_of(*FOR_ALL, UNKNOWN_SUPPLIER, *NEW_ON_CREATE.values(), DUPLICATE)


def _judge(row: Row, master: SupplierMaster) -> Iterator[Refusal]:
    yield from judged_alike(row)
    name = row.get("VENDOR_NAME")
    if name and master.lacks(name):
        yield UNKNOWN_SUPPLIER
    if creates(row):
        yield from (refusal for column, refusal in NEW_ON_CREATE.items() if filled(row, column))
        supplier = master.find(name)
        if supplier and _contact(row) in supplier.contacts:
            yield DUPLICATE


def _contact(row: Row) -> tuple[str, str, str]:
    first, last, email = (filled(row, name) for name in _NAMES)
    return first, last, email


def _take(row: Row, master: SupplierMaster) -> None:
    if supplier := master.find(row.get("VENDOR_NAME")):
        supplier.contacts.discard(_contact(row))
        first, last, email = (filled(row, f"{name}_NEW") or filled(row, name) for name in _NAMES)
        supplier.contacts.add((first, last, email))


JOB = supplier_job(
    "ImportSupplierContacts",
    "Import Supplier Contacts",
    "26",
    {"PozSupContactsInt": "PozSupContactsInt"},
    Member("POZ_SUP_CONTACTS_INT", ("IMPORT_ACTION", "VENDOR_NAME", *_NAMES), _judge, _take),
    {"PozSupContactAddressesInt": ("PozSupContactAddressesInt", "POZ_SUP_CONTACT_ADDRESSES_INT")},
)
