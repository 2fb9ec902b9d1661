"""A DuckDB in memory as the database of a batch. Frames come and go as Arrow streams, without a copy in text."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb
import polars as pl

from contracts.sql.dialects import DUCKDB, Dialect
from contracts.sql.tables import DatabaseError


class DuckDbSession:
    """One connection of its own, with ``threads`` threads."""

    def __init__(self, threads: int = 2) -> None:
        self.dialect: Dialect = DUCKDB
        self._connection = duckdb.connect(config={"threads": threads})

    def load(self, name: str, frame: pl.DataFrame) -> None:
        """Make a frame a table; a table of that name is replaced."""
        self._connection.register("arriving", _Stream(frame))
        self.make(self.dialect.name(name), "SELECT * FROM arriving")
        self._connection.unregister("arriving")

    def make(self, name: str, query: str) -> None:
        """Keep the result of a query as a table; a table of that name is replaced."""
        with _in_words():
            self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")

    def rows(self, query: str) -> pl.DataFrame:
        """The result of a query."""
        with _in_words():
            return pl.DataFrame(self._connection.sql(query))

    def close(self) -> None:
        """Let the database go, with all its tables."""
        self._connection.close()


class _Stream:
    """A frame as a bare Arrow stream: polars' own frames DuckDB takes by way of pyarrow, which nothing else needs."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self._frame.__arrow_c_stream__(requested_schema)


@contextmanager
def _in_words() -> Iterator[None]:
    """Give errors of DuckDB as DatabaseError, in one line of its own; what it says of memory stands there, too."""
    try:
        yield
    except duckdb.Error as error:
        raise DatabaseError(str(error).splitlines()[0]) from error
