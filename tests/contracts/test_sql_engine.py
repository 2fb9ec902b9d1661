"""The two readings of the rules, polars and SQL, on the same payloads: equal verdicts, or one of them is wrong."""

# ruff: noqa: E501 - contracts and their tables read better in one line

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from textwrap import dedent

import pytest
from contract_texts import IDENTITY, build, head, one_file, profile, rule, write

from contracts import (
    ORACLE,
    Contract,
    Records,
    RuleOutcome,
    breakers,
    evaluate,
    frames,
    load,
)
from contracts.sql import DatabaseError, SqlEngine, duckdb_engine
from test_suites.often import each_once

Payload = Mapping[str, Sequence[Mapping[str, str | None]]]
EACH = each_once()
FEW = [(name, one) for name, one in EACH if one in ("finance.gl_journals", "hr.salaries", "hr.pay_ach")]
"""One of each kind of file. All contracts, and their breakers, are judged by the slow tests."""


@cache
def engine() -> SqlEngine:
    return duckdb_engine(threads=1)  # payloads are small


def contract_of(profile: str, identity: str) -> Contract:
    return load(identity, profile, sample=profile == ORACLE)


Verdict = tuple[str, str, list[int], list[bool] | None, str]


def verdict(outcome: RuleOutcome) -> Verdict:
    """All that an engine says of a rule; where nothing fails nothing is predicted."""
    rows = outcome.rows.to_list()
    predicted = outcome.predicted.to_list() if rows and outcome.predicted is not None else None
    return outcome.rule.id, outcome.status, rows, predicted, outcome.reason


def differences(
    contract: Contract, batch: Sequence[Records], as_of: date | None = None, by: SqlEngine | None = None
) -> list[tuple[int, str, Verdict, Verdict]]:
    """Payload, file and both verdicts wherever the engines do not say the same; ``by`` is another one than DuckDB."""
    found = []
    outcomes = (by or engine()).evaluate_all(contract, batch, as_of)
    for number, (records, theirs) in enumerate(zip(batch, outcomes, strict=True)):
        assert set(theirs) == set(records.ready)
        for file in records.ready:
            ours = evaluate(contract, file, records, as_of)
            assert [one.rule.id for one in ours] == [one.rule.id for one in theirs[file]]
            pairs = [(verdict(one), verdict(other)) for one, other in zip(ours, theirs[file], strict=True)]
            found += [(number, file, one, other) for one, other in pairs if one != other]
    return found


def judged(contract: Contract, payloads: Sequence[Payload]) -> list[Records]:
    return [Records(contract, frames(contract, one)) for one in payloads]


def test_the_outcomes_of_one_payload_are_those_of_the_other_engine(tmp_path: Path) -> None:
    contract = with_sample(tmp_path)
    [records] = judged(contract, [{"heads": [{"H": "a", "N": "x"}, {"H": "a"}], "lines": [{"H": "b"}]}])
    for file in ("heads", "lines"):
        ours, theirs = evaluate(contract, file, records), engine().evaluate(contract, file, records)
        assert [verdict(one) for one in theirs] == [verdict(one) for one in ours]
    assert {one.rule.id for one in theirs if one.status == "failed"} >= {"lines.parent"}


@pytest.mark.parametrize(("profile", "identity"), FEW)
def test_engines_agree_on_the_examples_of_a_contract(profile: str, identity: str) -> None:
    contract = contract_of(profile, identity)
    payloads = [one.records for one in contract.examples_in_force]
    assert differences(contract, judged(contract, payloads)) == []


@pytest.mark.slow
@pytest.mark.parametrize(("profile", "identity"), EACH)
def test_engines_agree_on_all_examples_and_breakers_of_a_contract(profile: str, identity: str) -> None:
    contract = contract_of(profile, identity)
    payloads = [one.records for one in (*contract.examples.values(), *breakers(contract))]
    assert differences(contract, judged(contract, payloads)) == []


