"""What the emulated pod knows of HR records: those of the set-up's lists and those that earlier loads created."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping

from interfaces.emulator.hdl.objects import Component
from interfaces.emulator.setup import Setup
from interfaces.emulator.tables import Tables

Key = tuple[object, ...]
"""("guid", id), ("source", owner, id), ("id", surrogate) or ("user", record above or None, values...)."""


class Record:
    """One record of the pod, whatever its history holds: its names, and the record above it."""

    __slots__ = ("above", "component", "keys", "loaded", "sourced", "values")

    def __init__(self, component: str, above: Record | None = None) -> None:
        self.component = component
        self.above = above
        self.keys: set[Key] = set()
        self.loaded = False  # created by a load: then all that belongs to it is known, too
        self.sourced = False  # its source key is known, also where it has none
        self.values: dict[str, str] = {}  # of an object that remembers some


class Pod:
    """Finds records by key, keeps new ones and says whether a list allows a value. The lists are read once."""

    def __init__(self, tables: Tables, setup: Setup) -> None:
        self.setup = setup
        self._base = tables.base
        self._names: dict[Hashable, set[str]] = tables.base["HDL names"]  # list -> values that loads added
        if "read" not in tables.base["HDL lists"]:
            tables.base["HDL lists"]["read"] = True
            self._read_lists()

    def find(self, component: str, key: Key) -> Record | None:
        """The record of that key."""
        found: Record | None = self._base[component].get(key)
        return found

    def keep(self, record: Record) -> None:
        """Put a record into the pod, or more keys of one that is there."""
        for key in record.keys:
            self._base[record.component].setdefault(key, record)

    def forget(self, record: Record) -> None:
        """Take a record out of the pod."""
        for key in record.keys:
            self._base[record.component].pop(key, None)

    def lists(self, component: Component) -> bool:
        """True if a list of the set-up says which records of the component there are."""
        return bool(component.listed) and self.setup.knows(component.listed)

    def allows(self, name: str, value: str) -> bool:
        """True if the list holds the value, or is not there, or a load added it."""
        return self.setup.allows(name, value) or value in self._names.get(name, ())

    def add(self, name: str, value: str) -> None:
        """Let a list allow one more value."""
        self._names.setdefault(name, set()).add(value)

    def _read_lists(self) -> None:
        for row in self.setup.rows("workers"):
            self._listed("Worker", row, [row.get("PersonNumber", "")])
        for row in self.setup.rows("work_relationships"):
            person = self.find("Worker", ("user", None, row.get("PersonNumber", "")))
            values = [row.get(name, "") for name in ("LegalEmployerName", "DateStart", "WorkerType")]
            self._listed("WorkRelationship", row, values, person)
        for row in self.setup.rows("work_terms"):
            self._listed("WorkTerms", row, [row.get("AssignmentNumber", "")])
        for code in self.setup.values("job"):
            record = Record("Job")
            record.keys = {("user", None, code)}
            self.keep(record)

    def _listed(
        self, component: str, row: Mapping[str, str], user_key: Iterable[str], above: Record | None = None
    ) -> None:
        record, values = Record(component, above), tuple(user_key)
        record.sourced = True
        if row.get("SourceSystemId"):
            record.keys.add(("source", row.get("SourceSystemOwner", ""), row["SourceSystemId"]))
        if all(values):
            record.keys.add(("user", above, *values))
        self.keep(record)
