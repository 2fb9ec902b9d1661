"""A pod behind an https address, as far as the client can see: an emulator whose replies a test may spoil."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from types import SimpleNamespace

import httpx
import pytest

from contracts import load_profile
from harness import destinations
from harness.destinations import setup_of_profile
from interfaces.emulator import Emulator, Setup
from interfaces.emulator.hdl import load as load_hdl
from interfaces.emulator.imports import JOBS
from interfaces.fusion import Session

URL = "https://pod.example.com"
USER, PASSWORD = "ana", "correct-horse-battery-4711"
SECRETS = (PASSWORD, base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode())

Spoil = Callable[[httpx.Request, httpx.Response], httpx.Response]


@cache
def district() -> Setup:
    """The set-up of the example district's pod."""
    return setup_of_profile(load_profile("nc_district"))


class RealPod(httpx.BaseTransport):
    """Answers calls to any address. ``refused`` operations get ReqstId -1, and nothing is done.

    ``spoil`` may replace an answer, or raise; what was asked has been done by then.
    """

    def __init__(self) -> None:
        self.emulator = Emulator(district(), JOBS, hdl=load_hdl, users={USER: PASSWORD})
        self.spoil: Spoil = lambda request, answer: answer
        self.refused: set[str] = set()
        self.calls: list[str] = []
        self._inside = self.emulator.transport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.calls.append(asked := operation(request))
        if asked in self.refused:
            return httpx.Response(201, json={"OperationName": asked, "ReqstId": "-1"})
        return self.spoil(request, self._inside.handle_request(request))

    def loads(self) -> int:
        """How often it was asked to load a file."""
        return self.calls.count("importBulkData") + self.calls.count("createFileDataSet")


def operation(request: httpx.Request) -> str:
    """What is asked: an operation, an action, or the finder or path that is read."""
    if request.method == "POST":
        named = json.loads(request.content).get("OperationName")
        return str(named or request.url.path.rpartition("/")[2])
    return request.url.params.get("finder", "").partition(";")[0] or request.url.path


@pytest.fixture
def pod(monkeypatch: pytest.MonkeyPatch) -> RealPod:
    """Every address leads to this pod, its time is the client's time, and the environment holds what it needs."""
    pod = RealPod()
    clock = pod.emulator.clock
    monkeypatch.setattr(destinations, "Session", partial(Session, transport=pod, sleep=clock.sleep))
    monkeypatch.setattr(destinations, "time", SimpleNamespace(sleep=clock.sleep, monotonic=clock.now))
    monkeypatch.setenv("HARNESS_POD_USER", USER)
    monkeypatch.setenv("HARNESS_POD_PASSWORD", PASSWORD)
    monkeypatch.setenv("HARNESS_POD__PARAMETERS", json.dumps(pod.emulator.parameters()))
    return pod


def page(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
    """The login page of a proxy in place of every answer."""
    return httpx.Response(200, headers={"content-type": "text/html"}, text="<html><title>Sign in</title></html>")


def only(name: str, spoil: Spoil) -> Spoil:
    """Spoil the answers to one operation."""
    return lambda request, answer: spoil(request, answer) if operation(request) == name else answer


class _Endless(httpx.SyncByteStream):
    def __iter__(self) -> Iterator[bytes]:
        yield b'{"DocumentContent":"'
        while True:
            yield b"A" * 2**16


def endless(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
    """A reply that never ends."""
    return httpx.Response(200, headers={"content-type": "application/json"}, stream=_Endless())


def documents(members: Mapping[str, bytes]) -> Spoil:
    """Other documents in place of those that a request left behind."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    content = base64.b64encode(packed.getvalue()).decode()
    given = {"OperationName": "downloadESSJobExecutionDetails", "DocumentContent": content}
    return only("downloadESSJobExecutionDetails", lambda *_: httpx.Response(201, json=given))
