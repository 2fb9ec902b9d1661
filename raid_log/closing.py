"""Closed weeks: the snapshot of a week that is over is written once and never changes.

Weeks are closed in order. What becomes known of a closed week later is told, as restated, in the week in which the
report is made.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, insert, select

from contracts.profiles import Profile
from raid_log.clock import catch_up
from raid_log.database import lock_head
from raid_log.errors import StoreError
from raid_log.events import EventLog
from raid_log.first_attempts import ended, judged
from raid_log.snapshots import Restated, Snapshot, snapshot
from raid_log.store import Store
from raid_log.tables import ClosedWeek, EventRow, SubmissionRow
from raid_log.weekly import WindowFigures
from raid_log.weeks import Week, Window

Kind = TypeVar("Kind")
MOST_WEEKS = 60
"""Weeks that a report looks back on, and that are closed at a time."""
RESTATED_WEEKS = 13
"""Closed weeks that are counted again when a later one is told."""


def close_weeks(
    store: Store, profile: Profile, last: Week, *, at: datetime, told: Callable[[str, int, int], None] | None = None
) -> list[str]:
    """Close the weeks that are over at ``at``, up to ``last``, oldest first, and return the names of those closed now.

    The first one is that of the first submission or event of the store, at most MOST_WEEKS back. ``told`` hears the
    name, the place and the number of each. A week that is closed already stays as it is. Raises StoreError.
    """
    _let_time_pass(store, at)
    over = [week for week in _weeks(store, profile, last) if week.window(profile.time_zone).end <= at]
    with store.reading() as connection:
        known = set(connection.execute(select(ClosedWeek.name)).scalars())
    missing = [week for week in over if week.name not in known]
    for place, week in enumerate(missing, start=1):
        if told:
            told(week.name, place, len(missing))
        _close(store, profile, week, at)
    return [week.name for week in missing]


def tell_week(store: Store, profile: Profile, week: Week, *, as_of: datetime) -> Snapshot:
    """Return the week as it was closed, else as it stands at ``as_of`` with what was restated of closed weeks."""
    with store.reading() as connection:
        row = connection.execute(select(ClosedWeek.content).where(ClosedWeek.name == week.name)).first()
    if row is not None:
        return _read(_snapshots(), row.content, week.name, store)
    return replace(snapshot(store, profile, week, as_of=as_of), restated=_restated(store, profile, week, as_of))


def closed_figures(store: Store, before: Week) -> list[WindowFigures]:
    """Return the figures of the closed weeks before ``before``, oldest first, MOST_WEEKS - 1 of them at most."""
    query = select(ClosedWeek.name, ClosedWeek.figures).where(ClosedWeek.name < before.name)
    with store.reading() as connection:
        rows = connection.execute(query.order_by(ClosedWeek.name.desc()).limit(MOST_WEEKS - 1)).all()
    return [_read(_figures(), row.figures, row.name, store) for row in reversed(rows)]


def weeks_differing(connection: Connection) -> list[str]:
    """Return the names of closed weeks that are not as they were written."""
    columns = (ClosedWeek.name, ClosedWeek.sha256, ClosedWeek.figures, ClosedWeek.content)
    rows = connection.execute(select(*columns).order_by(ClosedWeek.name))
    return [name for name, sha256, figures, content in rows if _digest(name, figures, content) != sha256]


def _let_time_pass(store: Store, at: datetime) -> None:
    """Note what time did, as every writer does: a waiver that ended in the week is one of its changes."""
    with store.writing() as connection:
        log = EventLog(connection)
        catch_up(connection, log, at)
        log.close()


def first_moment(store: Store) -> datetime | None:
    """Return the moment of the first submission or event of the store; None if it has none."""
    with store.reading() as connection:
        firsts = [
            connection.execute(select(column).order_by(column).limit(1)).scalar()
            for column in (SubmissionRow.submitted_at, EventRow.at)
        ]
    return min((moment for moment in firsts if moment is not None), default=None)


def _weeks(store: Store, profile: Profile, last: Week) -> Iterator[Week]:
    first = first_moment(store)
    if first is None:
        return
    end = date.fromisocalendar(last.year, last.number, 1)
    monday = max(first.astimezone(profile.time_zone).date(), end - timedelta(weeks=MOST_WEEKS - 1))
    monday -= timedelta(days=monday.weekday())
    while monday <= end:
        yield Week.of(monday)
        monday += timedelta(weeks=1)


def _close(store: Store, profile: Profile, week: Week, at: datetime) -> None:
    end = week.window(profile.time_zone).end
    told = replace(snapshot(store, profile, week, as_of=end), restated=_restated(store, profile, week, end))
    figures = _figures().dump_json(told.figures).decode()
    content = _snapshots().dump_json(told).decode()
    values = {"name": week.name, "closed_at": at, "figures": figures, "content": content}
    with store.writing() as connection:
        lock_head(connection)  # another process may have closed it meanwhile
        if connection.execute(select(ClosedWeek.name).where(ClosedWeek.name == week.name)).first() is None:
            connection.execute(insert(ClosedWeek), {**values, "sha256": _digest(week.name, figures, content)})


def _restated(store: Store, profile: Profile, week: Week, as_of: datetime) -> tuple[Restated, ...]:
    """What is known now of closed weeks before this one, less what they hold, less what weeks since have told."""
    query = select(ClosedWeek.name, ClosedWeek.content).where(ClosedWeek.name < week.name)
    with store.reading() as connection:
        rows = connection.execute(query.order_by(ClosedWeek.name.desc()).limit(RESTATED_WEEKS)).all()
        if not rows:
            return ()
        windows = {name: _week(name).window(profile.time_zone) for name, _ in rows}
        whole = Window(min(one.start for one in windows.values()), max(one.end for one in windows.values()), "")
        attempts = judged(connection, profile, whole, as_of)
    more: Counter[tuple[str, str, str]] = Counter()
    for name, window in windows.items():
        for group in ended(attempts, window, as_of):
            more.update(_counts(name, group.evidence_class, group.units, group.accepted))
    for name, content in rows:
        held = json.loads(content)  # as plain data: these are many, and two parts of them are wanted
        for one in held["submissions"]:
            more.subtract(_counts(name, one["evidence_class"], one["units"], one["accepted"]))
        for one in held["restated"]:
            more.subtract(_counts(one["week"], one["evidence_class"], one["units"], one["accepted"]))
    places = sorted({(name, class_) for (name, class_, _), count in more.items() if count and name in windows})
    return tuple(Restated(*place, more[*place, "units"], more[*place, "accepted"]) for place in places)


def _counts(week: str, evidence_class: str, units: int, accepted: int) -> dict[tuple[str, str, str], int]:
    return {(week, evidence_class, "units"): units, (week, evidence_class, "accepted"): accepted}


def _week(name: str) -> Week:
    year, number = name.split("-W")
    return Week(int(year), int(number))


@cache
def _snapshots() -> TypeAdapter[Snapshot]:
    return TypeAdapter(Snapshot)


@cache
def _figures() -> TypeAdapter[WindowFigures]:
    return TypeAdapter(WindowFigures)


def _read(adapter: TypeAdapter[Kind], text: str, name: str, store: Store) -> Kind:
    try:
        return adapter.validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        what = f"closed week {name} cannot be read: {'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise StoreError(what, store.where, "run `harness store check`") from error


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
