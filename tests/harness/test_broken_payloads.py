"""Breakers as files: every rule of a contract has a payload that the check finds by it, or a reason why not."""

# ruff: noqa: E501 - tables read better in one line

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from harness import Breakers, BrokenPayload, Contract, breakers, check, load, load_profile, read, unbroken, written_ids

JOURNALS, SUPPLIERS, WORKERS = "finance.gl_journals", "procurement.suppliers", "hr.workers"
READERS = ("shape", "package")
OPEN = {
    "package.member_unknown": "the contract takes other members, too",
    "shape.row_count": "the contract sets no number of records",
    "package.future_changes": "no component has rows by date",
}
"""Rules of shape and package that a contract need not have a use for."""


@cache
def contract_of(identity: str, profile: str = "oracle") -> Contract:
    """A shipped contract with lists to look up."""
    return load(identity, load_profile(profile), sample=profile == "oracle")


def found_in(broken: BrokenPayload, contract: Contract, folder: Path) -> list[tuple[str, int]]:
    """Rule and record of all findings of a broken payload."""
    result = check(read(broken.write(folder / "payload.zip"), contract), contract, all_findings=True)
    return result.findings.select("rule", "row").rows()


def rules_of(identity: str, *, file: str = "") -> list[str]:
    """Rules of shape and package that a shipped contract uses; of the files one is enough where all are alike."""
    rules = [rule for rule in contract_of(identity).rules.values() if rule.kind in READERS]
    used = [rule for rule in rules if rule.id.removeprefix(f"{rule.file}.") not in OPEN]
    return [rule.id for rule in used if not file or rule.file in ("", file)]


@pytest.mark.parametrize(
    ("identity", "rule"),
    [(JOURNALS, rule) for rule in rules_of(JOURNALS)] + [(WORKERS, rule) for rule in rules_of(WORKERS, file="worker")],
)
def test_a_rule_of_shape_or_package_is_broken_and_nothing_else(identity: str, rule: str, tmp_path: Path) -> None:
    contract = contract_of(identity)
    broken = Breakers(contract).of(contract.rules[rule])
    assert broken is not None
    found = found_in(broken, contract, tmp_path)
    assert {name for name, _ in found} == broken.expects
    assert sorted(row for name, row in found if name == rule and row) == list(broken.rows)
    typed = {"gl.GLOBAL_ATTRIBUTE_NUMBER5.type"}  # END inside the layout is the last column's value, too
    assert broken.expects == ({rule, *typed} if rule == "gl.shape.shifted" else {rule})


@pytest.mark.parametrize(
    ("identity", "rule", "rows"),
    [
        (JOURNALS, "gl.shape.surplus", (2,)),
        (JOURNALS, "gl.shape.ragged", ()),
        (JOURNALS, "gl.shape.unreadable", (2,)),
        (JOURNALS, "gl.shape.line_break", (2,)),
        (WORKERS, "worker.shape.values", (1,)),
        (WORKERS, "worker.shape.unreadable", (1,)),
        (WORKERS, "worker.shape.hint", ()),
    ],
)
def test_a_shape_is_broken_in_the_records_that_are_told(identity: str, rule: str, rows: tuple[int, ...]) -> None:
    contract = contract_of(identity)
    broken = Breakers(contract).of(contract.rules[rule])
    assert broken is not None
    assert broken.rows == rows


@pytest.mark.parametrize(
    ("identity", "profile", "rule"),
    [
        (JOURNALS, "oracle", "GL-100"),
        (JOURNALS, "oracle", "gl.STATUS.required"),
        (JOURNALS, "oracle", "gl.ACCOUNTING_DATE.type"),
        ("hr.salaries", "oracle", "SAL-600"),  # of records with equal units, which no column tells
        ("finance.bank_statement_bai2", "nc_district", "group_control.parent"),  # it stands before the group
        ("hr.wage_reports_efw2", "nc_district", "wage.parent"),  # an employer is gone, of whom there is one
    ],
)
def test_a_rule_over_records_is_broken_in_a_file(identity: str, profile: str, rule: str, tmp_path: Path) -> None:
    contract = contract_of(identity, profile)
    broken = Breakers(contract).of(contract.rules[rule])
    assert broken is not None
    found = found_in(broken, contract, tmp_path)
    assert {name for name, _ in found} == broken.expects
    assert sorted(row for name, row in found if name == rule) == list(broken.rows)


