"""``harness deliver``: send payloads and follow them; take up again what was interrupted or had not ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import polars as pl
import typer

from contracts import OUTCOMES, RunResult, Submission
from harness.commands.main_job import advance, deliverer, destination
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
    ResendOption,
    WorkspaceOption,
)
from harness.commands.telling import say_remarks, say_remarks_of, say_troubles
from harness.console import Screen, write_json
from harness.errors import UsageError
from harness.running import deliveries, run
from harness.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from harness.resuming import Resumed
    from raid_log import DeliveryRow, Store


def deliver(
    paths: Annotated[
        Optional[list[Path]],
        typer.Argument(help="Payload files or folders (default: the profile's).", metavar="[PATH...]"),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option("--resume", help="Take up what is on its way to --pod; PATHs only say where payloads are now."),
    ] = False,
    list_: Annotated[bool, typer.Option("--list", help="List the journal of deliveries.")] = False,
    resend_unknown: ResendOption = False,
    pod: PodOption = "",
    hold_back: HoldBackOption = False,
    interface: InterfaceOption = "",
    contract: ContractOption = "",
    cycle: CycleOption = "",
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Send payloads, follow them to their end, record their outcomes: exit 0 all accepted, 1 not, 2 not sent or lost."""
    from raid_log import open_store

    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile, make=not (list_ or resume))
    with open_store(found.store_url) as store:
        if list_:
            _list(screen, store, json)
        elif resume:
            _resume(screen, found, store, pod, paths or [], resend_unknown=resend_unknown, json=json)
        else:
            items = deliveries(paths or (), found.profile, interface=interface, contract=contract)
            with (
                screen.board("delivering", len(items)) as board,
                deliverer(found, store, pod, board, resend_unknown=resend_unknown) as sender,
            ):
                assert sender is not None
                sender.hold_back = hold_back
                result = run(
                    items, found.profile, started_at=datetime.now(UTC), now=lambda: datetime.now(UTC), cycle=cycle,
                    sample=found.settings.sample, limits=found.settings.limits.limits(), listeners=[advance(board)], deliverer=sender,
                )  # fmt: skip
            store.record(result, found.profile, deliveries=sender.recorded)
            _print(screen, result, sender.recorded, json)
            say_remarks(screen, result.submissions)
            if say_troubles(screen, sender):
                raise typer.Exit(2)
            raise typer.Exit(0 if all(map(_accepted, result.submissions)) else 1)


def _print(screen: Screen, result: RunResult, recorded: dict[str, str], json: str) -> None:
    columns = ["interface", "payload", "request", "units", *("accepted", "rejected", "pending", "unknown"), "delivery"]
    rows = [
        (one.interface, one.result.payload, *_counts(one), recorded.get(one.id, "not sent")[:8])
        for one in result.submissions
    ]
    screen.table("", columns, rows, columns[3:8])
    for one in result.submissions:
        for line in _reasons(one):
            screen.line(f"  {one.interface} {one.result.payload}: {line}")
    if json:
        write_json(json, [_submission(one, recorded) for one in result.submissions])


def _counts(one: Submission) -> tuple[str, ...]:
    if one.delivered is None:
        return ("-", f"{one.result.submitted:,}", "-", "-", "-", "-")
    said = one.delivered.outcomes["outcome"].to_list()
    counts = [
        said.count("accepted"),
        said.count("rejected") + said.count("rejected_unexplained"),
        said.count("pending"),
        said.count("unknown"),
    ]
    return (one.delivered.request or "-", f"{len(said):,}", *(f"{count:,}" for count in counts))


def _reasons(one: Submission) -> list[str]:
    """Fusion's reasons, the most frequent first, each with the rule that it maps to."""
    if one.delivered is None:
        return []
    answers = one.delivered.answers
    units = pl.col("unit").n_unique().alias("units")
    groups = (
        answers.group_by("said", "column", "rule")
        .agg(units)
        .sort("units", "said", "column", descending=[True, False, False])
    )
    return [
        f"{row['units']:,} unit{'s' if row['units'] > 1 else ''}: {row['said'] or 'no reason'}{' [' + row['column'] + ']' if row['column'] else ''}{' (' + row['rule'] + ')' if row['rule'] else ', predicted by no rule'}"
        for row in groups.iter_rows(named=True)
    ]


