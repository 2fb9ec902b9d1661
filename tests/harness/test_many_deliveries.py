"""Sixty deliveries to a pod that fails in every known way: nothing is lost, nothing is sent twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.many_deliveries import Ends, deliver_many
from raid_log import open_store

pytestmark = pytest.mark.slow
COUNT = 60


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("many")


@pytest.fixture(scope="module")
def ends(folder: Path) -> Ends:
    return deliver_many(folder, COUNT, seed=3)


def test_every_payload_is_read_in_the_end_unless_the_pod_takes_it_for_another_users(ends: Ends) -> None:
    assert ends.lost == 0
    assert ends.read + ends.foreign == COUNT


def test_no_payload_is_loaded_twice(ends: Ends) -> None:
    assert ends.twice == 0


def test_one_pass_was_not_enough(ends: Ends) -> None:
    assert sum(ends.first.values()) == COUNT
    assert ends.first.get("read", 0) < COUNT
    assert ends.passes > 1


def test_the_journal_knows_a_request_for_everything_that_was_read(ends: Ends, folder: Path) -> None:
    with open_store(f"sqlite:///{folder / 'store.db'}") as store:
        rows = [row for row in store.deliveries() if row.step == "read"]
    assert len({row.request for row in rows}) == len(rows) == ends.read
    assert all(row.request and row.run for row in rows)
