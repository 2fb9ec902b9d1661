"""Records by SQL*Loader's rule "optionally enclosed by": a quote counts only as the first byte of a field.

The slow and exact way. ``interfaces.scan`` needs it for irregular quotes and overlong records only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

LONGEST = 1024**2
"""Bytes of a record without its line feed: SQL*Loader's READSIZE where nobody sets another (unconfirmed for Fusion)."""
KEPT = 256 * 1024
"""Bytes that are kept of each value of a longer record: more than any column of a layout takes."""
MOST = 1000
"""Fields that are kept of a longer record: more than any layout has."""

OPEN = "a quote is opened and never closed: the loader refuses the line"
AFTER = "text follows a closing quote: where the field ends is a guess"
LONG = f"more than {LONGEST:,} bytes, the most that the loader reads by default: values are cut to {KEPT:,}"

_BLANKS = b" \t\r"


@dataclass(frozen=True)
class Syntax:
    """Delimiter and quote of a file, one ASCII character each; an empty quote means that nothing is enclosed."""

    delimiter: bytes = b","
    quote: bytes = b'"'
    longest: int = LONGEST

    @cached_property
    def field(self) -> re.Pattern[bytes]:
        """One field: (text inside quotes, text after the closing quote) or (bare text)."""
        delimiter, quote = re.escape(self.delimiter), re.escape(self.quote)
        bare = b"([^%b\n]*+)" % delimiter
        if not quote:
            return re.compile(b"(?:(?!)()())|" + bare)
        inner = b"([^%b]*+(?:%b%b[^%b]*+)*+)" % (quote, quote, quote, quote)
        return re.compile(b"%b%b%b%b|%b" % (quote, inner, quote, bare, bare))

    @cached_property
    def regular(self) -> re.Pattern[bytes]:
        """The fields of one line that may stay as they are, each with its delimiter: without a quote, or in quotes."""
        delimiter, quote = re.escape(self.delimiter), re.escape(self.quote)
        enclosed = b"%b[^%b]*+(?:%b%b[^%b]*+)*+%b" % (quote, quote, quote, quote, quote, quote)
        return re.compile(b"(?:(?:%b|[^%b%b]*+)%b)*+" % (enclosed, delimiter, quote, delimiter))


@dataclass(frozen=True)
class Record:
    """One record: its fields, the offset behind its line end, and "" or why it cannot be split for certain."""

    fields: list[bytes]
    end: int
    fault: str = ""


def split(data: bytes, at: int, syntax: Syntax) -> Record:
    """Return the record that begins at offset ``at``.

    A value goes on behind its line only if its quote is closed within the bytes that a record may have, and nothing
    but blanks stands between that and the next delimiter or line end. Else the quote is never closed: the record ends
    with its line, as all do for the loader, and the field, without the quote, with the next delimiter.
    """
    start, line = at, data.find(b"\n", at)
    line = line if line >= 0 else len(data)
    if line - at > syntax.longest:
        return Record(_of_line(data, at, line, syntax, KEPT), min(line + 1, len(data)), LONG)
    fields: list[bytes] = []
    fault, reach = "", max(line, min(len(data), at + syntax.longest))
    while True:
        match = syntax.field.match(data, at, reach)
        assert match is not None  # the pattern matches nothing, too
        inner, after, bare = match.groups()
        stop = match.end()
        last = stop == len(data) or data[stop : stop + 1] == b"\n"
        tail = bare if inner is None else after
        tail = _chomp(tail) if last else tail
        lost = bare.startswith(syntax.quote or b"\n") if inner is None else b"\n" in inner and tail.strip(_BLANKS)
        if lost or (stop == reach and not last):
            return Record(_of_line(data, start, line, syntax, line), min(line + 1, len(data)), OPEN)
        if inner is None:
            fields.append(tail)
        else:
            fault = AFTER if tail else fault
            fields.append(inner.replace(syntax.quote * 2, syntax.quote) + tail)
        if last:
            return Record(fields, min(stop + 1, len(data)), fault)
        at = stop + 1


