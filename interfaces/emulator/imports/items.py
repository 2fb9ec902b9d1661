"""Item Import: items and their categories out of two interface tables, by one job. A row is one verdict.

Not decided: whatever nobody saw refused, such as item classes, statuses, source systems, catalogs, units of measure
other than the primary one, and whether an item that is updated or put into a category is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from interfaces.emulator.imports.refusal import UNCONFIRMED, Refusal, evidence_of, offers
from interfaces.emulator.imports.single_rows import judged, log_of, of_batch, reported
from interfaces.emulator.jobs import Call, Done, ImportJob
from interfaces.emulator.reports.rows import rows_report
from interfaces.emulator.setup import Setup
from interfaces.emulator.tables import Row

ITEMS, CATEGORIES = "EGP_SYSTEM_ITEMS_INTERFACE", "EGP_ITEM_CATEGORIES_INTERFACE"
SEEN = f"{UNCONFIRMED}the rule was seen, its sentence is not known"

ORGANIZATION = Refusal("ORGANIZATION_CODE", "The organization isn't valid.", SEEN)
UOM = Refusal("PRIMARY_UOM_NAME", "The primary unit of measure isn't valid.", SEEN)
CATEGORY_NAME = Refusal("CATEGORY_NAME", "The category isn't valid.", SEEN)
CATEGORY_CODE = CATEGORY_NAME._replace(attribute="CATEGORY_CODE")

EVIDENCE = evidence_of(ORGANIZATION, UOM, CATEGORY_NAME, CATEGORY_CODE)

_KEYS = {
    ITEMS: ("TRANSACTION_TYPE", "BATCH_ID", "ORGANIZATION_CODE", "ITEM_NUMBER"),
    CATEGORIES: (
        "TRANSACTION_TYPE", "BATCH_ID", "ORGANIZATION_CODE", "ITEM_NUMBER", "CATEGORY_SET_NAME", "CATEGORY_NAME",
        "CATEGORY_CODE",
    ),
}  # fmt: skip


def _run(call: Call) -> Done:
    """New rows of the batch and of the transaction type that the job was given; a blank one selects every row."""
    batch, kind = call.argument(1), call.argument(3)
    rows = {table: [row for row in call.tables.interface[table] if row.status == "NEW"] for table in _KEYS}
    for table, found in rows.items():
        rows[table] = [row for row in found if of_batch(row, batch) and kind in ("", row.get("TRANSACTION_TYPE"))]
    verdicts = {
        **judged(rows[ITEMS], partial(_item, call.setup)),
        **judged(rows[CATEGORIES], partial(_category, call.setup)),
    }
    lines = [line for table, keys in _KEYS.items() for line in reported(call, table, keys, verdicts)]
    return Done(log=log_of(JOB.name, verdicts), outputs={"xml": rows_report(lines)})


def _item(setup: Setup, row: Row) -> Iterator[Refusal]:
    if not offers(setup, "inventory_organization", "code", row.get("ORGANIZATION_CODE")):
        yield ORGANIZATION
    if not offers(setup, "uom", "name", row.get("PRIMARY_UOM_NAME")):  # a code is no name
        yield UOM


def _category(setup: Setup, row: Row) -> Iterator[Refusal]:
    """Without a catalog no category is looked for."""
    if not offers(setup, "inventory_organization", "code", row.get("ORGANIZATION_CODE")):
        yield ORGANIZATION
    catalog = row.get("CATEGORY_SET_NAME")
    if not catalog or not setup.knows("item_category"):
        return
    own = [category for category in setup.rows("item_category") if category["catalog"] == catalog]
    for refusal, column in ((CATEGORY_NAME, "name"), (CATEGORY_CODE, "code")):
        told = row.get(refusal.attribute)
        if told and all(category.get(column) != told for category in own):
            yield refusal


JOB = ImportJob(
    package="/oracle/apps/ess/scm/productModel/items",
    definition="ItemImportJobDef",
    name="Item Import",
    option="29",
    account="scm/item/import",
    files={
        "EgpSystemItemsInterface": ("EgpSystemItemsInterface", ITEMS),
        "EgpItemCategoriesInterface": ("EgpItemCategoriesInterface", CATEGORIES),
    },
    run=_run,
)
