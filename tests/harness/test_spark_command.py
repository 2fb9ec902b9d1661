"""``harness check --engine spark``: the same JSON and findings, nothing else on the screen, and errors in words."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from told import PAYLOADS, SPOILED

pytest.importorskip("pyspark")
if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
    pytest.skip("no Java", allow_module_level=True)

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("spark")]


def check(folder: Path, *options: object, **variables: str) -> subprocess.CompletedProcess[str]:
    """A process of its own, as one JVM serves all sessions of a process."""
    command = [sys.executable, "-m", "harness.cli", "check", PAYLOADS / SPOILED, "--profile", "nc_district", *options]
    environment = {**os.environ, "TMPDIR": str(folder), **variables}
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, env=environment)


def report(folder: Path, *options: object) -> tuple[str, Any, list[tuple[Any, ...]]]:
    """Screen, JSON and all findings."""
    target, found = folder / "check.json", folder / "found.parquet"
    told = check(folder, "--json", target, "--findings", found, *options)
    assert (told.returncode, told.stderr) == (1, "")
    return told.stdout, json.loads(target.read_text()), sorted(pl.read_parquet(found).rows())


def test_a_check_on_spark_prints_and_writes_what_every_check_does_and_leaves_nothing_behind(tmp_path: Path) -> None:
    tables = tmp_path / "tables"
    tables.mkdir()
    expected = report(tmp_path)
    assert report(tmp_path, "--engine", "spark", "--master", "local[2]", "--spark-folder", tables) == expected
    assert not list(tables.iterdir())


@pytest.mark.parametrize(
    ("options", "variables", "words"),
    [
        (("--spark-folder", "nowhere"), {}, "no folder for tables: No such file or directory"),
        (("--master", "nonsense"), {}, "Spark does not start: Master must either be"),
        ((), {"JAVA_HOME": "/nowhere"}, "/nowhere/bin/java: No such file or directory"),
    ],
)
def test_a_spark_that_does_not_start_is_told_in_words(
    tmp_path: Path, options: tuple[str, ...], variables: dict[str, str], words: str
) -> None:
    told = check(tmp_path, "--engine", "spark", *options, **variables)
    assert told.returncode == 2
    assert words in told.stderr
    assert "Traceback" not in told.stderr
    assert "--engine spark" in told.stderr or "--master" in told.stderr or "--spark-folder" in told.stderr
