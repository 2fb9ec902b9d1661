"""Which blocks can be copied without end, and in which of them which fault is to be found.

Held against the contract itself, but on two copies of each block only: what is found there holds for any number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from contracts import Breaker, Contract, ContractError, Records, Rule, evaluate
from harness.generate.blocks import Block, Blocks
from harness.generate.numbering import Integers, Numbering


@dataclass(frozen=True)
class Planted:
    """A block in which a rule was broken, and the records of the rule's file that it must find, from 0."""

    block: Block
    rule: Rule
    rows: Integers


class Trial:
    """Blocks side by side in one payload, judged by the contract."""

    def __init__(self, contract: Contract, blocks: Blocks, picks: Integers) -> None:
        self._picked = [blocks.blocks[pick] for pick in picks]
        records = Records(
            contract, {file: _read(contract, file, frame) for file, frame in blocks.frames(picks).items()}
        )
        self._places = {file: blocks.places(file, picks) for file in records.ready}
        self.findings = {
            found.rule.id: found
            for file in records.ready
            for found in evaluate(contract, file, records)
            if found.rows.len()
        }
        self._units = {file: records.unit(file) for file in records.ready}

    def concerned(self) -> frozenset[int]:
        """Return the places of all blocks on which a finding stands, or whose accept units are not theirs alone."""
        places = [self._places[found.rule.file][found.rows.to_numpy()] for found in self.findings.values()]
        return frozenset(np.concatenate([self._shared(), *places]).tolist())

    def found(self, place: int, rule: str) -> frozenset[int]:
        """Return the records, from 0, of the rule's file in the block at this place on which the rule speaks."""
        found = self.findings.get(rule)
        if found is None:
            return frozenset()
        here = np.flatnonzero(self._places[found.rule.file] == place)
        return frozenset(np.flatnonzero(np.isin(here, found.rows.to_numpy())).tolist())

    def trimmed(self, place: int) -> Block | None:
        """Return the block at this place without the records on which a rule speaks, None if no other is left."""
        wrong = {(found.rule.file, row) for name, found in self.findings.items() for row in self.found(place, name)}
        kept = {
            file: [row for at, row in enumerate(rows) if (file, at) not in wrong]
            for file, rows in self._picked[place].records.items()
        }
        return Block({file: rows for file, rows in kept.items() if rows}) if wrong and any(kept.values()) else None

    def _shared(self) -> Integers:
        """Places of blocks that have an accept unit in common with another block."""
        pairs = pl.concat(
            pl.DataFrame({"place": self._places[file], "unit": unit}) for file, unit in self._units.items()
        ).unique()
        return pairs.filter(pl.len().over("unit") > 1)["place"].to_numpy()


def _read(contract: Contract, file: str, frame: pl.DataFrame) -> pl.DataFrame:
    """The records as a reader gives them: with every listed column."""
    listed = [name for name, column in contract.files[file].columns.items() if column.listed]
    return frame.with_columns(pl.lit(None, pl.String).alias(name) for name in listed if name not in frame.columns)


def repeatable(contract: Contract, blocks: Sequence[Block], numbering: Numbering) -> list[Block]:
    """Return the valid blocks that may stand any number of times in one payload, and beside each other.

    A block that may not is tried once more without the records that were found in it: there are fewer numbers of
    persons that nobody has than persons in a payload. Raises ContractError if none is left.
    """
    left = _of_one_file(contract, blocks)
    rules: Counter[str] = Counter()
    for trimming in (True, *(False for _ in blocks)):
        if not left:
            break
        trial = Trial(contract, Blocks(contract, left, numbering), np.repeat(np.arange(len(left)), 2))
        rules.update(list(trial.findings))
        bad = {place // 2 for place in trial.concerned()}
        if not bad:
            return left
        trimmed = [trial.trimmed(2 * at) for at in sorted(bad)] if trimming else []
        left = [block for at, block in enumerate(left) if at not in bad] + [one for one in trimmed if one]
    reasons = ", ".join(name for name, _ in rules.most_common(3)) or "its accept units are no longer apart"
    todo = "add a valid example whose keys can be numbered, or generate small payloads"
    raise ContractError(f"no valid payload can be repeated in one file: {reasons}", where=contract.id, todo=todo)


def planted(
    contract: Contract, broken: Sequence[Breaker], valid: Sequence[Block], numbering: Numbering
) -> list[Planted]:
    """Return the broken payloads whose rule speaks in every copy, and of which no valid block beside them suffers."""
    blocks = [Block(one.records, one.rule.id, _unlisted(contract, one)) for one in broken]
    return list(_apart(contract, blocks, valid, numbering))


def _apart(
    contract: Contract, broken: Sequence[Block], valid: Sequence[Block], numbering: Numbering
) -> Iterator[Planted]:
    """Halve the blocks until those alone are left that break the whole file, or others' records; they are dropped."""
    if not broken:
        return
    picks = np.concatenate([np.arange(len(valid)), len(valid) + np.repeat(np.arange(len(broken)), 2)])
    trial = Trial(contract, Blocks(contract, [*valid, *broken], numbering), picks)
    if any(place < len(valid) for place in trial.concerned()):
        if len(broken) > 1:
            for half in (broken[: len(broken) // 2], broken[len(broken) // 2 :]):
                yield from _apart(contract, half, valid, numbering)
        return
    for at, block in enumerate(broken):
        rows = trial.found(len(valid) + 2 * at, block.rule) & trial.found(len(valid) + 2 * at + 1, block.rule)
        if rows:
            yield Planted(block, contract.rules[block.rule], np.array(sorted(rows), np.int64))


def _of_one_file(contract: Contract, blocks: Sequence[Block]) -> list[Block]:
    """The blocks that agree in what has to be the same in a whole file: those of the value that most of them have."""
    rules = [rule for rule in contract.rules.values() if rule.kind == "group" and rule.spec["group_by"] == []]

    def values(block: Block) -> tuple[frozenset[tuple[str | None, ...]], ...]:
        return tuple(
            frozenset(
                tuple(row.get(name) for name in rule.conditions["check"].columns)
                for row in block.records.get(rule.file, ())
            )
            for rule in rules
        )

    common = Counter(map(values, blocks)).most_common(1)
    return [block for block in blocks if values(block) == common[0][0]]


def _unlisted(contract: Contract, breaker: Breaker) -> frozenset[str]:
    """Values of the list on which the broken rule must not find the records: with a number they would stand on none."""
    spec = breaker.rule.spec
    rows = contract.lists[spec["list"]].rows if breaker.rule.kind == "in_list" and spec.get("absent") else None
    return frozenset(
        text for column in (rows.iter_columns() if rows is not None else ()) for text in column.drop_nulls()
    )
