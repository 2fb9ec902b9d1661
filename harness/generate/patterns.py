"""Texts that match a regular expression, simplest first, and searching as the engine does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from random import Random
from re import _parser as sre  # type: ignore[attr-defined]  # the standard library's own reading of a pattern
from typing import Any

_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ -_./"
_CATEGORIES = {"CATEGORY_DIGIT": "0123456789", "CATEGORY_SPACE": " ", "CATEGORY_WORD": _LETTERS[:62] + "_"}
_MORE = 3  # repeats beyond the least, where the pattern sets no end


def matching(pattern: str, chance: Random) -> str:
    """Return a text that ``pattern`` matches as a whole, as far as it is made of literals, classes and repeats.

    Look-arounds are passed over, so the caller tests what comes back.
    """
    return _text(_parsed(pattern), chance)


def found(pattern: str, text: str) -> bool:
    """True where ``pattern`` occurs in ``text``; ``$`` is the end of the text only, as the engine has it."""
    return _searcher(pattern).search(text) is not None


@cache
def _parsed(pattern: str) -> Any:
    return sre.parse(pattern)


@cache
def _searcher(pattern: str) -> re.Pattern[str]:
    whole = re.sub(r"(\\.|\[\^?\]?[^\]]*\])|\$", lambda part: part[1] or r"\Z", pattern, flags=re.DOTALL)
    return re.compile(whole)


def _text(parts: Any, chance: Random) -> str:
    return "".join(_part(str(code), value, chance) for code, value in parts)


def _part(code: str, value: Any, chance: Random) -> str:
    match code:
        case "LITERAL":
            return chr(value)
        case "NOT_LITERAL":
            return chance.choice(_LETTERS.replace(chr(value), ""))
        case "ANY":
            return chance.choice(_LETTERS)
        case "IN":
            return chance.choice(_members(value))
        case "BRANCH":
            return _text(chance.choice(value[1]), chance)
        case "SUBPATTERN":
            return _text(value[-1], chance)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            least, most, inner = value
            return "".join(_text(inner, chance) for _ in range(chance.randint(least, min(int(most), least + _MORE))))
        case _:
            return ""


def _members(parts: Any) -> Sequence[str]:
    chars = "".join(_class(str(code), value) for code, value in parts if str(code) != "NEGATE")
    if str(parts[0][0]) == "NEGATE":
        return "".join(char for char in _LETTERS if char not in chars) or "~"
    return chars


def _class(code: str, value: Any) -> str:
    match code:
        case "LITERAL":
            return chr(value)
        case "RANGE":
            return "".join(chr(one) for one in range(value[0], value[1] + 1))
        case _:
            return _CATEGORIES.get(str(value), "")
