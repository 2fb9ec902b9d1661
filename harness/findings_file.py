"""The file with all findings of a check, gathered on disk: they may be more than memory holds."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from contracts import FINDING_COLUMNS, write_part
from harness.errors import UsageError

SUFFIXES = (".parquet", ".csv")


class FindingsFile:
    """Findings of some payloads, kept as parts in ``folder`` until ``write`` makes one file of them."""

    def __init__(self, target: str, folder: Path) -> None:
        if Path(target).suffix not in SUFFIXES:
            raise UsageError(f"findings are written as {' or '.join(SUFFIXES)}", where=target, todo="name the file so")
        self._target, self.folder = target, folder
        self._parts: list[Path] = []

    def add(self, payload: str, contract: str, found: pl.DataFrame) -> None:
        """Take findings (FINDING_COLUMNS) of a payload. Raises OSError if the folder cannot hold them."""
        path = self.folder / f"findings.{len(self._parts)}.parquet"
        write_part(found.select(pl.lit(payload).alias("payload"), pl.lit(contract).alias("contract"), pl.all()), path)
        self._parts.append(path)

    def write(self) -> None:
        """Write the file, in the order in which findings came. Raises UsageError if it cannot be written."""
        if not self._parts:
            self.add("", "", pl.DataFrame(schema=dict(FINDING_COLUMNS)))
        found = pl.scan_parquet(self._parts)
        try:
            if self._target.endswith(".csv"):
                found.sink_csv(self._target)
            else:
                found.sink_parquet(self._target)
        except (OSError, pl.exceptions.ComputeError) as error:
            raise UsageError(f"cannot be written: {error}", where=self._target, todo="choose another file") from error
