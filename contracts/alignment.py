"""Two lists of columns aligned by technical name: what came, went, was renamed or moved, and what that shifts.

Columns that keep their order hold both lists together; what stands between two of them is a gap. What happens in a gap
explains the offset of the columns behind it, so that one inserted column is one event, whatever its place.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile
from typing import Literal


@dataclass(frozen=True)
class Spot:
    """A column where it stands: its position, from 1, and how many positions it takes."""

    name: str
    position: int
    width: int = 1

    @property
    def end(self) -> int:
        """Its last position."""
        return self.position + self.width - 1


@dataclass(frozen=True)
class Shift:
    """Neighbours that moved by the same offset, from old position ``first`` to ``last`` (None = to the end)."""

    offset: int
    first: int
    last: int | None
    causes: tuple[str, ...] = ()  # in words; empty where nothing but the positions has changed


@dataclass(frozen=True)
class Event:
    """One thing that happened to neighbouring columns, and what it shifts; ``shift`` alone where several things did."""

    verb: Literal["added", "removed", "renamed", "moved", "shift"]
    names: tuple[str, ...] = ()  # of a renamed column the old and the new one
    before: int = 0  # old position of the first of them
    after: int = 0  # new position of the first of them
    place: Literal["end", "hole", ""] = ""  # of added ones: behind the last column, or where no column stood
    shift: Shift | None = None


Kept = Sequence[tuple[Spot, Spot]]
"""The columns that keep their order, where they stood and where they stand."""
Alike = Callable[[str, str], bool]


def aligned(old: Sequence[Spot], new: Sequence[Spot], alike: Alike) -> list[Event]:
    """Return what makes the new columns out of the old ones, in file order; nothing for equal lists.

    ``alike`` tells whether a column that came may be one that went from the same gap, under another name.
    """
    kept = _kept(old, new)
    events: list[Event] = []
    moved: set[str] = set()
    for at, (before, after) in enumerate(_gaps(old, new, kept)):
        happened = list(_happened(old, new, before, after, alike))
        told = [event for event in happened if event.verb != "moved" or event.names[0] not in moved]
        moved |= {event.names[0] for event in told if event.verb == "moved"}
        shift = _shift(kept, at)
        if shift and not happened and _alone(kept, at):
            here, there = kept[at]
            told, shift = [Event("moved", (here.name,), here.position, there.position)], None
        events += _with_shift(told, happened, shift)
    return events


def _kept(old: Sequence[Spot], new: Sequence[Spot]) -> Kept:
    """The most columns that stand in the same order on both sides: the longest increasing run of new places."""
    there = {spot.name: at for at, spot in enumerate(new)}
    common = [(spot, there[spot.name]) for spot in old if spot.name in there]
    least: list[int] = []  # the least new place in which a run of each length ends
    ends: list[int] = []  # where in `common` that is
    before: list[int] = []  # for each of `common` the one in front of it, -1 = none
    for number, (_, place) in enumerate(common):
        length = bisect_left(least, place)
        before.append(ends[length - 1] if length else -1)
        least[length:] = [place] if length == len(least) else [place, *least[length + 1 :]]
        ends[length:] = [number] if length == len(ends) else [number, *ends[length + 1 :]]
    run: list[tuple[Spot, Spot]] = []
    number = ends[-1] if ends else -1
    while number >= 0:
        spot, place = common[number]
        run.append((spot, new[place]))
        number = before[number]
    return run[::-1]


def _gaps(old: Sequence[Spot], new: Sequence[Spot], kept: Kept) -> Iterator[tuple[Sequence[Spot], Sequence[Spot]]]:
    """What stands on both sides in front of each column that is kept, and behind the last one."""
    olds, news = ({spot.name: at for at, spot in enumerate(spots)} for spots in (old, new))
    ends = [(olds[here.name], news[here.name]) for here, _ in kept]
    for (old_from, new_from), (old_to, new_to) in pairwise([(-1, -1), *ends, (len(old), len(new))]):
        yield old[old_from + 1 : old_to], new[new_from + 1 : new_to]


def _happened(
    old: Sequence[Spot], new: Sequence[Spot], before: Sequence[Spot], after: Sequence[Spot], alike: Alike
) -> Iterator[Event]:
    """What happened in one gap. A move is told at both its ends."""
    was, now = {spot.name: spot for spot in old}, {spot.name: spot for spot in new}
    gone = [spot for spot in before if spot.name not in now]
    came = [spot for spot in after if spot.name not in was]
    for one in list(gone):
        other = next((spot for spot in came if alike(one.name, spot.name)), None)
        if other:
            yield Event("renamed", (one.name, other.name), one.position, other.position)
            gone.remove(one)
            came.remove(other)
    for group in _neighbours(gone):
        yield Event("removed", tuple(spot.name for spot in group), before=group[0].position)
    for group in _neighbours(came):
        yield Event("added", tuple(spot.name for spot in group), after=group[0].position, place=_place(group, old))
    for name in dict.fromkeys(spot.name for spot in (*before, *after) if spot.name in was and spot.name in now):
        if was[name].position != now[name].position:
            yield Event("moved", (name,), was[name].position, now[name].position)


def _neighbours(spots: Sequence[Spot]) -> list[list[Spot]]:
    groups: list[list[Spot]] = []
    for spot in spots:
        if groups and groups[-1][-1].end + 1 == spot.position:
            groups[-1].append(spot)
        else:
            groups.append([spot])
    return groups


def _place(group: Sequence[Spot], old: Sequence[Spot]) -> Literal["end", "hole", ""]:
    if group[0].position > max((spot.end for spot in old), default=0):
        return "end"
    free = all(spot.end < group[0].position or spot.position > group[-1].end for spot in old)
    return "hole" if free else ""


def _shift(kept: Kept, at: int) -> Shift | None:
    """The shift that begins at a column that is kept; None where it stands as those in front of it do, or as before."""
    offsets = [there.position - here.position for here, there in kept[max(at - 1, 0) :]]
    if at == len(kept) or offsets[bool(at)] in (0, offsets[0] if at else 0):
        return None
    offset = offsets[bool(at)]
    count = len(list(takewhile(lambda one: one == offset, offsets[bool(at) :])))
    last = None if at + count == len(kept) else kept[at + count - 1][0].position
    return Shift(offset, kept[at][0].position, last, _wider(kept, at))


def _alone(kept: Kept, at: int) -> bool:
    """Whether the column moved by itself, into a free position: its neighbours stand where they stood."""
    offset, *behind = [there.position - here.position for here, there in kept[at : at + 2]]
    return not _wider(kept, at) and behind != [offset]


def _wider(kept: Kept, at: int) -> tuple[str, ...]:
    if at == 0 or (widths := [spot.width for spot in kept[at - 1]])[0] == widths[1]:
        return ()
    return (f"{kept[at - 1][0].name} takes {widths[1]} instead of {widths[0]}",)


def _with_shift(told: list[Event], happened: Sequence[Event], shift: Shift | None) -> list[Event]:
    """The events with the shift they cause: of a single one it is a part, otherwise it stands for itself."""
    if shift is None:
        return told
    causes = [event for event in happened if event.verb != "renamed"]
    shift = replace(shift, causes=(*map(_cause, causes), *shift.causes))
    if len(shift.causes) == 1 and causes and causes[0] in told:
        return [replace(event, shift=shift) if event == causes[0] else event for event in told]
    return [*told, Event("shift", shift=shift)]


def _cause(event: Event) -> str:
    more = f" and {len(event.names) - 2} more" if len(event.names) > 2 else ""
    names = ", ".join(event.names[:2]) + more
    if event.verb == "moved":
        return f"{names} moved from position {event.before} to {event.after}"
    return f"{names} {'inserted' if event.verb == 'added' else 'removed'}"
