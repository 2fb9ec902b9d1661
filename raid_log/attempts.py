"""Attempt numbers: which attempt of its business key a unit is, within a scope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, select, update

from raid_log.database import blocks
from raid_log.tables import SubmissionRow, UnitAttempt

_UNITS = UnitAttempt.metadata.tables[UnitAttempt.__tablename__]


@dataclass(frozen=True)
class Scope:
    """Where attempts are counted together.

    The conformance rate leaves evidence class and environment out (None): it asks for the first recorded check of
    the unit in the cycle, whatever became of it later.
    """

    interface: str
    cycle: str
    evidence_class: str | None = None
    environment: str | None = None

    @property
    def column(self) -> str:
        """The column of ``unit_attempt`` that holds the numbers of this kind of scope."""
        return "check_attempt" if self.evidence_class is None else "send_attempt"

    @property
    def condition(self) -> ColumnElement[bool]:
        """The submissions of the scope; negative and generated ones use up no number."""
        parts = [
            SubmissionRow.interface == self.interface,
            SubmissionRow.cycle == self.cycle,
            SubmissionRow.negative.is_(False),
            SubmissionRow.evidence_class != "generated",
        ]
        if self.evidence_class is not None:
            parts.append(SubmissionRow.evidence_class == self.evidence_class)
            parts.append(SubmissionRow.environment == (self.environment or ""))
        return and_(*parts)


def attempt_numbers(connection: Connection, scope: Scope, hashes: Sequence[bytes]) -> list[int]:
    """Return the attempt number of each unit of a payload that comes after all others of the scope, in file order."""
    latest = _latest(connection, scope, hashes)
    numbers = []
    for key in hashes:
        latest[key] = latest.get(key, 0) + 1
        numbers.append(latest[key])
    return numbers


def _latest(connection: Connection, scope: Scope, hashes: Sequence[bytes]) -> dict[bytes, int]:
    query = (
        select(UnitAttempt.key_hash, func.max(_UNITS.c[scope.column]))
        .join(SubmissionRow, SubmissionRow.number == UnitAttempt.submission)
        .where(scope.condition, UnitAttempt.key_hash.in_(bindparam("keys", expanding=True)))
        .group_by(UnitAttempt.key_hash)
    )
    found: dict[bytes, int] = {}
    for block in blocks(dict.fromkeys(hashes)):
        rows = connection.execute(query, {"keys": block})
        found.update((key, number) for key, number in rows if number)
    return found


def is_late(connection: Connection, scope: Scope, submitted_at: datetime) -> bool:
    """Return whether the scope already holds a submission of a later moment."""
    query = select(SubmissionRow.number).where(scope.condition, SubmissionRow.submitted_at > submitted_at).limit(1)
    return connection.execute(query).first() is not None


def renumber(connection: Connection, scope: Scope) -> None:
    """Number the whole scope anew in the order of submission: for a submission recorded after a later one."""
    place = (SubmissionRow.submitted_at, SubmissionRow.number, UnitAttempt.position)
    number = func.row_number().over(partition_by=UnitAttempt.key_hash, order_by=place)
    query = (
        select(UnitAttempt.submission, UnitAttempt.position, _UNITS.c[scope.column], number)
        .join(SubmissionRow, SubmissionRow.number == UnitAttempt.submission)
        .where(scope.condition)
    )
    moved = [
        {"of": submission, "at": position, "now": now}
        for submission, position, was, now in connection.execute(query)
        if was != now
    ]
    change = update(_UNITS).where(UnitAttempt.submission == bindparam("of"), UnitAttempt.position == bindparam("at"))
    if moved:
        connection.execute(change.values({scope.column: bindparam("now")}), moved)
