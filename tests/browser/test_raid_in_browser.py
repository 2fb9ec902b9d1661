"""The RAID page under the hands of its reader: filter, search, sort, anchors; also with 20,000 entries."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from raid_log import Entry
from raid_log.states import Standing
from reports import raid_page

pytestmark = pytest.mark.slow

AT = datetime(2026, 11, 26, 18, 5, tzinfo=UTC)
SEVERITIES = ("critical", "significant", "moderate", "minor")
STATES = ("new", "verified", "waived", "in_progress")
Opened = Callable[..., AbstractContextManager[Any]]


def entries(count: int) -> list[Entry]:
    """Entries of all severities and states; every second one has a due day, the larger the number the older."""
    return [
        Entry(
            id=f"RAID-{number:04d}", type="issue", title=f"Rule {number % 25} holds", statement=f"It failed {number}",
            interface=f"IF-{number % 200:03d}", contract="finance.gl", cause=f"R-{number % 25}", field="", floor="",
            standing=Standing(
                status=STATES[number % 4], severity=SEVERITIES[number % 3], owner="olga" if number % 5 else "",
                due=(AT - timedelta(days=number % 300)).date().isoformat() if number % 2 else "",
            ),
            version=number, source="run", opened_at=AT, changed_at=AT, changed_by="machine", changed_role="machine",
            reopened_at=None, first_seen=AT, last_seen=AT - timedelta(hours=number), submissions=number % 7,
            evidence_class="simulated",
        )
        for number in range(1, count + 1)
    ]  # fmt: skip


def written(folder: Path, count: int) -> str:
    file = folder / "raid.html"
    page = raid_page(
        entries(count), title="Test", zone="America/New_York", people={"olga": "Olga"}, label="all", as_of=AT
    )
    file.write_text(page, encoding="utf-8")
    return file.as_uri()


def ids(page: Any) -> list[str]:
    return list(page.evaluate("[...document.querySelectorAll('#log > li')].filter(r => !r.hidden).map(r => r.id)"))


def test_what_has_ended_is_hidden_until_it_is_asked_for(opened: Opened, tmp_path: Path) -> None:
    with opened(written(tmp_path, 40)) as page:
        assert page.inner_text("#shown") == "30 of 40 entries shown."
        page.get_by_label("also the 10 that have ended").check()
        page.wait_for_function("document.getElementById('shown').textContent.startsWith('40 of 40')")


def test_filters_and_words_narrow_the_list_together(opened: Opened, tmp_path: Path) -> None:
    with opened(written(tmp_path, 40)) as page:
        page.locator("select[name=severity]").select_option("critical")
        page.get_by_label("Search").fill("rule 3 IF-003")
        page.wait_for_function("document.getElementById('shown').textContent.startsWith('1 of')")
        assert ids(page) == ["RAID-0003"]
        page.get_by_label("Search").fill("")
        page.locator("select[name=severity]").select_option("")
        page.locator("select[name=owner]").select_option("Olga")
        page.wait_for_function("document.getElementById('shown').textContent.startsWith('24 of')")


def test_it_sorts_by_gravity_and_by_days_with_what_has_none_last(opened: Opened, tmp_path: Path) -> None:
    with opened(written(tmp_path, 12)) as page:
        page.locator("select[name=sort]").select_option("gravity")
        numbers = [int(one.removeprefix("RAID-")) for one in ids(page)]
        assert numbers == sorted(numbers, key=lambda number: (number % 3, number))
        page.locator("select[name=sort]").select_option("due")
        numbers = [int(one.removeprefix("RAID-")) for one in ids(page)]
        assert numbers == sorted(numbers, key=lambda number: (number % 2 == 0, -number if number % 2 else number))
        page.locator("select[name=sort]").select_option("number")
        page.get_by_label("reversed").check()
        assert ids(page)[0] == "RAID-0012"


@pytest.mark.parametrize("number", [1, 9, 40])
def test_an_anchor_shows_and_opens_its_entry_even_where_a_filter_hides_it(
    opened: Opened, tmp_path: Path, number: int
) -> None:
    with opened(f"{written(tmp_path, 40)}#RAID-{number:04d}") as page:
        row = page.locator(f"#RAID-{number:04d}")
        assert row.locator("dl").is_visible()
        assert row.evaluate("row => { const at = row.getBoundingClientRect(); return at.top < innerHeight; }")


def test_without_a_script_everything_can_be_read(opened: Opened, tmp_path: Path) -> None:
    with opened(written(tmp_path, 8), java_script_enabled=False) as page:
        assert not page.locator("#filters").is_visible()
        assert page.locator("#log > li").count() == 8
        page.locator("#RAID-0004 summary").click()
        assert page.locator("#RAID-0004 dl").is_visible()


def test_twenty_thousand_entries_are_filtered_sorted_and_found(opened: Opened, tmp_path: Path) -> None:
    with opened(written(tmp_path, 20_000)) as page:
        assert page.inner_text("#shown") == "15,000 of 20,000 entries shown."
        page.get_by_label("Search").fill("failed 19999")
        page.wait_for_function("document.getElementById('shown').textContent.startsWith('1 of')")
        page.get_by_label("Search").fill("")
        page.locator("select[name=sort]").select_option("seen")
        assert int(ids(page)[0].removeprefix("RAID-")) > 19_970  # those of the oldest day, by number
