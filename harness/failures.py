"""Failures that the property suite keeps: the payload of a shrunk example, and what was broken by it."""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from harness.errors import UsageError

_FACTS = "failure.json"


@dataclass(frozen=True)
class Failure:
    """One failing example. ``message`` is what the suite said of it, without values of personal columns."""

    payload: Path
    as_of: date
    saved_at: datetime
    contract: str
    profile: str
    release: str
    property: str
    seed: str
    message: str


def folder(workspace: Path | None = None) -> Path:
    """Return where failures are kept: ``HARNESS_FAILURES``, else ``out/failures`` of the workspace.

    Without either ``.harness-failures`` in the current folder.
    """
    if named := os.environ.get("HARNESS_FAILURES"):
        return Path(named)
    return workspace / "out" / "failures" if workspace else Path(".harness-failures")


def save(
    root: Path,
    payload: Path,
    *,
    contract: str,
    profile: str,
    release: str,
    property: str,
    seed: int | str,
    message: str,
    as_of: date,
    saved_at: datetime | None = None,
) -> Path:
    """Keep a copy of a failing payload under ``root`` and return its folder ``<contract>-<property>``.

    An earlier failure of the same contract and property gives way: the last one is the most shrunk. ``as_of`` is the
    day at which lists were aged; ``saved_at`` is now by default. Raises UsageError if it cannot be written.
    """
    place = root / re.sub(r"[^\w.-]+", "_", f"{contract}-{property}")
    facts = {
        "contract": contract, "profile": profile, "release": release, "property": property, "seed": str(seed),
        "message": message, "payload": payload.name, "as_of": as_of.isoformat(),
        "saved_at": (saved_at or datetime.now(UTC)).isoformat(),
    }  # fmt: skip
    try:
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        shutil.copyfile(payload, place / payload.name)
        (place / _FACTS).write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        what = f"the failure cannot be kept: {error.strerror or error}"
        raise UsageError(
            what, where=str(place), todo="let HARNESS_FAILURES name a folder that can be written"
        ) from error
    return place


def last(root: Path) -> Failure:
    """Return the failure that was saved last under ``root``. Raises UsageError if there is none or one is damaged."""
    kept = [_read(path) for path in sorted(root.glob(f"*/{_FACTS}"))]
    if not kept:
        todo = "run `pytest test_suites/property`, or name the payload: `harness case add PAYLOAD --why ...`"
        raise UsageError("no failure was kept", where=str(root), todo=todo)
    return max(kept, key=lambda failure: failure.saved_at)


def _read(path: Path) -> Failure:
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        payload = path.parent / Path(facts.pop("payload")).name
        as_of, saved_at = date.fromisoformat(facts.pop("as_of")), _moment(facts.pop("saved_at"))
        if not payload.is_file():
            raise ValueError(f"no file {payload.name}")
        told = {name: str(value) for name, value in facts.items()}
        return Failure(payload, as_of, saved_at, **told)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        todo = "remove its folder, or run the property suite again"
        raise UsageError(f"a failure cannot be read: {error}", where=str(path), todo=todo) from error


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
