"""Valid payloads as they are written, member by member and line by line, to be altered."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from contracts import Contract, File, line_numbers
from interfaces import Dialect, HdlDialect, Records, unzipped, write, zipped

Members = Mapping[str, bytes]
"""Content of each member of a package by its name."""


@dataclass(frozen=True)
class Altered:
    """A payload's bytes, and the records of the rule's file, from 1, that the rule must find; none = the whole file."""

    content: bytes
    rows: tuple[int, ...] = ()


@dataclass(frozen=True)
class Original:
    """The records of a valid payload, and the file of which the rule speaks ("" = the package)."""

    contract: Contract
    records: Records
    file: str = ""

    @cached_property
    def members(self) -> Members:
        """Its members as they are written, without END."""
        return members(self.contract, self.records)

    @cached_property
    def member(self) -> str:
        """The member in which the file stands."""
        names = self.members if len(self.members) == 1 else members(self.contract, {self.file: self.records[self.file]})
        return next(iter(names))

    @property
    def spec(self) -> File:
        """The file."""
        return self.contract.files[self.file]

    @property
    def delimiter(self) -> bytes:
        """What separates the values of a record."""
        return b"|" if self.contract.channel == "hdl" else self.spec.csv.delimiter.encode()

    @property
    def lines(self) -> list[bytes]:
        """The lines of the file's member."""
        return self.members[self.member].splitlines()

    @property
    def own(self) -> list[int]:
        """Which of the lines are the file's records: all but a header, or those of its record type."""
        if not self.spec.record_type:
            return list(range(int(self.spec.csv.header), len(self.lines)))
        return sorted(line - 1 for line in line_numbers(self.contract, self.records)[self.file])

    def with_line(self, at: int, line: bytes, rows: tuple[int, ...] = ()) -> Altered:
        """The payload with another line in place of one."""
        return self.with_lines([line if here == at else one for here, one in enumerate(self.lines)], rows)

    def with_lines(self, lines: Sequence[bytes], rows: tuple[int, ...] = ()) -> Altered:
        """The payload with other lines in the file's member."""
        return self.with_members({self.member: b"".join(line + b"\n" for line in lines)}, rows)

    def with_members(self, others: Members, rows: tuple[int, ...] = ()) -> Altered:
        """The payload with these members in place of those of their names, or besides."""
        return Altered(zipped({**self.members, **others}), rows)


def members(contract: Contract, records: Records, dialect: Dialect | HdlDialect | None = None) -> Members:
    """Return the members of these records as they are written, without END unless a dialect asks for it."""
    plain = dialect or (Dialect(end=False) if contract.channel in ("fbdi", "delimited") else None)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "payload.zip"
        write(path, contract, records, dialect=plain)
        return unzipped(path.read_bytes())
