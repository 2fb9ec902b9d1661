"""Examples and breakers: the payloads inside a contract."""

# ruff: noqa: E501 - contracts and their tables read better in one line

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from contract_texts import IDENTITY, OVERLAY_HEAD, build, head, profile, write

from contracts import (
    ContractError,
    breakers,
    exact,
    failing,
    frames,
    load,
    load_records,
    masked,
    valid_examples,
    written_breaker,
)
from contracts.model import Column, Csv, File, Type

BODY = """\
    files:
      f:
        name: f.csv
        accept_unit: [A]
        csv: {header: true, dates: MM/DD/YYYY}
        columns:
          - {name: A, type: text(3), required: true}
          - {name: N, type: "number(4,1)"}
          - {name: D, type: date}
          - {name: C, type: text, one_of: [x, y], pattern: "[xyz]"}
    rules:
      DM-010: {title: Positive, severity: minor, basis: observed, check: N > 0, breaks: {N: 0}}
      DM-020: {title: Once, severity: minor, basis: observed, unique: [A], breaks: duplicate}
      DM-030: {title: Two, severity: minor, basis: observed, group_by: [], check: COUNT(*) > 1, breaks: remove}
      DM-040: {title: Second, severity: minor, basis: observed, check: C <> 'y' OR N > 5, breaks: {_in: other, _row: 2, N: 1}, also: [DM-999]}
    examples:
      bad: {expects: [DM-010], f: [{A: a, N: 0}, {A: b}]}
      good: {f: [{A: a, N: 1, D: 2025-09-26, C: x}, {A: b, N: null}]}
      other: {f: [{A: a, C: x}, {A: b, C: y, N: 6}]}
    """


def test_valid_examples_are_those_that_expect_nothing(tmp_path: Path) -> None:
    contract = build(tmp_path, BODY)
    assert list(valid_examples(contract)) == ["good", "other"]
    assert all(not failing(contract, one.records) for one in valid_examples(contract).values())


def test_an_invalid_example_fails_what_it_expects(tmp_path: Path) -> None:
    contract = build(tmp_path, BODY)
    assert failing(contract, contract.examples["bad"].records) == {"DM-010": [1]}


def test_every_written_rule_is_broken_by_its_breaker(tmp_path: Path) -> None:
    contract = build(tmp_path, BODY)
    found = {
        one.rule.id: (one.example, set(failing(contract, one.records))) for one in breakers(contract) if not one.derived
    }
    assert found == {
        "DM-010": ("good", {"DM-010"}),
        "DM-020": ("good", {"DM-020"}),
        "DM-030": ("good", {"DM-030"}),
        "DM-040": ("other", {"DM-040"}),
    }


def test_every_facet_has_a_derived_breaker_that_hits_it(tmp_path: Path) -> None:
    contract = build(tmp_path, BODY)
    derived = [one for one in breakers(contract) if one.derived]
    assert {one.rule.id for one in derived} == {
        "f.A.required",
        "f.A.length",
        "f.N.type",
        "f.D.type",
        "f.C.one_of",
        "f.C.pattern",
    }
    assert all(one.rule.id in failing(contract, one.records) for one in derived)


def test_a_breaker_is_exact_where_it_breaks_its_rule_and_its_also_and_nothing_else(tmp_path: Path) -> None:
    contract = build(tmp_path, BODY)
    first, last = (written_breaker(contract, contract.rules[name]) for name in ("DM-010", "DM-040"))
    assert first is not None
    assert last is not None
    assert exact(contract, first, {"DM-010"})
    assert not exact(contract, first, {"DM-010", "DM-020"})
    assert not exact(contract, first, set())
    assert not exact(contract, last, {"DM-040"})


def test_dates_of_examples_are_written_with_the_mask_of_the_file(tmp_path: Path) -> None:
    contract = build(tmp_path, BODY)
    assert frames(contract, contract.examples["good"].records)["f"]["D"].to_list() == ["09/26/2025", None]


@pytest.mark.parametrize(
    ("kind", "text", "written"),
    [
        ("date", "2025-09-26", "2025/09/26"),
        ("date(MM/DD/YYYY)", "2025-09-26", "09/26/2025"),
        ("date", "2025/09/26", "2025/09/26"),
        ("date", "2025-02-30", "2025-02-30"),
        ("timestamp", "2025-09-26T10:11:12", "2025/09/26 10:11:12"),
        ("timestamp(YYYY/MM/DD HH24:MI:SS:FF)", "2025-09-26", "2025/09/26 00:00:00:000000"),
        ("timestamp(MM/DD/YYYY HH24:MI:SS.FF)", "2025-09-26", "09/26/2025 00:00:00.000000"),
        ("text", "2025-09-26", "2025-09-26"),
    ],
)
def test_an_iso_date_gets_the_mask_of_its_column(kind: str, text: str, written: str) -> None:
    column = Column("D", Type.parse(kind))
    assert masked(text, column, File("f", {"D": column}, csv=Csv())) == written
    assert masked(None, column, File("f", {"D": column})) is None


def test_a_year_has_four_digits() -> None:
    column = Column("D", Type("date"))
    assert masked("0999-01-01", column, File("f", {"D": column})) == "0999/01/01"


def test_a_long_example_stands_in_a_file_of_its_own(tmp_path: Path) -> None:
    contract = build(tmp_path, dedent(BODY) + "  long: {f: {file: demo/long.csv}}\n")
    (tmp_path / "demo").mkdir()
    with pytest.raises(ContractError, match=r"no file long\.csv"):
        load_records(contract, contract.examples["long"], tmp_path)
    (tmp_path / "demo" / "long.csv").write_text("A,N\na,1\nb,\n", encoding="utf-8")
    assert load_records(contract, contract.examples["long"], tmp_path) == {
        "f": [{"A": "a", "N": "1"}, {"A": "b", "N": None}]
    }


def test_the_long_example_of_a_profile_is_read_from_the_profile(tmp_path: Path) -> None:
    from contracts import lint

    write(tmp_path, head() + dedent(BODY).replace(", also: [DM-999]", "") + "  long: {f: {file: demo/long.csv}}\n")
    beside = tmp_path / "contracts" / "finance" / "demo"
    beside.mkdir(parents=True)
    (beside / "long.csv").write_text("A,N\na,1\nb,\n", encoding="utf-8")
    assert lint(profile(tmp_path), [IDENTITY]) == []


def test_a_rule_in_a_profile_is_broken_over_the_overlays_examples(library: Path) -> None:
    write(library, head() + dedent(BODY))
    write(library / "district", OVERLAY_HEAD + "examples: {good: {f: [{A: q, N: 2}, {A: r}]}}\n")
    contract = load(IDENTITY, profile(library / "district"))
    assert list(valid_examples(contract)) == ["good"]
    breaker = written_breaker(contract, contract.rules["DM-010"])
    assert breaker is not None
    assert [row["A"] for row in breaker.records["f"]] == ["q", "r"]
    assert written_breaker(contract, contract.rules["DM-040"]) is None
    assert exact(contract, breaker, {"DM-010", "DM-020"})
    assert not exact(contract, breaker, {"DM-020"})
