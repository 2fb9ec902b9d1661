"""Lint finds every fault of a contract at once, each with its line and what to write instead."""

# ruff: noqa: E501 - contracts and their tables read better in one line

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

import pytest
from contract_texts import IDENTITY, head, linted, one_file, profile, rule, write

from contracts import Fault, contract_ids, lint, load

GOOD = head("fbdi") + dedent("""\
    releases: [25B, 26C]
    oracle: {errors: gl_journal_import}
    amount: {file: f, column: N}
    files:
      f:
        name: f.csv
        accept_unit: [A]
        record: "unit {A} line {_row}"
        columns:
          - {at: 1, name: A, type: text(10), required: true}
          - {at: 2, name: N, type: "number(9,2)", rejects: {type: EM01}}
          - {at: 3, name: D, type: date}
          - {at: 4, name: P, type: text, list: pod, personal_data: yes}
      l:
        name: l.csv
        parent: {file: f, by: [A]}
        columns:
          - {at: 1, name: A, type: text(10)}
    lists:
      pod: {about: in the pod, columns: [code, start, end], rows: [{code: a, start: 2025-01-01, end: 2025-12-31}]}
    rules:
      DM-010: {file: f, title: Positive, severity: significant, basis: oracle, check: N > 0, breaks: {N: 0}}
      DM-020: {file: f, title: Once, severity: significant, rejects: EM01, unique: [A], breaks: duplicate}
      DM-030: {file: f, title: Open, severity: significant, basis: oracle, within: {column: D, list: pod, from: start, to: end}, breaks: {D: 2024-01-01}}
    examples:
      good:
        f: [{A: a, N: 1, D: 2025-01-01, P: a}]
        l: [{A: a}]
    """).replace("basis: site", "basis: oracle")  # fmt: skip


def faults_of(folder: Path, text: str) -> list[Fault]:
    write(folder, text)
    return lint(profile(folder), [IDENTITY])


def test_a_good_contract_has_no_fault(tmp_path: Path) -> None:
    assert faults_of(tmp_path, GOOD) == []


SEEDED = [
    ("title: Demonstration", "titel: Demonstration", "unknown key `titel`"),
    ("version: 1.2.0", "version: one", "version"),
    ("prefix: DM", "prefix: XX", "XX-"),
    ("contract: finance.demo", "contract: finance.other", "does not match the path"),
    ("errors: gl_journal_import", "errors: no_table", "no code table"),
    ("rejects: EM01, unique", "rejects: ZZ99, unique", "unknown rejection code ZZ99"),
    ("rejects: {type: EM01}", "rejects: {type: ZZ99}", "unknown rejection code ZZ99"),
    ("check: N > 0", "check: M > 0", "unknown column M"),
    ("check: N > 0", "check: N > '0'", "cannot be compared"),
    ("check: N > 0", "check: SUM(N) > 0", "group"),
    ("check: N > 0", "check: N > (SELECT 1 FROM x)", "outside"),
    ("unique: [A]", "unique: [B]", "B is no column"),
    ("column: D, list: pod", "column: N, list: pod", "N is no date"),
    ("list: pod, from", "list: pud, from", "no list pud"),
    ("from: start", "from: begin", "has no column begin"),
    ("type: text, list: pod", "type: text, list: pud", "no list pud"),
    ("file: f, title: Once", "file: g, title: Once", "no file 'g'"),
    ("record: \"unit {A}", "record: \"unit {Z}", "Z is no column"),
    ("record: \"unit {A}", "record: \"unit {P}", "personal data"),
    ("accept_unit: [A]", "accept_unit: [Q]", "Q is no column"),
    ("parent: {file: f, by: [A]}", "parent: {file: g, by: [A]}", "no file g"),
    ("parent: {file: f, by: [A]}", "parent: {file: f, by: [Q]}", "Q is no column"),
    ("severity: significant, basis: oracle, check", "severity: critical, unconfirmed: is it so at all, basis: oracle, check", "never critical"),
    ("breaks: {N: 0}", "breaks: {N: 5}", "its breaker breaks nothing"),
    ("breaks: {N: 0}", "breaks: {_in: nowhere, N: 0}", "no valid example"),
    ("breaks: {N: 0}", "breaks: {_row: 9, N: 0}", "no valid example"),
    ("check: N > 0, breaks: {N: 0}", "check: N > 0", "`breaks` is missing"),
    ("{A: a, N: 1, D: 2025-01-01, P: a}", "{A: a, N: -1, D: 2025-01-01, P: a}", "it breaks DM-010"),
    ("{A: a, N: 1, D: 2025-01-01, P: a}", "{A: a, N: 1, Q: 1}", "no column Q"),
    ("l: [{A: a}]", "m: [{A: a}]", "no file m"),
    ("good:\n", "good:\n    expects: [DM-010]\n", "breaks nothing"),
    ("type: text(10), required: true", "type: text(10), pattern: '(', required: true", "pattern"),
    ("type: text(10), required: true", "type: text(10), required: X = 1", "unknown column X"),
    ("DM-010:", "DM-01:", "DM-01"),
    ("at: 2, name: N", "at: 2, name: A", "stands twice"),
    ("amount:", "retired_ids: [DM-010]\namount:", "is retired"),
]  # fmt: skip


