"""Staging tables: rows judged as the file that would be written of them, values by what they are."""

from __future__ import annotations

import os
import sqlite3
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import URL, Column, Connection, Engine, MetaData, Table, create_engine, text
from sqlalchemy import types as sql
from sqlalchemy.dialects import oracle
from sqlalchemy.exc import OperationalError

from contracts import CheckResult, Contract, breakers, load, valid_examples
from contracts import frames as example_frames
from contracts.model import Type
from harness import check
from interfaces import (
    Payload,
    PayloadError,
    databases,
    read,
    read_query,
    read_tables,
    table_search,
    write,
    write_frames,
)
from interfaces.spelling import iso_moments, parts, plain_number, spelled
from reports.exports.ddl import POSTGRES as EXPORTED
from reports.exports.ddl import ddl
from tests.contracts.contract_texts import build

POSTGRES = os.environ.get("HARNESS_TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/test")
PER_TEST = [HealthCheck.function_scoped_fixture]
FILES = """
    files:
      heads:
        name: Heads.csv
        csv: {dates: YYYY/MM/DD}
        accept_unit: [CLAIM]
        business_key: [CLAIM]
        columns:
          - {name: CLAIM, type: text(8), required: true}
          - {name: TOTAL, type: "number(9,2)", required: true}
          - {name: RATE, type: number}
          - {name: COUNT, type: integer(4)}
          - {name: PAID, type: date, range: [2026-01-01, 2026-12-31]}
          - {name: SENT, type: timestamp(YYYY-MM-DD HH24:MI:SS)}
          - {name: FINAL, type: flag}
          - {name: NOTE, type: text(40)}
      lines:
        name: Lines.csv
        optional: true
        parent: {file: heads, by: [CLAIM]}
        columns:
          - {name: CLAIM, type: text(8), required: true}
          - {name: AMOUNT, type: "number(9,2)", required: true}
    rules:
      DM-010: {file: heads, title: The total is that of the lines, severity: critical, basis: observed,
               totals: {in: lines, by: [CLAIM], here: TOTAL, there: SUM(AMOUNT)}, breaks: {TOTAL: 1}}
    examples:
      one:
        heads: [{CLAIM: C1, TOTAL: 10}]
        lines: [{CLAIM: C1, AMOUNT: 10}]
    """
"""A claim of two files; without ``rules`` below also one of a single file."""
SINGLE = FILES.partition("      lines:")[0]
Row = Mapping[str, Any]


@pytest.fixture
def contract(tmp_path: Path) -> Contract:
    return build(tmp_path, FILES)


@pytest.fixture
def single(tmp_path: Path) -> Contract:
    return build(tmp_path, SINGLE)


@pytest.fixture
def lite(tmp_path: Path) -> Lite:
    return Lite(tmp_path / "staging.db")


class Lite:
    """A SQLite database whose columns have no type, but for days and moments."""

    def __init__(self, path: Path) -> None:
        self.path, self.url = path, f"sqlite:///{path}"

    def fill(self, name: str, columns: str, rows: Sequence[Sequence[Any]] = ()) -> None:
        with sqlite3.connect(self.path) as connection:
            connection.execute(f"DROP TABLE IF EXISTS {name}")
            connection.execute(f"CREATE TABLE {name} ({columns})")
            for row in rows:
                connection.execute(f"INSERT INTO {name} VALUES ({', '.join('?' * len(row))})", row)
        connection.close()


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    made = create_engine(POSTGRES, connect_args={"connect_timeout": 2})
    yield made
    made.dispose()


@pytest.fixture
def postgres(engine: Engine) -> Iterator[tuple[Connection, str]]:
    """A schema of its own in PostgreSQL: a connection that is in it, and its name."""
    schema = f"Staging_{uuid.uuid4().hex[:12]}"
    try:
        connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    except OperationalError:
        pytest.skip("no PostgreSQL at HARNESS_TEST_POSTGRES_URL")
    with connection:
        connection.execute(text(f'CREATE SCHEMA "{schema}"'))
        connection.execute(text(f'SET search_path TO "{schema}"'))
        try:
            yield connection, schema
        finally:
            connection.execute(text("RESET search_path"))
            connection.execute(text(f'DROP SCHEMA "{schema}" CASCADE'))


def found(result: CheckResult) -> set[tuple[str, int]]:
    """Rule and record of every finding but those about the columns of the table, and the widths of the file."""
    frame = result.samples.filter(~pl.col("rule").str.contains(r"\.shape\.(?:short|ragged)$|\.unlisted$"))
    return set(frame.select("rule", "row").rows())


def verdicts(result: CheckResult) -> list[tuple[Any, ...]]:
    return result.units.select("label", "conforms", "predicted", "amount").rows()


def facts(payload: Payload) -> dict[str, str]:
    return {fact.rule: fact.detail for fact in payload.facts}


def text_of(values: Sequence[Any], kind: str = "text", mask: str = "YYYY/MM/DD") -> list[str | None]:
    return spelled(parts(values), Type.parse(kind), mask).to_list()


# --- values


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (Decimal("1.50"), "1.5"), (Decimal("100"), "100"), (Decimal("1E+3"), "1000"), (Decimal("0E-10"), "0"),
        (Decimal("-0.00"), "0"), (Decimal("12345678901234567890123456789012345678"), "1234567890" * 3 + "12345678"),
        (Decimal("1E-7"), "0.0000001"), (7, "7"), (10**40, "1" + "0" * 40), (0.1, "0.1"), (5.0, "5"), (-0.0, "0"),
        (1e22, "1" + "0" * 22), (1.5e-7, "0.00000015"), (float("nan"), "nan"),
        (Decimal("NaN"), "NaN"), (float("-inf"), "-inf"),
    ],
)  # fmt: skip
def test_a_number_is_spelled_shortest(value: Any, words: str) -> None:
    assert text_of([value, None], "number(38,10)") == [words, None]


@given(
    st.decimals(allow_nan=False, allow_infinity=False)
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
)
def test_a_spelled_number_is_the_number(value: Any) -> None:
    (words,) = text_of([value], "number")
    assert words is not None
    assert Decimal(words) == Decimal(str(value))
    assert not words.endswith(("0", ".")) or "." not in words
    assert "e" not in words.lower()


