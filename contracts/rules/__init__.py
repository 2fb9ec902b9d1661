"""What each rule kind means: a rule becomes a check on a payload's records.

``RowCheck``: one expression, so that all row rules of a file run in one pass. ``SetCheck``: needs other records.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from contracts.model import Contract, ReferenceList, Rule
from contracts.ready import Columns
from contracts.records import Records
from contracts.rules.checks import NO_ROWS, Found, RowCheck, SetCheck
from contracts.rules.dates import disjoint, gap, order, overlap
from contracts.rules.groups import group, groups, python, unique
from contracts.rules.references import exists, in_list, parent, totals, within
from contracts.rules.rows import ROW_KINDS, row_check

__all__ = ["NO_ROWS", "Found", "RowCheck", "SetCheck", "compile_rule", "groups", "lists_of", "unbound_lists"]

_SETS: Mapping[str, Callable[[Rule, Records], Found]] = {
    "disjoint": disjoint,
    "exists": exists,
    "gap": gap,
    "group": group,
    "in_list": in_list,
    "order": order,
    "overlap": overlap,
    "parent": parent,
    "python": python,
    "totals": totals,
    "unique": unique,
    "within": within,
}


def compile_rule(rule: Rule, contract: Contract, ready: Columns) -> RowCheck | SetCheck:
    """Return the check of a rule on records with these columns; readers judge the rules on shape and package."""
    if rule.kind in ROW_KINDS:
        return row_check(rule, contract, ready)
    return SetCheck(rule, _SETS[rule.kind])


def lists_of(rule: Rule, contract: Contract) -> list[ReferenceList]:
    """The lists without which a rule cannot run (an ``or_list`` only helps and is not among them)."""
    return [contract.lists[spec["list"]] for _, spec in rule.contexts if "list" in spec]


def unbound_lists(rule: Rule, contract: Contract) -> list[str]:
    """Why a rule cannot be judged here: a sentence for each of its lists that is not bound."""
    return [one.unbound for one in lists_of(rule, contract) if one.unbound]
