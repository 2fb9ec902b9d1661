"""A table of counts, CSV or xlsx: one row per suite and run."""

from __future__ import annotations

import csv
import io
import re
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from harness.errors import UsageError
from harness.outside.executions import plain
from harness.outside.mapping import COLUMNS, ProviderMapping
from harness.safe_xml import xml_root
from interfaces import zipped
from raid_log import ProviderRun, SuiteCounts

Cell = str | int | datetime
Row = tuple[str, list[Cell]]
"""Where it stands (``line 3``), and its cells."""

_COUNTS = tuple(SuiteCounts.__dataclass_fields__)
_NEEDED = ("suite", "planned", "executed", "passed", "failed")
_FORMULA = ("=", "+", "-", "@")
_MOST_ROWS, _MOST_COLUMNS = 10_000, 200
_MACROS, _OUTSIDE = (
    re.compile(r"vbaProject|xl/activeX/", re.I),
    re.compile(r"xl/(externalLinks/|connections\.xml)", re.I),
)
_VALUES = "copy the sheet, paste it as values, and give that file"


def read_table(
    name: str, rows: Iterator[Row], mapping: ProviderMapping, run: str, at: datetime
) -> tuple[ProviderRun, ...]:
    """Return the counts of the rows below the head, in their order; rows without any cell are passed over.

    ``run`` names the run where no column does; a run whose end no column tells ended ``at`` the import. Raises
    UsageError for a missing column, for a run that is named twice over, and for a cell that is no count, date or
    plain text.
    """
    where, head = next(rows, ("line 1", []))
    places = _places(f"{name}, {where}", head, mapping, run)
    return tuple(_row(name, where, cells, places, len(head), mapping, run, at) for where, cells in rows)


