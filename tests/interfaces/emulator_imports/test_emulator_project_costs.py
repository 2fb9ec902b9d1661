"""Costs of projects: two branches of one file, a verdict per row, and batch names that are used once."""

from __future__ import annotations

import pytest
from finance_pod import Pod, Values, patched, rows_of

from contracts import code_table, layout_in_force
from interfaces.emulator.imports.project_costs import EVIDENCE, JOB, TABLE
from interfaces.emulator.loader import load
from interfaces.emulator.setup import Setup

HOURS: Values = {
    "TRANSACTION_TYPE": "LABOR", "BUSINESS_UNIT": "Demo Unit", "BATCH_NAME": "TIME-1", "EXPENDITURE_TYPE": "Labor",
    "ORIG_TRANSACTION_REFERENCE": "T-1",
}  # fmt: skip
ISSUE = patched(
    HOURS,
    TRANSACTION_TYPE="NONLABOR",
    EXPENDITURE_TYPE="Supplies",
    ORIG_TRANSACTION_REFERENCE="I-1",
    BATCH_NAME="STORE-1",
)
LISTS = {
    "business_units": ({"name": "Demo Unit"}, {"name": "Second Unit"}),
    "expenditure_type": ({"name": "Labor"}, {"name": "Supplies"}),
    "cost_batch": ({"name": "TIME-0"},),
}


def told(used: Pod, *arguments: str) -> list[tuple[str, str, str]]:
    """Status, message and attribute of every row."""
    rows = rows_of(used.run(JOB, *arguments))
    return [(row["STATUS"], row["ERROR_MESSAGE"], row["ATTRIBUTE"]) for row in rows]


def pod(*rows: Values) -> Pod:
    used = Pod(Setup(LISTS))
    used.load(**{TABLE: rows})
    return used


@pytest.mark.parametrize(
    ("change", "code", "attribute"),
    [
        ({"EXPENDITURE_TYPE": "Labour"}, "PJC_EXP_TYPE_INVALID", "EXPENDITURE_TYPE"),
        ({"BUSINESS_UNIT": None}, "FND_CMN_REQ_ATTRIB_API_SERV", "BUSINESS_UNIT"),
        ({"BATCH_NAME": "TIME-0"}, "PJC_UNIQUE_BATCH_NAME", "BATCH_NAME"),
    ],
)
def test_a_wrong_row_is_refused_alone_and_purged(change: dict[str, str | None], code: str, attribute: str) -> None:
    used = pod(patched(HOURS, **change), ISSUE)
    assert told(used) == [("REJECTED", code, attribute), ("PROCESSED", "", "")]
    assert used.statuses(TABLE) == ["PROCESSED"]


def test_all_reasons_of_a_row_are_told() -> None:
    assert len(told(pod(patched(HOURS, BATCH_NAME="TIME-0", BUSINESS_UNIT=None, EXPENDITURE_TYPE="Labour")))) == 3


def test_a_batch_name_is_used_by_the_rows_of_one_import() -> None:
    used = pod(HOURS, patched(HOURS, ORIG_TRANSACTION_REFERENCE="T-2"))
    assert {status for status, _, _ in told(used)} == {"PROCESSED"}
    used.load(**{TABLE: [HOURS, ISSUE]})
    assert [code for _, code, _ in told(used)] == ["PJC_UNIQUE_BATCH_NAME", ""]


def test_a_batch_that_was_refused_as_a_whole_may_come_again() -> None:
    used = pod(patched(HOURS, EXPENDITURE_TYPE="Labour"))
    told(used)
    used.load(**{TABLE: [HOURS]})
    assert told(used) == [("PROCESSED", "", "")]


def test_a_unit_may_be_told_by_its_id_and_types_pass_where_no_list_knows_them() -> None:
    assert told(pod(patched(HOURS, BUSINESS_UNIT=None, ORG_ID="300000001"))) == [("PROCESSED", "", "")]
    used = Pod(Setup())
    used.load(**{TABLE: [patched(HOURS, EXPENDITURE_TYPE="Labour")]})
    assert told(used) == [("PROCESSED", "", "")]


def test_rows_of_another_unit_than_the_job_was_given_wait() -> None:
    used = pod(HOURS, patched(HOURS, BUSINESS_UNIT="Second Unit"))
    unit = used.setup.ids("business_units")["Second Unit"]
    assert told(used, "mode", unit) == [("PROCESSED", "", "")]
    assert used.statuses(TABLE) == ["NEW", "PROCESSED"]


def test_what_it_says_are_codes_of_the_table() -> None:
    codes = {code.code: code for code in code_table("projects").values()}
    assert {said.partition(" ")[0] for said in EVIDENCE} <= set(codes)
    assert set(EVIDENCE.values()) == {"known"}


def test_each_record_is_read_by_the_branch_of_its_first_field_and_one_of_none_is_discarded() -> None:
    ((branches, _),) = JOB.files.values()
    assert not isinstance(branches, str)
    layouts = {first: layout_in_force(name, "26C") for first, name in branches.items()}
    place = {first: list(layout.columns).index("QUANTITY") for first, layout in layouts.items()}
    assert place["LABOR"] != place["NONLABOR"]
    lines = [f"{first}{',' * place[first]}7.5" for first in ("LABOR", "NONLABOR")]
    loaded = load("PjcTxnXfaceStageAll.csv", "\n".join([*lines, "INVENTORY,x", "LABOR"]).encode(), layouts, TABLE, 1)
    assert [row.get("QUANTITY") for row in loaded.rows] == ["7.5", "7.5", ""]
    assert "Record 3: Discarded - failed all WHEN clauses." in loaded.log
    assert "  1 Row not loaded because all WHEN clauses were failed." in loaded.log
    assert not loaded.rejected
