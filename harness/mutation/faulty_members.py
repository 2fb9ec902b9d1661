"""Faults in what is packed: members with another content or name, METADATA kept by hand, a broken archive."""

from __future__ import annotations

import codecs
from collections.abc import Callable

from harness.mutation.members import Lines, on_content, on_name
from harness.mutation.spots import Spot, on_bytes


@on_content("file in UTF-16")
def utf_16(content: bytes, spot: Spot) -> bytes | None:
    """A spreadsheet saves Unicode text, with a mark in front."""
    return codecs.BOM_UTF16_LE + content.decode(errors="replace").encode("utf-16-le")


@on_content("empty member")
def emptied(content: bytes, spot: Spot) -> bytes:
    """The extract failed, and its empty file was sent."""
    return b""


@on_content("attribute missing in METADATA")
def attribute_missing(content: bytes, spot: Spot) -> bytes | None:
    """The METADATA line is kept by hand, and lacks an attribute."""
    return _metadata(content, spot, lambda names: names[:-1] if len(names) > 1 else None)


@on_content("attribute misspelt in METADATA")
def attribute_misspelt(content: bytes, spot: Spot) -> bytes | None:
    """The METADATA line is kept by hand."""
    return _metadata(content, spot, lambda names: [*names[:-1], names[-1] + b"s"])


@on_content("METADATA line missing")
def metadata_missing(content: bytes, spot: Spot) -> bytes | None:
    """The first lines are skipped as a header."""
    return _metadata(content, spot, lambda names: [])


def _metadata(content: bytes, spot: Spot, change: Callable[[Lines], Lines | None]) -> bytes | None:
    """The content with other attributes in the component's METADATA line; without the line where none are left."""
    start = f"METADATA|{spot.file.component}|".encode()
    lines = content.split(b"\n")
    at = next((at for at, line in enumerate(lines) if line.startswith(start)), None)
    names = None if at is None or spot.contract.channel != "hdl" else change(lines[at][len(start) :].split(b"|"))
    if at is None or names is None:
        return None
    return b"\n".join([*lines[:at], *([start + b"|".join(names)] if names else []), *lines[at + 1 :]])


@on_content("component misspelt")
def component_misspelt(content: bytes, spot: Spot) -> bytes | None:
    """Component names are written in capitals."""
    if spot.contract.channel != "hdl":
        return None
    name = spot.file.component.encode()
    return content.replace(b"|%b|" % name, b"|%b|" % name.upper())


@on_name("member renamed in case")
def renamed_in_case(name: str) -> str:
    """A file system or a transfer writes small letters."""
    return name.lower()


@on_name("member with a date in its name")
def dated_name(name: str) -> str:
    """The sender keeps its own habit of naming files."""
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}_20251101{dot}{suffix}"


@on_name("member in a folder")
def in_a_folder(name: str) -> str:
    """The folder is packed instead of its files."""
    return f"export/{name}"


@on_name("member missing")
def member_missing(name: str) -> str:
    """One file of several is not packed."""
    return ""


@on_bytes("archive cut off")
def archive_cut_off(spot: Spot) -> bytes:
    """A transfer broke off, and nobody compared the sizes."""
    return spot.archive[: len(spot.archive) * 2 // 3]


MEMBERS = (
    utf_16, emptied, attribute_missing, attribute_misspelt, metadata_missing, component_misspelt, renamed_in_case,
    dated_name, in_a_folder, member_missing, archive_cut_off,
)  # fmt: skip
