"""Cases of hr.workers: what the lines say. Numbers of persons are two void specimens, or ones never issued."""

from __future__ import annotations

from functools import partial

from test_suites.payloads.cases_making import FAULTY, FINE, REFUSED, Build, Case, Findings, sent
from test_suites.payloads.people import VOID_NUMBERS
from test_suites.payloads.sources import Records, Row, spoil

HR = "hr.workers"
ZIP = "Worker.zip"
_case = partial(Case, contract=HR, file=ZIP, release="")
MEMBER = "Worker.dat"
A, B = "LAWSON / LAW_210001", "LAWSON / LAW_210002"
BOTH_FINE = {A: FINE, B: FINE}
_START = "2026-11-16"
_EMPLOYER = "District Board of Education"


def two_hires() -> Records:
    """Two hires of one day, of 210001 and 210002; record n of every component is of the n-th."""
    records: Records = {}
    for at, number in enumerate(("210001", "210002")):
        for name, row in {**_person(number, VOID_NUMBERS[at]), **_employment(number)}.items():
            records.setdefault(name, []).append({"SourceSystemOwner": "LAWSON", **row})
    return records


def _person(number: str, national: str) -> dict[str, Row]:
    child: Row = {"PersonId(SourceSystemId)": f"LAW_{number}"}
    return {
        "worker": {"SourceSystemId": f"LAW_{number}", "PersonNumber": number, "EffectiveStartDate": _START, "StartDate": _START,
                   "DateOfBirth": "1990-04-15", "ActionCode": "HIRE"},
        "name": {"SourceSystemId": f"NM-{number}", **child, "EffectiveStartDate": _START, "LegislationCode": "US", "NameType": "GLOBAL",
                 "LastName": "Sample", "FirstName": "Person"},
        "email": {"SourceSystemId": f"EM-{number}", **child, "DateFrom": _START, "EmailType": "W1",
                  "EmailAddress": f"staff.{number}@example.org", "PrimaryFlag": "Y"},
        "address": {"SourceSystemId": f"AD-{number}", **child, "EffectiveStartDate": _START, "AddressType": "HOME",
                    "AddressLine1": "1 Example Street", "TownOrCity": "Sampletown", "Region2": "NC", "PostalCode": "28200", "Country": "US",
                    "PrimaryFlag": "Y"},
        "national_id": {"SourceSystemId": f"ID-{number}", **child, "LegislationCode": "US", "NationalIdentifierType": "SSN",
                        "NationalIdentifierNumber": national, "PrimaryFlag": "Y"},
    }  # fmt: skip


def _employment(number: str) -> dict[str, Row]:
    change: Row = {
        "ActionCode": "HIRE",
        "EffectiveStartDate": _START,
        "EffectiveSequence": "1",
        "EffectiveLatestChange": "Y",
    }
    relation: Row = {"PeriodOfServiceId(SourceSystemId)": f"WR-{number}"}
    return {
        "relationship": {"SourceSystemId": f"WR-{number}", "PersonId(SourceSystemId)": f"LAW_{number}", "LegalEmployerName": _EMPLOYER,
                         "DateStart": _START, "WorkerType": "E", "PrimaryFlag": "Y", "ActionCode": "HIRE"},
        "terms": {"SourceSystemId": f"ET-{number}", **relation, **change, "AssignmentNumber": f"ET{number}", "AssignmentType": "ET",
                  "LegalEmployerName": _EMPLOYER, "BusinessUnitShortCode": "District Business Unit", "PrimaryWorkTermsFlag": "Y"},
        "assignment": {"SourceSystemId": f"AS-{number}", **relation, "WorkTermsAssignmentId(SourceSystemId)": f"ET-{number}", **change,
                       "AssignmentNumber": f"E{number}", "AssignmentType": "E", "AssignmentStatusTypeCode": "ACTIVE_PROCESS",
                       "PersonTypeCode": "Employee", "BusinessUnitShortCode": "District Business Unit", "PrimaryAssignmentFlag": "Y",
                       "JobCode": "TCH-ELEM", "GradeCode": "T00", "DepartmentName": "Alder Creek Elementary School", "LocationCode": "SITE-300"},
    }  # fmt: skip


