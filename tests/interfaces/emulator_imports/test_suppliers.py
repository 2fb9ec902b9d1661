"""Import Suppliers: what it takes, what it refuses and in which words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from procurement_pod import Pod, messages

from contracts import code_table
from interfaces.emulator.imports.suppliers import EVIDENCE, JOB

TABLE = "POZ_SUPPLIERS_INT"
NEW = {
    "IMPORT_ACTION": "CREATE", "VENDOR_NAME": "Blue Ridge Supply Company", "SEGMENT1": "0090001",
    "ORGANIZATION_TYPE_LOOKUP_CODE": "CORPORATION", "BUSINESS_RELATIONSHIP": "SPEND_AUTHORIZED", "BATCH_ID": "B1",
}  # fmt: skip
OTHER = NEW | {"VENDOR_NAME": "Piedmont Glass Works", "SEGMENT1": "0090002"}
CHANGE = {"IMPORT_ACTION": "UPDATE", "VENDOR_NAME": "Amberline Paper Supply LLC", "BATCH_ID": "B1"}


def loaded(pod: Pod, *records: Any) -> list[dict[str, str]]:
    load = pod.load(POZ_SUPPLIERS_INT=records)
    return pod.run(JOB, "NEW", "N", load=load)


@pytest.mark.parametrize(
    ("base", "change", "said"),
    [
        (NEW, {"IMPORT_ACTION": None}, "A value is required. [IMPORT_ACTION]"),
        (NEW, {"IMPORT_ACTION": "DELETE"}, "You must provide a valid value. [IMPORT_ACTION]"),
        (NEW, {"VENDOR_NAME": None}, "A value is required. [VENDOR_NAME]"),
        (NEW, {"BUSINESS_RELATIONSHIP": None}, "A value is required. [BUSINESS_RELATIONSHIP]"),
        (
            NEW,
            {"VENDOR_NAME_NEW": "Blue Ridge Trading Company"},
            "The attribute must be blank when the action is create. [VENDOR_NAME_NEW]",
        ),
        (
            NEW,
            {"ORGANIZATION_TYPE_LOOKUP_CODE": "INVALID_ORG_TYPE"},
            "You must provide a valid tax organization type. [ORGANIZATION_TYPE_LOOKUP_CODE]",
        ),
        (
            CHANGE,
            {"ORGANIZATION_TYPE_LOOKUP_CODE": "INVALID_ORG_TYPE"},
            "You must provide a valid tax organization type. [ORGANIZATION_TYPE_LOOKUP_CODE]",
        ),
        (NEW, {"VENDOR_NAME": "Amberline Paper Supply LLC"}, "Supplier name already exists [VENDOR_NAME]"),
        (NEW, {"SEGMENT1": "0012345"}, "Supplier number already exists [SEGMENT1]"),
        (
            CHANGE,
            {"VENDOR_NAME": "Nobody Knows Company"},
            "You must provide a valid value for either the VENDOR_ID or the VENDOR_NAME. [VENDOR_NAME]",
        ),
    ],
)
def test_a_wrong_supplier_is_refused_with_one_sentence_and_the_one_beside_it_is_taken(
    base: dict[str, str], change: dict[str, str | None], said: str
) -> None:
    pod = Pod()
    report = loaded(pod, base | change, OTHER)
    assert messages(report) == [said]
    assert pod.statuses(TABLE) == ["REJECTED", "PROCESSED"]
    assert [row["STATUS"] for row in report] == ["REJECTED", "PROCESSED"]
    assert report[0]["VALUE"] == ((base | change).get(report[0]["ATTRIBUTE"]) or "")
    assert said in EVIDENCE


@pytest.mark.parametrize("known", ["tax_organization_type_invalid", "blank_on_create", "supplier_unknown"])
def test_its_sentences_are_those_of_the_code_table(known: str) -> None:
    code = code_table("supplier_import")[known].code
    assert any(message == code or message.startswith(f"{code} [") for message in EVIDENCE)


def test_a_row_of_the_report_names_table_key_and_status() -> None:
    (row,) = loaded(Pod(), NEW)
    assert row == {
        "TABLE_NAME": TABLE, "IMPORT_ACTION": "CREATE", "VENDOR_NAME": "Blue Ridge Supply Company",
        "SEGMENT1": "0090001", "STATUS": "PROCESSED", "ATTRIBUTE": "", "VALUE": "", "REJECT_LOOKUP_CODE": "",
    }  # fmt: skip


def test_a_supplier_with_two_faults_stands_in_the_report_twice() -> None:
    report = loaded(Pod(), NEW | {"SEGMENT1": "0012345", "VENDOR_NAME_NEW": "X"})
    assert [row["ATTRIBUTE"] for row in report] == ["VENDOR_NAME_NEW", "SEGMENT1"]
    assert {row["STATUS"] for row in report} == {"REJECTED"}


def test_of_two_suppliers_of_one_name_the_first_is_taken() -> None:
    pod = Pod()
    assert messages(loaded(pod, NEW, NEW | {"SEGMENT1": "0090002"})) == ["Supplier name already exists [VENDOR_NAME]"]
    assert pod.statuses(TABLE) == ["PROCESSED", "REJECTED"]


def test_the_same_file_again_is_refused() -> None:
    pod = Pod()
    assert messages(loaded(pod, NEW)) == []
    again = ["Supplier name already exists [VENDOR_NAME]", "Supplier number already exists [SEGMENT1]"]
    assert messages(loaded(pod, NEW)) == again


def test_a_renamed_supplier_is_found_by_its_new_name_only_from_the_next_run_on() -> None:
    pod = Pod()
    renamed = CHANGE | {"VENDOR_NAME_NEW": "Amberline Office Supply LLC"}
    assert messages(loaded(pod, renamed, CHANGE, renamed)) == []
    assert messages(loaded(pod, CHANGE | {"VENDOR_NAME": "Amberline Office Supply LLC"})) == []
    assert len(messages(loaded(pod, CHANGE))) == 1


def test_a_new_name_that_is_taken_changes_nothing() -> None:
    pod = Pod()
    assert messages(loaded(pod, CHANGE | {"VENDOR_NAME_NEW": "Brightfold Fuel Delivery Company"})) == []
    assert set(pod.tables.base["suppliers"]) == {"Amberline Paper Supply LLC", "Brightfold Fuel Delivery Company"}


def test_a_supplier_that_was_just_created_can_be_updated() -> None:
    assert messages(loaded(Pod(), NEW, {"IMPORT_ACTION": "UPDATE", "VENDOR_NAME": NEW["VENDOR_NAME"]})) == []


def test_the_null_token_is_a_blank() -> None:
    assert messages(loaded(Pod(), NEW | {"VENDOR_NAME_NEW": "#NULL", "SEGMENT1": "#NULL"})) == []
    assert messages(loaded(Pod(), NEW | {"BUSINESS_RELATIONSHIP": "#NULL"})) == [
        "A value is required. [BUSINESS_RELATIONSHIP]"
    ]


@pytest.mark.parametrize(
    ("missing", "record"),
    [
        ("tax_organization_type", NEW | {"ORGANIZATION_TYPE_LOOKUP_CODE": "INVALID_ORG_TYPE"}),
        ("suppliers", NEW | {"VENDOR_NAME": "Brightfold Fuel Delivery Company"}),
        ("suppliers", CHANGE | {"VENDOR_NAME": "Nobody Knows Company"}),
    ],
)
def test_a_list_that_the_set_up_does_not_have_decides_nothing(missing: str, record: dict[str, str]) -> None:
    pod = Pod(without=[missing, "purchasing_sites", "supplier_sites"])
    assert messages(loaded(pod, record)) == []


# --- selection


def test_a_batch_id_selects_its_rows_only() -> None:
    pod = Pod()
    load = pod.load(POZ_SUPPLIERS_INT=[NEW, OTHER | {"BATCH_ID": "B2"}])
    report = pod.run(JOB, "NEW", "N", "B2", load=load)
    assert pod.statuses(TABLE) == ["NEW", "PROCESSED"]
    assert [row["STATUS"] for row in report] == ["NEW", "PROCESSED"]


def test_new_rows_of_an_earlier_load_are_taken_along_but_not_reported() -> None:
    pod = Pod()
    pod.load(POZ_SUPPLIERS_INT=[NEW])
    report = loaded(pod, OTHER)
    assert pod.statuses(TABLE) == ["PROCESSED", "PROCESSED"]
    assert [row["VENDOR_NAME"] for row in report] == ["Piedmont Glass Works"]


@pytest.mark.parametrize(("option", "taken"), [("NEW", False), ("rejected", True), ("all", True), ("", False)])
def test_rejected_rows_are_judged_again_when_the_options_say_so(option: str, taken: bool) -> None:
    pod = Pod()
    loaded(pod, {"IMPORT_ACTION": "UPDATE", "VENDOR_NAME": NEW["VENDOR_NAME"]})
    loaded(pod, NEW)
    report = pod.run(JOB, option, "N")
    assert pod.statuses(TABLE) == ["PROCESSED" if taken else "REJECTED", "PROCESSED"]
    assert len(report) == taken


def test_rejected_does_not_select_new_rows() -> None:
    pod = Pod()
    pod.load(POZ_SUPPLIERS_INT=[NEW])
    pod.run(JOB, "rejected", "N")
    assert pod.statuses(TABLE) == ["NEW"]


def test_exceptions_only_leaves_good_rows_out_of_the_report() -> None:
    pod = Pod()
    load = pod.load(POZ_SUPPLIERS_INT=[NEW, OTHER | {"SEGMENT1": "0012345"}])
    assert [row["STATUS"] for row in pod.run(JOB, "NEW", "Y", load=load)] == ["REJECTED"]


def test_nothing_selected_still_succeeds() -> None:
    pod = Pod()
    assert pod.run(JOB, "NEW", "N") == []
    assert pod.done.log == "Import Suppliers: 0 rows selected, 0 processed, 0 rejected.\n"


def test_both_names_of_the_file_lead_to_its_table() -> None:
    assert set(JOB.files.items()) == {
        ("PozSuppliersInt", ("PozSuppliersInt", TABLE)),
        ("PoSupplierImport", ("PozSuppliersInt", TABLE)),
    }


# --- laws


names = st.sampled_from(["Amberline Paper Supply LLC", "Piedmont Glass Works", "Harbour Paper Works", ""])
records = st.fixed_dictionaries(
    {"IMPORT_ACTION": st.sampled_from(["CREATE", "UPDATE", "DELETE", ""]), "VENDOR_NAME": names},
    optional={
        "VENDOR_NAME_NEW": names,
        "SEGMENT1": st.sampled_from(["0012345", "0090001"]),
        "BUSINESS_RELATIONSHIP": st.just("PROSPECTIVE"),
        "ORGANIZATION_TYPE_LOOKUP_CODE": st.sampled_from(["CORPORATION", "?"]),
    },
)


@given(st.lists(records, max_size=8))
def test_every_row_gets_a_verdict_and_only_the_refused_ones_a_sentence(rows: list[dict[str, str]]) -> None:
    pod = Pod()
    report = loaded(pod, *rows)
    assert set(pod.statuses(TABLE)) <= {"PROCESSED", "REJECTED"}
    assert all((row["STATUS"] == "REJECTED") == bool(row["REJECT_LOOKUP_CODE"]) for row in report)
    assert set(messages(report)) <= set(EVIDENCE)
    assert len(messages(report)) + pod.statuses(TABLE).count("PROCESSED") == len(report)
