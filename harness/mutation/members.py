"""The members of an archive as bytes, their lines and fields, and operators that change them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence

from harness.mutation.spots import Operator, Spot, on_bytes
from interfaces import unzipped, zipped

Lines = list[bytes]
"""Lines of a file without their line ends, or fields of a line."""


def _member(spot: Spot, members: dict[str, bytes]) -> str | None:
    """The member that holds the file's records."""
    if spot.contract.channel in ("fixed_width", "rest"):
        return None  # their records have no fields that a delimiter separates
    names = {name.replace("*", "") for name in spot.file.names}
    names |= {f"{spot.file.layout}.csv", f"{spot.file.layout.partition('/')[0]}.dat", f"{spot.file.id}.csv"}
    return next((name for name in members if name in names), None)


def on_content(name: str) -> Callable[[Callable[[bytes, Spot], bytes | None]], Operator]:
    """Make an operator of a function that gives another content of the file's member."""

    def made(function: Callable[[bytes, Spot], bytes | None]) -> Operator:
        def plant(spot: Spot) -> bytes | None:
            members = unzipped(spot.archive)
            member = _member(spot, members)
            content = None if member is None else function(members[member], spot)
            return None if member is None or content is None else zipped({**members, member: content})

        plant.__doc__ = function.__doc__
        return on_bytes(name)(plant)

    return made


def on_name(name: str) -> Callable[[Callable[[str], str]], Operator]:
    """Make an operator of a function that gives another name of the file's member, "" to leave it out."""

    def made(function: Callable[[str], str]) -> Operator:
        def plant(spot: Spot) -> bytes | None:
            members = unzipped(spot.archive)
            member = _member(spot, members)
            renamed = {function(one) if one == member else one: content for one, content in members.items()}
            return zipped({one: content for one, content in renamed.items() if one})

        plant.__doc__ = function.__doc__
        return on_bytes(name)(plant)

    return made


def delimiter(spot: Spot) -> bytes:
    """The sign between two fields of a line."""
    return b"|" if spot.contract.channel == "hdl" else spot.file.csv.delimiter.encode()


def own_lines(lines: Lines, spot: Spot) -> list[int]:
    """Indices of the lines that hold the file's records; a record of several lines has none."""
    if spot.contract.channel != "hdl":
        quote = spot.file.csv.quote.encode() or b'"'
        return [at for at, line in enumerate(lines) if line.strip() and line.count(quote) % 2 == 0]
    starts = tuple(f"{word}|{spot.file.component}|".encode() for word in ("MERGE", "DELETE"))
    return [at for at, line in enumerate(lines) if line.startswith(starts)]


def one_line(content: bytes, spot: Spot, change: Callable[[bytes], bytes | None]) -> bytes | None:
    """The content with one of the file's lines changed, the first from a random one on that can be."""
    lines = content.split(b"\n")
    own = own_lines(lines, spot)
    for at in spot.random.sample(own, len(own)):
        changed = change(lines[at])
        if changed is not None:
            return b"\n".join([*lines[:at], changed, *lines[at + 1 :]])
    return None


def all_lines(content: bytes, spot: Spot, change: Callable[[Sequence[bytes]], Sequence[bytes]]) -> bytes | None:
    """The content with the fields of every line of the file changed."""
    lines = content.split(b"\n")
    own = set(own_lines(lines, spot))
    changed = [line_of(change(fields_of(line, spot)), spot) if at in own else line for at, line in enumerate(lines)]
    return b"\n".join(changed)


def fields_of(line: bytes, spot: Spot) -> Lines:
    """The fields of a line, quotes undone; of HDL with instruction and component."""
    if spot.contract.channel == "hdl":
        return re.split(rb"(?<!\\)\|", line)
    syntax = spot.file.csv
    row = next(csv.reader([line.decode()], delimiter=syntax.delimiter, quotechar=syntax.quote or '"'))
    return [field.encode() for field in row]


def line_of(fields: Sequence[bytes], spot: Spot) -> bytes:
    """The line of these fields, quoted where they need it."""
    if spot.contract.channel == "hdl":
        return b"|".join(fields)
    out = io.StringIO()
    syntax = spot.file.csv
    writer = csv.writer(out, delimiter=syntax.delimiter, quotechar=syntax.quote or '"', lineterminator="")
    writer.writerow([field.decode() for field in fields])
    return out.getvalue().encode()
