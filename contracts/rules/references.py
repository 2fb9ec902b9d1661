"""Rules that look elsewhere: another file of the payload, or a reference list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import polars as pl

from contracts.lists import day
from contracts.model import Rule
from contracts.ready import Ready
from contracts.records import Records
from contracts.rules.checks import NO_ROWS, Found, applicable, met, rows
from contracts.rules.rows import row_check
from contracts.translation import NUMBER, addable

_NOTHING = pl.lit(Decimal(0), dtype=NUMBER)


def exists(rule: Rule, records: Records) -> Found:
    """Records whose key does not occur in the other file, nor on the list. A blank key is unknown."""
    ready, spec = records.ready[rule.file], rule.spec
    keys = [*ready.key(spec["columns"], across=True), *_plain(ready, spec["columns"], "text")]
    own = _usable(ready, applicable(rule, ready), spec["columns"]).select("_index", *keys)
    absent = own
    if other := records.ready.get(spec["in"]):
        where = rule.conditions.get("where")
        theirs = other.lazy().filter(where.expr(other.value).fill_null(False)) if where else other.lazy()
        names = [f"key{at}" for at in range(len(spec["columns"]))]
        absent = own.join(theirs.select(*other.key(spec["match"], across=True)), on=names, how="anti")
    missing, applied = met(absent, own)
    return _or_listed(spec.get("or_list", ""), records, missing, spec["match"], applied)


def parent(rule: Rule, records: Records) -> Found:
    """Records without their parent. No key at all fails, too, unless a missing column of it is reported as such."""
    ready, file = records.ready[rule.file], records.contract.files[rule.file]
    assert file.parent is not None
    without = records.up(rule.file).is_null()
    if not without.any():
        return Found(NO_ROWS, applied=ready.height > 0)
    orphans = ready.frame.with_row_index("_index").filter(without)
    doubt = ready.doubt(rule.columns)
    orphans = orphans if doubt is None else orphans.filter(~doubt)
    if orphans.height:
        named = pl.any_horizontal([_whole(ready, list(alternative)) for alternative in file.parent.by])
        for other in records.contract.rules.values():
            if other.kind == "required" and other.file == rule.file and other.column in rule.columns:
                check = row_check(other, records.contract, ready)
                orphans = orphans.filter(named | ~check.violated.fill_null(False))
    if not file.parent.or_list or not orphans.height:
        return Found(rows(orphans), applied=ready.height > 0)
    reference = records.contract.lists[file.parent.or_list]
    if reference.rows is None:
        return Found(rows(orphans.clear()), applied=True, not_checked=reference.unbound)
    undecided = orphans.select("_index")
    for alternative in file.parent.by:
        own = orphans.select("_index", *_plain(ready, list(alternative))).join(undecided, on="_index", how="semi")
        own = own.drop_nulls()  # the first alternative without blanks decides
        undecided = undecided.join(own, on="_index", how="anti")
        if all(name in reference.columns for name in alternative.values()):
            listed = reference.rows.select(
                pl.col(name).alias(f"key{at}") for at, name in enumerate(alternative.values())
            )
            orphans = orphans.join(own.join(listed, on=own.columns[1:], how="semi"), on="_index", how="anti")
    return Found(rows(orphans), applied=True)


def totals(rule: Rule, records: Records) -> Found:
    """Records whose value differs from the aggregate of their lines; without lines the aggregate is 0."""
    ready, spec = records.ready[rule.file], rule.spec
    here, there = rule.conditions["here"], rule.conditions["there"]
    frame = applicable(rule, ready)
    doubt = ready.doubt([*here.columns, *spec["by"]])
    frame = frame.filter(~doubt) if doubt is not None else frame
    names = [f"key{at}" for at in range(len(spec["by"]) or 1)]
    own = frame.select("_index", here.expr(ready.value).alias("here"), *_by(ready, spec["by"]))
    own = own.drop_nulls(names)  # a blank key is unknown
    other = records.ready.get(spec["in"])
    if other is None or not other.height:
        sums = own.select(names).unique().with_columns(there=_NOTHING, doubt=pl.lit(False))
    else:
        misfits = other.doubt(there.columns)
        lines = other.lazy().with_columns(
            *_by(other, spec["by"]), (pl.lit(False) if misfits is None else misfits).alias("doubt")
        )
        sums = lines.group_by(names).agg(there.expr(other.value).alias("there"), pl.col("doubt").any())
    compared = own.join(sums, on=names, how="left", nulls_equal=True)
    without = pl.col("doubt").is_null()
    total = pl.when(without).then(_NOTHING).otherwise(pl.col("there"))
    differs = (addable(pl.col("here")) - addable(total)).abs() > Decimal(str(spec.get("tolerance", 0)))
    failing, applied = met(compared.filter(differs & ~pl.col("doubt").fill_null(False)), own)
    return Found(rows(failing), applied)


def in_list(rule: Rule, records: Records) -> Found:
    """Records whose combination is not on the list (or is, with ``absent``), valid on the record's date.

    With ``listed`` only the dates count: a combination that the list does not hold at all is another rule's affair.
    """
    ready, spec = records.ready[rule.file], rule.spec
    reference = records.contract.lists[spec["list"]]
    assert reference.rows is not None
    as_of = spec.get("as_of")
    frame = _usable(ready, applicable(rule, ready), [*spec["columns"], *([as_of["column"]] if as_of else [])])
    dated = [ready.value(as_of["column"]).alias("date")] if as_of else []
    own = frame.select("_index", *dated, *_plain(ready, spec["columns"])).collect()
    if not own.height:
        return Found(NO_ROWS, applied=False)
    names = [name for name in own.columns if name.startswith("key")]
    listed = reference.rows.select(
        *(pl.col(name).alias(f"key{at}") for at, name in enumerate(spec["match"])), *_window(as_of)
    )
    if as_of is None:
        return Found(rows(own.join(listed, on=names, how="semi" if spec.get("absent") else "anti")), applied=True)
    met_on = own.lazy().join(listed.lazy(), on=names, how="inner")
    known = met_on.select("_index", _inside().fill_null(False).alias("inside")).collect()
    found = known.filter("inside")
    # with ``listed``, a record that no row keeps out need not be looked for among those found
    asked = known.filter(~pl.col("inside")) if spec.get("listed") else own
    failing = found if spec.get("absent") else asked.join(found, on="_index", how="anti")
    return Found(rows(failing), applied=True)


def within(rule: Rule, records: Records) -> Found:
    """Records whose date lies in none of the list's windows (of those that match, with ``columns``)."""
    ready, spec = records.ready[rule.file], rule.spec
    reference = records.contract.lists[spec["list"]]
    assert reference.rows is not None
    columns = spec.get("columns", [])
    frame = _usable(ready, applicable(rule, ready), [spec["column"], *columns])
    own = frame.select("_index", ready.value(spec["column"]).alias("date"), *_plain(ready, columns)).collect()
    keys = own.columns[1:]
    # few distinct dates stand in many records: judge each once
    distinct = own.select(keys).unique()
    windows = reference.rows.select(
        *(pl.col(name).alias(f"key{at}") for at, name in enumerate(spec.get("match", []))), *_window(spec)
    )
    pairs = distinct.join(windows, on=keys[1:], how="inner") if columns else distinct.join(windows, how="cross")
    good = pairs.filter(_inside()).select(keys).unique()
    return Found(rows(own.join(good, on=keys, how="anti")), applied=own.height > 0)


