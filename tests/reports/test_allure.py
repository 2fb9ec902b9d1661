from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from contracts import (
    FINDING_COLUMNS,
    SEVERITIES,
    UNIT_COLUMNS,
    CheckResult,
    ContractError,
    RuleStatus,
    RunResult,
    Submission,
    load,
    load_profile,
    valid_examples,
)
from harness.checking import check
from interfaces import read, write
from reports import allure

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
RUN = "6f2c1f0e-0000-4000-8000-000000000001"
PROFILE = load_profile("nc_district")
CONTRACT = load("finance.gl_journals", PROFILE)
BALANCED = RuleStatus("GL-100", "gl", "", "Every journal balances", "critical", "EU02", "passed", 0)


def result(*rules: RuleStatus, samples: pl.DataFrame | None = None, **facts: Any) -> CheckResult:
    units = pl.DataFrame(schema=dict(UNIT_COLUMNS))
    frame = samples if samples is not None else pl.DataFrame(schema=dict(FINDING_COLUMNS))
    made = CheckResult(
        "finance.gl_journals", "1.2.0+1.0.3", "active", "26C", "nc_district", "journals.zip", "ab" * 32, 2, rules,
        units, frame, frame,
    )  # fmt: skip
    return replace(made, **facts)


def submission(number: int, checked: CheckResult, interface: str = "FIN-01a", **facts: Any) -> Submission:
    moment = NOON + timedelta(seconds=number)
    return replace(Submission(f"{RUN}/{number}", interface, moment, checked, ()), **facts)


def run(*submissions: Submission) -> RunResult:
    return RunResult(RUN, NOON, NOON + timedelta(minutes=1), "nc_district", "0.1.0", submissions)


def written(folder: Path, *submissions: Submission) -> list[dict[str, Any]]:
    """The results that ``write`` leaves in a folder, by full name."""
    count = allure.write(run(*submissions), PROFILE, {CONTRACT.id: CONTRACT}, folder)
    found = [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*-result.json")]
    assert len(found) == count
    return sorted(found, key=lambda one: str(one["fullName"]))


def label(one: dict[str, Any], name: str) -> Any:
    return [entry["value"] for entry in one["labels"] if entry["name"] == name]


def finding(value: str, row: int = 1) -> pl.DataFrame:
    told = (
        "gl",
        row,
        row,
        f"journal J-1 line {row}",
        "",
        "GL-100",
        "critical",
        "EU02",
        value,
        "Every journal balances",
    )
    return pl.DataFrame([told], schema=dict(FINDING_COLUMNS), orient="row")


def attached(folder: Path, one: dict[str, Any]) -> list[dict[str, str]]:
    text = (folder / one["attachments"][0]["source"]).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def statuses(*words: str, findings: int = 0) -> Sequence[Submission]:
    return [
        submission(number, result(replace(BALANCED, status=word, findings=findings, reason="list x is not bound")))
        for number, word in enumerate(words, start=1)
    ]


def test_a_result_has_this_form(tmp_path: Path) -> None:
    broken = replace(BALANCED, status="failed", findings=2, units=1)
    (one,) = written(tmp_path, submission(1, result(broken, samples=finding("1.00"))), submission(2, result(BALANCED)))
    source = f"{one['uuid']}-attachment.csv"
    assert one == {
        "uuid": "f346976d-8f9f-5300-babf-9160834c84db",
        "historyId": "6d2b58ca7f3e5072b2f2fd6fba58ec85",
        "testCaseId": "6d2b58ca7f3e5072b2f2fd6fba58ec85",
        "fullName": "FIN-01a GL-100 delivered",
        "name": "GL-100 Every journal balances",
        "status": "failed",
        "statusDetails": {"message": "GL-100 (critical) does not hold: Every journal balances"},
        "stage": "finished",
        "description": "2 findings in 1 of 0 units, 2 submissions.\nSeverity critical, predicts EU02.\n\n"
        "- journals.zip: failed, 2 findings\n- journals.zip: passed, 0 findings",
        "start": 1793620801000,
        "stop": 1793620802000,
        "labels": [
            {"name": "epic", "value": "Finance"},
            {"name": "feature", "value": "FIN-01a School nutrition journals"},
            {"name": "story", "value": "Every journal balances"},
            {"name": "parentSuite", "value": "Finance"},
            {"name": "suite", "value": "FIN-01a School nutrition journals"},
            {"name": "subSuite", "value": "finance.gl_journals"},
            {"name": "severity", "value": "blocker"},
            {"name": "owner", "value": allure.owner(CONTRACT)},
            {"name": "layer", "value": "contract"},
            {"name": "framework", "value": "harness"},
            {"name": "class", "value": "delivered"},
            {"name": "evidence", "value": "conformance"},
            {"name": "contract_version", "value": "1.2.0+1.0.3"},
            {"name": "release", "value": "26C"},
            {"name": "status", "value": "active"},
        ],
        "links": [],
        "parameters": [
            {"name": "profile", "value": "nc_district", "excluded": True},
            {"name": "run", "value": RUN, "excluded": True},
        ],
        "steps": [],
        "attachments": [{"name": "findings (masked)", "source": source, "type": "text/csv"}],
    }
    assert [row["row"] for row in attached(tmp_path, one)] == ["1"]


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    sent = submission(1, result(replace(BALANCED, status="failed", findings=1), samples=finding("1.00")))
    for name in ("first", "second"):
        written(tmp_path / name, sent)
    first, second = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("first", "second")
    )
    assert first == second


