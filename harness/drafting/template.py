"""FBDI templates: which row of a tab holds what, told by what its cells look like, since no row number is fixed.

Rich tabs have rows with technical names, types and whether a value is required, thin ones labels alone, a star where
a value is required. The shapes are those that a comparison of 210 templates of three releases found.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from harness.drafting.grid import REQUIRED, TECHNICAL, Grid, stars
from harness.drafting.oracle_types import OracleType, mask_in, oracle_type
from harness.drafting.source import Note, Source, SourceColumn, SourceFile, distinct
from harness.drafting.workbook import COLUMNS, Tab, tabs

_END = re.compile(r"end(?: of csv)?", re.IGNORECASE)
_INSTRUCTIONS = re.compile(r"instruction|read ?me|overview|introduction|revision history|change history|legend", re.I)
_TABLE = re.compile(r"\b[Tt]able\s+([A-Z][A-Z0-9_]{2,})")
_GAP = 3  # blank headings behind which nothing is a column any more
Row = Sequence[str]


def read_template(path: Path) -> Source:
    """Return the files that a template's tabs describe, and each tab that was skipped or not understood, with why."""
    files: list[SourceFile] = []
    skipped, unread = [], []
    for tab in tabs(path):
        if why := _without_columns(tab):
            skipped.append(Note(f"tab {tab.name}", why))
        elif isinstance(found := understood(tab), SourceFile):
            files.append(found)
        else:
            unread.append(Note(f"tab {tab.name}", found))
    return Source(path.name, "template", "fbdi", tuple(files), tuple(skipped), tuple(unread))


def _without_columns(tab: Tab) -> str:
    if not any(tab.rows):
        return "blank"
    if tab.hidden:
        return "hidden: lists of values and the like"
    return "instructions" if _INSTRUCTIONS.search(tab.name) else ""


def understood(tab: Tab) -> SourceFile | str:
    """Return the file that a tab describes, or why it was not understood."""
    grid = Grid(tab.rows)
    technical = grid.technical()
    if technical is not None:
        return _rich(tab, grid, technical)
    labels = grid.starred()
    if labels is not None:
        return _thin(tab, grid.rows[labels][grid.first :])
    return "no row of technical names, and no row of labels in which a star marks what is required"


def _rich(tab: Tab, grid: Grid, technical: int) -> SourceFile:
    types = grid.row_of("type", lambda text: oracle_type(text) is not None, [technical])
    required = grid.row_of("required", lambda text: text.lower() in REQUIRED, [technical, types])
    described = grid.tags.get("description")
    labels = grid.labels(technical, [types, required, described])
    names = _row(grid, technical)
    headings = _row(grid, labels)
    width = _width([name or label for name, label in _pairs(names, headings)], names)
    columns = [
        _column(position, _at(names, position), _at(headings, position), _at(_row(grid, types), position),
                _at(_row(grid, required), position), _at(_row(grid, described), position))
        for position in range(1, width + 1)
    ]  # fmt: skip
    table: str = next((found[1] for row in grid.rows if row and (found := _TABLE.search(row[0]))), "")
    return _file(tab, "rich", columns, table)


def _column(position: int, name: str, label: str, type_: str, required: str, described: str) -> SourceColumn:
    kind = oracle_type(type_)
    flag, starred = REQUIRED.get(required.lower(), ""), _marked(label)
    notes = ["type from template"] if kind else []
    if type_ and not kind:
        notes.append(f"the template writes its type as {type_[:60].replace('(', '[')}")
    if starred and required and starred != flag:
        notes.append("the template's star and its row of required columns differ")
    known = kind or OracleType("")
    column = SourceColumn(
        technical_name(name), label, known.word, known.length, known.scale, _due(starred, flag),
        known.mask or (mask_in(described) if known.word in ("DATE", "TIMESTAMP") else ""), notes="; ".join(notes),
    )  # fmt: skip
    return column if column.name else _named_by_label(replace(column, label=label or name), position)


