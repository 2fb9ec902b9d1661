"""Every top-level object: only their names may be names of .dat files."""

from __future__ import annotations

from collections.abc import Mapping

from interfaces.emulator.hdl import element_entry, job, position, salary, worker
from interfaces.emulator.hdl.objects import BusinessObject, Component

# Objects without rules of their own: their lines are staged, and each record is taken by itself, whatever hangs on it.
_OTHERS: Mapping[str, tuple[str, ...]] = {
    "Location/Location": (),
    "Grade/Grade": (),
    "Job/JobFamily": (),
    "Organization/Organization": ("OrgUnitClassification",),
    "Position/PositionHierarchy": (),
    "Contact/Contact": ("ContactName", "ContactLegislativeData", "ContactRelationship"),
    "ExternalBankAccount/Bank": (),
    "ExternalBankAccount/BankBranch": (),
    "ExternalBankAccount/ExternalBankAccount": ("ExternalBankAccountOwner",),
    "AssignedPayroll/AssignedPayroll": (),
    "PersonalPaymentMethod/PersonalPaymentMethod": (),
    "SalaryBasis/SalaryBasis": (),
    "CostAllocation/CostAllocation": ("CostAllocationV3", "CostAllocationAccountV3"),
    "InitializeBalanceBatch/InitializeBalanceBatchHeader": (),
    "InitializeBalanceBatch/InitializeBalanceBatchLine": (),
    "PersonAbsenceEntry/PersonAbsenceEntry": (),
    "PersonBenefitBalance/PersonBenefitBalance": (),
    "TaxWithholding/TaxWithholding": ("FederalTaxes", "FederalTaxes2023"),
    "TimeRecordGroup/TimeRecordGroup": ("TimeRecord", "TimeRepositoryAttribute"),
    "WorkPattern/WorkPattern": ("WorkPatternShift",),
}


def _other(path: str, below: tuple[str, ...]) -> BusinessObject:
    folder, _, name = path.partition("/")
    return BusinessObject(name, tuple(Component(one) for one in (name, *below)), folder)


_others = [_other(path, below) for path, below in _OTHERS.items()]
OBJECTS: Mapping[str, BusinessObject] = {
    each.name: each
    for each in (
        job.OBJECT,
        *_others[:5],
        position.OBJECT,
        worker.OBJECT,
        *_others[5:],
        salary.OBJECT,
        element_entry.OBJECT,
    )
}
"""By name, in the order in which a zip of several is loaded: what others refer to first."""
