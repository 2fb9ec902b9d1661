"""What databases write differently: quoting, regular expressions, exact decimals. All else of the room is plain SQL.

Each database is a class with these methods and a session: ``DuckDb`` with ``on_duckdb``, ``Spark`` (of
``spark_dialect``) with ``on_spark``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol

NUMBER = "DECIMAL(38,10)"
_UNIT = "10000000000"  # a number is held in units of its tenth decimal


class Dialect(Protocol):
    """How one database says what others say in another way."""

    def name(self, text: str) -> str:
        """An identifier, whatever signs are in it."""

    def text(self, value: str) -> str:
        """A text literal."""

    def try_cast(self, value: str, kind: str) -> str:
        """The value as another type, NULL where it does not fit."""

    def contains(self, value: str, pattern: str) -> str:
        """Whether a text has a place that a regular expression of a contract matches."""

    def is_whole(self, value: str, pattern: str) -> str:
        """Whether a regular expression of a contract matches the whole of a text."""

    def part(self, value: str, pattern: str, number: int) -> str:
        """What a group, from 1, of a regular expression takes of a text that it matches as a whole."""

    def is_like(self, value: str, pattern: str) -> str:
        """LIKE without an escape sign."""

    def negative(self, number: str) -> str:
        """A number with the other sign."""

    def absolute(self, number: str) -> str:
        """A number without its sign."""

    def cut(self, number: str) -> str:
        """A number without its decimals."""

    def spelled(self, number: str) -> str:
        """The text of a number, without exponent and without the zeros of its decimals."""

    def size_in_bytes(self, value: str) -> str:
        """Bytes of a text in UTF-8."""

    def product(self, one: str, other: str) -> str:
        """The product of two numbers of 14 digits before the point, ties of the last decimal to the even one."""

    def quotient(self, dividend: str, divisor: str) -> str:
        """The quotient of a number of 18 digits and one that is not 0, ties of the last decimal to the even one."""


class DuckDb:
    """DuckDB 2: regular expressions are RE2, integers have 128 bits, and a lambda keeps a value that is used twice."""

    def name(self, text: str) -> str:
        """An identifier, whatever signs are in it."""
        return '"' + text.replace('"', '""') + '"'

    def text(self, value: str) -> str:
        """A text literal."""
        return "'" + value.replace("'", "''") + "'"

    def try_cast(self, value: str, kind: str) -> str:
        """The value as another type, NULL where it does not fit."""
        return f"TRY_CAST({value} AS {kind})"

    def contains(self, value: str, pattern: str) -> str:
        """Whether a text has a place that a regular expression of a contract matches."""
        return f"regexp_matches({value}, {self.text(re2(pattern))})"

    def is_whole(self, value: str, pattern: str) -> str:
        """Whether a regular expression of a contract matches the whole of a text."""
        return f"regexp_full_match({value}, {self.text(re2(pattern))})"

    def part(self, value: str, pattern: str, number: int) -> str:
        """What a group, from 1, of a regular expression takes of a text that it matches as a whole."""
        return f"regexp_extract({value}, {self.text(f'^{pattern}$')}, {number})"

    def is_like(self, value: str, pattern: str) -> str:
        """LIKE without an escape sign."""
        return f"({value} LIKE {self.text(pattern)})"

    def negative(self, number: str) -> str:
        """A number with the other sign."""
        return f"- {number}"

    def absolute(self, number: str) -> str:
        """A number without its sign."""
        return f"abs({number})"

    def cut(self, number: str) -> str:
        """A number without its decimals."""
        return f"trunc({number})"

    def spelled(self, number: str) -> str:
        """The text of a number, without exponent and without the zeros of its decimals."""
        return f"TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM CAST({number} AS VARCHAR)))"

    def size_in_bytes(self, value: str) -> str:
        """Bytes of a text in UTF-8."""
        return f"strlen({value})"

    def product(self, one: str, other: str) -> str:
        """The product of two numbers of 14 digits before the point, ties of the last decimal to the even one.

        A DECIMAL of DuckDB cannot hold the 20 decimals of the product: it is made of whole units in two parts.
        """
        parts = self._let(
            lambda a, b: (
                f"abs({a}) * (abs({b}) // {_UNIT}::HUGEINT)",
                f"abs({a}) * (abs({b}) % {_UNIT}::HUGEINT)",
                f"sign({a}) * sign({b})",
            ),
            self._units(one),
            self._units(other),
        )
        unit = f"{_UNIT}::HUGEINT"
        return self._number(parts, f"{{'q': p.a + p.b // {unit}, 'r': p.b % {unit}, 'd': {unit}, 's': p.c}}")

    def quotient(self, dividend: str, divisor: str) -> str:
        """The quotient of a number of 18 digits and one that is not 0, ties of the last decimal to the even one."""
        parts = self._let(
            lambda a, b: (f"abs({a}) * {_UNIT}::HUGEINT", f"abs({b})", f"sign({a}) * sign({b})"),
            self._units(dividend),
            self._units(divisor),
        )
        return self._number(parts, "{'q': p.a // p.b, 'r': p.a % p.b, 'd': p.b, 's': p.c}")

    def _let(self, body: Callable[[str, str], tuple[str, ...]], *values: str) -> str:
        """The parts that a body makes of values; the lambda has each value computed, and written, once."""
        given = ", ".join(f"'{name}': {value}" for name, value in zip("ab", values, strict=True))
        made = ", ".join(f"'{name}': {part}" for name, part in zip("abc", body("p.a", "p.b"), strict=True))
        return f"list_transform([{{{given}}}], lambda p: {{{made}}})[1]"

    def _units(self, value: str) -> str:
        """A number in units of its last decimal; it may need all 38 digits, which no product of decimals may have."""
        return (
            f"list_transform([{value}], lambda p: CAST(trunc(p) AS HUGEINT) * {_UNIT}::HUGEINT"
            f" + CAST(CAST(p - trunc(p) AS DECIMAL(11,10)) * {_UNIT} AS HUGEINT))[1]"
        )

    def _number(self, parts: str, division: str) -> str:
        """A sign, a quotient in units and its rest as a number, rounded to the even one of two that are as near.

        ``division`` makes these of the parts ``p``, which are written once: they hold what is divided, however long.
        """
        divided = f"list_transform([{parts}], lambda p: {division})[1]"
        up = "(p.r > p.d - p.r OR (p.r = p.d - p.r AND p.q % 2 = 1))"
        whole = f"(p.q + CASE WHEN {up} THEN 1 ELSE 0 END)::HUGEINT"
        rounded = f"list_transform([{divided}], lambda p: {{'t': {whole}, 's': p.s}})[1]"
        return (
            f"list_transform([{rounded}], lambda p: CAST(p.s AS DECIMAL(1,0)) * ("
            f"CAST(p.t // {_UNIT}::HUGEINT AS DECIMAL(28,0))"
            f" + CAST(p.t % {_UNIT}::HUGEINT AS DECIMAL(10,0)) * CAST(0.0000000001 AS DECIMAL(10,10))))[1]"
        )


_WIDE = {
    "d": r"\p{Nd}",
    "D": r"\P{Nd}",
    "w": r"\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}",
    "W": r"\p{No}\p{Pd}\p{Ps}\p{Pe}\p{Pi}\p{Pf}\p{Po}\p{S}\p{Z}\p{C}",
    "s": r"\t\n\v\f\r\x{85}\p{Z}",
    "S": r"\p{L}\p{M}\p{N}\p{P}\p{S}\p{Cf}\p{Co}\x00-\x08\x0e-\x1f\x7f-\x{84}\x{86}-\x{9f}",
}
"""What classes of signs mean in all of Unicode, as it stands in brackets."""
_SIGN_OR_CLASS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)


def re2(pattern: str) -> str:
    """The pattern for RE2, whose ``\\d``, ``\\w`` and ``\\s`` know ASCII only; a contract's know all of Unicode."""
    return _SIGN_OR_CLASS.sub(lambda found: _wide(found[0]), pattern)


def _wide(part: str) -> str:
    """An escaped sign, or all that stands in brackets."""
    if part.startswith("["):
        return re.sub(r"\\(.)", lambda found: _WIDE.get(found[1], found[0]), part, flags=re.DOTALL)
    meant = _WIDE.get(part[1].lower())
    return part if meant is None else f"[{'^' if part[1].isupper() else ''}{meant}]"


DUCKDB = DuckDb()
