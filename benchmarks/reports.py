"""The weekly report of two years: how long it takes to make, part by part, and how large it is; Allure by its tests."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks.history import END, profile, write_history
from contracts.profiles import Profile
from harness.weekly_report import report_week, tools_folder
from raid_log import Snapshot, Store, Week, close_weeks, items, open_store, tell_week
from reports import allure_site, raid_page, week_results

WEEK = Week(2026, 47)


def measure(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Yield (figure, value, bar)."""
    district = profile()
    with open_store(f"sqlite:///{folder / 'reports.db'}") as store:
        write_history(store)
        started = time.perf_counter()
        weeks = close_weeks(store, district, WEEK.before, at=END)
        yield f"two years: {len(weeks)} weeks closed", f"{time.perf_counter() - started:.0f} s", ""
        yield from _weekly(store, district, folder)
        yield from _raid(store)
        snapshot = tell_week(store, district, WEEK, as_of=END)
    for count in (1_000, 10_000):
        yield from _allure(snapshot, count, folder)


def _weekly(store: Store, district: Profile, folder: Path) -> Iterator[tuple[str, str, str]]:
    """The time of a part runs from its announcement to the next one."""
    marks: list[tuple[str, float]] = []
    started = time.perf_counter()
    _, parts = report_week(
        store, district, WEEK, folder / "week", at=END, history=folder / "history.jsonl",
        told=lambda what, place, of: marks.append((what, time.perf_counter())),
    )  # fmt: skip
    ended = time.perf_counter()
    took = {what: end - at for (what, at), end in zip(marks, [*(at for _, at in marks[1:]), ended], strict=True)}
    yield "two years: the report of a week, all in all", f"{ended - started:.1f} s", ""
    yield "two years: closing one week", f"{took[f'closing {WEEK.name}']:.1f} s", ""
    yield "two years: results and Allure", f"{took['evidence']:.1f} s", ""
    for part in parts:
        seconds = f"{took[part.name]:.2f} s, " if part.name in took else ""
        yield f"two years: {part.name}", part.skipped or f"{seconds}{part.bytes / 1e6:.2f} MB", ""


def _raid(store: Store) -> Iterator[tuple[str, str, str]]:
    entries = items(store, as_of=END)
    started = time.perf_counter()
    page = raid_page(entries, title="Bench", zone="America/New_York", people={}, label="the whole log", as_of=END)
    took = time.perf_counter() - started
    yield f"RAID page of all {len(entries):,} entries", f"{took:.1f} s, {len(page.encode()) / 1e6:.1f} MB", ""


def _allure(week: Snapshot, count: int, folder: Path) -> Iterator[tuple[str, str, str]]:
    """The rules of the week again and again, under other interfaces, until there are enough."""
    turns = range(1 + count // len(week.rules))
    rules = [replace(rule, interface=f"{rule.interface}-{turn}") for turn in turns for rule in week.rules]
    register = tuple(row for row in week.register if not row.in_scope)
    some = replace(week, rules=tuple(rules[:count]), stages=(), totals=(), register=register)
    results, site = folder / f"results-{count}", folder / f"allure-{count}"
    started = time.perf_counter()
    tests = week_results.write_week_results(some, {}, results)
    written = time.perf_counter()
    made = allure_site.write_site(some, tests, results, site, tools=tools_folder(), history=folder / f"{count}.jsonl")
    ended = time.perf_counter()
    form = "one file" if made.single_file else "a folder"
    told = f"{written - started:.1f} + {ended - written:.1f} s, {made.bytes / 1e6:.0f} MB, {form}"
    yield f"Allure with {len(tests):,} results: writing + generating", made.skipped or told, ""
    if not made.skipped:
        line = (folder / f"{count}.jsonl").stat().st_size
        yield f"Allure with {len(tests):,} results: a line of the history", f"{line / 1e6:.1f} MB", ""
