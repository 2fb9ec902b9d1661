"""WorkPattern: a work pattern of an assignment with its shifts."""

from __future__ import annotations

from collections.abc import Iterator

from interfaces.emulator.hdl import messages as say
from interfaces.emulator.hdl.grouping import Logical
from interfaces.emulator.hdl.objects import BusinessObject, Component, Reference
from interfaces.emulator.hdl.plain import ASSIGNMENT
from interfaces.emulator.hdl.pod import Pod
from interfaces.emulator.hdl.reading import Line


def check(logical: Logical, pod: Pod) -> Iterator[tuple[Line, str]]:
    """Yield new patterns without a shift period type, and shifts that are on no list."""
    for entry in logical.of("WorkPattern"):
        if entry.new and not any(line.states("ShiftPeriodType") for line in entry.merges):
            yield entry.merges[0], say.SHIFT_PERIOD_REQUIRED
    for entry in logical.of("WorkPatternShift"):
        for line in entry.merges:
            if line.states("ShiftName") and not pod.allows("shifts", line.get("ShiftName")):
                yield line, say.SHIFT_INVALID


OBJECT = BusinessObject(
    "WorkPattern",
    (
        Component(
            "WorkPattern",
            user_key=("AssignmentNumber", "WorkPatternAltCode", "DateFrom"),
            other_keys=(("AssignmentNumber", "WorkPatternName", "DateFrom"),),
            listed="work_patterns",
        ),
        Component(
            "WorkPatternShift", {"WorkPattern": Reference("WorkPatternAssignmentId")}, listed="work_pattern_shifts"
        ),
    ),
    lookups={
        # names of these lists of values are not known: the attribute stands for them
        "RepeatCycle": ("repeat_cycle", "RepeatCycle"),
        "ShiftPeriodType": ("shift_period_type", "ShiftPeriodType"),
    },
    references=ASSIGNMENT,
    check=check,
)
