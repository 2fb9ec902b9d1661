"""The temporary folder of a check that does not hold its payload in memory."""

from __future__ import annotations

import errno
import math
import os
import shutil
import signal
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from harness.errors import UsageError
from interfaces import Stream, unpacked_size

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
_ENDING = [signal.Signals[name] for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
_MB, _GB = 1024**2, 1024**3


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder that is gone afterwards, under ``TMPDIR``. Raises UsageError if there is none that can be written."""
    try:
        folder = tempfile.TemporaryDirectory(prefix="harness-")
    except OSError as error:
        what = f"there is no temporary folder: {error.strerror}"
        where = os.environ.get("TMPDIR", "")  # the system names none
        raise UsageError(what, where=where, todo="set TMPDIR to a folder that can be written") from error
    with folder as path, _removed_when_ended(path):
        yield Path(path)


@contextmanager
def _removed_when_ended(folder: str) -> Iterator[None]:
    """Remove the folder where the process is told to end, too: by itself that ends it without a further step."""
    handlers = {number: signal.getsignal(number) for number in _ENDING}
    handlers = {number: one for number, one in handlers.items() if one not in (None, signal.SIG_IGN)}  # of nohup
    if threading.current_thread() is not threading.main_thread():  # no other may say what a signal does
        handlers = {}

    def end(number: int, _: FrameType | None) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        signal.signal(number, handlers[signal.Signals(number)])
        signal.raise_signal(number)  # what would have happened, happens

    for number in handlers:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


@contextmanager
def room(needed: Callable[[], float], name: str) -> Iterator[None]:
    """Turn running out of room into a UsageError that says how many bytes the payload of this name needs in all."""
    try:
        yield
    except OSError as error:
        if error.errno not in _NO_ROOM:
            what = f"the temporary folder cannot be used: {error.strerror or error}"
            todo = "set TMPDIR to a folder that can be written"
            raise UsageError(what, where=tempfile.gettempdir(), todo=todo) from error
        raise UsageError(
            f"the temporary folder is full: about {_size(needed())} are needed for {name}",
            where=tempfile.gettempdir(),
            todo="make room, or set TMPDIR to a folder that has it; nothing was recorded",
        ) from error


def _size(count: float) -> str:
    """Bytes for people, rounded up."""
    return f"{count / _GB:,.1f} GB" if count >= _GB else f"{math.ceil(count / _MB):,} MB"


def needed_in_parts(path: Path, stream: Stream | None, kept: int) -> float:
    """Return bytes: what an archive unpacks to, and those that were kept so far, carried on to the end."""
    unpacked = unpacked_size(path) if zipfile.is_zipfile(path) else 0
    if stream is None or not stream.done:
        return unpacked + (stream.total if stream else path.stat().st_size) / 2
    return unpacked + kept * stream.total / stream.done


def kept_in(folder: Path) -> int:
    """Return the bytes of the parts of payloads and findings in a folder."""
    return sum(part.stat().st_size for part in folder.glob("*.parquet"))
