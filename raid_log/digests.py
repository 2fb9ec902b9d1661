"""What each person is told of by mail: what waits, is overdue, ends soon, was opened again or is new."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from contracts.people import ROLES, Person
from contracts.profiles import Profile
from contracts.results import SEVERITIES
from raid_log.decisions import decisions_needed
from raid_log.gates import Gate
from raid_log.items import Entry
from raid_log.waivers import WARNED_DAYS

PERIOD_DAYS = 7
"""Days before the moment of a digest in which an entry is new, or opened again."""
GROUPS = ("decisions", "overdue", "waivers", "reopened", "new")
"""What a digest tells, the most pressing first."""


@dataclass(frozen=True)
class Notice:
    """A line of a digest: an entry, and why its reader is told of it."""

    id: str  # RAID-0004; "" for what is not about an entry
    severity: str  # of an issue, else the type of the entry; "" for what is not about one
    title: str
    interface: str
    day: str  # until when, YYYY-MM-DD; "" where no day is set
    reason: str


@dataclass(frozen=True)
class Digest:
    """What one person is told. ``person`` is None for what reaches nobody: no owner who is listed, and no triager."""

    person: Person | None
    groups: Mapping[str, tuple[Notice, ...]]  # by GROUPS, in their order; empty ones too


_Told = Iterator[tuple[str, str, Notice]]  # group, id of a reader ("" = nobody), what he is told


def digests(profile: Profile, entries: Sequence[Entry], gates: Iterable[Gate], as_of: datetime) -> list[Digest]:
    """Return the digest of each person who has something to know at ``as_of``, in the order of ``people.csv``.

    ``entries`` have not ended. What has no owner who is listed goes to the triagers. An entry stands once in a group.
    """
    told: dict[str, dict[str, list[Notice]]] = defaultdict(lambda: {group: [] for group in GROUPS})
    ranked = sorted(entries, key=_rank)
    for told_of in (_decisions(profile, entries, gates, as_of), _entries(profile, ranked, as_of)):
        for group, reader, notice in told_of:
            told[reader][group].append(notice)
    people: dict[str, Person | None] = {**profile.people, "": None}
    return [Digest(person, _once(told[id])) for id, person in people.items() if id in told]


def _rank(entry: Entry) -> tuple[int, str, int]:
    """The gravest first, then the earliest day."""
    return _grave(entry.severity), entry.day or "9", entry.number


def _grave(severity: str) -> int:
    return [*SEVERITIES, severity].index(severity)


def _once(groups: Mapping[str, Sequence[Notice]]) -> dict[str, tuple[Notice, ...]]:
    """A decision about the same entry and day is told there as the reason, not a second time."""
    asked = {(one.id, one.day): one.reason for one in groups["decisions"] if one.day}
    dated = {(one.id, one.day) for name in ("overdue", "waivers") for one in groups[name]}
    told = {
        name: tuple(replace(one, reason=asked.get((one.id, one.day), one.reason)) for one in groups[name])
        for name in ("overdue", "waivers")
    }
    left = tuple(one for one in groups["decisions"] if (one.id, one.day) not in dated)
    return {name: told.get(name, tuple(groups[name])) for name in GROUPS} | {"decisions": left}


def _decisions(profile: Profile, entries: Iterable[Entry], gates: Iterable[Gate], as_of: datetime) -> _Told:
    entry_of, readers = {entry.id: entry for entry in entries}, _named(profile)
    waiting = decisions_needed(profile, entry_of.values(), gates, as_of)
    found = [(one.who, _notice(entry_of.get(one.item), one.by, one.what)) for one in waiting]
    for who, notice in sorted(found, key=lambda one: (one[1].day or "9", _grave(one[1].severity))):
        for reader in readers.get(who) or _triagers(profile):
            yield "decisions", reader, notice


def _entries(profile: Profile, entries: Iterable[Entry], as_of: datetime) -> _Told:
    today, since = as_of.astimezone(profile.time_zone).date(), as_of - timedelta(days=PERIOD_DAYS)
    for entry in entries:
        owners, whose = _owners(profile, entry)
        for group, day, reason in _reasons(entry, today, since, profile):
            for reader in owners:
                yield group, reader, _notice(entry, day, f"{reason}{whose}")
        signer = entry.standing.waiver.get("by", "")
        if _ending(entry, today) and signer in profile.people and signer not in owners:
            until = entry.standing.waiver["until"]
            yield "waivers", signer, _notice(entry, until, "the waiver that you signed ends")


def _reasons(entry: Entry, today: date, since: datetime, profile: Profile) -> Iterator[tuple[str, str, str]]:
    """Group, day and reason of everything that the owner of the entry is told."""
    due = entry.day
    if _ending(entry, today):
        yield "waivers", entry.standing.waiver["until"], "the waiver ends"
    if not entry.open:
        return
    if "" < due < today.isoformat():
        late = (today - date.fromisoformat(due)).days
        yield "overdue", due, f"{late} day{'s' * (late > 1)} overdue"
    if entry.reopened_at and entry.reopened_at > since:
        yield "reopened", due, f"opened again {_ago(entry.reopened_at, today, profile)}"
    if entry.opened_at > since:
        yield "new", due, f"opened {_ago(entry.opened_at, today, profile)}"


def _ending(entry: Entry, today: date) -> bool:
    soon = (today + timedelta(days=WARNED_DAYS)).isoformat()
    return entry.status == "waived" and entry.standing.waiver.get("until", "9") <= soon


def _ago(moment: datetime, today: date, profile: Profile) -> str:
    days = (today - moment.astimezone(profile.time_zone).date()).days
    return {0: "today", 1: "yesterday"}.get(days, f"{days} days ago")


def _notice(entry: Entry | None, day: str, reason: str) -> Notice:
    if entry is None:
        return Notice("", "", "", "", day, reason)
    return Notice(entry.id, entry.severity or entry.type, entry.title, entry.interface, day, reason)


def _owners(profile: Profile, entry: Entry) -> tuple[Sequence[str], str]:
    """Who is told of the entry, and how the reason says that nobody who is listed owns it."""
    if entry.owner in profile.people:
        return (entry.owner,), ""
    return _triagers(profile), f"; its owner {entry.owner} is not listed" if entry.owner else "; nobody owns it"


def _triagers(profile: Profile) -> Sequence[str]:
    return [person.id for person in profile.people.values() if "triager" in person.roles] or [""]


def _named(profile: Profile) -> dict[str, list[str]]:
    """The words by which a decision says whom it waits for -> ids: one name, or the names of all who have a role."""
    found: dict[str, list[str]] = defaultdict(list)
    people = profile.people.values()
    groups = [[one] for one in people] + [[one for one in people if role in one.roles] for role in ROLES]
    for group in groups:
        found[" or ".join(one.name for one in group)] += [one.id for one in group]
    return {words: list(dict.fromkeys(ids)) for words, ids in found.items() if words}
