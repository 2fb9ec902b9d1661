"""Assumptions that the machine opens: one for each question, once, and never ended by it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from time import perf_counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from people import actor
from raid_runs import NOON, content, failing, profile, run, whole

from contracts.questions import OpenQuestions, Question
from raid_log import Store, add, assume, close, edit, item, items, no_longer_asked, open_store
from raid_log.assumptions import question_mark

TAIL = Question(
    "What is the account tail?", id="Q2", assumption="8 digits", interfaces=("FIN-01", "FIN-02"), validator="olga",
    validate_by="2026-12-20",
)  # fmt: skip
SEGMENT = Question(
    "Order of the segments?", contract="finance.gl", concerns="gl.SEGMENT1", interfaces=("FIN-01",)
)  # fmt: skip


def asked(*questions: Question, contracts: tuple[str, ...] = ("finance.gl",), of: str = "test") -> OpenQuestions:
    return OpenQuestions(of, questions, frozenset(contracts))


@pytest.fixture(params=["url", "postgres_url"])
def either(request: pytest.FixtureRequest) -> Iterator[Store]:
    """A store of each database."""
    with open_store(request.getfixturevalue(request.param)) as store:
        yield store


def test_each_question_is_an_open_assumption_with_what_is_known_of_it(either: Store) -> None:
    assert assume(either, asked(TAIL, SEGMENT), NOON) == ("RAID-0001", "RAID-0002")
    tail, segment = whole(either)
    assert (tail.status, tail.title, tail.statement) == ("open", TAIL.text, TAIL.text)
    assert tail.fields == {
        "assumption": "8 digits", "validator": "olga", "validate_by": "2026-12-20", "interfaces": "FIN-01 FIN-02",
        "links": "questions.csv: Q2",
    }  # fmt: skip
    assert (tail.interface, tail.contract) == ("", "")
    assert segment.fields == {"concerns": "gl.SEGMENT1", "interfaces": "FIN-01"}
    assert (segment.interface, segment.contract) == ("FIN-01", "finance.gl")
    (opened,) = segment.history
    assert (opened.kind, opened.by, opened.role, opened.source, opened.at) == (
        "opened", "machine", "machine", "file", NOON,
    )  # fmt: skip
    assert all(mark.startswith("as1:") for one in (tail, segment) for mark in one.fingerprints)
    assert either.broken_link() is None


def test_the_same_question_again_changes_nothing(either: Store) -> None:
    assume(either, asked(TAIL, SEGMENT), NOON)
    before = content(either)
    beside = replace(TAIL, id="Q7", assumption="9 digits", interfaces=(), validator="", validate_by="")
    rewrapped = replace(SEGMENT, text="Order of\n  the segments?")
    assert assume(either, asked(SEGMENT, TAIL, beside, rewrapped), NOON + timedelta(days=1)) == ()
    assert content(either) == before


@pytest.mark.parametrize(
    "other",
    [
        replace(SEGMENT, text="Order and lengths of the segments?"),
        replace(SEGMENT, concerns="gl.SEGMENT2"),
        replace(SEGMENT, contract="finance.ap"),
    ],
)
def test_other_words_about_another_part_or_of_another_contract_are_a_new_question(
    store: Store, other: Question
) -> None:
    assume(store, asked(SEGMENT), NOON)
    assert assume(store, asked(other), NOON) == ("RAID-0002",)


def test_a_question_of_another_profile_is_a_new_one_unless_a_contract_asks_it(store: Store) -> None:
    assume(store, asked(TAIL, SEGMENT), NOON)
    assert assume(store, asked(TAIL, SEGMENT, of="other"), NOON) == ("RAID-0003",)


def test_an_ended_assumption_is_not_opened_again_by_its_question(store: Store) -> None:
    assume(store, asked(TAIL), NOON)
    close(store, actor("olga"), "RAID-0001", confirmed=True, reason="the bank says so")
    assert assume(store, asked(TAIL), NOON) == ()
    assert item(store, "RAID-0001").status == "confirmed"


def test_people_work_with_it_as_with_their_own(store: Store) -> None:
    assume(store, asked(SEGMENT), NOON)
    held = edit(store, actor("tess"), "RAID-0001", {"validator": "olga", "validate_by": "2026-12-20", "owner": "oscar"})
    assert (held.owner, held.fields["validator"], held.fields["concerns"]) == ("oscar", "olga", "gl.SEGMENT1")
    ended, opened = close(
        store, actor("olga"), "RAID-0001", confirmed=False, reason="the pod says no", opens="issue",
        values={"severity": "minor"},
    )  # fmt: skip
    assert (ended.status, opened is not None and opened.type) == ("false", "issue")


def test_a_dropped_question_is_proposed_to_be_confirmed_and_nothing_is_closed(either: Store) -> None:
    assume(either, asked(TAIL, SEGMENT), NOON)
    assert no_longer_asked(either, asked(TAIL, SEGMENT)) == ()
    before = content(either)
    assert no_longer_asked(either, asked(TAIL)) == ("RAID-0002",)
    assert no_longer_asked(either, asked(SEGMENT)) == ("RAID-0001",)
    assert content(either) == before


def test_a_reworded_question_opens_the_new_one_and_proposes_the_old_one(store: Store) -> None:
    assume(store, asked(SEGMENT), NOON)
    now = asked(replace(SEGMENT, text="Order and lengths?"))
    assert assume(store, now, NOON) == ("RAID-0002",)
    assert no_longer_asked(store, now) == ("RAID-0001",)


@pytest.mark.parametrize("now", [asked(contracts=()), asked(of="other")])
def test_silence_of_a_contract_that_cannot_speak_and_of_another_profile_proposes_nothing(
    store: Store, now: OpenQuestions
) -> None:
    assume(store, asked(SEGMENT), NOON)
    assert no_longer_asked(store, now) == ()


def test_nothing_but_an_open_assumption_of_the_machine_is_proposed(store: Store) -> None:
    store.record(run("r1", failing()), profile())
    add(store, actor("rita"), "assumption", "The bank keeps its format", {"validate_by": "2026-12-20"})
    assume(store, asked(TAIL), NOON)
    close(store, actor("tess"), "RAID-0003", confirmed=True, reason="asked")
    assert no_longer_asked(store, asked()) == ()


def test_no_question_writes_nothing(store: Store) -> None:
    before = content(store)
    assert assume(store, asked(), NOON) == ()
    assert content(store) == before


def test_a_long_question_has_a_short_title_and_stands_whole_in_the_statement(store: Store) -> None:
    long = replace(TAIL, text="Which of these words does the district use " * 5)
    assume(store, asked(long), NOON)
    (one,) = items(store)
    assert len(one.title) <= 90
    assert one.title.endswith(" ...")
    assert one.statement == long.text.strip()


def test_a_failure_on_the_way_opens_none(store: Store) -> None:
    before = content(store)
    with pytest.raises(AttributeError):
        assume(store, asked(TAIL, None), NOON)  # type: ignore[arg-type]
    assert content(store) == before


def test_two_hundred_questions_cost_little_time(either: Store) -> None:
    many = asked(*(replace(SEGMENT, concerns=f"gl.ATTRIBUTE{number}") for number in range(200)))
    started = perf_counter()
    assert len(assume(either, many, NOON)) == 200
    assert assume(either, many, NOON) == ()
    assert perf_counter() - started < 2  # 0.3 on an idle machine


WORDS = st.text(alphabet='ab \n[",é', min_size=1, max_size=4)
QUESTIONS = st.builds(
    Question, text=WORDS, contract=st.sampled_from(["", "finance.gl"]), concerns=st.sampled_from(["", "a", "b"])
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rounds=st.lists(st.lists(QUESTIONS, max_size=6), min_size=1, max_size=4))
def test_however_questions_come_and_go_each_has_one_entry_and_the_missing_ones_are_proposed(
    store: Store, rounds: list[list[Question]]
) -> None:
    before = {mark for one in whole(store) for mark in one.fingerprints}
    for questions in rounds:
        assume(store, asked(*questions), NOON)
    everything = [question_mark("test", one) for questions in rounds for one in questions]
    held = {mark: one.id for one in whole(store) for mark in one.fingerprints}
    assert held.keys() == before | set(everything)
    assert len(set(held.values())) == len(held)
    last = {question_mark("test", one) for one in rounds[-1]}
    assert set(no_longer_asked(store, asked(*rounds[-1]))) == {id_ for mark, id_ in held.items() if mark not in last}
    assert store.broken_link() is None