EVERYTHING = """\
    files:
      heads:
        name: heads.csv
        accept_unit: [H]
        csv: {header: true, dates: MM/DD/YYYY}
        columns:
          - {name: H, type: text(3), required: true, pattern: "[a-z0-9]+"}
          - {name: N, type: "number(4,1)", range: [0, 50], required: "K = 'x' OR M > 5"}
          - {name: M, type: number}
          - {name: I, type: integer(3)}
          - {name: S, type: number(3)}
          - {name: K, type: text(2), one_of: [x, y, z], list: kinds}
          - {name: D, type: date, range: [2025-01-01, 2025-12-31]}
          - {name: T, type: timestamp}
          - {name: F, type: flag, required: "D > DATE '2025-06-30'"}
          - {name: C, type: text}
          - {name: A1, type: text}
          - {name: A2, type: text}
      lines:
        name: lines.csv
        parent: {file: heads, by: [{H: H}, {K: K, N: N}], or_list: known_heads}
        history: {key: [[H], [K, B]], from: BEGINS, to: ENDS, sequence: SEQ}
        csv: {header: true, dates: YYYY/MM/DD}
        columns:
          - {name: H, type: text(3)}
          - {name: K, type: text(2)}
          - {name: N, type: "number(6,2)"}
          - {name: B, type: text}
          - {name: BEGINS, type: date}
          - {name: ENDS, type: date}
          - {name: SEQ, type: integer}
          - {name: AMOUNT, type: number}
          - {name: L, type: boolean}
      tags:
        name: tags.csv
        optional: true
        parent: {file: lines, by: [H]}
        csv: {header: true}
        columns:
          - {name: H, type: text}
          - {name: V, type: number}
          - {name: W, type: text}
    lists:
      kinds: {columns: [KIND], sample: [{KIND: x}, {KIND: y}]}
      known_heads: {columns: [H], sample: [{H: zz}, {H: "7"}]}
      dated: {columns: [KIND, BEGINS, ENDS], sample: [{KIND: x, BEGINS: 2025-02-01, ENDS: 2025-03-31}, {KIND: x, BEGINS: 2025-06-01}, {KIND: y, ENDS: 2025/05/31}]}
      contexts: {columns: [NAME], sample: [{NAME: one}, {NAME: "1.10"}]}
      sizes: {columns: [S], sample: [{S: "7"}, {S: "8"}]}
      numbers: {columns: [NUMBER, NAME], sample: [{NUMBER: "1", NAME: a}, {NUMBER: "7", NAME: b}, {NUMBER: "7", NAME: a}, {NUMBER: "8", NAME: c}]}
    flexfields:
      extra:
        file: heads
        context: C
        values:
          one: {A1: {required: "M > 1 OR K = 'x'", one_of: [p, q]}}
          two: {A1: {type: text(1), pattern: "[0-9]+"}, A2: {type: text(2)}}
    rules:
      DM-010: {file: heads, title: Row, severity: minor, basis: observed, when: K = 'x', check: N > 0 AND M < 100, breaks: {N: 0}}
      DM-020: {file: heads, title: Unique, severity: minor, basis: observed, unique: [K, M], breaks: duplicate}
      DM-030: {file: heads, title: Completed, severity: minor, basis: observed, unique: [H, S], completed: {list: numbers, columns: {H: NAME, S: NUMBER}}, breaks: duplicate}
      DM-040: {file: heads, title: Listed, severity: minor, basis: observed, in_list: {columns: [K], list: dated, match: [KIND], as_of: {column: D, from: BEGINS, to: ENDS}}, breaks: {K: x}}
      DM-041: {file: heads, title: Known only, severity: minor, basis: observed, in_list: {columns: [K], list: dated, match: [KIND], listed: true, as_of: {column: T, from: BEGINS, to: ENDS}}, breaks: {K: x}}
      DM-042: {file: heads, title: Absent, severity: minor, basis: observed, when: M IS NULL, in_list: {columns: [K], list: kinds, match: [KIND], absent: true}, breaks: {K: x}}
      DM-050: {file: heads, title: Window, severity: minor, basis: observed, within: {column: D, list: dated, from: BEGINS, to: ENDS}, breaks: {D: 2024-01-01}}
      DM-051: {file: heads, title: Window of a kind, severity: minor, basis: observed, within: {column: T, list: dated, from: BEGINS, to: ENDS, columns: [K], match: [KIND]}, breaks: {T: 2024-01-01}}
      DM-060: {file: heads, title: Totals, severity: minor, basis: observed, totals: {by: [H], here: M, in: lines, there: SUM(AMOUNT), tolerance: 0.5}, breaks: {M: 1}}
      DM-061: {file: heads, title: Total of all, severity: minor, basis: observed, when: K <> 'z', totals: {by: [], here: N, in: lines, there: COUNT(*)}, breaks: {N: 1}}
      DM-070: {file: lines, title: Group, severity: minor, basis: observed, group_by: accept_unit, check: SUM(AMOUNT) <= 10 OR COUNT(DISTINCT B) > 1, breaks: {AMOUNT: 11}}
      DM-071: {file: lines, title: Group of keys, severity: minor, basis: observed, when: L = 'true', group_by: [K, N], check: COUNT(*) < 2 AND MIN(AMOUNT) >= 0, breaks: {AMOUNT: -1}}
      DM-072: {file: lines, title: Whole file, severity: minor, basis: observed, group_by: [], check: MAX(BEGINS) >= MIN(ENDS) OR AVG(AMOUNT) > 1, breaks: {AMOUNT: 0}}
      DM-080: {file: lines, title: Exists, severity: minor, basis: observed, exists: {columns: [K, N], in: heads, match: [K, N], where: F = 'Y'}, breaks: {K: q}}
      DM-081: {file: tags, title: Exists or listed, severity: minor, basis: observed, exists: {columns: [V], in: heads, match: [S], or_list: sizes}, breaks: {V: 99}}
      DM-082: {file: lines, title: Above, severity: minor, basis: observed, check: heads.D <= BEGINS AND heads.K <> 'z', breaks: {BEGINS: 2020-01-01}}
      DM-083: {file: tags, title: Far above, severity: minor, basis: observed, when: heads.M > 1, check: lines.AMOUNT < heads.M AND V > 0, breaks: {V: 0}}
      DM-084: {file: tags, title: Text of an ancestor on a list, severity: minor, basis: observed, in_list: {columns: [heads.C], list: contexts, match: [NAME]}, breaks: {H: z}}
      DM-085: {file: tags, title: Key of an ancestor, severity: minor, basis: observed, exists: {columns: [heads.C, heads.N], in: heads, match: [C, N], where: K = 'x'}, breaks: {H: z}}
      DM-090: {file: lines, title: Disjoint, severity: minor, basis: observed, disjoint: {by: [N]}, breaks: {BEGINS: 2025-01-01}}
    """


