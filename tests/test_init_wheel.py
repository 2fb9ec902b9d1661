"""Five commands from an empty folder to a green suite, with the wheel and nothing of the clone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.slow


def test_five_commands_lead_from_nothing_to_a_green_suite(wheel: Path, tmp_path: Path) -> None:
    district = tmp_path / "my-district"
    commands = tmp_path / ".venv" / ("Scripts" if sys.platform == "win32" else "bin")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("HARNESS_", "PYTHONPATH"))}

    def call(folder: Path, *words: str) -> str:
        done = subprocess.run(words, cwd=folder, env=clean, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{words}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    pip = [str(commands / "python"), "-m", "pip", "install", "--quiet", "-c", str(ROOT / "constraints.txt")]
    harness = str(commands / "harness")
    call(tmp_path, sys.executable, "-m", "venv", ".venv")
    call(tmp_path, *pip, f"{wheel}[suites]")
    call(tmp_path, harness, "init", "my-district")
    assert "1 conform, 0 do not" in call(district, harness, "check", "payloads/FIN-01/GlInterface.zip")
    call(district, harness, "suite", "--alluredir", "allure-results", "--junitxml", "junit.xml", "--", "-n", "2")

    assert "already satisfied" in call(district, *pip[:3], "install", "--no-index", "-r", "requirements.txt")
    run = [case.get("classname", "") for case in ElementTree.parse(district / "junit.xml").iter("testcase")]
    suites = {"test_conformance", "test_cases", "test_properties", "test_district"}
    assert {name.rpartition(".")[2] for name in run} == suites
    results = [json.loads(path.read_text()) for path in (district / "allure-results").glob("*-result.json")]
    assert len(results) == len(run)
    assert {result["status"] for result in results} <= {"passed", "skipped"}
    assert (district / "allure-results" / "environment.properties").is_file()
