"""What might mend a breach: changes of cells that the broken rule suggests. Trying tells which of them helps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from itertools import islice
from random import Random

import numpy as np
import numpy.typing
from sqlglot import exp

from contracts import Contract, Rule, name_of
from contracts.nesting import BY_PLACE
from harness.generate.drafts import Draft, Record
from harness.generate.evaluation import Value, evaluator, spelled
from harness.generate.histories import spans
from harness.generate.patterns import matching
from harness.generate.tables import Table
from harness.generate.values import Domain

Cells = Sequence[tuple[Record, str, str | None]]
"""A patch: cells and their new texts."""

_DRAWS = 3  # values drawn from a column's domain per breach
_ROWS = 10  # rows of a list tried per breach


@dataclass
class Proposer:
    """Suggests patches for the breaches of one contract. Whether they help is found out by trying."""

    contract: Contract
    domains: Mapping[str, Mapping[str, Domain]]

    def __post_init__(self) -> None:
        self._tables: dict[str, list[tuple[str | None, ...]]] = {}
        self._columns: dict[str, list[np.typing.NDArray[np.object_]]] = {}

    def patches(self, rule: Rule, records: Sequence[Record], draft: Draft, chance: Random) -> Iterator[Cells]:
        """Yield patches for a breach, the likeliest first. Every text in them keeps the facets of its column."""
        for patch in self._proposed(rule, records, draft, chance):
            if all(self._allowed(record, name, text) for record, name, text in patch):
                yield patch

    def _allowed(self, record: Record, name: str, text: str | None) -> bool:
        if name == "_action":
            return text in (None, "MERGE", "DELETE")
        if name in BY_PLACE or name in BY_PLACE.values():
            return False  # what a record is, and where it stands, is no value that could be mended
        domain = self.domains[record.file.id].get(name)
        return domain is not None and text != record.values.get(name) and domain.fits(text)

    def _proposed(self, rule: Rule, records: Sequence[Record], draft: Draft, chance: Random) -> Iterator[Cells]:
        first = records[0]
        match rule.kind:
            case "in_list" if not rule.spec.get("absent"):
                yield from self._rows(rule, first, chance)
            case "within":
                yield from self._days(rule, first)
            case "exists":
                yield from self._keys(rule, first, draft, chance)
            case "gap" | "overlap" | "order":
                yield from _dates(rule, first, draft)
            case "totals":
                yield from self._balanced(rule, records)
            case "group":
                yield from self._grouped(rule, records)
            case _ if "contexts" in rule.spec or "meant" in rule.spec:
                yield from self._slots(rule, first, chance)
        for record in reversed(records[:6]):
            yield from self._by_conditions(rule, record, chance)
        for record in reversed(records[:6]):
            yield from self._by_columns(rule, record, chance)

    # one record, by what the conditions speak of

    def _by_conditions(self, rule: Rule, record: Record, chance: Random) -> Iterator[Cells]:
        for condition in rule.conditions.values():
            for name in condition.columns:
                owner, column = _owner(record, name)
                if owner is None:
                    continue
                for text in (*_literals(condition.tree, name, chance), *_others(condition.tree, name, record)):
                    yield [(owner, column, text)]

    def _by_columns(self, rule: Rule, record: Record, chance: Random) -> Iterator[Cells]:
        columns = [*rule.columns, *(name for one in rule.conditions.values() for name in one.columns)]
        for name in dict.fromkeys(columns):
            owner, column = _owner(record, name)
            if owner is None or column not in self.domains[owner.file.id]:
                continue
            if rule.kind != "required":
                yield [(owner, column, None)]
            for _ in range(_DRAWS):
                yield [(owner, column, self.domains[owner.file.id][column].draw(chance))]

    # lists

    def _rows(self, rule: Rule, record: Record, chance: Random) -> Iterator[Cells]:
        """Rows of the list: those that agree with most of the record first, then any."""
        spec = rule.spec
        as_of = spec.get("as_of")
        rows = self._fitting(rule, record)
        own = tuple(record.text(name) for name in spec["columns"])
        near = self._nearest(rule, own)[:_ROWS] if len(own) > 1 else []
        for row in (*near, *(chance.choice(rows) for _ in range(min(_ROWS, len(rows))))):
            yield [(record, name, text) for name, text in zip(spec["columns"], row, strict=False)]
        if as_of:
            for row in near:
                if row[: len(own)] == own:
                    yield [(record, as_of["column"], end.replace("/", "-")) for end in row[-2:] if end]

    def _fitting(self, rule: Rule, record: Record) -> list[tuple[str | None, ...]]:
        """Rows of a rule's list whose values keep the facets of the columns that they would stand in."""
        if rule.id not in self._tables:
            spec = rule.spec
            table = Table(self.contract.lists[spec["list"]], spec["match"], spec.get("as_of"))
            domains = [self.domains[record.file.id][name] for name in spec["columns"]]
            self._tables[rule.id] = [
                row for row in table.rows if all(domain.fits(text) for domain, text in zip(domains, row, strict=False))
            ]
        return self._tables[rule.id]

    def _nearest(self, rule: Rule, own: tuple[str | None, ...]) -> list[tuple[str | None, ...]]:
        """The rows of a rule's list, those that agree with most of these values first."""
        rows = self._tables[rule.id]
        if rule.id not in self._columns:
            self._columns[rule.id] = [
                np.array(column, dtype=object) for column in list(zip(*rows, strict=True))[: len(own)]
            ]
        agree = sum(
            (column == value).astype(np.int8) for column, value in zip(self._columns[rule.id], own, strict=False)
        )
        return [rows[at] for at in np.argsort(-agree, kind="stable")[:_ROWS]] if rows else []

    def _days(self, rule: Rule, record: Record) -> Iterator[Cells]:
        """The nearest days inside the windows that match the record."""
        spec = rule.spec
        table = Table(self.contract.lists[spec["list"]], spec.get("match", []), spec)
        key = tuple(record.text(name) for name in spec.get("columns", []))
        here = record.get(spec["column"])
        ends = [day for span in table.windows.get(key, ()) for day in span if day is not None]
        if isinstance(here, date):
            ends.sort(key=lambda day: abs((day - here).days))
        yield from ([(record, spec["column"], day.isoformat())] for day in ends[:_ROWS])

    def _slots(self, rule: Rule, record: Record, chance: Random) -> Iterator[Cells]:
        """A flexfield slot: a value as its context asks, or none; or another context."""
        for _, spec in rule.spec.get("contexts", ()):
            if "pattern" in spec:
                yield [(record, rule.column, matching(spec["pattern"], chance))]
            for text in spec.get("one_of", ()):
                yield [(record, rule.column, text)]
            if "list" in spec and (rows := self.contract.lists[spec["list"]].rows) is not None:
                yield [(record, rule.column, chance.choice(rows.to_series(0).to_list()))]
        yield [(record, rule.column, None)]
        if context := rule.spec.get("context"):
            yield [(record, context, None)]

    # other records

    def _keys(self, rule: Rule, record: Record, draft: Draft, chance: Random) -> Iterator[Cells]:
        """Keys of the records that there are in the other file."""
        spec = rule.spec
        for other in islice(draft.records[spec["in"]], _ROWS):
            pairs = zip(spec["columns"], spec["match"], strict=True)
            yield [(record, own, other.values.get(their)) for own, their in pairs if own in record.file.columns]
            if "where" in rule.conditions:
                yield from self._by_conditions(rule, other, chance)

    def _balanced(self, rule: Rule, records: Sequence[Record]) -> Iterator[Cells]:
        """The header's value as the lines make it, or one line's value as the header asks."""
        here = evaluator(rule.conditions["here"].tree)(records[0])
        there = evaluator(rule.conditions["there"].tree, group=True)(list(records[1:])) or Decimal(0)
        if here is None:
            return
        yield from self._moved(records[:1], rule.conditions["here"].columns, there - here)
        yield from self._moved(records[1:], rule.conditions["there"].columns, here - there)

    def _grouped(self, rule: Rule, records: Sequence[Record]) -> Iterator[Cells]:
        """Amounts that bring both sides of a comparison together; one value for all; another value for one."""
        check = rule.conditions["check"]
        for comparison in check.tree.find_all(exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE):
            left, right = (_aggregate(side, records) for side in (comparison.this, comparison.expression))
            if isinstance(left, Decimal) and isinstance(right, Decimal):
                yield from self._moved(list(reversed(records)), check.columns, left - right)
                yield from self._moved(list(reversed(records)), check.columns, right - left)
        for name in check.columns:
            for text in dict.fromkeys(record.values.get(name) for record in records):
                yield [(record, name, text) for record in records if record.values.get(name) != text]

    def _moved(self, records: Iterable[Record], columns: Sequence[str], by: Decimal) -> Iterator[Cells]:
        """Each number of these columns moved by an amount: filled ones first, none below zero if it was not."""
        cells = [
            (record, name, record.get(name)) for record in records for name in columns if name in record.file.columns
        ]
        for record, name, value in sorted(cells, key=lambda cell: cell[2] is None):
            if value is None or isinstance(value, Decimal):
                old = value or Decimal(0)
                if old + by >= 0 or old < 0:
                    yield [(record, name, spelled(old + by))]


