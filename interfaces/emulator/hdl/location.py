"""Location: its first day stays, and it is made inactive, never deleted."""

from __future__ import annotations

from collections.abc import Iterator

from interfaces.emulator.hdl import messages as say
from interfaces.emulator.hdl.grouping import Logical
from interfaces.emulator.hdl.objects import BusinessObject, Component
from interfaces.emulator.hdl.plain import COUNTRY
from interfaces.emulator.hdl.pod import Pod
from interfaces.emulator.hdl.reading import Line

_NAMES = (("SourceSystemOwner", "SourceSystemId"), ("SetCode", "LocationCode"))


def check(logical: Logical, pod: Pod) -> Iterator[tuple[Line, str]]:
    """Yield deletions, and lines of a location of the set-up from before its first day there."""
    for entry in logical.of("Location"):
        for line in entry.lines:
            if line.operation == "DELETE":
                yield line, say.LOCATION_DELETED
            elif line.get("EffectiveStartDate") < _first_day(line, pod):
                yield line, say.LOCATION_BEGINS


def _first_day(line: Line, pod: Pod) -> str:
    """YYYY/MM/DD of the location that a line names, "" where the set-up does not tell it."""
    named = [names for names in _NAMES if all(map(line.get, names))]
    for row in pod.setup.rows("locations"):
        if any(all(row.get(name) == line.get(name) for name in names) for names in named):
            return row.get("start", "")
    return ""


OBJECT = BusinessObject(
    "Location",
    (Component("Location", user_key=("SetCode", "LocationCode"), surrogate="LocationId", listed="locations"),),
    lookups={"Country": COUNTRY},
    check=check,
    names={"Location": ({"LocationCode": "code", "SetCode": "set"}, "location")},
)
