"""``harness regress``: what became of each case since the last run, for people and for CI."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from harness.regressing import Outcome, state
from test_suites.payloads.sources import Records

pytest_plugins = ["pytester"]

Call = Callable[..., int]
Build = Callable[..., Path]
Capture = pytest.CaptureFixture[str]
CASE = "cases/finance.gl_journals/balanced"
ROOM = """
extends: finance.gl_journals
version: 1.0.0
prefix: OWN
rules:
  OWN-001:
    title: A line says more than that
    severity: {severity}
    basis: site
    check: LENGTH(REFERENCE10) > {least}
    breaks: {{REFERENCE10: short}}
"""


@pytest.fixture
def ws(tmp_path: Path, harness: Call, payload: Build, journals: Records) -> Path:
    """A workspace with a profile of its own and one case that passes."""
    folder = tmp_path / "ws"
    (folder / "district" / "contracts" / "finance").mkdir(parents=True)
    (folder / "harness.toml").write_text('profile = "district"\n', encoding="utf-8")
    (folder / "district" / "profile.toml").write_text('name = "own"\ntitle = "Own"\n', encoding="utf-8")
    _overlay(folder, least=5)
    told = ("--why", "Both journals balance.", "--name", "balanced", "--defect", "RAID-0042", "--workspace", folder)
    assert harness("case", "add", payload(journals), *told) == 0
    return folder


def _overlay(ws: Path, least: int, severity: str = "significant") -> None:
    path = ws / "district" / "contracts" / "finance" / "gl_journals.yaml"
    path.write_text(ROOM.format(least=least, severity=severity), encoding="utf-8")


def _regress(harness: Call, ws: Path, *words: object) -> tuple[int, dict[str, Any]]:
    code = harness("regress", *words, "--workspace", ws, "--json", ws / "result.json", "--quiet")
    return code, json.loads((ws / "result.json").read_text())


def test_a_change_of_a_contract_is_new_then_still_failing_then_changed_then_approved(
    harness: Call, ws: Path, capsys: Capture
) -> None:
    seen = []
    own = ws / "cases"
    for least, severity in ((5, "significant"), (1000, "significant"), (1000, "significant"), (1000, "minor")):
        _overlay(ws, least, severity)
        code, result = _regress(harness, ws, own)
        seen.append((code, result["results"][0]["state"]))
    assert seen == [(0, "passing"), (1, "new"), (1, "still failing"), (1, "changed")]
    capsys.readouterr()
    assert harness("regress", own, "--workspace", ws) == 1
    printed = capsys.readouterr().out
    assert f"still failing: {CASE} (RAID-0042)\n  rule OWN-001, gl: expected no finding, found records 1-" in printed
    assert "1 cases: 0 new, 0 changed, 1 still failing, 0 fixed, 0 passing" in printed
    assert harness("case", "approve", "--all", "--yes", "--why", "The rule is agreed.", "--workspace", ws) == 0
    states = [_regress(harness, ws, own)[1]["results"][0]["state"] for _ in range(2)]
    assert states == ["fixed", "passing"]


@pytest.mark.slow
def test_the_pytest_suite_finds_cases_of_the_workspace(
    harness: Call, ws: Path, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    import test_suites

    root = Path(str(test_suites.__file__)).parent
    monkeypatch.setenv("PYTHONPATH", str(root.parent))
    monkeypatch.setenv("HARNESS_WORKSPACE", str(ws))
    suite = ("-p", "no:cacheprovider", root / "regression" / "test_cases.py", "-k", "balanced and not unbalanced", "-v")
    done = pytester.runpytest_subprocess(*suite)
    done.assert_outcomes(passed=2)
    done.stdout.fnmatch_lines([f"*[[]test_suites/{CASE}_journals]*", f"*[[]{CASE}]*"])
    _overlay(ws, 1000)
    done = pytester.runpytest_subprocess(*suite)
    done.assert_outcomes(passed=1, failed=1)
    done.stdout.fnmatch_lines(["balanced: Both journals balance.", "rule OWN-001, gl: expected no finding, found *"])


@pytest.mark.slow
def test_cases_of_the_tool_and_of_the_workspace_run_together(harness: Call, ws: Path) -> None:
    code, result = _regress(harness, ws, "finance.gl_journals")
    names = [one["case"] for one in result["results"]]
    assert code == 0
    assert names[-1] == CASE
    assert "test_suites/cases/finance.gl_journals/balanced_journals" in names
    assert result["cases"] == result["passing"] == len(names)


def test_a_failing_case_that_is_removed_is_gone_not_fixed(harness: Call, ws: Path, capsys: Capture) -> None:
    _overlay(ws, 1000)
    _regress(harness, ws, ws / "cases")
    shutil.rmtree(ws / CASE)
    harness("regress", "balanced_journals", "--workspace", ws)
    assert f"gone: {CASE} failed in the last run and is no more" in capsys.readouterr().out
    assert _regress(harness, ws, "balanced_journals")[1]["gone"] == []


def test_a_run_over_some_cases_forgets_nothing_of_the_others(harness: Call, ws: Path) -> None:
    _overlay(ws, 1000)
    _regress(harness, ws, ws / "cases")
    assert _regress(harness, ws, "balanced_journals")[0] == 0
    assert _regress(harness, ws, ws / "cases")[1]["still_failing"] == 1


def test_another_file_may_keep_the_last_result(harness: Call, ws: Path, capsys: Capture) -> None:
    _overlay(ws, 1000)
    keep = ("--baseline", ws / "last" / "kept.json")
    assert _regress(harness, ws, ws / "cases", *keep)[1]["new"] == 1
    assert not (ws / "out").exists()
    assert _regress(harness, ws, ws / "cases", *keep)[1]["still_failing"] == 1
    keep[1].write_text("[]")
    assert harness("regress", ws / "cases", *keep, "--workspace", ws) == 2
    assert "the last result cannot be read" in capsys.readouterr().err


def test_without_a_workspace_the_tools_cases_are_compared_with_the_approved_state_alone(
    harness: Call, capsys: Capture
) -> None:
    assert harness("regress", "balanced_journals") == 0
    printed = capsys.readouterr().out
    assert "nothing to compare with but the approved state" in printed
    assert "1 cases: 0 new, 0 changed, 0 still failing, 0 fixed, 1 passing" in printed
    assert harness("regress", "no_such_case") == 2


def test_junit_and_allure_tell_failures_from_trouble(harness: Call, ws: Path) -> None:
    shutil.copytree(ws / CASE, ws / "cases" / "finance.gl_journals" / "troubled")
    (ws / "cases" / "finance.gl_journals" / "troubled" / "second.zip").touch()
    _overlay(ws, 1000)
    reports = ("--junitxml", ws / "junit.xml", "--alluredir", ws / "allure")
    assert _regress(harness, ws, ws / "cases", "balanced_journals", *reports)[0] == 1
    suite = ElementTree.parse(ws / "junit.xml").getroot()[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("3", "1", "1")
    results = [json.loads(path.read_text()) for path in (ws / "allure").glob("*-result.json")]
    assert sorted((one["name"], one["status"]) for one in results) == [
        ("balanced", "failed"), ("balanced journals", "passed"), ("cases/finance.gl_journals/troubled", "broken"),
    ]  # fmt: skip


@pytest.mark.parametrize("option", ["--junitxml", "--alluredir"])
def test_reports_that_cannot_be_written_are_an_error(harness: Call, ws: Path, capsys: Capture, option: str) -> None:
    (ws / "file").touch()
    assert harness("regress", ws / "cases", option, ws / "file" / "here", "--workspace", ws) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_states_follow_from_the_last_run() -> None:
    failing, passing = Outcome("one", trouble="cannot be judged"), Outcome("one")
    assert state(passing, {}) == state(passing, {"one": ()}) == "passing"
    assert state(passing, {"one": ("other",)}) == "fixed"
    assert state(failing, {}) == state(failing, {"one": ()}) == "new"
    assert state(failing, {"one": ("other",)}) == "changed"
    assert state(failing, {"one": ("cannot be judged",)}) == "still failing"
