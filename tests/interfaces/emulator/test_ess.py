"""Scheduled requests: states over the clock, trees, and the Scheduler's own service."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from small_pod import GOOD, LOADER, PACKAGE, REQUESTS, Client, lines, pod

from interfaces.emulator import Clock, RunningClock

ORDER = ["WAIT", "READY", "RUNNING", "PAUSED", "COMPLETED", "SUCCEEDED"]


def states(client: Client, request: str, step: float = 0.5, until: float = 60) -> list[str]:
    seen = []
    for _ in range(int(until / step)):
        seen.append(client.status(request))
        client.wait(step)
    return seen


def everything(client: Client, load: str) -> Any:
    run = client.details(load)[1]
    return client.details(load), client.download(load), client.download(run["REQUESTID"])


def test_a_request_passes_its_states_in_order_and_stays_at_the_end() -> None:
    client = Client(pod())
    seen = states(client, client.send(lines(GOOD)))
    changes = [seen[0], *(after for before, after in pairwise(seen) if after != before)]
    assert changes[0] == "WAIT"
    assert changes[-1] == "SUCCEEDED"
    assert {"READY", "PAUSED", "COMPLETED"} <= set(changes)
    assert [state for state in changes if state not in ("RUNNING", "PAUSED")] == [
        "WAIT",
        "READY",
        "COMPLETED",
        "SUCCEEDED",
    ]
    assert set(changes) <= set(ORDER)


def test_time_stands_still_unless_somebody_sleeps() -> None:
    client = Client(pod())
    load = client.send(lines(GOOD))
    assert {client.status(load) for _ in range(20)} == {"WAIT"}


def test_the_import_is_seen_as_soon_as_its_load_succeeded() -> None:
    client = Client(pod())
    load = client.send(lines(GOOD))
    while client.status(load) != "SUCCEEDED":
        assert len(client.details(load)) == 1
        client.wait(0.25)
    assert [job["STATUS"] for job in client.details(load)[1:]] == ["WAIT"]


def test_nothing_is_left_behind_by_what_has_not_ended() -> None:
    client = Client(pod())
    load = client.send(lines(GOOD))
    client.wait(4)
    assert client.details(load)[0]["STATUS"] == "PAUSED"
    assert client.download(load) == {}


def test_results_do_not_depend_on_how_often_the_pod_is_asked() -> None:
    busy, lazy = Client(pod()), Client(pod())
    ends = []
    for client in (busy, lazy):
        first = client.send(lines(GOOD))
        client.wait(5)
        second = client.send(lines(GOOD, GOOD))
        ends.append((client, first, second))
    for _ in range(400):
        busy.status(ends[0][1])
        busy.wait(0.25)
    lazy.wait(100)
    assert everything(busy, ends[0][1]) == everything(lazy, ends[1][1])
    assert everything(busy, ends[0][2]) == everything(lazy, ends[1][2])


def test_pods_of_different_seeds_give_different_ids() -> None:
    assert Client(pod(seed=0)).send(lines(GOOD)) == Client(pod(seed=0)).send(lines(GOOD))
    from small_pod import BUDGETS

    from interfaces.emulator import Emulator, Setup

    assert len({Client(Emulator(Setup(), [BUDGETS], seed=seed)).send(lines(GOOD)) for seed in range(3)}) == 3


# --- Scheduler


def search(client: Client, q: str, **query: str) -> list[dict[str, Any]]:
    answer = client.http.get(REQUESTS, params={"q": q, **query})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def test_the_scheduler_ties_the_import_to_its_load() -> None:
    client = Client(pod())
    load = client.send(lines(GOOD))
    client.wait()
    found = {item["name"]: item for item in search(client, f"absParentRequestId eq {load}")}
    assert set(found) == {
        "InterfaceLoaderController",
        "InterfaceLoaderAsyncJob",
        "InterfaceLoaderSqlldrImport",
        "Transfer File",
        "ValidateAndLoadBudgets",
        "Import Budgets: Child",
    }
    assert found["ValidateAndLoadBudgets"]["parentRequestId"] == 0
    assert str(found["InterfaceLoaderAsyncJob"]["parentRequestId"]) == load


def test_a_lost_submission_is_found_by_the_document_that_it_loads() -> None:
    client = Client(pod())
    client.send(lines(GOOD), FileName="H1_a.zip")
    load = client.send(lines(GOOD), FileName="H2_b.zip")
    document = client.find("DocumentIdsByFilePrefixRF;filePrefix=H2_,docAccount=#NULL,comment=#NULL")[0]["DocumentId"]
    by_argument = search(client, f"name eq InterfaceLoaderController and submit.argument2 eq '{document}'")
    assert [str(item["requestId"]) for item in by_argument] == [load]
    listed = search(client, "name eq InterfaceLoaderController", fields="requestId,requestParameters")
    arguments = {item["requestId"]: [one["value"] for one in item["requestParameters"]] for item in listed}
    assert arguments[int(load)] == ["17", document, "N", "N"]


def test_one_request_is_told_with_its_arguments() -> None:
    client = Client(pod())
    row = {"JobPackageName": PACKAGE, "JobDefName": "ValidateAndLoadBudgets", "ESSParameters": "RUN1,#NULL"}
    run = client.post("submitESSJobRequest", **row)["ReqstId"]
    item = client.http.get(f"{REQUESTS}/{run}", params={"fields": "requestParameters"}).json()
    assert (item["name"], item["state"], item["submissionTime"][:10]) == (
        "ValidateAndLoadBudgets",
        "WAIT",
        "2026-11-20",
    )
    assert item["requestParameters"][1] == {"name": "submit.argument2", "dataType": "STRING", "value": "#NULL"}


@pytest.mark.parametrize("q", ["nonsense", "color eq red", "requestId eq abc"])
def test_a_search_that_cannot_be_read_is_refused(q: str) -> None:
    client = Client(pod())
    client.send(lines(GOOD))
    assert client.http.get(REQUESTS, params={"q": q}).status_code == 400


def test_the_scheduler_pages_and_shows_no_other_users_requests() -> None:
    import httpx

    emulator = pod()
    client = Client(emulator)
    sent = [client.send(lines(GOOD)) for _ in range(5)]
    page = client.http.get(REQUESTS, params={"limit": "2", "offset": "2", "totalResults": "true"}).json()
    assert [str(item["requestId"]) for item in page["items"]] == [sent[2], sent[1]]
    assert (page["hasMore"], page["count"], page["totalResults"]) == (True, 2, 5)
    other = Client(emulator, httpx.BasicAuth("ben", "x"))
    assert search(other, "requestId ge 1") == []
    assert other.http.get(f"{REQUESTS}/{sent[0]}").status_code == 404


# --- clocks


def test_a_virtual_clock_moves_by_sleep_only() -> None:
    clock = Clock()
    before = clock.now()
    clock.sleep(3600)
    clock.sleep(-5)
    assert clock.now() == before + 3600


def test_a_running_clock_runs_at_its_speed() -> None:
    clock = RunningClock(speed=100_000)
    before = clock.now()
    clock.sleep(1000)
    assert clock.now() >= before + 1000


def test_a_loader_job_without_its_document_ends_in_error() -> None:
    client = Client(pod())
    row = {"JobPackageName": LOADER, "JobDefName": "InterfaceLoaderController", "ESSParameters": "17,99,N,N"}
    load = client.post("submitESSJobRequest", **row)["ReqstId"]
    client.wait()
    assert client.status(load) == "ERROR"
