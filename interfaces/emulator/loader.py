"""SQL*Loader: the records of one CSV become rows of an interface table, or are rejected with an ORA- error.

A control file is not published for most files; this is what stands for it. Of the layout are taken: the order of the
columns, their types, lengths and date masks, and of its notes ``CHAR(n)`` (field buffer), ``backslash-n`` (the two
characters become a line feed), ``END`` (the value END of an older template is null) and ``trims``. The rest is this:

- ``fields terminated by ',' optionally enclosed by '"' trailing nullcols``: one line is one record, an open quote at
  its end is an error; surplus fields are ignored, missing ones are null; a bare field loses its leading blanks.
- A field buffer without CHAR(n) is 255; a layout that knows a wider column is taken to have said CHAR(n) there.
  It counts characters in POZ and PO header files, bytes elsewhere. The column behind it counts characters.
- ``#NULL`` and ``$null$`` pass in every column and are kept as they are.
- Numbers may have a point or a comma; a number with more decimals than its column is rounded, as Oracle does it.
- Dates are read as to_date reads them: any punctuation or none, names of months, missing time of day.
- NOT NULL is known of two columns only (NOT_NULL); every other required column is the import's affair.
- Where the control file has branches, a record of none of them is discarded, and the load goes on (unconfirmed).
- Bytes that are no UTF-8 reject their record (unconfirmed), blanks behind a closing quote are skipped (unconfirmed).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from itertools import count
from typing import NamedTuple

from contracts import Layout, LayoutColumn
from interfaces.emulator.oracle_dates import DateError, iso
from interfaces.emulator.tables import Row

BUFFER = 255
TOKENS = frozenset({"#NULL", "$null$"})
NOT_NULL = frozenset({("GlInterface", "DATE_CREATED"), ("PorReqLinesInterfaceAll", "NEED_BY_DATE")})
"""Empty, they failed loads on a pod."""
DATES_AS_TEXT = frozenset({("PorReqLinesInterfaceAll", "NEED_BY_DATE")})
"""Columns that a layout calls text though the pod answered with ORA-01841 there."""

_CHARACTERS = re.compile(r"Poz|PoHeaders")
_CHAR = re.compile(r"CHAR\((\d+)\)")
_END = re.compile(r"\bctl\b.*\bEND\b")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_EXACT = Context(prec=400, rounding=ROUND_HALF_UP)
_KEPT = 50_000  # distinct values of a column that are remembered; more would be names of records, seen once

_BLANKS = re.compile(r"[ \t]*")
_ENCLOSED = re.compile(r'"((?:[^"]|"")*)"')
_Convert = Callable[[str], str]
_Column = tuple[str, _Convert, dict[str, str]]


class _FieldError(Exception):
    """A value that the loader refuses; the text is the line below ``Record N: Rejected``."""

    def __init__(self, message: str, field: int = -1, column: str = "") -> None:
        super().__init__(message)
        self.field = field  # its index in the record, -1 = the one at hand
        self.column = column


@dataclass(frozen=True)
class Rejected:
    """A record that was not loaded."""

    record: int  # counted from 1, empty lines too
    column: str
    message: str


@dataclass(frozen=True)
class Loaded:
    """What became of one CSV."""

    table: str
    rows: Sequence[Row]
    rejected: Sequence[Rejected]
    log: str


def load(
    member: str, data: bytes, layout: Layout | Mapping[str, Layout], table: str, load: int, at: float = 0.0
) -> Loaded:
    """Return what becomes of the CSV ``member``. ``load`` is stamped on its rows, ``at`` (seconds) on its log.

    Of several layouts, by the first field of a record, the record's own is taken; a record of none is discarded.
    """
    lines = _lines(data)
    branches = {"": layout} if isinstance(layout, Layout) else layout
    columns = {first: _columns(one, table) for first, one in branches.items()}
    rows: list[Row] = []
    rejected: list[Rejected] = []
    unknown: list[int] = []
    for number, line in enumerate(lines, start=1):
        try:
            branch = columns.get("" if isinstance(layout, Layout) else _first(line))
            if branch is None:
                unknown.append(number)
            elif values := _values(line, branch.columns):
                _require(branch.not_null, values, table)
                rows.append(Row(load, number, values))
        except _FieldError as error:
            rejected.append(Rejected(number, error.column, str(error)))
    return Loaded(table, rows, rejected, _log(member, table, len(lines), len(rows), rejected, unknown, at))


class _Branch(NamedTuple):
    columns: Sequence[_Column]
    not_null: Sequence[str]


def _columns(layout: Layout, table: str) -> _Branch:
    not_null = [column for stem, column in NOT_NULL if stem == layout.name]
    return _Branch([_column(column, layout.name, table) for column in layout.columns.values()], not_null)


def _first(line: str) -> str:
    """The first field of a record. Raises _FieldError if it cannot be read."""
    return next(iter(_fields(line)), "")


def _values(line: str, columns: Sequence[_Column]) -> dict[str, str]:
    """The filled columns of a record. Raises _FieldError, with its column, for the first that cannot be read."""
    values: dict[str, str] = {}
    column = ""
    try:
        for (column, convert, known), text in zip(columns, _fields(line), strict=False):
            if text:
                value = known.get(text)
                if value is None:
                    value = convert(text)
                    if len(known) < _KEPT:
                        known[text] = value
                if value:
                    values[column] = value
    except _FieldError as error:
        error.column = column if error.field < 0 else columns[error.field][0]
        raise
    return values


def _require(not_null: Sequence[str], values: Mapping[str, str], table: str) -> None:
    for column in not_null:
        if column not in values:
            raise _FieldError(f'ORA-01400: cannot insert NULL into ("FUSION"."{table}"."{column}")', column=column)


def _lines(data: bytes) -> list[str]:
    text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
    lines = text.split("\n")
    if not lines[-1]:
        del lines[-1]
    return [line[:-1] if line.endswith("\r") else line for line in lines]


# --- fields


def _fields(line: str) -> Iterable[str]:
    """The fields of a record, enclosures off. Raises _FieldError, when it comes to it, for one that cannot be read."""
    blanks = ", " in line or ",\t" in line or line.startswith((" ", "\t"))
    if '"' not in line:
        bare = line.split(",")
        return [field.lstrip(" \t") for field in bare] if blanks else bare
    try:
        fields = next(csv.reader((line,), strict=True))
    except csv.Error:
        return _one_by_one(line)
    # the csv module does not tell enclosed blanks from bare ones
    return _one_by_one(line) if blanks and any(field.startswith((" ", "\t")) for field in fields) else fields


def _one_by_one(line: str) -> Iterator[str]:
    at = 0
    for field in count():
        if at > len(line):
            return
        begun = _BLANKS.match(line, at).end()  # type: ignore[union-attr]
        if not line.startswith('"', begun):
            end = line.find(",", begun)
            end = len(line) if end < 0 else end
            yield line[begun:end]
        else:
            enclosed = _ENCLOSED.match(line, begun)
            if enclosed is None:
                raise _FieldError("second enclosure string not present", field)
            end = _BLANKS.match(line, enclosed.end()).end()  # type: ignore[union-attr]
            if end < len(line) and line[end] != ",":
                raise _FieldError("no terminator found after TERMINATED and ENCLOSED field", field)
            yield enclosed[1].replace('""', '"')
        at = end + 1


# --- values


def _column(column: LayoutColumn, stem: str, table: str) -> _Column:
    """The column's name, what makes a value of a filled field, and the fields it has met."""
    convert = _read(column, stem, table)
    buffer = _buffer(column)
    measure = len if _CHARACTERS.match(stem) else _octets

    def checked(text: str) -> str:
        if not text.isascii():
            _octets(text)
        if measure(text) > buffer:
            raise _FieldError("Field in data file exceeds maximum length")
        return text if text in TOKENS else convert(text)

    return column.name, checked, {}


