"""What the examples and breakers inside a contract show about each of its rules. Everything is computed once."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from harness import (
    BreakerSearch,
    Contract,
    ContractError,
    broken_by,
    check,
    exact,
    failing,
    load,
    valid_examples,
)
from harness.plugin import profile_of, travelled

ORACLE = "oracle"
_READERS_RULES = ("shape", "package")
_STRONGEST = ("failed", "stale", "not_checked", "passed", "not_applied")


@dataclass(frozen=True)
class Seen:
    """What valid examples say of a rule: its strongest status, with place or reason."""

    status: str
    detail: str = ""


UNSEEN = Seen("not_applied")


@cache
def contract(profile: str, identity: str, release: str = "") -> Contract:
    """The effective contract; on the bare library with its sample lists."""
    return load(identity, profile_of(profile), release=release, sample=profile == ORACLE)


def rule_ids(profile: str, identity: str) -> list[str]:
    """Rules that records keep or break: written ones and facets of listed columns. Cases judge shape and package.

    A contract that does not load has one: ``loads``.
    """
    try:
        effective = contract(profile, identity)
    except ContractError:
        return ["loads"]
    return [
        rule.id
        for rule in effective.rules.values()
        if rule.kind not in _READERS_RULES
        and (not rule.column or effective.files[rule.file].columns[rule.column].listed)
    ]


@cache
def seen_in_valid(profile: str, identity: str) -> dict[str, Seen]:
    """Strongest status of every rule over all valid examples, in all releases they hold for."""
    found: dict[str, Seen] = {}
    for name, seen in _seen(profile, identity):
        if name not in found or _STRONGEST.index(seen.status) < _STRONGEST.index(found[name].status):
            found[name] = seen
    return found


def _seen(profile: str, identity: str) -> Iterator[tuple[str, Seen]]:
    for release, effective in _differing(profile, identity):
        for name, example in valid_examples(effective).items():
            if example.release in ("", release):
                yield from _statuses(profile, identity, release, name)


@cache
def _statuses(profile: str, identity: str, release: str, name: str) -> list[tuple[str, Seen]]:
    """What one valid example says of every rule after its whole way: written in the format, read, checked."""
    effective = contract(profile, identity, release)
    with tempfile.TemporaryDirectory() as folder:
        result = check(
            travelled(effective, effective.examples[name], Path(folder), profile_of(profile).path), effective
        )
    place = f"example {name}" + (f", release {release}" if release else "")
    return [
        (one.id, Seen(one.status, f"{place}: {one.findings} findings" if one.status == "failed" else one.reason))
        for one in result.rules
    ]


def _differing(profile: str, identity: str) -> Iterator[tuple[str, Contract]]:
    """The releases of a contract with its effective form there; one that changes no layout and no rule is left out."""
    known: list[tuple[object, object]] = []
    for release in reversed(contract(profile, identity).releases or ("",)):
        effective = contract(profile, identity, release)
        form = (effective.files, set(effective.rules))
        if form not in known:
            known.append(form)
            yield release, effective


def faults_of_faulty(profile: str, identity: str, rule: str) -> list[str] | None:
    """Return how the rule's breaker and the invalid examples that expect it miss; None where it has neither."""
    effective = contract(profile, identity)
    breaker = _search(profile, identity).breaker(effective.rules[rule])
    expecting = [one for one in _invalid(effective) if rule in (one.expects or ())]
    if breaker is None and not expecting:
        return None
    found = []
    for one in expecting:
        broken = _broken(profile, identity, one.name)
        if broken != frozenset(one.expects or ()):
            found.append(f"example {one.name}: expected {_listing(one.expects or ())}, found {_listing(broken)}")
    if breaker is not None:
        broken = frozenset(broken_by(effective, breaker))
        if not exact(effective, breaker, set(broken)):
            expected = _listing(breaker.expects)
            found.append(f"breaker on example {breaker.example}: expected {expected}, found {_listing(broken)}")
    return found


@cache
def _search(profile: str, identity: str) -> BreakerSearch:
    return BreakerSearch(contract(profile, identity))


def _invalid(effective: Contract) -> list[Any]:
    """Invalid examples to judge: in a profile those that are its own."""
    return [
        one
        for one in effective.examples.values()
        if one.expects and one.release in ("", effective.release) and (one.prefix or not effective.overlay)
    ]


@cache
def _broken(profile: str, identity: str, example: str) -> frozenset[str]:
    effective = contract(profile, identity)
    return frozenset(failing(effective, effective.examples[example].records))


def _listing(ids: Iterable[str]) -> str:
    return ", ".join(sorted(ids)) or "nothing"
