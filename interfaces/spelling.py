"""Values of a database as a payload spells them: numbers without exponent, dates by the mask of their column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import polars as pl

from contracts.model import Type
from contracts.translation import shortest
from contracts.typing import DEFAULT_MASKS
from interfaces.fbdi import date_form

_EXPONENT = r"^[+-]?[0-9.]+[eE][+-]?[0-9]+$"
_ISO = "%Y-%m-%d %H:%M:%S%.f"
_ISO_TEXT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-5][0-9](\.[0-9]{1,6}0*)?)?)?$"
"""What is read as a moment: parsing is lenient, it takes the year 26, a 60th second, and drops nanoseconds."""
_FINEST = (("FF", ""), ("SS", "1s"), ("MI", "1m"), ("HH24", "1h"))  # part of a mask -> what it is exact to
_TWO_DIGITS = (1969, 2068)
"""First and last year that a mask with YY can tell."""

Values = pl.Series | Sequence[Any]
"""A column of a batch: typed, or as the driver's Python values."""


def parts(values: Values) -> list[pl.Series]:
    """Return a column as series of one kind each: null in one where the value is of another. Numbers may be text."""
    if isinstance(values, pl.Series):
        return [values]
    kinds = sorted(set(map(type, values)) - {type(None)}, key=lambda kind: kind.__name__)
    if not kinds:
        return [pl.Series([None] * len(values), dtype=pl.String)]
    if len(kinds) == 1:
        return list(_of_kind(kinds[0], values))
    return [
        part for kind in kinds for part in _of_kind(kind, [value if type(value) is kind else None for value in values])
    ]


def spelled(values: Sequence[pl.Series], kind: Type, default_mask: str) -> pl.Series:
    """Return the text of a column of this type, given in ``parts``; what text it was stays as it is.

    A number is spelled shortest: no exponent, no zeros behind the last decimal. A day or moment is spelled by the
    column's mask; where the mask would lose of it (a time, seconds, a century), and in columns of other types, it is
    spelled in full as ISO does, so that it fails the type. A boolean is Y or N for a flag, else true or false; bytes
    are UTF-8, wrong ones replaced. NaN, infinities, intervals and all else are the words that Python has for them.
    """
    texts = [_text(part, kind, default_mask) for part in values]
    return texts[0] if len(texts) == 1 else pl.select(pl.coalesce(texts)).to_series()


def undecodable(values: Sequence[pl.Series]) -> pl.Series | None:
    """Return where a column's bytes are not UTF-8, None where it holds none."""
    found = [[value is not None and not _is_text(value) for value in one] for one in values if one.dtype == pl.Binary]
    return pl.Series(found[0], dtype=pl.Boolean) if found else None


def iso_moments(text: pl.Series) -> list[pl.Series]:
    """Return text as ``parts``: the ISO days and moments among it typed, the rest as text."""
    iso = pl.when(pl.col("text").str.contains(_ISO_TEXT)).then(pl.col("text").str.replace("T", " ", literal=True))
    forms = (_ISO, "%Y-%m-%d %H:%M", "%Y-%m-%d")
    moments = [iso.str.strptime(pl.Datetime("us"), form, strict=False) for form in forms]
    frame = text.to_frame("text").select("text", pl.coalesce(moments).alias("moment"))
    rest = frame.select(pl.when(pl.col("moment").is_null()).then("text").alias("text"))
    return [frame["moment"], rest["text"]]


