"""The flow of issues must hold before anything of a window is told."""

from __future__ import annotations

from harness.errors import UsageError
from raid_log import WindowFigures


def refuse_lost_issues(told: WindowFigures, where: str) -> None:
    """Raise UsageError if open issues came or went without an event; ``where`` is the store."""
    wrong = [name for name, flow in told.defects.flow.items() if not flow.holds]
    if wrong:
        raise UsageError(
            f"the flow of issues does not hold ({', '.join(wrong)}): an entry was lost or changed by hand",
            where=where,
            todo="run `harness store check` and `harness raid verify-log`; publish no figure of this window before",
        )
