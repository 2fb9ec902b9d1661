"""Control totals: what stands in Fusion of a submission, the gate of reconciliation, and stage S4 in the rate."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from people import actor
from raid_runs import NOON, interface, profile, run, sent
from sqlalchemy import func, select, update

from contracts.profiles import Profile
from raid_log import Gate, Rate, Reconciliation, Store, StoreError, note_total, readiness
from raid_log.tables import ControlTotal, SubmissionRow

POD = {"evidence_class": "acceptance", "environment": "pod-1"}
SENT = NOON - timedelta(days=7)
ANSWERED = SENT + timedelta(hours=1)
ONE = profile(interface("FIN-01"))
S4 = profile(interface("FIN-01", stage="S4"))
MONEY = [Decimal("0.1"), Decimal("0.2"), Decimal("12345678901234567890.01")]
REPORT = "BIP report 7"


def send(store: Store, outcomes: str = "AAR", *, name: str = "r", amounts: list[Decimal] | None = None) -> None:
    one = sent(outcomes, prefix=name, amounts=amounts, at=SENT, ended=ANSWERED, **POD)
    store.record(run(name, one), ONE)


def note(
    store: Store, units: int, *, at: datetime = NOON, amount: str = "", submission: str = "r/1", by: str = "rita"
) -> Reconciliation:
    money = Decimal(amount) if amount else None
    return note_total(store, actor(by, at), submission, units=units, amount=money, evidence=REPORT)


def rows(store: Store) -> int:
    with store.reading() as connection:
        return connection.execute(select(func.count()).select_from(ControlTotal)).scalar_one()


def g8(store: Store, as_of: datetime = NOON, register: Profile = ONE) -> Gate:
    return next(gate for gate in readiness(store, register, as_of=as_of).gates if gate.id == "G8")


def rate(store: Store, as_of: datetime = NOON, register: Profile = S4) -> Rate:
    return readiness(store, register, as_of=as_of).rates["acceptance"].pooled


# --- noting them


def test_a_total_agrees_where_as_many_units_stand_in_fusion_as_were_accepted(store: Store) -> None:
    send(store)
    assert [note(store, units).agrees for units in (1, 2, 3)] == [False, True, False]
    assert note(store, 1).text == "1 units in Fusion; 2 units accepted"


def test_money_is_compared_to_the_last_place(store: Store) -> None:
    send(store, "AAA", amounts=MONEY)
    assert note(store, 3, amount="12345678901234567890.31").agrees
    assert note(store, 3, amount="12345678901234567890.3100").agrees
    found = note(store, 3, amount="12345678901234567890.3099999999")
    assert (found.agrees, found.accepted_amount) == (False, Decimal("12345678901234567890.31"))


def test_sums_of_more_digits_than_usual_are_exact(store: Store) -> None:
    large = Decimal("1234567890123456789012345678.01")
    send(store, "AAAA", amounts=[large, large, Decimal("0.01"), Decimal("0.01")])
    assert note(store, 4, amount="2469135780246913578024691356.04").agrees


def test_a_total_is_set_against_what_was_accepted_by_then(store: Store) -> None:
    send(store)
    assert note(store, 0, at=ANSWERED - timedelta(seconds=1)).agrees
    assert not note(store, 0, at=ANSWERED).agrees


def test_only_accepted_units_are_added_up(store: Store) -> None:
    send(store, "AAR", amounts=MONEY)
    assert note(store, 2, amount="0.3").agrees


def test_nothing_accepted_agrees_with_nothing_in_fusion(store: Store) -> None:
    send(store, "RR", amounts=MONEY[:2])
    assert note(store, 0, amount="0").agrees


REFUSED = [  # units, amount, submission, by, what is said
    (2, "1", "r/1", "rita", "has no amounts"),
    (2, "", "money/1", "rita", "has amounts, and none is given"),
    (2, "NaN", "money/1", "rita", "NaN is no amount"),
    (2, "Infinity", "money/1", "rita", "is no amount"),
    (2, "0.00000000001", "money/1", "rita", "is no amount"),
    (2, "1E+28", "money/1", "rita", "is no amount"),
    (-1, "", "r/1", "rita", "-1 is no number of units"),
    (2**31, "", "r/1", "rita", "is no number of units"),
    (2, "", "nothing", "rita", "no submission that was sent"),
    (2, "", "", "rita", "submissions are called so"),
    (2, "", "r/1", "ghost", "ghost is not listed"),
]


def test_a_total_that_cannot_be_is_refused_and_changes_nothing(store: Store) -> None:
    send(store)
    send(store, name="money", amounts=MONEY)
    for units, amount, submission, by, words in REFUSED:
        with pytest.raises(StoreError, match=words):
            note(store, units, amount=amount, submission=submission, by=by)
    assert rows(store) == 0


def test_a_total_without_evidence_is_refused(store: Store) -> None:
    send(store)
    with pytest.raises(StoreError, match="the evidence is blank"):
        note_total(store, actor("rita"), "r/1", units=2, evidence=" ")
    assert rows(store) == 0


def test_nothing_is_replaced_and_the_last_word_counts(store: Store) -> None:
    send(store)
    note(store, 1, at=NOON - timedelta(hours=2))
    note(store, 2, at=NOON - timedelta(hours=1))
    assert rows(store) == 2
    assert g8(store).verdict == "met"
    assert g8(store, NOON - timedelta(hours=1, seconds=1)).verdict == "failed"


# --- the gate


def test_nothing_sent_to_a_pod_is_no_evidence(store: Store) -> None:
    store.record(run("emulated", sent("A", at=SENT)), ONE)
    assert (g8(store).verdict, g8(store).actual) == ("no_evidence", "no evidence")


def test_a_submission_without_total_is_no_evidence_and_named(store: Store) -> None:
    send(store)
    send(store, name="s")
    note(store, 2)
    found = g8(store)
    assert (found.verdict, found.details) == ("no_evidence", ("FIN-01: 1 without control total, e.g. s/1",))
    assert found.actual == "1 of 2 submissions agree, 0 differ, 1 without control total"


def test_an_open_difference_fails_and_is_named_even_where_others_have_no_total(store: Store) -> None:
    send(store)
    send(store, name="s")
    note(store, 3)
    found = g8(store)
    assert found.verdict == "failed"
    assert found.details[0] == "FIN-01 r/1: 3 units in Fusion; 2 units accepted"


def test_a_total_that_comes_after_the_moment_is_not_there_yet(store: Store) -> None:
    send(store)
    note(store, 2, at=NOON)
    assert [g8(store, NOON - timedelta(seconds=late)).verdict for late in (0, 1)] == ["met", "no_evidence"]


@pytest.mark.parametrize(("units", "verdict"), [(None, "no_evidence"), (2, "met"), (1, "failed")])
def test_an_outbound_submission_is_asked_only_where_somebody_counted(
    store: Store, units: int | None, verdict: str
) -> None:
    send(store)
    if units is not None:
        note(store, units)
    found = g8(store, register=profile(interface("FIN-01", stage="S1")))
    assert (found.verdict, found.actual == "no evidence") == (verdict, units is None)


def test_submissions_of_this_week_and_those_that_an_outage_ended_are_not_asked(store: Store) -> None:
    store.record(run("new", sent("A", at=NOON, **POD)), ONE)
    send(store)
    with store.writing() as connection:
        connection.execute(update(SubmissionRow).where(SubmissionRow.id == "r/1").values(outage="pod down"))
    assert (g8(store, NOON + timedelta(hours=3)).actual, rows(store)) == ("no evidence", 0)


# --- stage S4 in the rate


def test_units_of_a_submission_that_agrees_reach_s4(store: Store) -> None:
    send(store)
    note(store, 2, at=ANSWERED + timedelta(hours=1))
    assert rate(store) == Rate(3, 2)


def test_a_difference_counts_against_every_unit(store: Store) -> None:
    send(store)
    note(store, 1, at=ANSWERED + timedelta(hours=1))
    assert rate(store) == Rate(3, 0)


def test_without_a_total_within_the_time_limit_no_unit_is_accepted(store: Store) -> None:
    send(store)
    assert rate(store) == Rate(3, 0)
    note(store, 2, at=SENT + timedelta(hours=24, seconds=1))
    assert rate(store) == Rate(3, 0)


def test_a_total_at_the_end_of_the_time_limit_is_in_time(store: Store) -> None:
    send(store)
    note(store, 2, at=SENT + timedelta(hours=24))
    assert rate(store) == Rate(3, 2)


def test_a_correction_after_the_time_limit_clears_the_gate_and_not_the_rate(store: Store) -> None:
    send(store)
    note(store, 1, at=ANSWERED)
    note(store, 2, at=NOON)
    assert (g8(store, register=S4).verdict, rate(store)) == ("met", Rate(3, 0))


def test_a_difference_after_the_time_limit_fails_the_gate_and_not_the_rate(store: Store) -> None:
    send(store)
    note(store, 2, at=ANSWERED)
    note(store, 1, at=NOON)
    assert (g8(store, register=S4).verdict, rate(store)) == ("failed", Rate(3, 2))


def test_an_attempt_ends_with_its_total(store: Store) -> None:
    monday = datetime.fromisoformat("2026-11-23T00:00:00-05:00")
    late = sent("AR", at=monday - timedelta(hours=3), ended=monday - timedelta(hours=2), **POD)
    store.record(run("late", late), S4)
    note(store, 1, at=monday, submission="late/1")
    assert rate(store, monday + timedelta(hours=1)) == Rate(1, 0)  # the refused one; the other ended this week


def test_an_attempt_that_waits_for_its_total_has_not_ended(store: Store) -> None:
    monday = datetime.fromisoformat("2026-11-23T00:00:00-05:00")
    one = sent("AR", at=monday - timedelta(hours=3), ended=monday - timedelta(hours=2), **POD)
    store.record(run("late", one), S4)
    note(store, 1, at=monday - timedelta(hours=1), submission="late/1")
    assert rate(store, monday + timedelta(hours=1)) == Rate(2, 1)
    store.record(run("open", replace(one, unit_hashes=(b"1" * 16, b"2" * 16))), S4)
    assert rate(store, monday + timedelta(hours=1)) == Rate(3, 1)  # the refused one has ended


def test_an_interface_that_stops_at_s3_needs_no_total_for_its_rate(store: Store) -> None:
    send(store)
    assert rate(store, register=ONE) == Rate(3, 2)
