"""Stores for the tests of the RAID log."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from raid_log import Store, open_store


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with open_store(url) as opened:
        yield opened
