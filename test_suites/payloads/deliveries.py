"""The example deliveries of profile nc_district: a week of a programme in which most is good and some is not.

Faults are those that loads are known to break on; each is planted by one line below. Times are November 2026.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from harness import load, write
from test_suites.payloads.invoices import NUTRITION, SCANNED, UTILITIES, invoices
from test_suites.payloads.journals import nutrition, payroll, transport
from test_suites.payloads.orders import orders
from test_suites.payloads.people import hires, moves
from test_suites.payloads.sources import PROFILE, Records, day, spoil
from test_suites.payloads.vendors import registrations

TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (day(f"2026-11-{number}") for number in (17, 18, 19, 20))
_BUSES = ("2", "6580", "801", "325")
_CLASSROOM = ("1", "5110", "061", "411")
_KITCHEN = ("5", "7200", "035", "451")


def _meals_of_a_closed_site() -> Records:
    records = nutrition(FRIDAY, "26112001", 352)
    for number in (61, 62):
        spoil(records, "gl", number, SEGMENT5="471")  # the site closed on 30 June, its accounts with it
    return records


def _payroll_with_a_lost_zero() -> Records:
    records = payroll(THURSDAY, "26111902", 20_000)
    spoil(records, "gl", 12_345, SEGMENT3="1")  # 001 after a visit to a spreadsheet
    return records


def _transport_in_a_closed_year() -> Records:
    records = transport(FRIDAY, "26112003", 560)
    for number in range(1, 21):
        spoil(records, "gl", number, ACCOUNTING_DATE="2025-06-30", PERIOD_NAME="Jun-25")
    return records


def _invoices_of_suppliers_not_loaded_yet() -> Records:
    records = invoices(SCANNED, FRIDAY, "SCAN-1120", 410)
    for number in range(8, 404, 9):
        spoil(records, "headers", number, VENDOR_NAME="Fernhollow Classroom Robotics LLC", VENDOR_NUM=None)
    spoil(records, "headers", 12, INVOICE_AMOUNT="1.00")  # not the sum of its lines
    twice = str(records["headers"][99]["INVOICE_NUM"])
    spoil(records, "headers", 102, INVOICE_NUM=twice, **_supplier_of(records, 100))
    return records


def _supplier_of(records: Records, number: int) -> dict[str, str | None]:
    header = records["headers"][number - 1]
    return {name: header[name] for name in ("VENDOR_NAME", "VENDOR_NUM", "VENDOR_SITE_CODE")}


def _nutrition_invoices_with_a_word_for_a_number() -> Records:
    records = invoices(NUTRITION, FRIDAY, "NUTR-1120", 46)
    spoil(records, "lines", 5, AMOUNT="see invoice")
    return records


def _registrations_with_new_names() -> Records:
    records = registrations("2026-11-20", "26112004", 19, 6)
    spoil(records, "suppliers", 4, VENDOR_NAME_NEW="Another Name Company")  # on CREATE it must be blank
    spoil(records, "suppliers", 9, VENDOR_NAME="Amberline Paper Supply LLC")  # already in the pod
    return records


def _orders_that_oracle_refuses() -> Records:
    records = orders(FRIDAY, "26112005", 92, "WO", "buyer.facilities@example.org", _BUSES)
    spoil(records, "lines", 7, ACTION="ORIGINAL")  # belongs on headers; the whole order falls
    del records["dists"][-1]  # a schedule without a distribution
    return records


def _hires_as_the_legacy_system_writes_them() -> Records:
    records = hires(FRIDAY, "LAWSON", 310_001, 58)
    for number in range(6, 58, 8):
        spoil(records, "worker", number, ActionCode="NEWHIRE")
    spoil(records, "name", 21, LastName=None)
    second = {**records["email"][32], "SourceSystemId": "LAW_310033_H1", "EmailType": "H1"}
    records["email"].append(second)  # two primary addresses
    return records


def _onboarding_with_an_impossible_number() -> Records:
    records = hires(FRIDAY, "ONBOARDING", 240_101, 34)
    spoil(records, "national_id", 2, NationalIdentifierNumber="000-12-3456")
    return records


DELIVERIES: tuple[tuple[str, str, str, Callable[[], Records]], ...] = (
    ("FIN-01a", "finance.gl_journals", "GlInterface_20261118", lambda: nutrition(WEDNESDAY, "26111801", 350)),
    ("FIN-01a", "finance.gl_journals", "GlInterface_20261119", lambda: nutrition(THURSDAY, "26111901", 354)),
    ("FIN-01a", "finance.gl_journals", "GlInterface_20261120", _meals_of_a_closed_site),
    ("FIN-01b", "finance.gl_journals", "GlInterface_20261119_payroll", _payroll_with_a_lost_zero),
    ("FIN-01c", "finance.gl_journals", "GlInterface_20261119_transport", lambda: transport(THURSDAY, "26111903", 600)),
    ("FIN-01c", "finance.gl_journals", "GlInterface_20261120_transport", _transport_in_a_closed_year),
    ("FIN-06a", "finance.ap_invoices", "apinvoiceimport_20261119", lambda: invoices(SCANNED, THURSDAY, "SCAN-1119", 380)),
    ("FIN-06a", "finance.ap_invoices", "apinvoiceimport_20261120", _invoices_of_suppliers_not_loaded_yet),
    ("FIN-06b", "finance.ap_invoices", "apinvoiceimport_20261119_utilities", lambda: invoices(UTILITIES, THURSDAY, "UTIL-1119", 210)),
    ("FIN-06c", "finance.ap_invoices", "apinvoiceimport_20261119_nutrition", lambda: invoices(NUTRITION, THURSDAY, "NUTR-1119", 84)),
    ("FIN-06c", "finance.ap_invoices", "apinvoiceimport_20261120_nutrition", _nutrition_invoices_with_a_word_for_a_number),
    ("FIN-07a", "procurement.suppliers", "PozSuppliersInt_20261119", lambda: registrations("2026-11-19", "26111904", 22, 9)),
    ("FIN-07a", "procurement.suppliers", "PozSuppliersInt_20261120", _registrations_with_new_names),
    ("PRC-01a", "procurement.purchase_orders", "PoImport_20261119_eproc", lambda: orders(THURSDAY, "26111907", 150, "EP", "buyer.office@example.org", _CLASSROOM)),
    ("PRC-03a", "procurement.purchase_orders", "PoImport_20261119_workorders", lambda: orders(THURSDAY, "26111905", 120, "WO", "buyer.facilities@example.org", _BUSES)),
    ("PRC-03a", "procurement.purchase_orders", "PoImport_20261120_workorders", _orders_that_oracle_refuses),
    ("PRC-03b", "procurement.purchase_orders", "PoImport_20261120_nutrition", lambda: orders(FRIDAY, "26112006", 72, "NU", "buyer.nutrition@example.org", _KITCHEN)),
    ("HR-01a", "hr.workers", "Worker_20261118", lambda: moves(WEDNESDAY, 48)),
    ("HR-01a", "hr.workers", "Worker_20261119", lambda: hires(THURSDAY, "LAWSON", 300_001, 61)),
    ("HR-01a", "hr.workers", "Worker_20261120", _hires_as_the_legacy_system_writes_them),
    ("HR-11", "hr.workers", "Worker_20261119_onboarding", lambda: hires(THURSDAY, "ONBOARDING", 240_001, 38)),
    ("HR-11", "hr.workers", "Worker_20261120_onboarding", _onboarding_with_an_impossible_number),
)  # fmt: skip
"""Interface, contract, file name, and what builds the records."""


def write_deliveries(root: Path) -> int:
    """Write all deliveries under ``root/<interface>/`` and return how many."""
    for interface, contract, name, build in DELIVERIES:
        path = root / interface / f"{name}.zip"
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, load(contract, PROFILE), build())
    return len(DELIVERIES)
