"""``harness breaking``: do the versions of contracts say how grave their changes are? The gate of a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from contracts import Place, Profile, contract_ids, library_folder
from harness.accepted_changes import Accepted, accepted_changes, unused
from harness.breaking import NEW, Judged, Verdict, verdicts
from harness.commands.change_lines import change_data, print_change
from harness.commands.options import JsonOption, NoColorOption, ProfileOption, QuietOption, WorkspaceOption, day
from harness.console import Screen, write_json
from harness.errors import UsageError
from harness.revisions import Revision, profile_at, revision_of
from harness.workspace import find_workspace


def breaking(
    identities: Annotated[list[str] | None, typer.Argument(metavar="[ID...]", help="Contracts (default: all).")] = None,
    against: Annotated[str, typer.Option(help="Revision of git to compare with.", metavar="REV")] = "main",
    junit: Annotated[Optional[Path], typer.Option(help="Write the changes as JUnit XML.", metavar="FILE")] = None,
    github: Annotated[bool, typer.Option("--github", help="Print annotations for GitHub.")] = False,
    as_of: Annotated[str, typer.Option(help="Day at which exceptions end, YYYY-MM-DD (default: today).")] = "",
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Compare contracts with a revision: exit 0 fine, 1 a change without the bump that it needs, 2 usage."""
    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    now = find_workspace(workspace, profile).profile
    exceptions, at = accepted_changes(now), day(as_of, now)
    revision = revision_of(against, now)
    with profile_at(revision, now) as then:
        chosen = _chosen(identities, then, now)
        found = []
        with screen.progress("comparing", len(chosen)) as bar:
            for verdict in verdicts(then, now, chosen, exceptions, at):
                found.append(verdict)
                bar.advance(bar.task_ids[0])
    needed = [one.exception for verdict in found for one in verdict.changes if one.exception]
    idle = unused(exceptions, needed, chosen)
    if junit:
        _write_junit(found, junit)
    if json:
        write_json(json, _as_json(found, idle, revision, now))
    _print(screen, found, idle, revision, now)
    if github and json != "-":
        for line in _annotations(found, revision, now):  # also where output is quiet: they are what a check shows
            typer.echo(line)
    raise typer.Exit(1 if any(one.fails for one in found) else 0)


def _chosen(identities: list[str] | None, then: Profile, now: Profile) -> list[str]:
    """Contracts of today, then those that are gone. Raises UsageError for an id that was never there."""
    known = list(dict.fromkeys([*contract_ids(now), *contract_ids(then)]))
    for identity in identities or ():
        if identity not in known:
            todo = f"use one of: {', '.join(known)}"
            raise UsageError(f"no contract {identity}", where=f"profile {now.name}", todo=todo)
    return list(dict.fromkeys(identities)) if identities else known


def _print(
    screen: Screen, found: Sequence[Verdict], idle: Sequence[Accepted], revision: Revision, profile: Profile
) -> None:
    screen.line(f"profile {profile.name} against {revision.name} ({revision.commit[:10]})", "bold")
    for verdict in found:
        if verdict.changes or verdict.trouble or verdict.note:
            _print_verdict(screen, verdict)
    for one in idle:
        screen.line(f"{one.where}: {one.contract} {one.change} is not needed: remove it", "yellow")
    failing = sum(one.fails for one in found)
    same = sum(not (one.changes or one.trouble or one.note) for one in found)
    blind = sum(bool(one.note) and one.note != NEW for one in found)
    screen.line(
        f"{len(found)} contracts: {same} unchanged, {failing} {'fails' if failing == 1 else 'fail'}"
        + (f", {blind} not compared" if blind else "")
    )


def _print_verdict(screen: Screen, verdict: Verdict) -> None:
    versions = " -> ".join(dict.fromkeys(filter(None, (verdict.before, verdict.after))))
    screen.line(f"{verdict.contract} {versions}".rstrip() + (f": {verdict.note}" if verdict.note else ""), "bold")
    if verdict.trouble:
        screen.line(f"  cannot be judged: {verdict.trouble}", "red")
    for one in verdict.changes:
        print_change(screen, one.change, one.grade, one.why)


