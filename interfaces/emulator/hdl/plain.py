"""Objects that their keys and references describe whole: no rules of their own.

Names of lists of values and of ids that stand here are those of the layouts and of seen messages; where neither tells
one, the attribute stands for it (unconfirmed).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from interfaces.emulator.hdl.objects import BusinessObject, Component, Pointer, Reference

COUNTRY = ("country", "FND_TERRITORIES")
LDG = "LegislativeDataGroupName"
ASSIGNMENT = {"AssignmentNumber": ("assignments", "AssignmentId")}  # unconfirmed: the sentence was seen with other ids
GROUP = {LDG: ("legislative_data_groups", "LegislativeDataGroupId")}
RELATIONSHIP = "PayrollRelationshipNumber"


def same(*names: str) -> Mapping[str, str]:
    """Attributes whose columns have their names."""
    return {name: name for name in names}


PERSON = Pointer(same("PersonNumber"), "workers", "PersonId")
_SOURCE = ("SourceSystemOwner", "SourceSystemId")
_BANK, _BRANCH = ("CountryCode", "BankName"), ("CountryCode", "BankName", "BankBranchName")
_CARD = (LDG, RELATIONSHIP, "CardSequence")
_GROUP = ("PersonNumber", "ResourceType", "GroupType", "TcStartTime", "TcStopTime")


def hinted(base: str, listed: str) -> Pointer:
    """A record of another object, named by a hint."""
    return Pointer(
        {"SourceSystemOwner": "SourceSystemOwner", f"{base}(SourceSystemId)": "SourceSystemId"}, listed, base
    )


_STRUCTURES = (
    BusinessObject(
        "Grade",
        (Component("Grade", user_key=("GradeCode", "SetCode"), surrogate="GradeId", listed="grades"),),
        names={"Grade": ({"GradeCode": "code", "SetCode": "set"}, "grade")},
    ),
    BusinessObject(
        "JobFamily",
        (Component("JobFamily", user_key=("JobFamilyCode",), surrogate="JobFamilyId"),),
        "Job",
        names={"JobFamily": ({"JobFamilyName": "name", "JobFamilyCode": "code"}, "job_families")},
    ),
    BusinessObject(
        "Organization",
        (
            Component(
                "Organization",
                user_key=("Name", "ClassificationCode"),
                aliases=(("Name",),),
                surrogate="OrganizationId",
                listed="organizations",
                points=(Pointer({"LocationCode": "code", "LocationSetCode": "set"}, "location", "LocationId"),),
            ),
            Component(
                "OrgUnitClassification",
                {"Organization": Reference("OrganizationId", {"Name": "OrganizationName", "ClassificationCode": ""})},
                ("ClassificationCode",),
            ),
        ),
        references={"LocationCode": ("location", "LocationId")},
        names={"Organization": ({"Name": "name"}, "department")},
    ),
    BusinessObject("PositionHierarchy", (Component("PositionHierarchy"),), "Position"),
    BusinessObject(
        "SalaryBasis",
        (Component("SalaryBasis", user_key=("SalaryBasisName", LDG), listed="salary_bases"),),
        lookups={"SalaryBasisCode": ("salary_basis_codes", "SalaryBasisCode")},
        references={**GROUP, "ElementName": ("elements", "ElementTypeId")},
        names={"SalaryBasis": ({"SalaryBasisName": "name"}, "salary_basis")},
    ),
)
_BANKS = (
    BusinessObject(
        "Bank",
        (Component("Bank", user_key=_BANK, listed="banks"),),
        "ExternalBankAccount",
        lookups={"CountryCode": COUNTRY},
        names={"Bank": (same(*_BANK, *_SOURCE), "banks")},
    ),
    BusinessObject(
        "BankBranch",
        (
            Component(
                "BankBranch",
                user_key=_BRANCH,
                listed="bank_branches",
                points=(Pointer(same(*_BANK), "banks", "BankId"),),
            ),
        ),
        "ExternalBankAccount",
        lookups={"CountryCode": COUNTRY},
        names={"BankBranch": (same(*_BRANCH, *_SOURCE), "bank_branches")},
    ),
    BusinessObject(
        "ExternalBankAccount",
        (
            Component(
                "ExternalBankAccount",
                user_key=(*_BRANCH, "CurrencyCode", "AccountNumber"),
                other_keys=(
                    (*_BANK, "CurrencyCode", "AccountNumber"),
                    ("BankId(SourceSystemId)", "CurrencyCode", "AccountNumber"),
                ),
                aliases=(("CountryCode", "CurrencyCode", "AccountNumber"),),  # where the bank is named by its number
                apart=("BankBranchName", "BankBranchId(SourceSystemId)"),
                listed="bank_accounts",
                points=(
                    Pointer(same(*_BANK), "banks", "BankId"),
                    Pointer(same(*_BRANCH), "bank_branches", "BankBranchId"),
                    hinted("BankId", "banks"),
                    hinted("BankBranchId", "bank_branches"),
                ),
            ),
            Component(
                "ExternalBankAccountOwner",
                {"ExternalBankAccount": Reference("ExternalBankAccountId")},
                ("PersonNumber",),
                points=(PERSON,),
            ),
        ),
        lookups={
            "CountryCode": COUNTRY,
            "CurrencyCode": ("currency", "FND_CURRENCIES"),
            "AccountType": ("bank_account_type", "AccountType"),
        },
    ),
)
_PAYROLL = (
    BusinessObject(
        "PersonalPaymentMethod",
        (
            Component(
                "PersonalPaymentMethod",
                user_key=(LDG, "AssignmentNumber", "PersonalPaymentMethodCode"),
                surrogate="PersonalPaymentMethodId",
                listed="personal_payment_methods",
                whole=True,
            ),
        ),
        references={
            **GROUP,
            **ASSIGNMENT,
            "OrganizationPaymentMethodCode": ("organization_payment_methods", "OrganizationPaymentMethodId"),
        },
    ),
    BusinessObject(
        "CostAllocation",
        (Component("CostAllocation"), Component("CostAllocationV3"), Component("CostAllocationAccountV3")),
    ),
    BusinessObject(
        "InitializeBalanceBatchHeader",
        (Component("InitializeBalanceBatchHeader", user_key=(LDG, "BatchName"), listed="balance_batches"),),
        "InitializeBalanceBatch",
        references=GROUP,
        names={"InitializeBalanceBatchHeader": (same(LDG, "BatchName"), "balance_batches")},
    ),
    BusinessObject(
        "InitializeBalanceBatchLine",
        (
            Component(
                "InitializeBalanceBatchLine",
                user_key=(LDG, "BatchName", "LineSequence"),
                points=(Pointer(same(LDG, "BatchName"), "balance_batches", "BatchId"),),
            ),
        ),
        "InitializeBalanceBatch",
        references={
            **GROUP,
            RELATIONSHIP: ("payroll_relationships", "PayrollRelationshipId"),
            "PayrollName": ("payrolls", "PayrollId"),
            "BalanceName": ("balances", "BalanceId"),
            "DimensionName": ("balance_dimensions", "DimensionId"),
        },
    ),
    BusinessObject(
        "TaxWithholding",
        (
            Component("TaxWithholding", user_key=_CARD, listed="tax_cards"),
            *(
                Component(name, {"TaxWithholding": Reference("")}, _CARD, unique=True)
                for name in ("FederalTaxes", "FederalTaxes2023")
            ),
        ),
        references={**GROUP, RELATIONSHIP: ("payroll_relationships", "SourceId")},
    ),
)
_PEOPLE = (
    BusinessObject(
        "PersonBenefitBalance",
        (
            Component(
                "PersonBenefitBalance",
                user_key=("PersonNumber", "BenefitBalanceName", "BenefitRelationName"),
                listed="person_benefit_balances",
                whole=True,
                points=(PERSON,),
            ),
        ),
        references={
            "BenefitBalanceName": ("benefit_balances", "BnftsBalId"),
            "BenefitRelationName": ("benefit_relations", "BenefitRelationId"),
        },
    ),
    BusinessObject(
        "TimeRecordGroup",
        (
            Component(
                "TimeRecordGroup",
                user_key=_GROUP,
                listed="time_cards",
                points=(Pointer(same("PersonNumber"), "workers", "PersonId", {"ResourceType": "PERSON"}),),
            ),
            Component("TimeRecord", {"TimeRecordGroup": Reference("")}, ("OrderEntered",), listed="time_records"),
            Component(
                "TimeRepositoryAttribute",
                {"TimeRecord": Reference(""), "TimeRecordGroup": Reference("")},
                ("AttributeName",),
            ),
        ),
        lookups={
            "ResourceType": ("resource_type", "ResourceType"),
            "GroupType": ("time_group_type", "GroupType"),
            "UnitOfMeasure": ("time_unit", "UnitOfMeasure"),
        },
        references=ASSIGNMENT,
    ),
)
PLAIN: Sequence[BusinessObject] = (*_STRUCTURES, *_BANKS, *_PAYROLL, *_PEOPLE)
