"""What changed between the layouts of two releases, as a list that people decide on and sign: a page, a workbook."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED

from contracts import GRADES, LayoutRow
from reports.pages import day, render
from reports.workbook import _ESCAPE, _StillZip

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

COLUMNS = ("contract", "tested", "file", "change", "what", "meaning", "grade")
DECIDED = ("decision", "name", "date")
"""Columns that are left for people."""
_WIDTHS = (26, 8, 26, 11, 46, 52, 11, 22, 18, 12)
_HEADING = 7  # row of the table's heading in the sheet
_MADE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # the list carries its own date


@dataclass(frozen=True)
class LayoutReport:
    """The list and what stands above it."""

    old: str  # release
    new: str
    as_of: str  # a day YYYY-MM-DD, or a month of the newest source
    profile: str
    rows: Sequence[LayoutRow]
    same: int  # files of which both releases have the same layout

    @property
    def cells(self) -> list[tuple[str, ...]]:
        """The rows as they are read, parallel to COLUMNS."""
        return [row_cells(row, self.new) for row in self.rows]

    @property
    def counts(self) -> str:
        """How many changes, by grade, in words."""
        found = Counter(row.grade for row in self.rows)
        told = [f"{found[grade]} {grade}" for grade in GRADES if found[grade]]
        told += [f"{found[None]} of files that no contract uses"] if found[None] else []
        return f"{len(self.rows)} changes: {', '.join(told)}" if told else "no change"


def change_word(row: LayoutRow) -> str:
    """Return what happened in one word: ADDED, REMOVED, RENAMED, MOVED, SHIFT, TYPE, LENGTH, REQUIRED, FILE ADDED."""
    word = row.change.verb.upper()
    return f"FILE {word}" if row.change.id == f"{row.file}.file.{row.change.verb}" else word


def row_cells(row: LayoutRow, release: str) -> tuple[str, ...]:
    """Return a row of the list, parallel to COLUMNS. ``tested``: does the contract name the later release?"""
    contract = row.contract
    tested = ("yes" if release in contract.releases else "no") if contract else "-"
    identity = contract.id if contract else "(no contract)"
    return (identity, tested, row.file, change_word(row), row.change.what, row.meaning, row.grade or "-")


def layout_page(report: LayoutReport) -> str:
    """Return the list as a page with room for decisions and signatures; the same report gives the same bytes."""
    return render(
        "layout_changes.html",
        old=report.old,
        new=report.new,
        as_of=day(report.as_of),
        profile=report.profile,
        counts=report.counts,
        same=report.same,
        columns=[*COLUMNS, *DECIDED],
        rows=report.cells,
        decided=len(DECIDED),
    )


def layout_workbook(report: LayoutReport) -> bytes:
    """Return the list as an Excel workbook; the same report gives the same bytes."""
    from openpyxl import Workbook
    from openpyxl.writer.excel import ExcelWriter

    book = Workbook()
    book.properties.creator = "harness"
    book.properties.created = book.properties.modified = _MADE
    _fill(book.worksheets[0], report)
    data = io.BytesIO()
    ExcelWriter(book, _StillZip(data, "w", ZIP_DEFLATED)).save()
    return data.getvalue()


def _fill(sheet: Worksheet, report: LayoutReport) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet.title = f"{report.old} to {report.new}"
    head = [
        (f"Layout changes from release {report.old} to {report.new}",),
        ("as of", report.as_of),
        ("profile", report.profile),
        ("found", report.counts),
        ("the same", f"{report.same} files"),
    ]
    for number, cells in enumerate(head, start=1):
        for at, text in enumerate(cells, start=1):
            _write(sheet, number, at, text)
    line = Side(style="thin", color="BFBFBF")
    for at, name in enumerate((*COLUMNS, *DECIDED), start=1):
        cell = _write(sheet, _HEADING, at, name)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="D9D9D9")
        sheet.column_dimensions[get_column_letter(at)].width = _WIDTHS[at - 1]
    for number, texts in enumerate(report.cells, start=_HEADING + 1):
        for at, text in enumerate((*texts, *[""] * len(DECIDED)), start=1):
            cell = _write(sheet, number, at, text)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.border = Border(bottom=line)
    sheet["A1"].font = Font(bold=True, size=14)
    last = get_column_letter(len(COLUMNS) + len(DECIDED))
    sheet.auto_filter.ref = f"A{_HEADING}:{last}{_HEADING + len(report.rows)}"
    sheet.freeze_panes = f"A{_HEADING + 1}"
    sheet.print_title_rows = f"{_HEADING}:{_HEADING}"
    sheet.page_setup.orientation, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = "landscape", 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _write(sheet: Worksheet, row: int, column: int, text: str) -> Cell:
    cell = sheet.cell(row, column, _ESCAPE.sub("_x005F_", text))
    cell.data_type = "s"  # never a formula, whatever it begins with
    return cell
