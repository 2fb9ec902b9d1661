"""Mutants of a contract's own rules: each is the contract with one small mistake in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from contracts import Contract, ReferenceList, Rule, Type
from harness.mutation.condition_mutants import slips
from harness.mutation.positions import Swap, swaps
from harness.mutation.trials import Trial
from harness.mutation.used_values import without_one_in_use

Spec = Mapping[str, Any]
_READERS_RULES = ("shape", "package")
_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Mutant:
    """A contract with one mistake. Its id is stable as long as the rule's text is: `GL-030 flip <> to = #1`."""

    id: str
    operator: str
    missing: str  # the example that would tell it from the contract, in words
    rule: str = ""  # id of the rule that is changed; "" where two columns are swapped
    after: Rule | None = None  # None: the rule is removed
    lists: Mapping[str, ReferenceList] = field(default_factory=dict)  # that the changed rule reads, by the name it uses
    swap: Swap | None = None


def own_rules(contract: Contract) -> list[Rule]:
    """Rules that are tested here: written ones and facets of listed columns; in an overlay its own only."""
    return [
        rule
        for rule in contract.rules.values()
        if rule.kind not in _READERS_RULES
        and (rule.prefix or not contract.overlay)
        and (not rule.column or contract.files[rule.file].columns[rule.column].listed)
    ]


def mutants(contract: Contract, trials: Sequence[Trial]) -> Iterator[Mutant]:
    """Yield every mutant of a contract. ``trials`` tell which list values are in use: only those are dropped."""
    for rule in own_rules(contract):
        yield Mutant(f"{rule.id} remove", "remove a rule", f"an invalid example or a breaker of {rule.id}", rule.id)
        yield from _of_conditions(rule)
        yield from _of_keys(contract, rule)
        yield from _of_references(rule)
        for part in _parts(rule):
            yield from _of_facet(rule, part)
        for part in _parts(rule):
            yield from _of_list(contract, rule, part, trials)
    for swap in swaps(contract):
        missing = f"a valid record that fills {swap.column} or {swap.neighbour} with what cannot stand in the other one"
        yield Mutant(f"{swap.file} swap {swap.column} with {swap.neighbour}", "shift a position", missing, swap=swap)


def _of_list(contract: Contract, rule: Rule, part: Part, trials: Sequence[Trial]) -> Iterator[Mutant]:
    """The rule reads its list from a copy that lacks one value in use."""
    where, spec, rebuilt = part
    if (shorter := without_one_in_use(contract, rule, spec, trials)) is None:
        return
    words = f"drop a value of list {spec['list']}{where}"
    name = f"{rule.id} {words}"
    missing = f"a record that {rule.id} looks up and finds on list {spec['list']}"
    yield Mutant(name, "drop a list value", missing, rule.id, rebuilt({**spec, "list": name}), {name: shorter})


def _mutant(rule: Rule, operator: str, words: str, missing: str, after: Rule) -> Mutant:
    return Mutant(f"{rule.id} {words}", operator, missing, rule.id, after)


# conditions


def _of_conditions(rule: Rule) -> Iterator[Mutant]:
    seen: Counter[str] = Counter()
    for key, condition in rule.conditions.items():
        for slip in slips(condition):
            seen[slip.words] += 1
            after = replace(rule, conditions={**rule.conditions, key: slip.condition})
            missing = f"a record on which `{slip.before}` and `{slip.after}` differ in `{key}`, and so in the verdict"
            yield _mutant(rule, slip.operator, f"{slip.words} #{seen[slip.words]}", missing, after)
        if key.startswith(("when", "where")):
            rest = {name: one for name, one in rule.conditions.items() if name != key}
            missing = f"a record to which `{key}` ({condition.text}) does not apply and that the rule would else report"
            yield _mutant(rule, "drop when", f"drop {key}", missing, replace(rule, conditions=rest))


# keys of written rules


