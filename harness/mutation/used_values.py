"""Lists that lose one value: one that the examples use, since no example could miss another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from contracts import Contract, Records, ReferenceList, Rule
from harness.mutation.trials import Trial


def without_one_in_use(
    contract: Contract, rule: Rule, spec: Mapping[str, Any], trials: Sequence[Trial]
) -> ReferenceList | None:
    """Return the list that a rule reads without the rows of one key that its examples use; None if it reads none.

    Where no example uses a row, the list is emptied: then the mutant lives and says so. A rule that looks at listed
    combinations only has none: what the list lacks is another rule's affair.
    """
    if spec.get("listed") or rule.kind not in ("list", "in_list", "within"):
        return None
    if (reference := contract.lists[spec["list"]]).rows is None:
        return None
    columns = [rule.column] if rule.kind == "list" else spec.get("columns", ())
    match = reference.key[:1] if rule.kind == "list" else spec.get("match", ())
    kinds = ("breaker", "invalid") if spec.get("absent") else ("valid",)
    payloads = [one for one in trials if one.kind in kinds and one.concerns(rule.id)]
    found = (_used(rule, one.records, reference.rows, columns, match) for one in payloads)
    key = next((one for one in found if one.height), None)
    rows = reference.rows.clear() if key is None else reference.rows.join(key, on=key.columns, how="anti")
    return replace(reference, rows=rows)


def _used(
    rule: Rule, records: Records, listed: pl.DataFrame, columns: Sequence[str], match: Sequence[str]
) -> pl.DataFrame:
    """The first key of a payload that stands on the list; empty if there is none."""
    ready, when = records.ready.get(rule.file), rule.conditions.get("when")
    if ready is None or not columns:
        return pl.DataFrame()
    frame = ready.frame if when is None else ready.frame.filter(when.expr(ready.value).fill_null(False))
    keys = frame.select(ready.plain(own).alias(name) for own, name in zip(columns, match, strict=True))
    return keys.drop_nulls().join(listed, on=list(match), how="semi", maintain_order="left").head(1)
