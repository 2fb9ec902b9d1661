"""Mutants of a contract's rules: which there are, who notices them, and what is said of those that nobody notices."""

# ruff: noqa: E501 - contracts read better in one line

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from textwrap import dedent
from zoneinfo import ZoneInfo

import pytest

from contracts import ORACLE, Contract, Profile, Score, load, load_profile, written_ids
from harness.mutation import Judged, judge, mutants, shortfall
from harness.mutation.trials import trials

Call = Callable[..., int]
Capture = pytest.CaptureFixture[str]
FILES = """
    contract: finance.demo
    version: 1.0.0
    status: draft
    title: Demonstration
    owner: {department: Finance}
    direction: inbound
    channel: delimited
    prefix: DM
    files:
      f:
        name: f.csv
        accept_unit: [NO, BOOK]
        business_key: [NO, BOOK]
        csv: {header: true, dates: YYYY-MM-DD}
        columns:
          - {name: NO, type: text}
          - {name: BOOK, type: text}
          - {name: KIND, type: text}
          - {name: DAY, type: date}
          - {name: AMOUNT, type: number}
    lists:
      kinds: {about: kinds, columns: [code], sample: [{code: A}, {code: B}]}
      numbers: {about: numbers, columns: [NO], sample: [{NO: "9"}]}
      books: {about: books, columns: [no, book, from, to], key: [no, book], sample: [{no: "1", book: M, from: 2026-01-01, to: 2026-01-31}, {no: "2", book: M, from: 2026-02-01, to: 2026-02-28}]}
    """
CHILD = """\
  g:
    name: g.csv
    parent: {file: f, by: [NO, BOOK]}
    csv: {header: true, dates: YYYY-MM-DD}
    columns:
      - {name: NO, type: text}
      - {name: BOOK, type: text}
      - {name: AMOUNT, type: number}
"""
RULE = "  DM-001: {{title: A rule, severity: significant, basis: observed, file: f, {}, breaks: {{AMOUNT: 0}}}}\n"
CONTRIBUTING = Path(__file__).parents[2] / "CONTRIBUTING.md"
GOOD = 'f: [{NO: "1", BOOK: M, KIND: A, DAY: 2026-01-15, AMOUNT: 5}]'


def contract(folder: Path, rule: str = "", *, kind: str = "", amount: str = "", day: str = "", examples: str = f"good: {{{GOOD}}}", more: str = "") -> Contract:  # fmt: skip
    """A small contract of a profile's own: one rule, or facets of a column, and examples."""
    text = dedent(FILES)
    if "in: g" in rule:
        text = text.replace("lists:\n", f"{CHILD}lists:\n")
    for name, type_, facet in (("KIND", "text", kind), ("AMOUNT", "number", amount), ("DAY", "date", day)):
        text = text.replace(f"{{name: {name}, type: {type_}}}", f"{{name: {name}, {facet or f'type: {type_}'}}}", 1)
    text += "rules:\n" + RULE.format(rule) if rule else ""
    text += f"examples:\n  {examples}\n{more}"
    path = folder / "contracts" / "finance" / "demo.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    (folder / "profile.toml").write_text('name = "own"\ntitle = "Own"\n', encoding="utf-8")
    return load("finance.demo", Profile("own", "Own", folder, ZoneInfo("UTC")), sample=True)


def ids(one: Contract, operator: str) -> list[str]:
    return [mutant.id for mutant in mutants(one, trials(one)) if mutant.operator == operator]


