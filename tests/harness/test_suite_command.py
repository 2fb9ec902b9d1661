"""``harness suite`` runs the shipped suites and the workspace's own by the workspace's profile."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

Harness = Callable[..., int]
SHOWING = """
    def test_profile(pytestconfig, contracts):
        from harness.plugin import profile_names
        assert profile_names(pytestconfig) == ["."]
        assert contracts["finance.gl_journals"].overlay
"""


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What would be run; nothing is."""
    seen: list[Any] = []

    def run(call: list[str], **more: Any) -> SimpleNamespace:
        seen.append((call, more["env"].get("HARNESS_WORKSPACE")))
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(subprocess, "run", run)
    return seen


def test_all_shipped_suites_and_the_workspaces_own_are_run(harness: Harness, tmp_path: Path, calls: list[Any]) -> None:
    assert harness("init", "ws", "--name", "mine") == 0
    assert harness("suite", "-w", "ws", "--effort", "ci", "--seed", "0", "--alluredir", "out", "--", "-x") == 0
    call, workspace = calls[0]
    at = call.index("--pyargs")
    shipped = ["test_suites.conformance", "test_suites.regression", "test_suites.property"]
    assert call[at + 1 :] == [str(tmp_path / "ws" / "suites"), *shipped]
    assert {"--harness-effort=ci", "--harness-seed=0", "--alluredir=out", "-x"} <= set(call[:at])
    assert workspace == str(tmp_path / "ws")


def test_interfaces_under_test_are_run_where_there_are_some(harness: Harness, tmp_path: Path, calls: list[Any]) -> None:
    producer = '[producer.FIN-01a]\ncommand = "python legacy.py {source} {payload}"\npayload = "GlInterface.zip"\n'
    (tmp_path / "harness.toml").write_text(f'profile = "nc_district"\n{producer}')
    assert harness("suite") == 0
    assert "test_suites.producer" in calls[0][0]


def test_without_a_workspace_the_shipped_suites_are_run(harness: Harness, calls: list[Any]) -> None:
    assert harness("suite", "--profile", "nc_district") == 0
    call, workspace = calls[0]
    assert workspace is None
    assert "--harness-profile=nc_district" in call
    assert not [word for word in call if word.startswith("--rootdir")]


def test_an_unknown_profile_is_told_before_anything_is_run(harness: Harness, calls: list[Any]) -> None:
    assert harness("suite", "--profile", "nowhere") == 2
    assert calls == []


def test_what_is_not_installed_is_told(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], calls: list[Any]
) -> None:
    monkeypatch.setattr("harness.commands.suite.find_spec", lambda name: None)
    assert harness("suite", "--alluredir", "out") == 2
    told = capsys.readouterr().err
    assert "pytest, hypothesis, allure-pytest" in told
    assert "pip install 'fusion-interface-harness[suites]'" in told
    assert calls == []


@pytest.mark.parametrize(("pytests", "ours"), [(0, 0), (1, 1), (2, 2), (3, 2), (4, 2), (5, 2)])
def test_exit_codes_are_those_of_all_commands(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, pytests: int, ours: int
) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: SimpleNamespace(returncode=pytests))
    assert harness("suite") == ours


@pytest.mark.slow
def test_suites_judge_by_the_profile_of_the_workspace(
    harness: Harness, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert harness("init", "ws", "--name", "mine") == 0
    (tmp_path / "ws" / "suites" / "test_profile.py").write_text("\n".join(line[4:] for line in SHOWING.splitlines()))
    words = ["-p", "no:cacheprovider", "-k", "test_profile or DGL or account_that_does_not_exist"]
    assert harness("suite", "-w", "ws", "--junitxml", "junit.xml", "--", *words) == 0
    shown = capfd.readouterr().out
    assert ".-finance.gl_journals" not in shown  # nothing of it failed
    report = (tmp_path / "junit.xml").read_text()
    assert 'name="test_profile"' in report
    assert ".-finance.gl_journals-DGL-020-faulty" in report
    assert "cases/finance.gl_journals/account_that_does_not_exist" in report


@pytest.mark.slow
def test_a_failing_test_is_exit_code_one(harness: Harness, tmp_path: Path) -> None:
    assert harness("init", "ws", "--name", "mine") == 0
    (tmp_path / "ws" / "suites" / "test_broken.py").write_text("def test_broken():\n    assert False\n")
    assert harness("suite", "-w", "ws", "--", "-p", "no:cacheprovider", "-k", "test_broken") == 1
