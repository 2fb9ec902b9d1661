"""Import Requisitions: whole requisitions, sentences of Oracle's, and the one that is left behind without a word."""

from __future__ import annotations

from typing import Any

import pytest
from procurement_pod import DISTRICT, Pod, messages

from contracts import code_table
from interfaces.emulator.imports.requisitions import EVIDENCE, JOB

TABLES = ("POR_REQ_HEADERS_INTERFACE_ALL", "POR_REQ_LINES_INTERFACE_ALL", "POR_REQ_DISTS_INTERFACE_ALL")
HEADERS, LINES, DISTRIBUTIONS = TABLES
REQUISITION: dict[str, dict[str, str]] = {
    HEADERS: {
        "INTERFACE_HEADER_KEY": "H1", "REQ_BU_NAME": DISTRICT, "BATCH_ID": "R1", "DOCUMENT_STATUS": "APPROVED",
        "PREPARER_EMAIL_ADDR": "preparer@example.org", "APPROVER_EMAIL_ADDR": "approver@example.org",
    },
    LINES: {"INTERFACE_LINE_KEY": "L1", "INTERFACE_HEADER_KEY": "H1", "UOM_CODE": "BX", "QUANTITY": "10"},
    DISTRIBUTIONS: {
        "INTERFACE_DISTRIBUTION_KEY": "D1", "INTERFACE_LINE_KEY": "L1", "CHARGE_ACCOUNT_SEGMENT1": "2",
        "CHARGE_ACCOUNT_SEGMENT2": "5110", "BUDGET_DATE": "2025/11/03",
    },
}  # fmt: skip
Rows = dict[str, list[dict[str, Any]]]


def requisition(number: int = 1, **changes: dict[str, Any]) -> Rows:
    """The good requisition under keys of its own, changed by table."""
    return {
        table: [
            {column: f"{value[0]}{number}" if column.endswith("_KEY") else value for column, value in record.items()}
            | changes.get(table, {})
        ]
        for table, record in REQUISITION.items()
    }


def imported(pod: Pod, *requisitions: Rows, batch: str = "R1") -> list[dict[str, str]]:
    load = pod.load(**{table: [row for rows in requisitions for row in rows[table]] for table in TABLES})
    return pod.run(JOB, "", batch, "", "1", "NONE", "", "NO", "ALL", load=load)


@pytest.mark.parametrize(
    ("table", "change", "said", "id_"),
    [
        (LINES, {"UOM_CODE": "ZZZ"}, "The UOM isn't valid (UOM_CODE=ZZZ) [UOM_CODE]", "uom_invalid"),
        (LINES, {"UOM_CODE": "Box"}, "The UOM isn't valid (UOM_CODE=Box) [UOM_CODE]", "uom_invalid"),
        (
            HEADERS,
            {"PREPARER_EMAIL_ADDR": "nobody@example.org"},
            "The preparer email isn't valid (must belong to a worker with an active work relationship)"
            " [PREPARER_EMAIL_ADDR]",
            "preparer_invalid",
        ),
        (
            HEADERS,
            {"APPROVER_EMAIL_ADDR": "nobody@example.org"},
            "The value of the attribute Approver isn't valid. [APPROVER_EMAIL_ADDR]",
            "approver_invalid",
        ),
        (
            HEADERS,
            {"APPROVER_EMAIL_ADDR": None},
            "The value of the attribute Approver isn't valid. [APPROVER_EMAIL_ADDR]",
            "approver_invalid",
        ),
        (
            DISTRIBUTIONS,
            {"CHARGE_ACCOUNT_SEGMENT2": "9999"},
            "The value of the attribute Charge Account isn't valid.",
            "charge_account_invalid",
        ),
        (
            DISTRIBUTIONS,
            {"CHARGE_ACCOUNT_SEGMENT2": "8100"},
            "The value of the attribute Charge Account isn't valid.",
            "charge_account_invalid",
        ),
    ],
)
def test_one_bad_row_refuses_its_requisition_in_oracles_words_and_no_other(
    table: str, change: dict[str, str | None], said: str, id_: str
) -> None:
    pod = Pod()
    report = imported(pod, requisition(1, **{table: change}), requisition(2))
    assert messages(report) == [said]
    for name in TABLES:
        assert pod.statuses(name) == ["ERROR" if name == table else "FAILED", "PROCESSED"]
    code = code_table("requisition_import")[id_]
    sentence = code.code if "..." not in code.code else code.code.replace("...", str(change["UOM_CODE"]))
    assert said.startswith(sentence)


