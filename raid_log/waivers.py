"""Waivers: somebody accepts open defects for a while. Asked for by one person, approved by another, and they end.

A waiver changes the decision, never a rate. Approved is one by a reviewed file (``waiver_files``) or by a listed
approver on the command line; a cell of a spreadsheet can only ask for one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from raid_log.changes import Change, changing, needed
from raid_log.clock import end_of
from raid_log.errors import StoreError
from raid_log.events import Event
from raid_log.fields import day, written
from raid_log.items import Item
from raid_log.roles import Actor, listed
from raid_log.states import OPEN, WAIVER_ASKED
from raid_log.store import Store

LONGEST_DAYS = 30
"""Calendar days from approval to the last day of a waiver."""
WARNED_DAYS = 7
"""Days before its end in which a waiver is shown as ending."""
ASKED = WAIVER_ASKED
"""Kind of the event that asks for a waiver; the state stays."""


@dataclass(frozen=True)
class Waiver:
    """What is asked for: why, what people do meanwhile, what watches over it, and the last day."""

    reason: str
    workaround: str
    control: str  # what makes sure that the harm stays small
    until: str  # last day, YYYY-MM-DD
    evidence: str = ""  # file or link
    id: str = ""  # of a waiver file

    def detail(self) -> dict[str, str]:
        """As an event keeps it; the reason is the event's own."""
        named = {"workaround": self.workaround, "control": self.control, "until": self.until, "evidence": self.evidence}
        return {name: value for name, value in {**named, "waiver": self.id}.items() if value}


def ask_for_waiver(store: Store, actor: Actor, id: str, waiver: Waiver) -> Item:
    """Ask for a waiver of an open defect; a later request replaces one that is not approved yet.

    Anybody who is listed may ask. Raises StoreError for what is blank, too long, or not an open defect.
    """
    with changing(store, actor, id) as change:
        ask(change, waiver)
    return change.after()


def ask(change: Change, waiver: Waiver) -> None:
    """Ask for a waiver as ``ask_for_waiver`` does, in a transaction that takes more than one step."""
    refuse_unwritten(waiver)
    _refuse_dates(change.actor, waiver.until)
    _refuse_ended(change)
    author = change.actor.reporter(reason=waiver.reason)
    change.log.note(change.number, ASKED, change.item.status, author, waiver.detail())


def refuse_unwritten(waiver: Waiver) -> None:
    """Raise StoreError for what is blank of a waiver, or holds what no text may."""
    for text, what in (
        (waiver.reason, "the reason"),
        (waiver.workaround, "the workaround"),
        (waiver.control, "the control"),
    ):
        needed(text, what)
    written(waiver.evidence, "the evidence")


def approve_waiver(store: Store, actor: Actor, id: str) -> Item:
    """Approve the waiver that was asked for last. Raises StoreError: none is, its day has passed, wrong person."""
    with changing(store, actor, id) as change:
        asked = pending(change.item)
        if asked is None:
            raise StoreError(
                f"nobody has asked for a waiver of {change.item.id}",
                todo="ask first: `harness raid waive ID --until ...`",
            )
        grant(change, asked.detail, reason=asked.reason, requested_by=asked.by)
    return change.after()


def withdraw_waiver(store: Store, actor: Actor, id: str, *, reason: str) -> Item:
    """End a waiver before its day; the defect has its state before again. Roles: approver, sponsor."""
    reason = needed(reason, "the reason")
    with changing(store, actor, id) as change:
        change.apply("waiver_ended", {}, reason)
    return change.after()


def pending(item: Item) -> Event | None:
    """Return the request that waits for an approval, None if there is none."""
    asked = None
    for event in item.history:
        if event.kind == ASKED:
            asked = event
        elif event.after != event.before and event.after not in OPEN:
            asked = None
    return asked


def grant(change: Change, detail: Mapping[str, str], *, reason: str, requested_by: str) -> None:
    """Put the waiver in force. Raises StoreError for the requester himself, a role that may not, or a wrong day."""
    actor, item = change.actor, change.item
    _refuse_ended(change)
    if actor.id == requested_by:
        raise StoreError(f"{actor.id} asked for the waiver of {item.id}", todo="another person approves it")
    if item.severity == "critical" and "sponsor" not in listed(actor.profile, actor.id).roles:
        raise StoreError(f"{item.id} is critical: a waiver is the sponsor's alone", actor.id, "ask the sponsor")
    last = _refuse_dates(actor, detail["until"])
    ends = {"ends_at": end_of(last, actor.profile.time_zone), "requested_by": requested_by}
    change.apply("waived", {**detail, **ends}, reason)


def _refuse_dates(actor: Actor, until: str) -> date:
    last, today = day(until, "until"), actor.at.astimezone(actor.profile.time_zone).date()
    if last < today:
        raise StoreError(f"the waiver ended on {until}", "until", "ask for a new one with a day to come")
    if last > today + timedelta(days=LONGEST_DAYS):
        raise StoreError(
            f"a waiver until {until} is too long",
            "until",
            f"at most {LONGEST_DAYS} days: {today + timedelta(days=LONGEST_DAYS)}",
        )
    return last


def _refuse_ended(change: Change) -> None:
    if change.item.type != "issue" or change.item.status not in OPEN:
        raise StoreError(
            f"{change.item.id} is no open defect: {change.item.type}, {change.item.status}", todo="waive open defects"
        )
