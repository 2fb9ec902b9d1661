"""Contract files are read as text, and everything wrong with one is said at once, with its line."""

# ruff: noqa: E501 - contracts and their tables read better in one line

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import yaml
from contract_texts import head
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.documents import Document, _validator, read_document, schema
from contracts.schema_faults import schema_faults


def read(folder: Path, text: str | bytes) -> Document:
    path = folder / "demo.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_document(path, "demo.yaml")


def said(document: Document) -> list[tuple[int, str]]:
    return [(fault.line, fault.what) for fault in document.faults]


FILES = dedent("""\
    files:
      f: {name: f.csv, accept_unit: [A], columns: [{name: A, type: text}]}
    """)


@pytest.mark.parametrize(
    "written",
    [
        "0110",
        "24E1",
        "on",
        "off",
        "yes",
        "no",
        "true",
        "2025-09-26",
        "1_000",
        "0x1F",
        "1e5",
        ".inf",
        "12:30:45",
        "=",
        "-0",
    ],
)
def test_a_plain_scalar_of_an_example_stays_the_text_that_is_written(tmp_path: Path, written: str) -> None:
    document = read(tmp_path, head() + FILES + f"examples:\n  one:\n    f: [{{A: {written}}}]\n")
    assert document.faults == []
    assert document.data["examples"]["one"]["f"] == [{"A": written}]


def test_a_key_named_on_stays_text_and_is_unknown(tmp_path: Path) -> None:
    document = read(tmp_path, head() + FILES + "on: x\n")
    assert said(document) == [(11, "unknown key `on`")]


@pytest.mark.parametrize("written", ["null", "~", "", "Null", "NULL"])
def test_a_plain_null_of_an_example_is_blank(tmp_path: Path, written: str) -> None:
    document = read(tmp_path, head() + FILES + f"examples:\n  one:\n    f:\n      - A: {written}\n")
    assert document.data["examples"]["one"]["f"] == [{"A": None}]


@pytest.mark.parametrize("written", ["'null'", '"null"', "'~'", "''"])
def test_a_quoted_null_is_text(tmp_path: Path, written: str) -> None:
    document = read(tmp_path, head() + FILES + f"examples:\n  one:\n    f: [{{A: {written}}}]\n")
    assert document.data["examples"]["one"]["f"] == [{"A": written[1:-1]}]


def test_a_scalar_is_coerced_where_the_grammar_asks_for_a_number_or_a_boolean(tmp_path: Path) -> None:
    files = "files:\n  f: {name: f.csv, rows: [1, 20], optional: true, accept_unit: [A], columns: [{name: A, type: text, at: 1, one_of: [1, true]}]}\n"
    document = read(tmp_path, head() + files)
    assert document.faults == []
    file = document.data["files"]["f"]
    assert (file["rows"], file["optional"], file["columns"][0]["at"]) == ([1, 20], True, 1)
    assert file["columns"][0]["one_of"] == ["1", "true"]


def test_null_among_contract_keys_is_the_same_as_absent(tmp_path: Path) -> None:
    document = read(tmp_path, head() + FILES + "summary: ~\nneeds:\n")
    assert document.faults == []


def test_all_faults_of_a_document_are_told_at_once_with_their_lines(tmp_path: Path) -> None:
    text = dedent("""\
        contract: finance.demo
        version: 1.0
        status: activ
        title: Demonstration
        title: Twice
        owner: {department: Finanse}
        direction: inbound
        channel: delimited
        prefix: demo
        files:
          f:
            name: f.csv
            accept_units: [A]
            columns:
              - name: A
                type: txt
        """)
    faults = read(tmp_path, text).faults
    lines = {fault.line: fault for fault in faults}
    assert set(lines) >= {2, 3, 5, 6, 9, 13, 16}
    assert lines[5].what == "key `title` stands twice"
    assert (lines[13].what, lines[13].todo) == ("unknown key `accept_units`", "write `accept_unit`")
    assert "draft, active, deprecated, retired" in lines[3].todo


