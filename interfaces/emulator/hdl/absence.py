"""PersonAbsenceEntry: an absence of a worker, on days on which he works."""

from __future__ import annotations

from collections.abc import Iterator

from interfaces.emulator.hdl import messages as say
from interfaces.emulator.hdl.grouping import Logical
from interfaces.emulator.hdl.objects import BusinessObject, Component, Pointer
from interfaces.emulator.hdl.plain import ASSIGNMENT, PERSON, hinted
from interfaces.emulator.hdl.pod import Pod
from interfaces.emulator.hdl.reading import Line

_NAMED = ("Employer", "AbsenceType", "StartDate")


def check(logical: Logical, pod: Pod) -> Iterator[tuple[Line, str]]:
    """Yield absences that begin on a day off of the employer.

    The message was seen for a date of the absence; whether the last day is asked, too, is unconfirmed.
    """
    for entry in logical.of("PersonAbsenceEntry"):
        for line in entry.merges:
            begins = line.get("StartDate").replace("/", "-")
            if any(
                row.get("employer") == line.get("Employer") and row.get("start", "") <= begins <= row.get("end", "")
                for row in pod.setup.rows("days_off")
            ):
                yield line, say.NO_WORKDAY


OBJECT = BusinessObject(
    "PersonAbsenceEntry",
    (
        Component(
            "PersonAbsenceEntry",
            user_key=("PersonNumber", *_NAMED),
            other_keys=(("PersonId(SourceSystemId)", *_NAMED),),
            apart=("AssignmentNumber", "StartTime"),  # parts of one day (unconfirmed)
            listed="absences",
            points=(
                PERSON,
                hinted("PersonId", "workers"),
                Pointer({"Employer": "employer", "AbsenceType": "name"}, "absence_types", "AbsenceTypeId"),
            ),
        ),
    ),
    lookups={
        "AbsenceStatus": ("absence_status", "AbsenceStatus"),
        "ApprovalStatus": ("approval_status", "ApprovalStatus"),
    },
    references={**ASSIGNMENT, "Employer": ("legal_employers", "LegalEntityId")},
    check=check,
)
