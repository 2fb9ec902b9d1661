"""``harness diff``: what changed between two versions of a contract, or between the layouts of two releases."""

from __future__ import annotations

import re
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from contracts import (
    Change,
    Contract,
    ContractError,
    Grade,
    LayoutRow,
    Profile,
    changed_layouts,
    compare,
    contract_ids,
    editions,
    layout_releases,
    layout_rows,
    names_in_force,
    newest_source,
)
from harness.commands.change_lines import STYLES, change_data, print_change
from harness.commands.options import JsonOption, NoColorOption, ProfileOption, QuietOption, WorkspaceOption, day
from harness.commands.report import write_page
from harness.console import Screen, write_json
from harness.errors import UsageError
from harness.sides import contract_of
from harness.workspace import find_workspace
from reports.layout_changes import LayoutReport, change_word, layout_page, layout_workbook, row_cells

_RELEASE = re.compile(r"\d{2}[A-D]")
SideArgument = Annotated[Optional[str], typer.Argument(help="An id, a file, REV:id or REV:path.", show_default=False)]


def diff(
    old: SideArgument = None,
    new: SideArgument = None,
    against: Annotated[
        str, typer.Option(help="Compare OLD with itself as it was at this revision.", metavar="REV")
    ] = "",
    layouts: Annotated[
        Optional[tuple[str, str]], typer.Option(help="Compare Oracle's layouts of two releases.", metavar="OLD NEW")
    ] = None,
    html: Annotated[Optional[Path], typer.Option(help="With --layouts: write a page to sign.", metavar="FILE")] = None,
    xlsx: Annotated[
        Optional[Path], typer.Option(help="With --layouts: write a workbook to sign.", metavar="FILE")
    ] = None,
    as_of: Annotated[str, typer.Option(help="Day of the list to sign, YYYY-MM-DD (default: the newest source).")] = "",
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Tell what changed and how grave it is for the interface: exit 0 nothing that breaks, 1 a breaking change."""
    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile).profile
    if layouts:
        if old or new or against:
            raise UsageError("--layouts takes releases alone", where="harness diff", todo="leave the contracts out")
        worst = _layouts(screen, found, layouts, (html, xlsx), as_of, json)
    elif html or xlsx or as_of:
        raise UsageError("a list to sign is made of layouts", where="harness diff", todo="say --layouts OLD NEW")
    else:
        worst = _contracts(screen, found, old, new, against, json)
    raise typer.Exit(1 if "breaking" in worst else 0)


def _contracts(
    screen: Screen, profile: Profile, old: str | None, new: str | None, against: str, json: str
) -> list[Grade | None]:
    if old is None or bool(new) == bool(against):
        todo = "name two: OLD NEW, or one: ID --against REV, or say --layouts 25B 26C"
        raise UsageError("two sides are compared", where="harness diff", todo=todo)
    before, after = contract_of(old, profile, against), contract_of(new or old, profile)
    (*_, was), (*_, now) = before.values(), after.values()
    graded = [(change, change.grade(now.direction)) for change in compare(before, after)]
    if json:
        write_json(json, {
            "old": _named(was), "new": _named(now), "direction": now.direction,
            "changes": [change_data(change, grade) for change, grade in graded],
        })  # fmt: skip
    screen.line(f"{was.id} {was.version} -> {now.id} {now.version}, {now.direction}", "bold")
    for change, grade in graded:
        print_change(screen, change, grade)
    screen.line(f"{len(graded)} changes" + _open(graded))
    return [grade for _, grade in graded]


def _open(graded: list[tuple[Change, Grade]]) -> str:
    undetermined = sum(change.direction == "undetermined" for change, _ in graded)
    return f"; {undetermined} undetermined: `harness breaking` decides by replay" if undetermined else ""


def _named(contract: Contract) -> dict[str, str]:
    return {"contract": contract.id, "version": contract.version, "profile": contract.profile}


# layouts of two releases


def _layouts(
    screen: Screen,
    profile: Profile,
    releases: tuple[str, str],
    pages: tuple[Path | None, Path | None],
    as_of: str,
    json: str,
) -> list[Grade | None]:
    report, unread = _report(profile, releases, as_of)
    html, xlsx = pages
    if html:
        write_page(html, layout_page(report).encode())
    if xlsx:
        write_page(xlsx, layout_workbook(report))
    if json:
        write_json(json, _as_json(report, unread))
    _print(screen, report)
    for identity in unread:
        screen.line(f"cannot be read, see `harness lint`: {identity}", "yellow")
    for file in filter(None, pages):
        screen.line(f"written to {file}")
    return [row.grade for row in report.rows]


def _report(profile: Profile, releases: tuple[str, str], as_of: str) -> tuple[LayoutReport, list[str]]:
    """The list, and the ids of contracts that have faults."""
    for release in releases:
        if not _RELEASE.fullmatch(release):
            raise UsageError(f"no release: {release}", where="--layouts", todo="write it as 26C")
    old, new = releases
    contracts, unread = [], []
    for identity in contract_ids(profile):
        try:
            contracts.append(_of_release(identity, profile, old))
        except ContractError:
            unread.append(identity)
    changed = changed_layouts(old, new)
    known = {*names_in_force(old), *names_in_force(new)}
    compared = [layout for pair in changed.values() for layout in pair if layout]
    at = day(as_of, profile).isoformat() if as_of else newest_source(compared)
    rows = layout_rows(old, new, contracts)
    return LayoutReport(old, new, at or "no stated day", profile.name, rows, len(known) - len(changed)), unread


def _of_release(identity: str, profile: Profile, release: str) -> Contract:
    """The contract as it is for a release, or for the newest one before it that it is tested against."""
    found = editions(identity, profile)
    return found[max((one for one in found if one <= release), default=next(iter(found)))]


def _print(screen: Screen, report: LayoutReport) -> None:
    screen.line(f"layouts {report.old} -> {report.new}, as of {report.as_of}, profile {report.profile}", "bold")
    newest = layout_releases()[-1]
    if max(report.old, report.new) > newest:
        screen.line(f"  the newest layouts known are of {newest}", "yellow")
    for contract, rows in groupby(report.rows, key=lambda row: row.contract):
        screen.line()
        if contract:
            tested = "" if report.new in contract.releases else f", not tested against {report.new}"
            screen.line(f"{contract.id} {contract.version}, {contract.direction}{tested}", "bold")
        else:
            screen.line("used by no contract", "bold")
        for row in rows:
            _print_row(screen, row)
    screen.line()
    screen.line(f"{report.counts}; {report.same} files are the same")


def _print_row(screen: Screen, row: LayoutRow) -> None:
    grade = f"{row.grade:<11}" if row.grade else ""
    screen.line(f"  {grade}{row.file} {change_word(row)}: {row.change.what}", STYLES[row.grade] if row.grade else "")
    if row.meaning:
        screen.line(f"             {row.meaning}")


def _as_json(report: LayoutReport, unread: list[str]) -> dict[str, Any]:
    keys = ("contract", "tested", "file", "change", "what", "meaning", "grade")
    return {
        "old": report.old, "new": report.new, "as_of": report.as_of, "profile": report.profile, "same": report.same,
        "changes": [
            dict(zip(keys, row_cells(row, report.new), strict=True))
            | {"contract": row.contract.id if row.contract else None, "grade": row.grade,
               "direction": row.change.direction, "columns": list(row.change.columns)}
            for row in report.rows
        ],
        "unread": unread,
    }  # fmt: skip
