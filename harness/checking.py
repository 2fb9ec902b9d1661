"""A payload against its contract: findings, rule statuses, and a verdict per accept unit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

import polars as pl

from contracts import (
    CheckResult,
    Contract,
    Evaluate,
    Records,
    Rule,
    RuleOutcome,
    RuleStatus,
    Status,
    evaluate,
    shifted,
)
from harness import findings
from harness.units import Hit, hit_units, predictions, units
from interfaces import Fact, Payload

SAMPLE = 100
"""Findings per rule that a result keeps unless all are asked for."""


def check(
    payload: Payload,
    contract: Contract,
    *,
    as_of: date | None = None,
    sample: int = SAMPLE,
    all_findings: bool = False,
    load_all_or_nothing: bool = True,
    engine: Evaluate = evaluate,
) -> CheckResult:
    """Return what the contract says of a payload.

    ``as_of`` is the date at which reference lists are aged (None: none is too old). Counts per rule are exact;
    ``samples`` holds at most ``sample`` findings per rule, ``findings`` all of them only where ``all_findings``.
    ``engine`` evaluates the rules of a file; the verdicts do not depend on it.
    """
    records = Records(contract, payload.frames)
    outcomes = {
        outcome.rule.id: outcome for name in records.ready for outcome in engine(contract, name, records, as_of)
    }
    facts = _graded(payload, contract, records)
    of_facts = [_hit(rule, fact, records, payload) for rule, fact in facts]
    hits = [*_hits(outcomes.values()), *of_facts]
    most = None if all_findings else sample
    found = findings.together(
        [*_of_outcomes(contract, records, outcomes.values(), most), *_of_facts(contract, records, facts, most)]
    )
    return CheckResult(
        contract=contract.id,
        version=contract.version,
        contract_status=contract.status,
        release=contract.release,
        profile=contract.profile,
        payload=payload.name,
        sha256=payload.sha256,
        records=payload.records,
        rules=tuple(_statuses(contract, records, outcomes, of_facts)),
        units=units(contract, records, hits, payload.name, all_or_nothing=load_all_or_nothing),
        samples=_capped(found, sample) if all_findings else found,
        findings=found,
        members=tuple(payload.members),
        predictions=predictions(contract, records, hits, all_or_nothing=load_all_or_nothing),
    )


def _graded(payload: Payload, contract: Contract, records: Records) -> list[tuple[Rule, Fact]]:
    """The reader's facts and the engine's own (shifted records), each with its rule; a disabled rule's are dropped."""
    facts = list(payload.facts)
    for name, ready in records.ready.items():
        moved = shifted(ready)
        if moved.len():
            numbers = ready.frame[moved]
            detail = "values fail their type here and fit with an offset"
            facts.append(Fact(f"{name}.shape.shifted", name, detail, numbers["_row"], numbers["_line"]))
    graded = [(contract.rules.get(fact.rule) or _unlisted(fact, contract), fact) for fact in facts]
    return [(rule, fact) for rule, fact in graded if rule is not None]


def _unlisted(fact: Fact, contract: Contract) -> Rule | None:
    """The rule behind an HDL attribute that no list knows: minor as long as the list is not complete."""
    if not fact.rule.endswith(".unlisted") or fact.rule in contract.disabled:
        return None
    column = fact.rule.removeprefix(f"{fact.file}.").removesuffix(".unlisted")
    return Rule(id=fact.rule, kind="unlisted", file=fact.file, title=f"{column} is a known attribute", severity="minor")


def _hits(outcomes: Iterable[RuleOutcome]) -> Iterator[Hit]:
    for outcome in outcomes:
        if outcome.rows.len():
            yield Hit(outcome.rule, outcome.rows, outcome.predicted)


def _hit(rule: Rule, fact: Fact, records: Records, payload: Payload) -> Hit:
    if fact.rows is None or rule.file not in records.ready:
        return Hit(rule, None, files=payload.held.get(fact.member, ()))
    numbers = records.ready[rule.file].frame["_row"]
    return Hit(rule, numbers.is_in(fact.rows.implode()).arg_true())


def _of_outcomes(
    contract: Contract, records: Records, outcomes: Iterable[RuleOutcome], most: int | None
) -> Iterator[pl.DataFrame]:
    for outcome in outcomes:
        if outcome.rows.len():
            rows = outcome.rows if most is None else outcome.rows.head(most)
            coded = None if outcome.predicted is None else outcome.predicted.head(rows.len())
            yield findings.of_records(contract, outcome.rule, records.ready[outcome.rule.file], rows, coded)


def _of_facts(
    contract: Contract, records: Records, facts: list[tuple[Rule, Fact]], most: int | None
) -> Iterator[pl.DataFrame]:
    for rule, fact in facts:
        yield findings.of_fact(contract, rule, fact, records.ready.get(rule.file), most)


def _statuses(
    contract: Contract,
    records: Records,
    outcomes: dict[str, RuleOutcome],
    of_facts: list[Hit],
) -> Iterator[RuleStatus]:
    seen: dict[str, list[Hit]] = {}
    extra: dict[str, Rule] = {}
    for hit in of_facts:
        seen.setdefault(hit.rule.id, []).append(hit)
        extra.setdefault(hit.rule.id, hit.rule)
    for rule in [*contract.rules.values(), *(rule for name, rule in extra.items() if name not in contract.rules)]:
        if rule.id in outcomes:
            outcome = outcomes[rule.id]
            count = outcome.rows.len()
            yield _status(rule, outcome.status, count, hit_units(records, [Hit(rule, outcome.rows)]), outcome.reason)
        elif rule.id in seen:
            count = sum(1 if hit.rows is None else hit.rows.len() for hit in seen[rule.id])
            yield _status(rule, "failed", count, hit_units(records, seen[rule.id]), "")
        elif rule.kind == "package" or (
            rule.kind == "shape" and rule.file in records.ready and _judged(rule, contract)
        ):
            yield _status(rule, "passed", 0, 0, "")
        elif rule.file not in records.ready and rule.kind != "shape" and _column_listed(rule, contract):
            yield _status(rule, "not_applied", 0, 0, f"no {rule.file} in the payload")


def _judged(rule: Rule, contract: Contract) -> bool:
    return not rule.id.endswith(".row_count") or contract.files[rule.file].rows is not None


def _column_listed(rule: Rule, contract: Contract) -> bool:
    return not rule.column or contract.files[rule.file].columns[rule.column].listed


def _status(rule: Rule, status: Status, findings_count: int, units_count: int, reason: str) -> RuleStatus:
    return RuleStatus(
        id=rule.id,
        file=rule.file,
        column=rule.column,
        title=rule.title,
        severity=rule.severity,
        code=rule.code,
        status=status,
        findings=findings_count,
        units=units_count,
        reason=reason,
    )


def _capped(found: pl.DataFrame, most: int) -> pl.DataFrame:
    return found.filter(pl.int_range(pl.len()).over("rule") < most)
