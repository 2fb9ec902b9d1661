"""The columns of a file's table in SQL: text as read, typed value, and the mark of a value that failed its type.

A column's name stands behind a letter and its number (``"v12 AMOUNT"``), since names may differ by case alone, which
databases do not see: ``c`` text as read, ``t`` text without blank tokens, ``p`` parsed, ``f`` failed its type,
``v`` value. An ancestor's value and mark have its file's name before the number.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cached_property

from contracts.model import Contract, File
from contracts.sql.dialects import NUMBER, Dialect
from contracts.sql.values import SQL_TYPES, Values

NUMBERS = ("_row", "_line", "_parent", "_unit")
"""Reserved names of numbers, in the order in which tables hold them."""
TEXTS = ("_component", "_action")
"""Reserved names of texts: null where the format has none."""


class FileColumns:
    """The SQL of everything that rules read of the records of one file."""

    def __init__(self, contract: Contract, file: File, present: Collection[str], dialect: Dialect) -> None:
        self.contract, self.file, self.present, self.dialect = contract, file, present, dialect
        self.values = Values(dialect)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self.file.columns)}

    def named(self, letter: str, name: str) -> str:
        """The identifier of one of the columns that are made for a column of the file, or of an ancestor."""
        if name in self._numbers:
            return self.dialect.name(f"{letter}{self._numbers[name]} {name}")
        ancestor, _, attribute = name.partition(".")
        names = list(self.contract.files[ancestor].columns)
        number = names.index(attribute) if attribute in names else ""
        return self.dialect.name(f"{letter} {ancestor}.{number} {attribute}")

    def sort(self, name: str) -> str:
        """What conditions may compare a column with: text, number, date, timestamp."""
        ancestor, _, attribute = name.partition(".") if self._above(name) else ("", "", name)
        file = self.contract.files[ancestor] if ancestor else self.file
        if attribute in file.columns:
            return file.columns[attribute].type.sort
        return "number" if attribute in NUMBERS else "text"

    def value(self, name: str, alias: str = "") -> str:
        """The typed value: NULL where it is blank, a blank token, or failed its type. ``alias`` names the table."""
        table = f"{alias}." if alias else ""
        if name in self.present or self._above(name):
            return f"{table}{self.named('v', name)}"
        if name in NUMBERS:
            return f"CAST({table}{name} AS {NUMBER})"
        return f"{table}{name}" if name in TEXTS else f"CAST(NULL AS {SQL_TYPES[self.sort(name)]})"

    def read(self, name: str) -> str:
        """The text as read."""
        return self.named("c", name) if name in self.present else "CAST(NULL AS STRING)"

    def plain(self, name: str) -> str:
        """The text without blank tokens, as reference lists spell it; of an ancestor its value as text."""
        if name in self.present:
            return self.named("t", name)
        return self.values.key(self.value(name), self.sort(name))

    def doubt(self, names: Iterable[str], alias: str = "") -> str:
        """True where one of these values failed its type. ``alias`` names the table."""
        table = f"{alias}." if alias else ""
        marks = [f"{table}{self.named('f', name)}" for name in dict.fromkeys(names) if self._may_fail(name)]
        return f"({' OR '.join(marks)})" if marks else "FALSE"

    def key(self, name: str) -> str:
        """A text whose equality is equality of values; where a type failed, of numbers or else of the text as read."""
        if not self._may_fail(name) or self._above(name):
            return self.values.key(self.value(name), self.sort(name))
        # a number that is only too large for its column is a number still
        held = self.values.key(self.named("p", name), self.sort(name))
        return f"COALESCE({held}, CASE WHEN {self.named('f', name)} THEN {self.read(name)} END)"

    def keys(self, names: Iterable[str]) -> list[str]:
        """The keys of several columns; one that is the same for all where there is none."""
        return [self.key(name) for name in names] or ["''"]

    def _above(self, name: str) -> bool:
        return name not in self.file.columns and "." in name

    def _may_fail(self, name: str) -> bool:
        if self._above(name):
            return True
        return name in self.present and self.file.columns[name].type.kind != "text"

    def typing(self) -> list[str]:
        """What a table of typed values holds of each column that is present; what rests on others stands after them."""
        found = []
        for name in (name for name in self.file.columns if name in self.present):
            kind, text = self.file.columns[name].type, self.named("t", name)
            found.append(f"CASE WHEN {self.read(name)} NOT IN ('#NULL', '$null$') THEN {self.read(name)} END AS {text}")
            if kind.kind == "text":
                found.append(f"{text} AS {self.named('v', name)}")
                continue
            parsed, failed = self.named("p", name), self.named("f", name)
            found.append(f"{self.values.typed(text, kind, self.file.csv.dates)} AS {parsed}")
            found.append(f"COALESCE({self.values.unfit(text, parsed, kind)}, FALSE) AS {failed}")
            found.append(f"CASE WHEN NOT {failed} THEN {parsed} END AS {self.named('v', name)}")
        return found
