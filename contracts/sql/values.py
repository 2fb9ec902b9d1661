"""From text to typed values in SQL: decimals, strict dates, flags; what does not fit its type is NULL."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from contracts.model import Type
from contracts.sql.dialects import NUMBER, Dialect

_PARTS = {"YYYY": "[0-9]{4}", "HH24": "(?:[01][0-9]|2[0-3])", "YY": "[0-9]{2}", "MM": "[0-9]{2}", "DD": "[0-9]{2}",
          "MI": "[0-5][0-9]", "SS": "[0-5][0-9]", "FF": "[0-9]{1,9}"}  # fmt: skip
_MASK = re.compile("|".join(_PARTS))
_HELD = "[+-]?(?:[0-9]{1,28}(?:[.,][0-9]{0,10}0*)?|[.,][0-9]{1,10}0*)"
_LOADS = "[+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE](?:-[0-9]+|[+]?0*(?:[0-9]{1,2}|1[01][0-9]|12[0-5])))?"
_DIGITS = 28  # before the point
_PLACES = 10

SQL_TYPES = {"text": "STRING", "number": NUMBER, "date": "DATE", "timestamp": "TIMESTAMP"}
"""How a value of each sort is held."""


@dataclass(frozen=True)
class Values:
    """Writes the SQL of values of one database."""

    dialect: Dialect

    def typed(self, text: str, kind: Type, dates: str) -> str:
        """The value of a text; NULL where it is not of the kind. ``dates`` is the mask of dates that name none."""
        match kind.sort:
            case "number":
                written = self._if(self.dialect.is_whole(text, _HELD), f"replace({text}, ',', '.')")
                return self.dialect.try_cast(written, NUMBER)
            case "date":
                return self._moment(text, kind.mask or dates, "DATE")
            case "timestamp":
                return self._moment(text, kind.mask or "YYYY/MM/DD HH24:MI:SS", "TIMESTAMP")
        if kind.kind == "flag":
            return self._if(f"{text} IN ('Y', 'N')", text)
        if kind.kind == "boolean":
            return self._if(f"{text} IN ('true', 'false')", text)
        return text

    def unfit(self, text: str, value: str, kind: Type) -> str:
        """True where a text that is not blank has no value, or a number more digits than its type allows."""
        return f"({text} IS NOT NULL AND ({value} IS NULL OR {self._oversized(value, kind)}))"

    def loads(self, text: str, kind: Type, dates: str) -> str:
        """True where Oracle may take a text although it is not what the contract asks for."""
        if kind.sort == "number":
            return self.dialect.is_whole(text, _LOADS)
        if kind.sort == "date":
            return f"COALESCE({self._lenient(text, kind.mask or dates)} >= DATE '0001-01-01', FALSE)"
        return "FALSE"

    def literal(self, text: str, kind: Type) -> str:
        """A bound of a range as a value of the column's kind."""
        spelled = {
            "number": lambda: f"{Decimal(text):f}",
            "date": lambda: date.fromisoformat(text).isoformat(),
            "timestamp": lambda: datetime.fromisoformat(text).isoformat(" "),
        }[kind.sort]()  # databases read fewer spellings than a contract may have
        return f"CAST({self.dialect.text(spelled)} AS {SQL_TYPES[kind.sort]})"

    def key(self, value: str, sort: str) -> str:
        """A value as text, the same for equal values: numbers without the zeros of their decimals."""
        if sort == "number":
            return self.dialect.spelled(value)
        return value if sort == "text" else f"CAST({value} AS STRING)"

    def _if(self, condition: str, value: str) -> str:
        return f"CASE WHEN {condition} THEN {value} END"

    def _moment(self, text: str, mask: str, sql_type: str) -> str:
        """The date that stands in a text at the places of the mask. A fraction of a second is left out."""
        starts = {match[0]: match.start() for match in _MASK.finditer(mask)}
        # HH24 is four signs of the mask and two of the text
        places = {part: start + 1 - 2 * mask[:start].count("HH24") for part, start in starts.items()}
        at = {part: f"substr({text}, {place}, {4 if part == 'YYYY' else 2})" for part, place in places.items()}
        year = at["YYYY"] if "YYYY" in at else f"(CASE WHEN {at['YY']} >= '69' THEN '19' ELSE '20' END || {at['YY']})"
        written = f"{year} || '-' || {at['MM']} || '-' || {at['DD']}"
        if sql_type == "TIMESTAMP":
            clock = [(sign, at.get(part, "'00'")) for sign, part in ((" ", "HH24"), (":", "MI"), (":", "SS"))]
            written += "".join(f" || '{sign}' || {value}" for sign, value in clock)
        fits = self.dialect.is_whole(text, _pattern(mask))
        if "YYYY" in at:
            fits += f" AND {at['YYYY']} <> '0000'"  # Oracle's years begin with 1
        return self.dialect.try_cast(self._if(fits, written), sql_type)

    def _lenient(self, text: str, mask: str) -> str:
        """The date in a text that has other punctuation than the mask asks for, or parts without leading zeros."""
        order = [match[0] for match in _MASK.finditer(mask)]
        punctuation = [re.sub(r"\\?[-./ ]", "[-./ ]", re.escape(one)) for one in _MASK.split(mask)]
        widths = ["([0-9]{1,4})" if part == "YYYY" else "([0-9]{1,2})" for part in order]
        pattern = punctuation[0] + "".join(width + sign for width, sign in zip(widths, punctuation[1:], strict=True))
        parts = {part: self.dialect.part(text, pattern, at) for at, part in enumerate(order, start=1)}
        year = f"lpad({parts['YYYY']}, 4, '0')" if "YYYY" in parts else f"('20' || lpad({parts['YY']}, 2, '0'))"
        written = f"{year} || '-' || lpad({parts['MM']}, 2, '0') || '-' || lpad({parts['DD']}, 2, '0')"
        return self.dialect.try_cast(self._if(self.dialect.is_whole(text, pattern), written), "DATE")

    def _oversized(self, value: str, kind: Type) -> str:
        if kind.sort != "number":
            return "FALSE"
        wrong = []
        if kind.kind == "integer":
            wrong.append(f"{value} <> {self.dialect.cut(value)}")
        if kind.size and kind.scale is not None:
            wrong += self._exceeds(value, kind.size - kind.scale)
            if kind.scale < _PLACES:
                # what rounding carries beyond all digits is NULL, and has too many decimals
                rounded = self.dialect.try_cast(f"round({value}, {kind.scale})", NUMBER)
                wrong.append(f"{value} IS DISTINCT FROM {rounded}")
        elif kind.size and kind.kind == "integer":
            wrong += self._exceeds(value, kind.size)
        elif kind.size:
            digits = f"TRIM(LEADING '0' FROM replace({self.dialect.spelled(self.dialect.absolute(value))}, '.', ''))"
            wrong.append(f"length({digits}) > {kind.size}")
        return f"({' OR '.join(wrong)})" if wrong else "FALSE"

    def _exceeds(self, value: str, digits: int) -> list[str]:
        return [f"{self.dialect.absolute(value)} >= CAST('1{'0' * digits}' AS {NUMBER})"] if digits < _DIGITS else []


def _pattern(mask: str) -> str:
    """The regular expression of all texts that are written by an Oracle mask."""
    found, at = "", 0
    for match in _MASK.finditer(mask):
        found += re.escape(mask[at : match.start()]) + _PARTS[match[0]]
        at = match.end()
    return found + re.escape(mask[at:])
