"""The emulator behind a port: loopback only, Basic authentication, connections that break."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from small_pod import ERP, GOOD, Client, lines, pod

from interfaces.emulator import Emulator, EmulatorError, RunningClock
from interfaces.emulator.serving import HOST, bound, server


@contextmanager
def served(emulator: Emulator) -> Iterator[httpx.Client]:
    running = server(emulator, "ana", "secret")
    with bound(0) as listening:
        port = listening.getsockname()[1]
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            with httpx.Client(base_url=f"http://{HOST}:{port}", auth=("ana", "secret"), timeout=10) as client:
                yield client
        finally:
            running.should_exit = True
            thread.join()


def test_a_served_pod_answers_whoever_knows_the_password() -> None:
    emulator = pod(clock=RunningClock(speed=10_000))
    client = Client(emulator)
    with served(emulator) as http:
        client.http = http
        load = client.send(lines(GOOD))
        emulator.clock.sleep(600)
        assert client.status(load) == "SUCCEEDED"
        assert http.get(ERP, auth=("ana", "wrong")).status_code == 401


def test_a_served_pod_is_reached_from_this_machine_only() -> None:
    assert HOST == "127.0.0.1"
    with bound(0) as listening:
        assert listening.getsockname()[0] == "127.0.0.1"


@pytest.mark.parametrize("fault", ["lost_request", "lost_reply", "unreachable"])
def test_a_cut_connection_gives_no_answer(fault: str) -> None:
    with served(pod(fault)) as http, pytest.raises(httpx.TransportError):
        http.get(ERP, params={"finder": "ESSJobStatusRF;requestId=1"})


def test_a_huge_reply_ends_with_the_client() -> None:
    with served(pod("huge_reply")) as http:
        with http.stream("GET", ERP) as answer:
            assert len(next(answer.iter_bytes())) > 0
        assert answer.is_closed


def test_a_port_that_is_taken_is_told_in_words() -> None:
    with bound(0) as listening:
        listening.listen()
        with pytest.raises(EmulatorError) as error:
            bound(listening.getsockname()[1])
    assert "the port cannot be used" in str(error.value)
    assert "name another" in error.value.todo
    with pytest.raises(EmulatorError):
        bound(70_000)
