"""The account combinations of the emulated pod, with the days on which they may be used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Literal

from interfaces.emulator.setup import Setup

State = Literal["valid", "inactive", "missing"]

SEGMENT_LISTS = ("fund", "purpose", "prc", "object", "school", "use1", "use2")
"""Lists of SEGMENT1, SEGMENT2, ... that decide where the set-up has no list of combinations."""

_DATES = ("valid_from", "valid_to")


class Accounts:
    """Looks accounts up: in the list ``account_combination``, else segment by segment, else every one is valid."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._days: defaultdict[tuple[str, ...], list[tuple[str, str]]] = defaultdict(list)
        self.segments = 0  # of a combination, 0 where no list says it
        for row in setup.rows("account_combination"):
            names = [name for name in row if name not in _DATES]
            self.segments = len(names)
            days = (row.get("valid_from", ""), row.get("valid_to", "") or "9999-12-31")
            self._days[tuple(row[name] for name in names)].append(days)

    def state(self, segments: Sequence[str], day: str) -> State:
        """Return what becomes of an account on a day (YYYY-MM-DD); ``segments`` may be longer than a combination."""
        if not self._setup.knows("account_combination"):
            pairs = zip(SEGMENT_LISTS, segments, strict=False)
            return "valid" if all(self._setup.allows(name, value) for name, value in pairs) else "missing"
        days = self._days.get(tuple(segments[: self.segments]))
        if days is None:
            return "missing"
        return "valid" if any(start <= day <= end for start, end in days) else "inactive"
