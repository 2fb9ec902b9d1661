"""``harness run``: the main job. Every payload read, checked, delivered, recorded; then this run and the week to date."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from contracts import CheckResult, RunResult, load
from harness.checkers import MOST
from harness.commands.log import readiness_json, say_gates, say_waivers
from harness.commands.options import (
    ContractOption,
    CycleOption,
    HoldBackOption,
    InterfaceOption,
    JsonOption,
    NoColorOption,
    PodOption,
    ProfileOption,
    QuietOption,
    WorkspaceOption,
)
from harness.commands.telling import say_remarks, say_troubles
from harness.console import Board, Screen, write_json
from harness.errors import UsageError
from harness.running import Deliverer, Event, Listener, PayloadChecked, deliveries
from harness.running import run as run_deliveries
from harness.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from harness.delivering import JournaledDeliverer
    from harness.destinations import Destination
    from raid_log import Figures, Readiness, RunRow, Store

_WIDE = 96
"""Columns of a screen on which the table has room for names."""
_WITHOUT = {"acceptance": "no pod", "simulated": "nothing was sent to the emulator"}


def run(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Payload files or folders (default: the profile's).", metavar="[PATH...]"),
    ] = None,
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    interface: InterfaceOption = "",
    contract: ContractOption = "",
    cycle: CycleOption = "",
    pod: PodOption = "",
    by_hand: Annotated[
        str,
        typer.Option(
            "--by-hand",
            help="A person uploads the payloads to this pod: book them as sent, outcomes to be imported.",
            metavar="HOST",
        ),
    ] = "",
    no_deliver: Annotated[bool, typer.Option("--no-deliver", help="Check only; nothing is sent.")] = False,
    hold_back: HoldBackOption = False,
    yes_i_checked: Annotated[
        bool, typer.Option("--yes-i-checked", help="Let the run reopen or verify many defects at once.")
    ] = False,
    jobs: Annotated[
        int | None,
        typer.Option(help="Check so many payloads side by side (default: setting jobs, else 1).", metavar="N"),
    ] = None,
    alluredir: Annotated[
        Path | None, typer.Option(help="Write Allure results of class delivered.", metavar="DIR")
    ] = None,
    gate: Annotated[
        bool,
        typer.Option(
            "--gate", help="Judge the computed gates of these interfaces: exit also 1 failed, 3 without evidence."
        ),
    ] = False,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Check payloads as deliveries of their interfaces, deliver and record them: exit 0 all recorded, 2 not."""
    from harness.assuming import open_questions
    from raid_log import assume, figures, open_store, readiness, run_figures

    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    if sum(map(bool, (pod, by_hand, no_deliver))) > 1:
        raise UsageError("--pod, --by-hand and --no-deliver exclude each other", todo="say one of them")
    if jobs is not None and not 1 <= jobs <= MOST:
        raise UsageError(f"no number of payloads: {jobs}", where="--jobs", todo=f"say a number from 1 to {MOST}")
    found = find_workspace(workspace, profile, make=True)
    with open_store(found.store_url) as store:
        items = deliveries(paths or (), found.profile, interface=interface, contract=contract)
        with (
            screen.board("running", len(items)) as board,
            deliverer(found, store, pod, board, deliver=not (no_deliver or by_hand)) as sender,
        ):
            if sender:
                sender.hold_back = hold_back
            result = run_deliveries(
                items, found.profile, started_at=_now(), now=_now, cycle=cycle, sample=found.settings.sample,
                limits=found.settings.limits.limits(), listeners=[advance(board)],
                deliverer=sender or _by_hand(by_hand), jobs=jobs or found.settings.jobs,
                in_parts_above=None if sender else found.settings.stream_above,
            )  # fmt: skip
        recorded = store.record(
            result, found.profile, deliveries=sender.recorded if sender else {}, checked=yes_i_checked
        )
        assumed = assume(store, open_questions(found.profile), _now())
        if alluredir:
            _write_allure(result, found, alluredir)
        as_of = _now()
        rows = run_figures(result, store, found.profile)
        week = figures(store, found.profile, as_of=as_of)
        decision = readiness(store, found.profile, as_of=as_of)
        own = {submission.interface for submission in result.submissions}
        judged = readiness(store, found.profile, as_of=as_of, interfaces=own) if gate else None
    _print(screen, [submission.result for submission in result.submissions], rows, week, decision)
    for name, moved in (("verified", recorded.verified), ("reopened", recorded.reopened)):
        if moved:
            screen.line(f"  {name:<25} {', '.join(moved)}")
    if recorded.withheld:
        screen.line(
            f"  {'withheld':<25} {len(recorded.withheld)} at once, look at them: {', '.join(recorded.withheld)}"
        )
        screen.line(f"  {'':<25} then: harness raid settle {result.id} --yes-i-checked")
    if assumed:
        screen.line(f"  {'assumptions':<25} {len(assumed):,} new; harness raid list --type assumption")
    say_waivers(screen, decision)
    if judged:
        screen.line()
        screen.line(f"Computed gates of {', '.join(sorted(own))}", "bold")
        say_gates(screen, judged)
    if json:
        gates = {"gate": readiness_json(judged)} if judged else {}
        write_json(json, _report(result, rows, week, decision) | gates)
    say_remarks(screen, result.submissions)
    troubled = sender is not None and say_troubles(screen, sender)
    raise typer.Exit(exit_code(judged, troubled=troubled))


