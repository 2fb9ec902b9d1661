"""``harness attest``: vouch for a gate that no figure can decide."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.commands.log import item_json
from harness.commands.options import JsonOption, NoColorOption, ProfileOption, QuietOption, WorkspaceOption
from harness.commands.raid import ByOption, actor_of
from harness.console import Screen, write_json
from harness.errors import UsageError
from harness.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from raid_log import SuiteRun


def attest(
    gate: Annotated[
        str, typer.Argument(metavar="GATE", help="G9, G11 or G15; G7 with the JUnit XML of the property suite.")
    ],
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
    from raid_log import SUITE_GATE, attest_suite, open_store
    from raid_log import attest as attest_

    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile)
    suite = _suite_run(found, profile, evidence, not_met=not_met) if gate == SUITE_GATE else None
    with open_store(found.store_url) as store:
        actor = actor_of(found, by, datetime.now(UTC))
        if suite:
            one = attest_suite(store, actor, suite, reason=reason)
        else:
            one = attest_(store, actor, gate, evidence=evidence, met=not not_met, reason=reason)
    if json:
        write_json(json, item_json(one))
    last = one.history[-1]
    if suite:
        for contract, (passed, failed) in suite.contracts.items():
            screen.line(f"  {contract}: {passed} tests passed, {failed} failed")
        screen.line(
            f"{gate} property suite of {suite.ran_at:%Y-%m-%d %H:%M %Z}, {last.by} ({last.role}); holds for 14 days from then"
        )
        return
    screen.line(f"{gate} {'not met' if not_met else 'met'}, {last.by} ({last.role}): {evidence}; holds for 14 days")


def _suite_run(found: Workspace, asked: str | None, evidence: str, *, not_met: bool) -> SuiteRun:
    """The run of the property suite on the workspace's profile, whatever that was called."""
    from harness.suite_runs import read_suite_run

    if not_met:
        raise UsageError("whether the property suite passed stands in its file", where="--not-met", todo="leave it out")
    return read_suite_run(Path(evidence), {found.profile.name, asked or found.settings.profile})
