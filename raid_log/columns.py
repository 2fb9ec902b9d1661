"""Column types that keep a value exactly on every database, and what else databases do differently about columns.

Only Oracle gets other types than the names say: SQLite and PostgreSQL keep what SQLAlchemy makes of ``impl``.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import (
    TIMESTAMP,
    Boolean,
    ColumnElement,
    DateTime,
    Dialect,
    LargeBinary,
    Numeric,
    SmallInteger,
    String,
    Text,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateColumn
from sqlalchemy.sql.compiler import DDLCompiler, SQLCompiler
from sqlalchemy.types import TypeDecorator, TypeEngine

Kind = TypeVar("Kind")


class _Plain(TypeDecorator[Kind]):
    """A type whose values are changed for Oracle alone: no other database's values take the time of a call."""

    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Any:
        """Return what changes a value before it is written."""
        changed = dialect.name == "oracle"
        return super().bind_processor(dialect) if changed else self.impl_instance.bind_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Return what changes a value after it was read."""
        if dialect.name == "oracle":
            return super().result_processor(dialect, coltype)
        return self.impl_instance.result_processor(dialect, coltype)


class _Writing(_Plain[str]):
    """Text. Oracle takes '' for NULL: there a text of nothing but blanks is written with one blank more."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return what is written."""
        blank = dialect.name == "oracle" and value is not None and not value.strip(" ")
        return f"{value} " if blank else value

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Return what was written, without the blank that was added."""
        blank = dialect.name == "oracle" and value is not None and not value.strip(" ")
        return value[:-1] if blank and value else value


class ShortText(_Writing):
    """Text of at most ``length`` characters."""

    cache_ok = True

    def __init__(self, length: int) -> None:
        super().__init__()
        self.length = length

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type that the database keeps."""
        return String(self.length)


class LongText(_Writing):
    """Text of any length. On Oracle it can be neither compared, grouped nor sorted."""

    cache_ok = True


class Money(TypeDecorator[Decimal]):
    """A decimal with 10 places, read back equal to what was written.

    NUMERIC(38, 10) where the database has exact numbers. SQLite has none (its NUMERIC affinity turns a decimal into
    a binary float, and 64-bit integers are too small at 10 places), so there it is canonical text. Sums over it are
    therefore made in Python, never in SQL.
    """

    impl = Numeric(38, 10)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type that the database keeps."""
        return dialect.type_descriptor(String(42) if dialect.name == "sqlite" else Numeric(38, 10))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        """Return what is written."""
        return format(value, "f") if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """Return what was read, as a decimal."""
        return None if value is None else Decimal(value)


class Words(LongText):
    """Text that a payload brought along, kept even where a database would refuse it.

    PostgreSQL takes no NUL and no database half a surrogate pair (a file name of undecodable bytes): both are written
    as signs that show them, so that a strange value never costs a run. With ``on_oracle`` it can be compared and
    grouped on Oracle too, and is cut there after so many characters (1,000 fill the 4,000 bytes of a VARCHAR2).
    """

    cache_ok = True

    def __init__(self, on_oracle: int | None = None) -> None:
        super().__init__()
        self.on_oracle = on_oracle

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type that the database keeps."""
        short = dialect.name == "oracle" and self.on_oracle
        return String(self.on_oracle) if short else super().load_dialect_impl(dialect)

    def bind_processor(self, dialect: Dialect) -> Any:
        """Return what changes a value before it is written, for every database."""
        return TypeDecorator.bind_processor(self, dialect)

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return what is written."""
        if value is None:
            return None
        value = value.replace("\0", "\u2400").encode("utf-8", "backslashreplace").decode()
        value = super().process_bind_param(value, dialect)
        return value[: self.on_oracle] if value and dialect.name == "oracle" else value


class Instant(TypeDecorator[datetime]):
    """A moment, written and read as aware UTC. A naive datetime is refused: its hour would be a guess.

    TIMESTAMP without a zone on Oracle: its DATE has no fractions of a second, and its driver reads naive moments.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type that the database keeps."""
        return TIMESTAMP() if dialect.name == "oracle" else super().load_dialect_impl(dialect)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment in UTC. Raises ValueError for a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value.isoformat()} has no time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "oracle" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment as aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Flag(_Plain[bool]):
    """True or false; 1 or 0 on Oracle, whose BOOLEAN is there from release 23 on only. ``is_`` is written as ``=``."""

    impl = Boolean
    cache_ok = True

    class Comparator(TypeDecorator.Comparator[bool]):
        """Oracle knows IS for NULL alone, which no flag is."""

        def is_(self, other: Any) -> Any:
            """Return the comparison with true or false."""
            return self == other

    comparator_factory = Comparator

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type that the database keeps."""
        return SmallInteger() if dialect.name == "oracle" else super().load_dialect_impl(dialect)

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> Any:
        """Return what is written."""
        return int(value) if value is not None and dialect.name == "oracle" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> bool | None:
        """Return what was read, as true or false."""
        return bool(value) if value is not None and dialect.name == "oracle" else value


class Digest(TypeDecorator[bytes]):
    """The 16 bytes of a hash; RAW on Oracle, whose BLOB can be neither compared nor indexed."""

    impl = LargeBinary(16)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type that the database keeps."""
        if dialect.name != "oracle":
            return super().load_dialect_impl(dialect)
        from sqlalchemy.dialects.oracle import RAW  # here, because only Oracle's users need to wait for it

        return RAW(16)


class Empty(ColumnElement[str]):
    """The empty text as a default of the database; on Oracle the blank that ``ShortText`` writes for it."""

    inherit_cache = True


@compiles(Empty)
def _empty(_element: Empty, compiler: SQLCompiler, **_: Any) -> str:
    return "' '" if compiler.dialect.name == "oracle" else "''"


@compiles(CreateColumn, "oracle")
def _counting(element: CreateColumn, compiler: DDLCompiler, **options: Any) -> str:
    """Oracle counts by itself only where a column says so; ORDER keeps the numbers of a cluster in order."""
    column = element.element
    text: str = compiler.visit_create_column(element, **options)  # type: ignore[no-untyped-call]
    if column.table.autoincrement_column is not column:
        return text
    return text.replace(" NOT NULL", " GENERATED BY DEFAULT AS IDENTITY (ORDER) NOT NULL")
