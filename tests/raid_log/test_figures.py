"""Figures: first attempts only, whole numbers, never rounded up, no data is no evidence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from raid_runs import NOON, failing, interface, profile, result, run, settle, submission

from contracts.profiles import load_profile
from raid_log import Rate, Store, Week, figures, rate_text, readiness_window, run_figures, week_to_date
from raid_log.rates import target_of

LATER = NOON + timedelta(hours=30)
POD = {"evidence_class": "acceptance", "environment": "pod-1"}


@pytest.mark.parametrize(
    ("accepted", "submitted", "text"),
    [
        (994_996, 1_000_000, "99.49 %"),
        (995, 1_000, "99.50 %"),
        (999_999, 1_000_000, "99.99 %"),
        (1, 1, "100.00 %"),
        (0, 3, "0.00 %"),
        (5, 10_000, "0.05 %"),
        (0, 0, "no evidence"),
    ],
)
def test_a_rate_is_cut_off_and_never_rounded_up(accepted: int, submitted: int, text: str) -> None:
    assert rate_text(accepted, submitted) == text


@given(st.integers(1, 10**7), st.data())
def test_the_target_is_met_exactly_where_the_integers_say_so(submitted: int, data: st.DataObject) -> None:
    accepted = data.draw(st.integers(0, submitted))
    assert Rate(submitted, accepted).meets(Decimal("99.5")) == (1000 * accepted >= 995 * submitted)
    assert (rate_text(accepted, submitted) == "100.00 %") == (accepted == submitted)


def test_no_evidence_meets_no_target() -> None:
    assert not Rate().meets(Decimal(0))


def test_the_target_is_the_goal_of_the_profile() -> None:
    assert target_of(profile()) == Decimal("99.5")
    assert target_of(profile(target=99.9)) == Decimal("99.9")


def test_a_second_attempt_changes_no_figure(store: Store) -> None:
    store.record(run("r1", submission(["a", "b"], [True, False])), profile())
    before = figures(store, profile(), as_of=LATER)
    store.record(run("r2", submission(["a", "b"], at=NOON + timedelta(hours=1))), profile())
    after = figures(store, profile(), as_of=LATER)
    assert before.rates == after.rates
    assert after.rates["conformance"].pooled == Rate(2, 1)
    assert after.window_open


def test_classes_stand_beside_each_other_and_are_never_added_up(store: Store) -> None:
    store.record(run("r1", submission(["a", "b"], [True, False])), profile())
    shown = figures(store, profile(), as_of=LATER).rates
    assert [one.name for one in shown.values()] == ["acceptance rate", "simulated acceptance rate", "conformance rate"]
    assert shown["acceptance"].pooled.text == shown["simulated"].pooled.text == "no evidence"
    assert shown["conformance"].pooled.text == "50.00 %"


def test_rates_are_given_per_interface(store: Store) -> None:
    store.record(run("r1", submission(["a"]), submission(["a", "b"], [True, False], interface="FIN-02")), profile())
    rate = figures(store, profile(), as_of=LATER).rates["conformance"]
    assert dict(rate.interfaces) == {"FIN-01": Rate(1, 1), "FIN-02": Rate(2, 1)}
    assert (rate.pooled, rate.submissions, rate.dates) == (Rate(3, 2), 2, 1)


@pytest.mark.parametrize("status", ["draft", "deprecated", "retired"])
def test_a_contract_that_is_not_active_enters_no_rate(store: Store, status: str) -> None:
    store.record(run("r1", submission(checked=result([True], status=status))), profile())
    assert figures(store, profile(), as_of=LATER).rates["conformance"].pooled == Rate()


@pytest.mark.parametrize("marks", [{"negative": True}, {"evidence_class": "generated"}])
def test_negative_and_generated_payloads_enter_no_rate(store: Store, marks: dict[str, object]) -> None:
    store.record(run("r1", submission(**marks)), profile())
    assert all(one.pooled == Rate() for one in figures(store, profile(), as_of=LATER).rates.values())


def test_the_window_excludes_its_end_and_what_comes_after_as_of(store: Store) -> None:
    store.record(run("r1", submission(["a"]), submission(["b"], at=NOON + timedelta(hours=1))), profile())

    def seen(**bounds: datetime) -> int:
        return figures(store, profile(), **{"as_of": LATER, **bounds}).rates["conformance"].pooled.submitted

    assert seen() == 2
    assert seen(as_of=NOON) == 1
    assert seen(since=NOON, until=NOON + timedelta(hours=1)) == 1
    assert seen(since=NOON + timedelta(seconds=1)) == 1
    assert seen(as_of=NOON + timedelta(days=7)) == 0  # the next week to date


def test_a_unit_that_was_sent_ends_with_its_answer_at_the_required_stage(store: Store) -> None:
    store.record(run("r1", submission(["a"], **POD)), profile())
    settle(store, stage="S2")
    assert figures(store, profile(), as_of=LATER).rates["acceptance"].pooled == Rate(1, 0)
    assert figures(store, profile(interface("FIN-01", stage="S2")), as_of=LATER).rates["acceptance"].pooled == Rate(
        1, 1
    )
    assert figures(store, profile(), as_of=NOON).rates["acceptance"].pooled == Rate()


def test_a_pending_unit_counts_as_not_accepted_when_its_time_limit_has_passed(store: Store) -> None:
    store.record(run("r1", submission(["a"], **POD)), profile())
    limit = NOON + timedelta(hours=24)
    assert figures(store, profile(), as_of=limit - timedelta(seconds=1)).rates["acceptance"].pooled == Rate()
    assert figures(store, profile(), as_of=limit).rates["acceptance"].pooled == Rate(1, 0)


def test_an_answer_after_the_time_limit_changes_nothing(store: Store) -> None:
    store.record(run("r1", submission(["a"], **POD)), profile())
    settle(store, after=timedelta(hours=25))
    assert figures(store, profile(), as_of=LATER).rates["acceptance"].pooled == Rate(1, 0)


def test_open_defects_count_over_all_classes_under_the_strongest(store: Store) -> None:
    store.record(run("r1", failing(), failing(interface="FIN-02", severity="critical")), profile())
    store.record(run("r2", failing(at=NOON + timedelta(hours=1), **POD)), profile())
    shown = figures(store, profile(), as_of=LATER)
    assert (shown.open_significant.count, shown.open_significant.by_class) == (1, {"acceptance": 1})
    assert (shown.open_critical.count, shown.open_critical.by_class) == (1, {"conformance": 1})
    assert shown.open_critical.ids == ("RAID-0002",)
    assert figures(store, profile(), as_of=NOON).open_significant.by_class == {"conformance": 1}


def test_the_rows_of_a_run_show_each_interface_with_its_open_defects(store: Store) -> None:
    parts = [
        failing(4, 1),
        submission(["x", "y"], negative=True),
        submission(["z"], checked=result([True], status="draft")),
        submission(["a"], interface="FIN-02"),
    ]
    one = run("r1", *parts)
    store.record(one, profile())
    first, second = run_figures(one, store, profile())
    assert (first.interface, first.name, first.submissions, first.negative, first.draft) == (
        "FIN-01",
        "Feed FIN-01",
        3,
        1,
        1,
    )
    assert (first.records, first.units, first.conforming, first.rate.text) == (10, 5, 4, "75.00 %")
    assert (first.open_critical, first.open_significant) == (0, 1)
    assert (second.rate.text, second.open_critical, second.open_significant) == ("100.00 %", 0, 0)


def test_the_week_is_named_by_iso_year_and_number() -> None:
    assert week_to_date(profile(), NOON).label == "2026-W48 (week ending Sun 29 Nov 2026)"
    eve = datetime(2027, 1, 3, 23, 59, tzinfo=ZoneInfo("America/New_York"))
    assert week_to_date(profile(), eve).label == "2026-W53 (week ending Sun 3 Jan 2027)"
    assert week_to_date(profile(), eve + timedelta(minutes=1)).label.startswith("2027-W01 ")
    assert Week(2026, 53) < Week(2027, 1)


@pytest.mark.parametrize(("day", "hours"), [(datetime(2026, 3, 4), 167), (datetime(2026, 10, 28), 169), (NOON, 168)])  # noqa: DTZ001
def test_a_week_whose_sunday_changes_the_clock_is_an_hour_shorter_or_longer(day: datetime, hours: int) -> None:
    week = week_to_date(profile(), day.replace(tzinfo=UTC, hour=17))
    assert week.end - week.start == timedelta(hours=hours)
    local = [moment.astimezone(ZoneInfo("America/New_York")) for moment in (week.start, week.end)]
    assert [(one.weekday(), one.hour) for one in local] == [(0, 0), (0, 0)]


def test_readiness_looks_back_on_four_complete_weeks() -> None:
    window = readiness_window(profile(), NOON)
    assert window.label == "2026-W44 to 2026-W47 (week ending Sun 22 Nov 2026)"
    assert window.start == datetime(2026, 10, 26, 4, tzinfo=UTC)  # summer time
    assert window.end == datetime(2026, 11, 23, 5, tzinfo=UTC) == week_to_date(profile(), NOON).start


def test_a_store_without_a_run_has_figures_without_evidence(store: Store) -> None:
    shown = figures(store, load_profile("oracle"), as_of=NOON)
    assert {one.pooled.text for one in shown.rates.values()} == {"no evidence"}
    assert shown.open_critical.count == shown.open_significant.count == 0
