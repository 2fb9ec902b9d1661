"""Engines by name: what evaluates the rules of a contract."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from contracts import Evaluate, evaluate
from harness.errors import UsageError

if TYPE_CHECKING:  # a check by polars loads no SQL
    from contracts.sql import SqlEngine

NAMES = ("polars", "duckdb", "spark")


@contextmanager
def engine_named(name: str, master: str = "", folder: Path | None = None) -> Iterator[Evaluate]:
    """Give the engine of a name, and close it afterwards; Spark runs on a master, with its tables in a folder.

    Raises UsageError for an unknown name, what only Spark has with another, a package that is missing, a database that
    does not start or gives up.
    """
    if name not in NAMES:
        raise UsageError(f"no engine {name}", where="--engine", todo=f"use one of: {', '.join(NAMES)}")
    if name != "spark" and (master or folder):
        option = "--master" if master else "--spark-folder"
        raise UsageError(f"{name} has no such option", where=option, todo="add --engine spark, or leave it out")
    if name == "polars":
        yield evaluate
        return
    from contracts.sql import DatabaseError

    with closing(_on_spark(master or "local[2]", folder) if name == "spark" else _on_duckdb()) as engine:
        try:
            yield engine.evaluate
        except DatabaseError as error:
            database = "Spark" if name == "spark" else "DuckDB"
            todo = f"give {database} what it lacks (docs/scale.md), or use another engine"
            raise UsageError(f"{database} gave up: {error}", where=f"--engine {name}", todo=todo) from error


def _on_duckdb() -> SqlEngine:
    from contracts.sql import duckdb_engine

    try:
        return duckdb_engine()
    except ImportError as error:
        raise _missing("duckdb", "duckdb") from error


def _on_spark(master: str, folder: Path | None) -> SqlEngine:
    from contracts.sql import DatabaseError, spark_engine

    try:
        return spark_engine(master, folder)
    except ImportError as error:
        raise _missing("pyspark", "spark") from error
    except OSError as error:
        todo = "name a folder that exists, and that executors reach under the same path"
        what = f"no folder for tables: {error.strerror or error}"
        raise UsageError(what, where=f"--spark-folder {folder or ''}".strip(), todo=todo) from error
    except DatabaseError as error:
        todo = "install Java 17 or newer, or set JAVA_HOME; name a master that answers, such as local[2]"
        raise UsageError(f"Spark does not start: {error}", where=f"--master {master}", todo=todo) from error


def _missing(package: str, extra: str) -> UsageError:
    todo = f"pip install 'fusion-interface-harness[{extra}]'"
    return UsageError(f"package {package} is not installed", where=f"--engine {extra}", todo=todo)
