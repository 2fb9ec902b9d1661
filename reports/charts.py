"""Charts as inline SVG: no script, no foreign host, a title and a description, and the numbers behind each.

Drawn by Altair and vl-convert, the extra ``reports``. Without it a page shows the numbers alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    import altair as alt

INK, MUTED, LINE, BLUE, BAND, AMBER, GREEN = "#1c2128", "#57606a", "#d0d7de", "#0b5cad", "#cfe2f5", "#9a4f00", "#1f7a46"
"""Colours of the drawings; the style sheet gives each another one in the dark."""
SHADES = ("#e8eef5", "#b9d3ec", "#7fb0dd", "#3f86c4", "#0b5cad")
"""From few to many."""
_WIDTH, _HEIGHT = 360, 190  # so that the letters can still be read on a screen of 360 pixels
_CONFIG: Mapping[str, Any] = {
    "background": "transparent",
    "font": "sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "labelColor": MUTED, "titleColor": MUTED,
        "gridColor": LINE, "domainColor": LINE, "tickColor": LINE, "labelLimit": 150,
    },
    "legend": {"labelFontSize": 12, "labelColor": INK, "title": None, "orient": "top", "symbolSize": 90},
}  # fmt: skip


@dataclass(frozen=True)
class Chart:
    """A picture with its title, its words for those who cannot see it, and its numbers."""

    title: str
    description: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    svg: str  # blank where the extra is not installed, or nothing can be drawn


def missing() -> str:
    """Return why no chart can be drawn, blank where one can."""
    try:
        import altair  # noqa: F401
        import vl_convert  # noqa: F401
    except ImportError as error:
        return f"{error.name or 'the chart library'} is not installed: pip install 'fusion-interface-harness[reports]'"
    return ""


@dataclass(frozen=True)
class RatePoint:
    """A rate of one week with its band, all in per cent; ``units`` behind it."""

    week: str
    day: date
    rate: float
    low: float
    high: float
    units: int


def rate_trend(name: str, points: Sequence[RatePoint], target: float, texts: Sequence[str]) -> Chart:
    """Return the line of a rate over the weeks, with its band and the target; ``texts`` are the rates as printed."""
    columns = ("week", "rate", "band", "units")
    rows = tuple(
        (one.week, text, f"{one.low:.2f} to {one.high:.2f} %", f"{one.units:,}")
        for one, text in zip(points, texts, strict=True)
    )
    title = f"{name[0].upper()}{name[1:]} by week"
    last = f" The last one is {texts[-1]}." if texts else ""
    description = f"{len(points)} weeks; the target of {target:g} % is a dashed line.{last}"

    def draw() -> Any:
        import altair as alt

        values = [{**vars(one), "day": one.day.isoformat()} for one in points]
        base = _of(values)
        day = alt.X("day:T", title=None, axis=alt.Axis(format="%-d %b", tickCount=4, labelOverlap=True))
        least = min([*(one.low for one in points), target])
        scale = alt.Scale(domain=[max(0.0, least - (100 - least) * 0.1), 100], nice=False, clamp=True)
        ends = {"x": day, "y": alt.Y("low:Q", scale=scale), "y2": "high:Q"}
        band = base.mark_area(color=BAND, opacity=1).encode(**ends)
        reach = base.mark_rule(color=BAND, strokeWidth=5).encode(**ends)  # a week with no neighbour has no area
        line = base.mark_line(color=BLUE, strokeWidth=2).encode(x=day, y=alt.Y("rate:Q", title="%", scale=scale))
        dots = base.mark_point(color=BLUE, filled=True, size=36, opacity=1).encode(
            x=day, y=alt.Y("rate:Q", scale=scale)
        )
        aim = _of([{"target": target}])
        rule = aim.mark_rule(color=INK, strokeDash=[5, 4]).encode(y=alt.Y("target:Q", scale=scale))
        return alt.layer(band, reach, rule, line, dots).properties(width=_WIDTH, height=_HEIGHT)

    return _chart(title, description, columns, rows, draw if points else None)


@dataclass(frozen=True)
class FlowPoint:
    """Open defects at the end of a week, and what came and went in it."""

    week: str
    day: date
    open: int
    came: int
    went: int


def burn_down(severity: str, points: Sequence[FlowPoint]) -> Chart:
    """Return the open defects of a severity over the weeks, arrivals above and closures below the line of nought."""
    columns = ("week", "open at the end", "came", "went")
    rows = tuple((one.week, f"{one.open:,}", f"{one.came:,}", f"{one.went:,}") for one in points)
    last = f" At the end {points[-1].open} are open." if points else ""
    description = f"{len(points)} weeks: open defects as a line, arrivals as bars upwards, closures downwards.{last}"

    def draw() -> Any:
        import altair as alt

        day = alt.X("day:T", title=None, axis=alt.Axis(format="%-d %b", tickCount=4, labelOverlap=True))
        moves = [
            {"day": one.day.isoformat(), "count": count, "what": what}
            for one in points
            for what, count in (("came", one.came), ("went", -one.went))
        ]
        colour = alt.Color("what:N", scale=alt.Scale(domain=["open", "came", "went"], range=[INK, AMBER, GREEN]))
        width = max(2, min(14, _WIDTH // (2 * max(1, len(points)))))
        level = alt.Y("count:Q", title="defects", stack=None)
        bars = _of(moves).mark_bar(size=width).encode(x=day, y=level, color=colour)
        stand = [{"day": one.day.isoformat(), "open": one.open, "what": "open"} for one in points]
        line = _of(stand).mark_line(strokeWidth=2, point=True).encode(x=day, y="open:Q", color=colour)
        return alt.layer(bars, line).properties(width=_WIDTH, height=_HEIGHT)

    return _chart(f"Open {severity} defects", description, columns, rows, draw if points else None)


def heat_map(rows_: Sequence[tuple[str, Mapping[str, int]]], severities: Sequence[str]) -> Chart:
    """Return open defects by interface and severity; each cell has its number."""
    rows = tuple((name, *(str(counts.get(one, 0)) for one in severities)) for name, counts in rows_)
    description = f"{len(rows)} interfaces by {len(severities)} severities; the number stands in each cell."

    def draw() -> Any:
        import altair as alt

        cells = [
            {"interface": name, "severity": one, "count": counts.get(one, 0), "text": str(counts.get(one) or "")}
            for name, counts in rows_
            for one in severities
        ]
        most = max(count for _, counts in rows_ for count in counts.values())
        base = _of(cells).encode(
            x=alt.X("severity:N", sort=list(severities), title=None, axis=alt.Axis(orient="top", labelAngle=0)),
            y=alt.Y("interface:N", sort=[name for name, _ in rows_], title=None),
        )
        scale = alt.Scale(type="quantize", domain=[0, max(1, most)], range=list(SHADES))
        boxes = base.mark_rect(stroke="#ffffff").encode(color=alt.Color("count:Q", scale=scale, legend=None))
        dark = alt.datum.count > most * 0.6
        words = base.mark_text(fontSize=12).encode(
            text="text:N", color=alt.condition(dark, alt.value("#ffffff"), alt.value("#10151a"))
        )
        return alt.layer(boxes, words).properties(width=270, height=max(60, 22 * len(rows)))

    title = "Open defects by interface and severity"
    return _chart(title, description, ("interface", *severities), rows, draw if rows else None)


def bars(
    title: str, unit: str, counts: Sequence[tuple[str, int]], *, whole: int = 0, words: Sequence[str] = ()
) -> Chart:
    """Return horizontal bars in the order given. ``whole`` adds the running share of it to the numbers (Pareto).

    ``words`` are longer names of the bars, for the numbers.
    """
    running, rows = 0, []
    for name, (_, count) in zip(words or [name for name, _ in counts], counts, strict=True):
        running += count
        rows.append((name, f"{count:,}", *([f"{100 * running // whole} %"] if whole else [])))
    columns = ("", unit, *(["running share"] if whole else []))
    rest = f" Others have {whole - running:,}." if whole > running else ""
    description = f"{len(counts)} bars, {running:,} {unit} in all.{rest}"

    def draw() -> Any:
        import altair as alt

        values = [{"name": name, "count": count} for name, count in counts]
        base = _of(values).encode(
            x=alt.X("count:Q", title=unit, axis=alt.Axis(tickMinStep=1)),
            y=alt.Y("name:N", sort=[name for name, _ in counts], title=None),
        )
        words = base.mark_text(align="left", dx=4, fontSize=12, color=INK).encode(text=alt.Text("count:Q", format=","))
        return alt.layer(base.mark_bar(color=BLUE), words).properties(width=230, height=max(40, 24 * len(values)))

    return _chart(title, description, columns, tuple(rows), draw if running else None)


def goal_line(
    title: str,
    unit: str,
    path: Sequence[tuple[date, float]],
    seen: Sequence[tuple[date, float]],
    rows: Sequence[tuple[str, ...]],
) -> Chart:
    """Return a goal: its line from start to target dashed, and where the programme stood week by week."""
    description = f"The dashed line goes from start to target; {len(seen)} weeks are drawn beside it."

    def draw() -> Any:
        import altair as alt

        day = alt.X("day:T", title=None, axis=alt.Axis(format="%-d %b", tickCount=4, labelOverlap=True))
        level = alt.Y("value:Q", title=unit)
        wanted = [{"day": one.isoformat(), "value": value} for one, value in path]
        layers = [_of(wanted).mark_line(color=INK, strokeDash=[5, 4]).encode(x=day, y=level)]
        if seen:
            known = [{"day": one.isoformat(), "value": value} for one, value in seen]
            base = _of(known).encode(x=day, y=level)
            layers += [
                base.mark_line(color=BLUE, strokeWidth=2),
                base.mark_point(color=BLUE, filled=True, size=36, opacity=1),
            ]
        return alt.layer(*layers).properties(width=_WIDTH, height=150)

    return _chart(title, description, ("week", "line", "actual"), tuple(rows), draw if path or seen else None)


def _chart(
    title: str,
    description: str,
    columns: tuple[str, ...],
    rows: tuple[tuple[str, ...], ...],
    draw: Callable[[], Any] | None,
) -> Chart:
    if draw is None or missing():
        return Chart(title, description, columns, rows, "")
    specification = json.dumps(draw().configure(**_CONFIG).to_dict(), sort_keys=True)
    # told to those who hear a page
    head = f'<svg role="img" \\1><title>{escape(title)}</title><desc>{escape(description)}</desc>'
    return Chart(title, description, columns, rows, re.sub(r"<svg ([^>]*)>", head, _drawn(specification), count=1))


def _of(values: Sequence[Mapping[str, Any]]) -> alt.Chart:
    import altair as alt

    return alt.Chart(alt.Data(values=list(values)))  # type: ignore[no-untyped-call]


@cache
def _drawn(specification: str) -> str:
    import vl_convert

    return vl_convert.vegalite_to_svg(specification)
