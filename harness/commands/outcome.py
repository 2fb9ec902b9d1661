"""``harness outcome list | import | totals``: what people read in the pod, and what they count there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from contracts import OUTCOMES, Delivered
from harness.commands.options import JsonOption, NoColorOption, ProfileOption, QuietOption, WorkspaceOption
from harness.commands.raid import ByOption, actor_of
from harness.console import Screen, write_json
from harness.errors import UsageError
from harness.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from raid_log import SentSubmission


def list_outcomes(
    all_: Annotated[bool, typer.Option("--all", help="Also submissions whose units all have an outcome.")] = False,
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """List submissions that wait for their outcome."""
    from raid_log import open_store, sent_submissions

    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile)
    with open_store(found.store_url) as store:
        rows = sent_submissions(store, undecided_only=not all_)
    if json:
        write_json(json, [{**vars(row), "submitted_at": row.submitted_at.isoformat()} for row in rows])
    table = [
        (row.id, f"{row.submitted_at:%Y-%m-%d %H:%M}", row.interface, row.payload, row.environment, f"{row.undecided:,} of {row.units:,}")
        for row in rows
    ]  # fmt: skip
    screen.table("", ["id", "sent (UTC)", "interface", "payload", "to", "undecided"], table, ["undecided"])
    screen.line(f"{len(rows)} submissions")


def import_outcomes(
    files: Annotated[list[Path], typer.Argument(help="Reports as downloaded: logs, .txt, .xml, .csv, .json, or zips of them.", metavar="FILE...")],
    submission: Annotated[str, typer.Option("--submission", help="Id of `harness outcome list`, the beginning of it, or of its delivery.")],
    payload: Annotated[
        Optional[Path], typer.Option("--payload", help="Where the payload is now (default: the profile's payloads).")
    ] = None,
    load_failed: Annotated[bool, typer.Option("--load-failed", help="The load request ended in ERROR: nothing of the payload was loaded.")] = False,
    correct: Annotated[bool, typer.Option("--correct", help="Replace outcomes that are final already.")] = False,
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:  # fmt: skip
    """Read the outcomes of a submission from Fusion's own reports: exit 0 every unit has one, 1 some have none."""
    from interfaces.fusion.outcomes import read, unpacked
    from raid_log import CORRECTION, open_store, sent_submission

    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile)
    with open_store(found.store_url) as store:
        sent = sent_submission(store, submission)
        reports, strange = read(unpacked(files))
        for reason in strange:
            screen.line(f"not understood: {reason}", "yellow")
        if not reports and not load_failed:
            raise UsageError(
                "none of these files is a report that can be read", where=", ".join(map(str, files)),
                todo="download the log and output of the load and import requests; see docs/delivering.md",
            )  # fmt: skip
        delivered, notes = _judged(found, sent, _payload(found, sent, payload), reports, load_failed=load_failed)
        for note in notes:
            screen.line(f"of no unit of this payload: {note}", "yellow")
        source = CORRECTION if correct else "file"
        booked = store.record_outcome(sent.id, delivered, found.profile, at=datetime.now(UTC), source=source)
    said = delivered.outcomes["outcome"].to_list()
    screen.line(f"{sent.interface} {sent.payload}: {len(said):,} units, {booked.units:,} with news", "bold")
    for name in OUTCOMES:
        if count := said.count(name):
            screen.line(f"  {name:<22} {count:,}")
    for words, items in (
        ("opened", booked.opened),
        ("failed again", booked.recurred),
        ("reopened", booked.reopened),
        ("verified", booked.verified),
    ):
        if items:
            screen.line(f"  {words:<22} {', '.join(items)}")
    if json:
        outcomes = {name: said.count(name) for name in OUTCOMES}
        write_json(json, {"submission": sent.id, "changed": booked.units, "outcomes": outcomes,
                          "opened": list(booked.opened), "answers": delivered.answers.to_dicts(), "not_understood": list(strange), "unmatched": list(notes)})  # fmt: skip
    raise typer.Exit(0 if not {"pending", "unknown"} & set(said) else 1)


def note_totals(
    submission: Annotated[str, typer.Argument(help="Id of `harness outcome list --all`, the beginning of it, or of its delivery.", metavar="SUBMISSION")],
    units: Annotated[int, typer.Option(help="Accept units of it that stand in Fusion, counted there.", min=0)],
    evidence: Annotated[str, typer.Option("--evidence", help="File or link that shows it: a BIP report, a balance.")],
    amount: Annotated[str, typer.Option(help="Their amount, exact; where the contract has one.")] = "",
    by: ByOption = "",
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:  # fmt: skip
    """Note what stands in Fusion of a submission, for gate G8: exit 0 it agrees with what was accepted, 1 it differs."""
    from raid_log import note_total, open_store

    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile)
    with open_store(found.store_url) as store:
        actor = actor_of(found, by, datetime.now(UTC))
        total = note_total(store, actor, submission, units=units, amount=_amount(amount), evidence=evidence)
    if json:
        write_json(json, {**vars(total), "at": total.at.isoformat(), "agrees": total.agrees})
    screen.line(
        f"{total.submission} {'agrees' if total.agrees else 'differs'}: {total.text}", "" if total.agrees else "red"
    )
    raise typer.Exit(0 if total.agrees else 1)


def _amount(text: str) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except InvalidOperation as error:
        raise UsageError(f"no amount: {text}", where="--amount", todo="write it as 1234.50") from error


def _payload(found: Workspace, sent: SentSubmission, given: Path | None) -> Path:
    """The payload of the submission, known by its hash. Raises UsageError if it is not there."""
    from harness.resuming import sha256
    from harness.running import files

    folder = found.profile.path / "payloads" if found.profile.path else None
    for path in files([given] if given else [folder] if folder and folder.is_dir() else []):
        if sha256(path) == sent.sha256:
            return path
    where = given or folder or "no folder of payloads"
    raise UsageError(f"{sent.payload} as it was sent is not there", where=str(where), todo="say --payload PATH")


def _judged(
    found: Workspace, sent: SentSubmission, path: Path, reports: Sequence[object], *, load_failed: bool
) -> tuple[Delivered, tuple[str, ...]]:
    from contracts import Records, load
    from harness.checking import check
    from harness.delivering import decided
    from interfaces import read
    from interfaces.fusion.outcomes import assign

    contract = load(sent.contract, found.profile, release=sent.release)
    payload = read(path, contract, limits=found.settings.limits.limits())
    result = check(payload, contract, load_all_or_nothing=found.profile.load_all_or_nothing)
    records = Records(contract, payload.frames)
    outcomes = assign(contract, records, reports, ended=False, load_failed=load_failed, held=payload.held)  # type: ignore[arg-type]
    done = decided(contract, result, outcomes, request="", sent_at=sent.submitted_at, ended_at=datetime.now(UTC))
    return done, outcomes.unmatched
