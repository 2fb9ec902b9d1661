"""Writing .dat files: every text that can stand in a value comes back from the reader as it went in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import polars as pl

from contracts.examples import masked
from contracts.model import Contract, File
from interfaces.errors import PayloadError
from interfaces.hdl_grammar import BOM, RESERVED, SETTINGS, TOKENS, Tokens
from interfaces.package import zipped

Record = Mapping[str, str | None]

_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d:\d\d)?")


@dataclass(frozen=True)
class HdlDialect:
    """How a .dat is written where Oracle leaves the choice. ``sets``: further SET names and values.

    The default retains later history, which Oracle recommends for incremental feeds. Raises PayloadError for tokens
    that could not be told apart from values, and for a SET that Oracle does not list.
    """

    delimiter: str = "|"
    escape: str = "\\"
    line_break: str = "n"  # what follows the escape for a line break inside a value
    sets: Mapping[str, str] = field(default_factory=lambda: {"PURGE_FUTURE_CHANGES": "N"})
    newline: Literal["\n", "\r\n"] = "\n"
    bom: bool = False
    zipped: bool = True

    def __post_init__(self) -> None:
        fault = self.tokens.fault()
        if fault:
            raise PayloadError(f"an HDL dialect cannot be written: {fault}", todo="choose other tokens")
        unknown = [name for name in self.sets if name in TOKENS or name not in SETTINGS]
        if unknown:
            raise PayloadError(
                f"SET {', '.join(unknown)} cannot be written", todo=f"use one of: {', '.join(SETTINGS.keys() - TOKENS)}"
            )

    @property
    def tokens(self) -> Tokens:
        """Delimiter, escape and newline token."""
        return Tokens(self.delimiter, self.escape, self.line_break)

    @property
    def set_lines(self) -> list[str]:
        """The SET lines: tokens that differ from Oracle's defaults, then ``sets`` in their order."""
        usual, own = Tokens(), self.tokens
        tokens = {
            name: getattr(own, part) for name, part in TOKENS.items() if getattr(own, part) != getattr(usual, part)
        }
        return [f"SET {name} {value}" for name, value in {**tokens, **self.sets}.items()]


DIALECT = HdlDialect()


def write(
    path: Path, contract: Contract, records: Mapping[str, Sequence[Record]], *, dialect: HdlDialect = DIALECT
) -> None:
    """Write records by file id to ``path``, all components of one object in one .dat, parents first.

    A record is written as MERGE, or as its ``_action``. METADATA names the attributes that occur in some record:
    in the contract's order, others behind in order of appearance. ISO dates get the mask of their column; every other
    text is written as it is. The same records and dialect give the same bytes.
    Raises PayloadError as ``write_frames`` does, and for text that UTF-8 cannot hold.
    """
    frames = {id_: _frame(_known(contract, id_), rows) for id_, rows in records.items()}
    write_frames(path, contract, frames, dialect=dialect)


def write_frames(
    path: Path, contract: Contract, frames: Mapping[str, pl.DataFrame], *, dialect: HdlDialect = DIALECT
) -> None:
    """Write text frames by file id as ``write`` does records; METADATA names their columns, texts stay as they are.

    Raises PayloadError for a file that the contract does not have, another ``_action``, several .dat without a zip,
    and if ``path`` cannot be written.
    """
    for id_ in frames:
        _known(contract, id_)
    texts: dict[str, str] = {}
    for file in sorted(contract.files.values(), key=lambda file: len(contract.ancestors(file.id))):
        if file.id in frames and frames[file.id].height:
            name = members_of(file)[0]
            begun = texts.get(name) or "".join(line + dialect.newline for line in dialect.set_lines)
            texts[name] = begun + _text(file, frames[file.id], dialect)
    if not dialect.zipped and len(texts) != 1:
        raise PayloadError(f"{len(texts)} objects do not fit into one .dat", where=str(path), todo="write a zip")
    mark = BOM if dialect.bom else b""
    contents = {name: mark + text.encode() for name, text in texts.items()}
    try:
        path.write_bytes(zipped(contents) if dialect.zipped else next(iter(contents.values())))
    except OSError as error:
        raise PayloadError(f"the payload cannot be written: {error.strerror}", where=str(path)) from error


def members_of(file: File) -> tuple[str, ...]:
    """Names of the .dat that may hold the component: those of the contract, else the object's."""
    return file.names or (f"{file.layout.partition('/')[0] or file.id}.dat",)


def _known(contract: Contract, id_: str) -> File:
    if id_ not in contract.files:
        todo = f"use one of: {', '.join(contract.files)}"
        raise PayloadError(f"contract {contract.id} has no file {id_}", todo=todo)
    return contract.files[id_]


def _frame(file: File, records: Sequence[Record]) -> pl.DataFrame:
    used = {name: None for record in records for name in record}
    data = {name: [_masked(record.get(name), name, file) for record in records] for name in used}
    try:
        frame = pl.DataFrame(data, schema=dict.fromkeys(data, pl.String))
    except UnicodeEncodeError as error:
        raise PayloadError("a value holds half a surrogate pair, which UTF-8 cannot write", where=file.id) from error
    # a record without any value is a record still
    return frame.with_columns(pl.Series("_row", range(1, len(records) + 1), pl.UInt32))


def _masked(value: str | None, name: str, file: File) -> str | None:
    # the shape is asked first: fromisoformat takes 20260701 too, which here is a wrong date that must stay wrong
    dated = value and name in file.columns and _ISO.fullmatch(value)
    return masked(value, file.columns[name], file) if dated else value


def _text(file: File, frame: pl.DataFrame, dialect: HdlDialect) -> str:
    """The METADATA line of a component and its records."""
    names = [name for name in file.columns if name in frame.columns]
    names += [name for name in frame.columns if name not in {*file.columns, *RESERVED}]
    tokens = dialect.tokens
    values = [pl.lit(file.component), *(_protected(pl.col(name).fill_null(""), tokens) for name in names)]
    line = pl.concat_str(_action(file, frame), *values, separator=tokens.delimiter)
    # a line whose last value ends with CR needs a CR of its own before LF, else the value would lose it
    ended = line + pl.when(line.str.ends_with("\r")).then(pl.lit("\r\n")).otherwise(pl.lit(dialect.newline))
    lines = frame.select(ended.alias("line"))["line"]
    return tokens.join(["METADATA", file.component, *names]) + dialect.newline + "".join(lines.to_list())


def _action(file: File, frame: pl.DataFrame) -> pl.Series:
    """The instruction of each record."""
    if "_action" not in frame.columns:
        return pl.repeat("MERGE", frame.height, dtype=pl.String, eager=True)
    actions = frame["_action"].fill_null("MERGE").replace("", "MERGE")
    wrong = (~actions.is_in(["MERGE", "DELETE"])).arg_true()
    if len(wrong):
        where = f"{file.id}, record {wrong[0] + 1}"
        raise PayloadError(f"{actions[wrong[0]]!r} is no instruction", where=where, todo="write MERGE or DELETE")
    return actions


def _protected(value: pl.Expr, tokens: Tokens) -> pl.Expr:
    """The value as ``Tokens.join`` writes it. No token overlaps another, so that one may be protected after another."""
    for sign, after in ((tokens.escape,) * 2, (tokens.delimiter,) * 2, ("\n", tokens.newline)):
        value = value.str.replace_all(sign, tokens.escape + after, literal=True)
    return value
