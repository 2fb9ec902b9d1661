"""HR objects beside workers in the emulated pod: keys, parents, references, and what few of them ask beyond that."""

from __future__ import annotations

from typing import Any

import pytest
from hdl_files import Record, codes, counts, dat, delete, loaded, merge, packed, pod, said

from interfaces.emulator.hdl import load
from interfaces.emulator.jobs import HdlResult
from interfaces.emulator.tables import Tables

KEY, DAY = {"SourceSystemOwner": "LEGACY"}, {"EffectiveStartDate": "2026/08/03"}
GROUP = {"LegislativeDataGroupName": "US LDG"}
BANK, BRANCH = (
    {"CountryCode": "US", "BankName": "First"},
    {"CountryCode": "US", "BankName": "First", "BankBranchName": "Main"},
)
CARD = {
    "PersonNumber": "100", "ResourceType": "PERSON", "GroupType": "RPTD_TIME",
    "TcStartTime": "2026/08/03 00:00:00", "TcStopTime": "2026/08/09 23:59:59",
}  # fmt: skip
BALANCE = ("PersonNumber", "BenefitBalanceName", "BenefitRelationName")
ENTRY = {**DAY, **GROUP, "ElementName": "X", "AssignmentNumber": "E100", "EntryType": "E", "CreatorType": "H"}
TAX = {**GROUP, "PayrollRelationshipNumber": "100", "CardSequence": "1"}


def line(component: str, id_: str = "", **values: str) -> Record:
    """A MERGE line, with a source key where it is given an id."""
    return merge(component, **({**KEY, "SourceSystemId": id_} if id_ else {}), **values)


def grade(id_: str = "", **values: str) -> Record:
    whole = {**DAY, "GradeCode": "G1", "SetCode": "COMMON", "GradeName": "One", "ActiveStatus": "A"}
    return line("Grade", id_, **{**whole, **values})


def payroll(id_: str = "AP-1", **values: str) -> Record:
    whole = {
        **DAY, **GROUP, "AssignmentNumber": "E100", "PayrollDefinitionCode": "Monthly", "StartDate": "2026/08/03",
    }  # fmt: skip
    return line("AssignedPayroll", id_, **{**whole, **values})


def absence(id_: str = "AB-1", **values: str) -> Record:
    whole = {
        "PersonNumber": "100", "Employer": "Demo Legal Employer", "AbsenceType": "Sick", "AbsenceStatus": "SUBMITTED",
        "ApprovalStatus": "APPROVED", "StartDate": "2026/08/03", "EndDate": "2026/08/03",
    }  # fmt: skip
    return line("PersonAbsenceEntry", id_, **{**whole, **values})


def account(id_: str = "", **values: str) -> Record:
    return line("ExternalBankAccount", id_, **{**BRANCH, "CurrencyCode": "USD", "AccountNumber": "1", **values})


def pattern(id_: str = "WP-1", **values: str) -> Record:
    whole = {
        "AssignmentNumber": "E100", "WorkPatternName": "Week", "RepeatNumber": "1", "RepeatCycle": "Weeks",
        "ShiftPeriodType": "TIME", "DateFrom": "2026/08/03",
    }  # fmt: skip
    return line("WorkPattern", id_, **{**whole, **values})


def contact(**values: str) -> list[Record]:
    person = {"PersonId(SourceSystemId)": "C-1", **DAY}
    return [
        line("Contact", "C-1", **DAY, StartDate="2026/08/03", DateOfBirth="2014/03/02"),
        line("ContactName", "CN-1", **person, LegislationCode="US", NameType="GLOBAL", LastName="Sample"),
        line("ContactRelationship", "CR-1", **{**person, "RelatedPersonId": "7", "ContactType": "C", **values}),
    ]


def location(**values: str) -> Record:
    whole = {
        **DAY, "SetCode": "COMMON", "LocationCode": "NORTH", "LocationName": "North", "ActiveStatus": "A",
        "AddressLine1": "1 Example Street", "Country": "US",
    }  # fmt: skip
    return line("Location", **{**whole, **values})


