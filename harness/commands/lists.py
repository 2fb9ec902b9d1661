"""``harness list refresh | status``: reference lists of a profile, taken anew and told by age."""

from __future__ import annotations

import os
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any, Optional

import typer

from contracts import list_age, list_stale
from harness.commands.options import JsonOption, NoColorOption, ProfileOption, QuietOption, WorkspaceOption, day
from harness.console import Screen, write_json
from harness.drafting.starting import refuse_installed
from harness.errors import UsageError
from harness.refreshing import Bound, bound_lists, chosen
from harness.refreshing import refresh as refreshed
from harness.workspace import find_workspace

_NAMES = "Lists by id or file (default: all that say where they are taken from)."


def refresh(
    names: Annotated[Optional[list[str]], typer.Argument(metavar="[NAME...]", help=_NAMES)] = None,
    pod: Annotated[
        str,
        typer.Option(
            "--pod", help="Pod of the queries, https://...; credentials in HARNESS_POD_* variables.", metavar="URL"
        ),
    ] = "",
    fewer: Annotated[bool, typer.Option("--fewer", help="Allow a list to lose more than half of its rows.")] = False,
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Take lists anew by the query or file that their contract names; day and count are noted in lists/taken.csv."""  # fmt: skip
    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile)
    wanted = chosen(names or [], found.profile)
    assert found.profile.path
    refuse_installed(found.profile.path)
    today = day("", found.profile)
    done = []
    for one in wanted:
        done.append(
            refreshed(
                one.list, found.profile, taken=today, pod=pod, settings=found.settings.pod, environ=os.environ,
                fewer=fewer,
            )
        )  # fmt: skip
        last = done[-1]
        was = (
            "new" if last.before is None else f"{last.before:,} before, {last.added:,} added, {last.removed:,} removed"
        )
        screen.line(f"{last.list}: {last.rows:,} rows from {last.source} ({was}) -> {last.file}")
    if json:
        write_json(json, [{**asdict(one), "taken": one.taken.isoformat()} for one in done])
    screen.line(f"{len(done)} lists taken on {today.isoformat()}")


def status(
    as_of: Annotated[str, typer.Option(help="Day at which lists are aged, YYYY-MM-DD (default: today).")] = "",
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Tell rows, day and age of the lists that a profile binds to files: exit 1 if one is missing or too old."""
    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile).profile
    bound = bound_lists(found)
    if not bound:
        raise UsageError(
            "no list is bound to a file", where=f"profile {found.name}", todo="choose a profile with lists"
        )
    at = day(as_of, found)
    rows = [_standing(file, one, at) for file, one in bound.items()]
    if json:
        write_json(json, rows)
    columns = ["list", "rows", "taken", "days", "at most", "state", "taken from"]
    cells = [
        (row["file"], _number(row["rows"]), row["taken"] or "-", _number(row["days"]), _number(row["max_age_days"]),
         row["state"], row["from"] or "-")
        for row in rows
    ]  # fmt: skip
    screen.table("", columns, cells, ["rows", "days", "at most"])
    bad = [row for row in rows if row["state"] in ("missing", "too old")]
    screen.line(f"{len(rows)} lists, {len(bad)} missing or too old")
    raise typer.Exit(1 if bad else 0)


def _standing(file: str, one: Bound, at: date) -> dict[str, Any]:
    reference = one.list
    state = "missing" if reference.rows is None else "too old" if list_stale(reference, at) else "in use"
    origin = reference.origin
    return {
        "list": reference.id, "file": file, "rows": None if reference.rows is None else reference.rows.height,
        "taken": reference.taken or None, "days": list_age(reference, at), "max_age_days": reference.max_age_days,
        "state": state, "from": (origin.query or origin.source) if origin else None,
        "contracts": list(one.contracts),
    }  # fmt: skip


def _number(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"
