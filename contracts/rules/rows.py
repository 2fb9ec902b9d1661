"""Rules over one record: facets of columns and written row rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import polars as pl

from contracts.conditions import Condition
from contracts.model import Contract, Rule, Type
from contracts.ready import Columns
from contracts.rules.checks import RowCheck
from contracts.translation import NUMBER
from contracts.typing import loads, oversized, typed

ROW_KINDS = frozenset({"required", "type", "length", "one_of", "pattern", "range", "list", "unlisted", "row"})


def row_check(rule: Rule, contract: Contract, ready: Columns) -> RowCheck:
    """Return the check of a facet or a written row rule."""
    if rule.kind == "row":
        return _written(rule, ready)
    if rule.kind == "unlisted":
        return RowCheck(rule, _unlisted(rule, ready))
    if "contexts" in rule.spec:
        return _in_contexts(rule, contract, ready)
    when = rule.conditions.get("when")
    violated = _known(_facet(rule, rule.spec, contract, ready, when), ready, rule, when)
    applies = pl.lit(True) if rule.kind == "required" and when is None else when.expr(ready.value) if when else None
    return RowCheck(rule, violated, applies, _predicted(rule, ready))


def _written(rule: Rule, ready: Columns) -> RowCheck:
    check, when = rule.conditions["check"], rule.conditions.get("when")
    violated = ~check.expr(ready.value)
    applies = when.expr(ready.value) if when else pl.lit(True)
    doubt = ready.doubt([*check.columns, *(when.columns if when else ())])
    violated = violated & applies if when else violated
    return RowCheck(rule, violated if doubt is None else violated & ~doubt, applies)


def _in_contexts(rule: Rule, contract: Contract, ready: Columns) -> RowCheck:
    """A flexfield slot: each context has facets of its own."""
    context = ready.value(rule.spec["context"])
    violated, applies = pl.lit(False), pl.lit(False)
    for value, spec in rule.spec["contexts"]:
        here = (context == value).fill_null(False) if value else pl.lit(True)
        when = rule.conditions.get(f"when {value}")
        violated |= here & _known(_facet(rule, spec, contract, ready, when), ready, rule, when).fill_null(False)
        applies |= here
    return RowCheck(rule, violated, applies, _predicted(rule, ready))


def _known(violated: pl.Expr, ready: Columns, rule: Rule, when: Condition | None) -> pl.Expr:
    """Unknown where the value itself failed its type (its type rule aside), or one that the condition rests on."""
    names = [*(when.columns if when else ()), *(() if rule.kind in ("type", "required") else (rule.column,))]
    doubt = ready.doubt(names)
    return violated if doubt is None else violated & ~doubt


def _facet(rule: Rule, spec: Mapping[str, Any], contract: Contract, ready: Columns, when: Condition | None) -> pl.Expr:
    text, value = ready.plain(rule.column), ready.value(rule.column)
    match rule.kind:
        case "required":
            blank = text.is_null()
            return blank & when.expr(ready.value) if when else blank
        case "type":
            return _misfit(spec, ready, rule.column)
        case "length":
            size, buffer = int(spec["size"]), int(spec["buffer"])
            long = text.str.len_chars() > size
            return long | (text.str.len_bytes() > buffer) if spec.get("in_bytes") and 4 * size > buffer else long
        case "one_of":
            return ~text.is_in(list(spec["one_of"]))
        case "pattern":
            return ~text.str.contains(f"^(?:{spec['pattern']})$")
        case "range":
            low, high = (
                _literal(str(bound), contract.files[rule.file].columns[rule.column].type) for bound in spec["range"]
            )
            return (value < low) | (value > high)
        case _:
            reference = contract.lists[spec["list"]].rows
            known = reference[contract.lists[spec["list"]].key[0]].to_list() if reference is not None else []
            return ~text.is_in(known)


def _misfit(spec: Mapping[str, Any], ready: Columns, column: str) -> pl.Expr:
    """A value that is not of the rule's type; where a contract narrows a layout's type, what fits that already."""
    misfit = _unfit(spec["type"], ready, column)
    layouts: Type = spec["own"]
    if layouts == spec["type"] or spec.get("subsumes"):
        return misfit
    return misfit & ~_unfit(layouts, ready, column)


def _unfit(kind: Type, ready: Columns, column: str) -> pl.Expr:
    text = ready.plain(column)
    # the ready frame holds the value of the column's own type: another kind, or a wider size, is parsed for itself
    own = f"!{column}" not in ready.names and kind.kind == ready.file.columns[column].type.kind
    value = ready.value(column) if own else typed(text, kind, ready.default_mask())
    misfit = (value.is_null() & text.is_not_null()).fill_null(False)
    large = oversized(text, value, kind)
    return misfit if large is None else misfit | large.fill_null(False)


def _predicted(rule: Rule, ready: Columns) -> pl.Expr | None:
    """Load errors are predicted only for what the layout itself refuses and the loader cannot read."""
    text = ready.plain(rule.column)
    spec = rule.contexts[0][1]
    if rule.code != "load" or spec.get("cited"):
        return None
    if rule.kind == "length":
        return (text.str.len_bytes() if spec.get("in_bytes") else text.str.len_chars()) > int(spec["buffer"])
    if rule.kind == "type":
        return _unfit(spec["own"], ready, rule.column) & ~loads(text, spec["own"], ready.default_mask())
    return None


def _unlisted(rule: Rule, ready: Columns) -> pl.Expr:
    filled = ready.plain(rule.column).is_not_null()
    if "meant" not in rule.spec:
        return filled
    context = ready.value(rule.spec["context"])
    return filled & ~context.is_in(rule.spec["meant"]).fill_null(False)


def _literal(text: str, value_type: Type) -> pl.Expr:
    match value_type.sort:
        case "number":
            return pl.lit(Decimal(text), dtype=NUMBER)
        case "date":
            return pl.lit(date.fromisoformat(text))
        case "timestamp":
            return pl.lit(datetime.fromisoformat(text))
        case _:
            return pl.lit(text)
