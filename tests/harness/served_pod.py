"""An emulated pod in a process of its own, which outlives its clients, and what it has done so far."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from interfaces.fusion import Basic, Client, Session
from interfaces.fusion.client import HCM, LOADER

USER, PASSWORD = "ana", "correct-horse-battery-4711"
SIGNED_ON = {"HARNESS_POD_USER": USER, "HARNESS_POD_PASSWORD": PASSWORD}


@dataclass(frozen=True)
class ServedPod:
    """A running ``harness emulate``."""

    url: str
    client: Client
    said: tuple[str, ...]  # lines that it printed

    def loads(self) -> int:
        """How many files it was asked to load, by either service."""
        data_sets = self.client.session.get(HCM, {"limit": 500}).json()["items"]
        return len(self.client.requests_of(LOADER[1], [])) + len(data_sets)

    def imports(self) -> int:
        """How many imports of journals it has run."""
        return len(self.client.requests_of("JournalImportLauncher", []))


@contextmanager
def served(*options: str) -> Iterator[ServedPod]:
    """Serve the emulator, a thousand times as fast as a real pod, until the block ends."""
    command = [sys.executable, "-m", "harness", "emulate", "--port", "0", "--speed", "1000", "--user", USER]
    environment = {**os.environ, "HARNESS_EMULATOR_PASSWORD": PASSWORD}
    with subprocess.Popen(
        [*command, "--profile", "nc_district", *options], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            assert process.stdout is not None
            said = _until("deliver:", process.stdout)
            url = said[0].split()[3].rstrip(",")
            with Session(url, Basic(USER, PASSWORD)) as session:
                yield ServedPod(url, Client(session), said)
        finally:
            process.terminate()


def _until(word: str, lines: Iterable[str]) -> tuple[str, ...]:
    """The lines up to the first one with the word."""
    found: list[str] = []
    for line in lines:
        found.append(line)
        if word in line:
            break
    return tuple(found)
