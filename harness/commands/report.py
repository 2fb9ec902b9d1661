"""``harness report``: pages for people, written as files. Each is one file that opens anywhere."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from contracts import ORACLE, Profile
from harness.commands.figures import week_named
from harness.commands.options import JsonOption, NoColorOption, ProfileOption, QuietOption, WorkspaceOption, moment
from harness.console import Screen, write_json
from harness.errors import UsageError
from harness.workspace import find_workspace

if TYPE_CHECKING:
    from raid_log import Store, Week

HISTORY = "history.jsonl"
"""Beside the folders of the weeks: what Allure remembers of them. It can be made again from the store."""

OutOption = Annotated[
    Optional[Path], typer.Option("--out", help="File to write (default: in the folder out/ of the workspace).")
]


def readiness(
    out: OutOption = None,
    as_of: Annotated[str, typer.Option(help="Moment of the decision, ISO 8601 with offset (default: now).")] = "",
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Write the decision as one page to sign, and as PDF beside it: verdict, what stands against it, all gates."""
    from raid_log import open_store, signers
    from raid_log import readiness as decide
    from reports import pdf, readiness_page

    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile)
    at = moment(as_of)
    with open_store(found.store_url) as store:
        decision = decide(store, found.profile, as_of=at)
    file = out or found.out / "readiness.html"
    who = found.profile
    page = readiness_page(decision, title=who.title, zone=str(who.time_zone), signers=signers(who))
    printed = pdf.to_pdf(page)
    write_page(file, page.encode())
    files = [file]
    if printed:
        files.append(file.with_suffix(".pdf"))
        write_page(files[-1], printed)
    if json:
        write_json(json, {"verdict": decision.text, "as_of": at.isoformat(), "files": [str(one) for one in files]})
    screen.line(f"{decision.text}: {' and '.join(map(str, files))}")
    if not printed:
        screen.line(f"skipped: the PDF: {pdf.skipped()}", "yellow")


def raid(
    out: OutOption = None,
    as_of: Annotated[str, typer.Option(help="The log as it stood then, ISO 8601 with offset (default: now).")] = "",
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Write the whole RAID log as one page to search, filter and sort: one anchor per entry."""
    from raid_log import items, open_store
    from reports import raid_page

    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile)
    at = moment(as_of)
    with open_store(found.store_url) as store:
        entries = items(store, as_of=at)
    who = found.profile
    people = {person.id: person.name for person in who.people.values()}
    page = raid_page(
        entries, title=who.title, zone=str(who.time_zone), people=people, label="the whole log", as_of=at
    )  # fmt: skip
    file = out or found.out / "raid.html"
    write_page(file, page.encode())
    if json:
        write_json(json, {"entries": len(entries), "as_of": at.isoformat(), "file": str(file)})
    screen.line(f"{len(entries):,} entries: {file}")


def catalogue(
    out: Annotated[
        Optional[Path], typer.Option("--out", help="Folder to write (default: out/catalogue of the workspace).")
    ] = None,
    markdown: Annotated[
        Optional[Path], typer.Option("--markdown", help="Write one Markdown file with a table instead.", metavar="FILE")
    ] = None,
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Write a page per contract of the profile, and an index by department."""
    from contracts import ContractError, contract_ids, load, load_profile, written_ids
    from raid_log import delivered_versions, open_store
    from reports import Unread, catalogue_text
    from reports import catalogue as pages_of

    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile)
    if markdown:
        bare = load_profile(ORACLE)
        library = [load(id_, bare) for id_ in contract_ids(bare)]
        own = [load(id_, found.profile) for id_ in written_ids(found.profile)] if found.profile.path else []
        write_page(markdown, catalogue_text(found.profile, library, own).encode())
        screen.line(f"{len(library):,} contracts of the library, {len(own):,} of the profile: {markdown}")
        return
    read, unread = [], []
    for id_ in contract_ids(found.profile):
        try:
            read.append(load(id_, found.profile))
        except ContractError as error:
            unread.append(Unread(id_, str(error)))
    history = []
    if found.path or found.settings.store:
        with open_store(found.store_url) as store:
            history = delivered_versions(store)
    folder = out or found.out / "catalogue"
    made = pages_of(found.profile, read, unread, history)
    for name, page in made.items():
        write_page(folder / name, page.encode())
    if json:
        write_json(
            json, {"folder": str(folder), "contracts": [one.id for one in read], "unread": [one.id for one in unread]}
        )
    for one in unread:
        screen.line(f"cannot be read: {one.id}: {one.why}", "yellow")
    screen.line(f"{len(read):,} contracts: {folder / 'index.html'}")


