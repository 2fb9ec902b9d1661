"""Two versions of a contract compared: every change, with its row of the compatibility table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from contracts.changes import Change, listing, together
from contracts.file_changes import FileChanges, file_added_or_removed, file_changes
from contracts.grades import GRADES, grade
from contracts.list_changes import list_changes
from contracts.model import Contract, Rule
from contracts.rule_changes import rule_changes

Editions = Mapping[str, Contract]
"""A contract for each release that it is tested against, oldest first; one for "" where it has none."""

HEAD_ROWS: Mapping[str, str] = {
    "channel": "wire",
    "direction": "wire",
    "package_kind": "wire",
    "package_name": "wire",
    "amount": "recounted",
    "control_totals": "recounted",
    "oracle": "mapping",
    "title": "words",
    "summary": "words",
    "department": "words",
    "owner": "words",
    "prefix": "words",
    "needs": "words",
    "raid": "words",
    "disabled": "words",  # the reasons; what it switches off is a rule that is gone
    "regraded": "words",
    "equivalent": "words",
    "differs": "words",
}
"""Statements of a contract of which any change is graded alike."""
_STANDING = ("retired", "draft", "deprecated", "active")  # how much a contract counts in gates and rates


def compare(old: Editions, new: Editions) -> list[Change]:
    """Return what became of a contract: in each release that both versions have, then of the releases themselves.

    A version compared with itself gives nothing. A change that holds in all common releases names none of them.
    """
    common = [release for release in new if release in old]
    pairs = [(release, old[release], new[release]) for release in common]
    if not common:
        (*_, before), (*_, after) = old.values(), new.values()
        pairs = [("", before, after)]
    found = together([(release, list(_changed(before, after))) for release, before, after in pairs])
    return [*found, *_releases(old, new, common)]


def _releases(old: Editions, new: Editions, common: list[str]) -> Iterator[Change]:
    """A release that is added is as grave as what its layouts change for the contract; one that goes is not tested."""
    for release in [one for one in new if one not in old and common]:
        base = max((one for one in common if one <= release), default=common[0])
        inside = list(_changed(new[base], new[release]))
        direction = new[release].direction
        row = min((one.row for one in inside), key=lambda row: GRADES.index(grade(row, direction)), default="widened")
        told = listing((one.what for one in inside), 3) or f"its layouts are those of {base}"
        yield Change(f"releases.{release}.added", row, f"release {release} added: {told}")
    for release in [one for one in old if one not in new]:
        yield Change(f"releases.{release}.removed", "weakened", f"no longer tested against release {release}")


def _changed(old: Contract, new: Contract) -> Iterator[Change]:
    """What differs between two contracts of one release."""
    yield from _head(old, new)
    files: dict[str, FileChanges] = {}
    for identity in dict.fromkeys([*old.files, *new.files]):
        if identity in old.files and identity in new.files:
            files[identity] = file_changes(old, new, identity)
            yield from files[identity].changes
        else:
            yield file_added_or_removed(old, new, identity)
    before = {rule.id: rule for rule in (_renamed(rule, files) for rule in _left(old, files))}
    yield from rule_changes(before, replace(new, rules={rule.id: rule for rule in _left(new, files)}))
    yield from list_changes(old, new)
    yield from _examples(old, new)


def _left(contract: Contract, files: Mapping[str, FileChanges]) -> Iterator[Rule]:
    """The rules whose changes are not told by those of their file or column."""
    for rule in contract.rules.values():
        file = files.get(rule.file)
        if file is None:
            told = bool(rule.file)
        else:
            name = file.renamed.get(rule.column, rule.column)
            retyped = name in file.retyped and rule.kind in ("type", "length")
            told = rule.column in file.lost | file.unlisted or retyped
        if not told:
            yield rule


def _renamed(rule: Rule, files: Mapping[str, FileChanges]) -> Rule:
    """The rule of a column that has another name, under that name."""
    name = files[rule.file].renamed.get(rule.column) if rule.file in files else None
    if name is None:
        return rule
    identity = rule.id.replace(f"{rule.file}.{rule.column}.", f"{rule.file}.{name}.", 1)
    return replace(rule, id=identity, column=name)


# statements of the contract


def _head(old: Contract, new: Contract) -> Iterator[Change]:
    for name, row in HEAD_ROWS.items():
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield Change(f"{name}.changed", row, f"{name.replace('_', ' ')} {_differing(before, after)}")
    if old.files_exactly != new.files_exactly:
        row = "tightened" if new.files_exactly else "loosened"
        yield Change("files_exactly.changed", row, f"other members are {'refused' if new.files_exactly else 'taken'}")
    if old.overlay != new.overlay:
        row = "words" if new.overlay else "weakened"
        yield Change("overlay.changed", row, f"the profile {'has' if new.overlay else 'has no longer'} an overlay")
    if old.status != new.status:
        row = "weakened" if _STANDING.index(new.status) < _STANDING.index(old.status) else "strengthened"
        yield Change("status.changed", row, f"status {new.status}, was {old.status}")
    yield from _targets(old.targets, new.targets)
    if old.unconfirmed != new.unconfirmed:
        asked = [f"{what}: {question}" for what, question in new.unconfirmed if (what, question) not in old.unconfirmed]
        answered = len([one for one in old.unconfirmed if one not in new.unconfirmed])
        words = [f"open questions: {len(asked)} new, {answered} gone", *asked[:1]]
        yield Change("unconfirmed.changed", "words", "; ".join(words))


def _differing(old: Any, new: Any) -> str:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return f"differs in {listing(dict.fromkeys(key for key in {**old, **new} if old.get(key) != new.get(key)))}"
    if isinstance(new, str) and isinstance(old, str) and len(old + new) <= 120:
        return f"{new or 'nothing'}, was {old or 'nothing'}"
    return "changed"


def _targets(old: Mapping[str, float], new: Mapping[str, float]) -> Iterator[Change]:
    """A rate that may be lower, or more defects that may be open, or no limit any more: the gate is weakened."""
    for name in dict.fromkeys([*old, *new]):
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        lower = after is None or (before is not None and (after < before) == (name == "acceptance_rate"))
        row = "weakened" if lower else "strengthened"
        yield Change(f"targets.{name}.changed", row, f"target {name} {_number(after)}, was {_number(before)}")


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:g}"


def _examples(old: Contract, new: Contract) -> Iterator[Change]:
    """Examples promise nothing that the rules do not; they stay beside the words."""
    sides = {
        "new": [name for name in new.examples if name not in old.examples],
        "gone": [name for name in old.examples if name not in new.examples],
        "changed": [
            name
            for name, one in new.examples.items()
            if name in old.examples and replace(old.examples[name], place=one.place) != one
        ],
    }
    if any(sides.values()):
        told = "; ".join(f"{word}: {listing(names)}" for word, names in sides.items() if names)
        yield Change("examples.changed", "words", f"examples {told}")
