"""Further cases of hr.workers: what real loads of workers are known to break on, and what they take."""

from __future__ import annotations

from functools import partial

from test_suites.payloads.cases_making import FAULTY, FINE, REFUSED, SECOND, Build, Case, sent
from test_suites.payloads.cases_workers import (
    A_FAULTY,
    A_REFUSED,
    BOTH_FINE,
    HR,
    ZIP,
    A,
    B,
    by_number,
    names_of_two_dates,
    on,
    same_day_changes,
    spoilt_hires,
    termination,
    two_hires,
    with_another,
)
from test_suites.payloads.sources import Records, Row, spoil

_case = partial(Case, contract=HR, file=ZIP, release="", since=SECOND)
_KNOWN, _PERSON = "LAWSON / WR-100100", "LAWSON / LAW_100100"


def _without(*files: str) -> Build:
    """The two hires, the first one without these parts."""
    records = two_hires()
    for file in files:
        del records[file][0]
    return sent(HR, records)


def _mail(**changes: str | None) -> Row:
    return {**by_number()["email"][0], **changes}


def _history(**second: str | None) -> Records:
    """The first hire's worker record with a second row of later date, as ``second`` says."""
    records = two_hires()
    first = records["worker"][0]
    later = {**first, "EffectiveStartDate": "2027-01-01", "ActionCode": None, **second}
    records["worker"][:1] = [{**first, "EffectiveEndDate": "2026-12-31"}, later]
    return records


def _pending() -> Records:
    records = two_hires()
    types: dict[str, Row] = {
        "relationship": {"WorkerType": "P"},
        "terms": {"AssignmentType": "PT"},
        "assignment": {"AssignmentType": "P", "PersonTypeCode": None},
    }
    for file in ("worker", "relationship", "terms", "assignment"):
        spoil(records, file, 1, ActionCode="ADD_PEN_WKR", **types.get(file, {}))
    return records


def _two_secondary() -> Records:
    """Two e-mails of the first hire, none of them primary."""
    records = two_hires()
    spoil(records, "email", 1, PrimaryFlag="N")
    other = {
        **records["email"][0],
        "SourceSystemId": "EM-210001-2",
        "EmailType": "H1",
        "EmailAddress": "person@example.org",
    }
    records["email"].insert(1, other)
    return records


def _known_by(source: str) -> Records:
    """A change of a person by a source key."""
    return {
        "worker": [
            {
                "SourceSystemOwner": "LAWSON",
                "SourceSystemId": source,
                "EffectiveStartDate": "2026-11-16",
                "ActionCode": "ASG_CHANGE",
            }
        ]
    }


def _second_terms_date() -> Records:
    records = same_day_changes()
    spoil(records, "terms", 1, EffectiveStartDate="2026-11-15")
    spoil(records, "terms", 2, EffectiveStartDate="2026-11-15")
    return records


def _other_type() -> Records:
    """The first hire's assignment, contingent from January on."""
    records = two_hires()
    for name in ("terms", "assignment"):
        first = records[name][0]
        later = {**first, "EffectiveStartDate": "2027-01-01", "ActionCode": "ASG_CHANGE"}
        records[name][:1] = [{**first, "EffectiveEndDate": "2026-12-31"}, later]
    spoil(records, "assignment", 2, AssignmentType="C")
    return records


_NUMBERS = (
    _case("number_with_area_666", "No social security number has area 666.",
          spoilt_hires("national_id", 1, NationalIdentifierNumber="666-12-3456"), A_FAULTY, on("national_id", [1], "HRW-240")),
    _case("number_with_area_of_the_nines", "Areas 900 to 999 are no areas of social security numbers.",
          spoilt_hires("national_id", 1, NationalIdentifierNumber="987-65-4320"), A_FAULTY, on("national_id", [1], "HRW-240")),
    _case("number_of_eight_digits", "A leading zero was lost: 078 became 78.",
          spoilt_hires("national_id", 1, NationalIdentifierNumber="78-05-1120"), A_FAULTY, on("national_id", [1], "HRW-240")),
    _case("number_with_group_00", "No social security number has group 00.",
          spoilt_hires("national_id", 1, NationalIdentifierNumber="078-00-1120"), A_FAULTY, on("national_id", [1], "HRW-241")),
    _case("number_without_dashes", "Nine digits without dashes are a social security number, too.",
          spoilt_hires("national_id", 1, NationalIdentifierNumber="078051120"), BOTH_FINE),
)  # fmt: skip

_KEYS = (
    _case("one_source_id_in_several_components", "A source id is unique per component: others may carry the same one.",
          spoilt_hires("email", 1, SourceSystemId="LAW_210001"), BOTH_FINE),
    _case("pending_worker", "A pending worker comes in with an action and types of its own.", sent(HR, _pending()), BOTH_FINE),
)  # fmt: skip

