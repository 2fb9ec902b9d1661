"""The flow identity: what stood open, came and went explains what stands open, whatever happened, however it is cut."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from copies import empty_store
from exercises import DEFECT, exercised
from exercises import day as later
from hypothesis import given, settings
from hypothesis import strategies as st
from people import actor, district
from raid_runs import NOON, failing, run, sent, submission
from sqlalchemy import select

from contracts.results import SEVERITIES, Submission
from raid_log import (
    TRANSITIONS,
    Store,
    StoreError,
    Waiver,
    add,
    approve_waiver,
    ask_for_waiver,
    assign,
    edit,
    fix,
    item,
    items,
    merge,
    reject,
    reopen,
    triage,
    verify,
    withdraw_waiver,
)
from raid_log.flow import ALL, Flow, flow, standing_issues
from raid_log.tables import Run

HOUR = timedelta(hours=1)
WAIVER = Waiver("in January", "by hand", "daily look", "2026-11-27")
WAIVED_UNTIL = datetime(2026, 11, 28, tzinfo=ZoneInfo("America/New_York"))
START = NOON - timedelta(days=1)


def record(store: Store, *submissions: Submission, finished: datetime | None = None) -> str:
    id_ = " ".join(f"{one.interface} {one.submitted_at} {one.outage}" for one in submissions)
    store.record(run(id_, *submissions, finished=finished), district())
    return id_


def told(store: Store, start: datetime, end: datetime) -> Mapping[str, Flow]:
    """After ``start`` up to ``end``."""
    with store.reading() as connection:
        return flow(connection, start, end, standing_issues(connection, end))


def whole(store: Store, days: float = 30) -> Flow:
    found = told(store, START, later(days))
    assert all(one.holds for one in found.values())
    return found[ALL]


def counts(store: Store, days: float = 30) -> dict[str, int]:
    return {name: number for name, number in whole(store, days).counts.items() if number}


def waive(store: Store, id_: str = DEFECT, at: datetime = NOON) -> None:
    ask_for_waiver(store, actor("olga", at), id_, WAIVER)
    approve_waiver(store, actor("stan", at), id_)


def test_each_transition_is_counted_under_its_name(store: Store) -> None:
    runs = [record(store, failing(at=later(0), interface="FIN-01"), failing(at=later(0), interface="FIN-02"))]
    for name in ("moderate", "minor", "minor"):
        add(store, actor("rita", later(0.1)), "issue", name, {"severity": name})
    fix(store, actor("tess", later(1)), "RAID-0001", reference="CHG-7", fixed_in="26C")
    good = record(store, submission(["good"], at=later(1.5), interface="FIN-02"))
    verify(store, actor("tom", later(2)), "RAID-0001", run=good)
    reopen(store, actor("tess", later(3)), "RAID-0001", reason="seen", run=runs[0])
    reject(store, actor("tess", later(3)), "RAID-0002", reason="as designed", second="anna")
    merge(store, actor("tess", later(3)), "RAID-0004", "RAID-0003")
    waive(store, "RAID-0005", later(1))
    found = whole(store, 3)
    assert found.counts == {"opened": 5, "verified": 1, "reopened": 1, "rejected": 1, "merged": 1, "waived": 1}
    assert (found.open_at_start, found.open_at_end, found.waived_at_start, found.waived_at_end) == (0, 2, 0, 1)
    assert counts(store) == {**found.counts, "waiver_ended": 1}
    assert (whole(store).open_at_end, whole(store).waived_at_end) == (3, 0)


def test_a_waiver_ends_in_its_window_whether_or_not_somebody_noted_it(store: Store) -> None:
    record(store, failing())
    waive(store)
    just_before = WAIVED_UNTIL - timedelta(microseconds=1)
    assert told(store, NOON, just_before)[ALL].counts == {}
    unnoted = told(store, just_before, WAIVED_UNTIL)
    assert (unnoted[ALL].counts, unnoted[ALL].waived_at_start, unnoted[ALL].open_at_end) == ({"waiver_ended": 1}, 1, 1)
    triage(store, actor("tess", later(9)), DEFECT)  # notes it
    assert told(store, just_before, WAIVED_UNTIL) == unnoted
    assert told(store, WAIVED_UNTIL, later(30))[ALL].counts == {}


def test_a_waiver_that_was_withdrawn_or_whose_defect_was_mended_does_not_end_again(store: Store) -> None:
    record(store, failing(interface="FIN-01"), exercised("failed", interface="FIN-02"))
    waive(store, "RAID-0001")
    waive(store, "RAID-0002")
    withdraw_waiver(store, actor("stan", later(1)), "RAID-0001", reason="harm grows")
    for number in (1, 2):
        record(store, exercised("passed", at=later(number), interface="FIN-02"))
    assert counts(store) == {"opened": 2, "waived": 2, "waiver_ended": 1, "waived_verified": 1}


def test_a_regrade_moves_an_issue_between_severities_open_and_waived(store: Store) -> None:
    record(store, failing())
    edit(store, actor("tess", later(1)), DEFECT, {"severity": "critical"})
    waive(store, at=later(2))
    edit(store, actor("tess", later(2.5)), DEFECT, {"severity": "significant"}, reason="a workaround is there")
    found = told(store, START, later(3))
    assert all(one.holds for one in found.values())
    graded = {name: (one.graded, one.waived_graded) for name, one in found.items()}
    assert graded == {"all": (0, 0), "critical": (1, -1), "significant": (-1, 1), "moderate": (0, 0), "minor": (0, 0)}
    assert dict(found["critical"].counts) == {"waived": 1}
    assert dict(found["significant"].counts) == {"opened": 1}


def test_a_triage_that_changes_the_severity_is_a_regrade(store: Store) -> None:
    record(store, failing())
    triage(store, actor("tess", later(1)), DEFECT, severity="critical")
    found = told(store, NOON, later(2))
    assert (found["critical"].graded, found["significant"].graded) == (1, -1)
    assert all(one.holds for one in found.values())


def test_a_severity_that_changed_while_a_defect_was_verified_counts_where_it_comes_back(store: Store) -> None:
    for number, verdict in enumerate(["failed", "passed", "passed"]):
        last = record(store, exercised(verdict, at=later(number)))
    edit(store, actor("tess", later(2.5)), DEFECT, {"severity": "critical"})
    reopen(store, actor("tess", later(3)), DEFECT, reason="seen", run=last)
    found = told(store, START, later(4))
    assert all(one.holds for one in found.values())
    assert dict(found["significant"].counts) == {"opened": 1, "verified": 1}
    assert dict(found["critical"].counts) == {"reopened": 1}


def test_a_fixed_defect_that_fails_again_was_open_all_the_time(store: Store) -> None:
    record(store, exercised("failed"))
    fix(store, actor("tess", NOON + HOUR), DEFECT, reference="CHG-7", fixed_in="26C")
    record(store, exercised("failed", at=later(1)))
    assert counts(store) == {"opened": 1}


def test_a_verified_defect_that_fails_again_is_reopened_by_the_machine(store: Store) -> None:
    for number, verdict in enumerate(["failed", "passed", "passed", "failed"]):
        record(store, exercised(verdict, at=later(number)))
    assert counts(store) == {"opened": 1, "verified": 1, "reopened": 1}


def test_a_merged_defect_that_is_split_off_again_is_reopened(store: Store) -> None:
    id_ = record(store, failing(severity="critical"), failing(interface="FIN-02"))
    merge(store, actor("tess", later(1)), "RAID-0001", "RAID-0002")
    reopen(store, actor("tess", later(2)), "RAID-0001", reason="not the same", run=id_)
    assert counts(store) == {"opened": 2, "merged": 1, "reopened": 1}
    assert told(store, START, later(1))["critical"].graded == 1  # the other one took the severity over


def test_a_run_that_is_recorded_late_happens_after_what_is_noted_already(store: Store) -> None:
    record(store, exercised("failed", at=later(0)))
    record(store, exercised("passed", at=later(1)))
    triage(store, actor("tess", later(5)), DEFECT)
    record(store, exercised("passed", at=later(2)))  # verifies it, and that is known on the fifth day at the earliest
    assert told(store, START, later(4.9))[ALL].counts == {"opened": 1}
    assert told(store, later(4.9), later(5))[ALL].counts == {"verified": 1}
    assert counts(store) == {"opened": 1, "verified": 1}


def test_an_issue_about_a_pod_is_in_no_flow(store: Store) -> None:
    record(store, replace(submission(["a"]), outage="pod-1", trouble="no connection"))
    found = told(store, START, later(1))
    assert all(one == Flow(name, 0, 0, 0, 0, {}, 0, 0) for name, one in found.items())


def test_other_entries_than_issues_are_in_no_flow(store: Store) -> None:
    add(store, actor("rita"), "risk", "Bank answers late", {"probability": "4", "impact": "5"})
    assert whole(store).open_at_end == 0


def test_a_flow_that_lost_an_issue_does_not_hold() -> None:
    sound = Flow("all", 3, 4, 1, 0, {"opened": 2, "waiver_ended": 1, "rejected": 2}, 0, 0)
    assert sound.holds
    assert replace(sound, open_at_end=5).difference == (1, 0)
    assert not replace(sound, open_at_end=5).holds
    assert not replace(sound, waived_at_end=1).holds
    assert not replace(sound, counts={**sound.counts, "verified": 1}).holds


# --- any history

Step = Callable[[Store, datetime, str, int], object]
"""Something that happens at a moment to an issue of this id, if it may; the number tells variants apart."""


def deliver(verdict: str, *, late: timedelta = timedelta()) -> Step:
    def step(store: Store, at: datetime, _: str, number: int) -> None:
        where = {"interface": f"FIN-0{number % 2 + 1}", "severity": SEVERITIES[number % 2]}
        ended = at - late
        one = exercised(verdict, at=ended - HOUR, **where)
        store.record(run(f"{at} {verdict} {number} {late}", one, finished=ended), district())

    return step


def trouble(store: Store, at: datetime, _: str, number: int) -> None:
    unsent = replace(submission([str(at)], at=at), outage="emulator", trouble="no connection")
    one = sent("A", prefix=str(at), at=at) if number % 2 else unsent
    store.record(run(f"{at} pod {number}", one, finished=at), district())


def some_run(store: Store) -> str:
    with store.reading() as connection:
        return connection.execute(select(Run.id)).scalars().first() or "none"


def verified(store: Store, at: datetime, id_: str, _: int) -> None:
    """By the first run that does not show it."""
    shown = {one.run for one in item(store, id_).occurrences}
    with store.reading() as connection:
        runs = connection.execute(select(Run.id)).scalars()
        verify(store, actor("tom", at), id_, run=next((one for one in runs if one not in shown), "none"))


def waived_for_days(store: Store, at: datetime, id_: str, number: int) -> None:
    ask_for_waiver(store, actor("olga", at), id_, replace(WAIVER, until=f"{at + timedelta(days=number):%Y-%m-%d}"))
    approve_waiver(store, actor("stan", at), id_)


def regraded(store: Store, at: datetime, id_: str, number: int) -> None:
    edit(store, actor("tess", at), id_, {"severity": SEVERITIES[number]}, reason="asked", second="anna")


STEPS: Mapping[str, Step] = {
    "fails": deliver("failed"),
    "passes": deliver("passed"),
    "failed long ago": deliver("failed", late=timedelta(hours=30)),
    "passed long ago": deliver("passed", late=timedelta(hours=30)),
    "trouble": trouble,
    "added": lambda store, at, _, number: add(
        store, actor("rita", at), "issue", "seen by a person", {"severity": SEVERITIES[number]}
    ),
    "triaged": lambda store, at, id_, number: triage(
        store, actor("tess", at), id_, severity=SEVERITIES[number], reason="asked", second="anna"
    ),
    "assigned": lambda store, at, id_, _: assign(store, actor("tess", at), id_, "olga"),
    "fixed": lambda store, at, id_, _: fix(store, actor("tess", at), id_, reference="CHG-7", fixed_in="26C"),
    "verified": verified,
    "rejected": lambda store, at, id_, _: reject(store, actor("tess", at), id_, reason="none", second="anna"),
    "reopened": lambda store, at, id_, _: reopen(store, actor("tess", at), id_, reason="seen", run=some_run(store)),
    "merged": lambda store, at, id_, number: merge(store, actor("tess", at), id_, f"RAID-{number + 1:04d}"),
    "waived": waived_for_days,
    "withdrawn": lambda store, at, id_, _: withdraw_waiver(store, actor("stan", at), id_, reason="harm grows"),
    "regraded": regraded,
}
STEP = st.tuples(st.sampled_from(sorted(STEPS)), st.integers(1, 4), st.integers(0, 3), st.sampled_from([0, 1, 7, 60]))
"""What happens, to which issue, in which variant, how many hours later."""
HISTORIES = st.lists(STEP, min_size=4, max_size=16)
CUTS = st.lists(st.integers(1, 400), min_size=1, max_size=3, unique=True)
"""Hours after the beginning at which windows end, some of them beyond the last step."""


def holds(history: list[tuple[str, int, int, int]], hours: list[int]) -> None:
    with empty_store() as store:
        at = NOON
        for name, issue, number, later_by in [("fails", 1, 0, 0), ("fails", 1, 1, 0), *history]:
            at += later_by * HOUR
            with suppress(StoreError):  # what is refused changes nothing
                STEPS[name](store, at, f"RAID-{issue:04d}", number)
        cuts = [START, *(NOON + hour * HOUR for hour in sorted(hours)), later(60)]
        flows = [told(store, start, end) for start, end in pairwise(cuts)]
        assert not [one for found in flows for one in found.values() if not one.holds]
        for before, after in pairwise(flows):
            for name, one in before.items():
                assert (one.open_at_end, one.waived_at_end) == (after[name].open_at_start, after[name].waived_at_start)
        for end, found in zip(cuts[1:], flows, strict=True):
            listed = [one for one in items(store, type="issue", as_of=end) if not one.environmental]
            for name, one in found.items():
                own = [entry for entry in listed if name in (ALL, entry.severity)]
                assert one.open_at_end == sum(entry.open for entry in own)
                assert one.waived_at_end == sum(entry.status == "waived" for entry in own)
        all_of_it = told(store, START, later(60))
        for name, one in all_of_it.items():
            for kind in {kind for found in flows for kind in found[name].counts}:
                assert one.counts.get(kind, 0) == sum(found[name].counts.get(kind, 0) for found in flows)


@given(HISTORIES, CUTS)
@settings(max_examples=12, deadline=None)
def test_the_flow_of_any_history_holds_in_any_windows(
    history: list[tuple[str, int, int, int]], hours: list[int]
) -> None:
    holds(history, hours)


@pytest.mark.slow
@given(HISTORIES, CUTS)
@settings(max_examples=150, deadline=None)
def test_the_flow_of_many_more_histories_holds(history: list[tuple[str, int, int, int]], hours: list[int]) -> None:
    holds(history, hours)


def test_the_random_steps_reach_every_transition_that_a_flow_counts() -> None:
    seen: set[str] = set()
    with empty_store() as store:
        at = NOON
        for name, issue, number, later_by in [
            ("fails", 1, 0, 0), ("fails", 1, 1, 0), ("waived", 1, 2, 1), ("waived", 2, 4, 1), ("passes", 1, 1, 1),
            ("passes", 1, 1, 1), ("fixed", 1, 0, 90), ("verified", 1, 0, 1), ("reopened", 1, 0, 1), ("added", 1, 3, 1),
            ("merged", 3, 0, 1), ("rejected", 1, 0, 1),
        ]:  # fmt: skip
            at += later_by * HOUR
            STEPS[name](store, at, f"RAID-{issue:04d}", number)
        seen = set(told(store, START, later(60))[ALL].counts)
    assert seen == {row.counted for row in TRANSITIONS["issue"]} - {""}
