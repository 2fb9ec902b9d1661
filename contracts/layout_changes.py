"""Oracle's column facts of one file in two releases: what changed, aligned by technical name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from contracts.alignment import Spot
from contracts.changes import Change
from contracts.column_changes import alike, moved_columns, renamed_columns, type_change
from contracts.layouts import SHIPPED, Layout, in_force, names_in_force
from contracts.model import Place


def layout_changes(old: Layout, new: Layout, file: str = "") -> list[Change]:
    """Return what changed between two layouts of a file, in file order, then types, lengths and what is required.

    ``file`` names it in the changes (default: its stem).
    """
    name = file or new.name
    if old.columns == new.columns:
        return []
    moves = moved_columns(
        name,
        _spots(old),
        _spots(new),
        alike=lambda was, now: alike(
            old.columns[was].label, new.columns[now].label, old.columns[was].type, new.columns[now].type
        ),
        required=lambda column: new.columns[column].required == "Y",
        place=lambda column: _place(new, column),
    )
    renamed = renamed_columns(moves)
    return [*moves, *_facts(name, old, new, renamed)]


def changed_layouts(old: str, new: str, root: Path = SHIPPED) -> Mapping[str, tuple[Layout | None, Layout | None]]:
    """Return the layouts in force that two releases do not share, by file stem: None where a release knows none.

    Raises ContractError for a layout that cannot be read.
    """
    names = [set(names_in_force(release, root)) for release in (old, new)]
    pairs = {
        name: (
            in_force(name, old, root) if name in names[0] else None,
            in_force(name, new, root) if name in names[1] else None,
        )
        for name in sorted(names[0] | names[1])
    }
    return {name: pair for name, pair in pairs.items() if pair[0] is not pair[1]}


def _spots(layout: Layout) -> list[Spot]:
    return [Spot(column.name, column.position) for column in layout.columns.values()]


def _place(layout: Layout, column: str) -> Place:
    return Place(layout.path, layout.columns[column].position + 1)


def _facts(file: str, old: Layout, new: Layout, renamed: Mapping[str, str]) -> Iterator[Change]:
    for was in old.columns.values():
        now = new.columns.get(renamed.get(was.name, was.name))
        if now is None:
            continue
        place = _place(new, now.name)
        if change := type_change(file, now.name, was.type, now.type, place):
            yield change
        if change := _required(file, now.name, was.required, now.required, place):
            yield change


_REQUIRED = {"Y": "required", "C": "conditionally required"}


def _required(file: str, name: str, old: str, new: str, place: Place) -> Change | None:
    """What became of Oracle's mark: required by itself only with Y; a condition is a matter of the contract's rules."""
    before, after = (_REQUIRED.get(mark, "optional") for mark in (old, new))
    if before == after:
        return None
    row = "tightened" if new == "Y" else "loosened" if old == "Y" else "words"
    return Change(f"{file}.{name}.required", row, f"{name} is {after}, was {before}", file, (name,), place=place)
