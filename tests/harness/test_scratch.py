"""Temporary folders are gone afterwards, also where the process is told to end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ENDED = """
import os, signal, sys
from harness.scratch import scratch
number = signal.Signals[sys.argv[1]]
signal.signal(number, signal.SIG_IGN if "ignored" in sys.argv else signal.SIG_DFL)
with scratch() as one, scratch() as two:
    (two / "part").touch()
    os.kill(os.getpid(), number)
    print(one.is_dir(), two.is_dir())
assert signal.getsignal(number) == signal.SIG_IGN
"""


def told_to_end(folder: Path, *arguments: str) -> tuple[int, str]:
    """Exit code and output of a process with two temporary folders below this one that is sent a signal."""
    call = [sys.executable, "-c", ENDED, *arguments]
    process = subprocess.run(call, env=os.environ | {"TMPDIR": str(folder)}, capture_output=True, text=True, timeout=60)
    assert "Traceback" not in process.stderr
    return process.returncode, process.stdout.strip()


@pytest.mark.skipif(os.name != "posix", reason="sends signals")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_process_that_is_told_to_end_leaves_no_folder(tmp_path: Path, name: str) -> None:
    assert told_to_end(tmp_path, name) == (-signal.Signals[name], "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="sends signals")
def test_a_signal_that_was_ignored_before_is_ignored(tmp_path: Path) -> None:
    assert told_to_end(tmp_path, "SIGHUP", "ignored") == (0, "True True")
    assert list(tmp_path.iterdir()) == []
