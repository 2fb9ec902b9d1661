"""Pages: one file each, with style and script inside. No foreign host, no cookie; all text is escaped."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reports.charts import Chart

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")  # in any locale
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SIGNS = {"critical": "◆", "significant": "▲", "moderate": "●", "minor": "○"}
"""Beside the word of a severity, so that colour is never its only sign."""


def render(template: str, **values: object) -> str:
    """Return the page that a template of ``templates/`` makes of the values."""
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates", encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"day": day, "moment": moment, "count": "{:,}".format, "picture": _picture, "sentence": sentence}
    made.globals |= {"SIGNS": SIGNS}
    return made


def day(value: date | str) -> str:
    """Return a date as people read it, ``Thu 26 Nov 2026``; a text that is none stays as it is."""
    if isinstance(value, str):
        try:
            return day(date.fromisoformat(value))
        except ValueError:
            return value
    return f"{_DAYS[value.weekday()]} {value.day} {_MONTHS[value.month - 1]} {value.year}"


def moment(value: datetime, zone: str) -> str:
    """Return a moment as people of the time zone read it: ``Thu 26 Nov 2026, 13:05 EST``."""
    local = value.astimezone(ZoneInfo(zone))
    return f"{day(local.date())}, {local:%H:%M} {local.tzname()}"


def sentence(text: str) -> str:
    """Return the text with a capital letter in front."""
    return f"{text[:1].upper()}{text[1:]}"


def _picture(chart: Chart) -> Markup:
    """The drawing as it is: it was made here, of escaped words."""
    return Markup(chart.svg)  # noqa: S704
