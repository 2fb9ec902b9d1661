"""``harness raid export | import``: the RAID log as a file that people edit, and back."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.commands.options import JsonOption, NoColorOption, ProfileOption, QuietOption, WorkspaceOption, moment
from harness.commands.raid import ByOption, actor_of
from harness.console import Screen, write_json
from harness.errors import UsageError
from harness.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from raid_log import Copy, Export, Imported

SUFFIXES = (".xlsx", ".csv", ".json")

FileArgument = Annotated[Path, typer.Argument(help="A file .xlsx, .csv or .json.", metavar="FILE")]


def export_(
    file: FileArgument,
    type_: Annotated[
        str, typer.Option("--type", help="Of a .csv: risk, assumption, issue, dependency or waiver.")
    ] = "",
    for_: Annotated[
        str, typer.Option("--for", help="A .csv that a tracker imports: jira or servicenow; what has not ended.")
    ] = "",
    as_of: Annotated[str, typer.Option(help="The log as it stood then, ISO 8601 with offset (default: now).")] = "",
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Write the RAID log to a new file: a workbook to edit, one type as CSV, everything as JSON, or for a tracker."""
    from raid_log import export_log, open_store

    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    suffix = _suffix(file)
    _refuse_same(file, json)
    if for_:
        _export_for(for_, file, type_, find_workspace(workspace, profile), moment(as_of), screen, json)
        return
    if bool(type_) is not (suffix == ".csv"):
        raise UsageError(
            "a .csv holds one type, the others hold all", where=str(file), todo="say --type for a .csv alone"
        )
    found = find_workspace(workspace, profile)
    with open_store(found.store_url) as store:
        export = export_log(store, found.profile, as_of=moment(as_of))
    _write(file, _bytes(export, suffix, type_))
    rows = {table.type: len(table.rows) for table in export.tables if type_ in ("", table.type)}
    if json:
        write_json(json, {"file": str(file), "mark": str(export.mark), "rows": rows})
    screen.line(f"{', '.join(f'{name} {count:,}' for name, count in rows.items())}, event {export.mark.event}: {file}")


def import_(
    file: FileArgument,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would change, and change nothing.")] = False,
    checked: Annotated[
        bool, typer.Option("--yes-i-checked", help="Change the state of more than 5 entries and 20 % of the open ones.")
    ] = False,
    by: ByOption = "",
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Merge an edited export into the RAID log: exit 2 where anything of it was not taken."""
    from raid_log import import_log, open_store

    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    suffix = _suffix(file)
    _refuse_same(file, json)
    found = find_workspace(workspace, profile)
    actor = actor_of(found, by, datetime.now(UTC))
    copy = _read(file, suffix)
    with open_store(found.store_url) as store:
        done = import_log(store, actor, copy, dry_run=dry_run, checked=checked)
    if json:
        write_json(json, asdict(done))
    _tell(screen, done)
    if done.conflicts or done.refused:
        raise typer.Exit(2)


def _tell(screen: Screen, done: Imported) -> None:
    cells = [(one.id, one.column, one.before or "-", one.after or "-") for one in done.changed]
    if cells:
        screen.table("changed", ["id", "column", "from", "to"], cells)
    for id_ in done.added:
        screen.line(f"{id_} {'would be' if done.dry_run else 'is'} new")
    for id_, what in done.requested:
        screen.line(f"{id_}: {what} {'would be' if done.dry_run else 'is'} asked for")
    for one in done.conflicts:
        screen.line(
            f"conflict at {one.where}: {one.id} {one.column} was {one.base or '-'!r}, the log says {one.now or '-'!r}, the file {one.file or '-'!r}",
            "yellow",
        )
    for problem in done.refused:
        screen.line(
            f"refused at {problem.where}: {problem.what}" + (f"; {problem.todo}" if problem.todo else ""), "red"
        )
    screen.line(
        f"{'would be: ' if done.dry_run else ''}{len(done.added)} new, {len(done.changed)} cells changed, "
        f"{len(done.requested)} requests, {len(done.conflicts)} conflicts, {len(done.refused)} refused"
    )


def _suffix(file: Path) -> str:
    suffix = file.suffix.lower()
    if suffix not in SUFFIXES:
        raise UsageError(f"{suffix or 'no suffix'} is no format", where=str(file), todo=f"use {', '.join(SUFFIXES)}")
    return suffix


def _refuse_same(file: Path, json: str) -> None:
    """The report of the command would take the place of what somebody edited."""
    if json not in ("", "-") and Path(json).resolve() == file.resolve():
        raise UsageError(f"--json would replace {file}", where="--json", todo="name another file, or -")


def _bytes(export: Export, suffix: str, type_: str) -> bytes:
    from reports import text_files, workbook

    if suffix == ".csv":
        return text_files.write_csv(export, type_)
    return workbook.write_workbook(export) if suffix == ".xlsx" else text_files.write_json(export)


def _read(file: Path, suffix: str) -> Copy:
    from reports import text_files, workbook

    readers = {".xlsx": workbook.read_workbook, ".csv": text_files.read_csv, ".json": text_files.read_json}
    return readers[suffix](file)


def _export_for(
    tracker: str, file: Path, type_: str, found: Workspace, as_of: datetime, screen: Screen, json: str
) -> None:
    """Write what has not ended as the tracker imports it."""
    from harness.trackers import jira_csv, servicenow_csv
    from raid_log import items, open_store, store_mark

    if tracker not in ("jira", "servicenow") or file.suffix.lower() != ".csv" or type_:
        raise UsageError(
            f"no such file for a tracker: {tracker}", where=str(file),
            todo="say --for jira or --for servicenow, without --type, and name a .csv",
        )  # fmt: skip
    with open_store(found.store_url) as store:
        chosen = items(store, ended=False, as_of=as_of)
        mark = store_mark(store)
    rows = jira_csv(chosen, found.profile) if tracker == "jira" else servicenow_csv(chosen, found.profile, mark)
    _write(file, rows.encode())
    if json:
        write_json(json, {"file": str(file), "for": tracker, "entries": len(chosen)})
    screen.line(f"{len(chosen):,} entries for {tracker}: {file}")


def _write(file: Path, data: bytes) -> None:
    """A file that is there may hold what somebody typed: it is never replaced."""
    try:
        with file.open("xb") as target:
            try:
                target.write(data)
                target.flush()
            except OSError:
                file.unlink()  # half a file would be in the way of the next try
                raise
    except FileExistsError as error:
        raise UsageError("the file is there already", where=str(file), todo="name a new one") from error
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror}", where=str(file), todo="name another file") from error
