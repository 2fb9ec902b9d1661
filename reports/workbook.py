"""The RAID log as an Excel workbook: written for people who edit it, read without trusting it."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from raid_log import StoreError
from raid_log.exchange import (
    SETTABLE,
    TYPES,
    WAIVER,
    Cell,
    Column,
    Copy,
    Export,
    Problem,
    Row,
    Table,
    read_mark,
    read_table,
)

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

SHEETS = {
    "risk": "Risks", "assumption": "Assumptions", "issue": "Issues", "dependency": "Dependencies", WAIVER: "Waivers",
}  # fmt: skip
"""Type of a table -> its sheet."""
MOST_ROWS = 50_000
"""Rows of a sheet that are read, blank ones left out."""
MOST_BYTES = 100 * 1024**2
"""Bytes that a workbook may unpack to."""
MOST_TIMES = 200
"""How many times its own size a workbook may unpack to: long texts that repeat reach 50, bombs 1,000."""

_MARK = "A1"  # of the hidden sheet
_LISTS = "Lists"
_SUMMARY = "Summary"
_MOST_COLUMNS = 200
_LAST_ROW = 1_048_576
_WIDE = {"statement", "title", "workaround", "reason", "cause", "event", "effect", "fingerprints", "control"}
_ACTIVE = ("vbaproject", "xl/externallinks/", "xl/macrosheets/", "xl/activex/", "xl/embeddings/", "xl/connections.xml")
_ANEW = "save it as a plain .xlsx without macros, links and objects"
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([^"]*)"')
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")  # a spreadsheet reads _x0041_ as A
_ESCAPED = re.compile("_x(005F|00[01][0-9A-F]|007F)_", re.IGNORECASE)
_OLD_CONTAINER = b"\xd0\xcf\x11\xe0"  # of an .xls, and of any workbook with a password
_EXPLAINED = (
    "White cells may be changed, grey ones are refused. A row without an id is a new entry.",
    f"An issue's status may become {', '.join(SETTABLE[1:])}; rejected is a request. Nothing is deleted by an import.",
    "A row in Waivers asks for a waiver. No cell approves anything.",
)


def write_workbook(export: Export) -> bytes:
    """Return the workbook; the same export gives the same bytes."""
    from openpyxl import Workbook
    from openpyxl.writer.excel import ExcelWriter

    book = Workbook()
    book.properties.creator = "harness"
    book.properties.created = book.properties.modified = export.mark.as_of.replace(tzinfo=None, microsecond=0)
    _styles(book)
    _summary(book.worksheets[0], export)
    lists = book.create_sheet(_LISTS)
    lists[_MARK] = str(export.mark)
    for table in export.tables:
        _sheet(book.create_sheet(SHEETS[table.type], len(book.sheetnames) - 1), lists, table)
    lists.sheet_state = "hidden"
    data = io.BytesIO()
    ExcelWriter(book, _StillZip(data, "w", ZIP_DEFLATED)).save()
    return data.getvalue()


def read_workbook(path: Path) -> Copy:
    """Return the rows of an edited workbook. Raises StoreError for a file that is none, or that is not safe to read."""
    _refuse_unsafe(path)
    from openpyxl import load_workbook

    def read() -> Copy:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl tells which ornaments it leaves out; only texts are read
            with closing(load_workbook(path, read_only=True)) as book:
                return _copy(book, path)

    try:
        return read()
    except StoreError:
        raise
    except Exception as error:  # openpyxl trips over broken parts with whatever error comes first
        raise StoreError(f"the workbook cannot be read: {type(error).__name__}", str(path), _ANEW) from error


class _StillZip(ZipFile):
    """A zip whose members carry no moment."""

    def writestr(self, zinfo_or_arcname: Any, data: Any, *_: Any, **__: Any) -> None:
        member = ZipInfo(zinfo_or_arcname, (1980, 1, 1, 0, 0, 0))
        member.compress_type = ZIP_DEFLATED
        super().writestr(member, data)

    def write(self, filename: Any, arcname: Any = None, *_: Any, **__: Any) -> None:
        self.writestr(arcname, Path(filename).read_bytes())


def _styles(book: Workbook) -> None:
    """Cells are text, so that a spreadsheet neither computes nor re-spells what is typed."""
    from openpyxl.styles import Alignment, Font, NamedStyle, PatternFill, Protection

    grey = PatternFill("solid", fgColor="EDEDED")
    layout = Alignment(wrap_text=True, vertical="top")
    for style in (
        NamedStyle("heading", font=Font(bold=True), fill=PatternFill("solid", fgColor="D9D9D9"), alignment=layout),
        NamedStyle("fixed", fill=grey, alignment=layout, number_format="@"),
        NamedStyle("free", protection=Protection(locked=False), alignment=layout, number_format="@"),
    ):
        book.add_named_style(style)


def _summary(sheet: Worksheet, export: Export) -> None:
    sheet.title = _SUMMARY
    lines: list[tuple[str | int, ...]] = [
        ("RAID log",),
        ("as of", f"{export.mark.as_of:%Y-%m-%d %H:%M} UTC"),
        ("store", f"event {export.mark.event} {export.mark.hash[:12]}"),
        *((text,) for text in _EXPLAINED),
        (),
        ("type", "severity", "status", "entries"),
        *export.counts,
    ]
    for line in lines:
        sheet.append(line)
    for cell in (*sheet[1], *sheet[len(lines) - len(export.counts)]):
        cell.style = "heading"
    for letter in "ABCD":
        sheet.column_dimensions[letter].width = 16
    sheet.protection.sheet = True


def _sheet(sheet: Worksheet, lists: Worksheet, table: Table) -> None:
    from openpyxl.utils import get_column_letter

    for at, column in enumerate(table.columns, start=1):
        letter = get_column_letter(at)
        sheet.cell(1, at, column.name).style = "heading"
        free = column.use in ("edit", "once")
        size = sheet.column_dimensions[letter]
        size.width = 45 if column.name in _WIDE else max(12, len(column.name) + 4)
        size.hidden = column.name == "version"
        if free:  # the cells below the last row are free for new entries
            size.protection, size.number_format, size.alignment = _free(sheet)
        for row, texts in enumerate(table.rows, start=2):
            cell = sheet.cell(row, at, _ESCAPE.sub("_x005F_", texts[column.name]))
            cell.data_type = "s"  # never a formula, whatever it begins with
            cell.style = "free" if column.use == "edit" else "fixed"
        if free:
            _validate(sheet, lists, column, letter)
    sheet.freeze_panes = "E2" if table.type != WAIVER else "B2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.columns))}{len(table.rows) + 1}"
    sheet.protection.sheet = True
    for allowed in ("autoFilter", "sort", "formatColumns", "formatRows"):
        setattr(sheet.protection, allowed, False)  # False: not forbidden


def _free(sheet: Worksheet) -> tuple[Any, ...]:
    from openpyxl.styles import Alignment, Protection

    return Protection(locked=False), "@", Alignment(wrap_text=True, vertical="top")


def _validate(sheet: Worksheet, lists: Worksheet, column: Column, letter: str) -> None:
    """What the column takes as a hint, and a list to choose from where there is one."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    rule = DataValidation(prompt=column.about, showInputMessage=True)
    if column.choices:
        at = lists.max_column + 1
        for row, choice in enumerate((f"{sheet.title}.{column.name}", *column.choices), start=1):
            lists.cell(row, at, choice).data_type = "s"
        of = get_column_letter(at)
        rule.type, rule.formula1 = "list", f"{_LISTS}!${of}$2:${of}${len(column.choices) + 1}"
        rule.allowBlank, rule.showErrorMessage, rule.error = True, True, "Choose from the list."
    rule.add(f"{letter}2:{letter}{_LAST_ROW}")
    sheet.add_data_validation(rule)