def odd(kind: str, dates: str) -> list[str | None]:
    """Texts that lie at the edges of a column's type."""
    numbers = [
        "0", "1", "7", "7.0", "+7", "-1.5", "7,5", "50.04", "49.95", "1.50", "999", "1000", "0.001", "1e2", ".5", "5.", "٣", " 1", "1 ", "--1", "1.2.3", "007",
        "9999999999999999999999999999.9", "9999999999999999999999999999", "-9999999999999999999999999999.9999999999", "99999999999999999999999999990", "0.00000000001", "1.00000000000",
    ]  # fmt: skip
    days = {
        "MM/DD/YYYY": ["03/15/2025", "02/30/2025", "3/15/2025", "03-15-2025", "07/01/2025", "01/01/0000", "12/31/4712", "02/29/2024", "٠3/15/2025", "03/15/25", "03.15.2025", " 03/15/2025"],
        "YYYY/MM/DD": ["2025/03/15", "2025/02/30", "2025/3/15", "2025-03-15", "2025/03/14", "2025/03/31", "2025/04/01", "0000/01/01", "4712/12/31", "2025/13/01", "2025/03/15 "],
    }  # fmt: skip
    moments = [
        "2025/03/15 00:00:00",
        "2025/03/15 23:59:59",
        "2025/03/15 24:00:00",
        "2025/03/15 23:59:60",
        "2025/02/30 01:00:00",
        "2025/06/01 12:00:00.5",
        "2025/03/15",
        "٢025/03/15 00:00:00",
    ]
    blank: list[str | None] = [None, None, "#NULL", "$null$"]
    match kind:
        case "number" | "integer":
            return [None, None, *numbers]  # a token is the last test's affair
        case "date":
            return [*blank, *days[dates]]
        case "timestamp":
            return [*blank, *moments]
        case "flag" | "boolean":
            return [*blank, "Y", "N", "y", "true", "false", "1"]
    return [
        *blank,
        "a",
        "b",
        "x",
        "y",
        "z",
        "7",
        "zz",
        "one",
        "two",
        "p",
        "abcd",
        "ü",
        "a\n",
        "7.0",
        "'",
        "1.10",
        "1.1",
        " a",
    ]


