"""Customers: parties, sites and uses are created, refused, or held with what they belong to."""

from __future__ import annotations

import pytest
from finance_pod import Pod, Values, patched, rows_of

from contracts import code_table
from interfaces.emulator.imports.customers import EVIDENCE, JOB, PARTIES, SITES, USES
from interfaces.emulator.setup import Setup

COMPANY: Values = {
    "BATCH_ID": "7", "PARTY_ORIG_SYSTEM": "LEGACY", "PARTY_ORIG_SYSTEM_REFERENCE": "C-1", "INSERT_UPDATE_FLAG": "I",
    "PARTY_TYPE": "ORGANIZATION", "PARTY_USAGE_CODE": "CUSTOMER", "ORGANIZATION_NAME": "Harbour Sports Club",
}  # fmt: skip
PERSON = patched(
    COMPANY, PARTY_ORIG_SYSTEM_REFERENCE="C-2", PARTY_TYPE="PERSON", ORGANIZATION_NAME=None, PERSON_LAST_NAME="Payer"
)
SITE_ROW: Values = {
    "BATCH_ID": "7", "PARTY_ORIG_SYSTEM": "LEGACY", "PARTY_ORIG_SYSTEM_REFERENCE": "C-1", "SITE_ORIG_SYSTEM": "LEGACY",
    "SITE_ORIG_SYSTEM_REFERENCE": "C-1-A", "LOCATION_ORIG_SYSTEM": "LEGACY", "INSERT_UPDATE_FLAG": "I",
}  # fmt: skip
USE: Values = {
    "BATCH_ID": "7", "PARTY_ORIG_SYSTEM": "LEGACY", "PARTY_ORIG_SYSTEM_REFERENCE": "C-1", "SITE_ORIG_SYSTEM": "LEGACY",
    "SITE_ORIG_SYSTEM_REFERENCE": "C-1-A", "SITE_USE_TYPE": "BILL_TO", "INSERT_UPDATE_FLAG": "I",
}  # fmt: skip
LISTS = {
    "source_system": ({"code": "LEGACY"},),
    "party_usage": (
        {"usage": "CUSTOMER", "party_type": "ORGANIZATION"},
        {"usage": "CUSTOMER", "party_type": "PERSON"},
        {"usage": "SUPPLIER", "party_type": "ORGANIZATION"},
    ),
    "site_use_type": ({"code": "BILL_TO"},),
    "parties": ({"PARTY_ORIG_SYSTEM": "LEGACY", "PARTY_ORIG_SYSTEM_REFERENCE": "P-1"},),
    "party_sites": ({"SITE_ORIG_SYSTEM": "LEGACY", "SITE_ORIG_SYSTEM_REFERENCE": "P-1-A"},),
}
ARGUMENTS = ("7", "CUSTOMERS", "CUSTOMER", "LEGACY")


def told(used: Pod, *arguments: str) -> list[tuple[str, str, str]]:
    """Table, status and error of every row."""
    rows = rows_of(used.run(JOB, *(arguments or ARGUMENTS)))
    return [(row["TABLE_NAME"], row["IMPORT_STATUS_CODE"], row["ERROR_MESSAGE"]) for row in rows]


def pod(parties: list[Values], sites: tuple[Values, ...] = (), uses: tuple[Values, ...] = ()) -> Pod:
    used = Pod(Setup(LISTS))
    used.load(**{PARTIES: parties, SITES: sites, USES: uses})
    return used


def test_a_customer_is_created_with_site_and_use_and_the_report_calls_them_processed() -> None:
    used = pod([COMPANY], (SITE_ROW,), (USE,))
    rows = rows_of(used.run(JOB, *ARGUMENTS))
    assert [(row["IMPORT_STATUS_CODE"], row["STATUS"]) for row in rows] == [("S", "PROCESSED")] * 3
    assert set(used.tables.base["parties"]) == {("LEGACY", "P-1"), ("LEGACY", "C-1")}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"PARTY_ORIG_SYSTEM": "NOWHERE"}, "HZ_INVALID_ORIG_SYSTEM"),
        ({"PARTY_TYPE": "COMPANY"}, "HZ_IMP_PARTY_TYPE_ERROR"),
        ({"ORGANIZATION_NAME": None}, "HZ_IMP_PARTY_NAME_ERROR"),
        ({"PARTY_USAGE_CODE": "STUDENT"}, "HZ_PRTY_PUA_INVALID_TYPE"),
        ({"PARTY_ORIG_SYSTEM_REFERENCE": "P-1"}, "HZ_IMP_ACTION_MISMATCH"),
        ({"INSERT_UPDATE_FLAG": "U"}, "HZ_IMP_ACTION_MISMATCH"),
    ],
)
def test_a_wrong_party_is_refused_and_the_good_one_beside_it_created(change: dict[str, str | None], code: str) -> None:
    assert told(pod([patched(COMPANY, **change), PERSON])) == [(PARTIES, "E", code), (PARTIES, "S", "")]