ELSEWHERE = ("XX-", "is retired", "it breaks DM-010", "no column Q", "no file m")  # told at the rule or the example


def seeded(old: str, new: str) -> tuple[str, int]:
    """The good contract with a fault in it, and the line of the fault."""
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    return text, text[: text.index(new)].count("\n") + 1


@pytest.mark.parametrize(("old", "new", "words"), SEEDED, ids=lambda text: text[:40])
def test_a_seeded_fault_is_told_with_its_place_and_what_to_do(tmp_path: Path, old: str, new: str, words: str) -> None:
    text, line = seeded(old, new)
    faults = faults_of(tmp_path, text)
    found = [fault for fault in faults if words in fault.what or words in fault.todo]
    assert found, faults
    assert (found[0].level, found[0].path) == ("error", "contracts/finance/demo.yaml")
    assert found[0].todo or "pattern" in words or "missing" in words
    assert (found[0].line == line) or words in ELSEWHERE


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    text = GOOD
    for old, new in (("check: N > 0", "check: M > 0"), ("unique: [A]", "unique: [B]"), ("list: pod, from", "list: pud, from"), ("by: [A]", "by: [Q]"), ("list: pod,", "list: pad,")):  # fmt: skip
        text = text.replace(old, new)
    whats = "\n".join(fault.what for fault in faults_of(tmp_path, text))
    assert all(
        word in whats for word in ("unknown column M", "B is no column", "no list pud", "Q is no column", "no list pad")
    )


def test_a_wrong_also_is_answered_with_the_true_one(tmp_path: Path) -> None:
    rules = "  DM-040: {file: f, title: Small, severity: minor, basis: oracle, check: N <> 0, breaks: {N: 0}, also: [DM-030]}\nexamples:"
    faults = faults_of(tmp_path, GOOD.replace("examples:", rules))
    assert [(fault.what, fault.todo) for fault in faults] == [
        ("DM-010: its breaker breaks DM-010, DM-040", "write also: [DM-040]"),
        ("DM-040: its breaker breaks DM-010, DM-040", "write also: [DM-010]"),
    ]


def test_wrong_expects_are_answered_with_the_true_ones(tmp_path: Path) -> None:
    examples = "  bad:\n    expects: [DM-020]\n    f: [{A: a, N: 0}]\n"
    assert [fault.todo for fault in faults_of(tmp_path, GOOD + examples)] == ["write expects: [DM-010]"]


