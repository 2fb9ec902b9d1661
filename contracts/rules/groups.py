"""Rules over groups of records, uniqueness, and the escape hatch in Python."""

from __future__ import annotations

import importlib
from collections.abc import Sequence

import polars as pl

from contracts.model import Rule
from contracts.records import Ready, Records
from contracts.rules.checks import Found, applicable, indexed, rows


def group(rule: Rule, records: Records) -> Found:
    """Records of every group whose check is false. A group in which a value failed its type is unknown."""
    ready = records.ready[rule.file]
    check = rule.conditions["check"]
    keyed = _keyed(rule, records, ready)
    names = [name for name in keyed.columns if name.startswith("key")]
    frame = applicable(rule, ready, keyed)
    groups = frame.group_by(names).agg(check.expr(ready.value).alias("ok"))
    bad = groups.filter(~pl.col("ok"))
    doubt = ready.doubt([*_by(rule, records), *(name for one in rule.conditions.values() for name in one.columns)])
    if doubt is not None and bad.height:
        bad = bad.join(keyed.filter(doubt).select(names).unique(), on=names, how="anti", nulls_equal=True)
    failing = frame.join(bad, on=names, how="semi", nulls_equal=True) if bad.height else frame.clear()
    return Found(rows(failing), applied=frame.height > 0)


def _by(rule: Rule, records: Records) -> list[str]:
    """Columns that make the group: a record whose key is in doubt leaves its group unknown."""
    if rule.spec["group_by"] == "accept_unit":
        return [name for key in records.contract.files[rule.file].accept_unit for name in key]
    return list(rule.spec["group_by"])


def _keyed(rule: Rule, records: Records, ready: Ready) -> pl.DataFrame:
    by = rule.spec["group_by"]
    frame = indexed(ready)
    if by == "accept_unit":
        return frame.with_columns(records.unit(rule.file).alias("key0"))
    if not by:
        return frame.with_columns(pl.lit(0).alias("key0"))
    return frame.with_columns(ready.key(by))


def unique(rule: Rule, records: Records) -> Found:
    """Every record whose key stood before; nulls are equal. Hashes first, then the hits' own values."""
    ready = records.ready[rule.file]
    names: Sequence[str] = rule.spec["unique"]
    frame = applicable(rule, ready, indexed(ready))
    doubt = ready.doubt(names)
    frame = frame.filter(~doubt) if doubt is not None else frame
    keys = frame.select("index", *ready.key(names))
    columns = keys.columns[1:]
    hits = keys.filter(keys.select(pl.struct(columns).hash()).to_series().is_duplicated())
    repeated = hits.filter(~hits.select(pl.struct(columns).is_first_distinct()).to_series())
    return Found(rows(repeated), applied=frame.height > 0)


def python(rule: Rule, records: Records) -> Found:
    """Records whose numbers the function of the rule returns."""
    module, _, name = rule.spec["python"].partition(":")
    function = getattr(importlib.import_module(module), name)
    ready = records.ready[rule.file]
    frame = applicable(rule, ready, indexed(ready))
    failing = frame.filter(pl.col("_row").is_in(list(function(frame, records))))
    return Found(rows(failing), applied=frame.height > 0)
