"""Shifted positions: a payload is written by the contract and read by one in which two neighbours are swapped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from contracts import Contract, Records
from harness.mutation.trials import Found, Trial, findings

_BY_POSITION = ("fbdi", "delimited", "fixed_width")
"""Channels whose records are read by position; HDL and REST go by names."""


@dataclass(frozen=True)
class Swap:
    """Two columns of a file that stand side by side."""

    file: str
    column: str
    neighbour: str


def swaps(contract: Contract) -> Iterator[Swap]:
    """Yield a swap with its right neighbour (the last: left) for every listed column that is read by its position.

    Two columns that no rule tells apart are no mutant: what is allowed in one is allowed in the other, so that the
    contract stays the same. In an overlay only columns to which it adds a rule are swapped.
    """
    mentioned = _mentioned(contract)
    for file in contract.files.values():
        names = list(file.columns)
        if contract.channel not in _BY_POSITION or file.csv.header:
            continue
        for at, name in enumerate(names):
            neighbour = names[at + 1] if at + 1 < len(names) else names[at - 1]
            if not file.columns[name].listed or (contract.overlay and not _adds(contract, file.id, name)):
                continue
            told = f"{file.id}.{name}" in mentioned or f"{file.id}.{neighbour}" in mentioned
            if told or _facets(contract, file.id, name) != _facets(contract, file.id, neighbour):
                yield Swap(file.id, name, neighbour)


def swapped(swap: Swap, trial: Trial) -> Found | None:
    """Return what the rules find in a trial that is read with the swap; None where both columns are empty."""
    frames = trial.frames()
    frame = frames.get(swap.file)
    pair = (swap.column, swap.neighbour)
    if frame is None or not any(name in frame.columns and frame[name].count() for name in pair):
        return None
    missing = [pl.lit(None, dtype=pl.String).alias(name) for name in pair if name not in frame.columns]
    renamed = frame.with_columns(missing).rename({swap.column: swap.neighbour, swap.neighbour: swap.column})
    return findings(trial.contract, Records(trial.contract, {**frames, swap.file: renamed}))


def _facets(contract: Contract, file: str, column: str) -> list[tuple[str, str]]:
    rules = [rule for rule in contract.rules.values() if rule.file == file and rule.column == column]
    return sorted(
        (rule.kind, repr({key: value for key, value in rule.spec.items() if key != "cited"})) for rule in rules
    )


def _adds(contract: Contract, file: str, column: str) -> bool:
    rules = contract.rules.values()
    return any(
        rule.prefix and rule.file == file and rule.column == column and rule.kind != "unlisted" for rule in rules
    )


def _mentioned(contract: Contract) -> frozenset[str]:
    """``file.COLUMN`` of every column that a rule over more than its own column looks at."""
    found: set[str] = set()
    for rule in contract.rules.values():
        names = {*rule.columns, *(name for one in rule.conditions.values() for name in one.columns)} - {rule.column}
        found |= {name if _of_ancestor(contract, name) else f"{rule.file}.{name}" for name in names}
        found |= {f"{other}.{name}" for other, name in _elsewhere(rule.spec)}
        if rule.kind == "group" and rule.spec["group_by"] == "accept_unit":
            found |= {f"{rule.file}.{name}" for key in contract.files[rule.file].accept_unit for name in key}
    return frozenset(found)


def _of_ancestor(contract: Contract, name: str) -> bool:
    return name.partition(".")[0] in contract.files and "." in name


def _elsewhere(spec: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    other = spec.get("in")
    for key in ("match", "by"):
        names = spec.get(key)
        if isinstance(other, str) and isinstance(names, list | tuple):
            yield from ((other, str(name)) for name in names)
