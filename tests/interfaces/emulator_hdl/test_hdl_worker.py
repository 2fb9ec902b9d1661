"""Workers in the emulated pod: each message that HDL is documented to give, and what is accepted beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hdl_files import EMPLOYER, codes, counts, delete, hire, loaded, merge, pod, said

from interfaces.emulator.hdl.messages import ENDS_BEFORE_START
from interfaces.emulator.tables import Tables

KEY = {"SourceSystemOwner": "LEGACY"}
CHANGE = {
    **KEY,
    "EffectiveStartDate": "2026/10/01",
    "ActionCode": "ASG_CHANGE",
    "EffectiveSequence": "1",
    "EffectiveLatestChange": "Y",
}


def terms(**values: str) -> Any:
    return merge(
        "WorkTerms", **{**CHANGE, "SourceSystemId": "ET-100", "PeriodOfServiceId__SourceSystemId": "WR-100", **values}
    )


def assignment(**values: str) -> Any:
    return merge(
        "Assignment",
        **{**CHANGE, "SourceSystemId": "AS-100", "WorkTermsAssignmentId__SourceSystemId": "ET-100", **values},
    )


def email(**values: str) -> Any:
    return merge(
        "PersonEmail", **{**KEY, "SourceSystemId": "EM-1", "EmailType": "W1", "DateFrom": "2026/10/01", **values}
    )


# --- one fault, one message, one worker lost

FAULTS: list[tuple[dict[str, Mapping[str, str] | None], str, str, str]] = [
    # import
    ({"Worker": {"EffectiveStartDate": "2026/13/45"}}, "IMPORT", "Worker", "date_invalid"),
    ({"PersonName": {"EffectiveStartDate": "03-AUG-2026"}}, "IMPORT", "PersonName", "date_invalid"),
    ({"PersonEmail": {"DateFrom": "2026/02/30"}}, "IMPORT", "PersonEmail", "date_invalid"),
    ({"Worker": {"StartDate": ""}}, "IMPORT", "Worker", "required_missing"),
    ({"Worker": {"EffectiveStartDate": ""}}, "IMPORT", "Worker", "required_missing"),
    ({"PersonName": {"NameType": ""}}, "IMPORT", "PersonName", "required_missing"),
    ({"PersonEmail": {"EmailAddress": ""}}, "IMPORT", "PersonEmail", "required_missing"),
    ({"WorkRelationship": {"LegalEmployerName": ""}}, "IMPORT", "WorkRelationship", "required_missing"),
    ({"WorkTerms": {"EffectiveSequence": "#NULL"}}, "IMPORT", "WorkTerms", "required_missing"),
    ({"Assignment": {"AssignmentStatusTypeCode": ""}}, "IMPORT", "Assignment", "required_missing"),
    # load
    ({"PersonName": {"LastName": ""}}, "LOAD", "PersonName", "last_name_required"),
    ({"PersonName": {"LastName": "#NULL"}}, "LOAD", "PersonName", "last_name_required"),
    ({"PersonName": None}, "LOAD", "Worker", "last_name_required"),
    ({"PersonName": {"NameType": "US"}}, "LOAD", "Worker", "last_name_required"),
    ({"Worker": {"ActionCode": "HIRED"}}, "LOAD", "Worker", "action_code_invalid"),
    ({"Worker": {"ActionCode": "ASG_CHANGE"}}, "LOAD", "Worker", "source_key_invalid"),
    ({"WorkTerms": {"ActionCode": "HIRED"}}, "LOAD", "WorkTerms", "action_code_invalid"),
    ({"PersonName": {"LegislationCode": "USA"}}, "LOAD", "PersonName", "lookup_invalid"),
    ({"PersonEmail": {"EmailType": "W9"}}, "LOAD", "PersonEmail", "lookup_invalid"),
    ({"WorkRelationship": {"LegalEmployerName": "Nobody"}}, "LOAD", "WorkRelationship", "reference_not_found"),
    ({"Assignment": {"JobCode": "CLARK"}}, "LOAD", "Assignment", "reference_not_found"),
    ({"Assignment": {"DepartmentName": "demo department"}}, "LOAD", "Assignment", "reference_not_found"),
    ({"Assignment": {"AssignmentStatusTypeCode": "ACTIVE"}}, "LOAD", "Assignment", "reference_not_found"),
    ({"Assignment": {"EffectiveStartDate": "2026/08/04"}}, "LOAD", "Assignment", "work_terms_required"),
    ({"Worker": {"EffectiveEndDate": "2026/08/01"}}, "LOAD", "Worker", ENDS_BEFORE_START),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "phase", "component", "code"), FAULTS)
def test_a_fault_gives_its_message_and_loses_its_worker_alone(
    changes: dict[str, Mapping[str, str] | None], phase: str, component: str, code: str
) -> None:
    result = loaded([*hire("1"), *hire("2", **changes)])
    assert said(result) == [(phase, component, code)]
    assert (result.objects_ok, result.objects_error) == (1, 1)
    assert result.lines_error == (phase == "IMPORT")


def test_an_import_error_names_its_line_and_a_load_error_its_record() -> None:
    result = loaded([*hire("1", Worker={"StartDate": ""}), *hire("2", Assignment={"JobCode": "CLARK"})])
    (imported, load) = result.messages
    assert (imported["ReportedAgainstCode"], imported["FileLine"], imported["SourceSystemId"]) == (
        "ORA_FILE_LINE",
        2,
        None,
    )
    assert (load["ReportedAgainstCode"], load["FileLine"]) == ("ORA_LOGICAL_OBJECT", None)
    assert (load["SourceSystemOwner"], load["SourceSystemId"], load["ConcatenatedUserKey"]) == ("LEGACY", "AS-2", "E2")
    assert (load["EffectiveStartDate"], load["EffectiveLatestChange"]) == ("2026-08-03", "Y")
    assert (
        load["MessageText"] == "You need to enter a valid value for the JobId attribute. The current values are CLARK."
    )


def test_the_message_speaks_of_the_id_behind_the_name() -> None:
    result = loaded(hire(WorkRelationship={"LegalEmployerName": "Nobody"}))
    assert "LegalEntityId attribute" in str(result.messages[0]["MessageText"])


def test_a_list_that_is_not_set_up_decides_nothing() -> None:
    free = pod(job=None, actions=None, legal_employers=None, name_type=None)
    faulty = hire(
        Assignment={"JobCode": "ANY"}, Worker={"ReasonCode": "X"}, WorkRelationship={"LegalEmployerName": "Nobody"},
        WorkTerms={"ActionCode": "HIRED", "LegalEmployerName": "Nobody"},
    )  # fmt: skip
    assert counts(loaded(faulty, setup=free)) == ((6, 0), (1, 0))


def test_an_owner_that_is_not_in_the_list_leads_to_no_parent_either() -> None:
    result = loaded(hire(PersonEmail={"SourceSystemOwner": "PAYROLL"}))
    assert said(result) == [("IMPORT", "PersonEmail", "lookup_invalid"), ("IMPORT", "PersonEmail", "parent_missing")]


def test_a_source_id_needs_its_owner() -> None:
    result = loaded([email(SourceSystemOwner="", PersonNumber="100")])
    assert said(result) == [("IMPORT", "PersonEmail", "required_missing")]


# --- parts of a hire


@pytest.mark.parametrize(
    ("missing", "expected"),
    [
        (["WorkTerms"], {("WorkRelationship", "work_terms_required"), ("Assignment", "parent_missing")}),
        (["WorkTerms", "Assignment"], {("WorkRelationship", "work_terms_required")}),
        (["Assignment"], {("WorkRelationship", "One part of the hire is missing: Assignment.")}),
        (
            ["WorkRelationship", "WorkTerms", "Assignment"],
            {("Worker", "One part of the hire is missing: WorkRelationship.")},
        ),
    ],
)
def test_a_hire_has_five_parts(missing: list[str], expected: set[tuple[str, str]]) -> None:
    result = loaded(hire(**dict.fromkeys(missing)))
    assert {(component, code) for _, component, code in said(result)} == expected
    assert result.objects_ok == 0


def test_a_file_of_a_worker_and_a_stranger_s_child_loses_the_child_only() -> None:
    result = loaded([*hire("1"), email(SourceSystemId="EM-999", PersonId__SourceSystemId="P-999")])
    assert said(result) == [("IMPORT", "PersonEmail", "parent_missing")]
    assert counts(result) == ((6, 1), (1, 1))


def test_children_of_one_unknown_worker_are_one_object() -> None:
    two = [
        email(PersonId__SourceSystemId="P-999"),
        email(SourceSystemId="EM-2", EmailType="H1", PersonId__SourceSystemId="P-999"),
    ]
    assert counts(loaded(two)) == ((0, 2), (0, 1))


def test_a_child_must_name_its_parent() -> None:
    assert said(loaded([email()])) == [("IMPORT", "PersonEmail", "parent_missing")]


# --- keys


def test_the_order_of_lines_does_not_matter() -> None:
    assert counts(loaded(list(reversed(hire())))) == ((6, 0), (1, 0))


def test_a_child_may_name_its_parent_by_number() -> None:
    by_number = {"PersonId(SourceSystemId)": "", "PersonNumber": "1"}
    assert counts(loaded(hire(PersonName=by_number, WorkRelationship=by_number))) == ((6, 0), (1, 0))


def test_a_hire_may_have_user_keys_only() -> None:
    relation = {"PersonNumber": "1", "LegalEmployerName": EMPLOYER, "DateStart": "2026/08/03", "WorkerType": "E"}
    keys = {"SourceSystemOwner": "", "SourceSystemId": "", "PersonId(SourceSystemId)": ""}
    records = hire(
        Worker=keys, PersonName={**keys, "PersonNumber": "1"}, PersonEmail={**keys, "PersonNumber": "1"},
        WorkRelationship={**keys, **relation},
        WorkTerms={**keys, **relation, "PeriodOfServiceId(SourceSystemId)": ""},
        Assignment={**keys, "WorkTermsAssignmentId(SourceSystemId)": "", "WorkTermsNumber": "ET1"},
    )  # fmt: skip
    records = [(operation, name, {key: text for key, text in row.items() if text}) for operation, name, row in records]
    assert counts(loaded(records)) == ((6, 0), (1, 0))


def test_a_source_id_counts_within_its_owner() -> None:
    recruiting = {"SourceSystemOwner": "RECRUITING"}
    parts = dict.fromkeys(("PersonName", "PersonEmail", "WorkRelationship", "WorkTerms"), recruiting)
    numbers = {"Worker": {**recruiting, "PersonNumber": "2"}, "Assignment": {**recruiting, "AssignmentNumber": "E2"}}
    again = hire("1", **parts, **numbers)
    assert counts(loaded([*hire("1"), *again])) == ((12, 0), (2, 0))


def test_a_record_without_source_key_may_not_be_given_one() -> None:
    result = loaded(
        [merge("Worker", **KEY, SourceSystemId="P-300", PersonNumber="300", EffectiveStartDate="2026/10/01")]
    )
    assert said(result) == [("LOAD", "Worker", "source_key_invalid")]


def test_an_unknown_number_creates_and_then_misses_what_a_new_worker_needs() -> None:
    result = loaded([merge("Worker", PersonNumber="999", EffectiveStartDate="2026/10/01")])
    assert {code for _, _, code in said(result)} == {"required_missing"}
    texts = " ".join(str(message["MessageText"]) for message in result.messages)
    assert "StartDate" in texts
    assert "ActionCode" in texts


@pytest.mark.parametrize(("action", "messages"), [("ASG_CHANGE", []), ("", ["required_missing"])])
def test_every_row_of_new_work_terms_states_its_action(action: str, messages: list[str]) -> None:
    records = hire()
    values = next(values for _, component, values in records if component == "WorkTerms")
    later = ("MERGE", "WorkTerms", {**values, "EffectiveStartDate": "2026/09/01", "ActionCode": action})
    assert [code for _, _, code in said(loaded([*records, later]))] == messages


# --- changes of known workers


def test_a_known_worker_is_changed_by_key_and_date_alone() -> None:
    by_key = merge("Worker", **KEY, SourceSystemId="P-100", EffectiveStartDate="2026/10/01")
    by_number = merge("Worker", PersonNumber="300", EffectiveStartDate="2026/10/01")
    assert counts(loaded([by_key, by_number])) == ((2, 0), (2, 0))


def test_a_file_may_hold_children_of_known_workers_only() -> None:
    result = loaded([email(PersonId__SourceSystemId="P-100"), email(SourceSystemId="EM-2", PersonNumber="300")])
    assert counts(result) == ((2, 0), (2, 0))


def test_a_change_of_an_assignment_brings_work_terms_of_its_date() -> None:
    assert counts(loaded([terms(), assignment()])) == ((2, 0), (1, 0))
    assert said(loaded([assignment()])) == [("LOAD", "Assignment", "work_terms_required")]
    assert said(loaded([terms(EffectiveStartDate="2026/10/02"), assignment()])) == [
        ("LOAD", "Assignment", "work_terms_required")
    ]


def test_of_several_changes_of_a_day_one_is_the_latest() -> None:
    first, second = {"EffectiveLatestChange": "N"}, {"EffectiveSequence": "2"}
    good = [terms(**first), terms(**second), assignment(**first), assignment(**second)]
    assert counts(loaded(good)) == ((4, 0), (1, 0))
    twice = [terms(**first), terms(**second), assignment(), assignment(**second)]
    assert said(loaded(twice)) == [("LOAD", "Assignment", "latest_change_twice")]


def test_user_information_counts_at_the_hire_only() -> None:
    user = {**KEY, "SourceSystemId": "US-1", "UserName": "sample"}
    assert counts(loaded([*hire(), merge("PersonUserInformation", **user, PersonId__SourceSystemId="P-1")])) == (
        (7, 0),
        (1, 0),
    )
    late = loaded([merge("PersonUserInformation", **user, PersonId__SourceSystemId="P-100")])
    assert said(late) == [("LOAD", "PersonUserInformation", "user_information_update")]


def test_a_created_worker_is_known_to_later_files() -> None:
    tables = Tables()
    assert counts(loaded(hire("7"), tables)) == ((6, 0), (1, 0))
    later = [
        merge("Worker", **KEY, SourceSystemId="P-7", EffectiveStartDate="2026/10/01"),
        email(SourceSystemId="EM-7", PersonId__SourceSystemId="P-7", EmailAddress="b@example.org"),
        terms(SourceSystemId="ET-7", PeriodOfServiceId__SourceSystemId="WR-7"),
        assignment(SourceSystemId="AS-7", WorkTermsAssignmentId__SourceSystemId="ET-7"),
    ]
    assert counts(loaded(later, tables)) == ((4, 0), (1, 0))


def test_what_a_created_worker_does_not_have_is_created_and_needs_its_values() -> None:
    tables = Tables()
    loaded(hire("7"), tables)
    result = loaded([email(SourceSystemId="EM-8", PersonId__SourceSystemId="P-7", EmailType="H1")], tables)
    assert said(result) == [("IMPORT", "PersonEmail", "required_missing")]


def test_a_refused_worker_is_not_known_to_later_files() -> None:
    tables = Tables()
    loaded(hire("7", PersonName={"LastName": ""}), tables)
    result = loaded([email(PersonId__SourceSystemId="P-7")], tables)
    assert said(result) == [("IMPORT", "PersonEmail", "parent_missing")]


def test_a_hire_may_be_sent_again() -> None:
    tables = Tables()
    loaded(hire("7"), tables)
    assert counts(loaded(hire("7"), tables)) == ((6, 0), (1, 0))


# --- DELETE, repetition, history


def test_a_deleted_worker_is_gone() -> None:
    tables = Tables()
    gone = delete("Worker", **KEY, SourceSystemId="P-100")
    assert counts(loaded([gone], tables)) == ((1, 0), (1, 0))
    assert said(loaded([email(PersonId__SourceSystemId="P-100")], tables)) == [
        ("IMPORT", "PersonEmail", "parent_missing")
    ]


def test_a_child_is_deleted_beside_changes_of_its_worker() -> None:
    records = [
        merge("Worker", **KEY, SourceSystemId="P-100", EffectiveStartDate="2026/10/01"),
        delete("PersonEmail", **KEY, SourceSystemId="EM-9", PersonId__SourceSystemId="P-100"),
    ]
    assert counts(loaded(records)) == ((2, 0), (1, 0))


def test_a_record_is_deleted_by_its_own_key_alone() -> None:
    assert counts(loaded([delete("PersonEmail", **KEY, SourceSystemId="EM-9")])) == ((1, 0), (1, 0))


def test_a_record_is_not_merged_and_deleted_in_one_file() -> None:
    one = {"SourceSystemId": "EM-9", "PersonId__SourceSystemId": "P-100"}
    result = loaded([email(**one), delete("PersonEmail", **KEY, **one)])
    assert said(result) == [("LOAD", "PersonEmail", "The record is merged and deleted in the same file.")]


def test_a_record_without_effective_dates_is_merged_once() -> None:
    one = {"SourceSystemOwner": "", "SourceSystemId": "", "PersonNumber": "100"}
    result = loaded([email(**one), email(**one)])
    assert said(result) == [("LOAD", "PersonEmail", "The record is merged more than once in the file.")]


def name(start: str, end: str = "") -> Any:
    return merge(
        "PersonName",
        **KEY,
        SourceSystemId="NM-100",
        PersonId__SourceSystemId="P-100",
        EffectiveStartDate=start,
        EffectiveEndDate=end,
    )


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([name("2024/01/01"), name("2025/01/01")], []),
        ([name("2025/01/01"), name("2024/01/01", "2024/12/31")], []),
        ([name("2024/01/01", "2024/06/30"), name("2025/01/01")], ["The effective dates of the record have a gap."]),
        ([name("2024/01/01", "2025/06/30"), name("2025/01/01")], ["The effective dates of the record overlap."]),
        ([name("2024/01/01", "4712/12/31"), name("2025/01/01")], ["The effective dates of the record overlap."]),
    ],
)
def test_a_history_has_no_gap_and_no_overlap(rows: list[Any], expected: list[str]) -> None:
    assert [code for _, _, code in said(loaded(rows))] == expected


def test_later_rows_of_a_new_record_need_no_more_than_their_date() -> None:
    later = merge("Worker", **KEY, SourceSystemId="P-1", EffectiveStartDate="2027/01/01")
    assert counts(loaded([*hire("1"), later])) == ((7, 0), (1, 0))


def test_supervisors_hang_on_assignments_of_the_file_or_of_the_pod() -> None:
    values = {"EffectiveStartDate": "2026/08/03", "ManagerType": "LINE_MANAGER", "PrimaryFlag": "Y"}
    of_hire = merge("AssignmentSupervisor", AssignmentNumber="E1", PersonNumber="1", **values)
    of_known = merge("AssignmentSupervisor", AssignmentNumber="E100", PersonNumber="100", **values)
    assert counts(loaded([*hire("1"), of_hire, of_known])) == ((8, 0), (2, 0))


def test_no_pod_at_all_refuses_nothing_for_want_of_a_record() -> None:
    bare = pod(workers=None, work_relationships=None, work_terms=None, source_owner=codes("code", "LEGACY"))
    result = loaded([email(PersonId__SourceSystemId="P-5"), terms(), assignment()], setup=bare)
    assert counts(result) == ((3, 0), (2, 0))
