"""The condition language: small SQL conditions in a linted subset, translated to polars expressions.

Grammar and semantics: contract format, section 8. Three-valued logic; only FALSE is a finding. sqlglot parses and
nothing more: which trees are allowed and what they mean is decided here, because sqlglot also accepts what Oracle
would refuse. Numbers are decimals throughout.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from functools import lru_cache

import polars as pl
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from contracts.translation import AGGREGATES, COMPARISONS, name_of, translate

_HELD, _EXACT = Decimal("1E-10"), Context(prec=40)
_MOST_DECIMALS, _MOST_REPEATED = 38, 1000
_PARTS = re.compile(
    r"\\.|\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]|[*+?}]\+|\(\?[a-zA-Z-]+(?=[:)])|\{[0-9]+(?:,[0-9]*)?\}", re.DOTALL
)
"""Parts of a regular expression that engines may read in different ways; what is in brackets is one part."""
_BINARY = frozenset({"this", "expression"})
_ARGUMENTS: Mapping[type[exp.Expr], frozenset[str]] = {
    **dict.fromkeys(
        (exp.And, exp.Or, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Nullif, exp.Extract, *COMPARISONS), _BINARY
    ),
    **dict.fromkeys((exp.Paren, exp.Not, exp.Neg, exp.Abs, exp.Sum, exp.Min, exp.Max, exp.Avg), frozenset({"this"})),
    **dict.fromkeys((exp.Upper, exp.Lower, exp.Trim, exp.Length, exp.DateStrToDate), frozenset({"this"})),
    **dict.fromkeys((exp.Coalesce, exp.Greatest, exp.Least), frozenset({"this", "expressions", "ignore_nulls"})),
    exp.Is: _BINARY,
    exp.Like: _BINARY | {"negate"},
    exp.RegexpLike: _BINARY | {"negate", "flag"},  # refused with words of its own
    exp.In: frozenset({"this", "expressions", "negate"}),
    exp.Between: frozenset({"this", "low", "high", "negate"}),
    exp.Column: frozenset({"this", "table"}),
    exp.Literal: frozenset({"this", "is_string"}),
    exp.Count: frozenset({"this", "big_int"}),
    exp.Case: frozenset({"ifs", "default"}),
    exp.Round: frozenset({"this", "decimals"}),
    exp.DPipe: _BINARY | {"safe"},
    exp.Substring: frozenset({"this", "start", "length"}),
    exp.Cast: frozenset({"this", "to"}),
    exp.Interval: frozenset({"this", "unit"}),
}
"""What a node may carry: sqlglot keeps options (SYMMETRIC, a second argument) that a translation would pass over."""


class ConditionError(Exception):
    """A condition outside the subset: what is wrong, and what to write instead."""

    def __init__(self, what: str, todo: str = "") -> None:
        super().__init__(what)
        self.what, self.todo = what, todo


@dataclass(frozen=True)
class Condition:
    """A parsed and checked condition (or value expression). ``columns`` are its columns as written."""

    text: str
    tree: exp.Expr
    columns: tuple[str, ...]
    sort: str  # condition | text | number | date | timestamp
    aggregates: bool

    @property
    def counts_once(self) -> bool:
        """Whether records that are equal in all its columns count as one: only distinct ones, least and greatest."""
        once = (isinstance(one, exp.Min | exp.Max) or one.find(exp.Distinct) for one in self.tree.find_all(*AGGREGATES))
        return self.aggregates and all(once)

    def expr(self, column: Callable[[str], pl.Expr] = pl.col, counted: pl.Expr | None = None) -> pl.Expr:
        """Return the polars expression; ``column`` gives the typed expression of a column's name.

        ``counted`` is true for the records that aggregates look at (None: for all).
        """
        return translate(self.tree, column, counted)


def parse(text: str, sorts: Mapping[str, str], *, group: bool = False, value: bool = False) -> Condition:
    """Return the condition ``text`` over columns of the given sorts. Raises ConditionError with what to write instead.

    ``group`` allows aggregates and demands that plain columns stand inside one; ``value`` asks for a value
    (``SUM(AMOUNT)``) where a condition is asked for otherwise.
    """
    try:
        tree = _tree(text)
    except (SqlglotError, RecursionError) as error:
        raise ConditionError(f"not a condition: {str(error).splitlines()[0]}", "write one SQL condition") from error
    checker = _Checker(sorts, group)
    try:
        sort = checker.sort(tree)
        translate(tree, pl.col)
    except RecursionError as error:
        raise ConditionError("the condition is nested too deeply", "split the rule") from error
    if value and sort == "condition":
        raise ConditionError("a value is asked for, not a condition", "write a column or an aggregate")
    if not value and sort != "condition":
        raise ConditionError(f"this is a {sort}, not a condition", "compare it with something")
    return Condition(text, tree, tuple(dict.fromkeys(checker.columns)), sort, checker.aggregates)


@lru_cache(maxsize=4096)
def _tree(text: str) -> exp.Expr:
    """The tree of a text; nobody changes it. An overlay says again what its library says, and columns say it often."""
    return sqlglot.parse_one(text, read="oracle")


class _Checker:
    """Lint and type-check in one walk: ``sort`` returns the sort of a tree or raises ConditionError."""

    def __init__(self, sorts: Mapping[str, str], group: bool) -> None:
        self.sorts, self.group = sorts, group
        self.columns: list[str] = []
        self.aggregates = False
        self.inside = False

    def sort(self, node: exp.Expr | None) -> str:
        known = _ARGUMENTS.get(type(node)) if node is not None else None
        surplus = [name for name, value in node.args.items() if value and name not in known] if node and known else []
        if surplus and not isinstance(node, exp.Case):
            raise ConditionError(
                f"`{_sql(node)}`: {', '.join(surplus)} is outside the condition language", "write it plainly"
            )
        match node:
            case exp.Paren():
                return self.sort(node.this)
            case exp.And() | exp.Or():
                self.condition(node.this)
                return self.condition(node.expression)
            case exp.Not():
                return self.condition(node.this)
            case exp.Is() if isinstance(node.expression, exp.Null):
                if self.sort(node.this) == "condition":
                    raise ConditionError("a condition is never NULL here", "test a column")
                return "condition"
            case exp.EQ() | exp.NEQ() | exp.LT() | exp.LTE() | exp.GT() | exp.GTE():
                return self.same(node.this, node.expression)
            case exp.In() if node.expressions and not node.args.get("query"):
                return self.members(node)
            case exp.Between():
                self.same(node.this, node.args["low"])
                return self.same(node.this, node.args["high"])
            case exp.Like() | exp.RegexpLike():
                self.text(node.this)
                return self.pattern(node)
            case exp.Column():
                return self.column(node)
            case exp.Literal():
                return "text" if node.is_string else self.held(node)
            case exp.DateStrToDate():
                return self.date(node)
            case _ if isinstance(node, AGGREGATES):
                return self.aggregate(node)
            case exp.Case():
                return self.case(node)
            case None:
                raise ConditionError("something is missing", "complete the condition")
            case _:
                return self.function(node)

    def condition(self, node: exp.Expr | None) -> str:
        if self.sort(node) != "condition":
            raise ConditionError(f"`{_sql(node)}` is no condition", "compare it with something")
        return "condition"

    def value(self, node: exp.Expr | None) -> str:
        if (sort := self.sort(node)) == "condition":
            raise ConditionError(f"`{_sql(node)}` is a condition where a value is asked for", "use AND, OR, NOT")
        return sort

    def text(self, node: exp.Expr | None) -> str:
        return self.of_sort(node, "text")

    def number(self, node: exp.Expr | None) -> str:
        return self.of_sort(node, "number")

    def of_sort(self, node: exp.Expr | None, wanted: str) -> str:
        if (sort := self.value(node)) != wanted:
            raise ConditionError(f"`{_sql(node)}` is a {sort}, a {wanted} is asked for", _remedy(sort, wanted))
        return sort

    def same(self, left: exp.Expr | None, right: exp.Expr | None) -> str:
        one, other = self.value(left), self.value(right)
        if one != other and {one, other} != {"date", "timestamp"}:
            raise ConditionError(
                f"`{_sql(left)}` is a {one}, `{_sql(right)}` a {other}: they cannot be compared", _remedy(other, one)
            )
        return "condition"

    def members(self, node: exp.In) -> str:
        for member in node.expressions:
            if not isinstance(member, exp.Literal | exp.DateStrToDate | exp.Neg):
                raise ConditionError("IN takes literals only", "use a list rule for reference values")
            self.same(node.this, member)
        return "condition"

    def pattern(self, node: exp.Like | exp.RegexpLike) -> str:
        literal = node.expression
        if not (isinstance(literal, exp.Literal) and literal.is_string) or node.args.get("flag"):
            raise ConditionError("a pattern is one quoted text", "write LIKE 'x%' or REGEXP_LIKE(column, 'pattern')")
        if isinstance(node, exp.RegexpLike):
            check_pattern(literal.name)
        return "condition"

    def column(self, node: exp.Column) -> str:
        name = name_of(node)
        if name not in self.sorts:
            raise ConditionError(f"unknown column {name}", _nearest(name, self.sorts))
        if self.group and not self.inside:
            raise ConditionError(
                f"{name} stands outside an aggregate", f"write MIN({name}), COUNT(DISTINCT {name}) ..."
            )
        self.columns.append(name)
        return self.sorts[name]

    def date(self, node: exp.DateStrToDate) -> str:
        try:
            dt.date.fromisoformat(node.this.name)
        except (AttributeError, ValueError) as error:
            raise ConditionError(f"no date: {_sql(node)}", "write DATE 'yyyy-mm-dd'") from error
        return "date"

    def held(self, node: exp.Literal) -> str:
        number = Decimal(node.name)
        if number.copy_abs() >= Decimal(10) ** 28 or number != number.quantize(_HELD, context=_EXACT):
            raise ConditionError(f"{node.name}: more digits than are held", "28 before the point, 10 behind it")
        return "number"

    def aggregate(self, node: exp.Expr) -> str:
        if not self.group:
            raise ConditionError(f"{_sql(node)}: aggregates belong to group rules", "add `group_by`")
        if self.inside:
            raise ConditionError(f"{_sql(node)}: an aggregate inside an aggregate", "split the rule")
        self.aggregates, self.inside = True, True
        inner = node.this
        if isinstance(node, exp.Count):
            if isinstance(inner, exp.Distinct):
                if len(inner.expressions) != 1:
                    raise ConditionError("COUNT(DISTINCT ...) takes one column", "split the rule")
                self.value(inner.expressions[0])
            elif not isinstance(inner, exp.Star):
                self.value(inner)
            sort = "number"
        else:
            for case in inner.find_all(exp.Case):
                if not case.args.get("default"):
                    raise ConditionError(f"{_sql(node)}: CASE without ELSE", "add ELSE 0 or `when`")
            sort = self.value(inner) if isinstance(node, exp.Min | exp.Max) else self.number(inner)
        self.inside = False
        return sort

    def case(self, node: exp.Case) -> str:
        if node.this is not None:
            raise ConditionError("CASE with an operand", "write CASE WHEN condition THEN value ELSE value END")
        sorts = set()
        for branch in node.args["ifs"]:
            self.condition(branch.this)
            sorts.add(self.value(branch.args["true"]))
        if default := node.args.get("default"):
            sorts.add(self.value(default))
        if len(sorts) != 1:
            raise ConditionError("CASE returns values of different kinds", "return one kind")
        return str(sorts.pop())

    def function(self, node: exp.Expr) -> str:
        match node:
            case exp.Add() | exp.Sub() if isinstance(node.expression, exp.Interval):
                return self.shift(node)
            case exp.Add() | exp.Sub() | exp.Mul() | exp.Div():
                self.number(node.this)
                return self.number(node.expression)
            case exp.Mod():
                if not (_digits(node.expression, 28) and int(node.expression.name)):
                    raise ConditionError("MOD takes a whole number above 0 as divisor", "write MOD(x, 10)")
                return self.number(node.this)
            case exp.Neg() | exp.Abs():
                return self.number(node.this)
            case exp.Round():
                decimals = node.args.get("decimals")
                if decimals is not None and not (_digits(decimals) and int(decimals.name) <= _MOST_DECIMALS):
                    raise ConditionError("ROUND takes a literal number of decimals", "write ROUND(x, 2)")
                return self.number(node.this)
            case exp.DPipe():
                self.text(node.this)
                return self.text(node.expression)
            case exp.Upper() | exp.Lower():
                return self.text(node.this)
            case exp.Trim() if not node.args.get("expression") and not node.args.get("position"):
                return self.text(node.this)
            case exp.Length():
                self.text(node.this)
                return "number"
            case exp.Substring():
                self.text(node.this)
                for part in ("start", "length"):
                    if node.args.get(part) is not None and not (_digits(node.args[part]) and int(node.args[part].name)):
                        raise ConditionError("SUBSTR takes literal positions from 1", "write SUBSTR(x, 1, 2)")
                return "text"
            case exp.Coalesce() | exp.Greatest() | exp.Least():
                for other in node.expressions:
                    self.same(node.this, other)
                return self.value(node.this)
            case exp.Nullif():
                self.same(node.this, node.expression)
                return self.value(node.this)
            case exp.Extract() if node.name.upper() in ("YEAR", "MONTH", "DAY"):
                if self.value(node.expression) not in ("date", "timestamp"):
                    raise ConditionError("EXTRACT takes a date", "use a date column")
                return "number"
            case exp.Cast():
                return self.cast(node)
            case _:
                raise ConditionError(f"`{_sql(node)}` is outside the condition language", _instead(node))

    def shift(self, node: exp.Expr) -> str:
        interval = node.expression
        if str(interval.args.get("unit")).upper() != "DAY" or not re.fullmatch(r"\d{1,5}", interval.this.name):
            raise ConditionError("intervals are whole days", "write INTERVAL 'n' DAY")
        sort = self.value(node.this)
        if sort not in ("date", "timestamp"):
            raise ConditionError(f"`{_sql(node.this)}` is a {sort}, not a date", "add days to a date")
        return sort

    def cast(self, node: exp.Cast) -> str:
        kind = node.to.this
        sort = self.value(node.this)
        node.this.meta["number"] = sort == "number"
        if kind in (exp.DType.DECIMAL, exp.DType.INT) and sort in ("text", "number") and not node.to.expressions:
            return "number"
        if kind in exp.DataType.TEXT_TYPES and sort in ("text", "number"):
            if not all(_digits(length.this) for length in node.to.expressions):
                raise ConditionError(f"`{_sql(node)}`: no length of a text", "write CAST(x AS VARCHAR2(20))")
            return "text"
        raise ConditionError(f"`{_sql(node)}` is outside the condition language", "CAST takes NUMBER or VARCHAR2(n)")


def check_pattern(pattern: str) -> None:
    """Raise ConditionError if ``pattern`` is no regular expression that Python and all engines read alike."""
    if apart := next(_read_apart(pattern), None):
        part, todo = apart
        raise ConditionError(f"pattern {pattern!r}: engines do not read {part} alike", todo)
    try:
        re.compile(pattern)
        pl.select(pl.lit("").str.contains(pattern, strict=True))
    except (re.error, pl.exceptions.ComputeError) as error:
        raise ConditionError(f"pattern {pattern!r}: {str(error).splitlines()[0]}", "correct the pattern") from error


def _read_apart(pattern: str) -> Iterator[tuple[str, str]]:
    """Yield (part, what to write instead) for what one engine takes otherwise than another, or not at all."""
    for part in _PARTS.findall(pattern):
        escapes = re.findall(r"\\.", part, re.DOTALL)
        if part.startswith("[") and re.search(r"\[|&&|--|~~", re.sub(r"\\.", "", part[1:], flags=re.DOTALL)):
            yield part, "write signs and ranges alone in brackets, as [0-9A-Za-z], and a [ as \\["
        elif r"\u" in escapes or r"\U" in escapes:
            yield part, "write the sign itself"
        elif part in (r"\b", r"\B", r"\<", r"\>"):
            yield part, "write what may stand there, as (^|[^0-9A-Za-z])"
        elif part in ("*+", "++", "?+", "}+"):
            yield part, "leave the + out"
        elif part.startswith("(?") and not re.fullmatch("[ims]*(?:-[ims]+)?", part[2:]):
            yield part, "use no flags but i, m and s"
        elif part.startswith("{") and max(map(int, re.findall("[0-9]+", part))) > _MOST_REPEATED:
            yield part, f"repeat at most {_MOST_REPEATED} times; a type such as text(2000) limits a length"


def _digits(node: exp.Expr, most: int = 9) -> bool:
    """Whether a node is a whole number of not too many digits: no engine takes positions beyond four bytes."""
    return isinstance(node, exp.Literal) and not node.is_string and node.name.isdigit() and len(node.name) <= most


def _sql(node: exp.Expr | None) -> str:
    return "" if node is None else node.sql(dialect="oracle")


def _nearest(name: str, known: Mapping[str, str]) -> str:
    import difflib

    near = difflib.get_close_matches(name, list(known), 1, cutoff=0.5)
    return f"write {near[0]}" if near else "use a column of the layout"


def _remedy(sort: str, wanted: str) -> str:
    if {sort, wanted} == {"text", "number"}:
        return "quote the literal for a text column, leave it bare for a number column"
    return "write DATE 'yyyy-mm-dd' for a date" if "date" in (sort, wanted) else f"use a {wanted}"


def _instead(node: exp.Expr) -> str:
    if isinstance(node, exp.Boolean):
        return "leave TRUE and FALSE out, write the condition itself"
    if isinstance(node, exp.Subquery | exp.Select | exp.Exists | exp.In):
        return "use exists, in_list or totals"
    if isinstance(node, exp.Null):
        return "write IS NULL or IS NOT NULL"
    if isinstance(node, exp.CurrentDate | exp.CurrentTimestamp | exp.Rand):
        return "a rule may not depend on the clock or on chance: use a list with dates"
    return "see the condition language in docs/contract-format.md"
