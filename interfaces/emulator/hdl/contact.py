"""Contact: a person whom a worker names, and how the two are related."""

from __future__ import annotations

from collections.abc import Iterator

from interfaces.emulator.hdl import messages as say
from interfaces.emulator.hdl.grouping import Logical
from interfaces.emulator.hdl.objects import BusinessObject, Component, Reference
from interfaces.emulator.hdl.plain import COUNTRY
from interfaces.emulator.hdl.pod import Pod
from interfaces.emulator.hdl.reading import Line

_BIRTH = "DateOfBirth"
_CONTACT = {"Contact": Reference("PersonId")}


def check(logical: Logical, pod: Pod) -> Iterator[tuple[Line, str]]:
    """Yield relationships that begin before the contact is born, or on that day."""
    born = logical.root.record.values.get(_BIRTH, "")
    for entry in logical.of("Contact"):
        born = next((line.get(_BIRTH) for line in entry.merges if line.states(_BIRTH)), born)
    for entry in logical.of("ContactRelationship"):
        for line in entry.merges:
            if born and line.get("EffectiveStartDate") <= born:
                yield line, say.BORN_TOO_LATE


OBJECT = BusinessObject(
    "Contact",
    (
        Component("Contact", listed="contacts", first_day="StartDate"),
        Component("ContactName", _CONTACT, ("LegislationCode", "NameType")),
        Component("ContactLegislativeData", _CONTACT, ("LegislationCode",)),
        Component("ContactRelationship", _CONTACT),
    ),
    lookups={
        "LegislationCode": COUNTRY,
        "NameType": ("name_type", "NameType"),
        "Sex": ("sex", "SEX"),
        "MaritalStatus": ("marital_status", "MAR_STATUS"),
        "ContactType": ("contact_type", "CONTACT"),
    },
    references={"RelatedPersonId": ("person_ids", "RelatedPersonId")},
    check=check,
    remembers=(_BIRTH,),
)
