"""The CI files of the documentation: they parse, have the three jobs, and call commands and options that exist."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import click
import pytest
import typer.main
import yaml

from harness.cli import app

FOLDER = Path(__file__).parents[1] / "docs" / "ci"
YAMLS = ("github-actions.yml", "gitlab-ci.yml", "azure-pipelines.yml")
FILES = (*YAMLS, "Jenkinsfile")
WANTED = ("lint", "suite", "report weekly", "report digest", "report readiness", "ready")


def commands(name: str) -> list[list[str]]:
    text = "\n".join(
        line for line in (FOLDER / name).read_text(encoding="utf-8").splitlines() if not re.match(r"\s*(#|//)", line)
    )
    return [shlex.split(found.split(" #")[0].split("'")[0])[1:] for found in re.findall(r"\bharness [a-z][^\n]*", text)]


def parse(words: list[str]) -> None:
    """Walk the tree of commands and let the last one read its options."""
    command: Any = typer.main.get_command(app)
    context = click.Context(command, info_name="harness")
    while hasattr(command, "commands"):
        command = command.commands[words.pop(0)]
        context = command.context_class(command, parent=context, info_name=command.name)
    command.parse_args(context, words)


@pytest.mark.parametrize("name", FILES)
def test_every_command_and_option_of_a_snippet_exists(name: str) -> None:
    found = commands(name)
    for words in found:
        parse(list(words))
    told = [" ".join(words) for words in found]
    for wanted in WANTED:
        assert any(one == wanted or one.startswith(f"{wanted} ") for one in told), wanted


@pytest.mark.parametrize("name", YAMLS)
def test_a_snippet_is_yaml_with_the_three_jobs(name: str) -> None:
    text = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    jobs = text.get("jobs", text)
    names = {one["job"] for one in jobs} if isinstance(jobs, list) else set(jobs)
    assert {"suites", "weekly", "release"} <= names


def test_the_jenkinsfile_is_balanced_and_has_its_stages() -> None:
    text = (FOLDER / "Jenkinsfile").read_text(encoding="utf-8")
    assert text.count("{") == text.count("}")
    assert re.findall(r"stage\('([^']+)'\)", text) == ["Install", "Suites", "Weekly report", "Release gate"]


@pytest.mark.parametrize("name", YAMLS)
def test_the_store_is_a_secret_that_suites_do_not_have(name: str) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8")
    jobs = yaml.safe_load(text).get("jobs", yaml.safe_load(text))
    suites = next(one for one in jobs if one["job"] == "suites") if isinstance(jobs, list) else jobs["suites"]
    assert "HARNESS_STORE" not in str(suites)
    assert "HARNESS_STORE" in text
    assert "://" not in text


def test_in_the_jenkinsfile_suites_do_not_have_it_either() -> None:
    text = (FOLDER / "Jenkinsfile").read_text(encoding="utf-8")
    assert "HARNESS_STORE" not in text.partition("stage('Suites')")[2].partition("stage('Weekly report')")[0]
    assert text.count("credentials('harness-store')") == 2
