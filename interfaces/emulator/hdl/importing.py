"""The import of a .dat: is its definition right, which lines cannot be staged, and what misses a required value."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from interfaces.emulator.hdl import keys
from interfaces.emulator.hdl import messages as say
from interfaces.emulator.hdl.grouping import Entry, Logical
from interfaces.emulator.hdl.objects import HINTS, BusinessObject, Component, hint_of
from interfaces.emulator.hdl.pod import Pod
from interfaces.emulator.hdl.reading import TOKENS, Dat, Line

LAST_DAY = date(4712, 12, 31)
"""The end of time."""

_DATE = re.compile(r"\d{4}/\d{2}/\d{2}", re.ASCII)
_LATER = {("PersonName", "LastName"), ("WorkPattern", "ShiftPeriodType")}
"""Required attributes that the load asks for, not the import: it says so in words of its own."""
_EACH_ROW = {("WorkTerms", "ActionCode"), ("Assignment", "ActionCode")}
"""Asked of every row of a new history, not of the first alone: an action says what one row does (unconfirmed)."""
_ALWAYS = {("AssignedPayroll", "StartDate")}
"""Asked of every row: without it each of them fails."""
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
    """Yield what is missing of the records that the object creates.

    A worker is judged on the first line of each history. Of other objects one line of the record must be whole, be it
    the first or not; of some every line that has user keys only (both unconfirmed).
    """
    for entry in logical.entries:
        component = entry.component
        asked = [name for name in object_.required(component.name) if name != "EffectiveStartDate"]
        asked = [name for name in asked if (component.name, name) not in _LATER]
        for line in entry.merges:
            for name in asked:
                if not _filled(line, name) and _due(entry, line, name, asked):
                    yield line, say.required_missing(line, name)
        if entry.new and keys.NAMELESS in entry.keys:
            yield from _nameless(first(entry), component)


def _due(entry: Entry, line: Line, name: str, asked: Sequence[str]) -> bool:
    """True if the line itself has to give the value of a required attribute."""
    component, attribute = entry.component, (entry.component.name, name)
    if attribute in _ALWAYS or (component.whole and _by_user_keys(line, component)):
        return True
    if component.by_action:
        return entry.new and (attribute in _EACH_ROW or line is first(entry))
    return entry.new and line is first(entry) and not any(_whole(one, asked) for one in entry.merges)


def _whole(line: Line, asked: Sequence[str]) -> bool:
    return all(_filled(line, name) for name in asked)


def _by_user_keys(line: Line, component: Component) -> bool:
    """True for a line that has user keys only, its own and that of its parent."""
    ids = [component.surrogate, *(refer.hint for refer in component.refers.values())]
    named = ("SourceSystemId", "GUID", *ids, *(f"{one}({hint})" for one in ids for hint in HINTS))
    return not any(line.get(name) for name in named if name)


def _nameless(line: Line, component: Component) -> Iterator[tuple[Line, str]]:
    """What is blank of the first user key, or the source key where there is none, of a line that no key names.

    That Oracle looks for a key is known, its sentence is not (unconfirmed).
    """
    for name in component.user_key or ("SourceSystemId",):
        if not line.states(name):
            yield line, say.required_missing(line, name)


def orphan_faults(line: Line, object_: BusinessObject) -> Iterator[str]:
    """Yield what is said of a line whose parent is named by nothing that is there.

    Where it gives a part of the parent's user key, what is blank of that is missing, too (unconfirmed).
    """
    yield say.PARENT_MISSING
    component = object_.component(line.component)
    if component is None or component.by_action:
        return
    names: list[str] = []
    for name, refer in component.refers.items():
        above = object_.component(name)
        if above is None or keys.direct(refer, line.get):
            return
        names += [here for key in above.user_key if (here := refer.names.get(key, key))]
        if above.unique:
            break
    if any(map(line.get, names)):
        yield from (say.required_missing(line, name) for name in names if not line.get(name))


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
