"""How payloads travel: bytes to frames and back. One module per format; the contract's channel chooses it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from contracts import Contract
from interfaces import fbdi, hdl
from interfaces.errors import PayloadError
from interfaces.package import Limits
from interfaces.payload import Fact, Payload

__all__ = ["Fact", "Limits", "Payload", "PayloadError", "Records", "read", "write"]

Records = Mapping[str, Sequence[Mapping[str, str | None]]]
"""Records per file id: column -> text, None = blank."""

_READERS = {"fbdi": fbdi.read, "hdl": hdl.read}
_WRITERS: Mapping[str, Callable[[Path, Contract, Records], None]] = {"fbdi": fbdi.write, "hdl": hdl.write}


def read(path: Path, contract: Contract, *, limits: Limits | None = None) -> Payload:
    """Return the payload at ``path`` as its contract's channel reads it. Bad bytes become facts, never exceptions.

    Raises PayloadError if the file cannot be opened, or if no reader for the channel exists.
    """
    return _READERS[_known(contract)](path, contract, limits=limits or Limits())


def write(path: Path, contract: Contract, records: Records) -> None:
    """Write records (per file id; ISO dates get the column's mask) as a zip in the channel's plainest dialect."""
    _WRITERS[_known(contract)](path, contract, records)


def _known(contract: Contract) -> str:
    if contract.channel not in _READERS:
        todo = f"channels that can be read: {', '.join(_READERS)}"
        raise PayloadError(f"no reader for channel {contract.channel}", where=contract.id, todo=todo)
    return contract.channel
