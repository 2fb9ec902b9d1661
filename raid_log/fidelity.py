"""Fidelity: how often what the contracts predict is what Fusion says, per interface, evidence class, rule and code."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Subquery, and_, case, func, select

from contracts.profiles import Profile
from contracts.results import EVIDENCE_CLASSES, FINAL
from raid_log.database import Rows
from raid_log.defects import field_of
from raid_log.outcomes import REFUSED
from raid_log.rates import Rate
from raid_log.store import Store
from raid_log.tables import AnswerRow, Prediction, SubmissionRow, UnitAttempt


@dataclass(frozen=True)
class RuleFidelity:
    """A rule's predictions, in units with a final outcome."""

    rule: str
    agreed: int  # refused as predicted, for what the rule says
    false_alarm: int  # predicted to be refused, accepted
    masked: int  # refused as predicted, but no answer speaks of the rule: nothing is known about it
    missed: int  # refused for what the rule is about, without a prediction of it


@dataclass(frozen=True)
class Unpredicted:
    """A reason of Fusion that no rule predicted for the units that it hit: a gap of the contract."""

    code: str  # id in the code tables, "" where it is in none
    said: str  # Oracle's code or words
    field: str  # "<file>.<column>" or blank
    rule: str  # rule that it maps to and that did not see it, "" where there is none
    units: int


@dataclass(frozen=True)
class InterfaceFidelity:
    """Predictions against outcomes of one interface in one evidence class. Classes are never added up.

    ``units`` = agreed + false_alarms + missed + unexplained. Units without a final outcome, and those refused with
    nothing but codes that do not count (``excluded``), are in none of them.
    """

    interface: str
    name: str
    evidence_class: str
    units: int
    agreed: int  # refused and rejected with a reason, or neither
    false_alarms: int  # predicted to be refused, accepted
    missed: int  # predicted to be accepted, rejected with a reason
    unexplained: int  # rejected without a reason
    excluded: int
    hits: int  # predicted to be refused, and rejected with or without a reason
    predicted_refused: int
    rejected: int  # with or without a reason
    rules: tuple[RuleFidelity, ...]  # by id; only those with a count
    unpredicted: tuple[Unpredicted, ...]  # most units first

    @property
    def precision(self) -> Rate | None:
        """Refused and rejected of predicted to be refused; None where nothing was predicted to be refused."""
        return Rate(self.predicted_refused, self.hits) if self.predicted_refused else None

    @property
    def recall(self) -> Rate | None:
        """Refused and rejected of rejected; None where nothing was rejected."""
        return Rate(self.rejected, self.hits) if self.rejected else None


_Key = tuple[str, str]  # interface, evidence class


def fidelity(
    store: Store,
    profile: Profile,
    *,
    evidence_class: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    as_of: datetime | None = None,
) -> list[InterfaceFidelity]:
    """Return the fidelity by interface and class (strongest first) of what was submitted from ``since`` to ``until``.

    ``until`` is excluded; ``as_of``: outcomes that became final later do not count. Active contracts only, every
    attempt, negative payloads left out. Interfaces without a final outcome are not listed. Raises StoreError.
    """
    wanted = _wanted(evidence_class, since, until, as_of)
    with store.reading() as connection:
        units, rules = _units(connection, wanted), _rules(connection, wanted)
        missed, unpredicted = _missed(connection, wanted), _unpredicted(connection, wanted)
    found = []
    for key in sorted(units, key=lambda one: (one[0], EVIDENCE_CLASSES.index(one[1]))):
        by_rule = _rule_counts(rules.get(key, {}), missed.get(key, Counter()))
        found.append(_fidelity(key, profile, units[key], by_rule, unpredicted.get(key, ())))
    return found


def _wanted(
    evidence_class: str | None, since: datetime | None, until: datetime | None, as_of: datetime | None
) -> ColumnElement[bool]:
    """The units that count: of which submissions, with a final outcome."""
    parts = [
        SubmissionRow.contract_status == "active",
        SubmissionRow.negative.is_(False),
        UnitAttempt.outcome.in_(FINAL),
    ]
    if evidence_class is not None:
        parts.append(SubmissionRow.evidence_class == evidence_class)
    if since is not None:
        parts.append(SubmissionRow.submitted_at >= since)
    if until is not None:
        parts.append(SubmissionRow.submitted_at < until)
    if as_of is not None:
        parts.append(UnitAttempt.ended_at <= as_of)
    return and_(*parts)


_SCOPE = (SubmissionRow.interface, SubmissionRow.evidence_class)


def _units(connection: Connection, wanted: ColumnElement[bool]) -> dict[_Key, Counter[tuple[str, str, bool]]]:
    """Units by predicted verdict, outcome and exclusion."""
    kinds = (UnitAttempt.predicted, UnitAttempt.outcome, UnitAttempt.excluded)
    every: Rows = select(*_SCOPE, *kinds, func.count()).select_from(UnitAttempt)
    query = _of_submissions(every, wanted)
    found: dict[_Key, Counter[tuple[str, str, bool]]] = defaultdict(Counter)
    for interface, name, predicted, outcome, excluded, units in connection.execute(query.group_by(*_SCOPE, *kinds)):
        found[interface, name][predicted, outcome, excluded] += units
    return dict(found)