def _or_listed(name: str, records: Records, missing: pl.DataFrame, match: Sequence[str], applied: bool) -> Found:
    if not name or not missing.height:
        return Found(rows(missing), applied)
    reference = records.contract.lists[name]
    if reference.rows is None:
        return Found(rows(missing.clear()), applied, not_checked=reference.unbound)
    listed = reference.rows.select(pl.col(column).alias(f"text{at}") for at, column in enumerate(match))
    return Found(rows(missing.join(listed, on=listed.columns, how="anti")), applied)


def _usable(ready: Ready, frame: pl.LazyFrame, columns: Sequence[str]) -> pl.LazyFrame:
    """Records whose key is whole and whose values have their type: all others are unknown."""
    frame = frame.filter(pl.all_horizontal([ready.value(name).is_not_null() for name in columns])) if columns else frame
    doubt = ready.doubt(columns)
    return frame if doubt is None else frame.filter(~doubt)


def _whole(ready: Ready, columns: Sequence[str]) -> pl.Expr:
    """True where a key has no blanks."""
    return pl.all_horizontal([part.is_not_null() for part in ready.key(columns, across=True)])


def _plain(ready: Ready, columns: Sequence[str], prefix: str = "key") -> list[pl.Expr]:
    return [ready.plain(name).alias(f"{prefix}{at}") for at, name in enumerate(columns)]


def _by(ready: Ready, columns: Sequence[str]) -> list[pl.Expr]:
    return ready.key(columns, across=True) if columns else [pl.lit(0).alias("key0")]


def _window(spec: Mapping[str, Any] | None) -> list[pl.Expr]:
    return [day(spec["from"]).alias("from"), day(spec["to"]).alias("to")] if spec else []


def _inside() -> pl.Expr:
    """A blank end of a window is open."""
    day = pl.col("date").cast(pl.Date)
    return (pl.col("from").is_null() | (pl.col("from") <= day)) & (pl.col("to").is_null() | (day <= pl.col("to")))
