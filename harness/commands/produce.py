"""``harness produce``: interfaces under test, run on source records; payload checked, both sides reconciled."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from harness.commands.check import as_json, print_result
from harness.commands.options import JsonOption, NoColorOption, ProfileOption, QuietOption, WorkspaceOption
from harness.console import Screen, write_json
from harness.errors import UsageError
from harness.producing import ROWS, Produced
from harness.producing import produce as produce_payload
from harness.reconciliation import Reconciled, shown
from harness.workspace import Workspace, find_workspace

_SHOWN = 6  # differences per control on the screen; JSON has up to `sample` of them

_SIDES = ("source", "payload", "difference")


def produce(
    interfaces: Annotated[
        list[str] | None,
        typer.Argument(help="Interfaces (default: every producer of harness.toml).", metavar="[INTERFACE...]"),
    ] = None,
    source: Annotated[
        Path | None, typer.Option(help="Source file to use (default: generated records).", metavar="FILE")
    ] = None,
    rows: Annotated[int, typer.Option(help="Source records to generate.", min=1)] = ROWS,
    seed: Annotated[int, typer.Option(help="Seed of the generated records.")] = 0,
    keep: Annotated[
        Path | None, typer.Option(help="Keep source and payload in FOLDER/<interface>/.", metavar="FOLDER")
    ] = None,
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Run interfaces under test; nothing is recorded: exit 0 all agrees, 1 findings or differences, 2 cannot run, 3 not reconciled."""
    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile)
    names = _names(interfaces, source, found)
    results = []
    with screen.progress("producing", len(names)) as bar:
        for name in names:
            produced = produce_payload(name, found, source=source, rows=rows, seed=seed, keep=keep)
            results.append(produced)
            bar.advance(bar.task_ids[0])
            _print(screen, produced)
    if json:
        write_json(json, [_report(one, found.settings.sample) for one in results])
    raise typer.Exit(_exit_code(results))


def _names(asked: list[str] | None, source: Path | None, found: Workspace) -> list[str]:
    names = list(dict.fromkeys(asked or found.settings.producer))
    if not names:
        where = str(found.path or "no workspace")
        raise UsageError(
            "no producer is configured", where=where, todo="write [producer.<interface>] (docs/producing.md)"
        )
    if source and len(names) > 1:
        raise UsageError(
            "a source belongs to one interface", where=str(source), todo=f"name one of: {', '.join(names)}"
        )
    return names


def _exit_code(results: list[Produced]) -> int:
    if any(one.result.blocking or not all(control.agrees for control in one.controls) for one in results):
        return 1
    return 3 if any(one.unreconciled for one in results) else 0


def _print(screen: Screen, produced: Produced) -> None:
    screen.line(f"{produced.interface}: source {produced.source or 'not known'}", "bold")
    print_result(screen, produced.result, produced.contract)
    for control in produced.controls:
        _print_control(screen, control)
    if produced.unreconciled:
        screen.line(f"  not reconciled: {produced.unreconciled}", "yellow")
    elif not produced.controls:
        screen.line("  not reconciled: no control is written")
    screen.line()


def _print_control(screen: Screen, control: Reconciled) -> None:
    screen.line(f"  {control.words(0)[0]}", "" if control.agrees else "red")
    if control.agrees:
        return
    rows = [
        (row["found"], row["key"], row["figure"], *(shown(row[side]) for side in _SIDES))
        for row in control.differences.head(_SHOWN).to_dicts()
    ]
    screen.table("", ["found", "key", "figure", *_SIDES], rows, _SIDES)
    if control.differences.height > _SHOWN:
        screen.line(f"  ... and {control.differences.height - _SHOWN:,} more")


def _report(produced: Produced, sample: int) -> dict[str, Any]:
    """The result as JSON data; documented in docs/producing.md."""
    return {
        "interface": produced.interface,
        "source": produced.source or None,
        "check": as_json(produced.result),
        "not_reconciled": produced.unreconciled or None,
        "controls": [
            {
                "control": control.control, "keys": control.keys, "differing": control.differing, "lost": control.lost,
                "invented": control.invented, "differences": [_spelled(row) for row in control.differences.head(sample).to_dicts()],
            }
            for control in produced.controls
        ],
    }  # fmt: skip


def _spelled(row: dict[str, Any]) -> dict[str, Any]:
    """Figures as text, exact."""
    return {name: str(value) if name in _SIDES and value is not None else value for name, value in row.items()}
