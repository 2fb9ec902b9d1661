"""The RAID log on the command line: each step of an entry's life as a command, and what people read."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from test_suites.payloads.journals import nutrition
from test_suites.payloads.sources import Records, day, spoil

Call = Callable[..., int]
Build = Callable[..., Path]


@pytest.fixture
def raid(harness: Call, payload: Build, journals: Records, monkeypatch: pytest.MonkeyPatch) -> Call:
    """``harness raid`` in a workspace whose first defect is RAID-0001, worked by the PMO."""
    spoil(journals, "gl", 1, ENTERED_DR="0.01")
    path = payload(journals)
    assert harness("run", path, "--no-deliver", "--workspace", "ws", "--profile", "nc_district", "--quiet") == 0
    monkeypatch.setenv("HARNESS_BY", "pmo")
    return lambda *words: harness("raid", *words, "--workspace", "ws")


@pytest.fixture
def told(raid: Call, tmp_path: Path) -> Callable[..., Any]:
    """The JSON of a command that succeeds."""

    def call(*words: str) -> Any:
        assert raid(*words, "--quiet", "--json", str(tmp_path / "told.json")) == 0
        return json.loads((tmp_path / "told.json").read_text())

    return call


def test_each_step_is_a_command_and_the_history_tells_them_all(
    raid: Call,
    harness: Call,
    payload: Build,
    told: Callable[..., Any],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    good = payload(nutrition(day("2026-11-20"), "8", 40), "GlInterface_2.zip")
    (run,) = {event["run"] for event in told("history", "RAID-0001")}
    assert told("triage", "RAID-0001", "--root-cause", "mapping", "--owner", "gl-team")["status"] == "triaged"
    assert told("assign", "RAID-0001", "gl-team", "--due", "2026-12-04")["fields"]["due"] == "2026-12-04"
    assert told("fix", "RAID-0001", "--reference", "CHG-7", "--fixed-in", "26C", "--by", "gl-team")["open"] is True
    assert raid("verify", "RAID-0001", "--run", run) == 2  # it shows the defect
    assert (
        harness("run", good, "--no-deliver", "--workspace", "ws", "--quiet", "--json", str(tmp_path / "run.json")) == 0
    )
    mended = json.loads((tmp_path / "run.json").read_text())["run"]
    assert told("verify", "RAID-0001", "--run", mended)["status"] == "verified"
    assert told("reopen", "RAID-0001", "--reason", "seen again", "--run", run)["status"] == "reopened"
    rejected = told("reject", "RAID-0001", "--reason", "the file was a test", "--second", "cfo")
    assert (rejected["status"], rejected["open"]) == ("rejected", False)
    capsys.readouterr()
    assert raid("history", "RAID-0001", "--no-color") == 0
    printed = capsys.readouterr().out
    for event in ("opened", "triaged", "assigned", "fixed", "verified", "reopened", "rejected"):
        assert event in printed
    assert "pmo (triager, cli)" in printed
    assert max(map(len, printed.splitlines())) <= 100
    assert raid("verify-log") == 0


def test_other_entries_are_added_edited_and_closed(told: Callable[..., Any]) -> None:
    scale = ("--set", "probability=4", "--set", "impact=5")
    risk = told("add", "risk", "Bank answers late", *scale)
    assert risk["fields"]["exposure"] == "20 extreme"
    assert told("edit", risk["id"], "--set", "response=reduce")["fields"]["response"] == "reduce"
    assert told("close", risk["id"], "--reason", "file comes early")["ended"]["status"] == "closed"
    facts = ("--set", "on_whom=State", "--set", "direction=in", "--set", "needed_by=2026-12-10")
    owed = told("add", "dependency", "Edit legends", *facts)
    assert told("edit", owed["id"], "--at-risk")["status"] == "at_risk"
    held = told("add", "assumption", "Bank format", "--set", "validate_by=2026-12-10")
    false = told("close", held["id"], "--false", "--opens", "issue", "--set", "severity=minor", "--reason", "asked")
    assert (false["ended"]["status"], false["opened"]["severity"]) == ("false", "minor")


def test_a_waiver_is_asked_for_and_approved_by_two_people(raid: Call, told: Callable[..., Any]) -> None:
    words = ("--reason", "next release", "--workaround", "by hand", "--control", "daily look")
    severity = told("show", "RAID-0001")["severity"]
    signer = "sponsor" if severity == "critical" else "cfo"
    assert raid("waive", "RAID-0001", "--until", "2020-01-01", *words) == 2
    told("edit", "RAID-0001", "--set", "workaround=by hand")
    until = (datetime.now(UTC) + timedelta(days=20)).date().isoformat()
    assert told("waive", "RAID-0001", "--until", until, *words)["status"] == "new"
    assert raid("waive", "RAID-0001", "--approve") == 2
    assert told("waive", "RAID-0001", "--approve", "--by", signer)["status"] == "waived"
    assert told("waive", "RAID-0001", "--withdraw", "--reason", "harm grows", "--by", signer)["status"] == "new"


def test_a_waiver_file_that_is_refused_keeps_no_other_back(
    raid: Call, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "ws" / "waivers"
    folder.mkdir()
    (folder / "a.yaml").write_text("defects: [RAID-0001]")
    assert raid("waive", "--files") == 2
    told = capsys.readouterr()
    assert "1 waiver files, 1 refused" in told.out
    assert "approved_by is blank" in told.err


def test_a_triager_sees_what_is_asked_for(
    raid: Call, told: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--reason", "next release", "--workaround", "by hand", "--control", "daily look")
    until = (datetime.now(UTC) + timedelta(days=20)).date().isoformat()
    assert told("waive", "RAID-0001", "--until", until, *words, "--by", "gl-team")["asked"] == {"waiver": "gl-team"}
    capsys.readouterr()
    assert raid("list", "--no-color") == 0
    assert "asked for: waiver of RAID-0001" in capsys.readouterr().out
    assert raid("show", "RAID-0001", "--no-color") == 0
    assert "asked for    waiver by gl-team" in capsys.readouterr().out


def test_an_entry_is_shown_with_the_statement_that_was_edited_last(raid: Call, told: Callable[..., Any]) -> None:
    told("edit", "RAID-0001", "--set", "statement=the clerk's own words")
    assert told("show", "RAID-0001")["statement"] == "the clerk's own words"


def test_a_split_is_shown_before_it_is_done(raid: Call, told: Callable[..., Any]) -> None:
    extra = told("add", "issue", "Seen by a person", "--set", "severity=minor")["id"]
    (run,) = {event["run"] for event in told("history", "RAID-0001")}
    assert raid("merge", "RAID-0001", extra) == 0
    words = ("reopen", "RAID-0001", "--reason", "another fault", "--run", run)
    would = told(*words, "--dry-run")
    assert (would["status"], would["dry_run"], len(would["fingerprints"])) == ("reopened", True, 1)
    assert told("show", "RAID-0001")["status"] == "duplicate"
    assert told(*words)["fingerprints"] == would["fingerprints"]


def test_a_merge_is_shown_before_it_is_done(raid: Call, told: Callable[..., Any]) -> None:
    extra = told("add", "issue", "Seen by a person", "--set", "severity=minor")["id"]
    assert told("merge", extra, "RAID-0001", "--dry-run")["dry_run"] is True
    assert told("show", extra)["status"] == "new"
    assert raid("merge", extra, "RAID-0001") == 0
    assert told("show", extra)["status"] == "duplicate"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "RAID-0999"), "no entry RAID-0999"),
        (("triage", "RAID-0999"), "no entry RAID-0999"),
        (("triage", "RAID-0001", "--by", "ghost"), "ghost is not listed"),
        (("triage", "RAID-0001", "--by", "cfo"), "refused to cfo"),
        (("verify", "RAID-0001", "--run", "r"), "possible:"),
        (("close", "RAID-0001", "--reason", "done"), "issues are not closed"),
        (("add", "wish", "x"), "no type of entry"),
        (("edit", "RAID-0001", "--set", "severity"), "cannot be read: severity"),
        (("edit", "RAID-0001"), "one change at a time"),
        (("waive", "RAID-0001"), "one step at a time"),
    ],
)
def test_what_is_refused_says_why_and_ends_with_2(
    raid: Call, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    assert raid(*words) == 2
    assert said in capsys.readouterr().err


def test_an_audit_trail_that_was_changed_by_hand_is_found(
    raid: Call, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with sqlite3.connect(tmp_path / "ws" / "store.db") as database:
        database.execute("UPDATE event SET reason = 'as it pleases' WHERE number = 1")
    database.close()
    assert raid("verify-log") == 2
    assert "changed by hand at event 1" in capsys.readouterr().err


def test_the_fields_of_every_type_are_listed(raid: Call, harness: Call, capsys: pytest.CaptureFixture[str]) -> None:
    assert harness("raid", "fields", "--no-color") == 0
    printed = capsys.readouterr().out
    for word in ("probability", "validate_by", "needed_by", "root_cause"):
        assert word in printed
    assert max(map(len, printed.splitlines())) <= 100