def test_all_known_sentences_of_the_code_table_are_spoken() -> None:
    spoken = {code.code for code in code_table("requisition_import").values() if not code.code.startswith("(no")}
    assert {message.split(" [")[0] for message in EVIDENCE} == spoken


def test_the_report_names_each_row_by_its_own_key_and_its_parents() -> None:
    report = imported(Pod(), requisition(**{LINES: {"UOM_CODE": "ZZZ"}}))
    assert report[1] == {
        "TABLE_NAME": LINES, "INTERFACE_LINE_KEY": "L1", "INTERFACE_HEADER_KEY": "H1", "PROCESS_FLAG": "ERROR",
        "COLUMN_NAME": "UOM_CODE", "COLUMN_VALUE": "ZZZ", "ERROR_MESSAGE": "The UOM isn't valid (UOM_CODE=ZZZ)",
    }  # fmt: skip
    assert [(row["PROCESS_FLAG"], row["ERROR_MESSAGE"]) for row in (report[0], report[2])] == [("FAILED", "")] * 2


def test_an_unknown_requisitioning_unit_is_left_behind_without_a_word() -> None:
    pod = Pod()
    report = imported(pod, requisition(1, **{HEADERS: {"REQ_BU_NAME": "Nowhere"}}), requisition(2))
    assert [pod.statuses(table) for table in TABLES] == [["NEW", "PROCESSED"]] * 3
    assert [row["PROCESS_FLAG"] for row in report] == ["", "PROCESSED"] * 3
    assert messages(report) == []


@pytest.mark.parametrize(("batch", "own"), [("R2", "R1"), ("", "R1"), ("", None)])
def test_another_batch_than_the_arguments_selects_nothing_and_still_succeeds(batch: str, own: str | None) -> None:
    pod = Pod()
    report = imported(pod, requisition(**{HEADERS: {"BATCH_ID": own}}), batch=batch)
    assert [pod.statuses(table) for table in TABLES] == [["NEW"]] * 3
    assert {row["PROCESS_FLAG"] for row in report} == {""}
    assert pod.done.log == "Import Requisitions: 0 documents selected, 0 imported, 0 refused.\n"


def test_an_incomplete_requisition_needs_no_approver() -> None:
    change = {"DOCUMENT_STATUS": "INCOMPLETE", "APPROVER_EMAIL_ADDR": None}
    assert messages(imported(Pod(), requisition(**{HEADERS: change}))) == []


def test_a_refused_requisition_can_be_sent_again_and_only_the_new_one_is_looked_at() -> None:
    pod = Pod()
    assert len(messages(imported(pod, requisition(**{LINES: {"UOM_CODE": "ZZZ"}})))) == 1
    assert messages(imported(pod, requisition())) == []
    before, after = zip(*(pod.statuses(table) for table in TABLES), strict=True)
    assert (before, after) == (("FAILED", "ERROR", "FAILED"), ("PROCESSED",) * 3)


@pytest.mark.parametrize(
    ("missing", "table", "change"),
    [
        ("business_units", HEADERS, {"REQ_BU_NAME": "Nowhere"}),
        ("worker_email", HEADERS, {"PREPARER_EMAIL_ADDR": "nobody@example.org"}),
        ("uom", LINES, {"UOM_CODE": "ZZZ"}),
        ("account_combination", DISTRIBUTIONS, {"CHARGE_ACCOUNT_SEGMENT1": "?"}),
    ],
)
def test_a_list_that_the_set_up_does_not_have_decides_nothing(missing: str, table: str, change: dict[str, str]) -> None:
    pod = Pod(without=[missing])
    imported(pod, requisition(**{table: change}))
    assert [pod.statuses(each) for each in TABLES] == [["PROCESSED"]] * 3


def test_a_list_of_units_by_name_alone_decides_no_code() -> None:
    pod = Pod(uom=[{"name": "Box"}])
    assert messages(imported(pod, requisition(**{LINES: {"UOM_CODE": "ZZZ"}}))) == []


def test_the_job_is_the_one_of_the_options_table() -> None:
    assert (JOB.package, JOB.definition) == ("/oracle/apps/ess/prc/por/createReq/reqImport", "RequisitionImportJob")
    assert (JOB.option, JOB.account) == ("28", "prc/requisition/import")
