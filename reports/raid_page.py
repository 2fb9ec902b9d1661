"""The RAID log as one page: every entry can be read without a script; with it, searched, filtered and sorted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from zoneinfo import ZoneInfo

from contracts.results import SEVERITIES
from raid_log import FIELDS, Entry, exposure
from raid_log.states import LIVE
from reports.pages import SIGNS, day, moment, render

COLUMNS: Mapping[str, str] = {
    "number": "id",
    "type": "type",
    "gravity": "severity",
    "status": "state",
    "title": "title",
    "interface": "interface",
    "owner": "owner",
    "due": "due",
    "opened": "opened",
    "seen": "last seen",
    "times": "times seen",
    "evidence": "evidence",
}
"""What the script calls a column, in the order of the cells -> its heading."""
NONE = "none"
"""In a filter: entries without such a value."""
_FILTERS = ("type", "severity", "state", "interface", "owner")
_TYPES = ("issue", "risk", "assumption", "dependency", "attestation")
_SHOWN = frozenset({"severity", "owner", "due", "statement"})
"""Fields with a place of their own in an entry."""
_NOTED = ("fix", "fixed_in", "met", "evidence")
"""Fields that no form has: what a fix and an attestation leave behind."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""What HTML cannot hold; line feeds and tabs it can."""


@dataclass(frozen=True)
class Line:
    """An entry as the page shows it."""

    id: str
    severity: str
    cells: tuple[str, ...]  # as COLUMNS has them
    ended: bool
    statement: str
    facts: tuple[tuple[str, str], ...]


def raid_page(
    entries: Sequence[Entry], *, title: str, zone: str, people: Mapping[str, str], label: str, as_of: datetime
) -> str:
    """Return the page as HTML, entries by number; the same entries give the same bytes.

    ``label`` says which week it is, or that it is the log as it stands. ``people``: id -> name. A control character
    becomes U+FFFD: HTML cannot hold it.
    """
    lines = [_line(entry, people, ZoneInfo(zone)) for entry in sorted(entries, key=attrgetter("number"))]
    page = render(
        "raid.html",
        title=title,
        label=label,
        as_of=moment(as_of, zone),
        lines=lines,
        heads=list(_heads(entries)),
        columns=COLUMNS,
        severities=SEVERITIES,
        severity_at=list(COLUMNS.values()).index("severity"),
        none=NONE,
        ended=sum(line.ended for line in lines),
        choices=_choices(lines),
    )
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", page)


def _line(entry: Entry, people: Mapping[str, str], zone: ZoneInfo) -> Line:
    cells = (
        entry.id,
        entry.type,
        f"{SIGNS[entry.severity]} {entry.severity}" if entry.severity in SIGNS else entry.severity,
        _words(entry.status),
        entry.title,
        entry.interface,
        people.get(entry.owner, entry.owner),
        entry.day,
        entry.opened_at.astimezone(zone).date().isoformat(),
        entry.last_seen.astimezone(zone).date().isoformat() if entry.submissions else "",
        str(entry.submissions) if entry.submissions else "",
        entry.evidence_class,
    )
    facts = tuple((name, value) for name, value in _facts(entry, people, zone) if value)
    return Line(entry.id, entry.severity, cells, entry.status not in LIVE, entry.statement, facts)


def _facts(entry: Entry, people: Mapping[str, str], zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    """What opens with an entry beside its cells: names instead of ids, days as people read them."""
    waiver, asked = entry.standing.waiver, entry.standing.asked
    yield "contract", entry.contract
    yield "rule or code", entry.cause
    yield "field", entry.field
    first, opened = (at.astimezone(zone).date() for at in (entry.first_seen, entry.opened_at))
    if first != opened:
        yield "first seen", day(first)
    if entry.reopened_at:
        yield "opened again", day(entry.reopened_at.astimezone(zone).date())
    if waiver:
        by = people.get(waiver.get("by", ""), waiver.get("by", ""))
        yield "waived", f"until {day(waiver.get('until', ''))} by {by} ({waiver.get('role', '')})"
    for what, who in asked.items():
        yield "asked for", f"{what}, by {people.get(who, who)}"
    for name, field in FIELDS.get(entry.type, {}).items():
        if name not in _SHOWN:
            yield _words(name), _told(entry.fields.get(name, ""), field.kind, people)
    if entry.type == "risk" and (rated := exposure(entry.fields)):
        yield "exposure", f"{rated[0]} ({rated[1]})"
    for name in _NOTED:
        yield _words(name), entry.fields.get(name, "")
    changed = day(entry.changed_at.astimezone(zone).date())
    yield "changed", f"{changed} by {people.get(entry.changed_by, entry.changed_by)} ({entry.changed_role})"


def _told(value: str, kind: str, people: Mapping[str, str]) -> str:
    if kind == "person":
        return people.get(value, value)
    return day(value) if kind == "date" else value


def _words(name: str) -> str:
    return name.replace("_", " ")


def _heads(entries: Sequence[Entry]) -> Iterator[tuple[str, int, str]]:
    """Words, number, severity of what still stands."""
    defects = [one for one in entries if one.type == "issue" and not one.environmental]
    for severity in SEVERITIES:
        yield f"open {severity} issues", sum(one.open and one.severity == severity for one in defects), severity
    yield "waived issues", sum(one.status == "waived" for one in defects), ""
    for words, type_ in (
        ("open risks", "risk"),
        ("open assumptions", "assumption"),
        ("open dependencies", "dependency"),
    ):
        yield words, sum(one.open and one.type == type_ for one in entries), ""


def _choices(lines: Sequence[Line]) -> list[tuple[str, int, list[str]]]:
    """Filter by filter: its name, the cell that it looks at, and the values that occur."""
    ranks = {name: rank for rank, name in enumerate((*_TYPES, *SEVERITIES))}
    found = []
    for at, name in enumerate(COLUMNS.values()):
        if name in _FILTERS:
            values = {(line.severity if name == "severity" else line.cells[at]) or NONE for line in lines}
            found.append((name, at, sorted(values, key=lambda one: (ranks.get(one, len(ranks)), one))))
    return found