WHOLE: dict[str, list[Record]] = {
    "Grade": [grade("G-1")],
    "Location": [location()],
    "Organization": [
        line("Organization", "O-1", **DAY, Name="Kitchen", ClassificationCode="DEPARTMENT"),
        line("OrgUnitClassification", **DAY, OrganizationName="Kitchen", ClassificationCode="DIVISION", Status="A"),
    ],
    "SalaryBasis": [
        line("SalaryBasis", **GROUP, SalaryBasisName="Year", ElementName="Salary", InputValueName="Amount",
             SalaryBasisCode="ANNUAL", SalaryAnnualizationFactor="1"),
    ],
    "Contact": contact(),
    "AssignedPayroll": [payroll()],
    "PersonAbsenceEntry": [absence()],
    "PersonBenefitBalance": [
        line("PersonBenefitBalance", **DAY, Val="1", **dict(zip(BALANCE, ("100", "Pay", "DFLT"), strict=True))),
    ],
    "TimeRecordGroup": [
        line("TimeRecordGroup", **CARD),
        line("TimeRecord", **CARD, OrderEntered="1", TmRecType="MEASURE", Measure="8", UnitOfMeasure="HR"),
        line("TimeRepositoryAttribute", **CARD, OrderEntered="1", AttributeName="Type", AttributeDataType="String"),
    ],
    "WorkPattern": [
        pattern(),
        line("WorkPatternShift", "WS-1", DayOfWorkPattern="1", ShiftName="Day",
             **{"WorkPatternAssignmentId(SourceSystemId)": "WP-1"}),
    ],
    "TaxWithholding": [line(name, **DAY, **TAX) for name in ("TaxWithholding", "FederalTaxes", "FederalTaxes2023")],
}  # fmt: skip


def zipped(**members: list[Record]) -> HdlResult:
    setup = pod(banks=[], bank_branches=[], balance_batches=[], bank_accounts=[])
    return load(packed(**{name: dat(records) for name, records in members.items()}), "upload.zip", Tables(), setup)


@pytest.mark.parametrize("object_", WHOLE)
def test_a_whole_record_with_all_that_hangs_on_it_is_one_object(object_: str) -> None:
    result = loaded(WHOLE[object_], object_=object_)
    assert counts(result) == ((len(WHOLE[object_]), 0), (1, 0))


# --- what the pod has


def test_a_list_of_records_tells_new_ones_from_those_that_are_changed() -> None:
    setup = pod(
        grades=[{"SourceSystemOwner": "LEGACY", "SourceSystemId": "G-1", "GradeCode": "G1", "SetCode": "COMMON"}]
    )
    known, new = line("Grade", "G-1", **DAY), line("Grade", "G-2", **DAY)
    assert said(loaded([known], setup=setup, object_="Grade")) == []
    assert {code for _, _, code in said(loaded([new], setup=setup, object_="Grade"))} == {"required_missing"}


def test_a_list_of_names_tells_which_records_are_there_where_no_list_of_records_does() -> None:
    change = [
        line("Grade", **DAY, GradeCode="G1", SetCode="COMMON"),
        line("Grade", **DAY, GradeCode="G9", SetCode="COMMON"),
    ]
    assert counts(loaded(change, object_="Grade"))[1] == (1, 1)


def test_what_a_load_creates_is_on_the_list_of_its_names_whatever_its_column_is_called() -> None:
    tables, setup = Tables(), pod(job=codes("job_code", "CLERK"), jobs=[])
    cook = line("Job", **DAY, JobCode="COOK", SetCode="COMMON", Name="Cook", ActiveStatus="A")
    position = line(
        "Position", **DAY, BusinessUnitName="Demo Unit", PositionCode="P1", Name="Cook",
        DepartmentName="Demo Department", JobCode="COOK", ActiveStatus="A", PositionType="SINGLE",
    )  # fmt: skip
    assert [code for _, _, code in said(loaded([position], tables, setup, object_="Position"))] == [
        "reference_not_found"
    ]
    loaded([cook], tables, setup, object_="Job")
    assert said(loaded([position], tables, setup, object_="Position")) == []