@given(st.lists(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**20), max_value=10**20)))
def test_arrow_decimals_are_spelled_as_those_of_python(values: list[Decimal]) -> None:
    arrow = pl.Series(values, dtype=pl.Decimal(38, 4))
    assert spelled([arrow], Type("number"), "").to_list() == text_of(values, "number")


at = datetime.fromisoformat
DAY, MOMENT = date(2026, 11, 20), at("2026-11-20 13:45:30.250")


@pytest.mark.parametrize(
    ("value", "kind", "words"),
    [
        (DAY, "date", "2026/11/20"),
        (DAY, "date(DDMMYYYY)", "20112026"),
        (DAY, "date(YYMMDD)", "261120"),
        (date(1950, 1, 2), "date(YYMMDD)", "1950-01-02"),
        (date(1, 1, 2), "date", "0001/01/02"),
        (DAY, "timestamp", "2026/11/20 00:00:00"),
        (DAY, "text(20)", "2026-11-20"),
        (DAY, "number", "2026-11-20"),
        (at("2026-11-20"), "date", "2026/11/20"),
        (at("2026-11-20"), "text", "2026-11-20"),
        (MOMENT, "date", "2026-11-20 13:45:30.250"),
        (MOMENT.replace(microsecond=0), "date(YYYY-MM-DD)", "2026-11-20 13:45:30"),
        (MOMENT, "timestamp", "2026-11-20 13:45:30.250"),
        (MOMENT, "timestamp(YYYY/MM/DD HH24:MI:SS.FF)", "2026/11/20 13:45:30.250000000"),
        (MOMENT.replace(microsecond=0), "timestamp", "2026/11/20 13:45:30"),
        (MOMENT.replace(microsecond=0), "timestamp(YYYY-MM-DD HH24:MI)", "2026-11-20 13:45:30"),
        (MOMENT.replace(second=0, microsecond=0), "timestamp(YYYY-MM-DD HH24:MI)", "2026-11-20 13:45"),
        (at("2026-11-20 01:00:00-05:00"), "timestamp", "2026-11-20 06:00:00+00:00"),
        (at("9999-12-31 23:59:59-05:00"), "date", "9999-12-31 23:59:59-05:00"),
        (True, "flag", "Y"), (False, "flag", "N"), (True, "boolean", "true"), (False, "text", "false"),
        (b"caf\xc3\xa9", "text", "café"), (b"caf\xe9", "text", "caf\ufffd"), (bytearray(b"a"), "text", "a"),
        (time(1, 2), "text", "01:02:00"), (timedelta(days=1), "date", "1 day, 0:00:00"),
        (uuid.UUID(int=1), "text", "00000000-0000-0000-0000-000000000001"), ({"a": 1}, "text", "{'a': 1}"),
    ],
)  # fmt: skip
def test_a_value_is_spelled_as_its_column_asks_and_in_full_where_a_mask_would_lose_of_it(
    value: Any, kind: str, words: str
) -> None:
    assert text_of([None, value], kind) == [None, words]


def test_arrow_values_are_spelled_as_those_of_python() -> None:
    for values, dtype, kind in (
        ([MOMENT, at("2026-01-02")], pl.Datetime("us"), "date"),
        ([MOMENT, at("2026-01-02")], pl.Datetime("ns"), "timestamp(YYYY/MM/DD HH24:MI:SS.FF)"),
        ([at("2026-01-02")], pl.Datetime("ms"), "date"),
        ([MOMENT.replace(tzinfo=UTC, microsecond=0)], pl.Datetime("us", "UTC"), "timestamp"),
        ([0.1, 1e22, 2.0], pl.Float64(), "number"),
        ([1, -7], pl.Int64(), "number"),
        ([True, False], pl.Boolean(), "flag"),
        ([b"a", b"\xff"], pl.Binary(), "text"),
        ([timedelta(days=1)], pl.Duration("us"), "date"),
        ([None], pl.Null(), "text"),
    ):
        assert spelled([pl.Series(values, dtype=dtype)], Type.parse(kind), "YYYY/MM/DD").to_list() == text_of(
            values, kind
        )
    assert spelled([pl.Series([0.1], dtype=pl.Float32())], Type("number"), "").to_list() == ["0.1"]


def test_values_of_several_kinds_in_one_column_keep_their_places() -> None:
    mixed = ["x", 1, None, 2.5, Decimal("3.10"), b"y", DAY, True, ""]
    assert text_of(mixed) == ["x", "1", None, "2.5", "3.1", "y", "2026-11-20", "true", ""]
    assert text_of([]) == []
    assert text_of([None, None]) == [None, None]


@pytest.mark.parametrize(
    ("words", "moment"),
    [
        ("2026-11-20", at("2026-11-20")), ("2026-11-20 13:45:30.25", MOMENT), ("2026-11-20 13:45:30.2500000", MOMENT),
        ("2026-11-20T01:00:00", at("2026-11-20 01:00")), ("2026-11-20 01:00", at("2026-11-20 01:00")),
        ("2026/11/20", None), ("x", None), ("2026-02-30", None), ("2026-1-2", None), ("26-01-02", None),
        (" 2026-11-20", None), ("-0044-03-15", None), ("2026-11-20 10:00:60", None),
        ("2026-11-20 00:00:00.0000001", None), ("2026-11-20T00:00:00Z", None), (None, None),
    ],
)  # fmt: skip
def test_only_iso_text_is_a_moment(words: str | None, moment: datetime | None) -> None:
    moments, rest = iso_moments(pl.Series([words], dtype=pl.String))
    assert moments.to_list() == [moment]
    assert rest.to_list() == [None if moment else words]


def test_numbers_that_are_words_stay_words() -> None:
    assert plain_number(pl.Series(["Infinity", "-inf", None, "1.0"])).to_list() == ["Infinity", "-inf", None, "1"]


# --- tables


HEADS = "claim, total, rate, count, paid DATE, sent TIMESTAMP, final, note"


def head(claim: Any = "C1", total: Any = 10, **others: Any) -> list[Any]:
    names = ("rate", "count", "paid", "sent", "final", "note")
    return [claim, total, *(others.get(name) for name in names)]


