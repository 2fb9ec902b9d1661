"""What people must be told of deliveries: what was not sent, what could not be followed, reports that cannot be read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from contracts import Submission
from harness.console import Screen
from harness.running import Checked

if TYPE_CHECKING:
    from harness.delivering import JournaledDeliverer

_REMARKS = 3  # per payload; the others are counted


def say_troubles(screen: Screen, sender: JournaledDeliverer) -> bool:
    """Say on standard error what was not sent and what could not be followed; True if a person has to do something.

    Each error is told once, with its payloads. Time that was not enough is no such thing: later goes on.
    """
    from interfaces.fusion import StillRunning

    _say(screen, sender.failures, "not sent, checked only")
    _say(screen, sender.troubles, "sent, or perhaps sent; goes on by `harness deliver --resume`")
    waiting = all(isinstance(error, StillRunning) for _, error in sender.troubles)
    return bool(sender.failures) or not waiting


def say_remarks(screen: Screen, submissions: Iterable[Submission]) -> None:
    """Say on standard error what of the reports could not be read, or names no unit of the payload."""
    for one in submissions:
        if one.delivered:
            say_remarks_of(screen, f"{one.interface} {one.result.payload}", one.delivered.remarks)


def say_remarks_of(screen: Screen, payload: str, remarks: Sequence[str]) -> None:
    """Say the first remarks on the reports of one payload, and how many more there are."""
    for remark in remarks[:_REMARKS]:
        screen.err.print(f"note: {payload}: {remark}", markup=False)
    if len(remarks) > _REMARKS:
        screen.err.print(f"   and {len(remarks) - _REMARKS} more", markup=False)


def _say(screen: Screen, told: Sequence[tuple[Checked, Any]], words: str) -> None:
    """The first error of each kind in full, and the payloads behind it."""
    payloads: dict[str, list[str]] = {}
    for checked, error in told:
        payloads.setdefault(error.what, []).append(checked.payload.name)
    first = {error.what: error for _, error in reversed(told)}
    for what, names in payloads.items():
        screen.error(first[what])
        screen.err.print(f"   {words}: {_few(names)}", markup=False)


def _few(names: Sequence[str], most: int = 3) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"
