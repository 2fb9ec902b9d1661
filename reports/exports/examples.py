"""Examples and breakers of a contract as exports show them: values of columns with personal data are masked.

Examples are made up, so they would hurt nobody; but a column that is masked in one place is masked in all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from contracts import Contract, Example, File, Rule
from reports.contract_page import MASK

Records = Mapping[str, Sequence[Mapping[str, str]]]


def records_of(contract: Contract, example: Example) -> Records:
    """Return the filled values of an example's records by file id; of records in a file of their own its name."""
    return {name: _rows(contract.files[name], rows) for name, rows in example.records.items()}


def breaks_of(contract: Contract, rule: Rule) -> Mapping[str, Any] | str | None:
    """Return the change of a valid example that breaks a written rule, as the contract writes it."""
    if not isinstance(rule.breaks, Mapping):
        return rule.breaks
    return {name: _shown(contract.files[rule.file], name, value) for name, value in rule.breaks.items()}


def _rows(file: File, rows: Any) -> list[dict[str, str]]:
    if isinstance(rows, Mapping):
        return [{"file": str(rows["file"])}]
    return [{name: str(_shown(file, name, value)) for name, value in row.items() if value} for row in rows]


def _shown(file: File, name: str, value: Any) -> Any:
    return MASK if value and name in file.columns and file.columns[name].masked else value