def test_rows_are_a_payload(single: Contract, lite: Lite) -> None:
    lite.fill(
        "Staged", HEADS, [head(paid="2026-03-01", sent="2026-03-01 10:00:00", note="  "), head("C2", 2.50, note="")]
    )
    payload = read_tables(lite.url, single, {"heads": "STAGED"})
    assert (payload.name, payload.members, payload.records, list(payload.facts)) == ("Staged", ["Staged"], 2, [])
    assert payload.frames["heads"].schema == {"_row": pl.UInt32, "_line": pl.UInt32} | dict.fromkeys(
        single.files["heads"].columns, pl.String
    )
    assert payload.frames["heads"].select("_row", "_line", "CLAIM", "TOTAL", "PAID", "SENT", "NOTE").rows() == [
        (1, 1, "C1", "10", "2026/03/01", "2026-03-01 10:00:00", None), (2, 2, "C2", "2.5", None, None, None),
    ]  # fmt: skip
    result = check(payload, single)
    assert (result.submitted, result.conforming) == (2, 2)


def test_values_are_judged_by_what_they_are(single: Contract, lite: Lite) -> None:
    rows = [
        head("C1", 1234567.125), head("C2", 12345678), head("C3", 1e6), head("C4", rate=1e-9),
        head("C5", count=12345), head("C6", count=2.0), head("C7", count=2.5), head("C8", paid="2026-03-01 13:00:00"),
        head("C9", paid="2027-01-01"), head("CA", sent="2026-03-01 10:00:00.5"), head("CB", final=1),
        head("CC", total="ten"), head("CD", paid="2026/03/01"), head("CE", paid="01.03.2026"),
        head("CF", rate=float("inf")), head("CG", total="1e3"),
    ]  # fmt: skip
    lite.fill("t", HEADS, rows)
    result = check(read_tables(lite.url, single, {"heads": "t"}), single)
    names = {number: row[0] for number, row in enumerate(rows, start=1)}
    assert {(names[row], rule.removeprefix("heads.")) for rule, row in found(result)} == {
        ("C1", "TOTAL.type"), ("C2", "TOTAL.type"), ("C5", "COUNT.type"), ("C7", "COUNT.type"), ("C8", "PAID.type"),
        ("C9", "PAID.range"), ("CA", "SENT.type"), ("CB", "FINAL.type"), ("CC", "TOTAL.type"), ("CE", "PAID.type"),
        ("CF", "RATE.type"), ("CG", "TOTAL.type"),
    }  # fmt: skip


def test_columns_that_are_missing_or_unknown_are_told(single: Contract, lite: Lite) -> None:
    lite.fill("t", "load_id, Claim, total, loaded_by", [[1, "C1", 10, "me"]])
    payload = read_tables(lite.url, single, {"heads": "t"})
    assert facts(payload) == {
        "heads.shape.short": "the table does not name RATE, COUNT, PAID, SENT, FINAL, NOTE",
        "heads.load_id.unlisted": "the contract has no such column: it is not read",
        "heads.loaded_by.unlisted": "the contract has no such column: it is not read",
    }
    result = check(payload, single)
    told = {rule.id: rule.severity for rule in result.rules if rule.status == "failed"}
    assert told == {
        "heads.shape.short": "moderate",
        "heads.load_id.unlisted": "minor",
        "heads.loaded_by.unlisted": "minor",
    }
    assert result.conforming == 1


def test_records_are_in_the_order_of_the_exported_columns_else_of_the_key(single: Contract, lite: Lite) -> None:
    lite.fill(
        "exported",
        "_payload, _row, CLAIM PRIMARY KEY, TOTAL",
        [["b", 1, "C1", 1], ["a", 2, "C2", 2], ["a", 1, "C3", 3]],
    )
    lite.fill(
        "keyed",
        "CLAIM, TOTAL, n INTEGER, m, PRIMARY KEY (m, n)",
        [["C1", 1, 2, "b"], ["C2", 2, 1, "b"], ["C3", 3, 9, "a"]],
    )
    lite.fill("plain", "CLAIM, TOTAL", [["C3", 3], ["C1", 1]])
    orders = {"exported": ["C3", "C2", "C1"], "keyed": ["C3", "C2", "C1"], "plain": ["C3", "C1"]}
    for name, order in orders.items():
        payload = read_tables(lite.url, single, {"heads": name})
        assert payload.frames["heads"]["CLAIM"].to_list() == order
    exported = read_tables(lite.url, single, {"heads": "exported"})
    assert [rule for rule in facts(exported) if rule.endswith("unlisted")] == []


def test_two_files_are_two_tables_seen_together(contract: Contract, lite: Lite) -> None:
    lite.fill("h", HEADS, [head("C1", 30), head("C2", 5)])
    lite.fill("l", "CLAIM, AMOUNT", [["C1", 10], ["C1", 20], ["C2", 4.99]])
    payload = read_tables(lite.url, contract, {"lines": "l", "heads": "h"})
    assert (payload.name, list(payload.frames), payload.records) == ("h,l", ["heads", "lines"], 5)
    assert found(check(payload, contract)) == {("DM-010", 2)}


def test_a_file_that_must_be_there_and_has_no_table_is_missing(contract: Contract, lite: Lite) -> None:
    lite.fill("h", HEADS, [head()])
    lite.fill("l", "CLAIM, AMOUNT", [["C1", 10]])
    assert "package.member_missing" not in facts(read_tables(lite.url, contract, {"heads": "h"}))
    payload = read_tables(lite.url, contract, {"lines": "l"})
    assert facts(payload)["package.member_missing"] == "no table is named for heads"
    assert check(payload, contract).conforming == 0


def test_a_table_without_rows_keeps_no_promise(single: Contract, lite: Lite) -> None:
    lite.fill("t", HEADS)
    payload = read_tables(lite.url, single, {"heads": "t"})
    assert facts(payload) == {"heads.shape.unreadable": "the table has no rows"}
    result = check(payload, single)
    assert (result.submitted, result.conforming, payload.size) == (1, 0, len("heads\n"))


@pytest.mark.parametrize("id_", ["finance.project_costs", "hr.workers", "procurement.suppliers_rest"])
def test_a_table_without_rows_is_no_empty_file_where_others_fill_the_member(id_: str, lite: Lite) -> None:
    contract = load(id_, sample=True)
    _, example = min(valid_examples(contract).items(), key=lambda one: len(one[1].records))
    for name, frame in example_frames(contract, example.records).items():
        names = [one for one in frame.columns if one not in ("_row", "_line", "_component")]
        lite.fill(f'"{name}"', ", ".join(f'"{one}"' for one in names), frame.select(names).rows())
    filled = check(read_tables(lite.url, contract, {one: one for one in example.records}), contract)
    for name in contract.files.keys() - example.records:
        names = list(dict.fromkeys(("_id", "_of", *contract.files[name].columns)))
        lite.fill(f'"{name}"', ", ".join(f'"{one}"' for one in names))
    assert contract.files.keys() > set(example.records)
    result = check(read_tables(lite.url, contract, {one: one for one in contract.files}), contract)
    assert found(result) == found(filled)
    assert verdicts(result) == verdicts(filled)


