"""Payloads at volume: blocks that were composed and tried once, copied by vectorised steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np
import numpy.typing as npt
import polars as pl

from contracts import Breaker, BreakerSearch, Contract, Rule
from harness.errors import UsageError
from harness.generate.blocks import Block, Blocks
from harness.generate.composing import Composer, unit_numbers, whole
from harness.generate.drafts import Records, Row
from harness.generate.numbering import Integers, numbering
from harness.generate.planting import Planted, Trial, planted, repeatable

Faults = Mapping[str, float] | float
"""Share of the blocks in which a rule is broken, by rule id; or one share, spread evenly over all rules that can be."""

_TEMPLATES = 40  # payloads that are composed, at the most
_RECORDS = 8  # of one of them, at the most; an example that is larger stays as it is
_TRUTH = {"file": pl.String, "row": pl.UInt32, "rule": pl.String}


@dataclass(frozen=True)
class Bulk:
    """A payload at volume, and what was planted in it."""

    frames: Mapping[str, pl.DataFrame]  # text by file id, as files hold it: dates by their masks
    truth: pl.DataFrame  # file, row (number of the record in its file, from 1), rule
    faulty: Mapping[str, pl.Series]  # for each record of a file whether a fault was planted in its block
    blocks: int
    planted: Mapping[str, int]  # blocks by rule

    @property
    def records(self) -> int:
        """Records of all files."""
        return sum(frame.height for frame in self.frames.values())


def bulk(contract: Contract, rows: int, seed: int = 0, faults: Faults | None = None) -> Bulk:
    """Return about ``rows`` records of all files together: valid ones, and faults at the rates that ``faults`` names.

    As many whole blocks as fit in, so that ``rows`` is met exactly wherever some valid payload has one record; at least
    one block. A block is one payload of ``Composer``, its identifiers numbered anew.
    The same contract, rows, seed and faults give the same records in every process.

    A fault is a rule's breaker in a block of its own; every rule named is planted once at least. ``truth`` names the
    records that the rule must find: they were found in a trial of two copies, and no other block mends them. A faulty
    block may have further findings, others have none.

    Raises UsageError for rows, rules or shares that cannot be had, ContractError if no valid payload can be repeated.
    """
    return plan(contract, rows, seed, faults).bulk()


@dataclass(frozen=True)
class Plan:
    """Which blocks stand where: all that comes before the volume."""

    contract: Contract
    blocks: Blocks
    planted: Sequence[Planted]
    valid: int  # blocks in front of those that were broken
    picks: Integers

    def bulk(self) -> Bulk:
        """Return the payload."""
        frames = self.blocks.frames(self.picks)
        faulty = {file: pl.Series(self._rows_of(self.picks >= self.valid, file)) for file in frames}
        rules, counts = np.unique(self.picks[self.picks >= self.valid] - self.valid, return_counts=True)
        found = {self.planted[rule].rule.id: int(count) for rule, count in zip(rules, counts, strict=True)}
        order = pl.col("file").cast(pl.Enum(list(frames)))
        return Bulk(frames, self._truth().sort(order, "row", "rule"), faulty, len(self.picks), found)

    def _rows_of(self, chosen: npt.NDArray[np.bool_], file: str) -> npt.NDArray[np.bool_]:
        """For each record of a file whether its block was chosen."""
        return np.repeat(chosen, self.blocks.count(file, self.picks))

    def _truth(self) -> pl.DataFrame:
        begins = {
            file: np.cumsum(counts) - counts
            for file in self.blocks.files
            for counts in [self.blocks.count(file, self.picks)]
        }
        parts = [
            _told(one.rule, (begins[one.rule.file][self.picks == at][:, None] + one.rows).ravel())
            for at, one in enumerate(self.planted, start=self.valid)
        ]
        truth = pl.concat([pl.DataFrame(schema=_TRUTH), *parts])
        return truth.join(self._mended(truth), on=list(_TRUTH), how="anti")

    def _mended(self, truth: pl.DataFrame) -> pl.DataFrame:
        """Faults that the rule does not find: another block has what is missing, or not what met the block's copy."""
        rules = {at: one.rule for at, one in enumerate(self.planted, start=self.valid) if _beyond(one.rule)}
        crowded = np.isin(self.picks, list(rules))
        narrowed = replace(self.contract, rules={rule.id: rule for rule in rules.values()})
        findings = Trial(narrowed, self.blocks, self.picks[crowded]).findings.values()
        found = [
            _told(one.rule, np.flatnonzero(self._rows_of(crowded, one.rule.file))[one.rows.to_numpy()])
            for one in findings
        ]
        doubtful = truth.filter(pl.col("rule").is_in(list(narrowed.rules)))
        return doubtful.join(pl.concat([pl.DataFrame(schema=_TRUTH), *found]), on=list(_TRUTH), how="anti")


