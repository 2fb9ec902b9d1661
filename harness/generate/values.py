"""What may stand in one column: its facets as a test of a text and as a source of texts, simplest first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from random import Random

from contracts import Column, Contract, File, Rule, Type
from harness.generate.evaluation import Value
from harness.generate.patterns import matching
from harness.generate.texts import PLAIN, hurting, nobodys, void_identifier

TOKENS = ("#NULL", "$null$")  # stand for blank
_HELD = re.compile(r"[+-]?(?:\d{1,28}(?:\.\d{0,10}0*)?|\.\d{1,10}0*)")
_EDGES = (date(2028, 2, 29), date(1999, 12, 31), date(4712, 12, 31))
_FLAGS = {"flag": ("N", "Y"), "boolean": ("false", "true")}
_TRIES = 20


@dataclass
class Domain:
    """The facets of one column. Values are as examples write them: dates in ISO, None is blank."""

    column: Column
    types: list[Type] = field(default_factory=list)
    size: int | None = None  # longest text, in characters
    most: int | None = None  # and in bytes
    options: list[str] | None = None  # the only values, where a list or one_of says so
    patterns: list[re.Pattern[str]] = field(default_factory=list)
    bounds: tuple[Value, Value] | None = None
    blank: bool = False  # no value at all
    required: bool = False
    seen: list[str] = field(default_factory=list)  # values of the contract's own examples
    around: date = date(2026, 11, 2)  # where dates are drawn from
    free: bool = True  # a text in which anything may stand
    never: str = ""  # the one text that means something else there: END in the last field of FBDI
    barred: str = ""  # signs that the file cannot hold: a line feed where every line is a record

    def fits(self, text: str | None) -> bool:
        """True if ``text`` keeps every facet of the column by itself."""
        if text is None:
            return not self.required
        if self.blank or not text.strip(" \t") or any(sign in text for sign in self.barred):
            return False
        if self.never and text == self.never:
            return False
        if not self.column.holds(text):
            return False
        if text in TOKENS:
            return not self.required
        if self.options is not None and text not in self.options:
            return False
        if self.column.personal_data == "sensitive" and text not in self.seen and not nobodys(text):
            return False
        if (self.size and len(text) > self.size) or longer(text, self.most):
            return False
        if not all(one.fullmatch(text) for one in self.patterns):
            return False
        return self._of_type(text)

    def _of_type(self, text: str) -> bool:
        value = typed(self.column.type.kind, text)
        if value is None or not all(_holds(kind, text, value) for kind in self.types):
            return False
        return self.bounds is None or self.bounds[0] <= value <= self.bounds[1]  # type: ignore[operator]

    def draw(self, chance: Random) -> str | None:
        """Return a value that fits, None where none was found: blank is then the only safe value."""
        for _ in range(_TRIES):
            text = self._any(chance)
            if text is not None and self.fits(text):
                return text
        return next((text for text in self.seen if self.fits(text)), None)

    def _any(self, chance: Random) -> str | None:
        kind = self.column.type
        if self.options is not None:
            return chance.choice(self.options) if self.options else None
        if self.column.personal_data == "sensitive" and kind.kind == "text":
            return chance.choice([*self.seen, void_identifier(chance)])
        if self.patterns:
            return matching(self.patterns[0].pattern, chance)
        match kind.sort:
            case "number":
                return self._number(chance)
            case "date":
                return self._day(chance).isoformat()
            case "timestamp":
                return f"{self._day(chance).isoformat()}T{chance.randint(0, 23):02d}:{chance.randint(0, 59):02d}:00"
        if kind.kind in _FLAGS:
            return chance.choice(_FLAGS[kind.kind])
        return self._text(chance)

    def _number(self, chance: Random) -> str:
        low, high = self.bounds or (Decimal(1), Decimal(9999))
        assert isinstance(low, Decimal)
        assert isinstance(high, Decimal)
        whole = chance.randint(int(low), max(int(low), min(int(high), int(low) + 9999)))
        if self.column.type.kind == "integer" or any(one.kind == "integer" for one in self.types):
            return str(whole)
        scale = min((2, *(one.scale for one in self.types if one.scale is not None)))
        cents = chance.choice((0, 50, 99, 1)) if scale == 2 and whole < high else 0
        return f"{whole}.{cents:02d}" if scale == 2 and (cents or chance.randint(0, 1)) else str(whole)

    def _day(self, chance: Random) -> date:
        if self.bounds:
            low, high = (_date(bound) for bound in self.bounds)
            return low + timedelta(days=chance.randint(0, min((high - low).days, 400)))
        return (
            chance.choice(_EDGES)
            if chance.randint(0, 30) == 30
            else self.around + timedelta(days=chance.randint(0, 27))
        )

    def _text(self, chance: Random) -> str:
        kind = chance.randint(0, 3)
        if self.seen and kind == 0:
            return chance.choice(self.seen)
        text = hurting(chance, self.size, self.most) if self.free and kind >= 2 else chance.choice(PLAIN)
        return text[: self.size] if self.size else text


def longer(text: str, most: int | None) -> bool:
    """True if a text has more bytes than ``most`` (None: as many as it likes)."""
    return most is not None and len(text) * 4 > most and len(text.encode(errors="replace")) > most


_LINES = ("fbdi", "delimited")
"""Channels whose readers take every line for a record, and END behind the last field for its mark."""


def domains(
    contract: Contract, examples: Iterable[Mapping[str, Sequence[Mapping[str, str | None]]]]
) -> dict[str, dict[str, Domain]]:
    """Return the domain of every column by file and name, with what the given records show of it."""
    found = {
        file.id: {
            name: Domain(
                column,
                size=None if column.type.sort in ("date", "timestamp") else column.width or None,
                barred=_barred(contract.channel, file, name),
                never="END" if contract.channel in _LINES and name == file.written[-1] else "",
            )
            for name, column in file.columns.items()
        }
        for file in contract.files.values()
    }
    for marked in contract.files.values():
        for name, mark in marked.marks.items():  # a record of another value is another file's
            found[marked.id][name].options, found[marked.id][name].required = [mark], True
    for rule in contract.rules.values():
        if rule.column and "contexts" not in rule.spec:
            _narrow(found[rule.file][rule.column], rule, contract)
    for records in examples:
        for file, rows in records.items():
            for row in rows:
                for name, text in row.items():
                    if name in found[file] and text and text not in found[file][name].seen and text not in TOKENS:
                        found[file][name].seen.append(text)
    for columns in found.values():
        _settle_dates(columns.values())
    return found


def _barred(channel: str, file: File, name: str) -> str:
    """Signs that would end a value or a record, where nothing protects them."""
    if channel not in _LINES:
        return ""
    return file.separators(name) or "\n"


def _narrow(domain: Domain, rule: Rule, contract: Contract) -> None:
    spec = rule.spec
    match rule.kind:
        case "required" if not rule.conditions:
            domain.required = True
        case "type":
            domain.types.append(spec["type"])
        case "length":
            domain.size = min(filter(None, (domain.size, int(spec["size"]))))
            if spec.get("in_bytes"):
                domain.most = int(spec["buffer"])
        case "one_of":
            _only(domain, spec["one_of"])
        case "list":
            reference = contract.lists[spec["list"]]
            if reference.rows is not None:
                _only(domain, reference.rows[reference.key[0]].unique(maintain_order=True).drop_nulls().to_list())
        case "pattern":
            domain.patterns.append(re.compile(spec["pattern"], re.DOTALL))
        case "range":
            low, high = (typed(domain.column.type.kind, str(bound)) for bound in spec["range"])
            domain.bounds = (low, high)
        case "unlisted":
            domain.blank = "meant" not in spec
    domain.free = not domain.patterns and domain.options is None


def _only(domain: Domain, values: Iterable[str]) -> None:
    known = list(values)
    domain.options = known if domain.options is None else [one for one in domain.options if one in set(known)]


def _settle_dates(columns: Iterable[Domain]) -> None:
    """Dates are drawn from where the examples' dates lie."""
    for domain in columns:
        days = [_date(value) for text in domain.seen if isinstance(value := typed(domain.column.type.kind, text), date)]
        if days:
            domain.around = days[0]


