"""Identifiers: which columns hold them, and new ones for a copy of some records, the same everywhere they occur."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from contracts import Contract
from harness.generate.drafts import Draft, Key, Record, Records, group_key, links
from harness.generate.evaluation import Value
from harness.generate.values import Domain

_NAMING = ("source_key", "user_key", "surrogate", "parent")
_STRIDE = 1009  # a prime: numbers of copies do not meet each other's


def identifiers(contract: Contract, domains: Mapping[str, Mapping[str, Domain]]) -> frozenset[tuple[str, str]]:
    """Return the columns, as (file, column), whose values name records, and which no list, date or flag restricts."""
    found = set(links(contract))
    for file in contract.files.values():
        keys = [*file.accept_unit, *file.business_key, *(file.history.key if file.history else ())]
        found |= {(file.id, name) for key in keys for name in key if name in file.columns}
        found |= {(file.id, name) for name, column in file.columns.items() if column.key_role in _NAMING}
    for rule in contract.rules.values():
        if rule.kind == "unique":
            found |= {(rule.file, name) for name in rule.spec["unique"]} if len(rule.spec["unique"]) == 1 else set()
        if rule.kind == "exists":
            found |= {(rule.file, name) for name in rule.spec["columns"]}
            found |= {(rule.spec["in"], name) for name in rule.spec["match"]}
    bound = {(rule.file, name) for rule in contract.rules.values() for name in _bound(rule.kind, rule)}
    return frozenset(
        (file, name)
        for file, name in found - bound
        if name in domains[file] and domains[file][name].options is None
        and domains[file][name].column.type.kind in ("text", "integer", "number")
    )  # fmt: skip


def _bound(kind: str, rule: object) -> Iterable[str]:
    """Columns that a rule ties to a list, or to one value in the whole file."""
    spec, conditions = rule.spec, rule.conditions  # type: ignore[attr-defined]
    if kind == "in_list" and not spec.get("absent") and "when" not in conditions:
        return tuple(spec["columns"])
    if kind == "group" and spec["group_by"] == []:
        return tuple(conditions["check"].columns)
    return ()


def known_in_pod(contract: Contract) -> frozenset[str]:
    """Return the values of lists in which a parent or key may stand instead of the payload: they keep their meaning."""
    names = {file.parent.or_list for file in contract.files.values() if file.parent and file.parent.or_list}
    names |= {rule.spec["or_list"] for rule in contract.rules.values() if "or_list" in rule.spec}
    return frozenset(
        value
        for name in names
        if (rows := contract.lists[name].rows) is not None
        for column in rows.iter_columns()
        for value in column.drop_nulls()
    )


def ambiguous(draft: Draft) -> bool:
    """True where what the draft holds as two records may be one: named by one kind of key here, by another there.

    No rule can tell: where the pod's lists know both names of a record, or do not know the source key of one that they
    know by its user key, and where two rows of a history share a key by which only one of them is named.
    """
    return any(
        _two_names(rows, draft) or (rows and rows[0].file.history and _two_kinds(rows, rows[0].file.history.key))
        for rows in draft.records.values()
    )


def _two_names(rows: Sequence[Record], draft: Draft) -> bool:
    aliases, first = draft.contract.aliases, dict[str, str]()
    for names in map(draft.own_names, rows if aliases else ()):
        known = [one for one in names if one in aliases]
        if known and (known[0] != names[0] or first.setdefault(aliases[known[0]], known[0]) != known[0]):
            return True
    return False


def _two_kinds(rows: Sequence[Record], keys: Sequence[Sequence[str]]) -> bool:
    kinds: dict[Key, Value] = {}
    for record in rows:
        kind = group_key(record, keys)[0]
        whole = [(Decimal(at), *key) for at, names in enumerate(keys) if None not in (key := record.key(names))]
        if any(kinds.setdefault(key, kind) != kind for key in whole):
            return True
    return False


def renamed(
    records: Records,
    number: int,
    columns: frozenset[tuple[str, str]],
    domains: Mapping[str, Mapping[str, Domain]],
    keep: frozenset[str],
) -> dict[str, list[dict[str, str | None]]]:
    """Return the records as the ``number``-th copy: each identifier has become another, wherever it occurs."""
    copies = {file: [dict(row) for row in rows] for file, rows in records.items()}
    places: dict[str, list[tuple[str, str]]] = {}
    for file, rows in copies.items():
        for row in rows:
            for name, text in row.items():
                if (file, name) in columns and text and text not in keep:
                    places.setdefault(text, []).append((file, name))
    new = {
        text: other
        for text, where in places.items()
        if (other := _another(text, number, [domains[file][name] for file, name in where]))
    }
    for file, rows in copies.items():
        for row in rows:
            row.update({name: new[text] for name, text in row.items() if (file, name) in columns and text in new})
    return copies


def _another(text: str, number: int, domains: Iterable[Domain]) -> str | None:
    """The identifier of the copy: its longest number moved on, else a number behind it; None where neither fits."""
    digits = max(re.findall(r"\d+", text), key=len, default="")
    moved = text.replace(digits, f"{int(digits) + number * _STRIDE:0{len(digits)}d}", 1) if digits else ""
    candidates = [one for one in (moved, f"{text}-{number}", f"{text[:-3]}{number:03d}") if one]
    return next((one for one in candidates if all(domain.fits(one) for domain in domains)), None)
