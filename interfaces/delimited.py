"""Delimited files: the bytes of a file's members as one frame of text, and the facts about their shape."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import numpy as np
import polars as pl

from contracts.model import File
from interfaces.errors import PayloadError
from interfaces.package import Member
from interfaces.payload import Fact
from interfaces.quoting import Syntax, split
from interfaces.scan import WRONG_BYTES, Block, Offsets, blocks
from interfaces.shape_facts import BROKEN, listing, miscounted

BLANK = " \t"
"""Characters of which a blank value may consist."""

_LINE_ENDS = re.compile(rb"[\r\n]*")


def read_members(file: File, members: Sequence[Member]) -> tuple[pl.DataFrame, list[Fact]]:
    """Return the frame of ``file`` (see Payload) and its shape facts.

    Records of a second member follow those of the first: ``_row`` goes on, ``_line`` begins again.
    Raises PayloadError if the contract names an encoding that does not exist.
    """
    shape = Shape(file)
    frames = [frame for member in members for frame, _ in member_frames(file, member, shape)]
    frame = pl.concat(frames, how="diagonal") if frames else blank_frame(file)
    names = [name for name, column in file.columns.items() if column.listed or name in frame.columns]
    return frame.select("_row", "_line", *names), shape.facts(",".join(member.name for member in members))


def blank_frame(file: File) -> pl.DataFrame:
    """Return the frame of a file without a record."""
    listed = {name: pl.String for name, column in file.columns.items() if column.listed}
    return pl.DataFrame(schema={"_row": pl.UInt32, "_line": pl.UInt32, **listed})


def syntax_of(file: File) -> Syntax:
    """Return the delimiter and quote of a file."""
    return Syntax(file.csv.delimiter.encode(), file.csv.quote.encode())


def member_frames(file: File, member: Member, shape: Shape) -> Generator[tuple[pl.DataFrame, int]]:
    """Yield the records of a member in frames of listed and filled columns, each with about the offset behind it.

    Raises PayloadError if the contract names an encoding that does not exist.
    """
    data, at, recoded = _utf8(member, file.csv.encoding)
    if at == len(data):
        shape.empty.append(member.name)
    names: list[str | None] = [name or None for name in file.by_field]
    syntax, lines = syntax_of(file), 0
    if file.csv.header and at < len(data):
        names, at, lines = _header(file, data, at, syntax)
        shape.named([name for name in names if name])
    filled: set[str] = set()
    # closed here: what Ctrl-C raises while a forgotten iterator is cleared away is printed, and lost
    with closing(_ahead(blocks(data, syntax, at, lines, recoded))) as scanned:
        for block in scanned:
            rows = shape.add(block, len(names))
            at += len(block.text)
            if len(rows):
                numbers = pl.DataFrame({"_row": rows, "_line": _uint(block.lines + 1)})
                frame = numbers.hstack(_frame(file, names, block, syntax, filled).get_columns())
                absent = [name for name, column in file.columns.items() if column.listed and name not in frame.columns]
                yield frame.with_columns(pl.lit(None, pl.String).alias(name) for name in absent), at


def _ahead(scanned: Iterator[Block]) -> Generator[Block]:
    """The same blocks; while one is parsed, the next is scanned (numpy and polars both work without the GIL)."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, scanned, None)
        while (block := coming.result()) is not None:
            coming = pool.submit(next, scanned, None)
            yield block


def is_utf8(encoding: str) -> bool:
    """Return whether an encoding is UTF-8. Raises PayloadError if it does not exist."""
    try:
        return codecs.lookup(encoding).name in ("utf-8", "utf-8-sig")
    except LookupError as error:
        raise no_encoding(encoding, error) from error


def _utf8(member: Member, encoding: str) -> tuple[bytes, int, bool]:
    """The data in UTF-8, where they begin behind a byte order mark, and whether they had to be recoded."""
    data = member.data
    if member.recoded or is_utf8(encoding):
        return data, len(codecs.BOM_UTF8) if data[:3] == codecs.BOM_UTF8 and not member.recoded else 0, member.recoded
    try:
        return data[:].decode(encoding, "replace").removeprefix("\ufeff").encode(errors="replace"), 0, True
    except (LookupError, UnicodeError) as error:  # "idna" and its like are encodings, too
        raise no_encoding(encoding, error) from error


