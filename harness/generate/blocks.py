"""Blocks: small payloads as templates, laid side by side as often as wanted, each copy under identifiers of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from contracts import Contract, frames
from harness.generate.drafts import Records
from harness.generate.numbering import Integers, Name, Numbering, Place, spelled

_READ = ("_row", "_line")  # numbers that a reader gives
_BLANK = " \t"  # characters of which a blank value may consist


@dataclass(frozen=True)
class Block:
    """Records that are copied together. ``rule``: the one that was broken in them, "" in a valid block."""

    records: Records
    rule: str = ""
    keep: frozenset[str] = frozenset()  # values without which the rule would not be broken

    @property
    def size(self) -> int:
        """Records of all files."""
        return sum(map(len, self.records.values()))


class Blocks:
    """Some blocks as frames of text, ready to be copied."""

    def __init__(self, contract: Contract, blocks: Sequence[Block], numbering: Numbering) -> None:
        self.blocks, self.numbering = blocks, numbering
        names = [numbering.names(block.records, block.keep) for block in blocks]
        self.identifiers = np.array([len(one) for one in names], np.int64)
        self.sizes = np.array([block.size for block in blocks], np.int64)
        self._stacks = {
            file: _Stack(contract, file, blocks, names, numbering.places)
            for file in contract.files
            if any(block.records.get(file) for block in blocks)
        }

    @property
    def files(self) -> list[str]:
        """Ids of the files of which some block has a record."""
        return list(self._stacks)

    def count(self, file: str, picks: Integers) -> Integers:
        """Records of a file in each of the blocks picked."""
        return self._stacks[file].counts[picks]

    def places(self, file: str, picks: Integers) -> Integers:
        """Which of the blocks picked each record of a file belongs to, from 0."""
        return np.repeat(np.arange(len(picks)), self.count(file, picks))

    def frames(self, picks: Integers) -> dict[str, pl.DataFrame]:
        """Return the files that the blocks make one after the other; those without a record are left out."""
        first = np.cumsum(self.identifiers[picks]) - self.identifiers[picks]
        found = {file: stack.frame(picks, first, self.numbering) for file, stack in self._stacks.items()}
        return {file: frame for file, frame in found.items() if frame.height}


class _Stack:
    """The records of all blocks of one file, one below the other, and what becomes of their identifiers."""

    def __init__(
        self,
        contract: Contract,
        file: str,
        blocks: Sequence[Block],
        names: Sequence[Mapping[str, Name]],
        places: frozenset[Place],
    ) -> None:
        self.counts = np.array([len(block.records.get(file, ())) for block in blocks], np.int64)
        self.starts = np.cumsum(self.counts) - self.counts
        texts = _texts(contract, file, blocks)
        owners = np.repeat(np.arange(len(blocks)), self.counts)
        self.broken = np.array([bool(block.rule) for block in blocks])[owners]
        # most columns are filled to break them, in one record of thousands: they are not worth a copy of every record
        valid = texts.filter(~self.broken)
        usual = [column.name for column in valid if column.null_count() < valid.height] or texts.columns
        self.columns, self.usual, self.rare = texts.columns, texts.select(usual), texts.drop(usual)
        slots = [{text: at for at, text in enumerate(one)} for one in names]
        self.identifiers: dict[str, pl.DataFrame] = {}
        for column in (name for name in texts.columns if (file, name) in places):
            cells = zip(owners.tolist(), texts[column], strict=True)
            found = [(slots[at].get(text), names[at].get(text)) for at, text in cells]
            if any(name for _, name in found):
                self.identifiers[column] = _identifiers(found)

    def frame(self, picks: Integers, first: Integers, numbering: Numbering) -> pl.DataFrame:
        """Return the records of the blocks picked; ``first``: the ordinal of the first identifier of each."""
        counts = self.counts[picks]
        begins = np.cumsum(counts) - counts
        rows = np.repeat(self.starts[picks] - begins, counts) + np.arange(counts.sum())
        before = np.repeat(first, counts)
        frame = self._gathered(rows)
        at = pl.Series(rows, dtype=pl.UInt32)
        for column, known in self.identifiers.items():
            if column in frame.columns:
                there = known[at]
                numbers = numbering.numbers(before + there["slot"].to_numpy())
                text = spelled(numbers, there["prefix"], there["person"], numbering)
                frame = frame.with_columns(pl.coalesce(text.alias(column), pl.col(column)))
        return frame

    def _gathered(self, rows: Integers) -> pl.DataFrame:
        """The records as the blocks have them; columns that none of them fills are left out."""
        frame = self.usual[pl.Series(rows, dtype=pl.UInt32)]
        broken = np.flatnonzero(self.broken[rows])
        for column in self.rare[pl.Series(rows[broken], dtype=pl.UInt32)]:
            if column.null_count() < column.len():
                frame = frame.hstack([column.clear(len(rows)).scatter(pl.Series(broken), column)])
        filled = {column.name for column in frame if column.null_count() < frame.height}
        return frame.select(name for name in self.columns if name in filled)


def _texts(contract: Contract, file: str, blocks: Sequence[Block]) -> pl.DataFrame:
    """The records of all blocks of a file as a reader gives them; columns that none fills are left out."""
    rows = [row for block in blocks for row in block.records.get(file, ())]
    texts = frames(contract, {file: rows})[file].drop(_READ)
    texts = texts.with_columns(pl.when(pl.all().str.strip_chars(_BLANK) != "").then(pl.all()))
    return texts.select(column.name for column in texts if column.null_count() < texts.height)


def _identifiers(found: Sequence[tuple[int | None, Name | None]]) -> pl.DataFrame:
    """Place in the block, prefix and form of each record's identifier; no prefix where it stays as it is."""
    return pl.DataFrame(
        {
            "slot": [slot or 0 for slot, _ in found],
            "prefix": [name.prefix if name else None for _, name in found],
            "person": [name.person if name else None for _, name in found],
        },
        schema={"slot": pl.Int64, "prefix": pl.String, "person": pl.String},
    )
