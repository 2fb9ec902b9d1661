"""Changes of valid examples that ought to break a rule which a contract does not write down but implies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import islice
from typing import Any

from contracts.conditions import Condition
from contracts.examples import Payload, Row, frames, iso_day, patchable
from contracts.model import ABOVE, Contract, History, Rule
from contracts.records import Records
from contracts.wrong_values import strangers, wrong_values


@dataclass(frozen=True)
class Attempt:
    """A changed example. ``record``: what the rule has to find in its file, from 1."""

    example: str
    records: Payload
    record: int


class Examples:
    """The valid examples of a contract, those with all its files first; typed when a condition asks for it."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self._typed: dict[str, Records] = {}

    @cached_property
    def records(self) -> Mapping[str, Payload]:
        """Records by name of the example: those of the contract's release that do not stand in files of their own."""
        found = {
            name: one.records
            for name, one in patchable(self.contract).items()
            if one.release in ("", self.contract.release)
        }
        return dict(sorted(found.items(), key=lambda item: self._lacks(item[1])))

    def holds(self, example: str, file: str, condition: Condition) -> list[bool]:
        """For each record of a file whether a condition is true there."""
        if example not in self._typed:
            self._typed[example] = Records(self.contract, frames(self.contract, self.records[example]))
        ready = self._typed[example].ready[file]
        return ready.series(condition.expr(ready.value).fill_null(False)).to_list()

    def _lacks(self, records: Payload) -> int:
        """How many files a payload lacks that its format asks for; a .dat may lack any."""
        if self.contract.channel == "hdl":
            return 0
        return sum(not records.get(file.id) for file in self.contract.files.values() if not file.optional)


def attempts(examples: Examples, rule: Rule) -> Iterator[Attempt]:
    """Yield changed examples that may break an implied rule, those that are likely to break nothing else first."""
    match rule.kind:
        case "parent" if examples.contract.channel == "rest":
            return  # what is nested has a parent
        case "parent":
            found = _orphans(examples, rule)
        case "gap" | "overlap" | "order":
            found = _out_of_time(examples, rule)
        case _ if rule.column:
            found = _wrong(examples, rule)
        case _:
            return
    for attempt in found:
        if not _can_be_written(examples.contract, attempt, rule.file):
            continue
        yield attempt
        if examples.contract.channel == "hdl" and len(attempt.records) > 1:  # a .dat may hold one component alone
            yield replace(attempt, records={rule.file: attempt.records[rule.file]})


def _can_be_written(contract: Contract, attempt: Attempt, file: str) -> bool:
    """False where what is written would be read as other records.

    So it is with a value that its place cannot hold: it would move every column behind it; and with another mark of the
    record's type, which makes it another file's record.
    """
    spec = contract.files[file]
    rows = attempt.records.get(file, ())
    return all(row.get(name) == mark for row in rows for name, mark in spec.marks.items()) and all(
        spec.holds(name, text) for row in rows for name, text in row.items() if text and name in spec.columns
    )


def _changed(examples: Examples, rule: Rule, example: str, at: int, changes: Row) -> Attempt:
    """One record of the example with some values changed."""
    records = examples.records[example]
    rows = [{**row, **changes} if place == at else row for place, row in enumerate(records[rule.file])]
    return Attempt(example, {**records, rule.file: rows}, at + 1)


# facets of a column


@dataclass(frozen=True)
class _Spot:
    """A record in which a facet is judged, and what has to change there besides the column's value."""

    example: str
    at: int
    given: str | None
    spec: Mapping[str, Any]
    besides: Row


def _wrong(examples: Examples, rule: Rule) -> Iterator[Attempt]:
    """All wrong values in the first record, the likeliest two in the others; of a key in all that share it, too."""
    keyed = rule.column in _keys(examples.contract, rule.file)
    for number, spot in enumerate(_spots(examples, rule)):
        values = wrong_values(rule, spot.spec, examples.contract, spot.given)
        for value in values if not number else values[:2]:
            yield _changed(examples, rule, spot.example, spot.at, {**spot.besides, rule.column: value})
            if keyed and spot.given:
                yield from _throughout(examples, rule, spot, value)


def _spots(examples: Examples, rule: Rule) -> list[_Spot]:
    """Records that fill the column, then those that do not; a column that is to be required must be filled."""
    found = [
        spot
        for context, spec in rule.contexts
        for name in examples.records
        for spot in _spots_of(examples, rule, context, spec, name)
        if spot.given is not None or rule.kind != "required" or spot.besides
    ]
    return sorted(found, key=lambda spot: (spot.given is None, bool(spot.besides)))


def _spots_of(examples: Examples, rule: Rule, context: str, spec: Mapping[str, Any], example: str) -> Iterator[_Spot]:
    when = rule.conditions.get(f"when {context}" if "contexts" in rule.spec else "when")
    rows = examples.records[example].get(rule.file, ())
    judged = examples.holds(example, rule.file, when) if when and rows else [True] * len(rows)
    for at, row in enumerate(rows):
        if judged[at]:
            yield _Spot(example, at, row.get(rule.column), spec, _in_context(rule, context, row))


