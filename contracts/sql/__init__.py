"""A second reading of the rules, in SQL: the referee of the polars engine. The only door of the package.

It needs a database: ``duckdb_engine`` DuckDB, of the extra of that name.
"""

from contracts.sql.conditions import condition_sql
from contracts.sql.dialects import DUCKDB, Dialect
from contracts.sql.engine import Outcomes, SqlEngine
from contracts.sql.tables import Session

__all__ = ["DUCKDB", "Dialect", "Outcomes", "Session", "SqlEngine", "condition_sql", "duckdb_engine"]


def duckdb_engine(threads: int = 2) -> SqlEngine:
    """Return an engine on a DuckDB in memory of its own. Raises ImportError where duckdb is not installed."""
    from contracts.sql.on_duckdb import DuckDbSession

    return SqlEngine(DuckDbSession(threads))
