"""One file's records made ready for rules: typed values, marks of what failed its type, and the keys made of them.

Column names of a ready frame: the text as read under its own name, the typed value under ``=NAME``, a mark of
values that failed their type under ``!NAME`` (only where there are any), an ancestor's value under ``file.NAME``.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, reduce

import polars as pl

from contracts.model import TOKENS, File, Type
from contracts.translation import NUMBER, shortest
from contracts.typing import DEFAULT_MASKS, blank_tokens, oversized, typed

_NUMBERS = ("_row", "_line", "_parent", "_unit")
_DTYPES: Mapping[str, pl.DataType] = {"number": NUMBER, "date": pl.Date(), "timestamp": pl.Datetime("us")}


class Columns:
    """Which columns the records of a file have, typed ones and marks among them; gives the expressions for them."""

    def __init__(
        self,
        file: File,
        present: frozenset[str],
        tokens: frozenset[str],
        names: frozenset[str],
        numbers: frozenset[str] = frozenset(),
    ) -> None:
        self.file = file
        self.present = present  # as read
        self.tokens = tokens  # columns in which a blank token stands
        self.names = names  # of all columns of the frame
        self.numbers = numbers  # ancestors' columns that hold numbers

    def value(self, name: str) -> pl.Expr:
        """The typed value of a column for conditions: blank, tokens and failed types are null."""
        for candidate in (f"={name}", name):
            if candidate in self.names:
                return pl.col(candidate).cast(NUMBER) if name in _NUMBERS else pl.col(candidate)
        return pl.lit(None, dtype=dtype_of(self.file, name))

    def text(self, name: str) -> pl.Expr:
        """The text of a column as read, blank as null."""
        return pl.col(name) if name in self.present else pl.lit(None, dtype=pl.String)

    def doubt(self, names: Iterable[str]) -> pl.Expr | None:
        """True where one of these values failed its type, so that a rule over them is unknown; None if none did."""
        marks = [pl.col(f"!{name}") for name in names if f"!{name}" in self.names]
        return pl.any_horizontal(marks) if marks else None

    def plain(self, name: str) -> pl.Expr:
        """The text of a column, blank tokens as null, as reference lists spell it."""
        if "." in name and name not in self.file.columns:
            return self._spelled(name, self.value(name).cast(pl.String))
        if name in _NUMBERS:
            return self.text(name).cast(pl.String)
        return blank_tokens(name) if name in self.tokens else self.text(name)

    def key(self, names: Sequence[str], *, across: bool = False) -> list[pl.Expr]:
        """Expressions whose equality is equality of the key: typed values, or the text where a type failed.

        ``across`` files a number is spelled without the zeros of its decimals: it then meets the same number as text.
        """
        return [self._comparable(name, across).alias(f"key{at}") for at, name in enumerate(names)]

    def _spelled(self, name: str, part: pl.Expr) -> pl.Expr:
        return shortest(part) if self._is_number(name) else part

    def _is_number(self, name: str) -> bool:
        column = self.file.columns.get(name)
        return column.type.sort == "number" if column else name in _NUMBERS or name in self.numbers

    def _comparable(self, name: str, across: bool) -> pl.Expr:
        value, column, doubtful = self.value(name), self.file.columns.get(name), f"!{name}" in self.names
        if column and column.type.sort == "text" and not doubtful:
            return value
        failed = self.text(name)  # a blank token is no text
        if doubtful and column and column.type.sort == "number":
            # a number that is only too large for its column is a number still
            value = pl.coalesce(value, typed(failed, column.type, self.default_mask()))
        # numbers and dates as text, so that keys of two files compare whatever their columns' types are
        part = value.cast(pl.String)
        part = self._spelled(name, part) if across else part
        return pl.coalesce(part, pl.when(pl.col(f"!{name}")).then(failed)) if doubtful else part

    def default_mask(self) -> str:
        """Mask of dates whose type names none."""
        return self.file.csv.dates


class Ready(Columns):
    """One file's frame, typed."""

    whole = True  # every column of every record is at hand

    def __init__(self, file: File, raw: pl.DataFrame) -> None:
        super().__init__(file, frozenset(raw.columns), frozenset(), frozenset())
        self.failed: frozenset[str] = frozenset()
        self._frame = self._typed(raw)
        self.names = frozenset(self._frame.columns)

    @property
    def frame(self) -> pl.DataFrame:
        """All records, typed."""
        return self._frame

    def lazy(self) -> pl.LazyFrame:
        """The records with the index of each under ``_index``; lazy, so that a rule takes only its columns."""
        return self.frame.lazy().with_row_index("_index")

    def rows(self, indices: pl.Series, names: Iterable[str] = ()) -> pl.DataFrame:
        """The records of these indices, in their order; with the columns of these names, or with all."""
        return (self.frame.select(names) if names else self.frame)[indices]

    def add(self, columns: Iterable[pl.Series]) -> None:
        """Put further columns beside those of the frame."""
        self._frame = self._frame.with_columns(columns)
        self.names = frozenset(self._frame.columns)

    @property
    def height(self) -> int:
        """Number of records."""
        return self.frame.height

    @cached_property
    def filled(self) -> frozenset[str]:
        """Columns in which at least one record holds a value."""
        counts = self.frame.select(pl.col(self._columns()).null_count()).row(0) if self._columns() else ()
        return frozenset(name for name, nulls in zip(self._columns(), counts, strict=True) if nulls < self.height)

    def decisive(self, alternatives: Sequence[Sequence[str]]) -> Sequence[Sequence[str]]:
        """The alternatives of a key up to the first that every record fills: those behind it name no record."""
        for at, names in enumerate(alternatives, start=1):
            if all(self._in_all(name) for name in names):
                return alternatives[:at]
        return alternatives

    def _in_all(self, name: str) -> bool:
        stands = next((one for one in (f"={name}", name) if one in self.names), "")
        return bool(stands) and not self.frame[stands].null_count()

    def series(self, value: pl.Expr) -> pl.Series:
        """One value for each record, also of an expression that no column stands in."""
        return self.select([value.alias("value")])["value"]

    def select(self, values: Sequence[pl.Expr]) -> pl.DataFrame:
        """One value for each record and named expression; a literal takes the frame's height."""
        return self.frame.select(pl.first().alias("_first"), *values).drop("_first")

    def _columns(self) -> list[str]:
        return [name for name in self.frame.columns if name in self.file.columns]

    def _typed(self, raw: pl.DataFrame) -> pl.DataFrame:
        columns = [self.file.columns[name] for name in raw.columns if name in self.file.columns]
        self.tokens = self._with_tokens(raw, [column.name for column in columns])
        frame = raw.with_columns(blank_tokens(name).alias(f"={name}") for name in sorted(self.tokens))
        kinds = [(column.name, column.type) for column in columns if column.type.kind != "text"]
        frame = frame.with_columns(self._value(name, kind).alias(f"={name}") for name, kind in kinds)
        marks = frame.select(self._misfit(name, kind).alias(f"!{name}") for name, kind in kinds)
        bad = [name for name in marks.columns if marks[name].any()]
        self.failed = frozenset(name[1:] for name in bad)
        if not bad:
            return frame
        frame = frame.with_columns(marks.select(bad))
        return frame.with_columns(
            pl.when(~pl.col(name)).then(pl.col(f"={name[1:]}")).alias(f"={name[1:]}") for name in bad
        )

    def _with_tokens(self, raw: pl.DataFrame, names: list[str]) -> frozenset[str]:
        if not names or not raw.height:
            return frozenset()
        found = raw.select(reduce(operator.or_, (pl.col(names) == token for token in TOKENS)).any())
        return frozenset(name for name, hit in zip(names, found.row(0), strict=True) if hit)

    def _source(self, name: str) -> pl.Expr:
        return pl.col(f"={name}") if name in self.tokens else pl.col(name)

    def _value(self, name: str, kind: Type) -> pl.Expr:
        return typed(self._source(name), kind, self._mask(kind))

    def _misfit(self, name: str, kind: Type) -> pl.Expr:
        source, value = pl.col(name), pl.col(f"={name}")
        misfit = value.is_null() & source.is_not_null()
        if name in self.tokens:
            misfit &= ~source.is_in(TOKENS)
        large = oversized(source, value, kind)
        return (misfit if large is None else misfit | large).fill_null(False)

    def _mask(self, kind: Type) -> str:
        return self.file.csv.dates if kind.kind == "date" else DEFAULT_MASKS["timestamp"]


