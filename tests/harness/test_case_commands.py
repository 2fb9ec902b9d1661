"""``harness case``: a payload becomes a case, and nobody changes what it expects without having seen the difference."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from harness import cases, failures, read_case
from test_suites.payloads.cases_workers import spoilt_hires
from test_suites.payloads.sources import Records, spoil

Call = Callable[..., int]
Build = Callable[..., Path]
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def ws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace of the example district."""
    monkeypatch.delenv("HARNESS_FAILURES", raising=False)
    folder = tmp_path / "ws"
    folder.mkdir()
    (folder / "harness.toml").write_text('profile = "nc_district"\n', encoding="utf-8")
    return folder


@pytest.fixture
def broken(payload: Build, journals: Records) -> Path:
    """A payload with one journal that does not balance."""
    spoil(journals, "gl", 1, ENTERED_DR="0.01")
    return payload(journals)


def test_a_payload_becomes_a_case_that_expects_what_is_found(
    harness: Call, ws: Path, broken: Path, capsys: Capture
) -> None:
    told = ("--why", "A journal lost a cent, or more.", "--defect", "RAID-0042", "--as-of", "2026-11-20")
    assert harness("case", "add", broken, *told, "--workspace", ws) == 0
    case = read_case(ws / "cases" / "finance.gl_journals" / "a_journal_lost_a_cent_or_more")
    assert case.payload.read_bytes() == broken.read_bytes()
    assert (case.why, case.defect, case.as_of) == (told[1], "RAID-0042", date(2026, 11, 20))
    assert (case.profile, case.release, case.approved) == ("nc_district", "26C", ())
    assert set(case.expected.findings) == {"GL-100"}
    assert list(case.expected.units.values()) == [(False, "refused"), (True, "accepted")]
    printed = capsys.readouterr().out
    assert "cases/finance.gl_journals/a_journal_lost_a_cent_or_more, release 26C" in printed
    assert "rule GL-100, gl: records 1-" in printed
    assert "does not conform, predicted refused" in printed
    assert "nobody's personal data" in printed


