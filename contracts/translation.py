"""Conditions as polars expressions. What a tree means stands here, what is allowed in one in ``conditions``.

Three-valued logic; numbers are decimals throughout.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from decimal import Decimal

import polars as pl
from sqlglot import exp

NUMBER = pl.Decimal(38, 10)
"""How every number is held: 28 digits before the point, 10 behind it."""

_SUM_DIGITS, _TERM_DIGITS, _FACTOR_DIGITS = 20, 27, 14
"""Digits before the point of what is added up, added or rounded, multiplied: with more it may overflow: unknown."""
COMPARISONS: Mapping[type[exp.Expr], Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    exp.EQ: pl.Expr.eq,
    exp.NEQ: pl.Expr.ne,
    exp.LT: pl.Expr.lt,
    exp.LTE: pl.Expr.le,
    exp.GT: pl.Expr.gt,
    exp.GTE: pl.Expr.ge,
}
AGGREGATES = (exp.Sum, exp.Min, exp.Max, exp.Avg, exp.Count)


def name_of(node: exp.Column) -> str:
    """The column's name as rules write it: ``AMOUNT`` or ``headers.CURRENCY_CODE``."""
    return f"{node.table}.{node.name}" if node.table else node.name


def translate(node: exp.Expr, column: Callable[[str], pl.Expr], counted: pl.Expr | None = None) -> pl.Expr:
    """Return the expression of a checked tree; ``column`` gives the typed expression of a column's name.

    ``counted`` is true for the records that aggregates look at (None: for all).
    """
    plain = _plain(node, column, counted)
    return ~plain if node.args.get("negate") else plain  # NOT LIKE, NOT IN ... are one node with a mark


def _plain(node: exp.Expr, column: Callable[[str], pl.Expr], counted: pl.Expr | None) -> pl.Expr:
    def t(child: exp.Expr) -> pl.Expr:
        return translate(child, column, counted)

    if compare := COMPARISONS.get(type(node)):
        return compare(t(node.this), t(node.expression))
    match node:
        case exp.Paren():
            return t(node.this)
        case exp.And():
            return t(node.this) & t(node.expression)
        case exp.Or():
            return t(node.this) | t(node.expression)
        case exp.Not():
            return ~t(node.this)
        case exp.Is():
            return t(node.this).is_null()
        case exp.In():
            return pl.any_horizontal([t(node.this) == t(member) for member in node.expressions])
        case exp.Between():
            return (t(node.this) >= t(node.args["low"])) & (t(node.this) <= t(node.args["high"]))
        case exp.Like():
            return t(node.this).str.contains(_like(node.expression.name))
        case exp.RegexpLike():
            return t(node.this).str.contains(node.expression.name)
        case exp.Column():
            return column(name_of(node))
        case exp.Literal():
            return pl.lit(node.name) if node.is_string else pl.lit(Decimal(node.name), dtype=NUMBER)
        case exp.DateStrToDate():
            return pl.lit(dt.date.fromisoformat(node.this.name))
        case exp.Case():
            return _case(node, t)
        case _ if isinstance(node, AGGREGATES):
            return _aggregate(node, t, counted)
        case _:
            return _function(node, t)


def _function(node: exp.Expr, t: Callable[[exp.Expr], pl.Expr]) -> pl.Expr:
    match node:
        case exp.Add() | exp.Sub() if isinstance(node.expression, exp.Interval):
            days = int(node.expression.this.name) * (1 if isinstance(node, exp.Add) else -1)
            return t(node.this) + pl.duration(days=days)
        case exp.Add():
            return addable(t(node.this)) + addable(t(node.expression))
        case exp.Sub():
            return addable(t(node.this)) - addable(t(node.expression))
        case exp.Mul():
            return _within(t(node.this), _FACTOR_DIGITS) * _within(t(node.expression), _FACTOR_DIGITS)
        case exp.Div():
            divisor = t(node.expression)
            return _within(t(node.this), _SUM_DIGITS - 2) / pl.when(divisor.abs() >= Decimal("0.0001")).then(divisor)
        case exp.Mod():
            number = t(node.this)
            rest = (number.abs().cast(pl.Int128, strict=False) % int(node.expression.name)).cast(NUMBER)
            signed = pl.when(number < 0).then(-rest).otherwise(rest)  # Oracle's has the sign of the dividend
            return pl.when(number == number.truncate(0)).then(signed)
        case exp.Neg():
            return -t(node.this)
        case exp.Abs():
            return t(node.this).abs()
        case exp.Round():
            decimals = node.args.get("decimals")
            places = int(decimals.name) if decimals is not None else 0
            return addable(t(node.this)).round(places, mode="half_away_from_zero")
        case exp.DPipe():
            return pl.concat_str([t(node.this), t(node.expression)])
        case exp.Upper():
            return t(node.this).str.to_uppercase()
        case exp.Lower():
            return t(node.this).str.to_lowercase()
        case exp.Trim():
            return t(node.this).str.strip_chars(" ")
        case exp.Length():
            return t(node.this).str.len_chars().cast(NUMBER)
        case exp.Substring():
            length = node.args.get("length")
            return t(node.this).str.slice(int(node.args["start"].name) - 1, int(length.name) if length else None)
        case exp.Coalesce():
            return pl.coalesce([t(node.this), *map(t, node.expressions)])
        case exp.Greatest() | exp.Least():
            parts = [t(node.this), *map(t, node.expressions)]
            pick = pl.max_horizontal if isinstance(node, exp.Greatest) else pl.min_horizontal
            return pl.when(pl.all_horizontal([part.is_not_null() for part in parts])).then(pick(parts))
        case exp.Nullif():
            return pl.when((t(node.this) != t(node.expression)).fill_null(True)).then(t(node.this))
        case exp.Extract():
            part = getattr(t(node.expression).dt, node.name.lower())
            return pl.Expr.cast(part(), NUMBER)
        case exp.Cast():
            return _cast(node, t(node.this))
    raise ValueError(f"{node.sql(dialect='oracle')} has no translation")