def _accepted(one: Submission) -> bool:
    return one.delivered is not None and bool((one.delivered.outcomes["outcome"] == "accepted").all())


def _submission(one: Submission, recorded: dict[str, str]) -> dict[str, Any]:
    said = one.delivered.outcomes["outcome"].to_list() if one.delivered else []
    return {
        "submission": one.id, "delivery": recorded.get(one.id, ""), "interface": one.interface, "payload": one.result.payload,
        "evidence_class": one.evidence_class, "environment": one.environment,
        "request": one.delivered.request if one.delivered else "", "units": one.result.submitted,
        "outcomes": {name: said.count(name) for name in OUTCOMES},
        "answers": one.delivered.answers.to_dicts() if one.delivered else [],
        "remarks": list(one.delivered.remarks) if one.delivered else [],
    }  # fmt: skip


def _list(screen: Screen, store: Store, json: str) -> None:
    rows = store.deliveries()
    if json:
        write_json(json, [_journal(row) for row in rows])
    table = [
        (row.id[:8], f"{row.opened_at:%Y-%m-%d %H:%M}", row.interface, row.payload, row.environment, row.request or "-", row.step)
        for row in rows
    ]  # fmt: skip
    screen.table("", ["id", "opened (UTC)", "interface", "payload", "to", "request", "step"], table)
    screen.line(f"{len(rows)} deliveries, {sum(row.open for row in rows)} not ended")


def _journal(row: DeliveryRow) -> dict[str, Any]:
    names = (
        "id",
        "interface",
        "payload",
        "sha256",
        "cycle",
        "environment",
        "evidence_class",
        "document",
        "request",
        "step",
        "run",
        "submission",
    )
    return {**{name: getattr(row, name) for name in names}, "opened_at": row.opened_at.isoformat(), "open": row.open}


def _resume(
    screen: Screen, found: Workspace, store: Store, pod: str, paths: Sequence[Path], *, resend_unknown: bool, json: str
) -> None:
    if not pod:
        raise UsageError(
            "an emulator's deliveries end with its process", where="--resume", todo="name the --pod that they went to"
        )
    from harness.delivering import JournaledDeliverer
    from harness.resuming import resume, waiting

    with destination(found, pod) as place:
        rows = waiting(store, place.environment)
        with screen.board("resuming", len(rows)) as board:
            sender = JournaledDeliverer(
                place, store, resend_unknown=resend_unknown,
                on_jobs=lambda checked, jobs: board.jobs(f"{checked.delivery.interface.id} {checked.payload.name}", jobs),
            )  # fmt: skip
            limits = found.settings.limits.limits()
            done = list(
                resume(rows, found.profile, store, sender, paths=paths, limits=limits, listeners=[advance(board)])
            )
    _say_resumed(screen, store, done, json)
    for one in done:
        say_remarks_of(screen, f"{one.row.interface} {one.row.payload}", one.remarks)
    gone = [one.error for one in done if one.error]
    for error in gone:
        screen.error(error)
    if say_troubles(screen, sender) or gone:
        raise typer.Exit(2)
    raise typer.Exit(0 if not waiting(store, place.environment) else 1)


def _say_resumed(screen: Screen, store: Store, done: Sequence[Resumed], json: str) -> None:
    now = {row.id: row for row in store.deliveries()}
    table = [
        (
            one.row.id[:8],
            one.row.interface,
            one.row.payload,
            f"{one.row.step} -> {now[one.row.id].step}",
            f"{one.changed:,}",
        )
        for one in done
    ]
    screen.table("", ["id", "interface", "payload", "step", "units with news"], table, ["units with news"])
    screen.line(f"{len(done)} deliveries taken up, {sum(now[one.row.id].open for one in done)} still not ended")
    if json:
        write_json(json, [{**_journal(now[one.row.id]), "changed": one.changed} for one in done])