def test_a_case_is_never_overwritten(harness: Call, ws: Path, broken: Path, capsys: Capture) -> None:
    told = ("case", "add", broken, "--why", "Once.", "--workspace", ws)
    assert harness(*told) == 0
    assert harness(*told) == 2
    assert "there is a case of this name" in capsys.readouterr().err
    assert harness(*told, "--name", "twice") == 0
    assert harness(*told, "--name", "../out") == 2
    assert sorted(path.name for path in (ws / "cases" / "finance.gl_journals").iterdir()) == ["once", "twice"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "no payload is named"),
        (("nowhere.zip", "--why", "W."), "no such payload"),
        (("GlInterface.zip",), "a case says why"),
        (("GlInterface.zip", "--why", "W.", "--defect", "7"), "no id of the RAID log"),
        (("GlInterface.zip", "--why", "W.", "--as-of", "today"), "no date: today"),
        (("GlInterface.zip", "--why", "W.", "--contract", "finance.nothing"), "no contract finance.nothing"),
        (("GlInterface.zip", "--why", "…"), "no name of a case"),
        (("GlInterface.zip", "--from-failure"), "the failure says payload"),
        (("--from-failure",), "no failure was kept"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_kept(
    harness: Call, ws: Path, broken: Path, capsys: Capture, words: tuple[str, ...], message: str
) -> None:
    broken.rename(Path("GlInterface.zip"))
    assert harness("case", "add", *words, "--workspace", ws) == 2
    error = capsys.readouterr().err
    assert message in error
    assert "do: " in error
    assert not (ws / "cases").exists()


def test_without_a_workspace_there_is_a_hint_how_to_make_one(harness: Call, broken: Path, capsys: Capture) -> None:
    assert harness("case", "add", broken, "--why", "W.") == 2
    assert "`harness init FOLDER` makes one" in capsys.readouterr().err


def test_a_payload_that_cannot_be_read_is_a_case_too(harness: Call, ws: Path, capsys: Capture) -> None:
    Path("cut.zip").write_bytes(b"PK\x03\x04 cut off")
    told = ("case", "add", "cut.zip", "--why", "The transfer broke off.", "--workspace", ws)
    assert harness(*told) == 2
    assert "say --contract ID" in capsys.readouterr().err
    assert harness(*told, "--contract", "finance.gl_journals") == 0
    case = read_case(ws / "cases" / "finance.gl_journals" / "the_transfer_broke_off")
    assert case.expected.findings == {"package.unreadable": {"": []}}
    assert case.expected.units == {"cut.zip": (False, "refused")}


def test_a_payload_on_which_the_tool_fails_is_kept_and_expects_nothing(
    harness: Call, ws: Path, broken: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(cases, "check", lambda *_, **__: 1 / 0)
        assert harness("case", "add", broken, "--why", "It fails.", "--workspace", ws) == 0
    assert "the tool fails on this payload: ZeroDivisionError; the case fails until" in capsys.readouterr().out
    assert read_case(ws / "cases" / "finance.gl_journals" / "it_fails").expected.units == {}
    assert harness("regress", ws / "cases", "--workspace", ws) == 1
    assert harness("case", "approve", "it_fails", "--why", "Mended.", "--yes", "--workspace", ws) == 0
    assert harness("regress", ws / "cases", "--workspace", ws) == 0


def test_the_last_failure_of_the_property_suite_becomes_a_case(
    harness: Call, ws: Path, broken: Path, capsys: Capture
) -> None:
    facts = {"contract": "finance.gl_journals", "profile": "nc_district", "release": "25B", "seed": 7}
    said = {"property": "P1", "message": "078-05-1120 is found", "as_of": date(2026, 11, 20)}
    failures.save(ws / "out" / "failures", broken, **facts, **said, saved_at=datetime.now(UTC))  # type: ignore[arg-type]
    assert harness("case", "add", "--from-failure", "--workspace", ws) == 0
    case = read_case(ws / "cases" / "finance.gl_journals" / "property_p1_of_finance_gl_journals_failed_with_seed_7")
    assert (case.release, case.as_of) == ("25B", date(2026, 11, 20))
    assert harness("case", "add", "--from-failure", "--why", "Another reason.", "--workspace", ws) == 0
    assert "078-05-1120" not in capsys.readouterr().out
    assert "078-05-1120" not in (case.folder / "expected.yaml").read_text()


def test_personal_values_stand_neither_in_a_case_nor_in_a_difference(
    harness: Call, ws: Path, tmp_path: Path, capsys: Capture
) -> None:
    path = tmp_path / "Worker.zip"
    spoilt_hires("national_id", 1, NationalIdentifierNumber="000-12-3456", PrimaryFlag="N")(path)
    assert harness("case", "add", path, "--why", "W.", "--workspace", ws) == 0
    expected = ws / "cases" / "hr.workers" / "w" / "expected.yaml"
    text = expected.read_text()
    expected.write_text(text.replace("HRW-240", "HRW-241"))
    harness("case", "approve", "w", "--why", "W.", "--yes", "--workspace", ws)
    shown = capsys.readouterr().out + text + expected.read_text()
    assert "HRW-240" in shown
    assert [value for value in ("000-12-3456", "219-09-9999", "staff.210001", "Sample", "1990") if value in shown] == []


@pytest.fixture
def stale(harness: Call, ws: Path, broken: Path) -> Path:
    """A case that expects something else than is found."""
    harness("case", "add", broken, "--why", "W.", "--workspace", ws)
    expected = ws / "cases" / "finance.gl_journals" / "w" / "expected.yaml"
    expected.write_text(
        expected.read_text().replace("GL-100:", "GL-010:").replace("predicted: refused", "predicted: accepted")
    )
    return expected


def test_approving_shows_the_difference_and_records_who_why_and_when(
    harness: Call, ws: Path, stale: Path, capsys: Capture
) -> None:
    reason = "The balance is what is wrong."
    told = ("case", "approve", "--all", "--why", reason, "--by", "A. Reviewer", "--yes", "--workspace", ws)
    assert harness(*told, "--json", ws / "approved.json") == 0
    printed = capsys.readouterr().out
    shown = printed.split("cases/finance.gl_journals/w\n")[1]
    assert "  rule GL-010, gl\n    - expected records 1-" in shown
    assert "  rule GL-100, gl\n    - expected no finding\n    + found    records 1-" in shown
    assert (
        "    - expected does not conform, predicted accepted\n    + found    does not conform, predicted refused"
        in shown
    )
    assert f"1 approved by A. Reviewer: {reason}" in printed
    case = read_case(stale.parent)
    assert [(one.by, one.why, one.day) for one in case.approved] == [("A. Reviewer", reason, datetime.now(UTC).date())]
    assert set(case.expected.findings) == {"GL-100"}
    assert [one["case"] for one in json.loads((ws / "approved.json").read_text())] == ["cases/finance.gl_journals/w"]
    assert harness(*told) == 0
    assert "nothing to approve" in capsys.readouterr().out
    assert read_case(stale.parent) == case


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 1)])
def test_a_terminal_is_asked(
    harness: Call, ws: Path, stale: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture, answer: str, code: int
) -> None:
    before = stale.read_text()
    main, follower = os.openpty()
    os.write(main, answer.encode())
    with os.fdopen(follower) as terminal:
        monkeypatch.setattr("sys.stdin", terminal)
        assert harness("case", "approve", "w", "--why", "W.", "--workspace", ws) == code
    os.close(main)
    assert "Approve 1 case?" in capsys.readouterr().err
    assert (stale.read_text() == before) == bool(code)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "say which cases"),
        (("w", "--all", "--why", "W."), "say which cases"),
        (("--all",), "an approval has a reason"),
        (("w", "--why", "W."), "nobody is there to confirm"),
        (("nothing", "--why", "W."), "no case nothing"),
        (("balanced_journals", "--why", "W.", "--yes"), "written by a script"),
    ],
)
def test_an_approval_without_its_parts_changes_nothing(
    harness: Call, ws: Path, stale: Path, capsys: Capture, words: tuple[str, ...], message: str
) -> None:
    before = stale.read_text()
    assert harness("case", "approve", *words, "--workspace", ws) == 2
    assert message in capsys.readouterr().err
    assert stale.read_text() == before