def test_an_equal_type_beside_a_layout_is_a_warning(tmp_path: Path) -> None:
    body = "releases: [26C]\nfiles: {f: {layout: GlInterface, accept_unit: [], columns: [{name: STATUS, type: text(50)}]}}\n"
    faults = [fault for fault in linted(tmp_path, body, channel="fbdi") if "already in force" in fault.what]
    assert [(fault.level, fault.todo) for fault in faults] == [("warning", "leave it out")]


def test_a_wider_type_beside_a_layout_is_an_error(tmp_path: Path) -> None:
    body = "releases: [26C]\nfiles: {f: {layout: GlInterface, accept_unit: [], columns: [{name: STATUS, type: text(51)}]}}\n"
    assert any("not narrower" in fault.what for fault in linted(tmp_path, body, channel="fbdi"))


def test_a_layout_that_is_not_in_force_is_an_error(tmp_path: Path) -> None:
    body = "releases: [20A, 26C]\nfiles: {f: {layout: GlInterface, accept_unit: [], columns: [{name: STATUS}]}}\n"
    faults = linted(tmp_path, body, channel="fbdi")
    assert [(fault.what, fault.todo) for fault in faults] == [
        ("no layout GlInterface in force for release 20A", "the first release with it is 23B")
    ]


def test_a_conditionally_required_column_that_no_rule_mentions_is_a_warning(tmp_path: Path) -> None:
    body = (
        "releases: [26C]\nfiles: {f: {layout: ApInvoicesInterface, accept_unit: [], columns: [{name: INVOICE_ID}]}}\n"
    )
    faults = [fault for fault in linted(tmp_path, body, channel="fbdi") if "conditionally required" in fault.what]
    assert faults
    assert {fault.level for fault in faults} == {"warning"}


def test_a_column_that_is_missing_in_one_release_is_an_error(tmp_path: Path) -> None:
    from contracts.layouts import in_force

    new = set(in_force("ApInvoicesInterface", "26C").columns) - set(in_force("ApInvoicesInterface", "25A").columns)
    body = f"releases: [25A, 26C]\nfiles: {{f: {{layout: ApInvoicesInterface, accept_unit: [], columns: [{{name: {sorted(new)[0]}}}]}}}}\n"
    assert any(fault.level == "error" for fault in linted(tmp_path, body, channel="fbdi"))


