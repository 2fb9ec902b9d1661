"""The emulated pod: its state, and the ways to call it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time

import httpx

from interfaces.emulator.app import Front, Services
from interfaces.emulator.clock import Clock
from interfaces.emulator.documents import Documents
from interfaces.emulator.erp import Erp
from interfaces.emulator.ess import FIRST, Ess
from interfaces.emulator.faults import Faults
from interfaces.emulator.hcm import DataSets
from interfaces.emulator.in_process import InProcess
from interfaces.emulator.jobs import HdlLoad, ImportJob
from interfaces.emulator.processes import Processes
from interfaces.emulator.scheduler import Scheduler
from interfaces.emulator.setup import FIRST_ID, Setup
from interfaces.emulator.tables import Tables

ANY = "*"
"""Every other name: an empty slot, which selects whatever there is."""
_ANYTHING = (
    "cost_import_mode", "cost_business_unit_id", "cost_source_id", "cost_document_id",
    "process all organizations", "delete processed rows (ORA_COMP, ORA_ER, ORA_ALL)", "reprocess errors",
    "process sequentially", "award import parameter 1", "award import parameter 2", "award import parameter 3",
)  # fmt: skip
"""Settings that this pod leaves empty: the slots select whatever there is."""
_APART = 1_000_000
_MORNING = time(6, 40, tzinfo=UTC)


class Emulator:
    """A Fusion pod in memory. Interface and base tables live as long as it does.

    ``jobs``: the imports that it knows; ``hdl``: what loads HDL files, None for a pod without. ``users``: name ->
    password, None lets everybody in. ``release``: the layouts in force. ``seed``: pods of different seeds give
    different request ids. Raises ContractError for a job whose layout is not there.
    """

    def __init__(
        self,
        setup: Setup,
        jobs: Sequence[ImportJob],
        *,
        hdl: HdlLoad | None = None,
        clock: Clock | None = None,
        faults: Faults | None = None,
        users: Mapping[str, str] | None = None,
        release: str = "26C",
        seed: int = 0,
    ) -> None:
        self.setup = setup
        self.clock = clock or Clock(datetime.combine(setup.today, _MORNING))
        self.tables = Tables()
        faults = faults or Faults()
        documents = Documents()
        ess = Ess(self.clock, FIRST + seed * _APART)
        self._processes = Processes(ess, self.tables, setup, jobs, release, faults)
        erp = Erp(ess, documents, self._processes, self.tables, faults)
        data_sets = DataSets(ess, documents, self.tables, setup, faults, hdl)
        self._ess, self._data_sets = ess, data_sets
        about = {"speed": self.clock.speed, "parameters": self.parameters()}
        services = Services(ess, erp, Scheduler(ess, faults), data_sets, about)
        self.app = Front(services, faults, users)
        self._lock = threading.Lock()

    def transport(self) -> httpx.BaseTransport:
        """A transport for httpx clients of this process: no port, no thread."""
        return InProcess(self.app, self._lock)

    def knows(self, job: str) -> bool:
        """True if the pod has the import ``package,definition``."""
        package, _, definition = job.replace(";", ",").partition(",")
        return self._processes.job(package, definition) is not None

    def taken(self) -> Counter[str]:
        """How many loads and data sets there are of each document, by its name, whoever sent it and may see it."""
        return Counter(
            [*(one.document for one in self._ess.requests.values() if one.document), *self._data_sets.names()]
        )

    def parameters(self) -> dict[str, str | dict[str, str]]:
        """Ids of this pod that ParameterLists ask for, by the name of the setting; a mapping where names have ids."""
        ledgers, units = self.setup.ids("ledgers"), self.setup.rows("business_units")
        return {
            "accounting_date": self.setup.today.isoformat(),
            "ledger_id": {**ledgers, ANY: ""},
            "business_unit_id": {**self.setup.ids("business_units"), ANY: ""},
            "ledger_of_business_unit": {row.get("name", ""): ledgers.get(row.get("ledger", ""), "") for row in units}
            | {ANY: ""},
            "data_access_set_id": str(FIRST_ID + 900_000),
            "buyer_id": str(FIRST_ID + 900_001),
            "group_tag": "",
            "batch_name": "CUSTOMERS",
            **dict.fromkeys(_ANYTHING, ""),
        }
