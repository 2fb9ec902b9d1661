"""Payloads checked side by side: the same run, told and raised in the same order, whatever the number of jobs."""

from __future__ import annotations

import json
import os
import pickle
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from contracts import ContractError, RunResult, load, load_profile, written_ids
from harness import UsageError, checkers, running
from harness.delivering import JournaledDeliverer
from harness.destinations import in_process
from harness.running import Checked, Event, PayloadChecked, RunFinished, RunStarted, deliveries, run
from interfaces import PayloadError
from raid_log import Store, items, open_store

Call = Callable[..., int]

PROFILE = load_profile("nc_district")
assert PROFILE.path
PAYLOADS = PROFILE.path / "payloads"
EVERY = [min(folder.iterdir()) for folder in sorted(PAYLOADS.iterdir())]
"""One payload of each interface."""
BEGUN = datetime(2026, 11, 20, 9, tzinfo=UTC)
JOURNALS, SUPPLIERS, WORKERS = (
    next(path for path in EVERY if path.parent.name == name) for name in ("FIN-01a", "FIN-07a", "HR-01a")
)

KILLED = """
import os, signal, sys
from harness import checkers
real = checkers.Checking.judged
def judged(self, path, contract):
    if path.name.startswith("Poz"):
        os.kill(os.getpid(), signal.SIGKILL)
    return real(self, path, contract)
checkers.Checking.judged = judged
checkers.serve()
"""
"""A checker that does not survive a payload of suppliers."""

STUCK = """
import os, sys, time
from pathlib import Path
from harness import checkers
def judged(self, path, contract):
    Path(sys.argv[1], str(os.getpid())).touch()
    time.sleep({seconds})
checkers.Checking.judged = judged
checkers.serve()
"""
"""A checker that stays with its first payload, and tells its process."""

IN_PARTS = """
import sys, time
from pathlib import Path
from harness import checkers
from harness.scratch import scratch
def judged(self, path, contract):
    with scratch() as folder:
        Path(sys.argv[1], folder.name).touch()
        time.sleep(300)
checkers.Checking.judged = judged
checkers.serve()
"""
"""A checker that stays with its first payload, of which parts lie in a temporary folder."""

RUN_WITH = """
import sys
from harness import checkers, cli
checkers._CALL = [sys.executable, "-c", *sys.argv[1:3]]
checkers._Ahead.begun_here = lambda self: False
sys.argv = ["harness", *sys.argv[3:]]
cli.main()
"""
"""The command line with such checkers."""


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Checkers check all that they may: this process waits for them."""
    monkeypatch.setattr(checkers._Ahead, "begun_here", lambda self: False)


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No checker may be started."""

    def start(*_: Any, **__: Any) -> None:
        raise AssertionError("a checker was started")

    monkeypatch.setattr(checkers.subprocess, "Popen", start)


def ran(paths: Sequence[Path], jobs: int, **more: Any) -> tuple[RunResult, list[Event]]:
    """The run over the payloads by a clock that counts seconds, and what it told."""
    events: list[Event] = []
    seconds = count()
    result = run(
        deliveries(paths, PROFILE), PROFILE, started_at=BEGUN, now=lambda: BEGUN + timedelta(seconds=next(seconds)),
        jobs=jobs, **{"listeners": [events.append]} | more,
    )  # fmt: skip
    return result, events


def plain(value: Any, run_id: str) -> Any:
    """A result as values that compare, without its id."""
    if isinstance(value, pl.DataFrame):
        return value.schema, value.rows()
    if is_dataclass(value):
        return [(field.name, plain(getattr(value, field.name), run_id)) for field in fields(value)]
    if isinstance(value, tuple | list):
        return [plain(one, run_id) for one in value]
    return value.replace(run_id, "") if isinstance(value, str) else value


def answered(delivered: Any) -> Any:
    """What a pod said, without its time."""
    return plain(replace(delivered, sent_at=BEGUN, ended_at=BEGUN), "")