def _beyond(rule: Rule) -> bool:
    """True if a rule looks at more than the record itself: at several, its parent, or values of those above."""
    return rule.across or rule.kind == "parent" or any("." in name for name in rule.columns)


def _told(rule: Rule, rows: Integers) -> pl.DataFrame:
    """Records of a rule's file, from 0, as the truth names them."""
    return pl.DataFrame({"file": rule.file, "row": rows + 1, "rule": rule.id}, schema=_TRUTH)


def plan(contract: Contract, rows: int, seed: int = 0, faults: Faults | None = None) -> Plan:
    """Return what ``bulk`` will make. Its cost does not grow with ``rows``, but for one number per block."""
    if rows < 1:
        raise UsageError("no rows are asked for", where=contract.id, todo="ask for one at least")
    wanted = _wanted(contract, faults)
    composer = Composer(contract)
    candidates = _composed(composer, Random(seed), rows)  # noqa: S311
    tried = [*(block.records for block in candidates), *(breaker.records for breaker in wanted.values())]
    room = max(rows, 2 * sum(len(part) for records in tried for part in records.values()))
    numbers = numbering(contract, composer.domains, tried, room)
    valid = repeatable(contract, candidates, numbers)
    bad = planted(contract, list(wanted.values()), valid, numbers)
    shares = _shares(contract, faults, [one.block.rule for one in bad])
    blocks = Blocks(contract, [*valid, *(one.block for one in bad)], numbers)
    chance = np.random.default_rng(seed)
    counts = _counts(blocks, shares, rows, int(isinstance(faults, Mapping)), chance)
    picks = _picks(blocks, counts, _complete(contract, valid), rows, chance)
    _within_limits(contract, blocks, picks)
    return Plan(contract, blocks, bad, len(valid), picks)


def _composed(composer: Composer, chance: Random, rows: int) -> list[Block]:
    """The accept units of the contract's valid examples, and of payloads composed from them, each once."""
    composed = (composer.compose(chance, max_records=_RECORDS) for _ in range(min(_TEMPLATES, rows)))
    every = [one for records in (*composer.seeds.values(), *composed) for one in _units(composer.contract, records)]
    # readers must look at a carriage return letter by letter: a payload at volume is no place for it
    return [Block(records) for text, records in {repr(one): one for one in every}.items() if r"\r" not in text]


def _units(contract: Contract, records: Records) -> list[Records]:
    """The records of each accept unit by itself."""
    found: dict[int, dict[str, list[Row]]] = {}
    for file, numbers in unit_numbers(contract, records).items():
        for row, number in zip(records[file], numbers, strict=True):
            found.setdefault(number, {}).setdefault(file, []).append(row)
    return [found[number] for number in sorted(found)]


def _wanted(contract: Contract, faults: Faults | None) -> dict[str, Breaker]:
    """The breaker of each rule that is to be broken, as far as there is one."""
    shares = [faults] if isinstance(faults, int | float) else list((faults or {}).values())
    if any(not 0 < share <= 1 for share in shares) or sum(shares) > 1:
        raise UsageError(f"no shares: {faults}", where=contract.id, todo="ask for more than 0 and at most 1 in all")
    if not shares:
        return {}
    rules = set(contract.rules if isinstance(faults, int | float) else faults or ())
    if unknown := sorted(rules - set(contract.rules)):
        todo = f"`harness show {contract.id}` lists its rules"
        raise UsageError(f"no rule {', '.join(unknown)}", where=contract.id, todo=todo)
    search = BreakerSearch(contract)
    return {id_: found for id_, rule in contract.rules.items() if id_ in rules and (found := search.breaker(rule))}


