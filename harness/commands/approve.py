"""``harness case approve``: what is found today becomes the approved state, after everybody has seen the difference."""

from __future__ import annotations

import getpass
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Optional

import typer

from harness.cases import SHIPPED, Approval, Promises, case_folders, select_cases
from harness.commands.options import JsonOption, NoColorOption, QuietOption, WorkspaceOption
from harness.console import Screen, write_json
from harness.errors import UsageError
from harness.expected import write_case
from harness.regressing import Outcome, outcome
from harness.workspace import Workspace, find_workspace


def approve(
    cases: Annotated[
        Optional[list[str]], typer.Argument(metavar="[CASE...]", help="Names or folders of cases, or contract ids.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All cases of the workspace.")] = False,
    why: Annotated[str, typer.Option(help="Why the new state is right.")] = "",
    by: Annotated[str, typer.Option(help="Who approves (default: git's user.name, else the login name).")] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Show what differs from the approved state, ask, and make what is found today the approved state."""
    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    if bool(cases) == everything:
        raise UsageError("say which cases to approve", todo="name cases, or say --all")
    changed = _differing(_approvable(find_workspace(workspace), cases or []))
    for one in changed:
        _print_difference(screen, one)
    if json:
        write_json(
            json, [{"case": one.name, "differences": [vars(line) for line in one.differences]} for one in changed]
        )
    if not changed:
        screen.line("nothing to approve: every case gives what is expected")
        raise typer.Exit
    if not why:
        raise UsageError("an approval has a reason", where="--why", todo='say why the new state is right: --why "..."')
    if not (yes or _confirmed(len(changed))):
        screen.line("nothing was changed")
        raise typer.Exit(1)
    entry = Approval(datetime.now(UTC).date(), by or _who(), why)
    for one in changed:
        _write_approved(one, entry)
    screen.line(f"{len(changed)} approved by {entry.by}: {why}", "green")


def _approvable(found: Workspace, words: Sequence[str]) -> list[Path]:
    """Folders of the workspace's cases, or of those that are named; the tool's own are written by its script."""
    own = [folder for folder in case_folders(found.path) if not folder.is_relative_to(SHIPPED)]
    chosen = select_cases(words, case_folders(found.path)) if words else own
    if shipped := [folder for folder in chosen if folder.is_relative_to(SHIPPED)]:
        todo = "state the new expectation in test_suites/payloads, then run `python -m test_suites.payloads`"
        raise UsageError("the tool's own cases are written by a script", where=str(shipped[0]), todo=todo)
    return chosen


def _differing(folders: Sequence[Path]) -> list[Outcome]:
    """Cases that give something else than approved. Raises the error of a case that cannot be judged."""
    promises = Promises()
    outcomes = [outcome(folder, promises) for folder in folders]
    for one in outcomes:
        if one.trouble:
            raise UsageError(one.trouble, where=one.name, todo="mend it, then approve; nothing was changed")
    return [one for one in outcomes if one.lines]


def _print_difference(screen: Screen, one: Outcome) -> None:
    screen.line(one.name, "bold")
    for line in one.differences:
        screen.line(f"  {line.subject}")
        screen.line(f"    - expected {line.expected}", "red")
        screen.line(f"    + found    {line.found}", "green")


def _confirmed(count: int) -> bool:
    if not sys.stdin.isatty():
        raise UsageError("nobody is there to confirm", where="standard input is no terminal", todo="say --yes")
    return typer.confirm(f"Approve {count} case{'s' if count > 1 else ''}?", err=True)


def _who() -> str:
    """git's user.name, else the login name."""
    try:
        told = subprocess.run(["git", "config", "user.name"], capture_output=True, text=True, check=False)  # noqa: S607
        name = told.stdout.strip()
    except OSError:
        name = ""
    try:
        return name or getpass.getuser()
    except (OSError, KeyError) as error:  # a container without users
        raise UsageError("it is not known who approves", where="--by", todo="say --by NAME") from error


def _write_approved(one: Outcome, entry: Approval) -> None:
    if one.case and one.actual:
        write_case(replace(one.case, expected=one.actual, approved=(*one.case.approved, entry)))
