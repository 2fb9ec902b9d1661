"""The imports of the supplier family: one table each, one verdict per row, parents before children.

A row goes from NEW to PROCESSED or REJECTED; its reasons are sentences with the attribute they are about. The second
argument of the jobs is read as Oracle's page has it (report exceptions only), not as a purge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from interfaces.emulator.imports.refusal import UNCONFIRMED, Refusal, filled
from interfaces.emulator.imports.supplier_master import SupplierMaster
from interfaces.emulator.jobs import Call, Done, ImportJob
from interfaces.emulator.reports.rows import rows_report
from interfaces.emulator.tables import Row

PACKAGE = "/oracle/apps/ess/prc/poz/supplierImport"
ACCOUNT = "prc/supplier/import"

REQUIRED = "A value is required."
INVALID = "You must provide a valid value."
ELSEWHERE = f"{UNCONFIRMED}the sentence was seen for another attribute"
MEANING = f"{UNCONFIRMED}the rule is remembered, its sentence is not known"

UNKNOWN_SUPPLIER = Refusal(
    "VENDOR_NAME", "You must provide a valid value for either the VENDOR_ID or the VENDOR_NAME.", "known"
)
ACTION_REQUIRED = Refusal("IMPORT_ACTION", REQUIRED, ELSEWHERE)
ACTION_INVALID = Refusal("IMPORT_ACTION", INVALID, ELSEWHERE)
SUPPLIER_REQUIRED = Refusal("VENDOR_NAME", REQUIRED, ELSEWHERE)
FOR_ALL = (ACTION_REQUIRED, ACTION_INVALID, SUPPLIER_REQUIRED)
"""What every import of the family may say."""

_OPTIONS = {"NEW": {"NEW"}, "REJECTED": {"REJECTED"}, "ALL": {"NEW", "REJECTED"}}


@dataclass(frozen=True)
class Member:
    """One table of the family: how a row is judged, and what the pod learns from one that is taken."""

    table: str
    keys: Sequence[str]  # columns that name a row in the report
    judge: Callable[[Row, SupplierMaster], Iterator[Refusal]]
    take: Callable[[Row, SupplierMaster], None]


def supplier_job(
    definition: str,
    name: str,
    option: str,
    layouts: Mapping[str, str],
    member: Member,
    unjudged: Mapping[str, tuple[str, str]] | None = None,
) -> ImportJob:
    """Return the import job of a member.

    ``layouts``: stem of a CSV file -> its layout; ``unjudged``: of a file that is loaded, and then left alone, with its
    table.
    """
    files = {stem: (layout, member.table) for stem, layout in layouts.items()} | dict(unjudged or {})
    return ImportJob(PACKAGE, definition, name, option, ACCOUNT, files, partial(_run, name, member))


def blank_on_create(attribute: str, evidence: str) -> Refusal:
    """Return the refusal of a new name that is given where nothing is renamed."""
    return Refusal(attribute, "The attribute must be blank when the action is create.", evidence)


def missing(row: Row, *refusals: Refusal) -> Iterator[Refusal]:
    """Yield the refusals whose attribute the row leaves blank."""
    return (refusal for refusal in refusals if not filled(row, refusal.attribute))


def judged_alike(row: Row) -> Iterator[Refusal]:
    """Yield what every import of the family asks of a row."""
    yield from missing(row, ACTION_REQUIRED, SUPPLIER_REQUIRED)
    if filled(row, "IMPORT_ACTION") not in ("", "CREATE", "UPDATE"):
        yield ACTION_INVALID


def creates(row: Row) -> bool:
    """True if the row asks for a new object."""
    return filled(row, "IMPORT_ACTION") == "CREATE"


def updates(row: Row) -> bool:
    """True if the row asks for a change of an object that is there."""
    return filled(row, "IMPORT_ACTION") == "UPDATE"


def _run(name: str, member: Member, call: Call) -> Done:
    master = SupplierMaster(call.tables, call.setup)
    refused: dict[Row, list[Refusal]] = {}
    for row in _selected(call, member.table):
        refused[row] = list(member.judge(row, master))
        row.status = "REJECTED" if refused[row] else "PROCESSED"
        if not refused[row]:
            member.take(row, master)
    bad = sum(bool(found) for found in refused.values())
    log = f"{name}: {len(refused)} rows selected, {len(refused) - bad} processed, {bad} rejected.\n"
    return Done(log=log, outputs={"xml": rows_report(_reported(call, member, refused))})


def _selected(call: Call, table: str) -> list[Row]:
    """The rows that the import options and the batch id name, of whatever load."""
    states = _OPTIONS.get(call.argument(1).upper(), {"NEW"})
    batch = call.argument(3)
    rows = call.tables.interface[table]
    return [row for row in rows if row.status in states and (not batch or filled(row, "BATCH_ID") == batch)]


def _reported(call: Call, member: Member, refused: Mapping[Row, Sequence[Refusal]]) -> Iterator[dict[str, str]]:
    """The rows of the load that were judged or still wait; of an import without a load those that it judged."""
    rows = call.tables.interface[member.table]
    shown = [row for row in rows if row in refused or row.status == "NEW"]
    for row in (row for row in shown if (row.load == call.load if call.load else row in refused)):
        if call.argument(2).upper() == "Y" and not refused.get(row):
            continue
        for refusal in refused.get(row) or [Refusal("", "", "")]:
            yield {
                "TABLE_NAME": member.table,
                **{key: row.get(key) for key in member.keys},
                "STATUS": row.status,
                "ATTRIBUTE": refusal.attribute,
                "VALUE": row.get(refusal.attribute),
                "REJECT_LOOKUP_CODE": refusal.text,
            }
