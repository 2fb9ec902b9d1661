"""``harness check``: a payload, or tables of a database, against their contract. Nothing is recorded."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Optional

import polars as pl
import typer

import interfaces  # databases are reached through it: SQLAlchemy is loaded for a table alone
from contracts import SEVERITIES, CheckResult, Contract, Evaluate, evaluate, load
from harness.arrivals import url_of
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
from harness.engines import engine_named
from harness.errors import UsageError
from harness.findings_file import FindingsFile
from harness.in_parts import check_in_parts, is_large
from harness.scratch import room, scratch
from harness.workspace import Workspace, find_workspace
from interfaces import Payload, read

_SHOWN = 3  # findings per rule on the screen; JSON and --findings have more
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def check(
    paths: Annotated[
        Optional[list[Path]], typer.Argument(help="Payload files: zip, csv, dat.", metavar="[PATH...]")
    ] = None,
    contract: Annotated[
        str,
        typer.Option(
            "--contract", "-c", help="Contract id (default: told by the names inside; a table needs it said)."
        ),
    ] = "",
    source: Annotated[
        str,
        typer.Option(help="Database instead of files: SQLAlchemy URL, or the variable that holds it.", metavar="URL"),
    ] = "",
    table: Annotated[
        Optional[list[str]],
        typer.Option(
            help="Table or view of --source: NAME or SCHEMA.NAME; FILE=NAME for each file of a contract that has several.",
            metavar="NAME",
        ),
    ] = None,
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    release: ReleaseOption = "",
    as_of: Annotated[
        str, typer.Option(help="Date at which reference lists are aged, YYYY-MM-DD (default: today).")
    ] = "",
    engine: Annotated[
        str, typer.Option(help="What evaluates the rules: polars, duckdb as a referee, or spark.", metavar="NAME")
    ] = "polars",
    master: Annotated[
        str, typer.Option(help="Where --engine spark runs: local[2] (the default), spark://HOST:PORT, yarn, k8s://…")
    ] = "",
    spark_folder: Annotated[
        Optional[Path],
        typer.Option(
            help="Folder for the tables of --engine spark, reached by its executors (default: the temporary one)."
        ),
    ] = None,
    stream: Annotated[
        Optional[bool],
        typer.Option(
            "--stream/--no-stream",
            help="Never hold a payload whole (default: above the setting stream_above).",
            show_default=False,
        ),
    ] = None,
    json: JsonOption = "",
    findings: Annotated[str, typer.Option(help="Write all findings to FILE.parquet or FILE.csv.", metavar="FILE")] = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Check payloads or tables against their contract: exit 0 no critical or significant finding, 1 some, 2 no check."""
    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile)
    aged_at = day(as_of, found.profile)
    _one_way(paths or (), source, table or (), contract)
    _kept_apart(paths or (), json, findings)
    if stream and (source or engine != "polars"):
        todo = "leave out --stream, or --source and --engine"
        raise UsageError("files are streamed, and by polars alone", where="--stream", todo=todo)
    results: list[CheckResult] = []
    with ExitStack() as stack:
        everything = FindingsFile(findings, stack.enter_context(scratch())) if findings else None
        judge = stack.enter_context(engine_named(engine, master, spark_folder))
        how = _How(found, aged_at, judge, stream, everything)
        if source:
            promised = load(contract, found.profile, release=release)
            with screen.progress("reading and checking tables", 1):
                result = _held(_of_tables(source, table or (), promised), promised, how)
            checked = iter([(result, promised)])
        else:
            checked = _of_files(screen, paths or (), contract, release, how)
        for result, promised in checked:
            results.append(result)
            print_result(screen, result, promised)
        if everything:
            everything.write()
    if json:
        report = [as_json(result) for result in results]
        write_json(json, report[0] if len(report) == 1 else report)
    raise typer.Exit(1 if any(result.blocking for result in results) else 0)


@dataclass(frozen=True)
class _How:
    """How payloads are checked."""

    found: Workspace
    as_of: date
    engine: Evaluate
    stream: bool | None
    findings: FindingsFile | None


