"""Layouts of two releases: what changed, and what it means for the contracts that use them."""

# ruff: noqa: E501 - tables read better in one line

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import pytest
from contract_texts import profile
from hypothesis import given
from hypothesis import strategies as st

from contracts import (
    Contract,
    ContractError,
    LayoutRow,
    changed_layouts,
    layout_changes,
    layout_rows,
    load,
    newest_source,
)
from contracts.layouts import Layout, LayoutColumn, in_force, names_in_force
from contracts.model import Type

HEAD = "position,column,label,type,length,scale,required,notes,mask,certainty"
OLD = """\
DOC,Document,VARCHAR2,10,,Y
KIND,Kind,VARCHAR2,5,,
AMOUNT,Amount,NUMBER,10,2,
RESERVED1,,VARCHAR2,30,,
DAY,Day,DATE,,,
NOTE,Note,VARCHAR2,20,,
"""
CONTRACT = """\
contract: finance.demo
version: 1.0.0
status: active
title: Demonstration
owner: {department: Finance}
direction: inbound
channel: fbdi
prefix: DM
releases: [25B]
files:
  f: {layout: DemoInterface, accept_unit: [DOC], business_key: [DOC], columns: [{name: DOC}, {name: AMOUNT, type: "number(8,2)"}, {name: DAY}, {name: NOTE, required: true}]}
rules:
  DM-010: {title: A day, severity: minor, basis: observed, when: AMOUNT > 0, check: DAY IS NOT NULL, breaks: {DAY: null}}
examples:
  one: {f: [{DOC: D1, AMOUNT: 1, DAY: 2026-11-02, NOTE: paper}]}
"""


def layouts(folder: Path, **releases: str) -> Path:
    """A library of one contract with a layout of its file for each release (r25B, ...), and return its folder."""
    for name, text in releases.items():
        path = folder / "layouts" / name[1:] / "DemoInterface.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = [
            f"{at},{column},{label},{kind},{length},{scale},{required},,,known"
            for at, line in enumerate(text.strip().splitlines(), start=1)
            for column, label, kind, length, scale, required in [line.split(",")]
        ]
        path.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    (folder / "finance").mkdir(exist_ok=True)
    (folder / "finance" / "demo.yaml").write_text(CONTRACT, encoding="utf-8")
    return folder


def demo(library: Path) -> Contract:
    """The contract of the library in a folder."""
    return load("finance.demo", replace(profile(library / "no_district"), library=library))


def told(library: Path, new: str) -> list[LayoutRow]:
    """What changes when 26C has the layout ``new``."""
    root = layouts(library, r25B=OLD, r26C=new)
    return layout_rows("25B", "26C", [demo(root)], root / "layouts")


@pytest.mark.parametrize(
    ("old", "new", "verb", "row", "what", "meaning"),
    [
        ("KIND,", "FRESH,New,VARCHAR2,5,,\nKIND,", "added", "wire", "shift +1 from position 2 (cause: FRESH inserted); 7 fields instead of 6", "3 of 4 listed columns move: AMOUNT, DAY, NOTE; their rules: DM-010; a file of 6 fields is found as f.shape.short; an END belongs into field 8, and one at 7 as f.shape.shifted"),
        ("NOTE,Note,VARCHAR2,20,,\n", "NOTE,Note,VARCHAR2,20,,\nFRESH,New,VARCHAR2,5,,\n", "added", "appended", "FRESH added at the end, position 7; 7 fields instead of 6", "a file of 6 fields is found as f.shape.short; an END belongs into field 8, and one at 7 as f.shape.shifted"),
        ("KIND,Kind,VARCHAR2,5,,\n", "", "removed", "wire", "shift -1 from position 3 (cause: KIND removed); 5 fields instead of 6", "3 of 4 listed columns move: AMOUNT, DAY, NOTE; their rules: DM-010; a file of 6 fields is found as f.shape.surplus; an END belongs into field 6"),
        ("DAY,Day", "DUE,Day", "renamed", "replaced", "DAY is now DUE at position 5", "lists DAY: the contract has to follow; rules that read what is gone: DM-010"),
        ("RESERVED1,,VARCHAR2,30", "TAX,,VARCHAR2,30", "renamed", "reserved", "TAX takes the place of RESERVED1 at position 4", "nothing that it lists"),
        ("KIND,Kind,VARCHAR2,5", "KIND,Kind,VARCHAR2,4", "length", "tightened", "KIND is text(4) instead of text(5)", "KIND is not listed: checked by the layout alone"),
        ("AMOUNT,Amount,NUMBER,10,2", "AMOUNT,Amount,NUMBER,9,2", "length", "tightened", "AMOUNT is number(9,2) instead of number(10,2)", "the contract asks for number(8,2) already"),
        ("NOTE,Note,VARCHAR2,20", "NOTE,Note,VARCHAR2,30", "length", "loosened", "NOTE is text(30) instead of text(20)", "NOTE is listed"),
        ("DAY,Day,DATE", "DAY,Day,TIMESTAMP", "type", "replaced", "DAY is timestamp instead of date", "DAY is listed, rules: DM-010"),
        ("DATE,,,", "DATE,,,Y", "required", "tightened", "DAY is required, was optional", "a blank DAY is found as f.DAY.required"),
        ("20,,", "20,,Y", "required", "tightened", "NOTE is required, was optional", "the contract asks for it already"),
        ("10,,Y", "10,,C", "required", "loosened", "DOC is conditionally required, was required", "a blank DOC is no longer found"),
    ],
    ids=lambda value: value if value.isalpha() and value.islower() else "",
)  # fmt: skip
def test_a_change_of_a_layout_and_what_it_means(
    tmp_path: Path, old: str, new: str, verb: str, row: str, what: str, meaning: str
) -> None:
    assert OLD.count(old) == 1, old
    (found,) = told(tmp_path, OLD.replace(old, new))
    change = found.change
    assert (change.verb, change.row, change.what, found.meaning) == (verb, row, what, meaning)
    assert found.grade == change.grade("inbound")


