"""The flow of issues through a window: what stood open, what came, what went; an identity that must hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from contracts.results import SEVERITIES
from raid_log.clock import at_moment, tick
from raid_log.defects import ENVIRONMENT
from raid_log.events import histories
from raid_log.items import Entry, read_entries
from raid_log.states import Standing, counted_as, steps
from raid_log.tables import EventRow, ItemRow

ALL = "all"
"""The flow of all severities together."""
CAME = ("opened", "reopened", "waiver_ended")
WENT = ("verified", "rejected", "merged", "waived")


@dataclass(frozen=True)
class Flow:
    """Issues of one severity, or of all, in a window. ``counts``: transitions by what they are counted as.

    Counted are opened, reopened, waiver_ended, verified, rejected, merged, waived and waived_verified.
    """

    severity: str
    open_at_start: int
    open_at_end: int
    waived_at_start: int
    waived_at_end: int
    counts: Mapping[str, int]
    graded: int  # open issues raised or lowered into the severity, less those out of it
    waived_graded: int  # the same of waived ones

    @property
    def came(self) -> int:
        """How many became open: opened, opened again, their waiver over."""
        return sum(self.counts.get(name, 0) for name in CAME)

    @property
    def went(self) -> int:
        """How many are open no more: verified, rejected, merged, waived."""
        return sum(self.counts.get(name, 0) for name in WENT)

    @property
    def difference(self) -> tuple[int, int]:
        """Open and waived issues at the end that nothing in between explains; fewer than explained are negative."""
        ended = self.counts.get("waiver_ended", 0) + self.counts.get("waived_verified", 0)
        return (
            self.open_at_end - (self.open_at_start + self.came - self.went + self.graded),
            self.waived_at_end - (self.waived_at_start + self.counts.get("waived", 0) - ended + self.waived_graded),
        )

    @property
    def holds(self) -> bool:
        """True if nothing was lost between start and end; a flow that does not hold fails a report."""
        return self.difference == (0, 0)


class _Move(NamedTuple):
    """What one event did to an issue: as what it is counted (blank: nothing), and how the issue stood around it."""

    counted: str
    before: Standing
    after: Standing


def flow(connection: Connection, start: datetime, end: datetime, last: Sequence[Entry]) -> dict[str, Flow]:
    """Return the flow after ``start`` up to ``end`` by severity, and of ``all``; environment issues are in none.

    ``last``: the issues that had not ended at the end. What stood open is read as every list reads it; what moved is
    counted from the events between.
    """
    first = standing_issues(connection, start)
    moves = list(_moves(connection, start, end, {one.number for one in first if one.status == "waived"}))
    return {name: _flow(name, first, last, moves) for name in (ALL, *SEVERITIES)}


def standing_issues(connection: Connection, moment: datetime) -> list[Entry]:
    """Return the issues of the product that had not ended at the moment, by id."""
    found = read_entries(connection, moment, since=moment, type="issue")
    return [one for one in found if not one.environmental]


def _moves(connection: Connection, start: datetime, end: datetime, waived: Collection[int]) -> Iterator[_Move]:
    """What happened after ``start`` up to ``end``; ``waived``: issues whose waiver may end unnoted."""
    within = select(EventRow.item).where(EventRow.at > start, EventRow.at <= end)
    issues = select(ItemRow.number).where(ItemRow.type == "issue", ItemRow.cause != ENVIRONMENT)
    touched = {*connection.execute(issues.where(ItemRow.number.in_(within))).scalars(), *waived}
    for events in histories(connection, sorted(touched), end).values():
        before = Standing()
        for event, after in zip(events, steps(events), strict=True):
            if event.at > start:
                yield _Move(counted_as("issue", before, event.kind), before, after)
            before = after
        due = tick("issue", before)
        if due and start < max(due.at, events[-1].at) <= end:
            yield _Move(counted_as("issue", before, due.kind), before, at_moment("issue", before, end))


def _flow(severity: str, first: Sequence[Entry], last: Sequence[Entry], moves: Sequence[_Move]) -> Flow:
    def of(found: Iterable[Entry | Standing]) -> list[Entry | Standing]:
        return [one for one in found if severity in (ALL, one.severity)]

    def graded(is_: Callable[[Entry | Standing], bool]) -> int:
        kept = [move for move in moves if move.before.status and is_(move.before) and is_(move.after)]
        return len(of(move.after for move in kept)) - len(of(move.before for move in kept))

    came = Counter(move.counted for move in moves if move.counted in CAME and of([move.after]))
    went = Counter(move.counted for move in moves if move.counted not in ("", *CAME) and of([move.before]))
    return Flow(
        severity,
        open_at_start=sum(one.open for one in of(first)),
        open_at_end=sum(one.open for one in of(last)),
        waived_at_start=sum(_waived(one) for one in of(first)),
        waived_at_end=sum(_waived(one) for one in of(last)),
        counts=came | went,
        graded=graded(lambda one: one.open),
        waived_graded=graded(_waived),
    )


def _waived(one: Entry | Standing) -> bool:
    return one.status == "waived"
