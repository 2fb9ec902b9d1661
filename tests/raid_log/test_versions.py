"""Versions of contracts as they were delivered: the latest first."""

from __future__ import annotations

from datetime import timedelta

from people import district
from raid_runs import NOON, result, run, submission

from raid_log import Store, delivered_versions


def test_versions_are_told_with_their_first_and_last_delivery_the_latest_first(store: Store) -> None:
    for day, version in enumerate(("1.0.0", "1.0.0", "1.1.0")):
        at = NOON + timedelta(days=day)
        one = submission([day], checked=result([True], version=version), at=at)
        store.record(run(f"r{day}", one), district())
    new, old = delivered_versions(store)
    assert (new.version, new.submissions, new.first) == ("1.1.0", 1, NOON + timedelta(days=2))
    assert (old.version, old.submissions) == ("1.0.0", 2)
    assert (old.first, old.last) == (NOON, NOON + timedelta(days=1))


def test_a_store_without_a_submission_has_none(store: Store) -> None:
    assert delivered_versions(store) == []
