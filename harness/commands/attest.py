"""``harness attest``: vouch for a gate that no figure can decide."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from harness.commands.log import item_json
from harness.commands.options import JsonOption, NoColorOption, ProfileOption, QuietOption, WorkspaceOption
from harness.commands.raid import ByOption, actor_of
from harness.console import Screen, write_json
from harness.workspace import find_workspace


def attest(
    gate: Annotated[str, typer.Argument(metavar="GATE", help="G9, G11 or G15.")],
    evidence: Annotated[str, typer.Option("--evidence", help="File or link that shows it.")],
    not_met: Annotated[bool, typer.Option("--not-met", help="Say that the gate is not met.")] = False,
    reason: Annotated[str, typer.Option("--reason", help="In a few words.")] = "",
    by: ByOption = "",
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Vouch for a gate for 14 days. Roles: sponsor, approver, triager."""
    from raid_log import attest as attest_
    from raid_log import open_store

    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile)
    with open_store(found.store_url) as store:
        one = attest_(
            store, actor_of(found, by, datetime.now(UTC)), gate, evidence=evidence, met=not not_met, reason=reason
        )
    if json:
        write_json(json, item_json(one))
    last = one.history[-1]
    screen.line(f"{gate} {'not met' if not_met else 'met'}, {last.by} ({last.role}): {evidence}; holds for 14 days")
