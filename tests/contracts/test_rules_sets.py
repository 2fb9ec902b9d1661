"""Rules that look at more than one record, at another file or at a list."""

# ruff: noqa: E501 - contracts and their tables read better in one line

from __future__ import annotations

from datetime import date
from pathlib import Path
from textwrap import dedent, indent

import pytest
from contract_texts import build, findings, judge, one_file, rule

from contracts import Contract, ContractError

PAIR = "{name: K, type: text}\n{name: N, type: number}\n{name: F, type: flag}\n{name: D, type: date}"


def one(folder: Path, rules: str, lists: str = "", columns: str = PAIR, more: str = "") -> Contract:
    return build(folder, one_file(columns, rules=rules, lists=lists, more=more))


def two(
    folder: Path, rules: str = "", *, parent: str = "{file: h, by: [ID]}", lists: str = "", kind: str = "text"
) -> Contract:
    """Headers ``h`` with lines ``l``."""
    body = dedent(f"""\
        files:
          h: {{name: h.csv, accept_unit: [ID], csv: {{header: true, dates: YYYY-MM-DD}}, columns: [{{name: ID, type: text}}, {{name: ALT, type: text}}, {{name: TOTAL, type: number}}, {{name: CUR, type: text}}]}}
          l: {{name: l.csv, parent: {parent}, csv: {{header: true}}, columns: [{{name: ID, type: {kind}}}, {{name: ALT, type: text}}, {{name: AMOUNT, type: number}}, {{name: F, type: flag}}]}}
        """)
    body += "lists:\n" + indent(lists, "  ") + "\n" if lists else ""
    return build(folder, body + ("rules:\n" + indent(rules, "  ") if rules else ""))


# groups


def test_every_record_of_a_group_that_fails_is_found(tmp_path: Path) -> None:
    contract = one(tmp_path, rule(10, "group_by: [K], check: SUM(N) = 0"))
    rows = [{"K": "a", "N": "1"}, {"K": "b", "N": "2"}, {"K": "a", "N": "-1"}, {"K": "b", "N": "1"}]
    assert findings(contract, f=rows) == {"DM-010": [2, 4]}


def test_blanks_of_a_group_key_are_equal(tmp_path: Path) -> None:
    contract = one(tmp_path, rule(10, "group_by: [K], check: SUM(N) = 0"))
    assert findings(contract, f=[{"K": None, "N": "1"}, {"K": None, "N": "-1"}]) == {}
    assert findings(contract, f=[{"K": None, "N": "1"}, {"K": None, "N": "1"}, {"K": "a", "N": "0"}]) == {
        "DM-010": [1, 2]
    }


def test_a_group_by_nothing_is_the_whole_file(tmp_path: Path) -> None:
    contract = one(tmp_path, rule(10, "group_by: [], check: COUNT(*) <= 2"))
    assert findings(contract, f=[{"K": "a"}, {"K": "b"}, {"K": "c"}]) == {"DM-010": [1, 2, 3]}


def test_a_group_of_nulls_is_unknown(tmp_path: Path) -> None:
    contract = one(tmp_path, rule(10, "group_by: [K], check: SUM(N) = 0"))
    assert findings(contract, f=[{"K": "a", "N": None}]) == {}


def test_a_value_that_failed_its_type_makes_its_group_unknown(tmp_path: Path) -> None:
    contract = one(tmp_path, rule(10, "group_by: [K], check: 'SUM(COALESCE(N, 0)) = 0'"))
    rows = [{"K": "a", "N": "x"}, {"K": "a", "N": "1"}, {"K": "b", "N": "1"}]
    assert findings(contract, f=rows) == {"f.N.type": [1], "DM-010": [3]}


def test_a_group_key_that_failed_its_type_leaves_the_others_judged(tmp_path: Path) -> None:
    contract = one(tmp_path, rule(10, "group_by: [N], check: COUNT(*) = 1"))
    rows = [{"N": "x"}, {"N": "x"}, {"N": "1"}, {"N": "1.0"}]
    assert findings(contract, f=rows) == {"f.N.type": [1, 2], "DM-010": [3, 4]}


