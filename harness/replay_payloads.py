"""Payloads that may tell two versions of a contract apart.

Examples, breakers, examples with a value at the edge of a rule, composed payloads: of both versions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from itertools import islice
from random import Random

from sqlglot import exp

from contracts import BreakerSearch, Contract, ContractError, Rule, iso_day, patchable
from harness.generate import Composer
from harness.generate.patterns import matching

Row = Mapping[str, str | None]
Records = Mapping[str, Sequence[Row]]

COMPOSED = 12
"""Composed payloads of each version."""
_EXAMPLES = 4  # whose values are brought to the edge of a rule
_RECORDS = 2  # of each of them
_PATCHES = 40  # of each of these
_LISTED = 10  # rows of a list that are tried
_MATCHING = 8  # texts of a pattern
_READERS = ("shape", "package")


@dataclass(frozen=True)
class Payload:
    """Records by file id as examples write them, and what they are called when they prove something."""

    name: str
    records: Records
    rule: str = ""  # the only changed rule that it is about; "" = it may tell anything


def payloads(old: Contract, new: Contract, rules: Collection[str]) -> Iterator[Payload]:
    """Yield payloads of both versions, the cheapest first. ``rules``: those that changed; none = any rule may have."""
    for contract in (old, new):
        yield from _examples(contract)
    for contract in (old, new):
        yield from _breakers(contract, rules)
    for name in rules:
        pair = [contract.rules[name] for contract in (old, new) if name in contract.rules]
        for contract in (old, new):
            if name in contract.rules:
                yield from _at_the_edge(contract, contract.rules[name], pair)
    for contract in (old, new):
        yield from _composed(contract)


def _examples(contract: Contract) -> Iterator[Payload]:
    """Valid and invalid ones, as far as they stand in the contract itself."""
    for name, one in contract.examples.items():
        if all(isinstance(rows, list) for rows in one.records.values()):
            yield Payload(f"example {name} of {contract.version}", one.records)


def _breakers(contract: Contract, rules: Collection[str]) -> Iterator[Payload]:
    """Breakers of what changed; where it is no rule, of every written one."""
    search = BreakerSearch(contract)
    for rule in contract.rules.values():
        wanted = rule.id in rules if rules else rule.written
        if wanted and rule.kind not in _READERS and (breaker := search.breaker(rule)):
            yield Payload(f"breaker of {rule.id} of {contract.version}", breaker.records, rule.id if rules else "")


def _composed(contract: Contract) -> Iterator[Payload]:
    try:
        composer = Composer(contract)
    except ContractError:  # no valid example to start from
        return
    for seed in range(COMPOSED):
        yield Payload(f"composed payload {seed} of {contract.version}", composer.compose(Random(seed)))  # noqa: S311


# values at the edge of a rule


def _at_the_edge(contract: Contract, rule: Rule, pair: Sequence[Rule]) -> Iterator[Payload]:
    """Valid examples with one value, or one row of a list, put where the rule's old and new text may part."""
    breaker = BreakerSearch(contract).breaker(rule) if rule.kind not in _READERS else None
    examples = {name: one.records for name, one in patchable(contract).items() if one.records.get(rule.file)}
    names = dict.fromkeys([*([breaker.example] if breaker else []), *examples])  # the one that it breaks applies to it
    for name in islice((name for name in names if name in examples), _EXAMPLES):
        before = examples[name][rule.file]
        hit = breaker.rows[0] - 1 if breaker and breaker.rows and name == breaker.example else 0
        for at in sorted(range(len(before)), key=lambda at: (at != hit, at))[:_RECORDS]:
            for patch in islice(_patches(contract, rule, pair, before[at]), _PATCHES):
                rows = [{**one, **patch} if place == at else one for place, one in enumerate(before)]
                called = _called(contract, rule.file, name, at, patch)
                yield Payload(called, {**examples[name], rule.file: rows}, rule.id)


def _called(contract: Contract, file: str, example: str, at: int, patch: Row) -> str:
    """The payload in words; values that may be personal are not shown."""
    columns = contract.files[file].columns
    told = [
        f"{name} = {'blank' if value is None else '***' if columns[name].masked else value}"
        for name, value in patch.items()
    ]
    return f"example {example} of {contract.version} with {file} record {at + 1}: {', '.join(told)}"


def _patches(contract: Contract, rule: Rule, pair: Sequence[Rule], row: Row) -> Iterator[Row]:
    columns = contract.files[rule.file].columns
    named = dict.fromkeys(name for one in pair for name in (*one.columns, one.column) if name in columns)
    literals = list(dict.fromkeys(text for one in pair for text in _literals(one)))
    given = [row.get(name) for name in named]
    for name in named:
        for value in dict.fromkeys([None, *_values(columns[name].type.sort, literals, given)]):
            if value != row.get(name):
                yield {name: value}
    for one in pair:
        if "pattern" in one.spec:
            yield from ({one.column: matching(one.spec["pattern"], Random(seed))} for seed in range(_MATCHING))  # noqa: S311
        yield from _listed(contract, one)


def _literals(rule: Rule) -> Iterator[str]:
    for condition in rule.conditions.values():
        yield from (str(literal.this) for literal in condition.tree.find_all(exp.Literal))
    yield from (str(value) for key in ("one_of", "range") for value in rule.spec.get(key, ()))


def _values(sort: str, literals: Sequence[str], given: Sequence[str | None]) -> Iterator[str]:
    """What stands beside the literals of a rule and the values of a record."""
    numbers = [number for text in literals if (number := _number(text)) is not None]
    if sort == "number":
        for number in (*numbers, Decimal(0)):
            yield from (str(number + step) for step in (0, -1, 1))
    elif sort in ("date", "timestamp"):
        days = [day for text in (*literals, *given) if (day := iso_day(text)) is not None]
        spans = [0, *(int(number) for number in numbers if abs(number) < 10_000)]
        for day in days:
            yield from (
                str(day + timedelta(sign * span + step)) for span in spans for sign in (1, -1) for step in (0, -1, 1)
            )
    else:
        yield from literals


def _listed(contract: Contract, rule: Rule) -> Iterator[Row]:
    """Rows of the list at which a rule looks, in the columns that it looks up; at, before and after their dates."""
    reference = contract.lists.get(rule.spec.get("list", ""))
    if reference is None or reference.rows is None:
        return
    own = rule.spec.get("columns", [rule.column] if rule.column else [])
    match = rule.spec.get("match", list(reference.key[:1]))
    window = rule.spec if rule.kind == "within" else rule.spec.get("as_of", {})
    needed = [*match, *(window[end] for end in ("from", "to") if end in window)]
    if len(match) != len(own) or not {*needed} <= {*reference.rows.columns}:
        return
    for values in reference.rows.head(_LISTED).iter_rows(named=True):
        looked_up = {name: values[listed] for name, listed in zip(own, match, strict=True)}
        yield looked_up
        for end in ("from", "to") if window else ():
            if (day := iso_day(values[window[end]])) is not None:
                yield from ({**looked_up, window["column"]: str(day + timedelta(step))} for step in (-1, 0, 1))


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