CONDITION = "check: \"AMOUNT > 0 AND KIND IN ('A', 'B') OR DAY IS NOT NULL\""
OF_RULES = [
    (CONDITION, "remove a rule", ["remove"]),
    (CONDITION, "swap and/or", ["swap OR to AND #1", "swap AND to OR #1"]),
    (CONDITION, "flip a comparison", ["flip > to >= #1"]),
    (CONDITION, "negate a test", ["negate IN #1", "negate NOT IS NULL #1"]),
    (CONDITION, "drop a list value", ["drop 'A' #1", "drop 'B' #1"]),
    ("when: KIND = 'A', check: AMOUNT <> 0", "drop when", ["drop when"]),
    ("when: KIND = 'A', check: AMOUNT <> 0", "flip a comparison", ["flip = to <> #1", "flip <> to = #1"]),
    ("check: SUM(AMOUNT) > 0, group_by: [NO, BOOK]", "drop a key", ["drop key NO", "drop key BOOK"]),
    ("check: SUM(AMOUNT) > 0, group_by: accept_unit", "drop a key", ["drop key NO", "drop key BOOK"]),
    ("unique: [NO, BOOK]", "drop a key", ["drop key NO", "drop key BOOK"]),
    ("unique: [NO]", "drop a key", []),
    ("exists: {columns: [NO, BOOK], in: g, match: [NO, BOOK]}", "drop a key", ["drop key NO", "drop key BOOK"]),
    ("exists: {columns: [NO], in: g, match: [NO], or_list: numbers}", "drop or_list", ["drop or_list"]),
    ("in_list: {columns: [NO, BOOK], list: books, match: [no, book]}", "drop a key", ["drop key NO", "drop key BOOK"]),
    ("in_list: {columns: [NO, BOOK], list: books, match: [no, book]}", "drop a list value", ["drop a value of list books"]),
    ("in_list: {columns: [NO, BOOK], list: books, match: [no, book]}", "flip absent", ["flip absent"]),
    ("in_list: {columns: [NO], list: books, match: [no], as_of: {column: DAY, from: from, to: to}}", "drop as_of", ["drop as_of"]),
    ("within: {column: DAY, list: books, from: from, to: to, columns: [NO], match: [no]}", "drop a key", ["drop key NO"]),
    ("totals: {by: [NO, BOOK], here: AMOUNT, in: g, there: SUM(AMOUNT)}", "drop a key", ["drop key NO", "drop key BOOK"]),
    ("totals: {by: [NO], here: AMOUNT, in: g, there: SUM(AMOUNT)}", "change the tolerance", ["tolerance 0 to 0.01"]),
    ("totals: {by: [NO], here: AMOUNT, in: g, there: SUM(AMOUNT), tolerance: 0.05}", "change the tolerance", ["tolerance 0.05 to 0"]),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "operator", "words"), OF_RULES)
def test_a_written_rule_has_the_mutants_of_its_kind(tmp_path: Path, rule: str, operator: str, words: list[str]) -> None:
    one = contract(tmp_path, rule)
    assert [name for name in ids(one, operator) if name.startswith("DM-001")] == [f"DM-001 {word}" for word in words]


OF_FACETS = [
    ({"kind": "type: text(9)"}, "shorten a length", ["f.KIND.length shorten 9 to 8"]),
    ({"kind": "type: text, one_of: [A, B]"}, "drop a list value", ["f.KIND.one_of drop A", "f.KIND.one_of drop B"]),
    ({"kind": "type: text, list: kinds"}, "drop a list value", ["f.KIND.list drop a value of list kinds"]),
    ({"kind": "type: text, pattern: '[AB]'"}, "loosen a pattern", ["f.KIND.pattern let anything follow"]),
    ({"kind": "type: text, required: true"}, "remove a rule", ["f.KIND.required remove"]),
    ({"amount": "type: 'number(7,2)'"}, "shorten a length", ["f.AMOUNT.type shorten number(7,2) to number(6,2)", "f.AMOUNT.type shorten number(7,2) to number(6,1)"]),
    ({"amount": "type: number, range: [1, 9.5]"}, "narrow a range", ["f.AMOUNT.range range from 1 to 2", "f.AMOUNT.range range to 9.5 to 9.4"]),
    ({"day": "type: date, range: [2026-01-01, 2026-12-31]"}, "narrow a range", ["f.DAY.range range from 2026-01-01 to 2026-01-02", "f.DAY.range range to 2026-12-31 to 2026-12-30"]),
]  # fmt: skip


@pytest.mark.parametrize(("facets", "operator", "expected"), OF_FACETS)
def test_a_facet_has_the_mutants_of_its_kind(
    tmp_path: Path, facets: dict[str, str], operator: str, expected: list[str]
) -> None:
    one = contract(tmp_path, **facets)
    assert [name for name in ids(one, operator) if expected[0].split()[0] in name] == expected


def test_neighbours_that_the_rules_tell_apart_are_swapped_where_records_are_read_by_position(tmp_path: Path) -> None:
    text = 'type: "text(3)"'
    by_name = contract(tmp_path, kind=text)
    path = tmp_path / "contracts" / "finance" / "demo.yaml"
    path.write_text(path.read_text().replace("csv: {header: true,", "csv: {"))
    by_position = load("finance.demo", Profile("own", "Own", tmp_path, ZoneInfo("UTC")), sample=True)
    assert ids(by_name, "shift a position") == []
    assert "f swap BOOK with KIND" in ids(by_position, "shift a position")
    assert judge(by_position).survivors != []


