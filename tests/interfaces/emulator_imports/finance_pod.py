"""An emulated pod for tests of one import: interface tables, a set-up, and request ids that grow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from xml.etree.ElementTree import Element, fromstring

from contracts import Contract
from interfaces.emulator.jobs import Call, Done, ImportJob
from interfaces.emulator.setup import Setup
from interfaces.emulator.tables import Row, Tables

Values = Mapping[str, str | None]


@dataclass
class Pod:
    """What the loader left, and what an import makes of it."""

    setup: Setup = field(default_factory=Setup)
    tables: Tables = field(default_factory=Tables)
    requests: Iterator[int] = field(default_factory=lambda: count(1001))

    def load(self, **tables: Iterable[Values]) -> int:
        """Put rows into interface tables as the loader does, blanks left out; return the id of the load."""
        load = next(self.requests)
        for table, rows in tables.items():
            for record, values in enumerate(rows, start=1):
                row = Row(load, record, {name: value for name, value in values.items() if value})
                self.tables.interface[table].append(row)
        return load

    def run(self, job: ImportJob, *arguments: str, load: int = 0) -> Done:
        """Run an import with its arguments."""
        new = self.requests.__next__
        return job.run(Call(new(), load, arguments, self.tables, self.setup, new))

    def statuses(self, table: str) -> list[str]:
        """The status of every row of a table, oldest first."""
        return [row.status for row in self.tables.interface[table]]


def loaded(contract: Contract, records: Mapping[str, Iterable[Values]]) -> dict[str, Iterable[Values]]:
    """The records of a contract's example by interface table."""
    return {contract.files[file].table: rows for file, rows in records.items()}


def rows_of(done: Done) -> list[dict[str, str]]:
    """The rows of a rows report."""
    return [{leaf.tag: leaf.text or "" for leaf in row} for row in tree(done).iter("G_ROWS")]


def tree(done: Done) -> Element:
    """The data XML that a job left."""
    return fromstring(done.outputs["xml"])


def patched(row: Values, **patch: Any) -> Values:
    """A row with some values replaced; None blanks one."""
    return {**row, **patch}
