"""Plans: loading order, and keys looked up in payloads that are loaded before."""

# ruff: noqa: E501 - contracts read better in one line

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from contracts import load, load_profile, valid_examples
from harness.errors import UsageError
from harness.planning import plan
from interfaces import write as send
from tests.contracts.contract_texts import write

Call = Callable[..., int]
HEAD = """\
    contract: finance.{name}
    version: 1.0.0
    status: active
    title: {name}
    owner: {{department: Finance}}
    direction: inbound
    channel: delimited
    prefix: {prefix}
    """
VENDORS = """\
    files:
      vendors:
        name: vendors*.csv
        csv: {header: true}
        accept_unit: [NAME]
        columns: [{name: NAME, type: text(9), required: true}, {name: KIND, type: text(1), one_of: [A, B]}]
    """
SITES = """\
    needs: [finance.vendors]
    files:
      sites:
        name: sites*.csv
        csv: {header: true}
        accept_unit: [VENDOR, SITE]
        columns: [{name: VENDOR, type: text(9), list: vendors}, {name: SITE, type: text(9)}]
    lists:
      vendors: {about: vendors in the pod, columns: [name], loaded_by: {contract: finance.vendors, file: vendors, columns: {name: NAME}}}
    """


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A profile of two contracts and its payloads, the dependent one first by name."""
    profile = tmp_path / "own"
    profile.mkdir()
    (profile / "profile.toml").write_text('name = "own"\ntitle = "Own"\n', encoding="utf-8")
    for name, prefix, body in (("vendors", "VEN", VENDORS), ("sites", "SIT", SITES)):
        write(profile, dedent(HEAD).format(name=name, prefix=prefix) + dedent(body), f"finance.{name}")
    sent = tmp_path / "sent"
    sent.mkdir()
    (sent / "sites_1.csv").write_text("VENDOR,SITE\nAcorn,MAIN\nBirch,MAIN\n")
    (sent / "vendors_1.csv").write_text("NAME,KIND\nAcorn,A\n")
    (sent / "vendors_2.csv").write_text("NAME,KIND\nBirch,B\n")
    return tmp_path


def test_what_is_needed_is_loaded_first_and_lends_its_keys(folder: Path) -> None:
    steps = list(plan([folder / "sent"], load_profile("own", folder / "own")))
    assert [step.path.name for step in steps] == ["vendors_1.csv", "vendors_2.csv", "sites_1.csv"]
    assert [one.rows for one in steps[-1].lent] == [2]
    assert not any(step.result.blocking for step in steps)


def test_a_key_that_no_payload_brings_is_a_finding(folder: Path, harness: Call, tmp_path: Path) -> None:
    (folder / "sent" / "vendors_2.csv").unlink()
    out = tmp_path / "plan.json"
    assert harness("plan", folder / "sent", "--profile", folder / "own", "--quiet", "--json", out) == 1
    *_, sites = json.loads(out.read_text())
    assert [(one["id"], one["findings"]) for one in sites["rules"]] == [("sites.VENDOR.list", 1)]
    assert sites["keys"] == [{"list": "vendors", "contract": "finance.vendors", "rows": 1}]


def test_without_the_payload_that_is_needed_only_the_lists_can_tell(folder: Path) -> None:
    (step,) = plan([folder / "sent" / "sites_1.csv"], load_profile("own", folder / "own"))
    assert step.absent == ("finance.vendors",)
    assert [rule.id for rule in step.result.rules if rule.status == "not_checked"] == ["sites.VENDOR.list"]


def test_contracts_that_need_each_other_are_refused_in_words(folder: Path) -> None:
    text = dedent(HEAD).format(name="vendors", prefix="VEN") + "needs: [finance.sites]\n" + dedent(VENDORS)
    write(folder / "own", text, "finance.vendors")
    with pytest.raises(UsageError, match="contracts need each other: finance"):
        list(plan([folder / "sent"], load_profile("own", folder / "own")))


def test_an_empty_folder_is_refused_in_words(folder: Path, harness: Call) -> None:
    (folder / "nothing").mkdir()
    assert harness("plan", folder / "nothing", "--profile", folder / "own") == 2


SUPPLIER = {"VENDOR_NAME": "Northgate Field Lighting LLC"}
FAMILY = {
    "suppliers": {"suppliers": SUPPLIER | {"SEGMENT1": "0099001"}},
    "supplier_addresses": {"addresses": SUPPLIER | {"PARTY_SITE_NAME": "YARD"}},
    "supplier_contacts": {"contacts": SUPPLIER, "contact_addresses": SUPPLIER | {"PARTY_SITE_NAME": "YARD"}},
    "supplier_sites": {"sites": SUPPLIER | {"PARTY_SITE_NAME": "YARD", "VENDOR_SITE_CODE": "YARD PAY"}},
    "supplier_site_assignments": {"assignments": SUPPLIER | {"VENDOR_SITE_CODE": "YARD PAY"}},
}
"""A new supplier, told in five files that only fit together."""


@pytest.fixture
def family(tmp_path: Path) -> Callable[..., Path]:
    """Writes the five zips of one supplier, named against their loading order; ``changed``: cells by file id."""

    def sent(**changed: dict[str, str]) -> Path:
        folder = tmp_path / "family"
        folder.mkdir()
        for number, (name, cells) in enumerate(reversed(FAMILY.items()), start=1):
            contract = load(f"procurement.{name}", "oracle", sample=True)
            example = contract.examples[next(iter(valid_examples(contract)))].records
            records = {
                file: [{**rows[0], **cells[file], **changed.get(file, {})}]
                for file, rows in example.items() if file in cells
            }  # fmt: skip
            send(folder / f"{number}.zip", contract, records)
        return folder

    return sent


def test_five_supplier_files_are_one_linked_set(family: Callable[..., Path]) -> None:
    steps = list(plan([family()], load_profile("oracle")))
    assert [step.contract.id.partition(".")[2] for step in steps] == list(FAMILY)
    assert [(step.path.name, step.result.blocking, step.absent) for step in steps] == [
        (f"{number}.zip", False, ()) for number in (5, 4, 3, 2, 1)
    ]
    lent = {step.contract.id.partition(".")[2]: sorted(one.list for one in step.lent) for step in steps}
    assert lent == {
        "suppliers": [], "supplier_addresses": ["suppliers"],
        "supplier_sites": ["supplier_addresses", "suppliers"],
        "supplier_site_assignments": ["supplier_sites", "suppliers"],
        "supplier_contacts": ["supplier_addresses", "suppliers"],
    }  # fmt: skip


def test_a_supplier_that_is_refused_refuses_all_that_hangs_on_it(family: Callable[..., Path]) -> None:
    steps = list(plan([family(suppliers={"VENDOR_NAME_NEW": "Northgate Lights"})], load_profile("oracle")))
    found = {
        step.contract.id.partition(".")[2]: {one.id for one in step.result.rules if one.findings} for step in steps
    }
    assert found["suppliers"] == {"SUP-010"}
    assert "addresses.VENDOR_NAME.list" in found["supplier_addresses"]
    assert all(found.values())


def test_a_site_at_an_address_that_nobody_sent_is_found_across_files(family: Callable[..., Path]) -> None:
    steps = list(plan([family(sites={"PARTY_SITE_NAME": "ELSEWHERE"})], load_profile("oracle")))
    found = {
        step.contract.id.partition(".")[2]: {one.id for one in step.result.rules if one.findings} for step in steps
    }
    assert found["supplier_sites"]
    assert not found["suppliers"] | found["supplier_addresses"]
    assert found["supplier_site_assignments"]  # its site is not loaded


def test_a_payload_of_no_contract_is_told_what_a_plan_can_take(
    folder: Path, harness: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "sent" / "notes.csv").write_text("A\n1\n")
    assert harness("plan", folder / "sent", "--profile", folder / "own") == 2
    assert "put it into a folder named after its contract or interface" in capsys.readouterr().err


def test_a_payload_that_is_named_twice_is_loaded_once(folder: Path) -> None:
    steps = list(plan([folder / "sent", folder / "sent" / "vendors_1.csv"], load_profile("own", folder / "own")))
    assert [step.path.name for step in steps] == ["vendors_1.csv", "vendors_2.csv", "sites_1.csv"]
