"""Checkers: processes that read and check payloads ahead of their turn, so that several are checked side by side.

A small payload costs Python's time and not the query engine's, which a second thread cannot share: hence processes. A
large one is checked by this process when its turn comes, as without checkers: with all cores, and never beside another.
"""

from __future__ import annotations

import io
import os
import pickle
import subprocess
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Any

import polars as pl

from contracts import CheckResult, Contract, ContractError
from harness.checking import check
from harness.errors import UsageError
from harness.in_parts import check_in_parts, is_large
from interfaces import Limits, Payload, read, unpacked_size

MOST = 64
"""Payloads that can be checked side by side, at the most."""
LARGE = 32 * 1024**2
"""Bytes of a payload, unpacked, above which it is left to this process: no two such payloads are ever held at once."""

_CALL = [sys.executable, "-P", "-c", "from harness.checkers import serve; serve()"]  # -P: nothing of the working folder
_READY = "ready"
_LOOK = 0.2
"""Seconds after which a wait looks up: the query engine's own handler of Ctrl-C lets no wait be interrupted."""
_STOPPING = 5.0
"""Seconds that a checker has to end by itself."""
_Stamp = tuple[int, int] | None


@dataclass(frozen=True)
class Judged:
    """A payload and what its contract says of it."""

    payload: Payload
    result: CheckResult


@dataclass(frozen=True)
class Checking:
    """How the payloads of a run are checked."""

    as_of: date
    sample: int
    load_all_or_nothing: bool
    limits: Limits | None = None
    in_parts_above: int | None = None  # records of a payload that is checked part by part; None where it is sent whole

    def judged(self, path: Path, contract: Contract) -> Judged:
        """Read and check a payload; one that is checked part by part comes without its records.

        Raises PayloadError if it cannot be opened, UsageError if the temporary folder cannot hold what it must.
        """
        if self.in_parts_above is not None and is_large(path, contract, self.in_parts_above):
            result = check_in_parts(
                path, contract, as_of=self.as_of, sample=self.sample, load_all_or_nothing=self.load_all_or_nothing,
                limits=self.limits or Limits(),
            )  # fmt: skip
            size, members = path.stat().st_size, result.members
            return Judged(Payload(result.payload, result.sha256, size, {}, members=members), result)
        payload = read(path, contract, limits=self.limits)
        result = check(
            payload, contract, as_of=self.as_of, sample=self.sample, load_all_or_nothing=self.load_all_or_nothing
        )
        return Judged(payload, result)


def in_turn(
    payloads: Sequence[tuple[Path, str]], promised: Callable[[str], Contract], checking: Checking, jobs: int
) -> Generator[Judged]:
    """Yield the payloads, each a path and its contract's id, judged in their order; up to ``jobs`` are read ahead.

    Judgements, their order and errors do not depend on ``jobs``: what fails is raised when its turn comes, and a file
    that was changed between its reading and its turn is read again. Close the iterator, or checkers wait for work.
    Raises UsageError where a checker was killed.
    """
    count = min(jobs, sum(_small(path) for path, _ in payloads)) if jobs > 1 else 1
    if count < 2:
        for path, identity in payloads:
            yield checking.judged(path, promised(identity))
        return
    with _Checkers(count - 1, checking) as checkers:  # this process is one of those that check
        todo = iter(payloads)
        ahead: deque[_Ahead] = deque()
        for _ in payloads:
            ahead.extend(
                checkers.ask(path, identity, promised) for path, identity in islice(todo, count + 1 - len(ahead))
            )
            own = ahead.popleft()
            while not own.settled:
                if free := next((one for one in (own, *ahead) if one.begun_here()), None):
                    free.settle(lambda one: checking.judged(one.path, promised(one.identity)))
                else:
                    own.wait()
            yield own.judged() or checking.judged(own.path, promised(own.identity))


