"""``harness raid add | edit | triage | assign | fix | verify | reject | reopen | merge | close``: work with the RAID log."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from harness.commands.log import IdArgument, item_json, line_of
from harness.commands.options import JsonOption, NoColorOption, ProfileOption, QuietOption, WorkspaceOption
from harness.console import Screen, write_json
from harness.errors import UsageError
from harness.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from raid_log import Actor, Item, Store

ByOption = Annotated[
    str, typer.Option("--by", help="Who does it: an id of the profile's people.csv (default: HARNESS_BY, else the user of this machine).")
]  # fmt: skip
ReasonOption = Annotated[str, typer.Option("--reason", help="Why.")]
SecondOption = Annotated[
    str, typer.Option("--second", help="The second person of a decision that one alone may not take.")
]
SetOption = Annotated[
    Optional[list[str]], typer.Option("--set", metavar="FIELD=VALUE", help="A field of the entry, may be repeated; `harness raid fields` lists them.")
]  # fmt: skip
RunOption = Annotated[str, typer.Option("--run", help="Id of the recorded run that shows it.")]


def add(
    type_: Annotated[str, typer.Argument(metavar="TYPE", help="risk, assumption, issue or dependency.")],
    title: Annotated[str, typer.Argument(help="One line that says what it is.")],
    set_: SetOption = None,
    by: ByOption = "",
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Add an entry by hand."""
    from raid_log import add as add_

    fields = _fields(set_)
    _act(lambda store, actor: add_(store, actor, type_, title, fields), by, workspace, profile, json, quiet, no_color)