def _rules(connection: Connection, wanted: ColumnElement[bool]) -> dict[_Key, dict[str, Counter[str]]]:
    """What became of each rule's predictions."""
    said = select(AnswerRow.submission, AnswerRow.position, AnswerRow.rule).distinct().subquery()
    speaks = and_(
        said.c.submission == Prediction.submission,
        said.c.position == Prediction.position,
        said.c.rule == Prediction.rule,
    )
    became = case(
        (UnitAttempt.outcome == "accepted", "false_alarm"), (said.c.rule.is_not(None), "agreed"), else_="masked"
    )
    query = select(*_SCOPE, Prediction.rule, became, func.count()).select_from(Prediction)
    query = _of_submissions(query.join(UnitAttempt, _same_unit(Prediction)).outerjoin(said, speaks), wanted)
    found: dict[_Key, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for interface, name, rule, what, units in connection.execute(query.group_by(*_SCOPE, Prediction.rule, became)):
        found[interface, name][rule][what] += units
    return dict(found)


def _unpredicted(connection: Connection, wanted: ColumnElement[bool]) -> dict[_Key, list[Unpredicted]]:
    """Reasons that were not predicted, with their units. The words of one code differ: one of them is shown."""
    gaps = _gaps(wanted)
    keys = (gaps.c.interface, gaps.c.evidence_class, gaps.c.code, gaps.c.words, gaps.c.file, gaps.c.column, gaps.c.rule)
    query = select(*keys, func.min(gaps.c.said), func.count()).group_by(*keys)
    found: dict[_Key, list[Unpredicted]] = defaultdict(list)
    for interface, name, code, _, file, column, rule, said, units in connection.execute(query):
        found[interface, name].append(Unpredicted(code, said, field_of(file, column), rule, units))
    for reasons in found.values():
        reasons.sort(key=lambda one: (-one.units, one.code, one.said, one.field, one.rule))
    return dict(found)


def _missed(connection: Connection, wanted: ColumnElement[bool]) -> dict[_Key, Counter[str]]:
    """Units by the rule that did not see them, each once."""
    gaps = _gaps(wanted)
    keys = (gaps.c.interface, gaps.c.evidence_class, gaps.c.rule)
    units = select(*keys, gaps.c.submission, gaps.c.position).where(gaps.c.rule != "").distinct().subquery()
    counted = (units.c.interface, units.c.evidence_class, units.c.rule)
    found: dict[_Key, Counter[str]] = defaultdict(Counter)
    for interface, name, rule, number in connection.execute(select(*counted, func.count()).group_by(*counted)):
        found[interface, name][rule] = number
    return dict(found)


def _gaps(wanted: ColumnElement[bool]) -> Subquery:
    """Reasons that count and were not predicted for their unit: one row per unit, code (or words), field and rule."""
    expected = and_(
        Prediction.submission == AnswerRow.submission,
        Prediction.position == AnswerRow.position,
        Prediction.rule == AnswerRow.rule,
    )
    words = case((AnswerRow.code == "", AnswerRow.said)).label("words")
    unit = (AnswerRow.submission, AnswerRow.position)
    keys = (*_SCOPE, *unit, AnswerRow.code, words, AnswerRow.file, AnswerRow.column, AnswerRow.rule)
    query = select(*keys, func.min(AnswerRow.said).label("said")).select_from(AnswerRow)
    query = _of_submissions(query.join(UnitAttempt, _same_unit(AnswerRow)).outerjoin(Prediction, expected), wanted)
    return query.where(Prediction.rule.is_(None), AnswerRow.counts.is_(True)).group_by(*keys).subquery()


def _same_unit(table: type[Prediction] | type[AnswerRow]) -> ColumnElement[bool]:
    return and_(UnitAttempt.submission == table.submission, UnitAttempt.position == table.position)


def _of_submissions(query: Rows, wanted: ColumnElement[bool]) -> Rows:
    return query.join(SubmissionRow, SubmissionRow.number == UnitAttempt.submission).where(wanted)


def _rule_counts(rules: dict[str, Counter[str]], missed: Counter[str]) -> tuple[RuleFidelity, ...]:
    return tuple(
        RuleFidelity(rule, found["agreed"], found["false_alarm"], found["masked"], missed[rule])
        for rule in sorted({*rules, *missed})
        for found in (rules.get(rule, Counter()),)
    )


def _fidelity(
    key: _Key,
    profile: Profile,
    units: Counter[tuple[str, str, bool]],
    rules: tuple[RuleFidelity, ...],
    unpredicted: Iterable[Unpredicted],
) -> InterfaceFidelity:
    interface, evidence_class = key
    register = profile.register.get(interface)

    def count(outcomes: Iterable[str], *predicted: str) -> int:
        return sum(units[one, outcome, False] for one in predicted for outcome in outcomes)

    return InterfaceFidelity(
        interface=interface,
        name=register.name if register else interface,
        evidence_class=evidence_class,
        units=count(FINAL, "refused", "accepted"),
        agreed=count(["rejected"], "refused") + count(["accepted"], "accepted"),
        false_alarms=count(["accepted"], "refused"),
        missed=count(["rejected"], "accepted"),
        unexplained=count(["rejected_unexplained"], "refused", "accepted"),
        excluded=sum(number for (_, _, excluded), number in units.items() if excluded),
        hits=count(REFUSED, "refused"),
        predicted_refused=count(FINAL, "refused"),
        rejected=count(REFUSED, "refused", "accepted"),
        rules=rules,
        unpredicted=tuple(unpredicted),
    )
