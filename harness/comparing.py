"""Predicted against actual: what the contract said of each accept unit, beside what Fusion said of it."""

from __future__ import annotations

from collections import Counter

import polars as pl

from contracts import ANSWER_COLUMNS, OUTCOME_COLUMNS, CheckResult, Contract, code_table

LOAD = "load"
"""The code of every rule that predicts a load error, whatever the error's own number is."""


def compared(result: CheckResult, outcomes: pl.DataFrame) -> pl.DataFrame:
    """Return the outcomes (parallel to ``result.units``) with their comparison (OUTCOME_COLUMNS).

    agreed: refused and rejected, or passed and accepted. false_alarm: refused here, accepted there. missed: passed
    here, rejected there. unexplained: rejected without a reason. Null while the outcome is pending or unknown.
    """
    refused = pl.col("predicted") == "refused"
    outcome = pl.col("outcome")
    comparison = (
        pl.when(outcome == "rejected_unexplained").then(pl.lit("unexplained"))
        .when((outcome == "accepted") & refused).then(pl.lit("false_alarm"))
        .when((outcome == "rejected") & ~refused).then(pl.lit("missed"))
        .when(outcome.is_in(["accepted", "rejected"])).then(pl.lit("agreed"))
    )  # fmt: skip
    both = outcomes.with_columns(result.units["predicted"])
    return both.with_columns(comparison.alias("comparison")).select(
        pl.col(name).cast(kind) for name, kind in OUTCOME_COLUMNS.items()
    )


def explained(result: CheckResult, answers: pl.DataFrame, contract: Contract) -> pl.DataFrame:
    """Return the answers with the rule that each maps to (ANSWER_COLUMNS).

    A code maps to a rule if that rule predicts it for the same unit; of several, to one of the answer's own column.
    Without such a prediction, to the only rule of the contract that predicts it (acceptance definitions, 8.2).
    """
    load = set(code_table(LOAD))
    alike = pl.when(pl.col("code").is_in(load)).then(pl.lit(LOAD)).otherwise("code")
    numbered = answers.with_row_index("answer").with_columns(alike.alias("predicted"))
    columns = {rule.id: (rule.file, rule.column) for rule in contract.rules.values()}
    told = result.predictions.with_columns(
        pl.col("rule").replace_strict({name: file for name, (file, _) in columns.items()}, default="").alias("of_file"),
        pl.col("rule").replace_strict({name: at for name, (_, at) in columns.items()}, default="").alias("of_column"),
    )
    met = numbered.join(told, left_on=["unit", "predicted"], right_on=["unit", "code"], how="inner", suffix="_told")
    own = ((pl.col("column") == pl.col("of_column")) & (pl.col("file") == pl.col("of_file"))).cast(pl.Int8)
    best = met.with_columns(own.alias("own")).sort("answer", "own", descending=[False, True], maintain_order=True)
    chosen = best.unique(subset="answer", keep="first", maintain_order=True).select("answer", pl.col("rule_told"))
    alone = pl.col("predicted").replace_strict(_only_rules(contract), default="", return_dtype=pl.String)
    mapped = numbered.join(chosen, on="answer", how="left").sort("answer")
    return mapped.with_columns(pl.coalesce("rule_told", alone).alias("rule")).select(
        pl.col(name).cast(kind) for name, kind in ANSWER_COLUMNS.items()
    )


def _only_rules(contract: Contract) -> dict[str, str]:
    """Code -> the one rule of the contract that predicts it."""
    times = Counter(rule.code for rule in contract.rules.values() if rule.code)
    return {rule.code: rule.id for rule in contract.rules.values() if rule.code and times[rule.code] == 1}
