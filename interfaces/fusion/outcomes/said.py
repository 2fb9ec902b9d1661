"""What the reports of one stage say, and which accept units it hits or may hit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import polars as pl

from contracts import Records
from interfaces.fusion.outcomes.answers import Answer
from interfaces.fusion.outcomes.matching import Named

_HITS = {"unit": pl.UInt32, "file": pl.String, "answer": pl.UInt32}


@dataclass(frozen=True)
class Doubt:
    """Units of which some are refused, and no report tells which."""

    units: frozenset[int]
    at_least: int  # how many of them are refused, at the least


@dataclass
class Said:
    """What the reports of one stage say, and of which units."""

    answers: list[Answer] = field(default_factory=list)
    hits: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_HITS))
    doubts: list[Doubt] = field(default_factory=list)
    missing: list[Answer] = field(default_factory=list)
    taken: frozenset[int] = frozenset()

    def add(self, answers: Sequence[Answer], hits: pl.DataFrame) -> None:
        """Take in answers and the units they hit; ``hits`` counts these answers from 0."""
        shifted = (pl.col("answer") + len(self.answers)).cast(pl.UInt32)
        self.hits = pl.concat([self.hits, hits.select(_HITS.keys()).with_columns(shifted)])
        self.answers += answers

    @property
    def refused(self) -> set[int]:
        """Units that are hit."""
        return set(self.hits["unit"].to_list())

    @property
    def explained(self) -> set[int]:
        """Units that are hit by an answer with words."""
        words = [at for at, answer in enumerate(self.answers) if answer.said or answer.text]
        return set(self.hits.filter(pl.col("answer").is_in(words))["unit"].to_list())

    @property
    def doubtful(self) -> set[int]:
        """Units that may be refused."""
        return {unit for doubt in self.doubts for unit in doubt.units} - self.refused


def size(records: Records) -> int:
    """Accept units of a payload: at least one, the payload itself."""
    return max(records.unit_count, 1)


def refuse_all(said: Said, answers: Sequence[Answer], records: Records, file: str = "") -> None:
    """Refuse every unit, or every unit with a record in one file."""
    frame = pl.DataFrame({"unit": range(size(records))}, schema={"unit": pl.UInt32})
    if file and file in records.ready:
        frame = records.ready[file].frame.select(pl.col("_unit").unique(maintain_order=True).alias("unit"))
    for answer in answers:
        said.add([answer], frame.with_columns(pl.lit(file).alias("file"), pl.lit(0, pl.UInt32).alias("answer")))


def settle(said: Said, answers: Sequence[Answer], named: Named) -> None:
    """Give answers to units. Where several units hold the records an entry may mean, the others' refusals decide.

    If there are as many entries as such records, all of them are meant. If units that are refused anyway hold enough
    of them, those are meant. Else all of these units are doubtful.
    """
    entries = named.asked.group_by("group").agg(pl.col("entry").n_unique().alias("entries"))
    found = named.found.join(entries, on="group", how="inner", maintain_order="left").with_columns(
        (pl.col("unit").n_unique().over("group") == 1).alias("alone"),
        (pl.col("records").sum().over("group") <= pl.col("entries")).alias("clear"),
    )
    sure = found.filter(pl.col("alone") | pl.col("clear"))["unit"].unique()
    found = found.with_columns(pl.col("unit").is_in(sure.implode()).alias("sure")).with_columns(
        pl.col("records").filter(pl.col("sure")).sum().over("group").alias("covered")
    )
    clear = pl.col("alone") | pl.col("clear")
    meant = found.filter(clear | (pl.col("sure") & (pl.col("covered") >= pl.col("entries"))))
    pairs = meant.join(named.asked, on="group", how="inner", maintain_order="left")
    said.missing += [answers[at] for at in named.missing]
    said.doubts += _doubts(found.filter(~clear & ~pl.col("sure") & (pl.col("covered") < pl.col("entries"))))
    said.add(answers, pairs.select("unit", "file", pl.col("asked").alias("answer")).unique(maintain_order=True))


def _doubts(found: pl.DataFrame) -> Iterator[Doubt]:
    left = pl.col("entries").first().cast(pl.Int64) - pl.col("covered").first().cast(pl.Int64)
    grouped = found.group_by("group", maintain_order=True).agg(
        pl.col("unit"), ((left + pl.col("records").max() - 1) // pl.col("records").max()).alias("at_least")
    )
    for units, at_least in grouped.select("unit", "at_least").iter_rows():
        yield Doubt(frozenset(units), at_least)
