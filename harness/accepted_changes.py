"""Accepted breaking changes: ``breaking.toml`` beside the contracts, each with a reason, an approver and an end."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from contracts import Profile, library_folder
from harness.errors import UsageError

FILE = "breaking.toml"


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    contract: str = Field(min_length=1)
    change: str = Field(min_length=1)
    reason: str = Field(min_length=10)
    approver: str = Field(min_length=1)
    expires: date


class _Rows(BaseModel):
    model_config = ConfigDict(extra="forbid")

    exception: list[_Row] = []


@dataclass(frozen=True)
class Accepted:
    """A change that somebody answers for, without the bump of the version that it would need."""

    contract: str
    change: str  # its id, or that of its rule
    reason: str
    approver: str
    expires: date  # the last day on which it holds
    where: str  # file and place in it

    def expired(self, at: date) -> bool:
        """Whether its last day is over."""
        return self.expires < at


def accepted_changes(profile: Profile) -> list[Accepted]:
    """Return the exceptions of the library, then the profile's. Raises UsageError for a file that cannot be used."""
    folders = [library_folder(profile), *([profile.path / "contracts"] if profile.path else [])]
    return [one for folder in folders if (folder / FILE).exists() for one in _read(folder / FILE)]


def _read(path: Path) -> Iterator[Accepted]:
    try:
        rows = _Rows.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        todo = "make it a file that you may read"
        raise UsageError(f"cannot be read: {error.strerror}", where=str(path), todo=todo) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"not TOML: {error}", where=str(path), todo="correct the file") from error
    except ValidationError as error:
        first = error.errors()[0]
        what = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        todo = "write [[exception]] with contract, change, reason, approver, expires"
        raise UsageError(what, where=str(path), todo=todo) from error
    for number, row in enumerate(rows.exception, start=1):
        yield Accepted(**row.model_dump(), where=f"{path.name}, exception {number}")


def unused(exceptions: Iterable[Accepted], used: Iterable[Accepted], contracts: Iterable[str]) -> list[Accepted]:
    """Return the exceptions of the contracts that were compared which no change needed."""
    compared, needed = set(contracts), set(used)
    return [one for one in exceptions if one.contract in compared and one not in needed]
