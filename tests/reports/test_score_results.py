"""Scores of contracts as people read them: the table, and Allure results that keep their names over the weeks."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from contracts import ContractError, Score, load
from reports import scores
from reports.scores import ScoreResult

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
CONTRACT = load("finance.gl_journals", "nc_district")
LIVES = "example missing: GL-030 flip = to <> #1: a record on which they differ"
FLIPS = Score(
    CONTRACT.id, CONTRACT.version, "nc_district", "rule_mutants", "flip a comparison", 199, 201, [LIVES, LIVES], 1
)
REMOVALS = replace(FLIPS, operator="remove a rule", caught=7, total=7, missed=(), explained=0)
FAULTS = replace(
    FLIPS, kind="seeded_faults", operator="unit lost", caught=0, total=3, missed=["no contract can tell"] * 3
)
RULES = ScoreResult(CONTRACT, [FLIPS, REMOVALS], Decimal(95))


def written(folder: Path, *results: ScoreResult, at: datetime = NOON) -> dict[str, dict[str, Any]]:
    """The results that ``write_allure`` leaves in a folder, by full name."""
    assert scores.write_allure(results, folder, at=at, version="0.1.0") == len(results)
    found = [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*-result.json")]
    return {one["fullName"]: one for one in found}


def one(folder: Path, result: ScoreResult, at: datetime = NOON) -> dict[str, Any]:
    return next(iter(written(folder, result, at=at).values()))


def labels(result: dict[str, Any]) -> dict[str, str]:
    return {label["name"]: label["value"] for label in result["labels"]}


def attached(folder: Path, result: dict[str, Any]) -> list[str]:
    return (folder / result["attachments"][0]["source"]).read_text(encoding="utf-8").splitlines()


def test_the_table_has_one_row_per_contract_profile_and_kind_and_no_rate_is_rounded_up() -> None:
    other = replace(REMOVALS, profile="oracle")
    assert scores.rows([FLIPS, FAULTS, REMOVALS, other]) == [
        (CONTRACT.id, "nc_district", "rule mutants", "208", "206", "99.03 %", "1"),
        (CONTRACT.id, "nc_district", "seeded faults", "3", "0", "0.00 %", "1"),
        (CONTRACT.id, "oracle", "rule mutants", "7", "7", "100.00 %", "0"),
    ]


def test_the_markdown_is_a_table_of_the_same_rows() -> None:
    assert scores.markdown([FLIPS]).splitlines() == [
        "| contract | profile | kind | tried | noticed | score | explained |",
        "| --- | --- | --- | --: | --: | --: | --: |",
        "| finance.gl_journals | nc_district | rule mutants | 201 | 199 | 99.00 % | 1 |",
    ]


def test_a_kind_with_a_floor_passes_or_fails_and_one_without_is_measured_only(tmp_path: Path) -> None:
    failing = replace(RULES, failure="a mutant survives that nobody explains")
    assert one(tmp_path / "a", RULES)["status"] == "passed"
    failed = one(tmp_path / "b", failing)
    assert (failed["status"], failed["statusDetails"]) == ("failed", {"message": failing.failure})
    measured = one(tmp_path / "c", ScoreResult(CONTRACT, [FAULTS], None))
    assert (measured["status"], measured["statusDetails"]["message"]) == (
        "skipped",
        "measured only: no floor was asked for",
    )


def test_numbers_stand_in_the_description_and_survivors_in_the_attachment(tmp_path: Path) -> None:
    rotten = "equivalent GL-100 drop key ACTUAL_FLAG: no such mutant; remove the entry or correct its id"
    result = one(tmp_path, replace(RULES, rotten=[rotten]))
    assert result["description"] == "206 of 208 noticed: 99.03 %, the floor is 95 %.\n\nOf 2 missed 1 are explained."
    assert attached(tmp_path, result) == [
        "199 of 201  flip a comparison", "7 of 7  remove a rule", "", f"{LIVES} (2 times)", rotten,
    ]  # fmt: skip


def test_a_test_keeps_its_name_whatever_was_measured(tmp_path: Path) -> None:
    first = one(tmp_path / "a", RULES)
    later = one(tmp_path / "b", replace(RULES, scores=[REMOVALS], failure="less"), NOON + timedelta(days=7))
    stable = ("name", "fullName", "historyId", "testCaseId")
    assert [first[key] for key in stable] == [later[key] for key in stable]
    assert first["uuid"] != later["uuid"]
    assert not re.search(r"\d", first["name"])


def test_kinds_and_profiles_are_tests_of_their_own_with_owner_and_layer(tmp_path: Path) -> None:
    bare = load(CONTRACT.id, "oracle")
    results = written(tmp_path, RULES, ScoreResult(CONTRACT, [FAULTS], None), ScoreResult(bare, [FLIPS], Decimal(95)))
    assert len(results) == len({result["historyId"] for result in results.values()}) == 3
    first = labels(results["rule_mutants finance.gl_journals nc_district"])
    assert (first["epic"], first["feature"], first["layer"]) == ("Finance", "How good are the contracts?", "contract")
    assert (first["owner"], first["contract_version"]) == ("General Ledger team", CONTRACT.version)


def test_the_same_measurement_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        written(tmp_path / name, RULES)
    left, right = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("a", "b"))
    assert left == right


def test_a_folder_that_cannot_be_written_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ContractError, match="Allure results cannot be written"):
        written(tmp_path / "file", RULES)
