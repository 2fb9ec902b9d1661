"""The cases: one payload each, and by the design of contracts and readers what must be said of it.

The expectations are stated, not recorded: the writer stops where the tool says something else.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import yaml

from test_suites.conformance.cases import differences, judged, read_case
from test_suites.payloads.cases_invoices import INVOICES
from test_suites.payloads.cases_journals import JOURNALS
from test_suites.payloads.cases_making import Case
from test_suites.payloads.cases_orders import ORDERS
from test_suites.payloads.cases_packages import PACKAGES
from test_suites.payloads.cases_suppliers import SUPPLIERS
from test_suites.payloads.cases_worker_files import WORKER_FILES
from test_suites.payloads.cases_workers import WORKERS

CASES: tuple[Case, ...] = (*JOURNALS, *PACKAGES, *INVOICES, *SUPPLIERS, *ORDERS, *WORKER_FILES, *WORKERS)


def write_cases(root: Path) -> int:
    """Write all cases under ``root/<contract>/<case>/``, remove others there, and return how many there are.

    Raises AssertionError, naming every difference, where tool and expectation do not agree.
    """
    build_cases(root)
    unlike = [f"{case.contract} {case.name}: {line}" for case in CASES for line in _unlike(root, case)]
    if unlike:
        raise AssertionError("\n".join(["the tool does not say what the cases expect", *unlike]))
    return len(CASES)


def build_cases(root: Path) -> None:
    """Write all cases as ``write_cases`` does, without asking the tool."""
    for folder in root.glob("*/*/"):
        shutil.rmtree(folder)
    for case in CASES:
        folder = root / case.contract / case.name
        folder.mkdir(parents=True)
        case.build(folder / case.file)
        text = yaml.safe_dump(case.expected(), sort_keys=False, allow_unicode=True, width=110, default_flow_style=None)
        text = text.replace("? ''\n    :", "'':")  # an empty key, as people write it
        (folder / "expected.yaml").write_text(text, encoding="utf-8", newline="\n")


def _unlike(root: Path, case: Case) -> list[str]:
    """In what the tool differs from a written case."""
    written = read_case(root / case.contract / case.name)
    return differences(written.expected, judged(written)[1])
