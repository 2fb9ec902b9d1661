"""What the invented payloads are drawn from: the profile's reference lists and a fixed chance."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from harness import load_profile

Row = dict[str, str | None]
Records = dict[str, list[Row]]

PROFILE = "nc_district"


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """Rows of one of the profile's lists, in file order."""
    path = load_profile(PROFILE).path
    assert isinstance(path, Path)
    with (path / "lists" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def values(name: str) -> tuple[str, ...]:
    """First column of a list."""
    return tuple(next(iter(row.values())) for row in rows(name))


@cache
def accounts(*parts: str) -> tuple[tuple[str, ...], ...]:
    """Account combinations without an end whose first segments are ``parts``, as seven segments."""
    names = ("fund", "purpose", "prc", "object", "school", "use1", "use2")
    found = (tuple(row[name] for name in names) for row in rows("account_combination") if not row["valid_to"])
    chosen = tuple(one for one in found if one[: len(parts)] == parts)
    if not chosen:
        raise ValueError(f"no account combination begins with {'-'.join(parts)}")
    return chosen


def account_at(site: str, *parts: str) -> tuple[str, ...]:
    """The combination of these segments at a site."""
    return next(one for one in accounts(*parts) if one[4] == site)


def chance(seed: str) -> random.Random:
    """A source of chance that gives the same draws on every machine."""
    return random.Random(seed)


def money(draw: random.Random, low: int, high: int) -> str:
    """An amount between whole dollars ``low`` and ``high``."""
    return f"{draw.randrange(low * 100, high * 100) / 100:.2f}"


def day(text: str) -> date:
    """A date from ISO text."""
    return date.fromisoformat(text)


def after(start: date, days: int) -> str:
    """ISO text of the date so many days later."""
    return (start + timedelta(days=days)).isoformat()


def period(when: date) -> str:
    """Name of the accounting period of a date, e.g. Nov-26."""
    return when.strftime("%b-%y")


def spoil(records: Records, file: str, number: int, **changes: str | None) -> None:
    """Change one record (from 1) of a file: the fault that a delivery or case plants."""
    records[file][number - 1] |= changes


Builder = Callable[[], Records]
