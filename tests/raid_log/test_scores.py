"""Scores of contracts in the store: written once, read as the last ones or over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from raid_runs import NOON, older

from contracts import Score
from raid_log import Measured, Store, latest_scores, open_store, score_history, score_totals

FLIPS = Score(
    "finance.gl", "1.2.0", "oracle", "rule_mutants", "flip a comparison", 18, 20,
    ("example missing: GL-030 flip = to <> #1: a record", "equivalent: GL-010 remove: \u201ctrue\u201d \U0001f4a1"), 1,
)  # fmt: skip
REMOVALS = replace(FLIPS, operator="remove a rule", caught=5, total=5, missed=(), explained=0)
FAULTS = replace(FLIPS, kind="seeded_faults", operator="digits transposed", caught=2, total=3, missed=(), explained=0)


def keep(store: Store, name: str, scores: Sequence[Score], *, hours: int = 0) -> bool:
    at = NOON + timedelta(hours=hours)
    return store.record_scores(scores, measurement=name, at=at, harness_version="0.1.0")


def test_a_store_of_the_version_before_takes_scores(url: str) -> None:
    older(url, "0001").dispose()
    with open_store(url) as store:
        assert keep(store, "m1", [FLIPS])
        assert latest_scores(store) == [Measured("m1", NOON, FLIPS)]


def test_scores_are_read_as_they_were_written(store: Store) -> None:
    assert keep(store, "m1", [FLIPS, REMOVALS, FAULTS])
    assert latest_scores(store) == [Measured("m1", NOON, score) for score in (FLIPS, REMOVALS, FAULTS)]


def test_the_same_measurement_twice_changes_nothing(store: Store) -> None:
    assert keep(store, "m1", [FLIPS])
    assert not keep(store, "m1", [REMOVALS], hours=1)
    assert latest_scores(store) == [Measured("m1", NOON, FLIPS)]


def test_the_last_measurement_of_a_contract_and_kind_counts_with_its_operators_only(store: Store) -> None:
    keep(store, "m2", [replace(REMOVALS, total=6)], hours=2)
    keep(store, "m1", [FLIPS, REMOVALS, FAULTS], hours=1)  # comes in late
    assert [(one.measurement, one.score.operator) for one in latest_scores(store)] == [
        ("m2", "remove a rule"),
        ("m1", "digits transposed"),
    ]


def test_profiles_have_scores_of_their_own(store: Store) -> None:
    keep(store, "m1", [FLIPS])
    keep(store, "m2", [replace(FLIPS, profile="nc_district", caught=20, missed=(), explained=0)], hours=1)
    assert {one.score.profile: one.score.caught for one in latest_scores(store)} == {"oracle": 18, "nc_district": 20}


def test_scores_are_read_as_they_stood_at_a_moment(store: Store) -> None:
    keep(store, "m1", [FLIPS])
    keep(store, "m2", [replace(FLIPS, caught=20)], hours=2)
    assert [one.measurement for one in latest_scores(store, as_of=NOON + timedelta(hours=1))] == ["m1"]
    assert latest_scores(store, as_of=NOON - timedelta(hours=1)) == []


def history(store: Store) -> list[tuple[str, str, int, int, int]]:
    """What a store says over time, after three measurements."""
    keep(store, "m2", [replace(FLIPS, version="1.3.0", caught=20, explained=0), REMOVALS], hours=24)
    keep(store, "m1", [FLIPS, REMOVALS, FAULTS])
    return [
        (one.measurement, one.score.version, one.score.caught, one.score.total, one.score.explained)
        for one in score_history(store)
    ]


OVER_TIME = [("m1", "1.2.0", 23, 25, 1), ("m1", "1.2.0", 2, 3, 0), ("m2", "1.2.0", 5, 5, 0), ("m2", "1.3.0", 20, 20, 0)]


def test_the_history_has_one_total_per_measurement_contract_and_kind_oldest_first(store: Store) -> None:
    assert history(store) == OVER_TIME
    assert all(one.score.operator == "" and one.score.missed == () for one in score_history(store))


def test_totals_add_up_counts_and_keep_what_was_missed() -> None:
    rules, faults = score_totals([FLIPS, FAULTS, REMOVALS])
    assert (rules.operator, rules.caught, rules.total, rules.explained) == ("", 23, 25, 1)
    assert rules.missed == FLIPS.missed
    assert (faults.kind, faults.caught, faults.total) == ("seeded_faults", 2, 3)


def test_a_measurement_of_nothing_is_kept_and_gives_no_score(store: Store) -> None:
    assert keep(store, "m1", [])
    assert not keep(store, "m1", [FLIPS])
    assert latest_scores(store) == score_history(store) == []


@pytest.mark.slow
def test_postgresql_keeps_the_same_scores(postgres: Store) -> None:
    assert history(postgres) == OVER_TIME
    assert not keep(postgres, "m1", [FLIPS])
    assert {one.measurement for one in latest_scores(postgres)} == {"m1", "m2"}
    assert FLIPS.missed == latest_scores(postgres, as_of=NOON)[0].score.missed
