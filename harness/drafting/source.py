"""What a source says: files with their columns, and what in it was not understood. Plain data that survives JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from itertools import count
from typing import Any


@dataclass(frozen=True)
class SourceColumn:
    """One column, in the words of a layout: contract format, section 4."""

    name: str
    label: str = ""
    type: str = ""  # VARCHAR2, NUMBER, DATE, TIMESTAMP, FLAG, BOOLEAN; "" = the source does not say
    length: int | None = None
    scale: int | None = None
    required: str = ""  # Y | C | ""
    mask: str = ""  # Oracle mask of a date or timestamp
    buffer: int | None = None  # bytes that SQL*Loader reads of it, where a control file says so
    notes: str = ""
    certainty: str = "likely"  # known | likely | memory
    question: str = ""  # what is a guess, as a question
    path: str = ""  # rest
    lov: str = ""  # rest: the resource that lists its values


@dataclass(frozen=True)
class SourceFile:
    """One file, component or collection. ``stem`` names its layout, or the file itself where it has none."""

    stem: str
    where: str  # the tab, table, line or collection it was read from
    columns: tuple[SourceColumn, ...]
    kind: str = ""  # rich | thin (FBDI tabs)
    name: str = ""  # member of the package, or child collection (rest)
    table: str = ""
    parent: str = ""  # stem of the file in whose records this one is nested
    record_type: tuple[int, str] | None = None  # field and value that route a record here
    csv: Mapping[str, Any] | None = None  # wire facts that differ from the channel's defaults
    remarks: tuple[str, ...] = ()
    question: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in file order."""
        return tuple(column.name for column in self.columns)


@dataclass(frozen=True)
class Note:
    """A part of the source from which no columns were taken, and why."""

    where: str
    why: str


@dataclass(frozen=True)
class Source:
    """All that one file says."""

    name: str
    kind: str  # template | control file | HDL metadata | sample | ODCS contract | REST description
    channel: str
    files: tuple[SourceFile, ...]
    skipped: tuple[Note, ...] = ()  # holds no columns by its nature: instructions, blank
    unread: tuple[Note, ...] = ()  # may hold columns, and was not understood
    sha256: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return what ``from_json`` takes."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Source:
        """Return the source that ``as_json`` gave."""
        notes = {key: tuple(Note(**note) for note in data[key]) for key in ("skipped", "unread")}
        return cls(**{**data, **notes, "files": tuple(_file(one) for one in data["files"])})


def _file(data: Mapping[str, Any]) -> SourceFile:
    marks = tuple(data["record_type"]) if data["record_type"] else None
    columns = tuple(SourceColumn(**one) for one in data["columns"])
    return SourceFile(**{**data, "columns": columns, "record_type": marks, "remarks": tuple(data["remarks"])})


def distinct(columns: list[SourceColumn]) -> tuple[list[SourceColumn], list[str]]:
    """Return the columns with a name each of its own, and a remark per name that stood twice."""
    taken = {column.name for column in columns}
    seen: set[str] = set()
    found, remarks = [], []
    for position, column in enumerate(columns, start=1):
        others = (f"{column.name}_{number}" for number in count(2))
        name = column.name if column.name not in seen else next(one for one in others if one not in taken | seen)
        if name != column.name:
            remarks.append(f"position {position}: {column.name} stands twice, called {name}")
            question = f"Which column is at position {position}? The source calls it {column.name}, as an earlier one."
            column = replace(column, name=name, certainty="memory", question=question)
        seen.add(name)
        found.append(column)
    return found, remarks
