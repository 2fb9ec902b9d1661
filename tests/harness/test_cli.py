"""The doors: exit codes are API, errors say what, where and what to do."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from rich.console import Console

from harness.console import Screen
from test_suites.payloads.sources import Records, spoil

Call = Callable[..., int]
Build = Callable[..., Path]


def test_check_exits_0_without_blocking_findings(harness: Call, payload: Build, journals: Records) -> None:
    assert harness("check", payload(journals), "--profile", "nc_district") == 0


def test_check_exits_1_with_a_critical_finding(
    harness: Call, payload: Build, journals: Records, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(journals, "gl", 1, ENTERED_DR="0.01")
    assert harness("check", payload(journals), "--profile", "nc_district") == 1
    assert "GL-100" in capsys.readouterr().out


def test_check_exits_2_for_a_file_that_is_no_contracts_and_names_the_nearest(
    harness: Call, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "GL_INTERFACE.csv").write_text("NEW,1\n")
    assert harness("check", "GL_INTERFACE.csv") == 2
    message = capsys.readouterr().err
    assert "GL_INTERFACE.csv is not GlInterface.csv of finance.gl_journals" in message
    assert "do:" in message


def test_a_file_of_any_name_has_a_bar_on_a_terminal() -> None:
    screen, name = Screen(), "a{b}[bold]\x1b.csv"
    screen.err = Console(file=io.StringIO(), force_terminal=True, width=200)
    with screen.reading(name, 10) as told, screen.board("running", 1) as board:
        told(1, 5)
        board.jobs(name, [])
        screen.err.print(board)
    assert screen.err.file.getvalue().count("a{b}[bold]\ufffd.csv") > 1  # type: ignore[attr-defined]


def test_broken_bytes_exit_1_where_the_contract_is_told(harness: Call, tmp_path: Path) -> None:
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04 cut off")
    assert harness("check", "broken.zip") == 2
    assert harness("check", "broken.zip", "--contract", "finance.gl_journals") == 1


def test_check_writes_the_documented_json(harness: Call, payload: Build, journals: Records, tmp_path: Path) -> None:
    spoil(journals, "gl", 1, ENTERED_DR="0.01")
    harness("check", payload(journals), "--profile", "nc_district", "--json", tmp_path / "r.json", "--quiet")
    data = json.loads((tmp_path / "r.json").read_text())
    documented = (Path(__file__).parents[2] / "docs" / "check-json.md").read_text()
    assert data["units"] == {"submitted": 2, "conforming": 1, "not_conforming": 1, "predicted_refused": 1}
    for key in (*data, *data["rules"][0], *data["verdicts"][0], *data["samples"][0]):
        assert f"`{key}`" in documented, key


def test_all_findings_go_to_csv_or_parquet(harness: Call, payload: Build, journals: Records, tmp_path: Path) -> None:
    for number in range(1, 41):
        spoil(journals, "gl", number, CURRENCY_CODE="XXX")
    path = payload(journals)
    for name, scan in (("f.csv", pl.read_csv), ("f.parquet", pl.read_parquet)):
        harness("check", path, "--profile", "nc_district", "--findings", tmp_path / name, "--quiet")
        frame = scan(tmp_path / name)
        assert frame.filter(pl.col("rule") == "gl.CURRENCY_CODE.list").height == 40
    assert harness("check", path, "--findings", "f.txt") == 2


def test_run_makes_the_workspace_records_and_is_a_second_attempt_the_second_time(
    harness: Call, payload: Build, journals: Records, tmp_path: Path
) -> None:
    spoil(journals, "gl", 1, ENTERED_DR="0.01")
    path = payload(journals)
    arguments = (
        "run",
        path,
        "--workspace",
        tmp_path / "ws",
        "--profile",
        "nc_district",
        "--json",
        tmp_path / "run.json",
        "--quiet",
    )
    assert harness(*arguments) == 0
    first = json.loads((tmp_path / "run.json").read_text())
    spoil(journals, "gl", 1, ENTERED_DR=journals["gl"][1]["ENTERED_CR"])
    payload(journals)
    assert harness(*arguments) == 0
    second = json.loads((tmp_path / "run.json").read_text())
    assert (first["interfaces"][0]["conforming"], second["interfaces"][0]["conforming"]) == (1, 2)
    assert first["rates"]["conformance"] == second["rates"]["conformance"]
    assert (tmp_path / "ws" / "harness.toml").is_file()


def test_a_failed_critical_rule_opens_one_defect_however_often_it_fails(
    harness: Call, payload: Build, journals: Records, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(journals, "gl", 1, ENTERED_DR="0.01")
    path = payload(journals)
    for _ in range(2):
        harness("run", path, "--workspace", tmp_path / "ws", "--profile", "nc_district", "--quiet")
    harness("raid", "list", "--type", "issue", "--workspace", tmp_path / "ws", "--json", tmp_path / "log.json", "-q")
    log = json.loads((tmp_path / "log.json").read_text())
    assert [(one["cause"], one["occurrences"], one["severity"]) for one in log] == [("GL-100", 2, "critical")]
    capsys.readouterr()
    assert harness("raid", "show", log[0]["id"], "--workspace", tmp_path / "ws") == 0
    assert "GL-100" in capsys.readouterr().out
    assert harness("raid", "show", "RAID-9999", "--workspace", tmp_path / "ws") == 2


def test_ready_answers_no_evidence_or_no_go_by_its_exit_code(
    harness: Call, payload: Build, journals: Records, tmp_path: Path
) -> None:
    path = payload(journals)
    harness("run", path, "--workspace", tmp_path / "good", "--profile", "nc_district", "--quiet")
    assert harness("ready", "--workspace", tmp_path / "good") == 3
    spoil(journals, "gl", 1, ENTERED_DR="0.01")
    payload(journals)
    harness("run", path, "--workspace", tmp_path / "bad", "--profile", "nc_district", "--quiet")
    assert harness("ready", "--workspace", tmp_path / "bad") == 1


def test_run_refuses_a_payload_whose_interface_is_not_told(
    harness: Call, payload: Build, journals: Records, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = payload(journals, folder="somewhere")
    assert harness("run", path, "--workspace", tmp_path / "ws", "--profile", "nc_district") == 2
    assert "say --interface" in capsys.readouterr().err
    assert harness("run", path, "--workspace", tmp_path / "ws", "--interface", "FIN-01c", "--quiet") == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("check", "nothing.zip"), "no such file"),
        (("lint", "finance.journals"), "no contract finance.journals"),
        (("explain", "GL-999"), "no rule GL-999"),
        (("show", "finance.gl_journals", "--release", "19A"), "not tested against release 19A"),
        (("where", "--profile", "nowhere"), "profile 'nowhere' not found"),
        (("ready", "--workspace", "nowhere"), "no workspace"),
        (("raid", "list"), "there is no workspace"),
    ],
)
def test_wrong_usage_exits_2_with_what_where_and_what_to_do(
    harness: Call, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], words: str
) -> None:
    assert harness(*arguments) == 2
    message = capsys.readouterr().err
    assert words in message
    assert "Traceback" not in message


def test_settings_come_from_the_toml_and_the_environment(
    harness: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "harness.toml").write_text('profile = "nc_district"\n')
    assert harness("where") == 0
    assert "nc_district" in capsys.readouterr().out
    monkeypatch.setenv("HARNESS_PROFILE", "oracle")
    assert harness("where") == 0
    assert "oracle" in capsys.readouterr().out
    (tmp_path / "harness.toml").write_text("colour = 'red'\n")
    assert harness("where") == 2


def test_show_and_explain_print_rule_place_and_breaker(harness: Call, capsys: pytest.CaptureFixture[str]) -> None:
    assert harness("show", "finance.gl_journals", "--profile", "nc_district") == 0
    shown = capsys.readouterr().out
    assert "account_combination" in shown
    assert "contracts/finance/gl_journals.yaml" in shown
    assert "overlay:" in shown
    assert harness("explain", "GL-100") == 0
    explained = capsys.readouterr().out
    assert "EU02" in explained
    assert "ENTERED_DR" in explained


def test_every_command_prints_help(harness: Call, capsys: pytest.CaptureFixture[str]) -> None:
    for command in (
        ("run",),
        ("check",),
        ("lint",),
        ("show",),
        ("explain",),
        ("ready",),
        ("where",),
        ("taas", "import"),
        ("taas", "list"),
        ("raid", "list"),
        ("raid", "show"),
    ):
        assert harness(*command, "--help") == 0
        assert "Usage" in capsys.readouterr().out


def test_an_interrupted_run_records_nothing(
    harness: Call, payload: Build, journals: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from harness import checkers

    first, second = payload(journals), payload(journals, name="GlInterface_2.zip")
    checked: list[str] = []
    really = checkers.check

    def interrupted(found: object, *rest: object, **more: object) -> object:
        if checked:
            raise KeyboardInterrupt
        checked.append("one")
        return really(found, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(checkers, "check", interrupted)
    arguments = ("run", first, second, "--workspace", tmp_path / "ws", "--profile", "nc_district", "--quiet")
    assert harness(*arguments) == 130
    monkeypatch.setattr(checkers, "check", really)
    assert harness(*arguments, "--json", tmp_path / "run.json") == 0
    rate = json.loads((tmp_path / "run.json").read_text())["rates"]["conformance"]
    assert rate["submitted"] == 2  # the units of the interrupted run left no attempt behind


def test_a_payload_that_cannot_be_opened_stops_the_run_before_anything_is_recorded(
    harness: Call, payload: Build, journals: Records, tmp_path: Path
) -> None:
    assert (
        harness("run", payload(journals), "missing.zip", "--workspace", tmp_path / "ws", "--profile", "nc_district")
        == 2
    )
    assert harness("raid", "list", "--workspace", tmp_path / "ws") == 0


@pytest.mark.parametrize("url", ["sqlite:///no/such/folder/store.db", "nonsense"])
def test_a_store_that_cannot_be_used_is_named(
    harness: Call, payload: Build, journals: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("HARNESS_STORE", url)
    assert harness("run", payload(journals), "--workspace", tmp_path / "ws", "--profile", "nc_district") == 2
    assert "do:" in capsys.readouterr().err


def test_importing_the_plug_in_brings_no_engine_along() -> None:
    import subprocess
    import sys

    code = (
        "import sys, harness.plugin; print([one for one in ('polars', 'pandera', 'contracts') if one in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_shell_completes_commands() -> None:
    asked = {"_HARNESS_COMPLETE": "complete_bash", "COMP_WORDS": "harness raid re", "COMP_CWORD": "2"}
    told = subprocess.run(
        [Path(sys.executable).with_name("harness")],
        env={**os.environ, **asked},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stdout.split() == ["reject", "reopen", "recompute"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is full")
def test_a_full_disk_is_told_in_words() -> None:
    command = [sys.executable, "-m", "harness", "register", "--profile", "nc_district"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
