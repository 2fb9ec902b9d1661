"""What a case is made of: its bytes, and what contract and tool must say of them by the design of the contracts."""

from __future__ import annotations

import csv
import io
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

from harness import Case as Kept
from harness import Contract, Judgement, load, unzipped, write
from interfaces import fbdi, hdl
from interfaces.fbdi import Dialect
from interfaces.hdl import HdlDialect
from test_suites.payloads.sources import PROFILE, Records

Build = Callable[[Path], None]
Findings = Mapping[str, Mapping[str, Sequence[int]]]
"""Rule -> file id, PACKAGE for the package -> numbers of the records, none where the finding is on the whole file."""
Members = Mapping[str, bytes]

PACKAGE = ""
"""How a finding on the package names its file, as findings do themselves."""
WHOLE: tuple[int, ...] = ()
RELEASE = "26C"
AS_OF = date(2026, 11, 24)
FIRST = date(2026, 11, 24)  # the day on which the first cases came in
SECOND = date(2026, 11, 25)
THIRD = date(2026, 11, 26)

FINE = (True, "accepted")
FAULTY = (False, "accepted")  # breaks the contract; Fusion takes it, or nobody knows what it does
REFUSED = (False, "refused")
DRAGGED = (True, "refused")  # right by itself, but refused with the file it is in

_TIME = (1980, 1, 1, 0, 0, 0)  # earliest time a zip can hold: the same bytes on every machine


@dataclass(frozen=True)
class Case:
    """One payload and what is expected of it; ``units`` by label: (conforms, predicted)."""

    name: str
    why: str
    build: Build
    units: Mapping[str, tuple[bool, str]]
    findings: Findings = field(default_factory=dict)
    contract: str = field(kw_only=True)
    file: str = field(kw_only=True)  # name of the payload
    release: str = field(kw_only=True, default=RELEASE)
    profile: str = field(kw_only=True, default=PROFILE)
    as_of: date = field(kw_only=True, default=AS_OF)
    since: date = field(kw_only=True, default=FIRST)

    def kept(self, root: Path) -> Kept:
        """Return the case as it stands under ``root/<contract>/<case>/``."""
        folder = root / self.contract / self.name
        found = {rule: {file: [*rows] for file, rows in at.items()} for rule, at in self.findings.items()}
        return Kept(
            folder, folder / self.file, self.why, self.since, "", self.contract, self.profile, self.release, self.as_of,
            Judgement(found, self.units),
        )  # fmt: skip


def on_package(*rules: str) -> Findings:
    """One finding of each rule on the package as a whole."""
    return {f"package.{rule}": {PACKAGE: WHOLE} for rule in rules}


def sent(contract: str, records: Records, dialect: Dialect | HdlDialect | None = None, release: str = "") -> Build:
    """Build these records as the contract's own writer sends them, in a zip."""
    return packed(lambda: members_of(contract, records, dialect, release))


def as_bytes(data: bytes) -> Build:
    """Build a payload of exactly these bytes."""
    return lambda path: _put(path, data)


def packed(members: Callable[[], Members]) -> Build:
    """Build a zip of members that are made when the case is written."""
    return lambda path: _put(path, archive(members()))


def _put(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def members_of(
    contract: str, records: Records, dialect: Dialect | HdlDialect | None = None, release: str = ""
) -> dict[str, bytes]:
    """Return the members that the contract's writer makes of these records."""
    effective = _loaded(contract, release)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "payload.zip"
        if isinstance(dialect, HdlDialect):
            hdl.write(path, effective, records, dialect=dialect)
        elif dialect is not None:
            fbdi.write(path, effective, records, dialect=dialect)
        else:
            write(path, effective, records)
        return unzipped(path.read_bytes())


@cache
def _loaded(contract: str, release: str) -> Contract:
    return load(contract, PROFILE, release=release)


def archive(members: Members) -> bytes:
    """Return a zip of these members, stored: packed bytes differ between builds of zlib."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in members.items():
            entry = zipfile.ZipInfo(name, _TIME)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            made.writestr(entry, content)
    return out.getvalue()


def encrypted(data: bytes) -> bytes:
    """Return a zip of one member with the flag set that says its members are encrypted."""
    flagged = bytearray(data)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        flagged[data.index(signature) + offset] |= 1
    return bytes(flagged)


def edited(member: str, edit: Callable[[list[list[str]]], object], members: Members) -> Members:
    """Return the members with the records of one changed in place: a list of fields per record."""
    rows = list(csv.reader(io.StringIO(members[member].decode(), newline="")))
    edit(rows)
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(rows)
    return {**members, member: out.getvalue().encode()}
