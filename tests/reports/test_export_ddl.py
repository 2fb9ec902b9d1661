"""Staging tables: names and types as databases take them, and rows that they take or refuse as the contract says."""

# ruff: noqa: E501 - statements read better in one line

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from export_contract import TEXT, claims
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlglot import exp

from contracts import BLOCKING, Contract, Records, breakers, contract_ids, frames, load, load_profile, valid_examples
from reports.exports.ddl import _RESERVED, ORACLE, POSTGRES, ddl, quoted, shortened, table_name

POSTGRES_URL = os.environ.get("HARNESS_TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/test")


@pytest.fixture
def database() -> Iterator[Connection]:
    """A PostgreSQL with a schema of its own, dropped afterwards."""
    engine = create_engine(POSTGRES_URL, connect_args={"connect_timeout": 2})
    schema = f"staging_{uuid.uuid4().hex}"
    try:
        with engine.connect() as connection:
            connection.execute(text(f"CREATE SCHEMA {schema}"))
            connection.execute(text(f"SET search_path TO {schema}"))
            connection.commit()
            try:
                yield connection
            finally:
                connection.rollback()
                connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
                connection.commit()
    except OperationalError:
        pytest.skip("no PostgreSQL at HARNESS_TEST_POSTGRES_URL")
    finally:
        engine.dispose()


def lines(contract: Contract, dialect: Any = ORACLE) -> list[str]:
    return [line.strip().removesuffix(",") for line in ddl(contract, dialect).decode().splitlines()]


def make(database: Connection, contract: Contract) -> None:
    for statement in ddl(contract, POSTGRES).decode().split(";\n"):
        if statement.strip():
            database.exec_driver_sql(statement.replace("%", "%%"))


def store(database: Connection, contract: Contract, records: Any) -> None:
    """Load example records as typed values."""
    read = Records(contract, frames(contract, records))
    for name, ready in read.ready.items():
        file = contract.files[name]
        rows = ready.frame.select(ready.value(column).alias(column) for column in file.columns).rows()
        names = ", ".join(quoted(column, POSTGRES) for column in ("_payload", "_row", *file.columns))
        marks = ", ".join(["%s"] * (len(file.columns) + 2))
        insert = f"INSERT INTO {quoted(table_name(contract, file), POSTGRES)} ({names}) VALUES ({marks})"
        for number, row in enumerate(rows, start=1):
            database.exec_driver_sql(insert, ("example.zip", number, *row))


def test_columns_are_typed_named_and_commented_in_the_words_of_each_database(tmp_path: Path) -> None:
    contract = claims(tmp_path)
    oracle, postgres = lines(contract), lines(contract, POSTGRES)
    for found, wanted in (
        (oracle, ["CLAIM VARCHAR2(8 CHAR) NOT NULL", "TOTAL NUMBER(9,2)", "PAID DATE", "SENT TIMESTAMP", "RATE NUMBER"]),
        (oracle, ['"Batch(Id)" NUMBER(6)', '"ORDER" VARCHAR2(4000 CHAR)', "URGENT VARCHAR2(5 CHAR)", "REASON VARCHAR2(60 CHAR)"]),
        (postgres, ["CLAIM varchar(8) NOT NULL", "TOTAL numeric(9,2)", "PAID date", "SENT timestamp", "RATE numeric"]),
        (postgres, ['"Batch(Id)" numeric(6)', '"ORDER" text', "URGENT boolean", '"_row" numeric(10) NOT NULL']),
        (oracle, ["CONSTRAINT \"CLM:heads.KIND.one_of\" CHECK (KIND IN ('CASH', 'CARD'))"]),
        (oracle, ['CONSTRAINT "CLM:heads.TOTAL.range" CHECK (TOTAL BETWEEN 0 AND 5000)']),
        (postgres, ["CONSTRAINT \"CLM:heads.PAID.range\" CHECK (PAID BETWEEN DATE '2025-01-01' AND DATE '2026-12-31')"]),
        (oracle, ["CONSTRAINT \"CLM:heads.FINAL.type\" CHECK (FINAL IN ('Y', 'N'))"]),
        (oracle, ["COMMENT ON COLUMN stg_finance_claims_heads.CLAIM IS 'Claim; =The claim''s number';"]),
        (oracle, ["COMMENT ON COLUMN stg_finance_claims_heads.TAX_ID IS 'personal data: sensitive';"]),
    ):  # fmt: skip
        assert [line for line in wanted if line not in found] == []


