"""Rules over groups of records, uniqueness, and the escape hatch in Python."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from contracts.errors import ContractError
from contracts.model import Rule
from contracts.ready import Ready
from contracts.records import Records
from contracts.rules.checks import NO_ROWS, Found, applicable, applying, rows

_WHOLE = "a Python rule reads its file whole: check it without --stream"


def group(rule: Rule, records: Records) -> Found:
    """Records of every group whose check is false. A group in which a value failed its type is unknown."""
    ready = records.ready[rule.file]
    check = rule.conditions["check"]
    keys = _keys(rule, ready)
    names = [f"key{at}" for at in range(len(keys))]
    judged, verdict = applicable(rule, ready).with_columns(keys), check.expr(ready.value)
    if check.counts_once and not ready.whole:
        # the streaming engine keeps every value that it is to count, however often it comes
        judged = judged.select(*names, *set(verdict.meta.root_names())).unique()
    verdicts = judged.group_by(names).agg(verdict.alias("ok")).collect()
    return _failing(rule, records, verdicts)


def groups(rules: Sequence[Rule], records: Records) -> list[Found]:
    """What each of the rules over groups of one key finds: the records are grouped once for all of them."""
    ready = records.ready[rules[0].file]
    if len(rules) == 1 or not ready.whole:
        return [group(rule, records) for rule in rules]
    keys = _keys(rules[0], ready)
    names = [f"key{at}" for at in range(len(keys))]
    whens = [applying(rule, ready) for rule in rules]
    marks = [when.alias(f"judged{at}") for at, when in enumerate(whens) if when is not None]
    verdicts = []
    for at, (rule, when) in enumerate(zip(rules, whens, strict=True)):
        mark = None if when is None else pl.col(f"judged{at}")
        ok = rule.conditions["check"].expr(ready.value, mark)
        # a group to which the rule does not apply is none of its groups
        verdicts += [ok.alias(f"ok{at}"), (pl.lit(True) if mark is None else mark.any()).alias(f"any{at}")]
    grouped = ready.lazy().with_columns(*keys, *marks).group_by(names).agg(verdicts).collect()
    return [
        _failing(rule, records, grouped.filter(f"any{at}").select(*names, pl.col(f"ok{at}").alias("ok")))
        for at, rule in enumerate(rules)
    ]


def _failing(rule: Rule, records: Records, verdicts: pl.DataFrame) -> Found:
    """The records of the groups that are not ``ok``."""
    ready = records.ready[rule.file]
    bad = verdicts.filter(~pl.col("ok"))
    keys = _keys(rule, ready)
    names = verdicts.columns[:-1]
    doubt = ready.doubt([*_by(rule, records), *(name for one in rule.conditions.values() for name in one.columns)])
    if doubt is not None and bad.height:
        unknown = ready.lazy().with_columns(keys).filter(doubt).select(names).unique().collect()
        bad = bad.join(unknown, on=names, how="anti", nulls_equal=True)
    if not bad.height:
        return Found(NO_ROWS, applied=verdicts.height > 0)
    keyed = applicable(rule, ready).with_columns(keys).select("_index", *names)
    return Found(rows(keyed.join(bad.lazy(), on=names, how="semi", nulls_equal=True).collect()), applied=True)


def _by(rule: Rule, records: Records) -> list[str]:
    """Columns that make the group: a record whose key is in doubt leaves its group unknown."""
    if rule.spec["group_by"] == "accept_unit":
        return [name for key in records.contract.files[rule.file].accept_unit for name in key]
    return list(rule.spec["group_by"])


def _keys(rule: Rule, ready: Ready) -> list[pl.Expr]:
    by = rule.spec["group_by"]
    if by == "accept_unit":
        return [pl.col("_unit").alias("key0")]
    return ready.key(by) if by else [pl.lit(0).alias("key0")]


def unique(rule: Rule, records: Records) -> Found:
    """Every record whose key stood before; nulls are equal. Hashes first, then the hits' own values."""
    ready = records.ready[rule.file]
    names: Sequence[str] = rule.spec["unique"]
    frame = applicable(rule, ready)
    doubt = ready.doubt(names)
    frame = frame.filter(~doubt) if doubt is not None else frame
    # a list spells numbers as other files do
    keys = frame.select("_index", *ready.key(names, across="completed" in rule.spec))
    if completed := rule.spec.get("completed"):
        reference = records.contract.lists[completed["list"]].rows
        own = {f"key{names.index(name)}": listed for name, listed in completed["columns"].items()}
        keys = keys if reference is None else _completed(keys.collect(), own, reference).lazy()
    columns = [f"key{at}" for at in range(len(names))]
    hashed = pl.struct(columns).hash()
    count, repeated = _repeated(keys.select(hashed.alias("hash")), ready)
    if not repeated.len():
        return Found(NO_ROWS, applied=count > 0)
    hits = keys.filter(hashed.is_in(repeated.implode())).collect().sort("_index")
    return Found(rows(hits.filter(~hits.select(pl.struct(columns).is_first_distinct()).to_series())), applied=True)


def _repeated(keys: pl.LazyFrame, ready: Ready) -> tuple[int, pl.Series]:
    """How many hashes there are, and those that stand more than once.

    Once sorted these are neighbours, which takes no more memory than the hashes themselves.
    """
    hashes, count = np.empty(ready.height, np.uint64), 0
    for part in [keys.collect()] if ready.whole else keys.collect_batches(maintain_order=False):
        hashes[count : count + part.height] = part["hash"].to_numpy()
        count += part.height
    ordered = hashes[:count]
    ordered.sort()
    return count, pl.Series(np.unique(ordered[1:][ordered[1:] == ordered[:-1]]), dtype=pl.UInt64)


def _completed(keys: pl.DataFrame, own: Mapping[str, str], reference: pl.DataFrame) -> pl.DataFrame:
    """The keys with each of two columns filled from the list's only row that has the value of the other one."""
    (one, named), (other, numbered) = own.items()
    for blank, filled, wanted, given in ((one, other, named, numbered), (other, one, numbered, named)):
        if keys[blank].null_count():
            rows = reference.select(pl.col(given).alias(filled), pl.col(wanted).alias("listed")).drop_nulls()
            rows = rows.unique().unique(filled, keep="none")
            keys = keys.join(rows, on=filled, how="left", maintain_order="left")
            keys = keys.with_columns(pl.coalesce(blank, "listed").alias(blank)).drop("listed")
    return keys


def python(rule: Rule, records: Records) -> Found:
    """Records whose numbers the function of the rule returns."""
    ready = records.ready[rule.file]
    if not ready.whole:
        return Found(NO_ROWS, applied=False, not_checked=_WHOLE)
    frame = applicable(rule, ready).collect()
    module, _, name = rule.spec["python"].partition(":")
    try:
        failing = list(getattr(importlib.import_module(module), name)(frame, records))
        return Found(rows(frame.filter(pl.col("_row").is_in(failing))), applied=frame.height > 0)
    except Exception as error:  # what a function of strangers may raise, nobody knows
        what = f"{module}:{name} of rule {rule.id} failed: {type(error).__name__}: {error}"
        todo = "correct the function: it returns the `_row` numbers of failing records"
        raise ContractError(what, where=f"{records.contract.id}, rule {rule.id}", todo=todo) from error
