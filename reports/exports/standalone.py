"""What an exported pandera schema stands on: its text is copied into every one of them, so it needs nothing of ours."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

import pandera.polars as pa
import polars as pl
from pandera.api.polars.types import PolarsData

NUMBER = pl.Decimal(38, 10)
TOKENS = ["#NULL", "$null$"]  # stand for blank
HELD = r"^[+-]?(?:\d{1,28}(?:\.\d{0,10}0*)?|\.\d{1,10}0*)$"  # what a NUMBER holds without loss


@dataclass(frozen=True)
class Type:
    """How the text of a column is read: null where it is no value; and which values are too large."""

    value: Callable[[pl.Expr], pl.Expr]
    large: Callable[[pl.Expr, pl.Expr], pl.Expr] | None = None

    def misfit(self, text: pl.Expr) -> pl.Expr:
        """True for a text that is no value of the type."""
        value = self.value(text)
        unread = value.is_null() & text.is_not_null()
        return (unread | self.large(text, value) if self.large else unread).fill_null(False)


@dataclass(frozen=True)
class Rule:
    """A rule of the contract by its id, true for the records that break it. See ``_prepared`` for the columns."""

    id: str
    broken: pl.Expr


# types of columns

text = Type(lambda text: text)


def words(*values: str) -> Type:
    """Return the type of these words alone."""
    return Type(lambda text: pl.when(text.is_in(values)).then(text))


def number(size: int = 0, scale: int | None = None, *, whole: bool = False) -> Type:
    """Return decimals, written with a point or a comma: of ``size`` digits, ``scale`` of them behind the point."""

    def value(text: pl.Expr) -> pl.Expr:
        plain = text.str.replace(",", ".", literal=True)
        return pl.when(plain.str.contains(HELD)).then(plain).cast(NUMBER, strict=False)

    def large(text: pl.Expr, value: pl.Expr) -> pl.Expr:
        decimals = 0 if whole else 10 if scale is None else min(scale, 10)
        digits = size - (scale or 0) if whole or scale is not None else 28
        many = value.abs() >= Decimal(10) ** digits if size and digits < 28 else pl.lit(False)
        significant = text.str.replace(r"([.,]\d*?)0+$", "$1").str.replace_all(r"\D", "").str.strip_chars_start("0")
        long = significant.str.len_bytes() > size if size and scale is None and not whole else pl.lit(False)
        return many | (value != value.round(decimals)) | long

    return Type(value, large)


def day(form: str) -> Type:
    """Return dates, written by a strptime format and in no other way."""
    return Type(
        lambda text: pl.when(text.str.contains(f"^{_digits(form)}$")).then(text).str.to_date(form, strict=False)
    )


def moment(form: str, fraction: str = "") -> Type:
    """Return moments, written by a strptime format; ``fraction`` stands before the digits that follow a second."""
    tail = rf"{re.escape(fraction)}\d{{1,9}}" if fraction else ""

    def value(text: pl.Expr) -> pl.Expr:
        whole = text.str.extract(f"^({_digits(form)}){tail}$", 1)
        return whole.str.to_datetime(form, strict=False, time_unit="us")

    return Type(value)


def _digits(form: str) -> str:
    parts = re.split(r"(%[A-Za-z])", form)
    return "".join(r"\d{4}" if part == "%Y" else r"\d{2}" if part[:1] == "%" else re.escape(part) for part in parts)


# rules of one column: what is no value of its type breaks nothing but ``of_type``


def required(rule: str, column: str, when: str = "") -> Rule:
    """The column is filled, where ``when`` is true."""
    return Rule(rule, _text(column).is_null() & _applies(when))


def of_type(rule: str, column: str, kind: Type, unless: Type | None = None) -> Rule:
    """The text is a value of the type; what is none of the type ``unless`` is told by another rule."""
    broken = kind.misfit(_text(column))
    return Rule(rule, broken & ~unless.misfit(_text(column)) if unless else broken)


def length(rule: str, column: str, size: int, in_bytes: int = 0) -> Rule:
    """The text has at most ``size`` characters, and ``in_bytes`` bytes."""
    long = _text(column).str.len_chars() > size
    return _of_value(rule, column, long | (_text(column).str.len_bytes() > in_bytes) if in_bytes else long)


def one_of(rule: str, column: str, values: Sequence[str]) -> Rule:
    """The text is one of the values."""
    return _of_value(rule, column, ~_text(column).is_in(list(values)))


def pattern(rule: str, column: str, expression: str) -> Rule:
    """The whole text is written as the regular expression says."""
    return _of_value(rule, column, ~_text(column).str.contains(f"^(?:{expression})$"))


def between(rule: str, column: str, low: Decimal | date | datetime, high: Decimal | date | datetime) -> Rule:
    """The value lies between two others, both included."""
    kind = NUMBER if isinstance(low, Decimal) else None
    value = pl.col(column)
    return _of_value(rule, column, (value < pl.lit(low, dtype=kind)) | (value > pl.lit(high, dtype=kind)))


def blank(rule: str, column: str, unless: str = "", meant: Sequence[str] = ()) -> Rule:
    """The column holds nothing, unless another one holds one of the values that give it a meaning."""
    filled = _text(column).is_not_null()
    return Rule(rule, filled & ~pl.col(unless).is_in(list(meant)).fill_null(False) if unless else filled)


def in_context(column: str, value: str, rule: Rule) -> Rule:
    """The rule, where another column holds a value."""
    return replace(rule, broken=rule.broken & (pl.col(column) == value).fill_null(False))


# rules in SQL: only FALSE breaks them, and a value that failed its type leaves them unknown


def row(rule: str, check: str, when: str = "") -> Rule:
    """The condition is not false for any record to which the rule applies."""
    condition = pl.sql_expr(check)
    return Rule(rule, ~condition & _applies(when) & ~_doubt(condition))


def group(rule: str, by: Sequence[str], check: str, when: str = "") -> Rule:
    """The condition is not false for any group of records; no columns make one group of all."""
    applies, condition = _applies(when), pl.sql_expr(check)
    keys = [_key(name) for name in by]
    doubt = pl.any_horizontal(_doubt(condition), _doubt(pl.sql_expr(when)) if when else False, *map(_misfit, by))
    unknown = doubt.any().over(keys) if keys else doubt.any()
    return Rule(rule, applies & ~condition.over(*keys, applies) & ~unknown)


def unique(rule: str, columns: Sequence[str], when: str = "") -> Rule:
    """No two records are equal on all columns; blanks are equal. The first of them breaks nothing."""
    judged = _applies(when) & ~pl.any_horizontal(_misfit(name) for name in columns)
    first = pl.struct(_key(name).alias(str(at)) for at, name in enumerate(columns)).is_first_distinct()
    return Rule(rule, judged & ~first.over(judged))


def _applies(when: str) -> pl.Expr:
    """True where the condition is; unknown is not, nor is what rests on a value that failed its type."""
    if not when:
        return pl.lit(True)
    condition = pl.sql_expr(when)
    return condition.fill_null(False) & ~_doubt(condition)


def _doubt(condition: pl.Expr) -> pl.Expr:
    return pl.any_horizontal(pl.lit(False), *(_misfit(name) for name in condition.meta.root_names()))


def _of_value(rule: str, column: str, broken: pl.Expr) -> Rule:
    return Rule(rule, broken & ~_misfit(column))


def _text(column: str) -> pl.Expr:
    return pl.col(f"text {column}")


def _misfit(column: str) -> pl.Expr:
    return pl.col(f"misfit {column}")


def _key(column: str) -> pl.Expr:
    """Equal for equal values; for what is no value, for equal texts."""
    return pl.coalesce(pl.col(column).cast(pl.String), _text(column))


# the schema


def schema(name: str, columns: dict[str, Type], rules: Sequence[Rule]) -> pa.DataFrameSchema:
    """Return the pandera schema of a frame of texts, blank as null: one check per rule, named by its id.

    A column that is missing is blank. ``validate(frame, lazy=True)`` raises SchemaErrors; its ``failure_cases`` have
    the rule under ``check`` and the record, counted from 0, under ``index``.
    """
    texts = {column: pa.Column(pl.String, nullable=True, required=False) for column in columns}
    checks = [pa.Check(_judge(columns, rule), name=rule.id) for rule in rules]
    return pa.DataFrameSchema(texts, checks=checks, name=name)


def _judge(columns: dict[str, Type], rule: Rule) -> Callable[[PolarsData], pl.LazyFrame]:
    named = set(rule.broken.meta.root_names())
    looked_at = {name: kind for name, kind in columns.items() if named & {name, f"text {name}", f"misfit {name}"}}

    def good(data: PolarsData) -> pl.LazyFrame:
        return _prepared(data.lazyframe, looked_at).select(good=~rule.broken.fill_null(False))

    return good


def _prepared(frame: pl.LazyFrame, columns: dict[str, Type]) -> pl.LazyFrame:
    """Values under the names of their columns; ``text NAME`` as read, ``misfit NAME`` where that is no value."""
    given = frame.collect_schema().names()
    texts = {
        name: pl.when(~pl.col(name).is_in(TOKENS)).then(pl.col(name)) if name in given else pl.lit(None, pl.String)
        for name in columns
    }
    frame = frame.with_columns(one.alias(f"text {name}") for name, one in texts.items())
    frame = frame.with_columns(kind.misfit(_text(name)).alias(f"misfit {name}") for name, kind in columns.items())
    return frame.with_columns(
        pl.when(~_misfit(name)).then(kind.value(_text(name))).alias(name) for name, kind in columns.items()
    )
