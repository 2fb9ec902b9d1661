"""Salary: a salary of an assignment with its components."""

from __future__ import annotations

from collections.abc import Iterator

from interfaces.emulator.hdl import messages as say
from interfaces.emulator.hdl.grouping import Logical
from interfaces.emulator.hdl.objects import BusinessObject, Component, Reference
from interfaces.emulator.hdl.pod import Pod
from interfaces.emulator.hdl.reading import Line


def check(logical: Logical, pod: Pod) -> Iterator[tuple[Line, str]]:
    """Yield actions that are not in the list. CHANGE_SALARY is Oracle's own and always passes."""
    for entry in logical.of("Salary"):
        for line in entry.merges:
            action = line.get("ActionCode")
            if line.states("ActionCode") and action != "CHANGE_SALARY" and not pod.allows("actions", action):
                yield line, say.ACTION_INVALID


OBJECT = BusinessObject(
    "Salary",
    (
        Component(
            "Salary",
            user_key=("AssignmentNumber", "DateFrom"),
            other_keys=(("AssignmentId(SourceSystemId)", "DateFrom"),),
            surrogate="SalaryId",
            listed="salaries",
        ),
        Component("SalaryComponent", {"Salary": Reference("SalaryId")}, ("ComponentReasonCode",)),
        Component(
            "SalarySimpleComponent",
            {"Salary": Reference("SalaryId", {"DateFrom": "SalaryDateFrom"})},
            ("ComponentCode",),
        ),
    ),
    lookups={
        "ComponentReasonCode": ("salary_components", "CMP_SALARY_COMPONENTS"),
        "ComponentCode": ("simple_components", "ORA_CMP_SIMPLE_SALARY_COMPS"),
    },
    references={
        "SalaryBasisName": ("salary_basis", "SalaryBasisId"),
        "AssignmentNumber": ("assignments", "AssignmentId"),
    },
    check=check,
)
