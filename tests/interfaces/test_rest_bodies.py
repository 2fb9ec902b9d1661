"""REST bodies: JSON objects and their collections as frames, and back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from contracts import Contract, failing, line_numbers, rows_as_read
from harness import check
from interfaces import PayloadError, RestDialect, read, write
from tests.contracts.contract_texts import build

BODY = """
    files:
      supplier:
        name: "suppliers*.json"
        accept_unit: [Supplier]
        rows: [1, 3]
        columns:
          - {path: $.Supplier, name: Supplier, type: text(20), required: true}
          - {path: $.TaxRate, name: TaxRate, type: "number(5,2)"}
          - {path: $.OneTime, name: OneTime, type: boolean}
          - {path: $.Since, name: Since, type: date}
      site:
        parent: {file: supplier}
        columns:
          - {path: "$.sites[*].SupplierSite", name: SupplierSite, type: text(15), required: true}
      assignment:
        parent: {file: site}
        columns:
          - {path: "$.sites[*].assignments[*].ClientBU", name: ClientBU, type: text(30), required: true}
    examples:
      two:
        supplier:
          - {_id: a, Supplier: Amberline, TaxRate: 7.25, OneTime: "false", Since: 2026-11-02}
          - {_id: b, Supplier: Brightfold}
        site:
          - {_id: s, _of: a, SupplierSite: MAIN}
          - {_of: b, SupplierSite: REMIT}
        assignment:
          - {_of: s, ClientBU: District}
    """


@pytest.fixture
def contract(tmp_path: Path) -> Contract:
    return build(tmp_path / "profile", BODY, channel="rest")


def sent(folder: Path, body: Any) -> Path:
    path = folder / "suppliers_1.json"
    path.write_text(body if isinstance(body, str) else json.dumps(body), encoding="utf-8")
    return path


def test_what_is_written_is_read_with_each_record_under_its_own(tmp_path: Path, contract: Contract) -> None:
    records = contract.examples["two"].records
    assert failing(contract, records) == {}
    path = tmp_path / "suppliers.json"
    write(path, contract, records, dialect=RestDialect(zipped=False))
    body = json.loads(path.read_text(encoding="utf-8"))
    assert body[0] == {
        "Supplier": "Amberline", "TaxRate": 7.25, "OneTime": False, "Since": "2026-11-02",
        "sites": [{"SupplierSite": "MAIN", "assignments": [{"ClientBU": "District"}]}],
    }  # fmt: skip
    result = check(read(path, contract), contract, all_findings=True)
    assert (result.findings.height, result.submitted) == (0, 2)


def test_numbers_keep_all_their_digits(tmp_path: Path, contract: Contract) -> None:
    path = sent(tmp_path, '{"Supplier": "A", "TaxRate": 7.250000000000000001}')
    assert read(path, contract).frames["supplier"]["TaxRate"].to_list() == ["7.250000000000000001"]


def test_an_attribute_that_the_contract_does_not_know_is_a_minor_finding(tmp_path: Path, contract: Contract) -> None:
    result = check(read(sent(tmp_path, {"Supplier": "A", "Nickname": "x"}), contract), contract, all_findings=True)
    assert result.findings.select("rule", "severity").rows() == [("supplier.Nickname.unlisted", "minor")]


@pytest.mark.parametrize(
    "body",
    ["", "{", "[1]", '{"Supplier": "A", "Supplier": "B"}', "[" * 5000, '{"Supplier": {"a": 1}}', '{"sites": 3}'],
)
def test_a_body_that_cannot_be_read_is_a_critical_finding(tmp_path: Path, contract: Contract, body: str) -> None:
    result = check(read(sent(tmp_path, body), contract), contract, all_findings=True)
    assert ("supplier.shape.unreadable", "critical") in result.findings.select("rule", "severity").rows()


def test_a_record_without_its_parent_has_no_place_in_a_body(tmp_path: Path, contract: Contract) -> None:
    with pytest.raises(PayloadError, match="has no supplier"):
        write(tmp_path / "body.zip", contract, {"site": [{"_of": "nobody", "SupplierSite": "MAIN"}]})


def test_records_are_numbered_as_they_stand_in_the_body(contract: Contract) -> None:
    """A site of the first supplier that is told last is written, and read, before those of the second."""
    suppliers, (main, remit) = contract.examples["two"].records["supplier"], contract.examples["two"].records["site"]
    records = {"supplier": suppliers, "site": [main, remit, {**main, "_id": "third", "SupplierSite": "LATE"}]}
    assert line_numbers(contract, records)["site"] == [1, 3, 2]
    assert rows_as_read(contract, records, "site", [3]) == (2,)