def test_rows_of_a_list_that_share_a_key_are_one_record() -> None:
    rows = [
        {"AssignmentNumber": "E100"},
        {"AssignmentNumber": "E100", "SourceSystemOwner": "LEGACY", "SourceSystemId": "AS-100"},
    ]
    supervisor = {**DAY, "ManagerType": "LINE_MANAGER", "PersonNumber": "100"}
    lines = [
        line("AssignmentSupervisor", "S-1", **supervisor, **{"AssignmentId(SourceSystemId)": "AS-100"}),
        line("AssignmentSupervisor", "S-2", **supervisor, AssignmentNumber="E100"),
        line("AssignmentSupervisor", "S-3", **supervisor, AssignmentNumber="E999"),
    ]
    assert [code for _, _, code in said(loaded(lines, setup=pod(assignments=rows)))] == ["parent_missing"]


def test_a_later_row_may_tell_what_is_above_a_record() -> None:
    setup = pod(assignments=[{"AssignmentNumber": "E100"}, {"AssignmentNumber": "E100", "WorkTermsNumber": "ET100"}])
    change = {**DAY, "ActionCode": "ASG_CHANGE", "EffectiveSequence": "1", "EffectiveLatestChange": "Y"}
    terms = line("WorkTerms", "ET-100", **change, **{"PeriodOfServiceId(SourceSystemId)": "WR-100"})
    supervisor = line("AssignmentSupervisor", "S-1", **DAY, ManagerType="LINE_MANAGER", AssignmentNumber="E100")
    assert counts(loaded([terms, supervisor], setup=setup))[1] == (1, 0)


def test_a_list_without_keys_says_nothing_of_records() -> None:
    assert counts(loaded([account()], setup=pod(bank_accounts=codes("number", "7")), object_="ExternalBankAccount"))[
        1
    ] == (1, 0)
    owner = line(
        "ExternalBankAccountOwner",
        PersonNumber="100",
        PrimaryFlag="Y",
        **{"ExternalBankAccountId(SourceSystemId)": "X"},
        **KEY,
    )
    assert said(loaded([owner], setup=pod(bank_accounts=codes("number", "7")), object_="ExternalBankAccount")) == []


# --- keys


def test_jobs_of_one_code_and_two_sets_are_two_objects() -> None:
    rest = {**DAY, "Name": "Cook", "ActiveStatus": "A"}
    jobs = [line("Job", JobCode="COOK", SetCode=one, **rest) for one in ("COMMON", "DEMO")]
    assert counts(loaded(jobs, object_="Job"))[1] == (2, 0)


def test_a_line_with_user_keys_only_is_another_object_than_one_with_a_source_key() -> None:
    assert counts(loaded([grade("G-1", GradeCode="G3"), grade(GradeCode="G3")], object_="Grade"))[1] == (2, 0)


def test_a_child_finds_by_user_key_what_its_parent_names_by_source_key() -> None:
    owner = {
        "AccountNumber": "1",
        "CountryCode": "US",
        "CurrencyCode": "USD",
        "PersonNumber": "100",
        "PrimaryFlag": "Y",
    }
    by_name, by_number = {"BankName": "First", "BankBranchName": "Main"}, {"BankNumber": "0001"}
    for how in (by_name, by_number):
        lines = [account("BA-1"), line("ExternalBankAccountOwner", **owner, **how)]
        assert counts(loaded(lines, object_="ExternalBankAccount")) == ((2, 0), (1, 0))


def test_a_value_may_leave_out_the_count_of_its_entry() -> None:
    entry = {**DAY, **GROUP, "ElementName": "Coaching", "AssignmentNumber": "E100", "EntryType": "E"}
    lines = [
        line("ElementEntry", "EE-1", **entry, CreatorType="H", MultipleEntryCount="2"),
        line("ElementEntryValue", **entry, InputValueName="Amount", ScreenEntryValue="1"),
    ]
    assert counts(loaded(lines, object_="ElementEntry", setup=pod(element_entries=[]))) == ((2, 0), (1, 0))


@pytest.mark.parametrize(
    ("object_", "bare", "missing"),
    [
        ("Contact", line("Contact", **DAY, StartDate="2026/08/03"), "SourceSystemId"),
        ("PersonAbsenceEntry", absence("", PersonNumber=""), "PersonNumber"),
        ("ExternalBankAccount", account(BankName=""), "BankName"),
    ],
)
def test_a_line_without_any_key_lacks_what_would_name_it(object_: str, bare: Record, missing: str) -> None:
    (message,) = loaded([bare], object_=object_).messages
    assert str(message["MessageText"]).endswith(f"doesn't include values for {missing}")


