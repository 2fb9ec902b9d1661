"""The RAID log as one page: every entry can be read without a script; with it, searched, filtered and sorted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from contracts.results import SEVERITIES
from raid_log import FIELDS, Entry
from reports.pages import SIGNS, day, moment, render

_TYPES = ("issue", "risk", "assumption", "dependency", "attestation")
_OWN_COLUMN = frozenset({"severity", "owner", "due", "statement"})
"""Fields with a place of their own in an entry."""


NONE = "none"
"""In a filter: entries without such a value."""


@dataclass(frozen=True)
class Line:
    """An entry as the page shows it. The keys sort: severities by gravity, no date last."""

    entry: Entry
    mark: str  # sign and word of the severity
    gravity: int
    owner: str
    due: str
    seen: str  # last, as a sortable date
    facts: tuple[tuple[str, str], ...]


def raid_page(
    entries: Sequence[Entry], *, title: str, zone: str, people: Mapping[str, str], label: str, as_of: datetime
) -> str:
    """Return the page as HTML, entries by number; the same entries give the same bytes.

    ``label`` says which week it is, or that it is the log as it stands. ``people``: id -> name.
    """
    lines = [_line(entry, people, ZoneInfo(zone)) for entry in entries]
    return render(
        "raid.html",
        title=title,
        label=label,
        as_of=moment(as_of, zone),
        lines=lines,
        heads=list(_heads(entries)),
        none=NONE,
        ended=sum(_ended(entry) for entry in entries),
        choices=_choices(lines),
    )


def _line(entry: Entry, people: Mapping[str, str], zone: ZoneInfo) -> Line:
    gravity = SEVERITIES.index(entry.severity) if entry.severity in SEVERITIES else len(SEVERITIES)
    return Line(
        entry,
        mark=f"{SIGNS[entry.severity]} {entry.severity}" if entry.severity in SIGNS else "",
        gravity=gravity,
        owner=people.get(entry.owner, entry.owner),
        due=entry.standing.due or entry.fields.get("validate_by", "") or entry.fields.get("needed_by", ""),
        seen=entry.last_seen.astimezone(zone).date().isoformat(),
        facts=tuple(_facts(entry, people, zone)),
    )


def _facts(entry: Entry, people: Mapping[str, str], zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    """What opens with an entry: nothing blank, names instead of ids, days as people read them."""
    waiver, asked = entry.standing.waiver, entry.standing.asked
    yield "interface", entry.interface
    yield "contract", entry.contract
    yield "rule or code", " ".join(part for part in (entry.cause, entry.field) if part)
    yield "evidence", entry.evidence_class
    yield "opened", day(entry.opened_at.astimezone(zone).date())
    if entry.submissions:
        first, last = (day(at.astimezone(zone).date()) for at in (entry.first_seen, entry.last_seen))
        yield "seen", f"{first} to {last}, in {entry.submissions:,} submissions"
    if entry.reopened_at:
        yield "opened again", day(entry.reopened_at.astimezone(zone).date())
    if waiver:
        by = people.get(waiver.get("by", ""), waiver.get("by", ""))
        yield "waived", f"until {day(waiver.get('until', ''))} by {by} ({waiver.get('role', '')})"
    for what, who in asked.items():
        yield "asked for", f"{what}, by {people.get(who, who)}"
    for name in FIELDS.get(entry.type, {}):
        if name not in _OWN_COLUMN:
            value = entry.fields.get(name, "")
            yield name.replace("_", " "), people.get(value, value)
    for name in ("fix", "fixed_in"):
        yield name.replace("_", " "), entry.fields.get(name, "")
    changed = day(entry.changed_at.astimezone(zone).date())
    yield "changed", f"{changed} by {people.get(entry.changed_by, entry.changed_by)} ({entry.changed_role})"


def _ended(entry: Entry) -> bool:
    return not entry.open and entry.status not in ("waived", "attested")


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


def _choices(lines: Sequence[Line]) -> list[tuple[str, list[str]]]:
    """Filter by filter: its name and the values that occur."""
    found = {
        "type": {one.entry.type for one in lines},
        "status": {one.entry.status for one in lines},
        "severity": {one.entry.severity or NONE for one in lines},
        "interface": {one.entry.interface or NONE for one in lines},
        "owner": {one.owner or NONE for one in lines},
    }
    ranks = {name: at for at, name in enumerate((*_TYPES, *SEVERITIES))}
    return [
        (name, sorted(values, key=lambda value: (ranks.get(value, len(ranks)), value)))
        for name, values in found.items()
    ]
