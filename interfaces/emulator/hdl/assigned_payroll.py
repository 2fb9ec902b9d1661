"""AssignedPayroll: the payroll of an assignment. Its person needs a work location and a date of birth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from interfaces.emulator.hdl import messages as say
from interfaces.emulator.hdl.grouping import Entry, Logical
from interfaces.emulator.hdl.objects import BusinessObject, Component, Pointer
from interfaces.emulator.hdl.plain import ASSIGNMENT, GROUP, LDG
from interfaces.emulator.hdl.pod import Pod
from interfaces.emulator.hdl.reading import Line

_OPEN = "9999"


def check(logical: Logical, pod: Pod) -> Iterator[tuple[Line, str]]:
    """Yield payrolls of people without work location or birth date."""
    for entry in logical.of("AssignedPayroll"):
        for line in entry.merges:
            number = line.get("AssignmentNumber")
            if number and not pod.allows("located_assignments", number):
                yield line, say.WORK_LOCATION_REQUIRED
            if number and not pod.allows("dated_assignments", number):
                yield line, say.BIRTH_DATE_MISSING


def check_file(logicals: Sequence[Logical]) -> Iterator[tuple[Line, str]]:
    """Yield primary payrolls of an assignment that overlap: all of them.

    Which one loads first is not known, nor whether payroll relationships count instead of assignments (unconfirmed).
    """
    primary: dict[str, list[tuple[Entry, Line]]] = {}
    for logical in logicals:
        for entry, line in _primary(logical):
            primary.setdefault(line.get("AssignmentNumber"), []).append((entry, line))
    for same in primary.values():
        for entry, line in same:
            begin, end = _days(entry, line)
            others = (_days(*other) for other in same if other[0] is not entry)
            if any(begin <= last and first <= end for first, last in others):
                yield line, say.SECOND_PRIMARY


def _primary(logical: Logical) -> Iterator[tuple[Entry, Line]]:
    for entry in logical.of("AssignedPayroll"):
        yield from ((entry, line) for line in entry.merges if line.get("PrimaryFlag") == "Y")


def _days(entry: Entry, line: Line) -> tuple[str, str]:
    """First and last day of a line; a blank end reaches to the next line of the record."""
    begin = line.get("EffectiveStartDate")
    later = [one.get("EffectiveStartDate") for one in entry.merges if one.get("EffectiveStartDate") > begin]
    return begin, line.get("EffectiveEndDate") or min(later, default=_OPEN)


OBJECT = BusinessObject(
    "AssignedPayroll",
    (
        Component(
            "AssignedPayroll",
            user_key=("AssignmentNumber", "PayrollDefinitionCode", LDG),
            listed="assigned_payrolls",
            points=(
                Pointer({"PayrollDefinitionCode": "name", LDG: "legislative_data_group"}, "payrolls", "PayrollId"),
            ),
        ),
    ),
    references={**ASSIGNMENT, **GROUP, "PayrollDefinitionCode": ("payrolls", "PayrollId")},
    check=check,
    check_file=check_file,
)
