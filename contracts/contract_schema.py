"""A contract file as a pandera schema whose row rules run in one pass.

``schema(...)`` gives a ``ContractSchema``: an ordinary ``pandera.polars.DataFrameSchema`` with one check per rule,
named by rule id. pandera's own backend would evaluate each check by itself; ``Fused`` asks all of them for their
expressions and evaluates those of a file at once. It is registered for ``ContractSchema`` alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandera.polars as pa
import polars as pl
from pandera.api.polars.types import PolarsData
from pandera.backends.polars.base import PolarsSchemaBackend
from pandera.errors import FailureCaseMetadata, SchemaError, SchemaErrorReason, SchemaErrors

from contracts.evaluation import RuleOutcome, concerns, evaluate
from contracts.model import Contract, Rule
from contracts.records import Records
from contracts.rules import SetCheck, compile_rule, unbound_lists


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
        if unbound_lists(self.rule, contract) or not concerns(self.rule, contract, ready.present):
            return pl.LazyFrame({"ok": pl.Series([True] * ready.height, dtype=pl.Boolean)})
        check = compile_rule(self.rule, contract, ready)
        if isinstance(check, SetCheck):
            failing = check.find(self.rule, records).rows
            return pl.LazyFrame(
                {"ok": ~pl.int_range(ready.height, dtype=pl.UInt32, eager=True).is_in(failing.to_list())}
            )
        return ready.select([(~check.violated.fill_null(False)).alias("ok")]).lazy()
