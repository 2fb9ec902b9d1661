"""How the payload of an interface under test comes: a command writes it, a folder or a query has it."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import interfaces  # databases are reached through it: SQLAlchemy is loaded for a query alone
from contracts import Contract
from harness.errors import ProducerError, UsageError
from harness.producers import Producer
from interfaces import PayloadError, write

SHOWN = 2000
"""Characters of a command's output that an error shows: the last ones."""

_SECRET = re.compile("PASS|SECRET|TOKEN|CREDENTIAL|KEY", re.IGNORECASE)
_CREDENTIALS = re.compile(r"(://[^\s:/@]*:)[^\s@]+@")


def run_command(producer: Producer, where: str, home: Path, source: Path, payload: Path) -> Path:
    """Run the producer's command in ``home`` and return the payload it wrote; no shell takes part.

    Raises UsageError if it cannot be started, ProducerError if it takes too long, ends with another exit code than 0,
    or writes nothing; the error shows the end of what it printed.
    """
    payload.unlink(missing_ok=True)  # what an earlier run left is no payload of this one
    words = [
        word.replace("{source}", str(source)).replace("{payload}", str(payload)) for word in _words(producer, where)
    ]
    with tempfile.TemporaryFile() as output:
        code = _ended(words, producer, where, home, output)
        if code is None:
            what = f"the command took longer than {producer.timeout_seconds:g} seconds and was ended"
            raise ProducerError(what, where=where, todo=f"correct it, or raise timeout_seconds{_printed(output)}")
        if code:
            raise ProducerError(
                f"the command ended with exit code {code}", where=where, todo=f"correct it{_printed(output)}"
            )
        if not payload.is_file():
            todo = f"write the file that {{payload}} names{_printed(output)}"
            raise ProducerError("the command ended well and wrote no payload", where=where, todo=todo)
    return payload


def newest(producer: Producer, where: str, home: Path) -> Path:
    """Return the file of the producer's folder that changed last. Raises ProducerError where none matches."""
    folder = home / producer.folder
    files = [path for path in folder.glob(producer.glob) if path.is_file()]
    if not files:
        raise ProducerError(
            f"no payload {producer.glob} in {folder}",
            where=where,
            todo="let it write there, or correct folder and glob",
        )
    return max(files, key=lambda path: (path.stat().st_mtime_ns, path.name))


def ask(producer: Producer, where: str, contract: Contract, payload: Path) -> Path:
    """Write the rows of the producer's query as a payload of the contract, and return it.

    Nothing is committed. Raises UsageError if the variable with the database's URL is not set or the query fails,
    PayloadError for a column that the contract does not have.
    """
    url = url_of(producer.url_variable, where)
    file = producer.file or (next(iter(contract.files)) if len(contract.files) == 1 else "")
    if file not in contract.files:
        todo = f"write file = one of {', '.join(contract.files)}"
        raise UsageError(f"no file {file!r} in {contract.id}", where=where, todo=todo)
    try:
        rows = interfaces.read_query(url, producer.query, contract.files[file])
    except PayloadError as error:
        what = f"the query failed: {redacted(error.what.replace(url, '***'))}"
        raise UsageError(what, where=where, todo=f"{error.todo}, or correct the query") from error
    write(payload, contract, {file: rows.to_dicts()})
    return payload


def url_of(variable: str, where: str) -> str:
    """Return the database's URL that a variable holds: it may have a password. Raises UsageError if it is not set."""
    if url := os.environ.get(variable):
        return url
    raise UsageError(f"variable {variable} is not set", where=where, todo="set it to the database's URL")


def redacted(text: str) -> str:
    """The text without passwords in URLs, values of secret variables, and control characters."""
    text = _CREDENTIALS.sub(r"\1***@", text)
    for name, value in os.environ.items():
        if len(value) > 3 and _SECRET.search(name):
            text = text.replace(value, "***")
    return re.sub(r"[^\n -~\u00a0-\U0010ffff]", "·", text)


def _words(producer: Producer, where: str) -> list[str]:
    """The command's words; ``python`` is the interpreter that runs the harness, wherever it stands."""
    try:
        first, *others = shlex.split(producer.command)
    except ValueError as error:
        raise UsageError(f"the command cannot be taken apart: {error}", where=where, todo="close the quotes") from error
    return [sys.executable if first == "python" else first, *others]


def _ended(words: list[str], producer: Producer, where: str, home: Path, output: Any) -> int | None:
    """The exit code, None if the time was over; the command and all it started are ended then."""
    environment = {name: value for name, value in os.environ.items() if name != "HARNESS_STORE"}
    try:
        process = subprocess.Popen(  # noqa: S603  # the owner of the workspace wrote the command
            words, cwd=home, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        todo = f"is {words[0]} installed, and may it be run?"
        raise UsageError(f"the command cannot be started: {error.strerror}", where=where, todo=todo) from error
    try:
        return process.wait(producer.timeout_seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        if process.returncode is None:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a command with everything it started: it leads a session of its own where the system knows them."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def _printed(output: Any) -> str:
    """The end of what a command printed, as indented lines."""
    size = output.seek(0, os.SEEK_END)
    output.seek(max(0, size - 4 * SHOWN))
    text = redacted(output.read().decode("utf-8", errors="replace").replace("\r\n", "\n")).strip()[-SHOWN:]
    return "".join(f"\n       | {line}" for line in text.split("\n")) if text else ""
