"""A payload that is checked part by part: when that is done, and where its parts lie meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from functools import partial
from pathlib import Path

from contracts import CheckResult, Contract
from harness.checking import check_stream
from harness.findings_file import FindingsFile
from harness.scratch import kept_in, needed_in_parts, room, scratch
from interfaces import Limits, Stream, open_stream, record_estimate, streams, unchanged, unpacked_size

Told = Callable[[int, int], object]
"""Is told how many records and bytes are done."""


def is_large(path: Path, contract: Contract, most: int) -> bool:
    """Return whether a payload of this contract can be read in parts, and has more records than ``most``, about."""
    # a record has a byte at least: of small payloads nothing is read to tell that they are small
    return streams(contract) and unpacked_size(path) > most and record_estimate(path) > most


@contextmanager
def _unwatched(total: int) -> Iterator[Told]:
    yield lambda records, done: None


def check_in_parts(
    path: Path,
    contract: Contract,
    *,
    as_of: date | None,
    sample: int,
    load_all_or_nothing: bool,
    limits: Limits,
    findings: FindingsFile | None = None,
    watched: Callable[[int], AbstractContextManager[Told]] = _unwatched,
) -> CheckResult:
    """Return what ``check`` would of the payload at ``path``, which is never held whole.

    ``findings`` takes all of them; ``watched`` is given the bytes to read, and what it gives is told of the progress.
    Raises PayloadError if the payload cannot be opened, is read whole or is written to meanwhile, UsageError if the
    temporary folder is full.
    """
    stream: Stream | None = None

    def needed() -> float:
        return needed_in_parts(path, stream, kept_in(folder) + (kept_in(findings.folder) if findings else 0))

    with scratch() as folder, room(needed, path.name), unchanged(path):
        stream = open_stream(path, contract, folder, limits=limits)
        with watched(stream.total) as told:
            return check_stream(
                stream, contract, folder, as_of=as_of, sample=sample, told=told,
                sink=partial(findings.add, path.name, contract.id) if findings else None,
                load_all_or_nothing=load_all_or_nothing,
            )  # fmt: skip
