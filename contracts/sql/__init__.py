"""A second reading of the rules, in SQL: the referee of the polars engine. The only door of the package.

It needs a database: ``duckdb_engine`` DuckDB, ``spark_engine`` Spark, each of the extra of that name.
"""

from collections.abc import Mapping
from pathlib import Path

from contracts.sql.conditions import condition_sql
from contracts.sql.dialects import DUCKDB, Dialect
from contracts.sql.engine import Outcomes, SqlEngine
from contracts.sql.spark_dialect import SPARK
from contracts.sql.tables import DatabaseError, Session

__all__ = [
    "DUCKDB",
    "SPARK",
    "DatabaseError",
    "Dialect",
    "Outcomes",
    "Session",
    "SqlEngine",
    "condition_sql",
    "duckdb_engine",
    "spark_engine",
]


def duckdb_engine(threads: int = 2) -> SqlEngine:
    """Return an engine on a DuckDB in memory of its own. Raises ImportError where duckdb is not installed."""
    from contracts.sql.on_duckdb import DuckDbSession

    return SqlEngine(DuckDbSession(threads))


def spark_engine(
    master: str = "local[2]", folder: Path | None = None, settings: Mapping[str, str] | None = None
) -> SqlEngine:
    """Return an engine on a Spark application of its own; ``close`` stops it.

    ``folder`` is where tables lie while it runs: its executors must reach it under the same path. Raises ImportError
    where pyspark is not installed, OSError without the folder, DatabaseError where Spark does not start.
    """
    from contracts.sql.on_spark import SparkSqlSession

    return SqlEngine(SparkSqlSession(master, folder, settings))
