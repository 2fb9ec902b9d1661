"""The imports that the emulated pod understands, one module per object. None of them knows a contract."""

from interfaces.emulator.imports import (
    assets,
    gl_budgets,
    journals,
    payables,
    purchase_orders,
    requisitions,
    site_assignments,
    supplier_addresses,
    supplier_contacts,
    supplier_sites,
    suppliers,
)
from interfaces.emulator.jobs import ImportJob

JOBS: tuple[ImportJob, ...] = (
    journals.JOB,
    gl_budgets.JOB,
    payables.JOB,
    assets.JOB,
    assets.POST_JOB,
    suppliers.JOB,
    supplier_addresses.JOB,
    supplier_sites.JOB,
    site_assignments.JOB,
    supplier_contacts.JOB,
    purchase_orders.JOB,
    requisitions.JOB,
)
"""All of them."""
