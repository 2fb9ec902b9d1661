"""A small contract, and changes seeded in it: what each must be told as. The lines are what people see."""

# ruff: noqa: E501 - a seed reads better in one line

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

IDENTITY = "finance.demo"
BASE = """\
contract: finance.demo
version: 1.2.0
status: active
title: Demonstration
owner: {department: Finance}
direction: inbound
channel: delimited
prefix: DM
oracle: {errors: gl_journal_import}
files:
  f:
    name: f.csv
    accept_unit: [DOC]
    business_key: [DOC]
    csv: {header: false, dates: YYYY-MM-DD}
    columns:
      - {at: 1, name: DOC, type: text(10), required: true}
      - {at: 2, name: KIND, type: text(5), one_of: [A, B, C]}
      - {at: 3, name: AMOUNT, type: "number(10,2)"}
      - {at: 4, name: DAY, type: date}
      - {at: 6, name: NOTE, type: text(20)}
      - {at: 7, name: ACCOUNT, type: text(6), list: account}
      - {at: 8, name: CODE, type: text(3), pattern: "[A-Z]{2}"}
lists:
  account: {about: accounts, columns: [code], values: ["1000", "2000"], taken: 2026-11-02, max_age_days: 30}
rules:
  DM-010: {title: The amount is positive, severity: critical, rejects: EU02, check: AMOUNT > 0, breaks: {AMOUNT: -1}}
  DM-020: {title: Kind A has a note, severity: significant, basis: observed, when: KIND = 'A', check: NOTE IS NOT NULL, breaks: {NOTE: null}}
examples:
  one:
    f: [{DOC: D1, KIND: A, AMOUNT: 5.00, DAY: 2026-11-02, NOTE: paper, ACCOUNT: "1000", CODE: XY}]
"""


@dataclass(frozen=True)
class Seed:
    """One change of the contract: what is replaced by what, and the lines that ``harness diff`` prints."""

    name: str
    old: str
    new: str
    lines: tuple[str, ...]
    outbound: str = ""  # the grade of the first line for an outbound interface, where it is another one
    replay: str = ""  # direction that replay finds, "" = nothing is undetermined

    @property
    def text(self) -> str:
        """The contract with the change in it."""
        assert BASE.count(self.old) == 1, self.old
        return BASE.replace(self.old, self.new)


_INSERTED = """\
      - {at: 3, name: FRESH, type: text(5)}
      - {at: 4, name: AMOUNT, type: "number(10,2)"}
      - {at: 5, name: DAY, type: date}
      - {at: 7, name: NOTE, type: text(20)}
      - {at: 8, name: ACCOUNT, type: text(6), list: account}
      - {at: 9, name: CODE, type: text(3), pattern: "[A-Z]{2}"}
"""
_BEHIND_KIND = BASE[BASE.index("      - {at: 3,") : BASE.index("lists:")]

