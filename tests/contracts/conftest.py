"""A library of one's own, so that overlays can be tested on small contracts."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which ``contracts/`` is the library for the time of the test."""
    folder = tmp_path / "library"
    (folder / "contracts" / "finance").mkdir(parents=True)
    for module in ("contracts.library", "contracts.lint"):  # the room's door has a function of the name lint
        monkeypatch.setattr(sys.modules[module], "LIBRARY", folder / "contracts")
    return folder