def fails(paths: Sequence[Path], jobs: int, **more: Any) -> tuple[type, str, str, str, list[str]]:
    """How a run fails, and of which payloads it told before."""
    events: list[Event] = []
    with pytest.raises((UsageError, PayloadError, ContractError)) as caught:
        ran(paths, jobs, listeners=[events.append], **more)
    told = [event.submission.result.payload for event in events if isinstance(event, PayloadChecked)]
    error: Any = caught.value
    return type(error), error.what, error.where, error.todo, told


# The same run


@pytest.fixture(scope="module")
def one_by_one() -> Callable[[tuple[Path, ...]], Any]:
    """Runs without checkers."""
    known: dict[tuple[Path, ...], Any] = {}

    def result(paths: tuple[Path, ...]) -> Any:
        if paths not in known:
            found, events = ran(paths, 1)
            known[paths] = plain(found, found.id), [type(event) for event in events]
        return known[paths]

    return result


@pytest.mark.parametrize(
    ("jobs", "order"),
    [
        (3, "drawn"),
        pytest.param(2, "given", marks=pytest.mark.slow), pytest.param(4, "reversed", marks=pytest.mark.slow),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("waiting")
def test_the_run_does_not_depend_on_the_number_of_jobs(
    one_by_one: Callable[[tuple[Path, ...]], Any], jobs: int, order: str
) -> None:
    drawn = random.Random(jobs).choices(EVERY, k=8)  # some come twice
    paths = tuple({"given": EVERY, "reversed": EVERY[::-1], "drawn": drawn}[order])
    found, events = ran(paths, jobs)
    expected, kinds = one_by_one(paths)
    assert plain(found, found.id) == expected
    assert [type(event) for event in events] == kinds
    assert kinds == [RunStarted, *[PayloadChecked] * len(paths), RunFinished]
    told = [event.submission for event in events if isinstance(event, PayloadChecked)]
    assert told == list(found.submissions)
    assert [one.id for one in told] == [f"{found.id}/{number}" for number in range(1, len(paths) + 1)]
    assert [one.result.payload for one in told] == [path.name for path in paths]


def test_this_process_checks_what_no_checker_has_begun() -> None:
    paths = [JOURNALS, *[SUPPLIERS] * 6, JOURNALS]
    first, second = ran(paths, 1)[0], ran(paths, 2)[0]
    assert plain(second, second.id) == plain(first, first.id)


@pytest.mark.usefixtures("waiting")
def test_a_deliverer_is_given_all_it_is_given_without_jobs_in_the_order_of_the_payloads() -> None:
    def given(jobs: int) -> list[Any]:
        taken: list[Checked] = []
        found, _ = ran([SUPPLIERS, WORKERS, JOURNALS], jobs, deliverer=taken.append)
        return [
            (
                one.delivery, one.contract.id, one.submission.removeprefix(found.id), plain(one.result, ""),
                plain(replace(one.payload, frames={}), ""), plain(tuple(one.payload.frames.values()), ""),
            )
            for one in taken
        ]  # fmt: skip

    assert given(2) == given(1)


@pytest.mark.usefixtures("waiting")
def test_what_is_sent_and_recorded_is_the_same(tmp_path: Path) -> None:
    def recorded(jobs: int) -> list[Any]:
        with open_store(f"sqlite:///{tmp_path / f'{jobs}.db'}") as store, in_process(PROFILE) as place:
            deliverer = JournaledDeliverer(place, store)
            found, _ = ran([max(path.parent.iterdir()) for path in (SUPPLIERS, JOURNALS)], jobs, deliverer=deliverer)
            store.record(found, PROFILE, deliveries=deliverer.recorded)
            journal = [(row.payload, row.request, row.step) for row in store.deliveries()]
            log = [(entry.id, entry.title, entry.severity, entry.status) for entry in items(store)]
        assert (len(journal), len(log) > 1) == (2, True)
        return [journal, log, [answered(one.delivered) for one in found.submissions]]

    assert recorded(3) == recorded(1)


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize("jobs", [1, 2])
def test_large_payloads_that_are_not_sent_are_checked_in_parts_with_the_same_verdicts(jobs: int) -> None:
    paths = [JOURNALS, SUPPLIERS, WORKERS]
    taken: list[Checked] = []
    whole, parts = ran(paths, 1)[0], ran(paths, jobs, in_parts_above=3, deliverer=taken.append)[0]
    assert plain(parts, parts.id) == plain(whole, whole.id)
    assert [bool(one.payload.frames) for one in taken] == [False, False, True]


@pytest.mark.slow
def test_every_contract_can_be_given_to_a_checker() -> None:
    for profile in (load_profile("oracle"), PROFILE):
        for identity in written_ids(profile):
            contract = load(identity, profile)
            assert pickle.loads(pickle.dumps(contract)).rules == contract.rules, identity


# Who checks what


@pytest.mark.usefixtures("alone")
def test_one_payload_and_a_large_one_are_left_to_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(ran([SUPPLIERS], 4)[0].submissions) == 1
    monkeypatch.setattr(checkers, "LARGE", JOURNALS.stat().st_size)  # less than it unpacks to
    assert len(ran([JOURNALS, JOURNALS], 4)[0].submissions) == 2


@pytest.mark.usefixtures("waiting")
def test_a_large_payload_among_small_ones_waits_for_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [SUPPLIERS, JOURNALS, SUPPLIERS]
    expected = ran(paths, 1)[0]
    read: list[str] = []
    judged = checkers.Checking.judged

    def noted(self: checkers.Checking, path: Path, contract: Any) -> checkers.Judged:
        read.append(path.name)
        return judged(self, path, contract)

    monkeypatch.setattr(checkers.Checking, "judged", noted)
    monkeypatch.setattr(checkers, "_small", lambda path: path != JOURNALS)
    found = ran(paths, 2)[0]
    assert (read, plain(found, found.id)) == ([JOURNALS.name], plain(expected, expected.id))


@pytest.mark.usefixtures("waiting")
def test_no_more_payloads_are_read_ahead_than_there_are_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Path] = []
    ahead: list[int] = []
    ask = checkers._Checkers.ask

    def noted(self: checkers._Checkers, path: Path, *more: Any) -> Any:
        asked.append(path)
        return ask(self, path, *more)

    def listen(event: Event) -> None:
        if isinstance(event, PayloadChecked):
            ahead.append(len(asked) - len(ahead) - 1)

    monkeypatch.setattr(checkers._Checkers, "ask", noted)
    ran([SUPPLIERS] * 6, 2, listeners=[listen])
    assert ahead == [2, 2, 2, 2, 1, 0]


@pytest.mark.usefixtures("waiting")
def test_a_file_that_changes_before_its_turn_is_read_again(tmp_path: Path) -> None:
    paths = [tmp_path / "FIN-07a" / name for name in ("1.zip", "2.zip")]
    paths[0].parent.mkdir()
    for path in paths:
        path.write_bytes(SUPPLIERS.read_bytes())
    other = max(SUPPLIERS.parent.iterdir())

    def listen(event: Event) -> None:
        if isinstance(event, PayloadChecked) and event.submission.result.payload == "1.zip":
            time.sleep(0.2)
            paths[1].write_bytes(other.read_bytes())

    found = ran(paths, 2, listeners=[listen])[0]
    assert found.submissions[1].result.sha256 == ran([other], 1)[0].submissions[0].result.sha256


# Errors


@pytest.mark.usefixtures("waiting")
def test_a_payload_that_is_gone_fails_the_run_as_before_and_the_first_one_wins(tmp_path: Path) -> None:
    def gone(number: int) -> Path:
        path = tmp_path / "FIN-07a" / f"{number}.zip"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(SUPPLIERS.read_bytes())
        return path

    def remove(event: Event) -> None:
        if isinstance(event, RunStarted):
            for delivery in event.deliveries:
                if delivery.path.is_relative_to(tmp_path):
                    delivery.path.unlink()

    def failure(jobs: int) -> Any:
        told: list[Event] = []
        with pytest.raises(PayloadError) as caught:
            ran([SUPPLIERS, WORKERS, gone(1), gone(2), JOURNALS], jobs, listeners=[remove, told.append])
        return str(caught.value), len(told)

    assert (expected := failure(1)) == failure(3)
    assert ("1.zip" in expected[0], expected[1]) == (True, 3)


@pytest.mark.usefixtures("waiting")
def test_what_is_raised_in_a_checker_is_raised_here_when_the_payload_has_its_turn() -> None:
    folder_as_payload = (PAYLOADS, "finance.gl_journals")  # no regular file, which only its reader says
    small = (SUPPLIERS, "procurement.suppliers")
    checking = checkers.Checking(BEGUN.date(), 100, load_all_or_nothing=True)
    judged = checkers.in_turn([small, folder_as_payload, small], lambda identity: load(identity, PROFILE), checking, 2)
    assert next(judged).result.payload == SUPPLIERS.name
    with pytest.raises(PayloadError, match="no regular file") as caught:
        next(judged)
    assert "in read" in "".join(caught.value.__notes__), "where it was raised"


def test_errors_that_cannot_travel_are_told_by_their_words() -> None:
    class DemandingError(Exception):
        def __init__(self, one: int, two: int) -> None:
            super().__init__("what happened")

    assert not checkers._travels(DemandingError(1, 2))
    assert checkers._travels(UsageError("what", where="where", todo="todo"))


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_faulty_contract_fails_when_its_first_payload_has_its_turn(
    monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    def faulty(identity: str, profile: Any) -> Any:
        if identity == "finance.gl_journals":
            raise ContractError("a fault", where="gl_journals.yaml", todo="correct it")
        return load(identity, profile)

    monkeypatch.setattr(running, "load", faulty)
    told = [SUPPLIERS.name]
    assert fails([SUPPLIERS, JOURNALS, WORKERS], jobs) == (
        ContractError, "a fault", "gl_journals.yaml", "correct it", told
    )  # fmt: skip


@pytest.mark.usefixtures("waiting")
def test_a_killed_checker_is_an_error_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkers, "_CALL", [sys.executable, "-c", KILLED])
    kind, what, where, todo, told = fails([JOURNALS, WORKERS, SUPPLIERS, JOURNALS], 2)
    assert (kind, what) == (UsageError, "a process that checks payloads was killed (signal 9)")
    assert (where, told) == (str(SUPPLIERS), [JOURNALS.name, WORKERS.name])
    assert "lower --jobs" in todo


@pytest.mark.usefixtures("waiting")
def test_checkers_that_cannot_start_are_an_error_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkers, "_CALL", [sys.executable, "-c", "raise SystemExit(3)"])
    kind, what, where, _, told = fails([JOURNALS, WORKERS], 2)
    assert (kind, what) == (UsageError, "a process that checks payloads ended (exit code 3)")
    assert (where, told) == (str(JOURNALS), [])