def _dates(rule: Rule, record: Record, draft: Draft) -> Iterator[Cells]:
    """Ends and starts that follow each other, and a sequence without holes."""
    history = record.file.history
    assert history is not None
    group = next((one for one in spans(draft, rule.file) if any(span.record is record for span in one)), [])
    for at, span in enumerate(group):
        yield [(span.record, history.end, None)]
        if at + 1 < len(group):
            yield [(span.record, history.end, (group[at + 1].start - timedelta(days=1)).isoformat())]
        if at:
            yield [(span.record, history.start, (group[at - 1].end + timedelta(days=1)).isoformat())]
    if history.sequence:
        same_day = [span for span in group if span.start == record.get(history.start)]
        yield [(span.record, history.sequence, str(at)) for at, span in enumerate(same_day, start=1)]


def _aggregate(side: exp.Expr, records: Sequence[Record]) -> Value:
    try:
        value: Value = evaluator(side, group=True)(list(records))
    except (AttributeError, TypeError, InvalidOperation):  # a side inside an aggregate has no value for a group
        return None
    return value


def _owner(record: Record, name: str) -> tuple[Record | None, str]:
    """The record that holds a column as a condition names it: itself or an ancestor; None for reserved names."""
    if name in record.file.columns or name == "_action":
        return record, name
    ancestor, _, attribute = name.partition(".")
    above = record.parent
    while above is not None and above.file.id != ancestor:
        above = above.parent
    return above, attribute


