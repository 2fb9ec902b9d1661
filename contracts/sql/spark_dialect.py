"""What Spark SQL writes differently. Regular expressions are Java's, a number has 38 digits at most."""

from __future__ import annotations

import re

from contracts.sql.dialects import NUMBER

_WHOLE = "DECIMAL(38,0)"
_CLASS_OR_END = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\$", re.DOTALL)  # what is escaped or in brackets is no end


class Spark:
    """Spark SQL 4 with the settings of ``on_spark``.

    Overflow is an error, a DECIMAL as text has no exponent, and a DECIMAL of more than 38 digits keeps its scale.
    """

    def name(self, text: str) -> str:
        """An identifier, whatever signs are in it."""
        return "`" + text.replace("`", "``") + "`"

    def text(self, value: str) -> str:
        """A text literal."""
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"

    def try_cast(self, value: str, kind: str) -> str:
        """The value as another type, NULL where it does not fit."""
        return f"TRY_CAST({value} AS {kind})"

    def contains(self, value: str, pattern: str) -> str:
        """Whether a text has a place that a regular expression of a contract matches."""
        return f"({value} RLIKE {self.text(java(pattern))})"

    def is_whole(self, value: str, pattern: str) -> str:
        """Whether a regular expression of a contract matches the whole of a text."""
        return self.contains(value, rf"^(?:{pattern})$")

    def part(self, value: str, pattern: str, number: int) -> str:
        """What a group, from 1, of a regular expression takes of a text that it matches as a whole."""
        return f"regexp_extract({value}, {self.text(java(f'^(?:{pattern})$'))}, {number})"

    def is_like(self, value: str, pattern: str) -> str:
        """LIKE without an escape sign."""
        unescaped = pattern.replace("\\", "\\\\")  # it has one that cannot be turned off
        return f"({value} LIKE {self.text(unescaped)})"

    def negative(self, number: str) -> str:
        """A number with the other sign; the minus and ``abs`` of Spark round to 34 digits."""
        return f"(0 - ({number}))"

    def absolute(self, number: str) -> str:
        """A number without its sign."""
        return f"greatest({number}, {self.negative(number)})"

    def cut(self, number: str) -> str:
        """A number without its decimals."""
        return f"CAST(CASE WHEN {number} < 0 THEN ceil({number}) ELSE floor({number}) END AS {NUMBER})"

    def spelled(self, number: str) -> str:
        """The text of a number, without exponent and without the zeros of its decimals."""
        return f"TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM CAST({number} AS STRING)))"

    def size_in_bytes(self, value: str) -> str:
        """Bytes of a text in UTF-8."""
        return f"octet_length({value})"

    def product(self, one: str, other: str) -> str:
        """The product of two numbers of 14 digits before the point, ties of the last decimal to the even one.

        Whole parts and rests are multiplied apart, for the product has up to 48 digits. Only what a rest has part in
        has decimals, and it fits.
        """
        a, b = (f"CAST(p.{name} AS DECIMAL(15,0))" for name in "ab")
        rest_a, rest_b = (f"CAST(p.{name} - {whole} AS DECIMAL(10,10))" for name, whole in (("a", a), ("b", b)))
        decimals = f"{a} * {rest_b} + {rest_a} * {b} + {rest_a} * {rest_b}"
        return _let({"a": one, "b": other}, f"CAST({a} * {b} + bround({decimals}, 10) AS {NUMBER})")

    def quotient(self, dividend: str, divisor: str) -> str:
        """The quotient of a number of 18 digits and one that is not 0, ties of the last decimal to the even one.

        By long division in groups of 12 digits: Spark's own has too few digits for the exact rest.
        """
        units = f"translate(CAST(CAST(p.%s AS {NUMBER}) AS STRING), '-.', '')"
        parts = {
            "digits": f"lpad({units % 'a'} || '{'0' * 10}', 48, '0')",
            "by": f"CAST({units % 'b'} AS {_WHOLE})",
            "negative": "(p.a < 0) <> (p.b < 0)",
        }
        groups = f"transform(array(1, 13, 25, 37), g -> CAST(substr(p.digits, g, 12) AS {_WHOLE}))"
        none = f"named_struct('q', CAST(0 AS {_WHOLE}), 'r', CAST(0 AS {_WHOLE}))"
        shift = f"CAST(1{'0' * 12} AS {_WHOLE})"
        left = f"(s.r * {shift} + g)"
        step = f"CAST(s.q * {shift} + {left} DIV p.by AS {_WHOLE})"
        divided = f"aggregate({groups}, {none}, (s, g) -> named_struct('q', {step}, 'r', {left} % p.by), {self._even})"
        split = _let({"a": dividend, "b": divisor}, _struct(parts))
        known = "p.digits IS NOT NULL AND p.by IS NOT NULL"
        return f"transform(array({split}), p -> CASE WHEN {known} THEN {divided} END)[0]"

    @property
    def _even(self) -> str:
        """The quotient in units and its rest as a number, rounded to the even one of two that are as near."""
        up = "CASE WHEN s.r > p.by - s.r OR (s.r = p.by - s.r AND s.q % 2 = 1) THEN 1 ELSE 0 END"
        unit = "CAST(CASE WHEN p.negative THEN '-0.0000000001' ELSE '0.0000000001' END AS DECIMAL(10,10))"
        return f"s -> CAST((s.q + {up}) * {unit} AS {NUMBER})"


def _let(values: dict[str, str], body: str) -> str:
    """What a body makes of values ``p.a``, ``p.b``: the lambda has each value computed, and written, once."""
    return f"transform(array({_struct(values)}), p -> {body})[0]"


def _struct(values: dict[str, str]) -> str:
    fields = ", ".join(f"'{name}', {value}" for name, value in values.items())
    return f"named_struct({fields})"


def java(pattern: str) -> str:
    """The pattern for Java: classes know all of Unicode, only a line feed ends a line, ``$`` is the end of the text."""
    return "(?Ud)" + _CLASS_OR_END.sub(lambda found: r"\z" if found[0] == "$" else found[0], pattern)


SPARK = Spark()