def test_history_survives_another_run_and_the_uuid_does_not(tmp_path: Path) -> None:
    (one,) = written(tmp_path / "a", submission(1, result(BALANCED)))
    later = replace(run(submission(1, result(BALANCED, version="2.0.0", release="26D"))), id="another")
    allure.write(later, PROFILE, {}, tmp_path / "b")
    (path,) = (tmp_path / "b").glob("*-result.json")
    two = json.loads(path.read_text(encoding="utf-8"))
    assert (one["historyId"], one["fullName"]) == (two["historyId"], two["fullName"])
    assert one["uuid"] != two["uuid"]


@pytest.mark.parametrize("severity", SEVERITIES)
def test_every_severity_has_its_allure_word(tmp_path: Path, severity: str) -> None:
    (one,) = written(tmp_path, submission(1, result(replace(BALANCED, severity=severity))))  # type: ignore[arg-type]
    expected = {"critical": "blocker", "significant": "critical", "moderate": "normal", "minor": "minor"}
    assert label(one, "severity") == [expected[severity]]


@pytest.mark.parametrize(
    ("words", "findings", "status", "message"),
    [
        (["passed"], 0, "passed", None),
        (["passed", "failed"], 1, "failed", "GL-100 (critical) does not hold: Every journal balances"),
        (["stale"], 1, "failed", "GL-100 (critical) does not hold: Every journal balances"),
        (["stale", "passed"], 0, "skipped", "list x is not bound"),
        (["not_checked", "passed"], 0, "skipped", "list x is not bound"),
        (["not_applied"], 0, "skipped", "never applied: untested"),
        (["not_applied", "passed"], 0, "passed", None),
    ],
)
def test_every_rule_status_has_its_allure_status(
    tmp_path: Path, words: list[str], findings: int, status: str, message: str | None
) -> None:
    (one,) = written(tmp_path, *statuses(*words, findings=findings))
    assert (one["status"], one["statusDetails"].get("message")) == (status, message)


def test_one_test_stands_for_all_submissions_of_an_interface(tmp_path: Path) -> None:
    sent = [
        submission(1, result(BALANCED)),
        submission(2, result(BALANCED)),
        submission(3, result(BALANCED), "FIN-01b"),
    ]
    found = written(tmp_path, *sent)
    assert [one["fullName"] for one in found] == ["FIN-01a GL-100 delivered", "FIN-01b GL-100 delivered"]


def test_two_contracts_of_one_interface_never_share_a_test(tmp_path: Path) -> None:
    row = replace(PROFILE.register["FIN-01a"], contracts=("finance.gl_journals", "finance.other"))
    profile = replace(PROFILE, register={"FIN-01a": row})
    rule = replace(BALANCED, id="package.unsafe")
    sent = run(submission(1, result(rule)), submission(2, result(rule, contract="finance.other")))
    assert allure.write(sent, profile, {}, tmp_path) == 2
    names = {json.loads(path.read_text(encoding="utf-8"))["fullName"] for path in tmp_path.glob("*-result.json")}
    assert names == {
        "FIN-01a finance.gl_journals package.unsafe delivered",
        "FIN-01a finance.other package.unsafe delivered",
    }


