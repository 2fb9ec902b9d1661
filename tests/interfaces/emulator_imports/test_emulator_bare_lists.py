"""Lists that tell less than others of the same id: a supplier by its name alone."""

from __future__ import annotations

from finance_pod import Pod, Values, tree

from interfaces.emulator.imports.payables import HEADERS, JOB
from interfaces.emulator.setup import Setup

SUPPLIERS = ({"name": "Paper Inc", "number": "001"}, {"name": "Power Co"})


def reasons(**supplier: str) -> set[str | None]:
    used = Pod(Setup({"suppliers": SUPPLIERS}))
    header: Values = {"INVOICE_ID": "1", "INVOICE_NUM": "A-1", "OPERATING_UNIT": "Schools", **supplier}
    used.load(**{HEADERS: [header]})
    report = used.run(JOB).report
    assert report is not None
    return {one.text for one in tree(report).iter("REJECT_REASON")}


def test_a_supplier_without_a_number_is_known_by_its_name_and_no_number_is_its() -> None:
    assert "INVALID SUPPLIER" not in reasons(VENDOR_NAME="Power Co")
    assert "INVALID SUPPLIER" in reasons(VENDOR_NAME="Nobody")
    assert "INVALID SUPPLIER" in reasons(VENDOR_NUM="002")
    assert "INVALID SUPPLIER" not in reasons(VENDOR_NUM="001")
