"""Rules over one record: what passes, what fails, what is unknown."""

# ruff: noqa: E501 - contracts and their tables read better in one line

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from contract_texts import build, findings, judge, one_file, rule

from contracts import Contract, LintError, load

COLUMNS = """\
    {name: A, type: text(5)}
    {name: N, type: "number(7,2)"}
    {name: I, type: integer(3)}
    {name: D, type: date}
    {name: F, type: flag}
    {name: B, type: boolean}
"""


def facet(folder: Path, statement: str, **more: str) -> Contract:
    return build(folder, one_file(statement, **more))


# facets


def test_a_required_value_that_is_blank_fails(tmp_path: Path) -> None:
    contract = facet(tmp_path, "{name: A, type: text, required: true}\n{name: X, type: text}")
    assert findings(contract, f=[{"A": "1"}, {"A": None}]) == {"f.A.required": [2]}


@pytest.mark.parametrize("token", ["#NULL", "$null$"])
def test_a_token_for_blank_fails_required_and_passes_every_other_facet(tmp_path: Path, token: str) -> None:
    contract = facet(
        tmp_path,
        """\
        {name: A, type: text(2), required: true, one_of: [a], pattern: "[a-z]", list: colours}
        {name: N, type: number, range: [1, 2], required: true}
        {name: D, type: date, required: true}
        {name: X, type: text}
        """,
        lists="colours: {values: [a]}",
        rules=rule(10, "check: A = 'a' AND N = 1"),
    )
    assert findings(contract, f=[{"A": token, "N": token, "D": token, "X": "x"}]) == {
        "f.A.required": [1],
        "f.N.required": [1],
        "f.D.required": [1],
    }


def test_a_token_is_blank_in_conditions(tmp_path: Path) -> None:
    contract = facet(tmp_path, "{name: A, type: text}\n{name: X, type: text}", rules=rule(10, "check: A IS NOT NULL"))
    assert findings(contract, f=[{"A": "#NULL", "X": "x"}, {"A": "a", "X": "x"}]) == {"DM-010": [1]}


def test_an_empty_text_is_blank(tmp_path: Path) -> None:
    contract = facet(tmp_path, "{name: A, type: text, required: true, one_of: [a]}\n{name: N, type: number}")
    assert findings(contract, f=[{"A": "", "N": ""}]) == {"f.A.required": [1]}


def test_required_under_a_condition_fails_only_where_it_is_true(tmp_path: Path) -> None:
    contract = facet(tmp_path, "{name: A, type: text, required: F = 'Y'}\n{name: F, type: flag}")
    rows = [{"A": None, "F": "Y"}, {"A": None, "F": "N"}, {"A": None, "F": None}, {"A": "a", "F": "Y"}]
    assert findings(contract, f=rows) == {"f.A.required": [1]}


def test_a_column_that_the_payload_lacks_is_blank_everywhere(tmp_path: Path) -> None:
    contract = facet(tmp_path, "{name: A, type: text, required: true}\n{name: X, type: text(1)}")
    assert findings(contract, f=[{"X": "x"}, {"X": "y"}]) == {"f.A.required": [1, 2]}


def test_a_required_column_that_the_payload_lacks_fails_where_it_is_the_only_rule(tmp_path: Path) -> None:
    contract = facet(tmp_path, "{name: A, type: text, required: true}\n{name: X, type: text}")
    assert findings(contract, f=[{"X": "x"}, {"X": "y"}, {"X": "z"}]) == {"f.A.required": [1, 2, 3]}


def test_length_counts_characters(tmp_path: Path) -> None:
    contract = facet(tmp_path, "{name: A, type: text(3)}")
    assert findings(contract, f=[{"A": "äöü"}, {"A": "abcd"}, {"A": None}]) == {"f.A.length": [2]}


def test_length_counts_the_bytes_of_the_loaders_buffer_too_where_the_loader_does() -> None:
    bus = "\N{BUS}"
    journals, suppliers = (load(identity) for identity in ("finance.gl_journals", "procurement.suppliers"))
    rows = [{"REFERENCE10": bus * 63 + "abc"}, {"REFERENCE10": bus * 64}, {"REFERENCE10": "x" * 241}]
    assert findings(journals, gl=rows)["gl.REFERENCE10.length"] == [2, 3]
    assert "suppliers.VENDOR_NAME.length" not in findings(suppliers, suppliers=[{"VENDOR_NAME": bus * 360}])


