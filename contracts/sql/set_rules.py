"""Rules over more than one record in SQL: groups, uniqueness, other files, reference lists, histories.

Each becomes one query over the tables of a batch. Its rows are ``_payload`` and ``_at`` of failing records, and one
row without ``_at`` for each payload in which the rule met anything to judge.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from contracts.conditions import Condition
from contracts.model import Contract, Rule
from contracts.sql.columns import FileColumns
from contracts.sql.conditions import condition_sql
from contracts.sql.dialects import NUMBER
from contracts.sql.row_rules import row_rule
from contracts.sql.tables import Tables


def set_rule(rule: Rule, tables: Tables) -> str:
    """Return the query of a rule of any kind but those over one record and ``python``."""
    writer = _SetWriter(rule, tables)
    written: Callable[[], tuple[str, str]] = getattr(writer, rule.kind)
    judged, failing = written()
    return (
        f"SELECT _payload, CAST(NULL AS INTEGER) AS _at FROM ({judged}) GROUP BY _payload"
        f" UNION ALL SELECT DISTINCT _payload, _at FROM ({failing})"
    )


class _SetWriter:
    """Each kind gives two queries: the records or groups that are judged, and the records that fail."""

    def __init__(self, rule: Rule, tables: Tables) -> None:
        self.rule, self.tables, self.spec = rule, tables, rule.spec
        self.contract: Contract = tables.contract
        self.columns = tables.columns[rule.file]
        self.dialect, self.values = self.columns.dialect, self.columns.values
        self.table = tables.name(rule.file)

    def group(self) -> tuple[str, str]:
        """Every group whose check is false; one in which a value failed its type is unknown."""
        by = self.spec["group_by"]
        in_unit = by == "accept_unit"
        keys = ["_unit"] if in_unit else self.columns.keys(by)
        names = [f"k{at}" for at in range(len(keys))]
        own = self.contract.files[self.rule.file].accept_unit
        doubted = [name for key in own for name in key] if in_unit else list(by)
        doubted += [name for one in self.rule.conditions.values() for name in one.columns]
        keyed = self._with(
            _named(keys), [f"{self._applicable()} AS _in", f"{self.columns.doubt(doubted)} AS _doubt"], "TRUE"
        )
        grouped = ", ".join(["_payload", *names])
        check = self._condition(self.rule.conditions["check"], self.columns)
        judged = f"SELECT {grouped}, {check} AS _ok FROM ({keyed}) WHERE _in GROUP BY {grouped}"
        known = f"SELECT {grouped} FROM ({keyed}) GROUP BY {grouped} HAVING NOT bool_or(_doubt)"
        same = [f"r.{name} IS NOT DISTINCT FROM g.{name}" for name in names]
        sure = [f"r.{name} IS NOT DISTINCT FROM s.{name}" for name in names]
        failing = (
            f"SELECT r._payload, r._at FROM ({keyed}) AS r"
            f" JOIN ({judged}) AS g ON {_all(['r._payload = g._payload', *same])}"
            f" JOIN ({known}) AS s ON {_all(['r._payload = s._payload', *sure])} WHERE r._in AND NOT g._ok"
        )
        return judged, failing

    def unique(self) -> tuple[str, str]:
        """Every record whose key stood before; blanks are equal."""
        names: Sequence[str] = self.spec["unique"]
        keys = _named(self.columns.keys(names))
        judged = self._with(keys, [], _all([self._applicable(), f"NOT {self.columns.doubt(names)}"]))
        if completed := self.spec.get("completed"):
            judged = self._completed(judged, names, completed)
        parts = ", ".join(["_payload", *(f"k{at}" for at in range(len(names)))])
        numbered = f"SELECT *, ROW_NUMBER() OVER (PARTITION BY {parts} ORDER BY _at) AS _place FROM ({judged})"
        return judged, f"SELECT _payload, _at FROM ({numbered}) WHERE _place > 1"

    def _completed(self, judged: str, names: Sequence[str], completed: Mapping[str, Any]) -> str:
        """Keys with each of two columns filled from the only row of a list that has the value of the other one."""
        if self.contract.lists[completed["list"]].rows is None:
            return judged
        (one, named), (other, numbered) = (
            (f"k{names.index(name)}", self.tables.listed(completed["list"], listed))
            for name, listed in completed["columns"].items()
        )
        rows = self.tables.list_name(completed["list"])
        for blank, filled, wanted, given in ((one, other, named, numbered), (other, one, numbered, named)):
            only = (
                f"SELECT {given} AS _given, min({wanted}) AS _wanted FROM {rows} WHERE {wanted} IS NOT NULL"
                f" GROUP BY {given} HAVING count(DISTINCT {wanted}) = 1"
            )
            kept = ", ".join(f"j.k{at}" for at in range(len(names)) if f"k{at}" != blank)
            judged = (
                f"SELECT j._payload, j._at, {f'{kept}, ' if kept else ''}COALESCE(j.{blank}, l._wanted) AS {blank}"
                f" FROM ({judged}) AS j LEFT JOIN ({only}) AS l ON l._given = j.{filled}"
            )
        return judged

    def exists(self) -> tuple[str, str]:
        """Records whose key stands neither in the other file nor on the list; a blank key is unknown."""
        names, match = self.spec["columns"], self.spec["match"]
        texts = [f"{self.columns.plain(name)} AS x{at}" for at, name in enumerate(names)]
        judged = self._with(_named(self.columns.keys(names)), texts, self._usable(names))
        other = self.tables.columns[self.spec["in"]]
        where = self.rule.conditions.get("where")
        there = _named(other.keys(match))
        theirs = f"SELECT _payload, {', '.join(there)} FROM {self.tables.name(self.spec['in'])}"
        if where:
            theirs += f" WHERE {self._condition(where, other)}"
        same = _all(["o._payload = j._payload", *(f"o.k{at} = j.k{at}" for at in range(len(there)))])
        failing = f"SELECT j.* FROM ({judged}) AS j WHERE NOT EXISTS (SELECT 1 FROM ({theirs}) AS o WHERE {same})"
        if or_list := self._bound(self.spec.get("or_list", "")):
            listed = [f"l.{self.tables.listed(or_list, name)} = m.x{at}" for at, name in enumerate(match)]
            failing = self._not_listed(failing, or_list, listed)
        return judged, failing

    def parent(self) -> tuple[str, str]:
        """Records without their parent; of those that name none only such of which no column is reported as missing."""
        file = self.contract.files[self.rule.file]
        assert file.parent is not None
        alternatives = file.parent.by
        required = [
            row_rule(one, self.contract, self.columns).violated
            for one in self.contract.rules.values()
            if one.kind == "required" and one.file == file.id and one.column in self.rule.columns
        ]
        missing = " OR ".join(f"COALESCE({one}, FALSE)" for one in required) or "FALSE"
        nameless = _all([f"NOT ({_filled(self.columns.keys(by))})" for by in alternatives])
        orphan = ["_up IS NULL", f"NOT {self.columns.doubt(self.rule.columns)}", f"NOT ({nameless} AND ({missing}))"]
        texts = [
            f"{self.columns.plain(name)} AS x{number}_{at}"
            for number, by in enumerate(alternatives)
            for at, name in enumerate(by)
        ]
        failing = self._with(texts, [], _all(orphan))
        if or_list := self._bound(file.parent.or_list):
            failing = self._unknown_to(or_list, alternatives, failing)
        return f"SELECT _payload FROM {self.table}", failing

    def _unknown_to(self, or_list: str, alternatives: Sequence[Mapping[str, str]], orphans: str) -> str:
        """Orphans that the list does not hold: the first alternative without blanks is looked up."""
        decided: list[str] = []
        reference = self.contract.lists[or_list]
        for number, by in enumerate(alternatives):
            whole = _all([f"m.x{number}_{at} IS NOT NULL" for at in range(len(by))])
            listed = [whole, *(f"NOT ({one})" for one in decided)]
            decided.append(whole)
            if all(name in reference.columns for name in by.values()):
                listed += [
                    f"l.{self.tables.listed(or_list, name)} = m.x{number}_{at}" for at, name in enumerate(by.values())
                ]
                orphans = self._not_listed(orphans, or_list, listed)
        return orphans

    def totals(self) -> tuple[str, str]:
        """Records whose value is not the aggregate of their lines; without lines that is 0."""
        by, here, there = self.spec["by"], self.rule.conditions["here"], self.rule.conditions["there"]
        sure = f"NOT {self.columns.doubt([*here.columns, *by])}"
        whole = [f"{key} IS NOT NULL" for key in self.columns.keys(by)]
        keys = self.columns.keys(by)
        own = self._with(
            _named(keys), [f"{self._condition(here, self.columns)} AS _here"], _all([self._applicable(), sure, *whole])
        )
        other = self.tables.columns[self.spec["in"]]
        grouped = ", ".join(["_payload", *(f"k{at}" for at in range(len(keys)))])
        lines = (
            f"SELECT *, {', '.join(_named(other.keys(by)))}, {other.doubt(there.columns)} AS _doubt"
            f" FROM {self.tables.name(self.spec['in'])}"
        )
        sums = (
            f"SELECT {grouped}, {self._condition(there, other)} AS _there, bool_or(_doubt) AS _doubt"
            f" FROM ({lines}) GROUP BY {grouped}"
        )
        same = _all(["s._payload = o._payload", *(f"s.k{at} = o.k{at}" for at in range(len(keys)))])
        total = f"CASE WHEN s._payload IS NULL THEN CAST('0' AS {NUMBER}) ELSE s._there END"
        difference = " - ".join(self.dialect.try_cast(one, "DECIMAL(37,10)") for one in ("o._here", total))
        tolerance = f"CAST('{self.spec.get('tolerance', 0)}' AS {NUMBER})"
        failing = (
            f"SELECT o._payload, o._at FROM ({own}) AS o LEFT JOIN ({sums}) AS s ON {same}"
            f" WHERE {self.dialect.absolute(difference)} > {tolerance} AND NOT COALESCE(s._doubt, FALSE)"
        )
        return own, failing

    def in_list(self) -> tuple[str, str]:
        """Records whose combination is not on the list (or is, with ``absent``), valid on the record's date."""
        names, match, as_of = self.spec["columns"], self.spec["match"], self.spec.get("as_of")
        reference = self.spec["list"]
        own = self._with(
            [f"{self.columns.plain(name)} AS x{at}" for at, name in enumerate(names)],
            [f"CAST({self.columns.value(as_of['column'])} AS DATE) AS _day"] if as_of else [],
            self._usable([*names, *([as_of["column"]] if as_of else [])]),
        )
        known = _all([f"l.{self.tables.listed(reference, name)} = m.x{at}" for at, name in enumerate(match)])
        valid = _all([known, *self._open(reference, as_of)]) if as_of else known
        rows = self.tables.list_name(reference)
        found = f"EXISTS (SELECT 1 FROM {rows} AS l WHERE {valid})"
        wrong = found if self.spec.get("absent") else f"NOT {found}"
        if as_of and self.spec.get("listed"):
            wrong += f" AND EXISTS (SELECT 1 FROM {rows} AS l WHERE {known})"
        return own, f"SELECT m._payload, m._at FROM ({own}) AS m WHERE {wrong}"

    def within(self) -> tuple[str, str]:
        """Records whose date lies in no window of the list, of those windows that match."""
        names, reference = self.spec.get("columns", []), self.spec["list"]
        own = self._with(
            [f"{self.columns.plain(name)} AS x{at}" for at, name in enumerate(names)],
            [f"CAST({self.columns.value(self.spec['column'])} AS DATE) AS _day"],
            self._usable([self.spec["column"], *names]),
        )
        match = [
            f"l.{self.tables.listed(reference, name)} = m.x{at}" for at, name in enumerate(self.spec.get("match", []))
        ]
        if not names:
            match = []
        return own, self._not_listed(own, reference, [*match, *self._open(reference, self.spec)])

    def gap(self) -> tuple[str, str]:
        """Records that begin later than the day after all before them have ended."""
        return self._history("_from > _reached + INTERVAL '1' DAY")

    def overlap(self) -> tuple[str, str]:
        """Records that begin before those before them have ended; changes of one day end on that day."""
        counted = "_from = _before AND _sequence IS NOT NULL AND _sequence_before IS NOT NULL"
        return self._history(f"CASE WHEN {counted} THEN _reached > _from ELSE _from <= _reached END")

    def order(self) -> tuple[str, str]:
        """Records that end before they begin, and changes of one day that do not count 1..n."""
        return self._history("_from > _to OR (_of_day > 1 AND _sequence <> _place)")

    def disjoint(self) -> tuple[str, str]:
        """Records of different keys with equal ``by`` whose effective times overlap."""
        by = self.spec["by"]
        keys = self.columns.keys(by)
        sure = f"NOT {self.columns.doubt(by)}"
        judged = self._with(_named(keys), [], _all([self._applicable(), sure]))
        spans = f"SELECT d.*, {', '.join(f'j.k{at}' for at in range(len(keys)))} FROM ({self._dated()}) AS d"
        spans += f" JOIN ({judged}) AS j ON j._payload = d._payload AND j._at = d._at"
        same = _all(["b._payload = a._payload", *(f"b.k{at} = a.k{at}" for at in range(len(keys)))])
        failing = (
            f"SELECT a._payload, a._at FROM ({spans}) AS a JOIN ({spans}) AS b ON {same}"
            " AND a._group <> b._group AND a._from <= b._to AND b._from <= a._to"
        )
        return judged, failing

    def _history(self, failing: str) -> tuple[str, str]:
        dated = self._dated()
        return dated, f"SELECT _payload, _at FROM ({dated}) WHERE {failing}"

    def _dated(self) -> str:
        """Records in the order of their history, with the day on which each ends and all before it have ended."""
        file = self.contract.files[self.rule.file]
        history = file.history
        assert history is not None
        columns = self.columns
        names = [name for key in history.key for name in key]
        dates = [name for name in (history.start, history.end, history.sequence) if name]
        sequence = (
            self.dialect.try_cast(columns.value(history.sequence), NUMBER)
            if history.sequence
            else f"CAST(NULL AS {NUMBER})"
        )
        begins, ends = (f"CAST({columns.value(name)} AS DATE)" for name in (history.start, history.end))
        living = (
            f"SELECT _payload, _at, {self._logical(history.key)} AS _group,"
            f" {begins} AS _from, {ends} AS _end, {sequence} AS _sequence,"
            f" {columns.doubt(dates)} AS _doubt,"
            f" ({' OR '.join(f'{columns.value(name)} IS NOT NULL' for name in names)}) AS _named"
            f" FROM {self.table} WHERE COALESCE(_action, '') <> 'DELETE'"
        )
        sure = f"SELECT *, bool_or(_doubt) OVER (PARTITION BY _payload, _group) AS _unsure FROM ({living})"
        group = "PARTITION BY _payload, _group"
        ordered = f"({group} ORDER BY _from, _sequence NULLS LAST, _at)"
        one_day = "PARTITION BY _payload, _group, _from"
        placed = (
            f"SELECT *, LEAD(_from) OVER {ordered} AS _next, LAG(_from) OVER {ordered} AS _before,"
            f" LAG(_sequence) OVER {ordered} AS _sequence_before, count(*) OVER ({one_day}) AS _of_day,"
            f" ROW_NUMBER() OVER {ordered} AS _number,"
            f" ROW_NUMBER() OVER ({one_day} ORDER BY _sequence NULLS LAST, _at) AS _place"
            f" FROM ({sure}) WHERE NOT _unsure AND _named AND _from IS NOT NULL"
        )
        implied = "CASE WHEN _next = _from THEN _from ELSE CAST(_next - INTERVAL '1' DAY AS DATE) END"
        ended = f"SELECT *, COALESCE(_end, {implied}, DATE '4712-12-31') AS _to FROM ({placed})"
        before = f"({group} ORDER BY _number ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
        return f"SELECT *, max(_to) OVER {before} AS _reached FROM ({ended})"

    def _logical(self, alternatives: Sequence[Sequence[str]]) -> str:
        """The name of the logical record: by the first alternative without blanks, else by the first with them."""
        found = []
        for number, names in enumerate(alternatives):
            parts = [f"COALESCE({key}, chr(0))" for key in self.columns.keys(names)]
            name = " || chr(31) || ".join([f"'{number}'", *parts])
            whole = _all([f"{self.columns.value(one)} IS NOT NULL" for one in names])
            found.append((whole, name))
        chosen = " ".join(f"WHEN {whole} THEN {name}" for whole, name in found)
        return f"CASE {chosen} ELSE {found[0][1]} END"

    def _condition(self, condition: Condition, columns: FileColumns) -> str:
        return condition_sql(condition, columns.value, self.dialect)

    def _applicable(self) -> str:
        """True where ``when`` applies and rests on no value that failed its type."""
        when = self.rule.conditions.get("when")
        if when is None:
            return "TRUE"
        return f"COALESCE({self._condition(when, self.columns)} AND NOT {self.columns.doubt(when.columns)}, FALSE)"

    def _usable(self, names: Sequence[str]) -> str:
        """True where the rule applies to a record whose key is whole and of its type."""
        filled = [f"{self.columns.value(name)} IS NOT NULL" for name in names]
        return _all([self._applicable(), *filled, f"NOT {self.columns.doubt(names)}"])

    def _with(self, more: Sequence[str], others: Sequence[str], where: str) -> str:
        """Records of the file with further values."""
        return f"SELECT {', '.join(['*', *more, *others])} FROM {self.table} WHERE {where}"

    def _not_listed(self, records: str, reference: str, met: Sequence[str]) -> str:
        """Records for which no row of the list meets all conditions."""
        rows = f"SELECT 1 FROM {self.tables.list_name(reference)} AS l WHERE {_all(met)}"
        return f"SELECT m.* FROM ({records}) AS m WHERE NOT EXISTS ({rows})"

    def _open(self, reference: str, spec: Mapping[str, Any]) -> list[str]:
        """The day lies in the window of a row of the list; a blank end is open."""
        begins, ends = (
            self.dialect.try_cast(f"replace(l.{self.tables.listed(reference, spec[end])}, '/', '-')", "DATE")
            for end in ("from", "to")
        )
        return [f"COALESCE({begins} <= m._day, TRUE)", f"COALESCE(m._day <= {ends}, TRUE)"]

    def _bound(self, reference: str) -> str:
        """The list, if there is one that has rows."""
        return reference if reference and self.contract.lists[reference].rows is not None else ""


def _named(keys: Sequence[str]) -> list[str]:
    return [f"{key} AS k{at}" for at, key in enumerate(keys)]


def _filled(keys: Sequence[str]) -> str:
    return _all([f"{key} IS NOT NULL" for key in keys])


def _all(conditions: Sequence[str]) -> str:
    return " AND ".join(conditions) or "TRUE"
