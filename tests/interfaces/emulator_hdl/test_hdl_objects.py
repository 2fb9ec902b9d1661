"""Salaries, element entries, jobs, positions and objects without rules of their own in the emulated pod."""

from __future__ import annotations

from typing import Any

import pytest
from hdl_files import codes, counts, delete, loaded, merge, pod, said

from interfaces.emulator.tables import Tables

SET_UP = pod(
    salary_basis=codes("name", "Monthly Teacher"),
    elements=codes("name", "Coaching"),
    assignments=codes("number", "E100"),
    actions=codes("code", "HIRE"),
)


def salary(**values: str) -> Any:
    whole = {
        "SourceSystemOwner": "LEGACY", "SourceSystemId": "SAL-1", "AssignmentNumber": "E100", "DateFrom": "2026/08/03",
        "SalaryAmount": "4100", "SalaryBasisName": "Monthly Teacher",
        "ActionCode": "CHANGE_SALARY", "SalaryApproved": "Y",
    }  # fmt: skip
    return merge("Salary", **{**whole, **values})


def entry(component: str = "ElementEntry", **values: str) -> Any:
    whole = {
        "SourceSystemOwner": "LEGACY", "LegislativeDataGroupName": "US LDG", "EffectiveStartDate": "2026/08/03",
        "ElementName": "Coaching", "AssignmentNumber": "E100", "EntryType": "E", "SourceSystemId": "EE-1",
    }  # fmt: skip
    own = (
        {"CreatorType": "H"} if component == "ElementEntry" else {"InputValueName": "Amount", "ScreenEntryValue": "10"}
    )
    return merge(component, **{**whole, **own, **values})


def job(**values: str) -> Any:
    whole = {
        "SourceSystemOwner": "LEGACY", "SourceSystemId": "J-1", "EffectiveStartDate": "2020/01/01", "JobCode": "NURSE",
        "SetCode": "COMMON", "Name": "Nurse", "ActiveStatus": "A",
    }  # fmt: skip
    return merge("Job", **{**whole, **values})


def position(**values: str) -> Any:
    whole = {
        "SourceSystemOwner": "LEGACY", "SourceSystemId": "POS-1", "EffectiveStartDate": "2020/01/01",
        "BusinessUnitName": "Demo Unit", "PositionCode": "P1", "Name": "Clerk", "DepartmentName": "Demo Department",
        "JobCode": "CLERK", "ActiveStatus": "A", "PositionType": "SINGLE",
    }  # fmt: skip
    return merge("Position", **{**whole, **values})


GOOD = {"Salary": salary, "ElementEntry": entry, "Job": job, "Position": position}


@pytest.mark.parametrize("object_", GOOD)
def test_a_complete_record_is_accepted(object_: str) -> None:
    assert counts(loaded([GOOD[object_]()], setup=SET_UP, object_=object_)) == ((1, 0), (1, 0))


@pytest.mark.parametrize(
    ("object_", "change", "phase", "code"),
    [
        ("Salary", {"SalaryBasisName": "Hourly"}, "LOAD", "reference_not_found"),
        ("Salary", {"AssignmentNumber": "E999"}, "LOAD", "reference_not_found"),
        ("Salary", {"ActionCode": "SAL_CHANGE"}, "LOAD", "action_code_invalid"),
        ("Salary", {"SalaryAmount": ""}, "IMPORT", "required_missing"),
        ("Salary", {"DateFrom": "08/03/2026"}, "IMPORT", "date_invalid"),
        ("Salary", {"SourceSystemOwner": "PAYROLL"}, "IMPORT", "lookup_invalid"),
        ("ElementEntry", {"ElementName": "Bonus"}, "LOAD", "reference_not_found"),
        ("ElementEntry", {"CreatorType": ""}, "IMPORT", "required_missing"),
        ("Job", {"Name": ""}, "IMPORT", "required_missing"),
        ("Position", {"DepartmentName": "Nowhere"}, "LOAD", "reference_not_found"),
        ("Position", {"JobCode": "CLARK"}, "LOAD", "reference_not_found"),
    ],
)
def test_a_fault_refuses_its_record_alone(object_: str, change: dict[str, str], phase: str, code: str) -> None:
    other = {
        "Salary": {"DateFrom": "2027/01/01"},
        "ElementEntry": {"MultipleEntryCount": "2"},
        "Job": {"JobCode": "COOK"},
    }
    good = GOOD[object_](**other.get(object_, {"PositionCode": "P2"}), SourceSystemId="GOOD")
    result = loaded([good, GOOD[object_](**change)], setup=SET_UP, object_=object_)
    assert said(result) == [(phase, object_, code)]
    assert (result.objects_ok, result.objects_error) == (1, 1)


