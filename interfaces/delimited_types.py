"""Delimited members in which records of several types follow each other: branches of an FBDI file, BAI2."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from contracts.model import File
from interfaces.errors import PayloadError
from interfaces.fixed_width import point, without_point
from interfaces.package import Member
from interfaces.payload import Fact
from interfaces.quoting import Syntax, split
from interfaces.record_types import Line, about_empty, about_unknown, kinds, marks, sorted_out
from interfaces.scan import WRONG_BYTES
from interfaces.shape_facts import shape_facts


def read_typed(files: Sequence[File], members: Sequence[Member]) -> tuple[dict[str, pl.DataFrame], list[Fact]]:
    """Return the frame of each record type (see Payload) and the facts about their shape, END at n+1 aside.

    Raises PayloadError if the contract names an encoding that does not exist.
    """
    facts: list[Fact] = []
    rows: dict[str, list[tuple[Line, str, str | None]]] = {file.id: [] for file in files}
    kind = kinds(files, _part)
    for member in members:
        facts += about_empty(files, member)
        found = sorted_out(files, _continued(_lines(files[0], member), files[0]), kind, sum(map(len, rows.values())))
        for name, more in found.records.items():
            rows[name] += more
        facts += about_unknown(found.unknown, member.name)
    name = ",".join(member.name for member in members)
    frames = {}
    for file in files:
        lines = [_shaped(line, file) for line, _, _ in rows[file.id]]
        facts += shape_facts(file, lines, [len(line.fields) for line in lines], name, unit="fields")
        frames[file.id] = _frame(file, lines).hstack(marks(file, rows[file.id]))
    return frames, facts


def _part(line: Line, at: int, _: int) -> str:
    return line.fields[at - 1].strip() if at <= len(line.fields) else ""


def _lines(file: File, member: Member) -> Iterator[Line]:
    try:
        data = member.data.decode(file.csv.encoding, "replace").removeprefix("\ufeff").encode()
    except LookupError as error:
        raise PayloadError(f"encoding {file.csv.encoding!r} cannot be used", todo="correct csv.encoding") from error
    syntax = Syntax(file.csv.delimiter.encode(), file.csv.quote.encode())
    at, number = 0, 1
    while at < len(data):
        record = split(data, at, syntax)
        fields = [field.decode() for field in record.fields]
        if any(field.strip() for field in fields):
            yield Line(number, fields, record.fault or (WRONG_BYTES if any("\ufffd" in one for one in fields) else ""))
        number += data.count(b"\n", at, record.end)
        at = record.end


def _continued(lines: Iterator[Line], file: File) -> Iterator[Line]:
    """The records without the sign that closes them, continuations joined to what they go on with."""
    before: Line | None = None
    for line in lines:
        fields = [*line.fields[:-1], _unclosed(line.fields[-1], file.csv.record_end)]
        if before and file.csv.continuation and fields[0].strip() == file.csv.continuation:
            before = Line(before.number, [*before.fields, *fields[1:]], before.fault or line.fault)
            continue
        if before:
            yield before
        before = Line(line.number, fields, line.fault)
    if before:
        yield before


def _unclosed(text: str, sign: str) -> str:
    return text.rstrip().removesuffix(sign) if sign else text


def _shaped(line: Line, file: File) -> Line:
    """The record without END at position n+1; where the last field takes the rest, with all of it there."""
    n = file.fields
    if file.csv.rest and len(line.fields) > n:
        return Line(line.number, [*line.fields[: n - 1], file.csv.delimiter.join(line.fields[n - 1 :])], line.fault)
    if len(line.fields) == n + 1 and line.fields[-1] == "END":
        return Line(line.number, line.fields[:-1], line.fault)
    return line


def _frame(file: File, lines: Sequence[Line]) -> pl.DataFrame:
    """The values of all columns that are listed or filled."""
    columns = [file.columns[name] for name in file.written]
    values = {
        column.name: [line.fields[at] if at < len(line.fields) else None for line in lines]
        for column in columns
        for at in [(column.position or 1) - 1]
    }
    frame = pl.DataFrame(values, schema=dict.fromkeys(values, pl.String))
    frame = frame.with_columns(pl.when(pl.all().str.strip_chars(" \t") != "").then(pl.all()))
    frame = frame.with_columns(point(pl.col(one.name), one.decimals).alias(one.name) for one in columns if one.decimals)
    kept = [one.name for one in columns if one.listed or frame[one.name].null_count() < frame.height]
    numbers = pl.DataFrame(
        {"_row": range(1, len(lines) + 1), "_line": [line.number for line in lines]},
        schema={"_row": pl.UInt32, "_line": pl.UInt32},
    )
    return numbers.hstack(frame.select(kept).get_columns())


def typed_texts(file: File, frame: pl.DataFrame, *, quote_all: bool, end: str, width: int | None) -> pl.Series:
    """Return the written records of one type, ``width`` fields of them, without their line ends.

    Raises PayloadError for a value that the file cannot hold for want of quotes.
    """
    if not frame.height:
        return pl.Series([], dtype=pl.String)
    marks_at = {mark.at: mark.value for mark in file.record_type}
    names = file.by_field[:width]
    parts = [
        _written(file, name, frame, quote_all=quote_all) if name else pl.lit(marks_at.get(at, ""))
        for at, name in enumerate(names, start=1)
    ]
    text = pl.concat_str([*parts, *([pl.lit(end)] if end else [])], separator=file.csv.delimiter)
    return frame.with_columns((text + file.csv.record_end).alias("text"))["text"]


def _written(file: File, name: str, frame: pl.DataFrame, *, quote_all: bool) -> pl.Expr:
    column = file.columns[name]
    text = pl.col(name) if name in frame.columns else pl.lit(None, pl.String)
    if column.decimals:
        text = without_point(text, column.decimals)
    text = text.fill_null("")
    csv = file.csv
    if csv.quote:
        quoted = csv.quote + text.str.replace_all(csv.quote, csv.quote * 2, literal=True) + csv.quote
        needs = text.str.contains_any([csv.quote, csv.delimiter, "\n", "\r"]) if not quote_all else pl.lit(True)
        return pl.when(needs).then(quoted).otherwise(text)
    bad = frame.select(text.str.contains_any(list(file.separators(name)))).to_series()
    if bad.any():
        raise PayloadError(
            f"a value of {name} holds a sign that separates values or records",
            where=f"{file.id}, record {(bad.arg_true()[0] or 0) + 1}",
            todo="take it out: the file has no quotes to protect it",
        )
    return text