def test_what_a_file_could_not_hold_is_told(single: Contract, lite: Lite) -> None:
    lite.fill(
        "t", HEADS, [head(note="a\nb"), head("C2", note="a\0b"), head("C3", note=b"\xff"), head("C4", note='a,"b"\r')]
    )
    payload = read_tables(lite.url, single, {"heads": "t"})
    rows = {fact.rule: fact.rows.to_list() for fact in payload.facts if fact.rows is not None}
    assert rows == {"heads.shape.unreadable": [2, 3], "heads.shape.line_break": [1]}
    assert payload.frames["heads"]["NOTE"].to_list() == ["a\nb", "a\0b", "\ufffd", 'a,"b"\r']


def test_text_that_is_no_utf_8_is_told_and_the_rest_is_read(single: Contract, lite: Lite) -> None:
    lite.fill("t", "CLAIM, TOTAL, NOTE", [["C1", 1, "a"], ["C2", 1, "b"]])
    with sqlite3.connect(lite.path) as connection:
        connection.execute("UPDATE t SET note = CAST(x'61FF' AS TEXT) WHERE claim = 'C2'")
    connection.close()
    payload = read_tables(lite.url, single, {"heads": "t"})
    assert [fact.rows.to_list() for fact in payload.facts if fact.rows is not None] == [[2]]
    assert payload.frames["heads"]["NOTE"].to_list() == ["a", "a\ufffd"]


def test_signs_that_no_quotes_protect_and_texts_longer_than_their_characters_are_told(
    tmp_path: Path, lite: Lite
) -> None:
    lite.fill("t", "CLAIM, TOTAL, NOTE", [["C1", 1, "a,b"], ["C2", 1, "ab"]])
    unquoted = build(tmp_path, SINGLE.replace("{dates: YYYY/MM/DD}", '{dates: YYYY/MM/DD, quote: ""}'))
    payload = read_tables(lite.url, unquoted, {"heads": "t"})
    assert [(fact.rule, fact.rows.to_list()) for fact in payload.facts if fact.rows is not None] == [
        ("heads.shape.surplus", [1])
    ]
    fixed = build(
        tmp_path,
        """
        files:
          rows:
            name: "*.txt"
            accept_unit: [_row]
            business_key: [_row]
            columns:
              - {at: 1, width: 4, name: NAME, type: text(4), required: true}
              - {at: 5, width: 6, name: AMOUNT, type: "number(6,2)", implied_decimals: 2, align: right, pad: "0"}
              - {at: 11, width: 6, name: DAY, type: date(YYMMDD)}
        """,
        channel="fixed_width",
    )
    lite.fill(
        "f", "NAME, AMOUNT, DAY DATE", [[" Ada ", 12.5, "2026-11-20"], ["Grace", 1, None], ["Edsger", 12345.67, None]]
    )
    payload = read_tables(lite.url, fixed, {"rows": "f"})
    assert payload.frames["rows"].drop("_row", "_line").rows()[0] == ("Ada", "12.5", "261120")
    assert [(fact.detail, fact.rows.to_list()) for fact in payload.facts if fact.rows is not None] == [
        ("NAME has more than 4 characters", [2, 3]), ("AMOUNT has more than 6 characters", [3]),
    ]  # fmt: skip


def test_the_hash_is_of_the_rows_in_their_order(single: Contract, lite: Lite) -> None:
    rows = [head("C1", 1, note='a,"b"'), head("C2", 2)]
    hashes = []
    for order in (rows, rows[::-1], rows, [head("C1", 1.0, note='a,"b"'), head("C2", 2)], [*rows, head("C3", 3)]):
        lite.fill("t", HEADS, order)
        payload = read_tables(lite.url, single, {"heads": "t"})
        hashes.append((payload.sha256, payload.size))
    assert hashes[0] == hashes[2] == hashes[3]
    assert len({sha for sha, _ in hashes}) == 3


def test_batches_are_one_payload(single: Contract, lite: Lite, monkeypatch: pytest.MonkeyPatch) -> None:
    lite.fill("t", HEADS, [head(f"C{number}", number, note="x" if number == 7 else None) for number in range(10)])
    whole = read_tables(lite.url, single, {"heads": "t"})
    for size in (1, 3, 10):
        monkeypatch.setattr(databases, "BATCH", size)
        payload = read_tables(lite.url, single, {"heads": "t"})
        assert payload.frames["heads"].equals(whole.frames["heads"])
        assert payload.sha256 == whole.sha256


# --- what is refused


@pytest.mark.parametrize(
    ("file", "name", "words"),
    [
        ("tails", "t", "has no file 'tails'"),
        ("heads", "nothing", "the database has no such table"),
        ("heads", "other.t", "the database has no such table"),
        ("heads", "", "the database has no such table"),
        ("heads", 't" --', "the database has no such table"),
        ("heads", "strange", "the table has no column of heads, only A, B"),
    ],
)
def test_a_table_that_cannot_be_read_says_why(single: Contract, lite: Lite, file: str, name: str, words: str) -> None:
    lite.fill("t", HEADS)
    lite.fill("strange", "A, B")
    with pytest.raises(PayloadError, match=words) as error:
        read_tables(lite.url, single, {file: name})
    assert error.value.where
    assert error.value.todo


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", "no URL of a database"),
        ("", "no URL of a database"),
        ("nodriver://me:open-sesame@host/x", "no URL of a database"),
        ("postgresql+psycopg://me:open-sesame@127.0.0.1:x/y", "no URL of a database"),
        ("postgresql+psycopg://me:p@open-sesame@127.0.0.1:1/x", "an @ stands behind the password"),
        ("postgresql+psycopg://me:p@open-sesame/?@127.0.0.1:1/x", "an @ stands behind the password"),
        ("sqlite:////no/such/folder/x.db", "the database refuses: unable to open"),
        ("postgresql+psycopg://me:open-sesame@127.0.0.1:1/x?connect_timeout=1", "the database refuses"),
        ("oracle+cx_oracle://me:open-sesame@host/x", "the driver cx_Oracle is not installed"),
        ("postgresql+psycopg_async://me:open-sesame@host/x", "the driver psycopg_async is asynchronous"),
    ],
)
def test_a_database_that_cannot_be_reached_says_why_and_never_the_password(
    single: Contract, url: str, words: str
) -> None:
    with pytest.raises(PayloadError, match=words) as error:
        read_tables(url, single, {"heads": "t"})
    assert "open-sesame" not in str(error.value)


