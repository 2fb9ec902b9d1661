"""``harness mutate``: how good the contracts are. Mistakes in their rules, faults in their payloads: who notices?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Optional
from uuid import uuid4

import typer

from contracts import Contract, ContractError, Profile, Score, load, written_ids
from harness.commands.options import (
    JsonOption,
    NoColorOption,
    ProfileOption,
    QuietOption,
    ReleaseOption,
    WorkspaceOption,
)
from harness.console import Screen, write_json
from harness.errors import UsageError
from harness.version import __version__
from harness.workspace import Workspace, find_workspace
from interfaces import PayloadError

if TYPE_CHECKING:
    from raid_log import Store
    from reports.scores import ScoreResult

Rates = Mapping[tuple[str, str, str], str]
"""Contract, profile, kind -> the rate of the last measurement, in words."""


def mutate(
    identities: Annotated[list[str] | None, typer.Argument(metavar="[ID...]", help="Contracts (default: all that the profile writes).")] = None,
    only: Annotated[
        Optional[Literal["rules", "faults"]], typer.Option(help="Mutants of the rules, or seeded faults (default: both).")
    ] = None,
    floor: Annotated[float, typer.Option(help="Per cent of the rules' mutants that must be killed.", min=0, max=100)] = 95,
    fault_floor: Annotated[
        Optional[float], typer.Option(help="Per cent of seeded faults that must be caught (default: any).", min=0, max=100)
    ] = None,
    per_operator: Annotated[int, typer.Option(help="Faults of one operator in one contract, at most.", min=1)] = 3,
    seed: Annotated[int, typer.Option(help="The same seed plants the same faults.")] = 0,
    record: Annotated[bool, typer.Option(help="Keep the scores in the workspace's store, if there is one.")] = True,
    history: Annotated[bool, typer.Option("--history", help="Print the scores of the store over time; measure nothing.")] = False,
    markdown: Annotated[Optional[Path], typer.Option(help="Write the table of scores to FILE.", metavar="FILE")] = None,
    alluredir: Annotated[Optional[Path], typer.Option(help="Write Allure results of the scores.", metavar="DIR")] = None,
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    release: ReleaseOption = "",
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:  # fmt: skip
    """Measure how good contracts are: exit 0 good enough, 1 below a floor or a survivor unexplained, 2 usage."""
    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile)
    if history:
        _print_history(screen, found, identities)
        return
    chosen = [_loaded(one, found.profile, release) for one in identities or _written(found.profile)]
    at, results = datetime.now(UTC), []
    with _store(found, record=record) as store:
        last = _last(store) if store else {}
        with screen.progress("mutating", len(chosen)) as bar:
            for contract in chosen:
                measured, trouble = _measured(contract, only, (floor, fault_floor), seed, per_operator)
                bar.advance(bar.task_ids[0])
                _print(screen, contract, measured, trouble, last)
                results += measured
        scores = [score for one in results for score in one.scores]
        _summary(screen, scores, seed)
        measurement = str(uuid4())
        if store:
            store.record_scores(scores, measurement=measurement, at=at, harness_version=__version__)
            screen.line(f"recorded in {store.where}")
    if record and not store:
        screen.line("no workspace: nothing is recorded", "yellow")
    if json:
        write_json(json, _as_json(results, measurement, seed))
    _write_reports(results, scores, at, markdown, alluredir)
    raise typer.Exit(1 if any(one.failure for one in results) else 0)


def _written(profile: Profile) -> list[str]:
    """Ids of the contracts that a profile overlays or has of its own; of the bare library all of them.

    Raises UsageError where there is none.
    """
    own = written_ids(profile)
    if not own:
        todo = "name a contract, or judge the library: --profile oracle"
        raise UsageError("no contract is written here", where=f"profile {profile.name}", todo=todo)
    return own


def _loaded(identity: str, profile: Profile, release: str) -> Contract:
    """The contract as it is judged: an overlay by the profile's lists, all else by its sample lists."""
    contract = load(identity, profile, release=release)
    return contract if contract.overlay else load(identity, profile, release=release, sample=True)


def _measured(
    contract: Contract, only: str | None, floors: tuple[float, float | None], seed: int, per_operator: int
) -> tuple[list[ScoreResult], str]:
    """What was measured of a contract, and why its faults could not be."""
    results = [*_rules(contract, floors[0])] if only != "faults" else []
    if only == "rules":
        return results, ""
    try:
        return [*results, *_faults(contract, floors[1], seed, per_operator)], ""
    except (ContractError, PayloadError) as error:  # no valid example, or no reader for the channel
        return results, error.what


def _rules(contract: Contract, floor: float) -> Iterator[ScoreResult]:
    from harness.mutation import judge, shortfall
    from reports.scores import ScoreResult

    judged, least = judge(contract), Decimal(str(floor))
    if scores := judged.scores:
        failure = shortfall(scores, least, judged.rotten)
        yield ScoreResult(contract, scores, least, failure, judged.rotten)


