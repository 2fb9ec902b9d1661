"""``harness raid list | show`` and ``harness ready``: what the RAID log says."""

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
    from raid_log import Event, Item, Readiness


def list_items(
    type_: Annotated[str, typer.Option("--type", help="risk, assumption, issue or dependency.")] = "",
    status: Annotated[str, typer.Option(help="A state, or `open`.")] = "",
    severity: Annotated[str, typer.Option(help="critical, significant, moderate or minor.")] = "",
    interface: Annotated[str, typer.Option("--interface", "-i", help="Id of a register row.")] = "",
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
    listed = [one for one in chosen if one.open or status != "open"]
    if json:
        write_json(json, [_item(one) for one in listed])
    rows = [
        (one.id, one.severity, one.status, one.interface, one.submissions, f"{one.cause} {one.title}") for one in listed
    ]
    screen.table("", ["id", "severity", "status", "interface", "times", "cause"], rows, ["times"])
    screen.line(f"{len(listed)} entries")


def show_item(
    identity: Annotated[str, typer.Argument(metavar="ID", help="e.g. RAID-0001")],
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Show one entry: what it is, where it occurred, what was done."""
    from raid_log import item, open_store

    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile)
    with open_store(found.store_url) as store:
        one = item(store, identity)
    if json:
        write_json(json, _item(one))
    screen.line(f"{one.id} {one.title}", "bold")
    for name, value in _facts(one).items():
        screen.line(f"  {name:<12} {value or '-'}")
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


def _item(one: Item) -> dict[str, Any]:
    return {
        "id": one.id, "title": one.title, **_facts(one), "open": one.open, "evidence_class": one.evidence_class,
        "first_seen": one.first_seen.isoformat(), "last_seen": one.last_seen.isoformat(),
        "fingerprints": list(one.fingerprints), "occurrences": one.submissions,
        "history": [{"at": event.at.isoformat(), "event": event.kind, "by": event.by} for event in one.history],
    }  # fmt: skip


def _words(event: Event) -> str:
    """What an event changed, and why."""
    change = f"{event.before} -> {event.after}" if event.before != event.after and event.before else event.after
    noted = [f"{name}: {value}" for name, value in event.detail.items()]
    return "; ".join(part for part in (change, event.reason, *noted) if part)
