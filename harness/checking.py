"""A payload against its contract: findings, rule statuses, and a verdict per accept unit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date
from itertools import groupby
from pathlib import Path

import polars as pl

from contracts import (
    FINDING_COLUMNS,
    Batches,
    CheckResult,
    Contract,
    Evaluate,
    Ready,
    Records,
    Rule,
    RuleOutcome,
    RuleStatus,
    Status,
    evaluate,
    parents_first,
    shifted,
)
from harness import findings
from harness.units import Hit, Verdicts
from interfaces import Fact, Payload, Stream

SAMPLE = 100
"""Findings per rule that a result keeps unless all are asked for."""

_AT_ONCE = 100_000  # findings that are put into words at a time
_STRENGTH: tuple[Status, ...] = ("failed", "not_checked", "stale", "passed", "not_applied")
"""Of what a rule came to in the parts of a payload the first counts."""


def check(
    payload: Payload,
    contract: Contract,
    *,
    as_of: date | None = None,
    sample: int = SAMPLE,
    all_findings: bool = False,
    load_all_or_nothing: bool = True,
    engine: Evaluate = evaluate,
) -> CheckResult:
    """Return what the contract says of a payload.

    ``as_of`` is the date at which reference lists are aged (None: none is too old). Counts per rule are exact;
    ``samples`` holds at most ``sample`` findings per rule, ``findings`` all of them only where ``all_findings``.
    ``engine`` evaluates the rules of a file; the verdicts do not depend on it.
    """
    records = Records(contract, payload.frames)
    kept: list[pl.DataFrame] = []
    inspection = Inspection(contract, payload.name, sample, load_all_or_nothing, kept.append if all_findings else None)
    inspection.take(records, records.ready)
    for name in records.ready:
        inspection.add(records, engine(contract, name, records, as_of))
    result = inspection.result(records, payload)
    return replace(result, findings=findings.together(kept)) if all_findings else result


def check_stream(
    stream: Stream,
    contract: Contract,
    folder: Path,
    *,
    as_of: date | None = None,
    sample: int = SAMPLE,
    sink: Callable[[pl.DataFrame], object] | None = None,
    load_all_or_nothing: bool = True,
    told: Callable[[int, int], object] = lambda records, size: None,
) -> CheckResult:
    """Return what ``check`` would of a payload that is never held whole; both fields of findings hold the samples.

    A message names the columns that a rule looked at as far as some record of the same part fills them.

    ``folder`` takes what rules over several records need. ``sink`` is given all findings, frame by frame, in an order
    of its own; ``told`` how many records and bytes are done. Raises OSError if the folder cannot hold what it must.
    """
    batches = Batches(contract, folder)
    inspection = Inspection(contract, stream.name, sample, load_all_or_nothing, sink)
    for name in parents_first(contract, stream.files):
        with closing(stream.frames(name)) as frames:
            for frame in frames:
                batches.add(name, frame)
                inspection.take(batches, [name])
                inspection.add(batches, evaluate(contract, name, batches, as_of, "batch"))
                told(inspection.records, stream.done)
        batches.complete(name)
    with pl.Config(engine_affinity="streaming"):  # not while parts are read: polars reads no bytes of a CSV that way
        for name in batches.ready:
            inspection.add(batches, evaluate(contract, name, batches, as_of, "across"))
        return inspection.result(batches, stream)


class Inspection:
    """What is known of a payload: rules, samples, verdicts, as its records and what rules found in them come in."""

    def __init__(
        self,
        contract: Contract,
        payload: str,
        sample: int,
        load_all_or_nothing: bool,
        sink: Callable[[pl.DataFrame], object] | None,
    ) -> None:
        self.records = 0
        self._contract, self._sample, self._sink = contract, sample, sink
        self._verdicts = Verdicts(contract, payload, all_or_nothing=load_all_or_nothing)
        self._rules: dict[str, RuleStatus] = {}
        self._samples: list[pl.DataFrame] = []
        self._moved: dict[str, list[pl.DataFrame]] = {}  # by file: numbers of records that stand in the wrong columns

    def take(self, records: Records, files: Iterable[str]) -> None:
        """Take records, all of a payload or a part of them; each comes once."""
        self._verdicts.take(records, files)
        for name in files:
            ready = records.ready[name]
            self.records += ready.height
            moved = shifted(ready)
            if moved.len():
                self._moved.setdefault(name, []).append(ready.rows(moved).select("_row", "_line"))

    def add(self, records: Records, outcomes: Iterable[RuleOutcome]) -> None:
        """Add what rules found in the records taken last, or in all of them."""
        for outcome in outcomes:
            rule, rows = outcome.rule, outcome.rows
            before = self._rules.get(rule.id)
            self._note(rule, outcome.status, rows.len(), outcome.reason)
            if rows.len():
                self._verdicts.hit(records, Hit(rule, rows, outcome.predicted))
                self._show(outcome, records.ready[rule.file], before.findings if before else 0)

    def _note(self, rule: Rule, status: Status, count: int, reason: str = "") -> None:
        known = self._rules.get(rule.id)
        if known is not None:
            stronger = min(known.status, status, key=_STRENGTH.index)
            status, reason = stronger, known.reason if stronger == known.status else reason
            count += known.findings
        self._rules[rule.id] = _status(rule, status, count, "" if status == "failed" else reason)

    def _show(self, outcome: RuleOutcome, ready: Ready, before: int) -> None:
        """Put findings into words: all of them for the sink, otherwise those that the samples have room for."""
        wanted = outcome.rows if self._sink else outcome.rows.head(max(self._sample - before, 0))
        for at in range(0, wanted.len(), _AT_ONCE):
            rows = wanted.slice(at, _AT_ONCE)
            coded = None if outcome.predicted is None else outcome.predicted.slice(at, rows.len())
            self._keep(findings.of_records(self._contract, outcome.rule, ready, rows, coded), before + at)

    def _keep(self, found: pl.DataFrame, before: int) -> None:
        """Keep findings of a rule of which there were so many before them."""
        shown = found.cast(dict(FINDING_COLUMNS))  # type: ignore[arg-type]
        self._samples.append(shown.head(max(self._sample - before, 0)))
        if self._sink:
            self._sink(shown)

    def result(self, records: Records, source: Payload | Stream) -> CheckResult:
        """Return the result, once all records were taken and all rules judged."""
        for _, alike in groupby(self._graded(source), _of_rule):
            self._tell(list(alike), records, source.held)
        self._verdicts.complete()
        samples = findings.together(self._samples)
        contract = self._contract
        return CheckResult(
            contract=contract.id,
            version=contract.version,
            contract_status=contract.status,
            release=contract.release,
            profile=contract.profile,
            payload=source.name,
            sha256=source.sha256,
            records=self.records,
            rules=tuple(self._statuses(records)),
            units=self._verdicts.units(),
            samples=samples,
            findings=samples,
            members=tuple(source.members),
            predictions=self._verdicts.predictions(),
        )

    def _tell(self, alike: Sequence[tuple[Rule, Fact]], records: Records, held: Mapping[str, Sequence[str]]) -> None:
        """Add a fact about records, or facts of one rule that name none: these may be many, and become one frame."""
        rule, first = alike[0]
        before = self._rules[rule.id].findings if rule.id in self._rules else 0
        for _, fact in alike:
            rows = fact.rows if rule.file in records.ready else None
            self._note(rule, "failed", 1 if rows is None else rows.len())
            self._verdicts.hit(records, _hit(rule, fact, records, held))
        most = None if self._sink else max(self._sample - before, 0)
        if most == 0:
            return  # nobody sees them
        if first.rows is None:
            found = findings.of_files(self._contract, rule, [fact for _, fact in alike[:most]])
        else:
            found = findings.of_fact(self._contract, rule, first, records.ready.get(rule.file), most)
        self._keep(found, before)

    def _graded(self, source: Payload | Stream) -> list[tuple[Rule, Fact]]:
        """The reader's facts and the engine's own (shifted records), each with its rule; those of disabled rules go."""
        facts = list(source.facts)
        for name, parts in self._moved.items():
            numbers = pl.concat(parts)
            detail = "values fail their type here and fit with an offset"
            facts.append(Fact(f"{name}.shape.shifted", name, detail, numbers["_row"], numbers["_line"]))
        graded = [(self._contract.rules.get(fact.rule) or _unlisted(fact, self._contract), fact) for fact in facts]
        return [(rule, fact) for rule, fact in graded if rule is not None]

    def _statuses(self, records: Records) -> Iterator[RuleStatus]:
        contract = self._contract
        known = dict.fromkeys([*contract.rules, *self._rules])
        for name in known:
            rule = contract.rules.get(name)
            if name in self._rules:
                yield replace(self._rules[name], units=self._verdicts.count(name))
            elif rule is None:
                continue
            elif rule.kind == "package" or (
                rule.kind == "shape" and rule.file in records.ready and _judged(rule, contract)
            ):
                yield _status(rule, "passed")
            elif rule.file not in records.ready and rule.kind != "shape" and _column_listed(rule, contract):
                yield _status(rule, "not_applied", reason=f"no {rule.file} in the payload")


def _of_rule(graded: tuple[Rule, Fact]) -> tuple[str, int]:
    """Equal for facts of one rule that name no record; others stand by themselves."""
    rule, fact = graded
    return rule.id, 0 if fact.rows is None else id(fact)


def _unlisted(fact: Fact, contract: Contract) -> Rule | None:
    """The rule behind an HDL attribute that no list knows: minor as long as the list is not complete."""
    if not fact.rule.endswith(".unlisted") or fact.rule in contract.disabled:
        return None
    column = fact.rule.removeprefix(f"{fact.file}.").removesuffix(".unlisted")
    return Rule(id=fact.rule, kind="unlisted", file=fact.file, title=f"{column} is a known attribute", severity="minor")


def _hit(rule: Rule, fact: Fact, records: Records, held: Mapping[str, Sequence[str]]) -> Hit:
    if fact.rows is None or rule.file not in records.ready:
        return Hit(rule, None, files=held.get(fact.member, ()))
    concerned = records.ready[rule.file].lazy().filter(pl.col("_row").is_in(fact.rows.implode()))
    return Hit(rule, concerned.select("_index").collect()["_index"])


def _judged(rule: Rule, contract: Contract) -> bool:
    return not rule.id.endswith(".row_count") or contract.files[rule.file].rows is not None


def _column_listed(rule: Rule, contract: Contract) -> bool:
    return not rule.column or contract.files[rule.file].columns[rule.column].listed


def _status(rule: Rule, status: Status, count: int = 0, reason: str = "") -> RuleStatus:
    return RuleStatus(
        id=rule.id,
        file=rule.file,
        column=rule.column,
        title=rule.title,
        severity=rule.severity,
        code=rule.code,
        status=status,
        findings=count,
        reason=reason,
    )
