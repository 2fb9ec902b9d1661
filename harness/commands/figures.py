"""``harness raid figures``: rates by evidence class, defects, and the flow of issues, of a week or a cycle."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from harness.commands.log import shortened
from harness.commands.options import JsonOption, NoColorOption, ProfileOption, QuietOption, WorkspaceOption, moment
from harness.console import Screen, write_json
from harness.errors import UsageError
from harness.workspace import find_workspace

if TYPE_CHECKING:
    from raid_log import BoundedRate, ClassFigures, DefectFigures, Flow, Rate, Week, WindowFigures

_WEEK = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)
_FIRST_YEAR = 2000


def figures(
    week: Annotated[str, typer.Option(help="Programme week, e.g. 2026-W48 (default: the week of --as-of).")] = "",
    cycle: Annotated[str, typer.Option(help="Test cycle, e.g. SIT2: in its whole time, or in --week.")] = "",
    as_of: Annotated[str, typer.Option(help="Moment of the figures, ISO 8601 with offset (default: now).")] = "",
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Tell the figures of a week or a cycle; exit 2 if the flow of issues does not hold."""
    from harness.issue_flow import refuse_lost_issues
    from raid_log import open_store, window_figures

    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile)
    at = moment(as_of)
    window = week_named(week, at, found.profile.time_zone).window(found.profile.time_zone) if week else None
    with open_store(found.store_url) as store:
        told = window_figures(store, found.profile, as_of=at, window=window, cycle=cycle or None)
        where = store.where
    if json:
        write_json(json, figures_json(told))
    _say(screen, told)
    refuse_lost_issues(told, where)


def week_named(text: str, as_of: datetime, zone: ZoneInfo) -> Week:
    """Return the programme week that ``2026-W48`` names. Raises UsageError for another text, for a week that the year
    does not have, and for one that has not begun at ``as_of``.
    """  # fmt: skip
    from raid_log import Week

    todo = "write a year and one of its ISO weeks, like 2026-W48"
    parts = _WEEK.fullmatch(text)
    if parts is None:
        raise UsageError(f"no week: {text}", where="--week", todo=todo)
    year, number = int(parts[1]), int(parts[2])
    try:
        monday = date.fromisocalendar(year, number, 1)
    except ValueError as error:
        raise UsageError(f"{year} has no week {number}", where="--week", todo=todo) from error
    if year < _FIRST_YEAR:
        raise UsageError(f"{text} is before there was anything to count", where="--week", todo=todo)
    if monday > as_of.astimezone(zone).date():
        raise UsageError(f"{text} has not begun", where="--week", todo="name a week that has, or leave it out")
    return Week(year, number)


def _say(screen: Screen, told: WindowFigures) -> None:
    label = told.window.label
    named = label if told.cycle is None or label.endswith(told.cycle) else f"{label}, cycle {told.cycle}"
    screen.line(f"{named}{', to date' if told.window_open else ''}", "bold")
    screen.line(f"as of {told.as_of:%Y-%m-%d %H:%M} UTC; classes are never added up")
    names = list(told.classes)
    rows = [(title, *(show(one) for one in told.classes.values())) for title, show in _CLASS_ROWS.items()]
    screen.table("", ["evidence class", *names], rows, names)
    for environment, rate in told.availability.items():
        screen.line(f"availability of {environment}: {_of(rate)} submissions reached it")
    _say_defects(screen, told.defects)
    severities = list(told.defects.flow)
    flows = [(title, *(show(one) for one in told.defects.flow.values())) for title, show in _FLOW_ROWS.items()]
    screen.table("flow of issues", ["", *severities], flows, severities)


def _of(rate: Rate) -> str:
    return f"{rate.text} ({rate.accepted:,} of {rate.submitted:,})" if rate.submitted else rate.text


def _worst(one: ClassFigures) -> str:
    return f"{one.worst} {one.interfaces[one.worst].rate.text}" if one.worst else "-"


def _verdict(one: ClassFigures) -> str:
    rate = one.first_pass.rate
    return f"{rate.text} {one.first_pass.text}" if rate.submitted else rate.text


_CLASS_ROWS: Mapping[str, Callable[[ClassFigures], str]] = {
    "first-pass rate": _verdict,
    "lower bound (95 %)": lambda one: one.first_pass.bound_text,
    "first attempts": lambda one: f"{one.first_pass.rate.submitted:,}",
    "not accepted": lambda one: f"{one.first_pass.rejects:,}",
    "in submissions": lambda one: f"{one.first_pass.submissions:,}",
    "final rate": lambda one: _of(one.final),
    "amount rate": lambda one: one.amount.text,
    "record rate": lambda one: _of(one.records),
    "clean submissions": lambda one: _of(one.clean),
    "interfaces at target": lambda one: f"{one.at_target} of {len(one.interfaces)}",
    "worst interface": _worst,
    "excluded units": lambda one: f"{one.excluded:,}",
    "accepted late": lambda one: f"{one.late:,}",
    "valid defects": lambda one: f"{one.defects:,}",
    "per 10,000 attempts": lambda one: one.density,
}


def _count(name: str) -> Callable[[Flow], str]:
    return lambda one: f"{one.counts.get(name, 0):,}"


def _check(one: Flow) -> str:
    """``holds``, or what is too many (+) or missing (-)."""
    parts = zip(("open", "waived"), one.difference, strict=True)
    return ", ".join(f"{name} {number:+,}" for name, number in parts if number) or "holds"


