"""Columns aligned by name: one thing that happens is one event, whatever its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.alignment import Event, Shift, Spot, aligned

names = st.lists(st.from_regex(r"[A-Z]{1,4}", fullmatch=True), min_size=1, max_size=30, unique=True)


def spots(columns: list[str]) -> list[Spot]:
    return [Spot(name, at) for at, name in enumerate(columns, start=1)]


def events(old: list[str], new: list[str], *, alike: bool = False) -> list[Event]:
    return aligned(spots(old), spots(new), lambda was, now: alike)


@given(names)
def test_a_list_compared_with_itself_gives_nothing(columns: list[str]) -> None:
    assert events(columns, columns) == []


@given(names, st.data())
def test_one_inserted_column_is_one_event_whatever_its_place(columns: list[str], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(columns)))
    (event,) = events(columns, [*columns[:at], "inserted", *columns[at:]])
    assert (event.verb, event.names, event.after) == ("added", ("inserted",), at + 1)
    shift = Shift(1, at + 1, None, ("inserted inserted",))
    assert (event.place, event.shift) == (("end", None) if at == len(columns) else ("", shift))


@given(names, st.data())
def test_one_removed_column_is_one_event_whatever_its_place(columns: list[str], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(columns) - 1))
    (event,) = events(columns, columns[:at] + columns[at + 1 :])
    assert (event.verb, event.names, event.before) == ("removed", (columns[at],), at + 1)


@given(names, st.data())
def test_one_column_put_elsewhere_is_one_event(columns: list[str], data: st.DataObject) -> None:
    at, to = (data.draw(st.integers(0, len(columns) - 1)) for _ in range(2))
    new = columns[:at] + columns[at + 1 :]
    new.insert(to, columns[at])
    found = events(columns, new)
    assert [event.verb for event in found] == ([] if at == to else ["moved"])


@given(names, names)
def test_all_that_came_and_went_is_told(old: list[str], new: list[str]) -> None:
    found = events(old, new)
    came = {name for event in found if event.verb == "added" for name in event.names}
    went = {name for event in found if event.verb == "removed" for name in event.names}
    assert (came, went) == ({*new} - {*old}, {*old} - {*new})
    assert bool(found) == (old != new)


def test_neighbours_that_come_together_are_one_event() -> None:
    (event,) = events(list("ABCD"), list("ABXYCD"))
    assert (event.names, event.shift) == (("X", "Y"), Shift(2, 3, None, ("X, Y inserted",)))


def test_a_shift_ends_where_another_column_makes_up_for_it() -> None:
    added, removed = events(list("ABCDEF"), list("AXBCDF"))
    assert (added.shift, removed.shift) == (Shift(1, 2, 4, ("X inserted",)), None)


def test_a_shift_of_several_causes_stands_for_itself() -> None:
    found = events(list("ABCDE"), list("AXYZDE"))
    assert [event.verb for event in found] == ["removed", "added", "shift"]
    assert found[-1].shift == Shift(1, 4, None, ("B, C removed", "X, Y and 1 more inserted"))


def test_a_column_that_came_where_one_like_it_went_is_renamed() -> None:
    (event,) = events(list("ABC"), list("AXC"), alike=True)
    assert (event.verb, event.names, event.shift) == ("renamed", ("B", "X"), None)


@pytest.mark.parametrize(("position", "place"), [(4, "hole"), (9, "end")])
def test_a_column_in_a_free_place_shifts_nothing(position: int, place: str) -> None:
    old = [Spot("A", 1), Spot("B", 5)]
    new = sorted([*old, Spot("X", position)], key=lambda spot: spot.position)
    (event,) = aligned(old, new, lambda was, now: False)
    assert (event.place, event.shift) == (place, None)


def test_a_wider_column_is_the_cause_of_the_shift_behind_it() -> None:
    old = [Spot("A", 1, 5), Spot("B", 6, 2), Spot("C", 8, 1)]
    new = [Spot("A", 1, 6), Spot("B", 7, 2), Spot("C", 9, 1)]
    (event,) = aligned(old, new, lambda was, now: False)
    assert event.shift == Shift(1, 6, None, ("A takes 6 instead of 5",))
