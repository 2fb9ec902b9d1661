"""What business objects of HDL are made of: components, names of their records, and of the records above them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from contracts import ContractError, LayoutColumn, layout_in_force

if TYPE_CHECKING:
    from interfaces.emulator.hdl.grouping import Logical
    from interfaces.emulator.hdl.pod import Pod
    from interfaces.emulator.hdl.reading import Line

CREATING = ("HIRE", "ADD_CWK", "ADD_PEN_WKR")
"""Actions that create a person. REHIRE and "others" are named beside them; a rehire needs the person it takes back."""
EMPLOYING = (*CREATING, "REHIRE")
"""Actions that create a work relationship with its work terms and assignment."""
HINTS = ("SourceSystemId", "GUID")
"""What a key hint may name; a user key in its place is refused."""

_HINT = re.compile(r"(.+)\(([^=]*)\)")
_LEGAL = re.compile(r"FLEX:.+|EFF_CATEGORY_CODE|SourceRef(?:\d{3}|TableName)(?:=.*)?|.+\(.+=.+\)")
"""Flexfield contexts and values, and references to the source system: legal on every component."""


@dataclass(frozen=True)
class Reference:
    """How a line names a record above it: a key attribute with a hint, or the user key of that record."""

    hint: str
    names: Mapping[str, str] = field(
        default_factory=dict
    )  # its user key attribute -> attribute here, where they differ


@dataclass(frozen=True)
class Pointer:
    """Attributes that together name a record of another object, or a thing of the pod's set-up."""

    columns: Mapping[str, str]  # attribute -> column of the list
    listed: str
    surrogate: str  # id of which the message speaks
    only: Mapping[str, str] = field(default_factory=dict)  # attribute -> value, without which it names nothing


@dataclass(frozen=True)
class Component:
    """One record type of an object. The first of ``refers`` is the parent, the others are above it."""

    name: str
    refers: Mapping[str, Reference] = field(default_factory=dict)  # component -> how a line names its record
    user_key: tuple[str, ...] = ()  # attributes that name a record, under its parent
    optional: tuple[str, ...] = ()  # further ones that may be blank
    other_keys: tuple[tuple[str, ...], ...] = ()  # further user keys, for lines that do not give the first
    aliases: tuple[tuple[str, ...], ...] = ()  # attributes by which only lines below name a record
    unique: bool = False  # the user keys name a record without its parent
    surrogate: str = ""
    listed: str = ""  # list of the set-up with every such record of the pod; without it nothing says which there are
    points: tuple[Pointer, ...] = ()
    apart: tuple[str, ...] = ()  # attributes in which several MERGE lines of one record may differ
    by_action: bool = False  # a record is created by its action, not by not being there
    first_day: str = ""  # attribute with the first day of a record; what hangs on a new one is new if it begins then
    whole: bool = False  # a line that has user keys only must be whole, whatever the pod has
    by_period: bool = False  # such lines may be of further pay periods: they make no history

    @property
    def parent(self) -> str:
        """Name of the parent component, "" at the top."""
        return next(iter(self.refers), "")

    @property
    def user_keys(self) -> tuple[tuple[str, ...], ...]:
        """Every user key, the first one first."""
        return (self.user_key, *self.other_keys) if self.user_key else ()


@dataclass(frozen=True)
class BusinessObject:
    """A top-level object: its .dat has its name. ``check`` yields what the load finds beyond the general rules."""

    name: str
    components: tuple[Component, ...]  # parents first
    folder: str = ""  # of its layouts, where it is not the object's name
    lookups: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # attribute -> (list, list of values)
    references: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # attribute -> (list, id in the message)
    check: Callable[[Logical, Pod], Iterator[tuple[Line, str]]] = lambda logical, pod: iter(())
    check_file: Callable[[Sequence[Logical]], Iterator[tuple[Line, str]]] = lambda logicals: iter(())  # all together
    names: Mapping[str, tuple[Mapping[str, str], str]] = field(
        default_factory=dict
    )  # component -> (attribute -> column, list that it adds to)
    remembers: tuple[str, ...] = ()  # attributes of its records that later loads are compared with

    def component(self, name: str) -> Component | None:
        """The component of that name."""
        return next((one for one in self.components if one.name == name), None)

    def layout(self, component: str) -> Mapping[str, LayoutColumn]:
        """Attributes of a component, none where no layout is known."""
        return _layout(f"{self.folder or self.name}/{component}")

    def has(self, component: str, attribute: str) -> bool:
        """True if the component may have the attribute: by its layout, or as a flexfield or source reference.

        A key may be given with either hint or as surrogate id, a lookup by its meaning. No layout is known to be
        complete, so a pod may know an attribute that is refused here (unconfirmed).
        """
        known = self.layout(component)
        if attribute in known or _LEGAL.fullmatch(attribute):
            return True
        base, hint = hint_of(attribute)
        if attribute.endswith("_Display"):
            return attribute.removesuffix("_Display") in known
        return (not hint or hint in HINTS) and any(f"{base}({one})" in known for one in HINTS)

    def dates(self, component: str) -> frozenset[str]:
        """Attributes of a component that hold a date."""
        return frozenset(name for name, column in self.layout(component).items() if column.type.kind == "date")

    def required(self, component: str) -> tuple[str, ...]:
        """Attributes that a line which creates a record must fill."""
        return tuple(name for name, column in self.layout(component).items() if column.required == "Y")

    def dated(self, component: str) -> bool:
        """True if the component is date-effective."""
        return "EffectiveStartDate" in self.layout(component)


def hint_of(attribute: str) -> tuple[str, str]:
    """Split ``PersonId(SourceSystemId)`` into key and hint; the hint is "" where there is none."""
    match = _HINT.fullmatch(attribute)
    return (match[1], match[2]) if match and not _LEGAL.fullmatch(attribute) else (attribute, "")


@cache
def _layout(name: str) -> Mapping[str, LayoutColumn]:
    try:
        return layout_in_force(name, "").columns
    except ContractError:
        return {}