def test_who_approves_is_gits_user_else_the_login(
    harness: Call, ws: Path, stale: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    told = ("case", "approve", "w", "--why", "W.", "--yes", "--workspace", ws)
    (tmp_path / "gitconfig").write_text("[user]\n\tname = Git Person\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    wrong = stale.read_text()
    assert harness(*told) == 0
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("LOGNAME", "login")
    stale.write_text(wrong)
    first = read_case(stale.parent)
    assert first.approved == ()
    assert harness(*told) == 0
    assert [one.by for one in read_case(stale.parent).approved] == ["login"]


def test_cases_are_listed_with_why_and_defect(harness: Call, ws: Path, broken: Path, capsys: Capture) -> None:
    harness("case", "add", broken, "--why", "W.", "--defect", "RAID-0007", "--workspace", ws)
    capsys.readouterr()
    assert harness("case", "list", "cases/finance.gl_journals/w", "--workspace", ws, "--json", ws / "l.json") == 0
    printed = capsys.readouterr().out
    assert "RAID-0007" in printed
    assert "1 cases" in printed
    listed = json.loads((ws / "l.json").read_text())[0]
    assert (listed["case"], listed["class"], listed["defect"]) == ("cases/finance.gl_journals/w", "faulty", "RAID-0007")
    assert harness("case", "list", "finance.gl_journals") == 0
    assert "unbalanced_journal" in capsys.readouterr().out
