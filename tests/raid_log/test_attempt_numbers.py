"""Attempts: the n-th submission of a key in its scope, whatever the runs."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raid_runs import NOON, key, profile, result, run, submission
from sqlalchemy import select

from raid_log import Store, open_store
from raid_log.tables import SubmissionRow, UnitAttempt


def numbers(store: Store, column: str = "check_attempt") -> list[int | None]:
    """Attempt numbers in the order of recording."""
    query = select(getattr(UnitAttempt, column)).order_by(UnitAttempt.submission, UnitAttempt.position)
    with store.reading() as connection:
        return list(connection.execute(query).scalars())


def test_a_resubmission_is_a_second_attempt(store: Store) -> None:
    store.record(run("r1", submission(["a", "b"])), profile())
    store.record(run("r2", submission(["b", "c"], at=NOON + timedelta(hours=1))), profile())
    assert numbers(store) == [1, 1, 2, 1]


def test_the_same_key_twice_in_one_payload_gives_attempts_n_and_n_plus_1_in_file_order(store: Store) -> None:
    store.record(run("r1", submission(["a"])), profile())
    store.record(run("r2", submission(["a", "b", "a"], at=NOON + timedelta(hours=1))), profile())
    assert numbers(store) == [1, 2, 1, 3]


def test_two_submissions_of_one_run_count_one_after_the_other(store: Store) -> None:
    later = submission(["a"], at=NOON + timedelta(minutes=1))
    store.record(run("r1", later, submission(["a"])), profile())
    with store.reading() as connection:
        query = select(SubmissionRow.id, UnitAttempt.check_attempt).join(
            SubmissionRow, SubmissionRow.number == UnitAttempt.submission
        )
        assert dict(connection.execute(query).all()) == {"r1/2": 1, "r1/1": 2}


def test_units_with_blank_keys_have_hashes_of_their_own_and_are_always_first(store: Store) -> None:
    store.record(run("r1", submission(["payload 1 record 1", "payload 1 record 2"])), profile())
    store.record(run("r2", submission(["payload 2 record 1"], at=NOON + timedelta(hours=1))), profile())
    assert numbers(store) == [1, 1, 1]


def test_a_new_cycle_is_a_new_scope(store: Store) -> None:
    store.record(run("r1", submission(["a"], cycle="SIT2")), profile())
    store.record(run("r2", submission(["a"], cycle="UAT1", at=NOON + timedelta(hours=1))), profile())
    assert numbers(store) == [1, 1]


def test_a_new_contract_version_or_release_is_no_new_scope(store: Store) -> None:
    store.record(run("r1", submission(["a"], checked=result([False]))), profile())
    corrected = result([True], version="1.3.0", release="26D")
    store.record(run("r2", submission(["a"], checked=corrected, at=NOON + timedelta(hours=1))), profile())
    assert numbers(store) == [1, 2]


@pytest.mark.parametrize("marks", [{"negative": True}, {"evidence_class": "generated"}])
def test_negative_and_generated_payloads_use_up_no_number(store: Store, marks: dict[str, object]) -> None:
    store.record(run("r1", submission(["a"], **marks)), profile())
    store.record(run("r2", submission(["a"], at=NOON + timedelta(hours=1))), profile())
    assert numbers(store) == [None, 1]
    assert numbers(store, "send_attempt") == [None, None]


def test_a_payload_held_back_is_a_first_check_and_its_delivery_a_first_attempt_of_its_class(store: Store) -> None:
    store.record(run("r1", submission(["a"], [False])), profile())
    pod = {"evidence_class": "acceptance", "environment": "pod-1"}
    store.record(run("r2", submission(["a"], at=NOON + timedelta(hours=1), **pod)), profile())
    assert numbers(store) == [1, 2]
    assert numbers(store, "send_attempt") == [None, 1]


def test_another_pod_is_another_scope_for_sending_but_not_for_checking(store: Store) -> None:
    for hour, pod in enumerate(("pod-1", "pod-2", "pod-1")):
        sent = submission(["a"], evidence_class="acceptance", environment=pod, at=NOON + timedelta(hours=hour))
        store.record(run(f"r{hour}", sent), profile())
    assert numbers(store) == [1, 2, 3]
    assert numbers(store, "send_attempt") == [1, 1, 2]


def test_a_run_recorded_after_a_later_one_takes_its_place_in_the_order_of_submission(store: Store) -> None:
    store.record(run("late", submission(["a"], at=NOON + timedelta(hours=1))), profile())
    store.record(run("early", submission(["a"])), profile())
    assert numbers(store) == [2, 1]


keys = st.lists(st.sampled_from("abcd"), min_size=0, max_size=4)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.lists(st.tuples(keys, st.integers(0, 5)), min_size=1, max_size=3), min_size=1, max_size=5))
def test_attempts_of_a_key_are_1_to_n_in_order_of_submission_whatever_the_runs(
    runs: list[list[tuple[list[str], int]]],
) -> None:
    with open_store("sqlite://") as store:
        for number, payloads in enumerate(runs):
            parts = [submission(names, at=NOON + timedelta(hours=hour)) for names, hour in payloads]
            store.record(run(f"r{number}", *parts), profile())
        place = (SubmissionRow.submitted_at, SubmissionRow.number, UnitAttempt.position)
        query = (
            select(UnitAttempt.key_hash, UnitAttempt.check_attempt)
            .join(SubmissionRow, SubmissionRow.number == UnitAttempt.submission)
            .order_by(*place)
        )
        found = defaultdict(list)
        with store.reading() as connection:
            for hashed, attempt in connection.execute(query):
                found[hashed].append(attempt)
    assert all(attempts == list(range(1, len(attempts) + 1)) for attempts in found.values())
    used = {name for payloads in runs for names, _ in payloads for name in names}
    assert set(found) == {key(("FIN-01", name)) for name in used}
