"""Examples: the payloads inside a contract. Contract format, section 11."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from contracts.errors import ContractError
from contracts.evaluation import RuleOutcome, evaluate
from contracts.model import Column, Contract, Example, File
from contracts.nesting import line_numbers
from contracts.records import Records
from contracts.typing import DEFAULT_MASKS, mask_forms

Row = Mapping[str, str | None]
Payload = Mapping[str, Sequence[Row]]


def masked(text: str | None, column: Column, file: File) -> str | None:
    """An example's value as the file writes it: ISO dates get the column's mask, all else stays."""
    if not text or column.type.kind not in ("date", "timestamp"):
        return text or None
    mask = column.type.mask or (file.csv.dates if column.type.kind == "date" else DEFAULT_MASKS["timestamp"])
    try:
        moment = datetime.fromisoformat(text) if column.type.kind == "timestamp" else date.fromisoformat(text)
    except ValueError:
        return text
    form = mask_forms(mask)[1].replace("%Y", f"{moment.year:04d}")  # strftime does not pad early years everywhere
    return moment.strftime(form) + (":000000" if mask.endswith(":FF") else ".000000" if mask.endswith(".FF") else "")


def iso_day(text: str | None) -> date | None:
    """The day that an example's value names, None where it names none."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def frames(contract: Contract, records: Payload) -> dict[str, pl.DataFrame]:
    """Return example records as frames of text, as a reader gives them, one per file id."""
    places = line_numbers(contract, records)
    return {name: _frame(contract.files[name], rows, places[name]) for name, rows in records.items()}


def load_records(contract: Contract, example: Example, folder: Path) -> dict[str, Sequence[Row]]:
    """Return an example's records; those named by ``file:`` are read from ``folder`` (CSV with header)."""
    loaded: dict[str, Sequence[Row]] = {}
    stated: Mapping[str, Any] = example.records
    for name, rows in stated.items():
        if isinstance(rows, Mapping):
            path = folder / rows["file"]
            if not path.is_file():
                raise ContractError(
                    f"example {example.name}: no file {path.name}", where=str(example.place), todo="add it"
                )
            with path.open(encoding="utf-8", newline="") as file:
                loaded[name] = [{key: value or None for key, value in row.items()} for row in csv.DictReader(file)]
        else:
            loaded[name] = rows
    return loaded


def outcomes(contract: Contract, records: Payload) -> dict[str, RuleOutcome]:
    """Return what every rule finds in example records, by rule id."""
    ready = Records(contract, frames(contract, records))
    return {one.rule.id: one for name in ready.ready for one in evaluate(contract, name, ready)}


def failing(contract: Contract, records: Payload) -> dict[str, list[int]]:
    """Return the rules that fail on example records, with the numbers of the records, from 1."""
    return {name: (one.rows + 1).to_list() for name, one in outcomes(contract, records).items() if one.rows.len()}


def valid_examples(contract: Contract) -> dict[str, Example]:
    """Examples that must give no finding, in order; in a profile those of the overlay, which replace the library's."""
    valid = {name: one for name, one in contract.examples.items() if one.expects is None}
    return {name: one for name, one in valid.items() if one.prefix} if contract.overlay else valid


def patchable(contract: Contract) -> dict[str, Example]:
    """The valid examples whose records stand in the contract itself, not in files of their own."""
    return {
        name: one
        for name, one in valid_examples(contract).items()
        if all(isinstance(rows, list) for rows in one.records.values())
    }


def _frame(file: File, rows: Sequence[Row], places: Sequence[int]) -> pl.DataFrame:
    used = {name for row in rows for name, value in row.items() if value is not None}
    names = [name for name, column in file.columns.items() if column.listed or name in used]
    reserved = [name for name in ("_action", "_component") if name in used]
    data = {name: [masked(row.get(name), file.columns[name], file) for row in rows] for name in names}
    data |= {name: [row.get(name) for row in rows] for name in reserved}
    numbers = pl.DataFrame(
        {"_row": range(1, len(rows) + 1), "_line": places}, schema={"_row": pl.UInt32, "_line": pl.UInt32}
    )
    frame = pl.DataFrame(data, schema=dict.fromkeys(data, pl.String)).hstack(numbers.get_columns()) if data else numbers
    if file.layout_release == "hdl":
        action = pl.col("_action").fill_null("MERGE") if "_action" in reserved else pl.lit("MERGE")
        frame = frame.with_columns(action.alias("_action"), pl.lit(file.component).alias("_component"))
    return frame
