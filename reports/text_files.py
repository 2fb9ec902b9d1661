"""The RAID log as CSV, one type per file, and as JSON: for other programs, and back."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from raid_log import StoreError
from raid_log.exchange import TYPES, Cell, Copy, Export, Problem, Row, clean, read_mark, read_table

FORMAT = "harness raid log 1"
MOST_BYTES = 100 * 1024**2
"""Bytes of a file that are read."""
MOST_LINES = 50_000
"""Lines of a CSV that are read."""

_MOST_CELLS = 200  # of a line
_SEPARATORS = ",;\t"  # what spreadsheets write, by the country of their user
_MARKED = "export"  # first word of the heading of the last column: export TYPE MARK
_RISKY = re.compile(r"'*[=+\-@\t]")  # what a spreadsheet would compute


def write_csv(export: Export, type_: str) -> bytes:
    """Return one table; a text that a spreadsheet would compute gets an apostrophe in front.

    The heading of the last column holds the type and the mark of the export. Raises StoreError for an unknown type.
    """
    if type_ not in TYPES:
        raise StoreError(f"{type_!r} is no table", "--type", f"use one of {', '.join(TYPES)}")
    table = next(table for table in export.tables if table.type == type_)
    names = [column.name for column in table.columns]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([*names, f"{_MARKED} {type_} {export.mark}"])
    writer.writerows([*(escaped(row[name]) for name in names), ""] for row in table.rows)
    return text.getvalue().encode("utf-8-sig")


def write_json(export: Export) -> bytes:
    """Return the whole log: the mark, then a list of entries per type, every value a text."""
    data: dict[str, Any] = {"format": FORMAT, "export": str(export.mark)}
    for table in export.tables:
        data[table.type] = [dict(row) for row in table.rows]
    return (json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode()


def read_csv(path: Path) -> Copy:
    """Return the rows of an edited CSV. Raises StoreError for a file that is none, or says not whose it is."""
    lines = _lines(path)
    marks = [(at, name.split(maxsplit=2)) for at, name in enumerate(lines[0] if lines else ())]
    found = [(at, words) for at, words in marks if len(words) == 3 and words[0] == _MARKED and words[1] in TYPES]
    if len(found) != 1:
        read_mark("", f"{path.name}: line 1")
    at, (_, type_, mark) = found[0]
    cells = (
        (
            f"{path.name} line {number}",
            [cell for place, cell in enumerate(_cells(line, lines[0], number)) if place != at],
        )
        for number, line in enumerate(lines, start=1)
    )
    rows, strange = read_table(type_, path.name, cells)
    return Copy("file", read_mark(mark, f"{path.name}: line 1"), tuple(rows), tuple(strange))


def read_json(path: Path) -> Copy:
    """Return the entries of an edited JSON file. Raises StoreError for a file that is none."""
    try:
        data = json.loads(_text_of(path), object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        raise StoreError(f"no JSON: {error}", str(path), "take a new export") from error
    except KeyError as error:
        raise StoreError(f"no JSON: the key {error} stands twice in one object", str(path), "leave it once") from error
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise StoreError("no export of the log", str(path), f"the first key is format: {FORMAT}")
    rows: list[Row] = []
    unknown = [clean(key) for key in data if key not in ("format", "export", *TYPES)]
    strange = [Problem(key, "no table of the log", f"name it one of {', '.join(TYPES)}") for key in unknown]
    for type_ in TYPES:
        for place, entry in _entries(data, type_, path):
            whole = {"id": "", **entry}
            heading = [Cell(name, place) for name in whole]
            line = [
                Cell(_value(value, f"{place}.{clean(name)}"), f"{place}.{clean(name)}") for name, value in whole.items()
            ]
            found, problems = read_table(type_, place, [(place, heading), (place, line)])
            rows += found
            strange += problems
    return Copy("file", read_mark(str(data.get("export", "")), f"{path.name}: export"), tuple(rows), tuple(strange))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Raise KeyError for a key that stands twice: the first value of it would be lost without a word."""
    if twice := [key for key, times in Counter(key for key, _ in pairs).items() if times > 1]:
        raise KeyError(twice[0])
    return dict(pairs)


def _entries(data: dict[str, Any], type_: str, path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    entries = data.get(type_, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise StoreError("no list of entries", f"{path.name}: {type_}", "take a new export")
    yield from ((f"{type_}[{at}]", entry) for at, entry in enumerate(entries))


def _value(value: object, place: str) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    raise StoreError(f"no text: {json.dumps(value)[:40]}", place, "write every value in quotes")


def _lines(path: Path) -> list[list[str]]:
    """The lines of a CSV, whatever separates its cells: what separates most of the heading's, which holds names."""
    text = _text_of(path)
    heading = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=max(_SEPARATORS, key=heading.count))
    lines: list[list[str]] = []
    try:
        for line in reader:
            if len(lines) == MOST_LINES or len(line) > _MOST_CELLS:
                what = f"more than {MOST_LINES:,} lines, or {_MOST_CELLS} cells in line {len(lines) + 1}"
                raise StoreError(what, str(path), "take a new export")
            lines.append(line)
    except csv.Error as error:
        raise StoreError(f"no CSV: {error}", str(path), "save it as CSV (UTF-8)") from error
    return lines


def _cells(line: list[str], heading: list[str], number: int) -> Iterator[Cell]:
    for at, text in enumerate(line):
        column = clean(heading[at]) if at < len(heading) else f"column {at + 1}"
        yield Cell(
            text.removeprefix("'") if text.startswith("'") and _RISKY.match(text) else text, f"line {number}, {column}"
        )


def escaped(text: str) -> str:
    """Return the text as a cell that no spreadsheet computes: an apostrophe before what would be a formula."""
    return f"'{text}" if _RISKY.match(text) else text


def _text_of(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise StoreError(f"more than {MOST_BYTES:,} bytes", str(path), "take a new export")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise StoreError(
            f"cannot be read: {error.strerror}", str(path), "name a file of `harness raid export`"
        ) from error
    except UnicodeDecodeError as error:
        raise StoreError("the file is no UTF-8", str(path), "save it as UTF-8: in Excel as CSV (UTF-8)") from error
