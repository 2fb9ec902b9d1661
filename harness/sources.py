"""Source records that nobody sent: legacy data made from what harness.toml says of each column, the same by seed."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from random import Random

import polars as pl

from contracts import Contract, template_columns
from harness.errors import UsageError
from harness.generate.texts import HURTING, PLAIN
from harness.producers import Amount, Dated, FromList, OneOf, Sequence, Side, Source, Text

Row = Mapping[str, str]
_WHERE = "harness.toml, columns of the source"
_MASK = {"YYYY": "%Y", "MM": "%m", "DD": "%d"}


def source_records(source: Source, contract: Contract, *, rows: int, seed: int) -> list[Row]:
    """Return at least ``rows`` records, the last document complete; the same seed gives the same records.

    Raises UsageError if a list of the contract that a column draws from is unknown, not bound, or has no such row.
    """
    maker = _Maker(source, contract, seed)
    records: list[Row] = []
    while len(records) < rows:
        records += maker.document()
    return records


def write_source(path: Path, source: Source, records: Iterable[Row]) -> None:
    """Write records as a delimited UTF-8 file with a header line."""
    with path.open("w", encoding="utf-8", newline="") as file:
        # the writer's own line end, CR LF: it quotes values that hold a character of it
        writer = csv.DictWriter(file, list(source.columns), delimiter=source.delimiter)
        writer.writeheader()
        writer.writerows(records)


def read_source(path: Path, delimiter: str) -> pl.DataFrame:
    """Return a source file as text, blank as null, with record numbers from 1 under ``_row``. Raises UsageError."""
    texts = pl.col(pl.String)
    try:
        frame = pl.read_csv(path, separator=delimiter, infer_schema=False).with_row_index("_row", offset=1)
    except (pl.exceptions.PolarsError, OSError, ValueError) as error:
        reason = str(error.strerror) if isinstance(error, OSError) else "no delimited UTF-8 text with a header"
        todo = "name a file whose first line names its columns"
        raise UsageError(f"the source cannot be read: {reason}", where=str(path), todo=todo) from error
    return frame.with_columns(pl.when(texts != "").then(texts).name.keep())


class _Maker:
    def __init__(self, source: Source, contract: Contract, seed: int) -> None:
        self.source = source
        self.chance = Random(seed)  # noqa: S311  # records to try an interface with, nothing to keep secret
        self.numbers: Counter[str] = Counter()
        lists = [column for column in source.columns.values() if isinstance(column, FromList)]
        self.pools = {_pool(column): _rows(column, contract) for column in lists}

    def document(self) -> list[Row]:
        """The lines of one document, their amounts balanced where a column tells the side."""
        sides, amounts = self.source.of_kind(Side), self.source.of_kind(Amount)
        balanced = {*sides, *amounts} if sides else set()
        own = [name for name in self.source.columns if name not in balanced and name not in self.source.document]
        shared = self._values(self.source.document)
        lines = [shared | self._values(own) for _ in range(self.chance.randint(*self.source.lines))]
        if sides:
            pairs = self._balanced(sides[0], amounts[0], len(lines))
            lines = [line | pair for line, pair in zip(lines, pairs, strict=True)]
        return [{name: line[name] for name in self.source.columns} for line in lines]

    def _values(self, names: Iterable[str]) -> dict[str, str]:
        """One value per column; columns of one list take the same row of it."""
        drawn: dict[_Pool, Row] = {}
        values = {}
        for name in names:
            column = self.source.columns[name]
            if isinstance(column, FromList):
                row = drawn.setdefault(_pool(column), self.chance.choice(self.pools[_pool(column)]))
                values[name] = _written(column.write, row)
            else:
                values[name] = self._value(name)
        return values

    def _value(self, name: str) -> str:
        match column := self.source.columns[name]:
            case Sequence():
                self.numbers[name] += 1
                return f"{column.sequence}{self.numbers[name]:0{column.width}d}"
            case Amount():
                return _decimal(self.chance.randint(*column.bounds), column)
            case Dated():
                first, last = column.date
                day = first + timedelta(days=self.chance.randint(0, (last - first).days))
                return day.strftime(re.sub("YYYY|MM|DD", lambda part: _MASK[part[0]], column.format))
            case Text():
                return self._text(column)
            case OneOf():
                return self.chance.choice(column.one_of)
        raise AssertionError(f"{name} is drawn elsewhere")

    def _text(self, column: Text) -> str:
        shortest, longest = column.text
        hurting = [text for text in HURTING if shortest <= len(text) <= longest]
        if hurting and self.chance.random() < column.hurting:
            return self.chance.choice(hurting)
        words = self.chance.choice(PLAIN)
        while len(words) < shortest:
            words += f" {self.chance.choice(PLAIN)}"
        return words[:longest]

    def _balanced(self, side: str, amount: str, count: int) -> list[dict[str, str]]:
        """Side and amount of each line: one total, split among the lines of either side."""
        kind, marks = self.source.columns[amount], self.source.columns[side]
        assert isinstance(kind, Amount)
        assert isinstance(marks, Side)
        debits = self.chance.randint(1, count - 1)
        low, high = kind.bounds
        total = self.chance.randint(low * max(debits, count - debits), high)
        parts = [(mark, part) for mark, share in zip(marks.side, (debits, count - debits), strict=True)
                 for part in self._split(total, share, low)]  # fmt: skip
        return [{side: mark, amount: _decimal(part, kind)} for mark, part in parts]

    def _split(self, total: int, parts: int, least: int) -> list[int]:
        """``parts`` numbers, none below ``least``, that add up to ``total``."""
        free = total - parts * least
        cuts = [0, *sorted(self.chance.randint(0, free) for _ in range(parts - 1)), free]
        return [least + after - before for before, after in pairwise(cuts)]


_Pool = tuple[str, tuple[tuple[str, str], ...]]


def _pool(column: FromList) -> _Pool:
    return column.list, tuple(sorted(column.where.items()))


def _rows(column: FromList, contract: Contract) -> list[Row]:
    """Rows of the list that a column may take, blank as an empty text."""
    if column.list not in contract.lists:
        raise UsageError(
            f"{contract.id} has no list {column.list}", where=_WHERE, todo=f"use one of: {', '.join(contract.lists)}"
        )
    reference = contract.lists[column.list]
    if reference.rows is None:
        raise UsageError(
            reference.unbound, where=f"profile {contract.profile}", todo="bind it in the profile's contract"
        )
    named = [*template_columns(column.write), *column.where]
    if unknown := [name for name in named if name not in reference.columns]:
        todo = f"use {', '.join(reference.columns)}"
        raise UsageError(f"list {column.list} has no column {', '.join(unknown)}", where=_WHERE, todo=todo)
    wanted = [pl.col(name).fill_null("") == text for name, text in column.where.items()]
    rows: list[Row] = list(reference.rows.fill_null("").filter(*wanted).iter_rows(named=True))
    if not rows:
        raise UsageError(f"list {column.list} has no row of which `where` is true", where=_WHERE, todo="correct it")
    return rows


def _written(template: str, row: Row) -> str:
    return re.sub(r"\{([^{}]+)\}", lambda part: row[part[1]], template)


def _decimal(units: int, column: Amount) -> str:
    return f"{Decimal(units).scaleb(-column.scale):f}"
