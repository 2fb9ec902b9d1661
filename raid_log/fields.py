"""The fields of an entry by type: what may stand in them. Kept as text in the events that set them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from contracts.profiles import Profile
from contracts.results import SEVERITIES
from raid_log.errors import StoreError

Kind = Literal["text", "person", "date", "scale", "choice", "yes_no", "interfaces"]

ROOT_CAUSES = (
    "mapping", "source data", "contract wrong", "Fusion setup", "Oracle product", "middleware", "environment", "test",
)  # fmt: skip
RESPONSES = ("avoid", "reduce", "transfer", "accept", "contingent")
LONGEST = 4_000
"""Characters of a text: a field, a reason, a link."""
LONGEST_TITLE = 250
_YEARS = range(2000, 2200)
"""Years of a programme's days; the first and last that a calendar knows have no midnight in every time zone."""


@dataclass(frozen=True)
class Field:
    """One field. ``needed``: an entry of the type cannot be added without it."""

    name: str
    kind: Kind
    about: str
    choices: tuple[str, ...] = ()
    needed: bool = False


_COMMON = (
    Field("statement", "text", "What is the matter"),
    Field("owner", "person", "The one person who owns it"),
    Field("due", "date", "When it is to be done"),
    Field("next_review", "date", "When it is looked at again"),
    Field("epic", "text", "Part of the programme"),
    Field("interfaces", "interfaces", "Ids of register rows, blanks between"),
    Field("links", "text", "Where to read more"),
    Field("external_key", "text", "Its key in Jira or ServiceNow"),
)
_RISK = (
    Field("cause", "text", "Why it may happen"),
    Field("event", "text", "What may happen"),
    Field("effect", "text", "What it would do"),
    Field("probability", "scale", "1 (rare) to 5 (almost certain)", needed=True),
    Field("impact", "scale", "1 (slight) to 5 (severe)", needed=True),
    Field("proximity", "text", "When it may happen"),
    Field("response", "choice", "What is done about it", RESPONSES),
    Field("response_owner", "person", "Who does it"),
    Field("trigger", "text", "What shows that it happens"),
    Field("residual_probability", "scale", "After the response"),
    Field("residual_impact", "scale", "After the response"),
)
_ASSUMPTION = (
    Field("assumption", "text", "What is held until it is known"),
    Field("concerns", "text", "The part of a contract that it concerns"),
    Field("believed_because", "text", "Why it is believed"),
    Field("validator", "person", "Who can tell"),
    Field("validate_by", "date", "Until when it must be known", needed=True),
    Field("effect_if_false", "text", "What follows if it is false"),
)
_DEPENDENCY = (
    Field("on_whom", "text", "Who owes it", needed=True),
    Field("direction", "choice", "in: owed to us, out: owed by us", ("in", "out"), needed=True),
    Field("needed_by", "date", "When it is needed", needed=True),
    Field("promised_on", "date", "When it is promised"),
    Field("agreed", "yes_no", "Whether the other side agreed"),
    Field("blocked", "interfaces", "Interfaces that wait for it"),
)
_ISSUE = (
    Field("severity", "choice", "Harm", SEVERITIES, needed=True),
    Field("priority", "scale", "1 is first"),
    Field("root_cause", "choice", "Class of the root cause", ROOT_CAUSES),
    Field("workaround", "text", "What people do until it is mended"),
    Field("vendor_sr", "text", "Number of Oracle's service request"),
)
FIELDS: Mapping[str, Mapping[str, Field]] = {
    type_: {field.name: field for field in (*_COMMON, *own)}
    for type_, own in (("risk", _RISK), ("assumption", _ASSUMPTION), ("issue", _ISSUE), ("dependency", _DEPENDENCY))
}
"""Item type -> its fields by name."""

_BANDS = ((4, "low"), (9, "medium"), (15, "high"), (25, "extreme"))


def checked(type_: str, values: Mapping[str, str], profile: Profile) -> dict[str, str]:
    """Return the values as they are kept, trimmed. "" clears a field.

    Raises StoreError for a field that the type does not have or a value that it does not take.
    """
    known = FIELDS[type_]
    for name in values:
        if name not in known:
            raise StoreError(f"no field of type {type_} is called {name!r}", todo=f"use {', '.join(known)}")
    return {name: _checked(known[name], written(value, name), profile) for name, value in values.items()}


def missing(type_: str, values: Mapping[str, str]) -> list[str]:
    """Return the fields without which an entry of the type cannot be added."""
    return [name for name, field in FIELDS[type_].items() if field.needed and not values.get(name)]


def exposure(fields: Mapping[str, str], *, residual: bool = False) -> tuple[int, str] | None:
    """Return probability times impact and its band (low to 4, medium to 9, high to 15, extreme); None if unknown."""
    prefix = "residual_" if residual else ""
    probability, impact = fields.get(f"{prefix}probability"), fields.get(f"{prefix}impact")
    if not (probability and impact):
        return None
    product = int(probability) * int(impact)
    return product, next(band for most, band in _BANDS if product <= most)


def day(text: str, where: str) -> date:
    """Return the date of ``YYYY-MM-DD``. Raises StoreError for anything else."""
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise StoreError(f"no date: {text}", where, "write YYYY-MM-DD") from error
    if found.isoformat() != text:  # 20261130 and 2026-W49-1 are dates elsewhere
        raise StoreError(f"no date: {text}", where, "write YYYY-MM-DD")
    if found.year not in _YEARS:
        raise StoreError(f"no day of a programme: {text}", where, "look at the year")
    return found


def written(text: str, where: str, *, most: int = LONGEST, lines: bool = True) -> str:
    """Return a person's text, trimmed. ``lines``: it may have several.

    Raises StoreError for one that is too long, and for control characters: they would speak to the reader's terminal.
    """
    text = text.replace("\r\n", "\n").strip()
    if len(text) > most:
        raise StoreError(f"{len(text):,} characters, {most:,} are taken", where, "shorten it, link to the rest")
    taken = "\n\t" if lines else ""
    if strange := sorted({one for one in text if unicodedata.category(one) in ("Cc", "Cs") and one not in taken}):
        raise StoreError(f"a character is refused: {strange[0]!a}", where, "write plain text")
    return text


def _checked(field: Field, value: str, profile: Profile) -> str:
    if not value:
        if field.needed:
            raise StoreError(f"{field.name} cannot be blank", field.name, field.about)
        return ""
    allowed: tuple[str, ...] = ()
    match field.kind:
        case "date":
            day(value, field.name)
        case "scale":
            allowed = ("1", "2", "3", "4", "5")
        case "yes_no":
            allowed = ("yes", "no")
        case "choice":
            allowed = field.choices
        case "person":
            allowed = tuple(profile.people)
        case "interfaces":
            if unknown := [one for one in value.split() if one not in profile.register]:
                raise StoreError(f"no interface {', '.join(unknown)}", field.name, "use ids of the register")
    if allowed and value not in allowed:
        raise StoreError(f"{value!r} is refused", field.name, f"use one of {', '.join(allowed)}")
    if field.kind == "person" and not allowed:
        raise StoreError(f"nobody is listed, so {value!r} is refused", field.name, "list people in people.csv")
    return value
