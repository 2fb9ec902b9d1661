"""What deliveries of a window showed of defects: how many there are, and which the contract should have found first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from raid_log.database import among, blocks
from raid_log.defects import ENVIRONMENT, STAGE, counted
from raid_log.events import last_of_each
from raid_log.tables import EventRow, ItemRow, OccurrenceRow, RuleRow, RuleStatusRow, SubmissionRow
from raid_log.weeks import Window

RULE_MISSING, RULE_WRONG, NOT_RUN, NOT_REPRESENTATIVE = REASONS = (
    "rule missing", "rule wrong", "not run", "data not representative",
)  # fmt: skip
"""Why a contract did not find a defect that Fusion found."""
_NO_DEFECT = ("rejected", "duplicate")
_UNSEEN = ("missed", "unexplained")  # Fusion refused, the contract did not predict it
_RAN = ("passed", "failed")


class Shown(NamedTuple):
    """An occurrence of a valid defect in the window."""

    item: int
    interface: str  # of the submission; a defect that others were merged into shows in several
    contract: str
    cause: str
    submission: int
    evidence_class: str
    stage: str
    comparison: str


def shown(connection: Connection, window: Window, as_of: datetime, cycle: str | None = None) -> list[Shown]:
    """Return the occurrences in counted submissions of the window (of one cycle), up to ``as_of``.

    Of defects only that are valid at ``as_of``: neither rejected nor a duplicate. Environment issues have none.
    """
    names = (
        OccurrenceRow.item, SubmissionRow.interface, ItemRow.contract, ItemRow.cause, OccurrenceRow.submission,
        SubmissionRow.evidence_class, OccurrenceRow.stage, OccurrenceRow.comparison,
    )  # fmt: skip
    query = (
        select(*names)
        .join(SubmissionRow, SubmissionRow.number == OccurrenceRow.submission)
        .join(ItemRow, ItemRow.number == OccurrenceRow.item)
        .where(counted(), SubmissionRow.submitted_at >= window.start, SubmissionRow.submitted_at < window.end)
        .where(SubmissionRow.submitted_at <= as_of, ItemRow.cause != ENVIRONMENT)
        .order_by(*names)
    )
    if cycle is not None:
        query = query.where(SubmissionRow.cycle == cycle)
    found = [Shown(*row) for row in connection.execute(query)]
    valid = _valid(connection, {one.item for one in found}, as_of)
    return [one for one in found if one.item in valid]


def _valid(connection: Connection, items: Collection[int], as_of: datetime) -> set[int]:
    valid: set[int] = set()
    for block in blocks(sorted(items)):
        last = last_of_each(EventRow.item.in_(block), EventRow.at <= as_of)
        query = select(EventRow.item).where(EventRow.number.in_(last), EventRow.after.not_in(_NO_DEFECT))
        valid.update(connection.execute(query).scalars())
    return valid


def escapes(connection: Connection, found: Iterable[Shown], root_causes: Mapping[int, str]) -> dict[int, str]:
    """Return the defects among those shown that Fusion found and the contract should have found, each with the reason.

    ``root_causes``: what people said of a defect; ``source data``: what was tried before was not like these.
    Else no rule of the contract says it (rule missing), or one does, and really ran (rule wrong) or did not (not run).
    """
    late = [one for one in found if one.stage > STAGE and one.comparison in _UNSEEN]
    ran = _ran(connection, late)
    reasons: dict[int, str] = {}
    for one in late:
        statuses = ran.get((one.submission, one.contract, one.cause))
        if root_causes.get(one.item) == "source data":
            reason = NOT_REPRESENTATIVE
        elif statuses is None:
            reason = RULE_MISSING
        else:
            reason = RULE_WRONG if statuses & set(_RAN) else NOT_RUN
        reasons[one.item] = min(reasons.get(one.item, reason), reason, key=REASONS.index)
    return reasons


def _ran(connection: Connection, late: Sequence[Shown]) -> dict[tuple[int, str, str], set[str]]:
    """Statuses of rules in the submissions of escapes, by submission, contract and rule."""
    found: dict[tuple[int, str, str], set[str]] = defaultdict(set)
    causes = among(RuleRow.id, sorted({one.cause for one in late}))
    for block in blocks(sorted({one.submission for one in late})):
        query = (
            select(RuleStatusRow.submission, RuleRow.contract, RuleRow.id, RuleStatusRow.status)
            .join(RuleRow, RuleRow.number == RuleStatusRow.rule)
            .where(RuleStatusRow.submission.in_(block), causes)
        )
        for submission, contract, rule, status in connection.execute(query):
            found[submission, contract, rule].add(status)
    return dict(found)


def by_reason(found: Mapping[int, str]) -> dict[str, int]:
    """Return how many defects escaped for each reason, in the order of REASONS."""
    numbers = Counter(found.values())
    return {reason: numbers[reason] for reason in REASONS if numbers[reason]}
