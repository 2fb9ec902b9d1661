"""Control totals: units and amount of a submission as they stand in Fusion, set against what was accepted of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, localcontext

from sqlalchemy import Connection, func, insert, select

from raid_log.changes import needed
from raid_log.database import lock_head
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


class Totals:
    """The control totals that were noted up to a moment; nothing later is seen."""

    def __init__(self, connection: Connection, as_of: datetime) -> None:
        self._connection, self._as_of = connection, as_of
        names = ("submission", "at", "units", "amount")
        query = select(*(getattr(ControlTotal, name) for name in names)).where(ControlTotal.at <= as_of)
        self._noted: dict[int, list[tuple[datetime, int, Decimal | None]]] = defaultdict(list)
        for submission, *total in connection.execute(query.order_by(ControlTotal.number)):
            self._noted[submission].append((total[0], total[1], total[2]))

    def of(self, submission: int, until: datetime | None = None) -> Reconciliation | None:
        """Return the last total up to ``until`` beside the units accepted by then; None if none was noted.

        ``submission`` is the number of one in the store.
        """
        end = min(until or self._as_of, self._as_of)
        noted = [total for total in self._noted.get(submission, ()) if total[0] <= end]
        if not noted:
            return None
        at, units, amount = noted[-1]
        about = select(SubmissionRow.id, SubmissionRow.amount).where(SubmissionRow.number == submission)
        identity, whole = self._connection.execute(about).one()
        accepted, sum_ = self._accepted(submission, end)
        return Reconciliation(identity, at, units, amount, accepted, None if whole is None else sum_)

    def _accepted(self, submission: int, end: datetime) -> tuple[int, Decimal]:
        taken = (UnitAttempt.outcome == "accepted", UnitAttempt.ended_at <= end)
        query = select(UnitAttempt.amount, func.count()).where(UnitAttempt.submission == submission, *taken)
        groups = self._connection.execute(query.group_by(UnitAttempt.amount)).all()
        with localcontext(prec=60):  # the default context would cut the sum to 28 digits
            amount = sum((amount * units for amount, units in groups if amount is not None), Decimal())
        return sum(units for _, units in groups), amount


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
        found = Totals(connection, actor.at).of(number)
    assert found is not None  # it was written above
    return found


def _refuse_amount(amount: Decimal | None, whole: Decimal | None, where: str) -> None:
    if (amount is None) != (whole is None):
        what = "has amounts, and none is given" if amount is None else "has no amounts"
        raise StoreError(f"this payload {what}", where, "give the count with the amount exactly where there is one")
    if amount is None:
        return
    exponent = amount.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -_PLACES or amount.adjusted() >= _DIGITS:
        raise StoreError(f"{amount} is no amount", where, f"at most {_DIGITS} digits and {_PLACES} places")
