"""The effective contract: library, overlay and layouts of one release put together.

Plain, frozen data. ``contracts.load`` builds it; readers, engine, pages and tests only read it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import polars as pl

from contracts.conditions import Condition
from contracts.results import Severity

TOKENS = ("#NULL", "$null$")
"""Values that stand for blank: they pass every facet but ``required``."""

_DECIMAL = re.compile(r"([+-]?\d*)(?:\.(\d*))?")
_ISO = re.compile(r"\d{4}-\d\d-\d\d")
_TYPE = re.compile(r"(text|integer|number|date|timestamp|boolean|flag)(?:\((.+)\))?")


@dataclass(frozen=True)
class Place:
    """Where a statement stands: file (relative to the contract folder) and line."""

    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


@dataclass(frozen=True)
class Type:
    """A column type of the contract format: ``text(240)``, ``number(15,2)``, ``date`` ..."""

    kind: str
    size: int | None = None
    scale: int | None = None
    mask: str = ""  # Oracle mask of a date or timestamp

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the type that ``text`` names. Raises ValueError for anything else."""
        match = _TYPE.fullmatch(text)
        if not match:
            raise ValueError(f"no type: {text!r}")
        kind, inner = match.groups()
        if inner is None:
            return cls(kind)
        if kind in ("date", "timestamp"):
            return cls(kind, mask=inner)
        numbers = [int(part) for part in inner.split(",")]
        return cls(kind, numbers[0], numbers[1] if len(numbers) > 1 else None)

    def __str__(self) -> str:
        inner = self.mask or ",".join(str(n) for n in (self.size, self.scale) if n is not None)
        return f"{self.kind}({inner})" if inner else self.kind

    @property
    def sort(self) -> str:
        """What conditions may compare it with: text, number, date, timestamp."""
        return {"integer": "number", "flag": "text", "boolean": "text"}.get(self.kind, self.kind)


@dataclass(frozen=True)
class Column:
    """A column of a file as it is read and typed. Its facets are rules of the contract."""

    name: str
    type: Type  # effective: the overlay's narrower type before the contract's before the layout's
    position: int | None = None  # 1-based: field, or first character (fixed_width); None for HDL attributes and headers
    width: int = 0  # characters (fixed_width)
    align: str = "left"
    pad: str = " "
    decimals: int = 0  # decimal places that the file implies: 12345 is 123.45
    path: str = ""  # in the JSON of a body (rest)
    label: str = ""
    note: str = ""
    personal_data: str = "none"  # none | possible | yes | sensitive
    listed: bool = True  # named by the library or the overlay, or a flexfield slot
    default: str | None = None
    key_role: str = ""  # HDL: source_key, user_key, surrogate, parent, none
    foreign_key: str = ""
    place: Place | None = None

    @property
    def masked(self) -> bool:
        """True if its values may not be shown."""
        return self.personal_data != "none"

    def holds(self, text: str) -> bool:
        """True if its characters can hold the text: not more than there are, and no blanks around it (fixed width)."""
        if not self.width or (self.type.kind in ("date", "timestamp") and _ISO.match(text)):
            return True
        written = text
        if self.decimals and (number := _DECIMAL.fullmatch(text)):
            written = number[1] + (number[2] or "").ljust(self.decimals, "0")
        return len(written) <= self.width and text == text.strip(" \t\0") and not {"\n", "\r"} & set(text)


@dataclass(frozen=True)
class Csv:
    """Wire facts of a delimited file."""

    header: bool = False
    delimiter: str = ","
    quote: str = '"'
    encoding: str = "utf-8"
    dates: str = "YYYY/MM/DD"
    terminator: str = ""  # "END": the writer puts it at position n+1
    record_end: str = ""  # a sign that closes every record: the slash of BAI2
    continuation: str = ""  # record type whose fields go on with the record before: 88 of BAI2
    rest: bool = False  # the last field takes the rest of the record, delimiters included


@dataclass(frozen=True)
class Parent:
    """The file whose accept unit another one inherits. ``by``: alternatives of {own column: parent's column}."""

    file: str
    by: tuple[Mapping[str, str], ...]
    or_list: str = ""