def test_a_payload_meant_to_be_refused_is_no_delivery(tmp_path: Path) -> None:
    assert written(tmp_path, submission(1, result(BALANCED), negative=True)) == []


def test_a_draft_contract_is_written_and_says_so(tmp_path: Path) -> None:
    (one,) = written(tmp_path, submission(1, result(BALANCED, contract_status="draft")))
    assert label(one, "status") == ["draft"]


def test_a_load_error_has_a_category_of_its_own(tmp_path: Path) -> None:
    (one,) = written(tmp_path, *statuses("failed", findings=1))
    (load_error,) = written(
        tmp_path / "load", submission(1, result(replace(BALANCED, status="failed", findings=1, code="load")))
    )
    categories = json.loads((tmp_path / "categories.json").read_text(encoding="utf-8"))
    first = next(entry for entry in categories if entry["name"] == "Load error")
    assert re.fullmatch(first["messageRegex"], load_error["statusDetails"]["message"])
    assert not re.fullmatch(first["messageRegex"], one["statusDetails"]["message"])


def test_the_environment_is_plain_ascii_properties(tmp_path: Path) -> None:
    written(tmp_path, submission(1, result(BALANCED, release="26C\nx = é")))
    text = (tmp_path / "environment.properties").read_bytes().decode("ascii")
    facts = dict(line.split(" = ", 1) for line in text.splitlines())
    assert facts["run"] == RUN
    assert facts["contracts"] == "finance.gl_journals 1.2.0+1.0.3"
    assert facts["releases"] == r"26C\nx = \u00e9"


def test_an_attachment_begins_no_formula_and_keeps_amounts(tmp_path: Path) -> None:
    first = [finding("=cmd()"), finding("-5.00", 2), finding("-2+3+cmd|x", 3)]
    samples = pl.concat([*first, *[finding("ok", row) for row in range(4, 40)]])
    rule = replace(BALANCED, status="failed", findings=39)
    (one,) = written(tmp_path, submission(1, result(rule, samples=samples)))
    rows = attached(tmp_path, one)
    assert [row["value"] for row in rows[:4]] == ["'=cmd()", "-5.00", "'-2+3+cmd|x", "ok"]
    assert len(rows) == allure.ATTACHED


def test_a_masked_value_stands_nowhere_in_the_folder(tmp_path: Path) -> None:
    secret = "Zebediah Quillfeather " * 30
    example = next(iter(valid_examples(CONTRACT).values()))
    records = {name: [dict(row) for row in rows] for name, rows in example.records.items()}
    records["gl"][0]["REFERENCE10"] = secret
    write(tmp_path / "journals.zip", CONTRACT, records)
    checked = check(read(tmp_path / "journals.zip", CONTRACT), CONTRACT)
    found = written(tmp_path / "allure", submission(1, checked))
    broken = [one for one in found if one["fullName"].startswith("FIN-01a gl.REFERENCE10.length")]
    assert [one["status"] for one in broken] == ["failed"]
    assert broken[0]["attachments"]
    for path in (tmp_path / "allure").iterdir():
        assert b"Quillfeather" not in path.read_bytes()


def test_a_title_or_message_never_holds_a_number_of_the_run(tmp_path: Path) -> None:
    few, many = (
        written(tmp_path / name, submission(1, result(replace(BALANCED, status="failed", findings=count))))[0]
        for name, count in (("few", 1), ("many", 4321))
    )
    assert (few["name"], few["statusDetails"]) == (many["name"], many["statusDetails"])
    assert few["description"] != many["description"]


def test_a_folder_that_cannot_be_made_is_an_error_of_three_lines(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ContractError, match="Allure results cannot be written") as caught:
        allure.write(run(), PROFILE, {}, tmp_path / "file" / "results")
    assert len(str(caught.value).splitlines()) == 3
