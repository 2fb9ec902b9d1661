"""A payload is loaded once, wherever the process that sends it is killed."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from served_pod import SIGNED_ON, ServedPod, served

from raid_log import DeliveryRow, open_store

Call = Callable[..., int]

PAYLOADS = Path(__file__).parents[2] / "contracts/profiles/nc_district/payloads"
BULK = ("open", "note submitting", "call importBulkData", "note submitted")
SECOND_IMPORT = ("note importing", "call submitESSJobRequest", "note imported")
DATA_SET = (
    *("open", "note uploading", "call uploadFile", "note uploaded"),
    *("note submitting", "call createFileDataSet", "note submitted"),
)
END = ("note ended", "note read", "record")
SENT = {  # what is sent, by which command, and the moments of its way
    "FIN-01a/GlInterface_20261118.zip": ("run", (*BULK, *END)),
    "FIN-01c/GlInterface_20261119_transport.zip": ("deliver", (*BULK, *SECOND_IMPORT, *END)),  # it has two sources
    "HR-01a/Worker_20261118.zip": ("run", (*DATA_SET, *END)),
}
EVERY = [
    (payload, f"{when} {step}")
    for payload, (_, steps) in SENT.items()
    for step in steps
    for when in ("before", "after")
]
FEW = {
    ("FIN-01a/GlInterface_20261118.zip", "before call importBulkData"),
    ("FIN-01a/GlInterface_20261118.zip", "after call importBulkData"),
    ("FIN-01a/GlInterface_20261118.zip", "before record"),
    ("FIN-01c/GlInterface_20261119_transport.zip", "after call submitESSJobRequest"),
    ("HR-01a/Worker_20261118.zip", "after call createFileDataSet"),
}


@pytest.fixture(scope="module")
def pod() -> Iterator[ServedPod]:
    with served() as running:
        yield running


@dataclass
class Place:
    """A workspace, a payload on its way to the pod, and what the pod had done before."""

    pod: ServedPod
    harness: Call
    folder: Path
    payload: Path
    loads: int
    imports: int

    @property
    def workspace(self) -> Path:
        return self.folder / "workspace"

    def here(self, command: str, *more: object) -> int:
        """Run a command in this process; return its exit code."""
        return self.harness(command, *more, "--pod", self.pod.url, "--workspace", self.workspace, "--quiet")

    def killed(self, command: str, at: str) -> int:
        """Run a command on the payload in a process that dies at that moment; return its exit code."""
        arguments = [command, self.payload, "--pod", self.pod.url, "--workspace", self.workspace, "--quiet"]
        script = [sys.executable, Path(__file__).with_name("killed.py"), self.folder / "trail", at]
        environment = {**os.environ, "PYTHONPATH": str(PAYLOADS.parents[3])}
        return subprocess.run(
            [*script, *arguments, "--profile", "nc_district"], check=False, env=environment
        ).returncode

    def journal(self) -> list[DeliveryRow]:
        with open_store(f"sqlite:///{self.workspace / 'store.db'}") as store:
            return store.deliveries()

    def done(self) -> tuple[int, int]:
        """How many loads and imports of journals the pod has been asked for since."""
        return self.pod.loads() - self.loads, self.pod.imports() - self.imports


@pytest.fixture
def place(pod: ServedPod, harness: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, payload_name: str) -> Place:
    for name, value in SIGNED_ON.items():
        monkeypatch.setenv(name, value)
    copy = tmp_path / payload_name
    copy.parent.mkdir()
    shutil.copy(PAYLOADS / payload_name, copy)
    return Place(pod, harness, tmp_path, copy, pod.loads(), pod.imports())


@pytest.fixture
def payload_name() -> str:
    return next(iter(SENT))


def settle(place: Place, command: str) -> None:
    """What a person does after the crash: resume; look into the pod where it cannot be told; then send it again."""
    if not place.journal():
        assert place.here(command, place.payload) == 0
        return
    place.here("deliver", "--resume")
    (row,) = place.journal()
    if row.step == "unknown":
        seen = (1, 1) if row.request else (0, 0)  # of the second import, or of the load
        assert place.done() == seen, "what the pod has done is found by the client"
        assert place.here("deliver", "--resume") == 2, "nobody but a person sends it again"
        assert place.done() == seen
        place.here("deliver", "--resume", "--resend-unknown")


def assert_done_once(place: Place) -> None:
    (row,) = place.journal()
    assert (row.step, row.open, row.evidence_class) == ("read", False, "simulated")
    assert place.done() == (1, {"FIN-01a": 1, "FIN-01c": 2, "HR-01a": 0}[row.interface])
    with closing(sqlite3.connect(place.workspace / "store.db")) as store:
        recorded = store.execute("SELECT id, evidence_class FROM submission").fetchall()
        outcomes = store.execute("SELECT DISTINCT outcome FROM unit_attempt").fetchall()
    assert recorded == [(row.submission, "simulated")]
    assert {outcome for (outcome,) in outcomes} <= {"accepted", "rejected"}


@pytest.mark.parametrize(
    ("payload_name", "moment"),
    [pytest.param(*case, marks=[] if case in FEW else pytest.mark.slow) for case in EVERY],
)
def test_wherever_it_is_killed_the_payload_is_loaded_once_and_recorded_once(
    place: Place, payload_name: str, moment: str
) -> None:
    command = SENT[payload_name][0]
    assert place.killed(command, moment) == -signal.SIGKILL
    settle(place, command)
    assert_done_once(place)


@pytest.mark.parametrize("payload_name", SENT)
def test_these_are_all_the_moments_at_which_it_could_be_killed(place: Place, payload_name: str) -> None:
    command, steps = SENT[payload_name]
    assert place.killed(command, "never") == 0
    trail = (place.folder / "trail").read_text().splitlines()
    assert trail == [f"{when} {step}" for step in steps for when in ("before", "after")]
    assert_done_once(place)


def test_a_run_of_a_payload_that_was_left_behind_goes_on_with_it(place: Place) -> None:
    place.killed("run", "after call importBulkData")
    assert place.here("run", place.payload) == 0
    assert_done_once(place)


def test_a_run_of_a_payload_that_may_have_been_sent_does_not_send_it(place: Place) -> None:
    place.killed("run", "before call importBulkData")
    assert place.here("run", place.payload) == 2
    assert place.here("run", place.payload) == 2
    assert [row.step for row in place.journal()] == ["unknown"]
    assert place.done() == (0, 0)
