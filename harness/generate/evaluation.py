"""Conditions in plain Python, on one record or a few: what generation asks a thousand times a second.

The second reading of the condition language beside ``contracts.translation``; a property test holds the two together.
Unknown is None; a record gives typed values by ``record.get(name)``.
"""

from __future__ import annotations

import datetime as dt
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from functools import cache, reduce
from typing import Any, Protocol

from sqlglot import exp

from contracts import name_of
from harness.generate.patterns import found

Value = str | Decimal | dt.date | dt.datetime | bool | None


class Record(Protocol):
    """Anything that has typed values by column name."""

    def get(self, name: str) -> Value:
        """The value of a column, an ancestor's column (``headers.CURRENCY_CODE``) or a reserved name; None is blank."""


Evaluator = Callable[[Any], Any]  # of a record, or of a group of records

_COMPARE: Mapping[type[exp.Expr], Callable[[Any, Any], bool]] = {
    exp.EQ: operator.eq,
    exp.NEQ: operator.ne,
    exp.LT: operator.lt,
    exp.LTE: operator.le,
    exp.GT: operator.gt,
    exp.GTE: operator.ge,
}
_EXACT = Context(prec=120, rounding=ROUND_HALF_EVEN)  # more digits than any product of two numbers has
_HELD = Decimal(1).scaleb(-10)
_SUM_DIGITS, _TERM_DIGITS, _DIVIDEND_DIGITS, _FACTOR_DIGITS = 20, 27, 18, 14
"""Digits before the point of what is added up, added or rounded, divided, multiplied: with more it is unknown."""
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def evaluator(tree: exp.Expr, *, group: bool = False) -> Evaluator:
    """Return the function that evaluates a checked condition: of a record, or with ``group`` of a list of records."""
    return _compiled(tree, group)


def _compiled(node: exp.Expr, group: bool) -> Evaluator:
    plain = _plain(node, group)
    return _negated(plain) if node.args.get("negate") else plain


def _plain(node: exp.Expr, group: bool) -> Evaluator:
    def of(child: exp.Expr) -> Evaluator:
        return _compiled(child, group)

    if compare := _COMPARE.get(type(node)):
        return _known(lambda one, other: compare(*_alike(one, other)), of(node.this), of(node.expression))
    match node:
        case exp.Paren():
            return of(node.this)
        case exp.And():
            return _both(of(node.this), of(node.expression))
        case exp.Or():
            return _either(of(node.this), of(node.expression))
        case exp.Not():
            return _negated(of(node.this))
        case exp.Is():
            inner = of(node.this)
            return lambda row: inner(row) is None
        case exp.In():
            members = [of(member)(None) for member in node.expressions]
            return _known(lambda one: any(operator.eq(*_alike(one, other)) for other in members), of(node.this))
        case exp.Between():
            low, high = of(node.args["low"]), of(node.args["high"])
            inner = of(node.this)
            above = _known(lambda one, other: operator.ge(*_alike(one, other)), inner, low)
            return _both(above, _known(lambda one, other: operator.le(*_alike(one, other)), inner, high))
        case exp.Column():
            name = name_of(node)
            return lambda row: row.get(name)
        case exp.Literal():
            constant = node.name if node.is_string else Decimal(node.name)
            return lambda _: constant
        case exp.DateStrToDate():
            day = dt.date.fromisoformat(node.this.name)
            return lambda _: day
        case exp.Case():
            return _case(node, of)
        case exp.Sum() | exp.Min() | exp.Max() | exp.Avg() | exp.Count():
            return _aggregate(node)
        case _:
            return _function(node, of)


