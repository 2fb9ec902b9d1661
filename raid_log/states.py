"""The life of an item: which event leads from which state to which, and who may cause it.

Tables as data; whatever is not in them is refused. A status is never stored: it is the fold of an item's events.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts.results import SEVERITIES
from raid_log.errors import StoreError

OPEN = ("new", "triaged", "in_progress", "fixed", "reopened")
"""States of an issue that count as open: fixed without a verifying run is open."""

WAIVER_ASKED, REJECTION_ASKED = "waiver_requested", "rejection_requested"
REQUESTS: Mapping[str, str] = {WAIVER_ASKED: "waiver", REJECTION_ASKED: "rejection"}
"""Kind of the event by which somebody asks for a step that is not his to take -> what he asks for."""
_OF_WAIVERS = (WAIVER_ASKED, "waived")

SAME = "(same)"
BEFORE = "(before)"
NONE = ""  # the state of an item that does not exist yet


@dataclass(frozen=True)
class Transition:
    """One row of a table. ``after`` may be SAME or BEFORE (the state before the waiver)."""

    kind: str
    before: tuple[str, ...]
    after: str
    who: tuple[str, ...]
    counted: str = ""  # under which name the flow of a week counts it


_ISSUE = (
    Transition("opened", (NONE,), "new", ("machine", "reporter"), "opened"),
    Transition("triaged", ("new", "reopened"), "triaged", ("triager",)),
    Transition("assigned", ("new", "triaged", "reopened"), "in_progress", ("triager", "owner")),
    Transition("assigned", ("in_progress", "fixed"), SAME, ("triager",)),
    Transition("fixed", ("new", "triaged", "in_progress", "reopened"), "fixed", ("owner", "triager")),
    Transition("fixed", ("waived",), SAME, ("owner", "triager")),  # becomes the state after the waiver
    Transition("failed_again", ("fixed",), "reopened", ("machine",)),
    Transition("failed_again", ("verified",), "reopened", ("machine",), "reopened"),
    Transition("verified", ("fixed",), "verified", ("triager",), "verified"),
    Transition("passed", OPEN, "verified", ("machine",), "verified"),
    Transition("passed", ("waived",), "verified", ("machine",), "waived_verified"),
    Transition("reopened", ("verified", "rejected", "duplicate"), "reopened", ("triager",), "reopened"),
    Transition("rejected", OPEN, "rejected", ("triager", "approver"), "rejected"),
    Transition("merged", OPEN, "duplicate", ("triager",), "merged"),
    Transition("waived", OPEN, "waived", ("sponsor", "approver"), "waived"),  # who is both signs as the sponsor
    Transition("waiver_ended", ("waived",), BEFORE, ("machine", "approver"), "waiver_ended"),
)
_RISK = (
    Transition("opened", (NONE,), "open", ("machine", "reporter"), "opened"),
    Transition("closed", ("open",), "closed", ("owner", "triager")),
    Transition("reopened", ("closed",), "open", ("owner", "triager")),
)
_ASSUMPTION = (
    Transition("opened", (NONE,), "open", ("machine", "reporter"), "opened"),
    Transition("confirmed", ("open",), "confirmed", ("validator", "triager")),
    Transition("false", ("open",), "false", ("validator", "triager")),
    Transition("reopened", ("confirmed", "false"), "open", ("owner", "triager")),
)
_DEPENDENCY = (
    Transition("opened", (NONE,), "on_track", ("machine", "reporter"), "opened"),
    Transition("delivered", ("on_track", "at_risk", "late"), "delivered", ("owner", "triager")),
    Transition("at_risk", ("on_track",), "at_risk", ("owner", "triager")),
    Transition("on_track", ("at_risk",), "on_track", ("owner", "triager")),
    Transition("late", ("on_track", "at_risk"), "late", ("machine",)),
    Transition("reopened", ("delivered",), "on_track", ("owner", "triager")),
)
_ATTESTATION = (
    Transition("opened", (NONE,), "attested", ("sponsor", "approver", "triager"), "opened"),
    Transition("attested", ("attested",), SAME, ("sponsor", "approver", "triager")),
)
TRANSITIONS: Mapping[str, tuple[Transition, ...]] = {
    "risk": _RISK,
    "assumption": _ASSUMPTION,
    "issue": _ISSUE,
    "dependency": _DEPENDENCY,
    "attestation": _ATTESTATION,
}
"""Item type -> its table."""

STATES: Mapping[str, tuple[str, ...]] = {
    "risk": ("open", "closed"),
    "assumption": ("open", "confirmed", "false"),
    "issue": (*OPEN, "waived", "verified", "rejected", "duplicate"),
    "dependency": ("on_track", "at_risk", "late", "delivered"),
    "attestation": ("attested",),
}
"""Item type -> its states."""

LIVE = (*OPEN, "waived", "open", "on_track", "at_risk", "late", "attested")
"""States that may still change by themselves or decide a gate: all but those in which an item has ended."""

_ENDED = frozenset(
    {"attested", "closed", "confirmed", "false", "delivered", "waived", "verified", "rejected", "duplicate"}
)


@dataclass(frozen=True)
class Standing:
    """What an item's events add up to."""

    status: str = NONE
    behind: str = NONE  # the state that an ending waiver returns to
    severity: str = ""
    severity_by: str = ""
    peak: str = ""  # the highest severity it ever had
    owner: str = ""
    due: str = ""
    waiver: Mapping[str, str] = field(default_factory=dict)  # by, role, until, ends_at of the waiver in force
    asked: Mapping[str, str] = field(default_factory=dict)  # what waits for an answer (waiver, rejection) -> who asked
    fields: Mapping[str, str] = field(
        default_factory=dict
    )  # everything that events noted, by name; the last word counts

    @property
    def open(self) -> bool:
        """True if something is still to be done about the item; a waived issue is not open."""
        return self.status not in _ENDED