def same_day_changes(latest: str = "N", sequence: str = "2") -> Records:
    """Two changes of one day on the terms and the assignment of a known worker."""
    records: Records = {}
    for name in ("terms", "assignment"):
        first = {
            "SourceSystemOwner": "LAWSON",
            **_employment("100100")[name],
            "ActionCode": "ASG_CHANGE",
            "EffectiveLatestChange": latest,
        }
        second = {
            **first,
            "ActionCode": "WORK_HOURS_CHANGE",
            "EffectiveSequence": sequence,
            "EffectiveLatestChange": "Y",
        }
        records[name] = [first, second]
    return records


def spoilt_hires(file: str, number: int, **changes: str | None) -> Build:
    records = two_hires()
    spoil(records, file, number, **changes)
    return sent(HR, records)


def with_another(file: str, of: int, **changes: str | None) -> Build:
    """The two hires with a further record of a component behind that of the ``of``-th."""
    records = two_hires()
    records[file].insert(of, {**records[file][of - 1], **changes})
    return sent(HR, records)


def names_of_two_dates(end: str, start: str) -> Records:
    """A history of two rows for the first person's name."""
    records = two_hires()
    first = records["name"][0]
    records["name"][:1] = [
        {**first, "EffectiveEndDate": end},
        {**first, "EffectiveStartDate": start, "LastName": "Specimen"},
    ]
    return records


def _without_terms() -> Records:
    records = two_hires()
    del records["terms"][1]
    return records


def termination(**changes: str | None) -> Records:
    line = {
        "SourceSystemOwner": "LAWSON", "SourceSystemId": "WR-100100", "PersonId(SourceSystemId)": "LAW_100100", "LegalEmployerName": _EMPLOYER,
        "DateStart": "2024-08-01", "WorkerType": "E", "ActionCode": "TERMINATION", "TerminateWorkRelationshipFlag": "Y",
        "ActualTerminationDate": "2026-12-31", **changes,
    }  # fmt: skip
    return {"relationship": [line]}


def by_number() -> Records:
    mail: Row = {
        "PersonNumber": "100100",
        "DateFrom": _START,
        "EmailType": "W1",
        "EmailAddress": "staff.100100@example.org",
        "PrimaryFlag": "Y",
    }
    return {"email": [mail, {**mail, "PersonNumber": "100107", "EmailAddress": "staff.100107@example.org"}]}


def on(file: str, rows: list[int], *rules: str) -> Findings:
    return {rule: {file: rows} for rule in rules}


_KNOWN = "LAWSON / WR-100100"  # the file does not hold the worker: the key of the work relationship names the unit
A_FAULTY, A_REFUSED = {A: FAULTY, B: FINE}, {A: REFUSED, B: FINE}

_VALID = (
    _case("two_hires", "Two new workers with all their parts: the plainest valid file.", sent(HR, two_hires()), BOTH_FINE),
    _case("user_keys_only", "Children named by person number: no source key is needed.", sent(HR, by_number()), {"100100": FINE, "100107": FINE}),
    _case("same_day_sequence", "Two changes of one day, numbered 1 and 2, the last one marked: legal history, no duplicate.",
          sent(HR, same_day_changes()), {_KNOWN: FINE}),
    _case("name_with_a_history", "Several MERGE lines of one record are legal where its component is date-effective.",
          sent(HR, names_of_two_dates("2026-11-30", "2026-12-01")), BOTH_FINE),
    _case("termination", "One line that ends a known work relationship.", sent(HR, termination()), {"LAWSON / LAW_100100": FINE}),
)  # fmt: skip

