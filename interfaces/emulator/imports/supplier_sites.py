"""Import Supplier Sites: POZ_SUPPLIER_SITES_INT into the supplier master. Remit-to suppliers are not emulated.

Not decided, as it is only remembered: that a site needs a purpose.
"""

from __future__ import annotations

from collections.abc import Iterator

from interfaces.emulator.imports.refusal import Refusal, evidence_of, filled, offers
from interfaces.emulator.imports.supplier_family import (
    ELSEWHERE,
    FOR_ALL,
    INVALID,
    MEANING,
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
from interfaces.emulator.imports.supplier_master import Site, Supplier, SupplierMaster
from interfaces.emulator.tables import Row

UNIT_REQUIRED = Refusal("PROCUREMENT_BUSINESS_UNIT_NAME", REQUIRED, ELSEWHERE)
UNIT_INVALID = Refusal("PROCUREMENT_BUSINESS_UNIT_NAME", INVALID, ELSEWHERE)
CODE_REQUIRED = Refusal("VENDOR_SITE_CODE", REQUIRED, ELSEWHERE)
ADDRESS_REQUIRED = Refusal("PARTY_SITE_NAME", REQUIRED, ELSEWHERE)
VENDOR_ID_REQUIRED = Refusal("VENDOR_ID", REQUIRED, "known")
UNKNOWN_ADDRESS = Refusal("PARTY_SITE_NAME", "The address doesn't exist for the supplier.", "known")
NEW_CODE_ON_CREATE = blank_on_create("VENDOR_SITE_CODE_NEW", "known")
DUPLICATE = Refusal("VENDOR_SITE_CODE", "Site code already exists for supplier and BU", MEANING)
UNKNOWN_SITE = Refusal("VENDOR_SITE_CODE", "Site code not valid", MEANING)

EVIDENCE = evidence_of(
    *FOR_ALL, UNKNOWN_SUPPLIER, UNIT_REQUIRED, UNIT_INVALID, CODE_REQUIRED, ADDRESS_REQUIRED, VENDOR_ID_REQUIRED,
    UNKNOWN_ADDRESS, NEW_CODE_ON_CREATE, DUPLICATE, UNKNOWN_SITE,
)  # fmt: skip


def _judge(row: Row, master: SupplierMaster) -> Iterator[Refusal]:
    yield from judged_alike(row)
    yield from missing(row, UNIT_REQUIRED, CODE_REQUIRED)
    if not offers(master.setup, "business_units", "name", row.get("PROCUREMENT_BUSINESS_UNIT_NAME")):
        yield UNIT_INVALID
    if creates(row):
        yield from missing(row, ADDRESS_REQUIRED)
        if filled(row, "VENDOR_SITE_CODE_NEW"):
            yield NEW_CODE_ON_CREATE
    name = row.get("VENDOR_NAME")
    if name and master.lacks(name):
        yield from (UNKNOWN_SUPPLIER, VENDOR_ID_REQUIRED)
    if supplier := master.find(name):
        yield from _beside(row, supplier, master)


def _beside(row: Row, supplier: Supplier, master: SupplierMaster) -> Iterator[Refusal]:
    """What the supplier's address and its other sites say of the row."""
    address, unit, code = (
        filled(row, column) for column in ("PARTY_SITE_NAME", "PROCUREMENT_BUSINESS_UNIT_NAME", "VENDOR_SITE_CODE")
    )
    if address and master.lacks_address(supplier, address):
        yield UNKNOWN_ADDRESS
    if creates(row) and (unit, code) in supplier.sites:
        yield DUPLICATE
    if updates(row) and code and master.lacks_site(supplier, unit, code):
        yield UNKNOWN_SITE


def _take(row: Row, master: SupplierMaster) -> None:
    if supplier := master.find(row.get("VENDOR_NAME")):
        unit, code = row.get("PROCUREMENT_BUSINESS_UNIT_NAME"), row.get("VENDOR_SITE_CODE")
        site = supplier.sites.pop((unit, code), None) or Site()
        site.purchasing = row.values.get("PURCHASING_SITE_FLAG", "Y" if site.purchasing else "N") == "Y"
        site.inactive = filled(row, "INACTIVE_DATE") if "INACTIVE_DATE" in row.values else site.inactive
        supplier.sites[unit, filled(row, "VENDOR_SITE_CODE_NEW") or code] = site


JOB = supplier_job(
    "ImportSupplierSites",
    "Import Supplier Sites",
    "25",
    {"PozSupplierSitesInt": "PozSupplierSitesInt"},
    Member(
        "POZ_SUPPLIER_SITES_INT",
        ("IMPORT_ACTION", "VENDOR_NAME", "PROCUREMENT_BUSINESS_UNIT_NAME", "PARTY_SITE_NAME", "VENDOR_SITE_CODE"),
        _judge,
        _take,
    ),
)