def dtype_of(file: File, name: str) -> pl.DataType:
    """The polars type of a column's typed value."""
    column = file.columns.get(name)
    if column is None:
        return NUMBER if name in _NUMBERS else pl.String()
    return _DTYPES.get(column.type.sort, pl.String())


def group_of(ready: Ready, alternatives: Sequence[Sequence[str]]) -> pl.Expr:
    """Equal for records of one group: the first alternative without blanks names it, else the first of all."""
    if not alternatives[0]:
        return pl.lit("")
    alternatives = ready.decisive(alternatives)
    chosen = key_text(ready, alternatives[0], 0)
    for number in range(len(alternatives) - 1, -1, -1) if len(alternatives) > 1 else ():
        whole = pl.all_horizontal([ready.value(name).is_not_null() for name in alternatives[number]])
        chosen = pl.when(whole).then(key_text(ready, alternatives[number], number)).otherwise(chosen)
    return chosen


def key_text(ready: Ready, names: Sequence[str], number: int) -> pl.Expr:
    """The key as one text: the alternative's number and its values; a blank is \\x00 and equals other blanks only."""
    parts = [part.cast(pl.String).fill_null("\x00") for part in ready.key(names)]
    return pl.concat_str([pl.lit(str(number)), *parts], separator="\x1f")
