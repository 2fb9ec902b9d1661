"""The CI files of the documentation: they parse, have the three jobs, and call commands and options that exist."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

from harness.cli import app

FOLDER = Path(__file__).parents[1] / "docs" / "ci"
YAMLS = ("github-actions.yml", "gitlab-ci.yml", "azure-pipelines.yml")
FILES = (*YAMLS, "Jenkinsfile")
JOBS = {
    "suites": ["lint", "suite --effort ci --alluredir allure-results --junitxml junit.xml"],
    "weekly": ["report weekly", "report digest"],
    "release": ["report readiness", "ready"],
}
"""Job -> its commands, in their order."""
STAGES = {"suites": "Suites", "weekly": "Weekly report", "release": "Release gate"}
PAIRS = {")": "(", "]": "[", "}": "{"}


def read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def job(file: str, name: str) -> str:
    """All that a job is told, as text without comments."""
    if file == "Jenkinsfile":
        return re.split(r"\bstage\('", re.sub(r"// .*", "", read(file)).partition(f"stage('{STAGES[name]}')")[2])[0]
    told = yaml.safe_load(read(file))
    jobs = told.get("jobs", told)
    found = next(one for one in jobs if one["job"] == name) if isinstance(jobs, list) else jobs[name]
    return str(yaml.safe_dump(found, width=10_000))


def commands(text: str) -> list[str]:
    """Command lines of the harness, without its name."""
    found = re.findall(r"\bharness ([a-z][^\n']*)", text.replace("\\n", "\n"))
    return [line.split(" #")[0].rstrip(' "\\') for line in found]


def parse(words: list[str]) -> None:
    """Walk the tree of commands and let the last one read its options."""
    command: Any = typer.main.get_command(app)
    while hasattr(command, "commands"):
        command = command.commands[words.pop(0)]
    command.make_context(command.name, words)


@pytest.mark.parametrize("name", JOBS)
@pytest.mark.parametrize("file", FILES)
def test_every_job_calls_its_commands_and_they_exist_with_their_options(file: str, name: str) -> None:
    assert commands(job(file, name)) == JOBS[name]
    for line in JOBS[name]:
        parse(shlex.split(line))


@pytest.mark.parametrize("file", YAMLS)
def test_no_command_stands_outside_of_the_three_jobs(file: str) -> None:
    text = yaml.safe_dump(yaml.safe_load(read(file)), width=10_000)
    assert sorted(commands(text)) == sorted(line for lines in JOBS.values() for line in lines)


def test_an_option_that_does_not_exist_would_be_found() -> None:
    with pytest.raises(Exception, match="No such option: --weak"):
        parse(shlex.split("report weekly --weak 2026-W48"))
    with pytest.raises(KeyError, match="monthly"):
        parse(shlex.split("report monthly"))


def test_the_jenkinsfile_is_balanced_and_has_its_stages() -> None:
    text = read("Jenkinsfile")
    assert re.findall(r"stage\('([^']+)'\)", text) == ["Install", *STAGES.values()]
    opened: list[str] = []
    for sign in re.sub(r"'[^'\n]*'|\"[^\"\n]*\"|// .*", "", text):
        if sign in PAIRS.values():
            opened.append(sign)
        elif sign in PAIRS:
            assert opened.pop() == PAIRS[sign]
    assert opened == []


@pytest.mark.parametrize("file", FILES)
def test_a_change_has_no_store_to_record_into(file: str) -> None:
    assert "HARNESS_STORE" not in job(file, "suites")
    assert "environment:" not in job(file, "suites")
    assert all("HARNESS_STORE" in job(file, name) for name in ("weekly", "release"))


@pytest.mark.parametrize(
    ("file", "secret"),
    [
        ("github-actions.yml", "${{ secrets.HARNESS_STORE }}"),
        ("azure-pipelines.yml", "$(HARNESS_STORE)"),
        ("Jenkinsfile", "credentials('harness-store')"),
        ("gitlab-ci.yml", None),  # there a variable comes by itself, to the jobs of its environment
    ],
)
def test_the_store_comes_from_the_secrets_of_the_ci(file: str, secret: str | None) -> None:
    for name in ("weekly", "release"):
        given = set(re.findall(r"HARNESS_STORE ?[:=] ?(.*?)(?: }$|$)", job(file, name), re.MULTILINE))
        assert given == ({secret} if secret else set())
        assert secret or "name: programme" in job(file, name)


@pytest.mark.parametrize("file", FILES)
def test_no_address_and_no_word_of_a_secret_is_written_down(file: str) -> None:
    text = read(file)
    assert "://" not in text
    assert not re.search(r"(?i)passw|bearer|api.?key", text)
    used = set(re.findall(r"(?:uses|task): (\S+)", text))
    assert used <= {
        "actions/checkout@v4", "actions/setup-python@v5", "actions/upload-artifact@v4",
        "UsePythonVersion@0", "PublishTestResults@2", "DownloadPipelineArtifact@2",
    }  # fmt: skip


def test_a_job_of_github_may_only_read() -> None:
    told = yaml.safe_load(read("github-actions.yml"))
    rights = [told["permissions"], *(one["permissions"] for one in told["jobs"].values() if "permissions" in one)]
    assert {right for one in rights for right in one.values()} == {"read"}


@pytest.mark.parametrize("name", JOBS)
@pytest.mark.parametrize("file", FILES)
def test_what_was_written_is_kept_of_a_failed_job_too(file: str, name: str) -> None:
    kept = {"suites": "allure-results", "weekly": "out/weekly", "release": "out/readiness"}[name]
    text = job(file, name)
    assert re.search(r"always\b", text)
    assert kept in text or (file == "azure-pipelines.yml" and "publish: out\n" in text)


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("github-actions.yml", "concurrency: weekly"),
        ("gitlab-ci.yml", "resource_group: weekly"),
        ("azure-pipelines.yml", "timeoutInMinutes: 60"),
        ("Jenkinsfile", "disableConcurrentBuilds()"),
    ],
)
def test_the_history_is_carried_over_and_has_one_writer(file: str, said: str) -> None:
    assert said in (read(file) if file == "Jenkinsfile" else job(file, "weekly"))
    assert "history" in (read(file) if file == "Jenkinsfile" else job(file, "weekly"))


@pytest.mark.skipif(sys.platform == "win32", reason="the guard is written for a POSIX shell")
@pytest.mark.parametrize("name", ["weekly", "release"])
@pytest.mark.parametrize("file", ["github-actions.yml", "gitlab-ci.yml"])
def test_a_secret_that_is_missing_stops_the_job_before_a_store_is_made(file: str, name: str) -> None:
    told = yaml.safe_load(read(file))
    if file == "github-actions.yml":
        step = next(one for one in told["jobs"][name]["steps"] if "HARNESS_STORE" in one.get("env", {}))
        lines = step["run"].splitlines()
    else:
        lines = told[name]["script"]
    guard = lines[0]
    for url, ends in (("", 1), ("sqlite:///store.db", 0)):
        assert subprocess.run(["sh", "-c", guard], env=os.environ | {"HARNESS_STORE": url}).returncode == ends


def test_a_secret_of_azure_that_is_missing_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Azure leaves the name of a variable that is not set as it is written."""
    assert call(monkeypatch, "init", str(tmp_path / "ws"), "--quiet") == 0
    monkeypatch.setenv("HARNESS_STORE", "$(HARNESS_STORE)")
    assert call(monkeypatch, "ready", "--workspace", str(tmp_path / "ws")) == 2
    assert "the URL of the store" in capsys.readouterr().err
    assert not (tmp_path / "ws" / "store.db").exists()


