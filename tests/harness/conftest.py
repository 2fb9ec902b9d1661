"""A small journal payload, and the command line as a function."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from real_pod import pod
from told import desk

from harness import load, write
from harness.cli import main
from test_suites.payloads.journals import nutrition
from test_suites.payloads.sources import Records, day

__all__ = ["desk", "pod"]


@pytest.fixture
def journals() -> Records:
    """Two balanced journals of the example district, forty lines."""
    return nutrition(day("2026-11-19"), "7", 40)


@pytest.fixture
def payload(tmp_path: Path) -> Callable[..., Path]:
    """Writes journal records as a zip."""

    def build(records: Records, name: str = "GlInterface_1.zip", folder: str = "FIN-01a") -> Path:
        path = tmp_path / folder / name
        path.parent.mkdir(exist_ok=True)
        write(path, load("finance.gl_journals", "nc_district"), records)
        return path

    return build


@pytest.fixture
def harness(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., int]:
    """Runs the command line in an empty folder and returns its exit code."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HARNESS_WORKSPACE", raising=False)

    def call(*arguments: str) -> int:
        monkeypatch.setattr(sys, "argv", ["harness", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            main()
        return int(stop.value.code or 0)

    return call
