"""Oracle's words for types: VARCHAR2(5 CHAR), Varchar2(250), NUMBER(18,4), Date."""

from __future__ import annotations

import re
from dataclasses import dataclass

_WORDS = {
    **dict.fromkeys(
        ("VARCHAR2", "VARCHAR", "NVARCHAR2", "NVARCHAR", "CHAR", "NCHAR", "CHARACTER", "STRING"), "VARCHAR2"
    ),
    **dict.fromkeys(("NUMBER", "NUMERIC", "DECIMAL", "FLOAT"), "NUMBER"),
    **dict.fromkeys(("INTEGER", "INT"), "INTEGER"),
    **dict.fromkeys(("TIMESTAMP", "DATETIME"), "TIMESTAMP"),
    **dict.fromkeys(("DATE", "CLOB", "BLOB", "RAW"), None),
}
_TYPE = re.compile(
    rf"({'|'.join(sorted(_WORDS, key=len, reverse=True))})(?![A-Z0-9_])"
    r"(?:\s*[(\[]\s*(\d{1,5}|\*)\s*(?:[,.]\s*(-?\d{1,3}))?\s*(?:CHARS?|BYTES?|CHARACTERS?)?\s*[)\]])?",
    re.IGNORECASE,
)
_TAIL = 40  # characters that may follow a type: "(YYYY/MM/DD)", "not null"
MASK = re.compile(
    r"(?:YYYY|DD|MM)[-/.](?:YYYY|DD|MM)[-/.](?:YYYY|DD|MM)(?:[ T]HH24:MI(?::SS(?:[:.]FF\d?)?)?)?", re.IGNORECASE
)


@dataclass(frozen=True)
class OracleType:
    """A type as layouts write it, and the mask that stood beside it."""

    word: str
    length: int | None = None
    scale: int | None = None
    mask: str = ""


def oracle_type(text: str) -> OracleType | None:
    """Return the type that ``text`` begins with, None for what is none."""
    match = _TYPE.match(text.strip())
    if match is None or len(text.strip()) - match.end() > _TAIL:
        return None
    word = match[1].upper()
    kind = _WORDS[word] or word
    length = int(match[2]) if match[2] and match[2] != "*" else None
    scale = int(match[3]) if match[3] else None
    if kind == "INTEGER":
        return OracleType("NUMBER", length, 0)
    if kind == "NUMBER":
        return OracleType(kind, length or None, max(scale, 0) if length and scale is not None else None)
    if kind in ("DATE", "TIMESTAMP"):
        return OracleType(kind, mask=mask_in(text))
    return OracleType(kind, length or None) if kind == "VARCHAR2" else OracleType(kind)


def mask_in(text: str) -> str:
    """Return the date mask that a text mentions, "" for none."""
    found = MASK.search(text)
    return found[0].upper() if found and {"YYYY", "MM", "DD"} <= set(re.findall("YYYY|MM|DD", found[0].upper())) else ""
