"""Mass additions of the emulated pod: prepared first, posted by a second job."""

from __future__ import annotations

import pytest
from finance_pod import Pod, Values, patched, rows_of

from interfaces.emulator.imports.assets import JOB, POST_JOB, TABLE
from interfaces.emulator.setup import Setup

ASSET: Values = {
    "MASS_ADDITION_ID": "BUS-1", "BOOK_TYPE_CODE": "SCHOOLS", "ASSET_NUMBER": "A-1", "FIXED_ASSETS_COST": "90000",
    "CATEGORY_SEGMENT1": "VEHICLE", "CATEGORY_SEGMENT2": "BUS", "POSTING_STATUS": "POST", "QUEUE_NAME": "POST",
}  # fmt: skip
LISTS = {"asset_category": ({"major": "VEHICLE", "minor": "BUS"},)}


def pod(*assets: Values) -> Pod:
    used = Pod(Setup(LISTS))
    used.load(**{TABLE: assets})
    return used


def test_a_good_asset_waits_for_the_second_job_and_is_then_posted() -> None:
    used = pod(ASSET)
    (prepared,) = rows_of(used.run(JOB, "SCHOOLS", "", "NORMAL"))
    assert prepared == {
        "TABLE_NAME": TABLE, "MASS_ADDITION_ID": "BUS-1", "ASSET_NUMBER": "A-1", "BOOK_TYPE_CODE": "SCHOOLS",
        "POSTING_STATUS": "POST", "ERROR_MSG": "",
    }  # fmt: skip
    (posted,) = rows_of(used.run(POST_JOB, "SCHOOLS"))
    assert posted["POSTING_STATUS"] == "POSTED"
    assert used.tables.base["assets"] == {("SCHOOLS", "A-1"): "90000"}


@pytest.mark.parametrize(
    "patch",
    [{"CATEGORY_SEGMENT2": "VAN"}, {"CATEGORY_SEGMENT2": None}, {"CATEGORY_SEGMENT1": None, "CATEGORY_SEGMENT2": None}],
)
def test_a_wrong_category_is_refused_and_the_good_asset_beside_it_posted(patch: dict[str, str | None]) -> None:
    used = pod(patched(ASSET, MASS_ADDITION_ID="BUS-2", **patch), ASSET)
    used.run(JOB, "SCHOOLS")
    bad, good = rows_of(used.run(POST_JOB, "SCHOOLS"))
    assert bad["POSTING_STATUS"] == "ERROR"
    assert "valid category combination. (VALUESET=FA_MAJOR_CATEGORY)" in bad["ERROR_MSG"]
    assert (good["POSTING_STATUS"], good["ERROR_MSG"]) == ("POSTED", "")


def test_blanks_around_a_segment_are_trimmed_and_without_the_list_any_category_will_do() -> None:
    assert (
        rows_of(pod(patched(ASSET, CATEGORY_SEGMENT1=" VEHICLE ")).run(JOB, "SCHOOLS"))[0]["POSTING_STATUS"] == "POST"
    )
    used = Pod()
    used.load(**{TABLE: [patched(ASSET, CATEGORY_SEGMENT1="ANY")]})
    assert rows_of(used.run(JOB, "SCHOOLS"))[0]["POSTING_STATUS"] == "POST"


@pytest.mark.parametrize("column", ["POSTING_STATUS", "QUEUE_NAME"])
def test_an_asset_that_is_not_to_be_posted_is_on_hold(column: str) -> None:
    used = pod(patched(ASSET, **{column: "NEW"}))
    used.run(JOB, "SCHOOLS")
    assert rows_of(used.run(POST_JOB, "SCHOOLS"))[0]["POSTING_STATUS"] == "ON HOLD"


@pytest.mark.parametrize("book", ["", "OTHER"])
def test_another_book_selects_nothing_and_still_succeeds(book: str) -> None:
    used = pod(ASSET)
    done = used.run(JOB, book)
    assert (done.state, used.statuses(TABLE)) == ("SUCCEEDED", ["NEW"])
    assert rows_of(done)[0]["POSTING_STATUS"] == "POST"  # as it came: never picked up


def test_posting_without_preparing_posts_nothing() -> None:
    used = pod(ASSET)
    used.run(POST_JOB, "SCHOOLS")
    assert not used.tables.base["assets"]


def test_what_is_posted_is_not_prepared_again_and_what_was_refused_is() -> None:
    used = pod(ASSET, patched(ASSET, CATEGORY_SEGMENT2="VAN"))
    used.run(JOB, "SCHOOLS")
    used.run(POST_JOB, "SCHOOLS")
    used.setup = Setup()
    used.run(JOB, "SCHOOLS")
    assert used.statuses(TABLE) == ["POSTED", "POST"]


def test_the_report_after_a_load_tells_of_that_load_alone() -> None:
    used = pod(ASSET)
    second = used.load(**{TABLE: [patched(ASSET, ASSET_NUMBER="A-2")]})
    assert [row["ASSET_NUMBER"] for row in rows_of(used.run(JOB, "SCHOOLS", load=second))] == ["A-2"]
    assert len(rows_of(used.run(JOB, "SCHOOLS"))) == 2
