"""Addresses, sites, assignments and contacts of suppliers: sentences, and parents before children."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any

import pytest
from procurement_pod import DISTRICT, NUTRITION, Pod, messages

from contracts import code_table
from interfaces.emulator.imports import (
    site_assignments,
    supplier_addresses,
    supplier_contacts,
    supplier_sites,
    suppliers,
)
from interfaces.emulator.imports.supplier_master import SupplierMaster

NAME = "Blue Ridge Supply Company"
SUPPLIER = {"IMPORT_ACTION": "CREATE", "VENDOR_NAME": NAME, "BUSINESS_RELATIONSHIP": "SPEND_AUTHORIZED"}
ADDRESS = {
    "IMPORT_ACTION": "CREATE", "VENDOR_NAME": NAME, "PARTY_SITE_NAME": "OFFICE", "COUNTRY": "US",
    "ORDERING_PURPOSE_FLAG": "Y",
}  # fmt: skip
SITE = {
    "IMPORT_ACTION": "CREATE", "VENDOR_NAME": NAME, "PROCUREMENT_BUSINESS_UNIT_NAME": DISTRICT,
    "PARTY_SITE_NAME": "OFFICE", "VENDOR_SITE_CODE": "MAIN", "PURCHASING_SITE_FLAG": "Y", "PAY_SITE_FLAG": "Y",
}  # fmt: skip
ASSIGNMENT = {
    "IMPORT_ACTION": "CREATE", "VENDOR_NAME": NAME, "VENDOR_SITE_CODE": "MAIN",
    "PROCUREMENT_BUSINESS_UNIT_NAME": DISTRICT, "BUSINESS_UNIT_NAME": NUTRITION,
}  # fmt: skip
CONTACT = {
    "IMPORT_ACTION": "CREATE", "VENDOR_NAME": NAME, "FIRST_NAME": "Sample", "LAST_NAME": "Contact",
    "EMAIL_ADDRESS": "contact@example.org",
}  # fmt: skip

FAMILY: Mapping[str, tuple[ModuleType, str, dict[str, str]]] = {
    "supplier": (suppliers, "POZ_SUPPLIERS_INT", SUPPLIER),
    "address": (supplier_addresses, "POZ_SUP_ADDRESSES_INT", ADDRESS),
    "site": (supplier_sites, "POZ_SUPPLIER_SITES_INT", SITE),
    "assignment": (site_assignments, "POZ_SITE_ASSIGNMENTS_INT", ASSIGNMENT),
    "contact": (supplier_contacts, "POZ_SUP_CONTACTS_INT", CONTACT),
}
CHILDREN = ["address", "site", "assignment", "contact"]
GOOD = {
    "address": {"PARTY_SITE_NAME": "WAREHOUSE"},
    "site": {"VENDOR_SITE_CODE": "SECOND"},
    "assignment": {"BUSINESS_UNIT_NAME": DISTRICT},
    "contact": {"EMAIL_ADDRESS": "second@example.org"},
}
NO_SUPPLIER = "You must provide a valid value for either the VENDOR_ID or the VENDOR_NAME. [VENDOR_NAME]"
BLANK = "The attribute must be blank when the action is create."
NO_ADDRESS = "The address doesn't exist for the supplier. [PARTY_SITE_NAME]"


def imported(pod: Pod, member: str, *changes: dict[str, Any]) -> list[dict[str, str]]:
    """Load and import the member's record under each of the changes; without any as it is."""
    module, table, record = FAMILY[member]
    load = pod.load(**{table: [record | change for change in changes or ({},)]})
    return pod.run(module.JOB, "NEW", "N", load=load)


def furnished(*members: str, **facts: Any) -> Pod:
    """A pod to which the good records of these members have been sent."""
    pod = Pod(**facts)
    for member in members:
        assert messages(imported(pod, member)) == []
    return pod


