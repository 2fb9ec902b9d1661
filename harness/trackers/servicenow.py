"""An entry of the RAID log as ServiceNow holds it: the mapping of fields, and CSV for an import set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from contracts import Profile
from harness.trackers import words
from raid_log import Entry, end_of

STATES: Mapping[str, str] = {
    **dict.fromkeys(("new", "triaged", "reopened", "open", "on_track", "at_risk", "late"), "1"),
    **dict.fromkeys(("in_progress", "fixed"), "2"),  # fixed is open until it is verified
    "waived": "3",
    **dict.fromkeys(("verified", "closed", "confirmed", "false", "delivered"), "6"),
    **dict.fromkeys(("rejected", "duplicate"), "8"),
}
"""State of the log -> value of an incident's state."""
STATE_TEXT: Mapping[str, str] = {
    "1": "New", "2": "In Progress", "3": "On Hold", "6": "Resolved", "7": "Closed", "8": "Canceled",
}  # fmt: skip
GRADES: Mapping[str, tuple[str, str, str]] = {
    "critical": ("1", "1", "1"),
    "significant": ("2", "1", "2"),
    "moderate": ("2", "2", "3"),
    "minor": ("3", "2", "4"),
    "": ("", "", ""),
}
"""Severity, or what a risk's exposure is as good as -> impact, urgency, and the priority that follows from them."""
HEADINGS = (
    "u_external_id", "short_description", "description", "state", "impact", "urgency", "priority", "assigned_to",
    "due_date", "category", "correlation_id", "u_external_key", *(f"u_{name}" for name in words.FACTS),
)  # fmt: skip
"""The columns of the import set."""
CATEGORY = "software"
ONCE = ("category", "correlation_display")
"""Fields that are set when a record is made; later they are ServiceNow's."""
_SYSTEM = "Interface harness"
_LONGEST = 160  # characters of a short description


def prefix(mark: str) -> str:
    """Return how the correlation ids of a store begin."""
    return f"{mark}-RAID-"


def correlation_id(entry: Entry, mark: str) -> str:
    """Return the id by which ServiceNow knows the entry: two stores never share one."""
    return f"{mark}-{entry.id}"


def record_of(entry: Entry, profile: Profile, mark: str) -> dict[str, str]:
    """Return the record of a task table that the entry is to have; what is blank is left out, and so left alone.

    Not in it: the priority, which ServiceNow computes, and the person, who has an id there.
    """
    impact, urgency, _ = GRADES[words.grade(entry)]
    record = {
        "short_description": _short(entry),
        "description": words.description(entry),
        "state": STATES[entry.status],
        "impact": impact,
        "urgency": urgency,
        "due_date": _due(entry, profile),
        "category": CATEGORY,
        "correlation_id": correlation_id(entry, mark),
        "correlation_display": _SYSTEM,
    }
    return {name: value for name, value in record.items() if value}


def servicenow_csv(entries: Iterable[Entry], profile: Profile, mark: str) -> str:
    """Return the entries as a CSV for an import set that coalesces on u_external_id; attestations are left out.

    ``mark`` is the store's. Save it as UTF-8.
    """
    rows = (
        (
            correlation_id(entry, mark), _short(entry), words.description(entry), STATES[entry.status],
            *GRADES[words.grade(entry)], words.mail(entry, profile), words.due(entry), CATEGORY,
            correlation_id(entry, mark), entry.fields.get("external_key", ""), *words.facts(entry).values(),
        )
        for entry in words.entries_of(entries)
    )  # fmt: skip
    return words.csv_text(HEADINGS, rows)


def _short(entry: Entry) -> str:
    return words.cut(words.one_line(entry.title), _LONGEST)


def _due(entry: Entry, profile: Profile) -> str:
    """The last second of the day where the profile is, in UTC, as the Table API takes a moment."""
    day = words.due(entry)
    if not day:
        return ""
    midnight = datetime.fromisoformat(end_of(date.fromisoformat(day), profile.time_zone))
    return f"{midnight - timedelta(seconds=1):%Y-%m-%d %H:%M:%S}"