def addable(value: pl.Expr) -> pl.Expr:
    """The value where no sum, difference or rounding of it overflows, else unknown."""
    return _within(value, _TERM_DIGITS)


def shortest(text: pl.Expr) -> pl.Expr:
    """A number's text without the zeros of its decimals: one spelling, as reference lists and other files have it."""
    bare = text.str.strip_chars_end("0").str.strip_chars_end(".")  # a regular expression takes twenty times as long
    return pl.when(text.str.contains(".", literal=True)).then(bare).otherwise(text)


def _cast(node: exp.Cast, inner: pl.Expr) -> pl.Expr:
    if node.to.this not in exp.DataType.TEXT_TYPES:
        return inner.cast(NUMBER, strict=False)
    text = inner.cast(pl.String)
    if _is_number(node.this):
        text = shortest(text)
    length = node.to.expressions
    return text.str.slice(0, int(length[0].name)) if length else text


def _is_number(node: exp.Expr) -> bool:
    """Marked by the checker, who knows the sorts of the columns."""
    return bool(node.meta.get("number"))


def _aggregate(node: exp.Expr, t: Callable[[exp.Expr], pl.Expr], counted: pl.Expr | None) -> pl.Expr:
    inner = node.this
    records = pl.len() if counted is None else counted.sum()
    if isinstance(node, exp.Count):
        if isinstance(inner, exp.Distinct):
            return _counted(t(inner.expressions[0]), counted).drop_nulls().n_unique().cast(NUMBER)
        if isinstance(inner, exp.Star):
            return records.cast(NUMBER)
    value = t(inner)
    if not inner.find(exp.Column) and counted is None:
        value = pl.repeat(value, pl.len())  # a constant counts once per record
    value = _counted(value, counted)
    if isinstance(node, exp.Count):
        return value.count().cast(NUMBER)
    if isinstance(node, exp.Min):
        return value.min()
    if isinstance(node, exp.Max):
        return value.max()
    small = _within(value, _SUM_DIGITS)
    total = pl.when((value.count() > 0) & (small.count() == value.count())).then(small.sum())
    return total if isinstance(node, exp.Sum) else total / value.count().cast(NUMBER)  # the SUM of nothing is NULL


def _counted(value: pl.Expr, counted: pl.Expr | None) -> pl.Expr:
    """The value where a record counts: no aggregate looks at nulls."""
    return value if counted is None else pl.when(counted).then(value)


def _case(node: exp.Case, t: Callable[[exp.Expr], pl.Expr]) -> pl.Expr:
    result = t(node.args["default"]) if node.args.get("default") else pl.lit(None)
    for branch in reversed(node.args["ifs"]):
        result = pl.when(t(branch.this)).then(t(branch.args["true"])).otherwise(result)
    return result


def _within(value: pl.Expr, digits: int) -> pl.Expr:
    """The value if it has no more digits before the point, else unknown. It stands here once: sums nest."""
    return value.cast(pl.Decimal(digits + 10, 10), strict=False).cast(NUMBER)


def _like(pattern: str) -> str:
    parts = (".*" if char == "%" else "." if char == "_" else re.escape(char) for char in pattern)
    return f"(?s)^{''.join(parts)}$"