# The command


def test_the_command_records_the_same_with_jobs_by_option_or_setting(
    harness: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two"):
        if name == "two":
            monkeypatch.setenv("HARNESS_JOBS", "2")
        told = tmp_path / f"{name}.json"
        call = ("run", SUPPLIERS, JOURNALS, "--no-deliver", "--profile", "nc_district", "--quiet")
        assert harness(*call, "--workspace", tmp_path / name, "--json", told) == 0
    one, two = (json.loads((tmp_path / f"{name}.json").read_text()) for name in ("one", "two"))
    assert one.pop("run") != two.pop("run")
    assert one.pop("readiness").pop("as_of") != two.pop("readiness").pop("as_of"), "of their moment, both"
    assert one == two


@pytest.mark.parametrize("jobs", ["0", "-1", "65"])
def test_a_number_that_is_none_is_told_in_words(harness: Call, capsys: pytest.CaptureFixture[str], jobs: str) -> None:
    assert harness("run", "--jobs", jobs, "--profile", "nc_district") == 2
    told = capsys.readouterr().err
    assert (f"no number of payloads: {jobs}" in told, "say a number from 1 to 64" in told) == (True, True)


def test_a_setting_that_is_no_number_is_told_in_words(
    harness: Call, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARNESS_JOBS", "0")
    assert harness("run", "--profile", "nc_district") == 2
    assert "setting jobs" in capsys.readouterr().err


def test_where_a_wrong_setting_stands_is_told(
    harness: Call, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "harness.toml").write_text("stream_above = -1\n")
    for name, text, where in (
        ("HARNESS_PROFILE", "oracle", f"at: {tmp_path / 'harness.toml'}"),
        ("HARNESS_STREAM_ABOVE", "many", "at: HARNESS_STREAM_ABOVE"),
        ("HARNESS_LIMITS", "many", "at: HARNESS_* variables"),
    ):
        monkeypatch.setenv(name, text)
        assert harness("where", "--workspace", tmp_path) == 2
        assert where in capsys.readouterr().err.replace("\n", " ")


def test_a_limit_that_is_none_is_told(harness: Call, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "harness.toml").write_text("[limits]\ntotal_gb = 4\n")
    assert harness("where", "--workspace", tmp_path) == 2
    assert "setting limits.total_gb" in capsys.readouterr().err


@pytest.mark.skipif(os.name != "posix", reason="sends signals")
@pytest.mark.parametrize(("sent", "seconds", "code"), [(signal.SIGINT, 300, 130), (signal.SIGTERM, 1, -15)])
def test_an_ended_run_leaves_no_process_and_records_nothing(
    tmp_path: Path, sent: signal.Signals, seconds: int, code: int
) -> None:
    """Ctrl-C ends checkers at once; where the run itself was killed they end with the payload that they have."""
    pids = tmp_path / "pids"
    pids.mkdir()
    checker = STUCK.format(seconds=seconds)
    call = [sys.executable, "-c", RUN_WITH, checker, pids, "run", SUPPLIERS, JOURNALS, WORKERS, "--jobs", "3"]
    more = ["--no-deliver", "--profile", "nc_district", "--workspace", tmp_path / "ws", "--quiet"]
    process = subprocess.Popen([*call, *more], start_new_session=True, stderr=subprocess.PIPE, text=True)
    soon(lambda: len(list(pids.iterdir())) == 2)
    os.killpg(process.pid, sent)  # as a terminal does: to all processes of the command
    _, told = process.communicate(timeout=60)
    assert process.returncode == code
    soon(lambda: not any(alive(int(path.name)) for path in pids.iterdir()))
    assert ("interrupted" in told) == (sent is signal.SIGINT)
    assert "Traceback" not in told
    with open_store(f"sqlite:///{tmp_path / 'ws' / 'store.db'}") as store:
        assert submissions(store) == 0


@pytest.mark.skipif(os.name != "posix", reason="sends signals")
def test_a_checker_that_is_ended_leaves_no_temporary_folder(tmp_path: Path) -> None:
    begun, parts = tmp_path / "begun", tmp_path / "parts"
    begun.mkdir()
    parts.mkdir()
    call = [sys.executable, "-c", RUN_WITH, IN_PARTS, begun, "run", SUPPLIERS, JOURNALS, "--jobs", "2"]
    more = ["--no-deliver", "--profile", "nc_district", "--workspace", tmp_path / "ws", "--quiet"]
    process = subprocess.Popen([*call, *more], env=os.environ | {"TMPDIR": str(parts)}, stderr=subprocess.DEVNULL)
    soon(lambda: len(list(begun.iterdir())) == 1)
    assert len(list(parts.iterdir())) == 1
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 130
    assert list(parts.iterdir()) == []


def test_a_checker_whose_run_is_gone_before_it_is_ready_ends_without_a_word() -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen(checkers._CALL, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        for stream in (process.stdin, process.stdout):
            stream.close()  # type: ignore[union-attr]
        assert process.stderr
        assert process.stderr.read() == b""


def soon(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # an orphan whose parent does not look after it has ended all the same
    return not Path(f"/proc/{pid}/stat").exists() or ") Z " not in Path(f"/proc/{pid}/stat").read_text()


def submissions(store: Store) -> int:
    with store.reading() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM submission").scalar_one())