@dataclass(frozen=True)
class History:
    """Date-effective records: ``key`` alternatives name one logical record."""

    key: tuple[tuple[str, ...], ...]
    start: str
    end: str
    sequence: str = ""
    gaps: str = "refused"


OWN, ABOVE = "_id", "_of"
"""Columns of records whose parents are told by file order or nesting: the record's own mark, and its parent's. They
stand in no file: readers make them, examples may write them, and rules use them as any key."""


@dataclass(frozen=True)
class Mark:
    """What tells records of a shared file apart: a value in a field, or at ``width`` characters (0 = a field)."""

    at: int
    value: str
    width: int = 0


@dataclass(frozen=True)
class File:
    """One file (FBDI member, HDL component, record type) of a contract."""

    id: str
    columns: Mapping[str, Column]  # in the order of the layout
    names: tuple[str, ...] = ()  # members read; the first is written
    layout: str = ""  # stem, or <Object>/<Component>
    layout_release: str = ""
    table: str = ""
    csv: Csv = Csv()
    accept_unit: tuple[tuple[str, ...], ...] = ()  # alternatives; ((),) = whole file; (("_row",),) = each record
    business_key: tuple[tuple[str, ...], ...] = ()
    period: str = ""
    refused_together: tuple[str, ...] | None = None  # None = nothing beyond the unit
    parent: Parent | None = None
    history: History | None = None
    unlisted: str = "checked"  # checked | ignored | blank
    rows: tuple[int, int] | None = None
    optional: bool = False
    record: str = ""  # label template, "journal {REFERENCE4} line {_row}"
    variants: Mapping[int, str] = field(default_factory=dict)  # other known widths -> name of the variant
    record_type: tuple[Mark, ...] = ()  # all of them mark a record of this file; () = every record of the member
    object: str = ""  # child collection (rest)

    @property
    def written(self) -> tuple[str, ...]:
        """Names of the columns that stand in the file, in its order."""
        return tuple(name for name in self.columns if name not in (OWN, ABOVE))

    @property
    def fields(self) -> int:
        """Number of fields n of a record; of fixed-width records the number of characters."""
        ends = [one.position + (one.width or 1) - 1 for one in self.columns.values() if one.position]
        ends += [mark.at + (mark.width or 1) - 1 for mark in self.record_type]
        return max(ends) if ends else len(self.written)

    @property
    def fixed(self) -> bool:
        """True if its columns stand at characters, not in fields."""
        widths = [*(one.width for one in self.columns.values()), *(one.width for one in self.record_type)]
        return any(widths)

    @property
    def by_field(self) -> tuple[str, ...]:
        """Name of the column in each field of a record, "" where none stands there."""
        if any(self.columns[name].position is None for name in self.written):
            return self.written
        names = {self.columns[name].position: name for name in self.written}
        return tuple(names.get(at, "") for at in range(1, self.fields + 1))

    def separators(self, name: str) -> str:
        """Signs that would end a column's value or its record; "" where quotes protect it."""
        if self.csv.quote:
            return ""
        rest = self.csv.rest and name == self.written[-1]
        return "\n\r" + self.csv.record_end + ("" if rest else self.csv.delimiter)

    def holds(self, name: str, text: str) -> bool:
        """True if a text stays one value of its column when it is written."""
        return self.columns[name].holds(text) and not set(self.separators(name)) & set(text)

    @property
    def marks(self) -> dict[str, str]:
        """Columns that hold a mark of the record type, with the value that each of this file's records has there."""
        values = {mark.at: mark.value for mark in self.record_type}
        return {
            name: values[column.position]
            for name, column in self.columns.items()
            if column.position in values and not column.width
        }

    @property
    def component(self) -> str:
        """HDL discriminator: the last part of the layout's name."""
        return self.layout.rpartition("/")[2]

    @property
    def listed(self) -> tuple[str, ...]:
        """Names of the listed columns, in layout order."""
        return tuple(name for name, column in self.columns.items() if column.listed)


