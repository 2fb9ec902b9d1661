"""Spark as the database of a batch. Frames come and go as Parquet files in a folder that its executors reach too.

A table that is made is written at once: no rule computes it again, and what it was made of may go.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import polars as pl
from py4j.protocol import Py4JError, Py4JJavaError
from pyspark import SparkConf, SparkContext
from pyspark.errors import PySparkException
from pyspark.java_gateway import launch_gateway
from pyspark.logger import PySparkLogger
from pyspark.sql import SparkSession

from contracts.sql.dialects import Dialect
from contracts.sql.spark_dialect import SPARK
from contracts.sql.tables import DatabaseError

_SETTINGS = {
    "spark.app.name": "fusion-interface-harness",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.adaptive.enabled": "true",
    "spark.sql.caseSensitive": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",  # what the SQL does not foresee is an error, never a silent NULL
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",  # nor are decimals given up for digits
    "spark.sql.variable.substitute": "false",  # ${ stands in regular expressions
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",  # dates before 1582 are days like others
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
}
_LOCAL = {
    "spark.driver.host": "localhost",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.shuffle.partitions": "4",
}
_THROWN = re.compile(r"\S.*?(?:Exception|ERROR \w+): ")
"""What stands before the words of an error."""


class SparkSqlSession:
    """A Spark application of its own, with a folder below ``folder`` (default: the temporary one) for its tables.

    Raises OSError where there is no such folder, DatabaseError where Spark does not start.
    """

    def __init__(self, master: str, folder: Path | None = None, settings: Mapping[str, str] | None = None) -> None:
        self.dialect: Dialect = SPARK
        self._folder = Path(tempfile.mkdtemp(prefix="harness-spark-", dir=folder)).resolve()
        self._tables: dict[str, Path] = {}
        self._numbers = count()
        local = _LOCAL if master.startswith("local") else {}
        told = {"spark.master": master, **_SETTINGS, **local, **(settings or {})}
        try:
            self._spark = _started(told, self._folder / "spark.log")
        except BaseException:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise

    def load(self, name: str, frame: pl.DataFrame) -> None:
        """Make a frame a table; a table of that name is replaced."""
        path = self._next()
        path.mkdir()
        frame.write_parquet(path / "frame.parquet")
        numbers = {name for name, kind in frame.schema.items() if kind == pl.Int32}  # all else is text
        schema = ", ".join(
            f"{self.dialect.name(name)} {'INT' if name in numbers else 'STRING'}" for name in frame.columns
        )
        with _in_words():
            self._keep(self.dialect.name(name), path, schema)

    def make(self, name: str, query: str) -> None:
        """Keep the result of a query as a table; a table of that name is replaced."""
        path = self._next()
        with _in_words():
            made = self._spark.sql(query)
            made.write.parquet(_address(path))
            self._keep(name, path, made.schema)

    def rows(self, query: str) -> pl.DataFrame:
        """The result of a query, in its order."""
        path = self._next()
        with _in_words():
            self._spark.sql(query).write.parquet(_address(path))
        parts = sorted(path.glob("*.parquet"))
        if not parts:
            raise DatabaseError(f"the executors do not write into the folder that is {path.parent} here")
        found = pl.read_parquet(parts)
        shutil.rmtree(path)
        return found

    def close(self) -> None:
        """Stop Spark, and remove its tables."""
        with _in_words():
            self._spark.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _next(self) -> Path:
        """A folder of its own for each result, since Spark may remember the files of one that it has read."""
        return self._folder / str(next(self._numbers))

    def _keep(self, name: str, path: Path, schema: object) -> None:
        self._spark.read.schema(schema).parquet(_address(path)).createOrReplaceTempView(name)
        if name in self._tables:
            shutil.rmtree(self._tables[name])
        self._tables[name] = path


def _address(path: Path) -> str:
    """A cluster may take a bare path as one of its own file system."""
    return f"file://{path.as_posix()}"


def _started(settings: Mapping[str, str], log: Path) -> SparkSession:
    """A session of a new application. What its JVM prints goes into a file, not on the screen of the one who checks."""
    PySparkLogger.getLogger("SQLQueryContextLogger").disabled = True  # it shows what DatabaseError says
    conf = SparkConf().setAll(list(settings.items()))
    with _in_words(log):
        if SparkContext._gateway is None:  # one JVM serves all sessions of a process
            with log.open("wb") as printed:
                gateway = launch_gateway(conf, {"stdout": printed, "stderr": printed})
        else:
            gateway = SparkContext._gateway
        context = SparkContext(conf=conf, gateway=gateway)
        context.setLogLevel("ERROR")
        return SparkSession(context)


@contextmanager
def _in_words(log: Path | None = None) -> Iterator[None]:
    """Give errors of Spark as DatabaseError, in one line of its own. Why it did not start stands in its log alone."""
    try:
        yield
    except (PySparkException, Py4JError, OSError) as error:
        printed = log.read_text(errors="replace").splitlines() if log and log.is_file() else []
        told = [line for line in printed if _THROWN.match(line)] or printed
        thrown = error.java_exception if isinstance(error, Py4JJavaError) else error
        raise DatabaseError(_THROWN.sub("", told[0] if told else str(thrown).splitlines()[0])) from error
