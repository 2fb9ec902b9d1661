"""``harness raid export`` and ``import``: a file goes out, people edit it, and it comes back."""

from __future__ import annotations

import csv
import errno
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

Call = Callable[..., int]


@pytest.fixture
def raid(harness: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """``harness raid`` in a workspace that holds one issue, RAID-0001, worked by the PMO."""
    monkeypatch.setenv("HARNESS_BY", "pmo")
    (tmp_path / "ws").mkdir()
    (tmp_path / "ws" / "harness.toml").write_text('profile = "nc_district"\n')
    assert harness("raid", "add", "issue", "Seen", "--set", "severity=minor", "--workspace", "ws", "--quiet") == 0
    return lambda *words: harness("raid", *words, "--workspace", "ws")


@pytest.fixture
def told(raid: Call, tmp_path: Path) -> Callable[..., Any]:
    """Exit code and JSON of a command."""

    def call(*words: str) -> tuple[int, Any]:
        code = raid(*words, "--quiet", "--json", str(tmp_path / "told.json"))
        return code, json.loads((tmp_path / "told.json").read_text())

    return call


def fill(path: Path, sheet: str, row: int, **texts: str) -> None:
    book = load_workbook(path)
    names = [cell.value for cell in book[sheet][1]]
    for name, text in texts.items():
        book[sheet].cell(row, names.index(name) + 1, text)
    book.save(path)


def test_a_workbook_goes_out_is_edited_and_comes_back(
    raid: Call, told: Callable[..., Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "raid.xlsx"
    code, out = told("export", "raid.xlsx")
    assert (code, out["rows"]["issue"], out["rows"]["waiver"]) == (0, 1, 0)
    fill(path, "Issues", 2, status="in_progress", owner="gl-team")
    fill(path, "Risks", 2, title="Bank answers late", probability="4", impact="5")
    code, dry = told("import", "raid.xlsx", "--dry-run")
    assert (code, dry["dry_run"], dry["added"]) == (0, True, ["RAID-0002"])
    capsys.readouterr()
    assert raid("import", "raid.xlsx", "--no-color") == 0
    printed = capsys.readouterr().out
    assert "RAID-0002 is new" in printed
    assert "1 new, 2 cells changed, 0 requests, 0 conflicts, 0 refused" in printed
    assert raid("import", "raid.xlsx", "--no-color") == 0
    assert "0 new, 0 cells changed" in capsys.readouterr().out


def test_what_was_not_taken_ends_with_2_and_is_told_with_what_was(
    raid: Call, told: Callable[..., Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told("export", "raid.xlsx")
    fill(tmp_path / "raid.xlsx", "Issues", 2, status="verified", owner="gl-team", workaround="=1+1", epic="Pay")
    assert raid("edit", "RAID-0001", "--set", "epic=Cash", "--quiet") == 0
    capsys.readouterr()
    assert raid("import", "raid.xlsx", "--no-color") == 2
    printed = capsys.readouterr().out
    assert "a file cannot set the state 'verified'; use `harness raid verify`" in printed
    assert "RAID-0001 epic was '-', the log says 'Cash', the file 'Pay'" in printed
    assert "a formula is refused" in printed
    assert "0 new, 1 cells changed, 0 requests, 1 conflicts, 2 refused" in printed
    code, data = told("import", "raid.xlsx")
    assert (code, len(data["conflicts"]), len(data["refused"]), data["changed"]) == (2, 1, 2, [])


def test_csv_and_json_go_the_same_way(raid: Call, told: Callable[..., Any], tmp_path: Path) -> None:
    assert raid("export", "a.csv", "--type", "issue", "--quiet") == 0
    lines = list(csv.reader((tmp_path / "a.csv").read_text(encoding="utf-8-sig").splitlines()))
    lines[1][lines[0].index("owner")] = "gl-team"
    with (tmp_path / "a.csv").open("w", newline="") as file:
        csv.writer(file).writerows(lines)
    code, done = told("import", "a.csv")
    assert (code, [one["after"] for one in done["changed"]]) == (0, ["gl-team"])
    assert raid("export", "a.json", "--quiet") == 0
    text = (tmp_path / "a.json").read_text().replace('"owner": "gl-team"', '"owner": "pmo"')
    (tmp_path / "a.json").write_text(text)
    code, done = told("import", "a.json")
    assert (code, [one["after"] for one in done["changed"]]) == (0, ["pmo"])


def test_the_same_moment_gives_the_same_bytes(raid: Call, told: Callable[..., Any], tmp_path: Path) -> None:
    _, out = told("export", "a.xlsx")
    moment = out["mark"].split()[-1]
    for words in (("b.xlsx",), ("c.json",), ("d.json",), ("e.csv", "--type", "issue"), ("f.csv", "--type", "issue")):
        assert raid("export", *words, "--as-of", moment, "--quiet") == 0
    for one, other in (("a.xlsx", "b.xlsx"), ("c.json", "d.json"), ("e.csv", "f.csv")):
        assert (tmp_path / one).read_bytes() == (tmp_path / other).read_bytes()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("export", "a.xlsm"), ".xlsm is no format"),
        (("export", "a"), "no suffix is no format"),
        (("export", "a.csv"), "a .csv holds one type"),
        (("export", "a.csv", "--type", "wish"), "'wish' is no table"),
        (("export", "a.json", "--type", "risk"), "a .csv holds one type"),
        (("export", "there.json"), "the file is there already"),
        (("export", "no/such/folder/a.json"), "cannot be written"),
        (("import", "none.xlsx"), "no workbook"),
        (("import", "none.json"), "cannot be read"),
        (("import", "there.json"), "no export of the log"),
        (("import", "a.ods"), ".ods is no format"),
    ],
)
def test_what_cannot_be_read_or_written_is_said_without_a_traceback(
    raid: Call, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    (tmp_path / "there.json").write_text("{}")
    assert raid(*words) == 2
    assert said in capsys.readouterr().err
    assert (tmp_path / "there.json").read_text() == "{}"
    assert not (tmp_path / "a.csv").exists()


def test_the_report_of_a_command_never_replaces_the_file_itself(
    raid: Call, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert raid("export", "a.json", "--quiet") == 0
    before = (tmp_path / "a.json").read_bytes()
    assert raid("import", "a.json", "--json", str(tmp_path / "a.json")) == 2
    assert raid("export", "b.json", "--json", "./b.json") == 2
    assert "--json would replace b.json" in capsys.readouterr().err
    assert (tmp_path / "a.json").read_bytes() == before
    assert not (tmp_path / "b.json").exists()


def test_half_a_file_is_not_left_behind(raid: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.BytesIO):
        def write(self, _: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    opened = Path.open

    def full(path: Path, mode: str = "r", *more: Any, **named: Any) -> Any:
        file = opened(path, mode, *more, **named)
        if mode != "xb":
            return file
        file.close()
        return Full()

    monkeypatch.setattr(Path, "open", full)
    assert raid("export", "a.json") == 2
    assert not (tmp_path / "a.json").exists()


def test_other_commands_load_no_workbook() -> None:
    code = "import sys, harness.cli, raid_log, reports; sys.exit('openpyxl' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(("tracker", "column"), [("jira", "External ID"), ("servicenow", "correlation_id")])
def test_a_file_for_a_tracker_holds_what_has_not_ended(raid: Call, tmp_path: Path, tracker: str, column: str) -> None:
    assert raid("export", "tracker.csv", "--for", tracker) == 0
    heading, *rows = (tmp_path / "tracker.csv").read_text(encoding="utf-8").splitlines()
    assert column in heading
    assert any("RAID-0001" in row for row in rows)


@pytest.mark.parametrize("words", ["t.csv --for trello", "t.xlsx --for jira", "t.csv --for jira --type issue"])
def test_a_file_that_no_tracker_imports_is_refused(raid: Call, tmp_path: Path, words: str) -> None:
    assert raid("export", *words.split()) == 2
    assert not list(tmp_path.glob("t.*"))
