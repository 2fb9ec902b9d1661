"""Import Blanket Agreements and Import Contract Agreements, out of the interface tables that they share with orders.

One bad row refuses the whole agreement, which was seen for orders. Not decided: currencies, buyers, dates, prices,
amounts, repeated line numbers, attribute values and their translations, and whether an agreement has to have lines or
one that is updated exists. An agreement that names no procurement unit is not taken for one of the job's (unconfirmed),
so that no site is looked for. The unit that may order is looked for among all sites of the name that it gives: that it
has to be one of the agreement's supplier is unconfirmed. Tables whose names are not known are named as their files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import NamedTuple

from interfaces.emulator.imports.documents import Level, Part, run_documents
from interfaces.emulator.imports.purchase_documents import (
    FOR_ALL,
    HEADERS,
    LINE_ACTION,
    LINE_LOOKUPS,
    LINES,
    PACKAGE,
    PAYMENT_TERMS,
    SCHEDULES,
    SHIP_TO,
    SUPPLIER_SITE,
    WORDS,
    Lookups,
    Purchasing,
    invalid,
)
from interfaces.emulator.imports.refusal import UNCONFIRMED, Refusal, evidence_of
from interfaces.emulator.jobs import Call, Done, ImportJob
from interfaces.emulator.tables import Row

UNITS_OF_BLANKETS, UNITS_OF_CONTRACTS = "PoGAOrgAssignInterfaceBlanket", "PoGAOrgAssignInterfaceContract"
ATTRIBUTES, TRANSLATIONS = "PoAttrValuesInterfaceBlanket", "PoAttrValuesTlpInterfaceBlanket"

ELSEWHERE = f"{UNCONFIRMED}seen for the location of an order"


class Kind(NamedTuple):
    """A kind of agreement."""

    code: str  # DOCUMENT_TYPE_CODE
    name: str  # of the job
    batch: int  # slot of the job that holds the batch id
    units: str  # table of the business units that may order
    levels: tuple[Level, ...]
    lookups: Lookups


def _units(table: str) -> Level:
    return Level(table, "INTERFACE_BU_ASSIGNMENT_KEY", "INTERFACE_HEADER_KEY", under=HEADERS)


def _ship_to(table: str) -> Mapping[str, Refusal]:
    return {"ship_to_location": invalid(table, "SHIP_TO_LOCATION", ELSEWHERE)}


BLANKET = Kind(
    "BLANKET", "Import Blanket Agreements", 5, UNITS_OF_BLANKETS,
    (
        Level(HEADERS, "INTERFACE_HEADER_KEY"),
        Level(LINES, "INTERFACE_LINE_KEY", "INTERFACE_HEADER_KEY"),
        Level(SCHEDULES, "INTERFACE_LINE_LOCATION_KEY", "INTERFACE_LINE_KEY"),
        _units(UNITS_OF_BLANKETS),
        Level(ATTRIBUTES, "INTERFACE_ATTRIBUTE_KEY", "INTERFACE_LINE_KEY", under=LINES),
        Level(TRANSLATIONS, "INTERFACE_ATTR_TLP_KEY", "INTERFACE_LINE_KEY", under=LINES),
    ),
    {
        HEADERS: {"payment_terms": PAYMENT_TERMS},
        LINES: LINE_LOOKUPS,
        SCHEDULES: {"ship_to_location": SHIP_TO},
        UNITS_OF_BLANKETS: _ship_to(UNITS_OF_BLANKETS),
    },
)  # fmt: skip
CONTRACT = Kind(
    "CONTRACT", "Import Contract Agreements", 4, UNITS_OF_CONTRACTS,
    (Level(HEADERS, "INTERFACE_HEADER_KEY"), _units(UNITS_OF_CONTRACTS)),
    {HEADERS: {"payment_terms": PAYMENT_TERMS}, UNITS_OF_CONTRACTS: _ship_to(UNITS_OF_CONTRACTS)},
)  # fmt: skip

EVIDENCE = evidence_of(
    *FOR_ALL, LINE_ACTION,
    *(refusal for kind in (BLANKET, CONTRACT) for looked in kind.lookups.values() for refusal in looked.values()),
)  # fmt: skip


def _run(kind: Kind, call: Call) -> Done:
    pod, batch = Purchasing(call, f"{kind.code} agreements", kind.lookups), call.argument(kind.batch)
    waiting = [row for row in call.tables.interface[HEADERS] if row.status == "NEW" and _picks(kind, row, call.load)]
    headers = [row for row in waiting if (not batch or row.get("BATCH_ID") == batch) and pod.selects(row)]
    return run_documents(call, kind.name, kind.levels, WORDS, headers, partial(_judge, kind, pod))


def _picks(kind: Kind, header: Row, load: int) -> bool:
    """True for an agreement of the kind; one that does not tell its type is of the kind of its own load's job."""
    code = header.get("DOCUMENT_TYPE_CODE")
    return code == kind.code or (not code and header.load == load)


def _judge(kind: Kind, pod: Purchasing, agreement: Part) -> Iterator[tuple[Row, Refusal]]:
    """Yield the errors of an agreement; take it if there are none."""
    errors = [(part.row, refusal) for part in agreement.walk() for refusal in _judged(kind, pod, part)]
    yield from errors
    if not errors:
        pod.take(agreement.row)


def _judged(kind: Kind, pod: Purchasing, part: Part) -> Iterator[Refusal]:
    yield from pod.looked_up(part)
    if part.table == HEADERS:
        yield from pod.header(part.row)
    if part.table == LINES and part.row.get("ACTION") not in ("", "ADD", "UPDATE"):
        yield LINE_ACTION
    if part.table == kind.units and not pod.may_order(part.row.get("VENDOR_SITE_CODE"), part.row.get("REQ_BU_NAME")):
        yield SUPPLIER_SITE


BLANKET_JOB = ImportJob(
    package=PACKAGE,
    definition="ImportBPAJob",
    name=BLANKET.name,
    option="23",
    account="prc/blanketPurchaseAgreement/import",
    files={
        "PoHeadersInterfaceBlanket": ("PoHeadersInterfaceBlanket", HEADERS),
        "PoLinesInterfaceBlanket": ("PoLinesInterfaceBlanket", LINES),
        "PoLineLocationsInterfaceBlanket": ("PoLineLocationsInterfaceBlanket", SCHEDULES),
        UNITS_OF_BLANKETS: (UNITS_OF_BLANKETS, UNITS_OF_BLANKETS),
        ATTRIBUTES: (ATTRIBUTES, ATTRIBUTES),
        TRANSLATIONS: (TRANSLATIONS, TRANSLATIONS),
    },
    run=partial(_run, BLANKET),
)

CONTRACT_JOB = ImportJob(
    package=PACKAGE,
    definition="ImportCPAJob",
    name=CONTRACT.name,
    option="22",
    account="prc/contractPurchaseAgreement/import",
    files={
        "PoHeadersInterfaceContract": ("PoHeadersInterfaceContract", HEADERS),
        UNITS_OF_CONTRACTS: (UNITS_OF_BLANKETS, UNITS_OF_CONTRACTS),  # the same nine columns
    },
    run=partial(_run, CONTRACT),
)
