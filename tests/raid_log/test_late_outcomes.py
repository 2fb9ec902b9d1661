"""Outcomes that come after their run was recorded: they change what was open, and are kept as events of their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raid_runs import NOON, answer, content, profile, rule, run, sent, submission, told, units, whole
from sqlalchemy import select

from contracts.results import FINAL, Delivered
from raid_log import Rate, Store, StoreError, figures, item, items, open_store, readiness
from raid_log.tables import OutcomeChange

EVENING = NOON + timedelta(hours=6)
TOMORROW = NOON + timedelta(hours=30)
SAID = NOON + timedelta(hours=5)


def pending(count: int = 3, **more: object) -> object:
    return run("r1", sent("P" * count, ended=None, **more))


def changes(store: Store) -> list[tuple[object, ...]]:
    names = (OutcomeChange.position, OutcomeChange.at, OutcomeChange.source, OutcomeChange.before, OutcomeChange.after)
    with store.reading() as connection:
        return [tuple(row) for row in connection.execute(select(*names).order_by(OutcomeChange.number))]


def test_what_was_pending_gets_its_outcome_and_opens_its_defects(store: Store) -> None:
    store.record(pending(), profile())
    assert items(store) == []
    late = told("ARP", [answer(1)], ended=None)
    recorded = store.record_outcome("r1/1", late, profile(), at=EVENING, source="poll")
    assert (recorded.units, recorded.opened, recorded.recurred, recorded.raised) == (2, ("RAID-0001",), (), ())
    assert units(store) == [
        ("accepted", "S3", EVENING, False),
        ("rejected", "S2", EVENING, False),
        ("pending", "S2", None, False),
    ]
    gap = item(store, "RAID-0001")
    assert (gap.cause, gap.occurrences[0].comparison, gap.occurrences[0].units) == ("EF04", "missed", 1)
    (opened,) = gap.history
    assert (opened.at, opened.source, opened.reason) == (EVENING, "poll", "outcome of submission r1/1")
    assert changes(store) == [
        (1, EVENING, "poll", "pending", "accepted"),
        (2, EVENING, "poll", "pending", "rejected"),
    ]
    assert store.broken_link() is None


def test_the_predictions_of_the_check_are_compared_with_what_comes_later(store: Store) -> None:
    waiting = sent("UUU", predictions=[(0, "GL-100"), (1, "GL-100")], rules=[rule(units=2)], ended=None)
    store.record(run("r1", waiting), profile())
    recorded = store.record_outcome(
        "r1/1", told("RAA", [answer(0, rule="GL-100")]), profile(), at=EVENING, source="file"
    )
    assert (recorded.opened, recorded.recurred) == ((), ())  # opened by the check of the same submission
    seen = {one.comparison: one.units for one in item(store, "RAID-0001").occurrences}
    assert seen == {"": 2, "agreed": 1, "false_alarm": 1}


def test_a_second_late_outcome_adds_to_what_the_first_one_showed(store: Store) -> None:
    store.record(pending(), profile())
    store.record_outcome("r1/1", told("RPP", [answer(0)], ended=None), profile(), at=EVENING, source="poll")
    again = told("RRR", [answer(unit) for unit in range(3)])
    recorded = store.record_outcome("r1/1", again, profile(), at=TOMORROW, source="poll")
    assert (recorded.units, recorded.opened, recorded.recurred) == (2, (), ())
    assert [one.units for one in item(store, "RAID-0001").occurrences] == [3]


def test_a_defect_that_was_there_recurs(store: Store) -> None:
    store.record(run("r0", sent("R", [answer(0)], prefix="x", at=NOON - timedelta(hours=1))), profile())
    store.record(pending(1), profile())
    recorded = store.record_outcome("r1/1", told("R", [answer(0)]), profile(), at=EVENING, source="poll")
    assert (recorded.opened, recorded.recurred) == ((), ("RAID-0001",))


@pytest.mark.parametrize("source", ["poll", "file"])
def test_a_final_outcome_is_left_alone(store: Store, source: str) -> None:
    store.record(run("r1", sent("AR", [answer(1)])), profile())
    before = content(store)
    recorded = store.record_outcome("r1/1", told("RA", [answer(0)]), profile(), at=EVENING, source=source)
    assert recorded.units == 0
    assert content(store) == before


def test_a_correction_replaces_a_final_outcome_and_the_attempt_keeps_its_end(store: Store) -> None:
    store.record(run("r1", sent("RA", [answer(0)])), profile())
    ended = units(store)[0][2]
    corrected = told("AR", [answer(1, code="EP01")])
    recorded = store.record_outcome("r1/1", corrected, profile(), at=EVENING, source="correction")
    assert (recorded.units, recorded.opened) == (2, ("RAID-0002",))
    assert units(store) == [("accepted", "S3", ended, False), ("rejected", "S2", ended, False)]
    assert [len(one.occurrences) for one in whole(store)] == [0, 1]  # what was wrong is taken back, the item stays
    assert changes(store) == [
        (1, EVENING, "correction", "rejected", "accepted"),
        (2, EVENING, "correction", "accepted", "rejected"),
    ]


def test_a_correction_of_the_reason_alone_is_one_too(store: Store) -> None:
    store.record(run("r1", sent("R", [answer(0)])), profile())
    other = told("R", [answer(0, code="DUPLICATE", counts=False)])
    assert store.record_outcome("r1/1", other, profile(), at=EVENING, source="correction").units == 1
    assert units(store)[0][3]
    assert whole(store)[0].occurrences == ()


def test_a_correction_that_knows_less_changes_nothing(store: Store) -> None:
    store.record(run("r1", sent("RA", [answer(0)])), profile())
    before = content(store)
    for unknown in ("UU", "PP"):
        late = told(unknown, ended=None)
        assert store.record_outcome("r1/1", late, profile(), at=EVENING, source="correction").units == 0
    assert content(store) == before


def test_the_run_is_not_recorded_again_and_answers_as_before(store: Store) -> None:
    finished = pending()
    first = store.record(finished, profile())
    store.record_outcome("r1/1", told("RRR", [answer(0)]), profile(), at=EVENING, source="poll")
    before = content(store)
    again = store.record(finished, profile())
    assert content(store) == before
    assert (again.repeated, again.opened, again.units) == (True, first.opened, first.units)


def test_a_late_outcome_counts_from_when_it_is_known_and_only_within_the_time_limit(store: Store) -> None:
    store.record(pending(2), profile())
    store.record(run("r2", sent("P", prefix="x", ended=None)), profile())
    store.record_outcome("r1/1", told("AR", [answer(1)], ended=SAID), profile(), at=EVENING, source="poll")
    store.record_outcome("r2/1", told("A", ended=TOMORROW), profile(), at=TOMORROW, source="poll")
    rates = [figures(store, profile(), as_of=at).rates["simulated"].pooled for at in (NOON, SAID, TOMORROW)]
    assert rates == [Rate(), Rate(2, 1), Rate(3, 1)]


def test_the_share_of_the_whole_run_raises(store: Store) -> None:
    store.record(pending(20), profile())
    late = told("RR" + "A" * 18, [answer(0), answer(1)])
    recorded = store.record_outcome("r1/1", late, profile(), at=EVENING, source="poll")
    assert recorded.raised == ("RAID-0001",)
    assert item(store, "RAID-0001").severity == "critical"


@pytest.mark.parametrize("quiet", [{"negative": True}, {"status": "draft"}])
def test_drafts_and_negative_payloads_keep_a_late_outcome_and_open_nothing(
    store: Store, quiet: dict[str, object]
) -> None:
    store.record(pending(1, **quiet), profile())
    assert store.record_outcome("r1/1", told("R", [answer(0)]), profile(), at=EVENING, source="poll").opened == ()
    assert (units(store)[0][0], items(store)) == ("rejected", [])


@pytest.mark.parametrize(
    ("identity", "outcomes", "words"),
    [("r1/1", "AA", "2 outcomes for 1 units"), ("r9/1", "A", "no such submission"), ("r1/2", "A", "only checked")],
)
def test_an_outcome_that_fits_to_nothing_is_refused(store: Store, identity: str, outcomes: str, words: str) -> None:
    store.record(run("r1", sent("P", ended=None), submission(["b"])), profile())
    before = content(store)
    with pytest.raises(StoreError, match=words):
        store.record_outcome(identity, told(outcomes), profile(), at=EVENING, source="file")
    assert content(store) == before


def test_a_submission_recorded_without_any_outcome_can_get_one_by_hand(store: Store) -> None:
    by_hand = replace(sent("A", evidence_class="acceptance", environment="pod"), delivered=None)
    store.record(run("r1", by_hand), profile())
    assert store.record_outcome("r1/1", told("A"), profile(), at=EVENING, source="file").units == 1
    assert changes(store) == [(1, EVENING, "file", None, "accepted")]
    assert readiness(store, profile(), as_of=EVENING).rates["acceptance"].pooled == Rate()  # not a complete week yet
    assert figures(store, profile(), as_of=EVENING).rates["acceptance"].pooled == Rate(1, 1)


LATE = st.builds(
    lambda letters, hits: told(letters, [answer(unit, rule=rule_id) for unit, rule_id in hits], ended=None),
    st.text("ARSPU", min_size=4, max_size=4),
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["", "GL-100"])), max_size=4),
)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(LATE, st.sampled_from(["poll", "file", "correction"])), max_size=4))
def test_any_history_of_late_outcomes_ends_where_recording_the_last_word_at_once_ends(
    tmp_path_factory: pytest.TempPathFactory, history: list[tuple[Delivered, str]]
) -> None:
    known: list[tuple[str | None, list[dict[str, object]]]] = [("pending", [])] * 4
    checked = {"predictions": [(0, "GL-100"), (1, "GL-100")], "rules": [rule(units=2)]}
    folder = tmp_path_factory.mktemp("stores")
    with open_store(f"sqlite:///{folder / 'late.db'}") as late, open_store(f"sqlite:///{folder / 'once.db'}") as once:
        late.record(run("r1", sent("PPPP", ended=None, **checked)), profile())
        for said, source in history:
            late.record_outcome("r1/1", said, profile(), at=EVENING, source=source)
            before = content(late)
            assert late.record_outcome("r1/1", said, profile(), at=TOMORROW, source=source).units == 0
            assert content(late) == before
            answers = list(said.answers.iter_rows(named=True))
            for unit, outcome in enumerate(said.outcomes["outcome"].to_list()):
                if known[unit][0] not in FINAL or (source == "correction" and outcome in FINAL):
                    known[unit] = (outcome, [one for one in answers if one["unit"] == unit])
        letters = {"accepted": "A", "rejected": "R", "rejected_unexplained": "S", "pending": "P", "unknown": "U"}
        last = "".join(letters[str(outcome)] for outcome, _ in known)
        answers = [one for _, them in known for one in them]
        once.record(run("r1", sent(last, answers, ended=None, **checked)), profile())
        assert [(unit[0], unit[3]) for unit in units(late)] == [(unit[0], unit[3]) for unit in units(once)]
        seen = [
            {
                (one.cause, one.field, seen.stage, seen.comparison, seen.units, seen.records)
                for one in whole(store)
                for seen in one.occurrences
            }
            for store in (late, once)
        ]
        assert seen[0] == seen[1]
        assert late.broken_link() is None


@pytest.mark.slow
def test_postgresql_takes_late_outcomes(postgres: Store) -> None:
    postgres.record(pending(), profile())
    for _ in range(2):
        late = told("ARR", [answer(1), answer(2, counts=False)])
        postgres.record_outcome("r1/1", late, profile(), at=EVENING, source="poll")
    corrected = told("ARR", [answer(1), answer(2)])
    assert postgres.record_outcome("r1/1", corrected, profile(), at=EVENING, source="correction").units == 1
    assert [one.units for one in item(postgres, "RAID-0001").occurrences] == [2]
    assert len(changes(postgres)) == 4
