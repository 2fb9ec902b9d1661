"""Payloads that are never held whole: mapped members, read part by part."""

from __future__ import annotations

import codecs
import mmap
import shutil
import sys
import zipfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from contracts.model import Contract
from interfaces.delimited import Shape, blank_frame, is_utf8, member_frames, no_encoding
from interfaces.errors import PayloadError
from interfaces.fbdi import pointed
from interfaces.matching import match
from interfaces.package import DAMAGE, LIMITS, PACKED, Limits, Member, mapped, open_package
from interfaces.payload import Fact

PART = 50_000
"""Records that are handed on at a time, or some more."""

_MARKS = {
    "utf-16": (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE),
    "utf-32": (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE),
}
_CHUNK = 1 << 20  # bytes of another encoding that are turned into UTF-8 at a time


@dataclass
class Stream:
    """One submission's bytes, of which few are in memory at a time. ``frames`` reads each of ``files`` once."""

    name: str  # file name, without folders
    sha256: str
    size: int  # bytes of the file itself
    members: Sequence[str]
    facts: list[Fact]  # those of the package, and those of every file that was read to its end
    contract: Contract
    files: Mapping[str, Sequence[Member]]  # members by file of the contract, in its order
    done: int = 0  # bytes of these members that were read
    held: Mapping[str, Sequence[str]] = field(default_factory=dict)  # as of a Payload: nothing

    @property
    def total(self) -> int:
        """Bytes of all members that are files of the contract."""
        return sum(len(member.data) for members in self.files.values() for member in members)

    def frames(self, file: str) -> Generator[pl.DataFrame]:
        """Yield the records of a file in frames as a ``Payload`` has them, at least one; then its facts are known.

        Close the iterator where not all is read: a thread reads ahead.
        Raises PayloadError if the contract names an encoding that does not exist.
        """
        statement, members = self.contract.files[file], self.files[file]
        shape, waiting, height = Shape(statement), list[pl.DataFrame](), 0
        for member in members:
            before = self.done
            with closing(member_frames(statement, member, shape)) as read:
                for frame, end in read:
                    waiting.append(frame.with_columns(pointed(statement, frame)))
                    height += frame.height
                    self.done = before + end
                    _forget(member.data)
                    if height >= PART:
                        yield pl.concat(waiting, how="diagonal")
                        waiting, height = [], 0
            self.done = before + len(member.data)
        if not shape.records:
            yield blank_frame(statement)
        elif waiting:
            yield pl.concat(waiting, how="diagonal")
        self.facts += shape.facts(",".join(member.name for member in members))


def streams(contract: Contract) -> bool:
    """Whether payloads of a contract can be read part by part: delimited ones with one kind of record in a file."""
    return contract.channel in ("fbdi", "delimited") and not any(file.record_type for file in contract.files.values())


def record_estimate(path: Path) -> int:
    """Return about how many lines the largest member of the payload at ``path`` has, told by its first megabyte.

    0 where that cannot be read: what is wrong with the file its reader says.
    """
    try:
        size, start = _beginning(path)
    except (*DAMAGE, RuntimeError):
        return 0
    return size * start.count(b"\n") // max(len(start), 1)


def _beginning(path: Path) -> tuple[int, bytes]:
    """The size of the largest member, and its first bytes."""
    if not zipfile.is_zipfile(path):
        with path.open("rb") as file:
            return path.stat().st_size, file.read(_CHUNK)
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        largest = max(entries, key=lambda entry: entry.file_size, default=None)
        if largest is None or largest.compress_type not in PACKED:
            return 0, b""
        with archive.open(largest) as member:
            return largest.file_size, member.read(_CHUNK)


def open_stream(path: Path, contract: Contract, folder: Path, *, limits: Limits = LIMITS) -> Stream:
    """Return the payload at ``path`` ready to be read part by part; ``folder`` takes the members of a zip.

    Of the limits, that on bytes gives way to the room in the folder. Raises PayloadError if the file cannot be opened
    or the contract's payloads are read whole, OSError if the folder cannot hold the members.
    """
    if not streams(contract):
        todo = "check it without streaming"
        raise PayloadError(f"a {contract.channel} payload is read whole", where=contract.id, todo=todo)
    roomy = replace(limits, total_bytes=max(limits.total_bytes, shutil.disk_usage(folder).free))
    package = open_package(path, limits=roomy, folder=folder)
    found, facts = match(contract, package)
    ready = {
        file: [_in_utf8(member, contract.files[file].csv.encoding, folder) for member in members]
        for file, members in found.items()
    }
    names = [member.name for member in package.members]
    return Stream(package.name, package.sha256, package.size, names, facts, contract, ready)


def _in_utf8(member: Member, encoding: str, folder: Path) -> Member:
    """The member in UTF-8, U+FFFD where that failed."""
    if is_utf8(encoding):
        return member
    try:
        b"a".decode(encoding, "replace")  # "rot13", "idna" and their like are encodings, too
    except (LookupError, UnicodeError) as error:
        raise no_encoding(encoding, error) from error
    decoder = codecs.getincrementaldecoder(_ordered(encoding, member.data[:4]))("replace")
    path = folder / f"{len(list(folder.iterdir()))}.utf8"
    with path.open("wb") as out:
        for at in range(0, len(member.data), _CHUNK):
            part = decoder.decode(member.data[at : at + _CHUNK], at + _CHUNK >= len(member.data))
            out.write((part.removeprefix("\ufeff") if not at else part).encode(errors="replace"))
    return replace(member, data=mapped(path), recoded=True)


def _ordered(encoding: str, start: bytes) -> str:
    """The encoding with the order of bytes that stands for none: part by part Python refuses data without a mark."""
    name = codecs.lookup(encoding).name
    marks = _MARKS.get(name)
    return f"{name}-{sys.byteorder[0]}e" if marks and not start.startswith(marks) else encoding


def _forget(data: object) -> None:
    """Let go of the pages that were read: the system would count them as this process's memory."""
    if isinstance(data, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        data.madvise(mmap.MADV_DONTNEED)