_VALUES = (
    _case("emptied_by_a_token", "#NULL sets an attribute to null; a blank leaves it unchanged.",
          sent(HR, {"email": [_mail(DateTo="#NULL"), _mail(PersonNumber="100107", EmailAddress="staff.100107@example.org", DateTo=None)]}),
          {"100100": FINE, "100107": FINE}),
    _case("end_of_time_written_out", "4712/12/31 is the end of time.", sent(HR, _history(EffectiveEndDate="4712-12-31")), BOTH_FINE),
    _case("history_that_ends", "The history of a new worker runs to the end of time.",
          spoilt_hires("worker", 1, EffectiveEndDate="2027-06-30"), BOTH_FINE, on("worker", [1], "HRW-060")),
    _case("date_in_american_order", "A date attribute is refused in any other form, also one whose name does not end in Date.",
          spoilt_hires("email", 1, DateFrom="11-16-2026"), A_REFUSED, on("email", [1], "email.DateFrom.type")),
    _case("email_type_unknown", "A lookup code that the pod does not have.", spoilt_hires("email", 1, EmailType="WORK"), A_REFUSED, on("email", [1], "email.EmailType.list")),
    _case("source_id_without_its_owner", "A source key is an id and its owner.",
          sent(HR, {"email": [_mail(SourceSystemId="EM-100100")]}), {"100100": FAULTY}, on("email", [1], "email.SourceSystemOwner.required")),
    _case("source_key_of_nobody", "A known record without a source key must not be given an invented one: the update is refused.",
          sent(HR, _known_by("LAW_999999")), {"LAWSON / LAW_999999": REFUSED}, on("worker", [1], "HRW-020")),
    _case("known_worker_by_source_key", "A change of a worker who is in the pod.", sent(HR, _known_by("LAW_100100")), {_PERSON: FINE}),
    _case("worker_without_any_key", "A line must identify its record.", sent(HR, {"worker": [{"EffectiveStartDate": "2026-11-16", "ActionCode": "ASG_CHANGE"}]}),
          {"worker record 1": FAULTY}, on("worker", [1], "HRW-010")),
)  # fmt: skip

_HISTORIES = (
    _case("end_before_start", "A dated row ends after it begins.", sent(HR, names_of_two_dates("2026-11-10", "2026-12-01")), A_FAULTY,
          {**on("name", [1], "name.order"), **on("name", [2], "name.gap")}),
    _case("start_before_the_first_date", "A new worker starts on the first effective date.",
          spoilt_hires("worker", 1, StartDate="2026-11-15"), A_FAULTY, on("worker", [1], "HRW-030")),
    _case("person_number_changes_on_the_way", "Key values are the same over a whole history.",
          sent(HR, _history(PersonNumber="210009")), A_FAULTY,
          {**on("worker", [1, 2], "HRW-051"), **on("worker", [1], "HRW-060")}),
    _case("number_under_two_source_ids", "One person number under two source ids is one person, twice.",
          spoilt_hires("worker", 2, PersonNumber="210001"), {A: FAULTY, B: FAULTY}, on("worker", [1, 2], "HRW-050")),
    _case("terms_of_another_date", "Work terms begin on the day of the assignment's change.",
          sent(HR, _second_terms_date()), {_KNOWN: REFUSED}, on("assignment", [1, 2], "HRW-400")),
    _case("employee_turned_contingent", "From employee to contingent worker is a termination and a rehire, not an update.",
          sent(HR, _other_type()), A_FAULTY, on("assignment", [1, 2], "HRW-540")),
    _case("merge_of_a_person_and_delete_of_an_email", "MERGE and DELETE of different records of one person are legal in one file.",
          with_another("email", 1, SourceSystemId="EM-210001-OLD", EmailType="H1", EmailAddress="old@example.org", PrimaryFlag=None, _action="DELETE"), BOTH_FINE),
)  # fmt: skip

_PARTS = (
    _case("hire_without_a_name", "A hire has five parts; the name of type GLOBAL is one.", _without("name"), A_FAULTY, on("worker", [1], "HRW-040")),
    _case("hire_without_a_relationship", "A hire without its work relationship, and so nothing under it.",
          _without("relationship", "terms", "assignment"), A_FAULTY, on("worker", [1], "HRW-041")),
    _case("hire_without_an_assignment", "Work terms of a hire have their assignment.", _without("assignment"), A_FAULTY, on("terms", [1], "HRW-043")),
    _case("no_primary_of_two_emails", "Of several e-mails of a new person one is primary.",
          sent(HR, _two_secondary()), A_FAULTY, on("email", [1, 2], "HRW-201")),
    _case("two_primary_addresses", "A person has one primary address at a time.",
          with_another("address", 1, SourceSystemId="AD-210001-2", AddressType="MAIL", AddressLine1="2 Example Street"), A_FAULTY, on("address", [1, 2], "HRW-220")),
    _case("two_primary_relationships", "A person has one primary work relationship at a time; the second one lacks its terms, too.",
          with_another("relationship", 1, SourceSystemId="WR-210001-2", LegalEmployerName="District School Nutrition Services", ActionCode="ASG_CHANGE"), A_REFUSED,
          {**on("relationship", [1, 2], "HRW-300"), **on("relationship", [2], "HRW-042")}),
    _case("two_indicators_on_one_line", "A line terminates or reverses, not both.",
          sent(HR, termination(ReverseTerminationFlag="Y")), {_PERSON: FAULTY}, on("relationship", [1], "HRW-310")),
    _case("hire_that_is_terminated", "A relationship that comes with its whole history states its end by dates, not by an indicator.",
          spoilt_hires("relationship", 1, TerminateWorkRelationshipFlag="Y", ActualTerminationDate="2026-12-31"), A_FAULTY, on("relationship", [1], "HRW-311")),
)  # fmt: skip

WORKER_QUIRKS: tuple[Case, ...] = (*_NUMBERS, *_KEYS, *_VALUES, *_HISTORIES, *_PARTS)