def test_what_a_child_lacks_of_its_parents_user_key_is_named() -> None:
    record = line("TimeRecord", **{**CARD, "PersonNumber": ""}, OrderEntered="1", TmRecType="MEASURE")
    texts = [str(one["MessageText"]) for one in loaded([record], object_="TimeRecordGroup").messages]
    assert [text.rpartition(" ")[2] for text in texts] == ["record.", "PersonNumber"]


def test_ids_that_are_not_known_may_stand_for_anything() -> None:
    guid = {"GUID": "0A1B2C3D4E5F60718293A4B5C6D7E8F9"}
    lines = [line("WorkPattern", **guid, DateFrom="2026/08/03"), line("WorkPattern", **guid, DateFrom="2027/01/01")]
    assert counts(loaded(lines, object_="WorkPattern"))[1] == (1, 0)


def test_a_source_key_beside_an_unknown_id_tells_whose_it_is() -> None:
    both = line("Grade", "G-1", GUID="0A1B2C3D4E5F60718293A4B5C6D7E8F9", EffectiveStartDate="2027/01/01")
    assert counts(loaded([grade("G-1", GradeCode="G3"), both], object_="Grade"))[1] == (1, 0)


# --- what is asked of a new record


def test_one_line_of_a_new_record_must_be_whole_whichever() -> None:
    early, late = {"EffectiveStartDate": "2020/01/01", "GradeName": ""}, {"EffectiveStartDate": "2025/07/01"}
    new = {"GradeCode": "G3"}
    assert said(loaded([grade(**new, **early), grade(**new, **late)], object_="Grade")) == []
    parts = [grade(**new, **early), grade(**new, **late, ActiveStatus="")]
    assert said(loaded(parts, object_="Grade")) == [("IMPORT", "Grade", "required_missing")]


def test_balances_without_a_source_key_are_whole_on_every_line() -> None:
    whole = {"PersonNumber": "100", "BenefitBalanceName": "Pay", "BenefitRelationName": "DFLT"}
    lines = [
        line("PersonBenefitBalance", **whole, EffectiveStartDate="2026/08/01"),
        line("PersonBenefitBalance", **whole, EffectiveStartDate="2026/09/01", Val="1"),
    ]
    assert said(loaded(lines, object_="PersonBenefitBalance")) == [
        ("IMPORT", "PersonBenefitBalance", "required_missing")
    ]


def test_an_assigned_payroll_has_its_start_date_on_every_line() -> None:
    tables = Tables()
    loaded([payroll()], tables, object_="AssignedPayroll")
    change = line("AssignedPayroll", "AP-1", EffectiveStartDate="2027/01/01")
    assert said(loaded([change], tables, object_="AssignedPayroll")) == [
        ("IMPORT", "AssignedPayroll", "required_missing")
    ]


def test_entries_of_several_pay_periods_have_gaps_and_histories_of_an_entry_have_none() -> None:
    entry = {**GROUP, "ElementName": "Coaching", "AssignmentNumber": "E100", "EntryType": "E", "CreatorType": "H"}
    august = {"EffectiveStartDate": "2026/08/01", "EffectiveEndDate": "2026/08/31"}
    october = {"EffectiveStartDate": "2026/10/01", "EffectiveEndDate": "2026/10/31"}
    apart = [line("ElementEntry", **entry, **one) for one in (august, october)]
    assert said(loaded(apart, object_="ElementEntry")) == []
    history = [line("ElementEntry", "EE-1", **entry, **one) for one in (august, october)]
    assert said(loaded(history, object_="ElementEntry"))[0][2] == "The effective dates of the record have a gap."


def test_what_hangs_on_a_new_contact_is_asked_to_be_whole_from_its_first_day() -> None:
    name = line(
        "ContactName", "CN-1", **DAY, **{"PersonId(SourceSystemId)": "C-1"}, LegislationCode="US", NameType="GLOBAL"
    )
    for first, expected in (("2026/08/03", ["required_missing"]), ("2020/01/01", [])):
        lines = [line("Contact", "C-1", **DAY, StartDate=first), name]
        assert [code for _, _, code in said(loaded(lines, object_="Contact"))] == expected


