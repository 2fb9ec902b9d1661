"""A place in a payload where a fault can be planted, and the operator that plants it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from random import Random
from typing import Any, Literal

from contracts import Column, Contract, File, Rule
from interfaces import Records

_NAMING = ("_ID", "Id", "_NUM", "_NUMBER", "Number", "Sequence")
"""How Oracle's columns end whose numbers name something, or give an order."""

Row = Mapping[str, str | None]
Grain = Literal["value", "column", "record", "file"]
Kind = Literal["number", "quantity", "text", "date", "any"]
Fault = Records | bytes
"""A faulty payload: records to be written, or the bytes of the archive itself."""


@dataclass(frozen=True)
class Spot:
    """One place in a valid payload: a file of it and, where the operator asks, one record and one column."""

    contract: Contract
    records: Records
    archive: bytes  # the payload as it is written
    file: File
    random: Random
    row: int = 0  # index of the record, from 0
    column: Column | None = None

    @property
    def rows(self) -> Sequence[Row]:
        """All records of the file."""
        return self.records[self.file.id]

    @property
    def value(self) -> str:
        """The value at this place, "" where it is blank."""
        return (self.column and self.rows[self.row].get(self.column.name)) or ""

    @property
    def place(self) -> str:
        """File and column in words, never a value."""
        return f"{self.file.id}.{self.column.name}" if self.column else self.file.id

    def having(self, rows: Sequence[Row]) -> Records:
        """The payload's records with these in this file."""
        return {**self.records, self.file.id: rows}

    def patched(self, row: int, values: Row) -> Records:
        """The payload's records with these values in one record of this file."""
        return self.having([*self.rows[:row], {**self.rows[row], **values}, *self.rows[row + 1 :]])

    @property
    def rules(self) -> list[Rule]:
        """The rules that mention the column."""
        if self.column is None:
            return []
        name, afar = self.column.name, f"{self.file.id}.{self.column.name}"
        return [
            rule
            for rule in self.contract.rules.values()
            if afar in rule.columns or (rule.file == self.file.id and name in (rule.column, *rule.columns))
        ]

    @property
    def unbound(self) -> list[str]:
        """Ids of the lists that rules about the column look up and that the profile does not bind."""
        specs = [spec for rule in self.rules for _, spec in [("", rule.spec), *rule.spec.get("contexts", ())]]
        return sorted({spec["list"] for spec in specs if "list" in spec and self.contract.lists[spec["list"]].unbound})

    def has(self, *kinds: str) -> bool:
        """True if a rule of one of these kinds is about the column's own values."""
        return any(
            rule.kind in kinds and self.column.name in (rule.column, *rule.spec.get("columns", ()))
            for rule in self.rules
            if self.column is not None and rule.file == self.file.id
        )


@dataclass(frozen=True)
class Beyond:
    """Why no contract can catch some faults of an operator, and at which places that is true."""

    reason: str
    where: str
    holds: Callable[[Spot], bool]


@dataclass(frozen=True)
class Operator:
    """A fault of real life. ``plant`` gives the faulty payload, None where the place offers nothing to work on."""

    name: str  # in plain words, as it stands in scores
    accident: str  # what happens in real life
    works_on: Literal["a value", "records", "bytes"]
    grain: Grain  # what one place is
    plant: Callable[[Spot], Fault | None]
    beyond: Beyond | None = None

    def excuse(self, spot: Spot) -> str:
        """Why no contract can catch the fault at this place, "" where one could, if only its lists were bound."""
        return self.beyond.reason if self.beyond and not spot.unbound and self.beyond.holds(spot) else ""


def measures(column: Column) -> bool:
    """True for a number that counts or measures, False for one that names something or gives an order."""
    return column.type.sort == "number" and not column.name.endswith(_NAMING)


def number(text: str | None) -> Decimal | None:
    """The number that a value spells, None for a blank and for all else."""
    try:
        found = Decimal(text or "")
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def on_value(
    name: str, *, of: Kind = "any", beyond: Beyond | None = None
) -> Callable[[Callable[[str, Spot], str | None]], Operator]:
    """Make an operator of a function that gives another value for one that is not blank; "" = a blank."""

    def made(function: Callable[[str, Spot], str | None]) -> Operator:
        def plant(spot: Spot) -> Records | None:
            assert spot.column is not None
            value = function(spot.value, spot) if spot.value and _is(spot.column, of) else None
            if value is None or value == spot.value:
                return None
            return spot.patched(spot.row, {spot.column.name: value or None})

        return Operator(name, _accident(function), "a value", "value", plant, beyond)

    return made


def on_records(
    name: str, *, each: Grain = "record", beyond: Beyond | None = None
) -> Callable[[Callable[[Spot], Records | None]], Operator]:
    """Make an operator of a function that gives other records; ``each`` = what one place is."""
    return lambda function: Operator(name, _accident(function), "records", each, function, beyond)


def on_bytes(name: str, *, beyond: Beyond | None = None) -> Callable[[Callable[[Spot], bytes | None]], Operator]:
    """Make an operator of a function that gives another archive."""
    return lambda function: Operator(name, _accident(function), "bytes", "file", function, beyond)


def _accident(function: Callable[..., Any]) -> str:
    """The accident that an operator imitates is told by the docstring of its function."""
    return (function.__doc__ or "").strip()


def _is(column: Column, kind: Kind) -> bool:
    match kind:
        case "any":
            return True
        case "quantity":
            return measures(column)
        case "text":  # flags have values of their own
            return column.type.kind == "text"
        case "date":
            return column.type.sort in ("date", "timestamp")
        case _:
            return column.type.sort == kind
