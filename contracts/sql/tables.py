"""The tables of a batch of payloads: typed records with the link to their parent and the values of their ancestors.

Every table has ``_payload``, the number of the payload in the batch, and ``_at``, the index of the record in its file;
both are part of every key, so that many small payloads are judged by one statement.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import polars as pl

from contracts.model import Contract, File, Rule
from contracts.records import Records
from contracts.sql.columns import TEXTS, FileColumns
from contracts.sql.dialects import Dialect


class DatabaseError(Exception):
    """A database that does not start, or gives a statement up; says so in its own words."""


class Session(Protocol):
    """A database that holds the tables of a batch."""

    dialect: Dialect

    def load(self, name: str, frame: pl.DataFrame) -> None:
        """Make a frame a table; a table of that name is replaced."""

    def make(self, name: str, query: str) -> None:
        """Keep the result of a query as a table; a table of that name is replaced."""

    def rows(self, query: str) -> pl.DataFrame:
        """The result of a query."""

    def close(self) -> None:
        """Let the database go, with all its tables."""


class Tables:
    """The typed table of every file of a contract, made of a batch of payloads."""

    def __init__(self, contract: Contract, batch: Sequence[Records], session: Session) -> None:
        self.contract, self.session = contract, session
        self.columns: dict[str, FileColumns] = {}
        self._named = sorted({name for rule in contract.rules.values() for name in _names(rule)})
        for file in sorted(contract.files.values(), key=lambda one: len(contract.ancestors(one.id))):
            self._make(file, batch)

    def name(self, file: str) -> str:
        """The identifier of a file's table."""
        return self.session.dialect.name(f"file {file}")

    def list_name(self, identity: str) -> str:
        """The identifier of the table of a reference list."""
        return self.session.dialect.name(f"list {identity}")

    def listed(self, identity: str, column: str) -> str:
        """The identifier of a column of a reference list."""
        return listed_column(self.session.dialect, self.contract.lists[identity].rows, column)

    def _make(self, file: File, batch: Sequence[Records]) -> None:
        ready = [(number, one.ready.get(file.id)) for number, one in enumerate(batch)]
        frames = [_texts(one.frame, file, number) for number, one in ready if one is not None]
        read = pl.concat(frames, how="diagonal") if frames else _texts(_NOTHING, file, 0)
        present = frozenset(read.columns) & frozenset(file.columns)
        columns = self.columns[file.id] = FileColumns(self.contract, file, present, self.session.dialect)
        table = self.name(file.id)
        renamed = {name: f"c{number} {name}" for number, name in enumerate(file.columns) if name in present}
        self.session.load("read", read.rename(renamed))
        if file.parent is None:
            self.session.make(table, f"SELECT *, {', '.join([*columns.typing(), _NO_PARENT])} FROM read")
            return
        own = self.session.dialect.name(f"own {file.id}")
        self.session.make(own, f"SELECT {', '.join(['*', *columns.typing()])} FROM read")
        self.session.make(table, self._below(self._linked(file, own), file))

    def _linked(self, file: File, own: str) -> str:
        """Records with the index of their parent under ``_up``: the first alternative without blanks decides."""
        assert file.parent is not None
        below, above = self.columns[file.id], self.columns[file.parent.file]
        chosen, joins, keyed = [], [], []
        for number, by in enumerate(file.parent.by):
            keys = [f"k{number}_{at}" for at in range(len(by))]
            keyed += [f"{key} AS {name}" for key, name in zip(below.keys(by), keys, strict=True)]
            first = self._first(file.parent.file, above.keys(by.values()))
            met = " AND ".join(f"a{number}.k{at} = o.{key}" for at, key in enumerate(keys))
            joins.append(f"LEFT JOIN ({first}) AS a{number} ON a{number}._payload = o._payload AND {met}")
            chosen.append(f"WHEN {' AND '.join(f'o.{key} IS NOT NULL' for key in keys)} THEN a{number}._at")
        records = f"(SELECT *, {', '.join(keyed)} FROM {own}) AS o"
        return f"SELECT o.*, CASE {' '.join(chosen)} END AS _up FROM {records} {' '.join(joins)}"

    def _first(self, file: str, keys: Sequence[str]) -> str:
        """One record per key: the first, or the earliest in effect where the file has a history."""
        history = self.contract.files[file].history
        begins = f"{self.columns[file].value(history.start)} ASC NULLS LAST, " if history else ""
        named = ", ".join(f"{key} AS k{at}" for at, key in enumerate(keys))
        parts = ", ".join(f"k{at}" for at in range(len(keys)))
        numbered = f"ROW_NUMBER() OVER (PARTITION BY _payload, {parts} ORDER BY {begins}_at)"
        return (
            f"SELECT * FROM (SELECT *, {numbered} AS _n FROM (SELECT *, {named} FROM {self.name(file)})) WHERE _n = 1"
        )

    def _below(self, linked: str, file: File) -> str:
        """Linked records with the values of all their ancestors."""
        taken, joins, step = ["r.*", "a1._row AS _parent"], [], "r"
        for number, ancestor in enumerate(self.contract.ancestors(file.id), start=1):
            alias = f"a{number}"
            joins.append(
                f"LEFT JOIN {self.name(ancestor)} AS {alias}"
                f" ON {alias}._payload = {step}._payload AND {alias}._at = {step}._up"
            )
            taken += self._from_above(file, ancestor, alias)
            step = alias
        return f"SELECT {', '.join(taken)} FROM ({linked}) AS r {' '.join(joins)}"

    def _from_above(self, file: File, ancestor: str, alias: str) -> Iterator[str]:
        here, above = self.columns[file.id], self.columns[ancestor]
        for name in (name for name in self._named if name.startswith(f"{ancestor}.")):
            column = name.removeprefix(f"{ancestor}.")
            yield f"{above.value(column, alias)} AS {here.named('v', name)}"
            yield f"COALESCE({above.doubt([column], alias)}, FALSE) AS {here.named('f', name)}"


_NO_PARENT = "CAST(NULL AS INTEGER) AS _up, CAST(NULL AS INTEGER) AS _parent"
_COUNTS = ("_row", "_line", "_unit")
_NOTHING = pl.DataFrame(schema=dict.fromkeys(_COUNTS, pl.UInt32))


def _names(rule: Rule) -> Iterator[str]:
    """Every column that a rule names, wherever in it; ancestors' are among them as ``headers.CURRENCY_CODE``."""
    yield from rule.columns
    yield from (name for one in rule.conditions.values() for name in one.columns)
    for key in ("by", "match", "columns", "group_by", "unique"):
        yield from rule.spec.get(key, ())


def _texts(frame: pl.DataFrame, file: File, number: int) -> pl.DataFrame:
    """What a batch takes of a payload's frame: numbers of the record, and text as it was read."""
    texts = [name for name in file.columns if name in frame.columns]
    reserved = [pl.col(name) if name in frame.columns else pl.lit(None, dtype=pl.String).alias(name) for name in TEXTS]
    kept = frame.select(*(pl.col(name).cast(pl.Int32) for name in _COUNTS), *reserved, *texts)
    where = pl.lit(number, dtype=pl.Int32).alias("_payload")
    return kept.select(where, pl.int_range(pl.len(), dtype=pl.Int32).alias("_at"), pl.all())


def listed_column(dialect: Dialect, rows: pl.DataFrame | None, column: str) -> str:
    """The identifier of a column of a list, numbered as those of files are."""
    assert rows is not None
    return dialect.name(f"l{rows.columns.index(column)} {column}")