def words(judged: Judged, operator: str) -> list[str]:
    """What the score of an operator says of its survivors."""
    return [text for score in judged.scores if score.operator == operator for text in score.missed]


MISSING = "example missing: f.KIND.one_of drop B: a valid record with KIND B"
BOTH = f'good: {{{GOOD}}}\n  other: {{f: [{{NO: "2", BOOK: M, KIND: B, DAY: 2026-01-15, AMOUNT: 5}}]}}'
B_IS_EQUAL = "equivalent:\n  f.KIND.one_of drop B: nobody writes B\n"
LISTED = "type: text, one_of: [A, B]"


def test_a_survivor_says_which_example_is_missing(tmp_path: Path) -> None:
    judged = judge(contract(tmp_path, kind=LISTED))
    assert words(judged, "drop a list value") == [MISSING]
    assert [mutant.id for mutant in judged.unexplained] == ["f.KIND.one_of drop B"]


def test_the_example_that_was_missing_kills_it(tmp_path: Path) -> None:
    judged = judge(contract(tmp_path, kind=LISTED, examples=BOTH))
    assert words(judged, "drop a list value") == []
    assert {mutant.id: by for mutant, by in judged.noticed}["f.KIND.one_of drop B"] == "other"


def test_a_declared_equivalent_is_explained_and_stays_in_the_denominator(tmp_path: Path) -> None:
    judged = judge(contract(tmp_path, kind=LISTED, more=B_IS_EQUAL))
    assert words(judged, "drop a list value") == ["equivalent: f.KIND.one_of drop B: nobody writes B"]
    score = next(one for one in judged.scores if one.operator == "drop a list value")
    assert (score.caught, score.total, score.explained) == (1, 2, 1)
    assert (judged.unexplained, judged.rotten) == ([], [])


def test_an_entry_that_explains_a_dead_mutant_or_none_is_rotten(tmp_path: Path) -> None:
    more = f"{B_IS_EQUAL}  f.KIND.one_of drop C: there is no C\n"
    assert judge(contract(tmp_path, kind=LISTED, examples=BOTH, more=more)).rotten == [
        "equivalent f.KIND.one_of drop B: other notices it; remove the entry",
        "equivalent f.KIND.one_of drop C: no such mutant; remove the entry or correct its id",
    ]


def test_an_invalid_example_notices_a_rule_that_finds_nothing_any_more(tmp_path: Path) -> None:
    zero = 'zero: {expects: [DM-001], f: [{NO: "1", BOOK: M, KIND: C, DAY: 2026-01-15, AMOUNT: -1}]}'
    rule = "check: \"AMOUNT > 0 OR KIND = 'B'\""
    alone = judge(contract(tmp_path, rule))
    helped = judge(contract(tmp_path, rule, examples=f"good: {{{GOOD}}}\n  {zero}"))
    name = "DM-001 flip = to <> #1"
    assert name not in [mutant.id for mutant in helped.survivors]
    assert len(helped.survivors) <= len(alone.survivors)


def test_examples_of_another_release_or_in_files_of_their_own_are_left_out(tmp_path: Path) -> None:
    beside = f"good: {{{GOOD}}}\n  large: {{f: {{file: large.csv}}}}"
    assert [one.name for one in trials(contract(tmp_path, examples=beside)) if one.kind == "valid"] == ["good"]


def score(caught: int, total: int, explained: int = 0, kind: str = "rule_mutants") -> Score:
    return replace(
        Score("finance.demo", "1.0.0", "own", "rule_mutants", "any", caught, total, (), explained), kind=kind
    )  # type: ignore[arg-type]


def test_a_contract_falls_short_below_the_floor_unexplained_or_wrongly_explained() -> None:
    floor = Decimal(95)
    assert shortfall([score(94, 100, 6)], floor) == "less is noticed than the floor asks for"
    assert shortfall([score(10, 10), score(85, 90, 4)], floor) == "a mutant survives that nobody explains"
    assert (
        shortfall([score(95, 100, 5)], floor, ["equivalent x: no such mutant"])
        == "an entry of `equivalent` explains nothing"
    )
    assert shortfall([score(95, 100, 5)], floor) == shortfall([], floor) == ""
    assert shortfall([score(1, 100, kind="seeded_faults")], None) == ""
    assert shortfall([score(94, 100, kind="seeded_faults")], floor) != ""


