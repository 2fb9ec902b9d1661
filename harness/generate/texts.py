"""Texts that hurt on their way, and identifiers that belong to nobody."""

from __future__ import annotations

import re
from random import Random

PLAIN = ("Office supplies", "Bus fuel", "Meals served", "Copy paper", "Summer school")
"""What most free texts look like. No names of persons."""

HURTING = (
    'He said "no" twice', '"', '""', '"quoted whole"', "comma, inside", ",", "two\nlines", "carriage\rreturn",
    "both\r\nends", "tab\tinside", "pipe|inside", "|", "back\\slash", "\\", "\\n", "007", "0000", "1E5",
    "2.39E+11", "1,234.50", "-0", "trailing blank ", " leading blank", "non-breaking\u00a0blank", "Café Núñez",
    "naïve façade", "Ærøskøbing", "Łódź", "日本語のテキスト", "emoji 🏫🚌", "👩\u200d🏫", "🏫", "שלום עולם", "مدرسة",
    "\u202eleft to right", "zero\u200bwidth", "combining e\u0301", "=1+1", "+1", "-1", "@SUM(A1)",
    '=HYPERLINK("x")', "END", "END,", "end", "EOF", "NULL", "null", "N/A", "TRUE", "MERGE|Worker", "METADATA",
    "#N/A", "<b>bold</b>", "&amp;", "'single'", "''", "%s", "{REFERENCE4}", "${HOME}",
    "; DROP TABLE GL_INTERFACE", "--", "\u00ad", "\ufeffmark in front", "x\ufeff",
)  # fmt: skip
"""Quotes, delimiters, line breaks, zeros and exponents, blanks, other scripts, formula starts, END-like values."""

FOUR_BYTES = "🏫"
"""One character of four bytes: n of them fill a column of n characters with 4n bytes."""

_VOID = (
    lambda chance: chance.choice(("078-05-1120", "219-09-9999", "078051120", "219099999")),
    lambda chance: f"89-{chance.randint(0, 9_999_999):07d}",
    lambda chance: f"9{chance.randint(0, 99):02d}-{chance.randint(10, 49)}-{chance.randint(0, 9999):04d}",
    lambda chance: f"99{chance.randint(0, 9)}{chance.randint(10, 49)}{chance.randint(0, 9999):04d}",
    lambda chance: f"VOID-{chance.randint(1, 9999):04d}",
)
_NOBODYS = re.compile(
    r"078-?05-?1120|219-?09-?9999"  # printed in a wallet and in a pamphlet, void by name
    r"|89-\d{7}"  # no EIN begins with 89
    r"|9\d\d-?[1-4]\d-?\d{4}"  # no SSN begins with 9, no ITIN has such a group; bank routing has no 81 to 99
    r"|VOID-\d+"
)


def hurting(chance: Random, longest: int | None, most: int | None = None) -> str:
    """Return a text of at most ``longest`` characters that readers, loaders or spreadsheets stumble over.

    ``most``: bytes that are there for as many characters of four bytes as go in.
    """
    kind = chance.randint(0, 9)
    if kind == 9 and longest:
        return FOUR_BYTES * min(longest, 300, (most or 1200) // 4)
    text = "".join(chance.choice(HURTING) for _ in range(2 if kind == 8 else 1))
    return text[:longest].strip("\ufeff") if longest else text


def nobodys(identifier: str) -> bool:
    """True for an identifier from a range that was never issued: of persons, companies and bank accounts."""
    return _NOBODYS.fullmatch(identifier) is not None


def void_identifier(chance: Random) -> str:
    """Return an identifier of a person, company or bank account from a range that was never issued."""
    return chance.choice(_VOID)(chance)
