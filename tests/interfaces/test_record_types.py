"""Files in which records of several types follow each other: fixed width, and delimited as BAI2 is."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import Contract, failing
from harness import check
from harness.generate.values import domains
from interfaces import Dialect, FixedDialect, PayloadError, read, write
from tests.contracts.contract_texts import build

FIXED = """
    files:
      head:
        name: "*.txt"
        record_type: {at: 1, value: H}
        rows: [1, 1]
        accept_unit: []
        business_key: [DAY]
        columns:
          - {at: 2, width: 6, name: DAY, type: date(YYMMDD), required: true}
      line:
        record_type: {at: 1, value: L}
        parent: {file: head}
        columns:
          - {at: 2, width: 8, name: NAME, type: text(8), required: true}
          - {at: 10, width: 6, name: AMOUNT, type: "number(6,2)", implied_decimals: 2, align: right, pad: "0"}
      total:
        record_type: {at: 1, value: T}
        parent: {file: head}
        columns:
          - {at: 2, width: 4, name: COUNT, type: integer(4), align: right, pad: "0"}
    rules:
      DM-010: {file: total, title: The total counts the lines, severity: critical, basis: observed,
               check: COUNT = _line - head._line - 1, breaks: {COUNT: 9}}
    examples:
      two:
        head: [{DAY: 2026-11-20}]
        line: [{NAME: Chalk, AMOUNT: 12.50}, {NAME: Paper, AMOUNT: 3}]
        total: [{COUNT: 2}]
    """
LINES = ["H261120", "LChalk   001250", "LPaper   000300", "T0002"]

BAI = """
    files:
      account:
        name: "*.bai"
        record_type: {at: 1, value: "03"}
        csv: {delimiter: ",", quote: "", record_end: "/", continuation: "88"}
        accept_unit: [ACCOUNT]
        columns:
          - {at: 2, name: ACCOUNT, type: text(20), required: true}
          - {at: 3, name: CLOSING, type: "number(15,2)", implied_decimals: 2}
      item:
        record_type: {at: 1, value: "16"}
        csv: {delimiter: ",", quote: "", record_end: "/", continuation: "88", rest: true}
        parent: {file: account}
        columns:
          - {at: 2, name: TYPE, type: text(3), required: true}
          - {at: 3, name: AMOUNT, type: "number(15,2)", implied_decimals: 2}
          - {at: 4, name: NOTE, type: text}
    """


@pytest.fixture
def fixed(tmp_path: Path) -> Contract:
    return build(tmp_path / "profile", FIXED, channel="fixed_width")


@pytest.fixture
def bai(tmp_path: Path) -> Contract:
    return build(tmp_path / "profile", BAI)


def sent(folder: Path, lines: list[str], name: str = "a.txt") -> Path:
    path = folder / name
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return path


def rules(path: Path, contract: Contract) -> set[str]:
    return set(check(read(path, contract), contract, all_findings=True).findings["rule"])


def test_records_are_written_each_followed_by_what_is_below_it(tmp_path: Path, fixed: Contract) -> None:
    write(tmp_path / "a.txt", fixed, fixed.examples["two"].records, dialect=FixedDialect(zipped=False))
    assert (tmp_path / "a.txt").read_text().splitlines() == LINES


def test_values_come_without_filling_and_with_the_point_that_the_file_implies(tmp_path: Path, fixed: Contract) -> None:
    lines = read(sent(tmp_path, LINES), fixed).frames["line"]
    assert lines.select("_line", "NAME", "AMOUNT").rows() == [(2, "Chalk", "12.50"), (3, "Paper", "3.00")]
    assert rules(sent(tmp_path, LINES), fixed) == set()


def test_a_control_record_counts_what_stands_before_it(tmp_path: Path, fixed: Contract) -> None:
    assert rules(sent(tmp_path, [*LINES[:3], "T0003"]), fixed) == {"DM-010"}
    assert failing(fixed, fixed.examples["two"].records) == {}


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([*LINES[:2], "LPaper   0003", LINES[3]], {"line.shape.ragged"}),
        ([LINES[0], LINES[1] + "x", *LINES[2:]], {"line.shape.surplus"}),
        ([*LINES, "X"], {"package.record_type"}),
        ([*LINES[1:], LINES[0]], {"line.parent", "total.parent"}),
        ([LINES[0], *LINES], {"head.shape.row_count"}),
        ([LINES[0], "LChalk   00A250", *LINES[2:]], {"line.AMOUNT.type"}),
        ([], {"head.shape.unreadable", "head.shape.row_count"}),
    ],
)
def test_what_is_wrong_with_the_records_is_found(
    tmp_path: Path, fixed: Contract, lines: list[str], found: set[str]
) -> None:
    assert found <= rules(sent(tmp_path, lines), fixed)


def test_a_value_that_its_characters_cannot_hold_is_never_written(tmp_path: Path, fixed: Contract) -> None:
    with pytest.raises(PayloadError, match="NAME does not fit into its 8 characters"):
        write(tmp_path / "a.zip", fixed, {"line": [{"NAME": "Nine signs"}]})


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=8),
            st.decimals(0, 9999, places=2),
        ),
        max_size=8,
    )
)  # fmt: skip
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, values: list[tuple[str, object]]) -> None:
    folder = tmp_path_factory.mktemp("written")
    contract = build(folder / "profile", FIXED, channel="fixed_width")
    lines = [{"NAME": name, "AMOUNT": str(amount), "_of": "1"} for name, amount in values]
    records = {"head": [{"DAY": "2026-11-20", "_id": "1"}], "line": lines}
    write(folder / "a.txt", contract, records, dialect=FixedDialect(zipped=False))
    frame = read(folder / "a.txt", contract).frames["line"]
    assert frame.select("NAME", "AMOUNT").rows() == [(name, str(amount)) for name, amount in values]


def test_continuations_the_closing_sign_and_the_rest_of_a_record(tmp_path: Path, bai: Contract) -> None:
    path = sent(tmp_path, ["03,111,", "88,-12550/", "16,475,900,CHECK 1, PAID", "16,115,5,/"], "a.bai")
    payload = read(path, bai)
    assert payload.frames["item"].select("AMOUNT", "NOTE").rows() == [("9.00", "CHECK 1, PAID"), ("0.05", None)]
    assert set(check(payload, bai).samples["rule"]) == {"account.shape.surplus"}  # 88 brings a field of its own


def test_a_sign_that_nothing_protects_is_never_written(tmp_path: Path, bai: Contract) -> None:
    with pytest.raises(PayloadError, match="ACCOUNT holds a sign"):
        write(tmp_path / "a.zip", bai, {"account": [{"ACCOUNT": "1,2"}]}, dialect=Dialect())


def test_drawn_payloads_have_the_dates_that_are_required(tmp_path: Path) -> None:
    """A date is six characters wide in the file, and drawn as a date all the same."""
    contract = build(tmp_path / "profile", FIXED, channel="fixed_width")
    days = domains(contract, [])["head"]["DAY"]
    assert days.fits("2026-12-04")
    assert days.draw(Random(1)) is not None