def test_an_unknown_key_without_a_near_one_names_the_known_ones(tmp_path: Path) -> None:
    fault = read(tmp_path, head() + FILES + "zzzzz: 1\n").faults[0]
    assert fault.what == "unknown key `zzzzz`"
    assert "files" in fault.todo


def test_missing_keys_are_named(tmp_path: Path) -> None:
    faults = read(tmp_path, "contract: finance.demo\n").faults
    assert any("`version`" in fault.what and "`files` is missing" in fault.what for fault in faults)


def test_anchors_and_merge_keys_work_under_examples(tmp_path: Path) -> None:
    examples = "examples:\n  one:\n    f:\n      - &a {A: '1', B: x}\n      - {<<: *a, A: '2'}\n      - *a\n"
    document = read(tmp_path, head() + FILES + examples)
    assert document.faults == []
    assert document.data["examples"]["one"]["f"] == [{"A": "1", "B": "x"}, {"A": "2", "B": "x"}, {"A": "1", "B": "x"}]


def test_of_several_merged_mappings_the_first_wins(tmp_path: Path) -> None:
    examples = (
        "examples:\n  one:\n    f:\n      - &a {A: '1', B: a}\n      - &b {A: '2', C: b}\n      - {<<: [*a, *b]}\n"
    )
    document = read(tmp_path, head() + FILES + examples)
    assert document.data["examples"]["one"]["f"][2] == {"A": "1", "B": "a", "C": "b"}


def test_anchors_outside_examples_are_refused(tmp_path: Path) -> None:
    document = read(tmp_path, head() + FILES.replace("[A]", "&key [A]"))
    assert said(document) == [(10, "anchors are allowed under `examples` only")]


def test_merge_keys_outside_examples_are_refused(tmp_path: Path) -> None:
    document = read(tmp_path, head() + FILES + "rules:\n  <<: {DM-010: x}\n")
    assert (12, "merge keys are allowed under `examples` only") in said(document)


def test_an_unknown_anchor_is_a_fault(tmp_path: Path) -> None:
    document = read(tmp_path, head() + FILES + "examples:\n  one:\n    f: [*nobody]\n")
    assert any(line == 13 and "nobody" in what for line, what in said(document))


def test_merging_what_is_no_mapping_is_a_fault(tmp_path: Path) -> None:
    document = read(tmp_path, head() + FILES + "examples:\n  one:\n    f:\n      - {<<: text, A: x}\n")
    assert (14, "`<<` merges a mapping") in said(document)


def test_a_key_that_is_no_word_is_a_fault(tmp_path: Path) -> None:
    document = read(tmp_path, head() + FILES + "? [a, b]\n: c\n")
    assert (11, "a key must be a word") in said(document)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("contract: finance.demo\n\tversion: 1\n", 2),
        ("a: [1, 2\nb: 3\n", 2),
        ("a: 'open\nb: 3\n", 3),
        ("a: b: c\n", 1),
        ("a: 1\n b: 2\n", 2),
    ],
)
def test_broken_yaml_is_one_fault_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    faults = read(tmp_path, text).faults
    assert [fault.line for fault in faults] == [line]
    assert faults[0].what.startswith("not YAML")


def test_bytes_that_are_not_utf8_are_a_fault(tmp_path: Path) -> None:
    faults = read(tmp_path, b"title: caf\xe9\n").faults
    assert [(fault.what, fault.todo) for fault in faults] == [("not UTF-8: byte 10", "save the file as UTF-8")]


def test_control_characters_are_a_fault(tmp_path: Path) -> None:
    assert said(read(tmp_path, b"title: a\x00b\n"))[0][1].startswith("not YAML")