def _function(node: exp.Expr, of: Callable[[exp.Expr], Evaluator]) -> Evaluator:
    match node:
        case exp.Add() | exp.Sub() if isinstance(node.expression, exp.Interval):
            days = dt.timedelta(days=int(node.expression.this.name) * (1 if isinstance(node, exp.Add) else -1))
            return _known(lambda day: _moved(day, days), of(node.this))
        case exp.Add():
            return _known(_added, of(node.this), of(node.expression))
        case exp.Sub():
            return _known(lambda one, other: _added(one, other.copy_negate()), of(node.this), of(node.expression))
        case exp.Mul():
            return _known(_product, of(node.this), of(node.expression))
        case exp.Div():
            return _known(_quotient, of(node.this), of(node.expression))
        case exp.Mod():
            divisor = Decimal(node.expression.name)
            return _known(
                lambda number: _EXACT.remainder(number, divisor) if number == int(number) else None, of(node.this)
            )
        case exp.Neg():
            return _known(Decimal.copy_negate, of(node.this))
        case exp.Abs():
            return _known(Decimal.copy_abs, of(node.this))
        case exp.Round():
            places = Decimal(1).scaleb(-int(node.args["decimals"].name) if node.args.get("decimals") is not None else 0)
            return _known(lambda number: _rounded(number, places), of(node.this))
        case exp.Like():
            pattern = _like(node.expression.name)
            return _known(lambda text: found(pattern, text), of(node.this))
        case exp.RegexpLike():
            return _known(lambda text: found(node.expression.name, text), of(node.this))
        case exp.DPipe():
            return _known(operator.add, of(node.this), of(node.expression))
        case exp.Upper():
            return _known(str.upper, of(node.this))
        case exp.Lower():
            return _known(str.lower, of(node.this))
        case exp.Trim():
            return _known(lambda text: text.strip(" "), of(node.this))
        case exp.Length():
            return _known(lambda text: Decimal(len(text)), of(node.this))
        case exp.Substring():
            start = int(node.args["start"].name) - 1
            stop = start + int(node.args["length"].name) if node.args.get("length") else None
            return _known(lambda text: text[start:stop], of(node.this))
        case exp.Coalesce():
            parts = [of(node.this), *map(of, node.expressions)]
            return lambda row: next((value for part in parts if (value := part(row)) is not None), None)
        case exp.Greatest() | exp.Least():
            pick = max if isinstance(node, exp.Greatest) else min
            return _known(lambda *values: pick(_all_alike(values)), of(node.this), *map(of, node.expressions))
        case exp.Nullif():
            this, other = of(node.this), of(node.expression)
            return lambda row: None if (value := this(row)) is not None and _same(value, other(row)) else value
        case exp.Extract():
            part = node.name.lower()
            return _known(lambda day: Decimal(getattr(day, part)), of(node.expression))
        case exp.Cast():
            return _known(_as_text(node) if node.to.this in exp.DataType.TEXT_TYPES else _as_number, of(node.this))
    raise ValueError(f"{node.sql(dialect='oracle')} is outside the condition language")


def _aggregate(node: exp.Expr) -> Evaluator:
    inner = node.this
    if isinstance(inner, exp.Star):
        return lambda rows: Decimal(len(rows))
    distinct = isinstance(inner, exp.Distinct)
    of = _compiled(inner.expressions[0] if distinct else inner, False)

    def values(rows: Sequence[Any]) -> list[Any]:
        return [value for row in rows if (value := of(row)) is not None]

    match node:
        case exp.Count():
            return lambda rows: Decimal(len(set(values(rows))) if distinct else len(values(rows)))
        case exp.Min():
            return lambda rows: min(values(rows), default=None)
        case exp.Max():
            return lambda rows: max(values(rows), default=None)
        case exp.Sum():
            return lambda rows: _total(values(rows))
    return lambda rows: None if (total := _total(terms := values(rows))) is None else _ratio(total, len(terms))


def _case(node: exp.Case, of: Callable[[exp.Expr], Evaluator]) -> Evaluator:
    branches = [(of(branch.this), of(branch.args["true"])) for branch in node.args["ifs"]]
    default = of(node.args["default"]) if node.args.get("default") else lambda _: None
    return lambda row: next((value(row) for test, value in branches if test(row)), default(row))