def serve() -> None:
    """Be a checker: take payloads from standard input and give judgements to standard output, until the input ends."""
    questions, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints must not stand among the answers
    contracts: dict[str, Contract] = {}
    _give(answers, _READY)
    while True:
        try:
            identity, packed, path, checking = pickle.load(questions)  # noqa: S301 - of the process that started this one
        except EOFError:
            return
        if packed:
            contracts[identity] = pickle.loads(packed)  # noqa: S301
        _give(answers, _answer(path, contracts[identity], checking))


def _give(answers: Any, message: object) -> None:
    """Send a message, or end where nobody waits for it any more."""
    try:
        _send(answers, message)
    except BrokenPipeError:
        os._exit(1)  # without a word: what is left in the stream cannot be written


def _answer(path: Path, contract: Contract, checking: Checking) -> tuple[dict[str, bytes], Judged] | BaseException:
    """A judgement whose frames are packed apart, or what went wrong."""
    try:
        judged = checking.judged(path, contract)
        frames = {name: _packed(frame) for name, frame in judged.payload.frames.items()}
        return frames, replace(judged, payload=replace(judged.payload, frames={}))
    except BaseException as error:  # noqa: BLE001 - it is raised where the payload has its turn
        error.add_note(traceback.format_exc())
        return error if _travels(error) else RuntimeError(f"{type(error).__name__}: {error}")


def _packed(frame: pl.DataFrame) -> bytes:
    """Most columns of a payload are blank: compressed they cost nothing."""
    buffer = io.BytesIO()
    frame.write_ipc_stream(buffer, compression="lz4")
    return buffer.getvalue()


def _travels(error: BaseException) -> bool:
    try:
        return isinstance(pickle.loads(pickle.dumps(error)), type(error))  # noqa: S301
    except Exception:  # noqa: BLE001 - whatever its own constructor raises
        return False


def _send(stream: Any, message: object) -> None:
    pickle.dump(message, stream, protocol=pickle.HIGHEST_PROTOCOL)
    stream.flush()


def _small(path: Path) -> bool:
    """True unless the payload unpacks to much. What cannot be opened is told by its reader."""
    return unpacked_size(path) <= LARGE


