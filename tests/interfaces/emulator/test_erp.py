"""erpintegrations: what a client sends to the emulated pod, and what comes back."""

from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import pytest
from small_pod import BUDGETS, GOOD, JOB, LOADER, PACKAGE, TABLE, Client, lines, packed, pod, rows

from interfaces.emulator import Emulator, Setup

BAD = "RUN1,NEW,,No such budget,Jul-26,USD"
TEXT_IN_A_NUMBER = "RUN1,NEW,x,Adopted,Jul-26,USD"


def of(name: str, jobs: list[dict[str, object]]) -> dict[str, object]:
    return next(job for job in jobs if job["JOBNAME"] == name)


def test_a_bulk_import_is_a_load_with_children_and_an_import_and_a_report_of_their_own() -> None:
    client = Client(pod())
    load = client.send(lines(GOOD, BAD))
    assert client.last.status_code == 201
    client.wait()
    tree, chained, report = client.details(load)
    assert (tree["JOBNAME"], tree["REQUESTID"]) == ("Load Interface File for Import", load)
    assert tree["DOCUMENTNAME"] == "budget.zip"
    assert [child["JOBNAME"] for child in tree["CHILD"]] == ["Load File to Interface", "Transfer File"]
    assert [child["JOBNAME"] for child in tree["CHILD"][0]["CHILD"]] == ["InterfaceLoaderSqlldrImport"]
    assert (chained["JOBNAME"], chained["JOBPATH"]) == ("Import Budgets", PACKAGE)
    assert chained["CHILD"][0]["STATUS"] == "WARNING"
    assert report["JOBNAME"] == "Import Budgets Report"
    assert int(load) < int(chained["REQUESTID"]) < int(report["REQUESTID"])


def test_one_loader_job_runs_per_csv_and_its_log_is_sql_loaders() -> None:
    client = Client(pod())
    load = client.send(packed({"GlBudgetInterface.csv": GOOD, "Job.properties": "x", "glbudgetinterface.csv": GOOD}))
    client.wait()
    files = client.download(load)
    assert len(files) == 4
    assert sum(text.startswith("SQL*Loader:") for text in files.values()) == 1
    assert "There is no control file for glbudgetinterface.csv; it was not loaded." in files[f"{load}.log"]
    assert client.status(load) == "SUCCEEDED"


def test_logs_and_outputs_of_a_request_and_its_children_come_as_a_zip() -> None:
    client = Client(pod())
    load = client.send(lines(GOOD, BAD), 'RUN1,#NULL,"a, b"')
    client.wait()
    run, report = client.details(load)[1:]
    child = run["CHILD"][0]["REQUESTID"]
    assert client.download(run["REQUESTID"]) == {
        f"{run['REQUESTID']}.log": f"Import: Child job request_id: {child} has been submitted.\n",
        f"{child}.log": "child\n",
        f"{child}.txt": f"2 selected, 1 refused, load {load}, arguments RUN1||a, b\n",
    }
    assert list(client.download(run["REQUESTID"], "OUT")) == [f"{child}.txt"]
    assert f"{child}.txt" not in client.download(run["REQUESTID"], "log")
    assert client.download(report["REQUESTID"])[f"{report['REQUESTID']}.xml"] == "<DATA_DS/>"
    found = client.find(f"ESSJobExecutionDetailsRF;requestId={load},fileType=ALL")
    assert base64.b64decode(found[0]["DocumentContent"]).startswith(b"PK")


def test_one_record_that_cannot_be_loaded_refuses_the_whole_load_and_its_import() -> None:
    emulator = pod()
    client = Client(emulator)
    load = client.send(lines(GOOD, TEXT_IN_A_NUMBER))
    client.wait()
    assert client.status(load) == "ERROR"
    assert len(client.details(load)) == 1
    assert "All rows of the load were deleted because of load errors." in client.download(load)[f"{load}.log"]
    assert rows(emulator) == 0


def test_where_good_rows_stay_the_import_follows() -> None:
    emulator = pod(setup=Setup(load_all_or_nothing=False))
    client = Client(emulator)
    load = client.send(lines(GOOD, TEXT_IN_A_NUMBER))
    client.wait()
    assert client.status(load) == "WARNING"
    assert rows(emulator) == 1
    assert of("Import Budgets", client.details(load))["STATUS"] == "SUCCEEDED"