def _of_keys(contract: Contract, rule: Rule) -> Iterator[Mutant]:
    for key, least, paired in _KEYS.get(rule.kind, ()):
        columns = rule.spec.get(key, ())
        if columns == "accept_unit":
            columns = _unit(contract, rule)
        for at, column in enumerate(columns if len(columns) > least else ()):
            spec = {**rule.spec, key: _drop(columns, at)}
            if paired:
                spec["match"] = _drop(rule.spec["match"], at)
            if column in spec.get("completed", {}).get("columns", ()):
                del spec["completed"]  # the other column has nothing left to be completed from
            yield _mutant(
                rule, "drop a key", f"drop key {column}", _KEY_WORDS[rule.kind].format(column), replace(rule, spec=spec)
            )
    if rule.kind == "disjoint":
        columns = rule.spec["by"]
        for at, column in enumerate(columns if len(columns) > 1 else ()):
            after = replace(rule, spec={"by": _drop(columns, at)})
            yield _mutant(rule, "drop a key", f"drop key {column}", _KEY_WORDS["disjoint"].format(column), after)


_KEYS: Mapping[str, Sequence[tuple[str, int, bool]]] = {
    "group": (("group_by", 0, False),),
    "unique": (("unique", 1, False),),
    "exists": (("columns", 1, True),),
    "in_list": (("columns", 1, True),),
    "within": (("columns", 0, True),),
    "totals": (("by", 0, False),),
}
"""Where the keys of a kind stand, how many must stay, and whether ``match`` names their counterparts."""

_KEY_WORDS: Mapping[str, str] = {
    "group": "records that differ in {} and whose groups only together, or only apart, pass the check",
    "unique": "two valid records that are equal in all keys but {}",
    "exists": "a record whose {} alone does not occur in the other file",
    "in_list": "a record whose {} alone keeps it off the list (or, with `absent`, off a row that is on it)",
    "within": "a date inside a window of another {}",
    "totals": "two records that differ in {} and have totals of their own",
    "disjoint": "two valid records at one time that are equal in all of `by` but {}",
}


def _unit(contract: Contract, rule: Rule) -> Sequence[str]:
    """Columns of the accept unit where they stand in the rule's own file, in one alternative."""
    unit = contract.files[rule.file].accept_unit
    return unit[0] if contract.files[rule.file].parent is None and len(unit) == 1 else ()


def _drop(values: Sequence[str], at: int) -> list[str]:
    return [one for place, one in enumerate(values) if place != at]


# references and totals


def _of_references(rule: Rule) -> Iterator[Mutant]:
    spec = rule.spec
    if rule.kind == "in_list" and "as_of" in spec:
        after = replace(rule, spec={key: value for key, value in spec.items() if key != "as_of"})
        missing = f"a record that is on list {spec['list']}, but outside of its dates"
        yield _mutant(rule, "drop as_of", "drop as_of", missing, after)
    if rule.kind == "unique" and "completed" in spec:
        missing = f"two records that name one row of list {spec['completed']['list']} in different ways"
        yield _mutant(rule, "drop completed", "drop completed", missing, replace(rule, spec={"unique": spec["unique"]}))
    if rule.kind == "in_list" and spec.get("listed"):
        after = replace(rule, spec={**spec, "listed": False})
        yield _mutant(rule, "drop listed", "drop listed", f"a record that is not on list {spec['list']}", after)
    if rule.kind == "in_list":
        after = replace(rule, spec={**spec, "absent": not spec.get("absent", False)})
        yield _mutant(rule, "flip absent", "flip absent", f"a record that is on list {spec['list']}", after)
    if rule.kind == "exists" and "or_list" in spec:
        after = replace(rule, spec={key: value for key, value in spec.items() if key != "or_list"})
        yield _mutant(rule, "drop or_list", "drop or_list", f"a record found on list {spec['or_list']} only", after)
    if rule.kind == "totals":
        tolerance = Decimal(str(spec.get("tolerance", 0)))
        other = Decimal(0) if tolerance else _CENT
        missing = f"a total that is off by {max(tolerance, other)}"
        after = replace(rule, spec={**spec, "tolerance": other})
        yield _mutant(rule, "change the tolerance", f"tolerance {tolerance} to {other}", missing, after)


