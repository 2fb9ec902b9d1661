"""Two years of a programme in a store: daily submissions of every interface, and the defects that they showed.

Written straight into the tables, because recording it run by run would take an hour; the audit trail is chained as
the RAID log chains it, and `harness store check` finds no fault in it.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, update

from contracts.profiles import Interface, Person, Profile
from raid_log import Store, fingerprint
from raid_log.database import GENESIS
from raid_log.events import digest
from raid_log.tables import (
    Base,
    ControlTotal,
    EventRow,
    Fingerprint,
    Head,
    ItemRow,
    OccurrenceRow,
    RuleRow,
    RuleStatusRow,
    Run,
    SubmissionRow,
    UnitAttempt,
)

INTERFACES, DAYS, DEFECTS, RULES, UNITS = 200, 730, 20_000, 25, 10
SUBMISSIONS, OCCURRENCES = 150_000, 500_000
END = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
_START = END - timedelta(days=DAYS)
_CHUNK = 20_000
_SEVERITIES = ("critical", "significant", "significant", "moderate", "minor")
_LIVES = {  # kinds of events with the state after each, and how many of 1,000 defects live so
    (("triaged", "triaged"), ("assigned", "in_progress"), ("fixed", "fixed"), ("passed", "verified")): 850,
    (("triaged", "triaged"), ("assigned", "in_progress"), ("fixed", "fixed"), ("passed", "verified"),
     ("failed_again", "reopened"), ("assigned", "in_progress"), ("fixed", "fixed"), ("passed", "verified")): 60,
    (("rejected", "rejected"),): 40,
    (("triaged", "triaged"), ("assigned", "in_progress")): 30,
    (("triaged", "triaged"), ("waived", "waived")): 5,
    (): 15,
}  # fmt: skip


def profile() -> Profile:
    """Return the district: 200 interfaces, each with a contract of its own, and the people at work."""
    rows = [
        Interface(
            f"IF-{number:03d}", f"Feed {number}", "Finance", "inbound", "FBDI", "daily", "few", "high", "Finance lead",
            (_contract(number),), "S3", 24, number % 20 == 0, True, "1",
        )
        for number in range(INTERFACES)
    ]  # fmt: skip
    people = {name: Person(name, name, frozenset({name}), "") for name in ("triager", "owner", "approver", "sponsor")}
    zone = ZoneInfo("America/New_York")
    return Profile("bench", "Bench", None, zone, register={row.id: row for row in rows}, people=people)


def write_history(store: Store, *, seed: int = 7, scale: float = 1.0) -> None:
    """Fill an empty store. ``scale``: the part of the days and defects, for a quick look."""
    chance = random.Random(seed)
    days = max(30, round(DAYS * scale))
    with store.writing() as connection:
        _fill(connection, RuleRow, _rules())
        _fill(connection, Run, _runs(days))
        # The tables are written one after the other; each draws its numbers from the same submissions.
        submissions = _submissions(days)
        _fill(connection, SubmissionRow, iter(submissions))
        _fill(connection, UnitAttempt, _units(submissions))
        _fill(connection, RuleStatusRow, _statuses(submissions))
        _fill(connection, ControlTotal, _totals(submissions))
        log = _Log(chance, submissions, days)
        log.live(round(DEFECTS * scale))
        _fill(connection, ItemRow, iter(log.items))
        _fill(connection, Fingerprint, iter(log.marks))
        _fill(connection, OccurrenceRow, iter(log.occurrences))
        events, last = _chained(log.events)
        _fill(connection, EventRow, iter(events))
        head = {"event": len(events), "hash": last, "item": len(log.items)}
        connection.execute(update(Head).where(Head.id == 1).values(**head))


def _fill(connection: Connection, table: type[Base], rows: Iterator[dict[str, Any]]) -> None:
    while chunk := list(islice(rows, _CHUNK)):
        connection.execute(insert(table), chunk)


def _contract(number: int) -> str:
    return f"finance.feed_{number:03d}"


def _rules() -> Iterator[dict[str, Any]]:
    for number in range(INTERFACES):
        for rule in range(RULES):
            yield {
                "number": number * RULES + rule + 1, "contract": _contract(number), "version": "1.0.0",
                "id": f"R-{rule:03d}", "file": "lines", "column": f"C{rule}", "title": f"Rule {rule} holds",
                "severity": _SEVERITIES[rule % 5], "code": "",
            }  # fmt: skip


def _day(number: int, days: int) -> datetime:
    return END - timedelta(days=days - number)


def _runs(days: int) -> Iterator[dict[str, Any]]:
    for day in range(days):
        at = _day(day, days)
        yield {
            "id": f"run-{day:04d}", "started_at": at, "finished_at": at + timedelta(hours=1), "profile": "bench",
            "harness_version": "0",
        }  # fmt: skip


def _submissions(days: int) -> list[dict[str, Any]]:
    """Every interface every day, and the first ones twice: 150,000 in two years."""
    twice = round(SUBMISSIONS / DAYS) - INTERFACES
    rows: list[dict[str, Any]] = []
    for day in range(days):
        for at, number in enumerate([*range(INTERFACES), *range(twice)]):
            evidence = ("conformance", "simulated", "acceptance")[min(2, 3 * day // days)]
            rows.append({
                "number": len(rows) + 1, "id": f"run-{day:04d}/{at + 1}", "run_id": f"run-{day:04d}",
                "interface": f"IF-{number:03d}", "contract": _contract(number), "version": "1.0.0",
                "contract_status": "active", "release": "26C", "profile": "bench", "payload": "feed.zip",
                "sha256": f"{len(rows):064x}", "submitted_at": _day(day, days) + timedelta(seconds=at), "cycle": "",
                "evidence_class": evidence, "environment": "" if evidence == "conformance" else "pod-1",
                "negative": False, "records": 5 * UNITS, "units": UNITS, "conforming": UNITS, "amount": None,
            })  # fmt: skip
    return rows


def _units(submissions: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for one in submissions:
        sent = one["evidence_class"] != "conformance"
        for position in range(1, UNITS + 1):
            refused = (one["number"] * UNITS + position) % 400 == 0
            yield {
                "submission": one["number"], "position": position,
                "key_hash": (one["number"] * UNITS + position).to_bytes(16, "big"), "check_attempt": 1,
                "send_attempt": 1 if sent else None, "conforms": not refused,
                "predicted": "refused" if refused else "accepted",
                "outcome": ("rejected" if refused else "accepted") if sent else None,
                "stage": ("S2" if refused else "S3") if sent else None,
                "ended_at": one["submitted_at"] + timedelta(minutes=20) if sent else None, "excluded": False,
                "records": 5, "amount": None,
            }  # fmt: skip


def _totals(submissions: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """What was counted in Fusion after every real submission: as many units as were accepted."""
    for one in submissions:
        if one["evidence_class"] == "acceptance":
            refused = sum((one["number"] * UNITS + position) % 400 == 0 for position in range(1, UNITS + 1))
            yield {
                "submission": one["number"], "at": one["submitted_at"] + timedelta(hours=2), "by": "owner",
                "evidence": "count", "units": UNITS - refused, "amount": None,
            }  # fmt: skip


def _statuses(submissions: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for one in submissions:
        first = int(one["interface"].removeprefix("IF-")) * RULES + 1
        for rule in range(first, first + RULES):
            yield {
                "submission": one["number"], "rule": rule, "status": "passed", "findings": 0, "units": 0, "reason": "",
            }  # fmt: skip


@dataclass
class _Log:
    """Defects with their occurrences and lives."""

    chance: random.Random
    submissions: list[dict[str, Any]]
    days: int
    items: list[dict[str, Any]] = field(default_factory=list)
    marks: list[dict[str, Any]] = field(default_factory=list)
    occurrences: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)

    def live(self, defects: int) -> None:
        """Let so many defects live."""
        own: dict[str, list[dict[str, Any]]] = {}
        for one in self.submissions:
            own.setdefault(one["interface"], []).append(one)
        lives, weights = list(_LIVES), list(_LIVES.values())
        for number in range(1, defects + 1):
            interface = self.chance.randrange(INTERFACES)
            seen = own[f"IF-{interface:03d}"]
            first = self.chance.randrange(len(seen))
            self._open(
                number, interface, seen[first : first + 2 * OCCURRENCES // DEFECTS : 2][: OCCURRENCES // DEFECTS]
            )
            life = self.chance.choices(lives, weights)[0]
            self._grow(number, seen[first]["submitted_at"], life)
        self.events.sort(key=lambda event: event["at"])

    def _open(self, number: int, interface: int, seen: list[dict[str, Any]]) -> None:
        rule = number % RULES
        place = (f"IF-{interface:03d}", _contract(interface))
        severity = _SEVERITIES[rule % 5]
        mark = fingerprint(*place, f"R-{rule:03d}", f"lines.C{rule}/{number}")
        self.items.append({
            "number": number, "type": "issue", "title": f"Rule {rule} holds", "statement": f"Rule {rule} fails.",
            "interface": place[0], "contract": place[1], "cause": f"R-{rule:03d}", "field": f"lines.C{rule}/{number}",
            "detail": json.dumps({"floor": severity, "stage": "S1"}),
        })  # fmt: skip
        self.marks.append({"fingerprint": mark, "item": number})
        for one in seen:
            self.occurrences.append({
                "item": number, "submission": one["number"], "stage": "S1", "comparison": "", "units": 1, "records": 2,
                "amount": None,
            })  # fmt: skip
        self._event(number, seen[0]["submitted_at"] + timedelta(hours=1), "opened", "", "new", {"severity": severity})

    def _grow(self, number: int, at: datetime, life: tuple[tuple[str, str], ...]) -> None:
        before = "new"
        for kind, after in life:
            at += timedelta(days=self.chance.randrange(1, 8), seconds=number)
            if at >= END:
                return
            until = (at + timedelta(days=20)).date().isoformat()
            detail = {
                "triaged": {"root_cause": "mapping", "owner": "owner"}, "assigned": {"owner": "owner", "due": until},
                "fixed": {"fix": f"CHG-{number}", "fixed_in": "26C"}, "passed": {"runs": "run-0001 run-0002"},
                "waived": {"until": until, "ends_at": (at + timedelta(days=20)).isoformat()},
            }.get(kind, {})  # fmt: skip
            self._event(number, at, kind, before, after, detail)
            before = after

    def _event(self, item: int, at: datetime, kind: str, before: str, after: str, detail: dict[str, str]) -> None:
        machine = kind in ("opened", "passed", "failed_again")
        role = "machine" if machine else {"waived": "sponsor", "fixed": "owner"}.get(kind, "triager")
        self.events.append({
            "item": item, "at": at, "kind": kind, "before": before, "after": after,
            "by": "machine" if machine else role, "role": role, "source": "run" if machine else "cli", "run": "",
            "reason": "", "detail": json.dumps(detail, sort_keys=True),
        })  # fmt: skip


def _chained(events: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], str]:
    """The events with number and hash, and the last hash."""
    previous = GENESIS
    for number, event in enumerate(events, start=1):
        event |= {"number": number, "previous": previous}
        previous = event["hash"] = digest(event)
    return events, previous
