"""Two versions of a contract: every change is found once, with its direction, kind and grade."""

# ruff: noqa: E501 - contracts read better in one line

from __future__ import annotations

from dataclasses import fields
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from contract_texts import head, one_file, profile
from contract_texts import write as write_contract
from hypothesis import given
from hypothesis import strategies as st
from seeded_changes import BASE, IDENTITY, SEEDS, Seed, write

from contracts import Change, Contract, Editions, Profile, compare, editions, file_editions, load_profile
from contracts.comparison import HEAD_ROWS
from contracts.file_changes import COLUMN_ROWS, FILE_ROWS
from contracts.model import Column, File, Parent, ReferenceList, Rule

OLD_ONES = (
    "finance.gl_journals",
    "finance.ap_invoices",
    "procurement.suppliers",
    "procurement.purchase_orders",
    "hr.workers",
)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Editions:
    return _read(tmp_path_factory.mktemp("base"), BASE)


def _read(folder: Path, text: str) -> Editions:
    write(folder, text)
    return editions(IDENTITY, _profile(folder))


def _profile(folder: Path) -> Profile:
    return profile(folder, "demo")


def shown(change: Change, interface: str = "inbound") -> str:
    return f"{change.grade(interface):<11} {change.direction:<13} {change.id}: {change.what}"


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.name)
def test_a_seeded_change_is_told_once_with_direction_and_grade(base: Editions, tmp_path: Path, seed: Seed) -> None:
    found = compare(base, _read(tmp_path, seed.text))
    assert [shown(change) for change in found] == list(seed.lines)
    assert found[0].grade("outbound") == (seed.outbound or found[0].grade("inbound"))


def test_there_are_seeds_of_every_kind(base: Editions, tmp_path: Path) -> None:
    kinds = {compare(base, _read(tmp_path, seed.text))[0].kind for seed in SEEDS}
    assert kinds == {"wire", "content", "words", "gate", "denominator", "mapping"}


@pytest.mark.parametrize("profile_name", ["oracle", "nc_district"])
@pytest.mark.parametrize("identity", OLD_ONES)
def test_a_contract_compared_with_itself_gives_nothing(identity: str, profile_name: str) -> None:
    whose = load_profile(profile_name)
    assert compare(editions(identity, whose), editions(identity, whose)) == []


def test_the_way_back_turns_what_tightens_into_what_loosens(base: Editions, tmp_path: Path) -> None:
    turned = {"tightens": "loosens", "loosens": "tightens", "both": "both"}
    for seed in SEEDS:
        there = _read(tmp_path, seed.text)
        (there_to, *_), (back, *_) = compare(base, there), compare(there, base)
        if there_to.verb in ("narrowed", "widened", "length", "values"):
            assert back.direction == turned[there_to.direction], seed.name


_INDEPENDENT = ("length cut", "values narrowed", "delimiter", "severity lowered", "rejection code", "words", "status")


@given(st.lists(st.sampled_from([seed for seed in SEEDS if seed.name in _INDEPENDENT]), unique=True, max_size=5))
def test_changes_that_do_not_touch_each_other_are_told_side_by_side(chosen: list[Seed]) -> None:
    text = BASE
    for seed in chosen:
        text = text.replace(seed.old, seed.new)
    found = {shown(change) for change in compare(_of(BASE), _of(text))}
    assert found == {line for seed in chosen for line in seed.lines}


def test_place_is_where_the_new_version_says_so(base: Editions, tmp_path: Path) -> None:
    path = write(tmp_path, next(seed for seed in SEEDS if seed.name == "values narrowed").text)
    (change,) = compare(base, editions(IDENTITY, _profile(tmp_path)))
    assert change.place is not None
    assert "one_of: [A, B]" in path.read_text(encoding="utf-8").splitlines()[change.place.line - 1]


def test_text_that_means_the_same_is_no_change_of_a_rule(base: Editions, tmp_path: Path) -> None:
    assert compare(base, _read(tmp_path, BASE.replace("AMOUNT > 0", "AMOUNT  >  0"))) == []


def test_several_rules_of_one_kind_that_change_alike_are_one_change(base: Editions, tmp_path: Path) -> None:
    text = BASE.replace("files:\n", "defaults: {severity: {length: moderate}}\nfiles:\n", 1)
    (change,) = compare(base, _read(tmp_path, text))
    assert change.id == "f.length.severity"
    assert "from significant to moderate: 5 rules of kind length" in change.what


def test_columns_that_a_header_names_have_no_position(tmp_path: Path) -> None:
    columns = "{name: A, type: text(3)}\n{name: B, type: text(3)}"
    old = _of_columns(tmp_path / "old", columns)
    moved = _of_columns(tmp_path / "moved", "{name: B, type: text(3)}\n{name: A, type: text(3)}")
    more = _of_columns(tmp_path / "more", f"{{name: X, type: date}}\n{columns}")
    assert compare(old, moved) == []
    (change,) = compare(old, more)
    assert (change.id, change.row) == ("f.X.added", "reserved")


