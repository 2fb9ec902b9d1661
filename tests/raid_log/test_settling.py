"""A run that would move a large part of the log at once is recorded, and a person looks before anything moves."""

from __future__ import annotations

import pytest
from people import actor, district
from raid_runs import NOON, content, finding, result, rule, run, submission

from contracts.results import Submission
from raid_log import Store, StoreError, items
from raid_log.settling import is_mass_change, settle_run


def checked(*, rules: int, failed: int, day: int) -> Submission:
    """A submission of one unit checked by so many rules, of which the last ones fail."""
    names = [f"R-{number:02d}" for number in range(rules)]
    bad = names[rules - failed :]
    statuses = [
        rule(name, status="failed" if name in bad else "passed", units=int(name in bad), findings=int(name in bad))
        for name in names
    ]
    told = result([not bad], rules=statuses, findings=[finding(name, 1) for name in bad])
    return submission([f"k{day}"], checked=told, at=NOON.replace(day=day))


def record(store: Store, day: int, *, rules: int, failed: int, looked: bool = False) -> tuple[str, ...]:
    one = checked(rules=rules, failed=failed, day=day)
    done = store.record(run(f"r{day}", one, finished=one.submitted_at), district(), checked=looked)
    assert not (done.withheld and done.verified)
    return done.withheld or done.verified


def states(store: Store) -> list[str]:
    return [one.status for one in items(store)]


def passed_twice(store: Store, *, opened: int, gone: int, looked: bool = False) -> tuple[str, ...]:
    record(store, 1, rules=opened, failed=opened)
    record(store, 2, rules=opened, failed=opened - gone)
    return record(store, 3, rules=opened, failed=opened - gone, looked=looked)


def test_five_defects_at_once_are_verified_however_large_their_part(store: Store) -> None:
    assert len(passed_twice(store, opened=5, gone=5)) == 5
    assert states(store) == ["verified"] * 5


def test_six_of_thirty_are_no_more_than_a_fifth(store: Store) -> None:
    assert len(passed_twice(store, opened=30, gone=6)) == 6
    assert states(store).count("verified") == 6


def test_six_of_twenty_nine_are_withheld_and_the_run_is_recorded_all_the_same(store: Store) -> None:
    assert len(passed_twice(store, opened=29, gone=6)) == 6
    assert states(store) == ["new"] * 29
    with store.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM run").scalar() == 3


def test_who_says_beforehand_that_he_has_looked_gets_it_at_once(store: Store) -> None:
    passed_twice(store, opened=8, gone=8, looked=True)
    assert states(store) == ["verified"] * 8


def test_a_triager_who_has_looked_settles_the_run_later_once(store: Store) -> None:
    passed_twice(store, opened=8, gone=8)
    settled = settle_run(store, actor("tess"), "r3")
    assert (len(settled.verified), states(store)) == (8, ["verified"] * 8)
    before = content(store)
    assert settle_run(store, actor("tess"), "r3").verified == []
    assert content(store) == before
    assert store.broken_link() is None


def test_defects_that_fail_again_in_a_crowd_are_withheld_too(store: Store) -> None:
    passed_twice(store, opened=8, gone=8, looked=True)
    assert len(record(store, 4, rules=8, failed=8)) == 8
    assert states(store) == ["verified"] * 8
    assert len(settle_run(store, actor("tess"), "r4").reopened) == 8
    assert states(store) == ["reopened"] * 8


@pytest.mark.parametrize(("who", "run_id", "words"), [("rita", "r3", "no triager"), ("tess", "r9", "no run 'r9'")])
def test_who_is_no_triager_and_what_is_no_run_is_refused(store: Store, who: str, run_id: str, words: str) -> None:
    passed_twice(store, opened=8, gone=8)
    before = content(store)
    with pytest.raises(StoreError, match=words):
        settle_run(store, actor(who), run_id)
    assert content(store) == before


@pytest.mark.parametrize(("moving", "open_", "mass"), [(5, 1, False), (6, 30, False), (6, 29, True), (0, 0, False)])
def test_a_mass_change_is_more_than_five_and_more_than_a_fifth(moving: int, open_: int, mass: bool) -> None:
    assert is_mass_change(moving, open_) is mass
