"""Breakers: for a rule over records a payload that breaks it, as the contract writes it or derived from an example.

Contract format, section 11. What is tried stands in ``attempts``; here it is held against the contract.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from contracts.attempts import Attempt, Examples, attempts
from contracts.concern import concerned, files_of, narrowed
from contracts.examples import Payload, Row, failing, patchable
from contracts.model import Contract, Rule
from contracts.rules import lists_of

PATIENCE = 8
"""Changes that are tried in vain for a breaker with fewer other findings before the one at hand is taken."""


@dataclass(frozen=True)
class Breaker:
    """A payload that breaks one rule: what it must find."""

    rule: Rule
    records: Payload
    expects: frozenset[str]  # the rule and what the contract declares under ``also``; what was seen where it was sought
    example: str  # the valid example it patches
    derived: bool = False
    rows: tuple[int, ...] = ()  # records of the rule's file, from 1, that the rule must find


def breakers(contract: Contract, *, exactly: bool = False) -> Iterator[Breaker]:
    """Yield the breaker of every written rule, then of every implied one that a change of a valid example can break.

    See ``BreakerSearch.breaker``.
    """
    search = BreakerSearch(contract)
    for written in (True, False):
        for rule in contract.rules.values():
            if rule.written == written and (breaker := search.breaker(rule, exactly=exactly)):
                yield breaker


class BreakerSearch:
    """Looks for breakers in the valid examples of a contract, which are read once for all its rules."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self._examples = Examples(contract)

    def breaker(self, rule: Rule, *, exactly: bool = False) -> Breaker | None:
        """Return a payload that breaks the rule, None if there is none or if a list that it needs is not bound.

        A derived one is sure to hit its rule, and may break others. ``exactly``, which takes many times as long: of the
        changes that break an implied rule the one is taken that breaks nothing else, or least; and ``expects`` and
        ``rows`` are all that is found - unless it is not what a written breaker declares.
        """
        if self._unbound(rule):
            return None
        if not rule.written:
            return self._least(rule) if exactly else next(self._broken(rule, of_all=False), None)
        breaker = written_breaker(self.contract, rule)
        return self._seen(breaker) if breaker and exactly else breaker

    def missing(self, rule: Rule) -> str:
        """Return why a rule over records has no breaker, "" if it has one."""
        if unbound := self._unbound(rule):
            return unbound
        if self.breaker(rule):
            return ""
        if rule.written:
            return "the example that it breaks is not in force here"
        if not any(records.get(rule.file) for records in self._examples.records.values()):
            return f"no valid example has a record of {rule.file}"
        if rule.kind == "required" and any(rule.column in one.columns for one in rule.conditions.values()):
            return "it is asked only of records that fill the column"
        if rule.kind == "length" and self.contract.files[rule.file].columns[rule.column].type.kind in _WORDS:
            return "what is too long is no value of its type, which is told alone"
        if rule.kind == "parent" and self.contract.channel == "rest":
            return "a nested record has a parent"
        if rule.column in self.contract.files[rule.file].marks:
            return "a record of another mark is one of another file"
        if next(attempts(self._examples, rule), None) is None:
            if rule.conditions:
                return "no valid example meets its condition"
            if rule.kind == "required" or not rule.column:
                return "no valid example fills its columns"
        return "nothing that was tried breaks it"

    def _unbound(self, rule: Rule) -> str:
        """Why the rule cannot be checked for want of a list, "" if it can."""
        return next((one.unbound for one in lists_of(rule, self.contract) if one.unbound), "")

    def _least(self, rule: Rule) -> Breaker | None:
        best: Breaker | None = None
        vain = 0
        for breaker in self._broken(rule, of_all=True):
            vain += 1
            if best is None or len(breaker.expects) < len(best.expects):
                best, vain = breaker, 0
            if vain == PATIENCE or self._as_good_as_any(best):
                break
        return best

    def _as_good_as_any(self, breaker: Breaker) -> bool:
        """True if it breaks nothing else; of a text that is too long nothing but what its own column may hold."""
        others = [self.contract.rules[name] for name in breaker.expects - {breaker.rule.id}]
        own = (breaker.rule.file, breaker.rule.column)
        return not others or (breaker.rule.kind == "length" and all((one.file, one.column) == own for one in others))

    def _broken(self, rule: Rule, *, of_all: bool) -> Iterator[Breaker]:
        """Yield a breaker for each change that hits the rule."""
        for attempt in attempts(self._examples, rule):
            found = self._found(attempt, rule, of_all=of_all)
            rows = found.get(rule.id, ())
            if attempt.record in rows:
                yield Breaker(rule, attempt.records, frozenset(found), attempt.example, True, tuple(rows))

    def _found(self, attempt: Attempt, rule: Rule, *, of_all: bool) -> dict[str, list[int]]:
        before = self._examples.records[attempt.example]
        rules = concerned(self.contract, before, attempt.records) if of_all else [rule]
        return _failing(self.contract, rules, attempt.records)

    def _seen(self, breaker: Breaker) -> Breaker:
        """The breaker with what it is seen to break, if that is what it declares."""
        found = failing(self.contract, breaker.records)
        rows = tuple(found.get(breaker.rule.id, ()))
        if not exact(self.contract, breaker, set(found)) or not set(breaker.rows) <= set(rows):
            return breaker
        return replace(breaker, expects=frozenset(found), rows=rows)


