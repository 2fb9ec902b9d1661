"""A pod with one import of its own, and a client that speaks to it over httpx."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

import httpx

from interfaces.emulator import Call, Done, Emulator, Faults, HdlResult, ImportJob, Setup, Tables

ERP = "/fscmRestApi/resources/11.13.18.05/erpintegrations"
HCM = "/hcmRestApi/resources/11.13.18.05/dataLoadDataSets"
REQUESTS = "/ess/rest/scheduler/v1/requests"
LOADER = "/oracle/apps/ess/financials/commonModules/shared/common/interfaceLoader"
PACKAGE = "/oracle/apps/ess/financials/generalLedger/ledgers/ledgerDefinitions"
JOB = f"{PACKAGE},ValidateAndLoadBudgets"
TABLE = "GL_BUDGET_INTERFACE"
GOOD = "RUN1,NEW,,Adopted,Jul-26,USD"
AUTHORIZED = httpx.BasicAuth("ana", "secret")


def budgets(call: Call) -> Done:
    """Takes the rows of a run whose budget is ``Adopted``."""
    rows = [
        row for row in call.tables.interface[TABLE] if row.status == "NEW" and row.get("RUN_NAME") == call.argument(1)
    ]
    for row in rows:
        row.status = "PROCESSED" if row.get("BUDGET_NAME") == "Adopted" else "ERROR"
    refused = sum(row.status == "ERROR" for row in rows)
    child, report = call.new_request(), call.new_request()
    text = f"{len(rows)} selected, {refused} refused, load {call.load}, arguments {'|'.join(call.arguments)}\n"
    state = "WARNING" if refused else "SUCCEEDED"
    return Done(
        state,
        log=f"Import: Child job request_id: {child} has been submitted.\n",
        children=(Done(state, "child\n", {"txt": text.encode()}, "Import Budgets: Child", child),),
        report=Done("SUCCEEDED", "report\n", {"xml": b"<DATA_DS/>"}, "Import Budgets Report", report),
    )


BUDGETS = ImportJob(
    package=PACKAGE,
    definition="ValidateAndLoadBudgets",
    name="Import Budgets",
    option="17",
    account="fin/budgetBalance/import",
    files={"GlBudgetInterface": ("GlBudgetInterface", TABLE)},
    run=budgets,
)


def hdl(data: bytes, file_name: str, tables: Tables, setup: Setup) -> HdlResult:
    """Refuses one of three objects, with 30 messages."""
    assert file_name
    messages = [{"MessageText": f"message {at}", "OriginatingProcessCode": "LOAD"} for at in range(30)]
    return HdlResult(9, 9, 0, 3, 2, 1, messages, b"MERGE|Worker|bad\n")


def pod(faults: str = "", *, rate: float = 1.0, seed: int = 0, setup: Setup | None = None, **options: Any) -> Emulator:
    chosen = Faults.parse(faults, rate=rate, seed=seed)
    return Emulator(setup or Setup(), [BUDGETS], hdl=hdl, faults=chosen, **options)


def packed(members: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def lines(*records: str) -> bytes:
    return packed({"GlBudgetInterface.csv": "\n".join(records)})


class Client:
    """What a client of the services does; ``last`` is the latest answer."""

    def __init__(self, emulator: Emulator, auth: httpx.BasicAuth | None = AUTHORIZED, **headers: str) -> None:
        self.emulator = emulator
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.http = httpx.Client(
            base_url="https://pod.example", transport=emulator.transport(), auth=auth, headers=headers
        )
        self.last: httpx.Response

    def post(self, operation: str, **row: Any) -> dict[str, Any]:
        self.last = self.http.post(ERP, json={"OperationName": operation, **row})
        return dict(self.last.json()) if self.last.is_success else {}

    def send(self, content: bytes, parameters: str = "RUN1", **row: Any) -> str:
        """The load request of importBulkData."""
        row = {
            "DocumentContent": base64.b64encode(content).decode(),
            "ContentType": "zip",
            "FileName": "budget.zip",
            "DocumentAccount": "fin$/budgetBalance$/import$",
            "JobName": JOB,
            "ParameterList": parameters,
            **row,
        }
        return str(self.post("importBulkData", **row).get("ReqstId"))

    def upload(self, content: bytes, name: str = "budget.zip") -> str:
        row = {"DocumentContent": base64.b64encode(content).decode(), "FileName": name, "ContentType": "zip"}
        return str(self.post("uploadFileToUCM", DocumentAccount="fin/budgetBalance/import", **row)["DocumentId"])

    def find(self, finder: str) -> list[dict[str, Any]]:
        self.last = self.http.get(ERP, params={"finder": finder, "onlyData": "true"})
        return list(self.last.json()["items"]) if self.last.is_success else []

    def status(self, request: str | int) -> str:
        return str(self.find(f"ESSJobStatusRF;requestId={request}")[0]["RequestStatus"])

    def details(self, request: str | int) -> Any:
        return json.loads(self.find(f"ESSExecutionDetailsRF;requestId={request}")[0]["RequestStatus"])["JOBS"]

    def download(self, request: str | int, kind: str = "ALL") -> dict[str, str]:
        answer = self.post("downloadESSJobExecutionDetails", ReqstId=str(request), FileType=kind)
        with zipfile.ZipFile(io.BytesIO(base64.b64decode(answer["DocumentContent"]))) as archive:
            return {name: archive.read(name).decode() for name in archive.namelist()}

    def wait(self, seconds: float = 600) -> None:
        self.emulator.clock.sleep(seconds)


def rows(emulator: Emulator) -> int:
    return len(emulator.tables.interface[TABLE])
