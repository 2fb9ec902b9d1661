"""Implied rules: what a layout and a column statement promise about one column. Contract format, sections 4 to 6."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from contracts.conditions import ConditionError, check_pattern
from contracts.layouts import LOADER_BUFFER, LayoutColumn
from contracts.model import Code, Column, Place, Rule, Type
from contracts.results import SEVERITIES, Severity

SEVERITY: Mapping[str, Severity] = {
    **dict.fromkeys(("required", "type", "one_of", "list"), "critical"),
    **dict.fromkeys(("length", "pattern", "range", "parent", "gap", "overlap", "order"), "significant"),
    "unlisted": "moderate",
}
"""Severity of implied rules by kind where a contract says nothing."""

_CAP: Mapping[str, Severity] = {"known": "critical", "likely": "significant", "memory": "minor"}


@dataclass(frozen=True)
class Defaults:
    """What a library contract says for all its implied rules."""

    severity: Mapping[str, Severity]
    rejects: Mapping[str, str]  # of the layout's own facets, by kind
    codes: Mapping[str, Code]

    def predicts(self, code: str, *, unconfirmed: str = "", certainty: str = "known") -> str:
        """The code if a failure may predict it, else "". Memory predicts nothing; doubt only what is itself known."""
        known = "known" if code == "load" else self.codes[code].certainty if code in self.codes else "memory"
        if not code or known == "memory" or certainty == "memory" or (unconfirmed and known != "known"):
            return ""
        return code


@dataclass(frozen=True)
class Statement:
    """What one file says of one column: a row under ``columns:`` or a flexfield slot."""

    row: Mapping[str, Any]
    place: Place
    prefix: str = ""  # overlay's prefix
    context: tuple[str, str] | None = None  # flexfield: context column and value ("" = any)
    own: Type | None = None  # the layout's type where ``row`` narrows it
    layout: LayoutColumn | None = None

    @property
    def suffix(self) -> str:
        """What an overlay's facet ids end in."""
        return f"@{self.prefix}" if self.prefix else ""


def layout_rules(
    file: str, column: Column, layout: LayoutColumn, defaults: Defaults, place: Place, required_when: str, hdl: bool
) -> Iterator[Rule]:
    """Yield the rules that Oracle's own column facts imply, capped by their certainty."""
    own = _Facets(file, column, defaults, place)
    if layout.required == "Y":
        severity = "minor" if hdl and not required_when else defaults.severity["required"]
        code = "" if hdl and not required_when else defaults.rejects.get("required", "")
        when = {"when": required_when} if required_when else {}
        yield own.rule("required", when, cap(severity, layout.facts), defaults.predicts(code, certainty=layout.facts))
    if layout.type.kind == "text" and layout.type.size:
        spec: Mapping[str, Any] = {"size": layout.type.size, **_loaded(layout, layout.type.size)}
        code = defaults.predicts("load" if not hdl else defaults.rejects.get("length", ""), certainty=layout.certainty)
        yield own.rule("length", spec, cap(defaults.severity["length"], layout.certainty), code)
    elif layout.type.kind != "text":
        code = defaults.predicts(defaults.rejects.get("type", ""), certainty=layout.facts)
        spec = {"type": layout.type, "own": layout.type}
        yield own.rule("type", spec, cap(defaults.severity["type"], layout.facts), code)


def stated_rules(file: str, column: Column, statement: Statement, defaults: Defaults) -> Iterator[Rule]:
    """Yield the rules that the statement's own facets imply."""
    own = _Facets(file, column, defaults, statement.place, statement)
    row = statement.row
    if required := row.get("required"):
        yield own.stated("required", {"when": required} if isinstance(required, str) else {})
    if "type" in row and statement.own != column.type:
        stated = Type.parse(row["type"])
        if stated.kind == "text":
            if stated.size and not column.width:  # a fixed-width file cannot hold more
                yield own.stated("length", {"size": stated.size, **_loaded(statement.layout, stated.size)})
        else:
            yield own.stated("type", {"type": stated, "own": statement.own or stated})
    for kind in ("one_of", "pattern", "range", "list"):
        if kind in row:
            yield own.stated(kind, {kind: row[kind]})


