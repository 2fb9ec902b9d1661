"""How soon a defect must be mended: working days by severity."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

WORKING_DAYS: Mapping[str, int] = {"critical": 2, "significant": 5, "moderate": 15, "minor": 30}
"""Severity -> working days, Monday to Friday; holidays are not known and count."""
_FRIDAY = 4


def due_day(severity: str, since: date) -> date:
    """Return the last day on which a defect of the severity, taken up on the day ``since``, is in time."""
    day, left = since, WORKING_DAYS[severity]
    while left:
        day += timedelta(days=1)
        left -= day.weekday() <= _FRIDAY
    return day
