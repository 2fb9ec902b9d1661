"""Replay: payloads of both versions decide what the text of a change does not tell."""

# ruff: noqa: E501 - rules read better in one line

from __future__ import annotations

from pathlib import Path

import pytest
from seeded_changes import BASE

from contracts import Change, compare, file_editions, load_profile
from harness.replay import replayed

TWO = """\
  two:
    f: [{DOC: D1, KIND: A, AMOUNT: 5.00, DAY: 2026-11-02, NOTE: paper}, {DOC: D1, KIND: B, AMOUNT: 5.00, DAY: 2026-11-02}]
"""


@pytest.fixture
def decided(tmp_path: Path) -> object:
    """Compares two texts and replays what is undetermined; gives the one change that it was."""

    def call(old: str, new: str) -> Change:
        editions = []
        for name, text in (("old.yaml", old), ("new.yaml", new)):
            (tmp_path / name).write_text(text, encoding="utf-8")
            editions.append(file_editions(tmp_path / name, load_profile("oracle")))
        found = compare(*editions)
        open_ = [change.id for change in found if change.direction == "undetermined"]
        (change,) = [change for change in replayed(found, *editions) if change.id in open_]
        return change

    return call


def rule(text: str) -> str:
    """The contract with another rule DM-020."""
    begin, end = BASE.index("  DM-020"), BASE.index("examples:")
    return f"{BASE[:begin]}  DM-020: {{title: Rule, severity: significant, basis: observed, {text}}}\n{BASE[end:]}{TWO}"


@pytest.mark.parametrize(
    ("old", "new", "direction"),
    [
        ("check: DAY >= DATE '2026-01-01', breaks: {DAY: 2025-01-01}", "check: DAY >= DATE '2026-02-01', breaks: {DAY: 2025-01-01}", "tightens"),
        ("check: DAY >= DATE '2026-01-01', breaks: {DAY: 2025-01-01}", "check: DAY > DATE '2025-12-30', breaks: {DAY: 2025-01-01}", "loosens"),
        ("check: DAY <= DATE '2026-12-31' + INTERVAL '5' DAY, breaks: {DAY: 2027-06-01}", "check: DAY <= DATE '2026-12-31' + INTERVAL '6' DAY, breaks: {DAY: 2027-06-01}", "loosens"),
        ("when: KIND = 'A', check: NOTE IS NOT NULL, breaks: {NOTE: null}", "when: KIND = 'B', check: NOTE IS NOT NULL, breaks: {_in: two, NOTE: null}", "both"),
        ("check: KIND <> 'C', breaks: {KIND: C}", "check: \"KIND NOT IN ('C', 'B')\", breaks: {KIND: C}", "tightens"),
        ("unique: [DOC, KIND], breaks: duplicate", "unique: [DOC], breaks: duplicate", "tightens"),
        ("unique: [DOC, KIND], breaks: duplicate", "unique: [DOC, KIND, NOTE], breaks: duplicate", "undetermined"),
        ("group_by: [DOC], check: SUM(AMOUNT) < 20, breaks: {AMOUNT: 99}", "group_by: [DOC], check: SUM(AMOUNT) < 9, breaks: {AMOUNT: 99}", "tightens"),
        ("in_list: {columns: [ACCOUNT], list: account}, breaks: {ACCOUNT: '9'}", "when: KIND = 'A', in_list: {columns: [ACCOUNT], list: account}, breaks: {ACCOUNT: '9'}", "undetermined"),
    ],
)  # fmt: skip
def test_a_rule_that_says_something_else_is_decided_by_payloads(
    decided: object, old: str, new: str, direction: str
) -> None:
    change = decided(rule(old), rule(new))  # type: ignore[operator]
    assert (change.id, change.direction) == ("DM-020.text", direction)
    assert change.proof


def test_what_other_rules_refuse_anyway_proves_nothing(decided: object) -> None:
    """A blank DOC is refused by the column's own rule on both sides."""
    change = decided(  # type: ignore[operator]
        rule("check: AMOUNT > 0, breaks: {AMOUNT: 0}"),
        rule("check: AMOUNT > 0 AND DOC IS NOT NULL, breaks: {AMOUNT: 0}"),
    )
    assert (change.direction, change.proof.startswith("unknown: ")) == ("undetermined", True)


def test_another_unit_is_decided_by_the_rules_that_look_at_units(decided: object) -> None:
    old = rule("group_by: accept_unit, check: COUNT(*) = 1, breaks: duplicate").replace(TWO, "")
    old += TWO.replace("{DOC: D1, KIND: B", "{DOC: D2, KIND: A")
    change = decided(old, old.replace("accept_unit: [DOC]", "accept_unit: [KIND]"))  # type: ignore[operator]
    assert (change.id, change.direction) == ("f.accept_unit.changed", "tightens")
    assert "example two of 1.2.0" in change.proof


def test_a_list_that_forbids_is_decided_the_other_way_round(decided: object) -> None:
    lists = BASE.replace("columns: [code], values", "columns: [code, kind], values").replace(
        'values: ["1000", "2000"]', "rows: [{code: '9000', kind: A}]"
    )
    text = lists.replace(", list: account", "").replace(
        "when: KIND = 'A', check: NOTE IS NOT NULL, breaks: {NOTE: null}",
        "in_list: {columns: [ACCOUNT], list: account, match: [code], absent: true}, breaks: {ACCOUNT: '9000'}",
    )
    change = decided(text, text.replace("kind: A}]", "kind: A}, {code: '1000', kind: B}]"))  # type: ignore[operator]
    assert (change.id, change.direction) == ("lists.account.values", "tightens")


def test_personal_values_are_not_shown_in_a_proof(decided: object) -> None:
    old = BASE.replace("name: AMOUNT, type", "name: AMOUNT, personal_data: yes, type")
    change = decided(old, old.replace("AMOUNT > 0", "AMOUNT > 1"))  # type: ignore[operator]
    assert "AMOUNT = ***" in change.proof


def test_the_same_payloads_are_tried_every_time(decided: object) -> None:
    old, new = rule("check: AMOUNT > 0, breaks: {AMOUNT: 0}"), rule("check: AMOUNT > 2, breaks: {AMOUNT: 0}")
    assert decided(old, new) == decided(old, new)  # type: ignore[operator]
