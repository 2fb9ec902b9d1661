"""Staging tables: rows of a database as the payload that would be written of them.

A table has neither bytes nor order. Records are numbered by the columns ``_payload`` and ``_row`` of exported staging
tables where it has them, else by its primary key, else as the database gives them. A record's line is its number; of
records whose parents are told by place the line on which the written file would have it.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Mapping

import polars as pl
from sqlalchemy import Connection, text

from contracts.model import ABOVE, OWN, Column, Contract, File, Type
from contracts.nesting import line_numbers
from interfaces.databases import batches, named_batches, reading
from interfaces.delimited import BLANK
from interfaces.errors import PayloadError
from interfaces.fixed_width import without_point
from interfaces.matching import names_of
from interfaces.payload import Fact, Payload
from interfaces.scan import WRONG_BYTES
from interfaces.shape_facts import listing, miscounted
from interfaces.spelling import Values, iso_moments, parts, spelled, undecodable
from interfaces.table_search import ACTION, Found, find

_BROKEN = "a line feed stands in a value: written to a file, the loader takes every line for a record of its own"
_TEXT = Type("text")
_SLICE = 100_000  # rows that are hashed at once


def read_tables(url: str, contract: Contract, tables: Mapping[str, str]) -> Payload:
    """Return the rows of tables (file id -> table) as a payload, all seen in one state of the database.

    Columns are found by the contract's names, case aside. Values are spelled as ``spelled`` says; blanks behind a
    CHAR carry no value; text is read as a file's would be, the decimal point written out. Frames are those of a file
    (see Payload); HDL frames take ``_action`` from a column of this name, else MERGE. Facts: missing and unknown
    columns, and values that the file could not hold. ``name`` is that of the tables, ``sha256`` and ``size`` are those
    of the rows as CSV: per file its id, a header of the filled columns, and the records in their order.

    Raises PayloadError for an unknown file, as ``find`` does for tables and columns, and as ``reading`` does.
    """
    for id_ in tables:
        if id_ not in contract.files:
            todo = f"use one of: {', '.join(contract.files)}"
            raise PayloadError(f"contract {contract.id} has no file {id_!r}", where=tables[id_], todo=todo)
    frames: dict[str, pl.DataFrame] = {}
    told: list[tuple[File, Found, pl.Series]] = []
    with reading(url) as connection:
        for file in (contract.files[id_] for id_ in contract.files if id_ in tables):
            found = find(connection, tables[file.id], file)
            frame, wrong = _rows(connection, found, file)
            frames[file.id] = _framed(frame, file, contract)
            told.append((file, found, wrong))
    frames = _placed(frames, contract)
    facts = [fact for file, found, wrong in told for fact in _facts(frames, wrong, found, file, contract)]
    facts += _untold(contract, tables)
    names = [found.name for _, found, _ in told]
    digest, size = _digest(frames)
    return Payload(",".join(names), digest, size, frames, facts, names)


def read_query(url: str, query: str, file: File) -> pl.DataFrame:
    """Return the rows of a query as text: columns that the file has under its names, others under their own.

    Raises PayloadError as ``reading`` does; nothing is committed.
    """
    known = {name.upper(): name for name in file.columns}
    frames = []
    with reading(url) as connection:
        for names, columns in named_batches(connection, text(query)):
            own = [known.get(name.upper(), name) for name in names]
            frames.append(
                pl.DataFrame(
                    {
                        name: _texts(values, file.columns.get(name), file)[0]
                        for name, values in zip(own, columns, strict=True)
                    }
                )
            )
    return pl.concat(frames).with_columns(_blank())


def _rows(connection: Connection, found: Found, file: File) -> tuple[pl.DataFrame, pl.Series]:
    """The rows as text, blank as null, and the indices of those with bytes that are no text."""
    frames: list[pl.DataFrame] = []
    wrong: list[pl.Series] = []
    height = 0
    for columns in batches(connection, found.statement):
        texts: dict[str, pl.Series] = {}
        for name, values in zip(found.names, columns, strict=True):
            texts[name], undecoded = _texts(values, file.columns.get(name), file, dated=name in found.dated)
            if undecoded is not None:
                wrong.append(undecoded.arg_true() + height)
        frame = pl.DataFrame(texts).with_columns(pl.col(sorted(found.padded)).str.strip_chars_end(" "))
        frames.append(frame.with_columns(_blank()))
        height += frame.height
    empty = pl.DataFrame(schema=dict.fromkeys(found.names, pl.String))
    return pl.concat([empty, *frames]), pl.concat([pl.Series(dtype=pl.UInt32), *wrong])


def _texts(
    values: Values, column: Column | None, file: File, *, dated: bool = False
) -> tuple[pl.Series, pl.Series | None]:
    """The text of a column of a batch, and where its bytes are no text."""
    found = [
        part for one in parts(values) for part in (iso_moments(one) if dated and one.dtype == pl.String else [one])
    ]
    text = spelled(found, column.type if column else _TEXT, file.csv.dates)
    return (text.str.strip_chars(BLANK) if column and column.width else text), undecodable(found)


def _blank() -> pl.Expr:
    return pl.when(pl.all().str.strip_chars(BLANK) != "").then(pl.all())


def _framed(frame: pl.DataFrame, file: File, contract: Contract) -> pl.DataFrame:
    """The rows as a reader's frame: numbered, listed columns always, others where filled."""
    blank = pl.repeat(None, frame.height, dtype=pl.String, eager=True)
    marked = {name: pl.repeat(mark, frame.height, dtype=pl.String, eager=True) for name, mark in file.marks.items()}
    texts = [
        frame[name] if name in frame.columns else marked.get(name, blank).alias(name)
        for name, column in file.columns.items()
        if column.listed or (name in frame.columns and frame[name].null_count() < frame.height)
    ]
    number = pl.int_range(1, frame.height + 1, dtype=pl.UInt32, eager=True)
    return pl.DataFrame([number.alias("_row"), number.alias("_line"), *_instructions(frame, file, contract), *texts])