def test_a_driver_that_is_missing_is_told_with_the_extra(single: Contract, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_url: object) -> None:
        raise ModuleNotFoundError("No module named 'oracledb'", name="oracledb")

    monkeypatch.setattr(databases, "create_engine", missing)
    with pytest.raises(PayloadError, match="the driver oracledb is not installed") as error:
        read_tables("oracle+oracledb://me@host/x", single, {"heads": "t"})
    assert error.value.todo == "pip install 'fusion-interface-harness[oracle]'"


def test_reading_makes_no_file_and_changes_none(single: Contract, lite: Lite, tmp_path: Path) -> None:
    lite.fill("t", HEADS, [head()])
    lite.path.chmod(0o444)
    assert read_tables(lite.url, single, {"heads": "t"}).records == 1
    for url in ("sqlite:///{}", "sqlite:///file:{}?uri=true", "sqlite:///file:{}?mode=rwc&uri=true"):
        with pytest.raises(PayloadError, match="refuses"):
            read_tables(url.format(tmp_path / "none.db"), single, {"heads": "t"})
    assert not (tmp_path / "none.db").exists()
    lite.path.chmod(0o644)
    for url in (lite.url, f"sqlite:///file:{lite.path}?uri=true"):
        with pytest.raises(PayloadError, match="refuses"):
            read_query(url, "DELETE FROM t", single.files["heads"])
    assert read_tables(lite.url, single, {"heads": "t"}).records == 1


def test_an_odd_file_name_is_opened_as_it_is(single: Contract, tmp_path: Path) -> None:
    odd = Lite(tmp_path / "a b%20#ü.db")
    odd.fill("t", HEADS, [head()])
    url = URL.create("sqlite", database=str(odd.path)).render_as_string()
    assert read_tables(url, single, {"heads": "t"}).records == 1


def test_parents_that_are_told_by_place_need_marks(tmp_path: Path, lite: Lite) -> None:
    placed = build(
        tmp_path,
        """
        files:
          head:
            name: "*.txt"
            record_type: {at: 1, value: H}
            accept_unit: [NAME]
            business_key: [NAME]
            columns: [{at: 2, width: 6, name: NAME, type: text(6), required: true}]
          line:
            record_type: {at: 1, value: L}
            parent: {file: head}
            columns: [{at: 2, width: 8, name: ITEM, type: text(8), required: true}]
        """,
        channel="fixed_width",
    )
    lite.fill("h", "_id, NAME", [[1, "A"], [2, "B"]])
    lite.fill("l", "ITEM", [["x"]])
    with pytest.raises(PayloadError, match="place of a record tells its parent") as error:
        read_tables(lite.url, placed, {"head": "h", "line": "l"})
    assert "add _of" in error.value.todo
    lite.fill("l", "_of, ITEM", [[2, "x"], [1, "y"]])
    payload = read_tables(lite.url, placed, {"head": "h", "line": "l"})
    result = check(payload, placed)
    assert [tuple(unit) for unit in result.units.select("records", "conforms").rows()] == [(2, True), (2, True)]
    lite.fill("l", "_of, ITEM", [[2, "too long a text"], [1, "x"]])
    samples = check(read_tables(lite.url, placed, {"head": "h", "line": "l"}), placed).samples
    assert samples.select("rule", "row", "line").rows() == [("line.shape.surplus", 1, 4)]


def test_a_query_gives_text_by_names_of_the_file(single: Contract, lite: Lite) -> None:
    lite.fill("t", HEADS, [head(paid="2026-03-01", note=" ")])
    rows = read_query(lite.url, "SELECT claim, total AS Total, 1.50 AS other, note FROM t", single.files["heads"])
    assert rows.to_dicts() == [{"CLAIM": "C1", "TOTAL": "10", "other": "1.5", "NOTE": None}]
    assert read_query(lite.url, "SELECT claim FROM t WHERE 1 = 0", single.files["heads"]).schema == {"CLAIM": pl.String}


# --- the same verdicts as the file

WORDS = st.text("aé,\" \t\n'", max_size=6)
NUMBERS = st.decimals(min_value=-(10**8), max_value=10**8, places=3) | st.integers(-(10**5), 10**5).map(Decimal)
VALUES: Mapping[str, st.SearchStrategy[Any]] = {
    "CLAIM": st.sampled_from(["C1", "C2", "C3", "C1 ", "too long a name"]),
    "TOTAL": NUMBERS,
    "RATE": NUMBERS,
    "COUNT": st.integers(-20_000, 20_000) | st.just(Decimal("1.5")),
    "PAID": st.dates(date(2025, 12, 1), date(2027, 1, 31)),
    "SENT": st.datetimes(at("2026-01-01"), at("2026-12-31")).map(lambda moment: moment.replace(microsecond=0)),
    "FINAL": st.sampled_from(["Y", "N", "X"]),
    "NOTE": WORDS,
}
WRONG = st.sampled_from(["ten", "1e3", "2026-02-30", "1.2.3", " "]) | WORDS
CLAIMS = st.fixed_dictionaries({name: st.none() | value for name, value in VALUES.items()})
ITEMS = st.fixed_dictionaries({"CLAIM": VALUES["CLAIM"], "AMOUNT": st.none() | NUMBERS})
TYPES: Mapping[str, Any] = {
    "TOTAL": sql.Numeric(), "RATE": sql.Numeric(), "COUNT": sql.Numeric(), "PAID": sql.Date(), "SENT": sql.DateTime(),
    "AMOUNT": sql.Numeric(),
}  # fmt: skip