# facets

Part = tuple[str, Spec, Callable[[Spec], Rule]]


def _parts(rule: Rule) -> list[Part]:
    """The statements of a facet: one, or one per context of a flexfield; with the rule that another one would make."""
    contexts = rule.spec.get("contexts")
    if contexts is None:
        return [("", rule.spec, lambda spec: replace(rule, spec=spec))]

    def changed(at: int) -> Callable[[Spec], Rule]:
        def rebuilt(spec: Spec) -> Rule:
            parts = (*contexts[:at], (contexts[at][0], spec), *contexts[at + 1 :])
            return replace(rule, spec={**rule.spec, "contexts": parts})

        return rebuilt

    return [(f" of {context or 'every context'}", spec, changed(at)) for at, (context, spec) in enumerate(contexts)]


def _of_facet(rule: Rule, part: Part) -> Iterator[Mutant]:
    where, spec, rebuilt = part
    match rule.kind:
        case "length":
            size = int(spec["size"])
            missing = f"a valid record with {rule.column} of exactly {size} characters"
            after = rebuilt({**spec, "size": size - 1})
            yield _mutant(rule, "shorten a length", f"shorten {size} to {size - 1}{where}", missing, after)
        case "type":
            yield from _shorter_types(rule, part)
        case "one_of":
            for at, value in enumerate(spec["one_of"]):
                after = rebuilt({**spec, "one_of": _drop(spec["one_of"], at)})
                missing = f"a valid record with {rule.column} {value}"
                yield _mutant(rule, "drop a list value", f"drop {value}{where}", missing, after)
        case "range":
            yield from _narrower_ranges(rule, part)
        case "pattern":
            missing = f"an invalid record whose {rule.column} begins as the pattern asks and goes on"
            after = rebuilt({**spec, "pattern": f"(?:{spec['pattern']}).*"})
            yield _mutant(rule, "loosen a pattern", f"let anything follow{where}", missing, after)


def _shorter_types(rule: Rule, part: Part) -> Iterator[Mutant]:
    """One digit less before the point, and one less behind it; beyond 28 digits no value can be held."""
    where, spec, rebuilt = part
    kind: Type = spec["type"]
    if kind.sort != "number" or not kind.size:
        return
    shorter = [replace(kind, size=kind.size - 1)] if kind.size - (kind.scale or 0) <= 28 else []
    if kind.scale:
        shorter.append(replace(kind, size=kind.size - 1, scale=kind.scale - 1))
    for one in shorter:
        digits = f"as many digits before the point as {kind} allows"
        if one.scale != kind.scale:
            digits = f"{kind.scale} digits behind the point"
        missing = f"a valid record with {rule.column} of {digits}"
        yield _mutant(
            rule, "shorten a length", f"shorten {kind} to {one}{where}", missing, rebuilt({**spec, "type": one})
        )


def _narrower_ranges(rule: Rule, part: Part) -> Iterator[Mutant]:
    where, spec, rebuilt = part
    low, high = (str(end) for end in spec["range"])
    for words, ends in (
        (f"from {low} to {_next(low, 1)}", [_next(low, 1), high]),
        (f"to {high} to {_next(high, -1)}", [low, _next(high, -1)]),
    ):
        end = low if words.startswith("from") else high
        missing = f"a valid record with {rule.column} {end}"
        yield _mutant(rule, "narrow a range", f"range {words}{where}", missing, rebuilt({**spec, "range": ends}))


def _next(end: str, step: int) -> str:
    """The end of a range moved by the smallest step of its kind: a unit of its last digit, or a day."""
    if end.count("-") == 2:
        return (date.fromisoformat(end[:10]) + timedelta(days=step)).isoformat() + end[10:]
    places = len(end.partition(".")[2])
    return str(Decimal(end) + Decimal(step).scaleb(-places))
