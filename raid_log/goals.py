"""The programme's goals: where each stands against its line from start to target, and when it may be reached.

A forecast is a range and never a single date: the slowest and the fastest pace that the last weeks still allow.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from contracts.profiles import Goal
from raid_log.rates import NO_EVIDENCE, rate_text
from raid_log.weekly import WindowFigures

PACE_WEEKS = 8
"""Last weeks with evidence from which the pace is taken."""
LEAST_WEEKS = 4
"""Weeks with evidence below which nothing is forecast."""
PACE_CONFIDENCE = 0.8
"""Of the interval of the pace (Theil-Sen: the median of the slopes between all pairs of weeks)."""
_MOST_WEEKS = 520


class Point(NamedTuple):
    """A goal's measure at the end of a week, or now; None without evidence."""

    day: date
    value: Decimal | None


@dataclass(frozen=True)
class GoalStanding:
    """A goal with its history. Values are per cent for a rate, defects for a count."""

    goal: Goal
    since: date  # the first day of its line
    points: tuple[Point, ...]  # one per week, the week of the report last
    expected: Decimal | None  # value of the line on the report's day; None for a goal without a date
    earliest: date | None  # the target is reached at the fastest pace that the last weeks allow
    latest: date | None  # ... at the slowest one
    forecast: str  # the range in words

    @property
    def value(self) -> Decimal | None:
        """Where it stands; None without evidence in the week of the report."""
        return self.points[-1].value if self.points else None

    @property
    def rate(self) -> bool:
        """True if it is measured in per cent."""
        return self.goal.measure == "acceptance_rate"

    @property
    def reached(self) -> bool:
        """True if the target is reached: a rate at least, a count at most as the target."""
        return self.value is not None and _good(self.value, Decimal(str(self.goal.target)), rate=self.rate)

    @property
    def on_line(self) -> bool | None:
        """Whether it stands on the line or better; None without evidence or without a line."""
        if self.value is None or self.expected is None:
            return None
        return _good(self.value, self.expected, rate=self.rate)

    @property
    def value_text(self) -> str:
        """Where it stands, for people: ``97.44 %``, ``13``, ``no evidence``."""
        return self.text(self.value)

    def text(self, value: Decimal | None) -> str:
        """Return a value of the measure for people; a rate is never rounded up, a count has at most one place."""
        if value is None:
            return NO_EVIDENCE
        return rate_text(int(value * 10_000), 1_000_000) if self.rate else f"{round(value, 1).normalize():f}"


def goal_standings(goals: Iterable[Goal], zone: ZoneInfo, weeks: Sequence[WindowFigures]) -> list[GoalStanding]:
    """Return the goals with their history; ``weeks`` are in order and at least one, the week of the report last."""
    return [_standing(goal, zone, weeks) for goal in goals]


def _standing(goal: Goal, zone: ZoneInfo, weeks: Sequence[WindowFigures]) -> GoalStanding:
    points = tuple(Point(_day(one, zone), _value(goal, one)) for one in weeks)
    known = [point for point in points if point.value is not None]
    since = goal.since or (known or points)[0].day
    earliest, latest, forecast = _forecast(goal, points)
    return GoalStanding(goal, since, points, line(goal, since, points[-1].day), earliest, latest, forecast)


def _day(figures: WindowFigures, zone: ZoneInfo) -> date:
    """The last day of the week, or the day of the report where the week is not over."""
    last = min(figures.as_of, figures.window.end - timedelta(microseconds=1))
    return last.astimezone(zone).date()


def _value(goal: Goal, figures: WindowFigures) -> Decimal | None:
    """Only real pods give an acceptance rate. No open defect is evidence only where something was delivered."""
    if goal.measure == "acceptance_rate":
        rate = figures.classes["acceptance"].first_pass.rate
        return Decimal(100 * rate.accepted) / rate.submitted if rate.submitted else None
    severity = goal.measure.removeprefix("open_")
    return Decimal(figures.defects.open[severity].count)


def line(goal: Goal, since: date, day: date) -> Decimal | None:
    """Return the value of the straight line from start to target on a day; None for a goal without a date."""
    if goal.by is None:
        return None
    start, target = Decimal(str(goal.start)), Decimal(str(goal.target))
    whole = (goal.by - since).days
    if day >= goal.by or whole <= 0:
        return target
    return start + (target - start) * max(0, (day - since).days) / whole


def _good(value: Decimal, wanted: Decimal, *, rate: bool) -> bool:
    return value >= wanted if rate else value <= wanted


def _forecast(goal: Goal, points: Sequence[Point]) -> tuple[date | None, date | None, str]:
    known = [(point.day, point.value) for point in points if point.value is not None][-PACE_WEEKS:]
    target = Decimal(str(goal.target))
    rate = goal.measure == "acceptance_rate"
    if points[-1].value is not None and _good(points[-1].value, target, rate=rate):
        return None, None, "reached"
    if len(known) < LEAST_WEEKS:
        return None, None, f"none: fewer than {LEAST_WEEKS} weeks with evidence"
    from scipy.stats import theilslopes  # slow to import, and only reports ask for it

    first, (today, value) = known[0][0], known[-1]
    _, _, low, high = theilslopes(
        [float(one) for _, one in known], [(day - first).days for day, _ in known], alpha=PACE_CONFIDENCE
    )
    slow, fast = (low, high) if rate else (-high, -low)  # towards the target
    left = abs(float(target - value))
    earliest, latest = (_reached(today, left, pace) for pace in (fast, slow))
    if earliest is None:
        return None, None, f"not in sight: no progress in the last {len(known)} weeks"
    return earliest, latest, "" if latest else "open end: the slowest pace that the last weeks allow never gets there"


def _reached(today: date, left: float, pace: float) -> date | None:
    """The day on which the rest is done at a pace per day; None if never, or not within ten years."""
    if pace <= 0 or left / pace > 7 * _MOST_WEEKS:
        return None
    return today + timedelta(days=int((Decimal(left) / Decimal(pace)).to_integral_value(ROUND_CEILING)))
