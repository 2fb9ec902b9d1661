"""``harness taas import | list``: results of outside test providers (testing as a service), a source of their own."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from harness.commands.options import JsonOption, NoColorOption, ProfileOption, QuietOption, WorkspaceOption
from harness.commands.raid import ByOption, actor_of
from harness.console import Screen, write_json
from harness.workspace import find_workspace

if TYPE_CHECKING:
    from raid_log import OutsideFile, OutsideRecorded, OutsideRun, ProviderTotal, SuiteCounts


def import_results(
    file: Annotated[Path, typer.Argument(help="JUnit XML, Allure results (a folder or a zip of it), or a table of counts as CSV or xlsx.", metavar="FILE")],
    provider: Annotated[str, typer.Option("--provider", help="Whose results these are; not needed where the mapping file says it.")] = "",
    mapping: Annotated[
        Optional[Path], typer.Option("--mapping", help="YAML: columns, interfaces and severities of the provider; docs/taas.md.", metavar="FILE")
    ] = None,
    run: Annotated[str, typer.Option("--run", help="What the run is called (default: its beginning); a table names its runs itself.")] = "",
    by: ByOption = "",
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:  # fmt: skip
    """Take in the results of an outside test provider, all of a file or nothing; a failing test opens an issue."""
    from harness.outside import read_mapping, read_outside
    from raid_log import open_store, record_outside

    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile)
    at = datetime.now(UTC)
    told = read_outside(file, read_mapping(mapping, found.profile, provider), at=at, run=run)
    with open_store(found.store_url) as store:
        done = record_outside(store, actor_of(found, by, at), told)
    _tell(screen, told, done)
    if json:
        write_json(json, {"provider": told.provider, "file": told.name, "format": told.format, "sha256": told.sha256,
                          **vars(done), "opened": list(done.opened), "seen_again": list(done.seen_again)})  # fmt: skip


def list_results(
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """List the results of outside test providers: their own counts, which enter no rate and no gate of the harness."""
    from raid_log import open_store, outside_results, outside_totals

    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile)
    with open_store(found.store_url) as store:
        runs = outside_results(store, datetime.now(UTC))
    totals = outside_totals(runs)
    if json:
        write_json(json, {"runs": list(map(_run_json, runs)), "totals": list(map(_total_json, totals))})
    for total in totals:
        rows = [
            (one.suite, one.run, f"{one.ended_at:%Y-%m-%d %H:%M}", *_cells(one.counts), "yes" if one.corrected else "")
            for one in runs
            if one.provider == total.provider
        ]
        rows.append(("total", f"{total.runs:,} runs", "", *_cells(total.counts), ""))
        numbers = ["planned", "exec.", "pass", "fail", "block", "rate", "C/S/M/m"]
        screen.table(total.provider, ["suite", "run", "ended (UTC)", *numbers, "corr."], rows, numbers)
    screen.line(
        f"{len(runs):,} runs of suites, {len(totals):,} providers; passed of executed tests is no acceptance rate"
    )


def _tell(screen: Screen, told: OutsideFile, done: OutsideRecorded) -> None:
    if done.repeated:
        screen.line(f"{told.name}: this very file was taken in before, nothing was changed", "yellow")
        return
    screen.line(
        f"{told.provider}: {told.format}, {done.results:,} runs of suites, {done.corrected:,} corrected",
        "bold",
    )
    for words, items in (("opened", done.opened), ("seen again", done.seen_again)):
        if items:
            screen.line(f"  {words:<12} {', '.join(items)}")


def _cells(counts: SuiteCounts) -> tuple[str, ...]:
    numbers = (counts.planned, counts.executed, counts.passed, counts.failed, counts.blocked)
    return (*(f"{number:,}" for number in numbers), counts.rate.text, "/".join(map(str, counts.defects.values())))


def _run_json(one: OutsideRun) -> dict[str, Any]:
    return {
        "provider": one.provider, "suite": one.suite, "run": one.run, "interface": one.interface,
        "ended_at": one.ended_at.isoformat(), **_counts_json(one.counts), "corrected": one.corrected,
        "file": one.file, "imported_at": one.imported_at.isoformat(), "by": one.by,
    }  # fmt: skip


def _total_json(total: ProviderTotal) -> dict[str, Any]:
    return {"provider": total.provider, "suites": total.suites, "runs": total.runs, **_counts_json(total.counts)}


def _counts_json(counts: SuiteCounts) -> dict[str, Any]:
    return {
        "planned": counts.planned, "executed": counts.executed, "passed": counts.passed, "failed": counts.failed,
        "blocked": counts.blocked, "rate": counts.rate.text, "defects": counts.defects,
    }  # fmt: skip
