"""The journal of deliveries: every step is on the disk before the next, and nothing is sent twice."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from raid_runs import NOON, failing, profile, run, sent
from sqlalchemy import text

from raid_log import FINAL_STEPS, Intent, Store, StoreError, figures, open_store
from raid_log.database import lock_head

JOURNALS = Intent(
    "FIN-01", "finance.gl", "1.2.0", "journals.zip", "a" * 64, "pod.example.com", "acceptance", "journals-1.zip", "SIT2"
)
SAME = {"interface": "FIN-01", "cycle": "SIT2", "environment": "pod.example.com", "sha256": "a" * 64}
STEPS = ("uploading", "uploaded", "submitting", "submitted", "loading", "loaded", "importing", "imported", "ended")


def test_a_delivery_is_noted_as_intended_with_all_that_is_known_of_it(store: Store) -> None:
    entry = store.open_delivery(JOURNALS, NOON)
    (row,) = store.deliveries()
    assert row == entry.row == store.delivery(entry.id).row
    assert {name: getattr(row, name) for name in vars(JOURNALS)} == vars(JOURNALS)
    assert (row.opened_at, row.step, row.request, row.run, row.submission) == (NOON, "intended", "", "", "")
    assert (entry.step, dict(entry.facts), row.open) == ("intended", {}, True)


def test_steps_follow_each_other_and_later_facts_replace_earlier_ones(store: Store) -> None:
    entry = store.open_delivery(JOURNALS, NOON)
    entry.note("submitted", NOON + timedelta(seconds=1), request="1001", http=200)
    entry.note("loading", NOON + timedelta(seconds=2), state="RUNNING", child=1002, paused=False)
    entry.note("loaded", NOON + timedelta(seconds=3), state="SUCCEEDED", error=None)
    again = store.delivery(entry.id)
    for one in (entry, again):
        assert [step.step for step in one.steps] == ["intended", "submitted", "loading", "loaded"]
        assert [step.number for step in one.steps] == [1, 2, 3, 4]
        assert one.facts == {
            "request": "1001", "http": 200, "state": "SUCCEEDED", "child": 1002, "paused": False, "error": None,
        }  # fmt: skip
        assert (one.step, one.row.request) == ("loaded", "1001")
    assert again.steps[1].at == NOON + timedelta(seconds=1)


def test_two_holders_of_a_delivery_do_not_overwrite_each_other(store: Store) -> None:
    one = store.open_delivery(JOURNALS, NOON)
    other = store.delivery(one.id)
    one.note("submitting", NOON)
    other.note("submitted", NOON, request="7")
    one.note("loading", NOON)
    assert [step.step for step in one.steps] == ["intended", "submitting", "submitted", "loading"]
    assert one.facts == {"request": "7"}


def test_deliveries_noted_at_the_same_time_lose_no_step(store: Store) -> None:
    def deliver(number: int) -> str:
        entry = store.open_delivery(replace(JOURNALS, sha256=str(number)), NOON)
        for step in STEPS:
            entry.note(step, NOON, request=str(number))
        return entry.id

    with ThreadPoolExecutor(8) as threads:
        ids = list(threads.map(deliver, range(24)))
    for number, identity in enumerate(ids):
        entry = store.delivery(identity)
        assert [step.step for step in entry.steps] == ["intended", *STEPS]
        assert entry.row.request == str(number)


def openers(store: Store) -> int:
    """Number of those that may send a payload which 16 want to send at once."""

    def tried(_: int) -> bool:
        try:
            store.open_delivery(JOURNALS, NOON)
        except StoreError:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        return sum(threads.map(tried, range(16)))


def test_one_of_many_that_want_to_send_the_same_payload_at_once_may_send_it(store: Store) -> None:
    assert openers(store) == 1


@pytest.mark.slow
def test_postgresql_lets_one_of_many_send_a_payload(postgres: Store) -> None:
    assert openers(postgres) == 1


@pytest.mark.parametrize("step", ["intended", "uploaded", "submitting", "ended", "read", "unknown", "of tomorrow"])
def test_a_payload_is_not_opened_again_while_a_delivery_of_it_is_unfinished(store: Store, step: str) -> None:
    entry = store.open_delivery(JOURNALS, NOON)
    entry.note(step, NOON)
    with pytest.raises(StoreError, match=f"already being delivered to pod.example.com: last step {step!r}") as error:
        store.open_delivery(replace(JOURNALS, document="journals-2.zip"), NOON)
    assert entry.id in error.value.where
    assert "resume that delivery" in error.value.todo
    assert store.same_intent(**SAME) == entry.row
    assert store.deliveries(unfinished_only=True) == [entry.row]
    assert entry.row.open


@pytest.mark.parametrize("step", sorted(FINAL_STEPS - {"read"}))
def test_a_finished_delivery_does_not_keep_its_payload_from_being_sent_again(store: Store, step: str) -> None:
    entry = store.open_delivery(JOURNALS, NOON)
    entry.note(step, NOON)
    assert store.same_intent(**SAME) is None
    assert store.deliveries(unfinished_only=True) == []
    again = store.open_delivery(JOURNALS, NOON + timedelta(hours=1))
    assert [row.id for row in store.deliveries()] == [entry.id, again.id]


@pytest.mark.parametrize(
    "other", [{"interface": "FIN-02"}, {"cycle": "UAT1"}, {"environment": "emulator"}, {"sha256": "b" * 64}]
)
def test_another_interface_cycle_environment_or_payload_is_another_intent(store: Store, other: dict[str, str]) -> None:
    store.open_delivery(JOURNALS, NOON)
    store.open_delivery(replace(JOURNALS, **other), NOON)
    assert len(store.deliveries(unfinished_only=True)) == 2


def test_deliveries_are_found_by_the_beginning_of_their_id_interface_and_environment(store: Store) -> None:
    one = store.open_delivery(JOURNALS, NOON)
    other = store.open_delivery(replace(JOURNALS, interface="FIN-02", environment="emulator"), NOON)
    assert store.delivery(one.id[:13].upper()).id == one.id
    assert store.deliveries(interface="FIN-02") == store.deliveries(environment="emulator") == [other.row]


@pytest.mark.parametrize("wrong", ["", "no such", "%", "_"])
def test_a_text_that_names_no_delivery_is_refused(store: Store, wrong: str) -> None:
    store.open_delivery(JOURNALS, NOON)
    with pytest.raises(StoreError, match="no delivery begins with"):
        store.delivery(wrong)


def test_a_beginning_that_several_deliveries_share_is_refused(store: Store) -> None:
    for number in range(17):
        store.open_delivery(replace(JOURNALS, sha256=str(number)), NOON)
    shared = {row.id[0] for row in store.deliveries() if sum(row.id[0] == one.id[0] for one in store.deliveries()) > 1}
    with pytest.raises(StoreError, match="several deliveries begin with"):
        store.delivery(shared.pop())


def test_a_long_text_is_cut_so_that_no_answer_of_a_pod_gets_into_the_journal(store: Store) -> None:
    entry = store.open_delivery(JOURNALS, NOON)
    entry.note("refused", NOON, said="<html>" * 1000)
    assert len(str(entry.facts["said"])) == 4096


FACTS = st.dictionaries(
    st.text("abcdefgh", min_size=1) | st.sampled_from(["at", "step", "self"]),
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(max_size=255),
    max_size=4,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(STEPS), FACTS), max_size=5))
def test_facts_of_any_kind_come_back_as_they_were_noted(
    store: Store, steps: list[tuple[str, dict[str, object]]]
) -> None:
    intent = replace(JOURNALS, sha256=f"{len(store.deliveries())}")
    entry = store.open_delivery(intent, NOON)
    for step, facts in steps:
        entry.note(step, NOON, **facts)
    read = store.delivery(entry.id)
    assert [(one.step, dict(one.facts)) for one in read.steps[1:]] == steps
    assert read.facts == {name: value for _, facts in steps for name, value in facts.items()}


@pytest.mark.slow
def test_a_note_does_not_wait_for_the_event_log(postgres: Store) -> None:
    entry = postgres.open_delivery(JOURNALS, NOON)
    with postgres.writing() as recording:
        lock_head(recording)
        recording.execute(text("SET LOCAL statement_timeout = '5s'"))
        entry.note("submitted", NOON, request="1001")
        other = postgres.open_delivery(replace(JOURNALS, cycle="UAT1"), NOON)
    assert (postgres.delivery(entry.id).step, other.step) == ("submitted", "intended")


def test_the_journal_feeds_no_figure_and_no_event(store: Store) -> None:
    before = figures(store, profile(), as_of=NOON)
    store.open_delivery(JOURNALS, NOON).note("read", NOON, request="1001")
    assert figures(store, profile(), as_of=NOON) == before
    assert store.broken_link() is None


def test_recording_marks_the_delivery_by_which_a_submission_was_sent(store: Store) -> None:
    entry = store.open_delivery(JOURNALS, NOON)
    entry.note("read", NOON, request="1001")
    recorded = run("r1", failing(prefix="x"), sent("AR"))
    for _ in range(2):
        store.record(recorded, profile(), deliveries={"r1/2": entry.id})
    row = store.delivery(entry.id).row
    assert (row.run, row.submission, row.step, row.open) == ("r1", "r1/2", "read", False)
    assert store.same_intent(**SAME) is None
    assert store.deliveries(unfinished_only=True) == []
    assert store.open_delivery(JOURNALS, NOON).step == "intended"


def test_a_run_that_names_a_delivery_recorded_before_or_unknown_is_not_recorded(store: Store) -> None:
    entry = store.open_delivery(JOURNALS, NOON)
    store.record(run("r1", sent("A")), profile(), deliveries={"r1/1": entry.id})
    for wrong in (entry.id, "no such"):
        with pytest.raises(StoreError, match="no delivery that waits to be recorded"):
            store.record(run("r2", sent("A")), profile(), deliveries={"r2/1": wrong})
    assert store.record(run("r2", sent("A")), profile()).repeated is False


KILLED = """
import os, sys
from datetime import UTC, datetime
from raid_log import Intent, open_store

