"""The example deliveries are what their script writes, and look like a week of a programme."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from harness import load_profile
from test_suites.payloads.deliveries import DELIVERIES, write_deliveries
from test_suites.payloads.people import VOID_NUMBERS
from test_suites.payloads.sources import PROFILE

_FOLDER = load_profile(PROFILE).path
assert _FOLDER is not None
SHIPPED = _FOLDER / "payloads"


def _members(path: Path) -> dict[str, bytes]:
    """What is inside: how tightly it is packed depends on the machine's zlib."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("payloads")
    write_deliveries(root)
    return root


def test_the_script_writes_what_is_shipped(written: Path) -> None:
    names = sorted(path.relative_to(written).as_posix() for path in written.rglob("*.zip"))
    assert names == sorted(path.relative_to(SHIPPED).as_posix() for path in SHIPPED.rglob("*") if path.is_file())
    different = [name for name in names if _members(written / name) != _members(SHIPPED / name)]
    assert different == []


def test_there_are_deliveries_of_many_interfaces_in_everyday_sizes(written: Path) -> None:
    interfaces = {interface for interface, *_ in DELIVERIES}
    register = load_profile(PROFILE).register
    assert len(DELIVERIES) >= 15
    assert len(interfaces) >= 8
    assert interfaces <= set(register)
    with zipfile.ZipFile(written / "FIN-01b" / "GlInterface_20261119_payroll.zip") as archive:
        assert archive.read("GlInterface.csv").count(b"\n") == 20_000


def test_nobody_real_is_in_them(written: Path) -> None:
    texts = b"\n".join(data for path in written.rglob("*.zip") for data in _members(path).values()).decode()
    numbers = Counter(re.findall(r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])", texts))
    assert set(numbers) <= {*VOID_NUMBERS, "000-12-3456"}
    assert set(re.findall(r"@([\w.-]+)", texts)) <= {"example.org"}
    assert set(re.findall(r"\|(\d{3}-\d{4})\|", texts)) <= {f"555-01{number:02d}" for number in range(100)}