_FLOW_ROWS: Mapping[str, Callable[[Flow], str]] = {
    "open at the start": lambda one: f"{one.open_at_start:,}",
    "+ opened": _count("opened"),
    "+ reopened": _count("reopened"),
    "+ waiver ended": _count("waiver_ended"),
    "- verified": _count("verified"),
    "- rejected": _count("rejected"),
    "- merged": _count("merged"),
    "- waived": _count("waived"),
    "raised or lowered into it": lambda one: f"{one.graded:+,}" if one.graded else "0",
    "open at the end": lambda one: f"{one.open_at_end:,}",
    "waived at the start": lambda one: f"{one.waived_at_start:,}",
    "- verified while waived": _count("waived_verified"),
    "waived ones raised or lowered into it": lambda one: f"{one.waived_graded:+,}" if one.waived_graded else "0",
    "waived at the end": lambda one: f"{one.waived_at_end:,}",
    "check": _check,
}


def _say_defects(screen: Screen, told: DefectFigures) -> None:
    rows = [
        (name, f"{one.count:,}", ", ".join(f"{class_} {number:,}" for class_, number in one.by_class.items()))
        for name, one in told.open.items()
    ]
    screen.table("open defects", ["severity", "open", "by evidence class"], rows, ["open"])
    ages = ", ".join(f"{band}: {number:,}" for band, number in told.ages.items())
    if told.oldest is not None:
        ages += f"; median {told.median_age:g}, oldest {told.oldest[1]:,} ({told.oldest[0]})"
    reasons = "".join(f"; {reason} {number:,}" for reason, number in told.escaped.items())
    escaped = f"{told.escape_text} ({sum(told.escaped.values()):,} of {told.valid:,}){reasons}"
    facts = {
        "waived": _ids(told.waived),
        "overdue": _ids(told.overdue),
        "age in days": ages,
        "re-open rate, 30 days": _of(told.reopened),
        "escape rate": escaped if told.valid else told.escape_text,
        "defects per 100 rules": ", ".join(f"{id_} {number}" for id_, number in told.per_100_rules.items()) or "-",
        "environment issues": _ids(told.environments),
    }
    screen.table("", ["of defects", ""], list(facts.items()))


def _ids(ids: Iterable[str]) -> str:
    """How many there are, and the first ones."""
    found = list(ids)
    return f"{len(found):,}" + (f": {shortened(found)}" if found else "")


def figures_json(told: WindowFigures) -> dict[str, Any]:
    """The figures as JSON data. Rates are counts and the text that people read, so that nobody rounds them."""
    return {
        "window": told.window.label,
        "start": told.window.start.isoformat(),
        "end": told.window.end.isoformat(),
        "to_date": told.window_open,
        "as_of": told.as_of.isoformat(),
        "cycle": told.cycle,
        "classes": {name: _class_json(one) for name, one in told.classes.items()},
        "availability": {name: _rate_json(rate) for name, rate in told.availability.items()},
        "defects": _defects_json(told.defects),
        "flow": {name: _flow_json(one) for name, one in told.defects.flow.items()},
    }


def _class_json(one: ClassFigures) -> dict[str, Any]:
    return {
        "evidence_class": one.evidence_class, "name": one.name, "first_pass": _bounded_json(one.first_pass),
        "final": _rate_json(one.final), "records": _rate_json(one.records), "clean_submissions": _rate_json(one.clean),
        "amount": {"submitted": str(one.amount.submitted), "accepted": str(one.amount.accepted), "text": one.amount.text},
        "interfaces": {id_: _bounded_json(rate) for id_, rate in one.interfaces.items()},
        "interfaces_at_target": one.at_target, "worst_interface": one.worst, "excluded": one.excluded,
        "late": one.late, "defects": one.defects, "defects_per_10000": one.density,
    }  # fmt: skip


def _bounded_json(one: BoundedRate) -> dict[str, Any]:
    return {
        **_rate_json(one.rate), "verdict": one.text, "lower_bound": one.bound_text, "target": str(one.target),
        "submissions": one.submissions, "effective_units": str(one.effective_units),
    }  # fmt: skip


def _rate_json(rate: Rate) -> dict[str, Any]:
    return {"submitted": rate.submitted, "accepted": rate.accepted, "text": rate.text}


def _defects_json(told: DefectFigures) -> dict[str, Any]:
    return {
        "open": {name: {"count": one.count, "by_class": dict(one.by_class), "ids": list(one.ids)} for name, one in told.open.items()},
        "waived": list(told.waived), "overdue": list(told.overdue), "ages": dict(told.ages),
        "median_age": told.median_age, "oldest": list(told.oldest) if told.oldest else None,
        "reopened": {"verified": told.reopened.submitted, "failed_again": told.reopened.accepted, "text": told.reopen_text},
        "valid": told.valid, "escaped": dict(told.escaped), "escape_rate": told.escape_text,
        "per_100_rules": dict(told.per_100_rules), "environment_issues": list(told.environments),
    }  # fmt: skip


def _flow_json(one: Flow) -> dict[str, Any]:
    return {
        "open_at_start": one.open_at_start, "open_at_end": one.open_at_end, "waived_at_start": one.waived_at_start,
        "waived_at_end": one.waived_at_end, "counts": dict(one.counts), "graded": one.graded,
        "waived_graded": one.waived_graded, "holds": one.holds, "difference": list(one.difference),
    }  # fmt: skip
