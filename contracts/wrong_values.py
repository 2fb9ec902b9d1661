"""Values that a facet refuses, in the order in which they are worth trying: first those that break nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from contracts.model import Column, Contract, Rule, Type

_PLAIN: Mapping[str, str] = {
    "number": "1", "integer": "1", "date": "2025-01-02", "timestamp": "2025-01-02", "flag": "Y", "boolean": "true",
}  # fmt: skip
_ODD: Mapping[str, tuple[str, ...]] = {
    "number": ("7", "97", "987654"),
    "integer": ("7", "97", "987654"),
    "date": ("1900-01-01", "2999-12-31"),
    "timestamp": ("1900-01-01", "2999-12-31"),
    "flag": ("Y", "N"),
    "boolean": ("true", "false"),
}
_MOST = 8  # values of one facet
_SIBLINGS = 3  # of them such as another facet of the column asks for


def plain_value(column: Column) -> str:
    """A value of the column's type, for a column that is blank in every example."""
    return _PLAIN.get(column.type.kind, "x")


def wrong_values(rule: Rule, spec: Mapping[str, Any], contract: Contract, given: str | None) -> Sequence[str | None]:
    """Return at most eight values (None = blank) that the facet refuses where the column holds ``given``.

    ``spec`` is the facet's own, of a flexfield slot that of one context. Some values may be refused by the column's
    other facets, too, or be taken after all: whoever uses one looks at what it breaks.
    """
    column = contract.files[rule.file].columns[rule.column]
    match rule.kind:
        case "required":
            return [None]
        case "unlisted":
            return [given or plain_value(column)]
        case "type":
            values = _misfits(spec["type"], spec["own"])
        case "length":
            values = _long(int(spec["size"]), column, given)
        case "range":
            values = _beyond(spec["range"], column.type)
        case _:
            values = _outside(rule, spec, contract, given)
    return list(dict.fromkeys(values))[:_MOST]


def strangers(column: Column, given: str | None) -> Iterator[str]:
    """Yield values that nobody expects in a column: of the form of ``given``, then plainly odd ones."""
    if given and column.type.kind not in _ODD:
        yield from _of_its_form(given)
    yield from _ODD.get(column.type.kind, ("?!", "?", "Z", "0", " ?! ", "?" * 300))


def _of_its_form(text: str) -> Iterator[str]:
    """The text with other digits and letters, so that it keeps its length and most patterns."""
    for digit, letter in (("9", "Z"), ("0", "Q"), ("7", "X")):
        yield re.sub("[a-z]", letter.lower(), re.sub("[A-Z]", letter, re.sub(r"\d", digit, text)))


def _misfits(kind: Type, own: Type) -> Iterator[str]:
    if kind != own and kind.sort == "number":  # narrower than the layout's: what that would take
        if kind.scale is not None:
            yield "0." + "0" * kind.scale + "1"
        if kind.size:
            yield "9" * (kind.size - (kind.scale or 0) + 1)
        if kind.kind == "integer":
            yield "0.5"
    yield "?!"
    yield "?"


def _long(size: int, column: Column, given: str | None) -> Iterator[str]:
    if column.type.sort == "number":  # a number has any length that zeros give it
        yield (given or "1").partition(".")[0] + "." + "0" * size
        return
    if given:
        yield (given * (size // len(given) + 1))[: size + 1]
    yield "x" * (size + 1)
    yield "9" * (size + 1)


def _beyond(bounds: tuple[str, str], kind: Type) -> Iterator[str]:
    low, high = bounds
    if kind.sort == "number":
        yield str(Decimal(high) + 1)
        yield str(Decimal(low) - 1)
        yield str(Decimal(low) - Decimal("0.01"))
    else:
        yield str(date.fromisoformat(high[:10]) + timedelta(days=1))
        yield str(date.fromisoformat(low[:10]) - timedelta(days=1))


def _outside(rule: Rule, spec: Mapping[str, Any], contract: Contract, given: str | None) -> Iterator[str]:
    """Values that are not on the list, or do not have the form; first those that other facets of the column ask for."""
    members = frozenset(_members(rule.kind, spec, contract))

    def refused(value: str) -> bool:
        return re.fullmatch(spec["pattern"], value) is None if rule.kind == "pattern" else value not in members

    yield from islice(filter(refused, _allowed(rule, contract)), _SIBLINGS)
    yield from filter(refused, strangers(contract.files[rule.file].columns[rule.column], given))


def _allowed(rule: Rule, contract: Contract) -> Iterator[str]:
    """Values that other facets of the column ask for."""
    for other in contract.rules.values():
        if other.file == rule.file and other.column == rule.column and other.id != rule.id:
            for _, spec in other.contexts:
                yield from _members(other.kind, spec, contract)


def _members(kind: str, spec: Mapping[str, Any], contract: Contract) -> list[str]:
    if kind == "one_of":
        return list(spec["one_of"])
    reference = contract.lists[spec["list"]] if kind == "list" else None
    return reference.rows[reference.key[0]].drop_nulls().to_list() if reference and reference.rows is not None else []