_ACROSS = frozenset({"group", "unique", "exists", "totals", "disjoint", "gap", "overlap", "order", "python"})


@dataclass(frozen=True)
class Rule:
    """One rule of the effective contract: written, implied by a facet, or about shape and package."""

    id: str
    kind: str  # row group unique exists totals in_list within disjoint python | required type length one_of pattern
    #            range list unlisted parent gap overlap order | shape package
    file: str  # "" for package rules
    title: str
    severity: Severity
    column: str = ""  # of a facet
    columns: tuple[str, ...] = ()  # every column it mentions, "headers.CURRENCY_CODE" for an ancestor's
    code: str = ""  # id in the contract's code table, or "load"; "" = predicts nothing
    basis: str = ""
    why: str = ""
    when: str = ""
    spec: Mapping[str, Any] = field(default_factory=dict)  # the kind's own keys, as in the contract format
    conditions: Mapping[str, Condition] = field(default_factory=dict)  # parsed: when, check, where, here, there
    breaks: Mapping[str, Any] | str | None = None
    also: tuple[str, ...] = ()
    unconfirmed: str = ""
    prefix: str = ""  # the overlay's prefix; "" = library
    raid: str = ""
    place: Place | None = None

    @property
    def written(self) -> bool:
        """True for a rule that stands under ``rules:``."""
        return self.breaks is not None

    @property
    def across(self) -> bool:
        """True for a rule that looks at several records of the payload at a time."""
        return self.kind in _ACROSS

    @property
    def contexts(self) -> tuple[tuple[str, Mapping[str, Any]], ...]:
        """A facet's own statement by context: a flexfield slot has several, any other rule one under ""."""
        stated: tuple[tuple[str, Mapping[str, Any]], ...] = self.spec.get("contexts", (("", self.spec),))
        return stated


@dataclass(frozen=True)
class LoadedBy:
    """Whose payloads put the rows of a list into the pod: contract, file, and list column -> column of that file."""

    contract: str
    file: str
    columns: Mapping[str, str]


@dataclass(frozen=True)
class Origin:
    """Where the rows of a list are taken from by ``harness list refresh``: a query or a file."""

    query: str = ""  # path of a REST collection of the pod, or a SELECT
    source: str = ""  # CSV file, relative to the profile
    attributes: Mapping[str, str] = field(default_factory=dict)  # list column -> attribute or column there


@dataclass(frozen=True)
class ReferenceList:
    """Reference values. ``rows`` is None where no profile binds the list, or where the file that does is missing."""

    id: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    rows: pl.DataFrame | None  # text columns
    about: str = ""
    taken: str = ""
    max_age_days: int | None = None
    unconfirmed: str = ""
    sample: bool = False  # rows are the library's sample: for examples and breakers only
    absent: str = ""  # the file that should bind it and is not there
    file: str = ""  # of the profile that binds it
    origin: Origin | None = None  # from where that file is refreshed
    counted: int | None = None  # rows when it was refreshed
    loaded_by: LoadedBy | None = None
    place: Place | None = None

    @property
    def unbound(self) -> str:
        """Why its rules cannot be checked, "" where they can."""
        if self.rows is not None:
            return ""
        return f"list {self.id} is missing: {self.absent}" if self.absent else f"list {self.id} is not bound"


@dataclass(frozen=True)
class Code:
    """A row of contracts/codes/<table>.csv: what Fusion says when it refuses."""

    id: str
    code: str
    pattern: str
    attribute: str
    meaning: str
    certainty: str  # known | likely | memory
    counts_in_rate: bool
    source: str


@dataclass(frozen=True)
class Flexfield:
    """A context column decides what slots mean: context value (or ``_global``) -> names of its slots."""

    id: str
    file: str
    context: str
    values: Mapping[str, tuple[str, ...]]
    prefix: str = ""


@dataclass(frozen=True)
class Example:
    """Records per file id; dates are ISO, null is blank. ``expects`` None = must give no finding."""

    name: str
    records: Mapping[str, Sequence[Mapping[str, str | None]]]
    expects: tuple[str, ...] | None = None
    release: str = ""
    prefix: str = ""
    place: Place | None = None


