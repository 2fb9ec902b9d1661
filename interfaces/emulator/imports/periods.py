"""The open periods of the emulated pod."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping


class Periods:
    """Looks periods up in rows of a list: name, start, end (YYYY-MM-DD), and the ledger where the list has it."""

    def __init__(self, rows: Iterable[Mapping[str, str]]) -> None:
        self._of: defaultdict[str, list[tuple[str, str, str]]] = defaultdict(list)
        for row in rows:
            self._of[row.get("ledger", "")].append((row["start"], row["end"], row.get("name", "")))

    def has(self, ledger: str) -> bool:
        """True if the ledger has an open period at all."""
        return ledger in self._of or "" in self._of

    def name(self, ledger: str, day: str) -> str | None:
        """Return the name of the ledger's open period that holds a day, None if there is none."""
        periods = [*self._of.get(ledger, []), *self._of.get("", [])]
        return next((name for start, end, name in periods if start <= day <= end), None)
