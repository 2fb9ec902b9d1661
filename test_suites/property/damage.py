"""Payload bytes as transfers, editors and old systems damage them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from harness import Composed, unzipped, write, zipped

_HARMFUL = (
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b'"',
    b",",
    b"|",
    b"\n",
    b"\r",
    b"\\",
    b"\x1a",
    b"\xc3",
    b"METADATA",
    b"END",
    b"PK",
)


@dataclass(frozen=True)
class Damaged:
    """The bytes of a payload that was written whole and damaged on its way."""

    name: str
    content: bytes

    def write(self, path: Path) -> Path:
        """Write the bytes beside ``path`` under the payload's own name."""
        target = path.with_name(self.name)
        target.write_bytes(self.content)
        return target


def damaged(records: Composed, chance: Random) -> Damaged:
    """Return the payload of these records with some of its bytes, or of a member's, replaced, lost or repeated."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "payload.zip"
        write(path, records.contract, records)
        whole = path.read_bytes()
    if chance.randint(0, 3) == 3:
        return Damaged("payload.zip", _spoilt(whole, chance))
    members = unzipped(whole)
    name = chance.choice(sorted(members))
    members[name] = _spoilt(members[name], chance)
    if chance.randint(0, 7) == 7 and len(members) == 1:
        return Damaged(name, members[name])  # the member alone, as it is often sent
    return Damaged("payload.zip", zipped(members))


def _spoilt(content: bytes, chance: Random) -> bytes:
    for _ in range(1 + chance.randint(0, 3)):
        content = chance.choice(_ACCIDENTS)(content, chance)
    return content


def _lost(content: bytes, chance: Random) -> bytes:
    at = chance.randint(0, len(content))
    return content[:at] + content[at + chance.randint(1, 40) :]


def _cut(content: bytes, chance: Random) -> bytes:
    return content[: chance.randint(0, len(content))]


def _repeated(content: bytes, chance: Random) -> bytes:
    at = chance.randint(0, len(content))
    return content[:at] + content[max(0, at - chance.randint(1, 400)) :]


def _inserted(content: bytes, chance: Random) -> bytes:
    at = chance.randint(0, len(content))
    return content[:at] + chance.choice(_HARMFUL) + content[at:]


def _flipped(content: bytes, chance: Random) -> bytes:
    at = chance.randint(0, max(0, len(content) - 1))
    return content[:at] + bytes([chance.randint(0, 255)]) + content[at + 1 :]


def _swapped(content: bytes, chance: Random) -> bytes:
    lines = content.split(b"\n")
    one, other = (chance.randint(0, len(lines) - 1) for _ in range(2))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


_ACCIDENTS: tuple[Callable[[bytes, Random], bytes], ...] = (_flipped, _inserted, _lost, _cut, _repeated, _swapped)
