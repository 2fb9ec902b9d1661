"""A contract file as a pandera schema whose row rules run in one pass.

``schema(...)`` gives a ``ContractSchema``: an ordinary ``pandera.polars.DataFrameSchema`` with one check per rule,
named by rule id. pandera's own backend would evaluate each check by itself; ``Fused`` asks all of them for their
expressions and evaluates those of a file at once. It is registered for ``ContractSchema`` alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandera.polars as pa
import polars as pl
from pandera.api.polars.types import PolarsData
from pandera.backends.polars.base import PolarsSchemaBackend
from pandera.errors import FailureCaseMetadata, SchemaError, SchemaErrorReason, SchemaErrors

from contracts.lists import stale
from contracts.model import Contract, Rule
from contracts.records import Records
from contracts.results import Status
from contracts.rules import Found, RowCheck, SetCheck, compile_rule, lists_of

_NONE = pl.Series([], dtype=pl.UInt32)


@dataclass(frozen=True)
class RuleOutcome:
    """What one rule found in one file: indices of failing records, and for which of them its code is predicted."""

    rule: Rule
    status: Status
    rows: pl.Series  # UInt32 indices into the file's frame
    predicted: pl.Series | None = None  # Boolean, parallel to rows; None = for all
    reason: str = ""


class ContractSchema(pa.DataFrameSchema):
    """The pandera schema of one file of an effective contract.

    ``validate(frame, lazy=True)`` returns the frame or raises ``SchemaErrors``; its ``failure_cases`` have one row
    per record and rule: ``rule``, ``row``, ``column``, ``value`` (text as read).
    """

    def __init__(self, contract: Contract, file: str, others: Mapping[str, pl.DataFrame], as_of: date | None) -> None:
        self.contract, self.file, self.others, self.as_of = contract, file, dict(others), as_of
        self.rules = [rule for rule in contract.rules.values() if rule.file == file and rule.kind != "shape"]
        checks = [pa.Check(_Stock(self, rule), name=rule.id) for rule in self.rules]
        super().__init__(checks=checks, name=f"{contract.id}.{file}")

    def records(self, frame: pl.DataFrame) -> Records:
        """The payload with ``frame`` as this file."""
        return Records(self.contract, {**self.others, self.file: frame})


def schema(
    contract: Contract, file: str, frames: Mapping[str, pl.DataFrame] | None = None, *, as_of: date | None = None
) -> ContractSchema:
    """Return the pandera schema of ``file``; ``frames`` are the payload's other files by file id (all text).

    ``as_of`` is the date at which lists are aged; without it none is too old. The contract says the release.
    """
    return ContractSchema(contract, file, frames or {}, as_of)


def evaluate(contract: Contract, file: str, records: Records, as_of: date | None = None) -> list[RuleOutcome]:
    """Return what every rule of a file found, in the contract's order; facets of columns that are absent stay out."""
    ready = records.ready[file]
    rules = [
        rule
        for rule in contract.rules.values()
        if rule.file == file and rule.kind != "shape" and _concerns(rule, contract, ready.present)
    ]
    outcomes: dict[str, RuleOutcome] = {}
    row_checks: list[RowCheck] = []
    for rule in rules:
        if unbound := [one.id for one in lists_of(rule, contract) if one.rows is None]:
            reason = f"list {', '.join(unbound)} is not bound"
            outcomes[rule.id] = RuleOutcome(rule, "not_checked", _NONE, reason=reason)
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


def _concerns(rule: Rule, contract: Contract, present: frozenset[str]) -> bool:
    """An unlisted column is looked at only where some record fills it."""
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
    hits = plan.select(check.violated.fill_null(False).alias(str(at)) for at, check in enumerate(checks)).collect()
    counts = hits.select(pl.all().sum()).row(0) if hits.height == ready.height else [0] * len(checks)
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


class Fused(PolarsSchemaBackend):
    """All checks of a ContractSchema in one evaluation instead of one by one."""

    def validate(
        self, check_obj: pl.DataFrame, schema: ContractSchema, *, lazy: bool = False, **_: Any
    ) -> pl.DataFrame:
        """Return the frame, or raise SchemaErrors (SchemaError with the first fault where not lazy)."""
        outcomes = evaluate(schema.contract, schema.file, schema.records(check_obj), schema.as_of)
        errors = [_error(schema, outcome, check_obj) for outcome in outcomes if outcome.rows.len()]
        if errors and not lazy:
            raise errors[0]
        if errors:
            raise SchemaErrors(schema=schema, schema_errors=errors, data=check_obj)
        return check_obj

    def failure_cases_metadata(self, schema_name: str, schema_errors: list[SchemaError]) -> FailureCaseMetadata:
        """One frame for all failures, and how many records each rule found."""
        cases = pl.concat([error.failure_cases for error in schema_errors])
        counts = {error.check.name: error.failure_cases.height for error in schema_errors}
        return FailureCaseMetadata(cases, {"schema": schema_name, "rules": counts}, counts)


ContractSchema.register_backend(pl.DataFrame, Fused)


def _error(schema: ContractSchema, outcome: RuleOutcome, frame: pl.DataFrame) -> SchemaError:
    rule, failing = outcome.rule, frame[outcome.rows]
    number = failing["_row"] if "_row" in frame.columns else (outcome.rows + 1).cast(pl.UInt32)
    value = (
        failing[rule.column] if rule.column in frame.columns else pl.Series([None] * failing.height, dtype=pl.String)
    )
    cases = pl.DataFrame({"row": number, "value": value}).select(
        pl.lit(rule.id).alias("rule"), "row", pl.lit(rule.column).alias("column"), "value"
    )
    return SchemaError(  # type: ignore[no-untyped-call]
        schema=schema,
        data=frame,
        message=rule.title,
        failure_cases=cases,
        check=next(check for check in schema.checks if check.name == rule.id),
        reason_code=SchemaErrorReason.DATAFRAME_CHECK,
    )


class _Stock:
    """One rule as pandera's own backend runs it: a Boolean per record. The referee of the fused backend."""

    def __init__(self, owner: ContractSchema, rule: Rule) -> None:
        self.owner, self.rule = owner, rule

    def __call__(self, data: PolarsData) -> pl.LazyFrame:
        records = self.owner.records(data.lazyframe.collect())
        contract, ready = self.owner.contract, records.ready[self.owner.file]
        unbound = any(one.rows is None for one in lists_of(self.rule, contract))
        if unbound or not _concerns(self.rule, contract, ready.present):
            return pl.LazyFrame({"ok": pl.Series([True] * ready.height, dtype=pl.Boolean)})
        check = compile_rule(self.rule, contract, ready)
        if isinstance(check, SetCheck):
            failing = check.find(self.rule, records).rows
            return pl.LazyFrame(
                {"ok": ~pl.int_range(ready.height, dtype=pl.UInt32, eager=True).is_in(failing.to_list())}
            )
        return ready.frame.lazy().select((~check.violated.fill_null(False)).alias("ok"))