def _of_kind(kind: type, values: Sequence[Any]) -> Iterator[pl.Series]:
    """Python values of one type, or None, as series."""
    if issubclass(kind, str):
        yield pl.Series(values, dtype=pl.String)
    elif issubclass(kind, bool):
        yield pl.Series(values, dtype=pl.Boolean)
    elif issubclass(kind, int | float | Decimal):
        yield plain_number(pl.Series([None if value is None else str(value) for value in values], dtype=pl.String))
    elif issubclass(kind, datetime):
        yield pl.Series([None if value is None or value.tzinfo else value for value in values], dtype=pl.Datetime("us"))
        if any(value is not None and value.tzinfo for value in values):
            yield pl.Series([_zoned(value) if value is not None and value.tzinfo else None for value in values])
    elif issubclass(kind, date):
        yield pl.Series(values, dtype=pl.Date)
    elif issubclass(kind, bytes | bytearray | memoryview):
        yield pl.Series([None if value is None else bytes(value) for value in values], dtype=pl.Binary)
    else:
        yield pl.Series([None if value is None else str(value) for value in values], dtype=pl.String)


def _zoned(value: datetime) -> str:
    """A moment with its zone, which no mask tells: in UTC, so that sessions spell it alike."""
    try:
        return value.astimezone(UTC).isoformat(" ")
    except OverflowError:  # the end of time, where some keep what never ends
        return value.isoformat(" ")


def _text(values: pl.Series, kind: Type, default_mask: str) -> pl.Series:
    dtype = values.dtype
    if dtype == pl.String:
        return values
    if dtype == pl.Boolean:
        yes, no = ("Y", "N") if kind.kind == "flag" else ("true", "false")
        return values.to_frame("value").select(
            pl.when("value").then(pl.lit(yes)).when(~pl.col("value")).then(pl.lit(no))
        )["literal"]
    if dtype == pl.Binary:
        decoded = [None if value is None else value.decode("utf-8", "replace") for value in values]
        return pl.Series(decoded, dtype=pl.String)
    if isinstance(dtype, pl.Datetime) and dtype.time_zone:
        return values.dt.convert_time_zone("UTC").dt.strftime(f"{_ISO}+00:00")
    if dtype in (pl.Date, pl.Datetime):
        return _moment(values, kind, default_mask)
    if dtype.is_numeric():
        return plain_number(values.cast(pl.String))
    return pl.Series([None if value is None else str(value) for value in values.to_list()], dtype=pl.String)


def plain_number(text: pl.Series) -> pl.Series:
    """Return numbers spelled shortest: no exponent, no zeros behind the last decimal, no sign of nothing."""
    if text.str.contains(_EXPONENT).any():
        powers = text.str.contains(_EXPONENT).fill_null(False)
        plain = [f"{Decimal(value):f}" if power else value for value, power in zip(text, powers, strict=True)]
        text = pl.Series(plain, dtype=pl.String)
    return text.to_frame("text").select(shortest(pl.col("text")).str.replace(r"^-0$", "0"))["text"]


def _moment(values: pl.Series, kind: Type, default_mask: str) -> pl.Series:
    """Days and moments by the mask of their column, in full where it would lose of them."""
    day = values.dtype == pl.Date
    value = pl.col("value")
    full = value.dt.strftime("%Y-%m-%d" if day else _ISO)
    if kind.kind not in ("date", "timestamp"):
        midnight = pl.lit(True) if day else value == value.dt.truncate("1d")
        chosen = pl.when(midnight).then(value.dt.strftime("%Y-%m-%d")).otherwise(full)
    else:
        mask = kind.mask or (default_mask if kind.kind == "date" else DEFAULT_MASKS["timestamp"])
        moment = value.cast(pl.Datetime("us")) if day else value
        chosen = pl.when(_kept(moment, mask)).then(moment.dt.strftime(date_form(mask))).otherwise(full)
    return values.to_frame("value").select(chosen.alias("text"))["text"]


def _kept(value: pl.Expr, mask: str) -> pl.Expr:
    """True where a mask tells all of a moment."""
    unit = next((unit for part, unit in _FINEST if part in mask), "1d")
    kept = value == value.dt.truncate(unit) if unit else pl.lit(True)
    return kept & value.dt.year().is_between(*_TWO_DIGITS) if "YYYY" not in mask else kept


def _is_text(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True
