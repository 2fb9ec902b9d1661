"""All rules of a file evaluated on its records: row rules in one pass, the others one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

import polars as pl

from contracts.lists import stale
from contracts.model import Contract, Rule
from contracts.ready import Columns
from contracts.records import Records, numbers_above
from contracts.results import Status
from contracts.rules import NO_ROWS, Found, RowCheck, SetCheck, compile_rule, groups, lists_of, unbound_lists


@dataclass(frozen=True)
class RuleOutcome:
    """What one rule found in one file: indices of failing records, and for which of them its code is predicted."""

    rule: Rule
    status: Status
    rows: pl.Series  # UInt32 indices into the file's frame
    predicted: pl.Series | None = None  # Boolean, parallel to rows; None = for all
    reason: str = ""


Evaluate = Callable[[Contract, str, Records, date | None], list[RuleOutcome]]
"""An engine: what every rule of a file found, in the contract's order. The date is that at which lists are aged."""


Scope = Literal["all", "batch", "across"]
"""Which rules: all of them, those over single records, those over several."""


def evaluate(
    contract: Contract, file: str, records: Records, as_of: date | None = None, scope: Scope = "all"
) -> list[RuleOutcome]:
    """Return what every rule of a file found, in the contract's order; facets of columns that are absent stay out."""
    ready = records.ready[file]
    plan = _plan(contract, file, ready.present, ready.tokens, ready.names)
    rules = [rule for rule in plan.rules if scope == "all" or rule.across == (scope == "across")]
    asked = frozenset(rule.id for rule in rules)
    outcomes = {rule.id: RuleOutcome(rule, "not_checked", NO_ROWS, reason=why) for rule, why in plan.unbound}
    for check in plan.sets:
        if check.rule.id in asked:
            outcomes[check.rule.id] = judged(check.rule, check.find(check.rule, records), contract, as_of)
    for alike in plan.groups:
        if wanted := [rule for rule in alike if rule.id in asked]:
            for rule, found in zip(wanted, groups(wanted, records), strict=True):
                outcomes[rule.id] = judged(rule, found, contract, as_of)
    if scope != "across":
        for row_check, found in zip(plan.rows, _run(plan.rows, records, file), strict=True):
            outcome = judged(row_check.rule, found, contract, as_of)
            outcomes[row_check.rule.id] = _predicting(outcome, row_check, ready.frame)
    return [outcomes[rule.id] for rule in rules]


@dataclass(frozen=True)
class _Plan:
    """What the rules of a file become for records with certain columns."""

    rules: Sequence[Rule]
    unbound: Sequence[tuple[Rule, str]]  # and why they cannot be judged
    rows: Sequence[RowCheck]
    sets: Sequence[SetCheck]
    groups: Sequence[Sequence[Rule]]  # those over groups of one key together


@lru_cache(maxsize=64)
def _plan(
    contract: Contract, file: str, present: frozenset[str], tokens: frozenset[str], names: frozenset[str]
) -> _Plan:
    """The plan; payloads of one contract mostly share it, and small ones take longer to plan for than to judge."""
    rules = rules_over(contract, file, present)
    why = [(rule, "; ".join(unbound_lists(rule, contract))) for rule in rules]
    columns = Columns(contract.files[file], present, tokens, names, numbers_above(contract, file))
    checks = [compile_rule(rule, contract, columns) for rule, unbound in why if not unbound]
    sets = [check for check in checks if isinstance(check, SetCheck)]
    by_key: dict[str, list[Rule]] = {}
    for check in sets:
        if check.rule.kind == "group":
            by_key.setdefault(str(check.rule.spec["group_by"]), []).append(check.rule)
    return _Plan(
        rules,
        [(rule, unbound) for rule, unbound in why if unbound],
        [check for check in checks if isinstance(check, RowCheck)],
        [check for check in sets if check.rule.kind != "group"],
        list(by_key.values()),
    )


def rules_over(contract: Contract, file: str, present: frozenset[str]) -> list[Rule]:
    """Return the rules over records of a file in which these columns stand; readers judge those on shape."""
    return [
        rule
        for rule in contract.rules.values()
        if rule.file == file and rule.kind != "shape" and concerns(rule, contract, present)
    ]


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
        return [Found(NO_ROWS, applied=False) for _ in checks]
    violated = [check.violated.fill_null(False).alias(str(at)) for at, check in enumerate(checks)]
    applies = [
        check.applies.fill_null(False).any().alias(f"applies {at}")
        for at, check in enumerate(checks)
        if check.applies is not None
    ]
    # a verdict that is a literal takes the height of the frame's own column
    hits = ready.frame.lazy().select("_row", *violated, *applies).collect()
    counts = hits.select(pl.col(map(str, range(len(checks)))).sum()).row(0)
    found = []
    for at, (check, count) in enumerate(zip(checks, counts, strict=True)):
        met = hits[f"applies {at}"][0] if check.applies is not None else check.rule.column in ready.filled
        found.append(Found(hits[str(at)].arg_true() if count else NO_ROWS, met))
    return found


def judged(rule: Rule, found: Found, contract: Contract, as_of: date | None) -> RuleOutcome:
    """Return the outcome of a rule, whichever engine found it."""
    if found.rows.len():
        return RuleOutcome(rule, "failed", found.rows)
    if found.not_checked:
        return RuleOutcome(rule, "not_checked", NO_ROWS, reason=found.not_checked)
    if as_of and (old := next(filter(None, (stale(one, as_of) for one in lists_of(rule, contract))), "")):
        return RuleOutcome(rule, "stale", NO_ROWS, reason=old)
    if not found.applied:
        return RuleOutcome(rule, "not_applied", NO_ROWS, reason="nothing in the payload that the rule is about")
    return RuleOutcome(rule, "passed", NO_ROWS)


def _predicting(outcome: RuleOutcome, check: RowCheck, frame: pl.DataFrame) -> RuleOutcome:
    if check.predicted is None or not outcome.rows.len():
        return outcome
    hit = frame[outcome.rows].select(check.predicted.fill_null(False).alias("hit"))["hit"]
    return RuleOutcome(outcome.rule, outcome.status, outcome.rows, hit, outcome.reason)
