"""Tables as text reports print them: columns of fixed width over a line of dashes, repeated on every page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

_RULER = re.compile(r"\s*[-=_]+(?:\s+[-=_]+)+\s*")
_LINE = re.compile(r"\s*[-=_]*\s*")
_RUN = re.compile(r"[-=_]+")
_CELL = re.compile(r"\S+(?: \S+)*")
_HEADER_LINES = 3

Span = tuple[int, int]


def rows(lines: Sequence[str], *, wrapped: bool = True) -> Iterator[dict[str, str]]:
    """Yield the rows below the header: header words in small letters -> text of the cell, blank where it is blank.

    ``wrapped``: a line whose first cell is blank, or that has no other cell, goes on with the row above it. The header
    may come again, as at the head of a page. Without a line of dashes the first line is the header, and a cell
    belongs to the column it stands under most.
    """
    lines = [line.replace("\t", " ") for line in lines]
    headers = {number: _header(lines, number) for number, line in enumerate(lines) if _RULER.fullmatch(line)}
    above = {number for header in headers.values() for number in header}
    spans: list[Span] = []
    names: list[str] = []
    row: dict[str, str] = {}
    for number, line in enumerate(lines):
        if number in headers:
            spans = [match.span() for match in _RUN.finditer(line)]
            names = _names([lines[at] for at in headers[number]], spans)
        elif number in above or _LINE.fullmatch(line):
            continue
        elif not spans:
            spans = [match.span() for match in _CELL.finditer(line)]
            names = [match[0].lower() for match in _CELL.finditer(line)]
        else:
            cells = _cells(line, spans)
            if wrapped and row and _goes_on(cells):
                row |= {name: _joined(row[name], cell) for name, cell in zip(names, cells, strict=True) if cell}
                continue
            if row:
                yield row
            row = dict(zip(names, cells, strict=True))
    if row:
        yield row


def _header(lines: Sequence[str], ruler: int) -> list[int]:
    """Numbers of the header's lines above a line of dashes: not blank and, other than every row, without a digit."""
    above: list[int] = []
    for number in range(ruler - 1, max(-1, ruler - 1 - _HEADER_LINES), -1):
        if _LINE.fullmatch(lines[number]) or re.search(r"\d", lines[number]):
            break
        above.insert(0, number)
    return above


def _names(header: Sequence[str], spans: Sequence[Span]) -> list[str]:
    parts = [_cells(line, spans) for line in header]
    return [" ".join(part for part in column if part).lower() for column in zip(*parts, strict=True)] or [""] * len(
        spans
    )


def _cells(line: str, spans: Sequence[Span]) -> list[str]:
    """The text of each column: cut where columns begin, or where that would cut a word, by the place words stand at."""
    starts = [start for start, _ in spans]
    if all(start == 0 or not line[start - 1 : start].strip() for start in starts):
        ends = [*starts[1:], len(line)]
        return [line[start:end].strip() for start, end in zip([0, *starts[1:]], ends, strict=True)]
    cells = [""] * len(spans)
    for match in _CELL.finditer(line):
        column = max(range(len(spans)), key=lambda at: _overlap(match.span(), spans[at]))
        cells[column] = f"{cells[column]} {match[0]}".strip()
    return cells


def _overlap(one: Span, other: Span) -> int:
    """Characters two spans share; negative: how far apart they are."""
    return min(one[1], other[1]) - max(one[0], other[0])


def _goes_on(cells: Sequence[str]) -> bool:
    return not cells[0] or not any(cells[1:])


def _joined(first: str, rest: str) -> str:
    """A wrapped cell put together; lists of codes and accounts break behind their separator."""
    return first + rest if not first or first[-1] in ",-." else f"{first} {rest}"


def by_words(row: Mapping[str, str], words: Mapping[str, str]) -> dict[str, str]:
    """The cells of a row under new names: the first name whose words the header holds; other cells are left out."""
    found: dict[str, str] = {}
    for header, cell in row.items():
        name = next((name for word, name in words.items() if all(part in header for part in word.split())), "")
        if name:
            found.setdefault(name, cell)
    return found
