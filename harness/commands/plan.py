"""``harness plan``: a folder of payloads in loading order, checked as one linked set."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from harness.commands.check import print_result
from harness.commands.options import JsonOption, NoColorOption, ProfileOption, QuietOption, WorkspaceOption, day
from harness.console import Screen, write_json
from harness.planning import Step
from harness.planning import plan as planned
from harness.workspace import find_workspace


def plan(
    paths: Annotated[list[Path], typer.Argument(help="Payload files, or folders of them.", metavar="PATH...")],
    as_of: Annotated[
        str, typer.Option(help="Date at which reference lists are aged, YYYY-MM-DD (default: today).")
    ] = "",
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Sort payloads into loading order and check keys across them: exit 0 all fit, 1 findings, 2 no contract.

    A site's supplier may be in the pod, or in a payload that is loaded before.
    """
    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile)
    steps = list(
        planned(
            paths, found.profile, as_of=day(as_of, found.profile), sample=found.settings.sample,
            limits=found.settings.limits.limits(),
        )
    )  # fmt: skip
    rows = [
        (number, step.path.name, step.contract.id, f"{step.result.submitted:,}", f"{step.result.conforming:,}", f"{step.result.predicted_refused:,}")
        for number, step in enumerate(steps, start=1)
    ]  # fmt: skip
    columns = ["", "payload", "contract", "units", "conform", "refused"]
    screen.table("loading order", columns, rows, ["", "units", "conform", "refused"])
    for number, step in enumerate(steps, start=1):
        if keys := _keys(step):
            screen.line(f"keys of {number}: {keys}")
    for step in steps:
        if step.result.blocking:
            screen.line()
            print_result(screen, step.result, step.contract)
    if json:
        write_json(json, [_as_json(number, step) for number, step in enumerate(steps, start=1)])
    raise typer.Exit(1 if any(step.result.blocking for step in steps) else 0)


def _keys(step: Step) -> str:
    """Where the keys of other interfaces were looked up, besides the profile's lists."""
    lent = [f"list {one.list} with {one.rows:,} rows of {one.contract}" for one in step.lent]
    return "; ".join([*lent, *(f"no payload of {one}" for one in step.absent)])


def _as_json(number: int, step: Step) -> dict[str, Any]:
    return {
        "order": number,
        "payload": str(step.path),
        "contract": step.contract.id,
        "needs": list(step.contract.needs),
        "not_in_plan": list(step.absent),
        "keys": [{"list": one.list, "contract": one.contract, "rows": one.rows} for one in step.lent],
        "units": {
            "submitted": step.result.submitted,
            "conforming": step.result.conforming,
            "predicted_refused": step.result.predicted_refused,
        },
        "rules": [
            {"id": rule.id, "severity": rule.severity, "code": rule.code or None, "status": rule.status, "findings": rule.findings}
            for rule in step.result.rules if rule.findings or rule.status in ("not_checked", "stale")
        ],
        "samples": step.result.samples.to_dicts(),
    }  # fmt: skip
