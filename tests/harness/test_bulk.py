"""Payloads at volume: valid ones give no finding, planted faults are found, and nothing is found beside them."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from contracts import Contract, ContractError, Profile, contract_ids, load, load_profile
from harness import Bulk, UsageError, bulk, check, read
from harness.generate.texts import nobodys
from interfaces import write_frames
from test_suites.often import OFTEN, each_once

TOGETHER = {  # a fault reaches into other blocks
    "finance.project_costs",  # a record whose type is broken is nobody's
    "hr.bank_accounts",  # a bank that several branches name
}
CONTRACTS = [
    (profile, one) for profile, one in each_once() if load(one, profile).status == "active" and one not in TOGETHER
]
JOURNALS = {"GL-010": 0.02, "gl.ENTERED_CR.type": 0.01}
TIGHT = """
    contract: finance.demo
    version: 1.0.0
    status: draft
    title: Demonstration
    owner: {department: Finance}
    direction: inbound
    channel: fbdi
    prefix: DM
    files:
      f:
        name: f.csv
        accept_unit: [NO]
        columns:
          - {name: NO, type: text(1)}
    rules:
      DM-001:
        title: A number stands once
        severity: significant
        basis: observed
        file: f
        unique: [NO]
        breaks: duplicate
    examples:
      one: {f: [{NO: A}]}
    """
HASHES = """
from harness import bulk, load
made = bulk(load("finance.gl_journals", "nc_district"), 300, 7, {"GL-010": 0.02, "gl.ENTERED_CR.type": 0.01})
print(made.frames["gl"].write_csv(), made.truth.write_csv())
"""


@pytest.fixture(scope="module")
def journals() -> Contract:
    """The district's journals."""
    return load("finance.gl_journals", "nc_district")


@pytest.fixture(scope="module")
def broken(journals: Contract) -> Bulk:
    """Journals with two faults."""
    return bulk(journals, 2000, 7, JOURNALS)


def findings(made: Bulk, contract: Contract, folder: Path) -> pl.DataFrame:
    """All that the contract finds in the payload as it is written and read again."""
    path = folder / "payload.zip"
    write_frames(path, contract, made.frames)
    return check(read(path, contract), contract, all_findings=True).findings


def assert_told(made: Bulk, found: pl.DataFrame) -> None:
    """What was planted is found, and nothing is found in a block that was not broken."""
    keys = ["file", "row", "rule"]
    assert made.truth.join(found, on=keys, how="anti").rows() == []
    outside = [one for one in found.select(keys).rows() if not (one[1] and made.faulty[one[0]][one[1] - 1])]
    assert outside == []


ONE_UNIT = {
    "finance.bank_statement_bai2", "finance.positive_pay", "finance.unclaimed_property", "finance.us_1099",
    "finance.vendor_ach", "hr.pay_ach", "hr.retirement_orbit", "hr.wage_reports_efw2",
}  # fmt: skip
"""A file with one header is one unit, and cannot be laid beside itself."""
KEYS_OF_LISTS = {"finance.account_codes", "hr.time_entries"}
"""Keys are values of lists and dates: they cannot be numbered on."""
COUNTED = {"finance.pcard_transactions"}
"""Records of many units are counted together: what is laid beside itself holds for some repetitions, not for all."""
DISTRICT = load_profile("nc_district")
REPEATED = [
    pytest.param(one, marks=() if one in OFTEN else pytest.mark.slow)
    for one in contract_ids(DISTRICT)
    if one not in ONE_UNIT | KEYS_OF_LISTS | COUNTED
]


@pytest.mark.slow
@pytest.mark.parametrize("identity", sorted(ONE_UNIT | KEYS_OF_LISTS))
def test_a_payload_that_cannot_be_repeated_is_refused_in_words(identity: str) -> None:
    with pytest.raises(ContractError, match="no valid payload can be repeated"):
        bulk(load(identity, "nc_district"), 600)


@pytest.mark.parametrize("identity", REPEATED)
def test_a_valid_payload_is_read_as_it_was_written_and_gives_no_finding(identity: str, tmp_path: Path) -> None:
    contract = load(identity, "nc_district")
    made = bulk(contract, 600, 7)
    assert made.truth.is_empty()
    path = tmp_path / "payload.zip"
    write_frames(path, contract, made.frames)
    payload = read(path, contract)
    for file, frame in made.frames.items():
        told = [name for name in frame.columns if name not in ("_id", "_of")]  # readers number records anew
        assert payload.frames[file].select(told).equals(frame.select(told))
    assert check(payload, contract, all_findings=True).findings.rows() == []


