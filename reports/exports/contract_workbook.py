"""A contract as an Excel workbook, to read, filter and discuss: nothing of it is read back."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED

from contracts import Contract, Profile
from reports.contract_page import MASK
from reports.exports import words
from reports.workbook import _StillZip, _styles

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_MADE = datetime(2000, 1, 1)  # noqa: DTZ001 - a workbook has a moment; the same contract gives the same bytes
_LONGEST = 32_767  # characters of a cell
_WIDE = frozenset(
    {"value", "title", "statement", "what to do", "question", "must be", "about", "note", "meaning", "why"}
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]|_(?=x[0-9A-Fa-f]{4}_)")
"""Signs that a cell cannot hold, and the underscore that a spreadsheet would take for the code of one."""


def contract_workbook(profile: Profile, contract: Contract) -> bytes:
    """Return the workbook: overview, columns, rules, lists, codes, examples, open questions. Every cell is text."""
    from openpyxl import Workbook
    from openpyxl.writer.excel import ExcelWriter

    book = Workbook()
    book.properties.creator, book.properties.title = "harness", f"{contract.id} {contract.version}"
    book.properties.created = book.properties.modified = _MADE
    _styles(book)
    note = {
        "about": "examples",
        "fact": "made up",
        "value": f"Values of columns with personal data are shown as {MASK}, in breakers, too.",
    }
    sheets: dict[str, Iterable[words.Row]] = {
        "Overview": [*words.overview(profile, contract), note],
        "Columns": (row for file in contract.files.values() for row in words.column_rows(contract, file)),
        "Rules": (words.rule_row(contract, rule) for rule in contract.rules.values()),
        "Lists": words.list_rows(contract),
        "Codes": words.code_rows(contract),
        "Examples": words.example_rows(contract),
        "Open questions": words.question_rows(profile, contract),
    }
    for at, (title, rows) in enumerate(sheets.items()):
        sheet = book.create_sheet(title) if at else book.worksheets[0]
        sheet.title = title
        _fill(sheet, list(rows))
    data = io.BytesIO()
    ExcelWriter(book, _StillZip(data, "w", ZIP_DEFLATED)).save()
    return data.getvalue()


def _fill(sheet: Worksheet, rows: list[words.Row]) -> None:
    """A heading that stays, with filters, and the rows below it."""
    from openpyxl.utils import get_column_letter

    names = list(rows[0]) if rows else ["nothing"]
    for at, name in enumerate(names, start=1):
        sheet.cell(1, at, name).style = "heading"
        sheet.column_dimensions[get_column_letter(at)].width = 50 if name in _WIDE else 20
        for number, row in enumerate(rows, start=2):
            if row[name]:
                cell = sheet.cell(number, at, _text(row[name]))
                cell.data_type = "s"  # never a formula, whatever it begins with
                cell.style = "free"
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(names))}{len(rows) + 1}"


def _text(value: str) -> str:
    return _CONTROL.sub(lambda found: "_x005F_" if found[0] == "_" else "\ufffd", value)[:_LONGEST]