def mutate(harness: Call, folder: Path, *more: object) -> int:
    return harness("mutate", "--profile", folder, *more)


def test_the_command_exits_with_1_for_a_survivor_and_with_0_once_it_is_explained(
    tmp_path: Path, harness: Call, capsys: Capture
) -> None:
    contract(tmp_path, kind=LISTED)
    assert mutate(harness, tmp_path, "--floor", 50) == 1
    shown = capsys.readouterr().out
    assert MISSING in shown
    assert "failed: a mutant survives that nobody explains" in shown
    contract(tmp_path, kind=LISTED, more=B_IS_EQUAL)
    assert mutate(harness, tmp_path, "--only", "rules", "--floor", 50) == 0
    assert mutate(harness, tmp_path, "--only", "rules", "--floor", 99.9) == 1
    assert "equivalent: f.KIND.one_of drop B: nobody writes B" in capsys.readouterr().out
    contract(tmp_path, kind=LISTED, examples=BOTH, more=B_IS_EQUAL)
    assert mutate(harness, tmp_path, "--only", "rules", "--floor", 0) == 1
    assert "equivalent f.KIND.one_of drop B: other notices it; remove the entry" in capsys.readouterr().out


def test_the_command_refuses_a_profile_without_contracts_and_an_unknown_one(
    tmp_path: Path, harness: Call, capsys: Capture
) -> None:
    (tmp_path / "profile.toml").write_text('name = "own"\ntitle = "Own"\n', encoding="utf-8")
    assert mutate(harness, tmp_path) == 2
    assert "no contract is written here" in capsys.readouterr().err
    assert mutate(harness, tmp_path, "finance.nothing") == 2


def test_the_command_measures_both_kinds_records_them_and_writes_the_reports(
    tmp_path: Path, harness: Call, capsys: Capture
) -> None:
    ws = tmp_path / "ws"
    path = ws / "own" / "contracts" / "procurement" / "supplier_classifications.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(dedent(re.findall(r"(?s)```yaml\n(.*?)```", CONTRIBUTING.read_text("utf-8"))[0]), encoding="utf-8")
    (ws / "own" / "profile.toml").write_text('name = "own"\ntitle = "Own"\n', encoding="utf-8")
    (ws / "harness.toml").write_text('profile = "own"\n', encoding="utf-8")
    words = ("--workspace", ws, "--per-operator", 1, "--floor", 0, "--quiet", "--json", tmp_path / "scores.json")
    code = harness("mutate", *words, "--alluredir", tmp_path / "allure", "--markdown", tmp_path / "scores.md")
    report = json.loads((tmp_path / "scores.json").read_text())
    rules, faults = report["scores"]
    assert code == (1 if rules["failure"] else 0)
    assert (rules["kind"], faults["kind"], faults["floor"]) == ("rule_mutants", "seeded_faults", None)
    assert sum(one["total"] for one in faults["operators"]) == faults["total"] >= 20
    assert 0 < faults["caught"] <= faults["total"]
    assert len(list((tmp_path / "allure").glob("*-result.json"))) == 2
    assert (tmp_path / "scores.md").read_text().count("procurement.supplier_classifications") == 2

    from raid_log import latest_scores, open_store

    with open_store(f"sqlite:///{ws / 'store.db'}") as store:
        kept = latest_scores(store)
    assert {one.measurement for one in kept} == {report["measurement"]}
    assert sum(one.score.total for one in kept) == rules["total"] + faults["total"]
    capsys.readouterr()
    assert harness("mutate", "--workspace", ws, "--history") == 0
    assert [line.split()[1] for line in capsys.readouterr().out.splitlines()[1:]] == [
        "procurement.supplier_classifications"
    ] * 2
    assert harness("mutate", "--history") == 2  # no workspace, no store


PROFILES = [
    (name, identity)
    for name in (ORACLE, "nc_district")
    for identity in written_ids(load_profile(name))
    if load(identity, name).status == "active"  # a draft may still lack examples
]


@pytest.mark.slow
@pytest.mark.parametrize(("profile", "identity"), PROFILES)
def test_at_least_95_per_cent_of_a_contracts_mutants_are_killed_and_every_survivor_is_explained(
    profile: str, identity: str
) -> None:
    judged = judge(load(identity, profile, sample=profile == ORACLE))
    assert [mutant.id for mutant in judged.unexplained] == []
    assert shortfall(judged.scores, Decimal(95), judged.rotten) == ""
