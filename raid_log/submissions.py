"""Submissions that were sent, and how many of their units still wait for an answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Integer, case, func, select

from contracts.results import FINAL
from raid_log.errors import StoreError
from raid_log.store import Store
from raid_log.tables import DeliveryRecord, SubmissionRow, UnitAttempt


@dataclass(frozen=True)
class SentSubmission:
    """A submission of class ``simulated`` or ``acceptance``."""

    id: str  # "<run id>/<ordinal>"
    submitted_at: datetime  # aware, UTC
    interface: str
    contract: str
    version: str
    release: str
    payload: str  # file name
    sha256: str
    cycle: str
    evidence_class: str
    environment: str
    units: int
    undecided: int  # of the units: pending or unknown


def sent_submissions(store: Store, *, undecided_only: bool = False) -> list[SentSubmission]:
    """Return what was sent, oldest first. Raises StoreError."""
    names = [name for name in SentSubmission.__dataclass_fields__ if name != "undecided"]
    columns = [getattr(SubmissionRow, name) for name in names]
    final = case((UnitAttempt.outcome.in_(FINAL), 0), else_=1)
    query = (
        select(*columns, func.sum(final, type_=Integer).label("undecided"))
        .join(UnitAttempt, UnitAttempt.submission == SubmissionRow.number)
        .where(SubmissionRow.evidence_class.in_(("acceptance", "simulated")))
        .group_by(SubmissionRow.number, *columns)
        .order_by(SubmissionRow.submitted_at, SubmissionRow.number)
    )
    with store.reading() as connection:
        found = [SentSubmission(**row) for row in connection.execute(query).mappings()]
    return [one for one in found if one.undecided or not undecided_only]


def sent_submission(store: Store, identity: str) -> SentSubmission:
    """Return the submission of that id, of a part of it that no other begins with, or of the delivery that sent it.

    Raises StoreError for none or several.
    """
    sent = sent_submissions(store)
    with store.reading() as connection:
        query = select(DeliveryRecord.submission).where(DeliveryRecord.id.startswith(identity.lower(), autoescape=True))
        delivered = {found for found in connection.execute(query).scalars() if found}
    exact = [one for one in sent if one.id == identity]
    chosen = exact or [one for one in sent if one.id in delivered or one.id.startswith(identity)]
    if len(chosen) != 1 or not identity:
        what = f"{len(chosen)} submissions are called so" if chosen else "no submission that was sent is called so"
        raise StoreError(f"{what}: {identity!r}", store.where, "take an id of `harness outcome list`")
    return chosen[0]
