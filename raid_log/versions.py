"""Which versions of contracts were delivered, when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from raid_log.store import Store
from raid_log.tables import SubmissionRow


@dataclass(frozen=True)
class DeliveredVersion:
    """A contract version on an Oracle release, in the submissions that were checked with it."""

    contract: str
    version: str  # 1.2.0+1.0.3
    release: str
    status: str  # of the contract then
    first: datetime
    last: datetime
    submissions: int


def delivered_versions(store: Store) -> list[DeliveredVersion]:
    """Return the versions by contract, the one that was delivered last first."""
    about = (SubmissionRow.contract, SubmissionRow.version, SubmissionRow.release, SubmissionRow.contract_status)
    moment = SubmissionRow.submitted_at
    query = select(*about, func.min(moment), func.max(moment), func.count()).group_by(*about)
    with store.reading() as connection:
        found = [DeliveredVersion(*row) for row in connection.execute(query)]
    return sorted(sorted(found, key=lambda one: (one.last, one.version), reverse=True), key=lambda one: one.contract)
