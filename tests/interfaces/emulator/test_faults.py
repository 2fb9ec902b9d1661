"""Each fault by name: what a client then sees, and whether the pod did it all the same."""

from __future__ import annotations

import httpx
import pytest
from small_pod import ERP, GOOD, HCM, REQUESTS, Client, lines, pod, rows
from test_hcm import act, created

from interfaces.emulator import EmulatorError, Faults
from interfaces.emulator.faults import FAULTS


def ended(faults: str, parameters: str = "RUN1") -> tuple[Client, str]:
    client = Client(pod(faults))
    load = client.send(lines(GOOD), parameters)
    client.wait()
    return client, load


@pytest.mark.parametrize(
    ("fault", "error"),
    [("unreachable", httpx.ConnectError), ("lost_request", httpx.ReadError), ("lost_reply", httpx.ReadError)],
)
def test_a_broken_connection_tells_nothing_and_only_the_lost_reply_was_done(
    fault: str, error: type[httpx.TransportError]
) -> None:
    emulator = pod(fault)
    with pytest.raises(error):
        Client(emulator).send(lines(GOOD))
    emulator.clock.sleep(600)
    emulator.app._faults = Faults()
    Client(emulator).find("ESSJobStatusRF;requestId=1")
    assert rows(emulator) == (fault == "lost_reply")


@pytest.mark.parametrize(
    ("fault", "status", "media"),
    [
        ("unauthorized", 401, ""),
        ("too_many_requests", 429, "text/plain"),
        ("unavailable", 503, "text/plain"),
        ("plain_text_error", 500, "text/plain"),
        ("html_error", 502, "text/html"),
    ],
)
def test_an_error_of_the_way_comes_before_anything_is_done(fault: str, status: int, media: str) -> None:
    emulator = pod(fault)
    client = Client(emulator)
    client.send(lines(GOOD))
    assert client.last.status_code == status
    assert client.last.headers.get("content-type", "").startswith(media)
    emulator.clock.sleep(600)
    assert rows(emulator) == 0


def test_a_huge_reply_costs_what_is_read_of_it() -> None:
    client = Client(pod("huge_reply"))
    read = 0
    with client.http.stream("GET", ERP) as answer:
        for chunk in answer.iter_bytes():
            read += len(chunk)
            if read > 5_000_000:
                break
    assert answer.status_code == 200


def test_minus_one_refuses_what_is_right() -> None:
    client = Client(pod("minus_one"))
    assert client.send(lines(GOOD)) == "-1"


def test_a_lagging_replica_does_not_know_what_is_new() -> None:
    client = Client(pod("replica_lag"))
    load = client.send(lines(GOOD), FileName="H1.zip")
    prefix = "DocumentIdsByFilePrefixRF;filePrefix=H1"
    client.find(f"ESSJobStatusRF;requestId={load}")
    assert client.last.status_code == 404
    assert client.find(prefix) == []
    assert client.http.get(REQUESTS).json()["items"] == []
    client.wait(20)
    assert client.status(load) != ""
    assert len(client.find(prefix)) == 1
    assert client.http.get(REQUESTS).json()["items"]
    request = created(client)
    client.wait(10)
    assert client.http.get(f"{HCM}/{request}").status_code == 404
    client.wait(20)
    assert client.http.get(f"{HCM}/{request}").status_code == 200


def test_an_empty_status_fills_with_time() -> None:
    client = Client(pod("empty_status"))
    load = client.send(lines(GOOD))
    client.wait(30)
    assert client.status(load) == ""
    client.wait(60)
    assert client.status(load) == "SUCCEEDED"


def test_a_foreign_request_stays_empty() -> None:
    client, load = ended("foreign_request")
    assert client.status(load) == ""
    client.post("downloadESSJobExecutionDetails", ReqstId=load, FileType="ALL")
    assert client.last.status_code == 500


def test_jobs_may_be_one_object_that_holds_the_import() -> None:
    client, load = ended("jobs_as_object")
    jobs = client.details(load)
    assert jobs["REQUESTID"] == load
    assert [child["JOBNAME"] for child in jobs["CHILD"]][2:] == ["Import Budgets", "Import Budgets Report"]


