"""Which contracts are judged at every change, and which only with the slow parts: they are too many."""

from __future__ import annotations

from pathlib import Path

import pytest

OFTEN = frozenset(folder.name for folder in (Path(__file__).parent / "cases").iterdir() if folder.is_dir())
"""Contracts with cases: those of the example deliveries."""


def marks(profile: str, identity: str) -> list[pytest.MarkDecorator]:
    """Return the marks of a contract's tests: one worker computes what they share; the others' are slow ones."""
    shared = pytest.mark.xdist_group(f"{profile}-{identity}")
    return [shared] if identity in OFTEN else [shared, pytest.mark.slow]
