"""The set-up of the emulated pod: reference data that its imports decide by, and its switches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from contracts import Contract

FIRST_ID = 300_000_000_000_001
"""Ids of a pod are large numbers; the emulator's begin here, one series per list."""


@dataclass(frozen=True)
class Setup:
    """Lists by id (rows of text, "" = blank), as the contracts of a profile bind them, and the pod's switches.

    A list that is not there decides nothing: every value passes.
    """

    lists: Mapping[str, Sequence[Mapping[str, str]]] = field(default_factory=dict)
    today: date = date(2026, 11, 20)
    load_all_or_nothing: bool = True  # one load error refuses every row of the load (unconfirmed)
    suspense_posting: bool = False  # an unbalanced journal is taken (WU01) instead of refused (EU02)
    refuse_groups: bool = False  # one refused journal refuses its whole source and group (unconfirmed)
    _values: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict, repr=False, compare=False)

    def knows(self, name: str) -> bool:
        """True if the list is there."""
        return name in self.lists

    def rows(self, name: str) -> Sequence[Mapping[str, str]]:
        """The rows of a list, none where it is not there."""
        return self.lists.get(name, ())

    def values(self, name: str, column: str = "") -> frozenset[str]:
        """The values of a column of a list (default: its first column)."""
        key = (name, column)
        if key not in self._values:
            rows = self.rows(name)
            chosen = column or (next(iter(rows[0])) if rows else "")
            self._values[key] = frozenset(row[chosen] for row in rows if row.get(chosen))
        return self._values[key]

    def allows(self, name: str, value: str, column: str = "") -> bool:
        """True if the list holds the value, or is not there."""
        return not self.knows(name) or value in self.values(name, column)

    @cached_property
    def combinations(self) -> Mapping[tuple[str, ...], Sequence[tuple[str, str]]]:
        """Segments of an account -> first and last days between which it may be used. The list is long: read once."""
        found: dict[tuple[str, ...], list[tuple[str, str]]] = {}
        for row in self.rows("account_combination"):
            segments = tuple(value for name, value in row.items() if name not in ("valid_from", "valid_to"))
            found.setdefault(segments, []).append((row.get("valid_from", ""), row.get("valid_to", "") or "9999-12-31"))
        return found

    def ids(self, name: str) -> dict[str, str]:
        """Value of the list's first column -> the pod's id of it."""
        first = [next(iter(row.values())) for row in self.rows(name)]
        return {value: str(FIRST_ID + at) for at, value in enumerate(dict.fromkeys(first))}

    def of_id(self, name: str, identity: str) -> str:
        """The value of the list's first column that has this id at the pod, "" where none has."""
        return next((value for value, known in self.ids(name).items() if known == identity), "")


def setup_of(contracts: Iterable[Contract], **switches: object) -> Setup:
    """Return the set-up made of every list that the contracts bind; what several bind under one id is united."""
    lists: dict[str, dict[tuple[tuple[str, str], ...], Mapping[str, str]]] = {}
    for contract in contracts:
        for name, listed in contract.lists.items():
            if listed.rows is not None:
                rows = listed.rows.fill_null("").iter_rows(named=True)
                lists.setdefault(name, {}).update((tuple(row.items()), row) for row in rows)
    return Setup({name: tuple(rows.values()) for name, rows in lists.items()}, **switches)  # type: ignore[arg-type]