def row_of(type_: str, standing: Standing, kind: str) -> Transition:
    """Return the row of the type's table for the event in this state. Raises StoreError if there is none."""
    rows = [row for row in TRANSITIONS[type_] if row.kind == kind and standing.status in row.before]
    if not rows:
        known = sorted({row.kind for row in TRANSITIONS[type_] if standing.status in row.before})
        state = standing.status or "not raised yet"
        raise StoreError(
            f"{kind!r} is refused: this {type_} is {state}", todo=f"possible: {', '.join(known) or 'none'}"
        )
    return rows[0]


def resulting(type_: str, standing: Standing, kind: str, role: str) -> str:
    """Return the state after the event. Raises StoreError if the type's table has no such row for the role."""
    row = row_of(type_, standing, kind)
    if role not in row.who:
        raise StoreError(f"{kind!r} is refused to the role {role!r}", todo=f"ask a {' or '.join(row.who)}")
    return {SAME: standing.status, BEFORE: standing.behind}.get(row.after, row.after)


def counted_as(type_: str, standing: Standing, kind: str) -> str:
    """Return as what the flow of a week counts the event in this state; blank if it counts nothing."""
    rows = (row.counted for row in TRANSITIONS[type_] if row.kind == kind and standing.status in row.before)
    return next(rows, "")


def fold(events: Iterable[Any]) -> Standing:
    """Return what the events (of one item, oldest first) add up to.

    An event has ``kind``, ``before``, ``after``, ``by``, ``role`` and ``detail`` (a mapping).
    """
    held: dict[str, Any] = {}
    fields: dict[str, str] = {}
    for event in events:
        held |= _changes(held, event)
        fields |= _noted(event)
    return Standing(**held, fields=fields)


def steps(events: Iterable[Any]) -> Iterator[Standing]:
    """Yield the standing after each event, as ``fold`` has it after the last."""
    held: dict[str, Any] = {}
    fields: dict[str, str] = {}
    for event in events:
        held |= _changes(held, event)
        fields = {**fields, **_noted(event)}
        yield Standing(**held, fields=fields)


def _noted(event: Any) -> Mapping[str, str]:
    """The fields of the entry that an event sets: a waiver's own (its workaround, its day) stay with the waiver."""
    return {} if event.kind in _OF_WAIVERS else event.detail


def _changes(held: Mapping[str, Any], event: Any) -> dict[str, Any]:
    """The fields of the standing that an event sets; held: those that are set so far."""
    detail: Mapping[str, str] = event.detail
    changes: dict[str, Any] = {"status": event.after}
    changes |= {name: detail[name] for name in ("severity", "owner", "due") if name in detail}
    if "severity" in detail:
        changes["severity_by"] = event.by
        changes["peak"] = min(filter(None, (held.get("peak"), detail["severity"])), key=SEVERITIES.index)
    if event.kind in REQUESTS:
        changes["asked"] = {**held.get("asked", {}), REQUESTS[event.kind]: event.by}
    elif held.get("asked") and event.after != event.before:
        changes["asked"] = _unanswered(held["asked"], event)
    if event.kind == "waived":
        changes["behind"] = event.before
        ends = {name: detail.get(name, "") for name in ("until", "ends_at")}
        changes["waiver"] = {"by": event.by, "role": event.role, **ends}
    elif event.kind == "fixed" and event.before == "waived":
        changes["behind"] = "fixed"
    elif event.before == "waived" and event.after != "waived":
        changes["behind"], changes["waiver"] = NONE, {}
    return changes


def _unanswered(asked: Mapping[str, str], event: Any) -> dict[str, str]:
    """What still waits after a change of state: any answers a request for a rejection, one out of OPEN all."""
    return {what: by for what, by in asked.items() if what == "waiver" and event.after in OPEN}
