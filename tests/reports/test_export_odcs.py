"""ODCS: valid by the official schema, and its counts in SQL find what the contract finds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import yaml
from export_contract import claims
from jsonschema.validators import validator_for

from contracts import Contract, Records, breakers, contract_ids, frames, load, load_profile, valid_examples
from contracts.examples import failing
from reports.exports.odcs import odcs
from reports.exports.sql import count_query

duckdb = pytest.importorskip("duckdb")
GROUPS = ("group", "unique")  # their queries count groups
QUERIED = ("finance.gl_journals", "finance.ap_invoices", "procurement.suppliers")


@cache
def official() -> Any:
    schema = json.loads((resources.files("open_data_contract_standard") / "schema.json").read_text(encoding="utf-8"))
    return validator_for(schema)(schema)


def read(contract: Contract) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(odcs(contract))
    return data


def custom(node: dict[str, Any]) -> dict[str, Any]:
    return {one["property"]: one["value"] for one in node.get("customProperties", ())}


@pytest.mark.parametrize("id_", ["finance.gl_journals", "procurement.suppliers"])
def test_an_export_is_valid_by_the_official_schema(id_: str) -> None:
    assert [one.message for one in official().iter_errors(read(load(id_, "nc_district")))] == []


@pytest.mark.slow
@pytest.mark.parametrize("profile", ["oracle", "nc_district"])
def test_every_contract_is_valid_by_the_official_schema(profile: str) -> None:
    for id_ in contract_ids(load_profile(profile)):
        assert [one.message for one in official().iter_errors(read(load(id_, profile)))] == [], id_


def test_what_the_standard_has_no_word_for_is_a_custom_property(tmp_path: Path) -> None:
    contract = claims(tmp_path)
    data = read(contract)
    assert [one.message for one in official().iter_errors(data)] == []
    heads, lines = data["schema"]
    columns = {one["name"]: one for one in heads["properties"]}
    assert (custom(columns["TOTAL"])["position"], custom(columns["UNIT"])["referenceList"]) == (3, ["units"])
    assert columns["PAID"]["logicalTypeOptions"] == {
        "format": "yyyy-MM-dd",
        "minimum": "2025-01-01",
        "maximum": "2026-12-31",
    }
    assert [one["value"] for one in columns["KIND"]["enum"]] == ["CASH", "CARD"]
    assert columns["TAX_ID"]["classification"] == "sensitive"
    assert lines["relationships"] == [{"type": "foreignKey", "from": ["lines.CLAIM"], "to": ["heads.CLAIM"]}]
    written = {one["id"]: one for one in heads["quality"]}
    assert heads["quality"][0]["mustBeBetween"] == [1, 10]
    assert custom(written["CLM-020"])["breaks"] == {"STAFF": "***", "TAX_ID": "***", "_in": "other"}
    assert custom(written["CLM-010"])["when"] == "PAID IS NOT NULL"
    facts = custom(data)
    assert [one["id"] for one in facts["referenceLists"]] == ["staff", "units"]
    assert {"about": "contract", "question": "Who sends it?"} in facts["unconfirmed"]


def test_every_rule_stands_in_the_export_with_its_severity() -> None:
    contract = load("finance.ap_invoices", "nc_district")
    found = dict(_graded(read(contract)))
    assert {one.id: one.severity for one in contract.rules.values()}.items() <= found.items()


def _graded(node: Any) -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        if "severity" in node:
            yield node.get("name") or node["id"], node["severity"]
        for one in node.values():
            yield from _graded(one)
    elif isinstance(node, list):
        for one in node:
            yield from _graded(one)


def payloads(contract: Contract) -> Iterator[Any]:
    yield from (one.records for one in valid_examples(contract).values())
    yield from (one.records for one in breakers(contract) if one.rule.written or one.rule.kind == "required")


def wrong_counts(contract: Contract) -> list[tuple[str, int, int]]:
    """Rules whose query counts something else than the contract finds in some payload."""
    queries = {rule.id: query for rule in contract.rules.values() if (query := count_query(contract, rule))}
    wrong = []
    for records in payloads(contract):
        read = Records(contract, frames(contract, records))
        if any(ready.failed for ready in read.ready.values()):
            continue  # a table holds no value of a wrong type
        found = failing(contract, records)
        with duckdb.connect() as database:
            for file in contract.files:
                _fill(database, contract, read, file)
            for id_, query in queries.items():
                rule, (count,) = contract.rules[id_], database.execute(query).fetchone()
                hits = len(found.get(id_, ()))
                if rule.file in read.ready and (
                    count != hits if rule.kind not in GROUPS else bool(count) != bool(hits)
                ):
                    wrong.append((id_, count, hits))
    return wrong


def _fill(database: Any, contract: Contract, read: Records, file: str) -> None:
    types = {"number": "DECIMAL(38,10)", "date": "DATE", "timestamp": "TIMESTAMP"}
    columns = {name: types.get(one.type.sort, "VARCHAR") for name, one in contract.files[file].columns.items()}
    columns |= {"_action": "VARCHAR"} if contract.channel == "hdl" else {}
    database.execute(
        'CREATE TABLE "{}" ({})'.format(file, ", ".join(f'"{name}" {one}' for name, one in columns.items()))
    )
    ready = read.ready.get(file)
    if ready and ready.height:
        rows = ready.frame.select(ready.value(name).alias(name) for name in columns).rows()
        database.executemany(f'INSERT INTO "{file}" VALUES ({", ".join("?" * len(columns))})', list(map(list, rows)))


def test_a_query_counts_what_the_contract_finds(tmp_path: Path) -> None:
    contract = claims(tmp_path)
    told = {rule.id for rule in contract.rules.values() if count_query(contract, rule)}
    assert {f"CLM-0{number}0" for number in range(1, 10)} | {"heads.REASON.required", "lines.AMOUNT.required"} <= told
    assert wrong_counts(contract) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("id_", "profile"),
    [(one, "oracle") for one in (*QUERIED, "hr.workers")] + [(one, "nc_district") for one in QUERIED],
)
def test_queries_of_shipped_contracts_count_what_they_find(id_: str, profile: str) -> None:
    assert wrong_counts(load(id_, profile, sample=profile == "oracle")) == []


def test_what_a_table_cannot_tell_is_a_text_with_the_statement_of_the_rule() -> None:
    data = read(load("finance.ap_invoices"))
    rules = {one["name"]: one for file in data["schema"] for one in file["quality"]}
    assert rules["AP-016"]["type"] == "text"
    assert custom(rules["AP-016"])["statement"] == {
        "columns": ["VENDOR_NAME", "VENDOR_NUM"], "list": "suppliers", "match": ["name", "number"]
    }  # fmt: skip
    assert custom(rules["AP-016"])["rejectionCode"] == "INCONSISTENT_SUPPLIER"


def test_a_column_with_brackets_is_referred_to_by_its_id(tmp_path: Path) -> None:
    assert (
        next(one for one in read(claims(tmp_path))["schema"][0]["properties"] if one["name"] == "Batch(Id)")["id"]
        == "Batch_Id"
    )