def exit_code(judged: Readiness | None, *, troubled: bool) -> int:
    """Return 2 where not all was sent and recorded, else what the gates say where they were asked."""
    return 2 if troubled else judged.exit_code if judged else 0


@contextmanager
def destination(found: Workspace, pod: str) -> Iterator[Destination]:
    """Give the pod that is named, else the emulator of this process."""
    from harness import destinations

    settings = found.settings.pod
    with (
        destinations.pod(pod, settings, os.environ)
        if pod
        else destinations.in_process(found.profile, settings=settings) as place
    ):
        yield place


@contextmanager
def deliverer(
    found: Workspace, store: Store, pod: str, board: Board, *, deliver: bool = True, resend_unknown: bool = False
) -> Iterator[JournaledDeliverer | None]:
    """Give what sends the payloads of a run and shows their jobs on the board; None where nothing is to be sent."""
    if not deliver:
        yield None
        return
    from harness.delivering import JournaledDeliverer

    with destination(found, pod) as place:
        yield JournaledDeliverer(
            place, store, resend_unknown=resend_unknown,
            on_jobs=lambda checked, jobs: board.jobs(f"{checked.delivery.interface.id} {checked.payload.name}", jobs),
        )  # fmt: skip


def _by_hand(pod: str) -> Deliverer | None:
    if not pod:
        return None
    from harness.delivering import by_hand

    return by_hand(pod)


def _now() -> datetime:
    return datetime.now(UTC)


def advance(board: Board) -> Listener:
    """Return what moves the board on, payload by payload."""

    def listen(event: Event) -> None:
        if isinstance(event, PayloadChecked):
            board.advance()
            board.begin(event.submission.interface)

    return listen


def _write_allure(result: RunResult, found: Workspace, folder: Path) -> None:
    from reports import allure

    ids = {submission.result.contract for submission in result.submissions}
    allure.write(result, found.profile, {identity: load(identity, found.profile) for identity in ids}, folder)