@pytest.mark.slow
@pytest.mark.parametrize(("profile", "identity"), CONTRACTS)
def test_every_fault_is_found_and_nothing_beside_it(profile: str, identity: str, tmp_path: Path) -> None:
    contract = load(identity, profile)
    made = bulk(contract, 20_000, 3, 0.2)
    assert len(made.planted) > 10
    assert_told(made, findings(made, contract, tmp_path))


def test_planted_faults_are_found_and_nothing_beside_them(broken: Bulk, journals: Contract, tmp_path: Path) -> None:
    assert_told(broken, findings(broken, journals, tmp_path))


def test_what_a_block_breaks_only_beside_its_own_copy_is_not_told_of_it(tmp_path: Path) -> None:
    contract = load("hr.assignments")  # its third supervisor is of an assignment of the pod, in every copy the same
    made = bulk(contract, 60, 1, {"ASG-614": 0.001})
    assert (made.planted, made.truth.height) == ({"ASG-614": 1}, 2)
    assert_told(made, findings(made, contract, tmp_path))


def test_each_rule_is_planted_at_its_rate(broken: Bulk) -> None:
    assert broken.records == 2000
    for rule, rate in JOURNALS.items():
        assert broken.planted[rule] == pytest.approx(rate * broken.blocks, abs=3)
        assert set(broken.truth.filter(pl.col("rule") == rule)["file"]) == {"gl"}
    assert broken.truth["rule"].value_counts().height == 2


def test_one_share_is_spread_over_all_rules_that_can_be_broken() -> None:
    made = bulk(load("procurement.suppliers", "nc_district"), 2000, 1, 0.25)
    assert len(made.planted) > 100
    assert max(made.planted.values()) - min(made.planted.values()) <= 1
    assert sum(made.planted.values()) == pytest.approx(0.25 * made.blocks, rel=0.05)


def test_every_block_is_an_accept_unit_of_its_own(journals: Contract, tmp_path: Path) -> None:
    made = bulk(journals, 3000, 2)
    path = tmp_path / "payload.zip"
    write_frames(path, journals, made.frames)
    assert check(read(path, journals), journals).submitted == made.blocks > 500


def test_one_row_asked_for_gives_one_block(journals: Contract) -> None:
    made = bulk(journals, 1)
    assert (made.blocks, made.records) == (1, 1)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_payload_in_every_process() -> None:
    printed = [
        subprocess.run(
            [sys.executable, "-c", HASHES],
            check=True,
            capture_output=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in "12"
    ]
    assert len(printed[0]) > 10_000
    assert len({hashlib.sha256(text).hexdigest() for text in printed}) == 1


def test_another_seed_gives_another_payload(journals: Contract) -> None:
    first, second = (bulk(journals, 200, seed).frames["gl"] for seed in (1, 2))
    assert not first.equals(second)


def test_numbers_of_persons_and_companies_are_nobodys() -> None:
    contract = load("procurement.suppliers", "nc_district")
    made = bulk(contract, 3000, 4)
    numbers = made.frames["suppliers"]["NUM_1099"].drop_nulls()
    assert numbers.n_unique() > 300
    known = {row.get("NUM_1099") for one in contract.examples.values() for row in one.records.get("suppliers", ())}
    assert [number for number in numbers if not (nobodys(number) or number in known)] == []


@pytest.mark.parametrize(
    ("rows", "faults", "told"),
    [
        (0, None, "no rows"),
        (100, {"GL-999": 0.1}, "no rule GL-999"),
        (100, {"GL-010": 0.0}, "no shares"),
        (100, {"GL-010": 0.7, "GL-020": 0.7}, "no shares"),
        (100, {"package.unreadable": 0.1}, "package.unreadable cannot be planted"),
        (3, {"GL-010": 0.1, "gl.ENTERED_CR.type": 0.1, "gl.ENTERED_DR.type": 0.1}, "do not fit into 3 rows"),
    ],
)
def test_what_cannot_be_had_is_told(journals: Contract, rows: int, faults: dict[str, float] | None, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        bulk(journals, rows, 0, faults)


def test_a_contract_whose_keys_have_no_room_for_numbers_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "contracts" / "finance"
    folder.mkdir(parents=True)
    (folder / "demo.yaml").write_text(dedent(TIGHT), encoding="utf-8")
    contract = load("finance.demo", Profile("mine", "Mine", path=tmp_path, time_zone=ZoneInfo("UTC")))
    with pytest.raises(ContractError, match=r"no valid payload can be repeated in one file: DM-001"):
        bulk(contract, 100)
