"""Addresses that the set-up knows: sites may stand at them alone, and they are changed, not created again."""

from __future__ import annotations

import pytest
from procurement_pod import DISTRICT, Pod, messages

from interfaces.emulator.imports import supplier_addresses, supplier_contacts, supplier_sites

AMBERLINE, BRIGHTFOLD = "Amberline Paper Supply LLC", "Brightfold Fuel Delivery Company"
ADDRESSES = [{"supplier": AMBERLINE, "address": "OFFICE"}, {"supplier": BRIGHTFOLD, "address": "DEPOT"}]
UNKNOWN = "The address doesn't exist for the supplier. [PARTY_SITE_NAME]"
SITE = {
    "IMPORT_ACTION": "CREATE", "VENDOR_NAME": AMBERLINE, "PROCUREMENT_BUSINESS_UNIT_NAME": DISTRICT,
    "PARTY_SITE_NAME": "OFFICE", "VENDOR_SITE_CODE": "CENTRAL",
}  # fmt: skip
ADDRESS = {
    "IMPORT_ACTION": "CREATE", "VENDOR_NAME": AMBERLINE, "PARTY_SITE_NAME": "OFFICE", "COUNTRY": "US",
    "ORDERING_PURPOSE_FLAG": "Y",
}  # fmt: skip


def sites(pod: Pod, **change: str) -> list[str]:
    pod.load(POZ_SUPPLIER_SITES_INT=[SITE | change])
    return messages(pod.run(supplier_sites.JOB, "NEW", "N"))


def addresses(pod: Pod, **change: str) -> list[str]:
    pod.load(POZ_SUP_ADDRESSES_INT=[ADDRESS | change])
    return messages(pod.run(supplier_addresses.JOB, "NEW", "N"))


@pytest.mark.parametrize(("address", "said"), [("OFFICE", []), ("DEPOT", [UNKNOWN]), ("ELSEWHERE", [UNKNOWN])])
def test_a_site_stands_at_an_address_of_its_supplier(address: str, said: list[str]) -> None:
    assert sites(Pod(supplier_addresses=ADDRESSES), PARTY_SITE_NAME=address) == said


def test_without_the_list_any_address_will_do() -> None:
    assert sites(Pod(), PARTY_SITE_NAME="ELSEWHERE") == []


def test_an_address_that_was_loaded_before_the_site_is_there() -> None:
    pod = Pod(supplier_addresses=ADDRESSES)
    assert addresses(pod, PARTY_SITE_NAME="ANNEX") == []
    assert sites(pod, PARTY_SITE_NAME="ANNEX") == []


def test_a_known_address_is_updated_and_not_created_again() -> None:
    pod = Pod(supplier_addresses=ADDRESSES)
    assert addresses(pod) == ["The address already exists for the supplier. [PARTY_SITE_NAME]"]
    assert addresses(pod, IMPORT_ACTION="UPDATE") == []
    assert addresses(pod, IMPORT_ACTION="UPDATE", PARTY_SITE_NAME="DEPOT") == [UNKNOWN]


def test_addresses_of_contacts_are_loaded_and_left_alone() -> None:
    layout, table = supplier_contacts.JOB.files["PozSupContactAddressesInt"]
    pod = Pod()
    load = pod.load(**{table: [{"VENDOR_NAME": "Nobody Knows Company"}]})
    assert pod.run(supplier_contacts.JOB, "NEW", "N", load=load) == []
    assert (layout, pod.statuses(table)) == ("PozSupContactAddressesInt", ["NEW"])
