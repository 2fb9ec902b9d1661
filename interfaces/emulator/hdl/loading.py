"""The load of a logical object: what every object is asked, before its own rules."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from interfaces.emulator.hdl import messages as say
from interfaces.emulator.hdl.grouping import Entry, Logical
from interfaces.emulator.hdl.importing import LAST_DAY, day, sequence
from interfaces.emulator.hdl.objects import BusinessObject, Component
from interfaces.emulator.hdl.pod import Pod
from interfaces.emulator.hdl.reading import Line


def load_faults(logical: Logical, object_: BusinessObject, pod: Pod) -> Iterator[tuple[Line, str]]:
    """Yield line and sentence for everything that keeps the object out of the base tables."""
    for entry in logical.entries:
        yield from _keys(entry)
        yield from _repeated(entry, dated=object_.dated(entry.component.name))
        for line in entry.merges:
            yield from ((line, text) for text in (*_values(line, object_, pod), *_pointed(line, entry.component, pod)))
        periods = entry.component.by_period and all(key[0] == "user" for key in entry.keys)
        if object_.dated(entry.component.name) and not periods:
            yield from _history(entry)
    yield from object_.check(logical, pod)


def _keys(entry: Entry) -> Iterator[tuple[Line, str]]:
    """A record of the pod that is named by a source key it does not have."""
    if entry.invented and entry.merges:
        yield entry.merges[0], say.source_key_invalid(entry.merges[0])


def _repeated(entry: Entry, *, dated: bool) -> Iterator[tuple[Line, str]]:
    """MERGE beside DELETE, and a second MERGE of a record that has no effective dates.

    Of what ids name that are not known here nothing is said.
    """
    if not (entry.known or entry.decided or entry.component.parent or entry.component.by_action):
        return
    if entry.merges and len(entry.merges) < len(entry.lines):
        yield entry.lines[-1], say.MERGED_AND_DELETED
    if not dated:
        apart = [tuple(map(line.get, entry.component.apart)) for line in entry.merges]
        yield from ((line, say.MERGED_TWICE) for at, line in enumerate(entry.merges) if apart[at] in apart[:at])


def _values(line: Line, object_: BusinessObject, pod: Pod) -> Iterator[str]:
    component = object_.component(line.component)
    above = object_.component(component.parent) if component else None
    for name, (listed, lookup) in object_.lookups.items():
        if above and any(name in names for names in above.user_keys):
            continue  # it says no more than which record is above
        if line.states(name) and not pod.allows(listed, line.get(name)):
            yield say.lookup_invalid(line.get(name), name, lookup)
    for name, (listed, surrogate) in object_.references.items():
        if line.states(name) and not pod.allows(listed, line.get(name)):
            yield say.reference_not_found(surrogate, line.get(name))


def _pointed(line: Line, component: Component, pod: Pod) -> Iterator[str]:
    for one in component.points:
        meant = all(line.get(name) == value for name, value in one.only.items()) and all(map(line.states, one.columns))
        if meant and not pod.holds(one.listed, {column: line.get(name) for name, column in one.columns.items()}):
            yield say.reference_not_found(one.surrogate, line.get(list(one.columns)[-1]))


def _history(entry: Entry) -> Iterator[tuple[Line, str]]:
    """Gaps and overlaps of the rows of one record. A blank end reaches to the next row.

    A second row of the same day is a further change of it, or corrects the first (unconfirmed).
    """
    rows = sorted(entry.merges, key=lambda line: (line.get("EffectiveStartDate"), sequence(line), line.number))
    for line in rows:
        begin, end = day(line.get("EffectiveStartDate")), day(line.get("EffectiveEndDate"))
        if begin and end and end < begin:
            yield line, say.ENDS_BEFORE_START
    for line, after in pairwise(rows):
        begin, then = day(line.get("EffectiveStartDate")), day(after.get("EffectiveStartDate"))
        end = day(line.get("EffectiveEndDate"))
        if not begin or not then:
            continue
        if begin == then or not end:
            continue
        if end >= then:
            yield after, say.OVERLAP
        elif begin <= end < LAST_DAY and end + timedelta(days=1) < then:
            yield after, say.GAP
