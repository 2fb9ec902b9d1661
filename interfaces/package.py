"""The bytes of a payload: a zip or a plain file, opened without trust and without writing anything to disk."""

from __future__ import annotations

import errno
import hashlib
import io
import mmap
import os
import re
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from interfaces.errors import PayloadError
from interfaces.payload import Fact

ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
ATTACHMENTS = ("BlobFiles", "ClobFiles")
"""Folders of an HDL zip whose files are data whatever they hold (an office document is a zip, too)."""
DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, NotImplementedError)
"""What reading a damaged archive may raise; for an encrypted one it is RuntimeError."""
PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Packing methods that are unpacked: zlib alone gives no more than it is asked for.

A few kilobytes of bzip2 may become gigabytes in one call.
"""

_CHUNK = 1 << 20
_ENDLESS = 1 << 62
_SMALL = 10 * 1024**2  # bytes below which a member is never called a bomb: blank CSV columns compress well
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
_OUTSIDE = re.compile(r"^[/\\]|^[A-Za-z]:|(?:^|[/\\])\.\.(?:[/\\]|$)|\x00")


@dataclass(frozen=True)
class Limits:
    """What an archive may unpack to. ``ratio`` = bytes unpacked per byte packed, judged above 10 MB only."""

    total_bytes: int = 2 * 1024**3
    ratio: int = 200
    members: int = 1000


LIMITS = Limits()


@dataclass(frozen=True)
class Member:
    """One file of a package: its name exactly as in the archive (or the plain file's name) and its bytes."""

    name: str
    data: bytes  # of a package opened with a folder: a mapped file, which is sliced and searched as bytes are
    recoded: bool = False  # in UTF-8 now, where the contract names another encoding


@dataclass(frozen=True)
class Package:
    """A payload's file. ``members`` holds what could be read safely; ``facts`` says what was not, and why."""

    name: str  # without folders
    sha256: str
    size: int  # bytes of the file itself
    members: tuple[Member, ...]
    facts: tuple[Fact, ...]
    archive: bool


class _Mapped(mmap.mmap):
    """A file's bytes, not read before they are asked for."""

    path: Path

    def __getitem__(self, place: Any) -> Any:
        if self.size() < len(self):  # the system kills a process that reads behind the end of a file
            raise _changed(self.path)
        return super().__getitem__(place)


class _UnsafeError(Exception):
    """A member that may not be unpacked; the text says why."""


class _TooMuchError(_UnsafeError):
    """The whole archive unpacks to more than allowed."""


def open_package(
    path: Path, *, archive_expected: bool | None = None, limits: Limits = LIMITS, folder: Path | None = None
) -> Package:
    """Return the members of the zip or plain file at ``path``, in archive order, directories left out.

    ``archive_expected``: True = a file that is no zip is ``package.unreadable``; False = a plain file whatever it
    holds; None = a zip if its first bytes or its suffix say so. Bad bytes never raise. They give the facts
    ``package.unreadable`` (no archive, damaged, empty, checksum; a packing method other than stored and deflate),
    ``package.encrypted`` and ``package.unsafe`` (path outside the archive, link, bomb, a name that stands twice,
    a zip inside the zip, which is never opened). A member named by one of the first two, or unsafe, is not kept;
    of a name that stands twice both are. With a ``folder`` nothing is held in memory: members are unpacked into it.
    Raises PayloadError if there is no regular file that can be read, OSError if the folder cannot hold the members.
    """
    size, name = _size(path), _name(path)
    if folder is None and size > limits.total_bytes:
        what = f"the file has {size:,} bytes, more than the {limits.total_bytes:,} allowed; it was not read"
        return Package(name, _digest(path), size, (), (Fact("package.unsafe", "", what),), bool(archive_expected))
    data = _bytes(path) if folder is None else mapped(path)
    digest = hashlib.sha256(data).hexdigest() if folder is None else _digest(path)
    archive = archive_expected
    if archive is None:
        archive = data[:4] in ZIP_STARTS or path.suffix.lower() == ".zip"
    if not archive:
        members, facts = [Member(name, data)], list[Fact]()
    elif folder is None:
        members, facts = unpack(data, limits)
    else:
        with path.open("rb") as file:
            members, facts = _unpack(file, data, limits, folder)
    return Package(name, digest, len(data), tuple(members), tuple(facts), archive)


def unpacked_size(path: Path) -> int:
    """Return the bytes that a payload's file has once it is unpacked, as its archive says; 0 if it cannot be told."""
    try:
        if not zipfile.is_zipfile(path):
            return path.stat().st_size
        with zipfile.ZipFile(path) as archive:
            return sum(entry.file_size for entry in archive.infolist())
    except (*DAMAGE, RuntimeError):
        return 0


def mapped(path: Path) -> bytes:
    """Return a file's bytes without reading them. Raises PayloadError if it cannot be opened."""
    try:
        with path.open("rb") as file:
            if not path.stat().st_size:
                return b""
            found = _Mapped(file.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError as error:
        raise _unopened(path, error) from error
    found.path = path
    return cast(bytes, found)


@contextmanager
def unchanged(path: Path) -> Iterator[None]:
    """Raise PayloadError if a file is written to while it is read: what is told of it would be true of no file.

    One that is moved or removed meanwhile is read to its end.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise _unopened(path, error) from error
    with file:
        before = os.fstat(file.fileno())
        yield
        after = os.fstat(file.fileno())
    if (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, after.st_size):
        raise _changed(path)


def _changed(path: Path) -> PayloadError:
    """Return the error of a file that was written to while it was read."""
    what, todo = "the payload was changed while it was read", "check it again once nothing writes to it"
    return PayloadError(what, where=str(path), todo=todo)


def _name(path: Path) -> str:
    """The file's name as text: bytes in it that are none would break everything that writes it."""
    return path.name.encode(errors="replace").decode()


def _size(path: Path) -> int:
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        raise _unopened(path, error) from error
    if not stat.S_ISREG(status.st_mode):
        raise PayloadError("the payload is no regular file", where=str(path), todo="name a zip, csv or dat file")
    return status.st_size


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _unopened(path, error) from error


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unopened(path, error) from error


def _unopened(path: Path, error: Exception) -> PayloadError:
    reason = getattr(error, "strerror", None) or str(error)
    return PayloadError(f"the payload cannot be opened: {reason}", where=str(path), todo="check path and permissions")


def unpack(data: bytes, limits: Limits = LIMITS) -> tuple[list[Member], list[Fact]]:
    """Return what can be read safely of a zip's bytes, and facts about the rest, as ``open_package`` does."""
    return _unpack(io.BytesIO(data), data, limits, None)


def _unpack(file: BinaryIO, data: bytes, limits: Limits, folder: Path | None) -> tuple[list[Member], list[Fact]]:
    try:
        with zipfile.ZipFile(file) as archive:
            members, facts = _members(archive, limits, folder)
            return members, facts + _about_directory(data, len(archive.infolist()))
    except DAMAGE as error:
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            raise
        reason = "the file is empty" if not data else f"no archive, or a damaged one ({type(error).__name__})"
        return [], [Fact("package.unreadable", "", reason)]


def _members(archive: zipfile.ZipFile, limits: Limits, folder: Path | None) -> tuple[list[Member], list[Fact]]:
    members: list[Member] = []
    entries = archive.infolist()
    files = [entry for entry in entries if entry.file_size or not entry.filename.endswith("/") or _leads_out(entry)]
    facts = _about_names([entry.orig_filename for entry in files], limits)
    left = limits.total_bytes
    for number, entry in enumerate(files[: limits.members]):
        name = entry.orig_filename
        # never two members in one file: writing the second would pull the first from under its mapping
        path = folder / f"{number}.member" if folder else None
        try:
            content = _content(archive, entry, left, limits, path)
        except _TooMuchError as error:
            facts.append(Fact("package.unsafe", "", str(error), member=name))
            break
        except _UnsafeError as error:
            facts.append(Fact("package.unsafe", "", str(error), member=name))
        except DAMAGE as error:
            if isinstance(error, OSError) and error.errno in _NO_ROOM:
                raise
            facts.append(Fact("package.unreadable", "", f"the member cannot be unpacked: {_why(error)}", member=name))
        except RuntimeError:  # what zipfile raises for a password it was not given
            facts.append(Fact("package.encrypted", "", "the member is encrypted", member=name))
        else:
            left -= len(content)
            members.append(Member(name, content))
    return members, facts


def _about_names(names: list[str], limits: Limits) -> list[Fact]:
    facts: list[Fact] = []
    if not names:
        facts.append(Fact("package.unreadable", "", "the archive holds no file"))
    if len(names) > limits.members:
        what = f"the archive has {len(names):,} members; those after the first {limits.members:,} were not read"
        facts.append(Fact("package.unsafe", "", what))
    twice = [name for name, count in Counter(names).items() if count > 1]
    what = "the name stands more than once: which member counts depends on the program that unpacks it"
    return facts + [Fact("package.unsafe", "", what, member=name) for name in twice]


def _about_directory(data: bytes, entries: int) -> list[Fact]:
    """A damaged directory may hide members without any error: compare it with the count in the end record."""
    at = data.rfind(b"PK\x05\x06")
    (counted,) = struct.unpack_from("<H", data, at + 10)
    if counted in (entries, 0xFFFF):  # 0xFFFF: the count stands elsewhere (zip64)
        return []
    what = f"the archive's directory is damaged: {entries:,} of {counted:,} members are found"
    return [Fact("package.unreadable", "", what)]


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int, limits: Limits, path: Path | None) -> bytes:
    """The member's bytes, held in the file at ``path`` if there is one.

    Raises _UnsafeError, RuntimeError (encrypted) or one of DAMAGE.
    """
    if _leads_out(entry):
        raise _UnsafeError("its path leads outside the archive")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise _UnsafeError("it is a link")
    if entry.flag_bits & 0x1:
        raise RuntimeError
    if entry.compress_type not in PACKED:
        raise NotImplementedError
    declared = entry.file_size
    entry.file_size = _ENDLESS  # read to the true end of the packed data, whatever the header says
    if path is None:
        out = io.BytesIO()
        size = _unpacked(archive, entry, out, left, limits)
        data: bytes = out.getvalue()
    else:
        with path.open("wb") as file:
            size = _unpacked(archive, entry, file, left, limits)
        data = mapped(path)
    if size != declared:
        raise zipfile.BadZipFile("size")
    if data[:4] in ZIP_STARTS and entry.orig_filename.partition("/")[0] not in ATTACHMENTS:
        raise _UnsafeError("it is an archive inside the archive; it was not opened")
    return data


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, out: BinaryIO, left: int, limits: Limits) -> int:
    size = 0
    with archive.open(entry) as stream:
        while chunk := stream.read(_CHUNK):
            out.write(chunk)
            size += len(chunk)
            _guard(size, entry.compress_size, left, limits)
    return size