def test_a_download_may_be_multipart_with_the_zip_as_its_binary_part() -> None:
    client, load = ended("mtom")
    answer = client.http.post(
        ERP, json={"OperationName": "downloadESSJobExecutionDetails", "ReqstId": load, "FileType": "ALL"}
    )
    assert answer.headers["content-type"].startswith("multipart/related")
    assert b"PK\x03\x04" in answer.content


def test_states_may_be_spelled_with_blanks() -> None:
    client = Client(pod("spaced_status"))
    load = client.send(b"no zip")
    client.wait(2.5)
    assert client.status(load) == "PENDING VALIDATION"
    client.wait()
    assert client.status(load) == "ERROR MANUAL RECOVERY"


def test_the_id_may_be_a_number() -> None:
    client = Client(pod("number_id"))
    client.send(lines(GOOD))
    assert isinstance(client.last.json()["ReqstId"], int)


def test_a_child_may_warn_below_a_parent_that_succeeded() -> None:
    client, load = ended("warning_child")
    run = client.details(load)[1]
    assert (run["STATUS"], run["CHILD"][0]["STATUS"]) == ("SUCCEEDED", "WARNING")


def test_an_import_may_select_nothing_and_succeed() -> None:
    client, load = ended("silent_zero_rows")
    run = client.details(load)[1]
    assert run["STATUS"] == "SUCCEEDED"
    assert "0 selected" in "".join(client.download(run["REQUESTID"]).values())
    assert rows(client.emulator) == 1


@pytest.mark.parametrize(("sent", "arrived"), [("RUN1,,Y,", "RUN1||Y"), ("RUN1,#NULL,Y", "RUN1|Y"), ("RUN1,A", "RUN1")])
def test_an_argument_may_be_dropped(sent: str, arrived: str) -> None:
    client, load = ended("dropped_argument", sent)
    run = client.details(load)[1]
    assert f"arguments {arrived}\n" in "".join(client.download(run["REQUESTID"]).values())


def test_an_import_may_take_long() -> None:
    client, load = ended("slow_import")
    assert client.details(load)[1]["STATUS"] in ("RUNNING", "PAUSED")
    client.wait(7200)
    assert client.details(load)[1]["STATUS"] == "SUCCEEDED"


# --- how they are chosen


def test_every_fault_is_told_and_an_unknown_one_is_refused_with_the_list() -> None:
    assert Faults.parse("all").names == tuple(FAULTS)
    assert Faults.parse(" replica_lag , mtom ").names == ("replica_lag", "mtom")
    assert Faults.parse("").names == ()
    with pytest.raises(EmulatorError) as error:
        Faults.parse("replica_lag,gremlins")
    assert "no such fault: gremlins" in str(error.value)
    assert all(name in error.value.todo for name in FAULTS)


@pytest.mark.parametrize("rate", [-0.1, 1.5])
def test_a_rate_is_a_probability(rate: float) -> None:
    with pytest.raises(EmulatorError):
        Faults(["mtom"], rate=rate)


def test_faults_at_random_are_the_same_for_the_same_seed() -> None:
    def told(seed: int) -> list[object]:
        client = Client(pod("unavailable,html_error,minus_one,number_id", rate=0.5, seed=seed))
        answers: list[object] = []
        for _ in range(40):
            client.send(lines(GOOD))
            answers.append(client.last.text)
        return answers

    assert told(1) == told(1)
    assert told(1) != told(2)


def test_a_fault_of_rate_a_fifth_strikes_about_every_fifth_call() -> None:
    faults = Faults(["unavailable", "html_error"], rate=0.2)
    struck = [faults.of_call() for _ in range(2000)]
    assert 300 < sum(map(bool, struck)) < 500
    assert {"unavailable", "html_error"} <= set(struck)
    assert 300 < sum(Faults(["mtom"], rate=0.2).strikes("mtom", at) for at in range(2000)) < 500


def test_actions_of_hdl_are_struck_as_well() -> None:
    assert act(Client(pod("unavailable")), "uploadFile", {"content": ""}) == 503