@pytest.mark.parametrize(
    ("person", "code"),
    [
        ({"PERSON_LAST_NAME": None}, "HZ_IMP_PARTY_NAME_ERROR"),
        ({"PERSON_LAST_NAME": None, "PERSON_FIRST_NAME": "Sample"}, ""),
        ({"PARTY_USAGE_CODE": "SUPPLIER"}, "HZ_PRTY_PUA_INVALID_TYPE"),
    ],
)
def test_a_person_has_one_of_two_names_and_a_usage_for_persons(person: dict[str, str | None], code: str) -> None:
    assert told(pod([patched(PERSON, **person)])) == [(PARTIES, "E" if code else "S", code)]


def test_what_belongs_to_a_refused_party_is_held_without_an_error() -> None:
    used = pod([patched(COMPANY, ORGANIZATION_NAME=None)], (SITE_ROW,), (USE,))
    assert told(used) == [(PARTIES, "E", "HZ_IMP_PARTY_NAME_ERROR"), (SITES, "W", ""), (USES, "W", "")]
    assert set(used.tables.base["party_sites"]) == {("LEGACY", "P-1-A")}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"LOCATION_ORIG_SYSTEM": "NOWHERE"}, "HZ_INVALID_ORIG_SYSTEM"),
        ({"SITE_ORIG_SYSTEM_REFERENCE": "P-1-A"}, "HZ_IMP_ACTION_MISMATCH"),
        ({"INSERT_UPDATE_FLAG": "U"}, "HZ_IMP_ACTION_MISMATCH"),
    ],
)
def test_a_wrong_site_is_refused_and_its_party_created(change: dict[str, str | None], code: str) -> None:
    assert told(pod([COMPANY], (patched(SITE_ROW, **change),))) == [(PARTIES, "S", ""), (SITES, "E", code)]


def test_an_unknown_use_is_refused() -> None:
    used = pod([COMPANY], (SITE_ROW,), (patched(USE, SITE_USE_TYPE="NOWHERE"),))
    assert told(used)[-1] == (USES, "E", "HZ_API_INVALID_LOOKUP")


def test_a_party_that_was_created_is_updated_afterwards_and_not_inserted_again() -> None:
    used = pod([COMPANY])
    told(used)
    used.load(**{PARTIES: [COMPANY, patched(COMPANY, INSERT_UPDATE_FLAG="U")]})
    assert [code for _, _, code in told(used)] == ["HZ_IMP_ACTION_MISMATCH", ""]


def test_without_lists_everything_known_by_name_passes() -> None:
    used = Pod(Setup())
    strange = patched(COMPANY, PARTY_ORIG_SYSTEM="ANY", PARTY_USAGE_CODE="ANY", INSERT_UPDATE_FLAG="U")
    used.load(**{PARTIES: [strange], USES: [patched(USE, SITE_USE_TYPE="ANY")]})
    assert {status for _, status, _ in told(used)} == {"S"}


@pytest.mark.parametrize(
    ("arguments", "state"),
    [(("8", "CUSTOMERS"), "SUCCEEDED"), (("", "CUSTOMERS"), "SUCCEEDED"), (("7", ""), "ERROR")],
)
def test_another_batch_or_none_selects_nothing_and_a_batch_has_a_name(arguments: tuple[str, ...], state: str) -> None:
    used = pod([COMPANY])
    assert (used.run(JOB, *arguments).state, used.statuses(PARTIES)) == (state, ["NEW"])


def test_what_it_says_are_codes_of_the_table() -> None:
    codes = {code.code for code in code_table("customer_import").values()}
    assert {said.partition(" ")[0] for said in EVIDENCE} == {code for code in codes if code.startswith("HZ_")}
