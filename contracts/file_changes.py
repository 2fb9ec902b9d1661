"""What becomes of one file of a contract: how it is written, its units and keys, its columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from contracts.alignment import Spot
from contracts.changes import Change, listing
from contracts.column_changes import alike, moved_columns, renamed_columns, type_change
from contracts.model import Column, Contract, File, Parent, Place
from contracts.rule_changes import bounds_change

POSITIONAL = ("fbdi", "delimited", "fixed_width")
"""Channels whose columns are told by their position, unless a header names them."""
_PRIVACY = ("none", "possible", "yes", "sensitive")
_STRICTNESS = ("ignored", "checked", "blank")  # of what a file says of columns that are not listed

FILE_ROWS: Mapping[str, str] = {
    "layout": "mapping",
    "table": "words",
    "record": "words",
    "record_type": "wire",
    "object": "wire",
    "accept_unit": "regrouped",
    "business_key": "recounted",
    "period": "recounted",
    "refused_together": "recounted",
    "history": "rewritten",
}
"""Statements of a file of which any change is graded alike."""
COLUMN_ROWS: Mapping[str, str] = {
    "width": "wire",
    "align": "wire",
    "pad": "wire",
    "decimals": "wire",
    "path": "wire",
    "default": "mapping",
    "key_role": "mapping",
    "foreign_key": "mapping",
    "label": "words",
    "note": "words",
}
"""The same of a column."""


@dataclass(frozen=True)
class FileChanges:
    """The changes of a file that both versions have, and the rules on its columns that are told by them."""

    changes: list[Change]
    renamed: Mapping[str, str]  # old name -> new name
    lost: frozenset[str]  # columns that came or went: so do their rules
    retyped: frozenset[str]  # columns (new names) of another type: so have their rules on type and length
    unlisted: frozenset[str]  # columns of which another statement is now made for all that are not listed


def file_changes(old: Contract, new: Contract, identity: str) -> FileChanges:
    """Return what became of a file that both contracts have."""
    before, after = old.files[identity], new.files[identity]
    pair = _Pair(old, new, before, after)
    moves = pair.moves()
    renamed = renamed_columns(moves)
    types = list(pair.types(renamed))
    changes = [*pair.statements(), *moves, *types, *pair.columns(renamed)]
    lost = frozenset(name for one in moves if one.verb in ("added", "removed") for name in one.columns)
    stated = {name for file in (before, after) for name in file.listed}
    unlisted = {*before.columns, *after.columns} - stated if before.unlisted != after.unlisted else set()
    retyped = frozenset(name for one in types for name in one.columns)
    return FileChanges(changes, renamed, lost, retyped, frozenset(unlisted))


def file_added_or_removed(old: Contract, new: Contract, identity: str) -> Change:
    """Return the change of a file that one of the contracts does not have."""
    if identity not in new.files:
        return Change(f"{identity}.file.removed", "replaced", f"file {identity} removed", identity)
    may_lack = new.files[identity].optional or new.channel == "hdl"
    place = next((column.place for column in new.files[identity].columns.values() if column.place), None)
    row, due = ("reserved", "optional") if may_lack else ("appended", "required")
    return Change(f"{identity}.file.added", row, f"file {identity} added, {due}", identity, place=place)


@dataclass(frozen=True)
class _Pair:
    old_contract: Contract
    new_contract: Contract
    old: File
    new: File

    # columns

    def moves(self) -> list[Change]:
        due = {
            rule.column
            for rule in self.new_contract.rules.values()
            if rule.file == self.new.id and rule.kind == "required" and not rule.conditions
        }
        return moved_columns(
            self.new.id,
            _spots(self.old),
            _spots(self.new),
            alike=lambda was, now: _alike(self.old.columns[was], self.new.columns[now]),
            required=due.__contains__,
            place=lambda name: place_of(self.new, self.new.columns[name]),
            positional=positional(self.old_contract, self.old) and positional(self.new_contract, self.new),
        )

    def types(self, renamed: Mapping[str, str]) -> Iterator[Change]:
        """Types that are checked on either side; of a column that nobody looks at nothing is promised."""
        checked = {
            rule.column
            for contract in (self.old_contract, self.new_contract)
            for rule in contract.rules.values()
            if rule.file == self.new.id and rule.kind in ("type", "length")
        }
        for was, now in self._both(renamed):
            change = type_change(self.new.id, now.name, was.type, now.type, place_of(self.new, now))
            if change and {was.name, now.name} & checked:
                yield change

    def columns(self, renamed: Mapping[str, str]) -> Iterator[Change]:
        """All that is said of columns besides place, type and facets, each statement told once for all columns."""
        told: dict[tuple[str, str], list[Column]] = {}
        for was, now in self._both(renamed):
            for name, row in COLUMN_ROWS.items():
                if getattr(was, name) != getattr(now, name):
                    told.setdefault((name, row), []).append(now)
            levels = [_PRIVACY.index(one.personal_data) for one in (was, now)]
            if levels[0] != levels[1]:
                row = "weakened" if levels[1] < levels[0] else "words"
                told.setdefault((f"personal_data {now.personal_data}", row), []).append(now)
        for (name, row), columns in told.items():
            names = tuple(column.name for column in columns)
            subject = names[0] if len(names) == 1 else "columns"
            identity = f"{self.new.id}.{subject}.{name.partition(' ')[0]}"
            yield Change(identity, row, f"{name}: {listing(names)}", self.new.id, names, place=columns[0].place)

    def _both(self, renamed: Mapping[str, str]) -> Iterator[tuple[Column, Column]]:
        for name in self.old.written:
            now = self.new.columns.get(renamed.get(name, name))
            if now is not None:
                yield self.old.columns[name], now

    # statements on the whole file

    def statements(self) -> Iterator[Change]:
        if self.old.names != self.new.names:
            yield self._names()
        yield from self._csv()
        for name, row in FILE_ROWS.items():
            before, after = getattr(self.old, name), getattr(self.new, name)
            if name == "history" and before and after:  # whether gaps are allowed is a rule of its own
                before, after = ({**asdict(one), "gaps": ""} for one in (before, after))
            if before != after:
                yield self._change(f"{name}.changed", row, f"{name} {_words(after)}, was {_words(before)}")
        if self.old.parent != self.new.parent:
            yield self._parent(self.old.parent, self.new.parent)
        yield from self._limits()

    def _change(self, name: str, row: str, what: str) -> Change:
        return Change(f"{self.new.id}.{name}", row, f"file {self.new.id}: {what}", self.new.id)

    def _names(self) -> Change:
        old, new = self.old.names, self.new.names
        what = f"is {' or '.join(new)}, was {' or '.join(old)}"
        if old[:1] != new[:1]:
            return self._change("name.changed", "wire", what)
        row = "loosened" if set(old) < set(new) else "tightened"
        return self._change("name.changed", row, what)

    def _csv(self) -> Iterator[Change]:
        before, after = asdict(self.old.csv), asdict(self.new.csv)
        for name, value in after.items():
            if value != before[name]:
                yield self._change(f"csv.{name}", "wire", f"csv {name} {value!r}, was {before[name]!r}")

    def _parent(self, old: Parent | None, new: Parent | None) -> Change:
        if old and new and (old.file, old.by) == (new.file, new.by):
            row = "loosened" if not old.or_list else "tightened" if not new.or_list else "rewritten"
            return self._change("parent.or_list", row, f"the parent may be on {_words(new.or_list)} instead")
        what = (
            f"parent {_words(new and new.file)} by other columns"
            if old and new and old.file == new.file
            else (f"parent {_words(new and new.file)}, was {_words(old and old.file)}")
        )
        return self._change("parent.changed", "regrouped", what)

    def _limits(self) -> Iterator[Change]:
        """How many records, whether the member may be missing, what unlisted columns may hold."""
        old, new = self.old, self.new
        if old.rows != new.rows:
            if old.rows and new.rows:
                row, verb, what = bounds_change("number of records", old.rows, new.rows)
            else:
                row, verb = ("tightened", "narrowed") if new.rows else ("loosened", "widened")
                what = f"number of records {_words(new.rows)}, was {_words(old.rows)}"
            yield self._change(f"rows.{verb}", row, what)
        if old.optional != new.optional:
            row = "loosened" if new.optional else "tightened"
            yield self._change("optional.changed", row, f"may be missing: {'yes' if new.optional else 'no'}")
        if old.unlisted != new.unlisted:
            stricter = _STRICTNESS.index(new.unlisted) > _STRICTNESS.index(old.unlisted)
            row, verb = ("tightened", "narrowed") if stricter else ("loosened", "widened")
            yield self._change(f"unlisted.{verb}", row, f"unlisted columns are {new.unlisted}, were {old.unlisted}")


def positional(contract: Contract, file: File) -> bool:
    """Whether the columns of a file are told by their position."""
    if contract.channel not in POSITIONAL or file.csv.header or file.layout_release == "hdl":
        return False
    return all(file.columns[name].position for name in file.written)


def place_of(file: File, column: Column) -> Place | None:
    """Return where a column is stated: in the contract if that lists it, else in the layout."""
    if column.place or not file.layout:
        return column.place
    return Place(f"layouts/{file.layout_release}/{file.layout}.csv", (column.position or 0) + 1)


def _spots(file: File) -> list[Spot]:
    columns = [file.columns[name] for name in file.written]
    return [Spot(one.name, one.position or at, one.width or 1) for at, one in enumerate(columns, start=1)]


def _alike(old: Column, new: Column) -> bool:
    return alike(old.label, new.label, old.type, new.type)


def _words(value: Any) -> str:
    """A value of the model as a person would write it."""
    if isinstance(value, tuple) and value and all(isinstance(one, tuple) for one in value):
        return " or ".join(map(_words, value))  # alternatives of a key
    if isinstance(value, tuple):
        return f"[{', '.join(map(_words, value))}]"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_words(inner)}" for name, inner in value.items() if inner)
    return str(value).lower() if isinstance(value, bool) else str(value or "nothing")