def test_a_programme_without_evidence_does_not_pass_the_gate_and_leaves_its_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert call(monkeypatch, "init", str(tmp_path), "--quiet") == 0
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HARNESS_STORE", f"sqlite:///{tmp_path / 'programme.db'}")
    assert [call(monkeypatch, *line.split()) for line in JOBS["release"]] == [0, 3]
    assert (tmp_path / "out" / "readiness.html").is_file()
    assert [call(monkeypatch, *line.split()) for line in JOBS["suites"][:1] + JOBS["weekly"][1:]] == [0, 0]


@pytest.mark.slow
def test_suites_of_a_new_workspace_leave_results_and_no_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert call(monkeypatch, "init", str(tmp_path), "--quiet") == 0
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HARNESS_STORE", raising=False)
    suite = [*shlex.split(JOBS["suites"][1]), "--", "-k", "gl_journals and conformance"]
    assert call(monkeypatch, *suite) == 0
    assert (tmp_path / "junit.xml").is_file()
    assert list((tmp_path / "allure-results").glob("*-result.json"))
    assert not (tmp_path / "store.db").exists()


def call(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """Run a command line of the harness and return its exit code."""
    from harness.cli import main

    monkeypatch.delenv("HARNESS_WORKSPACE", raising=False)
    monkeypatch.setattr(sys, "argv", ["harness", *words])
    with pytest.raises(SystemExit) as stop:
        main()
    return int(stop.value.code or 0)