def test_when_filters_the_records_of_a_group(tmp_path: Path) -> None:
    contract = one(tmp_path, rule(10, "group_by: [K], check: SUM(N) = 0", when="F = 'Y'"))
    rows = [
        {"K": "a", "N": "1", "F": "N"},
        {"K": "a", "N": "0", "F": "Y"},
        {"K": "b", "N": "1", "F": "Y"},
        {"K": "b", "N": "9", "F": "N"},
    ]
    assert findings(contract, f=rows) == {"DM-010": [3]}
    assert judge(contract, f=rows[:1])["DM-010"].status == "not_applied"


def test_a_group_by_accept_unit_follows_the_parent(tmp_path: Path) -> None:
    contract = two(tmp_path, rule(10, "file: l, group_by: accept_unit, check: SUM(AMOUNT) = 0"))
    lines = [{"ID": "1", "AMOUNT": "5"}, {"ID": "2", "AMOUNT": "1"}, {"ID": "1", "AMOUNT": "-5"}]
    assert findings(contract, h=[{"ID": "1"}, {"ID": "2"}], l=lines) == {"DM-010": [2]}


def test_a_group_by_an_ancestors_column(tmp_path: Path) -> None:
    contract = two(tmp_path, rule(10, "file: l, group_by: [h.CUR], check: SUM(AMOUNT) = 0"))
    lines = [{"ID": "1", "AMOUNT": "5"}, {"ID": "2", "AMOUNT": "-5"}, {"ID": "3", "AMOUNT": "1"}]
    headers = [{"ID": "1", "CUR": "USD"}, {"ID": "2", "CUR": "USD"}, {"ID": "3", "CUR": "EUR"}]
    assert findings(contract, h=headers, l=lines) == {"DM-010": [3]}


def test_the_keys_of_a_unit_do_not_run_into_each_other(tmp_path: Path) -> None:
    columns = "{name: K, type: text}\n{name: L, type: text}\n{name: N, type: number}"
    contract = build(
        tmp_path,
        one_file(columns, rules=rule(10, "group_by: accept_unit, check: COUNT(*) = 1")).replace(
            "accept_unit: [_row]", "accept_unit: [K, L]"
        ),
    )
    assert (
        findings(
            contract, f=[{"K": "a", "L": "ab"}, {"K": "aa", "L": "b"}, {"K": "a", "L": None}, {"K": None, "L": "a"}]
        )
        == {}
    )


# unique


def test_a_repeated_key_is_found_at_its_later_records(tmp_path: Path) -> None:
    contract = one(tmp_path, rule(10, "unique: [K, N]"))
    rows = [{"K": "a", "N": "1"}, {"K": "a", "N": "2"}, {"K": "a", "N": "1.00"}, {"K": "a", "N": "1"}]
    assert findings(contract, f=rows) == {"DM-010": [3, 4]}


def test_blanks_of_a_unique_key_are_equal(tmp_path: Path) -> None:
    contract = one(tmp_path, rule(10, "unique: [K, D]"))
    assert findings(contract, f=[{"K": None, "D": None, "N": "1"}, {"K": None, "D": None, "N": "2"}]) == {"DM-010": [2]}


def test_a_key_that_failed_its_type_is_not_a_duplicate(tmp_path: Path) -> None:
    contract = one(tmp_path, rule(10, "unique: [N]"))
    assert findings(contract, f=[{"N": "x"}, {"N": "x"}]) == {"f.N.type": [1, 2]}


def test_when_filters_the_records_of_a_unique_rule(tmp_path: Path) -> None:
    contract = one(tmp_path, rule(10, "unique: [K]", when="F = 'Y'"))
    assert findings(contract, f=[{"K": "a", "F": "N"}, {"K": "a", "F": "Y"}, {"K": "a", "F": "Y"}]) == {"DM-010": [3]}


# a value that failed its type makes every rule that mentions it unknown, its `when` included

TYPED_WHEN = {
    "unique": "unique: [K]",
    "in_list": "in_list: {columns: [K], list: keys}",
    "within": "within: {column: D, list: keys, from: start, to: end}",
    "exists": "exists: {columns: [K], in: g, match: [K]}",
    "totals": "totals: {by: [K], here: 1, in: g, there: COUNT(*)}",
}


