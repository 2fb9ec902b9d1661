"""Breakers: what a contract declares or what is derived for a rule breaks it, exactly as far as that can be had."""

# ruff: noqa: E501 - contracts and their tables read better in one line

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from contract_texts import IDENTITY, OVERLAY_HEAD, build, head, linted, profile, write

from contracts import (
    ORACLE,
    Breaker,
    BreakerSearch,
    Contract,
    breakers,
    broken_by,
    exact,
    failing,
    load,
    load_profile,
    written_breaker,
    written_ids,
)
from contracts.concern import concerned

BODY = """\
    files:
      heads:
        name: heads.csv
        accept_unit: [H]
        csv: {header: true}
        columns:
          - {name: H, type: text(3), required: true}
          - {name: KIND, type: text, one_of: [x, y], pattern: "[xyz]"}
          - {name: RATE, type: number, required: "KIND = 'y'", range: [0, 9]}
          - {name: OPEN, type: flag}
          - {name: NOTE, type: text(5)}
      lines:
        name: lines.csv
        parent: {file: heads, by: [H]}
        csv: {header: true}
        columns:
          - {name: H, type: text(9), required: true}
          - {name: N, type: number}
      tags:
        name: tags.csv
        optional: true
        accept_unit: [T]
        columns: [{at: 1, name: T, type: text(2)}]
    rules:
      DM-010: {file: lines, title: Positive, severity: minor, basis: observed, check: N > 0, breaks: {_row: 2, N: 0}}
      DM-020: {file: heads, title: Once, severity: minor, basis: observed, unique: [H], breaks: duplicate}
      DM-030: {file: lines, title: Two, severity: minor, basis: observed, group_by: accept_unit, check: COUNT(*) > 1, breaks: remove}
      DM-040: {file: heads, title: Rated, severity: minor, basis: observed, check: RATE > 0 OR KIND = 'x', breaks: {_in: rated, RATE: 0}}
    examples:
      good: {heads: [{H: a, KIND: x, OPEN: Y}], lines: [{H: a, N: 1}, {H: a, N: 2}]}
      rated: {heads: [{H: b, KIND: y, RATE: 2}], lines: [{H: b, N: 1}, {H: b, N: 2}]}
    """


def breaker_of(contract: Contract, identity: str) -> Breaker:
    """The breaker of a rule, sought exactly."""
    found = BreakerSearch(contract).breaker(contract.rules[identity], exactly=True)
    assert found is not None, identity
    return found


def test_every_rule_has_a_breaker_or_a_reason(tmp_path: Path) -> None:
    contract = build(tmp_path, BODY)
    search = BreakerSearch(contract)
    over_records = [rule for rule in contract.rules.values() if rule.kind not in ("shape", "package")]
    reasons = {rule.id: why for rule in over_records if (why := search.missing(rule))}
    assert reasons == {"tags.T.length": "no valid example has a record of tags"}
    assert {one.rule.id for one in breakers(contract)} == {rule.id for rule in over_records} - set(reasons)


def test_a_breaker_hits_its_rule_on_the_records_that_it_names(tmp_path: Path) -> None:
    contract = build(tmp_path, BODY)
    for exactly in (True, False):
        for one in breakers(contract, exactly=exactly):
            assert set(one.rows) <= set(failing(contract, one.records)[one.rule.id]), one.rule.id


def test_what_is_sought_exactly_is_all_that_is_found(tmp_path: Path) -> None:
    contract = build(tmp_path, BODY)
    for one in breakers(contract, exactly=True):
        found = failing(contract, one.records)
        assert (one.expects, list(one.rows)) == (set(found), found[one.rule.id])


@pytest.mark.parametrize(
    ("identity", "expects"),
    [
        ("heads.KIND.one_of", {"heads.KIND.one_of"}),  # z has the form, and is not on the list
        ("heads.KIND.pattern", {"heads.KIND.pattern", "heads.KIND.one_of"}),  # whatever has not the form
        ("heads.H.length", {"heads.H.length"}),  # the lines get the same key, so that none is an orphan
        ("lines.parent", {"lines.parent"}),  # the head is left out; another key would tear the unit apart
        ("heads.RATE.required", {"heads.RATE.required"}),  # in the example that meets the condition
        ("heads.RATE.range", {"heads.RATE.range"}),
        ("heads.OPEN.type", {"heads.OPEN.type"}),
    ],
)
def test_of_all_changes_the_one_is_taken_that_breaks_least(tmp_path: Path, identity: str, expects: set[str]) -> None:
    contract = build(tmp_path, BODY)
    assert set(breaker_of(contract, identity).expects) == expects


def test_a_written_breaker_names_the_record_that_it_changes(tmp_path: Path) -> None:
    contract = build(tmp_path, BODY)
    rows = {one.rule.id: one.rows for one in breakers(contract) if not one.derived}
    assert rows == {"DM-010": (2,), "DM-020": (2,), "DM-030": (), "DM-040": (1,)}
    assert breaker_of(contract, "DM-030").rows == (1,)


