"""Rules over one record in SQL: facets of columns and written row rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.conditions import Condition
from contracts.model import Contract, Rule, Type
from contracts.sql.columns import FileColumns
from contracts.sql.conditions import condition_sql
from contracts.sql.tables import listed_column


@dataclass(frozen=True)
class RowRule:
    """Conditions over a record of the file's table. NULL counts as false."""

    rule: Rule
    violated: str
    applies: str  # true for some record: the rule met what it is about
    predicted: str = ""  # where a failure predicts the rule's code; "": everywhere


def row_rule(rule: Rule, contract: Contract, columns: FileColumns) -> RowRule:
    """Return what a facet or a written row rule asks of a record."""
    return _RowWriter(rule, contract, columns).written()


class _RowWriter:
    def __init__(self, rule: Rule, contract: Contract, columns: FileColumns) -> None:
        self.rule, self.contract, self.columns = rule, contract, columns
        self.dialect, self.values = columns.dialect, columns.values
        self.text = columns.plain(rule.column) if rule.column else ""

    def written(self) -> RowRule:
        rule, when = self.rule, self.rule.conditions.get("when")
        filled = f"{self.columns.read(rule.column)} IS NOT NULL" if rule.column else "TRUE"
        if rule.kind == "row":
            check = rule.conditions["check"]
            doubt = self.columns.doubt([*check.columns, *(when.columns if when else ())])
            applies = self.condition(when) if when else "TRUE"
            return RowRule(rule, f"NOT {self.condition(check)} AND {applies} AND NOT {doubt}", applies)
        if rule.kind == "unlisted":
            return RowRule(rule, self._unlisted(), filled)
        if "contexts" in rule.spec:
            return self._in_contexts()
        violated = f"{self._facet(rule.spec)} AND NOT {self._doubt(when)}"
        if rule.kind == "required":
            applies = self.condition(when) if when else "TRUE"
            return RowRule(rule, f"{violated} AND {applies}", applies)
        return RowRule(rule, violated, filled, self._predicted())

    def condition(self, condition: Condition) -> str:
        return condition_sql(condition, self.columns.value, self.dialect)

    def _doubt(self, when: Condition | None) -> str:
        """True where the value itself failed its type, or one that the condition rests on."""
        own = () if self.rule.kind in ("type", "required") else (self.rule.column,)
        return self.columns.doubt([*(when.columns if when else ()), *own])

    def _in_contexts(self) -> RowRule:
        """A flexfield slot: each context value has a facet of its own."""
        context = self.columns.value(self.rule.spec["context"])
        violated, applies = [], []
        for value, spec in self.rule.contexts:
            here = f"COALESCE({context} = {self.dialect.text(value)}, FALSE)" if value else "TRUE"
            when = self.rule.conditions.get(f"when {value}") if self.rule.kind == "required" else None
            due = f" AND {self.condition(when)}" if when else ""
            violated.append(f"({here} AND {self._facet(spec)}{due} AND NOT {self._doubt(when)})")
            applies.append(here)
        return RowRule(self.rule, f"({' OR '.join(violated)})", f"({' OR '.join(applies)})", self._predicted())

    def _unlisted(self) -> str:
        filled = f"{self.text} IS NOT NULL"
        if "meant" not in self.rule.spec:
            return filled
        meant = ", ".join(map(self.dialect.text, self.rule.spec["meant"]))
        return f"{filled} AND COALESCE({self.columns.value(self.rule.spec['context'])} NOT IN ({meant}), TRUE)"

    def _facet(self, spec: Mapping[str, Any]) -> str:
        rule, text = self.rule, self.text
        match rule.kind:
            case "required":
                return f"{text} IS NULL"
            case "type":
                return self._misfit(spec)
            case "length":
                size, buffer = int(spec["size"]), int(spec["buffer"])
                long = f"length({text}) > {size}"
                in_bytes = spec.get("in_bytes") and 4 * size > buffer
                return f"({long} OR {self.dialect.size_in_bytes(text)} > {buffer})" if in_bytes else f"({long})"
            case "one_of":
                return f"({text} NOT IN ({', '.join(map(self.dialect.text, spec['one_of']))}))"
            case "pattern":
                return f"(NOT {self.dialect.is_whole(text, spec['pattern'])})"
            case "range":
                kind = self.contract.files[rule.file].columns[rule.column].type
                low, high = (self.values.literal(str(bound), kind) for bound in spec["range"])
                return f"({self.columns.value(rule.column)} NOT BETWEEN {low} AND {high})"
        reference = self.contract.lists[spec["list"]]
        known = listed_column(self.dialect, reference.rows, reference.key[0])
        table = self.dialect.name(f"list {reference.id}")
        # not NOT IN: for that Spark compares each record with each row of the list
        return f"({text} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {table} WHERE {known} = {text}))"

    def _misfit(self, spec: Mapping[str, Any]) -> str:
        """What is not of the rule's type; beside a layout's own type only what fits that one."""
        misfit, own = self._unfit(spec["type"]), spec["own"]
        return misfit if own == spec["type"] or spec.get("subsumes") else f"({misfit} AND NOT {self._unfit(own)})"

    def _unfit(self, kind: Type) -> str:
        return self.values.unfit(self.text, self.values.typed(self.text, kind, self._dates), kind)

    @property
    def _dates(self) -> str:
        return self.columns.file.csv.dates

    def _predicted(self) -> str:
        """A load error is predicted only for what the layout itself refuses and Oracle cannot read."""
        spec = self.rule.contexts[0][1]
        if self.rule.code != "load" or spec.get("cited"):
            return ""
        if self.rule.kind == "length":
            size = self.dialect.size_in_bytes(self.text) if spec.get("in_bytes") else f"length({self.text})"
            return f"{size} > {int(spec['buffer'])}"
        if self.rule.kind == "type":
            loads = self.values.loads(self.text, spec["own"], self._dates)
            return f"{self._unfit(spec['own'])} AND NOT COALESCE({loads}, FALSE)"
        return ""
