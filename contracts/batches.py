"""A payload that comes in parts: typed and linked part by part, what later rules need kept on disk."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import polars as pl

from contracts.model import Contract, Rule
from contracts.ready import Columns, Ready
from contracts.records import Records, columns_above, named_of, names_below
from contracts.written import template_columns

_RESERVED = ("_row", "_line", "_unit", "_parent", "_action")
_KEYS = ("by", "columns", "unique", "group_by")
"""Where a rule's spec names columns of its own file."""


class Stored(Ready):
    """The records of a file on disk: of each only the columns that rules over several records or labels name."""

    whole = False

    def __init__(self, known: Columns, failed: frozenset[str], paths: list[Path], height: int) -> None:
        Columns.__init__(self, known.file, known.present, known.tokens, known.names, known.numbers)
        self.failed = failed
        self._paths, self._height = paths, height

    @property
    def height(self) -> int:
        """Number of records."""
        return self._height

    @property
    def frame(self) -> pl.DataFrame:
        """All records, read into memory."""
        return self.lazy().drop("_index").collect()

    def lazy(self) -> pl.LazyFrame:
        """The records, read from disk as they are asked for."""
        # a record's number is its place: no count over all parts is needed
        return pl.scan_parquet(self._paths).with_columns((pl.col("_row") - 1).alias("_index"))

    def decisive(self, alternatives: Sequence[Sequence[str]]) -> Sequence[Sequence[str]]:
        """All of them: what every record fills would have to be looked up."""
        return alternatives

    def rows(self, indices: pl.Series, names: Iterable[str] = ()) -> pl.DataFrame:
        """The records of these indices, ascending; with the columns of these names, or with all."""
        found = self.lazy().filter(pl.col("_index").is_in(indices.implode())).drop("_index")
        return (found.select(names) if names else found).collect()

    def select(self, values: Sequence[pl.Expr]) -> pl.DataFrame:
        """One value for each record and named expression."""
        return self.lazy().select(pl.col("_row").alias("_first"), *values).collect().drop("_first")


@dataclass
class _Taken:
    """What is known of a file whose parts were taken so far."""

    parts: list[Path] = field(default_factory=list)
    units: list[pl.Series] = field(default_factory=list)
    ups: list[pl.Series] = field(default_factory=list)
    present: frozenset[str] = frozenset()
    tokens: frozenset[str] = frozenset()
    failed: frozenset[str] = frozenset()


class Batches(Records):
    """The records of a payload, part by part: ``add`` the parts of each file, then ``complete`` it, parents first.

    Between the two, ``ready[file]`` holds the last part only, with the numbers of its units and what it needs of its
    ancestors; afterwards all records with few of their columns. Memory grows with the number of accept units and of
    records that have others below them, not with that of all records but for four bytes each.
    """

    def __init__(self, contract: Contract, folder: Path) -> None:
        super().__init__(contract, {})
        self._folder = folder
        self._taken: dict[str, _Taken] = {}
        self._groups: dict[str, pl.DataFrame] = {}  # by root file: the hashes of its groups, and the units' numbers
        self._above: dict[str, pl.Series] = {}  # whole columns of ancestors

    def add(self, file: str, frame: pl.DataFrame) -> None:
        """Take the next records of a file. Raises OSError if the folder cannot hold what is to be kept of them."""
        self._take(file, frame)
        ready, taken = self.ready[file], self._taken.setdefault(file, _Taken())
        taken.present |= ready.present
        taken.tokens |= ready.tokens
        taken.failed |= _failed(ready)
        taken.units.append(self._unit[file])
        if file in self._up:
            taken.ups.append(self._up[file])
        path = self._folder / f"{file}.{len(taken.parts)}.parquet"
        write_part(ready.select(list(_kept(self.contract, ready))), path)
        taken.parts.append(path)

    def complete(self, file: str) -> None:
        """All records of a file have been added."""
        taken, part = self._taken.pop(file), self.ready[file]
        kept = pl.scan_parquet(taken.parts[0]).collect_schema().names()
        names = frozenset(name for name in kept if not name.startswith("!") or name[1:] in taken.failed)
        unit = self._unit[file] = pl.concat(taken.units)
        known = Columns(part.file, taken.present, taken.tokens, names, part.numbers)
        self.ready[file] = Stored(known, taken.failed, taken.parts, unit.len())
        self.ready = {name: self.ready[name] for name in self.contract.files if name in self.ready}
        if taken.ups:
            self._up[file] = pl.concat(taken.ups)

    def _units_of(self, root: str, groups: pl.Series) -> pl.Series:
        # 128 bits for a group instead of its text: units may be many, and two of them never meet in so many
        hashed = pl.DataFrame([groups.hash(seed=1).alias("one"), groups.hash(seed=2).alias("two")])
        known = self._groups.get(root, hashed.clear().with_columns(number=pl.lit(0, pl.UInt32)))
        new = hashed.join(known, on=["one", "two"], how="anti", maintain_order="left").unique(maintain_order=True)
        numbers = pl.int_range(self.unit_count, self.unit_count + new.height, dtype=pl.UInt32, eager=True)
        self.unit_count += new.height
        known = self._groups[root] = pl.concat([known, new.with_columns(numbers.alias("number"))])
        return hashed.join(known, on=["one", "two"], how="left", maintain_order="left")["number"]

    def _values_of(self, ancestor: str, attribute: str) -> pl.Series:
        name = f"{ancestor}.{attribute}"
        if name not in self._above:
            self._above[name] = super()._values_of(ancestor, attribute)
        return self._above[name]


