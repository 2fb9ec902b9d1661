"""Auto verify: only the same rule that really ran and passed, often enough, on enough units, where it had failed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from exercises import DEFECT, day, exercised, kinds, record, status
from hypothesis import given, settings
from hypothesis import strategies as st
from people import actor
from raid_runs import NOON, answer, content, profile, rule, sent, told, whole

from contracts.results import Submission
from raid_log import TRANSITIONS, Author, Store, change, item, merge, open_store
from raid_log.verifying import last_exercised

ACCEPTED = {"evidence_class": "acceptance", "environment": "TEST"}


def by(role: str, at: float = 0) -> Author:
    return Author("A. Person", role, day(at), reason="because")


def test_a_defect_whose_rule_passed_in_two_consecutive_runs_is_verified_with_their_ids(store: Store) -> None:
    record(store, "r1", exercised("failed", 3))
    assert record(store, "r2", exercised("passed", 3, at=day(1))).verified == ()
    assert status(store) == "new"
    recorded = record(store, "r3", exercised("passed", 3, at=day(2)))
    assert (recorded.verified, recorded.reopened) == ((DEFECT,), ())
    last = item(store, DEFECT).history[-1]
    assert (last.kind, last.before, last.after, last.by, last.run) == ("passed", "new", "verified", "machine", "r3")
    assert (last.detail, last.reason) == ({"runs": "r2 r3"}, "passed in 2 consecutive runs")
    assert store.broken_link() is None


def test_two_submissions_of_one_run_are_one_run(store: Store) -> None:
    record(store, "r1", exercised("failed"))
    record(store, "r2", exercised("passed", at=day(1)), exercised("passed", at=day(2)))
    assert status(store) == "new"


def test_a_failure_between_starts_the_count_anew(store: Store) -> None:
    for number, ended in enumerate(("failed", "passed", "failed", "passed")):
        record(store, f"r{number}", exercised(ended, at=day(number)))
    assert status(store) == "new"
    assert record(store, "r4", exercised("passed", at=day(4))).verified == (DEFECT,)


def test_a_run_in_which_it_also_failed_is_no_pass(store: Store) -> None:
    record(store, "r1", exercised("failed"))
    record(store, "r2", exercised("failed", at=day(1)), exercised("passed", at=day(1.1)))
    record(store, "r3", exercised("passed", at=day(2)))
    assert status(store) == "new"


@pytest.mark.parametrize("ended", ["not_applied", "not_checked", "stale"])
def test_a_rule_that_did_not_run_changes_nothing_and_breaks_no_sequence(store: Store, ended: str) -> None:
    record(store, "r1", exercised("failed"))
    record(store, "r2", exercised(ended, at=day(1)))
    record(store, "r3", exercised(ended, at=day(2)))
    assert status(store) == "new"
    record(store, "r4", exercised("passed", at=day(3)))
    record(store, "r5", exercised(ended, at=day(4)))
    assert status(store) == "new"
    assert record(store, "r6", exercised("passed", at=day(5))).verified == (DEFECT,)


@pytest.mark.parametrize("other", [{"interface": "FIN-02"}, {"negative": True}, {"evidence_class": "generated"}])
def test_what_is_no_delivery_of_the_interface_proves_nothing(store: Store, other: dict[str, object]) -> None:
    record(store, "r1", exercised("failed"))
    for number in range(2, 5):
        record(store, f"r{number}", exercised("passed", at=day(number), **other))
    assert status(store) == "new"


def test_a_draft_of_the_contract_proves_nothing(store: Store) -> None:
    record(store, "r1", exercised("failed"))
    for number in range(2, 5):
        record(store, f"r{number}", exercised("passed", at=day(number), contract_status="draft"))
    assert status(store) == "new"


def test_an_identical_reimport_closes_nothing(store: Store) -> None:
    record(store, "r1", exercised("failed"))
    record(store, "r2", exercised("passed", at=day(1)))
    before = content(store)
    for _ in range(3):
        assert record(store, "r1", exercised("failed")).repeated
        assert record(store, "r2", exercised("passed", at=day(1))).verified == ()
    assert content(store) == before


def test_an_identical_payload_in_further_runs_closes_nothing(store: Store) -> None:
    for number in range(4):
        record(store, f"r{number}", exercised("failed", at=day(number)))
    assert status(store) == "new"


def test_the_run_that_verifies_answers_the_same_when_it_is_recorded_again(store: Store) -> None:
    runs = [exercised("failed"), exercised("passed", at=day(1)), exercised("passed", at=day(2))]
    for number, one in enumerate(runs):
        record(store, f"r{number}", one)
    before = content(store)
    assert record(store, "r2", runs[2]).verified == (DEFECT,)
    assert content(store) == before


def test_an_accepted_finding_does_not_turn_into_verified_because_it_was_not_seen(store: Store) -> None:
    record(store, "r1", exercised("failed"))
    change(store, DEFECT, "waived", by("approver"), until="2026-12-20", ends_at="2026-12-21T05:00:00+00:00")
    for number in range(2, 6):
        record(store, f"r{number}", exercised("not_applied", at=day(number)))
    assert kinds(store) == ["opened", "waived"]


def test_a_waived_defect_that_passes_is_verified_and_counted_so(store: Store) -> None:
    record(store, "r1", exercised("failed"))
    change(store, DEFECT, "waived", by("approver"), until="2026-12-20", ends_at="2026-12-21T05:00:00+00:00")
    record(store, "r2", exercised("passed", at=day(1)))
    assert record(store, "r3", exercised("passed", at=day(2))).verified == (DEFECT,)
    last = item(store, DEFECT).history[-1]
    (row,) = [one for one in TRANSITIONS["issue"] if one.kind == last.kind and last.before in one.before]
    assert (last.before, row.counted) == ("waived", "waived_verified")


def test_a_waiver_that_has_ended_ends_before_the_run_that_verifies(store: Store) -> None:
    record(store, "r1", exercised("failed"))
    change(store, DEFECT, "waived", by("approver"), until="2026-11-25", ends_at="2026-11-26T05:00:00+00:00")
    record(store, "r2", exercised("passed", at=day(1)))
    record(store, "r3", exercised("passed", at=day(5)))
    assert kinds(store) == ["opened", "waived", "waiver_ended", "passed"]


@pytest.mark.parametrize(("kind", "ends"), [("rejected", "rejected"), ("merged", "duplicate")])
def test_rejected_and_duplicate_defects_are_left_alone(store: Store, kind: str, ends: str) -> None:
    record(store, "r1", exercised("failed"))
    change(store, DEFECT, kind, by("triager"))
    for number in range(2, 5):
        record(store, f"r{number}", exercised("passed", at=day(number)))
    assert status(store) == ends


@pytest.mark.parametrize(
    ("failed", "passed", "verified"),
    [(5, 4, False), (5, 5, True), (20, 19, False), (300, 19, False), (300, 20, True)],
)
def test_as_many_units_as_the_largest_occurrence_had_are_enough_at_most_20(
    store: Store, failed: int, passed: int, verified: bool
) -> None:
    record(store, "r1", exercised("failed", failed))
    record(store, "r2", exercised("failed", at=day(1)))
    for number in (3, 4):
        record(store, f"r{number}", exercised("passed", passed, at=day(number)))
    assert (status(store) == "verified") is verified


def test_the_units_of_a_run_are_added_up(store: Store) -> None:
    record(store, "r1", exercised("failed", 5))
    for number in (2, 3):
        record(store, f"r{number}", *(exercised("passed", n, at=day(number + n / 10)) for n in (2, 3)))
    assert status(store) == "verified"


@pytest.mark.parametrize(
    ("where", "verified"),
    [
        ({**ACCEPTED}, True),
        ({**ACCEPTED, "release": "26D"}, True),
        ({**ACCEPTED, "release": "27A"}, True),
        ({**ACCEPTED, "release": "26B"}, False),
        ({**ACCEPTED, "environment": "DEV"}, False),
        ({**ACCEPTED, "evidence_class": "simulated"}, False),
        ({}, False),
    ],
)
def test_it_passes_in_the_class_and_environment_where_it_was_seen_on_the_same_or_a_later_release(
    store: Store, where: dict[str, str], verified: bool
) -> None:
    record(store, "r1", exercised("failed", **ACCEPTED))
    for number in (2, 3):
        record(store, f"r{number}", exercised("passed", at=day(number), **where))
    assert (status(store) == "verified") is verified


def test_a_stronger_class_proves_nothing_for_a_weaker_one(store: Store) -> None:
    record(store, "r1", exercised("failed"))
    for number in (2, 3):
        record(store, f"r{number}", exercised("passed", at=day(number), **ACCEPTED))
    assert status(store) == "new"


def test_it_has_to_pass_in_every_environment_where_it_was_seen(store: Store) -> None:
    pods = [{**ACCEPTED, "environment": name} for name in ("DEV", "TEST")]
    for number, pod in enumerate(pods):
        record(store, f"f{number}", exercised("failed", at=day(number / 10), **pod))
    for number in (1, 2):
        record(store, f"t{number}", exercised("passed", at=day(number), **pods[1]))
    assert status(store) == "new"
    for number in (3, 4):
        record(store, f"d{number}", exercised("passed", at=day(number), **pods[0]))
    assert item(store, DEFECT).history[-1].detail == {"runs": "t1 t2 d3 d4"}


def test_runs_before_a_person_opened_it_again_prove_nothing(store: Store) -> None:
    record(store, "r1", exercised("failed"))
    for number in (2, 3):
        record(store, f"r{number}", exercised("passed", at=day(number)))
    change(store, DEFECT, "reopened", by("triager", 3.5))
    record(store, "r4", exercised("passed", at=day(4)))
    assert status(store) == "reopened"
    assert record(store, "r5", exercised("passed", at=day(5))).verified == (DEFECT,)


def test_a_mild_rule_that_fails_without_an_occurrence_is_no_pass(store: Store) -> None:
    record(store, "r1", exercised("failed"))
    for number, ended in enumerate(("passed", "failed", "passed"), start=2):
        record(store, f"r{number}", exercised(ended, severity="moderate", at=day(number)))
    assert (status(store), len(item(store, DEFECT).occurrences)) == ("new", 1)


# what Fusion found


def refused(code: str = "EF04", *, stage: str = "S2", units: int = 2) -> Submission:
    return sent("R" * units, [answer(unit, code=code) for unit in range(units)], stage=stage)


def test_a_defect_known_by_a_code_passes_when_enough_units_get_past_its_stage(store: Store) -> None:
    record(store, "r1", refused())  # found at S3
    record(store, "r2", sent("AA", at=day(1), prefix="x"))
    assert record(store, "r3", sent("AA", at=day(2), prefix="y")).verified == (DEFECT,)


@pytest.mark.parametrize("outcomes", ["A", "AP", "PP", "UU", "AU"])
def test_units_without_a_final_outcome_or_too_few_prove_nothing(store: Store, outcomes: str) -> None:
    record(store, "r1", refused(stage="S1"))
    for number in (2, 3, 4):
        record(store, f"r{number}", sent(outcomes, at=day(number), prefix=f"{number}", ended=None))
    assert status(store) == "new"


def test_units_that_were_refused_before_its_stage_prove_nothing(store: Store) -> None:
    record(store, "r1", refused())
    for number in (2, 3, 4):
        other = sent("RR", [answer(0, code="X"), answer(1, code="X")], stage="S1", at=day(number), prefix=f"{number}")
        record(store, f"r{number}", other)
    assert status(store) == "new"


def test_a_code_that_comes_back_in_one_unit_is_no_pass(store: Store) -> None:
    record(store, "r1", refused())
    for number in (2, 3, 4):
        record(store, f"r{number}", sent("AAAR", [answer(3)], at=day(number), prefix=f"{number}"))
    assert status(store) == "new"


@pytest.mark.parametrize(("outcomes", "verified"), [("PP", False), ("AA", True)])
def test_a_refusal_that_the_rule_passed_needs_more_than_the_rule(store: Store, outcomes: str, verified: bool) -> None:
    silent = [rule(status="passed", units=0, findings=0)]
    record(store, "r1", sent("RR", [answer(n, rule="GL-100") for n in (0, 1)], rules=silent))
    for number in (2, 3):
        record(store, f"r{number}", sent(outcomes, rules=silent, at=day(number), prefix=f"{number}", ended=None))
    assert (status(store) == "verified") is verified


def test_an_outcome_that_comes_late_verifies(store: Store) -> None:
    record(store, "r1", refused())
    record(store, "r2", sent("AA", at=day(1), prefix="x"))
    record(store, "r3", sent("PP", at=day(2), prefix="y", ended=None))
    assert status(store) == "new"
    late = store.record_outcome("r3/1", told("AA"), profile(), at=day(3), source="poll")
    assert (late.verified, late.reopened) == ((DEFECT,), ())
    assert item(store, DEFECT).history[-1].detail == {"runs": "r2 r3"}


# merged defects


def test_a_merged_defect_passes_only_if_every_cause_that_is_booked_on_it_does(store: Store) -> None:
    record(store, "r1", exercised("failed"), refused())
    merge(store, actor("tess"), "RAID-0002", DEFECT)
    for number, ran in enumerate(("not_applied", "not_applied", "passed", "passed"), start=2):
        assert status(store) == "new"
        rules = [rule(status=ran, units=0, findings=0)]
        record(store, f"r{number}", sent("AA", rules=rules, at=day(number), prefix=f"{number}"))
    assert item(store, DEFECT).history[-1].detail == {"runs": "r4 r5"}


def test_a_defect_that_one_of_another_interface_was_merged_into_is_left_to_people(store: Store) -> None:
    record(store, "r1", exercised("failed"), exercised("failed", interface="FIN-02"))
    merge(store, actor("tess"), "RAID-0002", DEFECT)
    for number in (2, 3, 4):
        record(store, f"r{number}", exercised("passed", at=day(number)))
    assert status(store) == "new"


# last exercised


def test_the_moment_of_the_last_exercise_grows_old_while_the_rule_does_not_run(store: Store) -> None:
    record(store, "r1", exercised("failed"))
    record(store, "r2", exercised("passed", at=day(1)))
    record(store, "r3", exercised("not_applied", at=day(2)))
    record(store, "r4", exercised("passed", at=day(3), interface="FIN-02"))
    with store.reading() as connection:
        assert last_exercised(connection, 1) == day(1)


def test_a_code_is_exercised_by_units_that_get_past_its_stage(store: Store) -> None:
    record(store, "r1", refused())
    record(store, "r2", sent("A", at=day(1), prefix="x"))
    record(store, "r3", sent("P", at=day(2), prefix="y", ended=None))
    with store.reading() as connection:
        assert last_exercised(connection, 1) == day(1)


# any history

HAPPENING = st.sampled_from(["failed", "passed", "not_applied", "fixed", "rejected", "waived", "reopened"])


@settings(max_examples=15, deadline=None)
@given(st.lists(HAPPENING, max_size=9))
def test_after_any_history_the_state_is_that_of_a_plain_count(
    tmp_path_factory: pytest.TempPathFactory, history: Sequence[str]
) -> None:
    roles = {"fixed": "owner", "rejected": "triager", "waived": "approver", "reopened": "triager"}
    state, count = "new", 0
    with open_store(f"sqlite:///{tmp_path_factory.mktemp('s') / 'store.db'}") as store:
        record(store, "r", exercised("failed"))
        for number, what in enumerate(history, start=1):
            if what in roles:
                if any(row.kind == what and state in row.before for row in TRANSITIONS["issue"]):
                    change(
                        store, DEFECT, what, by(roles[what], number), **({"fixed_in": "26C"} if what == "fixed" else {})
                    )
                    state = state if (state, what) == ("waived", "fixed") else what
                    count = 0 if what == "reopened" else count
                continue
            record(store, f"r{number}", exercised(what, at=day(number)))
            count = {"failed": 0, "passed": count + 1}.get(what, count)
            if what == "failed" and state in ("fixed", "verified"):
                state = "reopened"
            if what == "passed" and count >= 2 and state != "rejected":
                state = "verified"
        assert (status(store), store.broken_link()) == (state, None)


RUN = st.tuples(
    st.sampled_from(["failed", "passed", "not_applied", "stale"]), st.sampled_from(["26B", "26C", "27A"]),
    st.sampled_from(["", "DEV", "TEST"]), st.integers(0, 20),
)  # fmt: skip


@settings(max_examples=15, deadline=None)
@given(st.lists(RUN, min_size=1, max_size=8))
def test_runs_in_any_order_make_only_transitions_of_the_table_and_twice_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, runs: Sequence[tuple[str, str, str, int]]
) -> None:
    table = {(row.kind, before) for row in TRANSITIONS["issue"] for before in row.before if "machine" in row.who}
    with open_store(f"sqlite:///{tmp_path_factory.mktemp('s') / 'store.db'}") as store:
        for number, (ended, release, pod, hours) in enumerate(runs):
            place = {"evidence_class": "acceptance", "environment": pod} if pod else {}
            one = exercised(ended, at=NOON + timedelta(hours=hours), release=release, **place)
            recorded = record(store, f"r{number}", one)
            before = content(store)
            again = record(store, f"r{number}", one)
            assert (again.verified, again.reopened) == (recorded.verified, recorded.reopened)
            assert content(store) == before
        for defect in whole(store):
            happened = [event for event in defect.history if event.kind != "graded"]
            assert {(event.kind, event.before) for event in happened} <= table
            failed = {one.run for one in defect.occurrences}
            for event in happened:
                assert not failed & set(event.detail.get("runs", "").split())
        assert store.broken_link() is None


@pytest.mark.slow
def test_postgresql_verifies_and_reopens(postgres: Store) -> None:
    for number, ended in enumerate(("failed", "passed", "passed", "failed")):
        record(postgres, f"r{number}", exercised(ended, at=day(number)), *([refused()] if not number else []))
    for number in (5, 6):
        record(postgres, f"r{number}", sent("AA", at=day(number), prefix=f"{number}"))
    assert kinds(postgres) == ["opened", "passed", "failed_again"]
    assert item(postgres, "RAID-0002").status == "verified"
    with postgres.reading() as connection:
        assert last_exercised(connection, 1) == day(3)
