"""The payloads that a contract brings along - examples and breakers - evaluated once, to try its mutants on."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import polars as pl

from contracts import (
    Breaker,
    Contract,
    Example,
    Records,
    ReferenceList,
    Rule,
    breakers,
    evaluate,
    frames,
    valid_examples,
)

Rows = Mapping[str, Sequence[Mapping[str, str | None]]]
Found = Mapping[str, tuple[int, ...]]
"""Rule id -> failing records of the rule's file, from 0; only rules that fail."""


@dataclass(frozen=True)
class Trial:
    """One payload and how the contract's tests judge it.

    ``kind``: a ``valid`` example must find nothing, an ``invalid`` one the same rules as before, a ``breaker`` the
    same rules, and of its own rule the same records. A derived breaker is asked about its own rule only.
    """

    contract: Contract
    name: str
    kind: str  # valid | invalid | breaker
    rows: Rows
    rule: str = ""  # the breaker's
    alone: bool = False  # of a breaker only its own rule counts

    @cached_property
    def records(self) -> Records:
        """Its records, typed and linked."""
        return Records(self.contract, self.frames())

    @cached_property
    def found(self) -> Found:
        """What the contract finds; of a payload that counts for one rule only, what that rule finds."""
        rules = {self.rule: self.contract.rules[self.rule]} if self.alone else self.contract.rules
        return findings(replace(self.contract, rules=rules), self.records)

    def frames(self) -> dict[str, pl.DataFrame]:
        """Its records as text, as a reader gives them."""
        return frames(self.contract, self.rows)

    def concerns(self, rule: str) -> bool:
        """True if the tests would look at what this rule finds here."""
        return not self.alone or self.rule == rule

    def notices(self, rule: str, after: tuple[int, ...]) -> bool:
        """True if the tests fail when the rule finds ``after`` instead."""
        before = self.found.get(rule, ())
        exactly = self.kind == "valid" or self.rule == rule
        return after != before if exactly else bool(after) != bool(before)


def trials(contract: Contract) -> list[Trial]:
    """Return the valid examples, the written breakers, the invalid examples, then the derived breakers.

    In a profile with an overlay these are the overlay's own examples; a library breaker there, like a derived one,
    need only hit its own rule. Examples of another release, or with records in files of their own, stay out.
    """
    written: list[Trial] = []
    derived: list[Trial] = []
    for one in breakers(contract):
        (derived if one.derived else written).append(_of_breaker(contract, one))
    valid = [
        Trial(contract, name, "valid", one.records)
        for name, one in valid_examples(contract).items()
        if _stands_here(contract, one)
    ]
    return [*valid, *written, *_invalid(contract), *derived]


def _stands_here(contract: Contract, example: Example) -> bool:
    inline = all(isinstance(rows, list) for rows in example.records.values())
    return inline and example.release in ("", contract.release)


def _of_breaker(contract: Contract, breaker: Breaker) -> Trial:
    rule = breaker.rule
    alone = breaker.derived or (contract.overlay and not rule.prefix)
    return Trial(contract, f"breaker of {rule.id}", "breaker", breaker.records, rule.id, alone)


def _invalid(contract: Contract) -> Iterator[Trial]:
    for name, example in contract.examples.items():
        own = example.prefix or not contract.overlay
        if example.expects is not None and own and _stands_here(contract, example):
            yield Trial(contract, name, "invalid", example.records)


def findings(contract: Contract, records: Records) -> dict[str, tuple[int, ...]]:
    """Return what the rules of a contract find in records, by rule id; only those that find something."""
    return {
        outcome.rule.id: tuple(outcome.rows.to_list())
        for file in records.ready
        for outcome in evaluate(contract, file, records)
        if outcome.rows.len()
    }


def findings_of(trial: Trial, rules: Mapping[str, Rule], lists: Mapping[str, ReferenceList]) -> Found:
    """Return what other rules than the contract's find in a trial, by the ids they are given here; with more lists."""
    named = {name: replace(rule, id=name) for name, rule in rules.items()}
    known = {**trial.contract.lists, **lists}
    records = copy.copy(trial.records)  # typed once; only the lists that rules look up are others
    records.contract = replace(trial.contract, lists=known)
    return findings(replace(trial.contract, rules=named, lists=known), records)