_HISTORIES = (
    _case("two_latest_changes_of_a_day", "When several changes exist for a day, only one is the latest.",
          sent(HR, same_day_changes(latest="Y")), {_KNOWN: REFUSED}, {**on("terms", [1, 2], "HRW-420"), **on("assignment", [1, 2], "HRW-520")}),
    _case("hole_in_the_sequence", "Changes of a day count 1..n; this file has 1 and 3.",
          sent(HR, same_day_changes(sequence="3")), {_KNOWN: FAULTY}, {**on("terms", [2], "terms.order"), **on("assignment", [2], "assignment.order")}),
    _case("gap_in_a_history", "There is no break in the dates of one record.",
          sent(HR, names_of_two_dates("2026-11-25", "2026-12-01")), A_FAULTY, on("name", [2], "name.gap")),
    _case("overlap_in_a_history", "The second row begins before the first one ends.",
          sent(HR, names_of_two_dates("2026-12-05", "2026-12-01")), A_FAULTY, on("name", [2], "name.overlap")),
    _case("day_that_no_calendar_has", "2026/13/45 is refused at import: calendar validity is checked.",
          spoilt_hires("name", 1, EffectiveStartDate="2026/13/45"), A_REFUSED, on("name", [1], "name.EffectiveStartDate.type")),
    _case("merged_and_deleted", "MERGE and DELETE may share a file, not a record.",
          with_another("email", 1, _action="DELETE"), A_FAULTY, on("email", [1, 2], "HRW-702")),
)  # fmt: skip

_PARTS = (
    _case("orphan_child", "An e-mail of a person who is neither in the file nor in the pod.",
          with_another("email", 2, SourceSystemId="EM-299999", **{"PersonId(SourceSystemId)": "LAW_299999"}),
          {**BOTH_FINE, "LAWSON / LAW_299999": REFUSED}, on("email", [3], "email.parent")),
    _case("assignment_without_work_terms", "Work terms are required even in the two-tier models; those of the second hire are missing.",
          sent(HR, _without_terms()), {A: FINE, B: REFUSED},
          {**on("relationship", [2], "HRW-042"), **on("assignment", [2], "assignment.parent", "HRW-400")}),
    _case("last_name_missing", "The load asks for LastName and loses the whole worker.",
          spoilt_hires("name", 1, LastName=None), A_REFUSED, on("name", [1], "name.LastName.required")),
    _case("two_primary_emails", "One e-mail of a person is primary, not two.",
          with_another("email", 1, SourceSystemId="EM-210001-2", EmailType="H1", EmailAddress="person@example.org"), A_FAULTY,
          on("email", [1, 2], "HRW-200")),
    _case("email_merged_twice", "Without effective dates a record is merged once; the copy is a second primary e-mail, too.",
          with_another("email", 1), A_FAULTY, {**on("email", [2], "HRW-600"), **on("email", [1, 2], "HRW-200")}),
    _case("termination_without_date", "A termination needs its date.",
          sent(HR, termination(ActualTerminationDate=None)), {"LAWSON / LAW_100100": FAULTY}, on("relationship", [1], "HRW-320")),
)  # fmt: skip

_VALUES = (
    _case("number_with_area_000", "No social security number has area 000.",
          spoilt_hires("national_id", 1, NationalIdentifierNumber="000-12-3456"), A_FAULTY, on("national_id", [1], "HRW-240")),
    _case("number_of_two_persons", "One social security number cannot belong to two persons.",
          spoilt_hires("national_id", 2, NationalIdentifierNumber=VOID_NUMBERS[0]), {A: FAULTY, B: FAULTY}, on("national_id", [1, 2], "HRW-242")),
    # with an action that creates nothing, the source key is that of nobody
    _case("action_code_of_the_old_system", "NEWHIRE is no action of the pod.",
          spoilt_hires("worker", 1, ActionCode="NEWHIRE"), A_REFUSED, on("worker", [1], "worker.ActionCode.list", "HRW-020")),
    _case("job_code_unknown", "A reference that the pod cannot find refuses the worker.",
          spoilt_hires("assignment", 2, JobCode="TCH-MARS"), {A: FINE, B: REFUSED}, on("assignment", [2], "assignment.JobCode.list")),
    _case("legal_employer_unknown", "The relationship's employer is not in the pod, and not that of the work terms.",
          spoilt_hires("relationship", 1, LegalEmployerName="District School Board"), A_REFUSED,
          {**on("relationship", [1], "relationship.LegalEmployerName.list"), **on("terms", [1], "HRW-410")}),
    _case("person_number_without_its_zero", "Six digits in the legacy system, five after a spreadsheet.",
          spoilt_hires("worker", 1, PersonNumber="21001"), A_FAULTY, on("worker", [1], "worker.PersonNumber.pattern@NCHRW")),
)  # fmt: skip

WORKERS: tuple[Case, ...] = (*_VALID, *_HISTORIES, *_PARTS, *_VALUES)
