"""The ledger of a profile's lists that are refreshed: when each file was taken, how many rows, and from where."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from contracts.cells import read_cells
from contracts.errors import ContractError

_LEDGER = "lists/taken.csv"
_COLUMNS = ("file", "taken", "rows", "source")


@dataclass(frozen=True)
class Taken:
    """A refresh of a list's file."""

    taken: str  # YYYY-MM-DD
    rows: int
    source: str  # host of the pod, name of the database, or file


def list_ledger(folder: Path) -> Path:
    """Return where the ledger of a profile's folder stands."""
    return folder / _LEDGER


def read_taken(folder: Path) -> dict[str, Taken]:
    """Return the last refresh of each file of a profile's folder. Raises ContractError for a ledger that is none."""
    path = list_ledger(folder)
    if not path.exists():
        return {}
    found = {}
    for where, row in read_cells(path, _COLUMNS, "the ledger of lists"):
        try:
            date.fromisoformat(row["taken"])
            found[row["file"]] = Taken(row["taken"], int(row["rows"]), row["source"])
        except ValueError as error:
            todo = "`harness list refresh` writes this file: take the line out and refresh the list again"
            raise ContractError(f"{row['file']}: {error}", where=where, todo=todo) from error
    return found


def taken_text(taken: Mapping[str, Taken]) -> str:
    """Return the ledger as it is written, files in order of their names."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows((file, one.taken, one.rows, one.source) for file, one in sorted(taken.items()))
    return text.getvalue()
