"""Variations of a valid draft: one change each, as a sender's next file might differ. Rules are mended afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from harness.generate.drafts import Draft, Record
from harness.generate.histories import spans
from harness.generate.keys import renamed
from harness.generate.laws import Law
from harness.generate.proposals import Cells, Proposer
from harness.generate.values import Domain

_FARTHEST = date(4000, 1, 1)  # the end of time is no day on which anything begins


@dataclass(frozen=True)
class Variations:
    """The kinds of change that a contract's records can take."""

    domains: Mapping[str, Mapping[str, Domain]]
    laws: Sequence[Law]
    proposer: Proposer
    identifiers: frozenset[tuple[str, str]]

    def change(self, draft: Draft, chance: Random, *, grow: bool) -> bool:
        """Change the draft in one way, ``grow``: also by a further record. False if nothing was changed."""
        kinds: list[Callable[[Draft, Random], bool]] = [self._value, self._value, self._texts, self._texts]
        kinds += [self._row, self._blank]
        kinds += [self._removed, *([self._sibling, self._split] if grow else [])]
        return chance.choice(kinds)(draft, chance)

    def _value(self, draft: Draft, chance: Random) -> bool:
        """Another value in a column that names nothing."""
        record = _any(draft, chance)
        names = [
            name for name, column in record.file.columns.items() if column.listed and not self._names(record, name)
        ]
        if not names:
            return False
        name = chance.choice(names)
        cells: Cells = [(record, name, self.domains[record.file.id][name].draw(chance))]
        return _applied(widened(cells, draft))

    def _texts(self, draft: Draft, chance: Random) -> bool:
        """Other texts in some columns of a record that take any text: most of what hurts on its way travels there."""
        record = _any(draft, chance)
        domains = self.domains[record.file.id]
        names = [
            name
            for name, column in record.file.columns.items()
            if column.listed and column.type.kind == "text" and domains[name].free and not self._names(record, name)
        ]
        chosen = [name for name in names if chance.randint(0, 3) == 3]
        return _applied(widened([(record, name, domains[name].draw(chance)) for name in chosen], draft))

    def _row(self, draft: Draft, chance: Random) -> bool:
        """Another row of a list in the columns that a rule ties to it."""
        record = _any(draft, chance)
        rules = [
            law.rule for law in self.laws
            if law.rule.file == record.file.id and law.rule.kind == "in_list" and not law.rule.spec.get("absent")
        ]  # fmt: skip
        if not rules:
            return False
        patches = self.proposer.patches(chance.choice(rules), [record], draft, chance)
        found = [patch for patch in (next(patches, []) for _ in range(1 + chance.randint(0, 12))) if patch]
        return bool(found) and _applied(widened(found[-1], draft))

    def _blank(self, draft: Draft, chance: Random) -> bool:
        """Nothing in a column that may be blank."""
        record = _any(draft, chance)
        domains = self.domains[record.file.id]
        names = [
            name
            for name in record.values
            if name in domains and not self._names(record, name) and domains[name].fits(None)
        ]
        return bool(names) and _applied(widened([(record, chance.choice(names), None)], draft))

    def _sibling(self, draft: Draft, chance: Random) -> bool:
        """One more record like another, under a key of its own."""
        record = _any(draft, chance)
        own = self._own_keys(record)
        if record.file.parent is None and any(other.parent is record for other in draft.all()):
            return False  # a whole unit is a block's affair
        copy = dict(record.values)
        if own:
            number = len(draft.records[record.file.id])
            columns = frozenset((record.file.id, name) for name in own)
            copy = renamed({record.file.id: [copy]}, number, columns, self.domains, frozenset())[record.file.id][0]
        draft.records[record.file.id].append(Record(draft, record.file, copy))
        return True

    def _own_keys(self, record: Record) -> list[str]:
        """Identifiers of the record itself: those by which it does not name its parent or its accept unit."""
        parent = record.file.parent
        theirs = {own for alternative in parent.by for own in alternative} if parent else set()
        unit = {name for key in record.file.accept_unit for name in key} if parent is None else set()
        return [name for file, name in sorted(self.identifiers) if file == record.file.id and name not in theirs | unit]

    def _removed(self, draft: Draft, chance: Random) -> bool:
        """One record less, with all below it."""
        record = _any(draft, chance)
        gone = {id(record)}
        for other in draft.all():
            if other.parent is not None and id(other.parent) in gone:
                gone.add(id(other))
        left = {name: [one for one in rows if id(one) not in gone] for name, rows in draft.records.items()}
        if not any(left.values()):
            return False
        draft.records = left
        return True

    def _split(self, draft: Draft, chance: Random) -> bool:
        """A dated record in two: the second goes on where the first ends."""
        dated = [span for name in draft.dated() for group in spans(draft, name) for span in group]
        if not dated:
            return False
        span = chance.choice(dated)
        history = span.record.file.history
        assert history is not None
        start = span.start + timedelta(days=1 + chance.randint(0, 364))
        if start > span.end or start >= _FARTHEST:
            return False
        later = Record(draft, span.record.file, {**span.record.values, history.start: start.isoformat()})
        span.record.values[history.end] = (start - timedelta(days=1)).isoformat()
        rows = draft.records[span.record.file.id]
        rows.insert(rows.index(span.record) + 1, later)
        return True

    def _names(self, record: Record, name: str) -> bool:
        return (record.file.id, name) in self.identifiers or (record.file.id, name) in record.draft.links


def widened(cells: Cells, draft: Draft) -> Cells:
    """Return the patch for all records of an accept unit where it changes what makes the unit, so that it stays one."""
    found: list[tuple[Record, str, str | None]] = []
    for record, name, text in cells:
        unit = {column for key in record.file.accept_unit for column in key}
        if record.file.parent is None and name in unit and len(draft.records[record.file.id]) > 1:
            here = draft.unit(record)
            found += [(one, name, text) for one in draft.records[record.file.id] if draft.unit(one) == here]
        else:
            found.append((record, name, text))
    return found


def _any(draft: Draft, chance: Random) -> Record:
    records = list(draft.all())
    return chance.choice(records)


def _applied(cells: Cells) -> bool:
    changed = False
    for record, name, text in cells:
        changed |= record.values.get(name) != text
        record.values[name] = text
    return changed