def _refuse_unsafe(path: Path) -> None:
    """Look into the zip before anything of it is parsed."""
    try:
        with ZipFile(path) as archive:
            members = archive.infolist()
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        if isinstance(error, zipfile.BadZipFile) and _begins_with(path, _OLD_CONTAINER):
            raise StoreError(
                "it has a password, or is an .xls", str(path), "save it as .xlsx without a password"
            ) from error
        raise StoreError(f"no workbook: {error}", str(path), "name a file of `harness raid export`") from error
    names = [member.filename.lower() for member in members]
    if found := [name for name in names if any(part in name for part in _ACTIVE)]:
        raise StoreError(f"macros, links and objects are refused: {found[0]}", str(path), _ANEW)
    if any(member.flag_bits & 1 for member in members):
        raise StoreError("the workbook is encrypted", str(path), "save it without a password")
    size, packed = sum(member.file_size for member in members), sum(member.compress_size for member in members)
    if size > min(MOST_BYTES, MOST_TIMES * packed):
        raise StoreError(
            f"it unpacks to {size:,} bytes; {MOST_BYTES:,} are read, and {MOST_TIMES} times its size",
            str(path),
            "take a new export",
        )


def _begins_with(path: Path, mark: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(mark)) == mark


def _copy(book: Any, path: Path) -> Copy:
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    if _LISTS not in sheets:
        raise StoreError(f"the hidden sheet {_LISTS} is missing", path.name, "take a new export")
    first = next(sheets.pop(_LISTS).iter_rows(max_row=1, max_col=1), ())
    mark = read_mark(str(first[0].value if first else ""), f"{path.name}: {_LISTS}!{_MARK}")
    sheets.pop(_SUMMARY, None)
    rows: list[Row] = []
    strange: list[Problem] = []
    for type_ in TYPES:
        if sheet := sheets.pop(SHEETS[type_], None):
            _refuse_merged(path, sheet)
            found, problems = read_table(type_, f"{path.name}: {sheet.title}", _lines(sheet))
            rows += found
            strange += problems
    todo = f"name it as it was: {', '.join(SHEETS.values())}"
    strange += [Problem(name, "no sheet of the log", todo) for name, sheet in sheets.items() if _holds_entries(sheet)]
    return Copy("xlsx", mark, tuple(rows), tuple(strange))


