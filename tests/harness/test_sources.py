"""Source records: balanced documents, rows of lists, texts that hurt, the same by seed."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness import Contract, UsageError, load
from harness.producers import Source
from harness.sources import read_source, source_records, write_source

COLUMNS: dict[str, Any] = {
    "doc": {"sequence": "D-", "width": 4},
    "day": {"date": ["2026-11-02", "2026-11-20"], "format": "MM/DD/YYYY"},
    "line": {"sequence": ""},
    "dc": {"side": ["D", "C"]},
    "amount": {"amount": [0.01, 90]},
    "text": {"text": [5, 40], "hurting": 0.5},
    "kind": {"one_of": ["A", "B"]},
}


@pytest.fixture(scope="module")
def contract() -> Contract:
    return load("finance.gl_journals", "nc_district")


def source(columns: dict[str, Any] = COLUMNS, document: tuple[str, ...] = ("doc", "day"), **more: Any) -> Source:
    return Source.model_validate({"columns": columns, "document": document, "lines": (2, 5), **more})


def test_the_same_seed_gives_the_same_records_and_another_seed_others(contract: Contract) -> None:
    first = source_records(source(), contract, rows=50, seed=7)
    assert first == source_records(source(), contract, rows=50, seed=7)
    assert first != source_records(source(), contract, rows=50, seed=8)


@given(
    seed=st.integers(0, 10**6),
    rows=st.integers(1, 60),
    lines=st.tuples(st.integers(2, 4), st.integers(4, 9)),
    low=st.integers(1, 500),
    spare=st.integers(0, 10**6),
)
def test_documents_balance_within_the_bounds_of_their_amounts(
    contract: Contract, seed: int, rows: int, lines: tuple[int, int], low: int, spare: int
) -> None:
    bounds = [Decimal(low) / 100, Decimal(low * (lines[1] - 1) + spare) / 100]
    made = source_records(source(COLUMNS | {"amount": {"amount": bounds}}, lines=lines), contract, rows=rows, seed=seed)
    assert rows <= len(made) < rows + lines[1]
    for name in {record["doc"] for record in made}:
        document = [record for record in made if record["doc"] == name]
        sums = {mark: sum(Decimal(one["amount"]) for one in document if one["dc"] == mark) for mark in "DC"}
        assert lines[0] <= len(document) <= lines[1]
        assert sums["D"] == sums["C"] > 0
        assert all(bounds[0] <= Decimal(one["amount"]) <= bounds[1] for one in document)
        assert len({one["day"] for one in document}) == 1


def test_columns_of_one_list_take_the_same_row_and_only_rows_of_where(contract: Contract) -> None:
    where = {"fund": "5", "valid_to": ""}
    combination = {"list": "account_combination", "where": where}
    columns = {
        "fund": combination | {"write": "{fund}"},
        "rest": combination | {"write": "{purpose}/{prc}"},
    }
    listed = contract.lists["account_combination"].rows
    assert listed is not None
    known = {
        (row["fund"], f"{row['purpose']}/{row['prc']}")
        for row in listed.to_dicts()
        if row["fund"] == "5" and row["valid_to"] is None
    }
    made = source_records(source(columns, (), lines=(1, 1)), contract, rows=100, seed=1)
    assert {(record["fund"], record["rest"]) for record in made} <= known
    assert len({record["rest"] for record in made}) > 3


@given(seed=st.integers(0, 10**6), delimiter=st.sampled_from(",;|\t"))
def test_what_is_written_is_read_again_whatever_hurts(
    contract: Contract, tmp_path_factory: pytest.TempPathFactory, seed: int, delimiter: str
) -> None:
    path = tmp_path_factory.mktemp("source") / "a source.csv"
    description = source(delimiter=delimiter)
    made = source_records(description, contract, rows=20, seed=seed)
    write_source(path, description, made)
    assert read_source(path, delimiter).drop("_row").to_dicts() == [dict(record) for record in made]


def test_a_source_is_text_with_blanks_as_null_and_a_byte_order_mark_is_none_of_it(tmp_path: Path) -> None:
    path = tmp_path / "source.csv"
    path.write_bytes('\ufeffdoc,amount,text\n007,,""\n'.encode())
    assert read_source(path, ",").to_dicts() == [{"_row": 1, "doc": "007", "amount": None, "text": None}]


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2,3\n", b"a\n\xff\xfe\xfa\n", b"_row,a\n1,2\n"])
def test_a_source_that_cannot_be_read_says_what_to_do(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "source.csv"
    path.write_bytes(content)
    with pytest.raises(UsageError) as stop:
        read_source(path, ",")
    assert stop.value.where == str(path)
    assert "first line names its columns" in stop.value.todo


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ({"list": "funds", "write": "{code}"}, "has no list funds"),
        ({"list": "fund", "write": "{id}"}, "list fund has no column id"),
        ({"list": "fund", "write": "{code}", "where": {"code": "77"}}, "no row of which `where` is true"),
    ],
)
def test_a_list_that_gives_nothing_is_named(contract: Contract, column: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        source_records(source({"fund": column}, (), lines=(1, 1)), contract, rows=1, seed=0)


def test_a_list_that_no_profile_binds_gives_nothing() -> None:
    columns = {"name": {"list": "je_source", "write": "{name}"}}
    with pytest.raises(UsageError, match="list je_source is not bound"):
        source_records(source(columns, (), lines=(1, 1)), load("finance.gl_journals"), rows=1, seed=0)