def test_one_of_pattern_and_range_judge_the_whole_value(tmp_path: Path) -> None:
    contract = facet(
        tmp_path,
        """\
        {name: A, type: text, one_of: [a, b]}
        {name: P, type: text, pattern: "[0-9]{2}|x"}
        {name: N, type: number, range: [-1.5, 10]}
        {name: D, type: date, range: [2025-01-01, 2025-12-31]}
        """,
    )
    good = {"A": "a", "P": "12", "N": "10", "D": "2025-12-31"}
    rows = [
        good,
        {"A": "ab"},
        {"P": "123"},
        {"P": "1x"},
        {"P": "12\n"},
        {"N": "10.01"},
        {"N": "-1.51"},
        {"D": "2026-01-01"},
        {},
    ]
    assert findings(contract, f=rows) == {
        "f.A.one_of": [2],
        "f.P.pattern": [3, 4, 5],
        "f.N.range": [6, 7],
        "f.D.range": [8],
    }


def test_a_range_of_timestamps_is_judged(tmp_path: Path) -> None:
    contract = facet(tmp_path, '{name: S, type: timestamp, range: ["2025-01-01", "2025-12-31"]}')
    assert findings(contract, f=[{"S": "2026/01/01 00:00:00"}]) == {"f.S.range": [1]}


def test_a_list_facet_fails_what_is_not_on_the_list(tmp_path: Path) -> None:
    contract = facet(tmp_path, "{name: A, type: text, list: colours}", lists='colours: {values: [red, "0110"]}')
    assert findings(contract, f=[{"A": "red"}, {"A": "110"}, {"A": "0110"}, {"A": None}]) == {"f.A.list": [2]}


def test_a_blank_line_of_a_list_does_not_switch_it_off(tmp_path: Path) -> None:
    contract = facet(tmp_path, "{name: A, type: text, list: colours}", lists="colours: {rows: [{n: red}, {n: null}]}")
    assert findings(contract, f=[{"A": "red"}, {"A": "blue"}]) == {"f.A.list": [2]}


def test_a_list_facet_whose_list_is_not_bound_is_not_checked(tmp_path: Path) -> None:
    contract = facet(tmp_path, "{name: A, type: text, list: colours}", lists="colours: {about: colours, columns: [n]}")
    outcome = judge(contract, f=[{"A": "blue"}])["f.A.list"]
    assert (outcome.status, outcome.reason) == ("not_checked", "list colours is not bound")


def test_a_list_older_than_its_limit_makes_a_pass_stale_and_leaves_a_finding(tmp_path: Path) -> None:
    lists = "colours: {values: [red], taken: 2025-01-01, max_age_days: 30}"
    contract = facet(tmp_path, "{name: A, type: text, list: colours}", lists=lists)
    late, early = date(2025, 2, 1), date(2025, 1, 31)
    assert judge(contract, late, f=[{"A": "red"}])["f.A.list"].status == "stale"
    assert judge(contract, early, f=[{"A": "red"}])["f.A.list"].status == "passed"
    assert judge(contract, late, f=[{"A": "blue"}])["f.A.list"].status == "failed"
    assert judge(contract, f=[{"A": "red"}])["f.A.list"].status == "passed"


