"""The module of pandera schemas: alone it finds what the harness finds, rule by rule and record by record."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import polars as pl
import pytest
from export_contract import TEXT, claims
from hypothesis import given, settings
from hypothesis import strategies as st
from pandera.errors import SchemaErrors

from contracts import Contract, Type, breakers, contract_ids, frames, load, load_profile, schema, valid_examples
from contracts.typing import mask_forms, oversized, typed
from reports.exports import standalone
from reports.exports.pandera_module import pandera_module

SHIPPED = ("finance.gl_journals", "finance.ap_invoices", "hr.workers")


def loaded(contract: Contract) -> ModuleType:
    module = ModuleType(contract.id.replace(".", "_"))
    sys.modules[module.__name__] = module  # dataclasses look for their module
    exec(compile(pandera_module(contract), module.__name__, "exec"), module.__dict__)
    return module


def found(checked: Any, frame: pl.DataFrame, rule: str, row: str, first: int) -> set[tuple[str, int]]:
    try:
        checked.validate(frame, lazy=True)
    except SchemaErrors as errors:
        return {(id_, number + first) for id_, number in errors.failure_cases.select(rule, row).iter_rows()}
    return set()


def differences(contract: Contract, payloads: Iterable[Any]) -> list[tuple[str, int]]:
    """Findings of one side alone, of the rules that are in the module."""
    module, wrong = loaded(contract), []
    for records in payloads:
        read = frames(contract, records)
        for file, frame in read.items():
            told = {check.name for check in module.SCHEMAS[file].checks}
            wanted = {one for one in found(schema(contract, file, read), frame, "rule", "row", 0) if one[0] in told}
            wrong += wanted ^ found(module.SCHEMAS[file], frame, "check", "index", 1)
    return wrong


def payloads(contract: Contract, every: int = 1) -> list[Any]:
    records = [one.records for one in valid_examples(contract).values()]
    return [*records, *(one.records for one in breakers(contract))][::every]


@cache
def source(id_: str) -> str:
    return pandera_module(load(id_)).decode()


def test_the_module_finds_what_the_harness_finds(tmp_path: Path) -> None:
    contract = claims(tmp_path)
    assert differences(contract, payloads(contract, every=5)) == []


@pytest.mark.parametrize("id_", SHIPPED[:2])
def test_the_module_of_a_shipped_contract_finds_what_the_harness_finds(id_: str) -> None:
    contract = load(id_)
    first = next(iter(valid_examples(contract).values()))
    assert differences(contract, [first.records]) == []


@pytest.mark.slow  # workers take minutes, and the overlay of the district adds little to them
@pytest.mark.parametrize(
    ("id_", "profile"),
    [(one, "oracle") for one in SHIPPED] + [(one, "nc_district") for one in SHIPPED if one != "hr.workers"],
)
def test_the_modules_find_what_the_harness_finds_in_every_example_and_breaker(id_: str, profile: str) -> None:
    contract = load(id_, profile, sample=profile == "oracle")
    assert differences(contract, payloads(contract, every=2)) == []


@pytest.mark.slow
def test_every_contract_makes_a_module_that_takes_its_valid_examples() -> None:
    for id_ in contract_ids(load_profile("oracle")):
        contract = load(id_, sample=True)
        assert differences(contract, payloads(contract)[:1]) == [], id_


def test_a_module_needs_polars_and_pandera_alone(tmp_path: Path) -> None:
    contract = claims(tmp_path)
    (tmp_path / "finance_claims.py").write_bytes(pandera_module(contract))
    tree = ast.parse(pandera_module(contract))
    imported = {one.module or "" for one in ast.walk(tree) if isinstance(one, ast.ImportFrom)}
    imported |= {name.name for one in ast.walk(tree) if isinstance(one, ast.Import) for name in one.names}
    assert {name.partition(".")[0] for name in imported} - set(sys.stdlib_module_names) == {"pandera", "polars"}
    use = (
        "import polars, finance_claims;"
        "heads = polars.DataFrame({'CLAIM': ['C1'], 'KIND': ['CASH']});"
        "print(len(finance_claims.SCHEMAS['heads'].validate(heads)))"
    )
    done = subprocess.run([sys.executable, "-c", use], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"


def test_a_written_rule_stands_there_in_its_own_words() -> None:
    text = source("finance.gl_journals")
    assert "# A reversal names its period (significant, predicts ER01)" in text
    assert """row("GL-110", "REFERENCE8 IS NOT NULL", when="REFERENCE7 = 'Y'"),""" in text


def test_rules_that_need_more_than_one_file_are_named_with_the_reason() -> None:
    text = source("finance.ap_invoices")
    assert "#   AP-040: looks at another file" in text
    assert "#   headers.SOURCE.list: the values of its list are not part of this module" in text
    assert "#   AP-150: polars' SQL reads MUL in another way" in text
    assert "#   worker.gap: looks at histories of records" in source("hr.workers")


def test_every_rule_of_a_file_is_a_check_or_named(tmp_path: Path) -> None:
    contract = claims(tmp_path)
    module, text = loaded(contract), pandera_module(contract).decode()
    checks = {check.name for one in module.SCHEMAS.values() for check in one.checks}
    for rule in contract.rules.values():
        assert rule.kind in ("shape", "package") or rule.id in checks or f"#   {rule.id}: " in text


def test_words_of_a_contract_are_never_run(tmp_path: Path) -> None:
    nasty = "Paid \\\\ '''\\\"\\\"\\\" + open('x')\\n\\u2028import os"
    contract = claims(
        tmp_path, TEXT.replace("A paid claim has a total", f'"{nasty}"').replace("Claims | of = <staff>", f'"{nasty}"')
    )
    assert "open('x')" in contract.title
    assert set(loaded(contract).SCHEMAS) == {"heads", "lines"}
    assert "os" not in vars(loaded(contract))


kinds = st.sampled_from(
    [
        *("number", "number(4)", "number(9,2)", "integer(3)", "integer", "flag", "boolean"),
        *(
            "date(YYYY/MM/DD)",
            "date(YYMMDD)",
            "timestamp(YYYY-MM-DD HH24:MI:SS)",
            "timestamp(YYYY/MM/DD HH24:MI:SS.FF)",
        ),
    ]
)
texts = st.one_of(
    st.text("0123456789+-.,/: YNe", max_size=20),
    st.datetimes().map(lambda one: f"{one:%Y/%m/%d}"),
    st.datetimes().map(lambda one: f"{one:%Y/%m/%d %H:%M:%S}.5"),
    st.sampled_from(["Y", "N", "true", "251231", "1.50", None]),
)


@given(st.lists(texts, min_size=15, max_size=15), kinds.map(Type.parse))
@settings(max_examples=60, deadline=None)
def test_texts_are_read_as_the_harness_reads_them(values: list[str | None], kind: Type) -> None:
    frame = pl.DataFrame({"text": values}, schema={"text": pl.String})
    text, form = pl.col("text"), mask_forms(kind.mask)[1]
    own = {
        "number": lambda: standalone.number(kind.size or 0, kind.scale),
        "integer": lambda: standalone.number(kind.size or 0, whole=True),
        "flag": lambda: standalone.words("Y", "N"),
        "boolean": lambda: standalone.words("true", "false"),
        "date": lambda: standalone.day(form),
        "timestamp": lambda: standalone.moment(form, "." if kind.mask.endswith("FF") else ""),
    }[kind.kind]()
    value = typed(text, kind, "")
    large = oversized(text, value, kind)
    misfit = value.is_null() & text.is_not_null()
    wanted = frame.select(value=value, misfit=(misfit if large is None else misfit | large).fill_null(False))
    assert frame.select(value=own.value(text), misfit=own.misfit(text)).equals(wanted)
