"""The RAID log as CSV for Jira's importer: a row per entry, a heading again for each further label."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from contracts import Profile
from harness.trackers import words
from raid_log import Entry

PRIORITIES: Mapping[str, str] = {
    "critical": "Highest", "significant": "High", "moderate": "Medium", "minor": "Low", "": "",
}  # fmt: skip
"""Severity, or what a risk's exposure is as good as -> priority."""
STATUSES: Mapping[str, str] = {
    **dict.fromkeys(("new", "triaged", "reopened", "waived"), "To Do"),
    **dict.fromkeys(("in_progress", "fixed"), "In Progress"),  # fixed is open until it is verified
    **dict.fromkeys(("verified", "rejected", "duplicate"), "Done"),
    **dict.fromkeys(("open", "on_track", "at_risk", "late"), "To Do"),
    **dict.fromkeys(("closed", "confirmed", "false", "delivered"), "Done"),
}
"""State of the log -> status of Jira's simplest workflow."""
_LONGEST = 255  # characters of a summary


HEADINGS = (
    "Summary", "Description", "Issue Type", "Priority", "Status", "Assignee", "Due Date", "External ID",
    *(f"RAID {name.replace('_', ' ').title()}" for name in words.FACTS),
)  # fmt: skip
"""The columns; those of labels follow."""


def jira_csv(entries: Iterable[Entry], profile: Profile) -> str:
    """Return the entries as a CSV that Jira's importer takes; attestations are left out. Save it as UTF-8."""
    chosen = words.entries_of(entries)
    labels = [_labels(entry) for entry in chosen]
    most = max(map(len, labels), default=1)
    blank = [""] * most
    rows = ([*_cells(entry, profile), *(own + blank)[:most]] for entry, own in zip(chosen, labels, strict=True))
    return words.csv_text([*HEADINGS, *["Labels"] * most], rows)


def _cells(entry: Entry, profile: Profile) -> tuple[str, ...]:
    return (
        words.cut(words.one_line(entry.title), _LONGEST),
        words.description(entry),
        "Bug" if entry.type == "issue" else "Task",
        PRIORITIES[words.grade(entry)],
        STATUSES[entry.status],
        words.mail(entry, profile),
        words.due(entry),
        entry.id,
        *words.facts(entry).values(),
    )


def _labels(entry: Entry) -> list[str]:
    """Words without blanks, which a label cannot hold."""
    return ["raid", entry.type, *words.interfaces(entry).split()]
