"""dataLoadDataSets: an HDL file uploaded, loaded and asked about."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import pytest
from small_pod import HCM, Client, pod

from interfaces.emulator import Emulator, Setup


def act(client: Client, action: str, body: dict[str, Any], at: str = HCM) -> Any:
    answer = client.http.post(
        f"{at}/action/{action}", json=body, headers={"Content-Type": "application/vnd.oracle.adf.action+json"}
    )
    return answer.json()["result"] if answer.is_success else answer.status_code


def created(client: Client, name: str = "first") -> str:
    content = act(client, "uploadFile", {"content": base64.b64encode(b"zip").decode(), "fileName": "Worker.zip"})
    body = {"contentId": content["ContentId"], "dataSetName": name, "fileAction": "IMPORT_AND_LOAD"}
    return str(act(client, "createFileDataSet", body)["RequestId"])


def test_a_data_set_is_not_there_for_some_seconds_and_then_passes_its_phases() -> None:
    client = Client(pod())
    at = f"{HCM}/{created(client)}"
    seen = []
    for _ in range(80):
        answer = client.http.get(at)
        told = (
            tuple(answer.json()[f"{phase}StatusCode"] for phase in ("DataSet", "Transfer", "Import", "Load"))
            if answer.is_success
            else answer.status_code
        )
        if told not in seen:
            seen.append(told)
        client.wait(0.5)
    assert seen == [
        404,
        ("ORA_UNPROCESSED", "UNPROCESSED", "UNPROCESSED", "UNPROCESSED"),
        ("ORA_IN_PROGRESS", "IN_PROGRESS", "UNPROCESSED", "UNPROCESSED"),
        ("ORA_IN_PROGRESS", "SUCCESS", "IN_PROGRESS", "UNPROCESSED"),
        ("ORA_IN_PROGRESS", "SUCCESS", "SUCCESS", "IN_PROGRESS"),
        ("ORA_IN_ERROR", "SUCCESS", "SUCCESS", "ERROR"),
    ]


def test_lines_count_at_the_import_and_objects_at_the_load() -> None:
    client = Client(pod())
    request = created(client)
    client.wait()
    told = client.http.get(f"{HCM}/{request}").json()
    assert (told["FileLineTotalCount"], told["FileLineImportSuccessCount"], told["FileLineImportErrorCount"]) == (
        9,
        9,
        0,
    )
    counts = [told[f"Object{kind}Count"] for kind in ("Total", "Success", "LoadError", "RollbackError", "Unprocessed")]
    assert counts == [3, 2, 1, 0, 0]


def test_messages_come_in_pages_of_twenty_five() -> None:
    client = Client(pod())
    request = created(client)
    client.wait()
    first = client.http.get(f"{HCM}/{request}/child/messages").json()
    assert (len(first["items"]), first["hasMore"]) == (25, True)
    second = client.http.get(f"{HCM}/{request}/child/messages", params={"offset": "25"}).json()
    assert (len(second["items"]), second["hasMore"]) == (5, False)
    texts = [item["MessageText"] for item in first["items"] + second["items"]]
    assert texts == [f"message {at}" for at in range(30)]
    assert first["items"][0]["DataSetId"] != int(request)


def test_the_failed_lines_are_a_document() -> None:
    client = Client(pod())
    request = created(client)
    client.http.get(HCM)
    client.wait()
    assert client.http.get(f"{HCM}/{request}/child/processes").json()["items"] == []
    made = act(client, "generateFailedLinesFile", {"includeMessagesFlag": "Y"}, f"{HCM}/{request}")
    assert made == {"RequestId": request, "ErrorFileContentID": f"{request}_ERRFILE"}
    processes = client.http.get(f"{HCM}/{request}/child/processes").json()["items"]
    assert processes == [{"ProcessCode": "ORA_GEN_ERROR_DAT_FILE", "ProcessStatusCode": "SUCCESS"}]
    answer = client.post("getDocumentForDocumentId", DocumentId=made["ErrorFileContentID"])
    assert base64.b64decode(answer["DocumentContent"]) == b"MERGE|Worker|bad\n"


def test_failed_lines_of_a_load_that_still_runs_are_refused() -> None:
    client = Client(pod())
    request = created(client)
    client.wait(10)
    assert act(client, "generateFailedLinesFile", {}, f"{HCM}/{request}") == 400


@pytest.mark.parametrize("quoted", ["'{}'", '"{}"', "{}"])
def test_a_data_set_is_found_by_its_name(quoted: str) -> None:
    client = Client(pod())
    created(client, "one")
    request = created(client, "two")
    client.wait(6)
    found = client.http.get(HCM, params={"q": "DataSetName=" + quoted.format("two")}).json()["items"]
    assert [str(item["RequestId"]) for item in found] == [request]
    assert len(client.http.get(HCM).json()["items"]) == 2


def test_what_the_service_does_not_know_is_refused() -> None:
    client = Client(pod())
    assert act(client, "uploadFile", {"content": "no base64!"}) == 400
    assert act(client, "createFileDataSet", {"contentId": "UCMFA1", "fileAction": "IMPORT_AND_LOAD"}) == 400
    assert act(client, "noSuchAction", {}) == 404
    assert client.http.get(f"{HCM}/1").status_code == 404
    assert client.http.get(HCM, params={"q": "Color=red"}).status_code == 400
    assert client.http.get("/hcmRestApi/resources/11.13.18.05/hcmDataLoader").status_code == 404
    request = created(client)
    client.wait()
    assert client.http.get(f"{HCM}/{request}/child/nothing").status_code == 404
    assert Client(client.emulator, httpx.BasicAuth("ben", "x")).http.get(f"{HCM}/{request}").status_code == 404


def test_a_pod_without_an_hdl_loader_creates_no_data_set() -> None:
    client = Client(Emulator(Setup(), []))
    content = act(client, "uploadFile", {"content": "", "fileName": "Worker.zip"})
    body = {"contentId": content["ContentId"], "fileAction": "IMPORT_AND_LOAD"}
    assert act(client, "createFileDataSet", body) == 404


def test_the_result_may_be_a_json_string() -> None:
    client = Client(pod("json_string_result"))
    result = act(client, "uploadFile", {"content": "", "fileName": "Worker.zip"})
    assert json.loads(result) == {"ContentId": "UCMFA00000001"}
