"""Writing .dat files: every text that can stand in a value comes back from the reader as it went in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

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
    Raises PayloadError for a file that the contract does not have, another ``_action``, text that UTF-8 cannot
    hold, several .dat without a zip, and if ``path`` cannot be written.
    """
    unknown = [id_ for id_ in records if id_ not in contract.files]
    if unknown:
        todo = f"use one of: {', '.join(contract.files)}"
        raise PayloadError(f"contract {contract.id} has no file {', '.join(unknown)}", todo=todo)
    texts: dict[str, list[str]] = {}
    for file in sorted(contract.files.values(), key=lambda file: len(contract.ancestors(file.id))):
        if records.get(file.id):
            lines = texts.setdefault(members_of(file)[0], list(dialect.set_lines))
            lines += _lines(file, records[file.id], dialect.tokens)
    if not dialect.zipped and len(texts) != 1:
        raise PayloadError(f"{len(texts)} objects do not fit into one .dat", where=str(path), todo="write a zip")
    contents = {name: _encoded(name, lines, dialect) for name, lines in texts.items()}
    try:
        path.write_bytes(zipped(contents) if dialect.zipped else next(iter(contents.values())))
    except OSError as error:
        raise PayloadError(f"the payload cannot be written: {error.strerror}", where=str(path)) from error


def members_of(file: File) -> tuple[str, ...]:
    """Names of the .dat that may hold the component: those of the contract, else the object's."""
    return file.names or (f"{file.layout.partition('/')[0] or file.id}.dat",)


def _lines(file: File, records: Sequence[Record], tokens: Tokens) -> list[str]:
    used = {name: None for record in records for name in record if name not in RESERVED}
    names = [*(name for name in file.columns if name in used), *(name for name in used if name not in file.columns)]
    lines = [tokens.join(["METADATA", file.component, *names])]
    for number, record in enumerate(records, start=1):
        action = record.get("_action") or "MERGE"
        if action not in ("MERGE", "DELETE"):
            raise PayloadError(
                f"{action!r} is no instruction", where=f"{file.id}, record {number}", todo="write MERGE or DELETE"
            )
        lines.append(tokens.join([action, file.component, *(_text(record.get(name), name, file) for name in names)]))
    return lines


def _text(value: str | None, name: str, file: File) -> str:
    # the shape is asked first: fromisoformat takes 20260701 too, which here is a wrong date that must stay wrong
    if value and name in file.columns and _ISO.fullmatch(value):
        return masked(value, file.columns[name], file) or ""
    return value or ""


def _encoded(name: str, lines: Sequence[str], dialect: HdlDialect) -> bytes:
    # a line whose last value ends with CR needs a CR of its own before LF, else the value would lose it
    text = "".join(line + ("\r\n" if line.endswith("\r") else dialect.newline) for line in lines)
    try:
        return (BOM if dialect.bom else b"") + text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise PayloadError("a value holds half a surrogate pair, which UTF-8 cannot write", where=name) from error
