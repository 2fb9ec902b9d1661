"""``harness regress``: every case against its approved state and against what the last run found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from harness.cases import Promises, case_folders, select_cases
from harness.commands.options import JsonOption, NoColorOption, QuietOption, WorkspaceOption
from harness.console import Screen, write_json
from harness.errors import UsageError
from harness.regressing import STATES, Kept, Outcome, gone, keep, outcome, read_kept, state
from harness.version import __version__
from harness.workspace import find_workspace

if TYPE_CHECKING:
    from reports.regression import CaseResult

_COLOURS = {"new": "bold red", "changed": "red", "still failing": "red", "fixed": "green"}


def regress(
    what: Annotated[
        Optional[list[str]],
        typer.Argument(metavar="[WHAT...]", help="Contract ids, cases or folders of cases (default: all)."),
    ] = None,
    baseline: Annotated[
        Optional[Path],
        typer.Option(
            help="Where the last result is kept (default: out/regress.json of the workspace).", metavar="FILE"
        ),
    ] = None,
    junitxml: Annotated[Optional[Path], typer.Option(help="Write JUnit XML to FILE.", metavar="FILE")] = None,
    alluredir: Annotated[
        Optional[Path], typer.Option(help="Write Allure results, one per case.", metavar="DIR")
    ] = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Judge all cases of the tool and of the workspace: exit 0 all as approved, 1 something differs, 2 usage."""
    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace)
    place = baseline or (found.path / "out" / "regress.json" if found.path else None)
    known = case_folders(found.path)
    folders = select_cases(what, known) if what else known
    if not folders:
        raise UsageError("there is no case", todo="`harness case add PAYLOAD --why ...` makes one")
    kept = read_kept(place)
    outcomes = _judged(screen, folders)
    lost = gone(kept, [*known, *folders])
    if place:
        keep(place, outcomes, kept, [*known, *folders])
    _print(screen, outcomes, kept, lost, place)
    if json:
        write_json(json, _as_json(outcomes, kept, lost))
    _write_reports(outcomes, kept, found.profile.name, junitxml, alluredir)
    raise typer.Exit(1 if any(one.lines for one in outcomes) else 0)


def _judged(screen: Screen, folders: Sequence[Path]) -> list[Outcome]:
    promises, outcomes = Promises(), []
    with screen.progress("judging", len(folders)) as bar:
        for folder in folders:
            outcomes.append(outcome(folder, promises))
            bar.advance(bar.task_ids[0])
    return outcomes


def _print(screen: Screen, outcomes: Sequence[Outcome], kept: Kept, lost: Sequence[str], place: Path | None) -> None:
    states = {one.name: state(one, kept) for one in outcomes}
    for wanted in STATES[:-1]:
        for one in (one for one in outcomes if states[one.name] == wanted):
            defect = f" ({one.case.defect})" if one.case and one.case.defect else ""
            screen.line(f"{wanted}: {one.name}{defect}", _COLOURS[wanted])
            for line in one.lines:
                screen.line(f"  {line}")
    for name in lost:
        screen.line(f"gone: {name} failed in the last run and is no more", "yellow")
    if place is None:
        screen.line("no workspace and no --baseline: nothing to compare with but the approved state", "yellow")
    counts = Counter(states.values())
    screen.line(f"{len(outcomes)} cases: " + ", ".join(f"{counts[name]} {name}" for name in STATES), "bold")


def _as_json(outcomes: Sequence[Outcome], kept: Kept, lost: Sequence[str]) -> dict[str, Any]:
    counts = Counter(state(one, kept) for one in outcomes)
    return {
        "cases": len(outcomes),
        **{name.replace(" ", "_"): counts[name] for name in STATES},
        "gone": list(lost),
        "results": [
            {
                "case": one.name, "state": state(one, kept), "why": one.case.why if one.case else None,
                "defect": (one.case.defect if one.case else "") or None, "trouble": one.trouble or None,
                "differences": [vars(line) for line in one.differences],
            }
            for one in outcomes
        ],
    }  # fmt: skip


def _write_reports(
    outcomes: Sequence[Outcome], kept: Kept, profile: str, junitxml: Path | None, alluredir: Path | None
) -> None:
    if not (junitxml or alluredir):
        return
    from reports import regression

    at, results = datetime.now(UTC), [_result(one, state(one, kept)) for one in outcomes]
    if junitxml:
        regression.write_junit(results, junitxml, at=at)
    if alluredir:
        regression.write_allure(results, alluredir, at=at, profile=profile, version=__version__)


def _result(one: Outcome, told: str) -> CaseResult:
    from reports.regression import CaseResult

    case, contract = one.case, one.contract
    story, severity = case.worst(contract) if case and contract else ("A case can be judged", "moderate")
    return CaseResult(
        name=one.name, title=case.title if case else one.name, why=case.why if case else "",
        contract_id=one.name.split("/")[-2], contract=contract, story=story, severity=severity,
        kind=case.kind if case else "unknown", state=told, defect=case.defect if case else "",
        lines=() if one.trouble else one.lines, trouble=one.trouble,
    )  # fmt: skip
