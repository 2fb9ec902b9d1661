"""What all trackers are told of an entry: what the log holds, which is masked. Findings and payloads are never read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from contracts import Profile
from raid_log import FIELDS, Entry, clean, exposure
from reports import text_files

FACTS = (
    "type", "status", "severity", "interfaces", "contract", "cause", "field", "evidence_class", "times_seen",
    "first_seen", "last_seen", "root_cause",
)  # fmt: skip
"""What no tracker has a field of its own for."""
_STATEMENT = 3_000  # characters of a statement; with the facts behind it a description stays below 4,000
_GRADES = {"extreme": "critical", "high": "significant", "medium": "moderate", "low": "minor"}


def entries_of(entries: Iterable[Entry]) -> list[Entry]:
    """Return those that a tracker can hold: attestations are none of its business."""
    return [entry for entry in entries if entry.type in FIELDS]


def facts(entry: Entry) -> dict[str, str]:
    """Return the FACTS by name, "" where one is not known. Moments are UTC."""
    values = (
        entry.type, entry.status, entry.severity, interfaces(entry), entry.contract, entry.cause, entry.field,
        entry.evidence_class, str(entry.submissions), f"{entry.first_seen:%Y-%m-%d %H:%M}",
        f"{entry.last_seen:%Y-%m-%d %H:%M}", entry.fields.get("root_cause", ""),
    )  # fmt: skip
    return dict(zip(FACTS, values, strict=True))


def description(entry: Entry) -> str:
    """Return the statement, and below it the id and the facts that are known, a line each."""
    known = {"raid_id": entry.id, **{name: value for name, value in facts(entry).items() if value}}
    lines = [f"{name.replace('_', ' ').capitalize()}: {one_line(value)}" for name, value in known.items()]
    statement = cut(clean(entry.fields.get("statement", entry.statement)), _STATEMENT)
    return "\n".join([*([statement, ""] if statement else []), *lines])


def grade(entry: Entry) -> str:
    """Return the severity, of a risk the one that its exposure is as good as; "" where there is neither."""
    found = exposure(entry.fields) if entry.type == "risk" else None
    return _GRADES[found[1]] if found else entry.severity


def interfaces(entry: Entry) -> str:
    """Return the ids of its interfaces, a blank between."""
    return entry.interface or entry.fields.get("interfaces", "")


def due(entry: Entry) -> str:
    """Return the day until which something is to be done, YYYY-MM-DD, or ""."""
    return next(filter(None, (entry.fields.get(name, "") for name in ("due", "validate_by", "needed_by"))), "")


def mail(entry: Entry, profile: Profile) -> str:
    """Return the mail of the owner, "" for nobody and for somebody whose mail is not known."""
    person = profile.people.get(entry.owner)
    return person.mail if person else ""


def cut(text: str, longest: int) -> str:
    """Return the text, with ``…`` for what is longer than ``longest`` characters."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def one_line(text: str) -> str:
    """Return the text in one line."""
    return " ".join(clean(text).split())


def csv_text(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table as CSV; a text that a spreadsheet would compute gets an apostrophe in front."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows([text_files.escaped(clean(cell)) for cell in row] for row in rows)
    return text.getvalue()