@pytest.mark.parametrize("kind", TYPED_WHEN)
def test_a_when_over_a_value_that_failed_its_type_is_unknown(tmp_path: Path, kind: str) -> None:
    lists = "keys: {rows: [{key: z, start: 2020-01-01, end: 2020-12-31}]}"
    body = one_file(PAIR, rules=rule(10, f"file: f, {TYPED_WHEN[kind]}", when="N IS NULL"), lists=lists)
    other = "  g: {name: g.csv, accept_unit: [K], csv: {header: true}, columns: [{name: K, type: text}]}\nlists:"
    contract = build(tmp_path, body.replace("lists:", other, 1))
    row = {"K": "a", "N": "x", "D": "2025-09-26"}
    assert findings(contract, f=[{"K": "a", "N": "1"}, row, row], g=[{"K": "q"}]) == {"f.N.type": [2, 3]}


def test_an_ancestors_value_that_failed_its_type_is_unknown(tmp_path: Path) -> None:
    contract = two(tmp_path, rule(10, "file: l, check: h.TOTAL IS NOT NULL"))
    assert findings(contract, h=[{"ID": "1", "TOTAL": "x"}], l=[{"ID": "1"}]) == {"h.TOTAL.type": [1]}


# exists


def test_a_key_must_occur_in_the_other_file_where_the_condition_holds(tmp_path: Path) -> None:
    contract = two(tmp_path, rule(10, "file: h, exists: {columns: [ID], in: l, where: F = 'Y'}"))
    headers = [{"ID": "1"}, {"ID": "2"}, {"ID": "3"}, {"ID": None, "CUR": "x"}]
    lines = [{"ID": "1", "F": "Y"}, {"ID": "2", "F": "N"}]
    assert findings(contract, h=headers, l=lines) == {"DM-010": [2, 3]}


def test_a_key_may_stand_on_the_list_instead(tmp_path: Path) -> None:
    contract = two(
        tmp_path, rule(10, "file: h, exists: {columns: [ID], in: l, or_list: pod}"), lists='pod: {rows: [{ID: "2"}]}'
    )
    assert findings(contract, h=[{"ID": "1"}, {"ID": "2"}, {"ID": "3"}], l=[{"ID": "1"}]) == {"DM-010": [3]}


def test_where_the_list_is_not_bound_only_what_needs_it_is_not_checked(tmp_path: Path) -> None:
    rules = rule(10, "file: h, exists: {columns: [ID], in: l, or_list: pod}")
    contract = two(tmp_path, rules, lists="pod: {about: pod, columns: [ID]}")
    assert judge(contract, h=[{"ID": "1"}], l=[{"ID": "1"}])["DM-010"].status == "passed"
    assert judge(contract, h=[{"ID": "1"}, {"ID": "2"}], l=[{"ID": "1"}])["DM-010"].status == "not_checked"


def test_keys_of_two_files_compare_whatever_their_types_are(tmp_path: Path) -> None:
    contract = two(tmp_path, rule(10, "file: h, exists: {columns: [ID], in: l}"), kind="integer(9)")
    assert findings(contract, h=[{"ID": "1"}], l=[{"ID": "1"}]) == {}


# totals

TOTAL = "file: h, totals: {by: [ID], here: TOTAL, in: l, there: SUM(AMOUNT)}"


def test_a_header_equals_the_sum_of_its_lines(tmp_path: Path) -> None:
    contract = two(tmp_path, rule(10, TOTAL))
    headers = [{"ID": "1", "TOTAL": "0.3"}, {"ID": "2", "TOTAL": "1"}, {"ID": "3", "TOTAL": None}]
    lines = [
        {"ID": "1", "AMOUNT": "0.1"},
        {"ID": "1", "AMOUNT": "0.2"},
        {"ID": "2", "AMOUNT": "2"},
        {"ID": "3", "AMOUNT": "2"},
    ]
    assert findings(contract, h=headers, l=lines) == {"DM-010": [2]}


@pytest.mark.parametrize("lines", [[], [{"ID": "9", "AMOUNT": "1"}]])
def test_without_lines_the_sum_is_zero(tmp_path: Path, lines: list[dict[str, str | None]]) -> None:
    contract = two(tmp_path, rule(10, TOTAL))
    found = findings(contract, h=[{"ID": "1", "TOTAL": "0"}, {"ID": "2", "TOTAL": "5"}], l=lines)
    assert found["DM-010"] == [2]


def test_a_tolerance_is_kept_to_the_cent(tmp_path: Path) -> None:
    contract = two(tmp_path, rule(10, TOTAL.replace("}", ", tolerance: 0.01}")))
    headers = [{"ID": "1", "TOTAL": "1.01"}, {"ID": "2", "TOTAL": "1.0100000001"}]
    assert findings(contract, h=headers, l=[{"ID": "1", "AMOUNT": "1"}, {"ID": "2", "AMOUNT": "1"}]) == {"DM-010": [2]}


