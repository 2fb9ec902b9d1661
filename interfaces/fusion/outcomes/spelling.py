"""One spelling for the values of a payload and for what reports print of them, so that the two can be joined."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from contracts import Ready
from contracts.model import File
from contracts.translation import NUMBER, shortest
from contracts.typing import mask_forms
from interfaces.fusion.outcomes.journal_import import ACCOUNT

_PRINTED_DATES = ("%Y-%m-%d", "%Y/%m/%d", "%d-%b-%y", "%d-%b-%Y", "%m/%d/%Y")
"""Forms of dates in reports, besides the file's own. Two digits of a year come first: four do not fit them."""
_SEGMENT = "SEGMENT"


def in_payload(ready: Ready, name: str) -> pl.Expr:
    """The values of a column of a file, numbers and dates as one text each, blank as ""."""
    if name == ACCOUNT:
        segments = [_text(column) for column in ready.file.columns if column in ready.present and _is_segment(column)]
        return _account(pl.concat_str(segments or [pl.lit("")], separator="-", ignore_nulls=True))
    if name not in ready.present:
        return pl.lit("").alias(name)
    match _sort(ready.file, name):
        case "number":
            return _number(name, ready.value(name), _text(name))
        case "date":
            return pl.coalesce(ready.value(name).cast(pl.String), _text(name)).fill_null("").alias(name)
    return _text(name).fill_null("").alias(name)


def in_report(file: File, name: str) -> pl.Expr:
    """The values of a report's column in the spelling of ``in_payload``: 1,234.50 and 01-SEP-2025 are understood."""
    if name == ACCOUNT:
        return _account(_text(name))
    match _sort(file, name):
        case "number":
            printed = _text(name)
            grouped = printed.str.contains(r"^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$")
            plain = pl.when(grouped).then(printed.str.replace_all(",", "", literal=True)).otherwise(printed)
            held = pl.when(plain.str.contains(r"^[+-]?\d{1,28}(?:\.\d{1,10})?$")).then(plain)
            return _number(name, held.cast(NUMBER, strict=False), plain)
        case "date":
            day = _text(name).str.replace(r"^(\d{4}-\d{2}-\d{2})[T ].*$", "$1")
            forms = (mask_forms(file.columns[name].type.mask or file.csv.dates)[1], *_PRINTED_DATES)
            parsed = [day.str.to_date(form, strict=False).cast(pl.String) for form in dict.fromkeys(forms)]
            return pl.coalesce(*parsed, _text(name)).fill_null("").alias(name)
    return _text(name).fill_null("").alias(name)


def known(file: File, names: Sequence[str]) -> list[str]:
    """Those of the names that a file has, the joined account included where it has segments."""
    return [name for name in names if name in file.columns or (name == ACCOUNT and any(map(_is_segment, file.columns)))]


def _number(name: str, value: pl.Expr, text: pl.Expr) -> pl.Expr:
    """A number without needless zeros. An amount of nought on the other side of a journal line is as good as none."""
    spelled = pl.coalesce(shortest(value.cast(pl.String)), text).fill_null("")
    if name.endswith(("_DR", "_CR")):
        spelled = pl.when(spelled != "0").then(spelled).otherwise(pl.lit(""))
    return spelled.alias(name)


def _account(joined: pl.Expr) -> pl.Expr:
    """The filled segments joined, whether the report has - or a dot between them."""
    return joined.str.replace_all(r"[.-]+", "-").str.strip_chars("-").fill_null("").alias(ACCOUNT)


def _text(name: str) -> pl.Expr:
    text = pl.col(name).cast(pl.String).str.strip_chars()
    return pl.when(text != "").then(text)


def _sort(file: File, name: str) -> str:
    column = file.columns.get(name)
    return column.type.sort if column else "text"


def _is_segment(name: str) -> bool:
    return name.startswith(_SEGMENT) and name.removeprefix(_SEGMENT).isdigit()