def _faults(contract: Contract, floor: float | None, seed: int, per_operator: int) -> Iterator[ScoreResult]:
    from harness.mutation import seeded_faults, shortfall
    from reports.scores import ScoreResult

    least = None if floor is None else Decimal(str(floor))
    if scores := seeded_faults(contract, seed=seed, per_operator=per_operator):
        yield ScoreResult(contract, scores, least, shortfall(scores, least))


def _store(found: Workspace, *, record: bool) -> AbstractContextManager[Store | None]:
    """The store, opened before anything is measured: minutes are lost if it is locked only then. None without one."""
    from raid_log import open_store

    kept = record and (found.path or found.settings.store)
    return open_store(found.store_url) if kept else nullcontext()


def _last(store: Store) -> Rates:
    from raid_log import latest_scores, rate_text, score_totals

    totals = score_totals(one.score for one in latest_scores(store))
    return {(one.contract, one.profile, one.kind): rate_text(one.caught, one.total) for one in totals}


def _print(screen: Screen, contract: Contract, measured: Sequence[ScoreResult], trouble: str, last: Rates) -> None:
    screen.line(f"{contract.id} {contract.version}, profile {contract.profile}", "bold")
    if trouble:
        screen.line(f"  seeded faults: not measured: {trouble}", "yellow")
    elif not measured:
        screen.line("  nothing to measure: it has no rule of its own", "yellow")
    for one in measured:
        _print_kind(screen, one, last.get((contract.id, contract.profile, one.total.kind), ""))
    screen.line()


def _print_kind(screen: Screen, one: ScoreResult, last: str) -> None:
    from raid_log import rate_text
    from reports.scores import KINDS, told

    total = one.total
    verb = "killed" if total.kind == "rule_mutants" else "caught"
    line = f"  {KINDS[total.kind]}: {total.caught:,} of {total.total:,} {verb}, {rate_text(total.caught, total.total)}"
    screen.line(line + (f" (last time {last})" if last else ""), "red" if one.failure else "")
    if one.failure:
        screen.line(f"  failed: {one.failure}", "red")
    if total.kind == "seeded_faults":
        _print_operators(screen, one.scores)
    # what can be mended first: `example missing` before `equivalent`, `no rule` before `no contract`
    for text in sorted(told(total.missed), key=lambda text: text.partition(":")[0], reverse=True):
        screen.line(f"    {text}")
    for text in one.rotten:
        screen.line(f"    {text}", "red")


def _print_operators(screen: Screen, scores: Sequence[Score]) -> None:
    whole = [score.operator for score in scores if score.caught == score.total]
    rows = [
        (score.operator, score.caught, score.total, score.explained) for score in scores if score.caught < score.total
    ]
    if whole:
        screen.line(f"    every one caught of {len(whole)} operators: {', '.join(whole)}")
    if rows:
        columns = ["some get through of", "caught", "of", "beyond any contract"]
        screen.table("", columns, rows, columns[1:])


def _summary(screen: Screen, scores: Sequence[Score], seed: int) -> None:
    from reports.scores import COLUMNS, rows

    screen.table("Scores", COLUMNS, rows(scores), COLUMNS[3:])
    screen.line(f"explained: mutants declared equivalent, faults that no contract can catch; seed {seed}")


def _print_history(screen: Screen, found: Workspace, identities: Sequence[str] | None) -> None:
    from raid_log import open_store, rate_text, score_history
    from reports.scores import KINDS

    with open_store(found.store_url) as store:
        kept = [one for one in score_history(store) if one.score.profile == found.profile.name]
    table = [
        (f"{at:%Y-%m-%d}", one.contract, one.version, KINDS[one.kind], one.total, rate_text(one.caught, one.total))
        for at, one in ((measured.at, measured.score) for measured in kept)
        if not identities or one.contract in identities
    ]
    screen.table("", ["day (UTC)", "contract", "version", "kind", "tried", "score"], table, ["tried", "score"])


def _as_json(results: Sequence[ScoreResult], measurement: str, seed: int) -> dict[str, Any]:
    from raid_log import rate_text

    return {
        "measurement": measurement,
        "seed": seed,
        "scores": [
            {
                "contract": total.contract, "version": total.version, "profile": total.profile, "kind": total.kind,
                "caught": total.caught, "total": total.total, "rate": rate_text(total.caught, total.total),
                "explained": total.explained, "floor": None if one.floor is None else float(one.floor),
                "failure": one.failure or None, "rotten": list(one.rotten),
                "operators": [
                    {
                        "operator": score.operator, "caught": score.caught, "total": score.total,
                        "explained": score.explained, "missed": list(score.missed),
                    }
                    for score in one.scores
                ],
            }
            for one, total in ((one, one.total) for one in results)
        ],
    }  # fmt: skip


def _write_reports(
    results: Sequence[ScoreResult], scores: Sequence[Score], at: datetime, markdown: Path | None, alluredir: Path | None
) -> None:
    from reports import scores as reports

    if markdown:
        try:
            markdown.write_text(reports.markdown(scores), encoding="utf-8")
        except OSError as error:
            what = f"cannot be written: {error.strerror}"
            raise UsageError(what, where=str(markdown), todo="choose another file") from error
    if alluredir:
        reports.write_allure(results, alluredir, at=at, version=__version__)
