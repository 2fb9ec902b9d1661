"""A payload in the making: its records with typed values, linked to their parents, grouped into accept units."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from contracts import Contract, File, line_numbers, masked
from harness.generate.evaluation import Value, spelled
from harness.generate.values import typed

Row = Mapping[str, str | None]
Records = Mapping[str, Sequence[Row]]
Key = tuple[Value, ...]


class Record:
    """One record of a draft. ``get`` gives typed values as conditions see them, ``text`` what the file will say."""

    __slots__ = ("draft", "file", "parent", "values")

    def __init__(self, draft: Draft, file: File, values: Row) -> None:
        self.draft, self.file, self.values = draft, file, dict(values)
        self.parent: Record | None = None

    def get(self, name: str) -> Value:
        """The typed value of a column, a reserved name, or an ancestor's column; None is blank or unknown."""
        column = self.file.columns.get(name)
        if column is not None:
            return typed(column.type.kind, self.values.get(name))
        match name:
            case "_action":
                return self.values.get("_action") or "MERGE"
            case "_component":
                return self.file.component
            case "_row":
                return Decimal(self.draft.number(self))
            case "_line":
                return Decimal(self.draft.line(self))
            case "_unit":
                return str(self.draft.unit(self))  # a number in the engine: here, too, equal for records of one unit
            case "_parent":
                return None if self.parent is None else Decimal(self.draft.number(self.parent))
        return self._above(name)

    def _above(self, name: str) -> Value:
        ancestor, _, attribute = name.partition(".")
        above = self.parent
        while above is not None and above.file.id != ancestor:
            above = above.parent
        return None if above is None else above.get(attribute)

    def text(self, name: str) -> str | None:
        """The text of a column as reference lists spell it: dates by the file's mask, tokens of blank as blank."""
        column = self.file.columns.get(name)
        if column is None:
            value = self.get(name)
            return spelled(value) if isinstance(value, Decimal) else None if value is None else str(value)
        value = self.values.get(name)
        return None if typed("text", value) is None else masked(value, column, self.file)

    def key(self, names: Iterable[str]) -> Key:
        """Typed values of these columns: records with equal keys belong together, blanks being equal."""
        return tuple(self.get(name) for name in names)