def no_encoding(encoding: str, error: Exception) -> PayloadError:
    """Return the error of an encoding that does not exist, or is none of text."""
    return PayloadError(f"encoding {encoding!r} cannot be used: {error}", todo="correct csv.encoding")


def _header(file: File, data: bytes, at: int, syntax: Syntax) -> tuple[list[str | None], int, int]:
    """Column names by field of the first record (None = not the file's), the offset behind it, and its lines."""
    blank = _LINE_ENDS.match(data, at)
    record = split(data, blank.end() if blank else at, syntax)
    known = {name.casefold(): name for name in file.columns}
    names: list[str | None] = []
    for text in record.fields:
        name = known.pop(text.decode(errors="replace").strip().casefold(), None)
        names.append(name)
    return names, record.end, data[: record.end].count(b"\n")


def _frame(file: File, names: Sequence[str | None], block: Block, syntax: Syntax, filled: set[str]) -> pl.DataFrame:
    """The block's columns: listed ones always, others where filled. Blank is null.

    ``filled`` names the columns that earlier blocks filled. These and the listed ones are parsed first; the scan
    knows how many values there are, so that the rest is parsed only where it holds one.
    """
    likely = [i for i, name in enumerate(names) if name and (name in filled or file.columns[name].listed)]
    frame = _values(block, names, likely, syntax)
    if sum(column.len() - column.null_count() for column in frame) != block.values:
        frame = _values(block, names, [i for i, name in enumerate(names) if name], syntax)
    if block.whites:
        frame = frame.with_columns(pl.when(pl.all().str.strip_chars(BLANK) != "").then(pl.all()))
    frame = _filled(file, frame)
    filled.update(frame.columns)
    return frame


def _values(block: Block, names: Sequence[str | None], wanted: Sequence[int], syntax: Syntax) -> pl.DataFrame:
    frame = _parse(block, syntax, len(names), wanted).rename({f"f{i}": names[i] or "" for i in wanted})
    return frame.with_columns(pl.when(pl.all() != "").then(pl.all())) if block.empties else frame