def written(value: Any) -> str | None:
    """A value as the program that writes the file spells it."""
    match value:
        case None | "":
            return None
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M:%S")
        case date():
            return value.strftime("%Y/%m/%d")
        case Decimal():
            return f"{value:f}"
    return str(value)


def lite_value(value: Any) -> Any:
    """A value as SQLite keeps it: days and moments as ISO text, decimals as floats."""
    if isinstance(value, datetime):
        return value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else float(value) if isinstance(value, Decimal) else value


def as_file(folder: Path, contract: Contract, records: Mapping[str, Sequence[Row]]) -> CheckResult:
    frames = {
        name: pl.DataFrame(
            {one: [written(row[one]) for row in rows] for one in rows[0]}, schema=dict.fromkeys(rows[0], pl.String)
        )
        for name, rows in records.items()
        if rows
    }
    write_frames(folder / "payload.zip", contract, frames)
    return check(read(folder / "payload.zip", contract), contract)


def same(of_tables: CheckResult, of_file: CheckResult) -> None:
    assert found(of_tables) == found(of_file)
    assert verdicts(of_tables) == verdicts(of_file)


@settings(max_examples=40, suppress_health_check=PER_TEST)
@given(st.lists(CLAIMS, min_size=1, max_size=4), st.lists(ITEMS, min_size=1, max_size=4), st.data())
def test_typed_and_wrong_values_get_the_verdicts_of_the_file(
    contract: Contract, lite: Lite, tmp_path: Path, claims: list[Row], items: list[Row], data: st.DataObject
) -> None:
    wrong = data.draw(st.lists(st.tuples(st.sampled_from(sorted(VALUES)), WRONG), max_size=3))
    claims = [dict(claims[0]) | dict(wrong), *claims[1:]]

    columns = ", ".join(f"{name}{' DATE' if name in ('PAID', 'SENT') else ''}" for name in VALUES)
    lite.fill("h", columns, [[lite_value(row[name]) for name in VALUES] for row in claims])
    lite.fill("l", "CLAIM, AMOUNT", [[row["CLAIM"], lite_value(row["AMOUNT"])] for row in items])
    payload = read_tables(lite.url, contract, {"heads": "h", "lines": "l"})
    same(check(payload, contract), as_file(tmp_path, contract, {"heads": claims, "lines": items}))


@pytest.mark.parametrize(
    ("id_", "profile"),
    [
        ("finance.customers", "oracle"),
        ("finance.project_costs", "oracle"),  # files that share a member
        ("hr.bank_accounts", "oracle"),  # HDL
        ("procurement.suppliers_rest", "oracle"),
        ("finance.us_1099", "nc_district"),  # fixed width, parents by place, lines counted
        ("finance.positive_pay", "nc_district"),
    ],
)
def test_examples_of_every_channel_get_the_verdicts_of_the_file(
    id_: str, profile: str, lite: Lite, tmp_path: Path
) -> None:
    contract = load(id_, profile, sample=profile == "oracle")
    whole = [one for one in breakers(contract) if one.records.keys() >= set(contract.files)][:6]
    for records in [*(one.records for one in valid_examples(contract).values()), *(one.records for one in whole)]:
        for name, frame in example_frames(contract, records).items():
            names = [one for one in frame.columns if one not in ("_row", "_line", "_component")]
            lite.fill(f'"{name}"', ", ".join(f'"{one}"' for one in names), frame.select(names).rows())
        write(tmp_path / "payload.zip", contract, records)
        payload = read_tables(lite.url, contract, {name: name for name in records})
        same(check(payload, contract), check(read(tmp_path / "payload.zip", contract), contract))


def postgres_table(connection: Connection, name: str, rows: Sequence[Row]) -> None:
    made = Table(name, MetaData(), *(Column(one.lower(), TYPES.get(one, sql.Text)) for one in rows[0]))
    made.drop(connection, checkfirst=True)
    made.create(connection)
    connection.execute(made.insert(), [{one.lower(): value for one, value in row.items()} for row in rows])


@settings(max_examples=12, suppress_health_check=PER_TEST)
@given(st.lists(CLAIMS, min_size=1, max_size=4), st.lists(ITEMS, min_size=1, max_size=4))
def test_postgresql_gives_the_verdicts_of_the_file(
    contract: Contract, postgres: tuple[Connection, str], tmp_path: Path, claims: list[Row], items: list[Row]
) -> None:
    connection, schema = postgres
    postgres_table(connection, "Heads", claims)
    postgres_table(connection, "lines", items)
    payload = read_tables(POSTGRES, contract, {"heads": f"{schema.lower()}.HEADS", "lines": f"{schema}.lines"})
    assert payload.members == [f"{schema}.Heads", f"{schema}.lines"]
    same(check(payload, contract), as_file(tmp_path, contract, {"heads": claims, "lines": items}))


def test_exported_staging_tables_are_read_back(contract: Contract, postgres: tuple[Connection, str]) -> None:
    connection, schema = postgres
    for statement in ddl(contract, EXPORTED).decode().split(";\n"):
        connection.exec_driver_sql(statement.replace("%", "%%"))
    insert = "INSERT INTO stg_finance_demo_{} (_payload, _row, claim, {}) VALUES {}"
    connection.exec_driver_sql(
        insert.format("heads", "total, paid", "('p', 2, 'C2', 5, NULL), ('p', 1, 'C1', 10, '2026-03-01')")
    )
    connection.exec_driver_sql(insert.format("lines", "amount", "('p', 1, 'C1', 10), ('p', 2, 'C2', 5)"))
    payload = read_tables(POSTGRES, contract, {one: f"{schema}.stg_finance_demo_{one}" for one in contract.files})
    assert list(payload.facts) == []
    assert payload.frames["heads"]["CLAIM"].to_list() == ["C1", "C2"]
    assert found(check(payload, contract)) == set()


