"""Shifted records: from some position on most values fail their type and fit it with an offset.

Fusion's loader takes such a record in silence wherever the wrong column is text, so money may land in the wrong place
(contract format, section 2a: ``<file>.shape.shifted``).
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from contracts.model import Column
from contracts.ready import Ready
from contracts.typing import typed

_OFFSETS = (-1, 1, -2, 2, -3, 3)
_ENOUGH = 2  # misfits, and values that fit with the offset, before a shift is believed


def shifted(ready: Ready) -> pl.Series:
    """Indices of records whose values stand in the wrong columns, UInt32, ascending."""
    none = pl.Series([], dtype=pl.UInt32)
    positioned = [
        column for column in ready.file.columns.values() if column.position is not None and column.type.kind != "text"
    ]
    if len(ready.failed) < _ENOUGH or not positioned:
        return none
    misfits = [pl.col(f"!{column.name}") if column.name in ready.failed else pl.lit(False) for column in positioned]
    suspects = ready.frame.with_row_index("_index").filter(pl.sum_horizontal(misfits) >= _ENOUGH)
    if not suspects.height:
        return none
    verdicts = suspects.select(
        "_index", pl.any_horizontal(_fits(ready, positioned, misfits, offset) for offset in _OFFSETS).alias("is")
    )
    return verdicts.filter("is")["_index"].cast(pl.UInt32)


def _fits(ready: Ready, columns: Sequence[Column], misfits: Sequence[pl.Expr], offset: int) -> pl.Expr:
    """Most typed values behind the first misfit fail, and nearly all of their neighbours at ``offset`` fit."""
    names = list(ready.file.columns)
    behind, failing, filled, fitting = [], [], [], []
    begun = pl.lit(False)
    for column, misfit in zip(columns, misfits, strict=True):
        begun = begun | misfit
        at = names.index(column.name) + offset
        neighbour = ready.text(names[at]) if 0 <= at < len(names) else pl.lit(None, dtype=pl.String)
        fits = typed(neighbour, column.type, ready.default_mask()).is_not_null()
        behind.append(begun & ready.text(column.name).is_not_null())
        failing.append(misfit)
        filled.append(begun & neighbour.is_not_null())
        fitting.append(begun & fits)
    failed, count = pl.sum_horizontal(failing), pl.sum_horizontal(behind)
    fit, neighbours = pl.sum_horizontal(fitting), pl.sum_horizontal(filled)
    return (failed * 2 > count) & (fit >= _ENOUGH) & (fit * 5 >= neighbours * 4)
