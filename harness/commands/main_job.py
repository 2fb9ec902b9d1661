"""``harness run``: the main job. Every payload read, checked, recorded; then this run and the week to date."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import Progress

from contracts import CheckResult, RunResult, load
from harness.commands.log import readiness_json
from harness.commands.options import JsonOption, NoColorOption, ProfileOption, QuietOption, WorkspaceOption
from harness.console import Screen, write_json
from harness.running import Event, Listener, PayloadChecked, deliveries
from harness.running import run as run_deliveries
from harness.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from raid_log import Figures, Readiness, RunRow


def run(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Payload files or folders (default: the profile's).", metavar="[PATH...]"),
    ] = None,
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    interface: Annotated[
        str, typer.Option("--interface", "-i", help="Interface of all payloads (default: their folder's name).")
    ] = "",
    contract: Annotated[str, typer.Option("--contract", "-c", help="Contract of all payloads.")] = "",
    cycle: Annotated[str, typer.Option(help="Test cycle, e.g. SIT2; blank in ordinary operation.")] = "",
    alluredir: Annotated[
        Path | None, typer.Option(help="Write Allure results of class delivered.", metavar="DIR")
    ] = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Check payloads as deliveries of their interfaces and record them: exit 0 all recorded, 2 not."""
    from raid_log import figures, open_store, readiness, run_figures

    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile, make=True)
    with open_store(found.store_url) as store:
        items = deliveries(paths or (), found.profile, interface=interface, contract=contract)
        with screen.progress("running", len(items)) as bar:
            result = run_deliveries(
                items, found.profile, started_at=_now(), now=_now, cycle=cycle, sample=found.settings.sample,
                limits=found.settings.limits.limits(), listeners=[_advance(bar)],
            )  # fmt: skip
        store.record(result, found.profile)
        if alluredir:
            _write_allure(result, found, alluredir)
        as_of = _now()
        rows = run_figures(result, store, found.profile)
        week = figures(store, found.profile, as_of=as_of)
        decision = readiness(store, found.profile, as_of=as_of)
    _print(screen, [submission.result for submission in result.submissions], rows, week, decision)
    if json:
        write_json(json, _report(result, rows, week, decision))


def _now() -> datetime:
    return datetime.now(UTC)


def _advance(bar: Progress) -> Listener:
    def listen(event: Event) -> None:
        if isinstance(event, PayloadChecked):
            bar.update(bar.task_ids[0], advance=1, description=event.submission.interface)

    return listen


def _write_allure(result: RunResult, found: Workspace, folder: Path) -> None:
    from reports import allure

    ids = {submission.result.contract for submission in result.submissions}
    allure.write(result, found.profile, {identity: load(identity, found.profile) for identity in ids}, folder)


def _print(screen: Screen, results: list[CheckResult], rows: list[RunRow], week: Figures, decision: Readiness) -> None:
    columns = ["interface", "name", "subm.", "records", "units", "conforming", "rate", "open crit.", "open sign."]
    table = [
        (row.interface, row.name, row.submissions, f"{row.records:,}", f"{row.units:,}", f"{row.conforming:,}", row.rate.text, row.open_critical, row.open_significant)
        for row in rows
    ]  # fmt: skip
    screen.table("This run, class conformance, every attempt", columns, table, columns[2:])
    unchecked = {
        (rule.id, rule.reason) for result in results for rule in result.rules if rule.status in ("not_checked", "stale")
    }
    if unchecked:
        reasons = sorted({reason for _, reason in unchecked})
        screen.line(f"not checked: {len({rule for rule, _ in unchecked})} rules ({'; '.join(reasons)})", "yellow")
    screen.line()
    state = "open, week to date" if week.window_open else "closed"
    screen.line(f"Programme week {week.window.label}: {state}, first attempts only", "bold")
    for name, missing in (("conformance", "no unit of an active contract"), ("acceptance", "no pod")):
        rate = week.rates[name]
        evidence = (
            f"{rate.pooled.accepted:,} of {rate.pooled.submitted:,} units, class {name}"
            if rate.pooled.submitted
            else f"class {name}: {missing}"
        )
        screen.line(f"  {name + ' rate':<18} {rate.pooled.text:<12} {evidence}")
    for name, defects in (("open critical", week.open_critical), ("open significant", week.open_significant)):
        split = ", ".join(f"{count} {kind}" for kind, count in defects.by_class.items())
        screen.line(f"  {name:<18} {defects.count:<12} {'by class: ' + split if split else ''}".rstrip())
    screen.line(f"  {'readiness':<18} {decision.text:<12} {_missing(decision)}".rstrip())


def _missing(decision: Readiness) -> str:
    """The gates that fail and those without evidence, by id."""
    groups = [
        (text, [gate.id for gate in decision.gates if gate.text == text]) for text in ("failed", "without evidence")
    ]
    return "; ".join(f"{text}: {', '.join(ids)}" for text, ids in groups if ids)


def _report(result: RunResult, rows: list[RunRow], week: Figures, decision: Readiness) -> dict[str, Any]:
    return {
        "run": result.id,
        "profile": result.profile,
        "interfaces": [
            {"interface": row.interface, "name": row.name, "submissions": row.submissions, "records": row.records,
             "units": row.units, "conforming": row.conforming, "rate": row.rate.text,
             "open_critical": row.open_critical, "open_significant": row.open_significant}
            for row in rows
        ],
        "week": week.window.label,
        "week_open": week.window_open,
        "rates": {name: {"submitted": rate.pooled.submitted, "accepted": rate.pooled.accepted, "rate": rate.pooled.text} for name, rate in week.rates.items()},
        "open_critical": week.open_critical.count,
        "open_significant": week.open_significant.count,
        "readiness": readiness_json(decision),
    }  # fmt: skip
