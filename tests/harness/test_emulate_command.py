"""``harness emulate``: a pod behind a port of this machine, and what a run against it is worth."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator

import pytest
from served_pod import PASSWORD, SIGNED_ON, USER, ServedPod, served
from told import JOURNALS, WORKERS, Desk

from interfaces.emulator import FAULTS


@pytest.fixture(scope="module")
def emulator() -> Iterator[ServedPod]:
    with served() as running:
        yield running


@pytest.fixture
def signed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SIGNED_ON.items():
        monkeypatch.setenv(name, value)


def test_a_port_that_is_taken_is_refused(desk: Desk) -> None:
    desk.settings("")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        told = desk("emulate", "--port", port)
    assert told.code == 2
    assert f"at: 127.0.0.1:{port}" in told.err
    assert "do: name another" in told.err


def test_it_says_how_to_sign_on_and_where_to_deliver_and_shows_no_given_password() -> None:
    with served() as running:
        told = "".join(running.said)
    assert running.url.startswith("http://127.0.0.1:")
    assert f"HARNESS_POD_USER={USER} HARNESS_POD_PASSWORD=the value of HARNESS_EMULATOR_PASSWORD" in told
    assert f"deliver: harness run --pod {running.url}" in told
    assert PASSWORD not in told


def test_the_faults_are_listed_by_help_and_for_an_unknown_one(desk: Desk) -> None:
    listed, refused = desk("emulate", "--faults", "help"), desk("emulate", "--faults", "no_such_fault")
    assert (listed.code, refused.code) == (0, 2)
    assert "error: no such fault: no_such_fault" in refused.err
    for fault in FAULTS:
        assert fault in listed.out
        assert fault in refused.err


def test_it_is_reached_from_this_machine_only(emulator: ServedPod) -> None:
    with socket.socket() as other:
        other.settimeout(5)
        assert other.connect_ex(("127.0.0.2", int(emulator.url.rpartition(":")[2]))) != 0, "bound to one address only"


@pytest.mark.usefixtures("signed_on")
def test_a_run_against_it_is_simulated_never_acceptance(desk: Desk, emulator: ServedPod) -> None:
    report = desk.folder / "run.json"
    told = desk("run", desk.payload(JOURNALS), desk.payload(WORKERS), "--json", report, pod=emulator.url)
    assert told.code == 0
    assert {kind for kind, _ in desk.outcomes()} == {"simulated"}
    port = emulator.url.rpartition(":")[2]
    assert {(row.environment, row.evidence_class) for row in desk.journal()} == {(f"127.0.0.1:{port}", "simulated")}
    rates = json.loads(report.read_text())["rates"]
    assert rates["acceptance"]["submitted"] == 0
    assert rates["simulated"]["submitted"] == rates["conformance"]["submitted"] > 0


@pytest.mark.usefixtures("signed_on")
def test_a_wrong_password_ends_before_anything_is_checked(
    desk: Desk, emulator: ServedPod, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARNESS_POD_PASSWORD", "wrong")
    told = desk("run", desk.payload(), pod=emulator.url)
    assert told.code == 2
    assert "error: the pod answered HTTP 401" in told.err
    assert (desk.outcomes(), desk.journal()) == ({}, [])


@pytest.mark.usefixtures("signed_on")
def test_where_no_emulator_runs_the_address_is_named(desk: Desk) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    told = desk("run", desk.payload(), pod=f"http://{address}")
    assert told.code == 2
    assert "error: no connection to 127.0.0.1" in told.err
    assert f"at: http://{address}" in told.err
    assert desk.journal() == []
