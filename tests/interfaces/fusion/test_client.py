"""The operations of a pod: what is sent, and every shape in which an answer was seen."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from scripted_pod import Time, answer, client

from interfaces.fusion import Client, FusionError, LostReply, Refused, Unreadable

JOB = "/oracle/apps/ess/financials/generalLedger/programs/common,JournalImportLauncher"


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def sent(client_: Client, content: bytes = b"PK") -> int:
    return client_.import_bulk_data(
        "gl.zip",
        content,
        account="fin/generalLedger/import",
        job=JOB.replace(",", ";"),
        parameters=["101", "Payroll, weekly", "7", ""],
        option="15",
    )


class Heard:
    """A pod that keeps what it was asked and always answers the same."""

    def __init__(self, reply: Any, status: int = 200) -> None:
        self.reply, self.status = reply, status
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self.reply if isinstance(self.reply, httpx.Response) else answer(self.reply, self.status)

    @property
    def body(self) -> Any:
        return json.loads(self.requests[-1].content)


# Submissions


def test_a_bulk_import_is_sent_with_pascal_case_names_and_its_content_in_base64() -> None:
    pod = Heard({"ReqstId": "1001"}, 201)
    assert sent(client(pod), b"PK\x03\x04...") == 1001
    assert pod.body == {
        "OperationName": "importBulkData",
        "DocumentContent": base64.b64encode(b"PK\x03\x04...").decode(),
        "ContentType": "zip",
        "FileName": "gl.zip",
        "DocumentAccount": "fin/generalLedger/import",
        "JobName": JOB,
        "ParameterList": '101,"Payroll, weekly",7,#NULL',
        "CallbackURL": "#NULL",
        "JobOptions": "InterfaceDetails=15,ImportOption=Y,PurgeOption=N,ExtractFileType=ALL",
    }
    request = pod.requests[0]
    assert request.url.path == "/fscmRestApi/resources/11.13.18.05/erpintegrations"
    assert request.headers["Content-Type"] == "application/vnd.oracle.adf.resourceitem+json"


@pytest.mark.parametrize("status", [200, 201, 202])
@pytest.mark.parametrize("told", ["1001", 1001, " 1001 "])
def test_a_request_id_is_a_string_or_a_number_under_any_success(told: object, status: int) -> None:
    assert sent(client(Heard({"ReqstId": told}, status))) == 1001


@pytest.mark.parametrize(
    "reply",
    [{"ReqstId": "-1"}, {"ReqstId": -1}, {"ReqstId": None}, {"OperationName": "importBulkData"}, {"ReqstId": "soon"}],
)
def test_minus_one_or_no_request_id_is_a_refusal(reply: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="refused the job") as caught:
        sent(client(Heard(reply, 201)))
    assert (caught.value.code, caught.value.where) == ("submission_refused", JOB)


def test_an_object_that_echoes_nothing_is_no_answer_of_the_service() -> None:
    with pytest.raises(LostReply, match="no answer of the service"):
        sent(client(Heard({"error": "upstream"})))


def test_a_success_in_html_is_a_lost_reply_not_a_refusal() -> None:
    with pytest.raises(LostReply, match="web page"):
        sent(client(Heard(httpx.Response(200, html="<html>Sign in</html>"))))


def test_a_file_is_stored_and_a_job_submitted_by_calls_of_their_own() -> None:
    pod = Heard({"DocumentId": 1047001})
    assert client(pod).upload("gl.zip", b"PK", account="a") == "1047001"
    pod = Heard({"ReqstId": "7"})
    assert client(pod).submit("/oracle/x", "Loader", ["15", "1047001", "N", ""]) == 7
    assert pod.body == {
        "OperationName": "submitESSJobRequest",
        "JobPackageName": "/oracle/x",
        "JobDefName": "Loader",
        "ESSParameters": "15,1047001,N,#NULL",
    }


def test_a_file_without_an_id_is_a_refusal() -> None:
    with pytest.raises(Refused, match="no id for the stored file"):
        client(Heard({"DocumentId": None})).upload("gl.zip", b"PK", account="a")


# Status and trees


@pytest.mark.parametrize(
    ("reply", "state"),
    [
        (answer({"items": [{"RequestStatus": "SUCCEEDED"}]}), "SUCCEEDED"),
        (answer({"items": [{"RequestStatus": "ERROR MANUAL RECOVERY"}]}), "ERROR MANUAL RECOVERY"),
        (answer({"items": [{"RequestStatus": None}]}), ""),
        (answer({"items": [{"RequestStatus": ""}]}), ""),
        (answer({"items": []}), ""),
        (answer({"count": 0}), ""),
        (httpx.Response(404), ""),
    ],
)
def test_a_status_is_a_word_or_nothing_yet(reply: httpx.Response, state: str) -> None:
    pod = Heard(reply)
    assert client(pod).status(1001) == state
    assert pod.requests[0].url.params["finder"] == "ESSJobStatusRF;requestId=1001"


def test_a_tree_is_read_out_of_the_string_in_the_status() -> None:
    details = json.dumps({"JOBS": {"JOBNAME": "Load", "REQUESTID": "1001", "STATUS": "RUNNING"}})
    (node,) = client(Heard({"items": [{"RequestStatus": details}]})).tree(1001)
    assert (node.name, node.request, node.state) == ("Load", 1001, "RUNNING")
    assert client(Heard({"items": []})).tree(1001) == []
    assert client(Heard({}, 404)).tree(1001) == []


# Documents and downloads


LOGS = {"1001.log": b"log", "1006.txt": "Bücher".encode()}


def in_json(data: bytes) -> httpx.Response:
    return answer({"DocumentContent": base64.b64encode(data).decode()}, 201)


def in_items(data: bytes) -> httpx.Response:
    return answer({"items": [{"DocumentContent": base64.b64encode(data).decode()}]})


def multipart(data: bytes) -> httpx.Response:
    start = b'--uuid:1\r\nContent-Type: application/xop+xml\r\n\r\n{"ReqstId": "1001"}\r\n--uuid:1\r\n\r\n'
    headers = {"Content-Type": 'multipart/related; type="application/xop+xml"; boundary="uuid:1"'}
    return httpx.Response(200, headers=headers, content=start + data + b"\r\n--uuid:1--\r\n")


def multipart_of_json(data: bytes) -> httpx.Response:
    reply = multipart(data)
    reply.headers["Content-Type"] = 'multipart/related; type="application/json"; boundary="uuid:1"'
    return reply


def raw(data: bytes) -> httpx.Response:
    return httpx.Response(200, headers={"Content-Type": "application/zip"}, content=data)


@pytest.mark.parametrize("shape", [in_json, in_items, multipart, multipart_of_json, raw])
def test_documents_of_a_request_come_in_base64_or_as_a_part(shape: Callable[[bytes], httpx.Response]) -> None:
    pod = Heard(shape(zipped(LOGS)))
    assert client(pod).download(1001) == LOGS
    assert pod.body == {"OperationName": "downloadESSJobExecutionDetails", "ReqstId": "1001", "FileType": "ALL"}


@pytest.mark.parametrize(
    "content", [None, "", base64.b64encode(zipped({})).decode()], ids=["null", "blank", "empty zip"]
)
def test_a_request_without_documents_gives_none(content: str | None) -> None:
    assert client(Heard({"DocumentContent": content})).download(1001) == {}


@pytest.mark.parametrize(
    "content",
    ["bm8gemlw", "***", "ä", 7, base64.b64encode(zipped(LOGS)[:60]).decode()],
    ids=["no zip", "no base64", "no ASCII", "a number", "a zip cut off"],
)
def test_documents_that_cannot_be_read_are_told_apart_from_a_lost_reply(content: object) -> None:
    with pytest.raises(Unreadable):
        client(Heard({"DocumentContent": content})).download(1001)


def test_a_bomb_and_a_path_that_leads_outside_are_left_out() -> None:
    data = zipped({"bomb.log": b"0" * 60_000_000, "../../evil.log": b"x", "1001.log": b"good"})
    assert client(Heard(in_json(data))).download(1001) == {"1001.log": b"good"}


def test_a_download_is_tried_again_because_it_only_reads() -> None:
    replies = [httpx.Response(503), in_json(zipped(LOGS))]
    assert client(lambda _: replies.pop(0)).download(1001) == LOGS


def test_documents_are_found_by_the_beginning_of_their_name() -> None:
    pod = Heard({"items": [{"DocumentId": 5}, {"DocumentId": "6"}, {"DocumentId": None}, "odd"]})
    assert client(pod).documents("gl-") == ["5", "6"]
    assert pod.requests[0].url.params["finder"] == (
        "DocumentIdsByFilePrefixRF;filePrefix=gl-,docAccount=#NULL,comment=#NULL"
    )


# Scheduler


def scheduled(request: int, arguments: Any, parent: int = 0) -> dict[str, Any]:
    return {"requestId": request, "parentRequestId": parent, "requestParameters": arguments}


@pytest.mark.parametrize(
    "arguments",
    [
        [{"name": "submit.argument2", "value": "55"}, {"name": "submit.argument1", "value": 15}],
        {"items": [{"name": "submit.argument1", "value": "15"}, {"name": "submit.argument2", "value": "55"}]},
        {"submit.argument1": "15", "submit.argument2": "55", "other": "1"},
    ],
)
def test_the_load_of_a_document_is_the_newest_request_with_it_as_an_argument(arguments: Any) -> None:
    items = [
        scheduled(1001, arguments),
        scheduled(1009, arguments),
        scheduled(1010, arguments, parent=1009),
        scheduled(1020, [{"name": "submit.argument2", "value": "555"}]),
        scheduled(1021, None),
    ]
    pod = Heard({"items": items})
    assert client(pod).load_of_document("55") == 1009
    assert pod.requests[0].url.params["q"] == "name eq InterfaceLoaderController"
    assert client(Heard({"items": items[3:]})).load_of_document("55") == 0


def test_requests_of_a_job_are_compared_by_their_filled_arguments() -> None:
    told = [{"name": f"submit.argument{at}", "value": value} for at, value in enumerate(["1", "", "2", None], 1)]
    assert client(Heard({"items": [scheduled(7, told)]})).requests_of("Job", ["1", "#NULL", "2"]) == [7]
    assert client(Heard({"items": [scheduled(7, told)]})).requests_of("Job", ["2", "1"]) == []


def test_requests_under_a_parent_are_asked_for_page_by_page() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        offset = int(request.url.params["offset"])
        assert request.url.params["q"] == "absParentRequestId eq 1001"
        return answer({"items": [{"requestId": offset + at} for at in range(2)], "hasMore": offset < 4})

    assert [item["requestId"] for item in client(handler).requests_under(1001)] == [0, 1, 2, 3, 4, 5]


# HCM data loads


@pytest.mark.parametrize("shape", [lambda result: result, json.dumps], ids=["object", "string"])
def test_a_data_set_is_made_of_an_uploaded_file(shape: Callable[[Any], Any]) -> None:
    pod = Heard({"result": shape({"ContentId": "UCMFA001"})}, 201)
    assert client(pod).hdl_upload("Worker.zip", b"PK") == "UCMFA001"
    assert pod.body == {"content": "UEs=", "fileName": "Worker.zip"}
    assert pod.requests[0].headers["Content-Type"] == "application/vnd.oracle.adf.action+json"
    pod = Heard({"result": shape({"RequestId": 3001})}, 200)
    assert client(pod).hdl_create("UCMFA001", "Worker.zip") == "3001"
    assert pod.body == {"contentId": "UCMFA001", "dataSetName": "Worker.zip", "fileAction": "IMPORT_AND_LOAD"}
    assert pod.requests[0].url.path.endswith("/dataLoadDataSets/action/createFileDataSet")


@pytest.mark.parametrize("result", [{}, {"RequestId": None}, {"RequestId": "-1"}, "{}"])
def test_a_data_set_without_an_id_is_a_refusal(result: Any) -> None:
    with pytest.raises(Refused):
        client(Heard({"result": result})).hdl_create("UCMFA001", "Worker.zip")


@pytest.mark.parametrize("result", [None, "no json", [1], "[1]", 7])
def test_a_result_that_is_no_object_is_a_lost_reply(result: Any) -> None:
    with pytest.raises(LostReply):
        client(Heard({"result": result})).hdl_create("UCMFA001", "Worker.zip")


def test_a_data_set_is_not_there_for_some_seconds_and_then_is() -> None:
    replies = [httpx.Response(404), answer({"DataSetStatusCode": "ORA_IN_PROGRESS"})]
    asking = client(lambda _: replies.pop(0))
    assert asking.hdl_status("3001") == {}
    assert asking.hdl_status("3001") == {"DataSetStatusCode": "ORA_IN_PROGRESS"}


def test_all_pages_of_messages_are_read_and_a_pod_that_promises_more_for_ever_is_not_believed() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        offset = int(request.url.params["offset"])
        items = [{"MessageLineId": at} for at in range(offset, min(offset + 25, 60))]
        return answer({"items": items, "hasMore": True})

    assert [item["MessageLineId"] for item in client(handler).hdl_messages("3001")] == list(range(60))
    assert client(Heard({}, 404)).hdl_messages("3001") == []


def test_a_data_set_is_found_by_its_very_name_the_newest_of_several() -> None:
    items = [
        {"RequestId": 1, "DataSetName": "a.zip"},
        {"RequestId": "12", "DataSetName": "a.zip"},
        {"RequestId": 99, "DataSetName": "a.zip.zip"},
    ]
    assert client(Heard({"items": items})).hdl_find("a.zip") == "12"
    assert client(Heard({"items": items})).hdl_find("b.zip") is None
    assert client(Heard({}, 404)).hdl_find("a.zip") is None


def test_failed_lines_are_generated_waited_for_and_read() -> None:
    states = ["ORA_IN_PROGRESS", "ORA_COMPLETED", "ORA_COMPLETED"]

    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/3001/action/generateFailedLinesFile"):
            return answer({"result": {"RequestId": 3001, "ErrorFileContentID": "3001_ERRFILE"}})
        if request.url.path.endswith("/3001/child/processes"):
            process = {"ProcessCode": "ORA_GEN_ERROR_DAT_FILE", "ProcessStatusCode": states.pop(0)}
            return answer({"items": [{"ProcessCode": "ORA_LOAD", "ProcessStatusCode": "ORA_COMPLETED"}, process]})
        assert json.loads(request.content)["DocumentId"] == "3001_ERRFILE"
        return documents.pop(0)

    time, documents = Time(), [httpx.Response(404), in_json(b"failed lines")]
    assert client(handler, time).hdl_failed_lines("3001") == b"failed lines"
    assert time.pauses == [5.0, 5.0]


def test_failed_lines_that_never_come_end_the_waiting() -> None:
    pod = Heard({"result": {}, "items": []})
    time = Time()
    with pytest.raises(LostReply, match="not ready"):
        client(pod, time).hdl_failed_lines("3001")
    assert sum(time.pauses) == 300


# Whatever comes back


OPERATIONS: dict[str, Callable[[Client], object]] = {
    "import": sent,
    "upload": lambda c: c.upload("a.zip", b"", account="a"),
    "submit": lambda c: c.submit("p", "d", []),
    "status": lambda c: c.status(1),
    "tree": lambda c: c.tree(1),
    "documents": lambda c: c.documents("a"),
    "download": lambda c: c.download(1),
    "under": lambda c: c.requests_under(1),
    "load": lambda c: c.load_of_document("1"),
    "hdl_upload": lambda c: c.hdl_upload("a.zip", b""),
    "hdl_create": lambda c: c.hdl_create("1", "a.zip"),
    "hdl_status": lambda c: c.hdl_status("1"),
    "hdl_messages": lambda c: c.hdl_messages("1"),
    "hdl_find": lambda c: c.hdl_find("a.zip"),
}
REPLIES = {
    "html": httpx.Response(200, html="<!DOCTYPE html><html>Sign in</html>"),
    "text": httpx.Response(200, text="OK"),
    "nothing": httpx.Response(204),
    "list": answer([1, 2]),
    "number": answer(7),
    "odd items": answer({"items": {"a": 1}, "result": [], "ReqstId": {}, "DocumentContent": 9}),
    "odd item": answer({"items": [None, 1, {"RequestStatus": 5, "requestParameters": [5, {"name": 5}]}]}),
    "error": httpx.Response(500, text="ORA-00600"),
    "forbidden": answer({"title": "Forbidden"}, 403),
}


@pytest.mark.parametrize("reply", REPLIES)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_no_answer_gives_a_traceback(operation: str, reply: str) -> None:
    with contextlib.suppress(FusionError):
        OPERATIONS[operation](client(Heard(REPLIES[reply])))
        assert reply.startswith("odd")