def _instructions(frame: pl.DataFrame, file: File, contract: Contract) -> list[pl.Series]:
    if contract.channel != "hdl":
        return []
    merge = pl.repeat("MERGE", frame.height, dtype=pl.String, eager=True)
    told = frame[ACTION].fill_null("MERGE") if ACTION in frame.columns else merge
    component = pl.repeat(file.component, frame.height, dtype=pl.String, eager=True)
    return [component.alias("_component"), told.alias(ACTION)]


def _placed(frames: dict[str, pl.DataFrame], contract: Contract) -> dict[str, pl.DataFrame]:
    """The frames with the lines on which the written file would have records whose parents are told by place."""
    if not any(OWN in frame.columns or ABOVE in frame.columns for frame in frames.values()):
        return frames
    marks = {
        name: frame.select(one for one in ("_row", OWN, ABOVE) if one in frame.columns).to_dicts()
        for name, frame in frames.items()
    }
    lines = line_numbers(contract, marks)
    return {
        name: frame.with_columns(pl.Series("_line", lines[name], dtype=pl.UInt32)) for name, frame in frames.items()
    }


def _facts(
    frames: Mapping[str, pl.DataFrame], wrong: pl.Series, found: Found, file: File, contract: Contract
) -> Iterator[Fact]:
    """Yield what the file written of the table would be accused of, and what its columns are."""
    frame = frames[file.id]
    missing = [name for name in file.listed if name not in found.names and name not in file.marks]
    if missing:
        yield _fact("short", f"the table does not name {listing(missing)}", file, found)
    for name in found.unknown:
        yield Fact(
            f"{file.id}.{name}.unlisted", file.id, "the contract has no such column: it is not read", member=found.name
        )
    if not file.optional and not any(frames[id_].height for id_ in _beside(file, frames, contract)):
        yield _fact("unreadable", "the table has no rows", file, found)
    elif told := miscounted(file, frame.height):
        yield _fact("row_count", told, file, found)
    names = [name for name in file.written if name in frame.columns]
    nul = frame.select(pl.any_horizontal(pl.col(names).str.contains("\0", literal=True))).to_series()
    yield from _of_rows("unreadable", WRONG_BYTES, pl.concat([nul.arg_true(), wrong]), frame, file, found)
    breaks = frame.select(pl.any_horizontal(pl.col(names).str.contains("\n", literal=True))).to_series()
    yield from _of_rows("line_break", _BROKEN, breaks.arg_true(), frame, file, found)
    for name in names:
        yield from _unheld(name, frame, file, found)


def _beside(file: File, frames: Mapping[str, pl.DataFrame], contract: Contract) -> list[str]:
    """The files whose records stand in one member with this one's, and itself: no kind of them must occur there."""
    return [id_ for id_ in frames if names_of(contract.files[id_]) == names_of(file)]


def _unheld(name: str, frame: pl.DataFrame, file: File, found: Found) -> Iterator[Fact]:
    """Yield values of a column that would not stay one value in the file: too long, or with signs that end it."""
    column, text = file.columns[name], pl.col(name)
    if column.width:
        written = without_point(text, column.decimals) if column.decimals else text
        long = (written.str.len_chars() > column.width) | text.str.contains(r"[\r\n]")
        detail = f"{name} has more than {column.width} characters"
    elif signs := file.separators(name):
        long = text.str.contains_any(list(signs))
        detail = f"{name} holds a sign that ends a field or record, and no quotes protect it"
    else:
        return
    yield from _of_rows("surplus", detail, frame.select(long).to_series().arg_true(), frame, file, found)


def _of_rows(
    kind: str, detail: str, places: pl.Series, frame: pl.DataFrame, file: File, found: Found
) -> Iterator[Fact]:
    if places.len():
        at = places.unique().sort()
        rows, lines = frame["_row"].gather(at), frame["_line"].gather(at)
        yield Fact(f"{file.id}.shape.{kind}", file.id, detail, rows, lines, found.name)


def _fact(kind: str, detail: str, file: File, found: Found) -> Fact:
    return Fact(f"{file.id}.shape.{kind}", file.id, detail, member=found.name)


def _untold(contract: Contract, tables: Mapping[str, str]) -> Iterator[Fact]:
    """Yield the files that a payload must have and no table is named for; HDL may leave out any component."""
    there = {names_of(contract.files[id_]) for id_ in tables}  # of files that share a member, one will do
    for file in contract.files.values():
        if names_of(file) not in there and not file.optional and contract.channel != "hdl":
            yield Fact("package.member_missing", "", f"no table is named for {file.id}", member=file.id)


def _digest(frames: Mapping[str, pl.DataFrame]) -> tuple[str, int]:
    """Hash and size of all rows as CSV."""
    digest, size = hashlib.sha256(), 0
    for id_, frame in frames.items():
        filled = [one.name for one in frame if one.name not in ("_row", "_line") and one.null_count() < frame.height]
        for rows in _csv(id_, frame.select(filled)):
            digest.update(rows)
            size += len(rows)
    return digest.hexdigest(), size


def _csv(id_: str, frame: pl.DataFrame) -> Iterator[bytes]:
    yield f"{id_}\n".encode()
    for at in range(0, frame.height, _SLICE):
        out = io.BytesIO()
        frame.slice(at, _SLICE).write_csv(out, include_header=not at)
        yield out.getvalue()
