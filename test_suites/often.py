"""Which contracts are judged at every change, and which only with the slow parts: they are too many."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness import load_profile, written_ids

OFTEN = frozenset(folder.name for folder in (Path(__file__).parent / "cases").iterdir() if folder.is_dir())
"""Contracts with cases: those of the example deliveries. Here they are judged as the district has them."""

_DISTRICT = "nc_district"


def marks(profile: str, identity: str) -> list[pytest.MarkDecorator]:
    """Return the marks of a contract's tests: one worker computes what they share; the others' are slow ones."""
    shared = pytest.mark.xdist_group(f"{profile}-{identity}")
    return [shared] if profile == _DISTRICT and identity in OFTEN else [shared, pytest.mark.slow]


def each_once() -> list[tuple[str, str]]:
    """Return profile and id of every contract, once: as the district states it, else as the library does."""
    stated = {name: written_ids(load_profile(name)) for name in ("oracle", _DISTRICT)}
    rest = [("oracle", one) for one in stated["oracle"] if one not in stated[_DISTRICT]]
    return rest + [(_DISTRICT, one) for one in stated[_DISTRICT]]
