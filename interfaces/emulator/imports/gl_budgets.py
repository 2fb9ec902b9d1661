"""Validate and Load Budgets: a row with a wrong budget name is refused, the others of its file are taken."""

from __future__ import annotations

from interfaces.emulator.jobs import Call, Done, ImportJob
from interfaces.emulator.reports.rows import rows_report
from interfaces.emulator.tables import Row

TABLE = "GL_BUDGET_INTERFACE"
_NO_BUDGET = "You must specify a valid budget name."
_CELL = (
    "LEDGER_ID",
    "LEDGER_NAME",
    "BUDGET_NAME",
    "PERIOD_NAME",
    "CURRENCY_CODE",
    *(f"SEGMENT{n}" for n in range(1, 31)),
)


def _run(call: Call) -> Done:
    """Rows of the run name that the job was given; without a name it has nothing to do, and fails (unconfirmed how)."""
    name = call.argument(1)
    if not name:
        return Done(state="ERROR", log="The run name is missing.\n")
    for row in call.tables.interface[TABLE]:
        if row.get("RUN_NAME") != name or row.status == "PROCESSED":
            continue
        budget = row.get("BUDGET_NAME")
        if not budget or not call.setup.allows("budget_names", budget):
            row.status = "ERROR"
        else:
            row.status = "PROCESSED"
            call.tables.base["budgets"][tuple(map(row.get, _CELL))] = row.get(
                "BUDGET_AMOUNT"
            )  # a later amount replaces it
    rows = [row for row in call.tables.interface[TABLE] if call.load in (0, row.load)]
    return Done(outputs={"xml": rows_report(map(_reported, rows))})


def _reported(row: Row) -> dict[str, str]:
    return {
        "TABLE_NAME": TABLE,
        "RUN_NAME": row.get("RUN_NAME"),
        **{column: row.get(column) for column in _CELL},
        "STATUS": row.status,
        "ERROR_MESSAGE": _NO_BUDGET if row.status == "ERROR" else "",
    }


JOB = ImportJob(
    package="/oracle/apps/ess/financials/generalLedger/ledgers/ledgerDefinitions",
    definition="ValidateAndLoadBudgets",
    name="Validate and Load Budgets",
    option="17",
    account="fin/budgetBalance/import",
    files=dict.fromkeys(
        ("GlBudgetInterface", "GLBudgetsData"), ("GlBudgetInterface", TABLE)
    ),  # the second by Oracle's macro
    run=_run,
)