def _buffer(column: LayoutColumn) -> int:
    """What the control file reads of a field."""
    if stated := _CHAR.search(column.notes):
        return int(stated[1])
    size = column.type.size if column.type.kind == "text" else None
    return BUFFER if "no CHAR(n)" in column.notes else max(BUFFER, size or 0)


def _octets(text: str) -> int:
    try:
        return len(text.encode())
    except UnicodeEncodeError:
        raise _FieldError("Multibyte character error.") from None


def _read(column: LayoutColumn, stem: str, table: str) -> _Convert:
    if (stem, column.name) in DATES_AS_TEXT:
        return _date("YYYY/MM/DD")
    match column.type.kind:
        case "date" | "timestamp":
            read = _date(column.type.mask or "YYYY/MM/DD")
        case "number" | "integer":
            whole = column.type.kind == "integer"
            read = _number(column.type.size, 0 if whole else column.type.scale)
        case _:
            read = _text(column, table)
    if not _END.search(column.notes):
        return read
    return lambda text: "" if text.strip() == "END" else read(text)


def _text(column: LayoutColumn, table: str) -> _Convert:
    size = column.type.size
    trims = "ctl trims" in column.notes
    breaks = "backslash-n" in column.notes

    def read(text: str) -> str:
        text = text.strip() if trims else text
        text = text.replace("\\n", "\n") if breaks else text
        if size and len(text) > size:
            place = f'"FUSION"."{table}"."{column.name}"'
            raise _FieldError(f"ORA-12899: value too large for column {place} (actual: {len(text)}, maximum: {size})")
        return text

    return read


