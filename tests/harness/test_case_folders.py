"""How a case folder is read and judged; the cases themselves are in test_suites/cases."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness import ContractError
from test_suites.conformance.cases import Judgement, differences, judged, read_case
from test_suites.payloads.sources import Records

Make = Callable[..., Path]


@pytest.fixture
def case(payload: Callable[..., Path], journals: Records) -> Make:
    """Writes a case folder around the journals; keywords replace what expected.yaml says."""

    def make(**facts: Any) -> Path:
        folder = payload(journals, folder="finance.gl_journals").parent / "a_case"
        folder.mkdir()
        (folder.parent / "GlInterface_1.zip").rename(folder / "journals.zip")
        said = {
            "why": "They balance.", "contract": "finance.gl_journals", "profile": "nc_district", "release": "26C",
            "as_of": "2026-11-20", "findings": {}, "units": {},
        }  # fmt: skip
        (folder / "expected.yaml").write_text(yaml.safe_dump(said | facts), encoding="utf-8")
        return folder

    return make


def test_a_correct_case_agrees_when_its_units_are_named(case: Make) -> None:
    contract, actual = judged(read_case(case()))
    assert contract.id == "finance.gl_journals"
    assert actual.findings == {}
    assert set(actual.units.values()) == {(True, "accepted")}


def test_every_difference_is_a_line(journals: Records, case: Make) -> None:
    journals["gl"][0]["ENTERED_DR"] = "0.01"
    read = read_case(case(findings={"GL-010": {"gl": [3]}}, units={"0110": {"conforms": True, "predicted": "refused"}}))
    lines = differences(read.expected, judged(read)[1])
    assert "rule GL-010, gl: expected records [3], found no finding" in lines
    assert any(line.startswith("rule GL-100, gl: expected no finding, found records [1, ") for line in lines)
    assert "unit 0110: expected conforms, predicted refused, found no such unit" in lines
    assert any(line.endswith("found does not conform, predicted refused") for line in lines)


def test_equal_judgements_do_not_differ() -> None:
    one = Judgement({"package.unreadable": {"": []}}, {"J-1": (False, "refused")})
    assert differences(one, one) == []
    assert differences(one, Judgement({}, one.units)) == [
        "rule package.unreadable, package: expected one on the whole, found no finding"
    ]


def test_a_valid_case_has_a_story_and_a_faulty_one_that_of_its_worst_rule(case: Make) -> None:
    found = {"NCGL-050": {"gl": [1]}, "GL-100": {"gl": [1]}}
    read = read_case(case(findings=found))
    contract, _ = judged(read)
    assert (read.kind, read.worst(contract)) == ("faulty", ("Every journal balances", "critical"))


@pytest.mark.parametrize(
    "facts",
    [
        {"as_of": "yesterday"},
        {"findings": {"GL-100": [1]}},
        {"findings": {"GL-100": {"gl": ["one"]}}},
        {"units": {"J-1": {"conforms": "perhaps", "predicted": "accepted"}}},
        {"units": {"J-1": {"conforms": True}}},
        {"surplus": "key"},
        {"contract": "finance.ap_invoices"},
    ],
)
def test_an_unusable_expectation_is_an_error_that_names_the_file(case: Make, facts: dict[str, Any]) -> None:
    with pytest.raises(ContractError) as caught:
        read_case(case(**facts))
    assert caught.value.where.endswith("expected.yaml")
    assert caught.value.todo


def test_a_second_file_beside_the_payload_is_an_error(case: Make) -> None:
    folder = case()
    (folder / "notes.txt").write_text("", encoding="utf-8")
    with pytest.raises(ContractError, match="one payload"):
        read_case(folder)
