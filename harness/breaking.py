"""Contracts against those of a revision: what changed, how grave that is, and whether the version says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from contracts import (
    BUMPS,
    NEEDED,
    Bump,
    Change,
    Contract,
    ContractError,
    Editions,
    Grade,
    Profile,
    bump,
    compare,
    contract_ids,
    editions,
    enough,
)
from harness.accepted_changes import Accepted
from harness.replay import replayed

NEW = "new"
"""Note of a contract that the revision does not have."""
_GONE = ("contract.removed", "overlay.removed")  # what no bump can say, since the version is gone with it


@dataclass(frozen=True)
class Judged:
    """A change, and whether the version was raised enough for it."""

    change: Change
    grade: Grade
    given: Bump
    exception: Accepted | None = None  # only where the version does not say it
    expired: bool = False

    @property
    def needed(self) -> Bump:
        """The least bump that its grade asks for."""
        return NEEDED[self.grade]

    @property
    def fails(self) -> bool:
        """Whether neither the version nor an exception in force covers it."""
        covered = self.exception is not None and not self.expired
        return not enough(self.given, self.needed) and not covered

    @property
    def why(self) -> str:
        """Why it fails, or by whom it is accepted; "" where there is nothing to say."""
        if self.exception and self.expired and self.fails:
            return f"the exception of {self.exception.approver} expired on {self.exception.expires}"
        if self.fails and self.change.id in _GONE:
            return "nothing is left whose version could say so: it needs an exception"
        if self.fails:
            return f"needs {_bumped(self.needed)}, has {_bumped(self.given)}"
        if self.exception:
            return f"accepted by {self.exception.approver} until {self.exception.expires}: {self.exception.reason}"
        return ""


def _bumped(one: Bump) -> str:
    return "no new version" if one == "none" else f"a {one} bump"


@dataclass(frozen=True)
class Verdict:
    """What became of one contract since the revision."""

    contract: str
    before: str  # version; "" where there was none, or it cannot be read
    after: str
    interface: str = "inbound"
    changes: Sequence[Judged] = ()
    trouble: str = ""  # why it cannot be judged now: a fault of its own
    note: str = ""  # why there is nothing to compare it with

    @property
    def fails(self) -> bool:
        """Whether anything in it is not covered."""
        return bool(self.trouble) or any(one.fails for one in self.changes)

    @property
    def needed(self) -> Bump:
        """The largest bump that a change asks for which nobody accepted."""
        asked = [one.needed for one in self.changes if one.exception is None or one.expired]
        return min(asked, key=BUMPS.index, default="none")


def verdicts(
    then: Profile, now: Profile, identities: Sequence[str], exceptions: Sequence[Accepted], at: date
) -> Iterator[Verdict]:
    """Yield a verdict for each contract, in the order given: of the effective contracts of a profile, then and now.

    Undetermined changes are replayed. Exceptions hold up to their last day, judged ``at`` a day.
    """
    known = [set(contract_ids(profile)) for profile in (then, now)]
    for identity in identities:
        mine = [one for one in exceptions if one.contract == identity]
        yield _verdict(identity, then, now, (identity in known[0], identity in known[1]), mine, at)


def _verdict(
    identity: str, then: Profile, now: Profile, known: tuple[bool, bool], exceptions: Sequence[Accepted], at: date
) -> Verdict:
    try:
        new = editions(identity, now) if known[1] else {}
    except ContractError as error:
        return Verdict(identity, "", "", trouble=error.what)
    try:
        old = editions(identity, then) if known[0] else {}
    except ContractError as error:
        note = f"not compared: its old version has faults today: {error.what.splitlines()[0]}"
        return Verdict(identity, "", _last(new).version, note=note)
    if not old:
        return Verdict(identity, "", _last(new).version, note=NEW)
    before = _last(old)
    if not new:
        gone = Change("contract.removed", "replaced", "the contract is removed")
        return Verdict(identity, before.version, "", before.direction, [_judged(gone, before, "none", exceptions, at)])
    after = _last(new)
    found = replayed(_overlay_gone(compare(old, new), before, after), old, new)
    given = _Versions(before, after, _of_library(identity, then, now))
    judged = [_judged(change, after, given.bump(change), exceptions, at) for change in found]
    return Verdict(identity, before.version, after.version, after.direction, judged)


def _last(found: Editions) -> Contract:
    return list(found.values())[-1]


def _overlay_gone(changes: list[Change], before: Contract, after: Contract) -> list[Change]:
    """An overlay that is removed takes its version along, as a contract does."""
    if after.overlay or not before.overlay:
        return changes
    gone = Change("overlay.removed", "replaced", "the overlay is removed")
    return [gone, *(change for change in changes if change.id != "overlay.changed")]


def _judged(change: Change, contract: Contract, given: Bump, exceptions: Sequence[Accepted], at: date) -> Judged:
    """The change; where the version does not say it, with the exception that names it, one in force before others."""
    grade = change.grade(contract.direction)
    said = enough(given, NEEDED[grade])
    naming = sorted((one for one in exceptions if change.is_named(one.change)), key=lambda one: one.expired(at))
    exception = naming[0] if naming and not said else None
    return Judged(change, grade, given, exception, exception is not None and exception.expired(at))


# whose version has to say so


@dataclass(frozen=True)
class _Versions:
    """Versions of library and overlay, and the changes that are the library's: each part answers for its own."""

    before: Contract
    after: Contract
    of_library: frozenset[str]  # ids of changes

    def bump(self, change: Change) -> Bump:
        if change.id in _GONE:
            return "none"
        parts = [_parts(one) for one in (self.before, self.after)]
        own = (self.before.overlay or self.after.overlay) and change.id not in self.of_library
        return bump(*(part[own] for part in parts))


def _parts(contract: Contract) -> tuple[str, str]:
    library, _, overlay = contract.version.partition("+")
    return library, overlay


def _of_library(identity: str, then: Profile, now: Profile) -> frozenset[str]:
    """Ids of the changes that the library alone makes; none of a bare library or of a contract of the profile's own."""
    bare = [replace(profile, name="oracle", path=None) for profile in (then, now)]
    if now.path is None or any(identity not in contract_ids(profile) for profile in bare):
        return frozenset()
    try:
        return frozenset(change.id for change in compare(*(editions(identity, profile) for profile in bare)))
    except ContractError:
        return frozenset()