def _date(value: Value) -> date:
    assert isinstance(value, date)
    return value.date() if isinstance(value, datetime) else value


@lru_cache(maxsize=100_000)
def typed(kind: str, text: str | None) -> Value:
    """The value of a text of this kind of column; None for blank, for its tokens, and for what does not fit."""
    if text is None or text in TOKENS:
        return None
    match kind:
        case "integer" | "number":
            plain = text.replace(",", ".")
            return Decimal(plain) if _HELD.fullmatch(plain) else None
        case "date":
            return _moment(date.fromisoformat, text)
        case "timestamp":
            return _moment(datetime.fromisoformat, text)
    return text if kind not in _FLAGS or text in _FLAGS[kind] else None


def _moment(read: object, text: str) -> Value:
    try:
        return read(text)  # type: ignore[operator,no-any-return]
    except ValueError:
        return None


def _holds(kind: Type, text: str, value: Value) -> bool:
    """True if a value of the column's kind also keeps this (narrower) type."""
    if kind.sort != "number" or not isinstance(value, Decimal):
        return typed(kind.kind, text) is not None
    whole = value == value.to_integral_value()
    if kind.kind == "integer":
        return whole and (not kind.size or abs(value) < Decimal(10) ** kind.size)
    if kind.size and kind.scale is not None:
        try:
            return abs(value) < Decimal(10) ** (kind.size - kind.scale) and value == value.quantize(
                Decimal(1).scaleb(-kind.scale)
            )
        except InvalidOperation:
            return False
    digits = re.sub(r"^0+", "", re.sub(r"\D", "", re.sub(r"([.,]\d*?)0+$", r"\1", text)))
    return not kind.size or len(digits) <= kind.size
