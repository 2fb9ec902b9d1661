"""Records by SQL*Loader's rule "optionally enclosed by": a quote counts only as the first byte of a field.

The slow and exact way, byte by byte. ``interfaces.scan`` needs it for irregular quotes only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Syntax:
    """Delimiter and quote of a file, one ASCII character each; an empty quote means that nothing is enclosed."""

    delimiter: bytes = b","
    quote: bytes = b'"'

    @cached_property
    def field(self) -> re.Pattern[bytes]:
        """One field: (text inside quotes, text after the closing quote) or (bare text)."""
        delimiter, quote = re.escape(self.delimiter), re.escape(self.quote)
        bare = b"([^%b\n]*+)" % delimiter
        if not quote:
            return re.compile(b"(?:(?!)()())|" + bare)
        inner = b"([^%b]*+(?:%b%b[^%b]*+)*+)" % (quote, quote, quote, quote)
        return re.compile(b"%b%b%b%b|%b" % (quote, inner, quote, bare, bare))


@dataclass(frozen=True)
class Record:
    """One record: its fields, the offset behind its line end, and "" or why it cannot be split for certain."""

    fields: list[bytes]
    end: int
    fault: str = ""


OPEN = "a quote is opened and never closed: the rest of the file belongs to the record"
AFTER = "text follows a closing quote: where the field ends is a guess"


def split(data: bytes, at: int, syntax: Syntax) -> Record:
    """Return the record that begins at offset ``at``. Of a field that is never closed its first line is kept."""
    fields: list[bytes] = []
    fault = ""
    while True:
        match = syntax.field.match(data, at)
        assert match is not None  # the pattern matches nothing, too
        inner, after, bare = match.groups()
        stop = match.end()
        if inner is None and syntax.quote and bare.startswith(syntax.quote):
            line_end = data.find(b"\n", at)
            line = data[at + 1 : line_end if line_end >= 0 else len(data)]
            return Record([*fields, _chomp(line)], len(data), OPEN)
        last = stop == len(data) or data[stop : stop + 1] == b"\n"
        tail = bare if inner is None else after
        tail = _chomp(tail) if last else tail
        if inner is None:
            fields.append(tail)
        else:
            fault = AFTER if tail else fault
            fields.append(inner.replace(syntax.quote * 2, syntax.quote) + tail)
        if last:
            return Record(fields, min(stop + 1, len(data)), fault)
        at = stop + 1


def mend(data: bytes, at: int, until: int, syntax: Syntax) -> tuple[bytes, int, dict[int, str]]:
    """Write the records from ``at`` to the first record end at or behind ``until`` again, quoted regularly.

    Returns the new bytes (same records, fields and number of line feeds), the offset behind the last record,
    and the faults by ordinal (from 0, blank lines not counted) of the records that cannot be split for certain.
    """
    pieces: list[bytes] = []
    faults: dict[int, str] = {}
    number = 0
    while at < min(until, len(data)):
        stop = data.find(b"\n", at)
        end = len(data) if stop < 0 else stop + 1
        line = data[at:end]
        if syntax.quote in line:
            record = split(data, at, syntax)
            end, line = record.end, _line(record.fields, syntax)
            if record.fault:
                faults[number] = record.fault
        number += line not in (b"\n", b"\r\n", b"\r")
        pieces.append(line)
        at = end
    return b"".join(pieces), at, faults


def _line(fields: list[bytes], syntax: Syntax) -> bytes:
    quote = syntax.quote
    return syntax.delimiter.join(quote + field.replace(quote, quote * 2) + quote for field in fields) + b"\n"


def _chomp(text: bytes) -> bytes:
    return text.removesuffix(b"\r")
