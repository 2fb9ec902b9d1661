"""``harness report``: pages are written where they are looked for, and say what the store says."""

from __future__ import annotations

import json
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