def _shares(contract: Contract, faults: Faults | None, rules: Sequence[str]) -> list[float]:
    """The share of each rule of which a broken block is to be had."""
    if isinstance(faults, int | float):
        if not rules:
            raise UsageError("no rule of the contract can be planted", where=contract.id, todo="write `breaks` for one")
        return [faults / len(rules)] * len(rules)
    if missing := [rule for rule in faults or () if rule not in rules]:
        todo = "name rules over records whose lists are bound and which single payloads can break"
        raise UsageError(f"{', '.join(missing)} cannot be planted", where=contract.id, todo=todo)
    return [(faults or {})[rule] for rule in rules]


def _complete(contract: Contract, blocks: Sequence[Block]) -> int:
    """The smallest block with a record of every file that must not be missing, so that one of them can stand first."""
    complete = [at for at, block in enumerate(blocks) if whole(contract, block.records)]
    return min(complete, key=lambda at: blocks[at].size, default=0)


def _picks(blocks: Blocks, counts: Integers, begin: int, rows: int, chance: np.random.Generator) -> Integers:
    """Which block stands where: those with faults in their numbers, and valid ones to fill up, all in one shuffle."""
    valid = len(blocks.sizes) - len(counts)
    bad = np.repeat(np.arange(valid, len(blocks.sizes)), counts)
    left = rows - int(blocks.sizes[bad].sum())
    if left < 0:
        todo = f"ask for {rows - left:,} rows, or for fewer rules"
        raise UsageError(f"the faults do not fit into {rows:,} rows", where="faults", todo=todo)
    picks = np.concatenate([bad, _filling(blocks.sizes[:valid], begin, left, chance)])
    return chance.permutation(picks) if len(picks) else np.array([begin], np.int64)


def _counts(blocks: Blocks, shares: Sequence[float], rows: int, least: int, chance: np.random.Generator) -> Integers:
    """How many blocks each rule is planted in: its share, rounded so that the sum is right, ``least`` at the least."""
    if not shares:
        return np.empty(0, np.int64)
    weights, sizes = np.array(shares), blocks.sizes
    valid = len(sizes) - len(weights)
    size = (1 - weights.sum()) * sizes[:valid].mean() + weights @ sizes[valid:]
    exact = weights * rows / size
    counts: Integers = np.maximum(np.floor(exact), least).astype(np.int64)
    missing = max(0, max(1, round(exact.sum())) - int(counts.sum()))
    shuffled = chance.permutation(len(counts))
    counts[shuffled[np.argsort(-(exact % 1)[shuffled], kind="stable")][:missing]] += 1
    return counts


def _filling(sizes: Integers, begin: int, rows: int, chance: np.random.Generator) -> Integers:
    """Valid blocks of so many records, drawn evenly but for the first; less than one block may be missing."""
    drawn = chance.integers(len(sizes), size=rows // int(sizes.min()) + 1)
    drawn[0] = begin
    sums: Integers = np.cumsum(sizes[drawn])
    fit = int(np.searchsorted(sums, rows, side="right"))
    last, left = [], rows - int(sums[fit - 1] if fit else 0)
    while left >= sizes.min():
        last.append(int(np.argmax(np.where(sizes <= left, sizes, 0))))
        left -= int(sizes[last[-1]])
    return np.concatenate([drawn[:fit], np.array(last, np.int64)])


def _within_limits(contract: Contract, blocks: Blocks, picks: Integers) -> None:
    for file in blocks.files:
        limits, count = contract.files[file].rows, int(blocks.count(file, picks).sum())
        if limits and count > limits[1]:
            raise UsageError(
                f"{count:,} records of {file} would be more than the {limits[1]:,} that the contract allows",
                where=contract.id,
                todo=f"ask for about {int(blocks.sizes[picks].sum() * limits[1] * 0.98 / count):,} rows",
            )
