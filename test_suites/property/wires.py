"""The dialects in which the same records may travel, and what comes back from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from harness import (
    Composed,
    Contract,
    Dialect,
    FixedDialect,
    HdlDialect,
    Payload,
    RestDialect,
    frames,
    read,
    write,
)

Wire = tuple[str, Contract, Dialect | FixedDialect | HdlDialect | RestDialect]
"""Name, the contract that says the delimiter, and the dialect."""

_OWN = {"_row", "_line", "_component", "_id", "_of"}  # the reader's own columns


def wires(contract: Contract) -> Iterator[Wire]:
    """Yield every way of writing that Oracle leaves open: quotes, line ends, END, mark, delimiter, escape, no zip."""
    if contract.channel == "hdl":
        yield "plain", contract, HdlDialect()
        yield "CRLF and mark", contract, HdlDialect(newline="\r\n", bom=True)
        yield "comma and other escape", contract, HdlDialect(delimiter=",", escape="^", line_break="LF")
        if len({file.names for file in contract.files.values()}) == 1:
            yield "not packed", contract, HdlDialect(zipped=False)
        return
    if contract.channel == "fixed_width":
        yield "plain", contract, FixedDialect()
        yield "CRLF", contract, FixedDialect(newline="\r\n")
        yield "not packed", contract, FixedDialect(zipped=False)
        return
    if contract.channel == "rest":
        yield "plain", contract, RestDialect()
        yield "not packed", contract, RestDialect(zipped=False)
        return
    yield "plain", contract, Dialect()
    if not all(file.csv.quote for file in contract.files.values()):
        yield "CRLF", contract, Dialect(newline="\r\n")
        return
    yield "every value quoted", contract, Dialect(quoting="all")
    yield "CRLF and END", contract, Dialect(newline="\r\n", end=True)
    yield "byte-order mark", contract, Dialect(bom=True)
    yield "pipe as delimiter", _delimited(contract, "|"), Dialect(quoting="all", end=True)
    yield "semicolon, minimal quotes", _delimited(contract, ";"), Dialect(newline="\r\n")
    if len(contract.files) == 1:
        yield "not packed", contract, Dialect(zipped=False)


def _delimited(contract: Contract, delimiter: str) -> Contract:
    files = {name: replace(file, csv=replace(file.csv, delimiter=delimiter)) for name, file in contract.files.items()}
    return replace(contract, files=files)


def sent(records: Mapping[str, Sequence[Mapping[str, str | None]]], wire: Wire, folder: Path) -> Payload:
    """Return the payload of these records after its way: written in the dialect and read again."""
    _, contract, dialect = wire
    path = folder / ("payload.zip" if dialect.zipped else _member(contract, records))
    write(path, contract, records, dialect=dialect)
    return read(path, contract)


def _member(contract: Contract, records: Mapping[str, object]) -> str:
    file = contract.files[next(iter(records))]
    return file.names[0].replace("*", "payload") if file.names else f"{file.id}.csv"


def lost(records: Composed, payload: Payload) -> list[str]:
    """Return what differs between records and payload, one line per file, column and record; values are not shown."""
    found = []
    for file, expected in frames(records.contract, records).items():
        expected = expected.sort("_line")  # records under another one are written behind it
        got = payload.frames.get(file)
        if got is None or got.height != expected.height:
            found.append(f"{file}: {expected.height} records sent, {0 if got is None else got.height} read")
            continue
        for name in [name for name in expected.columns if name not in _OWN]:
            there = got[name] if name in got.columns else pl.Series([None] * got.height, dtype=pl.String)
            if _filled(records.contract, file, name):
                expected, there = expected.with_columns(_plain(expected[name])), _plain(there)
            rows = (expected[name].ne_missing(there)).arg_true() + 1
            found += [f"{file}.{name} of record {row}" for row in rows]
    return found


def _filled(contract: Contract, file: str, name: str) -> bool:
    """True for a number that the file fills with zeros, or writes without its decimal point."""
    column = contract.files[file].columns.get(name)
    return column is not None and column.type.sort == "number" and bool(column.width or column.decimals)


def _plain(numbers: pl.Series) -> pl.Series:
    return numbers.cast(pl.Decimal(38, 10), strict=False).cast(pl.String).fill_null(numbers)
