"""Empty stores for property tests: copies of one, because making a schema takes longer than an example."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from raid_log import Store, open_store


@cache
def _template() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.db"
        open_store(f"sqlite:///{path}").close()
        return path.read_bytes()


@contextmanager
def empty_store() -> Iterator[Store]:
    folder = tempfile.mkdtemp()
    path = Path(folder) / "store.db"
    path.write_bytes(_template())
    try:
        with open_store(f"sqlite:///{path}") as store:
            yield store
    finally:
        shutil.rmtree(folder)
