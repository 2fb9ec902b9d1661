"""The two forms of a check, and what a check finds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from contracts.model import Rule
from contracts.ready import Ready
from contracts.records import Records

NO_ROWS = pl.Series([], dtype=pl.UInt32)


@dataclass(frozen=True)
class Found:
    """Failing records (indices in the file's frame), and whether the rule met anything to judge."""

    rows: pl.Series  # UInt32, ascending
    applied: bool
    not_checked: str = ""  # why it could not be judged


@dataclass(frozen=True)
class RowCheck:
    """``violated`` is true for failing records, null where unknown."""

    rule: Rule
    violated: pl.Expr
    applies: pl.Expr | None = None  # None: wherever its column holds a value
    predicted: pl.Expr | None = None  # where a failure predicts the rule's code; None: everywhere


@dataclass(frozen=True)
class SetCheck:
    """A rule that looks at more than one record at a time."""

    rule: Rule
    find: Callable[[Rule, Records], Found]


def applicable(rule: Rule, ready: Ready) -> pl.LazyFrame:
    """The indexed records to which ``when`` applies; unknown does not, nor does one over a value of the wrong type."""
    applies = applying(rule, ready)
    return ready.lazy() if applies is None else ready.lazy().filter(applies)


def applying(rule: Rule, ready: Ready) -> pl.Expr | None:
    """True for records to which ``when`` applies; None if there is none."""
    when = rule.conditions.get("when")
    if when is None:
        return None
    doubt = ready.doubt(when.columns)
    applies = when.expr(ready.value).fill_null(False)
    return applies if doubt is None else applies & ~doubt


def met(found: pl.LazyFrame, judged: pl.LazyFrame) -> tuple[pl.DataFrame, bool]:
    """What was found, collected, and whether anything was judged: both in one go."""
    failing, count = pl.collect_all([found, judged.select(pl.len())])
    return failing, count.item() > 0


def rows(frame: pl.DataFrame) -> pl.Series:
    """Distinct indices of a frame that has them, ascending."""
    if not frame.height:
        return NO_ROWS
    return frame["_index"].cast(pl.UInt32).unique().sort()
