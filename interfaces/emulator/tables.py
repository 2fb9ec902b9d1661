"""Interface tables and base tables of the emulated pod. They live as long as the emulator: loads add, imports judge."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping
from typing import Any


class Row:
    """One row of an interface table: what SQL*Loader made of one record."""

    __slots__ = ("load", "record", "status", "values")

    def __init__(self, load: int, record: int, values: Mapping[str, str]) -> None:
        self.load = load  # LOAD_REQUEST_ID
        self.record = record  # number of the record in its file, from 1
        self.status = "NEW"  # until an import has judged it
        self.values = values  # column -> text; blank columns are absent, dates are YYYY-MM-DD, numbers plain decimals

    def get(self, column: str) -> str:
        """The value of a column, "" where it is blank."""
        return self.values.get(column, "")


class Tables:
    """``interface``: table -> rows, oldest first. ``base``: object -> key -> what the pod knows of it."""

    def __init__(self) -> None:
        self.interface: defaultdict[str, list[Row]] = defaultdict(list)
        self.base: defaultdict[str, dict[Hashable, Any]] = defaultdict(dict)

    def purge(self, load: int) -> None:
        """Forget the interface rows of a load."""
        for table, rows in self.interface.items():
            self.interface[table] = [row for row in rows if row.load != load]
