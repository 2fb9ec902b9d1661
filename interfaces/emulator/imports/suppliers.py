"""Import Suppliers: POZ_SUPPLIERS_INT into the supplier master.

Not decided, as no answer of Oracle's is known: tax ids, tax country, the values of flags and of other look-ups, and a
new name that another supplier has.
"""

from __future__ import annotations

from collections.abc import Iterator

from interfaces.emulator.imports.refusal import UNCONFIRMED, Refusal, evidence_of, filled, offers
from interfaces.emulator.imports.supplier_family import (
    ELSEWHERE,
    FOR_ALL,
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
from interfaces.emulator.imports.supplier_master import SupplierMaster
from interfaces.emulator.tables import Row

RELATIONSHIP_REQUIRED = Refusal("BUSINESS_RELATIONSHIP", REQUIRED, ELSEWHERE)
NEW_NAME_ON_CREATE = blank_on_create("VENDOR_NAME_NEW", "known")
ORGANIZATION_TYPE = Refusal("ORGANIZATION_TYPE_LOOKUP_CODE", "You must provide a valid tax organization type.", "known")
DUPLICATE_NAME = Refusal("VENDOR_NAME", "Supplier name already exists", MEANING)
DUPLICATE_NUMBER = Refusal("SEGMENT1", "Supplier number already exists", MEANING)
UNKNOWN_ON_UPDATE = UNKNOWN_SUPPLIER._replace(evidence=f"{UNCONFIRMED}seen where a child names an unknown supplier")

EVIDENCE = evidence_of(
    *FOR_ALL, RELATIONSHIP_REQUIRED, NEW_NAME_ON_CREATE, ORGANIZATION_TYPE, DUPLICATE_NAME,
    DUPLICATE_NUMBER, UNKNOWN_ON_UPDATE,
)  # fmt: skip


def _judge(row: Row, master: SupplierMaster) -> Iterator[Refusal]:
    yield from judged_alike(row)
    if creates(row):
        yield from _creation(row, master)
    if updates(row):
        yield from _update(row, master)
    if not offers(master.setup, "tax_organization_type", "code", filled(row, ORGANIZATION_TYPE.attribute)):
        yield ORGANIZATION_TYPE


def _creation(row: Row, master: SupplierMaster) -> Iterator[Refusal]:
    yield from missing(row, RELATIONSHIP_REQUIRED)
    if filled(row, "VENDOR_NAME_NEW"):
        yield NEW_NAME_ON_CREATE
    if row.get("VENDOR_NAME") in master.suppliers:
        yield DUPLICATE_NAME
    if master.has_number(filled(row, "SEGMENT1")):
        yield DUPLICATE_NUMBER


def _update(row: Row, master: SupplierMaster) -> Iterator[Refusal]:
    if row.get("VENDOR_NAME") and master.lacks(row.get("VENDOR_NAME")):
        yield UNKNOWN_ON_UPDATE


def _take(row: Row, master: SupplierMaster) -> None:
    if creates(row):
        master.create(row.get("VENDOR_NAME"), filled(row, "SEGMENT1"))
    elif new := filled(row, "VENDOR_NAME_NEW"):
        master.rename(row.get("VENDOR_NAME"), new)


JOB = supplier_job(
    "ImportSuppliers",
    "Import Suppliers",
    "24",
    {"PozSuppliersInt": "PozSuppliersInt", "PoSupplierImport": "PozSuppliersInt"},
    Member("POZ_SUPPLIERS_INT", ("IMPORT_ACTION", "VENDOR_NAME", "SEGMENT1"), _judge, _take),
)
