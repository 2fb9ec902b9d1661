"""FBDI: headerless delimited files, one per interface table, in a zip whose member names select Oracle's loader."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

import polars as pl

from contracts.model import Column, Contract, File
from interfaces.delimited import read_members
from interfaces.delimited_types import read_typed, typed_texts
from interfaces.errors import PayloadError
from interfaces.fixed_width import point, store, without_point
from interfaces.matching import match, member_name, names_of, together
from interfaces.package import LIMITS, Limits, open_package
from interfaces.payload import Payload
from interfaces.record_types import merged

_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)?")
_MASK = {
    "YYYY": "%Y", "YY": "%y", "MM": "%m", "DD": "%d", "HH24": "%H", "MI": "%M", "SS": "%S", "FF": "%f",
}  # fmt: skip
_MASK_PART = re.compile("|".join(_MASK))


@dataclass(frozen=True)
class Dialect:
    """How a payload is written where Oracle leaves the choice."""

    quoting: Literal["minimal", "all"] = "minimal"
    newline: Literal["\n", "\r\n"] = "\n"
    bom: bool = False
    end: bool | None = None  # END behind the last field; None = as the file's csv.terminator says
    zipped: bool = True
    widths: Mapping[str, int] = field(default_factory=dict)  # file id -> fields written, fewer than the layout has


DIALECT = Dialect()


def read(path: Path, contract: Contract, *, limits: Limits = LIMITS) -> Payload:
    """Return the payload at ``path``, a zip or one plain CSV, with its shape and package facts.

    A frame holds text: UTF-8, quotes undone, blank (nothing, quoted nothing, blanks and tabs) as null. Bad bytes
    are facts; PayloadError is raised only if the file cannot be opened or the contract's encoding does not exist.
    """
    package = open_package(path, limits=limits)
    found, facts = match(contract, package)
    frames: dict[str, pl.DataFrame] = {}
    for files, members in together(contract, found):
        if files[0].record_type:
            typed, shape = read_typed(files, members)
        else:
            frame, shape = read_members(files[0], members)
            typed = {files[0].id: frame.with_columns(pointed(files[0], frame))}
        frames |= typed
        facts += shape
    names = [member.name for member in package.members]
    return Payload(package.name, package.sha256, package.size, frames, facts, names)


def write(
    path: Path,
    contract: Contract,
    records: Mapping[str, Sequence[Mapping[str, str | None]]],
    *,
    dialect: Dialect = DIALECT,
) -> None:
    """Write records by file id to ``path``; the same records and dialect give the same bytes.

    ISO dates and timestamps are written by the mask of their column; every other text is written as it is.
    Raises PayloadError as ``write_frames`` does.
    """
    frames = {id_: _frame(_known(contract, id_), rows) for id_, rows in records.items()}
    write_frames(path, contract, frames, dialect=dialect)


def write_frames(
    path: Path, contract: Contract, frames: Mapping[str, pl.DataFrame], *, dialect: Dialect = DIALECT
) -> None:
    """Write text frames by file id; columns are found by name, absent ones are blank, texts are written as they are.

    Raises PayloadError for a file or column that the contract does not have, for text that the file's encoding
    cannot hold, for several files without a zip, and if ``path`` cannot be written.
    """
    for id_ in frames:
        _known(contract, id_)
    files = [file for file in contract.files.values() if file.id in frames]
    every = dict.fromkeys(names_of(file) for file in files)
    contents = {member_name(names): _member(contract, names, frames, dialect) for names in every}
    store(path, contents, packed=dialect.zipped)


def _member(contract: Contract, names: tuple[str, ...], frames: Mapping[str, pl.DataFrame], dialect: Dialect) -> bytes:
    """The bytes of one member: of a file, or of all files whose records stand in it."""
    files = [file for file in contract.files.values() if file.id in frames and names_of(file) == names]
    if not files[0].record_type:
        return _encoded(files[0], frames[files[0].id], dialect)
    texts = {
        file.id: typed_texts(
            file, frames[file.id], quote_all=dialect.quoting == "all", end=_end(file, dialect),
            width=dialect.widths.get(file.id),
        )
        for file in files
    }  # fmt: skip
    text = "".join(line + dialect.newline for line in merged(contract, texts, frames))
    return _recoded(text.encode(), files[0], dialect)


def _known(contract: Contract, id_: str) -> File:
    if id_ not in contract.files:
        known = ", ".join(contract.files)
        raise PayloadError(f"contract {contract.id} has no file {id_!r}", todo=f"use one of: {known}")
    return contract.files[id_]


def _frame(file: File, records: Sequence[Mapping[str, str | None]]) -> pl.DataFrame:
    used = {name: None for record in records for name in record if not name.startswith("_") or name in file.columns}
    data = {name: [_masked(record.get(name), file.columns.get(name), file) for record in records] for name in used}
    try:
        frame = pl.DataFrame(data, schema=dict.fromkeys(data, pl.String))
    except UnicodeEncodeError as error:
        raise PayloadError("a value holds half a surrogate pair, which no encoding can write", where=file.id) from error
    # A record without any value is a record still: the frame keeps its height by a column that is not written.
    return frame.with_columns(pl.Series("_row", range(1, len(records) + 1), pl.UInt32))


def _masked(value: str | None, column: Column | None, file: File) -> str | None:
    if value is None or column is None or column.type.kind not in ("date", "timestamp") or not _ISO.fullmatch(value):
        return value
    mask = column.type.mask or file.csv.dates
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:  # 30 February: the fault is wanted
        return value
    if "HH24" not in mask and len(value) > len("2025-09-01"):
        return value  # the mask would lose the time
    return moment.strftime(date_form(mask))


def date_form(mask: str) -> str:
    """Return the format by which strftime writes dates as an Oracle mask says."""
    return _MASK_PART.sub(lambda part: _MASK[part[0]], mask)


def _encoded(file: File, frame: pl.DataFrame, dialect: Dialect) -> bytes:
    """One member's bytes."""
    columns = file.by_field[: dialect.widths.get(file.id, file.fields)]
    unknown = [name for name in frame.columns if name not in file.columns and not name.startswith("_")]
    if unknown:
        raise PayloadError(f"{file.id} has no column {', '.join(unknown)}", todo="write names of the layout")
    blank = pl.repeat(None, frame.height, dtype=pl.String, eager=True)
    wide = pl.DataFrame(
        [frame[name] if name in frame.columns else blank.alias(name or f"_{at}") for at, name in enumerate(columns)]
    )
    wide = wide.with_columns(_pointed(file, wide, without_point))
    return _recoded(_csv(file, wide, dialect), file, dialect)


