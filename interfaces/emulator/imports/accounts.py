"""The account combinations of the emulated pod, with the days on which they may be used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from interfaces.emulator.setup import Setup

State = Literal["valid", "inactive", "missing"]

SEGMENT_LISTS = ("fund", "purpose", "prc", "object", "school", "use1", "use2")
"""Lists of SEGMENT1, SEGMENT2, ... that decide where the set-up has no list of combinations."""


class Accounts:
    """Looks accounts up: in the list ``account_combination``, else segment by segment, else every one is valid."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self.segments = len(next(iter(setup.combinations), ()))  # of a combination, 0 where no list says it

    def state(self, segments: Sequence[str], day: str) -> State:
        """Return what becomes of an account on a day (YYYY-MM-DD); ``segments`` may be longer than a combination."""
        if not self._setup.knows("account_combination"):
            pairs = zip(SEGMENT_LISTS, segments, strict=False)
            return "valid" if all(self._setup.allows(name, value) for name, value in pairs) else "missing"
        days = self._setup.combinations.get(tuple(segments[: self.segments]))
        if days is None:
            return "missing"
        return "valid" if any(start <= day <= end for start, end in days) else "inactive"
