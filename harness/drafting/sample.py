"""A CSV file with a header: its names, and the types that its rows suggest. No value is kept."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from harness.drafting.source import Source, SourceColumn, SourceFile
from harness.errors import UsageError

_ROWS = 1000  # rows that types are told by
_DELIMITERS = ",;|\t"
_MASKS = {
    "YYYY-MM-DD": r"\d{4}-\d{2}-\d{2}",
    "YYYY/MM/DD": r"\d{4}/\d{2}/\d{2}",
    "YYYYMMDD": r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])",
    "MM/DD/YYYY": r"(?:0[1-9]|1[0-2])/\d{2}/\d{4}",
    "DD/MM/YYYY": r"\d{2}/(?:0[1-9]|1[0-2])/\d{4}",
    "DD.MM.YYYY": r"\d{2}\.(?:0[1-9]|1[0-2])\.\d{4}",
}
_TIME = r"[ T]\d{2}:\d{2}:\d{2}"
_WHOLE, _NUMBER = r"[+-]?(?:0|[1-9]\d{0,17})", r"[+-]?(?:0|[1-9]\d*)(?:\.\d+)?"
_TODO = "give a CSV file whose first line names every column once, in UTF-8"


def read_sample(path: Path) -> Source:
    """Return the one file that a CSV with a header describes. Raises UsageError where the first line is no header."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            delimiter = max(_DELIMITERS, key=first.count)
            file.seek(0)
            rows = list(islice(csv.reader(file, delimiter=delimiter, strict=True), _ROWS + 1))
    except (csv.Error, UnicodeDecodeError) as error:
        raise UsageError(f"no CSV in UTF-8: {error}", where=path.name, todo=_TODO) from error
    header, body = [name.strip() for name in rows[0]] if rows else [], [row for row in rows[1:] if any(row)]
    if why := _no_header(header):
        raise UsageError(f"the first line is no header: {why}", where=f"{path.name}, line 1", todo=_TODO)
    columns = tuple(_column(name, [row[at].strip() for row in body if at < len(row)]) for at, name in enumerate(header))
    widths = {len(row) for row in body} - {len(header)}
    remarks = (f"rows of {', '.join(map(str, sorted(widths)))} values under {len(header)} names",) if widths else ()
    wire = {"header": True} | ({"delimiter": delimiter} if delimiter != "," else {})
    return Source(
        path.name, "sample", "delimited",
        (SourceFile(path.stem, "header", columns, name=path.name, csv=wire, remarks=remarks),),
    )  # fmt: skip


def _no_header(header: Sequence[str]) -> str:
    if not any(header):
        return "it is blank"
    if "" in header:
        return f"column {header.index('') + 1} has no name"
    if twice := [name for name in header if header.count(name) > 1]:
        return f"{twice[0][:40]} stands twice"
    values = [name for name in header if re.fullmatch(rf"{_NUMBER}|{'|'.join(_MASKS.values())}", name)]
    return f"column {header.index(values[0]) + 1} is named by a number or a date" if values else ""


def _column(name: str, values: Sequence[str]) -> SourceColumn:
    filled = [value for value in values if value]
    if not filled:
        return SourceColumn(name, question=f"Which type has {name}? No row of the sample has a value.")
    rows = f"{len(filled):,} value{'s' if len(filled) > 1 else ''}"
    kind, mask, scale = _kind(filled)
    number = "a whole number" if scale == 0 else "a number"
    told = {"": "text", "NUMBER": number}.get(kind, f"a {kind.lower()} written {mask}")
    return SourceColumn(
        name, type=kind, scale=scale, mask=mask, question=f"Is {name} {told}? Told by {rows} of a sample."
    )


def _kind(values: Sequence[str]) -> tuple[str, str, int | None]:
    """Type, mask and scale that all values have. A whole number with leading zeros is a code, hence text."""
    for mask, form in _MASKS.items():
        if _all(form, values):
            return "DATE", mask, None
        if _all(form + _TIME, values) and " " in values[0]:
            return "TIMESTAMP", f"{mask} HH24:MI:SS", None
    if _all(_WHOLE, values):
        return "NUMBER", "", 0
    return ("NUMBER", "", None) if _all(_NUMBER, values) else ("", "", None)


def _all(form: str, values: Sequence[str]) -> bool:
    whole = re.compile(form)
    return all(whole.fullmatch(value) for value in values)
