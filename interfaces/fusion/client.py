"""The operations of a pod's services: file-based imports (erpintegrations), the scheduler, and HCM data loads."""

from __future__ import annotations

import base64
import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from interfaces.fusion.errors import LostReply, NotThere, Refused, Unreadable
from interfaces.fusion.ess import JobNode, number, tree_of
from interfaces.fusion.parameters import NULL, joined
from interfaces.fusion.replies import Reply
from interfaces.fusion.session import Session
from interfaces.package import Limits, unpack

ERP = "/fscmRestApi/resources/11.13.18.05/erpintegrations"
HCM = "/hcmRestApi/resources/11.13.18.05/dataLoadDataSets"
SCHEDULER = "/ess/rest/scheduler/v1/requests"

ITEM = "application/vnd.oracle.adf.resourceitem+json"
ACTION = "application/vnd.oracle.adf.action+json"

LOADER = ("/oracle/apps/ess/financials/commonModules/shared/common/interfaceLoader", "InterfaceLoaderController")
"""Package and definition of the job that loads a file into interface tables."""
DOWNLOADS = Limits(total_bytes=1024**3)
"""What the documents of one request may unpack to."""

_PAGE = 500  # items asked for at once
_ZIP, _EMPTY_ZIP = b"PK\x03\x04", b"PK\x05\x06"
_LOOKS, _BETWEEN = 60, 5.0  # for the file of failed lines: looks, and seconds between them
_DONE = ("COMPLETED", "SUCCESS", "ERROR", "IN_ERROR", "STOPPED")