def test_types_of_postgresql_are_judged_by_value(single: Contract, postgres: tuple[Connection, str]) -> None:
    connection, schema = postgres
    connection.execute(
        text("""
        CREATE TABLE typed (n serial PRIMARY KEY, claim char(8), total double precision, rate numeric, count integer,
                            paid timestamptz, sent timestamp, final boolean, note bytea)""")
    )
    connection.execute(
        text("""
        INSERT INTO typed (claim, total, rate, count, paid, sent, final, note) VALUES
        ('C1', 0.1, '1.10', 7, NULL, '2026-03-01 10:00', TRUE, 'ab'),
        ('C2', 'NaN', 'NaN', 12345, '2026-03-01 00:00Z', '2026-03-01 10:00:00.5', FALSE, '\\xff'),
        ('C3', 1e300, 12345678901234567890123456789, 0, NULL, NULL, NULL, NULL)""")
    )
    payload = read_tables(POSTGRES, single, {"heads": f"{schema}.typed"})
    assert payload.frames["heads"].drop("_row", "_line").rows()[:2] == [
        ("C1", "0.1", "1.1", "7", None, "2026-03-01 10:00:00", "Y", "ab"),
        ("C2", "nan", "NaN", "12345", "2026-03-01 00:00:00+00:00", "2026-03-01 10:00:00.500", "N", "\ufffd"),
    ]
    assert {(rule.partition(".")[2], row) for rule, row in found(check(payload, single))} == {
        ("TOTAL.type", 2), ("RATE.type", 2), ("COUNT.type", 2), ("PAID.type", 2), ("SENT.type", 2),
        ("shape.unreadable", 2), ("TOTAL.type", 3), ("RATE.type", 3),
    }  # fmt: skip


def test_views_of_postgresql_are_read_and_nothing_can_be_written(
    single: Contract, postgres: tuple[Connection, str]
) -> None:
    connection, schema = postgres
    connection.execute(text("CREATE VIEW seen AS SELECT 'C1' AS claim, 1 AS total"))
    connection.execute(text("CREATE MATERIALIZED VIEW stored AS SELECT 'C1' AS claim, 1 AS total"))
    for name in ("seen", "stored"):
        assert read_tables(POSTGRES, single, {"heads": f"{schema}.{name}"}).records == 1
    with pytest.raises(PayloadError, match="refuses"):
        read_query(POSTGRES, f'CREATE TABLE "{schema}".made (n int)', single.files["heads"])
    with pytest.raises(PayloadError, match="refuses: 'utf-8' codec can't encode"):
        read_tables(POSTGRES, single, {"heads": "seen\udcff"})


def test_names_that_differ_in_case_only_are_asked_about(single: Contract, postgres: tuple[Connection, str]) -> None:
    connection, schema = postgres
    connection.execute(
        text('CREATE TABLE "Twice" (claim text, "CLAIM" text, "Claim" text, "Total" int, "TOTAL" int, total int)')
    )
    assert read_tables(POSTGRES, single, {"heads": f"{schema}.Twice"}).frames["heads"].width > 2
    connection.execute(text('ALTER TABLE "Twice" DROP COLUMN "CLAIM"'))
    with pytest.raises(PayloadError, match="columns claim, Claim are one column of the contract, CLAIM"):
        read_tables(POSTGRES, single, {"heads": f"{schema}.Twice"})
    connection.execute(text("CREATE TABLE twice (claim text, total int)"))
    assert read_tables(POSTGRES, single, {"heads": f"{schema}.twice"}).members == [f"{schema}.twice"]
    with pytest.raises(PayloadError, match="several tables have this name"):
        read_tables(POSTGRES, single, {"heads": f"{schema}.TWICE"})


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("DATE '2026-03-01'", "2026/03/01"), ("DATE 'infinity'", "infinity"), ("DATE '0044-03-15 BC'", "0044-03-15 BC"),
        ("DATE '10000-01-01'", "10000-01-01"), ("TIMESTAMP '-infinity'", "-infinity"), ("TIME '24:00'", "24:00:00"),
        ("TIMESTAMPTZ 'infinity'", "infinity"), ("TIMETZ '24:00+00'", "24:00:00+00"),
        ("""'{"a": 1}'::json""", """{"a": 1}"""), ("""'"\\ud800"'::json""", """"\\ud800\""""),
        ("repeat('9', 5000)::json", "9" * 5000), ("repeat('9', 5000)::jsonb", "9" * 5000),
        ("(repeat('[', 5000) || repeat(']', 5000))::json", "[" * 5000 + "]" * 5000),
    ],
)  # fmt: skip
def test_what_python_cannot_hold_is_told_in_the_words_of_postgresql(
    single: Contract, postgres: tuple[Connection, str], value: str, words: str
) -> None:
    connection, schema = postgres
    connection.exec_driver_sql(f"CREATE VIEW v AS SELECT 'C1' AS claim, 1 AS total, {value} AS paid UNION ALL"
                               f" SELECT 'C2', 2, NULL")  # fmt: skip
    payload = read_tables(POSTGRES, single, {"heads": f"{schema}.v"})
    assert payload.frames["heads"]["PAID"].to_list() == [words, None]
    assert (("heads.PAID.type", 1) in found(check(payload, single))) == (words != "2026/03/01")


def test_a_domain_is_read_as_the_type_it_stands_for(single: Contract, postgres: tuple[Connection, str]) -> None:
    connection, schema = postgres
    connection.execute(text("CREATE DOMAIN padded AS char(20); CREATE DOMAIN named AS padded"))
    connection.execute(text("CREATE TABLE t AS SELECT 'C1'::named AS claim, 1 AS total, 'x'::padded AS note"))
    payload = read_tables(POSTGRES, single, {"heads": f"{schema}.t"})
    assert payload.frames["heads"].select("CLAIM", "NOTE").rows() == [("C1", "x")]


def test_schemas_that_differ_in_case_only_are_asked_about_where_both_have_the_table(
    single: Contract, postgres: tuple[Connection, str]
) -> None:
    connection, schema = postgres
    connection.execute(text("CREATE TABLE t (claim text, total int)"))
    connection.execute(text(f'CREATE SCHEMA "{schema.upper()}"'))
    try:
        assert read_tables(POSTGRES, single, {"heads": f"{schema.lower()}.t"}).members == [f"{schema}.t"]
        connection.execute(text(f'CREATE TABLE "{schema.upper()}".t (claim text, total int)'))
        with pytest.raises(PayloadError, match="several tables have this name") as error:
            read_tables(POSTGRES, single, {"heads": f"{schema.lower()}.t"})
        assert f"{schema}.t" in error.value.todo
        assert f"{schema.upper()}.t" in error.value.todo
        assert read_tables(POSTGRES, single, {"heads": f"{schema}.t"}).members == [f"{schema}.t"]
    finally:
        connection.execute(text(f'DROP SCHEMA "{schema.upper()}" CASCADE'))


