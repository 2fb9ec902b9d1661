"""Auto reopen: a mended defect that fails again where it was mended; elsewhere it only occurred."""

from __future__ import annotations

import pytest
from exercises import DEFECT, day, exercised, kinds, record, status
from hypothesis import given
from hypothesis import strategies as st
from raid_runs import answer, profile, sent, told

from raid_log import Author, Store, change, item
from raid_log.reopening import kind_of_edition, rank

TEST = {"evidence_class": "acceptance", "environment": "TEST"}


def fixed(store: Store, fixed_in: str, at: float = 1) -> None:
    change(store, DEFECT, "fixed", Author("O. Owner", "owner", day(at)), fix="CHG-1", fixed_in=fixed_in)


def verified(store: Store, **where: object) -> None:
    """Fail once, then pass twice."""
    for number, ended in enumerate(("failed", "passed", "passed")):
        record(store, f"v{number}", exercised(ended, at=day(number / 10), **where))
    assert status(store) == "verified"


@pytest.mark.parametrize(
    ("where", "reopens"),
    [
        ({}, True),
        ({"release": "26D"}, True),
        ({"release": "27A"}, True),
        ({"release": "26B"}, False),
        ({"release": "25D"}, False),
        ({"environment": "DEV"}, False),
    ],
)
def test_a_verified_defect_is_reopened_in_its_environment_from_the_verifying_release_on(
    store: Store, where: dict[str, str], reopens: bool
) -> None:
    verified(store, **TEST)
    recorded = record(store, "r9", exercised("failed", at=day(5), **{**TEST, **where}))
    assert recorded.recurred == (DEFECT,)
    assert recorded.reopened == ((DEFECT,) if reopens else ())
    assert status(store) == ("reopened" if reopens else "verified")
    assert len(item(store, DEFECT).occurrences) == 2


def test_the_event_says_which_run_shows_it(store: Store) -> None:
    verified(store, **TEST)
    record(store, "r9", exercised("failed", at=day(5), **TEST))
    last = item(store, DEFECT).history[-1]
    assert (last.kind, last.before, last.run, last.detail) == ("failed_again", "verified", "r9", {"run": "r9"})
    assert last.reason == "fails on 26C, contract version 1.2.0 in TEST"
    assert store.broken_link() is None


def test_a_payload_that_the_check_holds_back_reopens_what_was_verified_in_a_pod(store: Store) -> None:
    verified(store, **TEST)
    record(store, "r9", exercised("failed", at=day(5)))
    assert status(store) == "reopened"


def test_what_was_only_ever_checked_is_reopened_by_any_pod(store: Store) -> None:
    verified(store)
    record(store, "r9", exercised("failed", at=day(5), **TEST))
    assert status(store) == "reopened"


def test_a_failure_from_before_the_verifying_runs_that_is_recorded_late_is_an_occurrence(store: Store) -> None:
    verified(store)
    record(store, "r9", exercised("failed", at=day(0.05)))
    assert (status(store), len(item(store, DEFECT).occurrences)) == ("verified", 2)


@pytest.mark.parametrize(
    ("fixed_in", "where", "reopens"),
    [
        ("26D", {"release": "26C"}, False),
        ("26D", {"release": "26D"}, True),
        ("26d", {"release": "27A"}, True),
        ("27A", {"release": "26D"}, False),
        ("26C", {"environment": "DEV"}, False),
        ("1.3.0", {"version": "1.2.9", "release": "27A"}, False),
        ("1.3.0", {"version": "1.3.0"}, True),
        ("1.3.0", {"version": "1.10.0+1.0.0"}, True),
        ("1.2.0+1.0.3", {"version": "1.2.0+1.0.2"}, False),
        ("1.2.0+1.0.3", {"version": "1.2.0"}, False),
        ("1.2.0+1.0.3", {"version": "1.2.0+1.0.10"}, True),
        ("next sprint", {}, True),
    ],
)
def test_a_fixed_defect_is_reopened_where_it_was_seen_from_the_edition_of_the_fix_on(
    store: Store, fixed_in: str, where: dict[str, str], reopens: bool
) -> None:
    record(store, "r1", exercised("failed", **TEST))
    fixed(store, fixed_in)
    recorded = record(store, "r2", exercised("failed", at=day(2), **{**TEST, **where}))
    assert status(store) == ("reopened" if reopens else "fixed")
    assert recorded.reopened == ((DEFECT,) if reopens else ())


def test_a_failure_of_what_was_sent_before_the_fix_is_an_occurrence(store: Store) -> None:
    record(store, "r1", exercised("failed"))
    fixed(store, "26C", at=3)
    record(store, "r2", exercised("failed", at=day(2)))
    assert status(store) == "fixed"


