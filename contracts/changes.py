"""One change of a contract or a layout: what it is about, what became of it, which row of the table grades it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from contracts.alignment import Shift
from contracts.grades import TABLE, Direction, Grade, Kind, grade
from contracts.model import Place


@dataclass(frozen=True)
class Change:
    """A change. ``id`` is stable: what changed, then what became of it, ``gl.STATUS.one_of.narrowed``."""

    id: str
    row: str  # of grades.TABLE
    what: str  # in words
    file: str = ""  # id of the file, "" where it is about the contract
    columns: tuple[str, ...] = ()
    rule: str = ""  # id of the one rule it is about
    place: Place | None = None  # where the new version says so; None where nothing is left
    releases: tuple[str, ...] = ()  # in which of them; () = in all
    shift: Shift | None = None
    decided: Direction | None = None  # by replay, where the row alone does not say it
    proof: str = ""  # what replay saw

    @property
    def verb(self) -> str:
        """What became of it: added, removed, narrowed ..."""
        return self.id.rpartition(".")[2]

    @property
    def kind(self) -> Kind:
        """Which part of the promise it is about."""
        return TABLE[self.row].kind

    @property
    def direction(self) -> Direction:
        """What becomes of the payloads that keep the contract."""
        return self.decided or TABLE[self.row].direction

    def grade(self, interface: str) -> Grade:
        """What it means for an inbound or an outbound interface."""
        return grade(self.row, interface, self.decided)

    def is_named(self, name: str) -> bool:
        """Whether ``name`` is its id or that of its rule."""
        return name in (self.id, self.rule)


def together(per_release: Sequence[tuple[str, Sequence[Change]]]) -> list[Change]:
    """Return the changes of all releases, each once with the releases in which it happens; none of them if in all."""
    found: dict[Change, list[str]] = defaultdict(list)
    for release, changes in per_release:
        for change in changes:
            found[change].append(release)
    return [
        replace(change, releases=() if len(releases) == len(per_release) else tuple(releases))
        for change, releases in found.items()
    ]


def listing(names: Iterable[str], most: int = 4) -> str:
    """Return some names in words: ``A, B, C, D and 3 more``."""
    known = list(names)
    more = f" and {len(known) - most} more" if len(known) > most else ""
    return ", ".join(known[:most]) + more
