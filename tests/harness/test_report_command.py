"""``harness report``: pages are written where they are looked for, and say what the store says."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from test_suites.payloads.sources import Records, spoil

WHERE = ("--workspace", "ws", "--profile", "nc_district")


@pytest.fixture
def workspace(
    harness: Callable[..., int], payload: Callable[..., Path], journals: Records, capsys: pytest.CaptureFixture[str]
) -> Path:
    """One in which a payload was checked, one journal of two broken."""
    spoil(journals, "gl", 1, ENTERED_DR="0.01")
    assert harness("run", payload(journals), "--no-deliver", "--quiet", *WHERE) == 0
    capsys.readouterr()
    return Path("ws")


def test_the_readiness_page_is_written_into_the_workspace_and_says_what_ready_says(
    harness: Callable[..., int], workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert harness("report", "readiness", *WHERE) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"NO-GO: {Path('ws/out/readiness.html')}")
    assert (workspace / "out" / "readiness.pdf").is_file() is not ("skipped: the PDF" in out)
    page = (workspace / "out" / "readiness.html").read_text(encoding="utf-8")
    assert "NO-GO</span>" in page
    assert "G4 Open critical defects" in page


def test_the_same_store_and_moment_give_the_same_bytes(harness: Callable[..., int], workspace: Path) -> None:
    moment = ("--as-of", "2026-11-20T09:00:00-05:00")
    pages = []
    for name in ("a.html", "b.html"):
        assert harness("report", "readiness", "--out", name, *moment, *WHERE, "--quiet") == 0
        pages.append(Path(name).read_bytes())
    assert pages[0] == pages[1]
    assert b"NO EVIDENCE</span>" in pages[0]  # nothing was recorded by then


def test_json_tells_verdict_and_file(
    harness: Callable[..., int], workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert harness("report", "readiness", *WHERE, "--out", "deep/down/page.html", "--json", "-") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["verdict"], told["files"][0]) == ("NO-GO", str(Path("deep/down/page.html")))
    assert all(Path(file).is_file() for file in told["files"])


def test_a_page_that_cannot_be_written_is_refused_in_words(
    harness: Callable[..., int], workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("taken").write_text("a file")
    assert harness("report", "readiness", *WHERE, "--out", "taken/page.html") == 2
    assert "error: the page cannot be written" in capsys.readouterr().err


def test_the_raid_log_is_written_as_one_page_of_any_past_moment(
    harness: Callable[..., int], workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert harness("report", "raid", *WHERE) == 0
    assert re.search(r"^\d+ entries: ", capsys.readouterr().out)
    assert 'id="RAID-0001"' in (workspace / "out" / "raid.html").read_text(encoding="utf-8")
    assert harness("report", "raid", *WHERE, "--as-of", "2026-11-20T09:00:00-05:00", "--out", "then.html") == 0
    assert "The RAID log has no entry." in Path("then.html").read_text(encoding="utf-8")


def test_the_catalogue_is_a_folder_of_pages_with_the_versions_that_were_delivered(
    harness: Callable[..., int], workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert harness("report", "catalogue", *WHERE, "--json", "-") == 0
    told = json.loads(capsys.readouterr().out)
    folder = workspace / "out" / "catalogue"
    assert {one.name for one in folder.iterdir()} == {"index.html", *(f"{id_}.html" for id_ in told["contracts"])}
    assert told["unread"] == []
    page = (folder / "finance.gl_journals.html").read_text(encoding="utf-8")
    assert "No delivery under this contract is recorded." not in page


def test_a_contract_that_cannot_be_read_is_told_and_the_others_appear(
    harness: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("mine/contracts/finance").mkdir(parents=True)
    Path("mine/profile.toml").write_text('name = "mine"\ntitle = "Mine"\ntime_zone = "America/New_York"\n')
    Path("mine/contracts/finance/torn.yaml").write_text("contract: finance.torn\nversion: [\n")
    assert harness("report", "catalogue", "--profile", "mine", "--out", "pages") == 0
    assert "cannot be read: finance.torn: " in capsys.readouterr().out
    assert "finance.torn" in Path("pages/index.html").read_text(encoding="utf-8")
    assert Path("pages/hr.workers.html").is_file()
