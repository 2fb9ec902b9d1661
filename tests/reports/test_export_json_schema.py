"""JSON Schema: what is said of one record, in the verdicts of the contract."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from export_contract import claims
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from contracts import Contract, Type, breakers, frames, load, valid_examples
from contracts.typing import oversized, typed
from reports.exports.json_schema import json_schema, type_pattern

SAID = {"type", "length", "one_of", "pattern", "required"}
CONTRACTS = [
    "finance.gl_journals",
    "finance.ap_invoices",
    "procurement.suppliers",
    pytest.param("procurement.purchase_orders", marks=pytest.mark.slow),
]


@cache
def validator(contract_id: str) -> tuple[Contract, Draft202012Validator]:
    contract = load(contract_id, sample=True)
    return contract, checked(contract)


def checked(contract: Contract) -> Draft202012Validator:
    schema = json.loads(json_schema(contract))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def payload(contract: Contract, records: Any) -> dict[str, list[dict[str, Any]]]:
    """Records as a reader gives them."""
    return {name: frame.to_dicts() for name, frame in frames(contract, records).items()}


def faults(schema: Draft202012Validator, document: Any) -> list[str]:
    return ["/".join(map(str, one.path)) for one in schema.iter_errors(document)]


@pytest.mark.parametrize("id_", [*CONTRACTS, "hr.workers"])
def test_valid_examples_are_valid(id_: str) -> None:
    contract, schema = validator(id_)
    for example in valid_examples(contract).values():
        assert faults(schema, payload(contract, example.records)) == [], example.name


@pytest.mark.parametrize("id_", CONTRACTS)
def test_what_breaks_a_facet_is_invalid(id_: str) -> None:
    contract, schema = validator(id_)
    tried = [one for one in breakers(contract) if one.derived and one.rule.kind in SAID]
    assert len(tried) > 60
    assert [one.rule.id for one in tried if schema.is_valid(payload(contract, one.records))] == []


@pytest.mark.slow
def test_conditions_of_hdl_lines_are_said_where_they_ask_no_other_component() -> None:
    contract, schema = validator("hr.workers")
    tried = [one for one in breakers(contract) if one.derived and one.rule.kind in SAID]
    missed = [one.rule for one in tried if schema.is_valid(payload(contract, one.records))]
    assert len(tried) - len(missed) > 200
    assert [rule.id for rule in missed if "worker." not in rule.conditions["when"].text] == []


@pytest.fixture
def document(tmp_path: Path) -> tuple[Draft202012Validator, dict[str, Any]]:
    contract = claims(tmp_path)
    return checked(contract), payload(contract, contract.examples["cash"].records)


@pytest.mark.parametrize(
    ("changes", "valid"),
    [
        ({"KIND": "CARD"}, False),
        ({"KIND": "CARD", "REASON": "seen"}, True),
        ({"KIND": "CARD", "REASON": "#NULL"}, False),
        ({"CONTEXT": None}, False),
        ({"CONTEXT": None, "SLOT1": None}, True),
        ({"SLOT1": "X-1"}, False),
        ({"TOTAL": "$null$"}, True),
        ({"CLAIM": "#NULL"}, False),
        ({"UNKNOWN": "1"}, False),
        ({"URGENT": "yes"}, False),
        ({"SENT": "2025-02-27"}, False),
    ],
)
def test_a_record_is_judged_as_the_contract_does(
    document: tuple[Draft202012Validator, dict[str, Any]], changes: dict[str, str | None], valid: bool
) -> None:
    schema, records = document
    records["heads"][0] |= changes
    assert schema.is_valid(records) is valid


def test_a_missing_file_and_too_many_records_are_invalid(
    document: tuple[Draft202012Validator, dict[str, Any]],
) -> None:
    schema, records = document
    assert not schema.is_valid({"lines": records["lines"]})
    assert not schema.is_valid({**records, "heads": records["heads"] * 11})


def test_a_condition_over_another_file_is_told_in_words(tmp_path: Path) -> None:
    amount = json.loads(json_schema(claims(tmp_path)))["$defs"]["lines"]["properties"]["AMOUNT"]
    assert amount["description"] == "number(9,2); AMOUNT is given where it is due (heads.KIND = 'CASH')"


texts = st.text("0123456789+-.,eE ", max_size=14) | st.decimals(-99999, 99999, places=3).map(str)
numbers = st.sampled_from(["number", "number(4)", "number(9,2)", "number(5,0)", "integer", "integer(3)"])


@given(st.lists(texts, min_size=20, max_size=20), numbers.map(Type.parse))
@settings(max_examples=100, deadline=None)
def test_the_pattern_of_a_number_takes_what_the_type_takes(values: list[str], kind: Type) -> None:
    frame = pl.DataFrame({"text": values}, schema={"text": pl.String})
    value = typed(pl.col("text"), kind, "")
    large = oversized(pl.col("text"), value, kind)
    fits = value.is_not_null() & ~(pl.lit(False) if large is None else large.fill_null(False))
    pattern = re.compile(type_pattern(kind, ""))
    assert [bool(pattern.search(one)) for one in values] == frame.select(fits.alias("fits"))["fits"].to_list()


@given(st.datetimes(), st.sampled_from(["YYYY/MM/DD", "MM/DD/YYYY", "YYMMDD", "YYYY-MM-DD HH24:MI:SS", "DD.MM.YYYY"]))
@settings(deadline=None)
def test_the_pattern_of_a_date_takes_every_date_and_no_other_punctuation(moment: Any, mask: str) -> None:
    form = mask.replace("YYYY", f"{moment.year:04d}").replace("YY", f"{moment.year % 100:02d}")
    for part, number in (("MM", moment.month), ("DD", moment.day), ("HH24", moment.hour), ("MI", moment.minute)):
        form = form.replace(part, f"{number:02d}")
    text = form.replace("SS", f"{moment.second:02d}")
    pattern = type_pattern(Type("timestamp", mask=mask), mask)
    assert re.search(pattern, text)
    assert not re.search(pattern, f"{text}0")
    assert not re.search(pattern, text.replace("/", "_").replace("-", "_").replace(".", "_") + "_")


def test_a_date_without_a_mask_has_that_of_its_file() -> None:
    schema = json.loads(json_schema(load("finance.gl_journals")))
    assert schema["$defs"]["gl"]["properties"]["ACCOUNTING_DATE"]["pattern"].startswith("^[0-9]{4}/")