def csv_rows(name: str, text: str) -> Iterator[Row]:
    """Yield the rows of a CSV. Between cells stands the comma, semicolon or tab that its first line has most of."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            _refuse_long(name, f"line {line}", line, cells)
            if any(cell.strip() for cell in cells):
                yield f"line {line}", list(cells)
            line = reader.line_num + 1
    except csv.Error as error:
        raise UsageError(f"no CSV: {error}", where=f"{name}, line {line}", todo="correct the quotes") from error


def xlsx_rows(name: str, members: Mapping[str, bytes], sheet: str) -> Iterator[Row]:
    """Yield the rows of a sheet, by default of the only one. Raises UsageError for formulas, macros, links outside."""
    _refuse_unsafe(name, members)
    try:
        cells = _cells(name, zipped(members), sheet)  # what was looked at, and nothing else
    except UsageError:
        raise
    except Exception as error:  # whatever a damaged workbook makes openpyxl raise
        raise _damaged(name) from error
    for number, row in cells.items():
        yield f"row {number}", [_value(f"{name}, row {number}", *cell) for cell in row]


def _refuse_unsafe(name: str, members: Mapping[str, bytes]) -> None:
    for member, content in members.items():
        if _MACROS.search(member) or (member == "[Content_Types].xml" and b"macroEnabled" in content):
            raise UsageError("the workbook has macros", where=f"{name}, {member}", todo="save it as plain .xlsx")
        if _OUTSIDE.search(member):
            raise UsageError("the workbook points to data outside itself", where=f"{name}, {member}", todo=_VALUES)
        if member.endswith((".xml", ".rels")):
            xml_root(content, f"{name}, {member}", _VALUES)


def _cells(name: str, data: bytes, sheet: str) -> dict[int, list[tuple[Any, str]]]:
    """Number of each row that holds something -> value and type of its cells."""
    from openpyxl import load_workbook  # here, because it is slow to import and seldom needed

    found = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and extensions, which are of no concern
        book = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
        page = book[_sheet(name, book.sheetnames, sheet)]
        page.reset_dimensions()  # what the workbook says of its size may be wrong, and a trap
        for number, row in enumerate(page.iter_rows(), start=1):
            if cells := _filled(row):
                found[number] = cells
            _refuse_long(name, f"row {number}", number if cells else 0, row)
    return found


def _sheet(name: str, sheets: Sequence[str], wanted: str) -> str:
    """The sheet that is wanted, by default the only one."""
    if not wanted and len(sheets) == 1:
        return sheets[0]
    if wanted in sheets:
        return wanted
    todo = f"say sheet: NAME in the mapping file, one of {', '.join(map(plain, sheets))}"
    raise UsageError(f"no sheet {wanted}" if wanted else f"{len(sheets)} sheets", where=name, todo=todo)


def _filled(row: Sequence[Any]) -> list[tuple[Any, str]]:
    """The cells up to the last one that holds something."""
    last = max((number for number, cell in enumerate(row, start=1) if cell.value is not None), default=0)
    return [(cell.value, cell.data_type) for cell in row[:last]]


def _damaged(name: str) -> UsageError:
    return UsageError("the workbook is damaged, or none", where=name, todo="save it anew as .xlsx")


def _value(where: str, value: Any, kind: str) -> Cell:
    match value:
        case _ if kind == "f":
            raise UsageError("a cell holds a formula", where=where, todo=_VALUES)
        case _ if kind == "e":
            raise UsageError(f"a cell holds the error {plain(str(value))}", where=where, todo="correct the cell")
        case None:
            return ""
        case bool() | time():
            return str(value)
        case float():
            return int(value) if value.is_integer() else str(value)
        case datetime() | int() | str():
            return value
        case date():
            return datetime.combine(value, time())
    return str(value)


def _refuse_long(name: str, place: str, row: int, cells: Sequence[object]) -> None:
    if row > _MOST_ROWS + 1 or len(cells) > _MOST_COLUMNS:
        what = f"more than {_MOST_ROWS:,} rows or {_MOST_COLUMNS} columns"
        raise UsageError(what, where=f"{name}, {place}", todo="one row per suite and run, nothing else")


def _places(where: str, head: Sequence[Cell], mapping: ProviderMapping, run: str) -> dict[str, int]:
    """What is read -> the number of its column. Upper and lower case are the same."""
    names = [plain(str(cell)).casefold() for cell in head]
    if twice := [name for name, count in Counter(names).items() if name and count > 1]:
        raise UsageError(f"column {twice[0]} stands twice", where=where, todo="keep one")
    if run and mapping.columns.get("run", "run").casefold() in names:
        raise UsageError("the table names its runs itself", where=where, todo="leave --run out")
    named = {one: mapping.columns.get(one, name).casefold() for one, name in COLUMNS.items()}
    needed = {*_NEEDED, *mapping.columns, *([] if run else ["run"])}
    if missing := [named[one] for one in COLUMNS if one in needed and named[one] not in names]:
        known = ", ".join(filter(None, names)) or "none"
        todo = f"name them under columns: in the mapping file; the file has {known}"
        raise UsageError(f"no column {', '.join(missing)}", where=where, todo=todo)
    return {one: names.index(name) for one, name in named.items() if name in names}


def _row(
    name: str, place: str, cells: Sequence[Cell], places: Mapping[str, int], width: int, mapping: ProviderMapping,
    run: str, at: datetime,
) -> ProviderRun:  # fmt: skip
    where = f"{name}, {place}"
    if len(cells) > width and any(cell != "" for cell in cells[width:]):
        raise UsageError("the row has more cells than the head", where=where, todo="correct the row")
    own = {one: cells[column] if column < len(cells) else "" for one, column in places.items()}
    suite = _text(own["suite"], f"{where}, suite")
    counts = SuiteCounts(**{one: _count(own[one], f"{where}, {one}") for one in _COUNTS if one in own})
    return ProviderRun(
        suite,
        _text(own["run"], f"{where}, run") if "run" in own else run,
        _moment(own["ended"], f"{where}, ended", mapping) if "ended" in own else at,
        counts,
        mapping.pattern((suite,)).interface,
        place,
    )


def _text(cell: Cell, where: str) -> str:
    text = plain(str(cell))
    if text.startswith(_FORMULA):
        raise UsageError("a text begins as a formula does", where=where, todo="begin it with a letter or digit")
    return text


def _count(cell: Cell, where: str) -> int:
    text = str(cell).strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    todo = "write a whole number without separators, 0 for none"
    if not text:
        raise UsageError("the count is blank", where=where, todo=todo)
    if re.fullmatch(r"-\d+", text):
        raise UsageError("the count is negative", where=where, todo=todo)
    if re.fullmatch(r"[+-]?\d*[.,]\d+", text):
        raise UsageError("the count is no whole number", where=where, todo=todo)
    if text.startswith(_FORMULA):
        raise UsageError("a text begins as a formula does", where=where, todo=_VALUES)
    raise UsageError("no count", where=where, todo=todo)


def _moment(cell: Cell, where: str, mapping: ProviderMapping) -> datetime:
    if isinstance(cell, datetime):
        return mapping.moment(cell)
    text = str(cell).strip()
    try:
        told = datetime.strptime(text, mapping.date_format) if mapping.date_format else datetime.fromisoformat(text)  # noqa: DTZ007
    except ValueError as error:
        shape = mapping.date_format or "2026-11-24 17:00"
        todo = f"write it as {shape}, or say date_format: in the mapping file"
        raise UsageError("no date" if text else "the date is blank", where=where, todo=todo) from error
    return mapping.moment(told)