def test_totals_by_nothing_are_over_the_whole_file(tmp_path: Path) -> None:
    contract = two(tmp_path, rule(10, "file: h, totals: {by: [], here: TOTAL, in: l, there: COUNT(*)}"))
    assert findings(contract, h=[{"ID": "1", "TOTAL": "2"}], l=[{"ID": "1"}, {"ID": "1"}]) == {}
    assert findings(contract, h=[{"ID": "1", "TOTAL": "1"}], l=[{"ID": "1"}, {"ID": "1"}]) == {"DM-010": [1]}


def test_a_total_by_what_stands_above_both_files_needs_no_other_rule_that_names_it(tmp_path: Path) -> None:
    body = """\
        files:
          g: {name: g.csv, accept_unit: [ID], csv: {header: true}, columns: [{name: ID, type: text}, {name: DAY, type: text}]}
          h: {name: h.csv, parent: {file: g, by: [ID]}, csv: {header: true}, columns: [{name: ID, type: text}, {name: TOTAL, type: number}]}
          l: {name: l.csv, parent: {file: g, by: [ID]}, csv: {header: true}, columns: [{name: ID, type: text}, {name: AMOUNT, type: number}]}
        rules:
        """
    total = rule(10, "file: h, totals: {by: [g.DAY], here: TOTAL, in: l, there: SUM(AMOUNT)}")
    contract = build(tmp_path, dedent(body) + indent(total, "  "))
    days = [{"ID": "1", "DAY": "mon"}, {"ID": "2", "DAY": "tue"}]
    heads = [{"ID": "1", "TOTAL": "5"}, {"ID": "2", "TOTAL": "9"}]
    lines = [{"ID": "1", "AMOUNT": "2"}, {"ID": "1", "AMOUNT": "3"}, {"ID": "2", "AMOUNT": "8"}]
    assert findings(contract, g=days, h=heads, l=lines) == {"DM-010": [2]}


def test_a_line_whose_amount_failed_its_type_makes_the_total_unknown(tmp_path: Path) -> None:
    contract = two(tmp_path, rule(10, TOTAL))
    assert findings(contract, h=[{"ID": "1", "TOTAL": "1"}], l=[{"ID": "1", "AMOUNT": "x"}]) == {"l.AMOUNT.type": [1]}


def test_a_total_with_a_blank_key_is_unknown(tmp_path: Path) -> None:
    contract = two(tmp_path, rule(10, TOTAL))
    assert "DM-010" not in findings(contract, h=[{"ID": None, "TOTAL": "5"}], l=[{"ID": None, "AMOUNT": "3"}])


# lists


def test_a_combination_must_be_on_the_list(tmp_path: Path) -> None:
    lists = 'pairs: {rows: [{k: a, n: "1"}, {k: b, n: "2"}]}'
    contract = one(tmp_path, rule(10, "in_list: {columns: [K, N], list: pairs, match: [k, n]}"), lists)
    assert findings(
        contract, f=[{"K": "a", "N": "1"}, {"K": "a", "N": "2"}, {"K": "a", "N": None}, {"K": None, "N": "7"}]
    ) == {"DM-010": [2]}


def test_an_absent_combination_must_not_be_on_the_list(tmp_path: Path) -> None:
    contract = one(tmp_path, rule(10, "in_list: {columns: [K], list: bad, absent: true}"), "bad: {values: [a]}")
    assert findings(contract, f=[{"K": "a"}, {"K": "b"}, {"K": None, "N": "1"}]) == {"DM-010": [1]}


def test_a_combination_is_valid_on_the_records_date_only(tmp_path: Path) -> None:
    lists = "keys: {rows: [{k: a, start: 2025-01-01, end: 2025-06-30}, {k: b, start: 2025-01-01, end: null}, {k: c, start: null, end: 2025-06-30}]}"
    contract = one(
        tmp_path,
        rule(10, "in_list: {columns: [K], list: keys, match: [k], as_of: {column: D, from: start, to: end}}"),
        lists,
    )
    rows = [
        ("a", "2025-06-30"),
        ("a", "2025-07-01"),
        ("b", "2099-01-01"),
        ("b", "2024-12-31"),
        ("c", "1999-01-01"),
        ("a", None),
        ("z", "2025-01-01"),
    ]
    assert findings(contract, f=[{"K": key, "D": day} for key, day in rows]) == {"DM-010": [2, 4, 7]}
    kind = "in_list: {columns: [K], list: keys, match: [k], as_of: {column: D, from: start, to: end}, listed: true}"
    contract = one(tmp_path, rule(10, kind), lists)
    assert findings(contract, f=[{"K": key, "D": day} for key, day in rows]) == {"DM-010": [2, 4]}


