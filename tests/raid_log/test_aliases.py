"""The table of fingerprints can be computed anew from the log."""

from __future__ import annotations

import pytest
from people import actor, district
from raid_runs import content, result, rule, run, submission, whole
from sqlalchemy import delete, update

from raid_log import Store, StoreError, merge, recompute, reopen
from raid_log.tables import Fingerprint


@pytest.fixture
def two(store: Store) -> Store:
    """RAID-0001 and RAID-0002, told apart by their field."""
    rules = [rule("GL-100"), rule("GL-200", column="GROUP_ID")]
    store.record(run("r1", submission(["a"], checked=result([False], rules=rules))), district())
    return store


def marks(store: Store) -> list[tuple[str, ...]]:
    return [one.fingerprints for one in whole(store)]


def test_a_sound_table_differs_nowhere_not_even_after_merge_and_split(two: Store) -> None:
    assert recompute(two, actor("tess")) == []
    merge(two, actor("tess"), "RAID-0002", "RAID-0001")
    assert recompute(two, actor("tess")) == []
    reopen(two, actor("tess"), "RAID-0002", reason="another fault", run="r1")
    assert recompute(two, actor("tess")) == []


def test_what_is_missing_or_booked_elsewhere_is_told_and_set_right(two: Store) -> None:
    sound = marks(two)
    with two.writing() as connection:
        connection.execute(delete(Fingerprint).where(Fingerprint.item == 1))
        connection.execute(update(Fingerprint).where(Fingerprint.item == 2).values(item=1))
    before = content(two)
    told = recompute(two, actor("tess"), dry_run=True)
    assert [(one.held, one.right) for one in told] == [("", "RAID-0001"), ("RAID-0001", "RAID-0002")]
    assert content(two) == before
    assert recompute(two, actor("tess")) == told
    assert marks(two) == sound
    assert recompute(two, actor("tess")) == []


def test_a_fingerprint_of_a_duplicate_goes_to_the_end_of_the_chain(two: Store) -> None:
    merge(two, actor("tess"), "RAID-0002", "RAID-0001")
    with two.writing() as connection:
        connection.execute(update(Fingerprint).values(item=2))
    assert [one.right for one in recompute(two, actor("tess"))] == ["RAID-0001", "RAID-0001"]


def test_a_fingerprint_that_no_defect_has_stays(two: Store) -> None:
    with two.writing() as connection:
        connection.execute(update(Fingerprint).where(Fingerprint.item == 2).values(fingerprint="fp0:old"))
    assert [one.held for one in recompute(two, actor("tess"))] == [""]
    assert "fp0:old" in marks(two)[1]


def test_who_is_no_triager_is_refused(two: Store) -> None:
    with pytest.raises(StoreError, match="rita is no triager"):
        recompute(two, actor("rita"))
