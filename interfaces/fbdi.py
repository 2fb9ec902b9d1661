"""FBDI: headerless delimited files, one per interface table, in a zip whose member names select Oracle's loader."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

import polars as pl

from contracts.model import Column, Contract, File
from interfaces.delimited import read_members
from interfaces.errors import PayloadError
from interfaces.package import LIMITS, Limits, Member, Package, open_package, zipped
from interfaces.payload import Fact, Payload

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
    for id_, members in found.items():
        frames[id_], shape = read_members(contract.files[id_], members)
        facts += shape
    names = [member.name for member in package.members]
    return Payload(package.name, package.sha256, package.size, frames, facts, names)


def match(contract: Contract, package: Package) -> tuple[dict[str, list[Member]], list[Fact]]:
    """Return the members of each file of the contract, in the contract's order, and all facts about the package.

    The name decides (``*`` stands for any text); a plain CSV is the only file of a contract that has one file.
    """
    found: dict[str, list[Member]] = {id_: [] for id_ in contract.files}
    facts = list(package.facts)
    for member in package.members:
        file, exact = _file_of(member.name, contract)
        if file is None and not package.archive and len(contract.files) == 1:
            file = next(iter(contract.files.values()))
        if file is not None:
            found[file.id].append(member)
        if package.archive:
            facts += _about_name(member.name, file, exact, contract)
    facts += _missing(contract, package, found)
    return {id_: members for id_, members in found.items() if members}, facts


def _file_of(name: str, contract: Contract) -> tuple[File | None, bool]:
    """The file that a member's name tells, and whether it does so to the letter."""
    base = _base(name)
    for flags in (re.NOFLAG, re.IGNORECASE):
        for file in contract.files.values():
            if any(re.fullmatch(_pattern(known), base, flags | re.DOTALL) for known in _names(file)):
                return file, flags == re.NOFLAG
    return None, False


def _pattern(name: str) -> str:
    return re.escape(name).replace(r"\*", ".*")


def _base(name: str) -> str:
    return re.split(r"[/\\]", name)[-1]


def _names(file: File) -> tuple[str, ...]:
    return file.names or (f"{file.layout or file.id}.csv",)


def _about_name(name: str, file: File | None, exact: bool, contract: Contract) -> list[Fact]:
    if file is None:
        if not contract.files_exactly or name.lower().endswith(".properties"):
            return []
        return [Fact("package.member_unknown", "", "the contract knows no member of this name", member=name)]
    facts: list[Fact] = []
    if not exact:
        detail = f"the name differs in case: expected {' or '.join(_names(file))}"
        facts.append(Fact("package.member_case", "", detail, member=name))
    if _base(name) != name:
        facts.append(Fact("package.folder", "", "the member lies in a folder", member=name))
    return facts


def _missing(contract: Contract, package: Package, found: Mapping[str, Sequence[Member]]) -> list[Fact]:
    if any(not fact.member and fact.rule == "package.unreadable" for fact in package.facts):
        return []  # of an archive that cannot be opened nobody knows what is in it
    refused = {file.id for fact in package.facts if fact.member and (file := _file_of(fact.member, contract)[0])}
    there = {id_ for id_, members in found.items() if members}
    return [
        Fact("package.member_missing", "", f"no member {' or '.join(_names(file))}", member=_names(file)[0])
        for file in contract.files.values()
        if file.id not in there | refused and (not file.optional or (not there and file.parent is None))
    ]


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
    if not dialect.zipped and len(files) != 1:
        raise PayloadError(f"{len(files)} files do not fit into one plain file", where=str(path), todo="write a zip")
    contents = {_names(file)[0].replace("*", ""): _encoded(file, frames[file.id], dialect) for file in files}
    content = zipped(contents) if dialect.zipped else next(iter(contents.values()))
    try:
        path.write_bytes(content)
    except OSError as error:
        raise PayloadError(f"the payload cannot be written: {error.strerror}", where=str(path)) from error


def _known(contract: Contract, id_: str) -> File:
    if id_ not in contract.files:
        known = ", ".join(contract.files)
        raise PayloadError(f"contract {contract.id} has no file {id_!r}", todo=f"use one of: {known}")
    return contract.files[id_]


def _frame(file: File, records: Sequence[Mapping[str, str | None]]) -> pl.DataFrame:
    used = {name: None for record in records for name in record if not name.startswith("_")}
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
    return moment.strftime(_MASK_PART.sub(lambda part: _MASK[part[0]], mask))


def _encoded(file: File, frame: pl.DataFrame, dialect: Dialect) -> bytes:
    """One member's bytes."""
    columns = list(file.columns)[: dialect.widths.get(file.id, file.fields)]
    unknown = [name for name in frame.columns if name not in file.columns and not name.startswith("_")]
    if unknown:
        raise PayloadError(f"{file.id} has no column {', '.join(unknown)}", todo="write names of the layout")
    blank = pl.repeat(None, frame.height, dtype=pl.String, eager=True)
    wide = pl.DataFrame({name: frame[name] if name in frame.columns else blank for name in columns})
    text = _csv(file, wide, dialect)
    try:
        encoded = text if file.csv.encoding.lower() in ("utf-8", "utf8") else text.decode().encode(file.csv.encoding)
    except (LookupError, UnicodeError) as error:
        raise PayloadError(f"{file.id} cannot be written as {file.csv.encoding}: {error}") from error
    # A text that begins with U+FEFF needs a mark of its own before it, else it would be taken for one.
    marked = encoded is text and (dialect.bom or text.startswith(codecs.BOM_UTF8))
    return codecs.BOM_UTF8 + encoded if marked else encoded


def _csv(file: File, frame: pl.DataFrame, dialect: Dialect) -> bytes:
    end = bool(file.csv.terminator) if dialect.end is None else dialect.end
    if end:
        frame = frame.with_columns(pl.lit(file.csv.terminator or "END").alias("END_"))
    if frame.width == 1:  # an empty line would be no record
        frame = frame.with_columns(pl.all().fill_null(""))
    style: Literal["never", "always", "necessary"] = "always" if dialect.quoting == "all" else "necessary"
    out = io.BytesIO()
    frame.write_csv(
        out,
        include_header=file.csv.header,
        separator=file.csv.delimiter,
        quote_char=file.csv.quote or '"',
        quote_style=style if file.csv.quote else "never",
        line_terminator=dialect.newline,
    )
    return out.getvalue()
