"""A payload in the making: its records with typed values, linked to their parents, grouped into accept units."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from contracts import Contract, File, masked
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
            case "_row" | "_line":
                return Decimal(self.draft.number(self))
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
        self.link()

    def link(self) -> None:
        """Find every record's parent again: the first alternative without blanks decides."""
        self._numbers = {id(record): at for rows in self.records.values() for at, record in enumerate(rows, start=1)}
        for rows in self.records.values():
            for record in rows:
                record.parent = self._parent(record)

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
        """What names the accept unit of a record: the top of its chain of parents, or its own key where that is cut."""
        top = record
        while top.parent is not None:
            top = top.parent
        if top.file.parent is None:
            return top.file.id, group_key(top, top.file.accept_unit or (("_row",),))
        return top.file.id, group_key(top, [tuple(one) for one in top.file.parent.by])

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


def links(contract: Contract) -> frozenset[tuple[str, str]]:
    """Return the columns, as (file, column), by which children name their parents."""
    found = set()
    for file in contract.files.values():
        for alternative in file.parent.by if file.parent else ():
            found |= {(file.id, own) for own in alternative}
            found |= {(file.parent.file, their) for their in alternative.values()} if file.parent else set()
    return frozenset(found)