def odd_payload(contract: Contract, draw: Random) -> Payload:
    """Records of which half the values are plain, so that keys meet, and half are odd."""
    plain: dict[str, list[str | None]] = {
        "text": ["a", "b", "x"], "number": ["1", "2", "7"], "integer": ["1", "2"], "flag": ["Y"], "boolean": ["true"],
        "date": ["2025-03-15", "2025-03-16", "2025-04-01"], "timestamp": ["2025-03-15T00:00:00", "2025-06-02T10:00:00"],
    }  # fmt: skip
    of_columns: dict[str, list[str | None]] = {
        "C": ["one", "two", None, "#NULL"],
        "A1": [None, "p", "1", "10"],
        "A2": [None, None, "q"],
    }
    payload: dict[str, list[dict[str, str | None]]] = {}
    for name, file in contract.files.items():
        if name != "heads" and draw.random() < 0.1:
            continue
        rate = draw.choice([0.05, 0.3, 0.7])
        payload[name] = [
            {
                column: draw.choice(
                    odd(one.type.kind, file.csv.dates)
                    if draw.random() < rate and column not in of_columns
                    else of_columns.get(column, plain[one.type.kind])
                )
                for column, one in file.columns.items()
                if draw.random() < 0.95
            }
            for _ in range(draw.randrange(7))
        ]
    return payload


def test_engines_agree_on_values_at_the_edges_of_their_types_and_every_kind_of_rule_fails(tmp_path: Path) -> None:
    contract = with_sample(tmp_path)
    batch = judged(contract, [odd_payload(contract, Random(seed)) for seed in range(60)])
    assert differences(contract, batch) == []
    outcomes = [one for found in engine().evaluate_all(contract, batch) for file in found.values() for one in file]
    failing = {one.rule.kind for one in outcomes if one.rows.len()}
    assert failing == {rule.kind for rule in contract.rules.values()} - {"shape", "package"}


def with_sample(folder: Path) -> Contract:
    """The contract of everything with the samples of its lists."""
    write(folder, head() + dedent(EVERYTHING))
    return load(IDENTITY, profile(folder), sample=True)


@pytest.mark.slow
def test_engines_agree_on_many_values_at_the_edges_of_their_types(tmp_path: Path) -> None:
    contract = with_sample(tmp_path)
    payloads = [odd_payload(contract, Random(seed)) for seed in range(1000, 1500)]
    assert differences(contract, judged(contract, payloads)) == []


# what one payload has that another has not


def test_a_batch_judges_payloads_of_different_files_and_columns_apart(tmp_path: Path) -> None:
    columns = "{name: A, type: text(2), required: true}\n{name: B, type: number, required: true}"
    contract = build(tmp_path, one_file(columns, rules=rule(10, "unique: [A]") + rule(20, "check: B > 0")))
    payloads = [
        {"f": [{"A": "a"}]},
        {"f": []},
        {"f": [{"A": "a", "B": "1"}, {"A": "a", "B": "0"}]},
        {},
        {"f": [{"B": "x"}]},
    ]
    batch = judged(contract, payloads)
    assert differences(contract, batch) == []
    failing = [
        {one.rule.id: one.rows.to_list() for one in found.get("f", ()) if one.rows.len()}
        for found in engine().evaluate_all(contract, batch)
    ]
    assert failing == [
        {"f.B.required": [0]},
        {},
        {"DM-010": [1], "DM-020": [1]},
        {},
        {"f.A.required": [0], "f.B.type": [0]},
    ]


def test_lists_that_are_not_bound_or_too_old_are_told_in_the_same_words(tmp_path: Path) -> None:
    lists = "pod: {about: nobody knows, columns: [K]}\nold: {values: [a], taken: 2025-01-01, max_age_days: 7}"
    columns = "{name: K, type: text, list: pod}\n{name: L, type: text, list: old}"
    contract = build(tmp_path, one_file(columns, lists=lists))
    batch = judged(contract, [{"f": [{"K": "a", "L": "a"}]}, {"f": [{"K": "a", "L": "b"}]}])
    assert differences(contract, batch, date(2026, 1, 1)) == []
    [passed, failed] = engine().evaluate_all(contract, batch, date(2026, 1, 1))
    assert [one.status for one in passed["f"]] == ["not_checked", "stale"]
    assert [one.status for one in failed["f"]] == ["not_checked", "failed"]


def test_columns_whose_names_differ_by_case_alone_stay_apart(tmp_path: Path) -> None:
    columns = "{name: Id, type: text, required: true}\n{name: ID, type: number}"
    contract = build(tmp_path, one_file(columns, rules=rule(10, "check: ID > 1 AND Id = 'a'")))
    batch = judged(
        contract, [{"f": [{"Id": "a", "ID": "2"}, {"Id": "a", "ID": "1"}, {"ID": "2"}, {"Id": "b", "ID": "x"}]}]
    )
    assert differences(contract, batch) == []


