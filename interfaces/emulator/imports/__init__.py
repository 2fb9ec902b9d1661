"""The imports that the emulated pod understands, one module per object. None of them knows a contract."""

from interfaces.emulator.imports import (
    assets,
    customers,
    gl_budgets,
    grant_awards,
    items,
    journals,
    payables,
    project_costs,
    purchase_agreements,
    purchase_orders,
    receivables,
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
    receivables.JOB,
    customers.JOB,
    project_costs.JOB,
    grant_awards.JOB,
    suppliers.JOB,
    supplier_addresses.JOB,
    supplier_sites.JOB,
    site_assignments.JOB,
    supplier_contacts.JOB,
    purchase_orders.JOB,
    purchase_agreements.BLANKET_JOB,
    purchase_agreements.CONTRACT_JOB,
    requisitions.JOB,
    items.JOB,
)
"""All of them."""
