"""``harness raid settle | recompute``: what a person does after a look: a mass change, fingerprints set right."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from harness.commands.options import JsonOption, NoColorOption, ProfileOption, QuietOption, WorkspaceOption
from harness.commands.raid import ByOption, actor_of
from harness.console import Screen, write_json
from harness.errors import UsageError
from harness.workspace import find_workspace


def settle(
    run: Annotated[str, typer.Argument(metavar="RUN", help="Id of the recorded run.")],
    yes_i_checked: Annotated[
        bool, typer.Option("--yes-i-checked", help="You have looked at what the run would reopen and verify.")
    ] = False,
    by: ByOption = "",
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Reopen and verify what a run shows and was withheld, because it would move many entries at once."""
    from raid_log import ids, open_store, settle_run

    if not yes_i_checked:
        raise UsageError("a mass change needs somebody who has looked", where=run, todo="say --yes-i-checked")
    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile)
    with open_store(found.store_url) as store:
        settled = settle_run(store, actor_of(found, by, datetime.now(UTC)), run)
    moved = {"reopened": ids(settled.reopened), "verified": ids(settled.verified)}
    if json:
        write_json(json, moved)
    for name, entries in moved.items():
        screen.line(f"{name}: {', '.join(entries) or 'none'}")


def recompute(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what differs, and change nothing.")] = False,
    by: ByOption = "",
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Compute the fingerprints of all defects anew, and set right on which defect each is booked."""
    from raid_log import open_store
    from raid_log import recompute as recompute_

    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile)
    with open_store(found.store_url) as store:
        differ = recompute_(store, actor_of(found, by, datetime.now(UTC)), dry_run=dry_run)
    if json:
        write_json(json, [vars(one) for one in differ])
    rows = [(one.right, one.held or "nowhere", f"{one.fingerprint[:16]}...") for one in differ]
    if rows:
        screen.table("", ["id", "was booked on", "fingerprint"], rows)
    screen.line(f"{len(differ)} fingerprints {'differ' if dry_run else 'set right'}")