def test_records_that_name_one_row_of_a_list_in_two_ways_are_equal(tmp_path: Path) -> None:
    columns = "{name: K, type: text}\n{name: L, type: text}"
    lists = (
        "keys: {rows: [{name: a, code: '1'}, {name: b, code: '2'}, {name: twin, code: '3'}, {name: twin, code: '4'}]}"
    )
    kind = "unique: [K, L], completed: {list: keys, columns: {K: name, L: code}}"
    contract = one(tmp_path, rule(10, kind), lists, columns)
    rows = [("a", None), (None, "1"), ("a", "1"), (None, "2"), ("twin", None), (None, "3"), ("z", None), (None, None)]
    assert findings(contract, f=[{"K": name, "L": code} for name, code in rows]) == {"DM-010": [2, 3]}
    for right, wrong in (("L: code", "M: code"), ("L: code", "L: nothing"), ("list: keys", "list: none")):
        with pytest.raises(ContractError, match=r"completed|nothing|none"):
            one(tmp_path, rule(10, kind.replace(right, wrong)), lists, columns)


def test_a_date_lies_within_a_window_of_its_own_kind(tmp_path: Path) -> None:
    lists = "periods: {rows: [{k: a, start: 2025-09-01, end: 2025-09-30}, {k: b, start: 2025-10-01, end: null}]}"
    contract = one(
        tmp_path, rule(10, "within: {column: D, list: periods, from: start, to: end, columns: [K], match: [k]}"), lists
    )
    rows = [
        ("a", "2025-09-30"),
        ("a", "2025-10-01"),
        ("b", "2025-10-01"),
        ("c", "2025-09-15"),
        (None, "2025-01-01"),
        ("a", None),
        ("a", "x"),
    ]
    assert findings(contract, f=[{"K": key, "D": day} for key, day in rows]) == {"DM-010": [2, 4], "f.D.type": [7]}


def test_a_date_lies_within_any_window_where_no_columns_are_named(tmp_path: Path) -> None:
    lists = "periods: {rows: [{start: 2025-09-01, end: 2025-09-30}, {start: 2025-11-01, end: 2025-11-30}]}"
    contract = one(tmp_path, rule(10, "within: {column: D, list: periods, from: start, to: end}"), lists)
    assert findings(contract, f=[{"D": "2025-09-01"}, {"D": "2025-10-15"}, {"D": "2025-11-30"}]) == {"DM-010": [2]}


def test_a_window_whose_dates_cannot_be_read_is_told(tmp_path: Path) -> None:
    lists = "periods: {rows: [{start: 09/01/2025, end: 09/30/2025}]}"
    try:
        contract = one(tmp_path, rule(10, "within: {column: D, list: periods, from: start, to: end}"), lists)
    except ContractError:
        return
    assert judge(contract, f=[{"D": "1999-01-01"}])["DM-010"].status in ("failed", "not_checked")


@pytest.mark.parametrize(
    "kind", ["in_list: {columns: [K], list: keys}", "within: {column: D, list: keys, from: start, to: end}"]
)
def test_a_rule_whose_list_is_not_bound_is_not_checked(tmp_path: Path, kind: str) -> None:
    contract = one(tmp_path, rule(10, kind), "keys: {about: keys, columns: [key, start, end]}")
    outcome = judge(contract, f=[{"K": "a", "D": "2025-09-26"}])["DM-010"]
    assert (outcome.status, outcome.rows.len()) == ("not_checked", 0)


def test_an_old_list_makes_a_rule_stale(tmp_path: Path) -> None:
    contract = one(
        tmp_path,
        rule(10, "in_list: {columns: [K], list: keys}"),
        "keys: {values: [a], taken: 2025-01-01, max_age_days: 1}",
    )
    outcome = judge(contract, date(2025, 1, 3), f=[{"K": "a"}])["DM-010"]
    assert (outcome.status, outcome.reason) == ("stale", "list keys is 2 days old, at most 1 are allowed")


