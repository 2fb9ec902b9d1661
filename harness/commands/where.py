"""``harness where``: which workspace, profile and store a command would use."""

from __future__ import annotations

from collections import Counter

from contracts import contract_ids
from harness.commands.options import JsonOption, NoColorOption, ProfileOption, QuietOption, WorkspaceOption
from harness.console import Screen, write_json
from harness.workspace import find_workspace


def where(
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Print what was found: workspace, profile, store."""
    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile)
    ids = contract_ids(found.profile)
    facts = {
        "workspace": str(found.path) if found.path else None,
        "found_by": found.found_by,
        "profile": found.profile.name,
        "profile_folder": str(found.profile.path) if found.profile.path else None,
        "store": found.store_url if found.path or found.settings.store else None,
        "interfaces": len(found.profile.register),
        "contracts": ids,
    }
    if json:
        write_json(json, facts)
    for name, value in facts.items():
        shown = _counted(ids) if name == "contracts" else value
        screen.line(f"{name:<15} {'-' if shown is None else shown}")


def _counted(ids: list[str]) -> str:
    """How many contracts there are, by department folder."""
    folders = Counter(identity.partition(".")[0] for identity in ids)
    return f"{len(ids)} ({', '.join(f'{folder} {count}' for folder, count in folders.items())})"