def technical_name(text: str) -> str:
    """Return the technical name in a cell, capitals and blanks aside; "" for a cell that holds none, such as N/A."""
    name = text.upper().replace(" ", "_")
    return name if TECHNICAL.fullmatch(name) else ""


def _due(starred: str, flag: str) -> str:
    """What a star and a row of required columns say together: a condition is more exact than a star."""
    return flag if flag == "C" else starred if starred == "Y" else flag or starred


def _thin(tab: Tab, labels: Row) -> SourceFile:
    width = _width(labels, ())
    columns = [
        _named_by_label(SourceColumn("", label, required=_marked(label)), position)
        for position, label in enumerate([*labels, *[""] * width][:width], start=1)
    ]
    return _file(tab, "thin", columns, "")


def _file(tab: Tab, kind: str, columns: list[SourceColumn], table: str) -> SourceFile:
    named, remarks = distinct(columns)
    if len(columns) >= COLUMNS:
        remarks.append(f"{COLUMNS} columns were read; if there are more, they are missing")
    bare, stem = tab.name.strip(), stem_of(tab.name)
    return SourceFile(
        stem, f"tab {tab.name}", tuple(named), kind, name=f"{stem}.csv",
        table=table or (bare if TECHNICAL.fullmatch(bare) and "_" in bare else ""), remarks=tuple(remarks),
        question=f"Is {stem}.csv the name of the file? It was made of the tab's name.",
    )  # fmt: skip


def _named_by_label(column: SourceColumn, position: int) -> SourceColumn:
    """The column with a name made of its label, which is a guess."""
    name = name_of(column.label) or f"COLUMN_{position}"
    told = f"of the label {column.label!r}" if column.label else "of its position; the template has no heading there"
    return SourceColumn(
        name, column.label, column.type, column.length, column.scale, column.required, column.mask,
        notes="; ".join(part for part in (column.notes, "name made of the label, src:MEM") if part), certainty="memory",
        question=f"Is {name} the technical name? It was made {told}.",
    )  # fmt: skip


def name_of(label: str) -> str:
    """Return a technical name made of a label: *Invoice Amount -> INVOICE_AMOUNT; "" where nothing is left."""
    name: str = re.sub(r"[^A-Z0-9]+", "_", label.upper()).strip("_")[:60].strip("_")
    return f"C_{name}" if name[:1].isdigit() else name


def stem_of(tab: str) -> str:
    """Return the file stem that a tab's name suggests: GL_INTERFACE and "Gl Interface" -> GlInterface."""
    words: list[str] = re.findall(r"[A-Za-z0-9]+", tab)
    if len(words) == 1 and words[0][0].isalpha() and not words[0].isupper():
        return words[0][:1].upper() + words[0][1:]
    stem = "".join(word[:1].upper() + (word[1:].lower() if word.isupper() else word[1:]) for word in words)
    return stem if stem[:1].isalpha() else f"Tab{stem}"


def _marked(label: str) -> str:
    """What a label's stars say: one = required, two = conditionally."""
    return {0: "", 1: "Y"}.get(stars(label), "C")


def _width(headings: Sequence[str], firm: Sequence[str]) -> int:
    """Number of columns: up to the cell that ends the CSV, or the last heading before a gap of blank ones.

    A blank heading among ``firm`` ones counts: positions decide.
    """
    ends = [number for number, text in enumerate(headings) if _END.fullmatch(text)]
    texts = list(headings[: ends[0]] if ends else headings)
    last = 0
    for position, text in enumerate(texts, start=1):
        if position - last > _GAP and not any(firm[position - 1 : len(texts)]):
            break
        last = position if text else last
    return last


def _pairs(names: Row, labels: Row) -> list[tuple[str, str]]:
    return [(_at(names, at), _at(labels, at)) for at in range(1, max(len(names), len(labels)) + 1)]


def _row(grid: Grid, number: int | None) -> Row:
    return grid.rows[number][grid.first :] if number is not None else ()


def _at(row: Row, position: int) -> str:
    return row[position - 1] if position <= len(row) else ""