@pytest.mark.parametrize(
    ("member", "change", "said"),
    [
        *((member, {"IMPORT_ACTION": None}, ["A value is required. [IMPORT_ACTION]"]) for member in CHILDREN),
        *((member, {"IMPORT_ACTION": "?"}, ["You must provide a valid value. [IMPORT_ACTION]"]) for member in CHILDREN),
        *((member, {"VENDOR_NAME": None}, ["A value is required. [VENDOR_NAME]"]) for member in CHILDREN),
        *((member, {"VENDOR_NAME": "Nobody Knows Company"}, [NO_SUPPLIER]) for member in CHILDREN if member != "site"),
        ("site", {"VENDOR_NAME": "Nobody Knows Company"}, [NO_SUPPLIER, "A value is required. [VENDOR_ID]"]),
        ("address", {"PARTY_SITE_NAME": None}, ["A value is required. [PARTY_SITE_NAME]"]),
        ("address", {"COUNTRY": None}, ["A value is required. [COUNTRY]"]),
        ("address", {"COUNTRY": "XX"}, ["The address country code is invalid. [COUNTRY]"]),
        ("address", {"PARTY_SITE_NAME_NEW": "HALL"}, [f"{BLANK} [PARTY_SITE_NAME_NEW]"]),
        ("address", {"ORDERING_PURPOSE_FLAG": "N"}, ["You must provide at least one address purpose."]),
        ("address", {"PARTY_SITE_NAME": "OFFICE"}, ["The address already exists for the supplier. [PARTY_SITE_NAME]"]),
        ("address", {"IMPORT_ACTION": "UPDATE"}, [NO_ADDRESS]),
        ("site", {"PROCUREMENT_BUSINESS_UNIT_NAME": None}, ["A value is required. [PROCUREMENT_BUSINESS_UNIT_NAME]"]),
        (
            "site",
            {"PROCUREMENT_BUSINESS_UNIT_NAME": "?"},
            ["You must provide a valid value. [PROCUREMENT_BUSINESS_UNIT_NAME]"],
        ),
        ("site", {"VENDOR_SITE_CODE": None}, ["A value is required. [VENDOR_SITE_CODE]"]),
        ("site", {"PARTY_SITE_NAME": None}, ["A value is required. [PARTY_SITE_NAME]"]),
        ("site", {"PARTY_SITE_NAME": "NOWHERE"}, [NO_ADDRESS]),
        ("site", {"VENDOR_SITE_CODE_NEW": "HALL"}, [f"{BLANK} [VENDOR_SITE_CODE_NEW]"]),
        ("site", {"VENDOR_SITE_CODE": "MAIN"}, ["Site code already exists for supplier and BU [VENDOR_SITE_CODE]"]),
        ("site", {"IMPORT_ACTION": "UPDATE"}, ["Site code not valid [VENDOR_SITE_CODE]"]),
        ("assignment", {"VENDOR_SITE_CODE": None}, ["A value is required. [VENDOR_SITE_CODE]"]),
        ("assignment", {"VENDOR_SITE_CODE": "NOWHERE"}, ["Site code not valid [VENDOR_SITE_CODE]"]),
        ("assignment", {"PROCUREMENT_BUSINESS_UNIT_NAME": NUTRITION}, ["Site code not valid [VENDOR_SITE_CODE]"]),
        ("assignment", {"BUSINESS_UNIT_NAME": None}, ["A value is required. [BUSINESS_UNIT_NAME]"]),
        ("assignment", {"BUSINESS_UNIT_NAME": "?"}, ["You must provide a valid value. [BUSINESS_UNIT_NAME]"]),
        ("contact", {"FIRST_NAME_NEW": "Other"}, [f"{BLANK} [FIRST_NAME_NEW]"]),
        ("contact", {"LAST_NAME_NEW": "Other"}, [f"{BLANK} [LAST_NAME_NEW]"]),
        ("contact", {"EMAIL_ADDRESS_NEW": "other@example.org"}, [f"{BLANK} [EMAIL_ADDRESS_NEW]"]),
        ("contact", {"EMAIL_ADDRESS": "contact@example.org"}, ["Contact already exists"]),
    ],
)
def test_a_wrong_row_is_refused_in_these_words_and_the_one_beside_it_is_taken(
    member: str, change: dict[str, str | None], said: list[str]
) -> None:
    pod = furnished("supplier", *CHILDREN)
    module, table, _ = FAMILY[member]
    third = {"PARTY_SITE_NAME": "THIRD"} if member == "address" else {"VENDOR_SITE_CODE": "THIRD"}
    good = {"FIRST_NAME": "Third"} if member == "contact" else {} if member == "assignment" else third
    report = imported(pod, member, GOOD[member] | change, good)
    assert messages(report) == said
    assert pod.statuses(table)[1:] == ["REJECTED", "PROCESSED"]
    assert set(said) <= set(module.EVIDENCE)


def test_all_known_sentences_of_the_code_table_are_spoken_by_an_import() -> None:
    known = {code.code for code in code_table("supplier_import").values() if code.certainty == "known"}
    spoken = {message for module, _, _ in FAMILY.values() for message in module.EVIDENCE}
    assert {code for code in known if not any(message.startswith(code) for message in spoken)} == set()


@pytest.mark.parametrize("member", CHILDREN)
def test_a_child_before_its_supplier_fails_and_is_taken_when_it_comes_again(member: str) -> None:
    pod = Pod()
    assert NO_SUPPLIER in messages(imported(pod, member))
    for parent in ["supplier", *CHILDREN[: CHILDREN.index(member)]]:
        assert messages(imported(pod, parent)) == []
    assert messages(pod.run(FAMILY[member][0].JOB, "rejected", "N")) == []
    assert pod.statuses(FAMILY[member][1]) == ["PROCESSED"]


def test_a_site_before_its_address_fails_for_its_address_alone() -> None:
    assert messages(imported(furnished("supplier"), "site")) == [NO_ADDRESS]


