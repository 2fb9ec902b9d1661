"""Outcomes: what Fusion said of each accept unit, as the store keeps it, and what it shows against the predictions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, localcontext
from typing import Any, NamedTuple, cast

import polars as pl
from sqlalchemy import Connection, insert, select

from contracts.results import ANSWER_COLUMNS, FINAL, OUTCOMES, Delivered, Severity, Submission
from raid_log.defects import Sighting, field_of
from raid_log.errors import StoreError
from raid_log.tables import AnswerRow, Prediction, RuleRow, RuleStatusRow, UnitAttempt

REFUSED = FINAL - {"accepted"}
"""Outcomes of a unit that Fusion did not take."""
UNEXPLAINED = "unexplained"
"""Cause of a refusal for which Fusion gives neither code nor text."""
FOUND_AT: Mapping[str, str] = {"S1": "S2", "S2": "S3", "S3": "S4"}
"""Stage that a refused unit reached -> stage at which it was refused."""
UNRULED: Severity = "significant"
"""First severity of a refusal that no rule stands for."""
_CAUSE_LENGTH = 200


class Reason(NamedTuple):
    """One reason why a unit was refused (fields of ANSWER_COLUMNS)."""

    file: str
    column: str
    code: str
    said: str
    rule: str
    counts: bool

    @property
    def text(self) -> str:
        """Oracle's code or words, ``unexplained`` where there are none; 200 characters at most."""
        return (self.code or self.said or UNEXPLAINED)[:_CAUSE_LENGTH]

    @property
    def silent(self) -> bool:
        """True if it is none: neither rule nor code nor text."""
        return not (self.rule or self.code or self.said)


@dataclass(frozen=True)
class UnitOutcome:
    """What is known of one unit. Only refused units have reasons."""

    outcome: str | None  # None: nothing was sent yet
    stage: str | None
    reasons: tuple[Reason, ...]  # sorted, each once

    @property
    def final(self) -> bool:
        """True if a later answer may not change it."""
        return self.outcome in FINAL

    @property
    def excluded(self) -> bool:
        """True if it was refused with nothing but codes that do not count: it enters no rate."""
        return self.outcome in REFUSED and bool(self.reasons) and not any(one.counts for one in self.reasons)

    def reached(self, stage: str) -> bool:
        """Return whether it was accepted at this stage or a later one."""
        return self.outcome == "accepted" and (self.stage or "") >= stage

    def fields(self, ended_at: datetime) -> dict[str, Any]:
        """Return its columns of ``unit_attempt``; ``ended_at`` is when a final outcome became so."""
        end = ended_at if self.final else None
        return {"outcome": self.outcome, "stage": self.stage, "ended_at": end, "excluded": self.excluded}


def unit_outcomes(delivered: Delivered, units: int, where: str) -> list[UnitOutcome]:
    """Return the outcome of each unit, in file order.

    Raises StoreError if they do not fit to the number of units, or say an outcome that does not exist.
    """
    known = delivered.outcomes
    if known.height != units:
        raise StoreError(f"{known.height} outcomes for {units} units", where, "give one row for each accept unit")
    strange = sorted(set(known["outcome"].to_list()) - set(OUTCOMES), key=str)
    if strange:
        raise StoreError(f"{strange[0]!r} is no outcome", where, f"use one of {', '.join(OUTCOMES)}")
    reasons: dict[int, set[Reason]] = defaultdict(set)
    for unit, *reason in delivered.answers.select(*ANSWER_COLUMNS).iter_rows():
        reasons[unit].add(Reason(*reason))
    return [
        UnitOutcome(outcome, stage, tuple(sorted(reasons[at])) if outcome in REFUSED else ())
        for at, (outcome, stage) in enumerate(known.select("outcome", "stage").iter_rows())
    ]


def outcomes_of(submission: Submission) -> list[UnitOutcome]:
    """Return the outcome of each unit of a submission, in file order. Raises StoreError like ``unit_outcomes``."""
    result = submission.result
    if submission.delivered is None:
        return [UnitOutcome(None, None, ())] * result.submitted
    return unit_outcomes(submission.delivered, result.submitted, result.payload)


def write_predictions(connection: Connection, submission: int, predictions: pl.DataFrame) -> None:
    """Keep which rule predicts which unit to be refused (PREDICTION_COLUMNS)."""
    pairs = predictions.select("unit", "rule").unique(maintain_order=True).iter_rows()
    rows = [{"submission": submission, "position": unit + 1, "rule": rule} for unit, rule in pairs]
    if rows:
        connection.execute(insert(Prediction), rows)


def write_reasons(connection: Connection, submission: int, told: Mapping[int, UnitOutcome]) -> None:
    """Keep why units were refused, by their position from 1."""
    rows = [
        {"submission": submission, "position": position, "number": number, **reason._asdict()}
        for position, unit in told.items()
        for number, reason in enumerate(unit.reasons, start=1)
    ]
    if rows:
        connection.execute(insert(AnswerRow), rows)


def read_reasons(connection: Connection, submission: int) -> dict[int, tuple[Reason, ...]]:
    """Return why units of the submission were refused, by their position from 1."""
    names = [getattr(AnswerRow, name) for name in Reason._fields]
    query = select(AnswerRow.position, *names).where(AnswerRow.submission == submission)
    found: dict[int, list[Reason]] = defaultdict(list)
    for position, *reason in connection.execute(query.order_by(AnswerRow.position, AnswerRow.number)):
        found[position].append(Reason(*reason))
    return {position: tuple(reasons) for position, reasons in found.items()}


