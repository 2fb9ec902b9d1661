"""``harness register``: what the contracts cover, and what they do not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from contracts.profiles import REGISTER_COLUMNS

Call = Callable[..., int]
ROW = "{},Feed,Finance,{},FBDI,daily,few,high,Team,{},S3,24,no,{},{},,,,{}"


@pytest.fixture
def district(tmp_path: Path) -> Callable[..., Path]:
    def written(*rows: str) -> Path:
        folder = tmp_path / "district"
        folder.mkdir()
        (folder / "profile.toml").write_text('name = "district"\ntitle = "District"\n', encoding="utf-8")
        lines = "\n".join([",".join(REGISTER_COLUMNS), *rows])
        (folder / "register.csv").write_text(lines + "\n", encoding="utf-8")
        return folder

    return written


ACTIVE = ROW.format("FIN-01", "inbound", "finance.gl_journals", "yes", "1", "")
DRAFT = ROW.format("FIN-02", "inbound", "finance.gl_journals finance.invoices_rest", "yes", "2", "")
NONE = ROW.format("FIN-03", "outbound", "", "no", "2", "The layout is the bank's")


def test_the_register_counts_by_department_and_phase(
    district: Callable[..., Path], harness: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    assert harness("register", "--profile", district(ACTIVE, DRAFT, NONE), "--no-color") == 0
    told = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "FIN-01 Feed high 1 active finance.gl_journals" in told
    assert "FIN-03 Feed high not in scope none yet The layout is the bank's" in told
    assert "Finance 3 1 1 1" in told
    assert told[-1] == "3 interfaces: 1 under a contract in force (33 %), 2 under any contract (67 %)"


def test_only_what_is_open_is_shown_where_that_is_asked(
    district: Callable[..., Path], harness: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    assert harness("register", "--open", "--profile", district(ACTIVE, DRAFT, NONE)) == 0
    out = capsys.readouterr().out
    assert "FIN-01" not in out
    assert "FIN-02" in out
    assert "FIN-03" in out


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (ROW.format("FIN-04", "inbound", "finance.invented", "yes", "1", ""), "contract finance.invented is unknown"),
        (ROW.format("FIN-04", "inbound", "", "yes", "1", ""), "no contract yet: no reason stated"),
    ],
)
def test_a_row_without_contract_and_reason_fails(
    district: Callable[..., Path], harness: Call, capsys: pytest.CaptureFixture[str], row: str, words: str
) -> None:
    assert harness("register", "--profile", district(ACTIVE, row)) == 1
    assert f"FIN-04: {words}" in capsys.readouterr().out


def test_the_json_has_every_row_with_its_contracts(
    district: Callable[..., Path], harness: Call, tmp_path: Path
) -> None:
    assert harness("register", "--profile", district(ACTIVE, DRAFT, NONE), "--json", tmp_path / "all.json", "-q") == 0
    first, second, third = json.loads((tmp_path / "all.json").read_text())
    assert (first["state"], first["required_stage"], first["time_limit_hours"]) == ("active", "S3", 24)
    assert second["contracts"] == {"finance.gl_journals": "active", "finance.invoices_rest": "draft"}
    assert (third["state"], third["no_contract_yet"]) == ("none yet", "The layout is the bank's")


def test_the_bare_library_has_no_register(harness: Call, capsys: pytest.CaptureFixture[str]) -> None:
    assert harness("register", "--profile", "oracle") == 2
    assert "no register of interfaces" in capsys.readouterr().err
