"""Import Supplier Site Assignments: POZ_SITE_ASSIGNMENTS_INT into the supplier master.

Not decided: which client business units a procurement business unit serves, as no list tells it.
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
    judged_alike,
    missing,
    supplier_job,
)
from interfaces.emulator.imports.supplier_master import SupplierMaster
from interfaces.emulator.tables import Row

SITE_REQUIRED = Refusal("VENDOR_SITE_CODE", REQUIRED, ELSEWHERE)
UNIT_REQUIRED = Refusal("PROCUREMENT_BUSINESS_UNIT_NAME", REQUIRED, ELSEWHERE)
CLIENT_REQUIRED = Refusal("BUSINESS_UNIT_NAME", REQUIRED, ELSEWHERE)
CLIENT_INVALID = Refusal("BUSINESS_UNIT_NAME", INVALID, "known")
UNKNOWN_SITE = Refusal("VENDOR_SITE_CODE", "Site code not valid", MEANING)

EVIDENCE = evidence_of(
    *FOR_ALL, UNKNOWN_SUPPLIER, SITE_REQUIRED, UNIT_REQUIRED, CLIENT_REQUIRED, CLIENT_INVALID, UNKNOWN_SITE
)


def _judge(row: Row, master: SupplierMaster) -> Iterator[Refusal]:
    yield from judged_alike(row)
    yield from missing(row, SITE_REQUIRED, UNIT_REQUIRED, CLIENT_REQUIRED)
    name, site = row.get("VENDOR_NAME"), row.get("VENDOR_SITE_CODE")
    if name and master.lacks(name):
        yield UNKNOWN_SUPPLIER
    supplier = master.find(name)
    if supplier and site and master.lacks_site(supplier, row.get("PROCUREMENT_BUSINESS_UNIT_NAME"), site):
        yield UNKNOWN_SITE
    if not offers(master.setup, "business_units", "name", row.get("BUSINESS_UNIT_NAME")):
        yield CLIENT_INVALID


def _take(row: Row, master: SupplierMaster) -> None:
    supplier = master.find(row.get("VENDOR_NAME"))
    key = row.get("PROCUREMENT_BUSINESS_UNIT_NAME"), row.get("VENDOR_SITE_CODE")
    if supplier and key in supplier.sites:
        supplier.sites[key].assigned[row.get("BUSINESS_UNIT_NAME")] = filled(row, "INACTIVE_DATE")


JOB = supplier_job(
    "ImportSupplierSiteAssignments",
    "Import Supplier Site Assignments",
    "27",
    {"PozSiteAssignmentsInt": "PozSiteAssignmentsInt"},
    Member(
        "POZ_SITE_ASSIGNMENTS_INT",
        ("IMPORT_ACTION", "VENDOR_NAME", "VENDOR_SITE_CODE", "PROCUREMENT_BUSINESS_UNIT_NAME", "BUSINESS_UNIT_NAME"),
        _judge,
        _take,
    ),
)
