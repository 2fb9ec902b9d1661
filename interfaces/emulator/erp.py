"""The resource ``erpintegrations``: operations by POST, finders by GET."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from interfaces.emulator.answers import LAG, ServiceError, not_found
from interfaces.emulator.documents import Documents, plain
from interfaces.emulator.ess import Ess, Request
from interfaces.emulator.faults import Faults
from interfaces.emulator.processes import LOADER, Chain, Processes, arguments_of
from interfaces.emulator.tables import Tables
from interfaces.package import zipped

ATTRIBUTES = frozenset(
    {
        *("OperationName", "DocumentId", "DocumentContent", "FileName", "ContentType", "FileType", "DocumentAccount"),
        *("Comments", "ProcessName", "LoadRequestId", "JobPackageName", "JobDefName", "ReqstId", "RequestStatus"),
        *("JobName", "ParameterList", "NotificationCode", "CallbackURL", "JobOptions", "StatusCode", "ESSParameters"),
    }
)
"""Names that a request may use, in this spelling only."""

_SILENCE = 60.0  # seconds for which the fault empty_status keeps a state back
_SPACED = {"READY": "PENDING VALIDATION", "ERROR": "ERROR MANUAL RECOVERY", "CANCELLED": "CANCELED"}
_REFUSED = "-1"

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Multipart:
    """An answer whose document is a part of its own."""

    row: Row
    document: bytes


class Erp:
    """Answers of ``erpintegrations``. Every method raises ServiceError for what the service refuses."""

    def __init__(self, ess: Ess, documents: Documents, processes: Processes, tables: Tables, faults: Faults) -> None:
        self._ess = ess
        self._documents = documents
        self._processes = processes
        self._tables = tables
        self._faults = faults
        self._submissions = 0
        self._operations: Mapping[str, Callable[[Row, str], Row | Multipart]] = {
            "importBulkData": self._import_bulk_data,
            "uploadFileToUCM": self._upload,
            "submitESSJobRequest": self._submit,
            "getDocumentForDocumentId": self._document,
            "downloadESSJobExecutionDetails": self._download,
            "extractAndPurge": self._purge,
        }
        self._finders: Mapping[str, Callable[[Mapping[str, str], str], list[Row]]] = {
            "ESSJobStatusRF": self._status,
            "ESSExecutionDetailsRF": self._details,
            "ESSJobExecutionDetailsRF": self._found_download,
            "DocumentIdsByFilePrefixRF": self._document_ids,
        }

    def post(self, row: Row, user: str) -> Row | Multipart:
        """Do the operation that the row names; return the row with what came of it."""
        for name in row:
            if name not in ATTRIBUTES:
                raise ServiceError(400, f'Invalid attribute "{name}" in the payload')
        operation = self._operations.get(str(row.get("OperationName")))
        if operation is None:
            raise ServiceError(400, f"The operation {row.get('OperationName')!r} isn't valid.")
        return operation(row, user)

    def find(self, finder: str, user: str) -> list[Row]:
        """The items of ``Name;parameter=value,...``."""
        name, _, given = finder.partition(";")
        if name not in self._finders:
            raise ServiceError(400, f"The finder {name!r} isn't valid.")
        pairs = (part.partition("=") for part in given.split(",") if part)
        return self._finders[name]({key.strip(): value.strip() for key, _, value in pairs}, user)

    # --- operations

    def _import_bulk_data(self, row: Row, user: str) -> Row:
        package, _, definition = _text(row, "JobName").replace(";", ",").partition(",")
        content = _content(row)
        job = self._processes.job(package, definition)
        if self._refuses() or job is None or plain(_text(row, "DocumentAccount")) != plain(job.account):
            return {**row, "ReqstId": _REFUSED}
        options = _options(_text(row, "JobOptions"))
        document = self._documents.get(self._keep(row, content, user))
        chain = Chain(job, arguments_of(_text(row, "ParameterList")), options.get("PurgeOption") == "Y")
        request = self._processes.load(options.get("InterfaceDetails", job.option), document, user, chain)
        return {**row, "ReqstId": self._id(request)}

    def _upload(self, row: Row, user: str) -> Row:
        return {**row, "DocumentId": self._keep(row, _content(row), user)}

    def _submit(self, row: Row, user: str) -> Row:
        path = _text(row, "JobPackageName").rstrip("/"), _text(row, "JobDefName")
        arguments = arguments_of(_text(row, "ESSParameters"))
        job = self._processes.job(*path)
        if self._refuses() or (job is None and path != LOADER):
            return {**row, "ReqstId": _REFUSED}
        if job is not None:
            request = self._processes.run(job, arguments, user)
        else:
            option, document, *_ = [*arguments, "", ""]
            request = self._processes.load(option, self._documents.get(document), user)
        return {**row, "ReqstId": self._id(request)}

    def _document(self, row: Row, user: str) -> Row:
        document = self._documents.get(_text(row, "DocumentId"))
        if document is None or self._lags(f"document {document.id}", document.added):
            raise not_found(f"document {row.get('DocumentId')}")
        content = base64.b64encode(document.content).decode()
        return {**row, "DocumentContent": content, "FileName": document.name, "DocumentAccount": document.account}

    def _download(self, row: Row, user: str) -> Row | Multipart:
        archive = self._archive(_text(row, "ReqstId"), _text(row, "FileType") or "ALL", user)
        if self._faults.strikes("mtom", row.get("ReqstId")):
            return Multipart(row, archive)
        return {**row, "DocumentContent": base64.b64encode(archive).decode()}

    def _purge(self, row: Row, user: str) -> Row:
        """The interface rows of a load are gone. Which attribute names the load by REST is unconfirmed."""
        load = _text(row, "LoadRequestId") or _text(row, "ReqstId")
        self._tables.purge(int(load) if load.isdecimal() else 0)
        return row

    # --- finders

    def _status(self, given: Mapping[str, str], user: str) -> list[Row]:
        id_, request = self._request(given.get("requestId", ""), user)
        return [{"ReqstId": id_, "RequestStatus": self._word(request) if request else ""}]

    def _details(self, given: Mapping[str, str], user: str) -> list[Row]:
        id_, request = self._request(given.get("requestId", ""), user)
        if request is None:
            return [{"ReqstId": id_, "RequestStatus": ""}]
        tree = self._node(request)
        chained = [self._node(one) for one in request.follows]
        jobs: Any = [tree, *chained]
        if self._faults.strikes("jobs_as_object", request.id):  # where the import stands then is unconfirmed
            jobs = {**tree, "CHILD": [*tree.get("CHILD", []), *chained]}
        return [{"ReqstId": id_, "RequestStatus": json.dumps({"JOBS": jobs})}]

    def _found_download(self, given: Mapping[str, str], user: str) -> list[Row]:
        archive = self._archive(given.get("requestId", ""), given.get("fileType", "ALL"), user)
        return [{"ReqstId": given.get("requestId"), "DocumentContent": base64.b64encode(archive).decode()}]

    def _document_ids(self, given: Mapping[str, str], user: str) -> list[Row]:
        account = given.get("docAccount", "#NULL")
        found = self._documents.named(given.get("filePrefix", ""), "" if account == "#NULL" else account)
        return [{"DocumentId": one.id} for one in found if not self._lags(f"document {one.id}", one.added)]

    # --- parts

    def _refuses(self) -> bool:
        self._submissions += 1
        return self._faults.strikes("minus_one", self._submissions)

    def _keep(self, row: Row, content: bytes, user: str) -> str:
        name, kind = _text(row, "FileName"), _text(row, "ContentType").lower()
        account = _text(row, "DocumentAccount")
        return self._documents.add(name, content, account=account, kind=kind, user=user, added=self._ess.now)

    def _id(self, request: Request) -> str | int:
        return request.id if self._faults.strikes("number_id", request.id) else str(request.id)

    def _lags(self, about: str, since: float) -> bool:
        return self._ess.now < since + LAG and self._faults.strikes("replica_lag", about)

    def _request(self, text: str, user: str) -> tuple[str, Request | None]:
        """The request as this user may see it; None for another's, and for one that is not there."""
        id_ = int(text) if text.isdecimal() else 0
        request = self._ess.of(id_, user)
        if request is not None and self._lags(f"request {id_}", request.submitted):
            raise not_found(f"request {id_}")
        return text, None if self._faults.strikes("foreign_request", id_) else request

    def _word(self, request: Request) -> str:
        if self._ess.now < request.submitted + _SILENCE and self._faults.strikes("empty_status", request.id):
            return ""
        state = request.state(self._ess.now)
        return _SPACED.get(state, state) if self._faults.strikes("spaced_status", request.id) else state

    def _node(self, request: Request) -> dict[str, Any]:
        """A request and what is below it, as the execution details show them."""
        node: dict[str, Any] = {"JOBNAME": request.name, "JOBPATH": request.package}
        if request.document:
            node["DOCUMENTNAME"] = request.document
        node |= {"REQUESTID": str(request.id), "STATUS": self._word(request)}
        if request.children:
            node["CHILD"] = [self._node(child) for child in request.children]
        return node

    def _archive(self, id_: str, kind: str, user: str) -> bytes:
        """The zip of what a request and those below it have left behind so far."""
        request = self._request(id_, user)[1]
        if request is None:
            raise ServiceError(500, "FND-2: an application error occurred (FND_CMN_SYS_ERR)", code="FND_CMN_SYS_ERR")
        if kind.upper() not in ("LOG", "OUT", "ALL"):
            raise ServiceError(400, f"The file type {kind!r} isn't valid.")
        files: dict[str, bytes] = {}
        for one in request.tree():
            if one.ended <= self._ess.now and kind.upper() != "OUT":
                files[f"{one.id}.log"] = one.log.encode()
            if one.ended <= self._ess.now and kind.upper() != "LOG":
                files |= {f"{one.id}.{suffix}": content for suffix, content in one.outputs.items()}
        return zipped(files)


def _text(row: Row, name: str) -> str:
    """An attribute as text, "" where it is left out or null."""
    value = row.get(name)
    return "" if value is None else str(value)


def _content(row: Row) -> bytes:
    try:
        return base64.b64decode(_text(row, "DocumentContent"), validate=True)
    except binascii.Error:
        raise ServiceError(400, "The value of DocumentContent isn't base64.") from None


def _options(text: str) -> dict[str, str]:
    """JobOptions by name."""
    return {name.strip(): value.strip() for name, _, value in (one.partition("=") for one in text.split(","))}