@pytest.mark.parametrize("text", ["- a\n- b\n", "only words\n", "", "# a comment\n"])
def test_a_document_that_is_no_mapping_is_a_fault(tmp_path: Path, text: str) -> None:
    assert said(read(tmp_path, text)) == [(1, "a contract is a mapping of keys")]


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    assert read(tmp_path, b"\xef\xbb\xbf" + (head() + FILES).encode()).faults == []


def test_crlf_line_ends_do_no_harm(tmp_path: Path) -> None:
    document = read(tmp_path, (head() + FILES + "on: x\n").replace("\n", "\r\n"))
    assert said(document) == [(11, "unknown key `on`")]


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    document = read_document(tmp_path / "absent.yaml", "absent.yaml")
    assert document.faults[0].what.startswith("cannot be read")


def test_a_second_document_in_the_file_is_a_fault(tmp_path: Path) -> None:
    assert read(tmp_path, head() + FILES + "---\nrules: {}\n").faults != []


@pytest.mark.parametrize(
    "depth",
    [
        400,
        700,
        3000,
    ],
)
def test_deeply_nested_yaml_is_a_fault_and_no_traceback(tmp_path: Path, depth: int) -> None:
    assert read(tmp_path, "a: " + "[" * depth + "]" * depth + "\n").faults != []


def test_a_number_too_long_to_convert_is_a_fault_and_no_traceback(tmp_path: Path) -> None:
    assert read(tmp_path, head() + FILES.replace("type: text", f"type: text, at: {'9' * 5000}")).faults != []


words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12)
trees = st.recursive(
    words, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3), max_leaves=8
)


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(words.filter(lambda word: word != "<<"), trees, min_size=1, max_size=5))
def test_whatever_strings_yaml_writes_come_back_as_strings(
    tmp_path_factory: pytest.TempPathFactory, tree: dict[str, Any]
) -> None:
    folder = tmp_path_factory.getbasetemp()
    text = yaml.safe_dump({"examples": tree}, allow_unicode=True)
    assert read(folder, text).data == {"examples": tree}


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=60) | st.text(alphabet="ab:- [{}]&*<>!|'\"#%@,?\n\t~0", max_size=60).map(str.encode))
def test_no_bytes_whatsoever_give_a_traceback(tmp_path_factory: pytest.TempPathFactory, text: bytes) -> None:
    document = read(tmp_path_factory.getbasetemp(), text)
    assert document.faults, "nothing so short is a whole contract"


def test_a_contract_that_unfolds_without_end_is_refused(tmp_path: Path) -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    path = tmp_path / "bomb.yaml"
    path.write_text("examples:\n" + "".join(f"  {line}\n" for line in levels))
    (fault,) = read_document(path, path.name).faults
    assert "more than 200,000 values, those of aliases counted" in fault.what


SHIPPED = sorted((Path(__file__).parents[2] / "contracts" / "finance").glob("*.yaml"))
ODD: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.decimals(allow_nan=False), st.text()
)


@settings(max_examples=60)
@given(st.data())
def test_what_the_fast_validator_allows_has_no_faults_in_the_words_of_the_other(data: st.DataObject) -> None:
    """A place of a shipped contract is spoilt: a key taken away or renamed, a value made another."""
    spoilt = copy.deepcopy(read_document(data.draw(st.sampled_from(SHIPPED)), "it").data)
    places = list(_places(spoilt))
    container, key = data.draw(st.sampled_from(places))
    change = data.draw(st.sampled_from(["remove", "replace", "add"]))
    if change == "add" and isinstance(container, dict):
        container[data.draw(st.text(max_size=5))] = data.draw(ODD)
    elif change == "replace":
        container[key] = data.draw(ODD)
    else:
        del container[key]
    if _validator().is_valid(spoilt):
        assert list(schema_faults(spoilt, schema())) == []
    else:
        assert list(schema_faults(spoilt, schema())) != []


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container below a value with each of its keys, the shallow ones first."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else []
    for key in keys:
        yield value, key
    for key in keys:
        yield from _places(value[key])
