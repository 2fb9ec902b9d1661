"""``harness raid figures``: the week on one screen, strict about which week, and never silent about a lost issue."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import typer
from typer.testing import CliRunner, Result

from harness.commands.figures import figures, week_named
from harness.errors import UsageError
from raid_log import StoreError
from test_suites.payloads.sources import Records, spoil

app = typer.Typer(pretty_exceptions_enable=False)
app.command("figures")(figures)
Call = Callable[..., Result]
NEW_YORK = ZoneInfo("America/New_York")
SUNDAY = datetime(2027, 1, 3, 23, 59, tzinfo=NEW_YORK)  # of 2026-W53


@pytest.fixture
def told(
    harness: Callable[..., int], payload: Callable[..., Path], journals: Records, capsys: pytest.CaptureFixture[str]
) -> Call:
    """The command in a workspace in which a payload was checked, one journal of two broken."""
    spoil(journals, "gl", 1, ENTERED_DR="0.01")
    where = ("--workspace", "ws", "--profile", "nc_district", "--cycle", "SIT2")
    assert harness("run", payload(journals), "--no-deliver", "--quiet", *where) == 0
    capsys.readouterr()
    return lambda *words: CliRunner().invoke(app, [*words, "--workspace", "ws", "--no-color"])


def test_the_week_fits_a_screen_with_the_class_beside_each_figure(told: Call) -> None:
    done = told()
    assert done.exit_code == 0, done.output
    first, second, heading, *rows = done.output.splitlines()
    sunday = date.fromisocalendar(*datetime.now(UTC).astimezone(NEW_YORK).date().isocalendar()[:2], 7)
    assert first.endswith(f"{sunday.day} {sunday:%b %Y}), to date")
    assert "never added up" in second
    assert heading.split() == ["evidence", "class", "acceptance", "simulated", "conformance"]
    rate = next(row for row in rows if row.startswith("first-pass rate"))
    assert " ".join(rate.split()) == "first-pass rate no evidence no evidence 50.00 % NOT MET"
    assert max(map(len, done.output.splitlines())) <= 100
    check = next(row for row in rows if row.startswith("check"))
    assert check.split() == ["check", *["holds"] * 5]


def test_the_json_holds_every_figure_as_counts_and_text(told: Call) -> None:
    data = json.loads(told("--json", "-", "--cycle", "SIT2").output)
    assert data["classes"]["conformance"]["first_pass"] | {"lower_bound": "", "effective_units": ""} == {
        "submitted": 2, "accepted": 1, "text": "50.00 %", "verdict": "NOT MET", "lower_bound": "", "target": "99.5",
        "submissions": 1, "effective_units": "",
    }  # fmt: skip
    assert data["window"] == "cycle SIT2"
    assert data["to_date"] is True
    assert data["flow"]["all"]["counts"]["opened"] == data["flow"]["all"]["open_at_end"] > 0
    assert {one["evidence_class"] for one in data["classes"].values()} == set(data["classes"])


def test_an_unknown_cycle_is_refused(told: Call) -> None:
    assert isinstance(told("--cycle", "SIT9").exception, StoreError)


def test_a_week_before_the_first_run_has_no_evidence_and_holds(told: Call) -> None:
    done = told("--week", "2025-W02")
    assert (done.exit_code, done.output.splitlines()[0]) == (0, "2025-W02 (week ending Sun 12 Jan 2025)")
    assert "no evidence" in done.output


def test_a_flow_that_does_not_hold_ends_with_2_and_says_what_to_do(told: Call, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "ws" / "store.db") as database:
        event = "SELECT MIN(number) FROM event WHERE kind = 'opened'"
        database.execute(f"UPDATE event SET kind = 'triaged' WHERE number = ({event})")
    database.close()
    done = told()
    assert isinstance(done.exception, UsageError)
    assert "does not hold (all" in done.exception.what
    assert "verify-log" in done.exception.todo
    assert "open +1" in done.output


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-W54", "2026 has no week 54"),
        ("2027-W53", "2027 has no week 53"),
        ("2026-W00", "2026 has no week 0"),
        ("0000-W01", "0 has no week 1"),
        ("0001-W01", "before there was anything"),
        ("9999-W52", "has not begun"),
        ("2027-W01", "has not begun"),
        ("2026-W1", "no week"),
        ("2026-w48", "no week"),
        ("2026W48", "no week"),
        (" 2026-W48", "no week"),
        ("2026-W48\n", "no week"),
        ("٢٠٢٦-W48", "no week"),
        ("48", "no week"),
    ],
)
def test_a_week_that_is_none_or_has_not_begun_is_refused(text: str, said: str) -> None:
    with pytest.raises(UsageError) as error:
        week_named(text, SUNDAY, NEW_YORK)
    assert said in error.value.what
    assert error.value.where == "--week"


def test_the_53rd_week_of_2026_is_named_by_its_sunday() -> None:
    window = week_named("2026-W53", SUNDAY, NEW_YORK).window(NEW_YORK)
    assert window.label == "2026-W53 (week ending Sun 3 Jan 2027)"
    assert window.holds(SUNDAY)
    assert week_named("2027-W01", SUNDAY + timedelta(minutes=1), NEW_YORK).window(NEW_YORK).start == window.end