def test_an_assignment_before_its_site_fails() -> None:
    pod = furnished("supplier", "address")
    assert messages(imported(pod, "assignment")) == ["Site code not valid [VENDOR_SITE_CODE]"]


def test_children_of_a_refused_supplier_fail() -> None:
    pod = Pod()
    assert len(messages(imported(pod, "supplier", {"BUSINESS_RELATIONSHIP": None}))) == 1
    assert messages(imported(pod, "address")) == [NO_SUPPLIER]


def test_the_family_in_its_order_ends_in_a_site_where_the_client_unit_may_order() -> None:
    pod = furnished("supplier", *CHILDREN)
    site = SupplierMaster(pod.tables, pod.setup).suppliers[NAME].sites[DISTRICT, "MAIN"]
    assert [site.orders(unit, "2025-11-20") for unit in ("", NUTRITION, DISTRICT)] == [True, True, False]


@pytest.mark.parametrize(
    ("change", "orders"),
    [
        ({"PURCHASING_SITE_FLAG": "N"}, False),
        ({"INACTIVE_DATE": "2025-11-20"}, False),
        ({"INACTIVE_DATE": "2025-11-21"}, True),
        ({"PAY_SITE_FLAG": "N"}, True),
        ({"VENDOR_SITE_CODE_NEW": "HALL"}, True),
    ],
)
def test_an_update_of_a_site_changes_what_it_says_and_no_more(change: dict[str, str], orders: bool) -> None:
    pod = furnished("supplier", *CHILDREN)
    blank = {"PURCHASING_SITE_FLAG": None, "PAY_SITE_FLAG": None, "PARTY_SITE_NAME": None}
    assert messages(imported(pod, "site", {"IMPORT_ACTION": "UPDATE"} | blank | change)) == []
    (site,) = SupplierMaster(pod.tables, pod.setup).suppliers[NAME].sites.values()
    assert site.orders(NUTRITION, "2025-11-20") == orders


def test_a_renamed_address_is_known_by_its_new_name() -> None:
    pod = furnished("supplier", "address")
    renamed = {"IMPORT_ACTION": "UPDATE", "PARTY_SITE_NAME_NEW": "HALL"}
    assert messages(imported(pod, "address", renamed)) == []
    assert messages(imported(pod, "site")) == [NO_ADDRESS]
    assert messages(imported(pod, "site", {"PARTY_SITE_NAME": "HALL"})) == []


def test_a_renamed_supplier_keeps_its_children() -> None:
    pod = furnished("supplier", "address")
    renamed = {"IMPORT_ACTION": "UPDATE", "VENDOR_NAME_NEW": "Blue Ridge Trading Company"}
    assert messages(imported(pod, "supplier", renamed)) == []
    assert messages(imported(pod, "site", {"VENDOR_NAME": "Blue Ridge Trading Company"})) == []


def test_of_a_supplier_from_the_set_up_the_addresses_are_not_known_so_they_decide_nothing() -> None:
    pod = Pod()
    elsewhere = {"VENDOR_NAME": "Amberline Paper Supply LLC", "PARTY_SITE_NAME": "NOWHERE"}
    assert messages(imported(pod, "site", elsewhere | {"VENDOR_SITE_CODE": "SECOND"})) == []
    assert messages(imported(pod, "site", elsewhere)) == [
        "Site code already exists for supplier and BU [VENDOR_SITE_CODE]"
    ]


@pytest.mark.parametrize("member", CHILDREN)
def test_without_a_list_of_suppliers_none_is_unknown(member: str) -> None:
    assert messages(imported(Pod(without=["suppliers", "purchasing_sites", "supplier_sites"]), member)) == []


@pytest.mark.parametrize("member", CHILDREN)
def test_the_report_names_a_row_by_the_columns_that_name_it(member: str) -> None:
    _, table, record = FAMILY[member]
    pod = furnished("supplier", *CHILDREN[: CHILDREN.index(member)])
    (row,) = imported(pod, member)
    named = {column: value for column, value in row.items() if column in record}
    assert named == {column: record[column] for column in named}
    assert {"IMPORT_ACTION", "VENDOR_NAME"} < set(named)
    assert (row["TABLE_NAME"], row["STATUS"], row["REJECT_LOOKUP_CODE"]) == (table, "PROCESSED", "")


def test_the_jobs_are_those_of_the_options_table() -> None:
    jobs = [module.JOB for module, _, _ in FAMILY.values()]
    assert [(job.option, job.definition) for job in jobs] == [
        ("24", "ImportSuppliers"),
        ("56", "ImportSupplierAddresses"),
        ("25", "ImportSupplierSites"),
        ("27", "ImportSupplierSiteAssignments"),
        ("26", "ImportSupplierContacts"),
    ]
    assert {(job.package, job.account) for job in jobs} == {
        ("/oracle/apps/ess/prc/poz/supplierImport", "prc/supplier/import")
    }
