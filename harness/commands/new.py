"""``harness new``: a draft contract, and the layouts it needs, from what Oracle or a sender gives."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from harness.commands.options import JsonOption, NoColorOption, ProfileOption, QuietOption, WorkspaceOption
from harness.console import Screen, write_json
from harness.drafting.isolated import read_isolated
from harness.drafting.layout_files import LayoutFile
from harness.drafting.reading import KINDS
from harness.drafting.source import Source
from harness.drafting.starting import Started, start_contract
from harness.errors import UsageError
from harness.workspace import find_workspace


def new(
    identity: Annotated[str, typer.Argument(metavar="ID", help="Id of the contract, e.g. finance.daily_rates")],
    source: Annotated[Path, typer.Option("--from", help=f"What it is read from: {KINDS}.", metavar="FILE")],
    release: Annotated[
        str, typer.Option("--release", "-r", help="Oracle release of the source, e.g. 26C (FBDI).")
    ] = "",
    direction: Annotated[str, typer.Option(help="inbound (to Fusion) or outbound.")] = "inbound",
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Draft a contract from a file, in the workspace's profile or in the library, with a question for each guess.

    Exit 1 if a part of the file was not understood, or if lint finds errors. Nothing that exists is overwritten.
    """
    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    if direction not in ("inbound", "outbound"):
        raise UsageError(f"no direction: {direction}", where="--direction", todo="say inbound or outbound")
    found = find_workspace(workspace, profile)
    read = read_isolated(source)
    started = start_contract(identity, read, found.profile, release=release, direction=direction)
    if json:
        write_json(json, _as_json(started, read))
    _print(screen, started, read)
    errors = [fault for fault in started.faults if fault.level == "error"]
    raise typer.Exit(1 if read.unread or errors else 0)


def _print(screen: Screen, started: Started, source: Source) -> None:
    draft = started.draft
    screen.line(f"{draft.identity}: a draft from {source.name} ({source.kind}), prefix {draft.prefix}", "bold")
    layouts = {one.file.stem: _status(one) for one in started.layouts}
    rows = [
        (file.where, file.stem, len(file.columns), layouts.get(file.stem, "in the contract")) for file in source.files
    ]
    screen.table("", ["read from", "file", "columns", "layout"], rows, ["columns"])
    for note in source.skipped:
        screen.line(f"  skipped {note.where}: {note.why}")
    for note in source.unread:
        screen.line(f"  not understood: {note.where}: {note.why}", "red")
    for remark in started.remarks:
        screen.line(f"  {remark}", "yellow")
    warnings = [fault for fault in started.faults if fault.level == "warning"]
    for fault in started.faults:
        if fault not in warnings:
            screen.line(f"  {fault}", "red")
    if warnings:
        screen.line(f"  {len(warnings)} warnings: `harness lint {draft.identity}` names them", "yellow")
    screen.line("written")
    for path in started.written:
        screen.line(f"  {_shown(path)}")
    screen.line(
        f"next: answer what stands under `unconfirmed`, add an example and rules, then `harness lint {draft.identity}`"
    )


def _status(one: LayoutFile) -> str:
    """What became of a layout, and the release under which the contract finds it."""
    there = one.former is not None and (one.status == "same" or one.folder == "hdl")
    return f"{one.status}, {one.former.release if there and one.former else one.folder}"


def _shown(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def _as_json(started: Started, source: Source) -> dict[str, Any]:
    layouts = {one.file.stem: one for one in started.layouts}
    return {
        "contract": started.draft.identity, "prefix": started.draft.prefix, "path": str(started.path),
        "source": {"name": source.name, "kind": source.kind, "sha256": source.sha256},
        "files": [
            {"from": file.where, "file": file.stem, "columns": len(file.columns),
             "layout": layouts[file.stem].status if file.stem in layouts else None}
            for file in source.files
        ],
        "skipped": [vars(note) for note in source.skipped],
        "not_understood": [vars(note) for note in source.unread],
        "remarks": list(started.remarks),
        "written": [str(path) for path in started.written],
        "faults": [{"path": f.path, "line": f.line, "level": f.level, "what": f.what, "todo": f.todo} for f in started.faults],
    }  # fmt: skip
