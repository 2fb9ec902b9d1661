"""The cases: one payload each, and by the design of contracts and readers what must be said of it.

The expectations are stated, not recorded: the writer stops where the tool says something else.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from harness import Promises, differences, judged, read_case, write_case
from test_suites.payloads.cases_invoices import INVOICES
from test_suites.payloads.cases_journals import JOURNALS
from test_suites.payloads.cases_making import Case
from test_suites.payloads.cases_orders import ORDERS
from test_suites.payloads.cases_packages import PACKAGES
from test_suites.payloads.cases_suppliers import SUPPLIERS
from test_suites.payloads.cases_worker_files import WORKER_FILES
from test_suites.payloads.cases_workers import WORKERS
from test_suites.payloads.quirks_invoices import INVOICE_QUIRKS
from test_suites.payloads.quirks_journals import JOURNAL_QUIRKS
from test_suites.payloads.quirks_orders import ORDER_QUIRKS
from test_suites.payloads.quirks_suppliers import SUPPLIER_QUIRKS
from test_suites.payloads.quirks_worker_files import WORKER_FILE_QUIRKS
from test_suites.payloads.quirks_workers import WORKER_QUIRKS

CASES: tuple[Case, ...] = (
    *JOURNALS, *JOURNAL_QUIRKS, *PACKAGES, *INVOICES, *INVOICE_QUIRKS, *SUPPLIERS, *SUPPLIER_QUIRKS, *ORDERS, *ORDER_QUIRKS,
    *WORKER_FILES, *WORKER_FILE_QUIRKS, *WORKERS, *WORKER_QUIRKS,
)  # fmt: skip


def write_cases(root: Path) -> int:
    """Write all cases under ``root/<contract>/<case>/``, remove others there, and return how many there are.

    Raises AssertionError, naming every difference, where tool and expectation do not agree.
    """
    build_cases(root)
    promises = Promises()
    unlike = [f"{case.contract} {case.name}: {line}" for case in CASES for line in _unlike(root, case, promises)]
    if unlike:
        raise AssertionError("\n".join(["the tool does not say what the cases expect", *unlike]))
    return len(CASES)


def build_cases(root: Path) -> None:
    """Write all cases as ``write_cases`` does, without asking the tool."""
    for folder in root.glob("*/*/"):
        shutil.rmtree(folder)
    for case in CASES:
        kept = case.kept(root)
        kept.folder.mkdir(parents=True)
        case.build(kept.payload)
        write_case(kept)


def _unlike(root: Path, case: Case, promises: Promises) -> list[str]:
    """In what the tool differs from a written case."""
    written = read_case(case.kept(root).folder)
    return [str(line) for line in differences(written.expected, judged(written, promises)[1])]