def _stamp(path: Path) -> _Stamp:
    """What shows that a file was changed; None where it cannot be looked at."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


class _Checker:
    """One process that checks payloads, one after the other."""

    def __init__(self, environment: dict[str, str]) -> None:
        # a session of its own: Ctrl-C reaches this process alone, which then ends its checkers
        self._process = subprocess.Popen(  # noqa: S603
            _CALL, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, start_new_session=True
        )
        self._known: set[str] = set()

    def await_ready(self) -> bool:
        """Wait until it has loaded what it needs; False if it ended instead."""
        return bool(self._received() == _READY)

    def judged(self, path: Path, identity: str, packed: bytes, checking: Checking) -> Judged:
        """Let it read and check a payload. Raises what was raised there, UsageError if it ended."""
        try:
            _send(self._process.stdin, (identity, b"" if identity in self._known else packed, path, checking))
        except OSError:
            raise self._ended(path) from None
        self._known.add(identity)
        answer = self._received()
        if answer is None:
            raise self._ended(path)
        if isinstance(answer, BaseException):
            raise answer
        frames, judged = answer
        frames = {name: pl.read_ipc_stream(content) for name, content in frames.items()}
        return Judged(replace(judged.payload, frames=frames), judged.result)

    def stop(self) -> None:
        """Tell it to end; a temporary folder that it has is removed before."""
        self._process.terminate()

    def end(self) -> None:
        """End it, whatever it is doing."""
        try:
            self._process.wait(_STOPPING)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def close(self) -> None:
        """Close the streams of an ended one."""
        for stream in (self._process.stdin, self._process.stdout):
            try:
                stream.close()  # type: ignore[union-attr]
            except OSError:  # half a question is left in it
                continue

    def _received(self) -> Any:
        """Its next message; None if it ended."""
        try:
            return pickle.load(self._process.stdout)  # type: ignore[arg-type]  # noqa: S301 - of a process started here
        except (EOFError, OSError, pickle.UnpicklingError):
            return None

    def _ended(self, path: Path) -> UsageError:
        code = self._process.wait()
        how = f"was killed (signal {-code})" if code < 0 else f"ended (exit code {code})"
        return UsageError(
            f"a process that checks payloads {how}", where=str(path),
            todo="most likely the memory ran out: say a lower --jobs; nothing of this run is recorded",
        )  # fmt: skip


class _Checkers:
    """Some checkers and what is asked of them."""

    def __init__(self, count: int, checking: Checking) -> None:
        self._checking = checking
        self._packed: dict[str, bytes] = {}
        self._own = threading.local()
        threads = max(1, (os.cpu_count() or 1) // (count + 1))  # of the query engine: cores are shared, not fought for
        environment = {"POLARS_MAX_THREADS": str(threads)} | os.environ
        self._all: list[_Checker] = []
        self._free: SimpleQueue[_Checker] = SimpleQueue()
        try:
            for _ in range(count):
                self._all.append(_Checker(environment))
                self._free.put(self._all[-1])
        except BaseException:
            self.__exit__()
            raise
        self._threads = ThreadPoolExecutor(count, "checker", initializer=self._begin)

    def __enter__(self) -> _Checkers:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        for checker in self._all:
            checker.stop()
        for checker in self._all:
            checker.end()
        if hasattr(self, "_threads"):
            self._threads.shutdown(cancel_futures=True)
        for checker in self._all:
            checker.close()

    def ask(self, path: Path, identity: str, promised: Callable[[str], Contract]) -> _Ahead:
        """Let a payload be judged ahead of its turn, unless it has to wait for it."""
        stamp = _stamp(path)
        if stamp is None or not _small(path):
            return _Ahead(path, identity)
        if identity not in self._packed:
            try:
                self._packed[identity] = pickle.dumps(promised(identity), protocol=pickle.HIGHEST_PROTOCOL)
            except (ContractError, OSError):  # raised when the payload has its turn
                return _Ahead(path, identity)
        return _Ahead(path, identity, stamp, self._threads.submit(self._judged, path, identity, self._packed[identity]))

    def _begin(self) -> None:
        """Bind a checker to this thread and wait until it can work: until then nothing is given to it."""
        self._own.checker = self._free.get()
        self._own.checker.await_ready()

    def _judged(self, path: Path, identity: str, packed: bytes) -> Judged:
        checker: _Checker = self._own.checker
        return checker.judged(path, identity, packed, self._checking)


@dataclass
class _Ahead:
    """A payload that may be judged ahead of its turn, as its file stood when that was asked."""

    path: Path
    identity: str  # of its contract
    stamp: _Stamp = None
    future: Future[Judged] | None = None  # None: it waits for its turn

    @property
    def settled(self) -> bool:
        """True if nothing of it is waited for."""
        return self.future is None or self.future.done()

    def begun_here(self) -> bool:
        """True if no checker has begun it and now none will: this process has to settle it."""
        return self.future is not None and not self.future.done() and self.future.cancel()

    def settle(self, judge: Callable[[_Ahead], Judged]) -> None:
        """Judge it in this process, and keep the judgement or the error for its turn."""
        self.future = Future()
        try:
            self.future.set_result(judge(self))
        except Exception as error:  # noqa: BLE001 - it is raised when the payload has its turn
            self.future.set_exception(error)

    def wait(self) -> None:
        """Wait until a checker has judged it, or a little while."""
        if self.future:
            wait([self.future], timeout=_LOOK)

    def judged(self) -> Judged | None:
        """Return the judgement, or raise its error; None if it is to be judged now, or anew: its file was changed."""
        if self.future is None or _stamp(self.path) != self.stamp:
            return None
        return self.future.result()
