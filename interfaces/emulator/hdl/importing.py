"""The import of a .dat: is its definition right, which lines cannot be staged, and what misses a required value."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date

from interfaces.emulator.hdl import messages as say
from interfaces.emulator.hdl.grouping import Entry, Logical
from interfaces.emulator.hdl.objects import HINTS, BusinessObject, hint_of
from interfaces.emulator.hdl.pod import Pod
from interfaces.emulator.hdl.reading import TOKENS, Dat, Line

LAST_DAY = date(4712, 12, 31)
"""The end of time."""

_DATE = re.compile(r"\d{4}/\d{2}/\d{2}", re.ASCII)
_LATER = {("PersonName", "LastName")}
"""Required attributes that the load asks for, not the import: it says so in words of its own."""
_EACH_ROW = {("WorkTerms", "ActionCode"), ("Assignment", "ActionCode")}
"""Asked of every row of a new history, not of the first alone: an action says what one row does (unconfirmed)."""
_INSTEAD = {
    "LegalEmployerName": "LegalEntityId",
    "SalaryBasisName": "SalaryBasisId",
    "JobCode": "JobId",
    "ElementName": "ElementTypeId",
}
"""Names that an id may stand for."""


def definition_faults(dat: Dat, object_: BusinessObject) -> Iterator[str]:
    """Yield the sentences for faults of METADATA lines. One of them refuses the whole object file.

    That a wrong key hint does so is unconfirmed. A second METADATA line of a component has no sentence of its own.
    """
    seen: Counter[str] = Counter()
    for metadata in dat.metadata:
        if object_.component(metadata.component) is None:
            yield say.discriminator_invalid(metadata.component)
            continue
        seen[metadata.component] += 1
        if seen[metadata.component] > 1:
            yield say.definition_errors(object_.name)
        for name in metadata.attributes:
            base, hint = hint_of(name)
            if hint and hint not in HINTS:
                yield say.hint_invalid(hint, base)
            elif not object_.has(metadata.component, name):
                yield say.attribute_unknown(name, metadata.component)


def line_faults(line: Line, object_: BusinessObject, pod: Pod) -> Iterator[str]:
    """Yield what keeps a line of a known component out of the stage tables, whatever else the file holds.

    That the owner of a key is looked up here, where keys are resolved, is unconfirmed.
    """
    if line.width != line.expected:
        yield say.value_count(line)
        return
    for name in sorted(object_.dates(line.component) & line.values.keys()):
        if line.states(name) and day(line.get(name)) is None:
            yield say.date_invalid(name)
    owner = line.get("SourceSystemOwner")
    if line.get("SourceSystemId") and not owner:
        yield say.required_missing(line, "SourceSystemOwner")
    if line.states("SourceSystemOwner") and not pod.allows("source_owner", owner):
        yield say.lookup_invalid(owner, "SourceSystemOwner", "HRC_SOURCE_SYSTEM_OWNER")
    if line.operation == "MERGE" and object_.dated(line.component) and not line.states("EffectiveStartDate"):
        yield say.required_missing(line, "EffectiveStartDate")


def required_faults(logical: Logical, object_: BusinessObject) -> Iterator[tuple[Line, str]]:
    """Yield what is missing of the records that the object creates: judged on the first line of each history."""
    for entry in logical.entries:
        if entry.new:
            for name in object_.required(entry.component.name):
                attribute = (entry.component.name, name)
                if name != "EffectiveStartDate" and attribute not in _LATER:
                    for line in entry.merges if attribute in _EACH_ROW else (first(entry),):
                        if not _filled(line, name):
                            yield line, say.required_missing(line, name)


def first(entry: Entry) -> Line:
    """The earliest MERGE line of a record."""
    return min(entry.merges, key=lambda line: (line.get("EffectiveStartDate"), sequence(line), line.number))


def sequence(line: Line) -> int:
    """EffectiveSequence of a line, 1 where it has none."""
    text = line.get("EffectiveSequence")
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 1


def day(text: str) -> date | None:
    """The date of ``YYYY/MM/DD``, None where it is none of the calendar."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return date(*map(int, text.split("/")))
    except ValueError:
        return None


def _filled(line: Line, name: str) -> bool:
    base = _INSTEAD.get(name, "")
    instead = (base, *(f"{base}({hint})" for hint in HINTS)) if base else ()
    return line.states(name) or any(line.states(one) for one in instead) or line.get(name) in TOKENS[1:]
