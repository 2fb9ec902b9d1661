"""What a contract asks of one column whatever else its record holds: the part that every format has words for."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from contracts import SEVERITIES, Column, Contract, File, Rule, Type
from contracts.typing import DEFAULT_MASKS

_WHOLE = frozenset({"required", "type", "length", "one_of", "pattern", "range", "list", "unlisted"})


def number_of(text: str | None) -> int | float | None:
    """A bound as JSON and YAML write numbers."""
    return None if text is None else int(text) if re.fullmatch(r"-?\d+", text) else float(text)


@dataclass(frozen=True)
class Facets:
    """A column and what its rules ask of it; ``conditional`` are those that look at other columns first."""

    column: Column
    type: Type  # text where no rule asks for the column's own type
    required: bool
    blank: bool  # it may hold nothing
    length: int | None  # characters of a text
    one_of: tuple[str, ...] | None
    patterns: tuple[str, ...]  # of the whole value, all of them
    bounds: tuple[str, str] | None  # lowest and highest, dates as YYYY-MM-DD
    lists: tuple[str, ...]
    rules: tuple[Rule, ...]
    conditional: tuple[Rule, ...]


def facets_of(contract: Contract, file: File, severities: Container[str] = SEVERITIES) -> Mapping[str, Facets]:
    """Return the facets of every column of a file by name, in its order; only those of rules of these severities."""
    rules: dict[str, list[Rule]] = defaultdict(list)
    for rule in contract.rules.values():
        if rule.file == file.id and rule.column and rule.severity in severities:
            rules[rule.column].append(rule)
    return {name: _facets(column, rules[name]) for name, column in file.columns.items()}


def _facets(column: Column, rules: list[Rule]) -> Facets:
    plain = [rule for rule in rules if not _conditional(rule)]
    of = {kind: [rule.spec for rule in plain if rule.kind == kind] for kind in _WHOLE}
    sizes = [int(spec["size"]) for spec in of["length"]]
    words = [list(spec["one_of"]) for spec in of["one_of"]]
    bounds = [tuple(map(str, spec["range"])) for spec in of["range"]]
    typed = column.type.kind == "text" or any(rule.kind == "type" for rule in rules)
    return Facets(
        column=column,
        type=column.type if typed else Type("text"),
        required=bool(of["required"]),
        blank=bool(of["unlisted"]),
        length=min(sizes, default=None),
        one_of=tuple(word for word in words[0] if all(word in others for others in words)) if words else None,
        patterns=tuple(dict.fromkeys(str(spec["pattern"]) for spec in of["pattern"])),
        bounds=_innermost(column.type, bounds) if bounds else None,
        lists=tuple(dict.fromkeys(str(spec["list"]) for spec in of["list"])),
        rules=tuple(rules),
        conditional=tuple(rule for rule in rules if _conditional(rule)),
    )


def _conditional(rule: Rule) -> bool:
    """A flexfield's slot, a column that is due where something holds, one that only some context fills."""
    return bool(rule.conditions) or "contexts" in rule.spec or "meant" in rule.spec


def _innermost(kind: Type, bounds: list[tuple[str, ...]]) -> tuple[str, str]:
    """The highest lowest and the lowest highest value; an overlay's range is smaller than the library's."""
    order: Callable[[str], Any] = Decimal if kind.sort == "number" else str
    return max((one[0] for one in bounds), key=order), min((one[1] for one in bounds), key=order)


def mask_of(kind: Type, file: File) -> str:
    """The Oracle mask by which a date or timestamp of the file is written, "" for any other type."""
    if kind.kind not in DEFAULT_MASKS:
        return ""
    return kind.mask or (file.csv.dates if kind.kind == "date" else DEFAULT_MASKS["timestamp"])
