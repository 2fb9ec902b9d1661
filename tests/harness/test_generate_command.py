"""``harness generate``: what is written is what was asked for, and what cannot be had is told in three lines."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from harness import check, load, read
from harness.commands.generate import share

Call = Callable[..., int]
Capture = pytest.CaptureFixture[str]
JOURNALS = ("generate", "finance.gl_journals", "--profile", "nc_district", "-o", "bad.zip")


def test_a_payload_and_its_truth_are_written_and_told(harness: Call, tmp_path: Path, capsys: Capture) -> None:
    words = ["--rows", "1000", "--rule", "GL-010=1%", "--rule", "gl.ENTERED_CR.type=0.01", "--seed", "7"]
    assert harness(*JOURNALS, *words, "--truth", "bad.csv") == 0
    truth = pl.read_csv(tmp_path / "bad.csv")
    assert truth.columns == ["file", "row", "rule"]
    assert set(truth["rule"]) == {"GL-010", "gl.ENTERED_CR.type"}
    contract = load("finance.gl_journals", "nc_district")
    found = check(read(tmp_path / "bad.zip", contract), contract, all_findings=True).findings
    assert truth.join(found, on=["file", "rule", "row"], how="anti").rows() == []
    printed = capsys.readouterr().out
    assert "profile nc_district, seed 7" in printed
    assert "1,000 records: gl 1,000" in printed
    assert "2 rules are broken" in printed
    assert "written to bad.zip and bad.csv" in printed


def test_without_a_share_every_record_is_valid(harness: Call, tmp_path: Path) -> None:
    assert harness(*JOURNALS, "--rows", "300", "--truth", "truth.csv", "-q") == 0
    assert (tmp_path / "truth.csv").read_text() == "file,row,rule\n"
    contract = load("finance.gl_journals", "nc_district")
    assert check(read(tmp_path / "bad.zip", contract), contract, all_findings=True).findings.is_empty()


def test_the_same_seed_writes_the_same_bytes(harness: Call, tmp_path: Path) -> None:
    words = ["--rows", "300", "--bad", "2%", "--rule", "GL-010", "--seed", "3", "-q"]
    assert harness(*JOURNALS, *words) == 0
    first = (tmp_path / "bad.zip").read_bytes()
    assert harness(*JOURNALS, *words) == 0
    assert (tmp_path / "bad.zip").read_bytes() == first


def test_bad_is_spread_over_the_rules_without_a_share(harness: Call, capsys: Capture) -> None:
    rules = ["--rule", "GL-010", "--rule", "gl.ENTERED_CR.type", "--rule", "GL-025=10%"]
    assert harness(*JOURNALS, "--rows", "2000", "--bad", "4%", *rules, "--json", "-") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["records"] == {"gl": 2000}
    shares = {rule: count / told["blocks"] for rule, count in told["planted"].items()}
    assert shares == {
        "GL-010": pytest.approx(0.02, abs=0.005),
        "gl.ENTERED_CR.type": pytest.approx(0.02, abs=0.005),
        "GL-025": pytest.approx(0.1, abs=0.02),
    }


@pytest.mark.parametrize(("text", "number"), [("1%", 0.01), ("0.01", 0.01), ("0.5 %", 0.005), ("100%", 1.0)])
def test_shares_are_written_as_per_cent_or_as_parts_of_one(text: str, number: float) -> None:
    assert share(text, "") == number


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--bad", "1"], "no share: 1"),
        (["--bad", "often"], "no share: often"),
        (["--bad", "NaN"], "no share: NaN"),
        (["--bad", "101%"], "no share: 101%"),
        (["--rule", "GL-010"], "how often?"),
        (["--rule", "GL-010="], "no share: "),
        (["--rule", "GL-010=1%", "--bad", "2%"], "no rule is left for --bad"),
        (["--rule", "GL-010=1%", "--rule", "GL-010=2%"], "GL-010 is named twice"),
        (["--rule", "GL-999=1%"], "no rule GL-999"),
        (["--truth", "truth.txt"], "no .csv file"),
        (["--truth", "nowhere/truth.csv"], "no such folder"),
        (["-o", "bad.csv"], "no .zip file"),
    ],
)
def test_what_cannot_be_had_is_told(
    harness: Call, tmp_path: Path, capsys: Capture, words: list[str], told: str
) -> None:
    assert harness(*JOURNALS, *words) == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith(f"error: {told}")
    assert [line[:6] for line in lines[1:]] == ["   at:", "   do:"]
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_contract_is_told(harness: Call, capsys: Capture) -> None:
    assert harness("generate", "finance.nothing", "-o", "out.zip") == 2
    assert "finance.nothing" in capsys.readouterr().err
