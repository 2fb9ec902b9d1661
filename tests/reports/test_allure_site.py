"""The Allure report of a week: nothing from elsewhere, one line per week, skipped with a reason where it must be."""

from __future__ import annotations

import base64
import json
import re
import shutil
import stat
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from people import actor, district
from raid_runs import NOON, failing, run

from raid_log import Snapshot, Store, Waiver, Week, approve_waiver, ask_for_waiver, close_weeks, tell_week
from reports import allure_site
from reports.allure_site import Site, write_site
from reports.week_results import WeekTest, write_week_results

W47, W48 = Week(2026, 47), Week(2026, 48)
NEW = '[ "$1" = --version ] && echo v24.0.0'
MONDAY = datetime(2026, 11, 30, 8, tzinfo=UTC)


@pytest.fixture
def weeks(store: Store) -> list[Snapshot]:
    """Two weeks with a defect that is open in the first and waived in the second."""
    store.record(run("r1", failing(2, at=NOON - timedelta(weeks=1))), district())
    ask_for_waiver(store, actor("rita"), "RAID-0001", Waiver("late", "by hand", "list", "2026-12-05"))
    approve_waiver(store, actor("anna"), "RAID-0001")
    store.record(run("r2", failing(2, at=NOON, prefix="x")), district())
    close_weeks(store, district(), W48, at=MONDAY)
    return [tell_week(store, district(), week, as_of=MONDAY) for week in (W47, W48)]


def made(week: Snapshot, folder: Path, **where: Path) -> Site:
    shutil.rmtree(folder, ignore_errors=True)
    tests = write_week_results(week, {}, folder / "results")
    tools = where.pop("tools", folder.parent / "tools")
    return write_site(week, tests, folder / "results", folder / "allure", tools=tools, **where)