def _of_line(data: bytes, at: int, end: int, syntax: Syntax, most: int) -> list[bytes]:
    """The fields of one line, of each ``most`` bytes; a quote that the line does not close is dropped."""
    fields: list[bytes] = []
    end -= data[end - 1 : end] == b"\r"
    while at <= end and len(fields) < MOST:
        match = syntax.field.match(data, at, end)
        assert match is not None
        if match.start(1) >= 0:
            inner = _begin(data, match.start(1), match.end(1), most).replace(syntax.quote * 2, syntax.quote)
            value = inner + _begin(data, match.start(2), match.end(2), most)
            fields.append(_begin(value, 0, len(value), most))
        else:
            opened = bool(syntax.quote) and data[at : at + 1] == syntax.quote
            fields.append(_begin(data, at + opened, match.end(), most))
        at = match.end() + 1
    return fields


def _begin(data: bytes, at: int, end: int, most: int) -> bytes:
    """The first bytes, ``most`` of them, no UTF-8 character cut in two."""
    if end - at <= most:
        return data[at:end]
    kept = at + most
    while kept > at + most - 4 and data[kept] & 0xC0 == 0x80:
        kept -= 1
    return data[at:kept]


def mend(data: bytes, at: int, until: int, syntax: Syntax) -> tuple[bytes, int, dict[int, str]]:
    """Write the records from ``at`` to the first record end at or behind ``until`` again, quoted regularly.

    Returns the new bytes (same records, fields and number of line feeds), the offset behind the last record,
    and the faults by ordinal (from 0, blank lines not counted) of the records that cannot be split for certain.
    Of records that are longer than ``syntax.longest`` values are cut.
    """
    pieces: list[bytes] = []
    faults: dict[int, str] = {}
    number = 0
    while at < min(until, len(data)):
        stop = data.find(b"\n", at)
        end = len(data) if stop < 0 else stop + 1
        if end - at > syntax.longest:
            line, end, fault = _whole(data, at, syntax)
        else:
            line, fault = data[at:end], ""
            if syntax.quote and syntax.quote in line:
                mended = _mended(line, syntax)
                line, end, fault = (mended[0], end, mended[1]) if mended else _whole(data, at, syntax)
        if fault:
            faults[number] = fault
        number += line not in (b"\n", b"\r\n", b"\r")
        pieces.append(line)
        at = end
    return b"".join(pieces), at, faults


def _mended(line: bytes, syntax: Syntax) -> tuple[bytes, str] | None:
    """The line with irregular fields quoted, and its fault; None if it does not close a quote that it opens."""
    pieces: list[bytes] = []
    fault, at = "", 0
    while (quote := line.find(syntax.quote, at)) >= 0:
        begin = line.rfind(syntax.delimiter, at, quote) + 1 or at
        if begin == quote:
            regular = syntax.regular.match(line, begin)
            begin = regular.end() if regular else begin
        match = syntax.field.match(line, begin)
        assert match is not None
        inner, after, bare = match.groups()
        stop = match.end()
        last = line[stop : stop + 1] in (b"", b"\n")
        tail = bare if inner is None else after
        tail = _chomp(tail) if last else tail
        if inner is not None:
            fault = AFTER if tail else fault
            tail = inner.replace(syntax.quote * 2, syntax.quote) + tail
        elif bare.startswith(syntax.quote):
            return None
        pieces += line[at:begin], _quoted(tail, syntax.quote), b"\n" if last else syntax.delimiter
        at = stop + 1
    return b"".join([*pieces, line[at:]]), fault


def _whole(data: bytes, at: int, syntax: Syntax) -> tuple[bytes, int, str]:
    """The record at this offset written again, the offset behind it, and its fault."""
    record = split(data, at, syntax)
    if not syntax.quote:
        return syntax.delimiter.join(record.fields) + b"\n", record.end, record.fault
    line = syntax.delimiter.join(_quoted(field, syntax.quote) for field in record.fields) + b"\n"
    return line, record.end, record.fault


def _quoted(field: bytes, quote: bytes) -> bytes:
    return quote + field.replace(quote, quote * 2) + quote


def _chomp(text: bytes) -> bytes:
    return text.removesuffix(b"\r")
