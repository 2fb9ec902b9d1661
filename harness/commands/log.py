"""``harness raid list | show | history | fields | verify-log`` and ``harness ready``: what the RAID log says."""

from __future__ import annotations

import hashlib
import json as jsons
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.commands.options import JsonOption, NoColorOption, ProfileOption, QuietOption, WorkspaceOption, moment
from harness.console import Screen, write_json
from harness.errors import UsageError
from harness.workspace import find_workspace

if TYPE_CHECKING:
    from contracts import Profile
    from raid_log import Entry, Event, Item, Readiness, Store


_LINES = 200
"""Lines that a person may still read through."""
_IDS = 8
"""Ids of a list that a person may still read through; JSON holds all."""
IdArgument = Annotated[str, typer.Argument(metavar="ID", help="e.g. RAID-0001")]


def list_items(
    type_: Annotated[str, typer.Option("--type", help="risk, assumption, issue or dependency.")] = "",
    status: Annotated[str, typer.Option(help="A state, or `open`; without it also what is waived or attested.")] = "",
    severity: Annotated[str, typer.Option(help="critical, significant, moderate or minor.")] = "",
    interface: Annotated[str, typer.Option("--interface", "-i", help="Id of a register row.")] = "",
    owner: Annotated[str, typer.Option(help="Id of a person; `-` = nobody yet.")] = "",
    overdue: Annotated[bool, typer.Option("--overdue", help="Open, and due before today.")] = False,
    all_: Annotated[bool, typer.Option("--all", help="Also what has ended.")] = False,
    limit: Annotated[int, typer.Option(help="Lines of the table, 0 = all; JSON holds all.", min=0)] = _LINES,
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """List the entries of the RAID log that have not ended, or all."""
    from raid_log import items, open_store

    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile)
    with open_store(found.store_url) as store:
        chosen = items(
            store, type=type_ or None, status=status or None, severity=severity or None, interface=interface or None,
            ended=all_ or bool(status),
        )  # fmt: skip
    today = datetime.now(UTC).astimezone(found.profile.time_zone).date().isoformat()
    listed = [
        one
        for one in chosen
        if owner in ("", one.owner or "-") and (not overdue or (one.open and "" < one.standing.due < today))
    ]
    if json:
        write_json(json, [entry_json(one) for one in listed])
    rows = [
        (
            one.id,
            one.severity,
            one.status,
            one.interface,
            one.submissions,
            f"{one.cause or one.fields.get('concerns', '')} {one.title}".strip(),
        )
        for one in listed[: limit or None]
    ]
    screen.table("", ["id", "severity", "status", "interface", "times", "cause"], rows, ["times"])
    left = len(listed) - len(rows)
    screen.line(f"{len(listed):,} entries" + (f", {left:,} not shown: narrow them down, or --limit 0" if left else ""))
    _say_asked(screen, listed)


def _say_asked(screen: Screen, listed: Iterable[Entry]) -> None:
    """What somebody asked for and waits: a waiver for an approver, a rejection for a triager."""
    waiting: dict[str, list[str]] = {}
    for one in listed:
        for what in one.standing.asked:
            waiting.setdefault(what, []).append(one.id)
    for what, ids in sorted(waiting.items()):
        screen.line(f"asked for: {what} of {shortened(ids)}", "yellow")


