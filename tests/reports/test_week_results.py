"""Allure results of a week: one test per interface and rule, stage, total, pod and silent interface."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from people import actor, district
from raid_runs import NOON, failing, finding, result, rule, run, sent, submission

from contracts import ContractError
from raid_log import Snapshot, Store, Week, close_weeks, note_total, tell_week, week_samples
from reports.week_results import metric_values, week_tests, write_week_results

W48 = Week(2026, 48)
MONDAY = datetime(2026, 11, 30, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
POD = {"evidence_class": "acceptance", "environment": "pod-1"}


def told(store: Store) -> Snapshot:
    return tell_week(store, district(), W48, as_of=MONDAY)


def statuses(store: Store) -> dict[str, tuple[str, str]]:
    week = told(store)
    return {one.full_name: (one.status, one.message) for one in week_tests(week, week_samples(store, week))}


def results(folder: Path) -> dict[str, dict[str, Any]]:
    found = [json.loads(one.read_text(encoding="utf-8")) for one in folder.glob("*-result.json")]
    return {one["fullName"]: one for one in found}


def written(store: Store, folder: Path) -> dict[str, dict[str, Any]]:
    week = told(store)
    write_week_results(week, week_samples(store, week), folder)
    return results(folder)


@pytest.mark.parametrize(
    ("status", "reason", "expected", "message"),
    [
        ("passed", "", "passed", ""),
        ("failed", "", "failed", "GL-100 (significant) does not hold: Journals balance"),
        ("not_applied", "", "skipped", "never applied: untested"),
        ("not_checked", "list x is not bound", "skipped", "list x is not bound"),
        ("stale", "list x is older than 7 days", "skipped", "list x is older than 7 days"),
    ],
)
def test_a_rule_status_has_its_word_in_allure(
    store: Store, status: str, reason: str, expected: str, message: str
) -> None:
    count = 1 if status == "failed" else 0
    one = replace(rule(status=status, units=count, findings=count), reason=reason)
    store.record(run("r1", submission(["a"], checked=result([True], rules=[one]))), district())
    assert statuses(store)["FIN-01 GL-100 delivered"] == (expected, message)


def test_a_stale_rule_with_a_finding_has_failed(store: Store) -> None:
    one = rule(status="stale", units=1, findings=1)
    store.record(run("r1", submission(["a"], checked=result([False], rules=[one]))), district())
    assert statuses(store)["FIN-01 GL-100 delivered"][0] == "failed"


def test_stages_say_how_far_units_came(store: Store) -> None:
    store.record(run("r1", sent("AR", at=NOON, ended=NOON + HOUR, **POD)), district())
    store.record(run("r2", sent("R", at=NOON, ended=NOON + HOUR, prefix="x", stage="S1", **POD)), district())
    store.record(run("r3", sent("P", at=NOON, ended=None, prefix="y", interface="FIN-02", **POD)), district())
    found = {name: status for name, (status, _) in statuses(store).items()}
    assert found["FIN-01 stage S1 delivered"] == "passed"
    assert found["FIN-01 stage S2 delivered"] == "failed"  # one was refused by the load
    assert found["FIN-01 stage S3 delivered"] == "failed"
    assert found["FIN-02 stage S3 delivered"] == "skipped"


def test_control_totals_are_tests_of_count_and_amount(store: Store) -> None:
    store.record(run("r1", sent("AAR", at=NOON, ended=NOON + HOUR, **POD)), district())
    note_total(store, actor("rita", NOON + 2 * HOUR), "r1/1", units=1, evidence="report")
    assert statuses(store)["FIN-01 total count delivered"] == ("failed", "the count in Fusion is another one")
    assert "FIN-01 total amount delivered" not in statuses(store)  # the payload has no amounts


def test_an_interface_that_delivered_nothing_is_untested_and_a_pod_is_of_operations(store: Store) -> None:
    store.record(run("r1", sent("A", at=NOON, ended=NOON + HOUR, **POD)), district())
    week = told(store)
    tests = {one.full_name: one for one in week_tests(week, {})}
    assert tests["FIN-02 delivered delivered"].status == "skipped"
    assert (tests["environment pod-1 delivered"].epic, tests["environment pod-1 delivered"].status) == (
        "Operations",
        "passed",
    )


def test_a_result_has_labels_links_and_samples_in_which_no_cell_is_a_formula(store: Store, tmp_path: Path) -> None:
    checked = result([False], rules=[rule()], findings=[finding("GL-100", 1, value="-1+cmd|x", message="@x")])
    store.record(run("r1", submission(["a"], checked=checked)), district())
    one = written(store, tmp_path)["FIN-01 GL-100 delivered"]
    labels = {label["name"]: label["value"] for label in one["labels"]}
    assert (labels["epic"], labels["feature"], labels["severity"]) == ("Finance", "FIN-01 Feed FIN-01", "critical")
    assert (labels["class"], labels["evidence"], labels["contract_version"]) == ("delivered", "conformance", "1.2.0")
    assert [link["url"] for link in one["links"] if link["type"] == "issue"] == ["../../raid.html#RAID-0001"]
    assert "href" not in one["descriptionHtml"]  # its frame leads nowhere
    assert labels["release"] == "26C"
    with (tmp_path / one["attachments"][0]["source"]).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert (rows[0]["value"], rows[0]["message"]) == ("'-1+cmd|x", "'@x")


def test_metrics_have_one_sample_per_key_and_none_where_there_is_no_evidence(store: Store, tmp_path: Path) -> None:
    store.record(run("r1", failing(2, at=NOON)), district())
    written(store, tmp_path)
    samples = json.loads((tmp_path / "raid-perf.json").read_text(encoding="utf-8"))
    keys = [one["key"] for one in samples]
    assert len(keys) == len(set(keys))
    assert not [key for key in keys if key.startswith("acceptance")]
    assert metric_values(told(store))["conformance.all"] == 50.0
    store.record(run("r2", sent("AAAR", at=NOON, ended=NOON + HOUR, prefix="z", **POD)), district())
    values = metric_values(told(store))
    assert (values["acceptance.all"], values["acceptance.Finance"]) == (75.0, 75.0)
    assert values["acceptance.lower95"] < 75


def test_a_closed_week_gives_the_same_bytes_after_later_recordings(store: Store, tmp_path: Path) -> None:
    store.record(run("r1", failing(3, 2, at=NOON)), district())
    close_weeks(store, district(), W48, at=MONDAY)
    written(store, tmp_path / "a")
    store.record(run("r2", failing(3, 3, at=NOON, prefix="late")), district())
    written(store, tmp_path / "b")
    a, b = ({one.name: one.read_bytes() for one in (tmp_path / name).iterdir()} for name in "ab")
    assert a == b


def test_a_folder_that_cannot_be_written_is_refused_in_words(store: Store, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(ContractError, match="Allure results cannot be written"):
        write_week_results(told(store), {}, tmp_path / "taken" / "results")


def test_an_interface_that_only_delivered_again_is_not_said_to_have_delivered_nothing(store: Store) -> None:
    store.record(run("r1", failing(2, at=NOON - timedelta(weeks=1))), district())
    store.record(run("r2", failing(2, at=NOON)), district())
    assert statuses(store)["FIN-01 delivered delivered"] == ("skipped", "no first attempt in this week")


def test_a_rule_bears_the_version_that_was_delivered_last(store: Store) -> None:
    for at, version in enumerate(("1.9.0", "1.10.0")):
        checked = result([False], rules=[rule()], version=version)
        store.record(run(f"r{at}", submission([f"a{at}"], checked=checked)), district())
    tests = {one.full_name: one for one in week_tests(told(store), {})}
    assert tests["FIN-01 GL-100 delivered"].version == "1.10.0"


def test_no_name_of_the_environment_has_a_blank(store: Store, tmp_path: Path) -> None:
    written(store, tmp_path)
    lines = (tmp_path / "environment.properties").read_text(encoding="ascii").splitlines()
    assert all(" " not in line.partition(" = ")[0] for line in lines)


def test_a_rule_of_a_week_that_an_earlier_version_closed_has_no_severity(store: Store, tmp_path: Path) -> None:
    store.record(run("r1", failing(2, at=NOON)), district())
    week = told(store)
    old = replace(week, rules=tuple(replace(one, severity="", findings=0) for one in week.rules), recorded=0)
    write_week_results(old, week_samples(store, old), tmp_path)
    one = results(tmp_path)["FIN-01 GL-100 delivered"]
    assert one["status"] == "failed"
    assert "severity" not in {label["name"] for label in one["labels"]}
