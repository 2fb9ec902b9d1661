"""A pod made of a few lists, behind httpx's mock transport: what it did is counted, what goes wrong is told to it."""

from __future__ import annotations

import base64
import json
import re
from collections import deque
from collections.abc import Iterable
from random import Random
from typing import Any

import httpx

from interfaces.fusion import Basic, Client, Limits, Session

URL = "https://pod.example.test"


class Time:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.pauses.append(seconds)

    def clock(self) -> float:
        return self.now


def session(handler: Any, time: Time | None = None, access: Any = None, **options: Any) -> Session:
    time = time or Time()
    options = {"limits": Limits(attempts=3), "random": Random(7), **options}
    access = access or Basic("loader", "open-sesame")
    return Session(URL, access, transport=httpx.MockTransport(handler), sleep=time.sleep, **options)


def client(handler: Any, time: Time | None = None, **options: Any) -> Client:
    return Client(session(handler, time, **options))


def answer(body: Any, status: int = 200) -> httpx.Response:
    return httpx.Response(status, json=body)


class Journal:
    """An entry in memory. ``step`` and ``facts`` may be set as a crash would leave them."""

    def __init__(self, step: str = "intended", **facts: str) -> None:
        self.step = step
        self.facts: dict[str, str] = dict(facts)
        self.steps: list[str] = []

    def note(self, step: str, /, **facts: str) -> None:
        self.step = step
        self.facts.update(facts)
        self.steps.append(step)


WRITES = ("importBulkData", "uploadFileToUCM", "submitESSJobRequest", "uploadFile", "createFileDataSet")
FAULTS = ("refused", "lost_request", "lost_reply", "error_before", "error_after", "html", "minus_one", "unauthorized")
"""What may happen to a call that changes something."""


class Pod:
    """What was stored, loaded and created. ``faults`` strike one write after the other; ``lag`` hides what is new for
    so many questions; ``blind`` = nothing is ever found.
    """

    def __init__(self, faults: Iterable[str] = (), *, lag: int = 0, blind: bool = False) -> None:
        self.faults = deque(faults)
        self.lag, self.blind = lag, blind
        self.documents: dict[str, str] = {}  # id -> name
        self.requests: dict[int, tuple[str, list[str]]] = {}  # id -> definition, arguments
        self.data_sets: dict[str, str] = {}  # id -> name
        self.calls: list[str] = []
        self._next = 100

    def processed(self, definition: str = "InterfaceLoaderController") -> int:
        return sum(name == definition for name, _ in self.requests.values())

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return self.look(request)
        body = json.loads(request.content)
        operation = body.get("OperationName") or request.url.path.rpartition("/")[2]
        self.calls.append(operation)
        fault = self.faults.popleft() if self.faults else ""
        if fault == "refused":
            raise httpx.ConnectError("[Errno 111] Connection refused")
        if fault == "lost_request":
            raise httpx.ReadError("[Errno 104] Connection reset by peer")
        if fault == "unauthorized":
            return httpx.Response(401, headers={"WWW-Authenticate": 'Basic realm="owsm"'})
        if fault == "error_before":
            return httpx.Response(503, text="busy")
        if fault == "minus_one":
            return answer({"ReqstId": "-1", "DocumentId": None, "result": {"RequestId": -1}}, 201)
        done = self.do(operation, body)
        if fault == "lost_reply":
            raise httpx.ReadTimeout("timed out")
        if fault == "error_after":
            return httpx.Response(500, text="java.lang.NullPointerException")
        if fault == "html":
            return httpx.Response(200, html="<html><body>Sign in</body></html>")
        return answer(done, 201)

    def do(self, operation: str, body: dict[str, Any]) -> dict[str, Any]:
        if operation == "importBulkData":
            base64.b64decode(body["DocumentContent"], validate=True)
            document = self.new_document(body["FileName"])
            return {**body, "ReqstId": str(self.new_request("InterfaceLoaderController", ["15", document, "N", "N"]))}
        if operation == "uploadFileToUCM":
            return {**body, "DocumentId": self.new_document(body["FileName"])}
        if operation == "submitESSJobRequest":
            arguments = ["" if slot == "#NULL" else slot for slot in body["ESSParameters"].split(",")]
            return {**body, "ReqstId": self.new_request(body["JobDefName"], arguments)}
        if operation == "uploadFile":
            return {"result": {"ContentId": "UCM" + self.new_document(body["fileName"])}}
        self._next += 1
        self.data_sets[str(self._next)] = body["dataSetName"]
        return {"result": json.dumps({"RequestId": self._next})}

    def new_document(self, name: str) -> str:
        self._next += 1
        self.documents[str(self._next)] = name
        return str(self._next)

    def new_request(self, definition: str, arguments: list[str]) -> int:
        self._next += 1
        self.requests[self._next] = (definition, arguments)
        return self._next

    def look(self, request: httpx.Request) -> httpx.Response:
        self.lag -= 1
        if self.blind or self.lag >= 0:
            return httpx.Response(404) if self.lag % 2 else answer({"items": []})
        if found := re.search(r"filePrefix=([^,]*)", request.url.params.get("finder", "")):
            ids = [key for key, name in self.documents.items() if name.startswith(found[1])]
            return answer({"items": [{"DocumentId": key} for key in ids]})
        if "scheduler" in request.url.path:
            definition = request.url.params["q"].rpartition(" ")[2]
            return answer(
                {"items": [self.scheduled(key) for key in self.requests if self.requests[key][0] == definition]}
            )
        items = [{"RequestId": int(key), "DataSetName": name} for key, name in self.data_sets.items()]
        return answer({"items": items, "hasMore": False})

    def scheduled(self, key: int) -> dict[str, Any]:
        slots = enumerate(self.requests[key][1], start=1)
        told = [{"name": f"submit.argument{slot}", "value": value} for slot, value in slots]
        return {"requestId": key, "parentRequestId": 0, "requestParameters": told}