def show_item(
    identity: IdArgument,
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Show one entry: what it is, where it occurred, what was done."""
    from raid_log import item, last_exercised, open_store

    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile)
    with open_store(found.store_url) as store:
        one = item(store, identity)
        proposed = _proposed(store, found.profile, one)
        with store.reading() as connection:
            ran = last_exercised(connection, one.number) if one.cause and one.type == "issue" else None
    if json:
        write_json(json, {**item_json(one), "proposed": proposed, "last_exercised": ran.isoformat() if ran else None})
    screen.line(f"{one.id} {one.title}", "bold")
    own = _own_fields(one)
    told = {"version": str(one.version)} | ({"last ran": f"{ran:%Y-%m-%d %H:%M}"} if ran else {})
    told |= {"proposed": proposed} if proposed else {}
    told |= {"asked for": ", ".join(f"{what} by {by}" for what, by in one.standing.asked.items())}
    told = {name: value for name, value in told.items() if value}
    for name, value in {**_facts(one), **own, **told}.items():
        screen.line(f"  {name:<{max(map(len, (*own, 'interface   ')))}} {value or '-'}")
    rows = [
        (f"{seen.submitted_at:%Y-%m-%d %H:%M}", seen.evidence_class, seen.stage, seen.comparison or "-", seen.release, seen.version, seen.units, seen.records)
        for seen in one.occurrences
    ]  # fmt: skip
    screen.table(
        "occurrences",
        ["at (UTC)", "class", "stage", "comparison", "release", "contract", "units", "records"],
        rows,
        ["units", "records"],
    )
    history = [(f"{event.at:%Y-%m-%d %H:%M}", event.kind, event.by, _words(event)) for event in one.history]
    screen.table("history", ["at (UTC)", "event", "by", "detail"], history)


def fields(
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """List the fields of each type of entry."""
    from raid_log import FIELDS

    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    if json:
        write_json(
            json,
            {
                type_: [vars(field) | {"choices": list(field.choices)} for field in named.values()]
                for type_, named in FIELDS.items()
            },
        )
    for type_, named in FIELDS.items():
        rows = [
            (one.name, "yes" if one.needed else "", one.kind, ", ".join(one.choices) or one.about)
            for one in named.values()
        ]
        screen.table(type_, ["field", "needed", "takes", "about"], rows)


def history(
    identity: IdArgument,
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Tell everything that happened to one entry: who, in which role, when, why."""
    from raid_log import item, open_store

    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile)
    with open_store(found.store_url) as store:
        one = item(store, identity)
    if json:
        write_json(
            json, [vars(event) | {"at": event.at.isoformat(), "detail": dict(event.detail)} for event in one.history]
        )
    screen.line(line_of(one), "bold")
    rows = [
        (
            str(event.number),
            f"{event.at:%Y-%m-%d %H:%M}",
            event.kind,
            event.after,
            f"{event.by} ({event.role}, {event.source})",
            _why(event),
        )
        for event in one.history
    ]
    screen.table("", ["no", "at (UTC)", "event", "state", "by", "why and what"], rows, ["no"])


def verify_log(
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Check the hash chain of all events: exit 2 and the first event that does not fit if it was tampered with."""
    from raid_log import open_store

    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile)
    with open_store(found.store_url) as store:
        broken, where = store.broken_link(), store.where
    if json:
        write_json(json, {"sound": broken is None, "first_broken_event": broken})
    if broken is not None:
        raise UsageError(
            f"the audit trail was changed by hand at event {broken}",
            where=where,
            todo="restore the store from a backup, and ask who wrote to it",
        )
    screen.line("the audit trail is whole: every event fits to the one before it")


def shortened(ids: Sequence[str]) -> str:
    """The first ids, and how many more there are."""
    more = f" and {len(ids) - _IDS:,} more" if len(ids) > _IDS else ""
    return f"{', '.join(ids[:_IDS])}{more}"


def line_of(one: Item) -> str:
    """An entry in one line: what it is, and in which state."""
    facts = (
        one.severity,
        f"owner {one.owner}" if one.owner else "",
        f"due {one.standing.due}" if one.standing.due else "",
    )
    return f"{one.id} {one.status}: {one.title}" + "".join(f", {fact}" for fact in facts if fact)


def _why(event: Event) -> str:
    """Why it was done, in which run, and what was noted."""
    noted = {"run": event.run, **event.detail}
    return "; ".join(filter(None, [event.reason, *(f"{name}: {value}" for name, value in noted.items() if value)]))


def _proposed(store: Store, profile: Profile, one: Item) -> str:
    """What the machine proposes and leaves to people: an assumption that nothing asks any more, a wrong contract."""
    from harness.assuming import open_questions
    from raid_log import no_longer_asked

    if one.type == "assumption" and one.open and one.fingerprints:
        return "confirm: nothing asks it any more" if one.id in no_longer_asked(store, open_questions(profile)) else ""
    return f"root cause: {one.proposed_root_cause}" if one.proposed_root_cause else ""


def ready(
    as_of: Annotated[str, typer.Option(help="Moment of the decision, ISO 8601 with offset (default: now).")] = "",
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Answer GO, NO-GO or NO EVIDENCE with the evidence behind every gate: exit 0, 1, 3."""
    from raid_log import open_store, readiness

    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile)
    with open_store(found.store_url) as store:
        decision = readiness(store, found.profile, as_of=moment(as_of))
    data = readiness_json(decision)
    if json:
        write_json(json, data)
    say_gates(screen, decision)
    say_waivers(screen, decision)
    screen.line(f"hash {data['hash']}")
    raise typer.Exit(decision.exit_code)