def _print(screen: Screen, results: list[CheckResult], rows: list[RunRow], week: Figures, decision: Readiness) -> None:
    sent = sorted({row.sent_rate_name for row in rows if row.sent})
    named = {"name": ""} if screen.out.width >= _WIDE else {}  # else every name is broken into pieces
    checked = {"units": "", "conf.": "conforming", "conf. %": "conformance rate"}
    answered = {"acc.": "accepted", "rej.": "rejected", "open": "pending or unknown", "acc. %": sent[0]} if sent else {}
    opened = {"crit.": "open critical defects", "sign.": "open significant defects"}
    columns = ["interface", *named, *checked, *answered, *opened]
    table = [
        (row.interface, *([row.name] if named else []), *_checked(row), *(_answered(row) if sent else ()), row.open_critical, row.open_significant)
        for row in rows
    ]  # fmt: skip
    screen.table("This run, every attempt", columns, table, [*checked, *answered, *opened])
    meanings = {**checked, **answered, **opened}
    screen.line("  " + "; ".join(f"{short} {long}" for short, long in meanings.items() if long), "dim")
    unchecked = {
        (rule.id, rule.reason) for result in results for rule in result.rules if rule.status in ("not_checked", "stale")
    }
    if unchecked:
        reasons = sorted({reason for _, reason in unchecked})
        screen.line(f"not checked: {len({rule for rule, _ in unchecked})} rules ({'; '.join(reasons)})", "yellow")
    screen.line()
    state = "open, week to date" if week.window_open else "closed"
    screen.line(f"Programme week {week.window.label}: {state}, first attempts only", "bold")
    for name in ("conformance", "simulated", "acceptance"):
        rate = week.rates[name]
        evidence = (
            f"{rate.pooled.accepted:,} of {rate.pooled.submitted:,} units, class {name}"
            if rate.pooled.submitted
            else f"class {name}: {_WITHOUT.get(name, 'no unit of an active contract')}"
        )
        screen.line(f"  {rate.name:<25} {rate.pooled.text:<12} {evidence}")
    for name, defects in (("open critical", week.open_critical), ("open significant", week.open_significant)):
        split = ", ".join(f"{count} {kind}" for kind, count in defects.by_class.items())
        screen.line(f"  {name:<25} {defects.count:<12} {'by class: ' + split if split else ''}".rstrip())
    screen.line(f"  {'readiness':<25} {decision.text:<12} {_missing(decision)}".rstrip())


def _checked(row: RunRow) -> tuple[str, ...]:
    return f"{row.units:,}", f"{row.conforming:,}", _bare(row.rate.text)


def _answered(row: RunRow) -> tuple[str, ...]:
    if not row.sent:
        return "-", "-", "-", "not sent"
    return f"{row.accepted:,}", f"{row.rejected:,}", f"{row.undecided:,}", _bare(row.sent_rate.text)


def _bare(rate: str) -> str:
    """The rate without the sign that its column's head has."""
    return rate.removesuffix(" %")


def _missing(decision: Readiness) -> str:
    """The gates that fail and those without evidence, by id."""
    groups = [
        (text, [gate.id for gate in decision.gates if gate.text == text]) for text in ("failed", "without evidence")
    ]
    return "; ".join(f"{text}: {', '.join(ids)}" for text, ids in groups if ids)


def _report(result: RunResult, rows: list[RunRow], week: Figures, decision: Readiness) -> dict[str, Any]:
    return {
        "run": result.id,
        "profile": result.profile,
        "interfaces": [
            {"interface": row.interface, "name": row.name, "submissions": row.submissions, "records": row.records,
             "units": row.units, "conforming": row.conforming, "rate": row.rate.text,
             "evidence_class": row.evidence_class, "sent": row.sent, "accepted": row.accepted, "rejected": row.rejected,
             "undecided": row.undecided, "excluded": row.excluded, "sent_rate": row.sent_rate.text if row.sent else "",
             "open_critical": row.open_critical, "open_significant": row.open_significant}
            for row in rows
        ],
        "week": week.window.label,
        "week_open": week.window_open,
        "rates": {name: {"submitted": rate.pooled.submitted, "accepted": rate.pooled.accepted, "rate": rate.pooled.text} for name, rate in week.rates.items()},
        "open_critical": week.open_critical.count,
        "open_significant": week.open_significant.count,
        "readiness": readiness_json(decision),
    }  # fmt: skip