def write_part(frame: pl.DataFrame, path: Path) -> None:
    """Write a frame as Parquet. Raises OSError with ``errno`` ENOSPC where there is no room, else EIO."""
    try:
        frame.write_parquet(path, compression="lz4")
    except (OSError, pl.exceptions.ComputeError) as error:  # polars gives the system's number in its words alone
        full = f"os error {errno.ENOSPC})" in str(error)
        raise OSError(errno.ENOSPC if full else errno.EIO, str(error), str(path)) from error


def _failed(ready: Ready) -> frozenset[str]:
    """Columns in which a value failed its type, those of ancestors among them."""
    above = (name for name in ready.names if name.startswith("!") and "." in name)
    return ready.failed | frozenset(name[1:] for name in above if ready.frame[name].any())


def _kept(contract: Contract, ready: Ready) -> Iterator[pl.Expr]:
    """What is kept of each record: the same columns and types in every part of a file."""
    for name in _RESERVED:
        if name in ready.names:
            yield pl.col(name)
    for name in kept_columns(contract, ready.file.id):
        mark = pl.col(f"!{name}") if f"!{name}" in ready.names else pl.lit(False)
        yield mark.alias(f"!{name}")
        if name in ready.file.columns:
            yield ready.text(name).alias(name)
            yield ready.value(name).alias(f"={name}")
        else:
            yield pl.col(name)


@lru_cache(maxsize=256)
def kept_columns(contract: Contract, file: str) -> tuple[str, ...]:
    """Return the columns of a file that are asked for once all its records are known."""
    statement = contract.files[file]
    names: set[str] = set(template_columns(statement.record))
    for rule in contract.rules.values():
        if rule.across:
            names |= {*named_of(rule, file), *_of_spec(rule, file)}
        names |= {name for name in rule.spec.get("match", ()) if rule.spec.get("in") == file}
    for key in (*statement.accept_unit, *(statement.history.key if statement.history else ())):
        names |= set(key)
    if history := statement.history:
        names |= {name for name in (history.start, history.end, history.sequence) if name}
    names |= {name for key in names_below(contract, file) for name in key}
    for below in contract.files:
        above = columns_above(contract, below)
        names |= {name.partition(".")[2] for name in above if name.partition(".")[0] == file}
    known = {*statement.columns, *columns_above(contract, file)}
    return tuple(sorted(names & known))


def _of_spec(rule: Rule, file: str) -> Iterator[str]:
    if rule.file != file:
        return
    for key in _KEYS:
        stated = rule.spec.get(key, ())
        yield from stated if not isinstance(stated, (str, dict)) else ()
