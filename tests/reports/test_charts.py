"""Charts: inline drawings without script or foreign host, told in words, with the numbers behind them."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date, timedelta

import pytest
from defusedxml.ElementTree import fromstring

from reports import charts
from reports.charts import Chart, FlowPoint, RatePoint, bars, burn_down, goal_line, heat_map, rate_trend

MONDAY = date(2026, 9, 7)
WEEKS = [MONDAY + timedelta(weeks=at) for at in range(6)]
RATES = [RatePoint(f"W{at}", day, 95 + at / 2, 94 + at / 2, 96 + at / 2, 1_000) for at, day in enumerate(WEEKS)]
FLOWS = [FlowPoint(f"W{at}", day, 9 - at, 2, 3) for at, day in enumerate(WEEKS)]
NAMES = ("critical", "significant")
WORLD = {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}


def every() -> list[Chart]:
    return [
        rate_trend("acceptance rate", RATES, 99.5, [f"{one.rate:.2f} %" for one in RATES]),
        burn_down("critical", FLOWS),
        heat_map([("FIN-01 <b>", {"critical": 3}), ("HR-01", {"significant": 12})], NAMES),
        bars("Causes", "units", [("GL-100 & more", 1_200), ("AP-020", 3)], whole=1_203),
        goal_line("Goal", "%", [(MONDAY, 0.0), (WEEKS[-1], 99.5)], [(MONDAY, 95.0)], [("W0", "0", "95.00 %")]),
    ]


@pytest.mark.parametrize("chart", every(), ids=lambda one: one.title)
def test_a_drawing_has_a_title_a_description_and_no_foreign_host(chart: Chart) -> None:
    root = fromstring(chart.svg)
    assert root.attrib["role"] == "img"
    assert [part.tag.rpartition("}")[2] for part in root][:2] == ["title", "desc"]
    assert (root[0].text, root[1].text) == (chart.title, chart.description)
    assert set(re.findall(r"https?://[^\"' )]+", chart.svg)) <= WORLD
    assert "<script" not in chart.svg


def test_drawings_of_a_page_share_no_id() -> None:
    ids = [name for chart in every() for name in re.findall(r'\bid="([^"]+)"', chart.svg)]
    assert len(ids) == len(set(ids))


def test_the_same_numbers_give_the_same_bytes_in_another_process() -> None:
    program = (
        "from datetime import date; from reports.charts import FlowPoint, burn_down;"
        "print(burn_down('critical', [FlowPoint('W0', date(2026, 9, 7), 9, 2, 3)]).svg)"
    )
    here = burn_down("critical", [FlowPoint("W0", MONDAY, 9, 2, 3)]).svg
    there = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert there == f"{here}\n"


def test_the_numbers_stand_behind_a_drawing() -> None:
    trend, flow, heat, pareto, _ = every()
    assert trend.rows[0] == ("W0", "95.00 %", "94.00 to 96.00 %", "1,000")
    assert flow.rows[-1] == ("W5", "4", "2", "3")
    assert heat.rows == (("FIN-01 <b>", "3", "0"), ("HR-01", "0", "12"))
    assert pareto.rows == (("GL-100 & more", "1,200", "99 %"), ("AP-020", "3", "100 %"))


def test_words_of_a_payload_cannot_leave_their_place_in_a_drawing() -> None:
    chart = bars("<script>alert(1)</script>", "units", [("<img src=x onerror=alert(1)>", 1)])
    fromstring(chart.svg)
    assert "<script" not in chart.svg
    assert "<img" not in chart.svg


def test_nothing_to_draw_is_no_drawing_and_no_error() -> None:
    empty = [
        rate_trend("rate", [], 99.5, []), burn_down("critical", []), heat_map([], NAMES), bars("b", "units", []),
        bars("b", "units", [("none", 0)]), goal_line("g", "%", [], [], []),
    ]  # fmt: skip
    assert [one.svg for one in empty] == [""] * len(empty)


def test_without_the_extra_the_numbers_are_there_and_no_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "altair", None)
    assert "pip install" in charts.missing()
    chart = burn_down("critical", FLOWS)
    assert (chart.svg, len(chart.rows)) == ("", 6)
