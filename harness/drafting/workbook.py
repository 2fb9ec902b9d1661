"""The tabs of an Excel workbook as text: only its cells are read, no macro is run, no link is followed."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element
from zipfile import BadZipFile, ZipFile

from harness.errors import UsageError
from harness.safe_xml import xml_root

ROWS, COLUMNS = 40, 500
"""What is read of a tab: headings stand at the top, and some templates claim 16,384 columns."""
TODO = "open it in Excel and save it anew as .xlsx or .xlsm"
_UNPACKED = 512 * 1024**2  # bytes that a template may unpack to; the largest ones known have some 20 MB
_SPREADSHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d\u2060\u00ad"))
_ESCAPED = re.compile(r"_x[0-9A-Fa-f]{4}_")  # a control character, as workbooks write it: _x000D_


@dataclass(frozen=True)
class Tab:
    """The top of one worksheet. Cells are text without marks and surplus blanks; every row ends with a filled one."""

    name: str
    hidden: bool
    rows: list[list[str]]


def tabs(path: Path) -> list[Tab]:
    """Return the worksheets of a workbook in their order. Raises UsageError for a file that is none, or too large."""
    try:
        with ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
    except (BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise UsageError("the workbook is damaged, or none", where=path.name, todo=TODO) from error
    if size > _UNPACKED:
        raise UsageError(f"the workbook unpacks to {size:,} bytes and was not read", where=path.name, todo=TODO)
    try:
        return _by_library(path)
    except Exception:  # noqa: BLE001 - whatever a damaged part makes openpyxl raise: most often its styles
        return _by_parts(path)


def _by_library(path: Path) -> list[Tab]:
    from openpyxl import load_workbook  # here, because it is slow to import and not needed for other sources

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and extensions, which are of no concern
        with closing(load_workbook(path, read_only=True, data_only=True, keep_links=False)) as book:
            found = []
            for sheet in book.worksheets:
                sheet.reset_dimensions()  # what a tab says of its size may be wrong
                rows = sheet.iter_rows(max_row=ROWS, max_col=COLUMNS, values_only=True)
                found.append(Tab(sheet.title, sheet.sheet_state != "visible", [_row(row) for row in rows]))
            return found


def _row(values: Any) -> list[str]:
    texts = [_text(value) for value in values]
    return texts[: max((number for number, text in enumerate(texts, start=1) if text), default=0)]


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return " ".join(_ESCAPED.sub(" ", str(value)).translate(_INVISIBLE).split())


# the same without openpyxl, for workbooks with parts that it cannot read and that nobody needs


def _by_parts(path: Path) -> list[Tab]:
    """The tabs from their XML alone. Raises UsageError where even that cannot be read."""
    try:
        with ZipFile(path) as archive:
            book = xml_root(archive.read("xl/workbook.xml"), path.name, TODO)
            links = _targets(xml_root(archive.read("xl/_rels/workbook.xml.rels"), path.name, TODO))
            shared = _shared(archive, path.name)
            return [
                Tab(str(sheet.get("name")), sheet.get("state", "visible") != "visible",
                    list(_sheet(archive, links[str(sheet.get(_RELATION))], shared)))
                for sheet in book.iter(f"{_SPREADSHEET}sheet")
                if "worksheets/" in links.get(str(sheet.get(_RELATION)), "")
            ]  # fmt: skip
    except UsageError:
        raise
    except Exception as error:  # a part that is missing, cut off or none: whatever comes first
        raise UsageError("the workbook is damaged, or none", where=path.name, todo=TODO) from error


def _targets(relations: Element) -> dict[str, str]:
    """Id of each part that the workbook names -> its name in the archive."""
    found = {}
    for one in relations:
        target = str(one.get("Target"))
        found[str(one.get("Id"))] = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    return found


def _shared(archive: ZipFile, name: str) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    strings = xml_root(archive.read("xl/sharedStrings.xml"), name, TODO)
    return [_joined(item) for item in strings.iter(f"{_SPREADSHEET}si")]


def _joined(item: Element) -> str:
    """The text of a string, its runs put together; readings of Japanese words (rPh) are none of it."""
    runs = [item, *item.iter(f"{_SPREADSHEET}r")]
    return "".join(text.text or "" for run in runs for text in run.findall(f"{_SPREADSHEET}t"))


def _sheet(archive: ZipFile, part: str, shared: list[str]) -> Iterator[list[str]]:
    from defusedxml.ElementTree import iterparse

    with archive.open(part) as file:
        rows = (one for _, one in iterparse(file, forbid_dtd=True) if one.tag == f"{_SPREADSHEET}row")
        expected = 1
        for row in islice(rows, ROWS):
            number = int(row.get("r", expected))
            if number > ROWS:
                return
            yield from ([] for _ in range(expected, number))
            expected = number + 1
            cells = dict(_cells(row, shared))
            row.clear()
            yield _row([cells.get(column, "") for column in range(1, max(cells, default=0) + 1)])


def _cells(row: Element, shared: list[str]) -> Iterator[tuple[int, str]]:
    column = 0
    for cell in row.iter(f"{_SPREADSHEET}c"):
        column = _column(str(cell.get("r"))) if cell.get("r") else column + 1
        if column > COLUMNS:
            return
        value, inline = cell.findtext(f"{_SPREADSHEET}v", ""), cell.find(f"{_SPREADSHEET}is")
        if inline is not None:
            value = _joined(inline)
        elif cell.get("t") == "s" and value:
            value = shared[int(value)]
        yield column, value


def _column(place: str) -> int:
    """Number of a column: AB12 -> 28."""
    number = 0
    for letter in re.match("[A-Z]*", place)[0]:  # type: ignore[index]
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