SEEDS = (
    Seed("column inserted", _BEHIND_KIND, _INSERTED, ("breaking    both          f.FRESH.added: shift +1 from position 3 (cause: FRESH inserted); 9 fields instead of 8",)),
    Seed("column moved", "at: 4, name: DAY", "at: 5, name: DAY", ("breaking    both          f.DAY.moved: DAY moved from position 4 to 5",)),
    Seed("column at the end", "lists:\n", "      - {at: 9, name: FRESH, type: text(5)}\nlists:\n", ("breaking    both          f.FRESH.added: FRESH added at the end, position 9; 9 fields instead of 8",)),
    Seed("column into a free position", "      - {at: 6,", "      - {at: 5, name: FRESH, type: text(5)}\n      - {at: 6,", ("compatible  loosens       f.FRESH.added: FRESH added at position 5, where no column stood",), outbound="review"),
    Seed("required column into a free position", "      - {at: 6,", "      - {at: 5, name: FRESH, type: text(5), required: true}\n      - {at: 6,", ("breaking    tightens      f.FRESH.added: FRESH added (FRESH required) at position 5, where no column stood",), outbound="compatible"),
    Seed("column removed", "      - {at: 8, name: CODE, type: text(3), pattern: \"[A-Z]{2}\"}\n", "", ("breaking    both          f.CODE.removed: CODE removed from position 8; 7 fields instead of 8",)),
    Seed("column renamed", "name: CODE, type: text(3), pattern: \"[A-Z]{2}\"}", "name: SIGN, type: text(3), pattern: \"[A-Z]{2}\"}", ("breaking    both          f.CODE.renamed: CODE is now SIGN at position 8",)),
    Seed("kind of type changed", "name: NOTE, type: text(20)", "name: NOTE, type: date", ("breaking    both          f.NOTE.type: NOTE is date instead of text(20)",)),
    Seed("length cut", "name: NOTE, type: text(20)", "name: NOTE, type: text(15)", ("breaking    tightens      f.NOTE.length: NOTE is text(15) instead of text(20)",), outbound="compatible"),
    Seed("length grown", "name: NOTE, type: text(20)", "name: NOTE, type: text(30)", ("compatible  loosens       f.NOTE.length: NOTE is text(30) instead of text(20)",), outbound="breaking"),
    Seed("other sizes", '"number(10,2)"', '"number(12,1)"', ("breaking    both          f.AMOUNT.length: AMOUNT is number(12,1) instead of number(10,2)",)),
    Seed("required added", "name: DAY, type: date", "name: DAY, type: date, required: true", ("breaking    tightens      f.DAY.required.added: rule added: DAY is given",), outbound="compatible"),
    Seed("required dropped", ", required: true", "", ("compatible  loosens       f.DOC.required.removed: rule removed: DOC is given",), outbound="breaking"),
    Seed("required on a condition", "required: true", "required: KIND = 'A'", ("compatible  loosens       f.DOC.required.widened: DOC is required only where KIND = 'A'",), outbound="breaking"),
    Seed("values narrowed", "[A, B, C]", "[A, B]", ("breaking    tightens      f.KIND.one_of.narrowed: values of KIND: without C",), outbound="compatible"),
    Seed("values widened", "[A, B, C]", "[A, B, C, D]", ("compatible  loosens       f.KIND.one_of.widened: values of KIND: also D",), outbound="breaking"),
    Seed("values exchanged", "[A, B, C]", "[A, B, D]", ("breaking    both          f.KIND.one_of.exchanged: values of KIND: without C, also D",)),
    Seed("pattern changed", "[A-Z]{2}", "[A-Z]{2,3}", ("review      undetermined  f.CODE.pattern.text: rule changed: CODE is written as [A-Z]{2,3} (was: CODE is written as [A-Z]{2})",), replay="loosens"),
    Seed("delimiter", "csv: {header: false,", "csv: {header: false, delimiter: \"|\",", ("breaking    both          f.csv.delimiter: file f: csv delimiter '|', was ','",)),
    Seed("mask of dates", "dates: YYYY-MM-DD", "dates: YYYY/MM/DD", ("breaking    both          f.csv.dates: file f: csv dates 'YYYY/MM/DD', was 'YYYY-MM-DD'",)),
    Seed("terminator", "csv: {header: false,", "csv: {header: false, terminator: END,", ("breaking    both          f.csv.terminator: file f: csv terminator 'END', was ''",)),
    Seed("member renamed", "name: f.csv", "name: g.csv", ("breaking    both          f.name.changed: file f: is g.csv, was f.csv",)),
    Seed("number of records", "    csv:", "    rows: [1, 100]\n    csv:", ("breaking    tightens      f.rows.narrowed: file f: number of records [1, 100], was nothing",), outbound="compatible"),
    Seed("rule added", "examples:\n", "  DM-030: {title: A note is short, severity: minor, basis: observed, check: LENGTH(NOTE) < 9, breaks: {NOTE: much too long}}\nexamples:\n", ("breaking    tightens      DM-030.added: rule added: A note is short",), outbound="compatible"),
    Seed("rule removed", BASE[BASE.index("  DM-020") : BASE.index("examples:")], "", ("review      loosens       DM-020.removed: rule removed: Kind A has a note",), outbound="breaking"),
    Seed("condition tightened", "AMOUNT > 0", "AMOUNT > 1", ("review      undetermined  DM-010.text: rule changed: check: AMOUNT > 1 (was AMOUNT > 0)",), replay="tightens"),
    Seed("condition loosened", "AMOUNT > 0", "AMOUNT >= 0", ("review      undetermined  DM-010.text: rule changed: check: AMOUNT >= 0 (was AMOUNT > 0)",), replay="loosens"),
    Seed("condition turned", "AMOUNT > 0", "AMOUNT < 9 AND AMOUNT <> 0", ("review      undetermined  DM-010.text: rule changed: check: AMOUNT < 9 AND AMOUNT <> 0 (was AMOUNT > 0)",), replay="both"),
    Seed("condition of the same meaning", "AMOUNT > 0", "0 < AMOUNT", ("review      undetermined  DM-010.text: rule changed: check: 0 < AMOUNT (was AMOUNT > 0)",), replay="undetermined"),
    Seed("severity lowered", "severity: critical", "severity: moderate", ("review      neither       DM-010.severity: severity lowered from critical to moderate",)),
    Seed("accept unit", "accept_unit: [DOC]", "accept_unit: [DOC, KIND]", ("review      undetermined  f.accept_unit.changed: file f: accept_unit [DOC, KIND], was [DOC]",), replay="undetermined"),
    Seed("business key", "business_key: [DOC]", "business_key: [DOC, KIND]", ("review      neither       f.business_key.changed: file f: business_key [DOC, KIND], was [DOC]",)),
    Seed("rejection code", "rejects: EU02", "rejects: EP01", ("patch       neither       DM-010.rejects: predicts EP01 instead of EU02",)),
    Seed("words", "title: Demonstration", "title: Another", ("patch       neither       title.changed: title Another, was Demonstration",)),
    Seed("owner", "{department: Finance}", "{department: Finance, steward: Ledger team}", ("patch       neither       owner.changed: owner differs in steward",)),
    Seed("list narrowed", '["1000", "2000"]', '["1000"]', ("breaking    tightens      lists.account.values: values of list account: without 2000",), outbound="compatible"),
    Seed("list widened", '["1000", "2000"]', '["1000", "2000", "3000"]', ("compatible  loosens       lists.account.values: values of list account: also 3000",), outbound="breaking"),
    Seed("list made staler", "max_age_days: 30", "max_age_days: 90", ("review      neither       lists.account.staler: list account may be older: taken 2026-11-02, at most 90 days old, was taken 2026-11-02, at most 30 days old",)),
    Seed("status", "status: active", "status: draft", ("review      neither       status.changed: status draft, was active",)),
)  # fmt: skip


def write(folder: Path, text: str) -> Path:
    """Write the contract into the profile in ``folder``, which is made if it is not there, and return its path."""
    path = folder / "contracts" / "finance" / "demo.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    (folder / "profile.toml").write_text('name = "demo"\ntitle = "A district of the tests"\n', encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    return path
