"""Which rules see what differs between two payloads, and which files they look at: what has to be evaluated again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from contracts.examples import Payload, Row
from contracts.model import Contract, Rule


def concerned(contract: Contract, before: Payload, after: Payload) -> list[Rule]:
    """Return the rules over records whose findings may differ between two payloads.

    Rather too many than too few: where records come, go or belong together otherwise, all rules of their file and of
    those below it.
    """
    changed = {file: _changed(before.get(file, ()), after.get(file, ())) for file in contract.files}
    columns = {f"{file}.{name}" for file, names in changed.items() for name in names or ()}
    moved = {
        one
        for file, names in changed.items()
        if names is None or names & _ties(contract, file)
        for one in contract.files
        if file in (one, *contract.ancestors(one))
    }
    return [
        rule
        for rule in contract.rules.values()
        if rule.kind not in ("shape", "package")
        and (
            rule.kind == "python"
            or moved & {rule.file, rule.spec.get("in")}
            or columns & _names(rule)
            or (moved and _counts_lines(rule))
        )
    ]


def narrowed(contract: Contract, rules: Sequence[Rule]) -> Contract:
    """Return the contract with these rules alone, its files with the columns at which they look or that tie records."""
    named = {rule.id: rule for rule in rules}
    if any(rule.kind == "python" for rule in rules):
        return replace(contract, rules=named)
    words = {word for rule in rules for name in _words(rule) for word in (name, name.rpartition(".")[2])}
    files = {
        file.id: replace(file, columns={name: file.columns[name] for name in file.columns if name in kept})
        for file in contract.files.values()
        for kept in [words | _ties(contract, file.id)]
    }
    return replace(contract, rules=named, files=files)


def files_of(contract: Contract, rules: Iterable[Rule]) -> set[str]:
    """Return the files that rules need: their own and, where they look elsewhere, these with all ancestors."""
    needed: set[str] = set()
    for rule in rules:
        if rule.kind == "python" or _counts_lines(rule):
            return set(contract.files)
        ends = {rule.file, rule.spec.get("in", rule.file)}
        needed |= ends
        if not rule.column or rule.kind == "parent" or any(_above(contract, rule.file, name) for name in _words(rule)):
            needed |= {above for end in ends for above in contract.ancestors(end)}
    return needed


def _changed(before: Sequence[Row], after: Sequence[Row]) -> set[str] | None:
    """Columns whose values differ, None where there are not as many records."""
    if len(before) != len(after):
        return None
    pairs = zip(before, after, strict=True)
    return {name for old, new in pairs for name in {**old, **new} if old.get(name) != new.get(name)}


def _ties(contract: Contract, file: str) -> set[str]:
    """Columns that say which records belong together: to a unit, a parent, a history."""
    own = contract.files[file]
    names = {name for key in own.accept_unit for name in key}
    if history := own.history:
        names |= {name for key in history.key for name in key} | {history.start, history.end, history.sequence}
    for one in contract.files:
        for ancestor, alternatives in contract.ways(one):
            if file in (one, ancestor):
                names |= {name for by in alternatives for name in (by if one == file else by.values())}
    return names


def _counts_lines(rule: Rule) -> bool:
    """True if the records of other files that stand before one may change what the rule says of it."""
    return any(word.rpartition(".")[2] == "_line" for word in _words(rule))


def _names(rule: Rule) -> set[str]:
    """Every word of a rule that may be a column, with the file it may be of."""
    words = set(_words(rule))
    files = {rule.file, rule.spec.get("in", rule.file)}
    return words | {f"{file}.{word}" for file in files for word in words}


def _words(rule: Rule) -> Iterator[str]:
    yield rule.column
    yield from rule.columns
    yield from _texts(rule.spec)
    for condition in rule.conditions.values():
        yield from condition.columns


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)


def _above(contract: Contract, file: str, name: str) -> bool:
    """True for a column of an ancestor."""
    return "." in name and name not in contract.files[file].columns and name.partition(".")[0] in contract.files
