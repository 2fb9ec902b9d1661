"""The house: rooms with one door each, a version that the changelog knows, no secret and no stranger in the files."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from harness.version import __version__

ROOT = Path(__file__).parents[1]
ROOMS = ("contracts", "interfaces", "raid_log", "reports", "harness")
TEXTS = {".py", ".md", ".toml", ".yaml", ".csv", ".txt", ".json", ""}


def _files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    names = listed.stdout.splitlines() or [str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if path.is_file()]
    return [ROOT / name for name in names if (ROOT / name).is_file() and ".venv" not in name]


@pytest.mark.parametrize("room", ROOMS)
def test_every_name_on_a_rooms_door_exists_and_stands_in_order(room: str) -> None:
    front = importlib.import_module(room)
    names = list(front.__all__)
    assert len(set(names)) == len(names)
    assert [name for name in names if not hasattr(front, name)] == []
    plain = [name for name in names if not name.startswith("__")]
    assert [plain] == [sorted(plain, key=_order)]


def test_no_name_on_the_front_door_is_a_modules_own() -> None:
    """A module of that name would take its place as soon as it is imported."""
    modules = {path.stem for path in (ROOT / "harness").iterdir()} - {"failures"}
    assert modules & set(importlib.import_module("harness").__all__) == set()


def _order(name: str) -> tuple[int, str]:
    """Constants, then classes, then functions: the order in which ruff sorts ``__all__``."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


def test_the_changelog_names_the_version() -> None:
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_constraints_name_no_address() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!+_-]+", line)] == []


def test_every_dependency_has_a_lower_and_an_upper_bound() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    loose = [
        one for one in project["dependencies"] if not one.startswith("tzdata") and not ("<" in one and ">=" in one)
    ]
    assert loose == []


def test_no_file_is_large() -> None:
    assert [path.name for path in _files() if path.stat().st_size > 1_500_000] == []


def test_the_project_speaks_only_of_itself() -> None:
    strange = re.compile("shared/(design|domain|reference)|" + "/" + "work/|" + "index-" + "url")
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in _files()
        if path.suffix in TEXTS and path.stat().st_size < 1_000_000
        for match in strange.finditer(path.read_text(encoding="utf-8", errors="ignore"))
    ]
    assert found == []


def test_tests_of_one_group_run_in_one_worker(tmp_path: Path) -> None:
    """What they share is made once; pytest and its plug-in for workers are of versions that understand each other."""
    text = """
import pytest

@pytest.mark.xdist_group("one")
@pytest.mark.parametrize("number", range(6))
def test_it(number, worker_id):
    with open("workers", "a") as file:
        print(worker_id, file=file)
"""
    (tmp_path / "test_groups.py").write_text(text)
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup", "test_groups.py"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    workers = (tmp_path / "workers").read_text().split()
    assert (len(workers), len(set(workers))) == (6, 1)
