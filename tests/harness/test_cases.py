"""How a case folder is read, judged and written; the tool's cases themselves are in test_suites/cases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness import (
    ContractError,
    Judgement,
    Promises,
    UsageError,
    case_folders,
    case_name,
    cases,
    differences,
    judged,
    outcome,
    read_case,
    write_case,
)
from harness.cases import SHIPPED, Approval, Case, ToolError, select_cases
from test_suites.payloads.sources import Records

Make = Callable[..., Path]
PROMISES = Promises()
SAID = {
    "why": "They balance.", "since": "2026-11-20", "defect": "", "contract": "finance.gl_journals",
    "profile": "nc_district", "release": "26C", "as_of": "2026-11-20", "findings": {}, "units": {},
}  # fmt: skip


@pytest.fixture
def case(payload: Callable[..., Path], journals: Records) -> Make:
    """Writes a case folder around the journals; keywords replace what expected.yaml says."""

    def make(**facts: Any) -> Path:
        folder = payload(journals, folder="finance.gl_journals").parent / "a_case"
        folder.mkdir()
        (folder.parent / "GlInterface_1.zip").rename(folder / "journals.zip")
        (folder / "expected.yaml").write_text(yaml.safe_dump(SAID | facts), encoding="utf-8")
        return folder

    return make


def test_a_correct_case_agrees_when_its_units_are_named(case: Make) -> None:
    contract, actual = judged(read_case(case()), PROMISES)
    assert contract.id == "finance.gl_journals"
    assert actual.findings == {}
    assert set(actual.units.values()) == {(True, "accepted")}


def test_every_difference_is_a_line(journals: Records, case: Make) -> None:
    journals["gl"][0]["ENTERED_DR"] = "0.01"
    read = read_case(case(findings={"GL-010": {"gl": [3]}}, units={"0110": {"conforms": True, "predicted": "refused"}}))
    lines = list(map(str, differences(read.expected, judged(read, PROMISES)[1])))
    assert "rule GL-010, gl: expected records 3, found no finding" in lines
    assert any(line.startswith("rule GL-100, gl: expected no finding, found records 1-") for line in lines)
    assert "unit 0110: expected conforms, predicted refused, found no such unit" in lines
    assert any(line.endswith("found does not conform, predicted refused") for line in lines)


def test_equal_judgements_do_not_differ() -> None:
    one = Judgement({"package.unreadable": {"": []}}, {"J-1": (False, "refused")})
    assert differences(one, one) == []
    assert list(map(str, differences(one, Judgement({}, one.units)))) == [
        "rule package.unreadable, package: expected one on the whole, found no finding"
    ]


def test_many_records_are_told_as_ranges_and_by_their_number() -> None:
    def told(*records: int) -> str:
        return differences(Judgement({}, {}), Judgement({"GL-100": {"gl": list(records)}}, {}))[0].found

    assert told(1, 2, 3, 7, 9, 10) == "records 1-3, 7, 9-10"
    assert told(*range(1, 2001)) == "records 1-2000"
    assert told(*range(1, 2001, 2)).endswith(", 37, 39, ... (1,000 in all)")


def test_a_valid_case_has_a_story_and_a_faulty_one_that_of_its_worst_rule(case: Make) -> None:
    found = {"NCGL-050": {"gl": [1]}, "GL-100": {"gl": [1]}}
    read = read_case(case(findings=found))
    contract, _ = judged(read, PROMISES)
    assert (read.kind, read.worst(contract)) == ("faulty", ("Every journal balances", "critical"))
    valid = replace(read, expected=Judgement({}, {}))
    assert (valid.kind, valid.worst(contract)) == ("valid", ("A correct payload passes", "moderate"))


@pytest.mark.parametrize(
    "facts",
    [
        {"as_of": "yesterday"},
        {"since": "long ago"},
        {"defect": "BUG-7"},
        {"why": ["a", "list"]},
        {"findings": {"GL-100": [1]}},
        {"findings": {"GL-100": {"gl": ["one"]}}},
        {"units": {"J-1": {"conforms": "perhaps", "predicted": "accepted"}}},
        {"units": {"J-1": {"conforms": True}}},
        {"approved": [{"day": "2026-11-21", "by": "Somebody"}]},
        {"surplus": "key"},
        {"contract": "finance.ap_invoices"},
    ],
)
def test_an_unusable_expectation_is_an_error_that_names_the_file(case: Make, facts: dict[str, Any]) -> None:
    with pytest.raises(ContractError) as caught:
        read_case(case(**facts))
    assert caught.value.where.endswith("expected.yaml")
    assert caught.value.todo


@pytest.mark.parametrize("text", ["", "- a list\n", "why: [", "just words"])
def test_an_expectation_that_is_no_mapping_is_an_error(case: Make, text: str) -> None:
    folder = case()
    (folder / "expected.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ContractError, match=r"expected\.yaml cannot be used"):
        read_case(folder)


def test_a_case_without_payload_or_with_two_says_what_to_do(case: Make) -> None:
    folder = case()
    (folder / "notes.txt").write_text("", encoding="utf-8")
    with pytest.raises(ContractError, match="one payload") as caught:
        read_case(folder)
    assert caught.value.todo == "leave one file beside expected.yaml"
    for name in ("notes.txt", "journals.zip"):
        (folder / name).unlink()
    with pytest.raises(ContractError, match="one payload"):
        read_case(folder)


_LABELS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=200)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    findings=st.dictionaries(_LABELS, st.dictionaries(st.text("abc_", max_size=5), st.sets(st.integers(1, 10**9)))),
    units=st.dictionaries(_LABELS, st.tuples(st.booleans(), st.sampled_from(["accepted", "refused"]))),
    why=_LABELS,
    approved=st.lists(st.builds(Approval, st.dates(), _LABELS, _LABELS), max_size=2),
)
def test_what_is_written_is_what_is_read(
    tmp_path: Path,
    findings: dict[str, dict[str, set[int]]],
    units: dict[str, tuple[bool, str]],
    why: str,
    approved: list[Approval],
) -> None:
    folder = tmp_path / "cases" / "finance.gl_journals" / "a_case"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "payload.zip").touch()
    said = {rule: {file: sorted(rows) for file, rows in files.items()} for rule, files in findings.items()}
    one = Case(
        folder, folder / "payload.zip", why, date(2026, 11, 20), "RAID-0042", "finance.gl_journals", "nc_district",
        "26C", date(2026, 11, 20), Judgement(said, units), tuple(approved),
    )  # fmt: skip
    write_case(one)
    first = (folder / "expected.yaml").read_bytes()
    assert read_case(folder) == one
    write_case(read_case(folder))
    assert (folder / "expected.yaml").read_bytes() == first


def test_the_tool_failing_on_a_payload_is_an_outcome_and_tells_no_value(
    case: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise KeyError("078-05-1120")

    monkeypatch.setattr(cases, "check", fail)
    folder = case()
    with pytest.raises(ToolError, match=r"the tool fails on this payload: KeyError$"):
        judged(read_case(folder), Promises())
    one = outcome(folder, Promises())
    assert one.lines == ("cannot be judged: the tool fails on this payload: KeyError",)
    assert (one.case is None, one.contract) == (False, None)


def test_a_case_that_expects_nothing_yet_differs_in_every_unit(case: Make) -> None:
    lines = outcome(case(), PROMISES).lines
    assert len(lines) == 2
    assert all("expected no such unit, found conforms" in line for line in lines)


def test_cases_of_the_tool_come_first_then_those_of_the_workspace(tmp_path: Path, case: Make) -> None:
    folder = case()
    (tmp_path / "cases").mkdir()
    folder.parent.rename(tmp_path / "cases" / "finance.gl_journals")
    found = case_folders(tmp_path)
    assert found[:-1] == case_folders()
    assert all(one.is_relative_to(SHIPPED) for one in found[:-1])
    assert len(found) > 130
    assert case_name(found[-1]) == "cases/finance.gl_journals/a_case"
    assert case_name(found[0]).startswith("test_suites/cases/finance.")


def test_cases_are_named_by_contract_by_name_by_end_and_by_folder() -> None:
    folders = case_folders()
    journals = select_cases(["finance.gl_journals"], folders)
    assert {one.parent.name for one in journals} == {"finance.gl_journals"}
    one = SHIPPED / "finance.gl_journals" / "balanced_journals"
    for word in (
        "balanced_journals",
        "finance.gl_journals/balanced_journals",
        "test_suites/cases/finance.gl_journals/balanced_journals",
        str(one),
    ):
        assert select_cases([word], folders) == [one]
    assert select_cases([str(SHIPPED), "balanced_journals"], folders) == folders
    with pytest.raises(UsageError, match=r"no case balanced_jour$"):
        select_cases(["balanced_jour"], folders)


def test_a_profile_that_is_gone_is_an_outcome(case: Make) -> None:
    one = outcome(case(profile="elsewhere"), Promises())
    assert one.lines == ("cannot be judged: profile 'elsewhere' not found",)
