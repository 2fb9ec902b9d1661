"""The weekly page: where the programme stands, what changed, what has to be decided, and what nobody checked."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from contracts.results import SEVERITIES
from contracts.standing import ACTIVE
from raid_log import (
    ClassFigures,
    DecisionNeeded,
    GoalStanding,
    OpenDefects,
    Rate,
    Snapshot,
    WindowFigures,
    wilson_band,
)
from raid_log.goals import line
from reports.charts import Chart, FlowPoint, RatePoint, bars, burn_down, goal_line, heat_map, missing, rate_trend
from reports.pages import day, moment, render
from reports.readiness import TONES

SHOWN_WEEKS = 26
"""Weeks that a chart draws; goals draw all that are known."""
MOST_ROWS = 20
"""Rows of a list on the page; the RAID page has them all."""
WORST = 5
"""Interfaces that are told with their causes."""
SHOWN_CLASSES: Mapping[str, str] = {
    "acceptance": "real pod",
    "simulated": "emulator: no evidence of Fusion",
    "conformance": "contract alone: no evidence of Fusion",
}
"""Evidence class -> where its figures come from; stands beside every figure."""
_GRAVE = ("critical", "significant")
_STATUS_WORDS = {"not_checked": "list not bound", "stale": "list too old", "not_applied": "never applied"}
_LONGEST = 140  # letters of a title on this page


@dataclass(frozen=True)
class Headline:
    """A figure at the top: with its target, where it comes from, and how it stood a week ago."""

    name: str
    text: str
    target: str
    note: str
    change: str
    tone: str  # good | bad | wait


def weekly_page(
    week: Snapshot,
    before: Sequence[WindowFigures],
    goals: Sequence[GoalStanding],
    previous: Snapshot | None = None,
    links: Iterable[tuple[str, str]] = (),
) -> str:
    """Return the page as HTML; the same values give the same bytes.

    ``before``: the closed weeks before it, oldest first. ``previous``: the week just before it, if it was closed.
    ``links``: address and words of what lies beside the page.
    """
    figures = [*before, week.figures][-SHOWN_WEEKS:]
    target = week.figures.classes["acceptance"].first_pass.target
    ranked = _by_interface(week)
    return render(
        "weekly.html",
        week=week,
        as_of=moment(week.as_of, week.time_zone),
        links=list(links),
        no_charts=missing(),
        headlines=list(_headlines(week, previous)),
        goals=[(_goal_row(one), _goal_chart(one)) for one in goals],
        trends=[_trend(name, figures, week.time_zone, float(target)) for name in SHOWN_CLASSES],
        burn_downs=[_burn_down(severity, figures, week.time_zone) for severity in _GRAVE],
        heat=heat_map(ranked[:MOST_ROWS], SEVERITIES),
        others=_others(ranked[MOST_ROWS:]),
        ages=bars("Age of open defects", "defects", _ages(week.figures)),
        causes=_causes(week),
        worst=list(_worst(week)),
        interfaces=list(_interfaces(week)),
        decisions=list(_decisions(week)),
        counts=list(_counts(week)),
        changes=list(_changes(week)),
        standing=list(_standing(week)),
        late=list(_late(week)),
        covered=_covered(week),
        unchecked=list(_unchecked(week)),
        silent=_silent(week),
        most=MOST_ROWS,
    )


def definitions_page(target: Decimal) -> str:
    """Return the page that says what each figure means; ``target`` is the acceptance rate that is wanted, per cent."""
    return render("definitions.html", target=f"{target:f}")


def _of_last_week(week: Snapshot, previous: Snapshot | None) -> WindowFigures | None:
    """The figures of the week just before; none where it was not told."""
    return previous.figures if previous and previous.window.end == week.window.start else None


# headlines


def _headlines(week: Snapshot, previous: Snapshot | None) -> Iterator[Headline]:
    last = _of_last_week(week, previous)
    told = week.readiness
    failed = [gate.id for gate in told.gates if gate.verdict == "failed"]
    bare = [gate.id for gate in told.gates if gate.verdict == "no_evidence"]
    parts = [f"{words} {', '.join(ids)}" for words, ids in (("failed:", failed), ("without evidence:", bare)) if ids]
    change = _was(told.text, previous.readiness.text if previous and last else None)
    yield Headline(
        "Can we go live?", told.text, "GO", "; ".join(parts) or "every gate is met", change, TONES[told.verdict]
    )
    for name, source in SHOWN_CLASSES.items():
        yield _rate_headline(week.figures.classes[name], source, last.classes[name] if last else None)
    for severity in _GRAVE:
        yield _open_headline(week.figures.defects.open[severity], last.defects.open[severity] if last else None)
    yield from _coverage_headlines(week, previous if last else None)


def _rate_headline(one: ClassFigures, source: str, last: ClassFigures | None) -> Headline:
    first = one.first_pass
    known = f"{first.rate.submitted:,} first attempts in {first.submissions:,} submissions" if first.submissions else ""
    verdict = f"{first.text}; at least {first.bound_text} (95 % sure)" if first.submissions else ""
    tone = {"no_evidence": "wait", "not_met": "bad"}.get(first.verdict, "good")
    return Headline(
        f"{one.name[0].upper()}{one.name[1:]}", first.rate.text, f"{first.target:f} %",
        "; ".join(part for part in (source, known, verdict) if part),
        _was(first.rate.text, last.first_pass.rate.text if last else None), tone,
    )  # fmt: skip


def _open_headline(one: OpenDefects, last: OpenDefects | None) -> Headline:
    split = ", ".join(f"{count:,} {class_}" for class_, count in one.by_class.items()) or "none"
    tone = "bad" if one.count else "good"
    name = f"Open {one.severity} defects"
    return Headline(name, f"{one.count:,}", "0", split, _moved(one.count, last.count if last else None), tone)


def _coverage_headlines(week: Snapshot, previous: Snapshot | None) -> Iterator[Headline]:
    ran, rules = _covered(week)
    silent, scope = len(week.no_evidence), sum(row.in_scope for row in week.register)
    last = _covered(previous) if previous else None
    if standings := week.standings:
        states, before = Counter(one.state for one in standings), previous.standings if previous else []
        yield Headline(
            "Interfaces with a contract in force", f"{states[ACTIVE]:,} of {scope:,}", "all in scope",
            ", ".join(f"{count:,} {state}" for state, count in sorted(states.items()) if state != ACTIVE),
            _moved(states[ACTIVE], sum(one.state == ACTIVE for one in before) if before else None),
            "good" if states[ACTIVE] == scope else "bad",
        )  # fmt: skip
    yield Headline(
        "Interfaces that delivered", f"{scope - silent:,} of {scope:,}", "all in scope", "any evidence class",
        _moved(scope - silent, _delivered(previous) if previous else None), "bad" if silent or not scope else "good",
    )  # fmt: skip
    yield Headline(
        "Rules that really ran", f"{ran:,} of {rules:,}", "all", "passed or failed on a delivery",
        _moved(ran, last[0] if last else None), "bad" if ran < rules else "good" if rules else "wait",
    )  # fmt: skip


def _delivered(week: Snapshot) -> int:
    return sum(row.in_scope for row in week.register) - len(week.no_evidence)


def _was(text: str, last: str | None) -> str:
    if last is None:
        return "no earlier week"
    return "as last week" if text == last else f"last week {last}"


def _moved(count: int, last: int | None) -> str:
    if last is None:
        return "no earlier week"
    return "as last week" if count == last else f"{count - last:+,} since last week"


# goals, trends, defects


def _goal_row(one: GoalStanding) -> tuple[str, ...]:
    goal = one.goal
    unit = " %" if one.rate else ""
    wanted = f"{goal.start:g}{unit} to {goal.target:g}{unit}"
    line = {None: "", True: "on the line or better", False: "behind the line"}[one.on_line]
    return (
        goal.name, wanted, day(goal.by) if goal.by else "no date", one.text(one.expected) if goal.by else "",
        one.value_text, line, _forecast(one),
    )  # fmt: skip


def _forecast(one: GoalStanding) -> str:
    if one.earliest is None:
        return one.forecast
    return (
        f"between {day(one.earliest)} and {day(one.latest)}"
        if one.latest
        else f"{day(one.earliest)} or later, {one.forecast}"
    )


def _goal_chart(one: GoalStanding) -> Chart:
    days = [point.day for point in one.points]
    ends = [one.since, one.goal.by] if one.goal.by else []
    path = [(at, float(value)) for at in ends if (value := line(one.goal, one.since, at)) is not None]
    seen = [(point.day, float(point.value)) for point in one.points if point.value is not None]
    rows = [
        (day(at), one.text(line(one.goal, one.since, at)) if one.goal.by else "", one.text(point.value))
        for at, point in zip(days, one.points, strict=True)
    ]
    return goal_line(one.goal.name, "%" if one.rate else "defects", path, seen, rows)


def _trend(name: str, figures: Sequence[WindowFigures], zone: str, target: float) -> Chart:
    """Weeks without evidence have no point."""
    known = [(one, one.classes[name].first_pass.rate) for one in figures if one.classes[name].first_pass.submissions]
    points = [_rate_point(one, rate, zone) for one, rate in known]
    title = figures[-1].classes[name].name
    return rate_trend(title, points, target, [rate.text for _, rate in known])


def _rate_point(figures: WindowFigures, rate: Rate, zone: str) -> RatePoint:
    low, high = wilson_band(rate.submitted, rate.accepted)
    share = 100 * rate.accepted / rate.submitted
    return RatePoint(_week_name(figures), _last_day(figures, zone), share, low, high, rate.submitted)


def _burn_down(severity: str, figures: Sequence[WindowFigures], zone: str) -> Chart:
    return burn_down(severity, [_flow_point(one, severity, zone) for one in figures])


def _flow_point(figures: WindowFigures, severity: str, zone: str) -> FlowPoint:
    """What was raised into the severity came, what was lowered out of it went."""
    flow = figures.defects.flow[severity]
    came, went = flow.came + max(0, flow.graded), flow.went + max(0, -flow.graded)
    return FlowPoint(_week_name(figures), _last_day(figures, zone), flow.open_at_end, came, went)


def _week_name(figures: WindowFigures) -> str:
    return figures.window.label.partition(" ")[0]


def _last_day(figures: WindowFigures, zone: str) -> date:
    return (figures.window.end - timedelta(microseconds=1)).astimezone(ZoneInfo(zone)).date()


# defects and interfaces


def _by_interface(week: Snapshot) -> list[tuple[str, Counter[str]]]:
    """Open defects of each interface by severity, the gravest interface first."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for one in week.standing_defects:
        if one.open:
            counts[one.interface or "no interface"][one.severity] += 1
    return sorted(counts.items(), key=lambda pair: ([-pair[1][severity] for severity in SEVERITIES], pair[0]))


