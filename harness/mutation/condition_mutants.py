"""Mutants of a condition: one node of its tree changed as a hand slips."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sqlglot import exp

_FLIPS: Mapping[type[exp.Expr], tuple[str, str, type[exp.Expr]]] = {
    exp.EQ: ("=", "<>", exp.NEQ),
    exp.NEQ: ("<>", "=", exp.EQ),
    exp.LT: ("<", "<=", exp.LTE),
    exp.LTE: ("<=", "<", exp.LT),
    exp.GT: (">", ">=", exp.GTE),
    exp.GTE: (">=", ">", exp.GT),
}
"""A comparison and what a slip makes of it: the boundary moves, or the opposite is asked."""

_TESTS: Mapping[type[exp.Expr], str] = {
    exp.Is: "IS NULL", exp.In: "IN", exp.Like: "LIKE", exp.RegexpLike: "REGEXP_LIKE", exp.Between: "BETWEEN"
}  # fmt: skip


@dataclass(frozen=True)
class Slip:
    """One changed condition: what changed in few words, and the part of the text before and after."""

    operator: str
    words: str  # "flip <> to =": the same words may come again in one condition
    before: str
    after: str
    condition: Any  # contracts' parsed condition with another tree


def slips(condition: Any) -> Iterator[Slip]:
    """Yield every mutant of a parsed condition (or value expression), in the order of its text."""
    for at, node in enumerate(condition.tree.walk(bfs=False)):
        for operator, words, change in _changes(node):
            after = change(node.copy())
            tree = _replaced(condition.tree, at, after)
            changed = replace(condition, tree=tree, text=_sql(tree))
            yield Slip(operator, words, _sql(node), _sql(after), changed)


def _changes(node: exp.Expr) -> Iterator[tuple[str, str, Callable[[exp.Expr], exp.Expr]]]:
    match node:
        case exp.And():
            yield "swap and/or", "swap AND to OR", lambda one: exp.Or(**one.args)
        case exp.Or():
            yield "swap and/or", "swap OR to AND", lambda one: exp.And(**one.args)
        case exp.Not():
            yield "negate a test", f"negate NOT {_test(node.this)}".rstrip(), lambda one: one.this
        case _ if flip := _FLIPS.get(type(node)):
            before, after, _ = flip
            yield "flip a comparison", f"flip {before} to {after}", _flipped
        case _ if type(node) in _TESTS and not isinstance(node.parent, exp.Not):
            negative = "NOT " if node.args.get("negate") else ""
            yield "negate a test", f"negate {negative}{_test(node)}", _negated
    if isinstance(node, exp.In) and len(node.expressions) > 1:
        for at, member in enumerate(node.expressions):
            yield "drop a list value", f"drop {_sql(member)}", partial(_without, at=at)


def _test(node: exp.Expr) -> str:
    return _TESTS.get(type(node), "")


def _flipped(node: exp.Expr) -> exp.Expr:
    return _FLIPS[type(node)][2](**node.args)


def _negated(node: exp.Expr) -> exp.Expr:
    if node.args.get("negate"):
        node.set("negate", False)
        return node
    return exp.Not(this=node)


def _without(node: exp.Expr, at: int) -> exp.Expr:
    node.set("expressions", [one for place, one in enumerate(node.expressions) if place != at])
    return node


def _replaced(tree: exp.Expr, at: int, after: exp.Expr) -> exp.Expr:
    """A copy of the tree in which the node at a place of the walk is another one."""
    copied = tree.copy()
    node = next(one for place, one in enumerate(copied.walk(bfs=False)) if place == at)
    if node is copied:
        return after
    node.replace(after)
    return copied


def _sql(node: exp.Expr) -> str:
    return node.sql(dialect="oracle")