def edit(
    identity: IdArgument,
    set_: SetOption = None,
    at_risk: Annotated[bool, typer.Option("--at-risk", help="A dependency that may come late.")] = False,
    on_track: Annotated[bool, typer.Option("--on-track", help="A dependency that is no longer at risk.")] = False,
    version: Annotated[
        Optional[int],
        typer.Option("--version", help="As `raid show` tells it: refused if the entry was changed since."),
    ] = None,
    reason: ReasonOption = "",
    second: SecondOption = "",
    by: ByOption = "",
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Change fields of an entry; a lower severity needs --reason, below the rule's own also --second."""
    from raid_log import edit as edit_
    from raid_log import move

    fields = _fields(set_)
    if bool(fields) + at_risk + on_track != 1:
        raise UsageError("one change at a time", where=identity, todo="say --set, --at-risk or --on-track")
    if version is not None and not fields:
        raise UsageError("--version goes with --set alone", where=identity, todo="leave --version out")

    def do(store: Store, actor: Actor) -> Item:
        if fields:
            return edit_(store, actor, identity, fields, reason=reason, second=second, version=version)
        return move(store, actor, identity, "at_risk" if at_risk else "on_track", reason=reason)

    _act(do, by, workspace, profile, json, quiet, no_color)


def triage(
    identity: IdArgument,
    severity: Annotated[str, typer.Option(help="critical, significant, moderate or minor (default: as it is).")] = "",
    root_cause: Annotated[str, typer.Option("--root-cause", help="mapping, source data, contract wrong, ...")] = "",
    owner: Annotated[str, typer.Option(help="Who is to own it.")] = "",
    reason: ReasonOption = "",
    second: SecondOption = "",
    by: ByOption = "",
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Judge a new defect. Role: triager."""
    from raid_log import triage as triage_

    judged = {"severity": severity, "root_cause": root_cause, "owner": owner, "reason": reason, "second": second}
    _act(lambda store, actor: triage_(store, actor, identity, **judged), by, workspace, profile, json, quiet, no_color)


def assign(
    identity: IdArgument,
    owner: Annotated[str, typer.Argument(help="Id of the person who is to mend it.")],
    due: Annotated[str, typer.Option(help="Day, YYYY-MM-DD (default: 2, 5, 15 or 30 working days by severity).")] = "",
    by: ByOption = "",
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Give a defect to its owner. Roles: triager; an owner takes it for himself."""
    from raid_log import assign as assign_

    _act(
        lambda store, actor: assign_(store, actor, identity, owner, due=due),
        by,
        workspace,
        profile,
        json,
        quiet,
        no_color,
    )


def fix(
    identity: IdArgument,
    reference: Annotated[str, typer.Option("--reference", help="Where it was mended: a change, a request.")],
    fixed_in: Annotated[
        str, typer.Option("--fixed-in", help="From which release (26C) or contract version (1.2.0) on.")
    ],
    by: ByOption = "",
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Say that a defect is mended; it stays open until a run or a triager verifies it. Roles: owner, triager."""
    from raid_log import fix as fix_

    _act(
        lambda store, actor: fix_(store, actor, identity, reference=reference, fixed_in=fixed_in),
        by, workspace, profile, json, quiet, no_color,
    )  # fmt: skip


def verify(
    identity: IdArgument,
    run: RunOption,
    by: ByOption = "",
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Confirm by a run that a fixed defect is gone. Role: triager, never the one who set it fixed."""
    from raid_log import verify as verify_

    _act(lambda store, actor: verify_(store, actor, identity, run=run), by, workspace, profile, json, quiet, no_color)


def reject(
    identity: IdArgument,
    reason: ReasonOption,
    second: SecondOption = "",
    by: ByOption = "",
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Say why it is no defect. Role: triager; a critical or significant one needs an approver as --second."""
    from raid_log import reject as reject_

    _act(
        lambda store, actor: reject_(store, actor, identity, reason=reason, second=second),
        by, workspace, profile, json, quiet, no_color,
    )  # fmt: skip


def reopen(
    identity: IdArgument,
    reason: ReasonOption,
    run: Annotated[str, typer.Option("--run", help="Id of the recorded run that shows it; a defect needs it.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what it would become, and change nothing.")] = False,
    by: ByOption = "",
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Open an ended entry again; a duplicate gets its fingerprints back. Role: triager; of other entries also the owner."""
    from raid_log import reopen as reopen_

    _act(
        lambda store, actor: reopen_(store, actor, identity, reason=reason, run=run, dry_run=dry_run),
        by, workspace, profile, json, quiet, no_color, dry_run=dry_run,
    )  # fmt: skip


def merge(
    identity: IdArgument,
    into: Annotated[str, typer.Argument(metavar="INTO", help="The defect that stays.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would move, and change nothing.")] = False,
    by: ByOption = "",
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Book a defect on another one; `raid reopen` undoes it for what comes later. Role: triager."""
    from raid_log import merge as merge_
    from raid_log import open_store

    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile)
    with open_store(found.store_url) as store:
        done = merge_(store, actor_of(found, by, datetime.now(UTC)), identity, into, dry_run=dry_run)
    if json:
        write_json(json, {**vars(done), "fingerprints": list(done.fingerprints), "dry_run": dry_run})
    would = "would be" if dry_run else "is"
    screen.line(
        f"{done.source} {would} booked on {done.target} ({done.severity}): {len(done.fingerprints)} fingerprints, {done.occurrences} occurrences"
    )


def waive(
    identity: Annotated[str, typer.Argument(metavar="[ID]", help="e.g. RAID-0001; none with --files.")] = "",
    until: Annotated[
        str, typer.Option("--until", help="Ask for a waiver until this day, YYYY-MM-DD, at most 30 days.")
    ] = "",
    reason: ReasonOption = "",
    workaround: Annotated[str, typer.Option("--workaround", help="What people do meanwhile.")] = "",
    control: Annotated[str, typer.Option("--control", help="What makes sure that the harm stays small.")] = "",
    evidence: Annotated[str, typer.Option("--evidence", help="File or link.")] = "",
    approve: Annotated[
        bool,
        typer.Option(
            "--approve", help="Approve what was asked for. Role: approver; critical: sponsor; never who asked."
        ),
    ] = False,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="End a waiver before its day.")] = False,
    files: Annotated[
        bool, typer.Option("--files", help="Put in force what was reviewed: waivers/*.yaml of the workspace.")
    ] = False,
    by: ByOption = "",
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Accept an open defect for a while: ask, approve, withdraw, or put reviewed files in force."""
    from raid_log import Waiver, approve_waiver, ask_for_waiver, withdraw_waiver

    if bool(until) + approve + withdraw + files != 1 or bool(identity) is files:
        raise UsageError(
            "one step at a time",
            where=identity or "raid waive",
            todo="say ID with --until, --approve or --withdraw, or --files alone",
        )
    if files:
        _waiver_files(workspace, profile, json, quiet, no_color)
        return

    def do(store: Store, actor: Actor) -> Item:
        if approve:
            return approve_waiver(store, actor, identity)
        if withdraw:
            return withdraw_waiver(store, actor, identity, reason=reason)
        return ask_for_waiver(store, actor, identity, Waiver(reason, workaround, control, until, evidence))

    _act(do, by, workspace, profile, json, quiet, no_color)


def _waiver_files(workspace: Path | None, profile: str | None, json: str, quiet: bool, no_color: bool) -> None:
    """Each file by itself; one that is refused keeps no other back, and ends in exit code 2."""
    from raid_log import Actor, StoreError, apply_waiver, open_store, read_waiver

    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile)
    paths = sorted((found.path / "waivers").glob("*.yaml")) if found.path else []
    done, refused = [], 0
    with open_store(found.store_url) as store:
        for path in paths:
            try:
                done.append(apply_waiver(store, read_waiver(path), Actor(found.profile, "", datetime.now(UTC))))
            except StoreError as error:
                refused += 1
                screen.error(error)
    if json:
        write_json(json, [vars(one) | {"waived": list(one.waived)} for one in done])
    for one in done:
        screen.line(f"{one.id}: {', '.join(one.waived) or 'put in force already'}")
    screen.line(f"{len(paths)} waiver files, {refused} refused")
    if refused:
        raise typer.Exit(2)


def close(
    identity: IdArgument,
    reason: ReasonOption,
    confirmed: Annotated[
        Optional[bool], typer.Option("--confirmed/--false", help="Of an assumption: what was found.")
    ] = None,
    opens: Annotated[str, typer.Option("--opens", help="What a false assumption opens: risk or issue.")] = "",
    set_: SetOption = None,
    by: ByOption = "",
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """End a risk, assumption or dependency; defects are not closed. Roles: owner, triager; the named validator."""
    from raid_log import close as close_
    from raid_log import open_store

    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile)
    with open_store(found.store_url) as store:
        ended, opened = close_(
            store,
            actor_of(found, by, datetime.now(UTC)),
            identity,
            reason=reason,
            confirmed=confirmed,
            opens=opens,
            values=_fields(set_),
        )
    if json:
        write_json(json, {"ended": item_json(ended), "opened": item_json(opened) if opened else None})
    for one in filter(None, (ended, opened)):
        screen.line(line_of(one))


def _act(
    do: Callable[[Store, Actor], Item],
    by: str,
    workspace: Path | None,
    profile: str | None,
    json: str,
    quiet: bool,
    no_color: bool,
    *,
    dry_run: bool = False,
) -> None:
    """Do it in the store of the workspace, and say what the entry has become, or would become."""
    from raid_log import open_store

    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile)
    with open_store(found.store_url) as store:
        one = do(store, actor_of(found, by, datetime.now(UTC)))
    if json:
        write_json(json, item_json(one) | ({"dry_run": True} if dry_run else {}))
    screen.line(f"would be: {line_of(one)}, {len(one.fingerprints)} fingerprints" if dry_run else line_of(one))


def actor_of(found: Workspace, by: str, at: datetime) -> Actor:
    """Return the person at work: ``by``, else HARNESS_BY, else the user of this machine."""
    from raid_log import Actor

    return Actor(found.profile, by or os.environ.get("HARNESS_BY", "") or getpass.getuser(), at)


def _fields(given: Sequence[str] | None) -> dict[str, str]:
    """``FIELD=VALUE`` as a mapping. Raises UsageError."""
    fields: dict[str, str] = {}
    for text in given or ():
        name, equals, value = text.partition("=")
        if not equals or name in fields:
            raise UsageError(f"cannot be read: {text}", where="--set", todo="write FIELD=VALUE, each field once")
        fields[name.strip()] = value
    return fields
