"""The programme week: Monday 00:00 to Sunday 24:00 in the profile's time zone, numbered as ISO 8601 does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from contracts.profiles import Profile

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")  # in any locale
READINESS_WEEKS = 4
"""Complete weeks that readiness looks back on."""


@dataclass(frozen=True)
class Window:
    """Moments from ``start`` up to, not including, ``end``; both aware, UTC."""

    start: datetime
    end: datetime
    label: str

    def holds(self, moment: datetime) -> bool:
        """Return whether the moment lies in the window."""
        return self.start <= moment < self.end


@dataclass(frozen=True, order=True)
class Week:
    """An ISO week; weeks sort by ISO year and number. 2026 has a week 53."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Week:
        """Return the week in which the day falls."""
        year, number, _ = day.isocalendar()
        return cls(year, number)

    @property
    def name(self) -> str:
        """``2026-W48``."""
        return f"{self.year}-W{self.number:02d}"

    @property
    def label(self) -> str:
        """``2026-W48 (week ending Sun 29 Nov 2026)``."""
        sunday = date.fromisocalendar(self.year, self.number, 7)
        return f"{self.name} (week ending Sun {sunday.day} {_MONTHS[sunday.month - 1]} {sunday.year})"

    @property
    def before(self) -> Week:
        """The week before it."""
        return Week.of(date.fromisocalendar(self.year, self.number, 1) - timedelta(weeks=1))

    def window(self, zone: ZoneInfo) -> Window:
        """Return the week's moments. 167 or 169 hours where the clock changes on its Sunday."""
        monday = date.fromisocalendar(self.year, self.number, 1)
        return Window(_midnight(monday, zone), _midnight(monday + timedelta(days=7), zone), self.label)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def week_to_date(profile: Profile, as_of: datetime) -> Window:
    """Return the whole programme week in which ``as_of`` (aware) falls; what comes after ``as_of`` is not yet in it."""
    return Week.of(as_of.astimezone(profile.time_zone).date()).window(profile.time_zone)


def readiness_window(profile: Profile, as_of: datetime) -> Window:
    """Return the last 4 complete programme weeks before ``as_of``."""
    end = week_to_date(profile, as_of).start
    monday = end.astimezone(profile.time_zone).date()
    first, last = monday - timedelta(weeks=READINESS_WEEKS), monday - timedelta(weeks=1)
    label = f"{Week.of(first).name} to {Week.of(last).label}"
    return Window(_midnight(first, profile.time_zone), end, label)
