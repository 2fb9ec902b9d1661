"""``harness case add | list``: payloads that are kept, and what must be said of them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from contracts import Contract, load
from harness import failures
from harness.cases import (
    EXPECTED,
    Case,
    Promises,
    ToolError,
    case_folders,
    judged,
    select_cases,
)
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
from harness.expected import DEFECT, read_case, write_case
from harness.judgement import Judgement, differences
from harness.workspace import Workspace, find_workspace

_NOTHING = Judgement({}, {})
_NAME = re.compile(r"[A-Za-z0-9_-]+")
_LONGEST = 60  # characters of a name that is made of the reason


def add(
    payload: Annotated[Optional[Path], typer.Argument(help="The payload: zip, csv, dat.", metavar="[PAYLOAD]")] = None,
    why: Annotated[str, typer.Option(help="Why the case is kept, as a sentence.")] = "",
    from_failure: Annotated[
        bool, typer.Option("--from-failure", help="Take the failure that the property suite kept last.")
    ] = False,
    defect: Annotated[str, typer.Option(help="Id of the defect in the RAID log, e.g. RAID-0042.")] = "",
    contract: Annotated[
        str, typer.Option("--contract", "-c", help="Contract id (default: told by the names inside).")
    ] = "",
    name: Annotated[str, typer.Option(help="Name of the case (default: made of --why).")] = "",
    as_of: Annotated[str, typer.Option(help="Day at which lists are aged, YYYY-MM-DD (default: today).")] = "",
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    release: ReleaseOption = "",
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Keep a payload as a case of the workspace; what is found today is what is expected from now on."""
    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile)
    root = _root(found)
    if from_failure:
        if payload or contract or profile or release or as_of:
            raise UsageError(
                "the failure says payload, contract, profile, release and day itself",
                where="--from-failure",
                todo="leave them out",
            )
        draft = _of_failure(root, failures.last(failures.folder(found.path)), why)
    else:
        draft = _of_payload(root, found, payload, why, contract, release, as_of, profile or found.settings.profile)
    case = replace(draft, defect=_defect(defect), folder=_folder(draft.folder, name or _named_after(draft.why)))
    promises = Promises()
    case, trouble = _expecting_what_is_found(case, promises)
    write_case(case)
    if json:
        write_json(json, _as_json(case))
    _print_added(screen, case, promises.of(case)[1], trouble)


def list_cases(
    what: Annotated[
        Optional[list[str]], typer.Argument(metavar="[WHAT...]", help="Contract ids, cases or folders (default: all).")
    ] = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """List the cases of the tool and of the workspace."""
    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    folders = case_folders(find_workspace(workspace).path)
    listed = [read_case(folder) for folder in (select_cases(what, folders) if what else folders)]
    if json:
        write_json(json, [_as_json(case) for case in listed])
    rows = [(case.name, case.since, case.kind, case.defect or "-", case.why) for case in listed]
    screen.table("", ["case", "since", "class", "defect", "why"], rows)
    screen.line(f"{len(listed)} cases")


def _root(found: Workspace) -> Path:
    if found.path is None:
        todo = "say --workspace FOLDER; `harness init FOLDER` makes one"
        raise UsageError("there is no workspace to keep a case in", where=str(Path.cwd()), todo=todo)
    return found.path.resolve() / "cases"


def _of_payload(
    root: Path, found: Workspace, payload: Path | None, why: str, contract: str, release: str, as_of: str, profile: str
) -> Case:
    if payload is None:
        raise UsageError("no payload is named", todo="name a zip, csv or dat, or say --from-failure")
    if not payload.is_file() or payload.name == EXPECTED:
        raise UsageError("no such payload", where=str(payload), todo="name a zip, csv or dat")
    if not why:
        raise UsageError("a case says why it is kept", where="--why", todo='say it in a sentence: --why "..."')
    identity = contract or choose(payload, found.profile)
    release = load(identity, found.profile, release=release).release
    return Case(
        root / identity, payload, why, _today(), "", identity, profile, release, day(as_of, found.profile), _NOTHING
    )


def _of_failure(root: Path, failure: failures.Failure, why: str) -> Case:
    # the suite's message stays out: a reason is read by everybody
    told = why or f"Property {failure.property} of {failure.contract} failed with seed {failure.seed}."
    return Case(
        root / failure.contract, failure.payload, told, _today(), "", failure.contract, failure.profile, failure.release,
        failure.as_of, _NOTHING,
    )  # fmt: skip


def _today() -> date:
    return datetime.now(UTC).date()


def _defect(text: str) -> str:
    if not DEFECT.fullmatch(text):
        raise UsageError(f"no id of the RAID log: {text}", where="--defect", todo="write it as RAID-0042")
    return text


def _named_after(why: str) -> str:
    plain = unicodedata.normalize("NFKD", why).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    return name if len(name) <= _LONGEST else name[:_LONGEST].rpartition("_")[0] or name[:_LONGEST]


def _folder(contract: Path, name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise UsageError(f"no name of a case: {name!r}", where="--name", todo="use letters, digits, _ and -")
    folder = contract / name
    if folder.exists():
        raise UsageError(
            "there is a case of this name", where=str(folder), todo="say --name NAME; `harness case approve` changes what a case expects",
        )  # fmt: skip
    return folder


def _expecting_what_is_found(case: Case, promises: Promises) -> tuple[Case, str]:
    """The case with today's judgement; where the tool fails on it, with none, and how it fails."""
    try:
        return replace(case, expected=judged(case, promises)[1]), ""
    except ToolError as error:
        return case, error.what


def _print_added(screen: Screen, case: Case, contract: Contract, trouble: str) -> None:
    screen.line(f"{case.name}, release {case.release or '-'}, profile {case.profile}, lists as of {case.as_of}", "bold")
    screen.line(f"  {case.why}")
    if trouble:
        screen.line(f"  {trouble}; the case fails until it is mended and approved", "yellow")
    elif not case.expected.findings:
        screen.line("  no finding")
    for line in differences(_NOTHING, case.expected):
        screen.line(f"  {line.subject}: {line.found}")
    if any(column.masked for file in contract.files.values() for column in file.columns.values()):
        screen.line("  the payload is kept as it is: see that it holds nobody's personal data", "yellow")


def _as_json(case: Case) -> dict[str, Any]:
    return {
        "case": case.name, "contract": case.contract, "why": case.why, "since": case.since, "defect": case.defect or None,
        "class": case.kind, "profile": case.profile, "release": case.release, "as_of": case.as_of,
        "findings": case.expected.findings,
        "units": {label: {"conforms": yes, "predicted": what} for label, (yes, what) in case.expected.units.items()},
        "approved": [vars(one) for one in case.approved],
    }  # fmt: skip