def _loaded(layout: LayoutColumn | None, size: int) -> dict[str, Any]:
    """What the loader reads of a text, and whether it counts bytes; without a layout nobody knows a loader."""
    if layout is None:
        return {"buffer": max(LOADER_BUFFER, size), "in_bytes": False}
    return {"buffer": layout.buffer, "in_bytes": layout.in_bytes}


def with_code(rule: Rule, row: Mapping[str, Any], defaults: Defaults) -> Rule:
    """A layout's own rule with the code that the contract cites for it."""
    rejects = row.get("rejects", "")
    code = rejects.get(rule.kind, "") if isinstance(rejects, dict) else rejects if rule.kind == "required" else ""
    if not code:
        return rule
    predicted = defaults.predicts(code, unconfirmed=row.get("unconfirmed", ""))
    return replace(rule, code=predicted, spec={**rule.spec, "cited": True})


def narrowed(own: Rule, stated: Rule) -> Rule:
    """The contract's statement in place of the layout's facet of the same id; what the layout predicts stays."""
    spec = dict(stated.spec)
    if stated.kind == "length":
        spec |= {"buffer": own.spec["buffer"], "in_bytes": own.spec["in_bytes"]}
    elif stated.kind == "type":
        spec["subsumes"] = True  # one rule judges both, whereas an overlay's stands beside the library's
    return replace(stated, spec=spec, code=stated.code or own.code)


def unusable(column: Column, row: Mapping[str, Any], layout: LayoutColumn | None) -> Iterator[tuple[str, str]]:
    """Yield (what, to do) for each facet of a statement that has no effect, or that no value could be held against."""
    if row.get("required") is False and layout and layout.required == "Y":
        todo = "say when it is required (`required: <condition>`), or `disable` the rule with a reason"
        yield "required: false does not free it: the layout asks for it", todo
    if "pattern" in row:
        try:
            check_pattern(row["pattern"])
        except ConditionError as error:
            yield error.what, error.todo
    if not all(isinstance(value, str) for value in row.get("one_of", ())):
        yield "one_of holds what is no value", "write words or numbers"
    kind = Type.parse(row.get("type", "text"))
    if what := mask_fault(kind.mask):
        yield what, MASK_TODO
    elif kind.kind == "date" and "FF" in kind.mask:
        yield f"mask {kind.mask}: a date has no fraction of a second", "leave FF out, or write timestamp"
    if "range" in row and (what := _range_fault(row["range"], column.type)):
        yield what, "write [lowest, highest], dates as YYYY-MM-DD"


MASK_TODO = "write it with YYYY or YY, MM, DD, HH24, MI, SS, FF"


def mask_fault(mask: str) -> str:
    """Why dates and moments cannot be read by an Oracle mask, or "" (also for no mask)."""
    if not mask:
        return ""
    if strange := re.findall(r"[A-Za-z]+", re.sub("YYYY|HH24|YY|MM|DD|MI|SS|FF", " ", mask)):
        return f"mask {mask}: {', '.join(strange)} is not understood"
    missing = [part for part in ("YY", "MM", "DD") if part not in mask]
    # a part of the day says nothing without those above it
    missing += [above for above, part in (("MI", "HH24"), ("HH24", "MI"), ("MI", "SS"), ("SS", "FF"))
                if part in mask and above not in mask]  # fmt: skip
    if missing:
        return f"mask {mask}: {', '.join(dict.fromkeys(missing))} is missing"
    if "FF" in mask and not re.search("SS[.:]FF$", mask):
        return f"mask {mask}: a fraction of a second stands last, as SS.FF"
    parts = re.findall("YY(?:YY)?|HH24|MM|DD|MI|SS|FF", mask)
    twice = sorted({part for part in parts if parts.count(part) > 1})
    return f"mask {mask}: {', '.join(twice)} stands twice" if twice else ""


def _range_fault(bounds: Sequence[Any], kind: Type) -> str:
    read: Mapping[str, Callable[[str], Any]] = {"number": _held, "date": date.fromisoformat, "timestamp": _of_no_zone}
    if kind.sort not in read:
        return f"range: a {kind.kind} has none"
    if not all(isinstance(bound, str) for bound in bounds):
        return "range: an end is missing"
    try:
        low, high = (read[kind.sort](bound) for bound in bounds)
        ordered = low <= high
    except (ValueError, ArithmeticError, TypeError):
        return f"range: {bounds[0]} to {bounds[1]} are no {kind.kind}s"
    return "" if ordered else f"range: {bounds[0]} lies above {bounds[1]}"