# parents


def test_a_line_without_its_header_is_an_orphan(tmp_path: Path) -> None:
    contract = two(tmp_path)
    lines = [{"ID": "1"}, {"ID": "2"}, {"ID": None, "ALT": "x"}]
    assert findings(contract, h=[{"ID": "1"}], l=lines) == {"l.parent": [2, 3]}


def test_without_the_parents_file_every_line_is_an_orphan(tmp_path: Path) -> None:
    assert findings(two(tmp_path), l=[{"ID": "1"}]) == {"l.parent": [1]}


def test_a_missing_key_that_required_reports_is_no_orphan_too(tmp_path: Path) -> None:
    body = """\
        files:
          h: {name: h.csv, accept_unit: [ID], columns: [{name: ID, type: text}]}
          l: {name: l.csv, parent: {file: h, by: [ID]}, columns: [{name: ID, type: text, required: true}, {name: X, type: text}]}
        """
    assert findings(build(tmp_path, body), h=[{"ID": "1"}], l=[{"ID": None, "X": "x"}]) == {"l.ID.required": [1]}


ALTERNATIVES = "{file: h, by: [{ID: ID}, {ALT: ALT}]}"


def test_the_first_alternative_that_is_filled_decides(tmp_path: Path) -> None:
    contract = two(tmp_path, parent=ALTERNATIVES)
    headers = [{"ID": "1", "ALT": "x"}]
    lines = [{"ID": "1", "ALT": "?"}, {"ID": None, "ALT": "x"}, {"ID": "2", "ALT": "x"}, {"ID": None, "ALT": "y"}]
    assert findings(contract, h=headers, l=lines) == {"l.parent": [3, 4]}


def test_a_parent_may_be_in_the_pod_instead(tmp_path: Path) -> None:
    contract = two(tmp_path, parent="{file: h, by: [ID], or_list: pod}", lists='pod: {rows: [{ID: "2"}]}')
    assert findings(contract, h=[{"ID": "1"}], l=[{"ID": "1"}, {"ID": "2"}, {"ID": "3"}]) == {"l.parent": [3]}


def test_a_parent_is_not_checked_where_its_list_is_not_bound(tmp_path: Path) -> None:
    contract = two(tmp_path, parent="{file: h, by: [ID], or_list: pod}", lists="pod: {about: pod, columns: [ID]}")
    assert judge(contract, h=[{"ID": "1"}], l=[{"ID": "1"}])["l.parent"].status == "passed"
    assert judge(contract, h=[{"ID": "1"}], l=[{"ID": "2"}])["l.parent"].status == "not_checked"


def test_the_first_alternative_decides_on_the_list_too(tmp_path: Path) -> None:
    contract = two(
        tmp_path, parent=ALTERNATIVES.replace("]}", "], or_list: pod}"), lists='pod: {rows: [{ID: "9", ALT: x}]}'
    )
    assert findings(contract, h=[{"ID": "1"}], l=[{"ID": "2", "ALT": "x"}]) == {"l.parent": [1]}


def test_a_parents_key_that_failed_its_type_is_unknown(tmp_path: Path) -> None:
    contract = two(tmp_path, kind="integer(3)")
    assert findings(contract, h=[{"ID": "1"}], l=[{"ID": "x"}]) == {"l.ID.type": [1]}


def test_a_condition_may_name_an_ancestors_column(tmp_path: Path) -> None:
    contract = two(tmp_path, rule(10, "file: l, check: AMOUNT > 0", when="h.CUR = 'USD'"))
    headers = [{"ID": "1", "CUR": "USD"}, {"ID": "2", "CUR": "EUR"}]
    lines = [{"ID": "1", "AMOUNT": "0"}, {"ID": "2", "AMOUNT": "0"}, {"ID": "1", "AMOUNT": "1"}]
    assert findings(contract, h=headers, l=lines) == {"DM-010": [1]}


# histories

HISTORY = "history: {key: [K], from: S, to: E, sequence: Q}"
DATED = "{name: K, type: text}\n{name: S, type: date}\n{name: E, type: date}\n{name: Q, type: integer(3)}\n{name: P, type: text}\n{name: F, type: flag}"


def dated(folder: Path, *rows: tuple[str | None, ...], more: str = HISTORY, rules: str = "") -> dict[str, list[int]]:
    contract = one(folder, rules, columns=DATED, more=more)
    return findings(contract, f=[dict(zip("KSEQPF", row, strict=False)) for row in rows])


