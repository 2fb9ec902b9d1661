"""ElementEntry: an earning or deduction of an assignment, with its input values."""

from __future__ import annotations

from collections.abc import Iterator

from interfaces.emulator.hdl import messages as say
from interfaces.emulator.hdl.grouping import Logical
from interfaces.emulator.hdl.objects import BusinessObject, Component, Reference
from interfaces.emulator.hdl.pod import Pod
from interfaces.emulator.hdl.reading import Line

_SEQUENCE = "MultipleEntryCount"


def check(logical: Logical, pod: Pod) -> Iterator[tuple[Line, str]]:
    """Yield a sequence that differs from the one under which the entry was created: an update uses the existing one."""
    for entry in logical.of("ElementEntry"):
        created = entry.record.values.get(_SEQUENCE, "")
        for line in entry.lines:
            if entry.known and line.states(_SEQUENCE) and line.get(_SEQUENCE) != created:
                yield line, say.ENTRY_SEQUENCE


OBJECT = BusinessObject(
    "ElementEntry",
    (
        Component(
            "ElementEntry",
            user_key=("LegislativeDataGroupName", "ElementName", "AssignmentNumber"),
            optional=(_SEQUENCE,),
            unique=True,
            surrogate="ElementEntryId",
        ),
        Component("ElementEntryValue", {"ElementEntry": Reference("ElementEntryId")}, ("InputValueName",)),
    ),
    references={
        "ElementName": ("elements", "ElementTypeId"),
        "AssignmentNumber": ("assignments", "AssignmentId"),  # unconfirmed: the sentence was seen with other ids
    },
    check=check,
    remembers=(_SEQUENCE,),
)
