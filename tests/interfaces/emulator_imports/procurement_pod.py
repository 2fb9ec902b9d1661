"""An emulated pod without its services: rows go into interface tables, jobs are run, rows reports are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import count
from typing import Any

from defusedxml import ElementTree

from interfaces.emulator.jobs import Call, Done, ImportJob
from interfaces.emulator.setup import Setup
from interfaces.emulator.tables import Row, Tables

DISTRICT = "District Business Unit"
NUTRITION = "School Nutrition Business Unit"

LISTS: dict[str, list[dict[str, str]]] = {
    "suppliers": [
        {"name": "Amberline Paper Supply LLC", "number": "0012345"},
        {"name": "Brightfold Fuel Delivery Company", "number": "0012419"},
    ],
    "purchasing_sites": [
        {"supplier": "Amberline Paper Supply LLC", "number": "0012345", "site": "MAIN", "business_unit": DISTRICT,
         "assigned_to": DISTRICT},
        {"supplier": "Brightfold Fuel Delivery Company", "number": "0012419", "site": "MAIN", "business_unit": DISTRICT,
         "assigned_to": NUTRITION},
    ],
    "supplier_sites": [
        {"supplier": "Amberline Paper Supply LLC", "number": "0012345", "site": "REMIT", "business_unit": DISTRICT,
         "pay": "Y", "purchasing": "N", "assigned_to": DISTRICT},
    ],
    "business_units": [{"name": DISTRICT}, {"name": NUTRITION}],
    "tax_organization_type": [{"code": "CORPORATION"}, {"code": "INDIVIDUAL"}],
    "country": [{"code": "US"}, {"code": "CA"}],
    "payment_terms": [{"name": "Net 30"}],
    "ship_to_location": [{"code": "SITE-300", "name": "Birch Crossing Elementary School"}],
    "line_type": [{"name": "Goods"}],
    "purchasing_category": [{"name": "Classroom Supplies"}],
    "uom": [{"name": "Box", "code": "BX"}, {"name": "Each", "code": "EA"}],
    "worker_email": [{"email": "preparer@example.org"}, {"email": "approver@example.org"}],
    "account_combination": [
        {"fund": "2", "purpose": "5110", "valid_from": "2025-07-01", "valid_to": ""},
        {"fund": "2", "purpose": "8100", "valid_from": "2024-07-01", "valid_to": "2025-06-30"},
    ],
}  # fmt: skip

Record = Mapping[str, str | None]


class Pod:
    """Interface tables, base tables and the set-up of one pod."""

    def __init__(self, *, without: Sequence[str] = (), **lists: Any) -> None:
        known = {name: rows for name, rows in (LISTS | lists).items() if name not in without}
        self.setup = Setup(known, today=date(2025, 11, 20))
        self.tables = Tables()
        self.done = Done()
        self._ids = count(1001)

    def load(self, **tables: Sequence[Record]) -> int:
        """Put records into interface tables as one load; return its request."""
        load = next(self._ids)
        for table, records in tables.items():
            for number, record in enumerate(records, start=1):
                values = {column: value for column, value in record.items() if value}
                self.tables.interface[table].append(Row(load, number, values))
        return load

    def run(self, job: ImportJob, *arguments: str, load: int = 0) -> list[dict[str, str]]:
        """Run a job and return the rows of its report."""
        ids = self._ids
        self.done = job.run(Call(next(ids), load, arguments, self.tables, self.setup, lambda: next(ids)))
        assert self.done.state == "SUCCEEDED"
        return rows_of(self.done)

    def statuses(self, table: str) -> list[str]:
        return [row.status for row in self.tables.interface[table]]

    def bu(self, name: str) -> str:
        """The pod's id of a business unit."""
        return self.setup.ids("business_units")[name]


def rows_of(done: Done) -> list[dict[str, str]]:
    root = ElementTree.fromstring(done.outputs["xml"])
    return [{leaf.tag: leaf.text or "" for leaf in row} for row in root.iter("G_ROWS")]


def messages(report: Sequence[Mapping[str, str]]) -> list[str]:
    """What the report says, as the code tables write it: sentence [ATTRIBUTE]."""
    return list(_messages(report))


def _messages(report: Sequence[Mapping[str, str]]) -> Iterator[str]:
    for row in report:
        text = row.get("REJECT_LOOKUP_CODE", "") or row.get("ERROR_MESSAGE", "")
        attribute = row.get("ATTRIBUTE", "") or row.get("COLUMN_NAME", "")
        if text:
            yield f"{text} [{attribute}]" if attribute else text
