"""What a report of Fusion says: refusals of objects, and how many objects or lines it took."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Counted = Literal["lines", "objects"]


@dataclass(frozen=True)
class Answer:
    """One thing a report says about one object: why it was refused, or a warning."""

    said: str  # Oracle's code (EF04, INVALID SUPPLIER, ORA-01722), or its sentence; "" where it gives neither
    text: str = ""  # the sentence beside a code
    attribute: str = ""  # Oracle's name of the column
    keys: Mapping[str, str] = field(default_factory=dict)  # column -> value as printed: what names the object
    table: str = ""  # interface table, CSV member or .dat file it speaks of; "" = not told
    component: str = ""  # HDL discriminator
    record: int = 0  # number of the record in its file, from 1 (SQL*Loader); 0 = not told
    line: int = 0  # physical line of the .dat file (HDL), from 1; 0 = not told
    whole: bool = False  # the whole file is refused, not one object of it
    warning: bool = False  # taken all the same
    entry: int = 0  # number of the entry in the report, from 1: answers of one entry speak of one object; 0 = not told
    value: str = ""  # the offending value as printed, so that it can be taken out of sentences; never kept


@dataclass(frozen=True)
class Taken:
    """An object that a report names as taken, or as waiting."""

    table: str
    keys: Mapping[str, str]


@dataclass(frozen=True)
class Report:
    """One report, read. A count that the report does not give is None."""

    kind: Literal["load", "journals", "payables", "rows", "hdl"]
    source: str  # name of the document
    answers: tuple[Answer, ...] = ()
    taken: tuple[Taken, ...] = ()
    waiting: tuple[Taken, ...] = ()  # named, but with no last word yet: never picked up, on hold
    counted: Counted = "objects"
    selected: int | None = None  # what the load or import looked at
    accepted: int | None = None
    rejected: int | None = None
    table: str = ""  # of a load log: the interface table
