"""What HCM Data Loader says: its sentences, and the items of the messages resource that carry them.

The sentences under "seen" are those of real loads, as ``contracts/codes/hdl.csv`` matches them; where only a part of
one is known the rest is filled in. Those under "unseen" stand for refusals documented without text: no code matches.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from interfaces.emulator.hdl.reading import Line

# --- seen

CRITICAL_ERRORS = "Your file can't be processed as it has critical errors."
PARENT_MISSING = "You must provide a valid reference to the parent record."
WORK_TERMS_REQUIRED = "Work terms records are required when you create or update assignments."
LATEST_TWICE = "When multiple changes exist for a single day, only one can be identified as the latest change."
LAST_NAME_REQUIRED = "The WorkerName SDO, LastName attribute value is required."
ACTION_INVALID = "You must enter a valid value for the ActionCode field."
USER_INFORMATION = (
    "After a worker is created, you can't update or delete the user information or roles through the Worker Service."
)
ENTRY_SEQUENCE = "You can't provide the create entry sequence when deleting or updating an element entry."
WORK_LOCATION_REQUIRED = "You must specify a work location address for this person."
BIRTH_DATE_MISSING = "This person doesn't have a date of birth."
SECOND_PRIMARY = "Only one payroll at a time can be designated as the primary payroll."
NO_WORKDAY = "You need to enter an absence date that's on a scheduled workday."
BORN_TOO_LATE = "You need to enter a date of birth that's before the start date of the relationship."
SHIFT_PERIOD_REQUIRED = "You must provide a value for the ShiftPeriodType attribute."
SHIFT_INVALID = "You need to enter a valid value for the ShiftName attribute."


def file_name_invalid(name: str) -> str:
    """A .dat that is named as no top-level object is."""
    return (
        f"The {name} file name isn't valid. You need to use the name of a top-level supported business object"
        " as the file name."
    )


def no_valid_files(name: str) -> str:
    """A package without any .dat that can be loaded."""
    return f"The {name} file doesn't contain valid data files."


def attribute_unknown(attribute: str, component: str) -> str:
    """METADATA names an attribute that the component does not have."""
    return f"the {attribute or '(blank)'} attribute is unknown for V2 version of the {component} business object."


def definition_errors(object_: str) -> str:
    """What follows a fault of METADATA: the object file is lost."""
    return f"The file definition for the {object_} business object has critical errors."


def hint_invalid(hint: str, attribute: str) -> str:
    """A key hint other than source key and GUID."""
    return f"The key resolution hint {hint} for the {attribute} attribute is invalid."


def discriminator_invalid(component: str) -> str:
    """A component that the object does not have."""
    return f"{component or '(blank)'} component discriminator isn't valid."


def value_count(line: Line) -> str:
    """More or fewer values than METADATA names."""
    return (
        f"The number of values in line {line.number} doesn't equal the number of attributes defined in the METADATA"
        f" line for the {line.component} business object."
    )


def date_invalid(attribute: str) -> str:
    """No date, or none of the calendar."""
    return f"You must enter the date for the {attribute} attribute in YYYY/MM/DD format."


def required_missing(line: Line, attribute: str) -> str:
    """A required attribute is blank. The known text is shortened in its source; one message names one attribute."""
    return f"The line {line.number} doesn't include values for {attribute}"


def source_key_invalid(line: Line) -> str:
    """A record of the pod is addressed by a source key that it does not have."""
    key = f"SourceSystemId {line.get('SourceSystemId')} and SourceSystemOwner {line.get('SourceSystemOwner')}"
    return f"You can't update this record because the {key} are invalid."


def reference_not_found(surrogate: str, value: str) -> str:
    """A name that stands for no record; the sentence speaks of the id behind it."""
    return f"You need to enter a valid value for the {surrogate} attribute. The current values are {value}."


def lookup_invalid(value: str, attribute: str, lookup: str) -> str:
    """A code that its list of values does not have."""
    return (
        f"The {value} value for the {attribute} attribute is invalid and doesn't exist in the {lookup} list of values."
    )


def not_eligible(element: str, begins: str) -> str:
    """An assignment or payroll relationship that may not have the element on the day."""
    return f"The payroll relationship or assignment isn't eligible for the element {element} on the date {begins}."


# --- unseen (unconfirmed)

GAP = "The effective dates of the record have a gap."
OVERLAP = "The effective dates of the record overlap."
ENDS_BEFORE_START = "The effective end date of the record is before its effective start date."
MERGED_TWICE = "The record is merged more than once in the file."
MERGED_AND_DELETED = "The record is merged and deleted in the same file."
LOCATION_DELETED = "A location can't be deleted."
LOCATION_BEGINS = "The first day of the location can't be changed."
UNKNOWN_INSTRUCTION = "The line doesn't begin with a valid instruction."


def part_missing(component: str) -> str:
    """A new worker without one of the parts that every hire has."""
    return f"One part of the hire is missing: {component}."


@dataclass(frozen=True)
class Message:
    """One message. Without a line it is about the whole file."""

    text: str
    phase: Literal["IMPORT", "LOAD"]
    file: str  # .dat, or the package where no .dat is meant
    line: Line | None = None
    number: int = 0  # physical line of what is no MERGE or DELETE line
    user_key: str = ""

    def item(self) -> dict[str, object]:
        """The message as the messages resource shows it, without the ids that the service gives.

        Import errors name their line, load errors their record, and those of a whole file neither.
        """
        imported = self.phase == "IMPORT"
        file_line = (self.line.number if self.line else self.number) or None
        return {
            "BusinessObjectDiscriminator": self.line.component if self.line else None,
            "DatFileName": self.file,
            "OriginatingProcessCode": self.phase,
            "GeneratedByCode": "TRANSFER" if imported else "LOI",
            "MessageTypeCode": "ERROR",
            "MessageText": self.text,
            "MessageUserDetails": None,
            "ReportedAgainstCode": ("ORA_FILE_LINE" if file_line else None) if imported else "ORA_LOGICAL_OBJECT",
            "FileLine": file_line if imported else None,
            "LineOperation": self.line.operation if self.line else None,
            **self._record(),
            **{f"SourceReferenceName{place:03}": None for place in range(1, 11)},
            **{f"SourceReference{place:03}": None for place in range(1, 11)},
        }

    def _record(self) -> dict[str, object]:
        line = self.line if self.phase == "LOAD" else None
        shown = {
            name: (line.get(name) or None) if line else None
            for name in ("SourceSystemOwner", "SourceSystemId", "EffectiveSequence", "EffectiveLatestChange")
        }
        for name in ("EffectiveStartDate", "EffectiveEndDate"):
            shown[name] = (line.get(name).replace("/", "-") or None) if line else None
        return {
            **shown,
            "ConcatenatedUserKey": (self.user_key or None) if line else None,
            "SurrogateId": None,
            "FusionGUID": (line.get("GUID") or None) if line else None,
        }
