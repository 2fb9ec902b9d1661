"""``harness layouts add | list``: Oracle's column facts, taken from the templates and control files of a release."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Optional

import typer

from contracts import LIBRARY, layout_in_force, layout_releases, names_in_force, undated
from harness.commands.options import JsonOption, NoColorOption, QuietOption, ReleaseOption
from harness.console import Screen, write_json
from harness.drafting.additions import Line, add_layouts, source_paths
from harness.drafting.starting import check_release, refuse_installed
from harness.errors import UsageError

_FOLDER = LIBRARY / "layouts"
_NAMED = ("skipped", "only before")  # many, and of no concern: told in one line each


def add(
    release: Annotated[str, typer.Argument(metavar="RELEASE", help="Oracle release of the sources, e.g. 26D.")],
    folder: Annotated[
        Path,
        typer.Option("--from", help="Folder with templates (.xlsm, .xlsx) and control files (.ctl).", metavar="DIR"),
    ],
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Add the layouts of a release that differ from those in force before. Exit 1 if something was not understood."""
    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    check_release(release)
    refuse_installed(_FOLDER)
    with screen.progress("reading", len(source_paths(folder))) as bar:
        added = add_layouts(release, folder, _FOLDER, lambda: bar.advance(bar.task_ids[0]))
    if json:
        told = [vars(line) for line in added.lines]
        write_json(json, {"release": release, "lines": told, "written": [str(path) for path in added.written]})
    told_each = [line for line in added.lines if line.status not in _NAMED]
    rows = [(line.layout or "-", line.status, line.columns or "", line.source, line.detail) for line in told_each]
    screen.table("", ["layout", "status", "columns", "from", "what"], rows, ["columns"])
    for status in _NAMED:
        _name(screen, status, [line for line in added.lines if line.status == status])
    counts = Counter(line.status.partition(" (")[0] for line in added.lines)
    screen.line(f"release {release}: {', '.join(f'{count} {status}' for status, count in counts.items())}")
    screen.line(f"{len(added.written)} files written below {_FOLDER}" if added.written else "nothing written")
    raise typer.Exit(0 if added.complete else 1)


def list_layouts(
    names: Annotated[
        Optional[list[str]], typer.Argument(metavar="[NAME...]", help="Parts of names, e.g. invoice (default: all).")
    ] = None,
    release: ReleaseOption = "",
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """List the FBDI layouts in force for a release (default: the newest), and where each stands."""
    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    asked = release or layout_releases()[-1]
    check_release(asked)
    wanted = [name for name in names_in_force(asked) if _called(name, names)]
    if not wanted:
        where, todo = f"release {asked}", "`harness layouts list` names all"
        hints = [undated(path.stem) for path in sorted((_FOLDER / "other").glob("*.csv")) if _called(path.stem, names)]
        todo = next(filter(None, hints), todo)
        what = f"no layout is called {', '.join(names)}" if names else "no layout is in force"
        raise UsageError(what, where=where, todo=todo)
    found = [layout_in_force(name, asked) for name in wanted]
    facts = [
        {"layout": one.name, "release": one.release, "columns": len(one.columns),
         "required": sum(column.required == "Y" for column in one.columns.values()),
         "certainty": dict(Counter(column.certainty for column in one.columns.values()))}
        for one in found
    ]  # fmt: skip
    if json:
        write_json(json, facts)
    rows = [
        (one["layout"], one["release"], one["columns"], one["required"], ", ".join(f"{n} {c}" for c, n in sure.items()))
        for one in facts if isinstance(sure := one["certainty"], dict)
    ]  # fmt: skip
    screen.table("", ["layout", "since", "columns", "required", "certainty"], rows, ["columns", "required"])
    screen.line(f"{len(rows)} layouts in force for {asked}")


def _called(name: str, parts: list[str] | None) -> bool:
    return not parts or any(part.lower() in name.lower() for part in parts)


def _name(screen: Screen, status: str, lines: list[Line]) -> None:
    """One line for all of a status: their names, or where they are."""
    if lines:
        screen.line(f"{status}: {', '.join(line.layout or f'{line.source} ({line.detail})' for line in lines)}")