# --- references


def test_a_bank_a_branch_and_an_account_of_one_zip_find_each_other() -> None:
    by_source = {
        "BankId(SourceSystemId)": "BK-1",
        "BankBranchId(SourceSystemId)": "BB-1",
        "BankName": "",
        "BankBranchName": "",
    }
    result = zipped(
        ExternalBankAccount=[account("BA-1"), account("BA-2", AccountNumber="2", **by_source)],
        BankBranch=[line("BankBranch", "BB-1", **BRANCH)],
        Bank=[line("Bank", "BK-1", **BANK)],
    )
    assert counts(result) == ((4, 0), (4, 0))


@pytest.mark.parametrize(
    ("change", "surrogate"),
    [
        ({"BankName": "Nobody's", "BankBranchName": ""}, "BankId"),
        ({"BankBranchName": "Nowhere"}, "BankBranchId"),
        ({"BankId(SourceSystemId)": "BK-9"}, "BankId"),
        ({"BankBranchId(SourceSystemId)": "BB-9"}, "BankBranchId"),
    ],
)
def test_an_account_of_an_unknown_bank_or_branch_is_refused(change: dict[str, str], surrogate: str) -> None:
    result = zipped(
        Bank=[line("Bank", "BK-1", **BANK)],
        BankBranch=[line("BankBranch", "BB-1", **BRANCH)],
        ExternalBankAccount=[account("BA-1", **change)],
    )
    assert counts(result)[1] == (2, 1)
    (message,) = result.messages
    assert f"for the {surrogate} attribute" in str(message["MessageText"])


def test_a_bank_that_is_refused_is_not_there_for_its_branch() -> None:
    bad = {**BANK, "CountryCode": "XX"}
    result = zipped(Bank=[line("Bank", "BK-1", **bad)], BankBranch=[line("BankBranch", "BB-1", **BRANCH)])
    assert [code for _, _, code in said(result)] == ["lookup_invalid", "reference_not_found"]


def test_a_balance_line_needs_its_batch() -> None:
    batch = {**GROUP, "BatchName": "Opening", "UploadDate": "2026/12/31"}
    rest = {
        "LineSequence": "1",
        "PayrollRelationshipNumber": "100",
        "PayrollName": "M",
        "BalanceName": "B",
        "DimensionName": "D",
    }
    own = line("InitializeBalanceBatchLine", **batch, **rest, Value="1")
    lost = line("InitializeBalanceBatchLine", **{**batch, "BatchName": "Nowhere"}, **rest, Value="1")
    header = line("InitializeBalanceBatchHeader", **batch)
    result = zipped(InitializeBalanceBatchHeader=[header], InitializeBalanceBatchLine=[own, lost])
    assert said(result) == [("LOAD", "InitializeBalanceBatchLine", "reference_not_found")]


@pytest.mark.parametrize("rows", [[{"code": "CLERK", "set": "COMMON"}], [{"code": "CLERK"}]])
def test_a_pair_of_names_is_judged_where_the_list_has_both(rows: list[dict[str, str]]) -> None:
    position = line(
        "Position", **DAY, BusinessUnitName="Demo Unit", PositionCode="P1", Name="Clerk",
        DepartmentName="Demo Department", JobCode="CLERK", JobSetCode="DEMO", ActiveStatus="A", PositionType="SINGLE",
    )  # fmt: skip
    refused = [("LOAD", "Position", "reference_not_found")] if "set" in rows[0] else []
    assert said(loaded([position], setup=pod(job=rows), object_="Position")) == refused


def test_only_persons_are_looked_for_among_the_workers() -> None:
    for kind, expected in (("PERSON", ["reference_not_found"]), ("MACHINE", [])):
        card = line("TimeRecordGroup", **{**CARD, "PersonNumber": "999", "ResourceType": kind})
        assert [code for _, _, code in said(loaded([card], object_="TimeRecordGroup"))] == expected


# --- rules of their own