_WORDS = ("flag", "boolean")  # types of which every value is known


def written_breaker(contract: Contract, rule: Rule) -> Breaker | None:
    """The payload that ``breaks:`` describes, or None if the example it patches is not there."""
    patch: dict[str, Any] = dict(rule.breaks) if isinstance(rule.breaks, Mapping) else {}
    examples = patchable(contract)
    base = patch.pop("_in", None) or next((name for name, one in examples.items() if rule.file in one.records), None)
    if base not in examples or rule.file not in examples[base].records:
        return None
    number = int(patch.pop("_row", 1))
    rows = [dict(row) for row in examples[base].records[rule.file]]
    if not 1 <= number <= len(rows):
        return None
    if rule.breaks == "duplicate":
        rows.append(dict(rows[number - 1]))
        number = len(rows)
    elif rule.breaks == "remove":
        del rows[number - 1]
        number = 0
    else:
        rows[number - 1] |= patch
    records = {**examples[base].records, rule.file: rows}
    expects = frozenset({rule.id, *rule.also})
    return Breaker(rule, records, expects, base, rows=_foretold(contract, rule, rows, number))


def _foretold(contract: Contract, rule: Rule, rows: Sequence[Row], number: int) -> tuple[int, ...]:
    """The changed record; of equal keys all but the first. By which others a removed one is missed is not foretold.

    Nor is it of a key that takes more than the record's own values.
    """
    if not number or rule.kind != "unique":
        return (number,) if number else ()
    names = rule.spec["unique"]
    if not set(names) <= set(contract.files[rule.file].columns):
        return ()
    key = [rows[number - 1].get(name) for name in names]
    equal = [at for at, row in enumerate(rows, start=1) if [row.get(name) for name in names] == key]
    return tuple(equal[1:]) or (number,)


def broken_by(contract: Contract, breaker: Breaker) -> set[str]:
    """Return the rules that a breaker breaks, of those on which ``exact`` looks; what its example breaks stays out."""
    rule = breaker.rule
    if breaker.derived or (contract.overlay and not rule.prefix):
        return set(_failing(contract, [rule], breaker.records))
    rules = concerned(contract, contract.examples[breaker.example].records, breaker.records)
    return set(_failing(contract, [one for one in rules if one.prefix or not contract.overlay], breaker.records))


def exact(contract: Contract, breaker: Breaker, failed: set[str]) -> bool:
    """True if a breaker breaks what it says and nothing else.

    Exactness is over the overlay's own rules and facets in a profile, where a library breaker must yield at least its
    own id; a derived breaker need only hit its rule.
    """
    rule = breaker.rule
    if rule.id not in failed or breaker.derived or (contract.overlay and not rule.prefix):
        return rule.id in failed
    if not contract.overlay:
        return failed == breaker.expects
    own = {one for one in failed if contract.rules[one].prefix}
    return own == {one for one in breaker.expects if one not in contract.rules or contract.rules[one].prefix}


def _failing(contract: Contract, rules: list[Rule], records: Payload) -> dict[str, list[int]]:
    """What these rules find; files and columns at which none of them looks are left out."""
    needed = files_of(contract, rules)
    return failing(narrowed(contract, rules), {name: rows for name, rows in records.items() if name in needed})
