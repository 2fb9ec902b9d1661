"""Worker: person, contact data, national identifiers, work relationship, work terms and assignment of one worker."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial

from interfaces.emulator.hdl import messages as say
from interfaces.emulator.hdl.grouping import Entry, Logical
from interfaces.emulator.hdl.importing import first
from interfaces.emulator.hdl.objects import BusinessObject, Component, Reference
from interfaces.emulator.hdl.pod import Pod
from interfaces.emulator.hdl.reading import NULL, Line

_PERSON = {"Worker": Reference("PersonId")}
_RELATIONSHIP = {"WorkRelationship": Reference("PeriodOfServiceId"), **_PERSON}
_TERMS = {"WorkTerms": Reference("WorkTermsAssignmentId", {"AssignmentNumber": "WorkTermsNumber"}), **_RELATIONSHIP}
_ASSIGNMENT = {"Assignment": Reference("AssignmentId"), **_PERSON}
_WITH_ACTION = ("Worker", "WorkRelationship", "WorkTerms", "Assignment", "AssignmentSupervisor")

_LOOKUPS: Mapping[str, tuple[str, str]] = {
    "LegislationCode": ("country", "FND_TERRITORIES"),
    "Country": ("country", "FND_TERRITORIES"),
    "CountryOfBirth": ("country", "FND_TERRITORIES"),
    "EmailType": ("email_type", "EMAIL_TYPE"),
    "PhoneType": ("phone_type", "PHONE_TYPE"),
    "AddressType": ("address_type", "ADDRESS_TYPE"),
    "NationalIdentifierType": ("national_id_type", "PER_NATIONAL_IDENTIFIER_TYPE"),
    "Sex": ("sex", "SEX"),
    "MaritalStatus": ("marital_status", "MAR_STATUS"),
    "AssignmentCategory": ("assignment_category", "EMP_CAT"),
    "Frequency": ("frequency", "FREQUENCY"),
    # names of these lists of values are not known: the attribute stands for them
    "NameType": ("name_type", "NameType"),
    "FullPartTime": ("full_part_time", "FullPartTime"),
    "PermanentTemporary": ("permanent_temporary", "PermanentTemporary"),
    "HourlySalariedCode": ("hourly_salaried", "HourlySalariedCode"),
}
_REFERENCES: Mapping[str, tuple[str, str]] = {
    "LegalEmployerName": ("legal_employers", "LegalEntityId"),  # seen; the other ids are as key hints name them
    "BusinessUnitShortCode": ("business_units", "BusinessUnitId"),
    "JobCode": ("job", "JobId"),
    "GradeCode": ("grade", "GradeId"),
    "PositionCode": ("position", "PositionId"),
    "DepartmentName": ("department", "OrganizationId"),
    "LocationCode": ("location", "LocationId"),
    "PersonTypeCode": ("person_type", "PersonTypeId"),  # unconfirmed, as the next one
    "AssignmentStatusTypeCode": ("assignment_status", "AssignmentStatusTypeId"),
}


_Part = partial(Component, by_action=True)


def check(logical: Logical, pod: Pod) -> Iterator[tuple[Line, str]]:
    """Yield what the worker service refuses: actions, names, parts of a hire, work terms, changes of one day."""
    yield from _unknown(logical, pod)
    for entry in logical.entries:
        if entry.component.name in _WITH_ACTION:
            for line in entry.merges:
                if line.states("ActionCode") and not pod.allows("actions", line.get("ActionCode")):
                    yield line, say.ACTION_INVALID
    yield from _parts(logical)
    yield from _names(logical)
    for entry in logical.of("Assignment"):
        for line in entry.merges:
            terms = entry.parent.merges if entry.parent else []
            if not any(one.get("EffectiveStartDate") == line.get("EffectiveStartDate") for one in terms):
                yield line, say.WORK_TERMS_REQUIRED
    for component in ("WorkTerms", "Assignment"):
        for entry in logical.of(component):
            yield from _latest(entry)
    if not logical.root.new:
        for entry in logical.of("PersonUserInformation"):
            yield entry.lines[0], say.USER_INFORMATION


def _unknown(logical: Logical, pod: Pod) -> Iterator[tuple[Line, str]]:
    """A source key that the pod does not have, with no action that creates a worker of it."""
    for entry in logical.of("Worker"):
        if entry.merges and entry.decided and not (entry.known or entry.new or entry.invented):
            line = first(entry)
            action = line.get("ActionCode")
            if line.get("SourceSystemId") and (not action or pod.allows("actions", action)):
                yield line, say.source_key_invalid(line)


def _parts(logical: Logical) -> Iterator[tuple[Line, str]]:
    """A hire has five parts. For missing names and work terms stand the sentences that are nearest (unconfirmed)."""
    for entry in logical.of("Worker"):
        if entry.new:
            names = [line for name in logical.of("PersonName") for line in name.merges]
            if not any(line.get("NameType") == "GLOBAL" for line in names):
                yield first(entry), say.LAST_NAME_REQUIRED
            if not _merged_below(logical, "WorkRelationship", entry):
                yield first(entry), say.part_missing("WorkRelationship")
    for entry in logical.of("WorkRelationship"):
        if entry.new and not _merged_below(logical, "WorkTerms", entry):
            yield first(entry), say.WORK_TERMS_REQUIRED
        elif entry.new and not any(_merged_below(logical, "Assignment", terms) for terms in logical.of("WorkTerms")):
            yield first(entry), say.part_missing("Assignment")


def _merged_below(logical: Logical, component: str, above: Entry) -> bool:
    return any(entry.parent is above and entry.merges for entry in logical.of(component))


def _names(logical: Logical) -> Iterator[tuple[Line, str]]:
    for entry in logical.of("PersonName"):
        nulled = [line for line in entry.merges if line.get("LastName") == NULL]
        if nulled:
            yield nulled[0], say.LAST_NAME_REQUIRED
        elif entry.new and not first(entry).get("LastName"):
            yield first(entry), say.LAST_NAME_REQUIRED


def _latest(entry: Entry) -> Iterator[tuple[Line, str]]:
    days: Counter[str] = Counter()
    for line in entry.merges:
        if line.get("EffectiveLatestChange") == "Y":
            days[line.get("EffectiveStartDate")] += 1
            if days[line.get("EffectiveStartDate")] == 2:
                yield line, say.LATEST_TWICE


OBJECT = BusinessObject(
    "Worker",
    (
        _Part("Worker", user_key=("PersonNumber",), unique=True, surrogate="PersonId", listed="workers"),
        _Part("PersonName", _PERSON, ("LegislationCode", "NameType"), surrogate="PersonNameId"),
        _Part("PersonEmail", _PERSON, ("EmailType", "DateFrom"), surrogate="EmailAddressId"),
        _Part("PersonPhone", _PERSON, ("PhoneType", "DateFrom"), surrogate="PhoneId"),
        _Part("PersonAddress", _PERSON, ("AddressType", "AddressLine1")),
        _Part(
            "PersonNationalIdentifier",
            _PERSON,
            ("LegislationCode", "NationalIdentifierType"),
            surrogate="NationalIdentifierId",
        ),
        _Part("PersonLegislativeData", _PERSON, ("LegislationCode",), surrogate="PersonLegislativeId"),
        _Part("PersonEthnicity", _PERSON, ("LegislationCode", "Ethnicity"), surrogate="EthnicityId"),
        _Part("PersonCitizenship", _PERSON, ("LegislationCode",)),
        _Part("PersonUserInformation", _PERSON),
        _Part(
            "WorkRelationship",
            _PERSON,
            ("LegalEmployerName", "DateStart", "WorkerType"),
            surrogate="PeriodOfServiceId",
            listed="work_relationships",
        ),
        _Part(
            "WorkTerms",
            _RELATIONSHIP,
            ("AssignmentNumber",),
            unique=True,
            surrogate="AssignmentId",
            listed="work_terms",
        ),
        _Part(
            "Assignment",
            _TERMS,
            ("AssignmentNumber",),
            unique=True,
            surrogate="AssignmentId",
            listed="assignments",
        ),
        _Part("AssignmentSupervisor", _ASSIGNMENT, ("ManagerType",)),
        _Part("AssignmentWorkMeasure", _ASSIGNMENT, ("Unit",)),
    ),
    lookups=_LOOKUPS,
    references=_REFERENCES,
    check=check,
    names={
        "Worker": ({name: name for name in ("SourceSystemOwner", "SourceSystemId", "PersonNumber")}, "workers"),
        "Assignment": ({"AssignmentNumber": "AssignmentNumber"}, "assignments"),
    },
)