def test_a_dot_may_stand_in_the_name_of_a_schemas_table(single: Contract, postgres: tuple[Connection, str]) -> None:
    connection, schema = postgres
    connection.execute(text('CREATE TABLE "a.b.c" (claim text, total int)'))
    assert read_tables(POSTGRES, single, {"heads": f"{schema}.a.b.c"}).members == [f"{schema}.a.b.c"]


# --- Oracle: a stub, no server


class Batch:
    """What python-oracledb hands out: Arrow data behind the capsule alone."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._frame.__arrow_c_stream__(requested_schema)


class Driver:
    """A connection of python-oracledb that notes what it is told."""

    def __init__(self, *batches: pl.DataFrame) -> None:
        self.batches, self.told, self.asked = batches, list[str](), list[tuple[str, int, bool]]()

    def cursor(self) -> Driver:
        return self

    def execute(self, statement: str, _parameters: object = None) -> None:
        self.told.append(statement)

    def fetch_df_batches(self, statement: str, size: int, *, fetch_decimals: bool) -> Iterator[Batch]:
        self.asked.append((statement, size, fetch_decimals))
        yield from map(Batch, self.batches)

    def rollback(self) -> None:
        self.told.append("ROLLBACK")

    def close(self) -> None: ...

    description = None
    rowcount = 0


class Dictionary:
    """What SQLAlchemy tells of Oracle's dictionary."""

    def __init__(self, columns: Mapping[str, Any]) -> None:
        self.columns = columns

    def get_schema_names(self) -> list[str]:
        return ["stg"]

    def get_table_names(self, _schema: str | None) -> list[str]:
        return ["claims", "DATE"]

    def get_view_names(self, _schema: str | None) -> list[str]:
        return []

    def has_table(self, _table: str, _schema: str | None) -> bool:
        return False

    def get_columns(self, _table: str, _schema: str | None) -> list[dict[str, Any]]:
        return [{"name": name, "type": kind} for name, kind in self.columns.items()]

    def get_pk_constraint(self, _table: str, _schema: str | None) -> dict[str, Any]:
        return {"constrained_columns": ["file"]}


STAGED = {
    "file": oracle.NUMBER(9, 0), "claim": sql.CHAR(8), "total": oracle.NUMBER(9, 2), "rate": oracle.NUMBER(),
    "COUNT": sql.INTEGER(), "paid": oracle.DATE(), "sent": oracle.TIMESTAMP(timezone=True), "final": sql.NCHAR(1),
    "note": sql.CLOB(),
}  # fmt: skip


def of_oracle(
    contract: Contract, driver: Driver, monkeypatch: pytest.MonkeyPatch, table: str = "STG.CLAIMS"
) -> Payload:
    monkeypatch.setattr(
        databases, "create_engine", lambda url: create_engine(url, creator=lambda: driver, _initialize=False)
    )
    monkeypatch.setattr(table_search, "inspect", lambda _connection: Dictionary(STAGED))
    return read_tables("oracle+oracledb://me:open-sesame@host/?service_name=x", contract, {"heads": table})


def staged(*rows: Sequence[Any]) -> pl.DataFrame:
    kinds = [pl.String, pl.Decimal(9, 2), pl.String, pl.String, pl.Datetime("ms"), pl.String, pl.String, pl.String]
    return pl.DataFrame(rows, schema={f"C{at}": kind for at, kind in enumerate(kinds)}, orient="row")


def test_oracle_is_asked_for_arrow_batches_in_a_transaction_that_only_reads(
    single: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver = Driver(
        staged(("C1      ", Decimal("10.50"), "12345678901234567890.5", "7", at("2026-03-01"), None, "Y", None)),
        staged(
            ("C2      ", Decimal("1.00"), None, None, at("2026-03-01 13:00"), "2026-03-01 10:00:00.0-05:00", " ", "x")
        ),
    )
    payload = of_oracle(single, driver, monkeypatch)
    assert driver.told == ["SET TRANSACTION READ ONLY", "ROLLBACK"]
    ((statement, size, decimals),) = driver.asked
    assert (size, decimals) == (databases.BATCH, True)
    assert " ".join(statement.split()) == (
        "SELECT \"CLAIM\" AS c0, \"TOTAL\" AS c1, to_char(\"RATE\", 'TM9', 'NLS_NUMERIC_CHARACTERS=''.,''') AS c2,"
        " to_char(\"COUNT\", 'TM9', 'NLS_NUMERIC_CHARACTERS=''.,''') AS c3, \"PAID\" AS c4,"
        " to_char(CAST(\"SENT\" AS TIMESTAMP WITH TIME ZONE), 'YYYY-MM-DD HH24:MI:SS.FFTZH:TZM') AS c5,"
        ' "FINAL" AS c6, "NOTE" AS c7 FROM "STG"."CLAIMS" ORDER BY "FILE"'
    )
    assert payload.frames["heads"].drop("_row", "_line").rows() == [
        ("C1", "10.5", "12345678901234567890.5", "7", "2026/03/01", None, "Y", None),
        ("C2", "1", None, None, "2026-03-01 13:00:00", "2026-03-01 10:00:00.0-05:00", None, "x"),
    ]
    assert found(check(payload, single)) == {("heads.PAID.type", 2), ("heads.SENT.type", 2)}
    assert (payload.name, list(facts(payload))) == ("stg.claims", ["heads.file.unlisted"])


def test_reserved_words_are_names_of_oracles_tables_too(single: Contract, monkeypatch: pytest.MonkeyPatch) -> None:
    driver = Driver(staged())
    assert of_oracle(single, driver, monkeypatch, "Date").records == 0
    assert 'FROM "DATE" ORDER BY' in " ".join(driver.asked[0][0].split())


def test_what_the_driver_refuses_is_told_without_the_password(
    single: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    oracledb = pytest.importorskip("oracledb")

    class Refusing(Driver):
        def fetch_df_batches(self, statement: str, size: int, *, fetch_decimals: bool) -> Iterator[Batch]:
            raise oracledb.DatabaseError("ORA-00942: table or view does not exist, open-sesame\nHelp: https://docs")
            yield

    with pytest.raises(PayloadError, match="the database refuses: ORA-00942: table or view does not exist") as error:
        of_oracle(single, Refusing(), monkeypatch)
    assert "open-sesame" not in str(error.value)
    assert error.value.where == "oracle+oracledb://host"
