"""Which row of a code table an answer is, and its sentence without the values of the payload."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from contracts import Code
from interfaces.fusion.outcomes.answers import Answer

LONGEST = 200
"""Characters of a sentence that are kept."""
BLANK = "…"
"""What stands in place of a value."""
_READ = 2000  # characters of a sentence that are looked at
_SHORT = 2  # letters of a value that is taken for a word of the language

_COMPOSED = re.compile(r"[A-Z0-9]+(?:[_-][A-Z0-9]+)+")
_KEPT = r"(?:ORA|JBO|FND|FUN|SQL\*Loader)[-_]\d{1,6}\b"
_GAPS = re.compile(
    r"""
    \[[^\]]*\] | \([^)]*\) | \{[^}]*\} | <[^>]*>            # in brackets
    | "[^"]*" | “[^”]*” | ‘[^’]*’(?!\w) | (?<!\w)'[^']*'(?!\w)    # in quotation marks
    | &\w+ | %\w                                            # placeholders
    | \S*@\S+                                               # addresses
    | [^\s"'“‘\[({<]*\d\S*\b                                # numbers, dates, keys
    """,
    re.X,
)
_CODE = re.compile(rf"[A-Z]{{1,4}}\d{{1,3}}|{_KEPT}")
_REPEATED = re.compile(rf"{BLANK}(?:[\s,;/:.-]*{BLANK})+")


def identify(answer: Answer, codes: Mapping[str, Code]) -> Code | None:
    """Return the row of the table that says what the answer says, None if there is none.

    Its code as it stands comes first, blanks and case aside, then its pattern. Of several rows the one with the
    answer's attribute is taken, then one without attribute; a sentence about another attribute is another reason.
    Where the answer names no attribute, a pattern must be the only one that fits.
    """
    said = list(_spellings(answer))
    wanted = {_folded(text) for text in said}
    exact = [code for code in codes.values() if {_folded(code.code), _folded(code.id)} & wanted]
    if exact:
        return _by_attribute(exact, answer.attribute) or exact[0]
    composed = [code for code in codes.values() if not code.pattern and _composed(code.code, answer)]
    if composed:
        return _by_attribute(composed, answer.attribute) or composed[0]
    fitting = [code for code in codes.values() if code.pattern and _fits(code.pattern, said)]
    if not answer.attribute and len({code.attribute for code in fitting}) > 1:
        return None
    return _by_attribute(fitting, answer.attribute) or (fitting[0] if fitting and not answer.attribute else None)


def attribute_of(answer: Answer, code: Code | None) -> str:
    """Oracle's name of the column that the answer is about: told by it, by its sentence, or by the table; else ""."""
    if answer.attribute or code is None:
        return answer.attribute
    for text in (answer.said, answer.text):
        found = _compiled(code.pattern).search(text) if code.pattern else None
        if found and found.groupdict().get("attribute"):
            return found["attribute"]
    return code.attribute


def normalised(text: str, values: Iterable[str] = ()) -> str:
    """Return a sentence without values, at most 200 characters: the same reason gives the same text.

    Replaced are what stands in brackets or quotation marks, placeholders, e-mail addresses, every word with a digit
    except Oracle's own error numbers, and ``values``: those of the record with three letters or more, as whole words.
    A text that is a code alone (EF04, ORA-01722) stays as it is.
    """
    text = " ".join(text[:_READ].split())
    if code_alone(text):
        return text
    small = text.lower()
    found = {value for one in values if len(value := " ".join(one.split())) > _SHORT and value.lower() in small}
    for value in sorted(found, key=lambda value: (-len(value), value)):
        text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", BLANK, text, flags=re.I)
    text = re.sub(rf"({_KEPT})|({_GAPS.pattern})", lambda match: match[1] or BLANK, text, flags=re.X)
    text = _REPEATED.sub(BLANK, text)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + BLANK


def code_alone(text: str) -> bool:
    """True for a code without a sentence: EF04, ORA-01722."""
    return _CODE.fullmatch(text) is not None


def _spellings(answer: Answer) -> Iterator[str]:
    """The ways in which tables write an answer down: alone, with its attribute behind it, with its column before."""
    for text in (answer.said, answer.text):
        if text:
            yield text
            if answer.attribute:
                yield f"{text} [{answer.attribute}]"
                yield f"{answer.table}.{answer.attribute} - {text}"


def _by_attribute(found: list[Code], attribute: str) -> Code | None:
    for wanted in (attribute.upper(), ""):
        for code in found:
            if code.attribute.upper() == wanted:
                return code
    return None


def _composed(code: str, answer: Answer) -> bool:
    """True if a code such as HRX_US_AE02 stands somewhere in the sentence."""
    if not _COMPOSED.fullmatch(code):
        return False
    word = _compiled(rf"(?<![\w-]){re.escape(code)}(?![\w-])")
    return any(word.search(text) for text in (answer.said, answer.text))


def _fits(pattern: str, said: Iterable[str]) -> bool:
    return any(_compiled(pattern).search(text) for text in said)


def _folded(text: str) -> str:
    return " ".join(text.replace("_", " ").split()).upper()


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