def _one_way(paths: Sequence[Path], source: str, tables: Sequence[str], contract: str) -> None:
    """Raise UsageError unless either files are named, or a database with tables and their contract."""
    what, todo = "", ""
    if paths and (source or tables):
        what, todo = "files and tables at once", "name files, or --source with --table"
    elif source and not tables:
        what, todo = "no table is named", "say --table NAME, or --table FILE=NAME for each file of the contract"
    elif tables and not source:
        what, todo = "no database is named for the table", "say --source URL, or the variable that holds it"
    elif tables and not contract:
        what, todo = "a table does not tell its contract", "say --contract ID"
    elif not paths and not source:
        what, todo = "nothing to check", "name a payload (zip, csv, dat), or --source URL --table NAME --contract ID"
    if what:
        raise UsageError(what, where="harness check", todo=todo)


def _kept_apart(paths: Sequence[Path], json: str, findings: str) -> None:
    """Raise UsageError where a result would be written over a payload, or over the other result."""
    for option, target in (("--json", json), ("--findings", findings)):
        if target and any(_same(path, Path(target)) for path in paths):
            raise UsageError("the payload would be written over", where=f"{option} {target}", todo="name another file")
    if json and findings and Path(json).resolve() == Path(findings).resolve():
        raise UsageError("--json and --findings name one file", where=findings, todo="name two files")


def _same(one: Path, other: Path) -> bool:
    """Whether both are there and one file, also by links."""
    try:
        return one.samefile(other)
    except OSError:
        return False


def _of_files(
    screen: Screen, paths: Sequence[Path], contract: str, release: str, how: _How
) -> Iterator[tuple[CheckResult, Contract]]:
    profile = how.found.profile
    with screen.progress("checking", len(paths)) as bar:
        for path in paths:
            if not path.is_file():
                raise UsageError("no such file", where=str(path), todo="name a payload: zip, csv or dat")
            promised = load(contract or choose(path, profile), profile, release=release)
            most = how.found.settings.stream_above
            if how.stream or (how.stream is None and how.engine is evaluate and is_large(path, promised, most)):
                result = _in_parts(screen, path, promised, how)
            else:
                payload = read(path, promised, limits=how.found.settings.limits.limits())
                result = _held(payload, promised, how)
            bar.advance(bar.task_ids[0])
            yield result, promised


def _held(payload: Payload, promised: Contract, how: _How) -> CheckResult:
    """The verdicts of a payload in memory."""
    result = check_payload(
        payload, promised, as_of=how.as_of, sample=how.found.settings.sample, all_findings=bool(how.findings),
        load_all_or_nothing=how.found.profile.load_all_or_nothing, engine=how.engine,
    )  # fmt: skip
    if how.findings:
        with room(result.findings.estimated_size, result.payload):
            how.findings.add(result.payload, result.contract, result.findings)
    return result


def _in_parts(screen: Screen, path: Path, promised: Contract, how: _How) -> CheckResult:
    """The verdicts of a payload that is never held whole."""
    settings = how.found.settings
    return check_in_parts(
        path, promised, as_of=how.as_of, sample=settings.sample, limits=settings.limits.limits(), findings=how.findings,
        load_all_or_nothing=how.found.profile.load_all_or_nothing, watched=partial(screen.reading, path.name),
    )  # fmt: skip


def _of_tables(source: str, tables: Sequence[str], promised: Contract) -> Payload:
    """One payload of all tables; a bare word as source is the variable that holds the URL."""
    named = _by_file(tables, promised)
    url = url_of(source, "--source") if _VARIABLE.fullmatch(source) else source
    return interfaces.read_tables(url, promised, named)


def _by_file(tables: Sequence[str], promised: Contract) -> dict[str, str]:
    """File of the contract -> table."""
    known, named = list(promised.files), dict[str, str]()
    for text in tables:
        file, equals, name = text.partition("=")
        if not equals:
            if len(known) > 1:
                todo = f"say --table FILE=NAME for each of: {', '.join(known)}"
                raise UsageError(f"{promised.id} has several files", where=f"--table {text}", todo=todo)
            file, name = known[0], text
        if file not in known or not name:
            what = f"{promised.id} has no file {file!r}" if file not in known else "a table has no name"
            raise UsageError(what, where=f"--table {text}", todo=f"say FILE=NAME, FILE one of: {', '.join(known)}")
        if file in named:
            raise UsageError(f"two tables for {file}", where=f"--table {text}", todo="name one, or a view of both")
        named[file] = name
    return named


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
