"""Faults in codes, keys and free text: what spreadsheets, keyboards and character sets do to them."""

from __future__ import annotations

from harness.mutation.beyond import NAMED, QUANTITY_OR_NAMED
from harness.mutation.spots import Spot, on_value

_ACCENTED = str.maketrans("aeiou", "áéíóú")
_LOOK_ALIKE = {"0": "O", "O": "0", "1": "l", "l": "1", "I": "l", "5": "S", "S": "5"}
_TYPESET = str.maketrans({"'": "’", '"': "”", "-": "–"})


@on_value("two digits transposed", beyond=QUANTITY_OR_NAMED)
def transposed(value: str, spot: Spot) -> str | None:
    """Somebody keys 54 for 45."""
    if spot.column is None or spot.column.type.sort not in ("number", "text"):
        return None
    pairs = [at for at in range(len(value) - 1) if value[at : at + 2].isdecimal() and value[at] != value[at + 1]]
    if not pairs:
        return None
    at = spot.random.choice(pairs)
    return value[:at] + value[at + 1] + value[at] + value[at + 2 :]


@on_value("leading zero dropped", of="text")
def zero_dropped(value: str, spot: Spot) -> str | None:
    """A spreadsheet takes a code for a number."""
    return value[1:] if value[:1] == "0" and value[1:2].isdecimal() else None


@on_value("leading zero added", of="text", beyond=NAMED)
def zero_added(value: str, spot: Spot) -> str | None:
    """A code is padded to a width that it does not have."""
    return f"0{value}" if value.isdecimal() else None


@on_value("leading blank", of="text")
def leading_blank(value: str, spot: Spot) -> str | None:
    """A value is copied with the blank before it."""
    return f" {value}"


@on_value("trailing blank", of="text")
def trailing_blank(value: str, spot: Spot) -> str | None:
    """A column of fixed width is not trimmed."""
    return f"{value} "


@on_value("small and capital letters exchanged", of="text", beyond=NAMED)
def case_changed(value: str, spot: Spot) -> str | None:
    """Caps lock."""
    return value.swapcase()


@on_value("look-alike character", of="text", beyond=NAMED)
def look_alike(value: str, spot: Spot) -> str | None:
    """O for 0, l for 1: keyed from paper or read by a scanner."""
    places = [at for at, sign in enumerate(value) if sign in _LOOK_ALIKE]
    if not places:
        return None
    at = spot.random.choice(places)
    return value[:at] + _LOOK_ALIKE[value[at]] + value[at + 1 :]


@on_value("non-breaking space", of="text")
def non_breaking(value: str, spot: Spot) -> str | None:
    """A text is copied from a web page."""
    return value.replace(" ", "\u00a0")


@on_value("UTF-8 read as Latin-1", of="text")
def mojibake(value: str, spot: Spot) -> str | None:
    """é arrives as Ã©: the sender mistakes the character set of its source."""
    return _accented(value).encode().decode("latin-1")


@on_value("question mark for a letter", of="text")
def question_mark(value: str, spot: Spot) -> str | None:
    """é arrives as ?: a character set has no such letter."""
    return _accented(value).encode("ascii", "replace").decode()


def _accented(value: str) -> str:
    """The value with at least one letter beyond ASCII: where it has none, its first vowel gets an accent."""
    at = next((at for at, sign in enumerate(value) if sign in "aeiou"), None)
    if not value.isascii() or at is None:
        return value
    return value[:at] + value[at].translate(_ACCENTED) + value[at + 1 :]


@on_value("typeset quotes and dashes", of="text")
def typeset(value: str, spot: Spot) -> str | None:
    """A word processor makes them of the keyboard's."""
    return value.translate(_TYPESET)


@on_value("cut at 255 bytes", of="text", beyond=NAMED)
def cut_at_255(value: str, spot: Spot) -> str | None:
    """A buffer on the way holds 255 bytes."""
    size = _size(spot)
    if size is not None and size <= 255:
        return None
    return _long(value, min(size or 400, 400)).encode()[:255].decode(errors="ignore")


@on_value("last character lost", of="text", beyond=NAMED)
def last_lost(value: str, spot: Spot) -> str | None:
    """A value is cut by one that counts from the wrong end."""
    return value[:-1] if len(value) > 1 else None


@on_value("longer than the column", of="text")
def too_long(value: str, spot: Spot) -> str | None:
    """The source has more room than the target."""
    size = _size(spot)
    return _long(value, size + 1) if size else None


def _size(spot: Spot) -> int | None:
    return spot.column.type.size if spot.column else None


def _long(value: str, size: int) -> str:
    """A text of exactly ``size`` characters that begins like the value; its last character is no blank."""
    text = (f"{value} " * (size // (len(value) + 1) + 1))[:size]
    return text[:-1] + value[0] if text.endswith(" ") else text


@on_value("line break inside a value", of="text")
def line_break(value: str, spot: Spot) -> str | None:
    """Somebody pressed Enter in a text field."""
    return value.replace(" ", "\r\n", 1)


@on_value("the word NULL for nothing")
def null_word(value: str, spot: Spot) -> str | None:
    """A program writes its word for a missing value."""
    return "NULL"


TEXTS = (
    transposed, zero_dropped, zero_added, leading_blank, trailing_blank, case_changed, look_alike, non_breaking,
    mojibake, question_mark, typeset, cut_at_255, last_lost, too_long, line_break, null_word,
)  # fmt: skip