class _Unit(NamedTuple):
    position: int
    predicted: str
    outcome: str
    stage: str | None
    records: int
    amount: Decimal | None


class _Rule(NamedTuple):
    field: str
    title: str
    severity: Severity


class _Shown(NamedTuple):
    """What a unit shows of one defect; equal ones of several units are one sighting."""

    cause: str
    field: str
    stage: str
    comparison: str


def sightings(connection: Connection, submission: int, interface: str, contract: str) -> list[Sighting]:
    """Return what the outcomes of a submission show, in the order of its units.

    Refused: every reason that counts is its rule's defect (``agreed`` where the rule predicted it, else ``missed``),
    or a defect of its own under the code or text (``missed``); without any reason it is ``unexplained``.
    Accepted: every rule that predicted a refusal has a ``false_alarm``.
    """
    rules, predicted = _rules(connection, submission), _predicted(connection, submission)
    reasons = read_reasons(connection, submission)
    hit: dict[_Shown, list[_Unit]] = defaultdict(list)
    words: dict[_Shown, str] = {}
    for unit in _final_units(connection, submission):
        expected = predicted.get(unit.position, ())
        for shown, text in dict(_shown(unit, expected, reasons.get(unit.position, ()), rules)).items():
            hit[shown].append(unit)
            words.setdefault(shown, text)
    return [
        _sighting(shown, words[shown], units, rules.get(shown.cause), f"{contract} in deliveries of {interface}")
        for shown, units in hit.items()
    ]


def _shown(
    unit: _Unit, expected: tuple[str, ...], reasons: tuple[Reason, ...], rules: Mapping[str, _Rule]
) -> Iterator[tuple[_Shown, str]]:
    """What one unit shows, each with Oracle's words for it."""
    reached = unit.stage or ""
    if unit.outcome == "accepted":
        for rule in expected:
            yield _Shown(rule, rules[rule].field if rule in rules else "", reached, "false_alarm"), ""
        return
    stage = FOUND_AT.get(reached, reached)
    for reason in (one for one in reasons if one.counts):
        field = rules[reason.rule].field if reason.rule in rules else field_of(reason.file, reason.column)
        comparison = "agreed" if reason.rule in expected else "unexplained" if reason.silent else "missed"
        yield _Shown(reason.rule or reason.text, field, stage, comparison), reason.text
    # A refusal without a reason is that of a sibling where it was predicted, unless it is known to be unexplained.
    if not reasons and (unit.outcome == "rejected_unexplained" or unit.predicted == "accepted"):
        yield _Shown(UNEXPLAINED, "", stage, "unexplained"), UNEXPLAINED


def _sighting(shown: _Shown, words: str, units: list[_Unit], rule: _Rule | None, where: str) -> Sighting:
    passing = f"rule {shown.cause}" if rule else "the contract"
    titles = {
        "agreed": rule.title if rule else shown.cause,
        "missed": f"Contract gap: Fusion refuses with {words} what {passing} passes",
        "false_alarm": f"False alarm: Fusion accepts what rule {shown.cause} refuses",
        "unexplained": "Fusion refuses without a reason",
    }
    statements = {
        "agreed": f"Rule {shown.cause} of contract {where}",
        "missed": f"A refusal that contract {where} does not predict: {words}",
        "false_alarm": f"A refusal that contract {where} predicts and Fusion does not make",
        "unexplained": f"A refusal without code and text, contract {where}",
    }
    amounts = [unit.amount for unit in units if unit.amount is not None]
    return Sighting(
        cause=shown.cause,
        field=shown.field,
        title=titles[shown.comparison],
        statement=f"{statements[shown.comparison]}.",
        severity=rule.severity if rule else UNRULED,
        stage=shown.stage,
        comparison=shown.comparison,
        units=len(units),
        records=sum(unit.records for unit in units),
        amount=added(amounts) if amounts else None,
    )


def added(amounts: list[Decimal]) -> Decimal:
    """Return the sum to the last place: the default context would cut it to 28 digits."""
    with localcontext(prec=60):
        return sum(amounts, Decimal())


def _final_units(connection: Connection, submission: int) -> Iterator[_Unit]:
    query = select(*(getattr(UnitAttempt, name) for name in _Unit._fields))
    query = query.where(UnitAttempt.submission == submission, UnitAttempt.outcome.in_(FINAL))
    return (_Unit(*row) for row in connection.execute(query.order_by(UnitAttempt.position)))


def _predicted(connection: Connection, submission: int) -> dict[int, tuple[str, ...]]:
    query = select(Prediction.position, Prediction.rule).where(Prediction.submission == submission)
    found: dict[int, tuple[str, ...]] = {}
    for position, rule in connection.execute(query.order_by(Prediction.position, Prediction.rule)):
        found[position] = (*found.get(position, ()), rule)
    return found


def _rules(connection: Connection, submission: int) -> dict[str, _Rule]:
    query = select(RuleRow.id, RuleRow.file, RuleRow.column, RuleRow.title, RuleRow.severity)
    query = query.join(RuleStatusRow, RuleStatusRow.rule == RuleRow.number)
    rows = connection.execute(query.where(RuleStatusRow.submission == submission))
    return {
        id_: _Rule(field_of(file, column), title, cast("Severity", severity))
        for id_, file, column, title, severity in rows
    }
