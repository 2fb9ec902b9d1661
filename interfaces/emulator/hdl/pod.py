"""What the emulated pod knows of HR records: those of the set-up's lists and those that earlier loads created."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from interfaces.emulator.hdl import keys
from interfaces.emulator.hdl.keys import Get, Key
from interfaces.emulator.hdl.objects import BusinessObject, Component
from interfaces.emulator.setup import Setup
from interfaces.emulator.tables import Tables

_ALIASES, _ADDED, _READ = "HDL aliases", "HDL names", "HDL lists"


class Record:
    """One record of the pod, whatever its history holds: its names, and the record above it."""

    __slots__ = ("above", "aliases", "component", "keys", "loaded", "sourced", "values")

    def __init__(self, component: str, above: Record | None = None) -> None:
        self.component = component
        self.above = above
        self.keys: set[Key] = set()
        self.aliases: set[Key] = set()
        self.loaded = False  # created by a load: then all that belongs to it is known, too
        self.sourced = False  # its source key is known, also where it has none
        self.values: dict[str, str] = {}  # of an object that remembers some


class Pod:
    """Finds records by key, keeps new ones and says whether a list allows a value. The lists are read once."""

    def __init__(self, tables: Tables, setup: Setup, objects: Iterable[BusinessObject]) -> None:
        self.setup = setup
        self._base = tables.base
        self._lists: dict[str, bool] = {}  # component -> do the set-up's lists tell its records
        self._held: dict[tuple[str, tuple[str, ...]], set[tuple[str, ...]] | None] = {}
        if "read" not in tables.base[_READ]:
            tables.base[_READ]["read"] = True
            for each in objects:
                for component in each.components:
                    if self.lists(component):
                        self._read(component, each)

    def find(self, component: str, key: Key) -> Record | None:
        """The record of that key."""
        found: Record | None = self._base[component].get(key)
        return found

    def called(self, component: str, key: Key) -> Record | None:
        """The record that lines below may call so."""
        found: Record | None = self._base[_ALIASES].get((component, key))
        return found

    def keep(self, record: Record) -> None:
        """Put a record into the pod, or more keys of one that is there."""
        for key in record.keys - {keys.NAMELESS}:
            self._base[record.component].setdefault(key, record)
        for key in record.aliases:
            self._base[_ALIASES].setdefault((record.component, key), record)

    def forget(self, record: Record) -> None:
        """Take a record out of the pod."""
        for key in record.keys:
            self._base[record.component].pop(key, None)
        for key in record.aliases:
            self._base[_ALIASES].pop((record.component, key), None)

    def lists(self, component: Component) -> bool:
        """True if a list of the set-up says which records of the component there are."""
        if component.name not in self._lists:
            rows = self.setup.rows(component.listed)
            named = [names for names in ({"SourceSystemId"}, set(component.user_key)) if names]
            told = not rows or any(row.keys() >= names for row in rows for names in named)
            self._lists[component.name] = bool(component.listed) and self.setup.knows(component.listed) and told
        return self._lists[component.name]

    def allows(self, name: str, value: str) -> bool:
        """True if the list holds the value, or is not there, or a load added it."""
        if self.setup.allows(name, value):
            return True
        rows = self.setup.rows(name)
        return bool(rows) and self.holds(name, {next(iter(rows[0])): value})

    def holds(self, name: str, values: Mapping[str, str]) -> bool:
        """True if one row has all these values, column by column; also where the list has no such columns."""
        columns = tuple(values)
        if (name, columns) not in self._held:
            rows = [row for row in self.setup.rows(name) if row.keys() >= values.keys()]
            told = bool(rows) or (self.setup.knows(name) and not self.setup.rows(name))
            rows += [row for row in self._added(name) if row.keys() >= values.keys()]
            self._held[name, columns] = {tuple(row[column] for column in columns) for row in rows} if told else None
        held = self._held[name, columns]
        return held is None or tuple(values.values()) in held

    def has_name(self, object_: BusinessObject, component: Component, get: Get) -> bool:
        """True if a list of names has a record, where no list of records tells more."""
        if self.lists(component) or component.name not in object_.names:
            return False
        columns, listed = object_.names[component.name]
        named = {column: get(name) for name, column in columns.items() if get(name)}
        first = next(iter(columns.values()))
        return first in named and any(
            first in row and all(row.get(column, value) == value for column, value in named.items())
            for row in self.setup.rows(listed)
        )

    def add(self, name: str, row: Mapping[str, str]) -> None:
        """Let a list hold one more row. Its first value counts as the list's first, whatever that is called."""
        for known in self.setup.rows(name)[:1]:
            row = {next(iter(known)): next(iter(row.values())), **row}
        self._base[_ADDED].setdefault(name, []).append(row)
        for (held, columns), values in self._held.items():
            if values is not None and held == name and row.keys() >= set(columns):
                values.add(tuple(row[column] for column in columns))

    def _added(self, name: str) -> list[Mapping[str, str]]:
        added: list[Mapping[str, str]] = self._base[_ADDED].get(name, [])
        return added

    def _read(self, component: Component, object_: BusinessObject) -> None:
        """Read the list of a component's records. Rows that share a key are of one record."""
        for row in self.setup.rows(component.listed):

            def get(name: str, row: Mapping[str, str] = row) -> str:
                return row.get(name, "")

            above = self._above(component, object_, get)
            if component.parent and not component.unique and above is None:
                named = [key for key in keys.own(component, get, None) if key[0] != "user"]
            else:
                named = list(keys.own(component, get, above))
            record = next((known for key in named if (known := self.find(component.name, key))), None)
            record = record or Record(component.name)
            record.above = record.above or above
            record.sourced |= "SourceSystemId" in row
            record.keys.update(named)
            record.aliases.update(keys.aliases(component, get, above))
            record.values |= {name: get(name) for name in object_.remembers if name in row}
            self.keep(record)

    def _above(self, component: Component, object_: BusinessObject, get: Get) -> Record | None:
        above = object_.component(component.parent)
        if above is None:
            return None
        refer = component.refers[above.name]
        if key := keys.direct(refer, get):
            return self.find(above.name, key)
        given = keys.natural(refer, above, get)
        return self.find(above.name, ("user", given[0], None, *given[1])) if given else None
