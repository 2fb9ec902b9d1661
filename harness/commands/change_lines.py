"""Changes of a contract as they are printed and written as JSON, in every command that tells them."""

from __future__ import annotations

from typing import Any

from contracts import Change, Grade
from harness.console import Screen

STYLES = {"breaking": "red", "review": "yellow", "compatible": "", "patch": "dim"}


def print_change(screen: Screen, change: Change, grade: Grade, why: str = "") -> None:
    """Print a change as one line: grade, direction, id and words; ``why`` it fails or does not."""
    releases = f" (release {', '.join(change.releases)})" if change.releases else ""
    proof = f" [{change.proof}]" if change.proof else ""
    line = f"  {grade:<11} {change.direction:<13} {change.id}: {change.what}{releases}{proof}"
    screen.line(line + (f" -> {why}" if why else ""), STYLES[grade])


def change_data(change: Change, grade: Grade) -> dict[str, Any]:
    """Return a change as JSON data."""
    return {
        "id": change.id,
        "kind": change.kind,
        "direction": change.direction,
        "grade": grade,
        "what": change.what,
        "file": change.file,
        "columns": list(change.columns),
        "rule": change.rule,
        "releases": list(change.releases),
        "proof": change.proof,
        "place": str(change.place) if change.place else None,
    }
