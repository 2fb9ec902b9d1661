"""``harness fidelity``: what the contracts predict, held against what Fusion says."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.commands.options import JsonOption, NoColorOption, ProfileOption, QuietOption, WorkspaceOption
from harness.console import Screen, write_json
from harness.errors import UsageError
from harness.workspace import find_workspace

if TYPE_CHECKING:
    from raid_log import InterfaceFidelity

_CLASSES = ("acceptance", "simulated")


def fidelity(
    class_: Annotated[str, typer.Option("--class", help="acceptance or simulated (default: both, apart).")] = "",
    rules: Annotated[bool, typer.Option("--rules", help="Show every rule's predictions.")] = False,
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Show per interface how often predictions came true, and what Fusion refused that no rule predicted."""
    from raid_log import fidelity as measured
    from raid_log import open_store

    if class_ and class_ not in _CLASSES:
        raise UsageError(f"no class with outcomes: {class_}", where="--class", todo=f"use {' or '.join(_CLASSES)}")
    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile)
    with open_store(found.store_url) as store:
        rows = measured(store, found.profile, evidence_class=class_ or None)
    if json:
        write_json(json, [_row(row) for row in rows])
    if not rows:
        screen.line("no evidence: nothing that was delivered has a final outcome")
    columns = ["interface", "class", "units", "agreed", "false alarms", "missed", "unexplained", "precision", "recall"]
    table = [
        (row.interface, row.evidence_class, f"{row.units:,}", f"{row.agreed:,}", row.false_alarms, row.missed, row.unexplained, _share(row.precision), _share(row.recall))
        for row in rows
    ]  # fmt: skip
    screen.table("Units with a final outcome, every attempt", columns, table, columns[2:])
    if rules:
        told = ["interface", "class", "rule", "agreed", "false alarms", "masked", "missed"]
        lines = [
            (row.interface, row.evidence_class, one.rule, one.agreed, one.false_alarm, one.masked, one.missed)
            for row in rows
            for one in row.rules
        ]
        screen.table("Rules that predict a refusal", told, lines, told[3:])
    gaps = [
        (row.interface, row.evidence_class, one.code or "-", one.field or "-", one.units, f"{one.said}{f' (rule {one.rule} did not see it)' if one.rule else ''}")
        for row in rows for one in row.unpredicted
    ]  # fmt: skip
    if gaps:
        screen.table(
            "Refused by Fusion, predicted by no rule",
            ["interface", "class", "code", "column", "units", "in Oracle's words"],
            gaps,
            ["units"],
        )


def _share(rate: Any) -> str:
    return rate.text if rate else "-"


def _row(row: InterfaceFidelity) -> dict[str, Any]:
    return {
        **asdict(row),
        "precision": row.precision.text if row.precision else None,
        "recall": row.recall.text if row.recall else None,
    }
