"""Tables that a profile keeps as CSV: their rows, each with the place that an error names."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from contracts.errors import ContractError


def read_cells(path: Path, columns: tuple[str, ...], name: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield ``path:line`` and the trimmed cells of each row, in file order.

    ``name``: what the table is called in errors. Raises ContractError for other columns, and for a row that has too
    few or too many cells, and as ``readable`` does.
    """
    todo = f"write {','.join(columns)}"
    with readable(path, name) as file:
        reader = csv.DictReader(file, strict=True)
        if tuple(reader.fieldnames or ()) != columns:
            raise ContractError(f"{name} has other columns", where=f"{path}:1", todo=todo)
        for number, row in enumerate(reader, start=2):
            where = f"{path}:{number}"
            if None in row or None in row.values():
                raise ContractError("a row has too few or too many cells", where=where, todo=todo)
            yield where, {column: cell.strip() for column, cell in row.items()}


@contextmanager
def readable(path: Path, name: str) -> Iterator[TextIO]:
    """Give a CSV file to read from. Raises ContractError for one that cannot be read, is not UTF-8 or no CSV."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield file
    except OSError as error:
        todo = "make it a file that you may read"
        raise ContractError(f"{name} cannot be read: {error.strerror}", where=str(path), todo=todo) from error
    except UnicodeDecodeError as error:
        raise ContractError(f"{name} is not UTF-8", where=str(path), todo="save it as UTF-8") from error
    except csv.Error as error:
        raise ContractError(f"{name} is no CSV: {error}", where=str(path), todo="correct the file") from error
