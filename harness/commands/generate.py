"""``harness generate``: a payload at volume, valid or with faults whose places are told."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from contracts import Contract, load
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
from harness.generate.bulk import Bulk, Faults, plan
from harness.workspace import find_workspace
from interfaces import write_frames

_SHOWN = 12  # rules on the screen; JSON and the truth have all


def generate(
    identity: Annotated[str, typer.Argument(help="Contract, e.g. finance.gl_journals.", metavar="ID")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Write the payload to FILE.zip.", metavar="FILE")],
    rows: Annotated[int, typer.Option(help="Records of all files together.", min=1)] = 1000,
    bad: Annotated[
        str, typer.Option(help="Share of the blocks with a fault: 1% or 0.01 (default: none).", metavar="SHARE")
    ] = "",
    rule: Annotated[
        Optional[list[str]],
        typer.Option(help="Break these rules only: RULE takes its part of --bad, RULE=0.5% a share of its own.", metavar="RULE[=SHARE]"),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same payload.", min=0)] = 0,
    truth: Annotated[Optional[Path], typer.Option(help="Write where which rule is broken to FILE.csv.", metavar="FILE")] = None,
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    release: ReleaseOption = "",
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:  # fmt: skip
    """Generate a payload at volume, overwriting what is there; nothing is recorded: exit 0 written, 2 not."""
    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    faults = _faults(bad, rule or [])
    _writable(output, ".zip")
    if truth:
        _writable(truth, ".csv")
    contract = load(identity, find_workspace(workspace, profile).profile, release=release)
    clock = [time.perf_counter()]
    ready = plan(contract, rows, seed, faults)
    clock.append(time.perf_counter())
    made = ready.bulk()
    clock.append(time.perf_counter())
    write_frames(output, contract, made.frames)
    if truth:
        _write(truth, made)
    clock.append(time.perf_counter())
    took = (after - before for before, after in pairwise(clock))
    seconds = dict(zip(("prepared", "made", "written"), took, strict=True))
    _print(screen, contract, made, seed, seconds, [path for path in (output, truth) if path])
    if json:
        write_json(json, _as_json(contract, made, seed, seconds, output))


def _faults(bad: str, rules: Sequence[str]) -> Faults | None:
    """The shares that the options ask for: one for all rules, or one per rule; None without any."""
    whole = share(bad, "--bad") if bad else None
    shares: dict[str, float | None] = {}
    for text in rules:
        name, _, own = text.partition("=")
        if name in shares:
            raise UsageError(f"{name} is named twice", where="--rule", todo="name it once")
        shares[name] = share(own, f"--rule {name}") if "=" in text else None
    if not shares:
        return whole
    parts = sum(one is None for one in shares.values())
    if parts and whole is None:
        raise UsageError("how often?", where="--rule", todo="write RULE=0.5%, or --bad 1% for all of them together")
    if whole is not None and not parts:
        raise UsageError(
            "no rule is left for --bad", where="--bad", todo="leave it out, or name a rule without a share"
        )
    return {name: one if one is not None else (whole or 0) / parts for name, one in shares.items()}


def share(text: str, where: str) -> float:
    """Return a share written as ``1%`` or ``0.01``. Raises UsageError for what is none between 0 and 100 per cent."""
    percent = text.strip().endswith("%")
    try:
        number = Decimal(text.strip().removesuffix("%")) / (100 if percent else 1)
    except InvalidOperation:
        number = Decimal(-1)
    # a bare 1 is meant as one per cent more often than as all
    if not number.is_finite() or not 0 < number <= 1 or (number == 1 and not percent):
        raise UsageError(f"no share: {text}", where=where, todo="write 1% or 0.01, more than 0 and at most 100%")
    return float(number)


def _writable(path: Path, suffix: str) -> None:
    """Minutes of work are lost if a path is refused only then."""
    if path.suffix.lower() != suffix:
        raise UsageError(f"no {suffix} file", where=str(path), todo=f"name it FILE{suffix}")
    if not path.parent.is_dir():
        raise UsageError("no such folder", where=str(path.parent), todo="make it, or choose another file")


def _write(truth: Path, made: Bulk) -> None:
    try:
        made.truth.write_csv(truth)
    except OSError as error:
        raise UsageError(f"cannot be written: {error}", where=str(truth), todo="choose another file") from error


def _print(
    screen: Screen, contract: Contract, made: Bulk, seed: int, seconds: Mapping[str, float], paths: Sequence[Path]
) -> None:
    release = f" release {contract.release}" if contract.release else ""
    screen.line(f"{contract.id} {contract.version}{release}, profile {contract.profile}, seed {seed}", "bold")
    files = ", ".join(f"{file} {frame.height:,}" for file, frame in made.frames.items())
    screen.line(f"  {made.records:,} records: {files}")
    broken = sum(made.planted.values())
    screen.line(f"  {made.blocks:,} blocks, {broken:,} of them with a fault; {len(made.planted)} rules are broken")
    told = dict(made.truth["rule"].value_counts().iter_rows())
    most = sorted(made.planted, key=lambda rule: -made.planted[rule])
    if most:
        planted = [(rule, f"{made.planted[rule]:,}", f"{told.get(rule, 0):,}") for rule in most[:_SHOWN]]
        screen.table("", ["rule", "blocks", "records"], planted, ["blocks", "records"])
    if len(most) > _SHOWN:
        screen.line(f"  ... and {len(most) - _SHOWN} more rules")
    screen.line("  " + ", ".join(f"{what} in {took:.1f} s" for what, took in seconds.items()))
    screen.line(f"written to {' and '.join(map(str, paths))}")


def _as_json(contract: Contract, made: Bulk, seed: int, seconds: Mapping[str, float], output: Path) -> dict[str, Any]:
    """The result as JSON data; documented in docs/generating.md."""
    return {
        "contract": contract.id,
        "version": contract.version,
        "release": contract.release or None,
        "profile": contract.profile,
        "seed": seed,
        "payload": str(output),
        "records": {file: frame.height for file, frame in made.frames.items()},
        "blocks": made.blocks,
        "planted": dict(made.planted),
        "seconds": {what: round(took, 3) for what, took in seconds.items()},
    }
