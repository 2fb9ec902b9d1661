"""Faults in the lines of a file: columns, quotes, line ends, character sets."""

from __future__ import annotations

import codecs
import re

from harness.mutation.members import all_lines, delimiter, fields_of, line_of, on_content, one_line, own_lines
from harness.mutation.spots import Spot


def _middle(content: bytes, spot: Spot) -> int | None:
    """A place among the fields of a line: before a filled one that is neither first nor last."""
    lines = content.split(b"\n")
    own = own_lines(lines, spot)
    fields = fields_of(lines[own[0]], spot) if own else []
    first = 2 if spot.contract.channel == "hdl" else 0  # instruction and component are no values
    places = [at for at in range(first + 1, len(fields) - 1) if fields[at]]
    return spot.random.choice(places) if places else None


def _at_random(pattern: bytes, line: bytes, new: bytes, spot: Spot) -> bytes | None:
    """The line with one match of the pattern replaced by the template ``new``."""
    matches = list(re.finditer(pattern, line))
    if not matches:
        return None
    match = spot.random.choice(matches)
    return line[: match.start()] + match.expand(new) + line[match.end() :]


def _word_gap(line: bytes, new: bytes, spot: Spot) -> bytes | None:
    """The line with ``new`` for a blank between two words of a text that is not quoted."""
    return None if b'"' in line else _at_random(rb"(?<=\w) (?=[A-Za-z])", line, new, spot)


@on_content("ISO dates instead of the file's mask")
def iso_date(content: bytes, spot: Spot) -> bytes | None:
    """The sender's library writes 2025-09-01 by itself."""
    return one_line(content, spot, lambda line: _at_random(rb"\b(\d{4})/(\d\d)/(\d\d)\b", line, rb"\1-\2-\3", spot))


@on_content("middle column left out")
def column_left_out(content: bytes, spot: Spot) -> bytes | None:
    """The sender's list of columns lacks one: all behind it move up."""
    at = _middle(content, spot)
    return None if at is None else all_lines(content, spot, lambda fields: [*fields[:at], *fields[at + 1 :]])


@on_content("surplus column")
def surplus_column(content: bytes, spot: Spot) -> bytes | None:
    """The sender's list has a column of an older or newer release."""
    at = _middle(content, spot)
    return None if at is None else all_lines(content, spot, lambda fields: [*fields[:at], b"", *fields[at:]])


@on_content("header row added")
def header_added(content: bytes, spot: Spot) -> bytes | None:
    """The file is saved with the column names on top."""
    if spot.contract.channel == "hdl" or spot.file.csv.header:
        return None
    return line_of([name.encode() for name in spot.file.columns], spot) + b"\n" + content


@on_content("delimiter inside a text, not protected")
def bare_delimiter(content: bytes, spot: Spot) -> bytes | None:
    """A text with a comma or pipe is written as it is."""
    return one_line(content, spot, lambda line: _word_gap(line, delimiter(spot), spot))


@on_content("quote never closed")
def open_quote(content: bytes, spot: Spot) -> bytes | None:
    """A text begins with the sign for inches."""
    if spot.contract.channel == "hdl":
        return None
    before = rb"(?<=%b)(?=\w)" % re.escape(delimiter(spot))
    return one_line(content, spot, lambda line: _at_random(before, line, b'"', spot))


@on_content("line broken in two")
def broken_line(content: bytes, spot: Spot) -> bytes | None:
    """A line break inside a text is not protected."""
    return one_line(content, spot, lambda line: _word_gap(line, rb"\n", spot))


@on_content("last line cut off")
def cut_off(content: bytes, spot: Spot) -> bytes | None:
    """The disk was full, or the transfer broke off."""
    lines = content.rstrip(b"\r\n").split(b"\n")
    return content.rstrip(b"\r\n")[: -len(lines[-1]) // 2] if len(lines) - 1 in own_lines(lines, spot) else None


@on_content("letter in Latin-1")
def latin_1(content: bytes, spot: Spot) -> bytes | None:
    """One source of many still writes Latin-1."""
    return one_line(content, spot, lambda line: _at_random(rb"(?<=[a-z])[ae](?=[a-z])", line, b"\xe9", spot))


@on_content("byte order mark in the middle")
def mark_in_the_middle(content: bytes, spot: Spot) -> bytes | None:
    """Two files, each with its mark, are put together."""
    lines = content.split(b"\n")
    own = [at for at in own_lines(lines, spot) if at]
    if not own:
        return None
    at = spot.random.choice(own)
    return b"\n".join([*lines[:at], codecs.BOM_UTF8 + lines[at], *lines[at + 1 :]])


@on_content("another delimiter")
def another_delimiter(content: bytes, spot: Spot) -> bytes | None:
    """A country's settings write semicolons."""
    return all_lines(content, spot, lambda fields: [b";".join(fields)])


@on_content("END one column too early")
def early_end(content: bytes, spot: Spot) -> bytes | None:
    """The sender counts the columns without the last one."""
    if spot.contract.channel == "hdl":
        return None
    return one_line(content, spot, lambda line: line_of([*fields_of(line, spot)[:-1], b"END"], spot))


@on_content("END on a line of its own")
def end_line(content: bytes, spot: Spot) -> bytes | None:
    """END is taken for the end of the file."""
    return None if spot.contract.channel == "hdl" else content + b"END\n"


BYTES = (
    iso_date, column_left_out, surplus_column, header_added, bare_delimiter, open_quote, broken_line, cut_off,
    latin_1, mark_in_the_middle, another_delimiter, early_end, end_line,
)  # fmt: skip
