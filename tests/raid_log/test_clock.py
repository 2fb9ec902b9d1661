"""What time does by itself: a promised day passes, at the midnight of the district."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from people import actor

from raid_log import Store, StoreError, add, close, edit, item, items, move, reopen

FIELDS = {
    "on_whom": "State",
    "direction": "in",
    "needed_by": "2026-12-10",
    "promised_on": "2026-12-01",
    "owner": "olga",
}
MIDNIGHT = datetime(2026, 12, 2, 5, 0, tzinfo=UTC)  # the end of 1 December in New York


@pytest.fixture
def owed(store: Store) -> str:
    return add(store, actor("rita"), "dependency", "Edit legends", FIELDS).id


def test_a_promise_is_late_when_its_day_is_over(store: Store, owed: str) -> None:
    moments = (MIDNIGHT - timedelta(seconds=1), MIDNIGHT)
    assert [items(store, as_of=moment)[0].status for moment in moments] == ["on_track", "late"]


def test_the_next_writer_notes_it_and_it_stays(store: Store, owed: str) -> None:
    edit(store, actor("olga", MIDNIGHT + timedelta(days=1)), owed, {"promised_on": "2027-01-15"})
    late = item(store, owed)
    assert [(event.kind, event.at) for event in late.history][1] == ("late", MIDNIGHT)
    assert items(store, as_of=MIDNIGHT + timedelta(days=2))[0].status == "late"


def test_a_later_promise_in_time_is_held_instead(store: Store, owed: str) -> None:
    edit(store, actor("olga", MIDNIGHT - timedelta(days=1)), owed, {"promised_on": "2026-12-08"})
    assert items(store, as_of=MIDNIGHT + timedelta(days=1))[0].status == "on_track"


def test_what_was_delivered_is_never_late(store: Store, owed: str) -> None:
    close(store, actor("olga", MIDNIGHT - timedelta(days=1)), owed, reason="arrived")
    assert items(store, as_of=MIDNIGHT + timedelta(days=9))[0].status == "delivered"


def test_a_step_by_a_clock_that_is_behind_is_taken_from_what_is_noted_already(store: Store, owed: str) -> None:
    close(store, actor("olga", MIDNIGHT - timedelta(days=1)), owed, reason="arrived")
    before = MIDNIGHT - timedelta(days=2)
    with pytest.raises(StoreError, match="this dependency is delivered"):
        move(store, actor("olga", before), owed, "at_risk")
    again = reopen(store, actor("olga", before), owed, reason="torn")
    assert (again.status, again.history[-1].at) == ("on_track", MIDNIGHT - timedelta(days=1))


def test_a_promise_broken_across_the_change_of_clocks_ends_at_its_own_midnight(store: Store) -> None:
    spring = add(store, actor("rita"), "dependency", "x", {**FIELDS, "promised_on": "2027-03-14"})
    assert spring.fields["late_at"] == "2027-03-15T04:00:00+00:00"