def _write_junit(found: Sequence[Verdict], path: Path) -> None:
    from reports.contract_changes import ChangeResult, write_junit

    results = [
        ChangeResult(verdict.contract, one.change.id, _told(one), one.why if one.fails else "")
        for verdict in found
        for one in verdict.changes
    ]
    results += [
        ChangeResult(
            verdict.contract, "contract" if verdict.trouble else "unchanged", verdict.note, "", verdict.trouble
        )
        for verdict in found
        if not verdict.changes
    ]
    write_junit(results, path)


def _told(one: Judged) -> str:
    parts = (f"{one.grade}, {one.change.direction}: {one.change.what}", one.change.proof, "" if one.fails else one.why)
    return "\n".join(filter(None, parts))


# annotations of GitHub


def _annotations(found: Sequence[Verdict], revision: Revision, profile: Profile) -> Iterator[str]:
    """What fails as errors, what asks for a review as warnings, at the line that says so today."""
    for verdict in found:
        if verdict.trouble:
            yield _annotation("error", Place(_contract_file(verdict.contract, profile).as_posix(), 1), verdict.trouble)
        for one in verdict.changes:
            if one.fails or one.grade == "review":
                place = _place(one, verdict, revision, profile)
                text = f"{one.change.id}: {one.change.what}" + (f" -> {one.why}" if one.why else "")
                yield _annotation("error" if one.fails else "warning", place, text)


def _annotation(level: str, place: Place, text: str) -> str:
    path = _escaped(place.path).replace(":", "%3A").replace(",", "%2C")
    return f"::{level} file={path},line={place.line}::{_escaped(text)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _place(one: Judged, verdict: Verdict, revision: Revision, profile: Profile) -> Place:
    """Where a change stands, seen from the top of the repository; of what is gone the first line of the contract."""
    stated = one.change.place
    file = _file(stated.path, profile) if stated else None
    line = stated.line if stated and file else 1
    file = (file or _contract_file(verdict.contract, profile)).resolve()
    path = file.relative_to(revision.top) if file.is_relative_to(revision.top) else file
    return Place(path.as_posix(), line)


def _file(shown: str, profile: Profile) -> Path | None:
    """The file that a place names as people are told it."""
    library, own = library_folder(profile), profile.path
    inside = shown.partition("/")[2] if shown.startswith("contracts/") else shown
    tried = [own.parent / shown, own / shown] if own else []
    return next((path for path in [*tried, library / inside] if path.is_file()), None)


def _contract_file(identity: str, profile: Profile) -> Path:
    """The overlay of a contract where it has one, else its own file."""
    name = Path(*identity.split(".", 1)).with_suffix(".yaml")
    own = profile.path / "contracts" / name if profile.path else None
    return own if own and own.is_file() else library_folder(profile) / name


def _as_json(
    found: Sequence[Verdict], idle: Sequence[Accepted], revision: Revision, profile: Profile
) -> dict[str, Any]:
    return {
        "profile": profile.name,
        "against": revision.name,
        "commit": revision.commit,
        "fails": any(one.fails for one in found),
        "contracts": [
            {
                "contract": verdict.contract, "before": verdict.before or None, "after": verdict.after or None,
                "interface": verdict.interface, "needed": verdict.needed, "fails": verdict.fails,
                "trouble": verdict.trouble or None, "note": verdict.note or None,
                "changes": [
                    change_data(one.change, one.grade)
                    | {"needed": one.needed, "given": one.given, "fails": one.fails, "why": one.why or None,
                       "exception": one.exception.where if one.exception else None}
                    for one in verdict.changes
                ],
            }
            for verdict in found
        ],
        "unused": [{"contract": one.contract, "change": one.change, "where": one.where} for one in idle],
    }  # fmt: skip
