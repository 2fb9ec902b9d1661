"""Rules as SQL that counts what they find, 0 where all is well: for tools that know tables, not verdicts per record.

One table per file, named by its id, with the columns of the file as typed values, blanks as NULL; of HDL components
also the instruction as ``_action``. Written for DuckDB. What such SQL cannot say (lists, histories, parents by
alternative keys) gives nothing.
"""

# ruff: noqa: S608 - statements are written here, not run

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sqlglot import exp

from contracts import Condition, Contract, File, Rule
from contracts.translation import name_of


class _UntranslatableError(Exception):
    """The rule says something for which a table has no column or no key."""


def count_query(contract: Contract, rule: Rule) -> str:
    """Return the query that counts the records (of ``group`` and ``unique`` the groups) that a rule finds, or ""."""
    translate = _KINDS.get(rule.kind)
    if translate is None:
        return ""
    try:
        return translate(_Query(contract, rule))
    except _UntranslatableError:
        return ""


class _Query:
    """The parts of a rule in SQL. Records of ancestors that conditions name are joined."""

    def __init__(self, contract: Contract, rule: Rule) -> None:
        self.contract, self.rule, self.file = contract, rule, contract.files[rule.file]
        mentioned = [name for key in ("when", "check", "here") for name in self._columns(key)]
        by = rule.spec.get("group_by")
        mentioned += by if isinstance(by, list) else []
        above = {name.partition(".")[0] for name in mentioned if "." in name and name not in self.file.columns}
        self.source = self._joined(above & contract.files.keys())

    def _columns(self, key: str) -> Sequence[str]:
        return self.rule.conditions[key].columns if key in self.rule.conditions else ()

    def _joined(self, wanted: set[str]) -> str:
        source, below = _name(self.file.id), self.file
        while wanted:
            if below.parent is None or len(below.parent.by) != 1 or below.parent.or_list:
                raise _UntranslatableError
            above = self.contract.files[below.parent.file]
            on = " AND ".join(
                f"{self.column(own, below)} = {self.column(theirs, above)}"
                for own, theirs in below.parent.by[0].items()
            )
            source += f" LEFT JOIN {_name(above.id)} ON {on}"
            wanted, below = wanted - {above.id}, above
        return source

    def column(self, name: str, file: File | None = None) -> str:
        """A column of the file, or ``file.COLUMN`` of an ancestor."""
        of = file or self.file
        if name not in of.columns and "." in name and name.partition(".")[0] in self.contract.files:
            above, _, name = name.partition(".")
            of = self.contract.files[above]
        if name not in of.columns and not (name == "_action" and self.contract.channel == "hdl"):
            raise _UntranslatableError
        return f"{_name(of.id)}.{_name(name)}"

    def condition(self, key: str, file: File | None = None) -> str:
        """A condition of the rule, "" where it has none."""
        found = self.rule.conditions.get(key)
        return _sql(found, lambda name: self.column(name, file)) if found else ""

    def where(self, *conditions: str) -> str:
        """The records to which the rule applies, and for which all conditions hold."""
        parts = [f"({part})" for part in (self.condition("when"), *conditions) if part]
        return f" WHERE {' AND '.join(parts)}" if parts else ""


def _row(query: _Query) -> str:
    broken = f"NOT ({query.condition('check')})"
    return f"SELECT COUNT(*) FROM {query.source}{query.where(broken)}"


def _required(query: _Query) -> str:
    if "contexts" in query.rule.spec:
        raise _UntranslatableError
    blank = f"{query.column(query.rule.column)} IS NULL"
    return f"SELECT COUNT(*) FROM {query.source}{query.where(blank)}"


def _group(query: _Query) -> str:
    by = query.rule.spec["group_by"]
    if by == "accept_unit":
        if query.file.parent or len(query.file.accept_unit) != 1 or query.contract.aliases:
            raise _UntranslatableError
        by = query.file.accept_unit[0]
    grouped = f" GROUP BY {', '.join(query.column(name) for name in by)}" if by else ""
    having = f" HAVING COUNT(*) > 0 AND NOT ({query.condition('check')})"
    return f"SELECT COUNT(*) FROM (SELECT 1 FROM {query.source}{query.where()}{grouped}{having})"


def _unique(query: _Query) -> str:
    if "completed" in query.rule.spec:
        raise _UntranslatableError
    grouped = ", ".join(query.column(name) for name in query.rule.spec["unique"])
    return f"SELECT COUNT(*) FROM (SELECT 1 FROM {query.source}{query.where()} GROUP BY {grouped} HAVING COUNT(*) > 1)"


def _exists(query: _Query) -> str:
    spec = query.rule.spec
    other = query.contract.files[spec["in"]]
    if "or_list" in spec or other.id == query.file.id:
        raise _UntranslatableError
    own = [query.column(name) for name in spec["columns"]]
    same = [f"{here} = {query.column(name, other)}" for here, name in zip(own, spec["match"], strict=True)]
    found = " AND ".join([*same, *([f"({where})"] if (where := query.condition("where", other)) else [])])
    known = [f"{here} IS NOT NULL" for here in own]
    missing = f"NOT EXISTS (SELECT 1 FROM {_name(other.id)} WHERE {found})"
    return f"SELECT COUNT(*) FROM {query.source}{query.where(*known, missing)}"


def _totals(query: _Query) -> str:
    spec = query.rule.spec
    other = query.contract.files[spec["in"]]
    if other.id == query.file.id:
        raise _UntranslatableError
    own = [query.column(name) for name in spec["by"]]
    same = " AND ".join(f"{here} = {query.column(name, other)}" for here, name in zip(own, spec["by"], strict=True))
    lines = f"FROM {_name(other.id)}{f' WHERE {same}' if same else ''}"
    total = f"(SELECT CASE WHEN COUNT(*) = 0 THEN 0 ELSE {query.condition('there', other)} END {lines})"
    differs = f"ABS({query.condition('here')} - {total}) > {spec.get('tolerance', 0)}"
    return f"SELECT COUNT(*) FROM {query.source}{query.where(*(f'{here} IS NOT NULL' for here in own), differs)}"


_KINDS: Mapping[str, Callable[[_Query], str]] = {
    "row": _row,
    "required": _required,
    "group": _group,
    "unique": _unique,
    "exists": _exists,
    "totals": _totals,
}


def _sql(condition: Condition, column: Callable[[str], str]) -> str:
    """The condition as DuckDB reads it, every column with its table."""
    tree = condition.tree.copy()
    for node in tree.find_all(exp.Column):
        table, _, name = column(name_of(node)).partition(".")
        node.set("table", exp.to_identifier(table.strip('"'), quoted=True))
        node.set("this", exp.to_identifier(name[1:-1], quoted=True))
    return str(tree.sql(dialect="duckdb"))


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
