"""Mass additions of assets: one job prepares them, a second one posts them.

That the first decides on the category, and not the second, is unconfirmed; so is the status of a row that the second
one does not accept. On this pod the second one is scheduled: it runs whenever the first has ended.
"""

from __future__ import annotations

from collections.abc import Iterator

from interfaces.emulator.imports.refusal import UNCONFIRMED
from interfaces.emulator.jobs import Call, Done, ImportJob
from interfaces.emulator.reports.rows import rows_report
from interfaces.emulator.setup import Setup
from interfaces.emulator.tables import Row

TABLE = "FA_MASS_ADDITIONS"
_CATEGORY = tuple(f"CATEGORY_SEGMENT{number}" for number in range(1, 8))
_NO_CATEGORY = "You must enter a valid category combination. (VALUESET=FA_MAJOR_CATEGORY)"
_NO_PERIOD = "(date) date placed in service outside the open FA period"

EVIDENCE = {
    _NO_CATEGORY: "known: content and value set; the wording is filled in",
    _NO_PERIOD: f"{UNCONFIRMED}the rule was seen, its sentence is not known",
}


def _prepare(call: Call) -> Done:
    categories = {tuple(row.values()) for row in call.setup.rows("asset_category")}
    for row in _of_book(call):
        if row.status == "POSTED":
            continue
        category = tuple(filter(None, (row.get(column).strip() for column in _CATEGORY)))
        added = row.get("ADD_TO_ASSET_NUMBER")  # whose category counts then (unconfirmed)
        if not added and (not category or (call.setup.knows("asset_category") and category not in categories)):
            _refuse(row, _NO_CATEGORY)
        elif row.get("POSTING_STATUS") == row.get("QUEUE_NAME") == "POST":
            row.status = "POST"
        else:
            row.status = "ON HOLD"
    return _done(call)


def _post(call: Call) -> Done:
    for row in _of_book(call):
        if row.status == "POST" and not _in_period(row, call.setup):
            _refuse(row, _NO_PERIOD)
        elif row.status == "POST":
            row.status = "POSTED"
            key = (row.get("BOOK_TYPE_CODE"), row.get("ASSET_NUMBER") or (row.load, row.record))
            call.tables.base["assets"][key] = row.get("FIXED_ASSETS_COST")
    return _done(call)


def _refuse(row: Row, message: str) -> None:
    row.status, row.values = "ERROR", {**row.values, "ERROR_MSG": message}


def _in_period(row: Row, setup: Setup) -> bool:
    """True if the book takes assets that are placed in service that day; a blank start takes every earlier day."""
    day = row.get("DATE_PLACED_IN_SERVICE")
    own = [period for period in setup.rows("asset_period") if period["book"] == row.get("BOOK_TYPE_CODE")]
    return (
        not day
        or not setup.knows("asset_period")
        or any(period.get("start", "") <= day <= (period.get("end", "") or day) for period in own)
    )


def _of_book(call: Call) -> Iterator[Row]:
    """Rows of the book that the job was given; no book, no rows."""
    return (row for row in call.tables.interface[TABLE] if row.get("BOOK_TYPE_CODE") == call.argument(1) != "")


def _done(call: Call) -> Done:
    """The report tells of every row of the load, or of all rows where the job was submitted by itself."""
    rows = [row for row in call.tables.interface[TABLE] if call.load in (0, row.load)]
    return Done(outputs={"xml": rows_report(map(_reported, rows))})


def _reported(row: Row) -> dict[str, str]:
    """A row that no job has looked at shows the status it came with."""
    return {
        "TABLE_NAME": TABLE,
        "MASS_ADDITION_ID": row.get("MASS_ADDITION_ID"),
        "ASSET_NUMBER": row.get("ASSET_NUMBER"),
        "BOOK_TYPE_CODE": row.get("BOOK_TYPE_CODE"),
        "POSTING_STATUS": row.get("POSTING_STATUS") if row.status == "NEW" else row.status,
        "ERROR_MSG": row.get("ERROR_MSG") if row.status == "ERROR" else "",
    }


POST_JOB = ImportJob(
    package="/oracle/apps/ess/financials/assets/additions",
    definition="PostMassAdditions",
    name="Post Mass Additions",
    option="9",
    account="fin/assets/import",
    files={},  # it follows the first job, it loads nothing
    run=_post,
)

JOB = ImportJob(
    package=POST_JOB.package,
    definition="PrepareMassAdditions",
    name="Prepare Mass Additions",
    option=POST_JOB.option,
    account=POST_JOB.account,
    files={
        "FaMassAdditions": ("FaMassAdditions", TABLE),
        "FaMassaddDistributions": ("FaMassaddDistributions", "FA_MASSADD_DISTRIBUTIONS"),
        "FaMcMassRates": ("FaMcMassRates", "FA_MC_MASS_RATES"),
    },
    run=_prepare,
    then=POST_JOB,
)