@pytest.mark.parametrize(
    ("object_", "lines", "lists", "code"),
    [
        (
            "AssignedPayroll", [payroll()], {"located_assignments": codes("AssignmentNumber", "E1")},
            "work_location_required",
        ),
        ("AssignedPayroll", [payroll()], {"dated_assignments": codes("AssignmentNumber", "E1")}, "birth_date_missing"),
        ("Contact", contact(EffectiveStartDate="2014/03/02"), {}, "birth_date_after_start"),
        ("Contact", contact(RelatedPersonId="8"), {"person_ids": codes("PersonId", "7")}, "reference_not_found"),
        ("WorkPattern", [pattern(ShiftPeriodType="")], {}, "shift_period_type_required"),
        ("WorkPattern", WHOLE["WorkPattern"], {"shifts": codes("name", "Late")}, "shift_name_invalid"),
        (
            "PersonAbsenceEntry", [absence()],
            {"days_off": [{"employer": "Demo Legal Employer", "start": "2026-08-01", "end": "2026-08-03"}]},
            "absence_not_on_workday",
        ),
        (
            "ElementEntry",
            [line("ElementEntry", **ENTRY)],
            {"element_eligibility": [{"assignment": "E100", "element": "X", "start": "2026-08-04", "end": ""}]},
            "element_not_eligible",
        ),
    ],
)  # fmt: skip
def test_a_rule_of_an_object_refuses_with_its_own_sentence(
    object_: str, lines: list[Record], lists: Any, code: str
) -> None:
    assert [found for _, _, found in said(loaded(lines, setup=pod(**lists), object_=object_))] == [code]
    assert said(loaded(lines, object_=object_)) == [] or not lists


def test_an_absence_after_the_days_off_is_taken() -> None:
    days = [{"employer": "Demo Legal Employer", "start": "2026-08-01", "end": "2026-08-02"}]
    assert said(loaded([absence()], setup=pod(days_off=days), object_="PersonAbsenceEntry")) == []


def test_of_two_primary_payrolls_at_one_time_both_are_refused() -> None:
    first = payroll("AP-1", PrimaryFlag="Y", EffectiveEndDate="2026/12/31")
    weekly = {"PayrollDefinitionCode": "Weekly", "PrimaryFlag": "Y"}
    both = [first, payroll("AP-2", **weekly)]
    assert [code for _, _, code in said(loaded(both, object_="AssignedPayroll"))] == ["second_primary_payroll"] * 2
    after = [first, payroll("AP-2", **weekly, EffectiveStartDate="2027/01/01")]
    assert said(loaded(after, object_="AssignedPayroll")) == []
    other = [first, payroll("AP-2", **weekly, AssignmentNumber="E200")]
    assert said(loaded(other, object_="AssignedPayroll")) == []


def test_parts_of_a_day_are_one_absence_and_the_same_part_twice_is_refused() -> None:
    parts = [absence("", StartTime="08:00"), absence("", StartTime="13:00")]
    assert counts(loaded(parts, object_="PersonAbsenceEntry"))[1] == (1, 0)
    assert counts(loaded([parts[0], parts[0]], object_="PersonAbsenceEntry"))[1] == (0, 1)


def test_a_location_is_not_deleted_and_does_not_begin_earlier() -> None:
    setup = pod(locations=[{"SetCode": "COMMON", "LocationCode": "EAST", "start": "2020/01/01"}])
    change = {"SetCode": "COMMON", "LocationCode": "EAST"}
    lines = [
        line("Location", **change, EffectiveStartDate="2019/12/31"),
        delete("Location", SetCode="COMMON", LocationCode="WEST"),
    ]
    assert [text for _, _, text in said(loaded(lines, setup=setup, object_="Location"))] == [
        "The first day of the location can't be changed.",
        "A location can't be deleted.",
    ]
    assert said(loaded([line("Location", **change, **DAY)], setup=setup, object_="Location")) == []


def test_a_load_error_of_a_child_shows_the_user_key_of_its_parent() -> None:
    lines = [
        line("TimeRecordGroup", **CARD),
        line("TimeRecord", **CARD, OrderEntered="1", TmRecType="MEASURE", UnitOfMeasure="X"),
    ]
    (message,) = loaded(lines, setup=pod(time_unit=codes("code", "HR")), object_="TimeRecordGroup").messages
    assert message["ConcatenatedUserKey"] == "100|PERSON|RPTD_TIME|2026/08/03 00:00:00|2026/08/09 23:59:59|1"
