"""Validate and Load Budgets of the emulated pod."""

from __future__ import annotations

import pytest
from finance_pod import Pod, Values, patched, rows_of

from interfaces.emulator.imports.gl_budgets import JOB, TABLE
from interfaces.emulator.setup import Setup

CELL: Values = {
    "RUN_NAME": "FY26", "LEDGER_NAME": "Main", "BUDGET_NAME": "Adopted", "PERIOD_NAME": "Jul-25",
    "CURRENCY_CODE": "USD", "SEGMENT1": "1", "SEGMENT2": "5110", "BUDGET_AMOUNT": "1000",
}  # fmt: skip


def pod(*rows: Values) -> Pod:
    used = Pod(Setup({"budget_names": ({"name": "Adopted"},)}))
    used.load(**{TABLE: rows})
    return used


@pytest.mark.parametrize("name", ["Adoptd", None])
def test_a_wrong_budget_name_is_refused_and_the_row_beside_it_taken(name: str | None) -> None:
    done = (used := pod(patched(CELL, BUDGET_NAME=name), CELL)).run(JOB, "FY26")
    bad, good = rows_of(done)
    assert (bad["STATUS"], bad["ERROR_MESSAGE"]) == ("ERROR", "You must specify a valid budget name.")
    assert (good["STATUS"], good["ERROR_MESSAGE"], good["SEGMENT2"]) == ("PROCESSED", "", "5110")
    assert used.statuses(TABLE) == ["ERROR", "PROCESSED"]


def test_a_row_that_comes_again_replaces_the_amount() -> None:
    used = pod(CELL, patched(CELL, BUDGET_AMOUNT="-20"))
    used.run(JOB, "FY26")
    assert list(used.tables.base["budgets"].values()) == ["-20"]


def test_another_run_name_selects_nothing_and_still_succeeds() -> None:
    used = pod(CELL)
    done = used.run(JOB, "FY27")
    assert (done.state, [row["STATUS"] for row in rows_of(done)]) == ("SUCCEEDED", ["NEW"])


def test_without_a_run_name_the_job_fails_and_harms_nothing() -> None:
    used = pod(CELL)
    assert (used.run(JOB, "").state, used.statuses(TABLE)) == ("ERROR", ["NEW"])


def test_without_the_list_any_budget_will_do() -> None:
    used = Pod()
    used.load(**{TABLE: [patched(CELL, BUDGET_NAME="Any")]})
    used.run(JOB, "FY26")
    assert used.statuses(TABLE) == ["PROCESSED"]


def test_refused_rows_are_looked_at_again_and_the_report_tells_of_its_load_alone() -> None:
    used = pod(patched(CELL, BUDGET_NAME="Revised"))
    used.run(JOB, "FY26")
    used.setup = Setup({"budget_names": ({"name": "Revised"}, {"name": "Adopted"})})
    second = used.load(**{TABLE: [CELL]})
    assert [row["BUDGET_NAME"] for row in rows_of(used.run(JOB, "FY26", load=second))] == ["Adopted"]
    assert used.statuses(TABLE) == ["PROCESSED", "PROCESSED"]
