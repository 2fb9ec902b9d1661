"""Mass additions of the emulated pod, posted: the days that a book takes, and costs of assets that are there."""

from __future__ import annotations

import pytest
from finance_pod import Pod, Values, patched, rows_of

from interfaces.emulator.imports.assets import JOB, POST_JOB, TABLE
from interfaces.emulator.setup import Setup

ASSET: Values = {
    "MASS_ADDITION_ID": "BUS-1", "BOOK_TYPE_CODE": "SCHOOLS", "ASSET_NUMBER": "A-1", "FIXED_ASSETS_COST": "90000",
    "DATE_PLACED_IN_SERVICE": "2025-09-15", "CATEGORY_SEGMENT1": "VEHICLE", "CATEGORY_SEGMENT2": "BUS",
    "POSTING_STATUS": "POST", "QUEUE_NAME": "POST",
}  # fmt: skip
LISTS = {
    "asset_category": ({"major": "VEHICLE", "minor": "BUS"},),
    "asset_period": (
        {"book": "SCHOOLS", "start": "", "end": "2025-09-30"},
        {"book": "GRANTS", "start": "2025-10-01", "end": ""},
    ),
}
OUTSIDE = ("ERROR", "(date) date placed in service outside the open FA period")


def posted(*assets: Values, setup: Setup | None = None) -> list[tuple[str, str]]:
    """Status and error of every asset after both jobs."""
    used = Pod(setup or Setup(LISTS))
    used.load(**{TABLE: assets})
    for job in (JOB, POST_JOB):
        done = used.run(job, str(assets[0]["BOOK_TYPE_CODE"]))
    return [(row["POSTING_STATUS"], row["ERROR_MSG"]) for row in rows_of(done)]


@pytest.mark.parametrize(
    ("book", "day", "taken"),
    [
        ("SCHOOLS", "2025-09-30", True), ("SCHOOLS", "2025-10-01", False), ("SCHOOLS", "1999-07-01", True),
        ("GRANTS", "2025-10-01", True), ("GRANTS", "2025-09-30", False), ("GRANTS", "2031-01-01", True),
        ("TAX", "2025-09-15", False),
    ],
)  # fmt: skip
def test_a_book_takes_the_days_of_its_period_alone(book: str, day: str, taken: bool) -> None:
    asset = patched(ASSET, BOOK_TYPE_CODE=book, DATE_PLACED_IN_SERVICE=day)
    assert posted(asset) == [("POSTED", "") if taken else OUTSIDE]


def test_the_good_asset_beside_one_outside_the_period_is_posted() -> None:
    late = patched(ASSET, ASSET_NUMBER="A-2", DATE_PLACED_IN_SERVICE="2025-10-15")
    assert posted(late, ASSET) == [OUTSIDE, ("POSTED", "")]


def test_without_a_list_of_periods_every_day_will_do() -> None:
    assert posted(patched(ASSET, DATE_PLACED_IN_SERVICE="2031-01-01"), setup=Setup()) == [("POSTED", "")]


def test_a_cost_that_is_added_to_an_asset_needs_neither_category_nor_day() -> None:
    radio = patched(ASSET, ADD_TO_ASSET_NUMBER="100001", CATEGORY_SEGMENT1=None, CATEGORY_SEGMENT2=None)
    assert posted(patched(radio, DATE_PLACED_IN_SERVICE=None)) == [("POSTED", "")]


def test_preparing_alone_does_not_look_at_the_day() -> None:
    used = Pod(Setup(LISTS))
    used.load(**{TABLE: [patched(ASSET, DATE_PLACED_IN_SERVICE="2025-10-15")]})
    used.run(JOB, "SCHOOLS")
    assert used.statuses(TABLE) == ["POST"]