# types


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("integer(3)", ["1", "-999", "+5", "005", "5."], ["1000", "1.5", "x", " 1", "1e2", "١"]),
        ("integer", ["9999999999999999999999999999"], ["0.5"]),
        ("integer(18)", ["999999999999999999", "-999999999999999999"], ["9999999999999999999", "1000000000000000000"]),
        ("number(7,2)", ["99999.99", ".5", "-.5", "1,5", "0.10", "1.500"], ["100000", "1.234", "1.2.3", "1,234.50", "1 000", "--1", ""]),
        ("number(3)", ["123", "0.12", "1.5", "1.50000", "0012"], ["1234", "1.234", "12.34"]),
        ("number", ["1", "0.0000000001", "1.00000000000000"], ["1E5", "0.00000000001", "abc", "12345678901234567890123456789", "NaN", "inf"]),
        ("date", ["2025-09-26", "2024-02-29", "4712-12-31"], ["2025-02-30", "2025-02-29", "2025/09/26", "2025-9-26", "26-09-2025", "2025-09-26 ", "2025-09-26\n", "20250926", "2025-13-01"]),
        ("date(MM/DD/YYYY)", ["09/26/2025"], ["26/09/2025", "2025/09/26", "9/26/2025"]),
        ("date(YYYYMMDD)", ["20250926"], ["2025-09-26", "20250230", "2025926"]),
        ("timestamp", ["2025/09/26 23:59:59"], ["2025/09/26", "2025/09/26 24:00:00", "2025/09/26T10:00:00", "2025/02/30 10:00:00"]),
        ("timestamp(YYYY/MM/DD HH24:MI:SS:FF)", ["2025/09/26 10:00:00:0", "2025/09/26 10:00:00:123456789"], ["2025/09/26 10:00:00", "2025/09/26 10:00:00.1", "2025/09/26 10:00:00:"]),
        ("timestamp(MM/DD/YYYY HH24:MI:SS.FF)", ["09/26/2025 10:00:00.000000"], ["09/26/2025 10:00:00", "09/26/2025 10:00:00:1"]),
        ("flag", ["Y", "N"], ["y", "1", "true"]),
        ("boolean", ["true", "false"], ["TRUE", "Y", "1"]),
    ],
)  # fmt: skip
def test_a_value_is_of_its_type_or_it_is_a_finding(tmp_path: Path, kind: str, good: list[str], bad: list[str]) -> None:
    contract = facet(tmp_path, f'{{name: A, type: "{kind}"}}')
    bad = [value for value in bad if value]
    rows = [{"A": value} for value in [*good, *bad]]
    failed = findings(contract, f=rows).get("f.A.type", [])
    assert [rows[at - 1]["A"] for at in failed] == bad


def test_zeros_before_the_first_digit_are_not_significant(tmp_path: Path) -> None:
    assert findings(facet(tmp_path, '{name: A, type: "number(3)"}'), f=[{"A": "0.00012"}]) == {}


@pytest.mark.parametrize(
    "kind",
    [
        "date(DD-MON-YYYY)",
        "date(MM/DD/RR)",
        "date(YYYY/MM/DD HH24:MI:SS.FF)",  # a date has no fraction
        "timestamp(YYYY/MM/DD HH24)",
        "timestamp(YYYY/MM/DD MI:SS)",
        "timestamp(YYYY/MM/DD HH24:MI.FF)",
        "timestamp(YYYY/MM/DD FF:SS:MI:HH24)",
        "timestamp(YYYY/MM/DD/DD)",
    ],
)
def test_a_mask_that_is_not_understood_is_told(tmp_path: Path, kind: str) -> None:
    with pytest.raises(LintError, match="mask"):
        facet(tmp_path, f'{{name: A, type: "{kind}"}}')


def test_a_percent_sign_of_a_mask_stands_for_itself(tmp_path: Path) -> None:
    contract = facet(tmp_path, '{name: A, type: "date(YYYY%MM%DD)"}')
    assert findings(contract, f=[{"A": "2025%02%28"}, {"A": "2025%02%30"}]) == {"f.A.type": [2]}


def test_a_value_that_failed_its_type_makes_its_other_rules_unknown(tmp_path: Path) -> None:
    contract = facet(
        tmp_path,
        "{name: N, type: integer(2), range: [1, 9], one_of: [1, 2]}\n{name: X, type: text, required: N IS NULL}",
        rules=rule(10, "check: N IS NOT NULL")
        + rule(20, "check: X = 'x'", when="N IS NULL")
        + rule(30, "check: X = 'x' OR N = 1"),
    )
    assert findings(contract, f=[{"N": "abc", "X": None}, {"N": "100", "X": "z"}]) == {"f.N.type": [1, 2]}


def test_a_bare_row_rule_is_not_lost_beside_others(tmp_path: Path) -> None:
    contract = facet(tmp_path, COLUMNS, rules=rule(10, "check: N > 0") + rule(20, "check: D < DATE '2025-09-26'"))
    rows = [{"A": "a", "N": "0", "I": "1", "D": "2025-09-26", "F": "Y", "B": "true"}, {"N": "1", "D": "2025-09-25"}]
    assert findings(contract, f=rows) == {"DM-010": [1], "DM-020": [1]}


