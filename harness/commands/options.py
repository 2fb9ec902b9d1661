"""Options that several commands share, in one spelling."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Optional

import typer

from contracts import Profile
from harness.errors import UsageError

_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
WorkspaceOption = Annotated[
    Optional[Path], typer.Option("--workspace", "-w", help="Folder of the workspace (default: HARNESS_WORKSPACE, nearest).")
]  # fmt: skip
ProfileOption = Annotated[
    Optional[str], typer.Option("--profile", "-p", help="Profile: a shipped name, a folder, or `oracle` = bare library.")
]  # fmt: skip
ReleaseOption = Annotated[
    str, typer.Option("--release", "-r", help="Oracle release, e.g. 26C (default: the contract's last).")
]
JsonOption = Annotated[
    str, typer.Option("--json", help="Write the result as JSON to FILE, `-` = standard output.", metavar="FILE")
]
PodOption = Annotated[
    str, typer.Option("--pod", help="Deliver to this pod, https://...; credentials in HARNESS_POD_* variables (default: the emulator of this process).", metavar="URL")
]  # fmt: skip
CycleOption = Annotated[str, typer.Option(help="Test cycle, e.g. SIT2; blank in ordinary operation.")]
InterfaceOption = Annotated[
    str, typer.Option("--interface", "-i", help="Interface of all payloads (default: their folder's name).")
]
ContractOption = Annotated[str, typer.Option("--contract", "-c", help="Contract of all payloads.")]
ResendOption = Annotated[
    bool, typer.Option("--resend-unknown", help="Send again what may or may not have arrived: only after a look into the pod.")
]  # fmt: skip
HoldBackOption = Annotated[bool, typer.Option("--hold-back", help="Do not send what does not conform.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")]
NoColorOption = Annotated[bool, typer.Option("--no-color", help="Print without colours.")]


def day(text: str, profile: Profile) -> date:
    """Return the day that ``--as-of`` names, by default today where the profile is. Raises UsageError."""
    if not text:
        return datetime.now(UTC).astimezone(profile.time_zone).date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"no date: {text}", where="--as-of", todo="write YYYY-MM-DD") from error


def moment(text: str) -> datetime:
    """Return the moment that ``--as-of`` names, in UTC, so that one moment gives one answer however it is written.

    Default now. Raises UsageError for text that is no moment, one without an offset, and one in the future.
    """
    now = datetime.now(UTC)
    if not text:
        return now
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"no moment: {text}", where="--as-of", todo="write 2026-11-30T09:00:00-05:00") from error
    if moment.tzinfo is None:
        raise UsageError("a moment needs its offset", where="--as-of", todo=f"write {text}+00:00 or your own offset")
    if not _EARLIEST <= moment <= now:
        when = "in the future: nothing is known of it yet" if moment > now else "before there was anything to decide"
        raise UsageError(f"{text} is {when}", where="--as-of", todo="name a moment that has passed, or leave it out")
    return moment.astimezone(UTC)
