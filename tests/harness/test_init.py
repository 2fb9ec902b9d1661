"""A new workspace is complete: its contracts are sound, its sample and its own suite pass, its CI files can be run."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import yaml

from harness import find_workspace, lint
from harness.cli import COMMANDS, GROUPS

Harness = Callable[..., int]
CI_FILES = (".github/workflows/interfaces.yml", ".gitlab-ci.yml")


@pytest.fixture
def made(harness: Harness, tmp_path: Path) -> Path:
    assert harness("init", "my-district") == 0
    return tmp_path / "my-district"


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_workspace_has_all_that_a_first_run_needs(made: Path) -> None:
    written = content(made)
    wanted = {
        "harness.toml", "profile.toml", "register.csv", "people.csv", "contracts/finance/gl_journals.yaml",
        "suites/test_district.py", "payloads/FIN-01/GlInterface.zip", "README.md", ".gitignore",
        "requirements.txt", *CI_FILES,
    }  # fmt: skip
    assert wanted <= written.keys()
    assert not [name for name in written if name.endswith(".j2")]
    assert 'name = "my_district"' in written["profile.toml"].decode()


def test_the_next_commands_are_told(harness: Harness, capsys: pytest.CaptureFixture[str]) -> None:
    assert harness("init", "my district") == 0
    assert "  cd 'my district'\n  harness lint\n" in capsys.readouterr().out


def test_the_same_workspace_has_the_same_bytes(harness: Harness, made: Path, tmp_path: Path) -> None:
    assert harness("init", "again", "--name", "my_district") == 0
    assert content(tmp_path / "again") == content(made)


def test_nothing_that_exists_is_overwritten(harness: Harness, made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (made / "register.csv").write_text("mine")
    (made / "README.md").unlink()
    before = content(made)
    assert harness("init", str(made)) == 2
    assert content(made) == before
    told = capsys.readouterr().err
    assert "nothing was written" in told
    assert "register.csv" in told
    assert "README.md" not in told


def test_other_files_of_the_folder_are_left_alone(harness: Harness, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    assert harness("init", "--name", "here") == 0
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert (tmp_path / "harness.toml").is_file()


@pytest.mark.parametrize("name", ["", "1st", "My District", "../up", 'a"b', "nc_district", "oracle"])
def test_a_name_that_no_profile_can_have_is_refused(harness: Harness, tmp_path: Path, name: str) -> None:
    arguments = ["--name", name] if name else []
    assert harness("init", "new" if name else "---/", *arguments) == 2
    assert content(tmp_path) == {}


def test_a_folder_that_cannot_be_made_is_no_traceback(
    harness: Harness, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert harness("init", "file/inside") == 2
    assert "cannot be written" in capsys.readouterr().err


def test_the_overlay_of_a_new_workspace_is_sound(made: Path) -> None:
    found = find_workspace(made)
    assert found.profile.name == "my_district"
    assert lint(found.profile, ["finance.gl_journals"]) == []


def test_the_sample_passes_and_the_case_is_as_expected(
    harness: Harness, made: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HARNESS_WORKSPACE", str(made))
    assert harness("check", str(made / "payloads/FIN-01/GlInterface.zip")) == 0
    assert "1 conform, 0 do not" in capsys.readouterr().out
    assert harness("regress", "cases/finance.gl_journals/account_that_does_not_exist") == 0
    assert "1 cases:" in capsys.readouterr().out
    assert harness("run") == 0


@pytest.mark.slow
def test_the_suite_of_a_new_workspace_passes(made: Path) -> None:
    call = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--harness-effort", "dev"]
    done = subprocess.run(call, cwd=made, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "4 passed" in done.stdout


FAILING = """
    import pytest

    @pytest.mark.parametrize("contract", ["finance.gl_journals"], indirect=True)
    def test_a_journal_has_one_line(contract, strategy, explore):
        def promise(records):
            assert len(records["gl"]) < 2, "two lines"
        explore(contract, strategy, promise)
"""


@pytest.mark.slow
def test_a_failure_of_the_own_suite_becomes_a_case_of_the_workspace(
    made: Path, harness: Harness, capsys: pytest.CaptureFixture[str]
) -> None:
    (made / "suites" / "test_failing.py").write_text(dedent(FAILING))
    call = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "suites/test_failing.py"]
    assert subprocess.run(call, cwd=made, capture_output=True, check=False).returncode == 1
    assert harness("case", "add", "--from-failure", "--workspace", str(made), "--why", "Two lines.") == 0
    [kept] = (made / "cases" / "finance.gl_journals").glob("two_lines/expected.yaml")
    assert yaml.safe_load(kept.read_text(encoding="utf-8"))["profile"] == "."
    capsys.readouterr()
    assert harness("regress", "two_lines", "--workspace", str(made)) == 0
    assert "1 passing" in capsys.readouterr().out


def _commands(data: Any) -> list[str]:
    """Every line that a CI file runs."""
    if isinstance(data, dict):
        own = [line for key in ("run", "script") if key in data for line in _lines(data[key])]
        return own + [line for value in data.values() for line in _commands(value)]
    return [line for value in data for line in _commands(value)] if isinstance(data, list) else []


def _lines(script: Any) -> list[str]:
    return script.splitlines() if isinstance(script, str) else [str(line) for line in script]


@pytest.mark.parametrize("name", CI_FILES)
def test_a_ci_file_runs_commands_that_exist_and_keeps_their_results(made: Path, name: str) -> None:
    data = yaml.safe_load((made / name).read_text())
    commands = _commands(data)
    called = [line.split()[1] for line in commands if line.startswith("harness ")]
    assert called == ["lint", "suite"]
    assert set(called) <= set(COMMANDS)
    assert "pip install -r requirements.txt" in commands
    assert not [line for line in commands if "|" in line or ";" in line], "nothing may hide an exit code"
    suite = next(line for line in commands if line.startswith("harness suite"))
    text = (made / name).read_text()
    assert re.search(r"if: always\(\)|when: always", text)
    assert all(text.count(word) >= 2 for word in re.findall(r"--(?:alluredir|junitxml) (\S+)", suite))


def test_every_command_of_the_readme_exists(made: Path) -> None:
    called = re.findall(r"(?:^|`)harness (\w+)", (made / "README.md").read_text(), re.M)
    assert called
    assert set(called) <= {*COMMANDS, *GROUPS}