class Client:
    """One method per operation. All raise NotSent, Refused or LostReply as ``Session`` does; ids that are not there
    yet (HTTP 404, empty answers) are empty results.
    """

    def __init__(self, session: Session) -> None:
        self.session = session

    # File-based imports

    def import_bulk_data(
        self,
        document: str,
        content: bytes,
        *,
        account: str,
        job: str,
        parameters: Sequence[str],
        option: str,
        purge: bool = False,
    ) -> int:
        """Send a zip, load it and import it; return the id of the load request.

        ``document`` is the file name in the pod, ``job`` "package,definition", ``option`` the interface option id.
        ``purge`` lets the pod delete the interface rows afterwards.
        """
        options = f"InterfaceDetails={option},ImportOption=Y,PurgeOption={'Y' if purge else 'N'},ExtractFileType=ALL"
        body = {
            "OperationName": "importBulkData",
            **_document(document, content, account),
            "JobName": job.replace(";", ","),  # the pod's table of options writes a semicolon
            "ParameterList": joined(parameters),
            "CallbackURL": NULL,
            "JobOptions": options,
        }
        return self._submitted(body)

    def upload(self, document: str, content: bytes, *, account: str) -> str:
        """Store a zip in the pod; return the id of the document. Nothing is done with it."""
        body = {"OperationName": "uploadFileToUCM", **_document(document, content, account)}
        answer = self.session.write(ERP, body, ITEM).json()
        if not (found := _text(answer.get("DocumentId"))):
            raise Refused("the pod gave no id for the stored file", where=ERP, todo=f"check the account {account}")
        return found

    def submit(self, package: str, definition: str, arguments: Sequence[str]) -> int:
        """Submit a job; return its request id."""
        body = {
            "OperationName": "submitESSJobRequest",
            "JobPackageName": package,
            "JobDefName": definition,
            "ESSParameters": joined(arguments),
        }
        return self._submitted(body)

    def status(self, request: int) -> str:
        """Return the state of a request as the pod writes it, "" while it is not there yet.

        It stays "" for ever for a request of another user.
        """
        return next((_text(item.get("RequestStatus")) for item in self._found("ESSJobStatusRF", requestId=request)), "")

    def tree(self, request: int) -> list[JobNode]:
        """Return the jobs that a load set off, imports and their reports as trees of their own; none yet = empty."""
        items = self._found("ESSExecutionDetailsRF", requestId=request)
        return tree_of(items[0].get("RequestStatus")) if items else []

    def documents(self, prefix: str) -> list[str]:
        """Return the ids of the documents whose name begins so."""
        items = self._found("DocumentIdsByFilePrefixRF", filePrefix=prefix, docAccount=NULL, comment=NULL)
        return [found for item in items if (found := _text(item.get("DocumentId")))]

    def document(self, document_id: str) -> bytes:
        """Return the content of a stored document."""
        body = {"OperationName": "getDocumentForDocumentId", "DocumentId": document_id}
        return _content(self.session.ask(ERP, body, ITEM))

    def download(self, request: int, kind: Literal["LOG", "OUT", "ALL"] = "ALL") -> dict[str, bytes]:
        """Return logs and outputs of a request by file name, e.g. "1006.txt"; none = empty.

        What may not be unpacked safely (bombs, links, paths that lead outside) is left out.
        Raises Unreadable if the pod sends no zip, or one that cannot be read.
        """
        body = {"OperationName": "downloadESSJobExecutionDetails", "ReqstId": str(request), "FileType": kind}
        reply = self.session.ask(ERP, body, ITEM)
        data = _content(reply)
        if not data or data.startswith(_EMPTY_ZIP):
            return {}
        members, facts = unpack(data[max(data.find(_ZIP), 0) :], DOWNLOADS)
        if not members:
            reason = facts[0].detail if facts else "it is empty"
            raise Unreadable(f"the documents of request {request} are no readable zip: {reason}", where=reply.url)
        return {member.name: member.data for member in members}

    # Scheduler

    def requests_under(self, parent: int) -> list[dict[str, Any]]:
        """Return the requests whose topmost parent is ``parent``: requestId, parentRequestId, name, state and more."""
        return list(self._scheduled(f"absParentRequestId eq {parent}"))

    def load_of_document(self, document_id: str) -> int:
        """Return the newest load request that has this document as an argument, 0 if none is seen.

        That the scheduler finds requests by name is unconfirmed; the argument is compared here.
        """
        return max(self.requests_of(LOADER[1], [document_id]), default=0)

    def requests_of(self, definition: str, arguments: Sequence[str]) -> list[int]:
        """Return the requests without parent of a job that have these arguments, one after the other, in order of ids.

        Empty arguments do not count on either side: how the scheduler keeps them is unconfirmed.
        """
        found = self._scheduled(f"name eq {definition}", fields="requestId,parentRequestId,name,requestParameters")
        asked = _filled(arguments)
        roots = [item for item in found if _topmost(item)]  # a child carries the arguments of its parent
        ids = [number(item.get("requestId")) for item in roots if _within(asked, _filled(_arguments(item)))]
        return sorted(filter(None, ids))

    # HCM data loads

    def hdl_upload(self, name: str, content: bytes) -> str:
        """Store a zip or .dat in the pod; return its content id. Nothing is done with it."""
        answer = self._action("uploadFile", {"content": _base64(content), "fileName": name})
        if not (found := _text(answer.get("ContentId"))):
            raise Refused("the pod gave no id for the stored file", where=HCM, todo="check the user's roles")
        return found

    def hdl_create(self, content_id: str, data_set_name: str) -> str:
        """Import and load an uploaded file; return the request id of the data set."""
        body = {"contentId": content_id, "dataSetName": data_set_name, "fileAction": "IMPORT_AND_LOAD"}
        found = number(self._action("createFileDataSet", body).get("RequestId"))
        if found <= 0:
            raise Refused("the pod gave no request id for the data set", where=HCM, todo="check the user's roles")
        return str(found)

    def hdl_status(self, request: str) -> dict[str, Any]:
        """Return the data set's states and counts, empty while it is not there yet."""
        try:
            return self.session.get(f"{HCM}/{request}").json()
        except NotThere:
            return {}

    def hdl_messages(self, request: str) -> list[dict[str, Any]]:
        """Return all messages of a data set."""
        return list(self._pages(f"{HCM}/{request}/child/messages", {}))

    def hdl_find(self, data_set_name: str) -> str | None:
        """Return the request id of the newest data set of this name. That the pod finds it by name is unconfirmed."""
        quoted = data_set_name.replace("'", "''")
        items = self._pages(HCM, {"q": f"DataSetName='{quoted}'"})
        ids = [number(item.get("RequestId")) for item in items if item.get("DataSetName") == data_set_name]
        return str(max(ids)) if any(ids) else None

    def hdl_failed_lines(self, request: str) -> bytes:
        """Return the file of a data set's failed lines, with messages, as the pod generates it.

        That the file is read like any document, and how its progress is written, is unconfirmed.
        Raises LostReply if it does not come within five minutes.
        """
        answer = self._action("generateFailedLinesFile", {"includeMessagesFlag": "Y"}, f"{HCM}/{request}")
        content_id = _text(answer.get("ErrorFileContentID")) or f"{request}_ERRFILE"
        for _ in range(_LOOKS):
            if any(_generated(process) for process in self._pages(f"{HCM}/{request}/child/processes", {})):
                with contextlib.suppress(NotThere):  # like everything new, it may be seen late
                    return self.document(content_id)
            self.session.sleep(_BETWEEN)
        raise LostReply("the file of failed lines is not ready", where=f"{HCM}/{request}", todo="ask again later")

    # How they are asked

    def _submitted(self, body: Mapping[str, Any]) -> int:
        reply = self.session.write(ERP, body, ITEM)
        answer = reply.json()
        if not {"ReqstId", "OperationName"} & answer.keys():  # no echo of the row: this is not the service's answer
            names = ", ".join(sorted(answer)[:5]) or "nothing"
            raise LostReply(f"the reply is no answer of the service: it tells {names}", where=reply.url)
        told = answer.get("ReqstId")
        if (request := number(told)) > 0:
            return request
        job = body.get("JobName") or body.get("JobDefName")
        raise Refused(
            f"the pod took the call and refused the job: ReqstId {told!r} (HTTP {reply.status})",
            where=str(job),
            todo="check the path and name of the job, its account, and the user's privilege for it",
            code="submission_refused",
            status=reply.status,
        )

    def _found(self, finder: str, **arguments: str | int) -> list[dict[str, Any]]:
        told = ",".join(f"{name}={value}" for name, value in arguments.items())
        try:
            return _items(self.session.get(ERP, {"finder": f"{finder};{told}", "onlyData": "true"}).json())
        except NotThere:  # for some seconds after the submission
            return []

    def _scheduled(self, query: str, *, fields: str = "") -> Iterator[dict[str, Any]]:
        names = fields or "requestId,parentRequestId,absParentRequestId,name,state,executionState,submissionTime"
        return self._pages(SCHEDULER, {"q": query, "fields": names})

    def _pages(self, path: str, params: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        offset = 0
        while True:
            try:
                page = self.session.get(path, {**params, "limit": _PAGE, "offset": offset}).json()
            except NotThere:
                return
            items = _items(page)
            yield from items
            offset += len(items)
            if not items or page.get("hasMore") is not True:
                return

    def _action(self, name: str, body: Mapping[str, Any], path: str = HCM) -> dict[str, Any]:
        """The result of an HDL action: an object, or a JSON string that holds one."""
        reply = self.session.write(f"{path}/action/{name}", body, ACTION)
        result = reply.json().get("result")
        try:
            parsed = json.loads(result) if isinstance(result, str) else result
        except (ValueError, RecursionError):
            parsed = None
        if not isinstance(parsed, dict):
            raise LostReply(f"the result of {name} is no object", where=reply.url, status=reply.status)
        return parsed


def _document(name: str, content: bytes, account: str) -> dict[str, str]:
    kind = {"DocumentContent": _base64(content), "ContentType": "zip", "FileName": name}
    return {**kind, "DocumentAccount": account}


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _content(reply: Reply) -> bytes:
    """The document of a reply: base64 in JSON, or the binary part of a multipart (MTOM) body."""
    kind = reply.headers.get("content-type", "").partition(";")[0]  # a multipart's parameters may speak of JSON
    if "json" not in kind and not reply.html and (at := reply.body.find(_ZIP)) >= 0:
        return reply.body[at:]
    answer = reply.json()
    item = next(iter(_items(answer)), answer)
    try:
        return base64.b64decode("".join(_text(item.get("DocumentContent")).split()), validate=True)
    except ValueError:
        raise Unreadable("the content of the document is no base64", where=reply.url) from None


def _items(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    items = answer.get("items")
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _text(told: object) -> str:
    return "" if told is None else str(told).strip()


def _generated(process: Mapping[str, Any]) -> bool:
    """True if the failed lines are written. Which field says so is unconfirmed: any one that ends in StatusCode."""
    states = [_text(value) for name, value in process.items() if name.endswith("StatusCode")]
    about = process.get("ProcessCode") == "ORA_GEN_ERROR_DAT_FILE"
    return about and any(state.removeprefix("ORA_") in _DONE for state in states)


def _arguments(item: Mapping[str, Any]) -> list[str]:
    """Arguments of a scheduled request, in order. They are named submit.argument1 and so on; where they stand
    in the answer (a list of names and values, or an object) is unconfirmed.
    """
    told = item.get("requestParameters")
    if isinstance(told, dict):
        told = told.get("items", told)
    if isinstance(told, list):
        pairs = [(_text(each.get("name")), _text(each.get("value"))) for each in told if isinstance(each, dict)]
    else:
        pairs = [(name, _text(value)) for name, value in (told if isinstance(told, dict) else item).items()]
    start = "submit.argument"
    numbered = {number(name.removeprefix(start)): value for name, value in pairs if name.startswith(start)}
    return [numbered[at] for at in sorted(numbered)]


def _topmost(item: Mapping[str, Any]) -> bool:
    return number(item.get("parentRequestId")) in (0, number(item.get("requestId")))


def _filled(arguments: Sequence[str]) -> list[str]:
    return [argument for argument in arguments if argument not in ("", NULL)]


def _within(some: list[str], all_: list[str]) -> bool:
    return any(all_[at : at + len(some)] == some for at in range(len(all_) - len(some) + 1))
