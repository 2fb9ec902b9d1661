"""``harness export``: to a file, a folder or standard output, and nothing is lost on the way."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from contracts import contract_ids, load, load_profile
from harness.drafting.odcs import read_odcs

Call = Callable[..., int]
ONE = "finance.daily_rates"
TWO = ("finance.daily_rates", "finance.gl_budgets")


def test_one_contract_goes_to_standard_output(harness: Call, capsys: pytest.CaptureFixture[str]) -> None:
    assert harness("export", ONE, "--to", "odcs") == 0
    assert yaml.safe_load(capsys.readouterr().out)["id"] == ONE


def test_one_contract_goes_to_a_file_in_a_folder_that_is_made(harness: Call, tmp_path: Path) -> None:
    assert harness("export", ONE, "--to", "jsonschema", "--output", "out/rates.json") == 0
    assert json.loads((tmp_path / "out" / "rates.json").read_text())["title"] == load(ONE).title


@pytest.mark.parametrize(
    ("format_", "name"),
    [
        ("odcs", f"{ONE}.odcs.yaml"),
        ("xlsx", f"{ONE}.xlsx"),
        ("pandera", "finance_daily_rates.py"),
        ("ddl", f"{ONE}.oracle.sql"),
    ],
)
def test_several_go_to_a_folder_a_file_each(harness: Call, tmp_path: Path, format_: str, name: str) -> None:
    assert harness("export", *TWO, "--to", format_, "-o", "out") == 0
    assert name in {path.name for path in (tmp_path / "out").iterdir()}
    assert len(list((tmp_path / "out").iterdir())) == 2


def test_one_contract_goes_into_a_folder_that_is_there(harness: Call, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert harness("export", ONE, "--to", "markdown", "-o", "out") == 0
    assert (tmp_path / "out" / f"{ONE}.md").is_file()


@pytest.mark.slow
def test_all_contracts_of_a_profile_are_exported(harness: Call, tmp_path: Path) -> None:
    assert harness("export", "--all", "--to", "jsonschema", "-o", "out", "-p", "nc_district", "--quiet") == 0
    names = {path.name.removesuffix(".schema.json") for path in (tmp_path / "out").iterdir()}
    assert names == set(contract_ids(load_profile("nc_district")))


def test_the_dialect_and_the_release_are_chosen(harness: Call, capsys: pytest.CaptureFixture[str]) -> None:
    assert harness("export", ONE, "--to", "ddl", "--dialect", "postgres", "--release", "25B") == 0
    assert capsys.readouterr().out.startswith("-- PostgreSQL: staging tables of finance.daily_rates")


def test_the_profile_is_the_effective_contracts(harness: Call, capsys: pytest.CaptureFixture[str]) -> None:
    assert harness("export", "finance.gl_journals", "--to", "markdown", "-p", "nc_district") == 0
    assert "### NCGL-010 " in capsys.readouterr().out


def test_json_tells_what_was_written(harness: Call, capsys: pytest.CaptureFixture[str]) -> None:
    assert harness("export", *TWO, "--to", "markdown", "-o", "out", "--json", "-") == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["contract"] for one in told["exported"]] == list(TWO)
    assert {"file", "version", "release", "bytes", "sha256"} <= told["exported"][0].keys()
    assert told["unread"] == []


def test_a_file_that_is_there_stays_unless_it_is_said(harness: Call, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / f"{TWO[1]}.md").write_text("mine")
    assert harness("export", *TWO, "--to", "markdown", "-o", "out") == 2
    assert [path.name for path in (tmp_path / "out").iterdir()] == [f"{TWO[1]}.md"]
    assert (tmp_path / "out" / f"{TWO[1]}.md").read_text() == "mine"
    assert harness("export", *TWO, "--to", "markdown", "-o", "out", "--overwrite") == 0
    assert (tmp_path / "out" / f"{TWO[1]}.md").read_text() != "mine"
    assert len(list((tmp_path / "out").iterdir())) == 2


def test_a_contract_with_faults_does_not_keep_the_others_back(
    harness: Call, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "mine" / "contracts" / "finance"
    folder.mkdir(parents=True)
    (tmp_path / "mine" / "profile.toml").write_text('title = "Mine"\ntime_zone = "UTC"\n')
    (folder / "broken.yaml").write_text("contract: finance.broken\n")
    chosen = ("finance.broken", ONE, "--to", "markdown", "-p", "mine")
    assert harness("export", *chosen, "-o", "out") == 1
    assert "not exported: finance.broken" in capsys.readouterr().out
    assert [path.name for path in (tmp_path / "out").iterdir()] == [f"{ONE}.md"]
    assert harness("export", "finance.broken", "--to", "markdown", "-p", "mine") == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((ONE,), "no format is named"),
        ((ONE, "--to", "avro"), "no format avro"),
        (("--to", "odcs"), "no contract is named"),
        ((ONE, "--all", "--to", "odcs"), "--all and contracts by name"),
        (("finance.nothing", "--to", "odcs"), "no contract finance.nothing"),
        (("finance.nothing", ONE, "--to", "odcs", "-o", "out"), "no contract finance.nothing"),
        ((*TWO, "--to", "odcs"), "several contracts are not printed"),
        ((ONE, "--to", "xlsx"), "xlsx is no text to print"),
        ((ONE, "--to", "odcs", "--json", "-"), "the contract itself is printed"),
        ((ONE, "--to", "ddl", "--dialect", "mysql"), "no dialect mysql of ddl"),
        ((ONE, "--to", "odcs", "--dialect", "postgres"), "no dialect postgres of odcs"),
        ((ONE, "--to", "odcs", "--release", "19A"), "not tested against release 19A"),
        ((*TWO, "--to", "odcs", "-o", "taken"), "a file, where several contracts need a folder"),
        ((ONE, "--to", "odcs", "-o", "taken/rates.yaml"), "cannot be written"),
        ((ONE, "--to", "odcs", "-o", "x" * 300), "cannot be written"),
        ((ONE, "--to", "odcs", "-o", "new.yaml", "--json", "new.yaml"), "--json would replace"),
    ],
)
def test_a_wrong_call_says_what_is_wrong_and_writes_nothing(
    harness: Call, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    (tmp_path / "taken").write_text("mine")
    assert harness("export", *arguments) == 2
    assert said in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]
    assert (tmp_path / "taken").read_text() == "mine"


def test_a_disk_that_is_full_leaves_no_part_of_a_file(
    harness: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes) -> int:
        with path.open("wb") as file:
            file.write(data[:10])
        raise OSError(28, "No space left on device")

    (tmp_path / "rates.md").write_text("mine")
    monkeypatch.setattr(Path, "write_bytes", full)
    assert harness("export", ONE, "--to", "markdown", "-o", "rates.md", "--overwrite") == 2
    assert [path.name for path in tmp_path.iterdir()] == ["rates.md"]
    assert (tmp_path / "rates.md").read_text() == "mine"


def test_an_odcs_export_is_read_back_with_the_same_columns(harness: Call, tmp_path: Path) -> None:
    assert harness("export", "finance.gl_journals", "--to", "odcs", "-o", "gl.yaml") == 0
    source = read_odcs(tmp_path / "gl.yaml")
    (file,) = source.files
    columns = load("finance.gl_journals").files["gl"].columns
    assert (source.channel, [one.name for one in file.columns]) == ("fbdi", list(columns))
    lengths = {one.name: one.length for one in file.columns}
    assert (lengths["STATUS"], lengths["REFERENCE1"], lengths["LEDGER_ID"]) == (50, 100, 18)


def test_a_file_behind_a_folder_that_is_not_there_is_not_replaced(harness: Call, tmp_path: Path) -> None:
    kept = tmp_path / "register.csv"
    kept.write_text("mine")
    assert harness("export", "hr.jobs", "--to", "markdown", "-o", tmp_path / "out" / ".." / "register.csv") == 2
    assert kept.read_text() == "mine"
