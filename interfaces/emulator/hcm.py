"""The resource ``dataLoadDataSets``: HDL files uploaded, loaded as data sets, and what became of them.

Attribute names are those of the documents. How long a phase takes is made up; ORA_SUCCESS for a load without errors,
the search by DataSetName and the way to the failed lines are unconfirmed.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from interfaces.emulator.answers import LAG, ServiceError, collection, not_found
from interfaces.emulator.documents import Document, Documents
from interfaces.emulator.ess import Ess
from interfaces.emulator.faults import Faults
from interfaces.emulator.jobs import HdlLoad, HdlResult
from interfaces.emulator.setup import Setup
from interfaces.emulator.tables import Tables

_UNSEEN, _TRANSFER, _PHASE = 5.0, 8.0, 6.0
"""Seconds until a new data set can be found, until its transfer begins, and that a phase takes."""
_LINES_A_SECOND = 2_000
_NAMED = re.compile(r"DataSetName\s*=\s*(?:'((?:[^']|'')*)'|\"([^\"]*)\"|(.*))")
_FIRST_DATA_SET_ID = 300_000_200_000_001

Action = Mapping[str, Any]


@dataclass(eq=False)
class DataSet:
    """One load of an HDL file. Times are seconds since 1970."""

    request: int
    id: int  # DataSetId of its messages, another number than the request
    name: str
    content: str  # ContentId
    user: str
    created: float
    begins: float
    result: HdlResult = field(default_factory=HdlResult)
    ends: tuple[float, float, float] = (math.inf, math.inf, math.inf)  # of transfer, import, load
    processes: list[Mapping[str, Any]] = field(default_factory=list)

    def phase(self, at: int, now: float, failed: bool) -> str:
        """The status code of transfer (0), import (1) or load (2)."""
        begun = self.begins if at == 0 else self.ends[at - 1]
        if now < begun:
            return "UNPROCESSED"
        return "IN_PROGRESS" if now < self.ends[at] else "ERROR" if failed else "SUCCESS"


class DataSets:
    """Answers of ``dataLoadDataSets``. Every method raises ServiceError for what the service refuses."""

    def __init__(
        self, ess: Ess, documents: Documents, tables: Tables, setup: Setup, faults: Faults, hdl: HdlLoad | None
    ) -> None:
        self._ess = ess
        self._documents = documents
        self._tables = tables
        self._setup = setup
        self._faults = faults
        self._hdl = hdl
        self._sets: dict[int, DataSet] = {}
        self._uploads = 0

    def act(self, action: str, given: Action, user: str) -> dict[str, Any]:
        """Do an action of the collection: uploadFile or createFileDataSet."""
        actions: Mapping[str, Callable[[Action, str], dict[str, Any]]] = {
            "uploadFile": self._upload,
            "createFileDataSet": self._create,
        }
        if action not in actions:
            raise not_found(f"action {action}")
        return {"result": self._result(actions[action](given, user))}

    def act_on(self, id_: str, action: str, user: str) -> dict[str, Any]:
        """Do an action of a data set: generateFailedLinesFile."""
        one = self._of(id_, user)
        if action != "generateFailedLinesFile":
            raise not_found(f"action {action}")
        if self._ess.now < one.ends[2]:
            raise ServiceError(400, f"The data set {id_} is still being processed.")
        name = f"{one.request}_ERRFILE"
        self._keep(f"{name}.dat", one.result.failed_lines, user, name)
        one.processes.append({"ProcessCode": "ORA_GEN_ERROR_DAT_FILE", "ProcessStatusCode": "SUCCESS"})
        return {"result": self._result({"RequestId": str(one.request), "ErrorFileContentID": name})}

    def one(self, id_: str, user: str) -> dict[str, Any]:
        """A data set as it stands."""
        return self._item(self._of(id_, user))

    def search(self, query: Mapping[str, str], user: str) -> dict[str, Any]:
        """The user's data sets, newest first; with ``q=DataSetName='...'`` those of that name."""
        text = query.get("q", "")
        named = _NAMED.fullmatch(text.strip())
        if text and named is None:
            raise ServiceError(400, f"q can't be read: {text!r}.")
        name = next((part for part in named.groups() if part is not None), "").replace("''", "'") if named else ""
        seen = [one for one in reversed(self._sets.values()) if one.user == user and not self._unseen(one)]
        return collection([self._item(one) for one in seen if not text or one.name == name], query)

    def child(self, id_: str, child: str, query: Mapping[str, str], user: str) -> dict[str, Any]:
        """A page of a data set's messages or processes."""
        one = self._of(id_, user)
        if child == "processes":
            return collection(one.processes, query)
        if child != "messages":
            raise not_found(child)
        messages = one.result.messages if self._ess.now >= one.ends[2] else []
        if one.ends[1] <= self._ess.now < one.ends[2]:
            messages = [message for message in one.result.messages if message.get("OriginatingProcessCode") != "LOAD"]
        first = one.id * 1000
        items = [{"MessageLineId": first + at, "DataSetId": one.id, **message} for at, message in enumerate(messages)]
        return collection(items, query)

    def names(self) -> list[str]:
        """The names of all data sets, oldest first."""
        return [one.name for one in self._sets.values()]

    # --- actions

    def _upload(self, given: Action, user: str) -> dict[str, Any]:
        try:
            content = base64.b64decode(str(given.get("content", "")), validate=True)
        except binascii.Error:
            raise ServiceError(400, "The value of content isn't base64.") from None
        self._uploads += 1
        name = str(given.get("fileName", ""))
        id_ = f"UCMFA{self._uploads:08}"
        self._keep(name, content, user, id_)
        return {"ContentId": id_}

    def _create(self, given: Action, user: str) -> dict[str, Any]:
        document = self._documents.get(str(given.get("contentId", "")))
        if self._hdl is None:
            raise not_found("this emulator has no HDL loader")
        if document is None:
            raise ServiceError(400, f"The content ID {given.get('contentId')!r} isn't valid.")
        if given.get("fileAction") != "IMPORT_AND_LOAD":
            raise ServiceError(400, f"The emulator knows IMPORT_AND_LOAD only, not {given.get('fileAction')!r}.")
        now = self._ess.now
        request = self._ess.new_id()
        name = str(given.get("dataSetName") or document.name)
        one = DataSet(request, _FIRST_DATA_SET_ID + request, name, document.id, user, now, now + _TRANSFER)
        self._sets[request] = one
        self._ess.at(one.begins, partial(self._load, one, document, self._hdl))
        return {"RequestId": str(request)}

    def _load(self, one: DataSet, document: Document, hdl: HdlLoad) -> None:
        one.result = hdl(document.content, document.name, self._tables, self._setup)
        imported = self._ess.now + 2 + _PHASE + one.result.lines_total / _LINES_A_SECOND
        one.ends = (self._ess.now + 2, imported, imported + _PHASE + one.result.objects_total / _LINES_A_SECOND)

    # --- parts

    def _keep(self, name: str, content: bytes, user: str, id_: str) -> None:
        account = "hcm/dataloader/import"
        self._documents.add(name, content, account=account, kind="", user=user, added=self._ess.now, id_=id_)

    def _result(self, result: Mapping[str, Any]) -> Any:
        text = self._faults.strikes("json_string_result", tuple(result.values()))
        return json.dumps(result) if text else result

    def _of(self, id_: str, user: str) -> DataSet:
        one = self._sets.get(int(id_) if id_.isdecimal() else 0)
        if one is None or one.user != user or self._unseen(one):
            raise not_found(f"data set {id_}")
        return one

    def _unseen(self, one: DataSet) -> bool:
        lag = LAG if self._faults.strikes("replica_lag", f"request {one.request}") else 0
        return self._ess.now < one.created + _UNSEEN + lag

    def _item(self, one: DataSet) -> dict[str, Any]:
        now, result = self._ess.now, one.result
        imported, loaded = now >= one.ends[1], now >= one.ends[2]
        whole = bool(result.messages) and not result.lines_total  # the file itself is refused
        failed = bool(result.lines_error or result.objects_error or whole)
        code = "ORA_UNPROCESSED" if now < one.begins else "ORA_IN_PROGRESS"
        if loaded:
            code = "ORA_IN_ERROR" if failed else "ORA_SUCCESS"
        return {
            "RequestId": one.request,
            "DataSetName": one.name,
            "ContentId": one.content,
            "FileAction": "IMPORT_AND_LOAD",
            "DataSetStatusCode": code,
            "DataSetStatusMeaning": code.removeprefix("ORA_").replace("_", " ").capitalize(),
            "TransferStatusCode": one.phase(0, now, False),
            "ImportStatusCode": one.phase(1, now, bool(result.lines_error) or whole),
            "LoadStatusCode": one.phase(2, now, bool(result.objects_error)),
            "ImportPercentageComplete": 100 if imported else 0,
            "LoadPercentageComplete": 100 if loaded else 0,
            "FileLineTotalCount": result.lines_total if imported else 0,
            "FileLineImportSuccessCount": result.lines_ok if imported else 0,
            "FileLineImportErrorCount": result.lines_error if imported else 0,
            "ObjectTotalCount": result.objects_total if imported else 0,
            "ObjectSuccessCount": result.objects_ok if loaded else 0,
            "ObjectLoadErrorCount": result.objects_error if loaded else 0,
            "ObjectRollbackErrorCount": 0,
            "ObjectUnprocessedCount": result.objects_total - result.objects_ok - result.objects_error if loaded else 0,
        }
