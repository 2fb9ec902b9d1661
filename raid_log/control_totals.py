"""Control totals: units and amount of a submission as they stand in Fusion, set against what was accepted of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, localcontext
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select

from raid_log.changes import needed
from raid_log.database import blocks, lock_head
from raid_log.errors import StoreError
from raid_log.roles import Actor, listed
from raid_log.store import Store
from raid_log.submissions import sent_submission
from raid_log.tables import ControlTotal, SubmissionRow, UnitAttempt

_MOST_UNITS = 2**31 - 1
_PLACES, _DIGITS = 10, 28  # of an amount, after and before the point


@dataclass(frozen=True)
class Reconciliation:
    """A control total beside the units of the submission that were accepted by then."""

    submission: str  # id
    at: datetime  # when the total was noted
    units: int  # in Fusion
    amount: Decimal | None  # in Fusion; None where the payload has no amounts
    accepted: int
    accepted_amount: Decimal | None

    @property
    def agrees(self) -> bool:
        """True if count and amount are the same, to the last place."""
        return (self.units, self.amount) == (self.accepted, self.accepted_amount)

    @property
    def text(self) -> str:
        """What stands in Fusion, and what was accepted: ``4 units, 70.00 in Fusion; 5 units, 80.00 accepted``."""
        sides = ((self.units, self.amount, "in Fusion"), (self.accepted, self.accepted_amount, "accepted"))
        return "; ".join(f"{units} units{_after(amount)} {where}" for units, amount, where in sides)


def _after(amount: Decimal | None) -> str:
    return "" if amount is None else f", {amount:f}"


def reconciliations(connection: Connection, submissions: Iterable[int], until: datetime) -> dict[int, Reconciliation]:
    """Return the last control total up to a moment beside the units accepted by then; nothing for one without a total.

    ``submissions`` and the keys are numbers in the store.
    """
    found = {}
    for block in blocks(submissions):
        noted = {row.submission: row for row in connection.execute(_noted(block, until))}  # the last one stays
        taken = _accepted(connection, list(noted), until)
        for number, row in noted.items():
            accepted, sum_ = taken.get(number, (0, Decimal()))
            accepted_amount = None if row.whole is None else sum_
            found[number] = Reconciliation(row.id, row.at, row.units, row.amount, accepted, accepted_amount)
    return found


def _noted(block: Sequence[int], until: datetime) -> Select[Any]:
    names = ("submission", "at", "units", "amount")
    return (
        select(*(getattr(ControlTotal, name) for name in names), SubmissionRow.id, SubmissionRow.amount.label("whole"))
        .join(SubmissionRow, SubmissionRow.number == ControlTotal.submission)
        .where(ControlTotal.submission.in_(block), ControlTotal.at <= until)
        .order_by(ControlTotal.number)
    )


def _accepted(connection: Connection, block: Sequence[int], until: datetime) -> dict[int, tuple[int, Decimal]]:
    """Units and amount; grouped by amount, because not every database adds decimals to the last place."""
    own = (UnitAttempt.submission, UnitAttempt.amount)
    taken = (UnitAttempt.outcome == "accepted", UnitAttempt.ended_at <= until)
    query = select(*own, func.count()).where(UnitAttempt.submission.in_(block), *taken).group_by(*own)
    sums: dict[int, tuple[int, Decimal]] = {}
    with localcontext(prec=60):  # the default context would cut the sum to 28 digits
        for number, amount, units in connection.execute(query):
            before, whole = sums.get(number, (0, Decimal()))
            sums[number] = before + units, whole + (amount or 0) * units
    return sums


def note_total(
    store: Store, actor: Actor, submission: str, *, units: int, amount: Decimal | None = None, evidence: str
) -> Reconciliation:
    """Note what stands in Fusion of a submission (its id or the beginning of it), and return what that shows.

    Nothing is replaced; the last total counts. Raises StoreError for somebody who is not listed, an unknown
    submission, no evidence, counts that cannot be, and an amount where the payload has none or the other way round.
    """
    listed(actor.profile, actor.id)
    sent = sent_submission(store, submission)
    shown = needed(evidence, "the evidence")
    if not 0 <= units <= _MOST_UNITS:
        raise StoreError(f"{units} is no number of units", sent.id, "count the units that stand in Fusion")
    with store.writing() as connection:
        lock_head(connection)
        query = select(SubmissionRow.number, SubmissionRow.amount).where(SubmissionRow.id == sent.id)
        number, whole = connection.execute(query).one()
        _refuse_amount(amount, whole, sent.id)
        total = {"submission": number, "at": actor.at, "by": actor.id, "evidence": shown, "units": units}
        connection.execute(insert(ControlTotal), {**total, "amount": amount})
        return reconciliations(connection, [number], actor.at)[number]


def _refuse_amount(amount: Decimal | None, whole: Decimal | None, where: str) -> None:
    if (amount is None) != (whole is None):
        what = "has amounts, and none is given" if amount is None else "has no amounts"
        raise StoreError(f"this payload {what}", where, "give the count with the amount exactly where there is one")
    if amount is None:
        return
    exponent = amount.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -_PLACES or amount.adjusted() >= _DIGITS:
        raise StoreError(f"{amount} is no amount", where, f"at most {_DIGITS} digits and {_PLACES} places")
