"""A contract's rules over a handful of records, in plain Python: which records of a draft break what.

Facets of single columns are not here: values come from their domains, which keep them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from contracts import Contract, Rule, unbound_lists
from harness.generate.drafts import Draft, Key, Record
from harness.generate.evaluation import Value, evaluator, spelled
from harness.generate.histories import Span, spans
from harness.generate.tables import Table
from harness.generate.values import longer, typed

Records = list[Record]


@dataclass(frozen=True)
class Law:
    """One rule as a function of a draft. Each breach is the records that break it together, the failing one first."""

    rule: Rule
    breaches: Callable[[Draft], list[Records]]


def laws(contract: Contract) -> list[Law]:
    """Return the laws of a contract: every rule that is more than a facet of one column and can be checked here."""
    found = []
    for rule in contract.rules.values():
        if (maker := _MAKERS.get(rule.kind)) and not unbound_lists(rule, contract):
            found += [maker(rule, contract)]
        elif rule.column and ("contexts" in rule.spec or "meant" in rule.spec):
            found.append(_alone(rule, _slot(rule, contract)))
        elif rule.kind == "required" and rule.conditions:
            found.append(_alone(rule, _due(rule)))
    return found


def when(rule: Rule) -> Callable[[Record], bool]:
    """Return the test whether a rule applies to a record; unknown does not."""
    if "when" not in rule.conditions:
        return lambda _: True
    applies = evaluator(rule.conditions["when"].tree)
    return lambda record: applies(record) is True


def _alone(rule: Rule, breaks: Callable[[Record], bool]) -> Law:
    return Law(rule, lambda draft: [[record] for record in draft.records[rule.file] if breaks(record)])


def _row(rule: Rule, contract: Contract) -> Law:
    applies, check = when(rule), evaluator(rule.conditions["check"].tree)
    return _alone(rule, lambda record: check(record) is False and applies(record))


def _due(rule: Rule) -> Callable[[Record], bool]:
    applies = when(rule)
    return lambda record: record.values.get(rule.column) is None and applies(record)


def _slot(rule: Rule, contract: Contract) -> Callable[[Record], bool]:
    """A flexfield slot: filled where its context gives it no meaning, or against the facet of its context."""
    if "meant" in rule.spec:
        context, meant = rule.spec["context"], rule.spec["meant"]
        return lambda record: record.text(rule.column) is not None and record.get(context) not in meant
    facets = [(value, spec, _facet(rule, spec, contract)) for value, spec in rule.spec["contexts"]]
    conditions = {
        value: evaluator(one.tree) for name, one in rule.conditions.items() for value in [name.removeprefix("when ")]
    }

    def breaks(record: Record) -> bool:
        here = record.get(rule.spec["context"]) if "context" in rule.spec else None
        for value, _, facet in facets:
            due = conditions[value](record) is True if value in conditions else True
            if (not value or value == here) and due and facet(record.text(rule.column), record.get(rule.column)):
                return True
        return False

    return breaks


def _facet(rule: Rule, spec: Any, contract: Contract) -> Callable[[str | None, Value], bool]:
    import re

    match rule.kind:
        case "required":
            return lambda text, _: text is None
        case "length":
            most = int(spec["buffer"]) if spec.get("in_bytes") else None
            return lambda text, _: text is not None and (len(text) > int(spec["size"]) or longer(text, most))
        case "one_of":
            return lambda text, _: text is not None and text not in spec["one_of"]
        case "pattern":
            return lambda text, _: text is not None and not re.fullmatch(spec["pattern"], text, re.DOTALL)
        case "list":
            reference = contract.lists[spec["list"]]
            known = set(reference.rows[reference.key[0]]) if reference.rows is not None else None
            return lambda text, _: text is not None and known is not None and text not in known
        case "range":
            low, high = (
                typed(contract.files[rule.file].columns[rule.column].type.kind, str(one)) for one in spec["range"]
            )
            return lambda _, value: value is not None and not (low <= value <= high)  # type: ignore[operator]
        case _:
            return lambda _, value: False


def _in_list(rule: Rule, contract: Contract) -> Law:
    spec, applies = rule.spec, when(rule)
    as_of = spec.get("as_of")
    table = Table(contract.lists[spec["list"]], spec["match"], as_of)
    absent, listed = bool(spec.get("absent")), bool(spec.get("listed"))

    def breaks(record: Record) -> bool:
        key = tuple(record.text(name) for name in spec["columns"])
        day = record.get(as_of["column"]) if as_of else None
        if None in key or (as_of and day is None) or (listed and key not in table.windows):
            return False
        if table.holds(key, day) is not absent:
            return False
        return applies(record)

    return _alone(rule, breaks)


def _within(rule: Rule, contract: Contract) -> Law:
    spec, applies = rule.spec, when(rule)
    columns = spec.get("columns", [])
    table = Table(contract.lists[spec["list"]], spec.get("match", []), spec)

    def breaks(record: Record) -> bool:
        key, day = tuple(record.text(name) for name in columns), record.get(spec["column"])
        return None not in key and day is not None and not table.holds(key, day) and applies(record)

    return _alone(rule, breaks)


def _group(rule: Rule, contract: Contract) -> Law:
    applies, check, by = when(rule), evaluator(rule.conditions["check"].tree, group=True), rule.spec["group_by"]

    def breaches(draft: Draft) -> list[Records]:
        groups: dict[Any, Records] = {}
        for record in draft.records[rule.file]:
            if applies(record):
                key = draft.unit(record) if by == "accept_unit" else record.key(by)
                groups.setdefault(key, []).append(record)
        return [group for group in groups.values() if check(group) is False]

    return Law(rule, breaches)


def _unique(rule: Rule, contract: Contract) -> Law:
    applies, completed = when(rule), _completed(rule, contract)

    def breaches(draft: Draft) -> list[Records]:
        first: dict[Key, Record] = {}
        found = []
        for record in draft.records[rule.file]:
            if applies(record) and first.setdefault(completed(record.key(rule.spec["unique"])), record) is not record:
                found.append([record])
        return found

    return Law(rule, breaches)


def _completed(rule: Rule, contract: Contract) -> Callable[[Key], Key]:
    """What makes a key whole from a list of which two of its values name one row."""
    spec = rule.spec.get("completed")
    if spec is None or (rows := contract.lists[spec["list"]].rows) is None:
        return lambda key: key
    places = [rule.spec["unique"].index(name) for name in spec["columns"]]
    known: list[dict[Value, set[Value]]] = [{}, {}]  # value of the one column -> values of the other
    for row in rows.select(spec["columns"].values()).drop_nulls().iter_rows():
        for side in (0, 1):
            known[side].setdefault(row[side], set()).add(row[1 - side])

    def whole(key: Key) -> Key:
        values = list(key)
        for side in (0, 1):
            there = known[side].get(key[places[side]], set())
            if values[places[1 - side]] is None and len(there) == 1:
                values[places[1 - side]] = next(iter(there))
        return tuple(values)

    return whole


def _exists(rule: Rule, contract: Contract) -> Law:
    spec, applies = rule.spec, when(rule)
    where = evaluator(rule.conditions["where"].tree) if "where" in rule.conditions else None
    listed = contract.lists[spec["or_list"]] if "or_list" in spec else None
    if listed is not None and listed.rows is None:
        return Law(rule, lambda _: [])
    table = Table(listed, spec["match"]) if listed is not None else None

    def breaches(draft: Draft) -> list[Records]:
        theirs = {
            _spelled(record.key(spec["match"]))
            for record in draft.records[spec["in"]]
            if where is None or where(record) is True
        }
        return [
            [record]
            for record in draft.records[rule.file]
            if None not in (key := record.key(spec["columns"])) and _spelled(key) not in theirs and applies(record)
            and not (table and table.holds(tuple(record.text(name) for name in spec["columns"])))
        ]  # fmt: skip

    return Law(rule, breaches)


def _totals(rule: Rule, contract: Contract) -> Law:
    spec, applies = rule.spec, when(rule)
    here = evaluator(rule.conditions["here"].tree)
    there = evaluator(rule.conditions["there"].tree, group=True)
    most = Decimal(str(spec.get("tolerance", 0)))

    def breaches(draft: Draft) -> list[Records]:
        lines: dict[Key, Records] = {}
        for line in draft.records[spec["in"]]:
            lines.setdefault(line.key(spec["by"]), []).append(line)
        wrong = [record for record in draft.records[rule.file] if applies(record) and differs(record, lines)]
        return [[record, *lines.get(record.key(spec["by"]), ())] for record in wrong]

    def differs(record: Record, lines: dict[Key, Records]) -> bool:
        key, value = record.key(spec["by"]), here(record)
        total = there(lines[key]) if key in lines else Decimal(0)
        return None not in key and value is not None and total is not None and abs(value - total) > most

    return Law(rule, breaches)


def _parent(rule: Rule, contract: Contract) -> Law:
    parent = contract.files[rule.file].parent
    assert parent is not None
    listed = contract.lists[parent.or_list] if parent.or_list else None
    if listed is not None and listed.rows is None:
        return Law(rule, lambda _: [])
    tables = {
        at: Table(listed, list(by.values()))
        for at, by in enumerate(parent.by)
        if listed is not None and set(by.values()) <= set(listed.columns)
    }

    def breaks(record: Record) -> bool:
        if record.parent is not None:
            return False
        keys = (tuple(record.text(name) for name in by) for by in parent.by)
        decisive = next(((at, key) for at, key in enumerate(keys) if None not in key), None)
        return decisive is None or decisive[0] not in tables or not tables[decisive[0]].holds(decisive[1])

    return _alone(rule, breaks)


def _dated(rule: Rule, contract: Contract, wrong: Callable[[list[Span]], Iterable[Span]]) -> Law:
    def breaches(draft: Draft) -> list[Records]:
        return [
            [one.record, *(other.record for other in group if other is not one)]
            for group in spans(draft, rule.file)
            for one in wrong(group)
        ]

    return Law(rule, breaches)


def _gap(rule: Rule, contract: Contract) -> Law:
    def wrong(group: list[Span]) -> Iterator[Span]:
        for at, span in enumerate(group[1:], start=1):
            if span.start > max(one.end for one in group[:at]) + timedelta(days=1):
                yield span

    return _dated(rule, contract, wrong)


def _overlap(rule: Rule, contract: Contract) -> Law:
    def wrong(group: list[Span]) -> Iterator[Span]:
        for at, span in enumerate(group[1:], start=1):
            before, reached = group[at - 1], max(one.end for one in group[:at])
            same_day = span.start == before.start and None not in (span.sequence, before.sequence)
            if reached > span.start if same_day else span.start <= reached:
                yield span

    return _dated(rule, contract, wrong)


def _order(rule: Rule, contract: Contract) -> Law:
    def wrong(group: list[Span]) -> Iterator[Span]:
        for span in group:
            day = [one for one in group if one.start == span.start]
            place = day.index(span) + 1
            if span.start > span.end or (len(day) > 1 and span.sequence is not None and span.sequence != place):
                yield span

    return _dated(rule, contract, wrong)


def _disjoint(rule: Rule, contract: Contract) -> Law:
    applies, by = when(rule), rule.spec["by"]

    def breaches(draft: Draft) -> list[Records]:
        dated = [
            one
            for group in spans(draft, rule.file)
            for one in group
            if applies(one.record) and None not in one.record.key(by)
        ]
        return [
            [one.record]
            for one in dated
            if any(
                one.group != other.group and one.record.key(by) == other.record.key(by)
                and one.start <= other.end and other.start <= one.end
                for other in dated
            )
        ]  # fmt: skip

    return Law(rule, breaches)


def _spelled(key: Key) -> Key:
    return tuple(spelled(value) if isinstance(value, Decimal) else value for value in key)


_MAKERS: dict[str, Callable[[Rule, Contract], Law]] = {
    "row": _row, "in_list": _in_list, "within": _within, "group": _group, "unique": _unique, "exists": _exists,
    "totals": _totals, "parent": _parent, "gap": _gap, "overlap": _overlap, "order": _order, "disjoint": _disjoint,
}  # fmt: skip
