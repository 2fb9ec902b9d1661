"""Every top-level object: only their names may be names of .dat files."""

from __future__ import annotations

from collections.abc import Mapping

from interfaces.emulator.hdl import (
    absence,
    assigned_payroll,
    contact,
    element_entry,
    job,
    location,
    position,
    salary,
    work_pattern,
    worker,
)
from interfaces.emulator.hdl.objects import BusinessObject
from interfaces.emulator.hdl.plain import PLAIN

_ORDER = (
    "Location", "Grade", "JobFamily", "Job", "Organization", "Position", "PositionHierarchy", "Worker", "Contact",
    "Bank", "BankBranch", "ExternalBankAccount", "AssignedPayroll", "PersonalPaymentMethod", "SalaryBasis", "Salary",
    "ElementEntry", "CostAllocation", "InitializeBalanceBatchHeader", "InitializeBalanceBatchLine",
    "PersonAbsenceEntry", "PersonBenefitBalance", "TaxWithholding", "TimeRecordGroup", "WorkPattern",
)  # fmt: skip
_MODULES = (
    absence,
    assigned_payroll,
    contact,
    element_entry,
    job,
    location,
    position,
    salary,
    work_pattern,
    worker,
)
_KNOWN = {each.name: each for each in (*PLAIN, *(module.OBJECT for module in _MODULES))}
OBJECTS: Mapping[str, BusinessObject] = {name: _KNOWN[name] for name in _ORDER}
"""By name, in the order in which a zip of several is loaded: what others refer to first."""
