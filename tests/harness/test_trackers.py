"""The RAID log as CSV for Jira and for an import set of ServiceNow: what stands in it, and what must not."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import Profile, load_profile
from harness.trackers import jira, jira_csv, servicenow, servicenow_csv
from raid_log import FIELDS, STATES, Actor, Entry, Store, StoreError, add, attest, items, open_store, store_mark

AT = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load_profile("nc_district")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, profile: Profile) -> Iterator[Store]:
    """A log with an issue, a risk, an assumption, a dependency, and an attestation."""
    actor = Actor(profile, "pmo", AT)
    issue = {
        "severity": "critical", "statement": "=cmd|' /C calc'!A0", "owner": "gl-team", "due": "2026-12-10",
        "interfaces": "FIN-01a FIN-02", "root_cause": "mapping",
    }  # fmt: skip
    with open_store(f"sqlite:///{tmp_path_factory.mktemp('log') / 'store.db'}") as store:
        add(store, actor, "issue", '-1 row of "journals", unbalanced', issue)
        add(store, actor, "risk", "Bank answers late", {"probability": "4", "impact": "5"})
        add(store, actor, "assumption", "The bank takes NACHA", {"validate_by": "2026-12-01"})
        add(
            store, actor, "dependency", "Édit legends ✓",
            {"on_whom": "State", "direction": "in", "needed_by": "2026-12-02"},
        )  # fmt: skip
        attest(store, Actor(profile, "cfo", AT), "G9", evidence="https://example.org/g9", met=True)
        yield store


@pytest.fixture(scope="module")
def issue(store: Store) -> Entry:
    return items(store, type="issue")[0]


def table(text: str) -> tuple[list[str], list[list[str]]]:
    heading, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert {len(row) for row in rows} <= {len(heading)}
    return heading, rows


def rows(text: str) -> list[dict[str, str]]:
    heading, lines = table(text)
    return [dict(zip(heading, line, strict=True)) for line in lines]


def test_an_issue_becomes_a_bug_of_jira(store: Store, profile: Profile) -> None:
    bug = rows(jira_csv(items(store), profile))[0]
    assert (bug["Issue Type"], bug["Priority"], bug["Status"]) == ("Bug", "Highest", "To Do")
    assert (bug["Assignee"], bug["Due Date"], bug["External ID"]) == ("gl@example.org", "2026-12-10", "RAID-0001")
    assert (bug["RAID Status"], bug["RAID Severity"], bug["RAID Root Cause"]) == ("new", "critical", "mapping")
    assert "Raid id: RAID-0001\n" in bug["Description"]


def test_each_label_has_a_column_under_the_same_heading(store: Store, profile: Profile) -> None:
    heading, lines = table(jira_csv(items(store), profile))
    assert heading[-4:] == ["Labels"] * 4
    assert lines[0][-4:] == ["raid", "issue", "FIN-01a", "FIN-02"]
    assert lines[1][-4:] == ["raid", "risk", "", ""]


def test_other_entries_are_tasks_with_the_day_and_the_priority_that_they_have(store: Store, profile: Profile) -> None:
    _, risk, assumption, dependency = rows(jira_csv(items(store), profile))
    assert (risk["Issue Type"], risk["Priority"], risk["Assignee"]) == ("Task", "Highest", "")
    assert (assumption["Due Date"], assumption["Priority"]) == ("2026-12-01", "")
    assert (dependency["Due Date"], dependency["Summary"]) == ("2026-12-02", "Édit legends ✓")


def test_an_import_set_finds_its_record_by_an_id_that_no_other_store_has(
    store: Store, profile: Profile, tmp_path: Path
) -> None:
    mark = store_mark(store)
    row = rows(servicenow_csv(items(store), profile, mark))[0]
    assert row["u_external_id"] == row["correlation_id"] == f"{mark}-RAID-0001"
    with open_store(f"sqlite:///{tmp_path / 'other.db'}") as other:
        with pytest.raises(StoreError, match="no entry yet"):
            store_mark(other)
        add(other, Actor(profile, "pmo", datetime.now(UTC)), "issue", "Another", {"severity": "minor"})
        assert store_mark(other) != mark


def test_severity_becomes_impact_urgency_and_priority(store: Store, profile: Profile) -> None:
    issue, risk, assumption, dependency = rows(servicenow_csv(items(store), profile, "1a2b3c4d"))
    assert [issue[name] for name in ("impact", "urgency", "priority", "state")] == ["1", "1", "1", "1"]
    assert [risk[name] for name in ("impact", "urgency", "priority")] == ["1", "1", "1"]
    assert [assumption[name] for name in ("impact", "urgency", "priority")] == ["", "", ""]
    assert (issue["assigned_to"], issue["due_date"], issue["category"]) == ("gl@example.org", "2026-12-10", "software")
    assert (dependency["u_type"], dependency["u_status"]) == ("dependency", "on_track")


@pytest.mark.parametrize("type_", FIELDS)
def test_every_state_of_an_entry_has_one_at_both_trackers(type_: str) -> None:
    assert set(STATES[type_]) <= set(jira.STATUSES)
    assert {servicenow.STATES[state] for state in STATES[type_]} <= set(servicenow.STATE_TEXT)


def test_a_fixed_defect_is_not_done_before_it_is_verified() -> None:
    assert jira.STATUSES["fixed"] != jira.STATUSES["verified"] == "Done"
    assert servicenow.STATES["fixed"] != servicenow.STATES["verified"]


def test_attestations_stay_here(store: Store, profile: Profile) -> None:
    assert len(items(store)) == 5
    for text in (jira_csv(items(store), profile), servicenow_csv(items(store), profile, "1a2b3c4d")):
        assert len(rows(text)) == 4
        assert "example.org/g9" not in text


def test_no_cell_can_be_computed_by_a_spreadsheet(issue: Entry, profile: Profile) -> None:
    title = '-1 row of "journals", unbalanced\nand more'
    (bug,) = rows(jira_csv([_saying(issue, title, "=cmd|' /C calc'!A0", "")], profile))
    assert bug["Summary"] == '\'-1 row of "journals", unbalanced and more'
    assert bug["Description"].startswith("'=cmd")


def test_an_empty_log_is_a_heading(profile: Profile) -> None:
    assert table(jira_csv([], profile)) == ([*jira.HEADINGS, "Labels"], [])
    assert table(servicenow_csv([], profile, "1a2b3c4d")) == (list(servicenow.HEADINGS), [])


@given(st.lists(st.text(max_size=300), min_size=3, max_size=3))
def test_whatever_people_write_is_one_row_that_computes_nothing(
    issue: Entry, profile: Profile, texts: Sequence[str]
) -> None:
    title, statement, key = texts
    entry = _saying(issue, title, statement, key)
    for text in (jira_csv([entry], profile), servicenow_csv([entry], profile, "1a2b3c4d")):
        text.encode()
        (row,) = rows(text)
        assert [cell for cell in row.values() if cell[:1] in tuple("=+-@\t\r\n")] == []
        assert len(row.get("Summary", row.get("short_description", ""))) <= 256


def _saying(entry: Entry, title: str, statement: str, key: str) -> Entry:
    fields = {**entry.fields, "statement": statement, "external_key": key}
    return replace(entry, title=title, standing=replace(entry.standing, fields=fields))