def _held(text: str) -> Decimal:
    """A number. Raises ValueError for one that is larger than numbers are held."""
    if (number := Decimal(text)).copy_abs() < Decimal(10) ** 28:
        return number
    raise ValueError(text)


def _of_no_zone(text: str) -> datetime:
    """A moment. Raises ValueError for one with a time zone: those of files have none."""
    if (moment := datetime.fromisoformat(text)).tzinfo is None:
        return moment
    raise ValueError(text)


def cap(severity: Severity, certainty: str) -> Severity:
    """The severity, no higher than facts of this certainty allow."""
    return max(severity, _CAP.get(certainty, "minor"), key=SEVERITIES.index)


def doubted(severity: Severity, unconfirmed: str) -> Severity:
    """The severity, capped at significant if there is an open question."""
    return cap(severity, "likely") if unconfirmed else severity


@dataclass(frozen=True)
class _Facets:
    file: str
    column: Column
    defaults: Defaults
    place: Place
    statement: Statement = field(default_factory=lambda: Statement({}, Place("", 0)))

    def stated(self, kind: str, spec: Mapping[str, Any]) -> Rule:
        row = self.statement.row
        unconfirmed = row.get("unconfirmed", "")
        severity = doubted(row.get("severity", self.defaults.severity[kind]), unconfirmed)
        code = self._cited(kind, row.get("rejects", ""))
        if self.statement.own is None and not code and kind == "type":
            code = self.defaults.rejects.get("type", "")  # no layout: the contract's type is the only one
        if code and kind in ("length", "type") and self._cited(kind, row.get("rejects", "")):
            spec = {**spec, "cited": True}  # the contract itself says that any failure predicts it
        if self.statement.context:
            spec = {"contexts": ((self.statement.context[1], dict(spec)),), "context": self.statement.context[0]}
        return self.rule(kind, spec, severity, self.defaults.predicts(code, unconfirmed=unconfirmed), unconfirmed)

    def _cited(self, kind: str, rejects: str | Mapping[str, str]) -> str:
        if isinstance(rejects, str):
            return rejects if kind in ("required", "one_of", "list", "pattern", "range") else ""
        return rejects.get(kind, "")

    def rule(self, kind: str, spec: Mapping[str, Any], severity: Severity, code: str, unconfirmed: str = "") -> Rule:
        name = self.column.name
        return Rule(
            id=f"{self.file}.{name}.{kind}{self.statement.suffix}",
            kind=kind,
            file=self.file,
            title=title(name, kind, spec),
            severity=severity,
            column=name,
            columns=(name,),
            code=code,
            basis="site" if self.statement.prefix else "oracle",
            spec=spec,
            unconfirmed=unconfirmed,
            prefix=self.statement.prefix,
            place=self.place,
        )


def title(column: str, kind: str, spec: Mapping[str, Any]) -> str:
    """A facet in words."""
    inner = spec["contexts"][0][1] if "contexts" in spec else spec
    match kind:
        case "required":
            words = f"{column} is given" + (" where it is due" if inner.get("when") else "")
        case "type":
            words = f"{column} is {_kind(inner['type'])}"
        case "length":
            words = f"{column} has at most {inner['size']} characters"
        case "one_of":
            words = f"{column} is one of {', '.join(inner['one_of'])}"
        case "pattern":
            words = f"{column} is written as {inner['pattern']}"
        case "range":
            words = f"{column} lies between {inner['range'][0]} and {inner['range'][1]}"
        case "list":
            words = f"{column} is on the list {inner['list']}"
        case _:
            words = f"{column} is blank"
    return words


def _kind(kind: Type) -> str:
    match kind.kind:
        case "date" | "timestamp":
            return f"a {kind.kind} written {kind.mask}" if kind.mask else f"a {kind.kind}"
        case "flag":
            return "Y or N"
        case "boolean":
            return "true or false"
        case "integer":
            return f"a whole number of at most {kind.size} digits" if kind.size else "a whole number"
        case _:
            if kind.scale is not None and kind.size:
                before = kind.size - kind.scale
                return f"a number with at most {before} digits before and {kind.scale} behind the point"
            return f"a number of at most {kind.size} digits" if kind.size else "a number"