@pytest.fixture(scope="session")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The npm package, fetched once; what cannot be had skips."""
    folder = tmp_path_factory.mktemp("tools")
    try:
        allure_site._installed(allure_site.find_node(), folder)
    except allure_site._Skipped as reason:
        pytest.skip(str(reason))
    return folder


@pytest.mark.slow
def test_a_report_is_clean_has_one_line_per_week_and_the_same_bytes_again(
    weeks: list[Snapshot], tools: Path, tmp_path: Path
) -> None:
    history = tmp_path / "history.jsonl"
    first = tmp_path / "first"
    for week in (weeks[1], weeks[0], weeks[1], weeks[1]):  # also out of order, and again
        site = made(week, tmp_path / "again", tools=tools, history=history)
        assert site.skipped == ""
        if not first.exists() and week is weeks[1] and len(history.read_text().splitlines()) == 2:
            shutil.copytree(tmp_path / "again", first)
    lines = [json.loads(line) for line in history.read_text(encoding="utf-8").splitlines()]
    assert [one["name"] for one in lines] == ["2026-W47", "2026-W48"]
    assert [one["timestamp"] for one in lines] == [int(week.as_of.timestamp() * 1000) for week in weeks]
    assert lines[1]["metrics"]["defects.waived"] == 1
    pages = sorted((tmp_path / "again").rglob("*.html"))
    assert {page.parent.name for page in pages} == {"allure", "awesome", "dashboard"}
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"googletagmanager|google-analytics|gtag\(", text)
        assert not re.search(r"<(?:script|link|img|iframe)\b[^>]*(?:src|href)=[\"']?(?:https?:)?//", text)
    a, b = (
        {str(one.relative_to(root)): one.read_bytes() for one in sorted(root.rglob("*")) if one.is_file()}
        for root in (first, tmp_path / "again")
    )
    assert a == b
    page = (tmp_path / "again" / "allure" / "awesome" / "index.html").read_text(encoding="utf-8")
    scripts = [base64.b64decode(found[2]).decode() for found in allure_site._SCRIPT.finditer(page)]
    assert sum(one.count(allure_site._OUR_LINK) for one in scripts) == 2  # what tests the address of a link
    table = (tmp_path / "again" / "allure" / "csv" / "tests.csv").read_text(encoding="utf-8")
    assert "GL-100 Journals balance" in table
    assert "RAID-0001" in table


@pytest.mark.slow
def test_a_report_that_is_no_publish_leaves_no_line(weeks: list[Snapshot], tools: Path, tmp_path: Path) -> None:
    assert made(weeks[1], tmp_path / "r", tools=tools).skipped == ""
    assert list(tmp_path.glob("*.jsonl")) == []


@pytest.mark.slow
def test_a_report_that_would_be_too_large_for_one_file_is_a_folder_that_says_how_to_open_it(
    weeks: list[Snapshot], tools: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(allure_site, "SINGLE_FILE_BYTES", 1_000_000)
    site = made(weeks[1], tmp_path / "r", tools=tools)
    assert (site.skipped, site.single_file) == ("", False)
    assert "python -m http.server" in (tmp_path / "r" / "allure" / "HOW-TO-OPEN.txt").read_text()


def test_open_defects_are_issues_and_waived_ones_accepted_with_their_end(weeks: list[Snapshot], tmp_path: Path) -> None:
    rules = []
    for week in weeks:
        tests = write_week_results(week, {}, tmp_path / week.week)
        rules += allure_site._resolutions(week, tests)["rules"]
    assert [one["resolution"] for one in rules] == ["issue", "accepted"]
    assert rules[0]["issue"] == {"id": "RAID-0001", "type": "raid"}
    assert rules[1]["comment"] == "RAID-0001: waived until 2026-12-05 by Anna"


def test_without_node_the_step_is_skipped_and_nothing_is_left(
    weeks: list[Snapshot], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(allure_site.importlib.util, "find_spec", lambda _: None)
    monkeypatch.setenv("PATH", "")
    site = made(weeks[1], tmp_path / "r", history=tmp_path / "history.jsonl")
    assert site.skipped == "Node is not there: pip install 'fusion-interface-harness[allure]'"
    assert not (tmp_path / "r" / "allure").exists()
    assert not (tmp_path / "history.jsonl").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")
@pytest.mark.parametrize(
    ("node", "reason"),
    [
        ("echo v20.1.0", "Node is v20.1.0, 22 is needed"),
        (f"{NEW} || {{ echo 'npm error network' >&2; exit 1; }}", "npm cannot fetch Allure: npm error network"),
        (f"{NEW} || mkdir node_modules", "Allure made no report: it does not say why"),
    ],
)  # fmt: skip
def test_what_is_in_the_way_is_told_and_the_history_stays_as_it_was(
    weeks: list[Snapshot], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, node: str, reason: str
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("node", "npm"):
        (programs / name).write_text(f"#!/bin/sh\n{node}\n")
        (programs / name).chmod(stat.S_IRWXU)
    monkeypatch.setattr(allure_site.importlib.util, "find_spec", lambda _: None)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    history = tmp_path / "history.jsonl"
    history.write_text('{"name": "2026-W40"}\n')
    assert reason in made(weeks[1], tmp_path / "r", history=history).skipped
    assert history.read_text() == '{"name": "2026-W40"}\n'
    assert [one.name for one in (tmp_path / "r").iterdir()] == ["results"]


def test_lines_that_are_none_are_left_out_of_the_history(tmp_path: Path) -> None:
    history = tmp_path / "history.jsonl"
    history.write_text('{"name": "2026-W48"}\nhalf a li\n[]\n{"name": "2026-W47"}\n')
    allure_site._keep(history, "2026-W48", '{"name": "2026-W48", "uuid": "new"}', tmp_path / "allure")
    assert history.read_text() == '{"name": "2026-W47"}\n{"name": "2026-W48", "uuid": "new"}\n'


def test_analytics_are_stripped_and_what_else_comes_from_elsewhere_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "index.html"
    own = '<script src="data:text/javascript;base64,AA=="></script>'
    theirs = (
        '<script async src="https://www.googletagmanager.com/gtag/js?id=G-1"></script>\n'
        "<script>\nwindow.dataLayer = []; function gtag(){}\ngtag('js');</script>"
    )
    page.write_text(f"<html>{own}{theirs}</html>")
    allure_site._cleaned(tmp_path)
    assert page.read_text() == f"<html>{own}</html>"
    page.write_text('<html><img src="//pictures.example/x.png"></html>')
    with pytest.raises(allure_site._Skipped, match="would load from elsewhere"):
        allure_site._cleaned(tmp_path)


def test_the_package_is_pinned_and_its_lock_file_names_no_host() -> None:
    lock = (allure_site.SHIPPED / "package-lock.json").read_text(encoding="utf-8")
    package = json.loads((allure_site.SHIPPED / "package.json").read_text(encoding="utf-8"))
    assert re.fullmatch(r"\d+\.\d+\.\d+", package["dependencies"]["allure"])
    assert "://" not in lock
    assert all("integrity" in one for name, one in json.loads(lock)["packages"].items() if name)


def test_a_case_is_known_to_allure_by_the_hash_of_its_id() -> None:
    one = WeekTest("FIN-01 GL-100 delivered", "x", "passed", "Finance", "f", "contract", "minor", "")
    assert one.case_id == WeekTest("FIN-01 GL-100 delivered", "y", "failed", "HR", "g", "load", "minor", "").case_id


def test_a_report_whose_line_cannot_be_kept_is_taken_back(tmp_path: Path) -> None:
    history, folder = tmp_path / "history.jsonl", tmp_path / "allure"
    history.mkdir()
    folder.mkdir()
    with pytest.raises(OSError):
        allure_site._keep(history, "2026-W48", "{}", folder)
    assert [one.name for one in tmp_path.iterdir()] == ["history.jsonl"]
