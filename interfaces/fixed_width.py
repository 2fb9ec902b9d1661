"""Fixed-width files: one record a line, every column at its characters, types of records told by a mark."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import polars as pl

from contracts.examples import masked
from contracts.model import Column, Contract, File
from interfaces.errors import PayloadError
from interfaces.matching import match, member_name, names_of, together
from interfaces.package import LIMITS, Limits, Member, open_package, zipped
from interfaces.payload import Fact, Payload
from interfaces.record_types import Line, about_empty, about_unknown, kinds, marks, merged, sorted_out
from interfaces.scan import WRONG_BYTES
from interfaces.shape_facts import shape_facts

_SIGNED = r"^([+-]?)(\d+)$"


@dataclass(frozen=True)
class FixedDialect:
    """How a payload is written where the receiver leaves the choice."""

    newline: Literal["\n", "\r\n"] = "\n"
    zipped: bool = True


DIALECT = FixedDialect()


def read(path: Path, contract: Contract, *, limits: Limits = LIMITS) -> Payload:
    """Return the payload at ``path``, one plain file or a zip of such, with its shape and package facts.

    Blanks around a value are no part of it, nor zeros before a number. A blank line is no record. Bad bytes are facts;
    PayloadError is raised only if the file cannot be opened or the contract's encoding does not exist.
    """
    package = open_package(path, limits=limits)
    found, facts = match(contract, package)
    frames: dict[str, pl.DataFrame] = {}
    for files, members in together(contract, found):
        read_frames, read_facts = _members(files, members)
        frames |= read_frames
        facts += read_facts
    names = [member.name for member in package.members]
    return Payload(package.name, package.sha256, package.size, frames, facts, names)


def _members(files: Sequence[File], members: Sequence[Member]) -> tuple[dict[str, pl.DataFrame], list[Fact]]:
    facts: list[Fact] = []
    rows: dict[str, list[tuple[Line, str, str | None]]] = {file.id: [] for file in files}
    kind = kinds(files, lambda line, at, width: line.fields[0][at - 1 : at - 1 + width])
    for member in members:
        facts += about_empty(files, member)
        lines = _lines(member, files[0].csv.encoding)
        sorted_ = sorted_out(files, lines, kind, sum(map(len, rows.values())))
        for name, more in sorted_.records.items():
            rows[name] += more
        facts += about_unknown(sorted_.unknown, member.name)
    name = ",".join(member.name for member in members)
    for file in files:
        lines = [line for line, _, _ in rows[file.id]]
        facts += shape_facts(file, lines, [len(line.fields[0]) for line in lines], name, unit="characters")
    return {file.id: _frame(file, rows[file.id]) for file in files}, facts


def _lines(member: Member, encoding: str) -> list[Line]:
    try:
        text = member.data.decode(encoding, "replace").removeprefix("\ufeff")
    except LookupError as error:
        raise PayloadError(f"encoding {encoding!r} cannot be used: {error}", todo="correct csv.encoding") from error
    found = []
    for number, line in enumerate(text.split("\n"), start=1):
        line = line.removesuffix("\r")
        if line.strip():
            found.append(Line(number, (line,), WRONG_BYTES if "\ufffd" in line else ""))
    return found


def _frame(file: File, rows: Sequence[tuple[Line, str, str | None]]) -> pl.DataFrame:
    lines = pl.DataFrame(
        {"text": [line.fields[0] for line, _, _ in rows], "_line": [line.number for line, _, _ in rows]},
        schema={"text": pl.String, "_line": pl.UInt32},
    )
    values = lines.select(_value(file.columns[name]).alias(name) for name in file.written)
    number = pl.int_range(1, lines.height + 1, dtype=pl.UInt32, eager=True).alias("_row")
    return pl.DataFrame([number, lines["_line"], *values.get_columns(), *marks(file, rows)])


def _value(column: Column) -> pl.Expr:
    """The text of a column: without its filling, with the decimal point that the file implies; blank as null."""
    text = pl.col("text").str.slice((column.position or 1) - 1, column.width).str.strip_chars(" \t\x00")
    if column.decimals:
        text = point(text, column.decimals)
    if column.type.sort == "number":
        text = text.str.replace(r"^([+-]?)0+(\d)", "$1$2")
    return pl.when(text != "").then(text)


def point(text: pl.Expr, decimals: int) -> pl.Expr:
    """Return the text of whole digits with the decimal point in its place; other text stays as it is."""
    sign, digits = text.str.extract(_SIGNED, 1), text.str.extract(_SIGNED, 2).str.zfill(decimals + 1)
    moved = pl.concat_str(sign, digits.str.head(-decimals), pl.lit("."), digits.str.tail(decimals))
    return pl.when(text.str.contains(_SIGNED)).then(moved).otherwise(text)


def without_point(text: pl.Expr, decimals: int) -> pl.Expr:
    """Return a decimal number as the digits that a file with implied decimals writes; other text stays as it is."""
    form = rf"^([+-]?)(\d*)(?:\.(\d{{0,{decimals}}}))?$"
    fraction = text.str.extract(form, 3).fill_null("").str.pad_end(decimals, "0")
    whole = pl.concat_str(text.str.extract(form, 1), text.str.extract(form, 2), fraction)
    return pl.when(text.str.contains(form)).then(whole).otherwise(text)


def write(
    path: Path,
    contract: Contract,
    records: Mapping[str, Sequence[Mapping[str, str | None]]],
    *,
    dialect: FixedDialect = DIALECT,
) -> None:
    """Write records by file id to ``path``: each record, then all below it; the same records give the same bytes.

    ISO dates get the mask of their column. Raises PayloadError as ``write_frames`` does.
    """
    write_frames(
        path, contract, {name: text_frame(contract, name, rows) for name, rows in records.items()}, dialect=dialect
    )


def text_frame(contract: Contract, name: str, rows: Sequence[Mapping[str, str | None]]) -> pl.DataFrame:
    """Return records as a frame of text with their marks. Raises PayloadError for a file that the contract has not."""
    if name not in contract.files:
        raise PayloadError(
            f"contract {contract.id} has no file {name!r}", todo=f"use one of: {', '.join(contract.files)}"
        )
    file = contract.files[name]
    unknown = sorted({one for row in rows for one in row if one not in file.columns and not one.startswith("_")})
    if unknown:
        raise PayloadError(f"{name} has no column {', '.join(unknown)}", todo="write names of the contract")
    data = {one: [masked(row.get(one), column, file) for row in rows] for one, column in file.columns.items()}
    try:
        return pl.DataFrame(data, schema=dict.fromkeys(data, pl.String))
    except UnicodeEncodeError as error:
        raise PayloadError("a value holds half a surrogate pair, which no encoding can write", where=name) from error


def write_frames(
    path: Path, contract: Contract, frames: Mapping[str, pl.DataFrame], *, dialect: FixedDialect = DIALECT
) -> None:
    """Write text frames by file id as ``write`` does records.

    Raises PayloadError for a value that is longer than its column or holds a line break, for text that the encoding
    cannot hold, for several members without a zip, and if ``path`` cannot be written.
    """
    files = [contract.files[name] for name in contract.files if name in frames]
    contents: dict[str, bytes] = {}
    for names in dict.fromkeys(names_of(file) for file in files):
        here = [file for file in files if names_of(file) == names]
        texts = {file.id: _texts(file, frames[file.id]) for file in here}
        lines = merged(contract, texts, frames)
        contents[member_name(names)] = encoded("".join(line + dialect.newline for line in lines), here[0])
    store(path, contents, packed=dialect.zipped)


def encoded(text: str, file: File) -> bytes:
    """Return text in a file's encoding. Raises PayloadError where it cannot hold it."""
    try:
        return text.encode(file.csv.encoding)
    except (LookupError, UnicodeError) as error:
        raise PayloadError(f"{file.id} cannot be written as {file.csv.encoding}: {error}") from error