def say_gates(screen: Screen, decision: Readiness) -> None:
    """Print the decision, the table of its gates, and what is behind each."""
    screen.line(f"{decision.text}  as of {decision.as_of:%Y-%m-%d %H:%M} UTC, window {decision.window.label}", "bold")
    rows = [(gate.id, gate.title, gate.required, gate.actual, gate.text) for gate in decision.gates]
    screen.table("", ["gate", "about", "required", "actual", "verdict"], rows)
    for gate in decision.gates:
        for detail in _grouped(gate.details):
            screen.line(f"  {gate.id}: {detail}")


def say_waivers(screen: Screen, decision: Readiness) -> None:
    """Print the waivers that end within days, a line each."""
    for one in decision.waivers_ending:
        screen.line(f"  waiver of {one.item} ends on {one.until}, signed by {one.by} ({one.role})", "yellow")


def readiness_json(decision: Readiness) -> dict[str, Any]:
    """The decision as JSON data, with the SHA-256 of its canonical JSON (keys sorted, no blanks) as ``hash``."""
    data = _decision_json(decision)
    canonical = jsons.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return {**data, "hash": hashlib.sha256(canonical.encode()).hexdigest()}


def _decision_json(decision: Readiness) -> dict[str, Any]:
    return {
        "verdict": decision.text,
        "as_of": decision.as_of.isoformat(),
        "window": decision.window.label,
        "gates": [
            {"id": gate.id, "title": gate.title, "required": gate.required, "actual": gate.actual,
             "verdict": gate.text, "source": gate.source, "details": list(gate.details)}
            for gate in decision.gates
        ],
        "waivers_ending": [vars(one) for one in decision.waivers_ending],
    }  # fmt: skip


def _grouped(details: Iterable[str]) -> list[str]:
    """One line per reason; what shares a reason (52 interfaces without evidence) stands in one line."""
    groups: dict[str, list[str]] = {}
    for detail in details:
        subject, _, reason = detail.partition(": ")
        groups.setdefault(reason, []).append(subject)
    return [
        f"{', '.join(subjects)}: {reason}" if reason else ", ".join(subjects) for reason, subjects in groups.items()
    ]


def _facts(one: Entry) -> dict[str, str]:
    return {
        "type": one.type, "status": one.status, "severity": one.severity, "owner": one.owner, "interface": one.interface,
        "contract": one.contract, "cause": one.cause, "field": one.field,
        "statement": one.fields.get("statement", one.statement),  # as it was edited last
    }  # fmt: skip


def entry_json(one: Entry) -> dict[str, Any]:
    """An entry of a list as JSON data."""
    return {
        "id": one.id, "version": one.version, "title": one.title, **_facts(one), "open": one.open,
        "fields": _own_fields(one), "asked": dict(one.standing.asked), "evidence_class": one.evidence_class, "first_seen": one.first_seen.isoformat(),
        "last_seen": one.last_seen.isoformat(), "occurrences": one.submissions,
    }  # fmt: skip


def item_json(one: Item) -> dict[str, Any]:
    """An entry with fingerprints and history as JSON data."""
    history = [{"at": event.at.isoformat(), "event": event.kind, "by": event.by} for event in one.history]
    return entry_json(one) | {"fingerprints": list(one.fingerprints), "history": history}


def _own_fields(one: Entry) -> dict[str, str]:
    """The fields of the entry's type that are filled, and what follows from them."""
    from raid_log import FIELDS, exposure

    own = FIELDS.get(one.type, ("evidence", "met"))
    filled = {name: one.fields[name] for name in own if one.fields.get(name)}
    for name in ("exposure", "residual_exposure"):
        if found := exposure(one.fields, residual=name != "exposure"):
            filled[name] = f"{found[0]} {found[1]}"
    return {name: value for name, value in filled.items() if name not in ("severity", "owner", "statement")}


def _words(event: Event) -> str:
    """What an event changed, and why."""
    change = f"{event.before} -> {event.after}" if event.before != event.after and event.before else event.after
    noted = [f"{name}: {value}" for name, value in event.detail.items()]
    return "; ".join(part for part in (change, event.reason, *noted) if part)