@dataclass(frozen=True, eq=False)
class Contract:
    """The promise about a payload, for one profile and one Oracle release."""

    id: str
    version: str
    status: str
    title: str
    summary: str
    department: str
    owner: Mapping[str, str]
    direction: str
    channel: str
    prefix: str
    profile: str
    release: str  # "" where no file has a release layout
    releases: tuple[str, ...]
    files: Mapping[str, File]
    rules: Mapping[str, Rule]
    lists: Mapping[str, ReferenceList]
    codes: Mapping[str, Code]
    examples: Mapping[str, Example]
    flexfields: Mapping[str, Flexfield] = field(default_factory=dict)
    oracle: Mapping[str, Any] = field(default_factory=dict)
    package_kind: str = "zip"
    package_name: str = ""
    files_exactly: bool = False
    needs: tuple[str, ...] = ()
    amount: tuple[str, tuple[str, ...]] | None = None  # file id, columns
    control_totals: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    targets: Mapping[str, float] = field(default_factory=dict)
    raid: Mapping[str, str] = field(default_factory=dict)
    disabled: Mapping[str, str] = field(default_factory=dict)  # rule id -> reason
    regraded: Mapping[str, str] = field(default_factory=dict)  # rule id -> reason
    unconfirmed: Sequence[tuple[str, str]] = ()  # (what it concerns, question)
    equivalent: Mapping[str, str] = field(default_factory=dict)  # mutant of a rule tested here -> why it is none
    differs: Mapping[str, str] = field(default_factory=dict)  # rule id -> why the emulator answers otherwise
    overlay: bool = False
    library: str = ""  # file of the contract itself, without its overlay, as places write it
    aliases: Mapping[str, str] = field(default_factory=dict)  # names of records in the pod (records.pod_names)

    @property
    def examples_in_force(self) -> list[Example]:
        """All examples; in a profile with an overlay those of the overlay, which alone are tried there."""
        return [one for one in self.examples.values() if one.prefix or not self.overlay]

    def source(self, place: Place | None) -> str:
        """``library:53``, ``overlay:21`` or ``layout``: which of its files states something, and the line."""
        if place is None or place.path.startswith("layouts/"):
            return "layout"
        return f"{'library' if place.path == self.library else 'overlay'}:{place.line}"

    @property
    def roots(self) -> list[File]:
        """Files that have an accept unit of their own."""
        return [file for file in self.files.values() if file.parent is None]

    def root(self, file: str) -> File:
        """The file at the top of the chain of parents of ``file``."""
        current = self.files[file]
        while current.parent is not None:
            current = self.files[current.parent.file]
        return current

    def ancestors(self, file: str) -> list[str]:
        """File ids from the parent of ``file`` up to its root."""
        chain: list[str] = []
        current = self.files[file]
        while current.parent is not None:
            chain.append(current.parent.file)
            current = self.files[current.parent.file]
        return chain

    def ways(self, file: str) -> list[tuple[str, list[Mapping[str, str]]]]:
        """How records of ``file`` name their ancestors, the highest first: alternatives of {own column: ancestor's}.

        What names an ancestor of the parent names it for the child, too, where the child has all columns of it: those
        that tell the parent, or columns of the same name.
        """
        own = self.files[file]
        if own.parent is None:
            return []
        found: list[tuple[str, list[Mapping[str, str]]]] = []
        for ancestor, higher in self.ways(own.parent.file):
            carried: list[Mapping[str, str]] = [
                {mine.get(name, name): target for name, target in alternative.items()}
                for alternative in higher
                for mine in ({their: here for here, their in by.items()} for by in own.parent.by)
            ]
            usable = [
                one for at, one in enumerate(carried) if one.keys() <= own.columns.keys() and one not in carried[:at]
            ]
            found += [(ancestor, usable)] if usable else []
        return [*found, (own.parent.file, list(own.parent.by))]