class Draft:
    """Records by file id, in file order."""

    def __init__(self, contract: Contract, records: Records) -> None:
        self.contract = contract
        self.records: dict[str, list[Record]] = {}
        self.links = links(contract)
        for file in contract.files.values():
            self.records[file.id] = [Record(self, file, row) for row in records.get(file.id, ())]
        self._numbers: dict[int, int] = {}
        self._lines: dict[str, list[int]] | None = None
        self._known: dict[str, Record] | None = None
        self.link()

    def link(self) -> None:
        """Find every record's parent again: the first alternative without blanks decides."""
        self._numbers = {id(record): at for rows in self.records.values() for at, record in enumerate(rows, start=1)}
        for rows in self.records.values():
            for record in rows:
                record.parent = self._parent(record)
        self._known = self._lines = None

    def line(self, record: Record) -> int:
        """Line of the record in its member, from 1."""
        if self._lines is None:
            self._lines = line_numbers(
                self.contract, {name: [one.values for one in rows] for name, rows in self.records.items()}
            )
        return self._lines[record.file.id][self.number(record) - 1]

    def number(self, record: Record) -> int:
        """Number of the record in its file, from 1."""
        return self._numbers[id(record)]

    @property
    def size(self) -> int:
        """Records of all files."""
        return sum(map(len, self.records.values()))

    def dated(self) -> list[str]:
        """Ids of the files whose records have a history."""
        return [file.id for file in self.contract.files.values() if file.history]

    def all(self) -> Iterator[Record]:
        """Every record, parents' files first."""
        for name in sorted(self.records, key=lambda name: len(self.contract.ancestors(name))):
            yield from self.records[name]

    def rows(self) -> dict[str, list[dict[str, str | None]]]:
        """The records as plain mappings; files without a record are left out, blanks too."""
        return {
            name: [{column: value for column, value in record.values.items() if value is not None} for record in rows]
            for name, rows in self.records.items()
            if rows
        }

    def unit(self, record: Record) -> tuple[str, Key]:
        """What names the accept unit of a record: the top of its chain of parents.

        Where the chain is cut, it goes on with the highest ancestor that the record there names: with that one's own
        unit, or, if it is not in the draft, with its name.
        """
        top = record
        while top.parent is not None:
            top = top.parent
        if top.file.parent is None:
            unit = top.file.accept_unit or (("_row",),)
            own = next(filter(None, (_name(top, top.file.id, {name: name for name in key}) for key in unit)), "")
            listed = self.contract.aliases.get(own)
            return ("", (listed,)) if listed else (top.file.id, group_key(top, unit))
        names = [one for name in self._names(top) for one in (self.contract.aliases.get(name, name), name)]
        for name in names:
            if name in self._ancestors:
                return self.unit(self._ancestors[name])
        return ("", (names[0],)) if names else (top.file.id, group_key(top, [tuple(one) for one in top.file.parent.by]))

    def _names(self, record: Record) -> list[str]:
        """The ancestors that a record names, the highest first, each by its first alternative without blanks."""
        ways = self.contract.ways(record.file.id)
        found = (
            next(filter(None, (_name(record, file, one) for one in alternatives)), "") for file, alternatives in ways
        )
        return [name for name in found if name]

    def own_names(self, record: Record) -> list[str]:
        """All names by which records below it may name it, by source key first."""
        ways = [way for below in self.contract.files for way in self.contract.ways(below) if way[0] == record.file.id]
        keys = dict.fromkeys(tuple(one.values()) for _, alternatives in ways for one in alternatives)
        return [name for key in keys if (name := _name(record, record.file.id, {column: column for column in key}))]

    @property
    def _ancestors(self) -> dict[str, Record]:
        """The records that others may name as their ancestor, by each of their names."""
        if self._known is None:
            self._known = {}
            for record in self.all():
                for name in self.own_names(record):
                    self._known.setdefault(name, record)
                    if record.file.parent is None:
                        self._known.setdefault(self.contract.aliases.get(name, name), record)
        return self._known

    def _parent(self, record: Record) -> Record | None:
        parent = record.file.parent
        if parent is None:
            return None
        for alternative in parent.by:
            own = record.key(alternative)
            if None not in own:
                same = [one for one in self.records[parent.file] if one.key(alternative.values()) == own]
                history = self.contract.files[parent.file].history
                return (
                    min(same, key=lambda one: str(one.get(history.start)), default=None)
                    if history
                    else next(iter(same), None)
                )
        return None


def group_key(record: Record, alternatives: Sequence[Sequence[str]]) -> Key:
    """The key by the first alternative without blanks, else by the first of all; its number stands in front."""
    keys = [record.key(names) for names in alternatives]
    at = next((at for at, key in enumerate(keys) if None not in key), 0)
    return (Decimal(at), *keys[at])


def _name(record: Record, file: str, columns: Mapping[str, str]) -> str:
    """The name of an ancestor in ``file`` by these columns, as ``pod_names`` spells it; "" where one is blank."""
    values = record.key(columns)
    if None in values:
        return ""
    texts = (spelled(one) if isinstance(one, Decimal) else str(one) for one in values)
    return "\x1f".join([file, *columns.values(), *texts])


def links(contract: Contract) -> frozenset[tuple[str, str]]:
    """Return the columns, as (file, column), by which records name those above them."""
    found = set()
    for file in contract.files:
        for ancestor, alternatives in contract.ways(file):
            for columns in alternatives:
                found |= {(file, own) for own in columns} | {(ancestor, their) for their in columns.values()}
    return frozenset(found)