def allure(
    week: Annotated[str, typer.Option(help="Programme week, e.g. 2026-W48 (default: as of `report weekly`).")] = "",
    out: Annotated[
        Optional[Path], typer.Option("--out", help="Folder to write, new or empty (default: out/allure/<week>).")
    ] = None,
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Write Allure results and report of a week by themselves: no week is closed, no line of history is kept."""
    from harness.weekly_report import report_evidence
    from raid_log import open_store, tell_week

    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile)
    at = moment("")
    chosen = week_named(week, at, found.profile.time_zone) if week else None
    with open_store(found.store_url) as store:
        chosen = chosen or week_to_report(store, found.profile, at)
        folder = out or found.out / "allure" / chosen.name
        told = tell_week(store, found.profile, chosen, as_of=at)
        parts = report_evidence(store, told, folder)
    if json:
        write_json(json, {"week": chosen.name, "folder": str(folder), "parts": [asdict(part) for part in parts]})
    for part in parts:
        words = f"skipped: {part.name}: {part.skipped}" if part.skipped else f"{part.name}: {part.bytes:,} bytes"
        screen.line(words, "yellow" if part.skipped else "")
    screen.line(f"{told.label}: {folder}")


def weekly(
    week: Annotated[
        str, typer.Option(help="Programme week, e.g. 2026-W48 (default: the last that is over, if the store knows it).")
    ] = "",
    out: Annotated[
        Optional[Path], typer.Option("--out", help="Folder to write (default: out/weekly/<week> of the workspace).")
    ] = None,
    as_of: Annotated[str, typer.Option(help="The moment of a week that is not over (default: now).")] = "",
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Close the weeks that are over and write the report of one: page, PDF, RAID log, readiness, Allure."""
    from harness.weekly_report import report_week
    from raid_log import open_store

    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile)
    at = moment(as_of)
    chosen = week_named(week, at, found.profile.time_zone) if week else None
    with open_store(found.store_url) as store:
        chosen = chosen or week_to_report(store, found.profile, at)
        folder = out or found.out / "weekly" / chosen.name
        with screen.progress("weekly report", 1) as bar:
            told, parts = report_week(
                store, found.profile, chosen, folder, at=at, history=folder.parent / HISTORY,
                told=lambda what, place, of: bar.update(bar.task_ids[0], description=what, completed=place, total=of),
            )  # fmt: skip
    if json:
        write_json(json, {
            "week": chosen.name, "as_of": told.as_of.isoformat(), "closed": not told.open, "folder": str(folder),
            "parts": [asdict(part) for part in parts],
        })  # fmt: skip
    screen.line(f"{told.label}{', to date' if told.open else ''}: {told.readiness.text}", "bold")
    rows = [(part.name, part.skipped or f"{part.bytes:,}") for part in parts if not part.skipped]
    screen.table("", ["file", "bytes"], rows, ["bytes"])
    for part in parts:
        if part.skipped:
            screen.line(f"skipped: {part.name}: {part.skipped}", "yellow")
    screen.line(f"open {folder / 'index.html'}")


def week_to_report(store: Store, profile: Profile, at: datetime) -> Week:
    """Return the last week that is over if anything was recorded by its end, else the week that goes on."""
    from raid_log import Week, first_moment

    current = Week.of(at.astimezone(profile.time_zone).date())
    first = first_moment(store)
    return current.before if first and first < current.window(profile.time_zone).start else current


def write_page(file: Path, data: bytes) -> None:
    """Write a page, in folders that are made where they are missing; an older one of the name is replaced.

    Raises UsageError if it cannot be written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    except OSError as error:
        raise UsageError(
            f"the page cannot be written: {error.strerror or error}",
            where=str(file),
            todo="name another file",
        ) from error
