"""Each source read in a process of its own, so that one that is broken or endless costs its own time alone."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from harness.drafting.source import Source
from harness.errors import UsageError

SECONDS = 120
"""What one file may take: the largest templates known need some ten."""


def read_isolated(path: Path, seconds: float = SECONDS) -> Source:
    """Return what ``read_source`` returns; the process is ended with its time.

    Raises UsageError as ``read_source`` does, and where the process fails or does not end in time.
    """
    # -P: nothing is imported from the working directory
    call = [sys.executable, "-P", "-m", "harness.drafting.reading", str(path)]
    try:
        done = subprocess.run(call, capture_output=True, text=True, encoding="utf-8", timeout=seconds, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        what = f"not read within {seconds:g} seconds"
        raise UsageError(what, where=str(path), todo="open it and save it anew, without data") from error
    if done.returncode or not done.stdout.strip():
        last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        raise UsageError(f"reading it failed: {last[:200]}", where=str(path), todo="open it and save it anew")
    told = json.loads(done.stdout.splitlines()[-1])
    if "error" in told:
        raise UsageError(told["error"]["what"], where=told["error"]["where"], todo=told["error"]["todo"])
    return Source.from_json(told["source"])