def test_two_contracts_never_share_a_prefix(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    write(tmp_path, GOOD.replace("finance.demo", "hr.demo"), "hr.demo")
    assert any("prefix DM is used by another contract" in fault.what for fault in lint(profile(tmp_path)))


def test_an_own_contract_may_rest_on_the_sites_word(tmp_path: Path) -> None:
    assert faults_of(tmp_path, GOOD.replace("basis: oracle, check", "basis: site, check")) == []


def test_the_library_may_not_rest_on_a_sites_word(library: Path) -> None:
    write(library, GOOD.replace("basis: oracle, check", "basis: site, check"))
    assert any(
        "site has no place in the library" in fault.what for fault in lint(profile(library / "none"), [IDENTITY])
    )


ONE = "files: {f: {name: f.csv, accept_unit: [A], columns: [{name: A, type: text}, {name: N, type: number}, {name: D, type: date}]}}\n"


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (ONE + "amount: {file: g, column: N}\n", "g"),
        (ONE + "amount: {file: f, column: Z}\n", "Z"),
        (ONE + "amount: {file: f, column: A}\n", "A"),
        (ONE + "needs: [finance.nowhere]\n", "finance.nowhere"),
        (ONE + "control_totals: {t: {file: g, value: SUM(N)}}\n", "g"),
        (ONE + "oracle: {parameters: [{name: source, from: g.A}]}\n", "g"),
        (ONE + "oracle: {parameters: [free, {name: source, from: f.Z}]}\n", "Z"),
        (ONE + "oracle: {parameters: [{name: ledger, setting: ledger_id, by: f.Z}]}\n", "Z"),
        (ONE + "emulator: {differs: {DM-999: because it is so}}\n", "DM-999"),
        (ONE + "control_totals: {t: {file: f, value: SUM(Z)}}\n", "Z"),
        (ONE.replace("accept_unit: [A]", "accept_unit: [A], refused_together: [Z]"), "Z"),
        (ONE.replace("type: number", "type: number, range: [a, b]"), "range"),
        (ONE.replace("type: number", "type: number, range: [null, 5]"), "range"),
        (ONE.replace("type: date", "type: date, range: [2025/01/01, 2025/12/31]"), "range"),
        (ONE.replace("type: number", "type: number, range: [0, 1e28]"), "range"),
        (ONE.replace("type: date", "type: timestamp, range: [2025-01-01T00:00:00Z, 2025-12-31T00:00:00Z]"), "range"),
        (ONE.replace("type: date", "type: date(DD-MON-YYYY)"), "MON"),
        (ONE.replace("{name: D,", "{name: '!A',"), "!A"),
        (ONE + "rules:\n  " + rule(10, "totals: {by: [], here: A, in: f, there: SUM(N)}"), "A"),
        (ONE + "rules:\n  " + rule(10, "python: no_such_module:f, why: because it is so"), "no_such_module"),
        (ONE + "lists: {x: {columns: [a], key: b, rows: [{a: '1'}]}}\n", "b"),
        (ONE + "lists: {x: {values: [a], taken: 2025-02-30, max_age_days: 3}}\n", "2025-02-30"),
        ("files: {f: {name: f.csv, accept_unit: [A], columns: [{name: A, type: text}]}, l: {name: l.csv, parent: {file: f, by: [A], or_list: nolist}, columns: [{name: A, type: text}]}}\nexamples: {one: {f: [{A: a}], l: [{A: b}]}}\n", "nolist"),
        ("files: {a: {name: a.csv, parent: {file: b, by: [A]}, columns: [{name: A, type: text}]}, b: {name: b.csv, parent: {file: a, by: [A]}, columns: [{name: A, type: text}]}}\n", "a"),
    ],
    ids=["amount file", "amount column", "amount of text", "needs", "control total file", "parameter file", "parameter column", "parameter chosen by", "emulator differs", "control total column", "refused together", "range of words", "open range", "range in a mask", "range beyond what is held", "range in a time zone", "mask", "name of the engine",
         "total of text", "python", "list key", "taken", "or_list", "parents in a circle"],
)  # fmt: skip
def test_what_would_only_fail_later_is_linted(tmp_path: Path, body: str, word: str) -> None:
    assert any(word in fault.what for fault in linted(tmp_path, body) if fault.level == "error")


def test_a_contract_in_an_unknown_folder_is_told(tmp_path: Path) -> None:
    write(tmp_path, GOOD.replace("finance.demo", "fin.demo"), "fin.demo")
    assert "fin.demo" in contract_ids(profile(tmp_path)) or lint(profile(tmp_path)) != []


def test_every_shipped_rule_has_a_place_and_a_title() -> None:
    contract = load("finance.gl_journals")
    assert all(one.title for one in contract.rules.values())
    placed = [one for one in contract.rules.values() if one.place]
    assert all(re.fullmatch(r"[\w/@.-]+\.(yaml|csv):\d+", str(one.place)) for one in placed)


def test_a_list_is_loaded_by_a_contract_that_is_needed_and_by_columns_that_it_has(tmp_path: Path) -> None:
    by = "loaded_by: {contract: procurement.suppliers, file: suppliers, columns: {code: NO_SUCH}}"
    body = one_file("{name: A, type: text(3), list: codes}", lists=f"codes: {{about: codes, columns: [code], {by}}}")
    assert "which is not needed" in str(linted(tmp_path, body))
    assert "NO_SUCH is no column of procurement.suppliers" in str(
        linted(tmp_path, "needs: [procurement.suppliers]\n" + body)
    )
