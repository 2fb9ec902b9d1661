"""The decision on the command line: ``ready``, ``run --gate``, ``attest G7``, ``outcome totals``."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from contracts import load_profile
from harness.commands.main_job import exit_code
from raid_log import Readiness, Window
from test_suites.payloads.sources import Records, spoil

Call = Callable[..., int]
Build = Callable[..., Path]
HERE = ("--workspace", "ws")
DISTRICT = (*HERE, "--profile", "nc_district")


@pytest.fixture
def answer(harness: Call, tmp_path: Path) -> Callable[..., Any]:
    """The JSON of a command, whatever its exit code."""

    def call(*words: str | Path) -> Any:
        harness(*words, "--quiet", "--json", tmp_path / "told.json")
        return json.loads((tmp_path / "told.json").read_text())

    return call


def verdict(answer: Any, gate: str) -> str:
    return next(one["verdict"] for one in answer["gates"] if one["id"] == gate)


# --- harness run --gate


def test_the_computed_gates_of_a_run_are_shown_and_decide_its_exit_code(
    harness: Call, payload: Build, journals: Records, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = payload(journals)
    told = tmp_path / "told.json"
    assert harness("run", path, *DISTRICT, "--no-deliver", "--gate", "--no-color", "--json", told) == 3
    printed = capsys.readouterr().out
    assert "Computed gates of FIN-01a\nNO EVIDENCE" in printed
    assert "G9 " not in printed
    found = json.loads(told.read_text())
    assert [one["id"] for one in found["gate"]["gates"]] == [f"G{n}" for n in range(1, 16) if n not in (9, 11, 15)]
    assert len(found["readiness"]["gates"]) == 15
    assert found["gate"]["gates"][1]["details"] == ["FIN-01a: no evidence"]
    other = payload(journals, folder="FIN-01c")
    spoil(journals, "gl", 1, ENTERED_DR="0.01")
    payload(journals)
    run = ("run", *DISTRICT, "--no-deliver", "--gate", "--quiet")
    assert [harness(*run, one) for one in (path, other)] == [1, 3]  # a defect of one stops no other


@pytest.mark.parametrize(
    ("decision", "troubled", "code"),
    [("go", False, 0), ("go_with_waivers", False, 0), ("no_go", False, 1), ("no_evidence", False, 3), ("go", True, 2),
     ("no_go", True, 2), ("", False, 0), ("", True, 2)],
)  # fmt: skip
def test_the_exit_code_of_a_run_with_and_without_gates(decision: str, troubled: bool, code: int) -> None:
    moment = datetime(2026, 11, 24, tzinfo=UTC)
    judged = Readiness(decision, (), moment, Window(moment, moment, ""), {}, ()) if decision else None
    assert exit_code(judged, troubled=troubled) == code


# --- harness ready


def test_the_same_store_and_moment_give_the_same_bytes_in_every_process_and_later(
    harness: Call, payload: Build, journals: Records, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(journals, "gl", 1, ENTERED_DR="0.01")
    path, file = payload(journals), tmp_path / "ready.json"
    harness("run", path, *DISTRICT, "--no-deliver", "--quiet")
    moment = datetime.now(UTC)
    ready = ("ready", *HERE, "--json", str(file), "--as-of")
    capsys.readouterr()
    assert harness(*ready, moment.isoformat()) == 1
    first, last = file.read_bytes(), capsys.readouterr().out.splitlines()[-1]
    seed = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
    there = moment.astimezone(ZoneInfo("Asia/Tokyo")).isoformat()
    call, env = [sys.executable, "-m", "harness", *ready, there], os.environ | {"PYTHONHASHSEED": seed}
    done = subprocess.run(call, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, file.read_bytes(), done.stdout.splitlines()[-1]) == (1, first, last)
    data = json.loads(first)
    rest = {name: value for name, value in data.items() if name != "hash"}
    canonical = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert last == f"hash {hashlib.sha256(canonical.encode()).hexdigest()}" == f"hash {data['hash']}"
    harness("run", path, *DISTRICT, "--no-deliver", "--quiet")
    harness("attest", "G9", *HERE, "--by", "cfo", "--evidence", "minutes")
    harness(*ready, moment.isoformat())
    assert file.read_bytes() == first
    harness(*ready, datetime.now(UTC).isoformat())
    assert json.loads(file.read_text())["hash"] != data["hash"]


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("TOMORROW", "in the future"),
        ("9999-12-31T23:59:59-12:00", "in the future"),
        ("0001-01-01T00:00:00+14:00", "before there was anything"),
        ("2026-11-24T12:00:00", "needs its offset"),
        ("Tuesday", "no moment"),
    ],
)
def test_a_moment_of_which_nothing_can_be_known_is_refused(
    harness: Call, tmp_path: Path, capsys: pytest.CaptureFixture[str], moment: str, words: str
) -> None:
    (tmp_path / "harness.toml").write_text('profile = "nc_district"\n')
    moment = moment.replace("TOMORROW", (datetime.now(UTC) + timedelta(days=1)).isoformat())
    assert harness("ready", "--as-of", moment) == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("profile", ["nc_district", "oracle"])
def test_an_empty_store_has_no_evidence_with_and_without_a_register(
    harness: Call, answer: Callable[..., Any], tmp_path: Path, profile: str
) -> None:
    (tmp_path / "harness.toml").write_text(f'profile = "{profile}"\n')
    assert harness("ready") == 3
    found = answer("ready")
    assert {one["verdict"] for one in found["gates"]} == {"without evidence"}
    assert found["waivers_ending"] == []


def test_waivers_that_end_soon_are_told_by_ready_and_run(
    harness: Call, answer: Callable[..., Any], payload: Build, journals: Records, capsys: pytest.CaptureFixture[str]
) -> None:
    path = payload(journals)
    harness("run", path, *DISTRICT, "--no-deliver", "--quiet")
    harness("raid", "add", "issue", "Slow", "--set", "severity=moderate", *HERE, "--by", "pmo", "--quiet")
    (issue,) = answer("raid", "list", "--type", "issue", *HERE)
    until = (datetime.now(UTC) + timedelta(days=3)).date().isoformat()
    words = ("--reason", "x", "--workaround", "y", "--control", "z", "--until", until)
    assert harness("raid", "waive", issue["id"], *words, *HERE, "--by", "pmo") == 0
    assert harness("raid", "waive", issue["id"], "--approve", *HERE, "--by", "cfo") == 0
    told = f"waiver of {issue['id']} ends on {until}, signed by cfo (approver)"
    for command in (("ready", *HERE), ("run", path, *DISTRICT, "--no-deliver")):
        capsys.readouterr()
        harness(*command, "--no-color")
        assert told in capsys.readouterr().out


# --- harness attest G7


def suite(contracts: dict[str, str], at: datetime, profile: str = "nc_district") -> str:
    cases = "".join(
        f'<testcase classname="test_properties" name="test_p1_x[{profile}-{contract}]">{inside}</testcase>'
        for contract, inside in contracts.items()
    )
    return f'<testsuites><testsuite timestamp="{at.isoformat()}">{cases}</testsuite></testsuites>'


@pytest.fixture
def attest(harness: Call, tmp_path: Path) -> Callable[..., int]:
    """``harness attest G7`` with a file of this text."""
    (tmp_path / "ws").mkdir()
    (tmp_path / "ws" / "harness.toml").write_text('profile = "nc_district"\n')

    def call(text: str, *words: str) -> int:
        (tmp_path / "suite.xml").write_text(text)
        return harness("attest", "G7", *HERE, "--evidence", "suite.xml", "--by", "pmo", *words)

    return call


def test_the_property_suite_is_attested_by_its_file(
    attest: Callable[..., int], answer: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    now = datetime.now(UTC)
    assert attest(suite({"finance.gl_journals": "", "hr.workers": "<failure/>"}, now)) == 0
    printed = capsys.readouterr().out
    assert "finance.gl_journals: 1 tests passed, 0 failed" in printed
    assert "hr.workers: 0 tests passed, 1 failed" in printed
    found = answer("ready", *HERE)
    assert (verdict(found, "G7"), found["verdict"]) == ("failed", "NO-GO")
    served = {contract for row in load_profile("nc_district").register.values() for contract in row.contracts}
    attest(suite(dict.fromkeys(served, ""), now))
    assert verdict(answer("ready", *HERE), "G7") == "without evidence"  # nothing was delivered yet


def test_a_file_that_proves_nothing_is_refused_and_notes_nothing(
    attest: Callable[..., int], answer: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    now, workers = datetime.now(UTC), {"hr.workers": ""}
    for text, extra, words in (
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><testsuites/>", (), "it was not read"),
        ("<report/>", (), "no report of one pytest run"),
        (suite(workers, now + timedelta(days=1)), (), "in the future"),
        (suite(workers, now - timedelta(days=15)), (), "more than 14 days ago"),
        (suite(workers, now, "oracle"), (), "no test of the property suite"),
        (suite(workers, now), ("--not-met",), "stands in its file"),
        (suite(workers, now), ("--by", "ghost"), "ghost is not listed"),
    ):
        assert attest(text, *extra) == 2
        assert words in capsys.readouterr().err
    assert answer("raid", "list", "--all", *HERE) == []


def test_a_suite_on_the_profile_in_the_workspaces_own_folder_counts(
    harness: Call, tmp_path: Path, answer: Callable[..., Any]
) -> None:
    assert harness("init", "ws", "--name", "mine", "--quiet") == 0
    (tmp_path / "suite.xml").write_text(suite({"finance.gl_journals": ""}, datetime.now(UTC), "."))
    found = answer("attest", "G7", *HERE, "--evidence", "suite.xml", "--by", "pmo")
    assert found["fields"] == {"evidence": "suite.xml", "met": "yes"}


# --- harness outcome totals


@pytest.fixture
def totals(harness: Call, payload: Build, journals: Records, tmp_path: Path) -> Callable[..., int]:
    """``harness outcome totals`` of a payload that was sent to the emulator: two journals of an amount, accepted."""
    assert harness("run", payload(journals), *DISTRICT, "--quiet") == 0
    harness("outcome", "list", "--all", *HERE, "--quiet", "--json", tmp_path / "list.json")
    (sent,) = json.loads((tmp_path / "list.json").read_text())
    return lambda *words: harness("outcome", "totals", sent["id"][:8], *HERE, *words)


def test_what_was_counted_in_fusion_is_set_against_what_was_accepted(
    totals: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = tmp_path / "total.json"
    words = ("--evidence", "report 7", "--by", "pmo")
    for refused, said in (
        (("--units", "2", "--amount", "12,50"), "no amount: 12,50"),
        (("--units", "2"), "has amounts, and none is given"),
        (("--units", "2", "--amount", "1", "--by", "ghost"), "ghost is not listed"),
        (("--units", "-2", "--amount", "1"), "greater than or equal to 0"),
    ):
        assert totals(*words, *refused) == 2
        assert said in capsys.readouterr().err
    assert totals("--units", "1", "--amount", "0.00", *words, "--json", told) == 1
    found = json.loads(told.read_text())
    assert (found["agrees"], found["units"], found["accepted"]) == (False, 1, 2)
    capsys.readouterr()
    assert totals("--units", "2", "--amount", found["accepted_amount"], *words) == 0
    assert "agrees: 2 units," in capsys.readouterr().out
