"""Reference lists as tests: is a combination on the list, and on a day?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import polars as pl

from contracts import ReferenceList
from harness.generate.evaluation import Value


class Table:
    """A reference list as a test of combinations, valid on a day."""

    def __init__(self, reference: ReferenceList, match: Sequence[str], window: Any = None) -> None:
        assert reference.rows is not None
        names = [*match, *([window["from"], window["to"]] if window else [])]
        self.rows = list(dict.fromkeys(reference.rows.select(_names(names)).rows())) if names else []
        self.width, self.windowed = len(match), window is not None
        self.windows: dict[tuple[str | None, ...], list[tuple[date | None, date | None]]] = {}
        for row in self.rows:
            span = (_day(row[-2]), _day(row[-1])) if window else (None, None)
            self.windows.setdefault(row[: self.width], []).append(span)

    def holds(self, key: tuple[str | None, ...], day: Value = None) -> bool:
        """True if the combination is on the list, valid on ``day`` where the list has dates."""
        spans = self.windows.get(key, ())
        return any(_inside(day, span) for span in spans) if self.windowed else bool(spans)


def _names(names: Sequence[str]) -> list[Any]:
    """Columns of a frame to select, each under a name of its own so that one may stand twice."""
    return [pl.col(name).alias(f"{at}") for at, name in enumerate(names)]


def _inside(day: Value, span: tuple[date | None, date | None]) -> bool:
    """True if a day lies in a window; a blank end is open."""
    if not isinstance(day, date):
        return False
    here = day.date() if isinstance(day, datetime) else day
    return (span[0] is None or span[0] <= here) and (span[1] is None or here <= span[1])


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text.replace("/", "-")) if text else None