def _of_columns(folder: Path, columns: str) -> Editions:
    write_contract(folder, head() + one_file(columns))
    return editions("finance.demo", profile(folder))


# releases

FBDI = """\
contract: finance.demo
version: 1.0.0
status: active
title: Invoices
owner: {department: Finance}
direction: inbound
channel: fbdi
prefix: DM
releases: [25B, 26C]
files:
  headers: {layout: ApInvoicesInterface, accept_unit: [INVOICE_ID], business_key: [INVOICE_ID], columns: [{name: INVOICE_ID}, {name: SOURCE}]}
"""


def test_a_release_takes_the_grade_of_what_its_layouts_change() -> None:
    only = FBDI.replace("[25B, 26C]", "[25B]")
    (added,) = compare(_of(only), _of(FBDI))
    assert (added.id, added.grade("inbound")) == ("releases.26C.added", "breaking")
    assert "DIGITAL_PAYMENT_ACCOUNT_NAME added at the end" in added.what
    (same,) = compare(_of(FBDI), _of(FBDI.replace("[25B, 26C]", "[25B, 25C, 26C]")))
    assert (same.id, same.grade("inbound")) == ("releases.25C.added", "compatible")
    assert "its layouts are those of 25B" in same.what


def test_a_release_that_is_no_longer_tested_weakens_the_gate() -> None:
    (change,) = compare(_of(FBDI), _of(FBDI.replace("[25B, 26C]", "[26C]")))
    assert (change.id, change.kind, change.grade("outbound")) == ("releases.25B.removed", "gate", "review")


def test_without_a_common_release_the_last_ones_are_compared() -> None:
    found = compare(_of(FBDI.replace("[25B, 26C]", "[25B]")), _of(FBDI.replace("[25B, 26C]", "[26C]")))
    assert [change.verb for change in found] == ["added", "removed"]
    assert "136 fields instead of 135" in found[0].what


def test_what_happens_in_one_release_only_names_it() -> None:
    rule = "rules:\n  DM-010: {title: A source, severity: minor, basis: observed, since: 26C, check: SOURCE IS NOT NULL, breaks: remove}\n"
    (change,) = compare(_of(FBDI), _of(FBDI + rule))
    assert (change.id, change.releases) == ("DM-010.added", ("26C",))


@cache
def _of(text: str) -> Editions:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "demo.yaml"
        path.write_text(text, encoding="utf-8")
        return file_editions(path, load_profile("oracle"))


# overlays

OVERLAY = """\
extends: finance.demo
version: 1.0.0
prefix: DMX
files:
  f:
    columns: [{name: NOTE, required: true}]
"""


def test_effective_contracts_are_compared_overlays_and_all(library: Path, tmp_path: Path) -> None:
    write(library, BASE)
    district = tmp_path / "district"
    found = [
        _overlaid(district, text)
        for text in (
            OVERLAY,
            OVERLAY + "disable: {DM-020: the district has no kind A}\n",
            OVERLAY + "severity: {DM-010: {to: minor, why: amounts are corrected later}}\n",
            OVERLAY.replace(", required: true", ""),
        )
    ]
    before, *others = found
    ids = [[change.id for change in compare(before, after)] for after in others]
    assert ids == [
        ["disabled.changed", "DM-020.removed"],
        ["regraded.changed", "DM-010.severity"],
        ["f.NOTE.required@DMX.removed"],
    ]
    assert "switched off: the district has no kind A" in compare(before, others[0])[1].what


def _overlaid(folder: Path, text: str) -> Editions:
    write(folder, text)
    return editions(IDENTITY, _profile(folder))


# the model


@pytest.mark.parametrize(
    ("model", "told", "left"),
    [
        (Contract, HEAD_ROWS, {
            "id", "version", "status", "profile", "release", "releases", "files", "rules", "lists", "codes", "examples",
            "flexfields", "files_exactly", "targets", "unconfirmed", "overlay", "library", "aliases",
        }),
        (File, FILE_ROWS, {"id", "columns", "names", "layout_release", "csv", "parent", "unlisted", "rows", "optional", "variants"}),
        (Column, COLUMN_ROWS, {"name", "type", "position", "personal_data", "listed", "place"}),
        (Parent, {}, {"file", "by", "or_list"}),
        (Rule, {}, {
            "id", "kind", "file", "title", "severity", "column", "columns", "code", "basis", "why", "when", "spec",
            "conditions", "breaks", "also", "unconfirmed", "prefix", "raid", "place",
        }),
        (ReferenceList, {}, {
            "id", "columns", "key", "rows", "about", "taken", "max_age_days", "unconfirmed", "sample", "absent",
            "file", "origin", "counted", "loaded_by", "place",
        }),
    ],
)  # fmt: skip
def test_no_part_of_a_contract_is_forgotten(model: type, told: dict[str, str], left: set[str]) -> None:
    """A new part of the model has to be graded, or named here as one that is looked at elsewhere."""
    names = {field.name for field in fields(model)}
    assert names - {*told} - left == set()
    assert {*told} <= names
