"""Import and Process Cost Transactions: PJC_TXN_XFACE_STAGE_ALL into costs of projects. A row is one verdict.

Not decided, as no code of it is known: projects, tasks, organizations, persons, documents, currencies, and references
that were used before. Rows that it refuses are gone from the table. That a batch name which was used refuses the rows
of its batch alone, where a load brings several batches, is unconfirmed.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from interfaces.emulator.imports.refusal import Refusal, evidence_of, offers
from interfaces.emulator.imports.single_rows import judged, log_of, reported
from interfaces.emulator.jobs import Call, Done, ImportJob
from interfaces.emulator.reports.rows import rows_report
from interfaces.emulator.setup import Setup
from interfaces.emulator.tables import Row

TABLE = "PJC_TXN_XFACE_STAGE_ALL"

BATCH_USED = Refusal("BATCH_NAME", "PJC_UNIQUE_BATCH_NAME", "known")
TYPE_INVALID = Refusal("EXPENDITURE_TYPE", "PJC_EXP_TYPE_INVALID", "known")
UNIT_REQUIRED = Refusal("BUSINESS_UNIT", "FND_CMN_REQ_ATTRIB_API_SERV", "known")

EVIDENCE = evidence_of(BATCH_USED, TYPE_INVALID, UNIT_REQUIRED)

_KEYS = (
    "TRANSACTION_TYPE", "BUSINESS_UNIT", "ORG_ID", "USER_TRANSACTION_SOURCE", "TRANSACTION_SOURCE_ID", "DOCUMENT_NAME",
    "BATCH_NAME", "EXPENDITURE_ITEM_DATE", "PERSON_NUMBER", "PROJECT_NUMBER", "TASK_NUMBER", "EXPENDITURE_TYPE",
    "QUANTITY", "ORIG_TRANSACTION_REFERENCE",
)  # fmt: skip
"""Columns that name a row in the report: none does so alone."""


def _run(call: Call) -> Done:
    """The rows of the business unit that the job was given, of every one where it was given none."""
    unit = call.argument(2)
    rows = [row for row in call.tables.interface[TABLE] if row.status == "NEW" and _of_unit(row, unit, call)]
    batches = call.tables.base["cost batches"]
    used = call.setup.values("cost_batch") | {str(name) for name in batches}
    verdicts = judged(rows, partial(_judge, used, call.setup), refused="REJECTED")
    batches.update({row.get("BATCH_NAME"): True for row, refused in verdicts.items() if not refused})
    report = rows_report(reported(call, TABLE, _KEYS, verdicts))
    call.tables.interface[TABLE] = [row for row in call.tables.interface[TABLE] if row.status != "REJECTED"]
    return Done(log=log_of(JOB.name, verdicts), outputs={"xml": report})


def _of_unit(row: Row, unit: str, call: Call) -> bool:
    known = call.setup.ids("business_units").get(row.get("BUSINESS_UNIT"), "")
    return not unit or unit in (row.get("ORG_ID"), known)


def _judge(used: frozenset[str], setup: Setup, row: Row) -> Iterator[Refusal]:
    if row.get("BATCH_NAME") in used:
        yield BATCH_USED
    if not row.get("BUSINESS_UNIT") and not row.get("ORG_ID"):
        yield UNIT_REQUIRED
    if not offers(setup, "expenditure_type", "name", row.get("EXPENDITURE_TYPE")):
        yield TYPE_INVALID


JOB = ImportJob(
    package="/oracle/apps/ess/projects/costing/transactions/onestop",
    definition="ImportAndProcessTxnsJob",
    name="Import and Process Cost Transactions",
    option="20",
    account="prj/projectCosting/import",
    files={
        "PjcTxnXfaceStageAll": (
            {"LABOR": "PjcTxnXfaceStageAll@LABOR", "NONLABOR": "PjcTxnXfaceStageAll@NONLABOR"},
            TABLE,
        )
    },
    run=_run,
)
