"""Samples of a week: the first findings of each rule, of what had been recorded when the week was told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from people import district
from raid_runs import NOON, failing, run

from raid_log import SAMPLE_COLUMNS, Store, Week, close_weeks, tell_week, week_samples
from raid_log.samples import SHOWN

W48 = Week(2026, 48)
MONDAY = datetime(2026, 11, 30, 8, tzinfo=UTC)


def samples(store: Store) -> dict[tuple[str, str], list[tuple[object, ...]]]:
    return dict(week_samples(store, tell_week(store, district(), W48, as_of=MONDAY)))


def test_findings_are_given_by_interface_and_rule_in_the_order_of_recording(store: Store) -> None:
    store.record(run("r1", failing(3, 2, at=NOON, value="first")), district())
    store.record(run("r2", failing(1, 1, at=NOON - timedelta(hours=1), value="second", prefix="x")), district())
    store.record(run("r3", failing(1, 1, at=NOON, interface="FIN-02", prefix="y")), district())
    found = samples(store)
    assert list(found) == [("FIN-01", "GL-100"), ("FIN-02", "GL-100")]
    assert [row[SAMPLE_COLUMNS.index("value")] for row in found["FIN-01", "GL-100"]] == ["first", "first", "second"]


def test_no_more_are_given_than_a_report_shows(store: Store) -> None:
    store.record(run("r1", failing(SHOWN + 5, SHOWN + 5, at=NOON)), district())
    assert len(samples(store)["FIN-01", "GL-100"]) == SHOWN


def test_what_lies_outside_of_the_week_or_is_recorded_after_it_was_closed_is_left_out(store: Store) -> None:
    store.record(run("r0", failing(1, at=NOON - timedelta(weeks=1), value="before")), district())
    store.record(run("r1", failing(1, at=NOON, prefix="x", value="in it")), district())
    close_weeks(store, district(), W48, at=MONDAY)
    store.record(run("r2", failing(1, at=NOON, prefix="y", value="late")), district())
    assert [row[SAMPLE_COLUMNS.index("value")] for row in samples(store)["FIN-01", "GL-100"]] == ["in it"]
