"""All rules of a file evaluated on its records: row rules in one pass, the others one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from contracts.lists import stale
from contracts.model import Contract, Rule
from contracts.records import Records
from contracts.results import Status
from contracts.rules import Found, RowCheck, compile_rule, lists_of

_NONE = pl.Series([], dtype=pl.UInt32)


@dataclass(frozen=True)
class RuleOutcome:
    """What one rule found in one file: indices of failing records, and for which of them its code is predicted."""

    rule: Rule
    status: Status
    rows: pl.Series  # UInt32 indices into the file's frame
    predicted: pl.Series | None = None  # Boolean, parallel to rows; None = for all
    reason: str = ""


def evaluate(contract: Contract, file: str, records: Records, as_of: date | None = None) -> list[RuleOutcome]:
    """Return what every rule of a file found, in the contract's order; facets of columns that are absent stay out."""
    ready = records.ready[file]
    rules = [
        rule
        for rule in contract.rules.values()
        if rule.file == file and rule.kind != "shape" and concerns(rule, contract, ready.present)
    ]
    outcomes: dict[str, RuleOutcome] = {}
    row_checks: list[RowCheck] = []
    for rule in rules:
        if unbound := [one.unbound for one in lists_of(rule, contract) if one.unbound]:
            outcomes[rule.id] = RuleOutcome(rule, "not_checked", _NONE, reason="; ".join(unbound))
            continue
        check = compile_rule(rule, contract, ready)
        if isinstance(check, RowCheck):
            row_checks.append(check)
        else:
            outcomes[rule.id] = _judged(rule, check.find(rule, records), contract, as_of)
    for check, found in zip(row_checks, _run(row_checks, records, file), strict=True):
        outcome = _judged(check.rule, found, contract, as_of)
        outcomes[check.rule.id] = _predicting(outcome, check, ready.frame)
    return [outcomes[rule.id] for rule in rules]


def concerns(rule: Rule, contract: Contract, present: frozenset[str]) -> bool:
    """Whether a rule is judged at all: an unlisted column is looked at only where some record fills it."""
    if not rule.column or rule.kind == "required":
        return True
    return rule.column in present or contract.files[rule.file].columns[rule.column].listed


def _run(checks: Sequence[RowCheck], records: Records, file: str) -> list[Found]:
    """All row rules of a file in one pass over its frame."""
    ready = records.ready[file]
    if not checks:
        return []
    if not ready.height:
        return [Found(_NONE, applied=False) for _ in checks]
    plan = ready.frame.lazy()
    verdicts = [check.violated.fill_null(False).alias(str(at)) for at, check in enumerate(checks)]
    hits = plan.select("_row", *verdicts).collect().drop("_row")  # a verdict that is a literal takes the frame's height
    counts = hits.select(pl.all().sum()).row(0)
    conditional = [(at, check.applies) for at, check in enumerate(checks) if check.applies is not None]
    applied = dict(
        zip(
            (at for at, _ in conditional),
            plan.select(applies.fill_null(False).any().alias(str(at)) for at, applies in conditional).collect().row(0),
            strict=True,
        )
        if conditional
        else ()
    )
    found = []
    for at, (check, count) in enumerate(zip(checks, counts, strict=True)):
        rows = hits[str(at)].arg_true() if count else _NONE
        found.append(Found(rows, applied.get(at, check.rule.column in ready.filled)))
    return found


def _judged(rule: Rule, found: Found, contract: Contract, as_of: date | None) -> RuleOutcome:
    if found.rows.len():
        return RuleOutcome(rule, "failed", found.rows)
    if found.not_checked:
        return RuleOutcome(rule, "not_checked", _NONE, reason=found.not_checked)
    if as_of and (old := next(filter(None, (stale(one, as_of) for one in lists_of(rule, contract))), "")):
        return RuleOutcome(rule, "stale", _NONE, reason=old)
    if not found.applied:
        return RuleOutcome(rule, "not_applied", _NONE, reason="nothing in the payload that the rule is about")
    return RuleOutcome(rule, "passed", _NONE)


def _predicting(outcome: RuleOutcome, check: RowCheck, frame: pl.DataFrame) -> RuleOutcome:
    if check.predicted is None or not outcome.rows.len():
        return outcome
    hit = frame[outcome.rows].select(check.predicted.fill_null(False).alias("hit"))["hit"]
    return RuleOutcome(outcome.rule, outcome.status, outcome.rows, hit, outcome.reason)