def test_the_text_of_an_ancestor_keeps_its_zeros(tmp_path: Path) -> None:
    body = """\
        files:
          h: {name: h.csv, accept_unit: [ID], csv: {header: true}, columns: [{name: ID, type: text}, {name: T, type: text}]}
          l: {name: l.csv, parent: {file: h, by: [ID]}, csv: {header: true}, columns: [{name: ID, type: text}]}
        lists:
          keys: {rows: [{k: "1.10"}]}
        rules:
          DM-010: {file: l, title: On the list, severity: minor, basis: observed, in_list: {columns: [h.T], list: keys, match: [k]}, breaks: {ID: x}}
        """
    contract = build(tmp_path, body)
    assert differences(contract, judged(contract, [{"h": [{"ID": "a", "T": "1.10"}], "l": [{"ID": "a"}]}])) == []


def test_a_blank_token_is_blank_in_keys_whatever_else_stands_in_the_column(tmp_path: Path) -> None:
    columns = "{name: K, type: text}\n{name: N, type: number}"
    contract = build(tmp_path, one_file(columns, rules=rule(10, "unique: [K, N]")))
    rows = [{"K": "a", "N": "#NULL"}, {"K": "a", "N": None}, {"K": "b", "N": "x"}]
    assert differences(contract, judged(contract, [{"f": rows}])) == []


def test_a_number_too_large_for_its_column_is_the_same_number_to_another_file(tmp_path: Path) -> None:
    body = """\
        files:
          h: {name: h.csv, accept_unit: [N], csv: {header: true}, columns: [{name: N, type: "number(4,1)"}]}
          l: {name: l.csv, parent: {file: h, by: [N]}, csv: {header: true}, columns: [{name: N, type: "number(6,2)"}]}
        """
    contract = build(tmp_path, body)
    batch = judged(contract, [{"h": [{"N": "01000"}], "l": [{"N": "1000.00"}]}])
    assert differences(contract, batch) == []
    assert [one.rule.id for one in evaluate(contract, "l", batch[0]) if one.rows.len()] == []


@pytest.mark.parametrize(
    ("kind", "bounds", "good", "bad"),
    [
        ("number", "['1_0', .2e2]", "15", "9"),
        ("date", "[20250101, 2025-W52-1]", "2025-12-22", "2025-12-23"),
        ("timestamp", "[2025-01-01, 2025-01-31T23]", "2025/01/31 23:00:00", "2025/01/31 23:00:01"),
    ],
)
def test_the_bounds_of_a_range_are_read_alike(tmp_path: Path, kind: str, bounds: str, good: str, bad: str) -> None:
    contract = build(tmp_path, one_file(f"{{name: A, type: {kind}, range: {bounds}}}"))
    batch = judged(contract, [{"f": [{"A": good}, {"A": bad}]}])
    assert differences(contract, batch) == []
    assert [one.rows.to_list() for one in evaluate(contract, "f", batch[0]) if one.rule.kind == "range"] == [[1]]


def test_a_statement_that_duckdb_gives_up_is_told_in_its_words(tmp_path: Path) -> None:
    contract = build(tmp_path, one_file("{name: A, type: text, pattern: '(a{100}){100}'}"))
    [records] = judged(contract, [{"f": [{"A": "a"}]}])
    with pytest.raises(DatabaseError, match=r"^Invalid Input Error: invalid repetition size: \{100\}$"):
        engine().evaluate(contract, "f", records)


def test_the_number_of_a_record_is_looked_up_in_a_list_as_text(tmp_path: Path) -> None:
    text = "in_list: {columns: [_row], list: rows, match: [value]}"
    contract = build(tmp_path, one_file("{name: A, type: text}", rules=rule(10, text), lists="rows: {values: [1, 3]}"))
    batch = judged(contract, [{"f": [{"A": "a"}, {"A": "b"}, {"A": "c"}]}])
    assert differences(contract, batch) == []
    assert [one.rows.to_list() for one in evaluate(contract, "f", batch[0]) if one.rule.kind == "in_list"] == [[1]]


def test_a_column_may_have_the_name_index(tmp_path: Path) -> None:
    rules = rule(10, "unique: [index]") + rule(20, "group_by: [index], check: COUNT(*) < 2")
    contract = build(tmp_path, one_file("{name: index, type: text}", rules=rules))
    batch = judged(contract, [{"f": [{"index": "a"}, {"index": "b"}, {"index": "a"}]}])
    assert differences(contract, batch) == []
    found = [(one.rule.id, one.rows.to_list()) for one in evaluate(contract, "f", batch[0]) if one.rows.len()]
    assert found == [("DM-010", [2]), ("DM-020", [0, 2])]
