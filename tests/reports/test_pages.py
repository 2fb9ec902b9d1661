"""Pages: dates and words as people read them; text is escaped, whatever it holds."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError

from reports import pages
from reports.charts import Chart
from reports.pages import SIGNS, day, moment, sentence

NEW_YORK = "America/New_York"


def drawn(source: str, **values: object) -> str:
    return pages._environment().from_string(source).render(**values)


def test_dates_are_written_as_people_read_them() -> None:
    assert day(date(2026, 11, 26)) == day("2026-11-26") == "Thu 26 Nov 2026"
    assert day("soon") == "soon"
    assert moment(datetime(2026, 11, 26, 18, 5, tzinfo=UTC), NEW_YORK) == "Thu 26 Nov 2026, 13:05 EST"
    assert moment(datetime(2026, 7, 1, 3, 59, tzinfo=UTC), NEW_YORK) == "Tue 30 Jun 2026, 23:59 EDT"


@given(st.dates())
def test_every_day_of_the_calendar_can_be_written(value: date) -> None:
    assert str(value.year) in day(value)


def test_a_severity_is_told_by_a_word_and_a_sign_never_by_colour_alone() -> None:
    text = drawn('{% from "base.html" import severity %}{{ severity(word) }}', word="critical")
    assert text == f'<span class="critical">{SIGNS["critical"]} critical</span>'
    assert len(set(SIGNS.values())) == len(SIGNS)


def test_a_title_with_a_script_stays_a_title() -> None:
    rows = [["<script>alert('x')</script>", "=1+1"]]
    text = drawn('{% from "base.html" import table %}{{ table(["title", "n"], rows, right=["n"]) }}', rows=rows)
    assert "<script" not in text
    assert '<td class="n">=1+1</td>' in text


def test_a_figure_without_a_drawing_shows_its_numbers() -> None:
    chart = Chart("Open", "two weeks", ("week", "open"), (("W1", "3"),), "")
    text = drawn('{% from "base.html" import figure %}{{ figure(chart) }}', chart=chart)
    assert '<details class="screen" open>' in text
    assert '<td class="n">3</td>' in text


def test_a_value_that_a_page_was_not_given_is_an_error_and_no_blank() -> None:
    with pytest.raises(UndefinedError):
        drawn("{{ missing }}")


def test_a_sentence_begins_with_a_capital_letter() -> None:
    assert (sentence("acceptance rate"), sentence("")) == ("Acceptance rate", "")