store = open_store(sys.argv[1])
at = datetime(2026, 11, 24, 17, tzinfo=UTC)
entry = store.open_delivery(
    Intent("FIN-01", "finance.gl", "1.2.0", "j.zip", "a" * 64, "pod.example.com", "acceptance", "j-1.zip", "SIT2"), at
)
for number, step in enumerate(sys.argv[2:], start=1):
    entry.note(step, at, request=str(number))
os._exit(9)
"""


@pytest.mark.parametrize("noted", [0, 1, 4, len(STEPS)])
def test_what_was_noted_outlives_a_kill_right_after(url: str, tmp_path: Path, noted: int) -> None:
    open_store(url).close()
    killed = subprocess.run([sys.executable, "-c", KILLED, url, *STEPS[:noted]], cwd=Path(__file__).parents[2])
    assert killed.returncode == 9
    with open_store(url) as store:
        (row,) = store.deliveries(unfinished_only=True)
        entry = store.delivery(row.id)
        assert [step.step for step in entry.steps] == ["intended", *STEPS[:noted]]
        assert row.request == (str(noted) if noted else "")
        assert store.same_intent(**SAME) == row
        entry.note("unknown", NOON)
        assert store.delivery(row.id).step == "unknown"


@pytest.mark.slow
def test_postgresql_keeps_the_same_journal(postgres: Store) -> None:
    entry = postgres.open_delivery(replace(JOURNALS, payload="caf\udce9.zip"), NOON)
    entry.note("submitted", NOON, request="1001", said="a\0b")
    row = postgres.same_intent(**SAME)
    assert row == entry.row == postgres.delivery(entry.id).row
    assert (row.payload, row.opened_at, entry.facts["said"]) == ("caf\\udce9.zip", NOON, "a\0b")
    with pytest.raises(StoreError, match="already being delivered"):
        postgres.open_delivery(JOURNALS, NOON)
    postgres.record(run("r1", sent("A")), profile(), deliveries={"r1/1": entry.id})
    assert postgres.delivery(entry.id).row.submission == "r1/1"
