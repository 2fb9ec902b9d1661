"""The figures of a window: rates by evidence class that are never added up, and the life of defects in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from exercises import DEFECT, exercised
from exercises import day as later
from people import actor, district
from raid_runs import NOON, answer, failing, interface, profile, result, rule, run, sent, submission
from raid_runs import told as said

from contracts.profiles import Profile
from contracts.results import Delivered, Submission
from raid_log import (
    Rate,
    Store,
    StoreError,
    Waiver,
    Week,
    Window,
    approve_waiver,
    ask_for_waiver,
    assign,
    fix,
    item,
    note_total,
    reject,
    reopen,
    triage,
    verify,
)
from raid_log.weekly import ClassFigures, WindowFigures, window_figures

POD = {"evidence_class": "acceptance", "environment": "pod-1"}
HOUR = timedelta(hours=1)
NEW_YORK = ZoneInfo("America/New_York")
SUNDAY = datetime(2026, 11, 29, 12, tzinfo=NEW_YORK)
MONDAY = datetime(2026, 11, 30, tzinfo=NEW_YORK)  # the first moment of 2026-W49
INSTANT = timedelta(microseconds=1)


def week(number: int, year: int = 2026) -> Window:
    return Week(year, number).window(NEW_YORK)


def told(
    store: Store, as_of: datetime = SUNDAY, window: Window | None = None, cycle: str | None = None,
    register: Profile | None = None,
) -> WindowFigures:  # fmt: skip
    return window_figures(store, register or profile(), as_of=as_of, window=window, cycle=cycle)


def real(store: Store, as_of: datetime = SUNDAY, window: Window | None = None, **more: object) -> ClassFigures:
    return told(store, as_of, window, **more).classes["acceptance"]


def send(
    store: Store, outcomes: str, name: str = "u", *, at: datetime = NOON, took: timedelta = HOUR, **where: object
) -> str:
    """Record a submission of one unit per letter, called by its prefix and moment; return its id."""
    id_ = f"{name} {at} {where.get('interface', '')} {where.get('cycle', '')} {where.get('environment', '')}"
    one = sent(outcomes, at=at, ended=at + took, prefix=name, **{**POD, **where})
    store.record(run(id_, one), profile())
    return f"{id_}/1"


def answered(store: Store, sent_: str, outcomes: str, at: datetime) -> None:
    """Book what became known later of a submission."""
    store.record_outcome(sent_, said(outcomes, ended=at), profile(), at=at, source="poll")


def record(store: Store, *submissions: Submission, finished: datetime | None = None) -> None:
    moments = " ".join(f"{one.interface} {one.submitted_at}" for one in submissions)
    store.record(run(moments, *submissions, finished=finished), district())


# --- rates


def test_every_rate_of_a_week_is_what_a_hand_works_out(store: Store) -> None:
    send(store, "AAAR", "a")
    send(store, "AA", "b", at=NOON + HOUR)
    send(store, "RR", "c", interface="FIN-02")
    send(store, "AR", "c", interface="FIN-02", at=NOON + 2 * HOUR)  # second attempts: one is taken now
    shown = real(store)
    assert (shown.first_pass.rate, shown.first_pass.rate.text, shown.first_pass.text) == (
        Rate(8, 5),
        "62.50 %",
        "NOT MET",
    )
    assert (shown.first_pass.submissions, shown.first_pass.rejects) == (3, 3)
    assert shown.final == Rate(8, 6)
    assert shown.records == Rate(16, 10)
    assert shown.clean == Rate(3, 1)
    assert {name: one.rate for name, one in shown.interfaces.items()} == {"FIN-01": Rate(6, 5), "FIN-02": Rate(2, 0)}
    assert (shown.at_target, shown.worst, shown.excluded, shown.late) == (0, "FIN-02", 0, 0)
    assert (shown.evidence_class, shown.name) == ("acceptance", "acceptance rate")


def test_a_week_without_a_delivery_has_no_evidence_and_never_100_per_cent(store: Store) -> None:
    found = told(store)
    assert list(found.classes) == ["acceptance", "simulated", "conformance"]
    for one in found.classes.values():
        texts = (one.first_pass.rate.text, one.first_pass.text, one.first_pass.bound_text, one.final.text)
        assert {*texts, one.amount.text, one.records.text, one.clean.text, one.density} == {"no evidence"}
        assert (one.worst, one.at_target, dict(one.interfaces)) == ("", 0, {})
    assert (found.defects.escape_text, found.defects.reopen_text) == ("no evidence", "no evidence")
    assert (found.defects.median_age, found.defects.oldest) == (None, None)
    assert all(one.holds for one in found.defects.flow.values())


def test_classes_stand_apart(store: Store) -> None:
    send(store, "AR", "a")
    send(store, "AAA", "a", evidence_class="simulated", environment="emulator", at=NOON + HOUR)
    record(store, submission(["x"], [False], at=NOON + 2 * HOUR))
    found = told(store).classes
    assert [one.first_pass.rate for one in found.values()] == [Rate(2, 1), Rate(3, 3), Rate(4, 3)]
    assert [one.clean for one in found.values()] == [Rate(1, 0), Rate(1, 1), Rate(3, 2)]


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"cycle": "SIT2"},
        {"environment": "pod-2"},
        {"evidence_class": "simulated", "environment": "emulator"},
        {"interface": "FIN-02"},
    ],
)
def test_what_is_taken_in_another_scope_mends_nothing(store: Store, elsewhere: dict[str, str]) -> None:
    send(store, "R")
    send(store, "A", at=NOON + HOUR, **elsewhere)
    assert real(store).final == real(store).first_pass.rate


def test_a_unit_that_is_taken_twice_afterwards_counts_once(store: Store) -> None:
    send(store, "R")
    for hours in (2, 4):
        send(store, "A", at=NOON + hours * HOUR)
    assert (real(store).first_pass.rate, real(store).final) == (Rate(1, 0), Rate(1, 1))


def test_a_second_unit_of_the_same_key_in_one_payload_is_a_second_attempt(store: Store) -> None:
    checked = result([True, True])
    rows = said("RA")
    store.record(run("r1", submission(["a", "a"], checked=checked, delivered=rows, **POD)), profile())
    assert (real(store).first_pass.rate, real(store).final) == (Rate(1, 0), Rate(1, 1))


def test_the_final_rate_takes_what_was_accepted_by_the_end_of_the_window_and_no_later(store: Store) -> None:
    send(store, "RR")
    send(store, "A", "u", at=MONDAY - HOUR, took=HOUR - INSTANT)  # u0 in the last instant of the week
    assert real(store, MONDAY, week(48)).final == Rate(2, 1)
    assert real(store, MONDAY - 2 * INSTANT).final == Rate(2, 0)
    record(store, submission(["u1"], at=MONDAY - HOUR, delivered=taken(MONDAY), **POD))
    assert real(store, MONDAY + HOUR, week(48)).final == Rate(2, 1)
    assert real(store, MONDAY + HOUR).final == Rate()  # in the next week no first attempt ended


def taken(ended: datetime) -> Delivered:
    return said("A", ended=ended)


def test_an_answer_after_the_time_limit_is_late_and_enters_the_final_rate_alone(store: Store) -> None:
    answered(store, send(store, "P"), "A", NOON + timedelta(hours=25))
    shown = real(store)
    assert (shown.first_pass.rate, shown.final, shown.late) == (Rate(1, 0), Rate(1, 1), 1)
    assert real(store, NOON + timedelta(hours=24)).final == Rate(1, 0)
    assert real(store, NOON + timedelta(hours=24) - INSTANT).final == Rate()


def test_a_unit_taken_again_while_its_late_answer_comes_after_the_window_was_accepted_in_the_window(
    store: Store,
) -> None:
    answered(store, send(store, "P"), "A", later(8))
    send(store, "A", at=NOON + timedelta(hours=30))
    shown = real(store, later(20), week(48))
    assert (shown.first_pass.rate, shown.final, shown.late) == (Rate(1, 0), Rate(1, 1), 0)


def test_a_unit_that_is_late_and_taken_again_counts_once(store: Store) -> None:
    answered(store, send(store, "P"), "A", NOON + timedelta(hours=30))
    send(store, "A", at=NOON + timedelta(hours=26))
    assert (real(store).final, real(store).late) == (Rate(1, 1), 1)


def test_the_final_rate_has_no_unit_whose_first_attempt_is_still_going_on(store: Store) -> None:
    send(store, "RP")
    record(store, submission(["u1"], at=NOON + HOUR, delivered=taken(NOON + 2 * HOUR), **POD))
    assert real(store, NOON + 3 * HOUR).final == Rate(1, 0)
    assert real(store, NOON + 24 * HOUR).final == Rate(2, 1)


def test_excluded_units_are_in_no_rate_and_are_counted(store: Store) -> None:
    one = sent("RRA", [answer(0, counts=False), answer(1)], **POD)
    store.record(run("r1", one), profile())
    send(store, "AA", at=NOON + 3 * HOUR)  # the excluded one and the refused one
    shown = real(store)
    assert (shown.first_pass.rate, shown.final, shown.excluded) == (Rate(2, 1), Rate(2, 2), 1)
    assert (shown.records, shown.clean) == (Rate(4, 2), Rate(1, 0))


def test_a_submission_of_excluded_units_alone_is_not_clean_and_not_unclean(store: Store) -> None:
    store.record(run("r1", sent("R", [answer(0, counts=False)], **POD)), profile())
    assert (real(store).clean, real(store).excluded) == (Rate(), 1)


def test_the_conformance_rate_leaves_out_where_a_payload_was_sent(store: Store) -> None:
    record(store, submission(["a", "b"], [False, False]))
    send(store, "R", "x", at=NOON + HOUR)  # conforms, whatever Fusion says
    repaired = submission(["a"], at=NOON + 2 * HOUR, delivered=taken(NOON + 3 * HOUR), **POD)
    store.record(run("r3", repaired), profile())
    checks = told(store).classes["conformance"]
    assert (checks.first_pass.rate, checks.final) == (Rate(3, 1), Rate(3, 2))
    assert real(store).first_pass.rate == Rate(2, 1)  # held back at first: its delivery is a first attempt


def test_a_repaired_check_of_another_cycle_or_week_mends_nothing(store: Store) -> None:
    record(store, submission(["a"], [False]))
    record(store, submission(["a"], at=NOON + HOUR, cycle="SIT2"))
    record(store, submission(["a"], at=MONDAY))
    assert told(store, MONDAY + HOUR, week(48)).classes["conformance"].final == Rate(2, 1)  # that of SIT2 by itself


MONEY = [Decimal("100.00"), Decimal("-50.00"), None, Decimal("0.01")]


def test_a_refused_credit_counts_like_an_invoice_in_the_amount_rate(store: Store) -> None:
    send(store, "ARAR", amounts=MONEY)
    amount = real(store).amount
    assert (amount.submitted, amount.accepted, amount.text) == (Decimal("150.01"), Decimal("100.00"), "66.66 %")
    assert told(store).classes["conformance"].amount.text == "100.00 %"
    assert told(store).classes["simulated"].amount.text == "no evidence"


def test_amounts_are_added_to_the_last_place_and_the_rate_is_never_rounded_up(store: Store) -> None:
    large = Decimal("1234567890123456789012345678.01")
    send(store, "AAR", amounts=[large, large, Decimal("0.01")])
    amount = real(store).amount
    assert amount.submitted == Decimal("2469135780246913578024691356.03")
    assert (amount.submitted - amount.accepted, amount.text) == (Decimal("0.01"), "99.99 %")


S4 = profile(interface("FIN-01", stage="S4"))


def total(store: Store, submission_: str, units: int, at: datetime) -> None:
    note_total(store, actor("rita", at), submission_, units=units, evidence="BIP report 7")


def test_where_s4_is_required_a_total_that_agrees_in_time_accepts(store: Store) -> None:
    sent_ = send(store, "AAR")
    assert real(store, NOON + 2 * HOUR, register=S4).first_pass.rate == Rate(1, 0)  # the refused one alone has ended
    total(store, sent_, 2, NOON + 3 * HOUR)
    shown = real(store, register=S4)
    assert (shown.first_pass.rate, shown.final, shown.late) == (Rate(3, 2), Rate(3, 2), 0)


def test_where_s4_is_required_a_total_after_the_limit_enters_the_final_rate_alone(store: Store) -> None:
    sent_ = send(store, "AA")
    assert real(store, register=S4).final == Rate(2, 0)
    total(store, sent_, 1, NOON + 26 * HOUR)
    assert real(store, register=S4).final == Rate(2, 0)
    total(store, sent_, 2, NOON + 30 * HOUR)
    shown = real(store, register=S4)
    assert (shown.first_pass.rate, shown.final, shown.late) == (Rate(2, 0), Rate(2, 2), 2)
    assert real(store, NOON + 29 * HOUR, register=S4).final == Rate(2, 0)


def test_where_s4_is_required_a_second_attempt_counts_once_it_is_reconciled(store: Store) -> None:
    send(store, "R")
    again = send(store, "A", at=NOON + 2 * HOUR)
    assert real(store, register=S4).final == Rate(1, 0)
    total(store, again, 1, NOON + 30 * HOUR)
    assert real(store, register=S4).final == Rate(1, 1)


def test_a_submission_is_clean_or_not_in_the_week_in_which_its_last_unit_ended(store: Store) -> None:
    answered(store, send(store, "AP", at=MONDAY - 3 * HOUR), "AR", MONDAY)
    before, after = (real(store, later(20), week(number)) for number in (48, 49))
    assert (before.first_pass.rate, before.clean) == (Rate(1, 1), Rate())
    assert (after.first_pass.rate, after.clean) == (Rate(1, 0), Rate(1, 0))


# --- windows

_TURNS = [  # week, its first moment, the first after it
    (48, 2026, datetime(2026, 11, 23, 5, tzinfo=UTC), datetime(2026, 11, 30, 5, tzinfo=UTC)),
    (53, 2026, datetime(2026, 12, 28, 5, tzinfo=UTC), datetime(2027, 1, 4, 5, tzinfo=UTC)),
    (44, 2026, datetime(2026, 10, 26, 4, tzinfo=UTC), datetime(2026, 11, 2, 5, tzinfo=UTC)),  # 169 hours
    (10, 2027, datetime(2027, 3, 8, 5, tzinfo=UTC), datetime(2027, 3, 15, 4, tzinfo=UTC)),  # 167 hours
]


@pytest.mark.parametrize(("number", "year", "first", "after"), _TURNS)
def test_a_week_begins_at_monday_midnight_and_ends_an_instant_before_the_next(
    store: Store, number: int, year: int, first: datetime, after: datetime
) -> None:
    edges = (first - INSTANT, first, after - INSTANT, after)
    for at in edges:
        record(store, failing(prefix=str(at), at=at, interface="FIN-01" if at in edges[1:3] else "FIN-02"))
        send(store, "A", f"end {at}", at=at - HOUR)  # its attempt ends at the edge
    window = week(number, year)
    found = told(store, after + HOUR, window)
    checks, pod = found.classes["conformance"], found.classes["acceptance"]
    assert checks.interfaces["FIN-01"].rate == Rate(
        2 + 2, 2
    )  # both inner edges, and both inner checks of what was sent
    assert "FIN-02" not in checks.interfaces
    assert pod.first_pass.rate == Rate(2, 2)
    assert found.defects.flow["all"].counts == {"opened": 1}  # FIN-01; that of FIN-02 is older
    assert not found.window_open
    assert told(store, after - INSTANT, window).window_open


def test_a_window_that_has_not_begun_is_refused(store: Store) -> None:
    with pytest.raises(StoreError, match=r"2026-W49 .* has not begun"):
        told(store, MONDAY - INSTANT, week(49))
    assert told(store, MONDAY, week(49)).window_open


def test_a_cycle_has_the_figures_of_its_whole_time_or_of_a_week(store: Store) -> None:
    send(store, "AR", cycle="SIT2")
    send(store, "A", at=NOON + HOUR)
    send(store, "AAA", "v", cycle="SIT2", at=MONDAY)
    assert real(store, later(20), cycle="SIT2").first_pass.rate == Rate(5, 4)
    assert real(store, later(20), week(48), cycle="SIT2").first_pass.rate == Rate(2, 1)
    assert real(store, later(20), week(48)).first_pass.rate == Rate(3, 2)
    assert real(store, later(20), week(48), cycle="").first_pass.rate == Rate(1, 1)
    assert told(store, later(20), cycle="SIT2").window.label == "cycle SIT2"


@pytest.mark.parametrize("window", [None, week(48)])
def test_an_unknown_cycle_is_refused_rather_than_without_evidence(store: Store, window: Window | None) -> None:
    send(store, "A", cycle="SIT2")
    with pytest.raises(StoreError, match="no submission of cycle 'SIT3'"):
        told(store, SUNDAY, window, cycle="SIT3")


def test_what_comes_after_the_moment_asked_about_changes_no_figure(store: Store) -> None:
    send(store, "AR")
    record(store, exercised("failed", at=NOON + HOUR))
    before = told(store, NOON + 3 * HOUR)
    send(store, "A", "u", at=NOON + 4 * HOUR)
    triage(store, actor("tess", NOON + 4 * HOUR), "RAID-0001", severity="critical")
    record(store, exercised("failed", at=NOON + 5 * HOUR, interface="FIN-02"))
    assert told(store, NOON + 3 * HOUR) == before


# --- defects


def exercise(store: Store, verdicts: Sequence[str], *, start: float = 0.0, **where: object) -> None:
    for number, verdict in enumerate(verdicts):
        record(store, exercised(verdict, at=later(start + number), **where))


def test_the_reopen_rate_has_defects_verified_in_thirty_days_that_a_run_found_again(store: Store) -> None:
    exercise(store, ["failed", "passed", "passed", "failed"])
    exercise(store, ["failed", "passed", "passed"], start=0.1, interface="FIN-02")
    verified_at = later(2)
    assert told(store, verified_at).defects.reopened == Rate(1, 0)
    assert told(store, later(3)).defects.reopened == Rate(2, 1)
    assert told(store, later(3)).defects.reopen_text == "50.00 %"
    assert told(store, later(32.05)).defects.reopened == Rate(1, 0)  # the verification of FIN-01 has left the window
    assert told(store, later(33)).defects.reopen_text == "no evidence"


def test_a_defect_that_a_person_reopens_is_not_one_that_failed_again(store: Store) -> None:
    exercise(store, ["failed", "passed", "passed"])
    (opened,) = {event.run for event in item(store, DEFECT).history if event.kind == "opened"}
    reopen(store, actor("tess", later(2.5)), DEFECT, reason="seen by hand", run=opened)
    found = told(store, later(3)).defects
    assert found.reopened == Rate(1, 0)
    assert found.flow["all"].counts == {"opened": 1, "verified": 1, "reopened": 1}


def test_a_pod_that_recovers_and_fails_again_is_no_reopened_defect(store: Store) -> None:
    for number, trouble in enumerate(["no connection", "", "", "HTTP 503"]):
        at = later(number / 10)
        one = submission([f"p{number}"], at=at) if trouble else sent("A", prefix=f"p{number}", at=at, **POD)
        record(store, replace(one, outage="pod-1", trouble=trouble) if trouble else one, finished=at + HOUR)
    assert [event.kind for event in item(store, DEFECT).history] == ["opened", "passed", "failed_again"]
    found = told(store)
    assert (found.defects.reopened, found.defects.valid, found.defects.environments) == (Rate(), 0, (DEFECT,))
    assert not any(found.defects.flow["all"].counts.values())
    assert found.availability == {"pod-1": Rate(4, 2)}


def test_availability_is_told_by_environment(store: Store) -> None:
    send(store, "A", "a")
    send(store, "R", "b", environment="pod-2", at=NOON + HOUR)
    record(store, replace(submission(["c"], at=NOON + HOUR), outage="pod-2"), finished=NOON + 2 * HOUR)
    record(store, submission(["d"], at=NOON + 2 * HOUR))
    assert told(store).availability == {"pod-1": Rate(1, 1), "pod-2": Rate(2, 1)}
    assert told(store, MONDAY + HOUR).availability == {}


def test_open_defects_stand_under_their_strongest_class_and_are_counted_once(store: Store) -> None:
    record(store, failing())
    record(store, failing(at=NOON + HOUR, **POD))
    record(store, failing(at=NOON + 2 * HOUR, interface="FIN-02", severity="critical"))
    found = told(store).defects
    assert {name: (one.count, dict(one.by_class)) for name, one in found.open.items() if one.count} == {
        "critical": (1, {"conformance": 1}),
        "significant": (1, {"acceptance": 1}),
    }


def test_density_is_valid_defects_per_10_000_first_attempts_and_100_rules(store: Store) -> None:
    rules = [rule(f"GL-{number}", status="passed", units=0, findings=0) for number in range(2)]
    checked = result([False, True, True], rules=[*rules, rule()])
    one = submission(["a", "b", "c"], checked=checked, delivered=said("RAA", [answer(0, code="XX1")]), **POD)
    store.record(run("r1", one), profile())
    found = told(store)
    assert {name: (each.defects, each.density) for name, each in found.classes.items()} == {
        "acceptance": (2, "6666.6"),  # the broken rule, and the refusal with a code of no rule
        "simulated": (0, "no evidence"),
        "conformance": (1, "3333.3"),  # what its check found
    }
    assert (found.defects.valid, found.defects.per_100_rules) == (2, {"FIN-01": "66.6"})


def test_a_defect_that_was_rejected_is_not_valid(store: Store) -> None:
    record(store, failing())
    assert told(store).defects.valid == 1
    reject(store, actor("tess", NOON + HOUR), DEFECT, reason="as designed", second="anna")
    found = told(store)
    assert (found.defects.valid, found.classes["conformance"].defects, found.defects.escape_text) == (
        0,
        0,
        "no evidence",
    )
    assert told(store, NOON + HOUR - INSTANT).defects.valid == 1


def escaping(store: Store, name: str, reply: dict[str, object], *rules: object, **more: object) -> None:
    one = sent("R", [reply], rules=rules, prefix=name, **{**POD, **more})
    store.record(run(name, one), district())


def test_an_escape_is_a_refusal_that_the_contract_passed_told_by_reason(store: Store) -> None:
    ran, idle = (rule(f"GL-{status}", status=status, units=0, findings=0) for status in ("passed", "not_applied"))
    escaping(store, "a", answer(0, code="XX1"))
    escaping(store, "b", answer(0, rule="GL-passed"), ran)
    escaping(store, "c", answer(0, rule="GL-not_applied"), idle)
    escaping(store, "d", answer(0, code="XX2"))
    triage(store, actor("tess"), "RAID-0004", root_cause="source data")
    escaping(store, "e", answer(0, rule="GL-100"), rule(), predictions=[(0, "GL-100")])  # predicted: no escape
    found = told(store).defects
    assert dict(found.escaped) == {"rule missing": 1, "rule wrong": 1, "not run": 1, "data not representative": 1}
    assert (found.valid, found.escape_text) == (5, "80.00 %")


def test_ages_are_calendar_days_since_a_defect_was_first_seen_and_reopening_starts_none_anew(store: Store) -> None:
    exercise(store, ["failed", "passed", "passed", "failed"])
    record(store, exercised("failed", at=later(3), interface="FIN-02"))
    found = told(store, later(8)).defects
    assert item(store, DEFECT).status == "reopened"
    assert found.ages == {"0-7": 1, "8-14": 1, "15-30": 0, ">30": 0}
    assert (found.median_age, found.oldest) == (6.5, (DEFECT, 8))
    for days, band in ((7, "0-7"), (14, "8-14"), (15, "15-30"), (30, "15-30"), (31, ">30")):
        assert told(store, later(days)).defects.ages[band] >= 1
        assert told(store, later(days)).defects.oldest == (DEFECT, days)


def test_a_day_ends_at_midnight_where_the_programme_is(store: Store) -> None:
    evening = datetime(2026, 11, 24, 23, 30, tzinfo=NEW_YORK)
    record(store, exercised("failed", at=evening))
    assert told(store, evening + timedelta(minutes=29)).defects.oldest == (DEFECT, 0)
    assert told(store, evening + timedelta(minutes=30)).defects.oldest == (DEFECT, 1)


def test_an_open_defect_is_overdue_when_its_day_is_over(store: Store) -> None:
    record(store, exercised("failed"))
    assign(store, actor("tess"), DEFECT, "olga", due="2026-11-25")
    midnight = datetime(2026, 11, 26, tzinfo=NEW_YORK)
    assert told(store, midnight - INSTANT).defects.overdue == ()
    assert told(store, midnight).defects.overdue == (DEFECT,)
    waive(store, midnight)
    found = told(store, midnight).defects
    assert (found.overdue, found.waived) == ((), (DEFECT,))


def waive(store: Store, at: datetime, id_: str = DEFECT, until: str = "2026-12-02") -> None:
    ask_for_waiver(store, actor("olga", at), id_, Waiver("in January", "by hand", "daily look", until))
    approve_waiver(store, actor("stan", at), id_)


def test_a_waiver_changes_no_rate_and_its_end_needs_no_writer(store: Store) -> None:
    record(store, failing())
    before = told(store).classes
    waive(store, NOON + HOUR)
    assert told(store).classes == before
    assert told(store, MONDAY).defects.waived == (DEFECT,)
    ended = datetime(2026, 12, 3, tzinfo=NEW_YORK)
    found = told(store, ended).defects
    assert (found.waived, found.open["significant"].ids, found.flow["all"].counts) == (
        (),
        (DEFECT,),
        {"waiver_ended": 1},
    )
    assert told(store, ended - INSTANT).defects.waived == (DEFECT,)


def test_a_closed_week_shows_the_log_as_it_stood_on_its_sunday(store: Store) -> None:
    record(store, exercised("failed"))
    fix(store, actor("tess", MONDAY), DEFECT, reference="CHG-7", fixed_in="26C")
    record(store, exercised("passed", at=MONDAY + HOUR))
    verify(store, actor("tom", MONDAY + 2 * HOUR), DEFECT, run=f"FIN-01 {MONDAY + HOUR}")
    assert told(store, later(20), week(48)).defects.open["significant"].count == 1
    assert told(store, later(20), week(49)).defects.open["significant"].count == 0


def story(store: Store) -> WindowFigures:
    """A week of everything, and its figures."""
    send(store, "AAR", amounts=MONEY[:3])
    send(store, "RRA", at=NOON + 2 * HOUR, amounts=MONEY[:3])
    answered(store, send(store, "PA", "p", cycle="SIT2", interface="FIN-02"), "AA", NOON + timedelta(hours=30))
    exercise(store, ["failed", "passed", "passed", "failed"], start=0.2)
    escaping(store, "e", answer(0, rule="GL-100"), rule(status="passed", units=0, findings=0))
    record(store, replace(submission(["o"], at=later(1)), outage="pod-1", trouble="no connection"), finished=later(1.5))
    waive(store, later(2), "RAID-0001", until="2026-11-27")
    return told(store, later(4))


@pytest.mark.slow
def test_postgresql_gives_the_same_figures(store: Store, postgres: Store) -> None:
    assert story(postgres) == story(store)


def test_a_week_of_everything_holds(store: Store) -> None:
    found = story(store)
    assert all(one.holds for one in found.defects.flow.values())
    assert found.defects.flow["all"].counts["waiver_ended"] == 1
    assert [(one.first_pass.rate, one.final) for one in found.classes.values()] == [
        (Rate(6, 3), Rate(6, 5)),  # u0 u1 p1 and the later u2, p0; what escaped stays refused
        (Rate(), Rate()),
        (Rate(11, 9), Rate(11, 9)),
    ]
