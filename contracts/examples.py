"""Examples and breakers: the payloads inside a contract. Contract format, section 11."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from contracts.errors import ContractError
from contracts.evaluation import RuleOutcome, evaluate
from contracts.model import Column, Contract, Example, File, Rule, Type
from contracts.records import Records
from contracts.typing import DEFAULT_MASKS, mask_forms

Row = Mapping[str, str | None]
Payload = Mapping[str, Sequence[Row]]


@dataclass(frozen=True)
class Breaker:
    """A payload that breaks one rule: what it must find, exactly."""

    rule: Rule
    records: Payload
    expects: frozenset[str]
    example: str  # the valid example it patches
    derived: bool = False


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


def frames(contract: Contract, records: Payload) -> dict[str, pl.DataFrame]:
    """Return example records as frames of text, as a reader gives them, one per file id."""
    return {name: _frame(contract.files[name], rows) for name, rows in records.items()}


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


def breakers(contract: Contract) -> Iterator[Breaker]:
    """Yield the breaker of every written rule, then one for every facet that can be broken by one value."""
    for rule in contract.rules.values():
        if rule.written and (breaker := written_breaker(contract, rule)):
            yield breaker
    for rule in contract.rules.values():
        if not rule.written and (breaker := _derived(contract, rule)):
            yield breaker


def written_breaker(contract: Contract, rule: Rule) -> Breaker | None:
    """The payload that ``breaks:`` describes, or None if the example it patches is not there."""
    patch: dict[str, Any] = dict(rule.breaks) if isinstance(rule.breaks, Mapping) else {}
    examples = valid_examples(contract)
    base = patch.pop("_in", None) or next((name for name, one in examples.items() if rule.file in one.records), None)
    if base not in examples or rule.file not in examples[base].records:
        return None
    number = int(patch.pop("_row", 1))
    rows = [dict(row) for row in examples[base].records[rule.file]]
    if not 1 <= number <= len(rows):
        return None
    if rule.breaks == "duplicate":
        rows.append(dict(rows[number - 1]))
    elif rule.breaks == "remove":
        del rows[number - 1]
    else:
        rows[number - 1] |= patch
    records = {**examples[base].records, rule.file: rows}
    return Breaker(rule, records, frozenset({rule.id, *rule.also}), base)


def _derived(contract: Contract, rule: Rule) -> Breaker | None:
    """One value out of line in the first valid example that fills the column (or has a record of the file)."""
    if (
        not rule.column
        or "contexts" in rule.spec
        or rule.conditions
        or not contract.files[rule.file].columns[rule.column].listed
    ):
        return None
    value = _wrong(rule, contract.files[rule.file].columns[rule.column])
    if value is ...:
        return None
    for name, example in valid_examples(contract).items():
        rows = [dict(row) for row in example.records.get(rule.file, ())]
        place = next((at for at, row in enumerate(rows) if row.get(rule.column) is not None), None)
        if place is None:
            continue
        rows[place][rule.column] = value
        return Breaker(rule, {**example.records, rule.file: rows}, frozenset({rule.id}), name, derived=True)
    return None


def _wrong(rule: Rule, column: Column) -> Any:
    match rule.kind:
        case "required":
            return None
        case "length" if column.type.kind == "text":
            return "x" * (rule.spec["size"] + 1)
        case "type":
            return _wrong_type(rule.spec["type"], rule.spec["own"])
        case "one_of" | "list":
            return "?!"
        case "pattern":
            strange = ("?!", " ?! ", "0", "A", "?" * 300)
            return next((one for one in strange if not re.fullmatch(rule.spec["pattern"], one)), ...)
        case _:
            return ...


def _wrong_type(kind: Type, own: Type) -> Any:
    if kind == own or kind.sort != "number":
        return "?!"
    if kind.scale is not None:  # narrower than the layout: one decimal too many, which the layout would take
        return "0." + "0" * kind.scale + "1"
    return "9" * (kind.size + 1) if kind.size else "?!"


def _frame(file: File, rows: Sequence[Row]) -> pl.DataFrame:
    used = {name for row in rows for name, value in row.items() if value is not None}
    names = [name for name, column in file.columns.items() if column.listed or name in used]
    reserved = [name for name in ("_action", "_component") if name in used]
    data = {name: [masked(row.get(name), file.columns[name], file) for row in rows] for name in names}
    data |= {name: [row.get(name) for row in rows] for name in reserved}
    frame = pl.DataFrame(data, schema=dict.fromkeys(data, pl.String))
    number = pl.int_range(1, len(rows) + 1, dtype=pl.UInt32, eager=True)
    frame = frame.with_columns(number.alias("_row"), number.alias("_line"))
    if file.layout_release == "hdl":
        action = pl.col("_action").fill_null("MERGE") if "_action" in reserved else pl.lit("MERGE")
        frame = frame.with_columns(action.alias("_action"), pl.lit(file.component).alias("_component"))
    return frame