def _in_context(rule: Rule, context: str, row: Row) -> Row:
    """What brings a record into the context in which a slot is judged; a slot without meaning there must be blank."""
    column = rule.spec.get("context", "")
    if "meant" in rule.spec:
        return {column: None} if row.get(column) in rule.spec["meant"] else {}
    return {column: context} if context and row.get(column) != context else {}


def _keys(contract: Contract, file: str) -> frozenset[str]:
    """Columns of a file by which records belong together."""
    own = contract.files[file]
    stated = [*own.accept_unit, *own.business_key, *(own.history.key if own.history else ())]
    for one in contract.files.values():
        if one.parent and file in (one.id, one.parent.file):
            stated += [tuple(by if one.id == file else by.values()) for by in one.parent.by]
    for rule in contract.rules.values():
        if rule.written and file in (rule.file, rule.spec.get("in")):
            named = (rule.spec.get(key) for key in ("unique", "group_by", "columns", "match", "by"))
            stated += [tuple(names) for names in named if isinstance(names, list)]
    return frozenset(name for names in stated for name in names)


def _throughout(examples: Examples, rule: Rule, spot: _Spot, value: str | None) -> Iterator[Attempt]:
    """The value in place of the given one in all records of the file, then in all files that the key ties to it."""
    records = examples.records[spot.example]
    here = {(rule.file, rule.column)}
    for places in (here, _tied(examples.contract, here)):
        changed = {
            file: [
                {name: value if old == spot.given and (file, name) in places else old for name, old in row.items()}
                for row in rows
            ]
            for file, rows in records.items()
        }
        yield Attempt(spot.example, changed, spot.at + 1)


def _tied(contract: Contract, places: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Columns of all files that hold the same key, as children name their parents."""
    pairs = [
        {(file.id, own), (file.parent.file, theirs)}
        for file in contract.files.values()
        if file.parent
        for by in file.parent.by
        for own, theirs in by.items()
    ]
    tied = set(places)
    while more := {place for pair in pairs if pair & tied for place in pair} - tied:
        tied |= more
    return tied


# records that belong together


def _orphans(examples: Examples, rule: Rule) -> Iterator[Attempt]:
    """A child that names no parent: another key, or the parent left out."""
    file = examples.contract.files[rule.file]
    assert file.parent is not None
    for example, records in examples.records.items():
        for at, row in enumerate(records.get(rule.file, ())):
            by = next((by for by in file.parent.by if all(row.get(name) for name in by)), None)
            if by is None:
                continue
            *_, key = by
            others = [None] if key == ABOVE else islice(strangers(file.columns[key], row[key]), 2)  # as it is read
            for value in others:
                yield _changed(examples, rule, example, at, {key: value})
            left = [
                one
                for one in records.get(file.parent.file, ())
                if any(one.get(theirs) != row[own] for own, theirs in by.items())
            ]
            yield Attempt(example, {**records, file.parent.file: left}, at + 1)


def _out_of_time(examples: Examples, rule: Rule) -> Iterator[Attempt]:
    """Two dated rows of one record with a gap or an overlap between them, or one that ends before it begins."""
    history = examples.contract.files[rule.file].history
    assert history is not None
    for example, records in examples.records.items():
        for at, row in enumerate(records.get(rule.file, ())):
            begins = iso_day(row.get(history.start))
            if begins is None or row.get("_action") == "DELETE":
                continue
            if rule.kind == "order":
                yield _changed(examples, rule, example, at, {history.end: str(begins - timedelta(days=1))})
            else:
                yield _beside_the_next(examples, rule, history, example, at, begins)


def _beside_the_next(examples: Examples, rule: Rule, history: History, example: str, at: int, begins: date) -> Attempt:
    """The record ends the day before its successor may begin, or on the day it begins; without one it gets a copy."""
    rows = list(examples.records[example][rule.file])
    follows = [number for number, row in enumerate(rows) if _later(row, rows[at], history, begins)]
    number = min(follows, key=lambda number: str(rows[number][history.start]), default=len(rows))
    if number == len(rows):
        rows.append({**rows[at], history.start: str(begins + timedelta(days=60)), history.end: None})
    starts = iso_day(rows[number][history.start])
    assert starts is not None
    ends = starts - timedelta(days=2) if rule.kind == "gap" else starts
    rows[at] = {**rows[at], history.end: str(ends)}
    return Attempt(example, {**examples.records[example], rule.file: rows}, number + 1)


def _later(row: Row, first: Row, history: History, begins: date) -> bool:
    """True for a later row of the same record, at least three days on."""
    key = next((key for key in history.key if all(first.get(name) for name in key)), ())
    starts = iso_day(row.get(history.start))
    same = all(row.get(name) == first[name] for name in key)
    return bool(key) and same and starts is not None and starts > begins + timedelta(days=2)
