"""Interface rows of one load beside their error rows: BI Publisher's data as XML, or CSV with a header.

So suppliers with their addresses, sites, assignments and contacts, orders, requisitions, assets and budgets are
answered. That such an extract comes out of the import job itself is unconfirmed; a person may have to export it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element

from interfaces.fusion.outcomes.answers import Answer, Report, Taken
from interfaces.fusion.outcomes.documents import HTML_TODO, decoded, html, xml_root
from interfaces.fusion.outcomes.errors import ReportError

_TABLE = "TABLE_NAME"
_STATUS: Mapping[str, str] = {"POR_": "PROCESS_FLAG", "PO_": "PROCESS_CODE", "FA_": "POSTING_STATUS", "": "STATUS"}
"""Beginning of a table's name -> its column of status; the first that fits."""
_TAKEN = frozenset({"PROCESSED", "ACCEPTED", "POSTED"})
_REFUSED = frozenset({"REJECTED", "ERROR", "FAILED"})
_SAID = ("REJECT_LOOKUP_CODE", "ERROR_MESSAGE", "ERROR_MSG")
_ATTRIBUTE = ("ATTRIBUTE", "COLUMN_NAME")
_VALUE = ("VALUE", "COLUMN_VALUE")
_NO_KEYS = frozenset({_TABLE, *_STATUS.values(), *_SAID, *_ATTRIBUTE, *_VALUE})
_DELIMITERS = ",;\t"


def recognised(root: Element) -> bool:
    """True for the root of a rows report as XML."""
    return any(element.tag == _TABLE for element in root.iter()) or any(
        element.tag == "LIST_G_ROWS" for element in root.iter()
    )


def recognised_text(text: str) -> bool:
    """True for the text of a rows report as CSV: its header has a column TABLE_NAME."""
    return _delimiter(_first_line(text)) != ""


def parse(name: str, data: bytes) -> Report:
    """Return what an extract says: an answer per error of a row, and the rows that are taken or still wait.

    A row that is refused without an error of its own gives an answer without words. ``selected`` counts the entries.
    Raises ReportError for what is no such extract.
    """
    text = decoded(data)
    if text.lstrip().startswith("<"):
        return of_root(name, xml_root(name, data))
    return of_text(name, text)


def of_root(name: str, root: Element) -> Report:
    """Return what the extract with this root says. Raises ReportError as ``parse``."""
    if not recognised(root):
        raise _strange(name)
    found = [
        {cell.tag: (cell.text or "").strip() for cell in row} for row in root.iter() if row.find(_TABLE) is not None
    ]
    return _report(name, found)


def of_text(name: str, text: str) -> Report:
    """Return what the extract as CSV text says. Raises ReportError as ``parse``."""
    delimiter = _delimiter(_first_line(text))
    if not delimiter:
        raise ReportError("an HTML page, no extract", where=name, todo=HTML_TODO) if html(text) else _strange(name)
    try:
        lines = [line for line in csv.reader(io.StringIO(text.lstrip(), newline=""), delimiter=delimiter) if any(line)]
    except csv.Error as error:
        raise ReportError(f"no readable CSV: {error}", where=name, todo="export the extract again") from error
    header = [_word(cell) for cell in lines[0]]
    # A repeated header is a page's, a short line lacks cells at its end.
    body = [line for line in lines[1:] if [_word(cell) for cell in line] != header]
    return _report(name, [dict(zip(header, map(str.strip, line), strict=False)) for line in body])


def _first_line(text: str) -> str:
    return text.lstrip().partition("\n")[0]


def _delimiter(header: str) -> str:
    """The delimiter that shows a column TABLE_NAME in the header, "" if none does."""
    cells = {one: [_word(cell) for cell in header.split(one)] for one in _DELIMITERS}
    return next((one for one, names in cells.items() if _TABLE in names and len(names) > 1), "")


def _word(cell: str) -> str:
    return re.sub(r"\W+", "_", cell.strip().strip('"').strip()).upper()


def _strange(name: str) -> ReportError:
    todo = "export the interface rows with TABLE_NAME, their key columns, their status and their error columns"
    return ReportError("no extract of interface rows: it has no TABLE_NAME", where=name, todo=todo)


def _report(name: str, found: Sequence[Mapping[str, str]]) -> Report:
    answers: list[Answer] = []
    taken: list[Taken] = []
    waiting: list[Taken] = []
    for row in found:
        table, status = row.get(_TABLE, "").upper(), _status(row)
        keys = {column: value for column, value in row.items() if column not in _NO_KEYS}
        said = _first(row, _SAID)
        if said or status in _REFUSED:
            attribute, value = _first(row, _ATTRIBUTE), _first(row, _VALUE)
            warning = status in _TAKEN
            answers.append(Answer(said, attribute=attribute, keys=keys, table=table, value=value, warning=warning))
        if status in _TAKEN:
            taken.append(Taken(table, keys))
        elif not said and status not in _REFUSED:
            waiting.append(Taken(table, keys))
    return Report("rows", name, tuple(answers), tuple(taken), tuple(waiting), counted="lines", selected=len(found))


def _status(row: Mapping[str, str]) -> str:
    """The status of a row in capitals: of its table's own column, else of whichever is filled."""
    own = next(column for start, column in _STATUS.items() if row.get(_TABLE, "").upper().startswith(start))
    return (row.get(own) or _first(row, tuple(_STATUS.values()))).upper()


def _first(row: Mapping[str, str], columns: Sequence[str]) -> str:
    return next((row[column] for column in columns if row.get(column)), "")
