"""``harness report``: pages for people, written as files. Each is one file that opens anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from harness.commands.options import JsonOption, NoColorOption, ProfileOption, QuietOption, WorkspaceOption, moment
from harness.console import Screen, write_json
from harness.errors import UsageError
from harness.workspace import find_workspace

OutOption = Annotated[
    Optional[Path], typer.Option("--out", help="File to write (default: in the folder out/ of the workspace).")
]


def readiness(
    out: OutOption = None,
    as_of: Annotated[str, typer.Option(help="Moment of the decision, ISO 8601 with offset (default: now).")] = "",
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Write the decision as one page to sign: verdict, what stands against it, all gates. Exit 0 whatever it says."""
    from raid_log import open_store
    from raid_log import readiness as decide
    from reports import readiness_page

    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile)
    at = moment(as_of)
    with open_store(found.store_url) as store:
        decision = decide(store, found.profile, as_of=at)
    file = out or found.out / "readiness.html"
    write_page(file, readiness_page(decision, found.profile))
    if json:
        write_json(json, {"verdict": decision.text, "as_of": at.isoformat(), "file": str(file)})
    screen.line(f"{decision.text}: {file}")


def write_page(file: Path, text: str) -> None:
    """Write a page, in folders that are made where they are missing; an older one of the name is replaced.

    Raises UsageError if it cannot be written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(
            f"the page cannot be written: {error.strerror or error}",
            where=str(file),
            todo="name another file with --out",
        ) from error