@pytest.mark.parametrize(
    "content",
    [b"no zip", b"PK\x03\x04 broken", packed({}), packed({"in/GlBudgetInterface.csv": GOOD})],
    ids=["no zip", "broken", "empty", "in a folder"],  # a zip holds the time at which it was made
)
def test_a_file_with_nothing_to_load_ends_in_error(content: bytes) -> None:
    client = Client(pod())
    load = client.send(content)
    client.wait()
    assert client.status(load) == "ERROR"
    assert len(client.details(load)) == 1


def test_a_csv_may_come_without_a_zip() -> None:
    emulator = pod()
    Client(emulator).send(GOOD.encode(), FileName="GlBudgetInterface.csv", ContentType="csv")
    emulator.clock.sleep(600)
    Client(emulator).status(1)
    assert rows(emulator) == 1


def test_rows_stay_between_loads_unless_they_are_purged() -> None:
    emulator = pod()
    client = Client(emulator)
    first = client.send(lines(GOOD))
    client.wait()
    client.send(lines(GOOD, GOOD), JobOptions="InterfaceDetails=17,PurgeOption=Y")
    client.wait()
    client.status(first)
    assert rows(emulator) == 1
    client.post("extractAndPurge", LoadRequestId=first)
    assert rows(emulator) == 0


def test_an_import_that_purges_keeps_what_it_refused() -> None:
    emulator = Emulator(Setup(), [replace(BUDGETS, purges=True)])
    client = Client(emulator)
    load = client.send(lines(GOOD, BAD))
    client.wait()
    client.status(load)
    assert [row.get("BUDGET_NAME") for row in emulator.tables.interface[TABLE]] == ["No such budget"]


def test_parameters_that_differ_from_the_file_select_nothing_and_succeed() -> None:
    client = Client(pod())
    load = client.send(lines(GOOD), "RUN2")
    client.wait()
    run = of("Import Budgets", client.details(load))
    assert run["STATUS"] == "SUCCEEDED"
    assert "0 selected" in "".join(client.download(str(run["REQUESTID"])).values())


def test_upload_load_and_import_can_be_three_calls() -> None:
    client = Client(pod())
    document = client.upload(lines(GOOD))
    arguments = f"17,{document},N,N"
    load = client.post(
        "submitESSJobRequest", JobPackageName=LOADER, JobDefName="InterfaceLoaderController", ESSParameters=arguments
    )["ReqstId"]
    client.wait()
    assert client.status(load) == "SUCCEEDED"
    assert len(client.details(load)) == 1
    run = client.post(
        "submitESSJobRequest", JobPackageName=PACKAGE, JobDefName="ValidateAndLoadBudgets", ESSParameters="RUN1"
    )["ReqstId"]
    client.wait()
    assert client.status(run) == "SUCCEEDED"
    assert "1 selected, 0 refused, load 0" in "".join(client.download(run).values())
    assert [job["JOBNAME"] for job in client.details(run)] == ["Import Budgets", "Import Budgets Report"]


def test_a_document_is_found_by_the_beginning_of_its_name_and_read_again() -> None:
    client = Client(pod())
    document = client.upload(b"content", "H42_budget.zip")
    client.upload(b"other", "another.zip")
    finder = "DocumentIdsByFilePrefixRF;filePrefix=H42_,docAccount=#NULL,comment=#NULL"
    assert client.find(finder) == [{"DocumentId": document}]
    answer = client.post("getDocumentForDocumentId", DocumentId=document)
    assert (base64.b64decode(answer["DocumentContent"]), answer["FileName"]) == (b"content", "H42_budget.zip")
    client.post("getDocumentForDocumentId", DocumentId="1")
    assert client.last.status_code == 404


@pytest.mark.parametrize(
    "row",
    [
        {"JobName": f"{PACKAGE},NoSuchJob"},
        {"JobName": ""},
        {"DocumentAccount": "fin/payables/import"},
    ],
)
def test_a_wrong_job_or_account_is_refused_under_success(row: dict[str, str]) -> None:
    client = Client(pod())
    assert client.send(lines(GOOD), **row) == "-1"
    assert client.last.status_code == 201