def test_a_payload_without_all_its_members_is_told_to_lack_them() -> None:
    contract = contract_of("procurement.purchase_orders", "nc_district")
    broken = Breakers(contract).of(contract.rules["headers.CHANGE_ORDER_DESC.length"])  # of a header sent alone
    assert broken is not None
    assert broken.expects == {broken.rule.id, "package.member_missing"}


def test_every_rule_has_a_breaker_or_a_reason() -> None:
    """Asked of a few rules of each sort."""
    open_, flag, *others = (
        "package.member_unknown", "suppliers.ONE_TIME_FLAG.length",
        "package.folder", "suppliers.shape.row_count", "suppliers.IMPORT_ACTION.one_of", "SUP-010",
    )  # fmt: skip
    every = contract_of(SUPPLIERS)
    contract = replace(every, rules={rule: every.rules[rule] for rule in (open_, flag, *others)})
    assert [broken.rule.id for broken in breakers(contract)] == others
    assert unbroken(contract) == {
        open_: "the contract takes other members, too",
        flag: "what is too long is no value of its type, which is told alone",
    }


def test_a_member_too_many_breaks_a_contract_that_takes_no_others() -> None:
    contract = replace(contract_of(JOURNALS), files_exactly=True)
    broken = Breakers(contract).of(contract.rules["package.member_unknown"])
    assert broken is not None
    assert broken.expects == {"package.member_unknown"}


@pytest.mark.parametrize(("identity", "file"), [(JOURNALS, "gl"), (WORKERS, "address")])
def test_fewer_records_than_agreed_break_the_agreement(identity: str, file: str) -> None:
    contract = contract_of(identity)
    rule = contract.rules[f"{file}.shape.row_count"]
    assert Breakers(contract).missing(rule) == "the contract sets no number of records"
    agreed = replace(contract, files={**contract.files, file: replace(contract.files[file], rows=(2, 9))})
    broken = Breakers(agreed).of(rule)
    assert broken is not None
    assert rule.id in broken.expects
    lax = replace(contract, files={**contract.files, file: replace(contract.files[file], rows=(0, 9))})
    assert Breakers(lax).missing(rule) == "fewer records than agreed cannot be sent"


def test_a_rule_over_a_list_that_nobody_binds_has_no_breaker() -> None:
    contract = load(JOURNALS, load_profile("oracle"))
    search = Breakers(contract)
    assert search.of(contract.rules["gl.LEDGER_NAME.list"]) is None
    assert search.missing(contract.rules["gl.LEDGER_NAME.list"]).endswith("is not bound")


@pytest.mark.parametrize(
    ("identity", "profile", "rule", "reason"),
    [
        ("finance.bank_statement_bai2", "nc_district", "account.shape.line_break", "without quotes a line break ends the record"),
        ("finance.invoices_rest", "oracle", "line.parent", "a nested record has a parent"),
        ("finance.project_costs", "oracle", "labor.TRANSACTION_TYPE.one_of", "a record of another mark is one of another file"),
    ],
)  # fmt: skip
def test_what_no_file_can_hold_has_no_breaker(identity: str, profile: str, rule: str, reason: str) -> None:
    contract = contract_of(identity, profile)
    search = Breakers(contract)
    assert search.of(contract.rules[rule]) is None
    assert search.missing(contract.rules[rule]) == reason


@pytest.mark.slow
@pytest.mark.parametrize("profile", ["oracle", "nc_district"])
def test_shape_and_package_are_broken_in_every_shipped_contract(profile: str) -> None:
    for identity in written_ids(load_profile(profile)):
        contract = contract_of(identity, profile)
        if contract.status == "draft":  # it may still lack examples
            continue
        search = Breakers(contract)
        for rule in contract.rules.values():
            if (identity, rule.id) == ("procurement.supplier_bank_accounts", "uses.shape.line_break"):
                continue  # its texts are all dates and keys
            if rule.kind in READERS and (why := search.missing(rule)):
                assert OPEN.get(rule.id.removeprefix(f"{rule.file}.")) == why, f"{identity} {rule.id}: {why}"
