"""Lines to records, records to logical objects: by their keys, in the file first, then in the pod.

The order of lines does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from interfaces.emulator.hdl import keys
from interfaces.emulator.hdl.keys import Key
from interfaces.emulator.hdl.objects import CREATING, EMPLOYING, BusinessObject, Component
from interfaces.emulator.hdl.pod import Pod, Record
from interfaces.emulator.hdl.reading import Line


@dataclass(eq=False)
class Entry:
    """A record as a file speaks of it."""

    component: Component
    record: Record
    known: bool  # it was in the pod before this file
    decided: bool = True  # False: nothing says whether the pod has it
    missing: bool = False  # a reference that leads nowhere
    invented: bool = False  # named by a source key that the record of the pod does not have
    parent: Entry | None = None
    lines: list[Line] = field(default_factory=list)
    keys: set[Key] = field(default_factory=set)  # by which the lines name it

    @property
    def root(self) -> Entry:
        """The record at the top, as far as the file or the pod tells."""
        return self.parent.root if self.parent else self

    @property
    def merges(self) -> list[Line]:
        """Its MERGE lines, in file order."""
        return [line for line in self.lines if line.operation == "MERGE"]

    @property
    def new(self) -> bool:
        """True if the file creates it.

        What a worker of the set-up has beyond the lists is not known: there a record is new if its own action creates.
        A worker is new by the action only, unless the number alone names him: then a number that is not there is new.
        Of other objects new is what the pod does not have, as far as the lists tell, and what hangs on something new.
        """
        if self.known or self.missing or self.invented or not self.merges:
            return False
        if self.component.by_action:
            if self.parent:
                return self.parent.new or self.parent.record.loaded or self._acts(EMPLOYING)
            return self._acts(CREATING) or (self.decided and all(key[0] == "user" for key in self.keys))
        if not self.component.parent:
            return self.decided
        if self.parent is None or self.parent.missing:
            return False
        return self.decided or (self.parent.new and self.parent.begins) or self.parent.record.loaded

    @property
    def begins(self) -> bool:
        """True if a line of it is of its first day, as far as it tells that."""
        named = self.component.first_day
        return not named or any(line.get(named) == line.get("EffectiveStartDate") for line in self.merges)

    def _acts(self, actions: Sequence[str]) -> bool:
        return any(line.get("ActionCode") in actions for line in self.merges)


@dataclass
class Logical:
    """A logical object: accepted or refused as a whole."""

    root: Entry
    entries: list[Entry] = field(default_factory=list)

    def of(self, component: str) -> list[Entry]:
        """Its records of a component that the file has lines of."""
        return [entry for entry in self.entries if entry.component.name == component]

    @property
    def lines(self) -> list[Line]:
        """Its lines, in file order."""
        return sorted((line for entry in self.entries for line in entry.lines), key=lambda line: line.number)


class Grouping:
    """The records and logical objects of one .dat. ``orphans`` are its lines without a valid parent."""

    def __init__(self, object_: BusinessObject, lines: Iterable[Line], pod: Pod) -> None:
        self.orphans: list[Line] = []
        self._object, self._pod = object_, pod
        self._index: dict[tuple[str, Key], Entry] = {}
        self._aliases: dict[tuple[str, Key], Entry] = {}
        self._entries: dict[Record, Entry] = {}
        by_component: dict[str, list[Line]] = {one.name: [] for one in object_.components}
        for line in lines:
            by_component[line.component].append(line)
        for component in object_.components:
            # a line named by user key may speak of the record that another one names by source key
            for line in sorted(by_component[component.name], key=_named_by_user_key):
                self._take(component, line)

    def logicals(self) -> list[Logical]:
        """The logical objects, in the order in which the file first speaks of them."""
        found: dict[Entry, Logical] = {}
        for entry in self._entries.values():
            if entry.lines:
                found.setdefault(entry.root, Logical(entry.root)).entries.append(entry)
        return sorted(found.values(), key=lambda one: min(line.number for each in one.entries for line in each.lines))

    def _take(self, component: Component, line: Line) -> None:
        parent = self._parent(component, line) if component.parent else None
        # a record that is purged is known by its own key
        if component.parent and (parent.missing if parent else line.operation == "MERGE"):
            self.orphans.append(line)
        entry = self._identified(component, line, parent)
        if parent and not entry.lines:
            entry.parent = parent  # what the file says of it goes before what the pod has
        entry.parent = entry.parent or parent
        entry.lines.append(line)
        self._adopt(component, line, entry.root)

    def _identified(self, component: Component, line: Line, parent: Entry | None) -> Entry:
        above = parent.record if parent else None
        named = list(keys.own(component, line.get, above))
        found = self._first(component, named)
        invented = False
        if found is None and any(key[0] == "source" for key in named):
            natural = next((key for key in named if key[0] == "user"), None)
            other = self._find(component, natural) if natural else None
            invented = bool(other and other.known and other.record.sourced)
            found = other if other and other.known and not invented else None
        if found is None:
            # what the pod's ids are nobody tells; a worker's source key goes before them
            by_id = any(key[0] in ("guid", "id") for key in (named[:1] if component.by_action else named))
            known = self._pod.has_name(self._object, component, line.get)
            found = Entry(component, Record(component.name, above), known)
            found.decided = not by_id and (self._pod.lists(component) or not (component.parent or component.by_action))
            found.invented = invented
            self._entries[found.record] = found
        for key in named:
            # rows that give a source key and rows that give user keys only are two histories in one file
            names = component.by_action or key[0] != "user" or key == named[0]
            (self._index if names else self._aliases).setdefault((component.name, key), found)
        for key in keys.aliases(component, line.get, above):
            self._aliases.setdefault((component.name, key), found)
            found.record.aliases.add(key)
        found.keys.update(named)
        return found

    def _parent(self, component: Component, line: Line) -> Entry | None:
        """The record that the line names as its parent, ``missing`` if the name leads nowhere; None without a name."""
        above = self._object.component(component.parent)
        assert above
        key = self._reference(component, line, above)
        if key is None:
            return None
        found = self._find(above, key) or self._called(above, key)
        if found is None:
            found = Entry(above, Record(above.name), known=False, decided=False)
            found.missing = self._pod.lists(above) and key[0] in ("source", "user", "none")
            found.keys.add(key)
            self._entries[found.record] = self._index[above.name, key] = found
        return found

    def _reference(self, component: Component, line: Line, above: Component) -> Key | None:
        """The key by which a line names its record of the component ``above``, None where it gives none."""
        refer = component.refers[above.name]
        if key := keys.direct(refer, line.get):
            return key
        given = keys.natural(refer, above, line.get)
        if given is None:
            return None
        which, values = given
        if above.unique or not above.parent:
            return ("user", which, None, *values)
        grand = self._object.component(above.parent)
        assert grand
        higher = self._reference(component, line, grand) if grand.name in component.refers else None
        found = self._find(grand, higher) if higher else None
        if found:
            return ("user", which, found.record, *values)
        return ("none", higher, *values) if higher else None

    def _adopt(self, component: Component, line: Line, top: Entry) -> None:
        """Let the top of a chain that the pod does not tell whole be found by what the line names further up."""
        for name in list(component.refers)[1:]:
            above = self._object.component(name)
            if top.component.parent and above and above.name != top.component.name:
                key = self._reference(component, line, above)
                found = self._find(above, key) if key else None
                if found and found.root is not top:
                    top.parent = found
                    return

    def _find(self, component: Component, key: Key) -> Entry | None:
        if entry := self._index.get((component.name, key)):
            return entry
        record = self._pod.find(component.name, key)
        return self._of(component, record) if record else None

    def _first(self, component: Component, named: Sequence[Key]) -> Entry | None:
        """The record of the first key. Whose an id is that is not known here, a source key beside it tells.

        A user key that leaves out what is optional may mean a record of the pod that has it.
        """
        for key in [*named[:1], *(key for key in named[1:] if key[0] == "source")]:
            if found := self._find(component, key):
                return found
        record = self._pod.called(component.name, named[0]) if named and component.optional else None
        return self._of(component, record) if record else None

    def _called(self, component: Component, key: Key) -> Entry | None:
        """The record that lines below may call so, though it does not name itself by that."""
        if entry := self._aliases.get((component.name, key)):
            return entry
        record = self._pod.called(component.name, key)
        return self._of(component, record) if record else None

    def _of(self, component: Component, record: Record) -> Entry:
        """The entry of a record of the pod."""
        if record not in self._entries:
            entry = self._entries[record] = Entry(component, record, known=True)
            above = self._object.component(component.parent)
            entry.parent = self._of(above, record.above) if above and record.above else None
        return self._entries[record]


def _named_by_user_key(line: Line) -> bool:
    return not (line.get("SourceSystemId") or line.get("GUID"))
