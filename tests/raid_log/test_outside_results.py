"""Results of outside test providers: taken in once, corrected by later files, in no rate; failing tests open issues."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from people import actor, district
from raid_runs import NOON, content, failing, run, submission

from raid_log import Store, StoreError, figures, item, items, merge, open_store, readiness, reject
from raid_log.defects import fingerprint
from raid_log.integrity import check
from raid_log.outside import (
    FailedTest,
    OutsideFile,
    ProviderRun,
    SuiteCounts,
    outside_results,
    outside_totals,
    record_outside,
)

LATER = NOON + timedelta(days=1)
COUNTS = SuiteCounts(planned=10, executed=8, passed=7, failed=1, blocked=1, critical=1, moderate=2)
GL = ProviderRun("GL", "night 1", NOON - timedelta(hours=1), COUNTS, "FIN-01", "line 2")
BALANCE = FailedTest("gl.Balance.total", "total", "critical", "night 1", "FIN-01", "AssertionError")


def file(
    *results: ProviderRun, sha: str = "a", failed: tuple[FailedTest, ...] = (), provider: str = "Acme"
) -> OutsideFile:
    return OutsideFile(provider, f"{sha}.xml", "junit", sha * 64, results or (GL,), failed)


@pytest.fixture(params=["url", "postgres_url"])
def either(request: pytest.FixtureRequest) -> Iterator[Store]:
    """A store of each database."""
    with open_store(request.getfixturevalue(request.param)) as store:
        yield store


def test_a_file_is_taken_in_with_all_its_counts(either: Store) -> None:
    done = record_outside(either, actor("rita"), file())
    assert (done.repeated, done.results, done.corrected, done.opened, done.seen_again) == (False, 1, 0, (), ())
    (one,) = outside_results(either, NOON)
    assert (one.provider, one.suite, one.run, one.interface) == ("Acme", "GL", "night 1", "FIN-01")
    assert (one.ended_at, one.counts, one.corrected) == (GL.ended_at, COUNTS, False)
    assert (one.file, one.imported_at, one.by) == ("a.xml", NOON, "rita")
    assert (one.counts.rate.text, one.counts.defects["critical"]) == ("87.50 %", 1)


def test_the_same_file_again_changes_nothing(store: Store) -> None:
    record_outside(store, actor("rita"), file(failed=(BALANCE,)))
    before = content(store)
    again = record_outside(store, actor("tess", LATER), file(failed=(BALANCE,)))
    assert (again.repeated, again.opened, again.seen_again) == (True, (), ())
    assert content(store) == before


def test_the_last_import_of_a_run_counts_and_both_are_kept(either: Store) -> None:
    record_outside(either, actor("rita"), file())
    better = replace(GL, counts=replace(COUNTS, passed=8, failed=0))
    done = record_outside(either, actor("rita", LATER), file(better, replace(GL, run="night 2"), sha="b"))
    assert (done.results, done.corrected) == (2, 1)
    first, second = outside_results(either, LATER)
    assert (first.run, first.counts.passed, first.corrected, first.file) == ("night 1", 8, True, "b.xml")
    assert (second.run, second.corrected) == ("night 2", False)
    assert [one.counts.passed for one in outside_results(either, NOON)] == [7]  # as it stood before
    assert len(content(either)["outside_result"]) == 3


def test_another_provider_or_suite_corrects_nothing(store: Store) -> None:
    record_outside(store, actor("rita"), file())
    others = (file(sha="b", provider="Other"), file(replace(GL, suite="AP"), sha="c"))
    assert [record_outside(store, actor("rita"), one).corrected for one in others] == [0, 0]
    found = outside_results(store, NOON)
    assert [(one.provider, one.suite) for one in found] == [("Acme", "AP"), ("Acme", "GL"), ("Other", "GL")]
    acme, other = outside_totals(found)
    assert (acme.suites, acme.runs, acme.counts.executed, acme.counts.rate.text) == (2, 2, 16, "87.50 %")
    assert (other.provider, other.counts) == ("Other", COUNTS)


@pytest.mark.parametrize(
    ("results", "what"),
    [
        ((), "no result"),
        ((replace(GL, counts=replace(COUNTS, executed=9)),), "do not add up"),
        ((replace(GL, counts=replace(COUNTS, planned=8)),), "less than executed and blocked"),
        ((replace(GL, counts=replace(COUNTS, minor=-1)),), "minor is -1"),
        ((replace(GL, counts=replace(COUNTS, minor=10**9)),), "minor is 1,000,000,000"),
        ((replace(GL, suite=" "),), "suite is blank"),
        ((replace(GL, run=""),), "run is blank"),
        ((replace(GL, suite="s" * 256),), "256 characters"),
        ((GL, GL), "stands twice"),
        ((replace(GL, interface="FIN-99"),), "no interface FIN-99"),
        ((replace(GL, ended_at=NOON + timedelta(minutes=5, seconds=1)),), "in the future"),
        ((replace(GL, ended_at=NOON.replace(year=1926)),), "before the year 2000"),
    ],
)  # fmt: skip
def test_one_wrong_row_refuses_the_whole_file(store: Store, results: tuple[ProviderRun, ...], what: str) -> None:
    before = content(store)
    bad = OutsideFile("Acme", "a.csv", "csv", "a" * 64, (*results, replace(GL, run="good")) if results else ())
    with pytest.raises(StoreError, match=what) as refused:
        record_outside(store, actor("rita"), replace(bad, failed=(BALANCE,)))
    assert "a.csv" in refused.value.where
    assert content(store) == before


def test_a_clock_may_be_five_minutes_fast(store: Store) -> None:
    assert record_outside(store, actor("rita"), file(replace(GL, ended_at=NOON + timedelta(minutes=5)))).results == 1


@pytest.mark.parametrize("who", ["nobody", "", "machine"])
def test_only_who_is_listed_may_import(store: Store, who: str) -> None:
    with pytest.raises(StoreError, match="not listed"):
        record_outside(store, actor(who), file())
    assert outside_results(store, NOON) == []


def test_a_failing_test_opens_one_issue_of_source_taas(either: Store) -> None:
    twice = replace(BALANCE, run="night 2")
    done = record_outside(either, actor("rita"), file(failed=(BALANCE, twice)))
    assert (done.opened, done.seen_again) == (("RAID-0001",), ())
    one = item(either, "RAID-0001")
    assert (one.type, one.status, one.severity, one.title, one.interface) == (
        "issue", "new", "critical", "total", "FIN-01",
    )  # fmt: skip
    assert one.fingerprints == (fingerprint("FIN-01", "taas:Acme", "gl.Balance.total", ""),)
    (opened,) = one.history
    assert (opened.kind, opened.by, opened.role, opened.source) == ("opened", "rita", "reporter", "taas")
    assert opened.detail == {
        "severity": "critical", "outside_file": "a.xml", "outside_run": "night 1", "failure": "AssertionError",
    }  # fmt: skip
    assert either.broken_link() is None


def test_a_test_that_fails_again_is_noted_once_per_import(store: Store, url: str) -> None:
    record_outside(store, actor("rita"), file(failed=(BALANCE,)))
    twice = (replace(BALANCE, run="night 2", severity="minor"), replace(BALANCE, run="night 3"))
    done = record_outside(store, actor("tess", LATER), file(replace(GL, run="night 2"), sha="b", failed=twice))
    assert (done.opened, done.seen_again) == ((), ("RAID-0001",))
    one = item(store, "RAID-0001")
    assert [event.kind for event in one.history] == ["opened", "seen_again"]
    assert one.history[-1].detail["outside_run"] == "night 2"
    assert (one.status, one.severity) == ("new", "critical")
    assert check(url) == []


def test_what_people_decided_stays_whatever_fails_again(store: Store) -> None:
    other = replace(BALANCE, test="gl.Other", title="other")
    record_outside(store, actor("rita"), file(failed=(BALANCE, other)))
    merge(store, actor("tess"), "RAID-0002", "RAID-0001")
    reject(store, actor("tess"), "RAID-0001", reason="the test is wrong", second="anna")
    done = record_outside(store, actor("rita", LATER), file(sha="b", failed=(BALANCE, other)))
    assert (done.opened, done.seen_again) == ((), ("RAID-0001",))  # the duplicate's test is booked where it was merged
    assert [one.status for one in items(store)] == ["rejected", "duplicate"]


def test_a_merge_into_what_is_open_keeps_one_note_per_import(store: Store) -> None:
    other = replace(BALANCE, test="gl.Other", title="other")
    record_outside(store, actor("rita"), file(failed=(BALANCE, other)))
    merge(store, actor("tess"), "RAID-0002", "RAID-0001")
    record_outside(store, actor("rita", LATER), file(sha="b", failed=(BALANCE, other)))
    assert [event.kind for event in item(store, "RAID-0001").history].count("seen_again") == 1


def test_no_run_of_the_harness_verifies_or_reopens_such_an_issue(store: Store) -> None:
    record_outside(store, actor("rita"), file(failed=(BALANCE,)))
    for day in (1, 2, 3):
        at = NOON + timedelta(days=day)
        store.record(run(f"r{day}", submission([f"k{day}"], at=at)), district())
    assert [event.kind for event in item(store, "RAID-0001").history] == ["opened"]


def test_results_and_issues_enter_no_rate_and_none_of_the_gates_g1_to_g3(store: Store) -> None:
    store.record(run("r", failing(units=4)), district())
    moment = NOON + timedelta(hours=2)

    def rates() -> tuple[object, ...]:
        gates = [gate for gate in readiness(store, district(), as_of=moment).gates if gate.id in ("G1", "G2", "G3")]
        assert len(gates) == 3
        return figures(store, district(), as_of=moment).rates, gates

    before = rates()
    record_outside(store, actor("rita", moment), file(failed=(BALANCE,)))
    assert rates() == before
    opened = figures(store, district(), as_of=moment).open_critical
    assert (opened.count, opened.by_class) == (1, {"outside tests": 1})  # but an open issue is an open issue