def test_a_written_breaker_that_breaks_more_than_it_declares_keeps_what_it_declares(tmp_path: Path) -> None:
    body = BODY.replace("breaks: {_row: 2, N: 0}", "breaks: {_row: 2, N: 0, H: c}")
    breaker = breaker_of(build(tmp_path, body), "DM-010")
    assert (breaker.expects, breaker.rows) == ({"DM-010"}, (2,))
    assert any(fault.todo.startswith("write also: [DM-030") for fault in linted(tmp_path, body))


@pytest.mark.parametrize(
    ("old", "new", "identity", "reason"),
    [
        ("name: OPEN, type: flag", "name: OPEN, type: flag, list: words", "heads.OPEN.list", "list words is not bound"),
        ("RATE > 0 OR KIND = 'x', breaks: {_in: rated", "RATE > 0 OR KIND = 'x', breaks: {_in: nowhere", "DM-040", "the example that it breaks is not in force here"),
        ("required: \"KIND = 'y'\"", "required: \"RATE > 5\"", "heads.RATE.required", "it is asked only of records that fill the column"),
        ("required: \"KIND = 'y'\"", "required: \"KIND = 'z'\"", "heads.RATE.required", "no valid example meets its condition"),
        ('pattern: "[xyz]"', 'pattern: ".*"', "heads.KIND.pattern", "nothing that was tried breaks it"),
    ],
)  # fmt: skip
def test_a_rule_without_a_breaker_says_why(tmp_path: Path, old: str, new: str, identity: str, reason: str) -> None:
    assert old in BODY
    body = dedent(BODY).replace(old, new) + "lists: {words: {columns: [word], key: [word]}}\n"
    contract = build(tmp_path, body)
    assert BreakerSearch(contract).breaker(contract.rules[identity]) is None
    assert BreakerSearch(contract).missing(contract.rules[identity]) == reason


def test_rows_by_date_are_broken_by_a_gap_an_overlap_and_an_early_end() -> None:
    contract = load("hr.workers", ORACLE, sample=True)
    for identity in ("terms.gap", "terms.overlap", "terms.order"):
        assert breaker_of(contract, identity).expects == {identity}


def test_only_what_sees_a_change_is_looked_at_again(tmp_path: Path) -> None:
    contract = build(tmp_path, BODY)
    good = contract.examples["good"].records
    noted = {**good, "heads": [{**good["heads"][0], "NOTE": "n"}]}
    assert [rule.id for rule in concerned(contract, good, noted)] == ["heads.NOTE.length"]
    fewer = {**good, "lines": good["lines"][:1]}
    seen = {rule.id for rule in concerned(contract, good, fewer)}
    assert {"DM-010", "DM-030", "lines.parent"} <= seen
    assert not seen & {"DM-020", "DM-040"}


def test_a_breaker_in_a_profile_is_exact_over_the_overlays_own_rules(library: Path) -> None:
    write(library, head() + dedent(BODY))
    own = "DMX-010: {file: lines, title: Small, severity: minor, basis: site, check: N < 9, breaks: {N: 10}}"
    example = "good: {heads: [{H: q, KIND: x}], lines: [{H: q, N: 1}, {H: q, N: 2}]}"
    write(library / "district", OVERLAY_HEAD + f"rules:\n  {own}\nexamples:\n  {example}\n")
    contract = load(IDENTITY, profile(library / "district"))
    breaker = written_breaker(contract, contract.rules["DMX-010"])
    assert breaker is not None
    assert broken_by(contract, breaker) == {"DMX-010"}
    assert exact(contract, breaker, {"DMX-010", "DM-010"})
    assert (
        BreakerSearch(contract).missing(contract.rules["DM-040"]) == "the example that it breaks is not in force here"
    )


NEVER = {  # of the shipped contracts; each is a rule that no record can break, or that no valid example comes near
    "it is asked only of records that fill the column": {"worker.ActionCode.required"},
    "no valid example meets its condition": {
        "headers.TERMS_NAME.required",
        "assignment.ProbationUnit.required",
        "contact.StartDate.required",
        "worker.StartDate.required",  # of a hire, which is no change of an assignment
    },
    "a record of another mark is one of another file": {
        f"{file}.TRANSACTION_TYPE.{kind}" for file in ("labor", "nonlabor") for kind in ("required", "one_of")
    },
}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["oracle", "nc_district"])
def test_every_rule_of_the_shipped_contracts_has_a_breaker_or_a_known_reason(name: str) -> None:
    shipped = load_profile(name)
    for identity in written_ids(shipped):
        search = BreakerSearch(contract := load(identity, shipped, sample=name == "oracle"))
        if contract.status == "draft":  # it may still lack examples
            continue
        for rule in contract.rules.values():
            if rule.kind in ("shape", "package"):
                continue
            why = search.missing(rule)
            flag = rule.kind == "length" and why == "what is too long is no value of its type, which is told alone"
            assert not why or flag or rule.id in NEVER.get(why, ()), f"{identity} {rule.id}: {why}"
