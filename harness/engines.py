"""Engines by name: what evaluates the rules of a contract."""

from __future__ import annotations

from contracts import Evaluate, evaluate
from harness.errors import UsageError

NAMES = ("polars", "duckdb")


def engine_named(name: str) -> Evaluate:
    """Return the engine of a name. Raises UsageError for an unknown one, or if its package is missing."""
    if name == "polars":
        return evaluate
    if name != "duckdb":
        raise UsageError(f"no engine {name}", where="--engine", todo=f"use one of: {', '.join(NAMES)}")
    try:
        from contracts.sql import duckdb_engine

        return duckdb_engine().evaluate
    except ImportError as error:
        todo = "pip install 'fusion-interface-harness[duckdb]'"
        raise UsageError("package duckdb is not installed", where="--engine duckdb", todo=todo) from error