def test_a_whole_history_has_no_finding(tmp_path: Path) -> None:
    rows = [("a", "2025-02-01", None), ("a", "2025-01-01", "2025-01-31"), ("b", "2025-01-01", "4712-12-31")]
    assert dated(tmp_path, *rows) == {}


def test_a_blank_end_is_the_day_before_the_next_row(tmp_path: Path) -> None:
    assert dated(tmp_path, ("a", "2025-01-01", None), ("a", "2025-03-01", None)) == {}


def test_a_gap_is_found_at_the_row_behind_it(tmp_path: Path) -> None:
    assert dated(tmp_path, ("a", "2025-02-02", None), ("a", "2025-01-01", "2025-01-31")) == {"f.gap": [1]}


def test_gaps_may_be_allowed(tmp_path: Path) -> None:
    more = HISTORY.replace("}", ", gaps: allowed}")
    assert dated(tmp_path, ("a", "2025-01-01", "2025-01-31"), ("a", "2025-03-01", None), more=more) == {}


def test_an_overlap_is_found_at_the_later_row(tmp_path: Path) -> None:
    assert dated(tmp_path, ("a", "2025-01-01", "2025-02-01"), ("a", "2025-02-01", None)) == {"f.overlap": [2]}


def test_an_end_before_its_beginning_is_out_of_order(tmp_path: Path) -> None:
    assert dated(tmp_path, ("a", "2025-02-01", "2025-01-01")) == {"f.order": [1]}


def test_changes_of_one_day_are_told_by_their_sequence(tmp_path: Path) -> None:
    day = "2025-01-01"
    assert dated(tmp_path, ("a", day, day, "1"), ("a", day, None, "2")) == {}
    assert dated(tmp_path, ("a", day, None, "2"), ("a", day, None, "1")) == {}


def test_a_hole_in_the_sequence_of_a_day_is_out_of_order(tmp_path: Path) -> None:
    day = "2025-01-01"
    assert dated(tmp_path, ("a", day, day, "1"), ("a", day, None, "3")) == {"f.order": [2]}


def test_all_but_the_last_change_of_a_day_end_on_it(tmp_path: Path) -> None:
    day = "2025-01-01"
    assert dated(tmp_path, ("a", day, "2025-01-02", "1"), ("a", day, None, "2")) == {"f.overlap": [2]}


def test_two_rows_of_one_day_without_sequence_overlap(tmp_path: Path) -> None:
    day = "2025-01-01"
    assert dated(tmp_path, ("a", day, None), ("a", day, None)) == {"f.overlap": [2]}


def test_a_date_that_failed_its_type_makes_its_history_unknown(tmp_path: Path) -> None:
    rows = [
        ("a", "2025-01-01", "2025-01-31"),
        ("a", "x", "2025-02-28"),
        ("a", "2025-03-01", None),
        ("b", "2025-02-01", "2025-01-01"),
    ]
    assert dated(tmp_path, *rows) == {"f.S.type": [2], "f.order": [4]}


def test_a_blank_key_has_no_history(tmp_path: Path) -> None:
    assert dated(tmp_path, (None, "2025-01-01", None), (None, "2025-01-01", None)) == {}


def test_a_row_inside_an_earlier_long_one_overlaps_and_leaves_no_gap(tmp_path: Path) -> None:
    rows = [("a", "2025-01-01", "2025-12-31"), ("a", "2025-02-01", "2025-02-28"), ("a", "2025-04-01", "2025-04-30")]
    assert dated(tmp_path, *rows) == {"f.overlap": [2, 3]}


def test_records_with_equal_columns_never_overlap_in_time(tmp_path: Path) -> None:
    rules = rule(10, "disjoint: {by: [P]}", when="F = 'Y'")
    rows = [
        ("a", "2025-01-01", "2025-01-31", None, "p", "Y"),
        ("b", "2025-01-31", None, None, "p", "Y"),
        ("c", "2025-01-01", None, None, "p", "N"),
        ("d", "2025-01-01", None, None, "q", "Y"),
        ("e", "2025-01-01", None, None, None, "Y"),
        ("g", "2025-01-01", None, None, None, "Y"),
    ]
    assert dated(tmp_path, *rows, rules=rules) == {"DM-010": [1, 2]}


# the escape hatch


