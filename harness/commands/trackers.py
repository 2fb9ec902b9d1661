"""``harness raid push | pull``: defects to ServiceNow, and what differs there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from harness.commands.options import JsonOption, NoColorOption, ProfileOption, QuietOption, WorkspaceOption
from harness.commands.raid import ByOption, actor_of
from harness.console import Screen, write_json
from harness.errors import UsageError
from harness.workspace import find_workspace

if TYPE_CHECKING:
    from harness.trackers.pushing import Pushed
    from raid_log import Entry, Store


def push(
    identities: Annotated[Optional[list[str]], typer.Argument(metavar="[ID...]", help="e.g. RAID-0001")] = None,
    open_: Annotated[bool, typer.Option("--open", help="All open defects.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Look, tell what would be done, and do nothing.")] = False,
    by: ByOption = "",
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Make or update the ServiceNow records of defects; HARNESS_SERVICENOW_* say where and who: exit 2 if one is refused."""
    from harness.trackers.pushing import push as push_
    from harness.trackers.table_api import TableApi, read_instance
    from raid_log import open_store

    if bool(identities) is open_:
        raise UsageError("which defects?", where="raid push", todo="say ID... or --open")
    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile)
    done: list[Pushed] = []
    with open_store(found.store_url) as store, TableApi(read_instance()) as api:
        actor = actor_of(found, by, datetime.now(UTC))
        chosen = _chosen(store, identities or ())
        try:
            for one in push_(store, actor, api, chosen, dry_run=dry_run):
                done.append(one)
        finally:  # also where the next one fails, or somebody interrupts
            _tell(screen, done, dry_run=dry_run, json=json)
    if any(one.error for one in done):
        raise typer.Exit(2)


def pull(
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """List where state or assignee in ServiceNow are not what the RAID log says; changes nothing."""
    from harness.trackers.pushing import differences
    from harness.trackers.table_api import TableApi, read_instance
    from raid_log import open_store

    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile)
    with open_store(found.store_url) as store, TableApi(read_instance()) as api:
        listed = differences(store, found.profile, api)
    if json:
        write_json(json, [vars(one) for one in listed])
    rows = [(one.id or "-", one.key, one.what, one.here or "-", one.there or "-") for one in listed]
    if rows:
        screen.table("", ["id", "record", "about", "RAID log", "ServiceNow"], rows)
    screen.line(f"{len(listed)} differences; the RAID log stays as it is")


def _chosen(store: Store, identities: Sequence[str]) -> list[Entry]:
    """The entries of these ids, each once; without any the open issues."""
    from raid_log import item, items

    if not identities:
        return items(store, type="issue", status="open")
    named: list[Entry] = [item(store, identity) for identity in identities]
    return list({one.id: one for one in named}.values())


def _tell(screen: Screen, done: Sequence[Pushed], *, dry_run: bool, json: str) -> None:
    would = "would be " if dry_run else ""
    rows = [(one.id, f"{would}{one.action}", one.key or "-", ", ".join(one.changed) or "-") for one in done]
    if rows:
        screen.table("", ["id", "record", "key", "fields"], rows)
    for one in done:
        if one.error:
            screen.error(one.error)
    screen.line(
        f"{would}"
        + ", ".join(
            f"{sum(one.action == action for one in done)} {action}"
            for action in ("created", "updated", "unchanged", "refused")
        )
    )
    if json:
        write_json(json, [_json(one, dry_run=dry_run) for one in done])


def _json(one: Pushed, *, dry_run: bool) -> dict[str, Any]:
    told = {"id": one.id, "action": one.action, "key": one.key, "fields": list(one.changed), "dry_run": dry_run}
    return told | {"error": one.error.what if one.error else ""}
