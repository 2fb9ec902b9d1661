"""How payloads travel: bytes to frames and back. One module per format; the contract's channel chooses it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from contracts import Contract
from interfaces import fbdi, hdl
from interfaces.errors import PayloadError
from interfaces.fbdi import Dialect
from interfaces.hdl import HdlDialect
from interfaces.package import Limits
from interfaces.payload import Fact, Payload

__all__ = [
    "Dialect",
    "Fact",
    "HdlDialect",
    "Limits",
    "Payload",
    "PayloadError",
    "Records",
    "read",
    "write",
    "write_frames",
]

Records = Mapping[str, Sequence[Mapping[str, str | None]]]
"""Records per file id: column -> text, None = blank."""

_READERS = {"fbdi": fbdi.read, "hdl": hdl.read}


def read(path: Path, contract: Contract, *, limits: Limits | None = None) -> Payload:
    """Return the payload at ``path`` as its contract's channel reads it. Bad bytes become facts, never exceptions.

    Raises PayloadError if the file cannot be opened, or if no reader for the channel exists.
    """
    return _READERS[_known(contract)](path, contract, limits=limits or Limits())


def write(path: Path, contract: Contract, records: Records, *, dialect: Dialect | HdlDialect | None = None) -> None:
    """Write records (per file id; ISO dates get the column's mask) as the channel's payload.

    ``dialect`` says how it is written where Oracle leaves the choice; without it a zip in the channel's plainest one.
    Raises PayloadError for a dialect of another channel, and as the channel's own writer does.
    """
    if _known(contract) == "fbdi" and isinstance(dialect, Dialect | None):
        fbdi.write(path, contract, records, dialect=dialect or fbdi.DIALECT)
    elif contract.channel == "hdl" and isinstance(dialect, HdlDialect | None):
        hdl.write(path, contract, records, dialect=dialect or hdl.DIALECT)
    else:
        raise _foreign(dialect, contract)


def write_frames(
    path: Path,
    contract: Contract,
    frames: Mapping[str, pl.DataFrame],
    *,
    dialect: Dialect | HdlDialect | None = None,
) -> None:
    """Write frames of text (per file id; dates by their masks, null = blank) as ``write`` does records, at volume.

    Raises PayloadError for a dialect of another channel, and as the channel's own writer does.
    """
    if _known(contract) == "fbdi" and isinstance(dialect, Dialect | None):
        fbdi.write_frames(path, contract, frames, dialect=dialect or fbdi.DIALECT)
    elif contract.channel == "hdl" and isinstance(dialect, HdlDialect | None):
        hdl.write_frames(path, contract, frames, dialect=dialect or hdl.DIALECT)
    else:
        raise _foreign(dialect, contract)


def _foreign(dialect: object, contract: Contract) -> PayloadError:
    return PayloadError(f"a {type(dialect).__name__} is none of channel {contract.channel}", where=contract.id)


def _known(contract: Contract) -> str:
    if contract.channel not in _READERS:
        todo = f"channels that can be read: {', '.join(_READERS)}"
        raise PayloadError(f"no reader for channel {contract.channel}", where=contract.id, todo=todo)
    return contract.channel