def longer_than_two(frame: object, context: object) -> list[int]:
    return [row["_row"] for row in frame.iter_rows(named=True) if row["K"] and len(row["K"]) > 2]  # type: ignore[attr-defined]


def test_a_python_rule_gives_the_numbers_of_failing_records(tmp_path: Path) -> None:
    contract = one(
        tmp_path, rule(10, "python: test_rules_sets:longer_than_two, why: no condition can say it", when="F = 'Y'")
    )
    assert findings(contract, f=[{"K": "abc", "F": "Y"}, {"K": "ab", "F": "Y"}, {"K": "abc", "F": "N"}]) == {
        "DM-010": [1]
    }


def fails(frame: object, context: object) -> list[int]:
    return [1 // 0]


def no_numbers(frame: object, context: object) -> None:
    return None


@pytest.mark.parametrize(
    ("function", "why"), [("fails", "ZeroDivisionError"), ("no_numbers", "TypeError"), ("none_such", "AttributeError")]
)
def test_a_python_rule_that_fails_is_an_error_in_words(tmp_path: Path, function: str, why: str) -> None:
    contract = one(tmp_path, rule(10, f"python: test_rules_sets:{function}, why: no condition can say it"))
    with pytest.raises(ContractError, match=f"test_rules_sets:{function} of rule DM-010 failed: {why}"):
        findings(contract, f=[{"K": "abc", "F": "Y"}])


# found by the reading in SQL


def test_a_number_is_completed_by_a_list_that_spells_it_without_decimals(tmp_path: Path) -> None:
    rules = rule(10, "unique: [K, N], completed: {list: keys, columns: {K: name, N: code}}")
    contract = one(tmp_path, rules, lists="keys: {rows: [{name: a, code: 1}, {name: b, code: 2}]}")
    assert findings(contract, f=[{"K": None, "N": "1"}, {"K": "a", "N": "1.0"}]) == {"DM-010": [2]}


def test_times_are_not_disjoint_by_a_value_that_failed_its_type(tmp_path: Path) -> None:
    columns = "{name: K, type: text}\n{name: P, type: number}\n{name: B, type: date}\n{name: E, type: date}"
    contract = one(
        tmp_path, rule(10, "disjoint: {by: [P]}"), columns=columns, more="history: {key: [K], from: B, to: E}"
    )
    rows = [{"K": key, "P": "x", "B": "2025-01-01", "E": None} for key in "ab"]
    assert findings(contract, f=rows) == {"f.P.type": [1, 2]}


def test_a_total_of_more_digits_than_can_be_subtracted_is_unknown(tmp_path: Path) -> None:
    totals = rule(10, "file: h, totals: {by: [ID], here: TOTAL, in: l, there: MIN(AMOUNT)}")
    nines = "9" * 28
    lines = [{"ID": "a", "AMOUNT": f"-{nines}"}]
    assert findings(two(tmp_path, totals), h=[{"ID": "a", "TOTAL": nines}], l=lines) == {}


def test_an_orphan_that_names_its_parent_is_told_whatever_else_is_missing(tmp_path: Path) -> None:
    body = """\
        files:
          h: {name: h.csv, accept_unit: [ID], csv: {header: true}, columns: [{name: ID, type: text}, {name: ALT, type: text}]}
          l: {name: l.csv, parent: {file: h, by: [{ID: ID}, {ALT: ALT}]}, csv: {header: true}, columns: [{name: ID, type: text}, {name: ALT, type: text, required: true}]}
        """
    lines = [{"ID": "9", "ALT": None}, {"ID": None, "ALT": None}]
    assert findings(build(tmp_path, body), h=[{"ID": "1"}], l=lines) == {"l.ALT.required": [1, 2], "l.parent": [1]}


@pytest.mark.parametrize("sequence", ["9999999999999999999", "1.5"])
def test_changes_of_a_day_count_in_whole_numbers_of_any_size(tmp_path: Path, sequence: str) -> None:
    columns = "{name: K, type: text}\n{name: B, type: date}\n{name: E, type: date}\n{name: S, type: number}"
    contract = one(tmp_path, "", columns=columns, more="history: {key: [K], from: B, to: E, sequence: S}")
    rows = [{"K": "a", "B": "2025-01-01", "E": "2025-01-01", "S": number} for number in ("1", sequence)]
    assert findings(contract, f=rows) == {"f.order": [2]}