@pytest.mark.parametrize(
    ("object_", "change", "surrogate"),
    [
        ("Salary", {"SalaryBasisName": "Hourly"}, "SalaryBasisId"),
        ("ElementEntry", {"ElementName": "Bonus"}, "ElementTypeId"),
    ],
)
def test_the_message_names_the_id(object_: str, change: dict[str, str], surrogate: str) -> None:
    result = loaded([GOOD[object_](**change)], setup=SET_UP, object_=object_)
    assert surrogate in str(result.messages[0]["MessageText"])


def test_without_lists_of_bases_and_elements_nothing_is_decided() -> None:
    assert counts(loaded([salary(SalaryBasisName="Any", AssignmentNumber="X")], object_="Salary")) == ((1, 0), (1, 0))
    assert counts(loaded([entry(ElementName="Any")], object_="ElementEntry")) == ((1, 0), (1, 0))


def test_a_loaded_salary_is_changed_by_its_key_alone() -> None:
    tables = Tables()
    loaded([salary()], tables, object_="Salary")
    change = merge("Salary", SourceSystemOwner="LEGACY", SourceSystemId="SAL-1", SalaryAmount="4200")
    assert counts(loaded([change], tables, object_="Salary")) == ((1, 0), (1, 0))


def test_components_are_one_object_with_their_salary() -> None:
    part = merge(
        "SalaryComponent", SourceSystemOwner="LEGACY", SourceSystemId="SC-1", SalaryId__SourceSystemId="SAL-1",
        DateFrom="2026/08/03", ComponentReasonCode="MERIT", ChangeAmount="100", ComponentApproved="Y",
    )  # fmt: skip
    simple = merge("SalarySimpleComponent", AssignmentNumber="E100", SalaryDateFrom="2026/08/03", ComponentCode="X")
    assert counts(loaded([salary(), part, simple], object_="Salary")) == ((3, 0), (1, 0))


def test_values_are_one_object_with_their_entry() -> None:
    by_key = entry("ElementEntryValue", SourceSystemId="EV-1", ElementEntryId__SourceSystemId="EE-1")
    by_names = entry("ElementEntryValue", SourceSystemId="EV-2", InputValueName="Rate")
    assert counts(loaded([entry(), by_key, by_names], object_="ElementEntry")) == ((3, 0), (1, 0))


def test_a_value_must_name_its_entry() -> None:
    lonely = merge(
        "ElementEntryValue", SourceSystemOwner="LEGACY", SourceSystemId="EV-1", EffectiveStartDate="2026/08/03"
    )
    assert said(loaded([lonely], object_="ElementEntry"))[0] == ("IMPORT", "ElementEntryValue", "parent_missing")


def test_an_update_uses_the_sequence_under_which_the_entry_was_created() -> None:
    tables = Tables()
    loaded([entry(MultipleEntryCount="1")], tables, object_="ElementEntry")
    assert counts(loaded([entry(MultipleEntryCount="1")], tables, object_="ElementEntry")) == ((1, 0), (1, 0))
    result = loaded([entry(MultipleEntryCount="2")], tables, object_="ElementEntry")
    assert said(result) == [("LOAD", "ElementEntry", "entry_sequence_on_update")]
    gone = delete("ElementEntry", SourceSystemOwner="LEGACY", SourceSystemId="EE-1", MultipleEntryCount="2")
    assert said(loaded([gone], tables, object_="ElementEntry"))[0][2] == "entry_sequence_on_update"


def test_a_job_of_the_list_is_changed_by_its_code_alone() -> None:
    change = merge(
        "Job", SourceSystemOwner="LEGACY", SourceSystemId="J-9", JobCode="CLERK", EffectiveStartDate="2026/08/03"
    )
    assert counts(loaded([change], object_="Job")) == ((1, 0), (1, 0))


def test_an_object_without_rules_is_staged_and_taken() -> None:
    payroll = merge("AssignedPayroll", SourceSystemOwner="LEGACY", SourceSystemId="AP-1", StartDate="2026/02/31")
    result = loaded([payroll], object_="AssignedPayroll")
    assert ("IMPORT", "AssignedPayroll", "date_invalid") in said(result)