def _known(function: Callable[..., Any], *parts: Evaluator) -> Evaluator:
    """The function of the parts' values, unknown where one of them is."""
    if len(parts) == 1:
        only = parts[0]
        return lambda row: None if (value := only(row)) is None else function(value)

    def of(row: Any) -> Any:
        values = [part(row) for part in parts]
        return None if None in values else function(*values)

    return of


def _both(one: Evaluator, other: Evaluator) -> Evaluator:
    def of(row: Any) -> bool | None:
        if (left := one(row)) is False:
            return False
        right = other(row)
        return False if right is False else None if left is None or right is None else True

    return of


def _either(one: Evaluator, other: Evaluator) -> Evaluator:
    def of(row: Any) -> bool | None:
        if (left := one(row)) is True:
            return True
        right = other(row)
        return True if right is True else None if left is None or right is None else False

    return of


def _negated(inner: Evaluator) -> Evaluator:
    return lambda row: None if (value := inner(row)) is None else not value


def _alike(one: Any, other: Any) -> tuple[Any, Any]:
    """A date beside a time is its midnight."""
    if isinstance(one, dt.date) and type(one) is not type(other):
        return _midnight(one), _midnight(other)
    return one, other


def _all_alike(values: Sequence[Any]) -> Sequence[Any]:
    mixed = any(isinstance(value, dt.datetime) for value in values)
    return [_midnight(value) for value in values] if mixed else values


def _same(one: Any, other: Any) -> bool:
    return other is not None and operator.eq(*_alike(one, other))


def _midnight(day: dt.date) -> dt.datetime:
    return day if isinstance(day, dt.datetime) else dt.datetime.combine(day, dt.time())


def _moved(day: dt.date, days: dt.timedelta) -> dt.date | None:
    try:
        return day + days
    except OverflowError:
        return None


def _fits(number: Decimal, digits: int) -> bool:
    return number.adjusted() < digits or not number


def _added(one: Decimal, other: Decimal) -> Decimal | None:
    return _EXACT.add(one, other) if _fits(one, _TERM_DIGITS) and _fits(other, _TERM_DIGITS) else None


def _product(one: Decimal, other: Decimal) -> Decimal | None:
    small = _fits(one, _FACTOR_DIGITS) and _fits(other, _FACTOR_DIGITS)
    return _EXACT.quantize(_EXACT.multiply(one, other), _HELD) if small else None


def _quotient(one: Decimal, other: Decimal) -> Decimal | None:
    known = _fits(one, _DIVIDEND_DIGITS) and other.copy_abs() >= Decimal("0.0001")
    return _ratio(one, other) if known else None


def _ratio(one: Decimal, other: Decimal | int) -> Decimal:
    return _EXACT.quantize(_EXACT.divide(one, other), _HELD)


def _rounded(number: Decimal, places: Decimal) -> Decimal | None:
    return number.quantize(places, ROUND_HALF_UP, _EXACT) if _fits(number, _TERM_DIGITS) else None


def _total(terms: Sequence[Decimal]) -> Decimal | None:
    """The sum of what is known; unknown where there is nothing, or where one of it is too large to be added up."""
    return reduce(_EXACT.add, terms) if terms and all(_fits(term, _SUM_DIGITS) for term in terms) else None


def _as_text(node: exp.Cast) -> Callable[[Any], str]:
    length = int(node.to.expressions[0].name) if node.to.expressions else None
    return lambda value: (spelled(value) if isinstance(value, Decimal) else str(value))[:length]


def _as_number(value: Any) -> Decimal | None:
    """The number that a text spells as a column would, held with ten decimals."""
    if not isinstance(value, Decimal) and not _NUMBER.fullmatch(value):
        return None
    number = Decimal(value)
    return _EXACT.quantize(number, _HELD) if _fits(number, 28) else None


def spelled(number: Decimal) -> str:
    """A number without exponent, without the zeros of its decimals, and without the sign of a zero."""
    text = f"{number:f}" if number else "0"
    return text.rstrip("0").rstrip(".") if "." in text else text


@cache
def _like(pattern: str) -> str:
    return f"(?s)^{''.join('.*' if char == '%' else '.' if char == '_' else re.escape(char) for char in pattern)}$"
