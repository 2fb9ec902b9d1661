"""A contract's rules over a handful of records, in plain Python: which records of a draft break what.

Facets of single columns are not here: values come from their domains, which keep them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from contracts import Contract, ReferenceList, Rule
from harness.generate.drafts import Draft, Key, Record, group_key
from harness.generate.evaluation import Evaluator, Value, evaluator, spelled
from harness.generate.values import typed

END_OF_TIME = date(4712, 12, 31)


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
        if (maker := _MAKERS.get(rule.kind)) and not _unbound(rule, contract):
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


def _unbound(rule: Rule, contract: Contract) -> bool:
    return "list" in rule.spec and contract.lists[rule.spec["list"]].rows is None


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
            return lambda text, _: text is not None and len(text) > int(spec["size"])
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


class Table:
    """A reference list as a test of combinations, valid on a day."""

    def __init__(self, reference: ReferenceList, match: Sequence[str], window: Any = None) -> None:
        assert reference.rows is not None
        names = [*match, *([window["from"], window["to"]] if window else [])]
        self.rows = list(dict.fromkeys(reference.rows.select(pl_names(names)).rows())) if names else []
        self.width, self.windowed = len(match), window is not None
        self.windows: dict[tuple[str | None, ...], list[tuple[date | None, date | None]]] = {}
        for row in self.rows:
            span = (_day(row[-2]), _day(row[-1])) if window else (None, None)
            self.windows.setdefault(row[: self.width], []).append(span)

    def holds(self, key: tuple[str | None, ...], day: Value = None) -> bool:
        """True if the combination is on the list, valid on ``day`` where the list has dates."""
        spans = self.windows.get(key, ())
        return any(inside(day, span) for span in spans) if self.windowed else bool(spans)


def pl_names(names: Sequence[str]) -> list[Any]:
    """Columns of a frame to select, each under a name of its own so that one may stand twice."""
    import polars as pl

    return [pl.col(name).alias(f"{at}") for at, name in enumerate(names)]


def inside(day: Value, span: tuple[date | None, date | None]) -> bool:
    """True if a day lies in a window; a blank end is open."""
    if not isinstance(day, date):
        return False
    here = day.date() if isinstance(day, datetime) else day
    return (span[0] is None or span[0] <= here) and (span[1] is None or here <= span[1])


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text.replace("/", "-")) if text else None


def _in_list(rule: Rule, contract: Contract) -> Law:
    spec, applies = rule.spec, when(rule)
    as_of = spec.get("as_of")
    table = Table(contract.lists[spec["list"]], spec["match"], as_of)
    absent = bool(spec.get("absent"))

    def breaks(record: Record) -> bool:
        key = tuple(record.text(name) for name in spec["columns"])
        day = record.get(as_of["column"]) if as_of else None
        if None in key or (as_of and day is None) or table.holds(key, day) is not absent:
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
    applies = when(rule)

    def breaches(draft: Draft) -> list[Records]:
        first: dict[Key, Record] = {}
        found = []
        for record in draft.records[rule.file]:
            if applies(record) and first.setdefault(record.key(rule.spec["unique"]), record) is not record:
                found.append([record])
        return found

    return Law(rule, breaches)


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


@dataclass(frozen=True)
class Span:
    """A dated record: its logical record, its days, and its place among the changes of one day."""

    record: Record
    group: Key
    start: date
    end: date
    sequence: Decimal | None


def spans(draft: Draft, file: str) -> list[list[Span]]:
    """Return the histories of a file: the dated records of each logical record in order, blank ends filled in."""
    history = draft.contract.files[file].history
    assert history is not None
    groups: dict[Key, Records] = {}
    for record in draft.records[file]:
        named = any(record.get(name) is not None for key in history.key for name in key)
        if record.get("_action") != "DELETE" and named and record.get(history.start) is not None:
            groups.setdefault(group_key(record, history.key), []).append(record)
    return [list(_in_order(key, rows, history)) for key, rows in groups.items()]


def _in_order(group: Key, rows: Records, history: Any) -> Iterator[Span]:
    def sequence(record: Record) -> Decimal | None:
        value = record.get(history.sequence) if history.sequence else None
        return value if isinstance(value, Decimal) else None

    def order(record: Record) -> tuple[Any, bool, Decimal]:
        number = sequence(record)
        return record.get(history.start), number is None, number or Decimal(0)

    rows = sorted(rows, key=order)
    starts: list[Any] = [record.get(history.start) for record in rows]
    for at, record in enumerate(rows):
        following = starts[at + 1] if at + 1 < len(rows) else None
        implied = (
            END_OF_TIME
            if following is None
            else following
            if following == starts[at]
            else following - timedelta(days=1)
        )
        end = record.get(history.end)
        yield Span(record, group, starts[at], end if isinstance(end, date) else implied, sequence(record))


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
__all__ = ["END_OF_TIME", "Evaluator", "Law", "Span", "Table", "laws", "spans", "when"]