def _leads_out(entry: zipfile.ZipInfo) -> bool:
    return _OUTSIDE.search(entry.orig_filename) is not None


def _guard(unpacked: int, packed: int, left: int, limits: Limits) -> None:
    if unpacked > left:
        raise _TooMuchError(f"the archive unpacks to more than {limits.total_bytes:,} bytes; the rest was not read")
    if unpacked > _SMALL and unpacked > limits.ratio * max(packed, 1):
        raise _UnsafeError(f"it unpacks to more than {limits.ratio} times its packed size; it was not kept")


def _why(error: Exception) -> str:
    if isinstance(error, NotImplementedError):
        return "packed by another method than deflate"
    return "its bytes do not match the checksum or size in the archive" if _mismatch(error) else "its bytes are damaged"


def _mismatch(error: Exception) -> bool:
    return isinstance(error, zipfile.BadZipFile) and str(error).startswith(("Bad CRC", "size"))


def unzipped(data: bytes) -> dict[str, bytes]:
    """Return the files of a zip of our own making by name: nothing is guarded against, as ``open_package`` does."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(contents: Mapping[str, bytes]) -> bytes:
    """Return a zip of these files in this order: the same contents give the same bytes with the same zlib."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in contents.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))  # the earliest time that a zip can hold
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # the same on every machine
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return out.getvalue()
