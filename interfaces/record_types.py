"""Members in which records of several types follow each other: taken apart on reading, put in order on writing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from contracts.model import ABOVE, OWN, Contract, File
from contracts.nesting import in_order
from interfaces.package import Member
from interfaces.payload import Fact


@dataclass(frozen=True)
class Line:
    """One physical record of a member: its place and its fields (delimited) or its text as the only one."""

    number: int  # physical line on which it begins, from 1
    fields: Sequence[str]
    fault: str = ""  # why it cannot be split or decoded for certain


def shared(contract: Contract) -> bool:
    """True if some file of the contract is one record type of a member."""
    return any(file.record_type for file in contract.files.values())


def kinds(files: Sequence[File], part: Callable[[Line, int, int], str]) -> Callable[[Line], File | None]:
    """Return what tells the file of a record; ``part`` gives the text of a record at a mark (position, width).

    The file whose marks are longest wins: a line of nines is a filler before it is a control record.
    """
    ranked = sorted(files, key=lambda file: -sum(len(mark.value) for mark in file.record_type))

    def kind(line: Line) -> File | None:
        return next(
            (
                file
                for file in ranked
                if all(part(line, mark.at, mark.width or len(mark.value)) == mark.value for mark in file.record_type)
            ),
            None,
        )

    return kind


@dataclass(frozen=True)
class Sorted:
    """Records of one member by file id, each with its marks, and those of no known type."""

    records: Mapping[str, Sequence[tuple[Line, str, str | None]]]  # record, its own mark, the mark of the one above it
    unknown: Sequence[Line]


def sorted_out(files: Sequence[File], lines: Iterable[Line], kind: Callable[[Line], File | None], first: int) -> Sorted:
    """Return the records by type. The one above a record is the last before it of the parent's type.

    ``first``: number of records of earlier members, so that marks are unique.
    """
    found: dict[str, list[tuple[Line, str, str | None]]] = {file.id: [] for file in files}
    last: dict[str, str] = {}
    unknown = []
    for ordinal, line in enumerate(lines, start=first + 1):
        file = kind(line)
        if file is None:
            unknown.append(line)
            continue
        mark = str(ordinal)
        above = last.get(file.parent.file) if file.parent else None
        found[file.id].append((line, mark, above))
        last[file.id] = mark
    return Sorted(found, unknown)


def marks(file: File, rows: Sequence[tuple[Line, str, str | None]]) -> list[pl.Series]:
    """Return the marks of a file's records, as far as it has such columns."""
    own = pl.Series(OWN, [mark for _, mark, _ in rows], dtype=pl.String)
    above = pl.Series(ABOVE, [mark for _, _, mark in rows], dtype=pl.String)
    return [series for series in (own, above) if series.name in file.columns]


def about_empty(files: Sequence[File], member: Member) -> list[Fact]:
    """Return the fact about a member without a byte, unless none of its files has to be there."""
    if member.data or all(file.optional for file in files):
        return []
    return [Fact(f"{files[0].id}.shape.unreadable", files[0].id, "the member is empty", member=member.name)]


def about_unknown(lines: Sequence[Line], member: str) -> list[Fact]:
    """Return the fact about records of no known type, if there are any."""
    if not lines:
        return []
    numbers = ", ".join(str(line.number) for line in lines[:5]) + (", ..." if len(lines) > 5 else "")
    detail = f"{len(lines):,} record{'s' * (len(lines) != 1)} of no known type, line {numbers}"
    return [Fact("package.record_type", "", detail, member=member)]


def merged(contract: Contract, texts: Mapping[str, pl.Series], frames: Mapping[str, pl.DataFrame]) -> list[str]:
    """Return the written records of one member in file order: a record, then all below it."""
    keys = {
        name: frames[name].select(one for one in (OWN, ABOVE) if one in frames[name].columns).to_dicts()
        or [{}] * frames[name].height
        for name in texts
    }
    lists = {name: text.to_list() for name, text in texts.items()}
    return [lists[name][index] for name, index in in_order(contract, keys)]