def _filled(file: File, frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(
        column.name for column in frame if file.columns[column.name].listed or column.null_count() < frame.height
    )


def _parse(block: Block, syntax: Syntax, fields: int, wanted: Sequence[int]) -> pl.DataFrame:
    """The wanted fields of the block's records, in columns f0, f1 ..., missing ones null."""
    # polars drops a carriage return at the end of any field.
    frame = None if block.returns else _parse_fast(block, syntax, fields, wanted)
    if frame is None or frame.height != len(block.kept):
        frame = _parse_exactly(block, syntax, fields)
    elif not block.kept.all():
        frame = frame.filter(pl.Series(block.kept))
    return frame.select(f"f{i}" for i in wanted)


def _parse_fast(block: Block, syntax: Syntax, fields: int, wanted: Sequence[int]) -> pl.DataFrame | None:
    """The same by polars, blank lines as records of nulls; None where polars refuses the text."""
    # The header line tells polars the number of fields; without it the first record would.
    header = syntax.delimiter.join(b"f%d" % i for i in range(fields)) + b"\n"
    try:
        return pl.read_csv(
            header + block.text,
            columns=[f"f{i}" for i in wanted] or ["f0"],
            separator=syntax.delimiter.decode(),
            quote_char=syntax.quote.decode() or None,
            infer_schema=False,
            truncate_ragged_lines=True,
        )
    except pl.exceptions.PolarsError:
        return None


def _parse_exactly(block: Block, syntax: Syntax, fields: int) -> pl.DataFrame:
    """The same, record by record: for text that polars splits otherwise than SQL*Loader would."""
    rows: list[list[str | None]] = []
    at = 0
    while at < len(block.text):
        record = split(block.text, at, syntax)
        if record.fields != [b""] or block.text[at : record.end].strip(b"\r\n"):
            values = [value.decode() for value in record.fields[:fields]]
            rows.append([*values, *[None] * (fields - len(values))])
        at = record.end
    frame = pl.DataFrame(rows, schema={f"f{i}": pl.String for i in range(fields)}, orient="row")
    return frame.with_columns(pl.when(pl.all() != "").then(pl.all()))


def _uint(numbers: Offsets) -> pl.Series:
    return pl.Series(numbers.astype(np.uint32))


class Shape:
    """Counts and suspects over all members of one file."""

    def __init__(self, file: File) -> None:
        self.file = file
        self.records = 0
        self.empty: list[str] = []  # members without a byte
        self.expected = file.fields
        self.widths: Counter[int] = Counter()  # of records that are not too wide, END at n+1 aside
        self.suspects: dict[tuple[str, str], list[tuple[Offsets, Offsets]]] = {}  # (kind, detail) -> rows, lines
        self.missing: list[str] | None = None  # columns that a header does not name

    def named(self, names: Sequence[str]) -> None:
        """Take the columns that a header names."""
        self.missing = [name for name in self.file.written if name not in names]

    def add(self, block: Block, expected: int) -> pl.Series:
        """Judge a block's widths and return the numbers of its records."""
        self.expected = expected
        rows = np.arange(self.records + 1, self.records + 1 + len(block.widths), dtype=np.int64)
        self.records += len(rows)
        whole = np.ones(len(rows), np.bool_)
        for fault in sorted(set(block.faults.values())):
            places = np.array([place for place, why in block.faults.items() if why == fault])
            whole[places] = False
            self._suspect("unreadable", fault, rows, block, places)
        self._suspect("unreadable", WRONG_BYTES, rows, block, block.wrong)
        self._suspect("line_break", BROKEN, rows, block, block.broken)
        widths = block.widths - (block.ends & (block.widths == expected + 1))
        surplus = whole & (widths > expected)
        for width, name in self.file.variants.items():
            as_known = f"{width} fields as in {name}, more than {expected}"
            self._suspect("surplus", as_known, rows, block, np.flatnonzero(surplus & (widths == width)))
            surplus &= widths != width
        self._suspect("surplus", f"more than {expected} fields", rows, block, np.flatnonzero(surplus))
        shifted = whole & block.ends & (block.widths <= expected)
        self._suspect("shifted", f"END stands inside the {expected} fields", rows, block, np.flatnonzero(shifted))
        found, counts = np.unique(widths[whole & (widths <= expected)], return_counts=True)
        self.widths.update(dict(zip(found.tolist(), counts.tolist(), strict=True)))
        return _uint(rows)

    def _suspect(self, kind: str, detail: str, rows: Offsets, block: Block, places: Offsets) -> None:
        if len(places):
            self.suspects.setdefault((kind, detail), []).append((rows[places], block.lines[places] + 1))

    def facts(self, member: str) -> list[Fact]:
        """Return what was seen, worst first."""
        return [
            *(self._of_records(kind, detail, member) for kind, detail in self.suspects),
            *(Fact(self._id(kind), self.file.id, detail, member=member) for kind, detail in self._of_file()),
        ]

    def _id(self, kind: str) -> str:
        return f"{self.file.id}.shape.{kind}"

    def _of_records(self, kind: str, detail: str, member: str) -> Fact:
        rows, lines = (np.concatenate(parts) for parts in zip(*self.suspects[kind, detail], strict=True))
        return Fact(self._id(kind), self.file.id, detail, _uint(rows), _uint(lines), member)

    def _of_file(self) -> Iterator[tuple[str, str]]:
        if self.empty and not self.file.optional:
            yield "unreadable", "the member is empty"
        if self.missing == list(self.file.written):
            yield "unreadable", "the first record names none of the columns: a header line is expected"
        elif self.missing:
            yield "short", f"the header does not name {listing(self.missing)}"
        if len(self.widths) > 1:
            yield (
                "ragged",
                f"records of different widths: {listing([self._width(width) for width in sorted(self.widths)])}",
            )
        elif self.widths and self.expected not in self.widths:
            yield "short", f"every record is short: {self._width(next(iter(self.widths)))} of {self.expected}"
        if not self.empty and (told := miscounted(self.file, self.records)):
            yield "row_count", told

    def _width(self, width: int) -> str:
        known = self.file.variants.get(width, "")
        if not known and width - 1 in self.file.variants:
            known = f"{self.file.variants[width - 1]} and END"
        records = f"{self.widths[width]:,} record{'s' * (self.widths[width] != 1)}"
        return f"{width} fields ({records}{', ' + known if known else ''})"
