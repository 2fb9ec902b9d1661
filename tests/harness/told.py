"""The command line at work in a workspace, seen from outside: exit code, what is printed, what the store keeps."""

from __future__ import annotations

import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from real_pod import SECRETS, URL

from raid_log import DeliveryRow, open_store

PAYLOADS = Path(__file__).parents[2] / "contracts/profiles/nc_district/payloads"
JOURNALS = "FIN-01a/GlInterface_20261118.zip"
SPOILED = "FIN-01a/GlInterface_20261120.zip"  # one of its journals does not conform, and is refused
WORKERS = "HR-01a/Worker_20261118.zip"


@dataclass(frozen=True)
class Told:
    """What one call of the command line said."""

    code: int
    out: str
    err: str


@dataclass
class Desk:
    """A workspace and the command line. No call may show a traceback or a secret, or leave one in any file."""

    call: Callable[..., int]
    folder: Path
    capfd: pytest.CaptureFixture[str]

    @property
    def workspace(self) -> Path:
        return self.folder / "workspace"

    def __call__(self, command: str, *arguments: object, pod: str = "") -> Told:
        where = ["--workspace", self.workspace, "--profile", "nc_district"]
        code = self.call(command, *arguments, *(["--pod", pod] if pod else []), *where)
        out, err = self.capfd.readouterr()
        assert "Traceback" not in out + err
        for secret in SECRETS:
            assert secret not in out + err
            assert [
                path for path in self.folder.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()
            ] == []
        return Told(code, out, err)

    def deliver(self, *arguments: object, pod: str = URL) -> Told:
        return self("deliver", *arguments, pod=pod)

    def payload(self, name: str = JOURNALS) -> Path:
        """A copy of an example payload, in a folder named after its interface."""
        copy = self.folder / name
        copy.parent.mkdir(exist_ok=True)
        shutil.copy(PAYLOADS / name, copy)
        return copy

    def settings(self, toml: str) -> None:
        self.workspace.mkdir(exist_ok=True)
        (self.workspace / "harness.toml").write_text(f'profile = "nc_district"\n{toml}\n')

    def journal(self) -> list[DeliveryRow]:
        with open_store(f"sqlite:///{self.workspace / 'store.db'}") as store:
            return store.deliveries()

    def step(self) -> str:
        """The step to which the only delivery of the journal has come, and whether it is open."""
        (row,) = self.journal()
        return f"{row.step}, {'open' if row.open else 'closed'}"

    def outcomes(self) -> dict[tuple[str, str], int]:
        """Evidence class and outcome of the units that are recorded, "" of those only checked, and how many."""
        with closing(sqlite3.connect(self.workspace / "store.db")) as store:
            query = "SELECT evidence_class, outcome FROM unit_attempt JOIN submission ON number = submission"
            return dict(Counter((kind, outcome or "") for kind, outcome in store.execute(query)))


@pytest.fixture
def desk(harness: Callable[..., int], tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Desk:
    return Desk(harness, tmp_path, capfd)