def test_the_separator_of_the_options_table_and_a_plain_account_are_understood() -> None:
    client = Client(pod())
    row = {"JobName": JOB.replace(",", ";"), "DocumentAccount": "fin/budgetBalance/import"}
    assert int(client.send(lines(GOOD), **row)) > 0


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"operationName": "importBulkData"}, 'Invalid attribute "operationName" in the payload'),
        ({"DocumentContent": "no base64!"}, "The value of DocumentContent isn't base64."),
        ({"OperationName": "appendFileToUCM"}, "The operation 'appendFileToUCM' isn't valid."),
    ],
)
def test_a_wrong_payload_is_refused_in_plain_text_or_for_new_clients_in_json(row: dict[str, str], message: str) -> None:
    old, new = Client(pod()), Client(pod(), REST_Framework_Version="4")
    old.send(b"", **row)
    assert (old.last.status_code, old.last.text) == (400, message)
    assert old.last.headers["content-type"].startswith("text/plain")
    new.send(b"", **row)
    assert new.last.headers["content-type"] == "application/vnd.oracle.adf.error+json"
    assert new.last.json()["o:errorDetails"][0]["detail"] == message


def test_a_body_that_is_no_object_and_an_unknown_finder_are_refused() -> None:
    client = Client(pod())
    assert client.http.post("/fscmRestApi/resources/latest/erpintegrations", content=b"[1").status_code == 400
    client.find("NoSuchRF;requestId=1")
    assert client.last.status_code == 400
    assert client.http.get("/fscmRestApi/resources/latest/nothing").status_code == 404


def test_the_request_of_another_user_has_an_empty_status_for_ever_and_no_documents() -> None:
    emulator = pod()
    client = Client(emulator)
    load = client.send(lines(GOOD))
    client.wait()
    other = Client(emulator, httpx.BasicAuth("ben", "secret"), REST_Framework_Version="4")
    assert (other.status(load), other.status(99)) == ("", "")
    other.post("downloadESSJobExecutionDetails", ReqstId=load, FileType="ALL")
    assert other.last.status_code == 500
    assert other.last.json()["o:errorDetails"][0]["o:errorCode"] == "FND_CMN_SYS_ERR"


def test_only_known_users_come_in() -> None:
    emulator = pod(users={"ana": "secret"})
    assert Client(emulator).send(lines(GOOD)) != "-1"
    stranger = Client(emulator, None)
    stranger.post("importBulkData")
    assert stranger.last.status_code == 401
    assert stranger.last.headers["www-authenticate"] == 'Basic realm="owsm"'


def test_clients_of_several_threads_get_requests_of_their_own() -> None:
    emulator = pod()

    def send(number: int) -> str:
        return Client(emulator).send(lines(GOOD), FileName=f"{number}.zip")

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(send, range(60)))) == 60


def test_the_pod_tells_its_jobs_and_the_ids_that_parameters_ask_for() -> None:
    emulator = pod(setup=Setup({"ledgers": [{"LEDGER_NAME": "A"}, {"LEDGER_NAME": "B"}]}))
    assert emulator.knows(JOB)
    assert not emulator.knows(f"{PACKAGE},NoSuchJob")
    given = emulator.parameters()
    assert isinstance(given["ledger_id"], dict)
    assert {"A", "B"} <= set(given["ledger_id"])
    assert given["ledger_id"]["A"] != given["ledger_id"]["B"]
    assert isinstance(given["data_access_set_id"], str)


def test_whoever_looks_into_the_pod_sees_how_often_each_document_was_taken() -> None:
    emulator = pod("lost_reply")
    client = Client(emulator)
    with pytest.raises(httpx.ReadError):
        client.send(lines(GOOD), FileName="lost.zip")
    assert emulator.taken() == {"lost.zip": 1}
    twice = Client(pod())
    for _ in range(2):
        twice.send(lines(GOOD), FileName="again.zip")
    assert twice.emulator.taken() == {"again.zip": 2}
