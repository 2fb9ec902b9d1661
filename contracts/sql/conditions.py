"""Conditions as SQL: a second reading of the trees that ``contracts.translation`` reads for polars.

Three-valued logic is the database's own. Numbers are DECIMAL(38,10); what may overflow is unknown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

from sqlglot import exp

from contracts.conditions import Condition
from contracts.sql.dialects import DUCKDB, NUMBER, Dialect
from contracts.translation import name_of

_OPERATORS: Mapping[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
_PLACES = 10  # decimals of a number
_WRITTEN = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"


def condition_sql(condition: Condition, column: Callable[[str], str], dialect: Dialect = DUCKDB) -> str:
    """Return the SQL of a condition or value expression; ``column`` gives that of a column's name.

    Columns must have the types of typed values: STRING, DECIMAL(38,10), DATE, TIMESTAMP.
    """
    return _Writer(column, dialect).sql(condition.tree)


class _Writer:
    def __init__(self, column: Callable[[str], str], dialect: Dialect) -> None:
        self.column, self.dialect = column, dialect

    def sql(self, node: exp.Expr) -> str:
        plain = f"({self._sql(node)})"
        return f"(NOT {plain})" if node.args.get("negate") else plain

    def _sql(self, node: exp.Expr) -> str:
        if operator := _OPERATORS.get(type(node)):
            return f"{self.sql(node.this)} {operator} {self.sql(node.expression)}"
        match node:
            case exp.Column():
                return self.column(name_of(node))
            case exp.Literal():
                return self.dialect.text(node.name) if node.is_string else f"CAST('{node.name}' AS {NUMBER})"
            case exp.DateStrToDate():
                return f"DATE '{dt.date.fromisoformat(node.this.name)}'"
            case exp.Paren():
                return self.sql(node.this)
            case exp.And() | exp.Or():
                return self._chain(node)
            case exp.Not():
                return f"NOT {self.sql(node.this)}"
            case exp.Is():
                return f"{self.sql(node.this)} IS NULL"
            case exp.In():
                return f"{self.sql(node.this)} IN ({self._listed(node.expressions)})"
            case exp.Between():
                return f"{self.sql(node.this)} BETWEEN {self.sql(node.args['low'])} AND {self.sql(node.args['high'])}"
            case exp.Like():
                return self.dialect.is_like(self.sql(node.this), node.expression.name)
            case exp.RegexpLike():
                return self.dialect.contains(self.sql(node.this), node.expression.name)
            case exp.Case():
                branches = [f"WHEN {self.sql(one.this)} THEN {self.sql(one.args['true'])}" for one in node.args["ifs"]]
                default = node.args.get("default")
                return f"CASE {' '.join(branches)} {f'ELSE {self.sql(default)} ' if default else ''}END"
            case exp.Sum() | exp.Avg() | exp.Min() | exp.Max() | exp.Count():
                return self._aggregate(node)
            case exp.Upper() | exp.Lower() | exp.Trim() | exp.Length() | exp.Substring() | exp.DPipe() | exp.Cast():
                return self._of_texts(node)
            case exp.Coalesce() | exp.Nullif() | exp.Greatest() | exp.Least():
                return self._choice(node)
            case exp.Extract():
                return f"CAST(EXTRACT({node.name.upper()} FROM {self.sql(node.expression)}) AS {NUMBER})"
            case _:
                return self._arithmetic(node)

    def _chain(self, node: exp.Expr) -> str:
        """A chain of one connective is written flat: databases limit how deep brackets nest."""
        kind, parts, pending = type(node), [], [node]
        while pending:
            one = pending.pop()
            if type(one) is kind:
                pending += [one.expression, one.this]
            else:
                parts.append(self.sql(one))
        return (" AND " if kind is exp.And else " OR ").join(parts)

    def _listed(self, nodes: list[exp.Expr]) -> str:
        return ", ".join(map(self.sql, nodes))

    def _held(self, node: exp.Expr, digits: int) -> str:
        """A number if it has no more digits before the point, else unknown."""
        return self.dialect.try_cast(self.sql(node), f"DECIMAL({digits + _PLACES},{_PLACES})")

    def _arithmetic(self, node: exp.Expr) -> str:
        match node:
            case exp.Add() | exp.Sub() if isinstance(node.expression, exp.Interval):
                sign = "+" if isinstance(node, exp.Add) else "-"
                return f"{self.sql(node.this)} {sign} INTERVAL '{int(node.expression.this.name)}' DAY"
            case exp.Add() | exp.Sub():
                sign = "+" if isinstance(node, exp.Add) else "-"
                return f"{self._held(node.this, 27)} {sign} {self._held(node.expression, 27)}"
            case exp.Mul():
                return self.dialect.product(self._held(node.this, 14), self._held(node.expression, 14))
            case exp.Div():
                divisor = self.sql(node.expression)
                usable = f"CASE WHEN {self.dialect.absolute(divisor)} >= CAST('0.0001' AS {NUMBER}) THEN {divisor} END"
                return self.dialect.quotient(self._held(node.this, 18), usable)
            case exp.Mod():
                number = self.sql(node.this)
                whole = self.dialect.cut(number)
                rest = f"CAST({whole} AS DECIMAL(38,0)) % CAST({node.expression.name} AS DECIMAL(38,0))"
                return f"CASE WHEN {number} = {whole} THEN CAST({rest} AS {NUMBER}) END"
            case exp.Neg():
                return self.dialect.negative(self.sql(node.this))
            case exp.Abs():
                return self.dialect.absolute(self.sql(node.this))
            case exp.Round():
                decimals = node.args.get("decimals")
                places = int(decimals.name) if decimals is not None else 0
                if places >= _PLACES:
                    return f"CAST({self._held(node.this, 27)} AS {NUMBER})"
                return f"CAST(round({self._held(node.this, 27)}, {places}) AS {NUMBER})"
        raise ValueError(f"{node.sql(dialect='oracle')} has no translation")

    def _of_texts(self, node: exp.Expr) -> str:
        inner = self.sql(node.this)
        match node:
            case exp.Upper():
                return f"upper({inner})"
            case exp.Lower():
                return f"lower({inner})"
            case exp.Trim():
                return f"TRIM(BOTH ' ' FROM {inner})"
            case exp.Length():
                return f"CAST(length({inner}) AS {NUMBER})"
            case exp.DPipe():
                return f"{inner} || {self.sql(node.expression)}"
            case exp.Substring():
                length = node.args.get("length")
                start = int(node.args["start"].name)
                return f"substr({inner}, {start}, {int(length.name)})" if length else f"substr({inner}, {start})"
        return self._cast(node, inner)

    def _cast(self, node: exp.Expr, inner: str) -> str:
        kind = node.args["to"]
        if kind.this not in exp.DataType.TEXT_TYPES:
            if node.this.meta.get("number"):
                return inner
            # a cast of the database passes over blanks and underscores
            plain = f"CASE WHEN {self.dialect.is_whole(inner, _WRITTEN)} THEN {inner} END"
            return self.dialect.try_cast(plain, NUMBER)
        text = self.dialect.spelled(inner) if node.this.meta.get("number") else inner
        length = kind.expressions
        return f"substr({text}, 1, {int(length[0].name)})" if length else text

    def _choice(self, node: exp.Expr) -> str:
        if isinstance(node, exp.Nullif):
            return f"NULLIF({self.sql(node.this)}, {self.sql(node.expression)})"
        parts = [self.sql(one) for one in (node.this, *node.expressions)]
        if isinstance(node, exp.Coalesce):
            return f"COALESCE({', '.join(parts)})"
        # databases leave NULL out of account here; Oracle's is NULL as soon as one part is
        name = "GREATEST" if isinstance(node, exp.Greatest) else "LEAST"
        whole = " AND ".join(f"{part} IS NOT NULL" for part in parts)
        return f"CASE WHEN {whole} THEN {name}({', '.join(parts)}) END"

    def _aggregate(self, node: exp.Expr) -> str:
        inner = node.this
        if isinstance(node, exp.Count):
            if isinstance(inner, exp.Star):
                counted = "*"
            elif isinstance(inner, exp.Distinct):
                counted = f"DISTINCT {self.sql(inner.expressions[0])}"
            else:
                counted = self.sql(inner)
            return f"CAST(count({counted}) AS {NUMBER})"
        if isinstance(node, exp.Min | exp.Max):
            return f"{'min' if isinstance(node, exp.Min) else 'max'}({self.sql(inner)})"
        value, small = self.sql(inner), self._held(inner, 20)
        total = f"CASE WHEN count({small}) = count({value}) THEN CAST(sum({small}) AS {NUMBER}) END"
        if isinstance(node, exp.Sum):
            return total
        return self.dialect.quotient(total, f"CAST(NULLIF(count({value}), 0) AS {NUMBER})")