# written row rules


def test_only_false_is_a_finding(tmp_path: Path) -> None:
    contract = facet(tmp_path, "{name: A, type: text}\n{name: X, type: text}", rules=rule(10, "check: A = 'a'"))
    assert findings(contract, f=[{"A": "a"}, {"A": "b"}, {"A": None, "X": "x"}]) == {"DM-010": [2]}


def test_when_filters_first_and_unknown_does_not_apply(tmp_path: Path) -> None:
    contract = facet(
        tmp_path, "{name: A, type: text}\n{name: F, type: flag}", rules=rule(10, "check: A IS NOT NULL", when="F = 'Y'")
    )
    rows = [{"A": None, "F": "Y"}, {"A": None, "F": "N"}, {"A": None, "F": None}]
    assert findings(contract, f=rows) == {"DM-010": [1]}
    assert judge(contract, f=rows[1:])["DM-010"].status == "not_applied"
    assert judge(contract, f=[{"A": "a", "F": "Y"}])["DM-010"].status == "passed"


def test_a_facet_of_a_column_without_any_value_is_not_applied(tmp_path: Path) -> None:
    contract = facet(tmp_path, "{name: A, type: text(3)}\n{name: X, type: text(3)}")
    outcomes = judge(contract, f=[{"A": None, "X": "x"}])
    assert (outcomes["f.A.length"].status, outcomes["f.X.length"].status) == ("not_applied", "passed")


def test_a_file_without_records_applies_no_rule(tmp_path: Path) -> None:
    contract = facet(
        tmp_path, "{name: A, type: text(3), required: true}", rules=rule(10, "check: A = 'a'") + rule(20, "unique: [A]")
    )
    assert {one.status for one in judge(contract, f=[]).values()} == {"not_applied"}


def test_rules_may_use_the_reserved_names(tmp_path: Path) -> None:
    contract = facet(tmp_path, "{name: A, type: text}", rules=rule(10, "check: _row < 3"))
    assert findings(contract, f=[{"A": "a"}] * 4) == {"DM-010": [3, 4]}


# the edges of the types


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("{name: V, type: integer}", "9999999999999999999999999999.9"),
        ('{name: V, type: "number(30,2)"}', "9999999999999999999999999999.999"),
        ('{name: V, type: "number(7,2)"}', "-9999999999999999999999999999.9999999999"),
    ],
)
def test_a_number_whose_rounding_would_not_be_held_is_a_finding(tmp_path: Path, statement: str, text: str) -> None:
    contract = facet(tmp_path, f"{statement}\n{{name: X, type: text}}")
    assert findings(contract, f=[{"V": text, "X": "x"}]) == {"f.V.type": [1]}


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("date", "0000-01-01"),
        ("timestamp", "2025/03/15 23:59:60"),
        ("timestamp", "0000/03/15 00:00:00"),
        ("timestamp(YYYY/MM/DD HH24:MI:SS:FF)", "2025/03/15 00:00:00:٣"),
    ],
)
def test_a_moment_that_oracle_does_not_know_is_a_finding(tmp_path: Path, kind: str, text: str) -> None:
    contract = facet(tmp_path, f'{{name: V, type: "{kind}"}}\n{{name: X, type: text}}')
    assert findings(contract, f=[{"V": text, "X": "x"}]) == {"f.V.type": [1]}


def test_a_slot_is_not_asked_for_where_its_condition_rests_on_a_value_of_the_wrong_type(tmp_path: Path) -> None:
    flexfields = "flexfields:\n  e: {file: f, context: C, values: {one: {S: {required: \"N > 1 OR K = 'x'\"}}}}\n"
    columns = "{name: C, type: text}\n{name: S, type: text}\n{name: N, type: number}\n{name: K, type: text}"
    contract = build(tmp_path, one_file(columns) + flexfields)
    rows = [{"C": "one", "S": None, "N": number, "K": "x"} for number in ("q", "0")]
    assert findings(contract, f=rows) == {"f.N.type": [1], "f.S.required": [2]}
