"""Column types that keep a value exactly on every database."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import DateTime, Dialect, Numeric, String, Text
from sqlalchemy.types import TypeDecorator, TypeEngine


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


class Words(TypeDecorator[str]):
    """Text that a payload brought along, kept even where a database would refuse it.

    PostgreSQL takes no NUL and no database half a surrogate pair (a file name of undecodable bytes): both are written
    as signs that show them, so that a strange value never costs a run.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return what is written."""
        return None if value is None else value.replace("\0", "\u2400").encode("utf-8", "backslashreplace").decode()


class Instant(TypeDecorator[datetime]):
    """A moment, written and read as aware UTC. A naive datetime is refused: its hour would be a guess."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment in UTC. Raises ValueError for a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value.isoformat()} has no time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment as aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
