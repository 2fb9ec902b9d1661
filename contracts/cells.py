"""Tables that a profile keeps as CSV: their rows, each with the place that an error names."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from contracts.errors import ContractError


def read_cells(path: Path, columns: tuple[str, ...], name: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield ``path:line`` and the trimmed cells of each row, in file order.

    ``name``: what the table is called in errors. Raises ContractError for other columns, and for a row that has too
    few or too many cells.
    """
    todo = f"write {','.join(columns)}"
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        if tuple(reader.fieldnames or ()) != columns:
            raise ContractError(f"{name} has other columns", where=f"{path}:1", todo=todo)
        for number, row in enumerate(reader, start=2):
            where = f"{path}:{number}"
            if None in row or None in row.values():
                raise ContractError("a row has too few or too many cells", where=where, todo=todo)
            yield where, {column: cell.strip() for column, cell in row.items()}
