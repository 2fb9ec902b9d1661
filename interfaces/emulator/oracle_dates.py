"""to_date and to_timestamp, as far as interface files need them."""

from __future__ import annotations

import re
from calendar import monthrange
from functools import cache

_ELEMENTS = re.compile(r"YYYY|HH24|MM|DD|MI|SS|FF")
_DIGITS = re.compile(r"\d+", re.ASCII)
_LETTERS = re.compile(r"[A-Za-z]+")
_MONTHS = (
    *("JANUARY", "FEBRUARY", "MARCH", "APRIL", "MAY", "JUNE"),
    *("JULY", "AUGUST", "SEPTEMBER", "OCTOBER", "NOVEMBER", "DECEMBER"),
)
_RANGES = {
    "YYYY": (1, 9999, "ORA-01841: (full) year must be between -4713 and +9999, and not be 0"),
    "MM": (1, 12, "ORA-01843: not a valid month"),
    "DD": (1, 31, "ORA-01847: day of month must be between 1 and last day of month"),
    "HH24": (0, 23, "ORA-01850: hour must be between 0 and 23"),
    "MI": (0, 59, "ORA-01851: minutes must be between 0 and 59"),
    "SS": (0, 59, "ORA-01852: seconds must be between 0 and 59"),
}
_WIDTHS = {"YYYY": 4, "FF": 9}


class DateError(ValueError):
    """Why a text is no date, in Oracle's words."""


def iso(text: str, mask: str) -> str:
    """Return a text of an Oracle mask as ``YYYY-MM-DD``, with the time of day where the mask has one.

    Lenient as Oracle is: any punctuation, none between digits, names of months, time of day left out (the last from
    memory). Raises DateError with the ORA- message.
    """
    read: dict[str, int] = {}
    at = 0
    text = text.strip()
    for element in _elements(mask):
        at = _separator(text, at) if read else at
        if at >= len(text):
            if "DD" not in read or "MM" not in read or "YYYY" not in read:
                raise DateError("ORA-01840: input value not long enough for date format")
            break
        read[element], at = _element(element, text, at)
    if at < len(text):
        raise DateError("ORA-01830: date format picture ends before converting entire input string")
    year, month, day = read["YYYY"], read["MM"], read["DD"]
    if day > monthrange(year, month)[1]:
        raise DateError("ORA-01839: date not valid for month specified")
    date = f"{year:04}-{month:02}-{day:02}"
    if "HH24" not in _elements(mask):
        return date
    return f"{date} {read.get('HH24', 0):02}:{read.get('MI', 0):02}:{read.get('SS', 0):02}"


@cache
def _elements(mask: str) -> tuple[str, ...]:
    return tuple(_ELEMENTS.findall(mask))


def _separator(text: str, at: int) -> int:
    """Where the next element begins: behind any punctuation."""
    begun = at
    while at < len(text) and not text[at].isalnum():
        at += 1
    if at - begun > 1 and not text[begun:at].isspace():
        raise DateError("ORA-01861: literal does not match format string")
    return at


def _element(element: str, text: str, at: int) -> tuple[int, int]:
    """The number that an element stands for, and where the text goes on."""
    if element == "MM" and (name := _LETTERS.match(text, at)):
        return _month(name[0]), name.end()
    digits = _DIGITS.match(text, at, at + _WIDTHS.get(element, 2))
    if element == "FF":
        if digits is None:
            raise DateError("ORA-01861: literal does not match format string")
        return int(digits[0]), digits.end()
    low, high, message = _RANGES[element]
    if digits is None:
        odd = "ORA-01858: a non-numeric character was found where a numeric was expected"
        raise DateError(message if element in ("YYYY", "MM") else odd)
    if not low <= int(digits[0]) <= high:
        raise DateError(message)
    return int(digits[0]), digits.end()


def _month(name: str) -> int:
    for number, month in enumerate(_MONTHS, start=1):
        if name.upper() in (month, month[:3]):
            return number
    raise DateError("ORA-01843: not a valid month")