def test_rules_that_do_not_stop_a_record_are_no_constraints() -> None:
    contract = load("finance.gl_journals")
    graded = {rule.id: rule.severity for rule in contract.rules.values()}
    named = re.findall(r'CONSTRAINT "GL:([^"]+)"', ddl(contract, ORACLE).decode())
    assert graded["gl.REFERENCE9.one_of"] == "moderate"
    assert named
    assert {graded[id_] for id_ in named} <= BLOCKING


@pytest.mark.parametrize("id_", ["finance.gl_journals", "finance.ap_invoices", "hr.workers"])
def test_oracles_statements_are_read_back_with_every_column(id_: str) -> None:
    contract = load(id_, "nc_district")
    parsed = sqlglot.parse(ddl(contract, ORACLE).decode(), read="oracle")
    tables = {one.this.this.name: one.this for one in parsed if isinstance(one, exp.Create)}
    for file in contract.files.values():
        columns = [one.name for one in tables[table_name(contract, file)].find_all(exp.ColumnDef)]
        assert [name for name in columns if not name.startswith("_")] == list(file.written)
    assert not any(isinstance(one, exp.Command) for one in parsed)


def test_a_long_name_is_cut_visibly_and_told_whole(tmp_path: Path) -> None:
    name = f"Département_{'x' * 60}(SourceSystemId)"
    short = shortened(name, POSTGRES.longest)
    assert len(short.encode()) <= 63 < len(name.encode())
    assert re.fullmatch(r"Département_x+~[0-9a-f]{8}", short)
    assert shortened(f"{name}2", 63) != short
    assert shortened(name, ORACLE.longest) == name
    contract = claims(tmp_path, TEXT.replace("Batch(Id)", name))
    assert f"IS '{name} (whole name: {name})'" in ddl(contract, POSTGRES).decode()
    assert f'"{short}" numeric(6)' in ddl(contract, POSTGRES).decode()


def test_postgresql_takes_every_row_of_a_valid_example_and_refuses_what_breaks_a_check(
    tmp_path: Path, database: Connection
) -> None:
    contract = claims(tmp_path)
    make(database, contract)
    for example in valid_examples(contract).values():
        store(database, contract, example.records)
    count = database.exec_driver_sql("SELECT COUNT(*), SUM(total) FROM stg_finance_claims_heads").one()
    assert [str(value) for value in count] == ["2", "35.00"]
    database.commit()
    refused = {}
    for one in breakers(contract):
        if (
            one.rule.kind in ("one_of", "range", "required")
            and not one.rule.conditions
            and "contexts" not in one.rule.spec
        ):
            with pytest.raises(IntegrityError) as error:
                store(database, contract, one.records)
            refused[one.rule.id] = error.value.orig.diag.constraint_name  # type: ignore[union-attr]
            database.rollback()
    assert refused["heads.KIND.one_of"] == "CLM:heads.KIND.one_of"
    assert refused["heads.TOTAL.range"] == "CLM:heads.TOTAL.range"
    assert {"heads.CLAIM.required", "lines.NUMBER.required"} <= refused.keys()


@pytest.mark.slow
@pytest.mark.parametrize("id_", ["finance.gl_journals", "finance.ap_invoices", "hr.workers"])
def test_postgresql_takes_all_valid_examples_of_shipped_contracts(id_: str, database: Connection) -> None:
    contract = load(id_, sample=True)
    make(database, contract)
    for example in valid_examples(contract).values():
        store(database, contract, example.records)


@pytest.mark.slow
@pytest.mark.parametrize("profile", ["oracle", "nc_district"])
def test_postgresql_makes_the_tables_of_every_contract(profile: str, database: Connection) -> None:
    for id_ in contract_ids(load_profile(profile)):
        make(database, load(id_, profile))


def test_words_that_postgresql_keeps_are_quoted(database: Connection) -> None:
    words = database.exec_driver_sql("SELECT upper(word) FROM pg_get_keywords() WHERE catcode IN ('R', 'T')").scalars()
    assert set(words) - _RESERVED == set()
