"""Import Supplier Addresses: POZ_SUP_ADDRESSES_INT into the supplier master."""

from __future__ import annotations

from collections.abc import Iterator

from interfaces.emulator.imports.refusal import UNCONFIRMED, Refusal, evidence_of, filled, offers
from interfaces.emulator.imports.supplier_family import (
    ELSEWHERE,
    FOR_ALL,
    REQUIRED,
    UNKNOWN_SUPPLIER,
    Member,
    blank_on_create,
    creates,
    judged_alike,
    missing,
    supplier_job,
    updates,
)
from interfaces.emulator.imports.supplier_master import Supplier, SupplierMaster
from interfaces.emulator.tables import Row

NAME_REQUIRED = Refusal("PARTY_SITE_NAME", REQUIRED, ELSEWHERE)
COUNTRY_REQUIRED = Refusal("COUNTRY", REQUIRED, "known")
COUNTRY_INVALID = Refusal("COUNTRY", "The address country code is invalid.", f"{UNCONFIRMED}no recorded reply")
NEW_NAME_ON_CREATE = blank_on_create("PARTY_SITE_NAME_NEW", "known")
PURPOSE_REQUIRED = Refusal(
    "", "You must provide at least one address purpose.", f"{UNCONFIRMED}the rule was seen, its sentence is not known"
)
UNKNOWN_ON_UPDATE = Refusal(
    "PARTY_SITE_NAME", "The address doesn't exist for the supplier.", f"{UNCONFIRMED}seen where a site names it"
)
DUPLICATE = Refusal(
    "PARTY_SITE_NAME",
    "The address already exists for the supplier.",
    f"{UNCONFIRMED}neither rule nor sentence was seen",
)

EVIDENCE = evidence_of(
    *FOR_ALL, UNKNOWN_SUPPLIER, NAME_REQUIRED, COUNTRY_REQUIRED, COUNTRY_INVALID, NEW_NAME_ON_CREATE, PURPOSE_REQUIRED,
    UNKNOWN_ON_UPDATE, DUPLICATE,
)  # fmt: skip

_PURPOSES = ("RFQ_OR_BIDDING_PURPOSE_FLAG", "ORDERING_PURPOSE_FLAG", "REMIT_TO_PURPOSE_FLAG")


def _judge(row: Row, master: SupplierMaster) -> Iterator[Refusal]:
    yield from judged_alike(row)
    yield from missing(row, NAME_REQUIRED)
    name = row.get("VENDOR_NAME")
    if name and master.lacks(name):
        yield UNKNOWN_SUPPLIER
    if creates(row):
        yield from _creation(row, master.find(name))
    if updates(row):
        yield from _update(row, master.find(name), master)
    if not offers(master.setup, "country", "code", filled(row, "COUNTRY")):
        yield COUNTRY_INVALID


def _creation(row: Row, supplier: Supplier | None) -> Iterator[Refusal]:
    yield from missing(row, COUNTRY_REQUIRED)
    if filled(row, "PARTY_SITE_NAME_NEW"):
        yield NEW_NAME_ON_CREATE
    if all(row.get(purpose) != "Y" for purpose in _PURPOSES):
        yield PURPOSE_REQUIRED
    if supplier and row.get("PARTY_SITE_NAME") in supplier.addresses:
        yield DUPLICATE


def _update(row: Row, supplier: Supplier | None, master: SupplierMaster) -> Iterator[Refusal]:
    name = row.get("PARTY_SITE_NAME")
    if name and supplier and master.lacks_address(supplier, name):
        yield UNKNOWN_ON_UPDATE


def _take(row: Row, master: SupplierMaster) -> None:
    if supplier := master.find(row.get("VENDOR_NAME")):
        supplier.addresses.discard(row.get("PARTY_SITE_NAME"))
        supplier.addresses.add(filled(row, "PARTY_SITE_NAME_NEW") or row.get("PARTY_SITE_NAME"))


JOB = supplier_job(
    "ImportSupplierAddresses",
    "Import Supplier Addresses",
    "56",
    {"PozSupplierAddressesInt": "PozSupplierAddressesInt", "PozSupAddressesInt": "PozSupplierAddressesInt"},
    Member("POZ_SUP_ADDRESSES_INT", ("IMPORT_ACTION", "VENDOR_NAME", "PARTY_SITE_NAME"), _judge, _take),
)
