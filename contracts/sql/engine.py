"""The rules of a contract judged by a database: many payloads at once, with the verdicts of ``contracts.evaluate``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import polars as pl

from contracts.evaluation import RuleOutcome, judged, rules_over
from contracts.model import Contract, Rule
from contracts.records import Records
from contracts.rules import NO_ROWS, Found, SetCheck, compile_rule, unbound_lists
from contracts.rules.rows import ROW_KINDS
from contracts.sql.row_rules import RowRule, row_rule
from contracts.sql.set_rules import set_rule
from contracts.sql.tables import Session, Tables

Outcomes = dict[str, list[RuleOutcome]]
"""What the rules of each file of a payload found, in the contract's order."""


@dataclass
class _Verdicts:
    """What one rule found in the payloads of a batch, by number of the payload."""

    rows: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    predicted: dict[int, list[bool]] | None = None
    met: set[int] = field(default_factory=set)  # payloads with something to judge


class SqlEngine:
    """Judges payloads by SQL alone: from the text of their records, with typing, links and histories of its own.

    Of the frames it takes the text columns, the numbers of records and lines, and which records make an accept unit.
    A rule of kind ``python`` is no SQL: its function judges it here as everywhere.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._listed: Contract | None = None
        self._last: tuple[Contract, Records, date | None, Outcomes] | None = None

    def evaluate(self, contract: Contract, file: str, records: Records, as_of: date | None = None) -> list[RuleOutcome]:
        """Return what every rule of a file found, in the contract's order; a ``contracts.Evaluate``.

        All files of a payload are judged when the first is asked for, and kept until another payload comes.
        """
        last = self._last
        if last is None or last[0] is not contract or last[1] is not records or last[2] != as_of:
            last = self._last = (contract, records, as_of, self.evaluate_all(contract, [records], as_of)[0])
        return last[3][file]

    def evaluate_all(self, contract: Contract, batch: Sequence[Records], as_of: date | None = None) -> list[Outcomes]:
        """Return the outcomes of every payload of a batch, by file; each statement judges all of them."""
        if not batch:
            return []
        self._load_lists(contract)
        tables = Tables(contract, batch, self._session)
        found: list[Outcomes] = [{} for _ in batch]
        for file in contract.files:
            having = [number for number, one in enumerate(batch) if file in one.ready]
            rules = {number: rules_over(contract, file, batch[number].ready[file].present) for number in having}
            verdicts = self._judge(tables, file, {rule.id: rule for one in rules.values() for rule in one}, batch)
            for number in having:
                found[number][file] = [_outcome(rule, verdicts, number, contract, as_of) for rule in rules[number]]
        return found

    def close(self) -> None:
        """Let the database go; nothing is judged afterwards."""
        self._session.close()

    def _load_lists(self, contract: Contract) -> None:
        if self._listed is contract:
            return
        for reference in contract.lists.values():
            if reference.rows is not None:
                names = {name: f"l{number} {name}" for number, name in enumerate(reference.rows.columns)}
                self._session.load(f"list {reference.id}", reference.rows.rename(names))
        self._listed = contract

    def _judge(
        self, tables: Tables, file: str, rules: Mapping[str, Rule], batch: Sequence[Records]
    ) -> dict[str, _Verdicts]:
        contract = tables.contract
        bound = [rule for rule in rules.values() if not unbound_lists(rule, contract)]
        rows = [row_rule(rule, contract, tables.columns[file]) for rule in bound if rule.kind in ROW_KINDS]
        found = self._rows_of(rows, tables.name(file)) if rows else {}
        for rule in bound:
            if rule.kind == "python":
                found[rule.id] = _by_function(rule, contract, file, batch)
            elif rule.kind not in ROW_KINDS:
                found[rule.id] = _verdicts(self._session.rows(set_rule(rule, tables)))
        return found

    def _rows_of(self, rules: Sequence[RowRule], table: str) -> dict[str, _Verdicts]:
        """All row rules of a file in one pass over its records, and whether each met anything in a second one."""
        verdicts = [f"COALESCE({one.violated}, FALSE) AS x{at}" for at, one in enumerate(rules)]
        predicted = [f"COALESCE({one.predicted}, FALSE) AS p{at}" for at, one in enumerate(rules) if one.predicted]
        any_of = " OR ".join(f"x{at}" for at in range(len(rules)))
        judged = f"SELECT _payload, _at, {', '.join([*verdicts, *predicted])} FROM {table}"
        hits = self._session.rows(f"SELECT * FROM ({judged}) WHERE {any_of} ORDER BY _payload, _at")
        conditions = list(dict.fromkeys(one.applies for one in rules))
        applied = [f"COALESCE(bool_or({one}), FALSE) AS a{at}" for at, one in enumerate(conditions)]
        met = self._session.rows(f"SELECT _payload, {', '.join(applied)} FROM {table} GROUP BY _payload")
        by_condition = {one: set(met.filter(pl.col(f"a{at}"))["_payload"]) for at, one in enumerate(conditions)}
        found = {}
        for at, one in enumerate(rules):
            verdict = found[one.rule.id] = _Verdicts(met=by_condition[one.applies])
            failing = hits.filter(pl.col(f"x{at}"))
            for number, row in failing.select("_payload", "_at").iter_rows():
                verdict.rows[number].append(row)
            if one.predicted:
                verdict.predicted = defaultdict(list)
                for number, hit in failing.select("_payload", f"p{at}").iter_rows():
                    verdict.predicted[number].append(hit)
        return found


def _verdicts(found: pl.DataFrame) -> _Verdicts:
    verdicts = _Verdicts()
    for number, row in found.sort("_payload", "_at").iter_rows():
        if row is None:
            verdicts.met.add(number)
        else:
            verdicts.rows[number].append(row)
    return verdicts


def _by_function(rule: Rule, contract: Contract, file: str, batch: Sequence[Records]) -> _Verdicts:
    verdicts = _Verdicts()
    for number, records in enumerate(batch):
        if file not in records.ready:
            continue
        check = compile_rule(rule, contract, records.ready[file])
        assert isinstance(check, SetCheck)
        found: Found = check.find(rule, records)
        verdicts.rows[number] = found.rows.to_list()
        if found.applied:
            verdicts.met.add(number)
    return verdicts


def _outcome(
    rule: Rule, verdicts: Mapping[str, _Verdicts], number: int, contract: Contract, as_of: date | None
) -> RuleOutcome:
    """The verdict on one payload, in the words of the other engine."""
    if rule.id not in verdicts:
        return RuleOutcome(rule, "not_checked", NO_ROWS, reason="; ".join(unbound_lists(rule, contract)))
    verdict = verdicts[rule.id]
    rows = pl.Series(verdict.rows.get(number, []), dtype=pl.UInt32)
    why = _unbound_help(rule, contract) if rows.len() else ""
    found = Found(NO_ROWS if why else rows, number in verdict.met, why)
    outcome = judged(rule, found, contract, as_of)
    if verdict.predicted is None or not found.rows.len():
        return outcome
    return replace(outcome, predicted=pl.Series(verdict.predicted[number], dtype=pl.Boolean))


def _unbound_help(rule: Rule, contract: Contract) -> str:
    """Why what stands in no file may still be in the pod: the list that would tell is not bound. Else ""."""
    file = contract.files[rule.file]
    name = file.parent.or_list if rule.kind == "parent" and file.parent else rule.spec.get("or_list", "")
    return contract.lists[name].unbound if name else ""
