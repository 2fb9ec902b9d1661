"""``harness check``: a payload against its contract. Nothing is recorded."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer

from contracts import SEVERITIES, CheckResult, Contract, load
from harness.checking import check as check_payload
from harness.choosing import choose
from harness.commands.options import (
    JsonOption,
    NoColorOption,
    ProfileOption,
    QuietOption,
    ReleaseOption,
    WorkspaceOption,
    day,
)
from harness.console import Screen, write_json
from harness.errors import UsageError
from harness.workspace import find_workspace
from interfaces import read

_SHOWN = 3  # findings per rule on the screen; JSON and --findings have more


def check(
    paths: Annotated[list[Path], typer.Argument(help="Payload files: zip, csv, dat.", metavar="PATH...")],
    contract: Annotated[
        str, typer.Option("--contract", "-c", help="Contract id (default: told by the names inside).")
    ] = "",
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    release: ReleaseOption = "",
    as_of: Annotated[
        str, typer.Option(help="Date at which reference lists are aged, YYYY-MM-DD (default: today).")
    ] = "",
    json: JsonOption = "",
    findings: Annotated[str, typer.Option(help="Write all findings to FILE.parquet or FILE.csv.", metavar="FILE")] = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Check payloads against their contract: exit 0 no critical or significant finding, 1 findings, 2 no contract."""
    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile)
    aged_at = day(as_of, found.profile)
    _writable(findings)
    results: list[CheckResult] = []
    with screen.progress("checking", len(paths)) as bar:
        for path in paths:
            if not path.is_file():
                raise UsageError("no such file", where=str(path), todo="name a payload: zip, csv or dat")
            promised = load(contract or choose(path, found.profile), found.profile, release=release)
            payload = read(path, promised, limits=found.settings.limits.limits())
            result = check_payload(
                payload, promised, as_of=aged_at, sample=found.settings.sample, all_findings=bool(findings),
                load_all_or_nothing=found.profile.load_all_or_nothing,
            )  # fmt: skip
            results.append(result)
            bar.advance(bar.task_ids[0])
            print_result(screen, result, promised)
    if json:
        report = [as_json(result) for result in results]
        write_json(json, report[0] if len(report) == 1 else report)
    if findings:
        _write_findings(findings, results)
    raise typer.Exit(1 if any(result.blocking for result in results) else 0)


def as_json(result: CheckResult) -> dict[str, Any]:
    """The result of a check as JSON data; documented in docs/check-json.md."""
    return {
        "contract": result.contract,
        "version": result.version,
        "contract_status": result.contract_status,
        "release": result.release,
        "profile": result.profile,
        "payload": result.payload,
        "sha256": result.sha256,
        "members": list(result.members),
        "records": result.records,
        "units": {
            "submitted": result.submitted,
            "conforming": result.conforming,
            "not_conforming": result.submitted - result.conforming,
            "predicted_refused": result.predicted_refused,
        },
        "rules": [
            {
                "id": rule.id, "title": rule.title, "severity": rule.severity, "code": rule.code or None,
                "status": rule.status, "findings": rule.findings, "units": rule.units, "reason": rule.reason or None,
            }
            for rule in result.rules
        ],
        "samples": result.samples.to_dicts(),
        "verdicts": result.units.select("label", "row", "records", "conforms", "predicted", "certainty", pl.col("amount").cast(pl.String)).to_dicts(),
    }  # fmt: skip


def _writable(findings: str) -> None:
    if findings and Path(findings).suffix not in (".parquet", ".csv"):
        raise UsageError("findings are written as .parquet or .csv", where=findings, todo="name the file so")


def _write_findings(target: str, results: list[CheckResult]) -> None:
    frame = pl.concat(
        result.findings.select(
            pl.lit(result.payload).alias("payload"), pl.lit(result.contract).alias("contract"), pl.all()
        )
        for result in results
    )
    try:
        frame.write_parquet(target) if target.endswith(".parquet") else frame.write_csv(target)
    except OSError as error:
        raise UsageError(f"cannot be written: {error}", where=target, todo="choose another file") from error


def print_result(screen: Screen, result: CheckResult, contract: Contract) -> None:
    """Print what a check says: counts, failed rules with their first findings, and what was not judged."""
    release = f" release {result.release}" if result.release else ""
    screen.line(f"{result.payload}: {contract.id} {result.version}{release}, profile {result.profile}", "bold")
    refused = result.predicted_refused
    screen.line(
        f"  {result.records:,} records, {result.submitted:,} accept units: {result.conforming:,} conform,"
        f" {result.submitted - result.conforming:,} do not; {refused:,} predicted refused by Fusion"
    )
    failed = sorted((rule for rule in result.rules if rule.findings), key=lambda rule: SEVERITIES.index(rule.severity))
    rows = [(rule.severity, rule.id, rule.code, f"{rule.findings:,}", f"{rule.units:,}", rule.title) for rule in failed]
    if rows:
        screen.table("", ["severity", "rule", "predicts", "findings", "units", "title"], rows, ["findings", "units"])
    for rule in failed:
        for one in result.samples.filter(pl.col("rule") == rule.id).head(_SHOWN).iter_rows(named=True):
            place = f"{one['file']} row {one['row']} (line {one['line']})" if one["row"] else one["file"] or "package"
            screen.line(f"  {place}, {one['record']}: {rule.id} {one['message']}")
        if rule.findings > _SHOWN:
            screen.line(f"  ... and {rule.findings - _SHOWN:,} more of {rule.id}")
    unchecked = [rule for rule in result.rules if rule.status in ("not_checked", "stale")]
    for reason in dict.fromkeys(rule.reason for rule in unchecked):
        rules = [rule for rule in unchecked if rule.reason == reason]
        screen.line(f"  {rules[0].status}: {', '.join(rule.id for rule in rules)} ({reason})", "yellow")
    untested = sum(rule.status == "not_applied" for rule in result.rules)
    passed = sum(rule.status == "passed" for rule in result.rules)
    screen.line(f"  rules: {passed} passed, {len(failed)} failed, {untested} not applied, {len(unchecked)} not checked")