def _date(mask: str) -> _Convert:
    def read(text: str) -> str:
        try:
            return iso(text, mask)
        except DateError as error:
            raise _FieldError(str(error)) from None

    return read


def _number(size: int | None, scale: int | None) -> _Convert:
    def read(text: str) -> str:
        plain = text.strip().replace(",", ".")
        if not _NUMBER.fullmatch(plain):
            raise _FieldError("ORA-01722: invalid number")
        value = Decimal(plain)
        if value.adjusted() > 125:
            raise _FieldError("ORA-01426: numeric overflow")
        if value.adjusted() < -130:
            return "0"
        if scale is not None:
            value = value.quantize(Decimal(1).scaleb(-scale), context=_EXACT)
        if size and value and value.adjusted() >= size - (scale or 0):
            raise _FieldError("ORA-01438: value larger than specified precision allowed for this column")
        return _plain(value)

    return read


def _plain(value: Decimal) -> str:
    """A number without exponent, plus sign and idle zeros."""
    if not value:
        return "0"
    text = format(value, "f").lstrip("+")
    return text.rstrip("0").rstrip(".") if "." in text else text


# --- log


def _log(
    member: str, table: str, read: int, loaded: int, rejected: Sequence[Rejected], unknown: Sequence[int], at: float
) -> str:
    stem = member.rpartition(".")[0] or member
    when = datetime.fromtimestamp(at, UTC).strftime("%a %b %d %H:%M:%S %Y")
    discarded = read - loaded - len(rejected)
    lines = [
        f"SQL*Loader: Release 19.0.0.0.0 - Production on {when}",
        f"Control File:   {stem}.ctl",
        f"Data File:      {member}",
        "",
        f"Table {table}, loaded from every logical record.",
        "Insert option in effect for this table: APPEND",
        "TRAILING NULLCOLS option in effect",
        "",
    ]
    for one in rejected:
        lines += [f"Record {one.record}: Rejected - Error on table {table}, column {one.column}.", one.message, ""]
    lines += [f"Record {number}: Discarded - failed all WHEN clauses." for number in unknown]
    lines += [
        f"Table {table}:",
        f"  {_rows(loaded)} successfully loaded.",
        f"  {_rows(len(rejected))} not loaded due to data errors.",
        f"  {_rows(len(unknown))} not loaded because all WHEN clauses were failed.",
        f"  {_rows(discarded - len(unknown))} not loaded because all fields were null.",
        "",
        f"Total logical records skipped:  {0:>9}",
        f"Total logical records read:     {read:>9}",
        f"Total logical records rejected: {len(rejected):>9}",
        f"Total logical records discarded:{discarded:>9}",
    ]
    return "\n".join(lines) + "\n"


def _rows(count: int) -> str:
    return f"{count} Row" if count == 1 else f"{count} Rows"