def test_a_defect_verified_by_hand_is_reopened_as_of_the_run_that_was_named(store: Store) -> None:
    record(store, "r1", exercised("failed", **TEST))
    fixed(store, "26C")
    record(store, "r2", exercised("passed", at=day(2), release="26D", **TEST))
    change(store, DEFECT, "verified", Author("T. Triager", "triager", day(9)), runs="r2")
    record(store, "r3", exercised("failed", at=day(3), release="26B", **TEST))
    assert status(store) == "verified"
    record(store, "r4", exercised("failed", at=day(4), release="26D", **TEST))
    assert status(store) == "reopened"


def test_a_false_positive_does_not_come_back_by_itself(store: Store) -> None:
    record(store, "r1", exercised("failed"))
    change(store, DEFECT, "rejected", Author("T. Triager", "triager", day(1), reason="test data"))
    for number in range(2, 5):
        record(store, f"r{number}", exercised("failed", at=day(number)))
    assert (kinds(store), len(item(store, DEFECT).occurrences)) == (["opened", "rejected"], 4)


@pytest.mark.parametrize("kind", ["triaged", "assigned", "waived"])
def test_a_failure_of_a_defect_that_is_not_mended_changes_no_state(store: Store, kind: str) -> None:
    record(store, "r1", exercised("failed"))
    role = "approver" if kind == "waived" else "triager"
    change(store, DEFECT, kind, Author("A. Person", role, day(1)))
    before = status(store)
    record(store, "r2", exercised("failed", at=day(2)))
    assert (status(store), kinds(store)) == (before, ["opened", kind])


def test_the_same_run_again_reopens_nothing(store: Store) -> None:
    verified(store)
    one = exercised("failed", at=day(5))
    assert record(store, "r9", one).reopened == record(store, "r9", one).reopened == (DEFECT,)
    assert kinds(store).count("failed_again") == 1


def test_several_defects_are_reopened_in_the_order_of_their_ids(store: Store) -> None:
    places = ("FIN-02", "FIN-01")
    for number, ended in enumerate(("failed", "passed", "passed", "failed")):
        last = record(store, f"r{number}", *(exercised(ended, at=day(number), interface=name) for name in places))
    assert last.reopened == ("RAID-0001", "RAID-0002")
    numbers = [item(store, name).history[-1].number for name in last.reopened]
    assert numbers == sorted(numbers)


def test_a_refusal_that_is_known_late_reopens(store: Store) -> None:
    record(store, "r1", sent("R", [answer(0)]))
    fixed(store, "26C")
    record(store, "r2", sent("P", at=day(2), prefix="x", ended=None))
    late = store.record_outcome("r2/1", told("R", [answer(0)]), profile(), at=day(3), source="poll")
    assert (late.reopened, status(store)) == ((DEFECT,), "reopened")


def test_a_refusal_that_is_known_late_of_what_was_sent_before_the_fix_is_an_occurrence(store: Store) -> None:
    record(store, "r1", sent("R", [answer(0)]))
    record(store, "r2", sent("P", at=day(0.5), prefix="x", ended=None))
    fixed(store, "26C")
    late = store.record_outcome("r2/1", told("R", [answer(0)]), profile(), at=day(3), source="poll")
    assert (late.reopened, status(store)) == ((), "fixed")


RELEASES = st.builds(lambda year, quarter: f"{year:02d}{quarter}", st.integers(0, 99), st.sampled_from("ABCD"))


@given(RELEASES, RELEASES)
def test_releases_sort_by_year_and_letter(one: str, other: str) -> None:
    assert kind_of_edition(one) == "release"
    assert (rank(one) <= rank(other)) == ((int(one[:2]), one[2]) <= (int(other[:2]), other[2]))


PARTS = st.lists(st.integers(0, 99), min_size=3, max_size=3)


@given(PARTS, PARTS, PARTS, PARTS)
def test_versions_sort_by_number_and_then_by_the_overlay(
    a: list[int], b: list[int], c: list[int], d: list[int]
) -> None:
    def text(base: list[int], overlay: list[int]) -> str:
        return "+".join(".".join(map(str, half)) for half in (base, overlay))

    assert kind_of_edition(text(a, b)) == "version"
    assert (rank(text(a, b)) <= rank(text(c, d))) == ((a, b) <= (c, d))


@pytest.mark.parametrize("text", ["", "26E", "2026C", "soon", "1", "1.2.0-rc1"])
def test_what_is_neither_release_nor_version_is_no_edition(text: str) -> None:
    assert kind_of_edition(text) is None
