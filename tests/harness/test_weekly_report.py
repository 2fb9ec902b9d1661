"""``harness report weekly``: one folder that holds everything, the same bytes for the same store and week."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from harness.commands.report import week_to_report
from harness.weekly_report import KNOWN, PARTS
from harness.workspace import find_workspace
from raid_log import Week, open_store
from reports import allure_site
from test_suites.payloads.sources import Records, spoil

WHERE = ("--workspace", "ws", "--profile", "nc_district")
NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def no_node(monkeypatch: pytest.MonkeyPatch) -> None:
    """Allure takes seconds, and a network the first time: it has its own tests."""

    def missing() -> list[str]:
        raise allure_site._Skipped("Node is not there")

    monkeypatch.setattr(allure_site, "find_node", missing)


@pytest.fixture
def workspace(
    harness: Callable[..., int], payload: Callable[..., Path], journals: Records, capsys: pytest.CaptureFixture[str]
) -> Path:
    """One in which a payload was checked, one journal of two broken."""
    spoil(journals, "gl", 1, ENTERED_DR="0.01")
    assert harness("run", payload(journals), "--no-deliver", "--quiet", *WHERE) == 0
    capsys.readouterr()
    return Path("ws")


def this_week() -> Week:
    zone = find_workspace(Path("ws"), "nc_district").profile.time_zone
    return Week.of(datetime.now(UTC).astimezone(zone).date())


def files(folder: Path) -> dict[str, bytes]:
    return {str(one.relative_to(folder)): one.read_bytes() for one in sorted(folder.rglob("*")) if one.is_file()}


def test_the_report_of_the_week_is_written_into_the_workspace_and_is_one_folder(
    harness: Callable[..., int], workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert harness("report", "weekly", *WHERE) == 0
    out = capsys.readouterr().out
    folder = workspace / "out" / "weekly" / this_week().name
    assert out.startswith(f"{this_week().label}, to date: NO-GO\n")
    assert f"open {folder / 'index.html'}" in out
    skipped = set(re.findall(r"skipped: (\S+):", out))
    assert "allure" in skipped
    assert {one.name for one in folder.iterdir()} == KNOWN - skipped
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert all(f'<a href="{name}">' in page for name in PARTS if name != "index.html" and (folder / name).exists())
    assert "raid.html#RAID-" in page
    assert 'id="RAID-0001"' in (folder / "raid.html").read_text(encoding="utf-8")
    book = openpyxl.load_workbook(io.BytesIO((folder / "raid.xlsx").read_bytes()))
    assert "Issues" in book.sheetnames
    assert [one for one in (workspace / "out" / "weekly").iterdir() if one.name.startswith(".2")] == []


def test_an_empty_store_gives_a_page_that_says_no_evidence(harness: Callable[..., int]) -> None:
    Path("ws").mkdir()
    Path("ws/harness.toml").write_text('profile = "nc_district"\n')
    assert harness("report", "weekly", "--out", "week", *WHERE, "--quiet") == 0
    assert "No evidence: nothing was delivered in this week." in Path("week/index.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_closed_week_gives_the_same_bytes_whatever_is_recorded_later(
    harness: Callable[..., int], workspace: Path, payload: Callable[..., Path], journals: Records
) -> None:
    week = ("--week", this_week().before.name)
    assert harness("report", "weekly", *week, "--out", "a", *WHERE, "--quiet") == 0
    assert harness("raid", "add", "risk", "Late lists", "--cause", "c", "--event", "e", "--effect", "f",
                   "--probability", "3", "--impact", "3", "--by", "pmo", *WHERE, "--quiet") in (0, 2)  # fmt: skip
    assert harness("run", payload(journals), "--no-deliver", "--quiet", *WHERE) == 0
    assert harness("report", "weekly", *week, "--out", "b", *WHERE, "--quiet") == 0
    assert files(Path("a")) == files(Path("b"))


@pytest.mark.parametrize(
    ("week", "what"),
    [
        ((datetime.now(UTC) + timedelta(days=15)).strftime("%G-W%V"), "has not begun"),
        ("2025-W53", "2025 has no week 53"),
        ("soon", "no week: soon"),
    ],
)
def test_a_week_that_cannot_be_told_is_refused_in_words(
    harness: Callable[..., int], workspace: Path, week: str, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert harness("report", "weekly", "--week", week, *WHERE) == 2
    assert what in capsys.readouterr().err
    assert not (workspace / "out").exists()


def test_a_folder_that_holds_something_else_is_never_replaced(
    harness: Callable[..., int], workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("mine").mkdir()
    Path("mine/thesis.txt").write_text("ten years")
    assert harness("report", "weekly", "--out", "mine", *WHERE) == 2
    assert "there is something else: thesis.txt" in capsys.readouterr().err
    assert Path("mine/thesis.txt").read_text() == "ten years"
    assert harness("report", "weekly", "--out", "mine/thesis.txt", *WHERE) == 2


@pytest.mark.slow
def test_a_report_is_replaced_by_the_next_one_of_its_week(
    harness: Callable[..., int], workspace: Path, payload: Callable[..., Path], journals: Records
) -> None:
    assert harness("report", "weekly", "--out", "week", *WHERE, "--quiet") == 0
    first = files(Path("week"))
    assert harness("run", payload(journals), "--no-deliver", "--quiet", *WHERE) == 0
    assert harness("report", "weekly", "--out", "week", *WHERE, "--quiet") == 0
    assert files(Path("week"))["index.html"] != first["index.html"]


def test_a_folder_that_cannot_be_written_is_refused_in_words(
    harness: Callable[..., int], workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("taken").write_text("a file")
    assert harness("report", "weekly", "--out", "taken/week", *WHERE) == 2
    assert "error: the report cannot be written" in capsys.readouterr().err


def test_json_tells_week_moment_and_parts(
    harness: Callable[..., int], workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert harness("report", "weekly", *WHERE, "--json", "-") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["week"], told["closed"]) == (this_week().name, False)
    assert {part["name"] for part in told["parts"]} == KNOWN
    assert all(part["bytes"] > 0 or part["skipped"] for part in told["parts"])


def test_without_a_week_the_last_that_is_over_is_told_if_the_store_knows_it(
    harness: Callable[..., int], workspace: Path
) -> None:
    found = find_workspace(Path("ws"), "nc_district")
    with open_store(found.store_url) as store:
        assert week_to_report(store, found.profile, datetime.now(UTC)) == this_week()
        later = datetime.now(UTC) + timedelta(weeks=1)
        assert week_to_report(store, found.profile, later) == this_week()
        assert week_to_report(store, found.profile, later + timedelta(weeks=1)) == this_week().before.__class__.of(
            (later.astimezone(found.profile.time_zone)).date()
        )


def test_the_evidence_can_be_written_by_itself_and_again(
    harness: Callable[..., int], workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        assert harness("report", "allure", *WHERE) == 0
        assert "skipped: allure: Node is not there" in capsys.readouterr().out
    folder = workspace / "out" / "allure" / this_week().name
    assert {one.name for one in folder.iterdir()} == {"raid.html", "results"}
    assert list((folder / "results").glob("*-result.json"))
    Path("mine").mkdir()
    Path("mine/x.txt").write_text("")
    assert harness("report", "allure", *WHERE, "--out", "mine") == 2


@pytest.mark.slow
def test_a_week_that_goes_on_gives_the_same_bytes_for_the_same_moment(
    harness: Callable[..., int], workspace: Path
) -> None:
    moment = ("--as-of", datetime.now(UTC).isoformat())
    for name in "ab":
        assert harness("report", "weekly", *moment, "--out", name, *WHERE, "--quiet") == 0
    assert files(Path("a")) == files(Path("b"))
