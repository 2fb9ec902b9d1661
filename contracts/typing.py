"""From text to typed values: decimals, strict dates, flags; what does not fit its type is unknown, never guessed."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache

import polars as pl

from contracts.model import TOKENS, Type
from contracts.translation import NUMBER

_HELD = r"^[+-]?(?:[0-9]{1,28}(?:\.[0-9]{0,10}0*)?|\.[0-9]{1,10}0*)$"  # what Decimal(38, 10) holds without loss
_LOADS = (
    r"^[+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)"
    r"(?:[eE](?:-[0-9]+|[+]?0*(?:[0-9]{1,2}|1[01][0-9]|12[0-5])))?$"
)  # what Oracle's to_number takes: below 1E126
# digits are ASCII; as in Oracle there is no year 0 and no second 60
_PARTS = (
    ("YYYY", "(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])", "%Y"),
    ("HH24", "[0-9]{2}", "%H"),
    ("MI", "[0-9]{2}", "%M"),
    ("SS", "[0-5][0-9]", "%S"),
    ("MM", "[0-9]{2}", "%m"),
    ("DD", "[0-9]{2}", "%d"),
    ("YY", "[0-9]{2}", "%y"),  # 69 to 99 are of the twentieth century
    ("FF", "[0-9]{1,9}", ""),
)
DEFAULT_MASKS = {"date": "YYYY/MM/DD", "timestamp": "YYYY/MM/DD HH24:MI:SS"}


def blank_tokens(name: str) -> pl.Expr:
    """The text of a column with the tokens that stand for blank as null."""
    text = pl.col(name)
    return pl.when(~text.is_in(TOKENS)).then(text)


def typed(text: pl.Expr, kind: Type, default_mask: str) -> pl.Expr:
    """The value of a text of this kind, null where it does not fit. Sizes are judged by ``oversized``."""
    match kind.sort:
        case "number":
            plain = text.str.replace(",", ".", literal=True)  # dot or comma is Oracle's decimal sign
            return pl.when(plain.str.contains(_HELD)).then(plain).cast(NUMBER, strict=False)
        case "date":
            pattern, form = mask_forms(kind.mask or default_mask)
            return pl.when(text.str.contains(pattern)).then(text).str.to_date(form, strict=False)
        case "timestamp":
            pattern, form = mask_forms(kind.mask or DEFAULT_MASKS["timestamp"])
            whole = pl.when(text.str.contains(pattern)).then(text.str.extract(_whole_seconds(pattern), 1))
            return whole.str.to_datetime(form, strict=False, time_unit="us")
    values = {"flag": ["Y", "N"], "boolean": ["true", "false"]}.get(kind.kind)
    return text if values is None else pl.when(text.is_in(values)).then(text)


def oversized(text: pl.Expr, value: pl.Expr, kind: Type) -> pl.Expr | None:
    """True where a number has more digits than its type allows, None where the type sets no size."""
    if kind.sort != "number":
        return None
    checks = []
    if kind.kind == "integer":
        checks.append(value != value.truncate(0))  # rounding may carry beyond what is held
    if kind.size and kind.scale is not None:
        checks += [_exceeds(value, kind.size - kind.scale), value != value.truncate(min(kind.scale, 10))]
    elif kind.size and kind.kind == "integer":
        checks.append(_exceeds(value, kind.size))
    elif kind.size:
        shortest = text.str.replace(r"([.,]\d*?)0+$", "$1").str.replace_all(r"\D", "").str.replace(r"^0+", "")
        checks.append(shortest.str.len_bytes() > kind.size)
    return pl.any_horizontal(checks) if checks else None


def loads(text: pl.Expr, kind: Type, default_mask: str) -> pl.Expr:
    """True where Oracle may take the text although it is not what the contract asks for.

    Oracle's to_number knows scientific notation and more decimals than we hold, and its to_date is lenient about
    punctuation, so such a value predicts no load error.
    """
    if kind.sort == "number":
        return text.str.contains(_LOADS)
    if kind.sort == "date":
        _, form = mask_forms(kind.mask or default_mask)
        digits = text.str.replace_all(r"[-. ]", "/")
        return (digits.str.to_date(re.sub("[-. ]", "/", form), strict=False).dt.year() > 0).fill_null(False)
    return pl.lit(False)


@cache
def mask_forms(mask: str) -> tuple[str, str]:
    """Return (regular expression, strptime format without fraction) of an Oracle mask."""
    pattern, form, rest = "", "", mask
    while rest:
        for oracle, digits, chrono in _PARTS:
            if rest.startswith(oracle):
                pattern, form, rest = pattern + digits, form + chrono, rest[len(oracle) :]
                break
        else:
            sign = rest[0].replace("%", "%%")  # a single one begins a directive
            pattern, form, rest = pattern + re.escape(rest[0]), form + sign, rest[1:]
    return f"^{pattern}$", form.rstrip(":.")


def _whole_seconds(pattern: str) -> str:
    """The same pattern with everything but the fraction of a second captured."""
    body = pattern.removeprefix("^").removesuffix("$")
    head, fraction, _ = body.partition("[0-9]{1,9}")
    return rf"^({head[:-1].rstrip(chr(92))}).*$" if fraction else f"^({body})$"


def _exceeds(value: pl.Expr, digits: int) -> pl.Expr:
    return value.abs() >= Decimal(10) ** digits if digits < 28 else pl.lit(False)
