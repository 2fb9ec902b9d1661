"""What a change means for those who keep a contract: the compatibility table of the contract format, section 16."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["wire", "content", "words", "gate", "denominator", "mapping"]
"""wire: shape and position; content: facets and rules; gate: what is asked of a payload to pass; denominator: what is
counted; mapping: to Oracle's answers and jobs; words: documentation, examples."""
Direction = Literal["tightens", "loosens", "both", "undetermined", "neither"]
"""What becomes of the payloads that keep the contract: fewer, more, others; not known; the same ones."""
Grade = Literal["breaking", "review", "compatible", "patch"]
GRADES: tuple[Grade, ...] = ("breaking", "review", "compatible", "patch")
"""Worst first."""
Bump = Literal["major", "minor", "patch", "none"]
BUMPS: tuple[Bump, ...] = ("major", "minor", "patch", "none")
"""Largest first."""
NEEDED: Mapping[Grade, Bump] = {"breaking": "major", "review": "minor", "compatible": "minor", "patch": "patch"}
"""The least bump of the version that a change of a grade asks for."""


@dataclass(frozen=True)
class Compatibility:
    """A row of the compatibility table."""

    kind: Kind
    direction: Direction
    inbound: Grade
    outbound: Grade


TABLE: Mapping[str, Compatibility] = {
    # column moved, field count, delimiter, header, encoding, masks, terminator; channel, package, member
    "wire": Compatibility("wire", "both", "breaking", "breaking"),
    # column or file removed, column renamed, another kind of type
    "replaced": Compatibility("content", "both", "breaking", "breaking"),
    # optional column at the end, with a new number of fields: the file differs
    "appended": Compatibility("wire", "both", "breaking", "breaking"),
    # optional column into a reserved position, or where columns are told by name
    "reserved": Compatibility("content", "loosens", "compatible", "review"),
    # required added, length cut, one_of or list narrowed, rule added
    "tightened": Compatibility("content", "tightens", "breaking", "compatible"),
    # required dropped, length grown, one_of or list widened
    "loosened": Compatibility("content", "loosens", "compatible", "breaking"),
    # values both come and go, or a size that is neither narrower nor wider
    "exchanged": Compatibility("content", "both", "breaking", "breaking"),
    # rule text changed: decided by replay
    "rewritten": Compatibility("content", "undetermined", "review", "review"),
    # a written rule removed or switched off: loosened, and the gate is weakened
    "dropped": Compatibility("gate", "loosens", "review", "breaking"),
    # severity lowered, list made staler, a release no longer tested: review by QA and PMO
    "weakened": Compatibility("gate", "neither", "review", "review"),
    # severity raised to what keeps a unit from conforming
    "hardened": Compatibility("gate", "tightens", "breaking", "compatible"),
    # the gate asks for more, of payloads that are judged as before
    "strengthened": Compatibility("gate", "neither", "compatible", "compatible"),
    # accept unit, parent: what a rule looks at together may change, too, hence replay
    "regrouped": Compatibility("denominator", "undetermined", "review", "review"),
    # business key, period, amount: review by QA and PMO
    "recounted": Compatibility("denominator", "neither", "review", "review"),
    # one more release with the layouts of the one before
    "widened": Compatibility("wire", "neither", "compatible", "compatible"),
    "mapping": Compatibility("mapping", "neither", "patch", "patch"),
    "words": Compatibility("words", "neither", "patch", "patch"),
}
"""The compatibility table as data. What the design does not name follows from its neighbours."""

_DECIDED: Mapping[Direction, str] = {"tightens": "tightened", "loosens": "loosened", "both": "exchanged"}


def grade(row: str, interface: str, decided: Direction | None = None) -> Grade:
    """Return the grade of a change in a row of the table for an interface (inbound or outbound).

    ``decided``: the direction that replay found for an undetermined one.
    """
    found = TABLE[_DECIDED.get(decided, row) if decided else row]
    return found.inbound if interface == "inbound" else found.outbound


def worst(grades: list[Grade]) -> Grade:
    """Return the worst of the grades; ``patch`` of none."""
    return min(grades, key=GRADES.index, default="patch")


def bump(old: str, new: str) -> Bump:
    """Return what was raised between two versions ``1.2.3``; none if nothing, or if the new one is lower.

    Of a version 0.y.z, which promises nothing yet, y counts as the major part. A part that came or went with its
    version ("" on one side) is as good as a new major one.
    """
    if not old or not new:
        return "none" if old == new else "major"
    before, after = (tuple(int(part) for part in text.split(".")) for text in (old, new))
    if after <= before:
        return "none"
    at = next(at for at, (was, now) in enumerate(zip(before, after, strict=True)) if was != now)
    return "major" if before[0] == 0 and at == 1 else BUMPS[at]


def enough(given: Bump, needed: Bump) -> bool:
    """Return whether a bump is at least the one that is needed."""
    return BUMPS.index(given) <= BUMPS.index(needed)
