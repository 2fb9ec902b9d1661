"""What time does by itself: a waiver ends, a promised day passes.

Readers see it as soon as the moment has come. The next writer puts it down as an event of that moment.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, or_, select

from raid_log.events import MACHINE, Author, EventLog, standings
from raid_log.states import Standing, resulting
from raid_log.tables import EventRow, ItemRow

LATE_AT = "late_at"
"""Field of a dependency: the moment at which the promised day is over, ISO 8601."""


class Tick(NamedTuple):
    """A transition of the machine at its moment."""

    kind: str
    at: datetime
    reason: str


def end_of(day: date, zone: ZoneInfo) -> str:
    """Return the midnight after the day in the zone as ISO 8601 in UTC."""
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC).isoformat()


def tick(type_: str, standing: Standing) -> Tick | None:
    """Return what time will do to the item next, None if nothing."""
    if standing.status == "waived" and (ends_at := standing.waiver.get("ends_at")):
        return Tick("waiver_ended", datetime.fromisoformat(ends_at), f"waived until {standing.waiver['until']}")
    late_at = standing.fields.get(LATE_AT)
    if type_ == "dependency" and late_at and standing.status in ("on_track", "at_risk"):
        return Tick("late", datetime.fromisoformat(late_at), f"promised for {standing.fields['promised_on']}")
    return None


def at_moment(type_: str, standing: Standing, now: datetime) -> Standing:
    """Return the standing as the clock makes it at ``now``."""
    due = tick(type_, standing)
    if due is None or due.at > now:
        return standing
    moved = replace(standing, status=resulting(type_, standing, due.kind, MACHINE))
    return replace(moved, behind="", waiver={}) if due.kind == "waiver_ended" else moved


def catch_up(connection: Connection, log: EventLog, now: datetime) -> None:
    """Write the events of every moment that has come since the last writer."""
    may_move = or_(
        ItemRow.type == "dependency", ItemRow.number.in_(select(EventRow.item).where(EventRow.kind == "waived"))
    )
    found = connection.execute(select(ItemRow.number, ItemRow.type).where(may_move))
    types = {row.number: row.type for row in found}
    held = standings(connection, list(types))
    ticks = [(due, number) for number in types if (due := tick(types[number], held[number])) and due.at <= now]
    for due, number in sorted(ticks, key=lambda one: (one[0].at, one[1])):
        author = Author(MACHINE, MACHINE, due.at, "clock", reason=due.reason)
        log.apply(number, types[number], held[number], due.kind, author, {})
