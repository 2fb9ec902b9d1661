"""Import Requisitions: requisitions out of the three POR interface tables. One bad row refuses the whole requisition.

Lists that decide: ``business_units`` (name), ``uom`` (code), ``worker_email`` (email), ``account_combination``. Not
decided: categories, destination types, suppliers, percentages of distributions. The import source (first argument) does
not select: whether it does on a pod is unconfirmed.
"""

from __future__ import annotations

from collections.abc import Iterator

from interfaces.emulator.imports.accounts import Accounts
from interfaces.emulator.imports.documents import Level, Part, Words, account_refused, run_documents
from interfaces.emulator.imports.refusal import Refusal, evidence_of, offers
from interfaces.emulator.jobs import Call, Done, ImportJob
from interfaces.emulator.setup import Setup
from interfaces.emulator.tables import Row

HEADERS, LINES = "POR_REQ_HEADERS_INTERFACE_ALL", "POR_REQ_LINES_INTERFACE_ALL"
DISTRIBUTIONS = "POR_REQ_DISTS_INTERFACE_ALL"

LEVELS = (
    Level(HEADERS, "INTERFACE_HEADER_KEY"),
    Level(LINES, "INTERFACE_LINE_KEY", "INTERFACE_HEADER_KEY"),
    Level(DISTRIBUTIONS, "INTERFACE_DISTRIBUTION_KEY", "INTERFACE_LINE_KEY"),
)
WORDS = Words("PROCESS_FLAG", taken="PROCESSED", refused="ERROR", failed="FAILED")

PREPARER = Refusal(
    "PREPARER_EMAIL_ADDR",
    "The preparer email isn't valid (must belong to a worker with an active work relationship)",
    "known",
)
APPROVER = Refusal("APPROVER_EMAIL_ADDR", "The value of the attribute Approver isn't valid.", "known")
UOM = Refusal("UOM_CODE", "The UOM isn't valid (UOM_CODE=...)", "known")
CHARGE_ACCOUNT = Refusal("", "The value of the attribute Charge Account isn't valid.", "known")

EVIDENCE = evidence_of(PREPARER, APPROVER, UOM, CHARGE_ACCOUNT)

Errors = Iterator[tuple[Row, Refusal]]


def _run(call: Call) -> Done:
    waiting = [row for row in call.tables.interface[HEADERS] if row.status == "NEW" and _known_unit(row, call.setup)]
    headers = [row for row in waiting if row.get("BATCH_ID") and row.get("BATCH_ID") == call.argument(2)]
    accounts = Accounts(call.setup)
    return run_documents(
        call, JOB.name, LEVELS, WORDS, headers, lambda requisition: _judge(requisition, call.setup, accounts)
    )


def _known_unit(row: Row, setup: Setup) -> bool:
    """False for a requisition that is left behind without a word."""
    return offers(setup, "business_units", "name", row.get("REQ_BU_NAME"))


def _judge(requisition: Part, setup: Setup, accounts: Accounts) -> Errors:
    for part in requisition.walk():
        row = part.row
        if part.table == HEADERS:
            yield from ((row, refusal) for refusal in _header(row, setup))
        if part.table == LINES and not offers(setup, "uom", "code", row.get("UOM_CODE")):
            yield row, UOM._replace(text=UOM.text.replace("...", row.get("UOM_CODE")))
        if part.table == DISTRIBUTIONS and account_refused(row, accounts, setup.today.isoformat()):
            yield row, CHARGE_ACCOUNT


def _header(row: Row, setup: Setup) -> Iterator[Refusal]:
    if not offers(setup, "worker_email", "email", row.get("PREPARER_EMAIL_ADDR")):
        yield PREPARER
    approver = row.get("APPROVER_EMAIL_ADDR")
    missing = row.get("DOCUMENT_STATUS") == "APPROVED" and not approver  # refused in the same words: unconfirmed
    if missing or not offers(setup, "worker_email", "email", approver):
        yield APPROVER


JOB = ImportJob(
    package="/oracle/apps/ess/prc/por/createReq/reqImport",
    definition="RequisitionImportJob",
    name="Import Requisitions",
    option="28",
    account="prc/requisition/import",
    files={
        "PorReqHeadersInterfaceAll": ("PorReqHeadersInterfaceAll", HEADERS),
        "PorReqLinesInterfaceAll": ("PorReqLinesInterfaceAll", LINES),
        "PorReqDistsInterfaceAll": ("PorReqDistsInterfaceAll", DISTRIBUTIONS),
    },
    run=_run,
)