def _others(ranked: Sequence[tuple[str, Counter[str]]]) -> str:
    """What the heat map has no room for."""
    counts = sum((own for _, own in ranked), Counter[str]())
    told = ", ".join(f"{counts[severity]:,} {severity}" for severity in SEVERITIES if counts[severity])
    return f"{len(ranked):,} more interfaces have open defects: {told}" if ranked else ""


def _ages(figures: WindowFigures) -> list[tuple[str, int]]:
    return [(f"{band} days", count) for band, count in figures.defects.ages.items()]


def _causes(week: Snapshot) -> Chart:
    """Units refused or at fault by cause, over all interfaces; as many causes as can be read, shares of all."""
    units, titles, defects = Counter[str](), dict[str, str](), Counter[str]()
    for one in week.causes:
        units[one.cause] += one.units
        defects[one.cause] += 1
        titles.setdefault(one.cause, _short(one.title))
    shown = units.most_common(MOST_ROWS // 2)
    words = [f"{cause}: {titles[cause]} ({defects[cause]:,} defects)" for cause, _ in shown]
    return bars("Causes, by units refused or at fault this week", "units", shown, whole=units.total(), words=words)


def _worst(week: Snapshot) -> Iterator[tuple[str, ...]]:
    """Interfaces below the target, of the strongest class that has evidence, each with its first causes."""
    found = (one for one in map(week.figures.classes.get, SHOWN_CLASSES) if one and one.interfaces)
    one = next(found, None)
    if one is None:
        return
    names = {row.id: row.name for row in week.register}
    below = [(id_, own) for id_, own in one.interfaces.items() if not own.rate.meets(own.target)]
    for id_, own in sorted(below, key=lambda pair: (pair[1].rate.share, pair[0]))[:WORST]:
        causes = [
            f"{cause.cause} ({cause.units:,}): {_short(cause.title)}" for cause in week.causes if cause.interface == id_
        ]
        yield f"{id_} {names.get(id_, '')}", own.rate.text, one.name, f"{own.rejects:,}", "; ".join(causes[:3])


def _interfaces(week: Snapshot) -> Iterator[tuple[str, ...]]:
    """All interfaces with evidence, class by class."""
    for name in SHOWN_CLASSES:
        one = week.figures.classes[name]
        for id_, own in one.interfaces.items():
            counts = (f"{own.rate.submitted:,}", f"{own.submissions:,}")
            yield id_, name, own.rate.text, own.bound_text, own.text, *counts


# decisions and changes


def _decisions(week: Snapshot) -> Iterator[tuple[str, str, str, Sequence[tuple[str, str]]]]:
    """What the same people have to decide in the same way stands in one line, with its entries and the first day."""
    groups: dict[tuple[str, str], list[DecisionNeeded]] = defaultdict(list)
    for one in week.decisions:
        groups[one.what, one.who].append(one)
    for (what, who), own in groups.items():
        yield own[0].by, what, who, [(one.item, _short(one.title)) for one in own if one.item]


def _counts(week: Snapshot) -> Iterator[tuple[str, ...]]:
    """How many entries of each type changed how; no line for what did not happen."""
    types = {one.id: one.type for one in week.entries}
    counted = Counter((one.kind, types.get(one.item, "issue")) for one in week.changes)
    for kind in sorted({kind for kind, _ in counted}):
        yield kind.replace("_", " "), *(f"{counted[kind, type_]:,}" for type_ in _TYPES)


_TYPES = ("issue", "risk", "assumption", "dependency")


def _changes(week: Snapshot) -> Iterator[tuple[str, ...]]:
    """Changes of what is grave: critical and significant issues, risks and dependencies. The latest first."""
    entries = {one.id: one for one in week.entries}
    for one in reversed(week.changes):
        entry = entries.get(one.item)
        if entry and (entry.severity in _GRAVE or entry.type in ("risk", "dependency")):
            yield (
                one.item, entry.severity, one.kind.replace("_", " "), one.after.replace("_", " "),
                week.people.get(one.by, one.by), _short(entry.title),
            )  # fmt: skip


def _standing(week: Snapshot) -> Iterator[tuple[str, int, Sequence[str]]]:
    """Numbers of their own: what is waived, overdue, in trouble outside of the product."""
    defects = week.figures.defects
    yield "waived defects", len(defects.waived), defects.waived[:MOST_ROWS]
    yield "overdue defects", len(defects.overdue), defects.overdue[:MOST_ROWS]
    yield "pods in trouble (no figure counts them)", len(defects.environments), defects.environments[:MOST_ROWS]


def _late(week: Snapshot) -> Iterator[str]:
    """What the figures above leave out, or tell later."""
    for name in SHOWN_CLASSES:
        one = week.figures.classes[name]
        if one.late or one.excluded:
            yield f"{one.name}: {one.late:,} units accepted late, {one.excluded:,} in no rate (refused as duplicates)"
    for again in week.restated:
        name = week.figures.classes[again.evidence_class].name if again.evidence_class in SHOWN_CLASSES else ""
        yield (
            f"restated: {again.week}, {name or again.evidence_class}: {again.units:+,} first attempts, "
            f"{again.accepted:+,} accepted, known since that week was closed; its figures stay"
        )


# what was not checked


def _covered(week: Snapshot) -> tuple[int, int]:
    """Rules that ran, and all rules of what was delivered; a rule of two contract versions is one."""
    ran: dict[tuple[str, str, str], bool] = defaultdict(bool)
    for one in week.rules:
        ran[one.interface, one.contract, one.rule] |= one.ran
    return sum(ran.values()), len(ran)


def _unchecked(week: Snapshot) -> Iterator[tuple[str, ...]]:
    """By interface and reason: how many rules of deliveries never ran, and which one first."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    reasons: dict[tuple[str, str], str] = {}
    for one in week.rules:
        if not one.ran:
            status = next(name for name in (*_STATUS_WORDS, *one.statuses) if name in one.statuses)
            groups[one.interface, status].append(one.rule)
            reasons.setdefault((one.interface, status), one.reasons.get(status, ""))
    for (interface, status), rules in groups.items():
        names = ", ".join(rules[:3]) + (f" and {len(rules) - 3:,} more" if len(rules) > 3 else "")
        words = _STATUS_WORDS.get(status, status)
        yield interface, words, f"{len(rules):,}", names, reasons[interface, status]


def _silent(week: Snapshot) -> list[tuple[str, ...]]:
    """Interfaces in scope without a first attempt in the week, and why those have no contract in force."""
    rows = {row.id: row for row in week.register}
    why = {one.interface.id: one.why for one in week.standings}
    return [(id_, rows[id_].name, rows[id_].criticality, rows[id_].owner, why.get(id_, "")) for id_ in week.no_evidence]


def _short(title: str) -> str:
    line = " ".join(title.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