def _holds_entries(sheet: Any) -> bool:
    """Whether the sheet is a table of the log under another name: a copy, a renamed one."""
    sheet.reset_dimensions()
    return any(cell.value == "id" for cell in next(sheet.iter_rows(max_row=1, max_col=_MOST_COLUMNS), ()))


def _refuse_merged(path: Path, sheet: Any) -> None:
    """A merge empties all its cells but the first, and nobody meant to clear those."""
    with ZipFile(path) as archive:
        found = _MERGED.search(archive.read(sheet._worksheet_path))
    if found:
        raise StoreError(
            "cells are merged", f"{sheet.title}!{found[1].decode(errors='replace')}",
            "split them, and fill them again: a merge keeps the first one's text alone",
        )  # fmt: skip


def _lines(sheet: Any) -> Iterator[tuple[str, list[Cell]]]:
    """The lines that hold something, as wide as the widest so far; what a sheet says of its size counts for nothing."""
    from openpyxl.utils import get_column_letter

    sheet.reset_dimensions()
    letters = [get_column_letter(at) for at in range(1, _MOST_COLUMNS + 1)]
    gap, held, width = None, 0, 0
    for number, line in enumerate(sheet.iter_rows(max_col=_MOST_COLUMNS), start=1):
        if held > MOST_ROWS or number > _LAST_ROW:
            raise StoreError(
                f"more than {MOST_ROWS:,} rows", sheet.title, "delete what is below the last entry, save again"
            )
        if line is gap:  # of rows that are left out, up to the last one that a spreadsheet has
            continue
        gap = line
        filled = [at for at, cell in enumerate(line, start=1) if cell.value is not None]
        if not filled:
            continue
        held, width = held + 1, max(width, filled[-1])
        places = [
            (f"{sheet.title}!{letter}{number}", cell) for letter, cell in zip(letters[:width], line, strict=False)
        ]
        yield f"{sheet.title} row {number}", [_cell(place, cell) for place, cell in places]


def _cell(place: str, cell: Any) -> Cell:
    """A formula is told as such, with what an error left of one."""
    computed = cell.data_type in ("f", "e")
    value = "=" if computed and not isinstance(cell.value, str) else cell.value
    return Cell(_text(value), place, computed)


def _text(value: object) -> str:
    """What a cell shows; a spreadsheet keeps numbers and dates as such where somebody typed over the text format."""
    if value is None:
        return ""
    if isinstance(value, str):
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value)
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == value.time().min else value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else str(value)
