"""Code tables: what Fusion says when it refuses (``contracts/codes/<table>.csv``)."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from contracts.errors import ContractError
from contracts.model import Code

SHIPPED = Path(__file__).parent / "codes"


def tables(root: Path = SHIPPED) -> list[str]:
    """Names of the code tables, sorted."""
    return sorted(path.stem for path in root.glob("*.csv"))


@cache
def code_table(name: str, root: Path = SHIPPED) -> dict[str, Code]:
    """Return the rows of a table by id, in file order. Raises ContractError if there is no such table."""
    path = root / f"{name}.csv"
    if not path.is_file():
        known = ", ".join(tables(root))
        raise ContractError(f"no code table {name!r}", where="oracle.errors", todo=f"use one of: {known}")
    with path.open(encoding="utf-8", newline="") as file:
        return {
            row["id"]: Code(
                row["id"], row["code"], row["pattern"], row["attribute"], row["meaning"], row["certainty"],
                row["counts_in_rate"] == "yes", row["source"],
            )
            for row in csv.DictReader(file)
        }  # fmt: skip
