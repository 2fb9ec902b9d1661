"""``harness raid list | show | history | fields | verify-log`` and ``harness ready``: what the RAID log says."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.commands.options import JsonOption, NoColorOption, ProfileOption, QuietOption, WorkspaceOption
from harness.console import Screen, write_json
from harness.errors import UsageError
from harness.workspace import find_workspace

if TYPE_CHECKING:
    from contracts import Profile
    from raid_log import Event, Item, Readiness, Store


IdArgument = Annotated[str, typer.Argument(metavar="ID", help="e.g. RAID-0001")]


def list_items(
    type_: Annotated[str, typer.Option("--type", help="risk, assumption, issue or dependency.")] = "",
    status: Annotated[str, typer.Option(help="A state, or `open`.")] = "",
    severity: Annotated[str, typer.Option(help="critical, significant, moderate or minor.")] = "",
    interface: Annotated[str, typer.Option("--interface", "-i", help="Id of a register row.")] = "",
    owner: Annotated[str, typer.Option(help="Id of a person; `-` = nobody yet.")] = "",
    overdue: Annotated[bool, typer.Option("--overdue", help="Open, and due before today.")] = False,
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """List the entries of the RAID log."""
    from raid_log import items, open_store

    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile)
    with open_store(found.store_url) as store:
        chosen = items(
            store, type=type_ or None, status=None if status == "open" else status or None, severity=severity or None,
            interface=interface or None,
        )  # fmt: skip
    today = datetime.now(UTC).astimezone(found.profile.time_zone).date().isoformat()
    listed = [
        one
        for one in chosen
        if (one.open or status != "open")
        and owner in ("", one.owner or "-")
        and (not overdue or (one.open and "" < one.standing.due < today))
    ]
    if json:
        write_json(json, [item_json(one) for one in listed])
    rows = [
        (
            one.id,
            one.severity,
            one.status,
            one.interface,
            one.submissions,
            f"{one.cause or one.fields.get('concerns', '')} {one.title}".strip(),
        )
        for one in listed
    ]
    screen.table("", ["id", "severity", "status", "interface", "times", "cause"], rows, ["times"])
    screen.line(f"{len(listed)} entries")


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
    told = {"last ran": f"{ran:%Y-%m-%d %H:%M}"} if ran else {}
    told |= {"proposed": proposed} if proposed else {}
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
        decision = readiness(store, found.profile, as_of=_moment(as_of))
    if json:
        write_json(json, readiness_json(decision))
    screen.line(f"{decision.text}  as of {decision.as_of:%Y-%m-%d %H:%M} UTC, window {decision.window.label}", "bold")
    rows = [(gate.id, gate.title, gate.required, gate.actual, gate.text) for gate in decision.gates]
    screen.table("", ["gate", "about", "required", "actual", "verdict"], rows)
    for gate in decision.gates:
        for detail in _grouped(gate.details):
            screen.line(f"  {gate.id}: {detail}")
    raise typer.Exit(decision.exit_code)


def readiness_json(decision: Readiness) -> dict[str, Any]:
    """The decision as JSON data."""
    return {
        "verdict": decision.text,
        "as_of": decision.as_of.isoformat(),
        "window": decision.window.label,
        "gates": [
            {"id": gate.id, "title": gate.title, "required": gate.required, "actual": gate.actual,
             "verdict": gate.text, "source": gate.source, "details": list(gate.details)}
            for gate in decision.gates
        ],
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


def _moment(text: str) -> datetime:
    if not text:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"no moment: {text}", where="--as-of", todo="write 2026-11-30T09:00:00-05:00") from error
    if moment.tzinfo is None:
        raise UsageError("a moment needs its offset", where="--as-of", todo=f"write {text}+00:00 or your own offset")
    return moment


def _facts(one: Item) -> dict[str, str]:
    return {
        "type": one.type, "status": one.status, "severity": one.severity, "owner": one.owner, "interface": one.interface,
        "contract": one.contract, "cause": one.cause, "field": one.field, "statement": one.statement,
    }  # fmt: skip


def item_json(one: Item) -> dict[str, Any]:
    """An entry as JSON data."""
    return {
        "id": one.id, "title": one.title, **_facts(one), "open": one.open, "fields": _own_fields(one),
        "evidence_class": one.evidence_class, "first_seen": one.first_seen.isoformat(),
        "last_seen": one.last_seen.isoformat(), "fingerprints": list(one.fingerprints), "occurrences": one.submissions,
        "history": [{"at": event.at.isoformat(), "event": event.kind, "by": event.by} for event in one.history],
    }  # fmt: skip


def _own_fields(one: Item) -> dict[str, str]:
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
