"""The report of a week: everything that people read of it, in one folder, made from the store alone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from contracts import Profile
from harness.errors import UsageError
from harness.issue_flow import refuse_lost_issues
from raid_log import (
    Snapshot,
    Store,
    Week,
    close_weeks,
    closed_figures,
    export_week,
    goal_standings,
    tell_week,
    week_samples,
)
from reports import allure_site, definitions_page, pdf, raid_page, readiness_page, week_results, weekly_page, workbook

PARTS = {
    "index.html": "This page",
    "weekly.pdf": "Print it (PDF)",
    "readiness.html": "Can we go live?",
    "readiness.pdf": "To sign (PDF)",
    "raid.html": "RAID log",
    "raid.xlsx": "RAID log to edit (Excel)",
    "definitions.html": "What the figures mean",
}
"""Files of the folder -> the words that lead to them."""
FOLDERS = ("results", "allure")
KNOWN = frozenset({*PARTS, *FOLDERS})
"""What a folder of a report may hold."""


@dataclass(frozen=True)
class Part:
    """A file or folder of the report. ``skipped`` says why it is not there, blank where it is."""

    name: str
    bytes: int
    skipped: str = ""


def report_week(
    store: Store,
    profile: Profile,
    week: Week,
    folder: Path,
    *,
    at: datetime,
    told: Callable[[str, int, int], None],
    history: Path,
) -> tuple[Snapshot, list[Part]]:
    """Close the weeks that are over, write the report of ``week`` into ``folder``, and return what was written.

    An older report in the folder is replaced once the new one is whole; same store and week, same bytes. ``told`` hears
    what is at hand, its place and the number of steps. ``history``: the file in which Allure keeps a line per week.
    Raises StoreError, and UsageError if the flow of issues does not hold or the folder cannot be written.
    """
    _refuse_foreign(folder)
    close_weeks(store, profile, week, at=at, told=lambda name, place, of: told(f"closing {name}", place, of))
    snapshot = tell_week(store, profile, week, as_of=at)
    refuse_lost_issues(snapshot.figures, store.where)
    with _replacing(folder) as fresh:
        parts = _write(store, profile, week, snapshot, fresh, told, history)
    return snapshot, parts


def _refuse_foreign(folder: Path) -> None:
    """Whatever is no report of ours is never replaced."""
    names = sorted(one.name for one in folder.iterdir()) if folder.is_dir() else [folder.name] * folder.exists()
    if foreign := [name for name in names if name not in KNOWN]:
        what = f"there is something else: {foreign[0]}" + (f" and {len(foreign) - 1} more" if foreign[1:] else "")
        raise UsageError(what, where=str(folder), todo="name a new folder")


def _replace(folder: Path, fresh: Path) -> None:
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _write(
    store: Store,
    profile: Profile,
    week: Week,
    snapshot: Snapshot,
    folder: Path,
    told: Callable[[str, int, int], None],
    history: Path,
) -> list[Part]:
    """The evidence first: the page leads to what there is of it."""
    steps = len(PARTS) + len(FOLDERS)
    told("evidence", len(FOLDERS), steps)
    parts = _evidence(store, snapshot, folder, history)
    links = [] if parts[-1].skipped else [("allure/awesome/index.html", "Evidence (Allure)")]
    for place, (name, make) in enumerate(_makers(store, profile, week, snapshot, links).items(), start=3):
        told(name, place, steps)
        data = make()
        if data is not None:
            (folder / name).write_bytes(data)
        skipped = "" if data is not None else pdf.skipped()
        parts.append(Part(name, len(data or b""), skipped))
    return parts


def report_evidence(store: Store, snapshot: Snapshot, folder: Path) -> list[Part]:
    """Write results, Allure report and the RAID page that it leads to into ``folder``, and return the parts.

    An older one in the folder is replaced. Raises UsageError if it holds anything else or cannot be written.
    """
    _refuse_foreign(folder)
    with _replacing(folder) as fresh:
        (fresh / "raid.html").write_bytes(_raid_page(snapshot))
        return _evidence(store, snapshot, fresh, None)


@contextmanager
def _replacing(folder: Path) -> Iterator[Path]:
    """Give a new folder beside it, which takes its place once it is whole."""
    fresh = folder.with_name(f".{folder.name}.new")
    try:
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        yield fresh
        _replace(folder, fresh)
    except OSError as error:
        what = f"the report cannot be written: {error.strerror or error}"
        raise UsageError(what, where=str(folder), todo="close what is open of it, or name another folder") from error


def _raid_page(snapshot: Snapshot) -> bytes:
    return raid_page(
        snapshot.entries, title=snapshot.title, zone=snapshot.time_zone, people=snapshot.people, label=snapshot.label,
        as_of=snapshot.as_of,
    ).encode()  # fmt: skip


def _evidence(store: Store, snapshot: Snapshot, folder: Path, history: Path | None) -> list[Part]:
    results = folder / "results"
    tests = week_results.write_week_results(snapshot, week_samples(store, snapshot), results)
    site = allure_site.write_site(
        snapshot, tests, results, folder / "allure", tools=tools_folder(), history=history
    )  # fmt: skip
    size = sum(one.stat().st_size for one in results.iterdir())
    return [Part("results", size), Part("allure", site.bytes, site.skipped)]


def tools_folder() -> Path:
    """Return where programs that are fetched once are kept: the user's folder of caches."""
    named = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(named) if named else Path.home() / ".cache") / "fusion-interface-harness"


def _makers(
    store: Store, profile: Profile, week: Week, snapshot: Snapshot, evidence: Sequence[tuple[str, str]]
) -> dict[str, Callable[[], bytes | None]]:
    """File -> what makes its bytes, None where that cannot be done here."""
    before = closed_figures(store, week)
    known = bool(before) and before[-1].window.end == snapshot.window.start
    previous = tell_week(store, profile, week.before, as_of=snapshot.window.start) if known else None
    goals = goal_standings(snapshot.goals, profile.time_zone, [*before, snapshot.figures])
    printable = [name for name in PARTS if not (name.endswith(".pdf") and pdf.missing())]
    links = [*((name, PARTS[name]) for name in printable if name != "index.html"), *evidence]
    target = snapshot.figures.classes["acceptance"].first_pass.target
    page = weekly_page(snapshot, before, goals, previous, links)
    decision = readiness_page(
        snapshot.readiness, title=snapshot.title, zone=snapshot.time_zone, signers=snapshot.signers
    )
    return {
        "index.html": page.encode,
        "weekly.pdf": lambda: pdf.to_pdf(page),
        "readiness.html": decision.encode,
        "readiness.pdf": lambda: pdf.to_pdf(decision),
        "raid.html": lambda: _raid_page(snapshot),
        "raid.xlsx": lambda: workbook.write_workbook(export_week(snapshot)),
        "definitions.html": definitions_page(target).encode,
    }  # fmt: skip
