"""Which kind of source a file is, told by what it holds, and what it says. Run as a program it tells it as JSON."""

from __future__ import annotations

import hashlib
import importlib
import json
import re
import stat
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from harness.drafting.source import Note, Source, SourceFile
from harness.errors import UsageError

KINDS = "an FBDI template (.xlsm, .xlsx), a control file (.ctl), a .dat or its METADATA line, a CSV with a header, an ODCS contract (YAML), a REST description (JSON)"  # noqa: E501
_TODO = f"give {KINDS}"
_READERS = {
    "template": "template:read_template",
    "control file": "control_file:read_control_file",
    "HDL metadata": "hdl_metadata:read_metadata",
    "sample": "sample:read_sample",
    "ODCS contract": "odcs:read_odcs",
    "REST description": "describe:read_description",
}
_STEMS = {"fbdi": r"[A-Za-z]\w*(?:@\w+)?", "hdl": r"[A-Za-z][A-Za-z0-9]*/[A-Za-z]\w*"}
"""Names of layouts by channel, as the contract format has them: they become names of files."""
_HEAD = 64 * 1024  # bytes by which a text is told
_WHOLE = 16 * 1024**2  # bytes of a source that is read whole
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_CONTROL = re.compile(
    rb"^\s*(?:OPTIONS\s*\(.*?\)\s*)?(?:UNRECOVERABLE\s+|RECOVERABLE\s+)?LOAD\s+DATA\b", re.I | re.S | re.M
)
_METADATA = re.compile(rb"^[ \t]*METADATA[^\w\s]", re.M)
_ODCS = re.compile(rb"^kind:\s*['\"]?DataContract|^apiVersion:\s*['\"]?v?\d", re.M)


def read_source(path: Path) -> Source:
    """Return what the file at ``path`` says, read in this process.

    Raises UsageError for a file that cannot be opened, is of no known kind, or holds no columns.
    """
    head, size = _opened(path)
    kind = _kind(path, head)
    if size > _WHOLE and kind not in ("template", "HDL metadata", "sample"):
        raise UsageError(f"{size:,} bytes: too large for a {kind}", where=str(path), todo=_TODO)
    module, _, name = _READERS[kind].partition(":")
    read: Callable[[Path], Source] = getattr(importlib.import_module(f"harness.drafting.{module}"), name)
    source = _sound(read(path))
    with path.open("rb") as file:
        return replace(source, sha256=hashlib.file_digest(file, "sha256").hexdigest())


def _opened(path: Path) -> tuple[bytes, int]:
    """The first bytes of a regular file, and its size."""
    try:
        str(path).encode()  # a name that is no text could not be written into a contract
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise UsageError("no regular file", where=str(path), todo=_TODO)
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"cannot be read: {reason}", where=str(path), todo="name a file that is there") from error
    if not head.strip():
        raise UsageError("the file is empty", where=str(path), todo=_TODO)
    return head, status.st_size


def _kind(path: Path, head: bytes) -> str:
    suffix = path.suffix.lower()
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(_OLE):
        what = "a workbook of the old format, or with a password"
        raise UsageError(what, where=str(path), todo="save it as .xlsx or .xlsm without a password")
    if head.startswith(_ZIP) and suffix in (".xlsm", ".xlsx", ".xltm", ".xltx"):
        return "template"
    if head.startswith(_ZIP):
        raise UsageError("an archive, which may be a payload, not a source", where=str(path), todo=_TODO)
    if b"\x00" in head:
        raise UsageError("binary, and no workbook", where=str(path), todo=_TODO)
    if suffix == ".ctl" or _CONTROL.search(re.sub(rb"--[^\n]*", b"", text)):
        return "control file"
    if _METADATA.search(text) or suffix == ".dat":
        return "HDL metadata"
    if text.startswith((b"{", b"[")) and suffix != ".csv":
        return "REST description"
    if _ODCS.search(text) or suffix in (".yaml", ".yml"):
        return "ODCS contract"
    if suffix in (".csv", ".txt", ".tsv", ".psv"):
        return "sample"
    raise UsageError("a file of no kind that columns can be read from", where=str(path), todo=_TODO)


def _sound(source: Source) -> Source:
    """The source with the files that have columns and a name of their own; the others are told as not understood."""
    files: dict[str, SourceFile] = {}
    odd = []
    for one in source.files:
        if one.stem.lower() in files:
            odd.append(Note(one.where, f"{one.stem} was read from {files[one.stem.lower()].where} already"))
        elif not one.columns:
            odd.append(Note(one.where, "it has no columns"))
        elif not re.fullmatch(_STEMS.get(source.channel, "[^/]+"), one.stem, re.ASCII):
            odd.append(Note(one.where, f"no file can be called {one.stem!r}"))
        else:
            files[one.stem.lower()] = one
    if not files:
        told = "; ".join(f"{note.where}: {note.why}" for note in (*source.unread, *odd, *source.skipped)[:5])
        raise UsageError(f"no columns were found: {told or 'it is empty'}", where=source.name, todo=_TODO)
    return replace(source, files=tuple(files.values()), unread=(*source.unread, *odd))


def main(path: str) -> None:
    """Print what the file says, or the error, as one line of JSON."""
    try:
        told = {"source": read_source(Path(path)).as_json()}
    except UsageError as error:
        told = {"error": {"what": error.what, "where": error.where, "todo": error.todo}}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
