"""ElementEntry: an earning or deduction of an assignment, with its input values."""

from __future__ import annotations

from collections.abc import Iterator

from interfaces.emulator.hdl import messages as say
from interfaces.emulator.hdl.grouping import Logical
from interfaces.emulator.hdl.objects import BusinessObject, Component, Pointer, Reference
from interfaces.emulator.hdl.pod import Pod
from interfaces.emulator.hdl.reading import Line

_SEQUENCE = "MultipleEntryCount"


def check(logical: Logical, pod: Pod) -> Iterator[tuple[Line, str]]:
    """Yield sequences that differ from the one under which the entry was created, and elements nobody may have."""
    for entry in logical.of("ElementEntry"):
        created = entry.record.values.get(_SEQUENCE)
        for line in entry.lines:
            if entry.known and created is not None and line.states(_SEQUENCE) and line.get(_SEQUENCE) != created:
                yield line, say.ENTRY_SEQUENCE
            if line.operation == "MERGE" and not _eligible(line, pod):
                yield line, say.not_eligible(line.get("ElementName"), line.get("EffectiveStartDate"))


def _eligible(line: Line, pod: Pod) -> bool:
    """True where the list of eligibilities has the assignment and the element on that day, or says nothing."""
    named = (line.get("AssignmentNumber"), line.get("ElementName"))
    if not pod.setup.knows("element_eligibility") or not all(named):
        return True
    begins = line.get("EffectiveStartDate").replace("/", "-")
    return any(
        (row.get("assignment"), row.get("element")) == named
        and row.get("start", "") <= begins <= (row.get("end") or "9")
        for row in pod.setup.rows("element_eligibility")
    )


OBJECT = BusinessObject(
    "ElementEntry",
    (
        Component(
            "ElementEntry",
            user_key=("LegislativeDataGroupName", "ElementName", "AssignmentNumber"),
            optional=(_SEQUENCE,),
            other_keys=(("LegislativeDataGroupName", "ElementName", "PayrollRelationshipNumber"),),
            surrogate="ElementEntryId",
            listed="element_entries",
            whole=True,
            by_period=True,
        ),
        Component(
            "ElementEntryValue",
            {"ElementEntry": Reference("ElementEntryId")},
            ("InputValueName",),
            whole=True,
            by_period=True,
            points=(
                Pointer({"ElementName": "element", "InputValueName": "name"}, "input_values", "InputValueId"),
            ),  # unconfirmed: the sentence was seen with other ids
        ),
    ),
    lookups={
        # names of these lists of values are not known: the attribute stands for them
        "EntryType": ("entry_type", "EntryType"),
        "CreatorType": ("creator_type", "CreatorType"),
    },
    references={
        "LegislativeDataGroupName": ("legislative_data_groups", "LegislativeDataGroupId"),
        "PayrollRelationshipNumber": ("payroll_relationships", "PayrollRelationshipId"),
        "ElementName": ("elements", "ElementTypeId"),
        "AssignmentNumber": ("assignments", "AssignmentId"),  # unconfirmed: the sentence was seen with other ids
    },
    check=check,
    remembers=(_SEQUENCE,),
)
