"""Goals of the programme: the line from start to target, where we stand, and a forecast that is a range."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from raid_runs import profile

from contracts.profiles import Goal
from raid_log import GoalStanding, OpenDefects, Store, Week, WindowFigures, bounded_rate, goal_standings, window_figures
from raid_log.goals import line
from raid_log.rates import Rate

ZONE = ZoneInfo("America/New_York")
RATE = Goal("rate", "acceptance_rate", 0.0, 99.5, date(2027, 1, 1), date(2026, 7, 1))
DEFECTS = Goal("none open", "open_critical", 14.0, 0.0, date(2027, 1, 1), date(2026, 7, 1))
FIRST = date(2026, 9, 7)


@pytest.fixture
def blank(store: Store) -> WindowFigures:
    return window_figures(store, profile(), as_of=datetime(2026, 9, 9, tzinfo=UTC))


def weeks(blank: WindowFigures, rates: Sequence[Rate] = (), open_: Sequence[int] = ()) -> list[WindowFigures]:
    """Figures of successive weeks, each at its end: a rate of real pods, or a number of open critical defects."""
    found = []
    for at in range(max(len(rates), len(open_))):
        window = Week.of(FIRST + timedelta(weeks=at)).window(ZONE)
        classes, defects = dict(blank.classes), blank.defects
        if rates:
            classes["acceptance"] = replace(classes["acceptance"], first_pass=bounded_rate([rates[at]]))
        if open_:
            standing = OpenDefects("critical", open_[at], {}, ())
            defects = replace(defects, open={**defects.open, "critical": standing})
        found.append(replace(blank, as_of=window.end, window=window, classes=classes, defects=defects))
    return found


def standing(goal: Goal, told: Sequence[WindowFigures]) -> GoalStanding:
    return goal_standings([goal], ZONE, told)[0]


def test_the_line_goes_straight_from_start_to_target_and_stays_there() -> None:
    assert line(DEFECTS, date(2026, 7, 1), date(2026, 7, 1)) == 14
    assert line(DEFECTS, date(2026, 7, 1), date(2026, 10, 1)) == 7
    assert line(DEFECTS, date(2026, 7, 1), date(2027, 1, 1)) == line(DEFECTS, date(2026, 7, 1), date(2028, 1, 1)) == 0
    assert line(replace(DEFECTS, by=None), date(2026, 7, 1), date(2026, 10, 1)) is None


def test_defects_that_fall_by_one_a_week_are_forecast_as_a_range(blank: WindowFigures) -> None:
    one = standing(DEFECTS, weeks(blank, open_=[14, 13, 11, 11, 9, 8, 8, 6]))
    assert one.value == 6
    assert one.reached is False
    assert one.earliest is not None
    assert one.latest is not None
    assert date(2026, 11, 1) < one.earliest < one.latest < date(2027, 3, 1)


def test_defects_that_do_not_fall_have_no_date_in_sight(blank: WindowFigures) -> None:
    one = standing(DEFECTS, weeks(blank, open_=[5, 6, 7, 8, 9]))
    assert (one.earliest, one.latest) == (None, None)
    assert one.forecast == "not in sight: no progress in the last 5 weeks"


def test_a_pace_that_may_as_well_be_none_leaves_the_end_open(blank: WindowFigures) -> None:
    one = standing(DEFECTS, weeks(blank, open_=[9, 12, 8, 13, 9, 10, 7, 11]))
    assert one.latest is None
    assert "open end" in one.forecast or "not in sight" in one.forecast


def test_less_than_four_weeks_with_evidence_forecast_nothing(blank: WindowFigures) -> None:
    one = standing(RATE, weeks(blank, rates=[Rate(100, 90), Rate(), Rate(), Rate(100, 95), Rate(100, 96)]))
    assert one.forecast == "none: fewer than 4 weeks with evidence"
    assert [point.value for point in one.points] == [90, None, None, 95, 96]


def test_a_week_without_a_real_pod_has_no_rate_and_stands_nowhere(blank: WindowFigures) -> None:
    one = standing(RATE, weeks(blank, rates=[Rate(100, 90), Rate()]))
    assert one.value_text == "no evidence"
    assert one.on_line is None
    assert one.reached is False


def test_a_rate_is_never_rounded_up(blank: WindowFigures) -> None:
    one = standing(RATE, weeks(blank, rates=[Rate(1_000_000, 994_999)]))
    assert one.value_text == "99.49 %"
    assert one.reached is False


def test_a_goal_that_is_reached_says_so(blank: WindowFigures) -> None:
    assert standing(DEFECTS, weeks(blank, open_=[3, 2, 1, 0])).forecast == "reached"
    assert standing(RATE, weeks(blank, rates=[Rate(1000, 995)])).reached


@given(start=st.integers(0, 100), target=st.integers(0, 100), days=st.integers(0, 400))
def test_the_line_never_leaves_the_ground_between_start_and_target(start: int, target: int, days: int) -> None:
    goal = Goal("g", "open_critical", float(start), float(target), date(2027, 1, 1))
    value = line(goal, date(2026, 7, 1), date(2026, 7, 1) + timedelta(days=days))
    assert value is not None
    assert Decimal(min(start, target)) <= value <= Decimal(max(start, target))
