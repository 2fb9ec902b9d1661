"""Decisions that people have to take: who, what, until when. Read off the RAID log, not asked of anybody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from contracts.profiles import Profile
from raid_log.fields import exposure
from raid_log.gates import Gate
from raid_log.items import Entry
from raid_log.waivers import WARNED_DAYS

_GRAVE = ("critical", "significant")


@dataclass(frozen=True)
class DecisionNeeded:
    """Something that waits for a person."""

    what: str
    who: str  # names, "a triager" where nobody is named yet
    by: str  # YYYY-MM-DD, "" where no day is set
    item: str  # RAID-0004; "" for what is not about an entry
    title: str  # of the entry


def decisions_needed(
    profile: Profile, entries: Iterable[Entry], gates: Iterable[Gate], as_of: datetime
) -> list[DecisionNeeded]:
    """Return what waits at ``as_of``: the earliest day first, what has no day last. ``entries`` have not ended."""
    today = as_of.astimezone(profile.time_zone).date()
    found = [one for entry in entries for one in (*_asked(entry, profile), *_of(entry, profile, today))]
    return sorted([*found, *_attestations(profile, gates)], key=lambda one: (one.by or "9", one.item, one.what))


def _asked(entry: Entry, profile: Profile) -> Iterator[DecisionNeeded]:
    """What somebody asked for in the log itself."""
    for what, by in entry.standing.asked.items():
        role = "triager" if what == "rejection" else "sponsor" if entry.severity == "critical" else "approver"
        yield _needed(f"answer {_name(profile, by)}, who asks for its {what}", _people(profile, role), "", entry)


def _of(entry: Entry, profile: Profile, today: date) -> Iterator[DecisionNeeded]:
    soon = (today + timedelta(days=WARNED_DAYS)).isoformat()
    owner = _name(profile, entry.owner) or _people(profile, "triager")
    fields = entry.fields
    match entry.type, entry.status:
        case "issue", "waived" if (until := entry.standing.waiver.get("until", "")) <= soon:
            yield _needed("the waiver ends: have it mended, or ask for another", owner, until, entry)
        case "assumption", "open" if "" < fields.get("validate_by", "") <= soon:
            yield _needed(
                "say whether it is true",
                _name(profile, fields.get("validator", "")) or owner,
                fields["validate_by"],
                entry,
            )
        case "dependency", "at_risk" | "late" as status:
            what = f"{status.replace('_', ' ')}: agree on it with {fields.get('on_whom', 'the other side')}"
            yield _needed(what, owner, fields.get("needed_by", ""), entry)
        case "risk", "open" if (exposure(fields) or (0, ""))[1] == "extreme":
            if not (fields.get("response") and fields.get("response_owner")):
                yield _needed("agree on a response and on who does it", owner, "", entry)
    if entry.type == "issue" and entry.open and entry.severity in _GRAVE and not entry.environmental:
        if not entry.owner:
            yield _needed("name an owner", owner, "", entry)
        if "" < entry.standing.due < today.isoformat():
            yield _needed("overdue: mend it, or agree on another day", owner, entry.standing.due, entry)


def _attestations(profile: Profile, gates: Iterable[Gate]) -> Iterator[DecisionNeeded]:
    for gate in gates:
        if gate.source == "attested" and gate.verdict != "met":
            what = f"attest gate {gate.id} {gate.title}: {gate.required}"
            yield DecisionNeeded(what, _people(profile, "approver"), "", "", "")


def _needed(what: str, who: str, by: str, entry: Entry) -> DecisionNeeded:
    return DecisionNeeded(what, who, by, entry.id, entry.title)


def _name(profile: Profile, id: str) -> str:
    person = profile.people.get(id)
    return person.name if person else id


def _people(profile: Profile, role: str) -> str:
    """The names of those who have the role."""
    names = [person.name for person in profile.people.values() if role in person.roles]
    return " or ".join(names) or f"a{'n' if role[0] in 'aeiou' else ''} {role}"
