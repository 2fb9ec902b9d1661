"""Reference lists: declared, bound, aged."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from contracts import ContractError, Place
from contracts.lists import age, bind, declare, stale

HERE = Place("demo.yaml", 7)


def file(folder: Path, text: str | bytes) -> dict[str, Any]:
    (folder / "lists").mkdir(exist_ok=True)
    (folder / "lists" / "x.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    return {"file": "lists/x.csv"}


def test_a_declared_list_has_columns_and_no_values() -> None:
    one = declare("x", {"about": "things", "columns": ["a", "b"], "sample": [{"a": "1"}]}, HERE, sample=False)
    assert (one.columns, one.key, one.rows, one.about, one.sample) == (("a", "b"), ("a",), None, "things", False)


def test_the_sample_is_bound_only_on_request() -> None:
    one = declare("x", {"columns": ["a", "b"], "sample": [{"a": "1"}]}, HERE, sample=True)
    assert one.rows is not None
    assert one.rows.rows() == [("1", None)]
    assert one.sample


def test_values_of_a_file_stay_text_and_blanks_are_null(tmp_path: Path) -> None:
    one = bind(None, "x", file(tmp_path, "a,b\n0110,\n1e5,2025-01-01\n\n"), tmp_path, HERE)
    assert one.rows is not None
    assert one.rows.rows() == [("0110", None), ("1e5", "2025-01-01")]
    assert (one.columns, one.key) == (("a", "b"), ("a",))


def test_a_byte_order_mark_and_crlf_do_no_harm(tmp_path: Path) -> None:
    one = bind(None, "x", file(tmp_path, b"\xef\xbb\xbfa,b\r\n1,2\r\n"), tmp_path, HERE)
    assert one.rows is not None
    assert one.rows.to_dicts() == [{"a": "1", "b": "2"}]


def test_inline_values_are_the_first_declared_column() -> None:
    declared = declare("x", {"columns": ["code"]}, HERE, sample=False)
    one = bind(declared, "x", {"values": ["a", "b"]}, Path(), HERE)
    assert one.rows is not None
    assert one.rows["code"].to_list() == ["a", "b"]


@pytest.mark.parametrize(("key", "expected"), [("b", ("b",)), (["a", "b"], ("a", "b"))])
def test_a_key_may_be_stated(key: Any, expected: tuple[str, ...]) -> None:
    assert bind(None, "x", {"rows": [{"a": "1", "b": "2"}], "key": key}, Path(), HERE).key == expected


def test_a_query_alone_binds_nothing() -> None:
    assert bind(None, "x", {"query": "SELECT 1 FROM dual"}, Path(), HERE).rows is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "empty"),
        (b"a,b\n1\n", "1 values for 2 columns"),
        (b"a,b\n1,2,3\n", "3 values for 2 columns"),
        (b"a\n\xff\n", "not UTF-8"),
        (b"b\n1\n", "lacks column a"),
    ],
)
def test_a_list_file_that_cannot_be_used_is_refused(tmp_path: Path, text: bytes, words: str) -> None:
    declared = declare("x", {"columns": ["a"]}, HERE, sample=False)
    with pytest.raises(ContractError, match=words) as caught:
        bind(declared, "x", file(tmp_path, text), tmp_path, HERE)
    assert caught.value.todo


def test_a_list_file_that_is_not_there_leaves_the_list_unbound_and_named(tmp_path: Path) -> None:
    absent = bind(None, "x", {"file": "lists/none.csv"}, tmp_path, HERE)
    assert (absent.rows, absent.unbound) == (None, "list x is missing: lists/none.csv")


def test_a_list_file_that_names_a_column_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError):
        bind(None, "x", file(tmp_path, "a,a\n1,2\n"), tmp_path, HERE)


def test_the_line_of_a_faulty_record_is_its_line_in_the_file(tmp_path: Path) -> None:
    with pytest.raises(ContractError) as caught:
        bind(None, "x", file(tmp_path, "a,b\n\n\n1\n"), tmp_path, HERE)
    assert caught.value.where.endswith(":4")


def test_an_open_quote_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError):
        bind(None, "x", file(tmp_path, 'a\n"1\n2\n3\n'), tmp_path, HERE)


@pytest.mark.parametrize(("day", "expected"), [(31, ""), (32, "list x is 31 days old, at most 30 are allowed")])
def test_a_list_is_stale_after_its_limit(day: int, expected: str) -> None:
    one = bind(None, "x", {"values": ["a"], "taken": "2025-01-01", "max_age_days": 30}, Path(), HERE)
    as_of = date.fromordinal(date(2025, 1, 1).toordinal() + day - 1)
    assert age(one, as_of) == day - 1
    assert stale(one, as_of) == expected


@pytest.mark.parametrize(
    "spec", [{"values": ["a"]}, {"values": ["a"], "taken": "2025-01-01"}, {"values": ["a"], "max_age_days": 1}]
)
def test_a_list_without_date_or_limit_is_never_stale(spec: dict[str, Any]) -> None:
    assert stale(bind(None, "x", spec, Path(), HERE), date(2099, 1, 1)) == ""