def pointed(file: File, frame: pl.DataFrame) -> list[pl.Expr]:
    """Return the columns whose decimal point the file implies, with it."""
    return _pointed(file, frame, point)


def _pointed(file: File, frame: pl.DataFrame, change: Callable[[pl.Expr, int], pl.Expr]) -> list[pl.Expr]:
    """The columns whose decimal point the file implies, changed."""
    columns = [one for one in file.columns.values() if one.decimals and one.name in frame.columns]
    return [change(pl.col(one.name), one.decimals).alias(one.name) for one in columns]


def _recoded(text: bytes, file: File, dialect: Dialect) -> bytes:
    try:
        encoded = text if file.csv.encoding.lower() in ("utf-8", "utf8") else text.decode().encode(file.csv.encoding)
    except (LookupError, UnicodeError) as error:
        raise PayloadError(f"{file.id} cannot be written as {file.csv.encoding}: {error}") from error
    # A text that begins with U+FEFF needs a mark of its own before it, else it would be taken for one.
    marked = encoded is text and (dialect.bom or text.startswith(codecs.BOM_UTF8))
    return codecs.BOM_UTF8 + encoded if marked else encoded


def _end(file: File, dialect: Dialect) -> str:
    """What stands behind the last field."""
    return (file.csv.terminator or "END") if (file.csv.terminator if dialect.end is None else dialect.end) else ""


def _csv(file: File, frame: pl.DataFrame, dialect: Dialect) -> bytes:
    header = _lines(file, frame.clear(), dialect, header=True) if file.csv.header else b""  # END stands behind records
    if end := _end(file, dialect):
        frame = frame.with_columns(pl.lit(end).alias("END_"))
    if frame.width == 1:  # an empty line would be no record
        frame = frame.with_columns(pl.all().fill_null(""))
    return header + _lines(file, frame, dialect, header=False)


def _lines(file: File, frame: pl.DataFrame, dialect: Dialect, *, header: bool) -> bytes:
    style: Literal["never", "always", "necessary"] = "always" if dialect.quoting == "all" else "necessary"
    out = io.BytesIO()
    frame.write_csv(
        out,
        include_header=header,
        separator=file.csv.delimiter,
        quote_char=file.csv.quote or '"',
        quote_style=style if file.csv.quote else "never",
        line_terminator=dialect.newline,
    )
    return out.getvalue()
