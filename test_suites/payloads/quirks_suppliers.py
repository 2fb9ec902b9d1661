"""Further cases of procurement.suppliers: what real loads of suppliers are known to break on, and what they take."""

from __future__ import annotations

from functools import partial

from test_suites.payloads.cases_making import (
    FAULTY,
    FINE,
    REFUSED,
    SECOND,
    Build,
    Case,
    Members,
    members_of,
    packed,
    sent,
)
from test_suites.payloads.cases_suppliers import (
    BOTH_FINE,
    KNOWN,
    MEMBER,
    NEW,
    NEW_FAULTY,
    SUP,
    ZIP,
    company,
    on_suppliers,
    spoilt_suppliers,
    two_suppliers,
)
from test_suites.payloads.sources import spoil

_case = partial(Case, contract=SUP, file=ZIP, since=SECOND)
_OTHER = "Piedmont Glass Works"


def _two_new(**second: str | None) -> Build:
    """Two new companies that share what the second one says."""
    first = company(DUNS_NUMBER="000000001", VAT_REGISTRATION_NUM="TR-0001")
    own = {
        "VENDOR_NAME": _OTHER,
        "SEGMENT1": "0090002",
        "NUM_1099": "89-0000002",
        "DUNS_NUMBER": "000000002",
        "VAT_REGISTRATION_NUM": "TR-0002",
    }
    other = company(**{**own, **second})
    return sent(SUP, {"suppliers": [first, other]})


def _comma_in_the_name() -> Members:
    records = two_suppliers()
    spoil(records, "suppliers", 1, VENDOR_NAME="Blue Ridge Supply; Inc")
    return {MEMBER: members_of(SUP, records)[MEMBER].replace(b"Supply; Inc", b"Supply, Inc")}


_MOVED = [
    *(f"suppliers.{name}.required@NCSUP" for name in ("ORGANIZATION_TYPE_LOOKUP_CODE", "TAX_COUNTRY_CODE", "BATCH_ID")),
    "suppliers.BUSINESS_RELATIONSHIP.required",
    *(f"suppliers.{name}.unlisted@NCSUP" for name in (
        "VENDOR_TYPE_LOOKUP_CODE", "PARENT_SUPPLIER_NAME", "PARTY_NUMBER", "DELIVERY_CHANNEL_CODE",
    )),
]  # fmt: skip
_SHARED = {NEW: FINE, _OTHER: FAULTY}

SUPPLIER_QUIRKS: tuple[Case, ...] = (
    _case("two_new_companies", "Numbers, tax ids and registrations of their own: nothing is shared.", _two_new(), {NEW: FINE, _OTHER: FINE}),
    _case("accents_in_a_long_name", "The control files of suppliers count characters, not bytes.",
          spoilt_suppliers(1, VENDOR_NAME="\u00c9" * 200), {"\u00c9" * 200: FINE, KNOWN: FINE}),
    _case("prospective_supplier_without_ids", "A prospective supplier is not paid yet and needs no identifier.",
          spoilt_suppliers(1, BUSINESS_RELATIONSHIP="PROSPECTIVE", NUM_1099=None), BOTH_FINE),
    _case("comma_in_an_unquoted_name", "A comma in a name without quotes: Inc becomes the new name, which must be blank on CREATE.",
          packed(_comma_in_the_name), {"Blue Ridge Supply": REFUSED, KNOWN: FINE},
          on_suppliers([1], "suppliers.shape.surplus", "SUP-010", "suppliers.FEDERAL_REPORTABLE_FLAG.type", *_MOVED)),
    _case("creation_without_relationship", "A new supplier says its business relationship.",
          spoilt_suppliers(1, BUSINESS_RELATIONSHIP=None), NEW_FAULTY, on_suppliers([1], "suppliers.BUSINESS_RELATIONSHIP.required")),
    _case("action_that_deletes", "Suppliers are created or updated, never deleted.",
          spoilt_suppliers(2, IMPORT_ACTION="DELETE"), {NEW: FINE, KNOWN: FAULTY}, on_suppliers([2], "suppliers.IMPORT_ACTION.one_of")),
    _case("spend_authorized_without_ids", "A supplier that may be paid has a taxpayer id, a registration number or a D-U-N-S number.",
          spoilt_suppliers(1, NUM_1099=None), NEW_FAULTY, on_suppliers([1], "NCSUP-010")),
    _case("number_of_two_suppliers", "A supplier number is given once.", _two_new(SEGMENT1="0090001"), _SHARED, on_suppliers([2], "SUP-021")),
    _case("tax_id_of_two_suppliers", "One taxpayer id in one country is mostly one supplier, paid and reported twice.",
          _two_new(NUM_1099="89-0000001"), _SHARED, on_suppliers([2], "SUP-022")),
    _case("registration_of_two_suppliers", "A tax registration number belongs to one supplier.", _two_new(VAT_REGISTRATION_NUM="TR-0001"), _SHARED, on_suppliers([2], "SUP-023")),
    _case("duns_number_of_two_suppliers", "A D-U-N-S number belongs to one supplier.", _two_new(DUNS_NUMBER="000000001"), _SHARED, on_suppliers([2], "SUP-024")),
    _case("reportable_without_income_tax_type", "A federally reportable supplier names its income tax type.",
          spoilt_suppliers(1, FEDERAL_REPORTABLE_FLAG="Y"), NEW_FAULTY, on_suppliers([1], "SUP-040")),
    _case("advice_by_mail_and_by_fax", "Remittance advice goes one way.",
          spoilt_suppliers(1, REMIT_ADVICE_EMAIL="advice@example.org", REMIT_ADVICE_FAX="704-555-0100"), BOTH_FINE, on_suppliers([1], "SUP-050")),
    _case("two_addresses_in_one_email", "An e-mail column holds one address, without a semicolon.",
          spoilt_suppliers(2, REMIT_ADVICE_EMAIL="advice@example.org;office@example.org"), BOTH_FINE, on_suppliers([2], "SUP-051")),
)  # fmt: skip
