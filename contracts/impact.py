"""What a change of Oracle's layout means for a contract that uses it: its columns, its rules, its width."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from contracts.changes import Change, listing
from contracts.columns import narrower
from contracts.file_changes import positional
from contracts.grades import Grade
from contracts.layout_changes import changed_layouts, layout_changes
from contracts.layouts import SHIPPED, Layout
from contracts.model import Contract, File, Rule


@dataclass(frozen=True)
class LayoutRow:
    """One change of one file between two releases, and what it means for one contract."""

    file: str  # stem of the layout
    change: Change
    contract: Contract | None = None  # None: no contract uses the file
    meaning: str = ""

    @property
    def grade(self) -> Grade | None:
        """What it means for the contract; None where there is none."""
        return self.change.grade(self.contract.direction) if self.contract else None


def layout_rows(old: str, new: str, contracts: Sequence[Contract], root: Path = SHIPPED) -> list[LayoutRow]:
    """Return every change of the layouts in force between two releases, for each contract that uses the file.

    In the order of the contracts, then what no contract uses. Raises ContractError for a layout that cannot be read.
    """
    found: list[LayoutRow] = []
    changed = changed_layouts(old, new, root)
    used = {file.layout for contract in contracts for file in contract.files.values()}
    for contract in contracts:
        for file in contract.files.values():
            if file.layout in changed:
                found += _rows(file.layout, (old, new), changed[file.layout], contract, file)
    for stem in changed:
        if stem not in used:
            found += _rows(stem, (old, new), changed[stem])
    return found


def _rows(
    stem: str,
    releases: tuple[str, str],
    layouts: tuple[Layout | None, Layout | None],
    contract: Contract | None = None,
    file: File | None = None,
) -> Iterator[LayoutRow]:
    before, after = layouts
    if before is None or after is None:
        yield LayoutRow(
            stem, _one_sided(stem, releases, layouts), contract, "nothing to compare with" if contract else ""
        )
        return
    impact = Impact(contract, file, before, after) if contract and file else None
    for change in layout_changes(before, after):
        yield LayoutRow(stem, change, contract, impact.meaning(change) if impact else "")


def _one_sided(stem: str, releases: tuple[str, str], layouts: tuple[Layout | None, Layout | None]) -> Change:
    """A file of which one release has no layout: that it is new or gone is not said by that."""
    known = next(layout for layout in layouts if layout)
    without = releases[0] if layouts[0] is None else releases[1]
    what = f"no layout is known for {without}; {len(known.columns)} fields in {known.release}"
    verb, row = ("added", "rewritten") if layouts[0] is None else ("removed", "replaced")
    return Change(f"{stem}.file.{verb}", row, what)


@dataclass(frozen=True)
class Impact:
    """A file of a contract whose layout is another one in a later release."""

    contract: Contract
    file: File
    old: Layout
    new: Layout

    def meaning(self, change: Change) -> str:
        """Return what a change of the layout means here, in words."""
        match change.verb:
            case "added" | "removed" | "renamed" | "moved" | "shift" | "changed":
                told = [*self._named(change), *self._moved(change), *self._width(change)]
            case "required":
                told = [self._required(change)]
            case _:
                told = [self._typed(change)]
        return "; ".join(told) or "nothing that it lists"

    def _named(self, change: Change) -> Iterator[str]:
        """Columns that went or got another name, and what the contract says of them."""
        gone = [name for name in change.columns if name not in self.new.columns]
        if listed := [name for name in gone if name in self.file.listed]:
            yield f"lists {listing(listed)}: the contract has to follow"
        if rules := [rule.id for rule in self._written() if set(rule.columns) & set(gone)]:
            yield f"rules that read what is gone: {listing(rules)}"

    def _moved(self, change: Change) -> Iterator[str]:
        """Listed columns that stand elsewhere, and the rules that look at them."""
        shift = change.shift
        if shift is None and change.verb != "moved":
            return
        moved = set(change.columns) if change.verb == "moved" else set()
        if shift is not None:
            last = shift.last or len(self.old.columns)
            moved |= {one.name for one in self.old.columns.values() if shift.first <= one.position <= last}
        listed = [name for name in self.file.listed if name in moved]
        if not listed:
            yield "no listed column moves"
            return
        yield f"{len(listed)} of {len(self.file.listed)} listed columns move: {listing(listed)}"
        if rules := [rule.id for rule in self._written() if set(rule.columns) & set(listed)]:
            yield f"their rules: {listing(rules)}"

    def _width(self, change: Change) -> Iterator[str]:
        before, after = len(self.old.columns), len(self.new.columns)
        if before == after or change.verb not in ("added", "removed") or not positional(self.contract, self.file):
            return
        found = f"{self.file.id}.shape.{'short' if after > before else 'surplus'}"
        yield f"a file of {before} fields is found as {found}"
        inside = f", and one at {before + 1} as {self.file.id}.shape.shifted" if after > before else ""
        yield f"an END belongs into field {after + 1}{inside}"

    def _required(self, change: Change) -> str:
        (name,) = change.columns
        if self.new.columns[name].required != "Y":
            return f"a blank {name} is no longer found" if self.old.columns[name].required == "Y" else "see its rules"
        if self._states("required", name):
            return "the contract asks for it already"
        return f"a blank {name} is found as {self.file.id}.{name}.required"

    def _typed(self, change: Change) -> str:
        (name,) = change.columns
        if name not in self.file.listed:
            looked = "checked by the layout alone" if self.file.unlisted == "checked" else "not looked at"
            return f"{name} is not listed: {looked}"
        own, now = self.file.columns[name].type, self.new.columns[name].type
        if own != self.old.columns[name].type and own.kind == now.kind and narrower(own, now):
            return f"the contract asks for {own} already"
        rules = [rule.id for rule in self._written() if name in rule.columns]
        return f"{name} is listed" + (f", rules: {listing(rules)}" if rules else "")

    def _written(self) -> list[Rule]:
        return [rule for rule in self.contract.rules.values() if rule.written and rule.file == self.file.id]

    def _states(self, kind: str, column: str) -> bool:
        return any(
            rule.kind == kind and rule.column == column and rule.file == self.file.id and not rule.conditions
            for rule in self.contract.rules.values()
        )
