"""What a reader makes of bytes: one frame of text per contract file, and facts about their shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl


@dataclass(frozen=True)
class Fact:
    """Something a reader saw about shape or package. Not graded: severity and prediction stand in the contract."""

    rule: str  # "gl.shape.short", "package.member_case": ids of the effective contract
    file: str  # file id of the contract, "" for the package
    detail: str  # words for the message; never a value of the payload
    rows: pl.Series | None = None  # UInt32 numbers of the records concerned; None = the whole file or payload
    lines: pl.Series | None = None  # UInt32 physical lines, parallel to rows
    member: str = ""


@dataclass(frozen=True)
class Payload:
    """One submission's bytes, read. Every frame has all its columns as text, blank as null, and besides them
    ``_row`` (number of the record, from 1) and ``_line`` (physical line on which it begins, from 1), both UInt32;
    HDL frames also ``_component`` and ``_action``. A contract file without a member has no frame. A frame holds the
    contract's listed columns always, other columns of the layout only where some record fills them.
    """

    name: str  # file name, without folders
    sha256: str
    size: int
    frames: Mapping[str, pl.DataFrame]
    facts: Sequence[Fact] = ()
    members: Sequence[str] = field(default=())  # member names as found, in archive order
    held: Mapping[str, Sequence[str]] = field(default_factory=dict)  # of HDL: member -> file ids that its lines are of

    @property
    def records(self) -> int:
        """Records of all files together."""
        return sum(frame.height for frame in self.frames.values())
