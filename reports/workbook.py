"""The RAID log as an Excel workbook: written for people who edit it, read without trusting it."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from raid_log import StoreError
from raid_log.exchange import SETTABLE, TYPES, WAIVER, Cell, Column, Copy, Export, Row, Table, read_mark, read_table

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

SHEETS = {
    "risk": "Risks", "assumption": "Assumptions", "issue": "Issues", "dependency": "Dependencies", WAIVER: "Waivers",
}  # fmt: skip
"""Type of a table -> its sheet."""
MOST_ROWS = 50_000
"""Rows of a sheet that are read, blank ones included."""
MOST_BYTES = 100 * 1024**2
"""Bytes that a workbook may unpack to."""

_MARK = "A1"  # of the hidden sheet
_LISTS = "Lists"
_MOST_COLUMNS = 200
_LAST_ROW = 1_048_576
_WIDE = {"statement", "title", "workaround", "reason", "cause", "event", "effect", "fingerprints", "control"}
_ACTIVE = ("vbaproject", "xl/externallinks/", "xl/macrosheets/", "xl/activex/", "xl/embeddings/", "xl/connections.xml")
_ANEW = "save it as a plain .xlsx without macros, links and objects"
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
                return _copy(book, path.name)

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
    sheet.title = "Summary"
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
            cell = sheet.cell(row, at, texts[column.name])
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
    """A list to choose from where there is one, and what the column takes as a hint."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    if not column.choices:
        return
    at = lists.max_column + 1
    for row, choice in enumerate((f"{sheet.title}.{column.name}", *column.choices), start=1):
        lists.cell(row, at, choice).data_type = "s"
    of = get_column_letter(at)
    rule = DataValidation("list", f"{_LISTS}!${of}$2:${of}${len(column.choices) + 1}", allow_blank=True)
    rule.prompt, rule.showErrorMessage = column.about, True
    rule.error = "Choose from the list."
    rule.add(f"{letter}2:{letter}{_LAST_ROW}")
    sheet.add_data_validation(rule)


def _refuse_unsafe(path: Path) -> None:
    """Look into the zip before anything of it is parsed."""
    try:
        with ZipFile(path) as archive:
            members = archive.infolist()
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise StoreError(f"no workbook: {error}", str(path), "name a file of `harness raid export`") from error
    names = [member.filename.lower() for member in members]
    if found := [name for name in names if any(part in name for part in _ACTIVE)]:
        raise StoreError(f"macros, links and objects are refused: {found[0]}", str(path), _ANEW)
    if any(member.flag_bits & 1 for member in members):
        raise StoreError("the workbook is encrypted", str(path), "save it without a password")
    size = sum(member.file_size for member in members)
    if size > MOST_BYTES:
        raise StoreError(f"it unpacks to {size:,} bytes, {MOST_BYTES:,} are read", str(path), "take a new export")


def _copy(book: Any, name: str) -> Copy:
    if _LISTS not in book.sheetnames:
        raise StoreError(f"the hidden sheet {_LISTS} is missing", name, "take a new export")
    mark = read_mark(
        str(next(book[_LISTS].iter_rows(max_row=1, max_col=1))[0].value or ""), f"{name}: {_LISTS}!{_MARK}"
    )
    rows: list[Row] = []
    strange = []
    for type_ in TYPES:
        if SHEETS[type_] in book.sheetnames:
            sheet = book[SHEETS[type_]]
            found, problems = read_table(type_, f"{name}: {sheet.title}", _lines(sheet))
            rows += found
            strange += problems
    return Copy("xlsx", mark, tuple(rows), tuple(strange))


def _lines(sheet: Any) -> Iterator[tuple[str, list[Cell]]]:
    """The lines of a sheet; its own word on how large it is counts for nothing."""
    from openpyxl.utils import get_column_letter

    sheet.reset_dimensions()
    letters = [get_column_letter(at) for at in range(1, _MOST_COLUMNS + 1)]
    for number, line in enumerate(sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=_MOST_COLUMNS), start=1):
        if number > MOST_ROWS:
            raise StoreError(
                f"more than {MOST_ROWS:,} rows", sheet.title, "delete the blank rows below the last entry, save again"
            )
        yield (
            f"{sheet.title} row {number}",
            [
                Cell(_text(cell.value), f"{sheet.title}!{letter}{number}", cell.data_type == "f")
                for letter, cell in zip(letters, line, strict=False)
            ],
        )


def _text(value: object) -> str:
    """What a cell shows; a spreadsheet keeps numbers and dates as such where somebody typed over the text format."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == value.time().min else value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else str(value)
