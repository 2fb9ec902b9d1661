"""How payloads travel: bytes to frames and back. One module per format; the contract's channel chooses it."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from contracts import Contract
from interfaces import fbdi, fixed_width, hdl, rest
from interfaces.errors import PayloadError
from interfaces.fbdi import Dialect
from interfaces.fixed_width import FixedDialect
from interfaces.hdl import HdlDialect
from interfaces.hdl_grammar import Dat
from interfaces.package import Limits, Package, open_package, unchanged, unpacked_size, unzipped, zipped
from interfaces.payload import Fact, Payload
from interfaces.rest import RestDialect
from interfaces.streaming import Stream, open_stream, record_estimate, streams

if TYPE_CHECKING:
    from interfaces.tables import read_query, read_tables

__all__ = [
    "Dat",
    "Dialect",
    "Fact",
    "FixedDialect",
    "HdlDialect",
    "Limits",
    "Package",
    "Payload",
    "PayloadError",
    "Records",
    "RestDialect",
    "Stream",
    "open_package",
    "open_stream",
    "read",
    "read_query",
    "read_tables",
    "record_estimate",
    "streams",
    "unchanged",
    "unpacked_size",
    "unzipped",
    "write",
    "write_frames",
    "zipped",
]

Records = Mapping[str, Sequence[Mapping[str, str | None]]]
"""Records per file id: column -> text, None = blank."""

AnyDialect = Dialect | HdlDialect | FixedDialect | RestDialect
"""How a payload is written where its channel leaves the choice."""

_CHANNELS: Mapping[str, tuple[Any, type]] = {
    "fbdi": (fbdi, Dialect),
    "delimited": (fbdi, Dialect),
    "fixed_width": (fixed_width, FixedDialect),
    "hdl": (hdl, HdlDialect),
    "rest": (rest, RestDialect),
}
"""The module that reads and writes payloads of a channel, and how its dialects are told."""


def read(path: Path, contract: Contract, *, limits: Limits | None = None) -> Payload:
    """Return the payload at ``path`` as its contract's channel reads it. Bad bytes become facts, never exceptions.

    Raises PayloadError if the file cannot be opened, or if no reader for the channel exists.
    """
    channel, _ = _CHANNELS[_known(contract)]
    payload: Payload = channel.read(path, contract, limits=limits or Limits())
    return payload


def write(path: Path, contract: Contract, records: Records, *, dialect: AnyDialect | None = None) -> None:
    """Write records (per file id; ISO dates get the column's mask) as the channel's payload.

    ``dialect`` says how it is written where Oracle leaves the choice; without it a zip in the channel's plainest one.
    Raises PayloadError for a dialect of another channel, and as the channel's own writer does.
    """
    channel, chosen = _writer(contract, dialect)
    channel.write(path, contract, records, dialect=chosen)


def write_frames(
    path: Path,
    contract: Contract,
    frames: Mapping[str, pl.DataFrame],
    *,
    dialect: AnyDialect | None = None,
) -> None:
    """Write frames of text (per file id; dates by their masks, null = blank) as ``write`` does records, at volume.

    Raises PayloadError for a dialect of another channel, and as the channel's own writer does.
    """
    channel, chosen = _writer(contract, dialect)
    channel.write_frames(path, contract, frames, dialect=chosen)


def _writer(contract: Contract, dialect: AnyDialect | None) -> tuple[Any, AnyDialect]:
    """The channel's module, and the dialect asked for or its plainest one."""
    channel, kind = _CHANNELS[_known(contract)]
    if dialect is not None and not isinstance(dialect, kind):
        raise PayloadError(f"a {type(dialect).__name__} is none of channel {contract.channel}", where=contract.id)
    return channel, dialect or channel.DIALECT


def _known(contract: Contract) -> str:
    if contract.channel not in _CHANNELS:
        todo = f"channels that can be read: {', '.join(_CHANNELS)}"
        raise PayloadError(f"no reader for channel {contract.channel}", where=contract.id, todo=todo)
    return contract.channel


def __getattr__(name: str) -> Any:
    """Tables of databases, imported when they are asked for: who reads files needs no SQLAlchemy."""
    if name in ("read_query", "read_tables"):
        return getattr(importlib.import_module("interfaces.tables"), name)
    raise AttributeError(name)