def store(path: Path, contents: Mapping[str, bytes], *, packed: bool) -> None:
    """Write members to ``path``: a zip, or the only one plain. Raises PayloadError where that cannot be."""
    if not packed and len(contents) != 1:
        raise PayloadError(f"{len(contents)} files do not fit into one plain file", where=str(path), todo="write a zip")
    try:
        path.write_bytes(zipped(contents) if packed else next(iter(contents.values())))
    except OSError as error:
        raise PayloadError(f"the payload cannot be written: {error.strerror}", where=str(path)) from error


def _texts(file: File, frame: pl.DataFrame) -> pl.Series:
    """The written records of one file."""
    parts: list[pl.Expr] = []
    at = 1
    for position, width, part in sorted(_parts(file, frame), key=lambda one: one[0]):
        parts += [pl.lit(" " * (position - at)), part]
        at = position + width
    if not frame.height:
        return pl.Series([], dtype=pl.String)
    return frame.with_columns(pl.concat_str(parts).alias("text"))["text"]


def _parts(file: File, frame: pl.DataFrame) -> Iterator[tuple[int, int, pl.Expr]]:
    """Position, width and text of each column, and of the marks of the record type that no column covers."""
    columns = [file.columns[name] for name in file.written]
    for column in columns:
        yield column.position or 1, column.width, _filled(file, column, frame)
    for mark in file.record_type:
        if not any((one.position or 1) <= mark.at < (one.position or 1) + one.width for one in columns):
            yield mark.at, len(mark.value), pl.lit(mark.value)


def _filled(file: File, column: Column, frame: pl.DataFrame) -> pl.Expr:
    text = pl.col(column.name) if column.name in frame.columns else pl.lit(None, pl.String)
    if column.decimals:
        text = without_point(text, column.decimals)
    text = text.fill_null("")
    long = frame.select((text.str.len_chars() > column.width) | text.str.contains(r"[\r\n]")).to_series()
    if long.any():
        raise PayloadError(
            f"a value of {column.name} does not fit into its {column.width} characters",
            where=f"{file.id}, record {(long.arg_true()[0] or 0) + 1}",
            todo="shorten it: in a fixed-width file it would move every column behind it",
        )
    pad = pl.when(text == "").then(pl.lit(" " * column.width)) if column.pad != " " else None
    if column.align == "right" and column.pad == "0":
        filled = text.str.zfill(column.width)  # a sign stays in front
    else:
        filled = (text.str.pad_start if column.align == "right" else text.str.pad_end)(column.width, column.pad)
    return filled if pad is None else pad.otherwise(filled)