def test_the_same_layout_under_two_releases_is_no_change(tmp_path: Path) -> None:
    assert told(tmp_path, OLD) == []


def test_a_file_that_one_release_does_not_know_is_in_the_list(tmp_path: Path) -> None:
    root = layouts(tmp_path, r25B=OLD)
    (found,) = layout_rows("24A", "25B", [demo(root)], root / "layouts")
    assert (found.change.id, found.grade) == ("DemoInterface.file.added", "review")
    assert found.change.what == "no layout is known for 24A; 6 fields in 25B"
    (back,) = layout_rows("25B", "24A", [], root / "layouts")
    assert (back.change.id, back.contract, back.grade) == ("DemoInterface.file.removed", None, None)


def layout(names: list[str]) -> Layout:
    columns = [LayoutColumn(at, name, "", Type("text", 30), "", "", "known", False) for at, name in enumerate(names, 1)]
    return Layout("X", "25B", {one.name: one for one in columns})


@given(st.lists(st.from_regex(r"[A-Z]{1,5}", fullmatch=True), unique=True, min_size=1, max_size=40), st.data())
def test_one_column_more_is_one_change_whatever_its_place(names: list[str], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(names)))
    (change,) = layout_changes(layout(names), layout([*names[:at], "new_one", *names[at:]]))
    assert (change.id, change.grade("inbound")) == ("X.new_one.added", "breaking")
    assert change.what.endswith(f"{len(names) + 1} fields instead of {len(names)}")


def test_every_shipped_layout_compared_with_itself_gives_nothing() -> None:
    for name in names_in_force("26C"):
        found = in_force(name, "26C")
        assert layout_changes(found, replace(found)) == []
    assert changed_layouts("26C", "26C") == {}


def test_what_is_known_of_25b_and_26c() -> None:
    changed = {name: pair for name, pair in changed_layouts("25B", "26C").items() if all(pair)}
    assert "ApInvoicesInterface" in changed
    assert "GlInterface" not in changed
    assert newest_source(pair[1] for pair in changed.values() if pair[1]).startswith("20")


def test_a_layout_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    root = layouts(tmp_path, r25B=OLD, r26C=OLD.replace("10,2", "ten,2"))
    with pytest.raises(ContractError) as caught:
        layout_rows("25B", "26C", [], root / "layouts")
    assert caught.value.where == "layouts/26C/DemoInterface.csv"


def test_the_newest_source_is_the_latest_day_or_month(tmp_path: Path) -> None:
    root = layouts(tmp_path, r25B=OLD) / "layouts"
    sources = dedent("""\
        layout,release_seen,certainty,complete,source
        DemoInterface,25B,known,yes,"template of 2026-09-14, compared 2026-10"
        Other,25B,known,yes,2027-01-01
        """)
    (root / "25B" / "_sources.csv").write_text(sources, encoding="utf-8")
    assert newest_source([in_force("DemoInterface", "25B", root)], root) == "2026-10"
    assert newest_source([], root) == ""
