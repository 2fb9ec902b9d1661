"""``harness emulate``: a local Fusion behind a port of this machine."""

from __future__ import annotations

import os
import secrets
from typing import Annotated

import typer

from harness.commands.options import NoColorOption, ProfileOption, QuietOption, WorkspaceOption
from harness.console import Screen
from harness.workspace import find_workspace

PASSWORD = "HARNESS_EMULATOR_PASSWORD"  # noqa: S105 - the name of a variable


def emulate(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 = a free one.", min=0, max=65535)] = 8090,
    faults: Annotated[
        str, typer.Option(help="Traps of real pods by name, `all`, or `help` to list them.", metavar="NAMES")
    ] = "",
    rate: Annotated[float, typer.Option(help="Probability of each fault.", min=0, max=1)] = 1.0,
    seed: Annotated[int, typer.Option(help="Of the faults: the same again for the same seed.")] = 0,
    speed: Annotated[float, typer.Option(help="How many seconds of the pod pass in one of ours.", min=0.001)] = 10.0,
    user: Annotated[str, typer.Option(help=f"Who may sign on; the password stands in {PASSWORD}.")] = "emulator",
    load_row_by_row: Annotated[
        bool, typer.Option("--load-row-by-row", help="One load error refuses its row only, not its whole load.")
    ] = False,
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Serve the emulated pod on this machine until interrupted, set up with the profile's lists."""
    from harness.destinations import emulator_of
    from interfaces.emulator import FAULTS, Faults, RunningClock, bound, server

    screen = Screen(quiet=quiet, no_color=no_color)
    if faults == "help":
        screen.table("", ["fault", "what happens"], list(FAULTS.items()))
        return
    chosen = Faults.parse(faults, rate=rate, seed=seed)
    found = find_workspace(workspace, profile)
    emulator = emulator_of(
        found.profile, clock=RunningClock(speed), faults=chosen, load_all_or_nothing=not load_row_by_row
    )
    password = os.environ.get(PASSWORD) or secrets.token_urlsafe(9)
    with bound(port) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        screen.line(f"emulated pod at {address}, profile {found.profile.name}, {speed:g} times as fast as real time")
        if chosen.names:
            screen.line(f"  faults: {', '.join(chosen.names)} at {rate:.0%}, seed {seed}")
        shown = f"the value of {PASSWORD}" if os.environ.get(PASSWORD) else password
        screen.line(f"  sign on: HARNESS_POD_USER={user} HARNESS_POD_PASSWORD={shown}")
        screen.line(f"  deliver: harness run --pod {address}     stop: Ctrl-C")
        screen.out.file.flush()
        server(emulator, user, password).run(sockets=[listening])
