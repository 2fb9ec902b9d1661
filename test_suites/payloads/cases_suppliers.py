"""Cases of procurement.suppliers: creation and update, known suppliers, numbers and tax ids, the lost middle column."""

from __future__ import annotations

from functools import partial

from interfaces.fbdi import Dialect
from test_suites.payloads.cases_making import (
    FAULTY,
    FINE,
    REFUSED,
    WHOLE,
    Build,
    Case,
    Findings,
    edited,
    members_of,
    packed,
    sent,
)
from test_suites.payloads.sources import Records, Row, spoil

SUP = "procurement.suppliers"
ZIP = "PozSuppliersInt.zip"
_case = partial(Case, contract=SUP, file=ZIP)
MEMBER = "PozSuppliersInt.csv"
NEW, KNOWN = "Blue Ridge Supply Company", "Amberline Paper Supply LLC"
BOTH_FINE = {NEW: FINE, KNOWN: FINE}


def company(**more: str | None) -> Row:
    # prefix 89 is none that the tax office gives to employers
    return {
        "IMPORT_ACTION": "CREATE", "VENDOR_NAME": NEW, "SEGMENT1": "0090001", "ORGANIZATION_TYPE_LOOKUP_CODE": "CORPORATION",
        "BUSINESS_RELATIONSHIP": "SPEND_AUTHORIZED", "TAX_COUNTRY_CODE": "US", "NUM_1099": "89-0000001", "FEDERAL_REPORTABLE_FLAG": "N",
        "PAYMENT_METHOD_LOOKUP_CODE": "CHECK", "BATCH_ID": "26111801", **more,
    }  # fmt: skip


def update(**more: str | None) -> Row:
    change = {
        "IMPORT_ACTION": "UPDATE",
        "VENDOR_NAME": KNOWN,
        "REMIT_ADVICE_EMAIL": "advice@example.org",
        "BATCH_ID": "26111801",
    }
    return {**change, **more}


def two_suppliers() -> Records:
    return {"suppliers": [company(), update()]}


def spoilt_suppliers(number: int, **changes: str | None) -> Build:
    records = two_suppliers()
    spoil(records, "suppliers", number, **changes)
    return sent(SUP, records)


def _drop_batch(rows: list[list[str]]) -> None:
    for row in rows:
        del row[148]


def _renamed() -> dict[str, bytes]:
    return {"PoSupplierImport.csv": members_of(SUP, two_suppliers())[MEMBER]}


def on_suppliers(rows: list[int], *rules: str) -> Findings:
    return {rule: {"suppliers": rows} for rule in rules}


NEW_FAULTY, NEW_REFUSED = {NEW: FAULTY, KNOWN: FINE}, {NEW: REFUSED, KNOWN: FINE}

SUPPLIERS: tuple[Case, ...] = (
    _case("create_and_update", "A new supplier with all that the district asks for, and a change of a known one.", sent(SUP, two_suppliers()), BOTH_FINE),
    _case("other_name_that_loaded", "PoSupplierImport.csv loaded on a pod as well as the template's name.", packed(_renamed), BOTH_FINE),
    _case("emptied_by_a_token_and_crlf", "#NULL empties a column on an update; it is no value. CRLF ends the records.",
          sent(SUP, {"suppliers": [company(), update(REMIT_ADVICE_EMAIL="#NULL")]}, Dialect(newline="\r\n")), BOTH_FINE),
    _case("renamed_on_update", "The new name belongs to an update.", spoilt_suppliers(2, VENDOR_NAME_NEW="Amberline Office Supply LLC"), BOTH_FINE),
    _case("new_name_on_creation", "The *NEW columns must be blank on CREATE; Fusion says so.",
          spoilt_suppliers(1, VENDOR_NAME_NEW="Blue Ridge Trading Company"), NEW_REFUSED, on_suppliers([1], "SUP-010")),
    # that the import refuses it is remembered, not known: nothing is predicted
    _case("created_although_in_the_pod", "A supplier that is in the pod is created again under its own number.",
          spoilt_suppliers(1, VENDOR_NAME="Brightfold Fuel Delivery Company", SEGMENT1="0012345"),
          {"Brightfold Fuel Delivery Company": FAULTY, KNOWN: FINE}, on_suppliers([1], "SUP-030", "SUP-031")),
    _case("created_twice_in_one_file", "Two records create one supplier: the second one is the finding.",
          sent(SUP, {"suppliers": [company(), company(SEGMENT1="0090002", NUM_1099="89-0000002")]}), {NEW: FAULTY}, on_suppliers([2], "SUP-020")),
    _case("updated_although_unknown", "An update finds its supplier by the name; this one is not in the pod.",
          spoilt_suppliers(2, VENDOR_NAME="Nobody Knows Company"), {NEW: FINE, "Nobody Knows Company": FAULTY}, on_suppliers([2], "SUP-032")),
    _case("organization_type_unknown", "An invalid tax organization type was refused on a pod.",
          spoilt_suppliers(1, ORGANIZATION_TYPE_LOOKUP_CODE="LLC"), NEW_REFUSED, on_suppliers([1], "suppliers.ORGANIZATION_TYPE_LOOKUP_CODE.list")),
    # what stood behind BATCH_ID is now one column too early, and every column there is text
    _case("batch_column_dropped", "A known generator leaves out the middle column BATCH_ID: the file is one field short and names no batch.",
          packed(lambda: edited(MEMBER, _drop_batch, members_of(SUP, two_suppliers()))), {NEW: FAULTY, KNOWN: FAULTY},
          {"suppliers.shape.short": {"suppliers": WHOLE}, **on_suppliers([1, 2], "suppliers.BATCH_ID.required@NCSUP", "NCSUP-030")}),
    _case("two_batches", "The job is called for one batch; suppliers of another one stay behind.",
          spoilt_suppliers(2, BATCH_ID="26111802"), {NEW: FAULTY, KNOWN: FAULTY}, on_suppliers([1, 2], "NCSUP-030")),
    _case("tax_id_in_scientific_notation", "A spreadsheet wrote 8.90E+08 for a taxpayer id.",
          spoilt_suppliers(1, NUM_1099="8.90E+08"), NEW_FAULTY, on_suppliers([1], "SUP-041", "NCSUP-020")),
    _case("number_without_its_zeros", "0090001 came back from a spreadsheet as 90001.",
          spoilt_suppliers(1, SEGMENT1="90001"), NEW_FAULTY, on_suppliers([1], "suppliers.SEGMENT1.pattern@NCSUP")),
    _case("number_never_issued", "No social security number has area 000.",
          spoilt_suppliers(1, ORGANIZATION_TYPE_LOOKUP_CODE="INDIVIDUAL", NUM_1099="000-65-4320"), NEW_FAULTY, on_suppliers([1], "NCSUP-022")),
    _case("flag_in_words", "Flags are Y or N.",
          spoilt_suppliers(1, FEDERAL_REPORTABLE_FLAG="Yes"), NEW_FAULTY, on_suppliers([1], "suppliers.FEDERAL_REPORTABLE_FLAG.type")),
    _case("blank_before_the_name", "A blank before the name makes a second supplier that looks the same: accepted, and wrong.",
          spoilt_suppliers(1, VENDOR_NAME=f" {NEW}"), {f" {NEW}": FINE, KNOWN: FINE}, on_suppliers([1], "NCSUP-040")),
)  # fmt: skip
