"""What becomes of the columns of a file: where they stand, and what type they have."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from contracts.alignment import Event, Shift, Spot, aligned
from contracts.changes import Change, listing
from contracts.columns import narrower
from contracts.model import Place, Type

_RESERVED = re.compile(r"^(RESERVED|FILLER|UNUSED|NOT_USED|FUTURE_USE)|_RESERVED_(ATTRIBUTE|COLUMN|FIELD)?_?\d*$")
"""Names of columns that only keep a place free."""

_SIGNS = re.compile(r"\W+")


def moved_columns(
    file: str,
    old: Sequence[Spot],
    new: Sequence[Spot],
    *,
    alike: Callable[[str, str], bool],
    required: Callable[[str], bool],
    place: Callable[[str], Place | None],
    positional: bool = True,
) -> list[Change]:
    """Return which columns came, went, were renamed or moved, in file order, consecutive moves folded into one.

    ``alike``: may one have become the other? ``required``, ``place``: of a new column. Where columns are told by name
    (not ``positional``) order and number mean nothing.
    """
    if list(old) == list(new):
        return []
    words = _Words(file, required, place, positional)
    changes = [words.change(event) for event in aligned(old, new, alike) if positional or event.verb in _BY_NAME]
    return _counted(file, old, new, changes) if positional else changes


_BY_NAME = ("added", "removed", "renamed")


@dataclass(frozen=True)
class _Words:
    file: str
    required: Callable[[str], bool]
    place: Callable[[str], Place | None]
    positional: bool

    def change(self, event: Event) -> Change:
        row, what = getattr(self, f"_{event.verb}")(event)
        subject = event.names[0] if event.names else str(event.shift.first if event.shift else 0)
        return Change(
            id=f"{self.file}.{subject}.{event.verb}",
            row="wire" if event.shift and self.positional else row,
            what=_shifting(event.shift) if event.shift and self.positional else what,
            file=self.file,
            columns=event.names,
            place=self.place(event.names[-1]) if event.verb != "removed" and event.names else None,
            shift=event.shift if self.positional else None,
        )

    def _added(self, event: Event) -> tuple[str, str]:
        due = [name for name in event.names if self.required(name)]
        words = f"{listing(event.names)} added" + (f" ({listing(due)} required)" if due else "")
        if not self.positional:
            return "tightened" if due else "reserved", words
        if event.place == "hole":
            return "tightened" if due else "reserved", f"{words} at position {event.after}, where no column stood"
        if event.place == "end":
            return "appended", f"{words} at the end, position {event.after}"
        return "wire", f"{words} at position {event.after}"

    def _removed(self, event: Event) -> tuple[str, str]:
        at = f" from position {event.before}" if self.positional else ""
        return "replaced", f"{listing(event.names)} removed{at}"

    def _renamed(self, event: Event) -> tuple[str, str]:
        before, after = event.names
        at = f" at position {event.after}" if self.positional else ""
        if _RESERVED.search(before):
            return "tightened" if self.required(after) else "reserved", f"{after} takes the place of {before}{at}"
        return "replaced", f"{before} is now {after}{at}"

    def _moved(self, event: Event) -> tuple[str, str]:
        return "wire", f"{event.names[0]} moved from position {event.before} to {event.after}"

    def _shift(self, event: Event) -> tuple[str, str]:
        return "wire", ""


def _shifting(shift: Shift) -> str:
    to = f" to {shift.last}" if shift.last not in (None, shift.first) else ""
    why = f" (cause: {'; '.join(shift.causes)})" if shift.causes else ""
    return f"shift {shift.offset:+} from position {shift.first}{to}{why}"


def _counted(file: str, old: Sequence[Spot], new: Sequence[Spot], changes: list[Change]) -> list[Change]:
    """The changes with the number of fields where that changed: told with the last column that came or went."""
    before, after = (max((spot.end for spot in spots), default=0) for spots in (old, new))
    if before == after:
        return changes
    words = f"{after} fields instead of {before}"
    telling = [at for at, change in enumerate(changes) if change.verb in ("added", "removed")]
    if not telling:
        return [*changes, Change(f"{file}.fields.changed", "wire", words, file)]
    last = changes[telling[-1]]
    changes[telling[-1]] = replace(last, what=f"{last.what}; {words}")
    return changes


def alike(old_label: str, new_label: str, old: Type, new: Type) -> bool:
    """Whether a column may have got another name: the same label, spelling aside; without labels the same type."""
    labels = [_SIGNS.sub("", label).casefold() for label in (old_label, new_label)]
    return labels[0] == labels[1] if all(labels) else old == new


def type_change(file: str, name: str, old: Type, new: Type, place: Place | None) -> Change | None:
    """Return what became of a column's type, None where it is the same."""
    if old == new:
        return None
    verb, row = "type", "replaced"
    if old.kind == new.kind and old.mask != new.mask:
        verb, row = "mask", "wire"
    elif narrower(new, old) or narrower(old, new):
        verb = "length" if old.kind == new.kind else "type"
        row = "tightened" if narrower(new, old) else "loosened"
    elif old.kind == new.kind:
        verb, row = "length", "exchanged"
    what = f"{name} is {new} instead of {old}"
    return Change(f"{file}.{name}.{verb}", row, what, file, (name,), place=place)


def renamed_columns(changes: Sequence[Change]) -> Mapping[str, str]:
    """Return old name -> new name of the columns that were renamed."""
    return {change.columns[0]: change.columns[1] for change in changes if change.verb == "renamed"}
