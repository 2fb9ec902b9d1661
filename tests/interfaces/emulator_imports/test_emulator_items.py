"""Item Import: items and their categories, a verdict per row, by one job."""

from __future__ import annotations

import pytest
from finance_pod import Pod, Values, patched, rows_of

from interfaces.emulator.imports.items import CATEGORIES, ITEMS, JOB
from interfaces.emulator.setup import Setup

PAPER: Values = {
    "TRANSACTION_TYPE": "CREATE", "BATCH_ID": "7", "ITEM_NUMBER": "PAPER-A4", "ORGANIZATION_CODE": "D10",
    "PRIMARY_UOM_NAME": "Box",
}  # fmt: skip
SUPPLIES: Values = {
    "TRANSACTION_TYPE": "CREATE", "BATCH_ID": "7", "ITEM_NUMBER": "PAPER-A4", "ORGANIZATION_CODE": "D10",
    "CATEGORY_SET_NAME": "Purchasing", "CATEGORY_NAME": "Classroom Supplies", "CATEGORY_CODE": "CLASSROOM",
}  # fmt: skip
LISTS = {
    "inventory_organization": ({"code": "D10"}, {"code": "N20"}),
    "uom": ({"name": "Box", "code": "BX"},),
    "item_category": (
        {"catalog": "Purchasing", "name": "Classroom Supplies", "code": "CLASSROOM"},
        {"catalog": "Nutrition", "name": "Milk", "code": "MILK"},
    ),
}


def told(tables: dict[str, list[Values]], *arguments: str, setup: Setup | None = None) -> list[tuple[str, str, str]]:
    """Table, status and attribute of every row."""
    used = Pod(setup or Setup(LISTS))
    load = used.load(**tables)
    rows = rows_of(used.run(JOB, *arguments, load=load))
    return [(row["TABLE_NAME"], row["STATUS"], row["ATTRIBUTE"]) for row in rows]


def test_items_and_their_categories_are_taken_by_one_job() -> None:
    assert told({ITEMS: [PAPER], CATEGORIES: [SUPPLIES]}) == [(ITEMS, "PROCESSED", ""), (CATEGORIES, "PROCESSED", "")]


@pytest.mark.parametrize(
    ("table", "row", "change", "attribute"),
    [
        (ITEMS, PAPER, {"ORGANIZATION_CODE": "X99"}, "ORGANIZATION_CODE"),
        (ITEMS, PAPER, {"PRIMARY_UOM_NAME": "BX"}, "PRIMARY_UOM_NAME"),
        (CATEGORIES, SUPPLIES, {"ORGANIZATION_CODE": "X99"}, "ORGANIZATION_CODE"),
        (CATEGORIES, SUPPLIES, {"CATEGORY_NAME": "Nobody Knows"}, "CATEGORY_NAME"),
        (CATEGORIES, SUPPLIES, {"CATEGORY_CODE": "NOBODY"}, "CATEGORY_CODE"),
        (CATEGORIES, SUPPLIES, {"CATEGORY_NAME": "Milk", "CATEGORY_CODE": None}, "CATEGORY_NAME"),
    ],
)
def test_one_wrong_row_is_refused_and_the_good_one_beside_it_taken(
    table: str, row: Values, change: dict[str, str | None], attribute: str
) -> None:
    assert told({table: [patched(row, **change), row]}) == [(table, "ERROR", attribute), (table, "PROCESSED", "")]


def test_without_a_catalog_no_category_is_looked_for_and_without_lists_everything_passes() -> None:
    nowhere = patched(SUPPLIES, CATEGORY_SET_NAME=None, CATEGORY_NAME="Nobody Knows")
    assert told({CATEGORIES: [nowhere]}) == [(CATEGORIES, "PROCESSED", "")]
    strange = patched(PAPER, ORGANIZATION_CODE="X99", PRIMARY_UOM_NAME="BX")
    assert told({ITEMS: [strange]}, setup=Setup()) == [(ITEMS, "PROCESSED", "")]


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("7",), "PROCESSED"), (("7.0", "null", "CREATE"), "PROCESSED"), ((), "PROCESSED"),
        (("8",), "NEW"), (("seven",), "NEW"), (("7", "null", "UPDATE"), "NEW"),
    ],
)  # fmt: skip
def test_rows_of_another_batch_or_transaction_are_left_behind(arguments: tuple[str, ...], status: str) -> None:
    assert told({ITEMS: [PAPER]}, *arguments) == [(ITEMS, status, "")]