def _literals(tree: exp.Expr, name: str, chance: Random) -> Iterator[str | None]:
    """Values that a condition compares a column with, and texts of the patterns that it asks for."""
    for node in tree.walk():
        if not any(name_of(column) == name for column in node.find_all(exp.Column)):
            continue
        if isinstance(node, exp.RegexpLike):
            yield from (matching(node.expression.name, chance) for _ in range(_DRAWS))
        elif isinstance(node, exp.Is):
            yield None
        elif isinstance(node, exp.In):
            yield from (member.name for member in node.expressions)
        elif isinstance(node, exp.EQ | exp.NEQ | exp.LT | exp.LTE | exp.GT | exp.GTE | exp.Between):
            yield from (_constant(literal) for literal in node.find_all(exp.Literal, exp.DateStrToDate))


def _others(tree: exp.Expr, name: str, record: Record) -> Iterator[str | None]:
    """Values of the other columns of a condition, and for a date those a day or the condition's days away."""
    for column in dict.fromkeys(name_of(node) for node in tree.find_all(exp.Column)):
        if column != name:
            owner, attribute = _owner(record, column)
            yield owner.values.get(attribute) if owner else None
            yield _trimmed(record, name)


def _trimmed(record: Record, name: str) -> str | None:
    text = record.values.get(name)
    return text.strip() or None if text else None


def _constant(node: exp.Expr) -> str:
    return node.this.name if isinstance(node, exp.DateStrToDate) else node.name
