"""``harness store upgrade | backup | restore | check``: the store kept safe, moved, and looked over."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.commands.options import JsonOption, NoColorOption, ProfileOption, QuietOption, WorkspaceOption
from harness.console import Screen, write_json
from harness.version import __version__
from harness.workspace import find_workspace

if TYPE_CHECKING:
    from raid_log import Manifest


def upgrade(
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Bring the store to this version's revision; a missing one is made."""
    from raid_log import open_store, revision

    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    url = find_workspace(workspace, profile).store_url
    before = revision(url)
    with open_store(url) as store:
        where = store.where
    after = revision(url)
    if json:
        write_json(json, {"store": where, "from": before, "to": after})
    if before == after:
        screen.line(f"revision {after}, nothing to do: {where}")
    else:
        screen.line(f"from {f'revision {before}' if before else 'nothing'} to revision {after}: {where}")


def backup(
    file: Annotated[Path, typer.Argument(help="A new file, e.g. store-2026-11-30.zip.", metavar="FILE")],
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Write one snapshot of the store to a zip of JSON lines; others may go on writing."""
    from raid_log import backup as back_up

    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile)
    manifest = back_up(found.store_url, file, harness_version=__version__, at=datetime.now(UTC))
    if json:
        write_json(json, _manifest(file, manifest))
    screen.line(f"{manifest.rows:,} rows of {len(manifest.tables)} tables, revision {manifest.revision}: {file}")


def restore(
    file: Annotated[Path, typer.Argument(help="A file of `harness store backup`.", metavar="FILE")],
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Put a backup into the store, which must be missing or empty; HARNESS_STORE names another one."""
    from raid_log import restore as put_back
    from raid_log import revision

    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    url = find_workspace(workspace, profile).store_url
    manifest = put_back(file, url)
    after = revision(url)
    if json:
        write_json(json, {**_manifest(file, manifest), "to": after})
    upgraded = "" if after == manifest.revision else f", upgraded from revision {manifest.revision} to {after}"
    screen.line(f"{manifest.rows:,} rows as they were at {manifest.made_at:%Y-%m-%d %H:%M} UTC{upgraded}")


def check(
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Look for faults in the store: exit 0 sound, 2 faults, or a store that cannot be read."""
    from raid_log import check as look_over

    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    faults = look_over(find_workspace(workspace, profile).store_url)
    if json:
        write_json(json, [vars(fault) for fault in faults])
    for fault in faults:
        screen.error(fault)
    screen.line(f"{len(faults):,} faults" if faults else "sound", "bold")
    raise typer.Exit(2 if faults else 0)


def _manifest(file: Path, manifest: Manifest) -> dict[str, Any]:
    return {
        "file": str(file),
        "made_at": manifest.made_at.isoformat(),
        "harness_version": manifest.harness_version,
        "revision": manifest.revision,
        "rows": {name: one.rows for name, one in manifest.tables.items()},
    }
