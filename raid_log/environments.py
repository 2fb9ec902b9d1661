"""Environment trouble: one issue per pod, opened, noted again and verified by what runs meet there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import Connection, func, insert, select

from contracts.results import Submission
from raid_log.defects import ENVIRONMENT, fingerprint
from raid_log.events import SEEN_AGAIN, Author, EventLog, standings
from raid_log.states import Standing
from raid_log.tables import EventRow, Fingerprint, SubmissionRow
from raid_log.verifying import RUNS

_SEVERITY = "significant"
"""Of a pod in trouble: what was to be tested there waits."""
_LONGEST = 200


def book(connection: Connection, log: EventLog, author: Author, submissions: Iterable[Submission]) -> None:
    """Note what was wrong with the environments of the run, and verify those that worked in RUNS runs since.

    The submissions are written already. A fixed or verified issue is reopened; one in another state gets a note.
    """
    met: dict[str, list[str]] = defaultdict(list)
    for one in submissions:
        if place := one.outage or one.environment:
            met[place] += [one.trouble] if one.trouble else []
    for place, troubles in sorted(met.items()):
        mark = fingerprint("", "", ENVIRONMENT, place)
        item = connection.execute(select(Fingerprint.item).where(Fingerprint.fingerprint == mark)).scalar()
        if troubles:
            _trouble(connection, log, replace(author, reason=_words(troubles)), place, mark, item)
        elif item is not None:
            _worked(connection, log, author, place, item)


def _words(troubles: list[str]) -> str:
    return f"{len(troubles)} payloads: {troubles[0][:_LONGEST]}"


def _trouble(connection: Connection, log: EventLog, author: Author, place: str, mark: str, item: int | None) -> None:
    if item is None:
        number = log.open_item(
            "issue", author, {"severity": _SEVERITY, "root_cause": ENVIRONMENT}, title=f"{place} is in trouble",
            statement=f"What was to be sent to {place}, or followed there, could not be.", cause=ENVIRONMENT,
            field=place,
        )  # fmt: skip
        connection.execute(insert(Fingerprint), {"fingerprint": mark, "item": number})
        return
    standing = standings(connection, [item])[item]
    if standing.status in ("fixed", "verified"):
        log.apply(item, "issue", standing, "failed_again", author, {"run": author.run})
    else:
        log.note(item, SEEN_AGAIN, standing.status, author, {"run": author.run})


def _worked(connection: Connection, log: EventLog, author: Author, place: str, item: int) -> None:
    standing = standings(connection, [item])[item]
    runs = _clean_runs(connection, place, item) if _waiting(standing) else []
    if len(runs) >= RUNS:
        passed = replace(author, reason=f"worked in {RUNS} consecutive runs")
        log.apply(item, "issue", standing, "passed", passed, {"runs": " ".join(runs[-RUNS:])})


def _waiting(standing: Standing) -> bool:
    return standing.open or standing.status == "waived"


def _clean_runs(connection: Connection, place: str, item: int) -> list[str]:
    """The runs, oldest first, that sent something to the place after it was last in trouble."""
    last = select(func.max(EventRow.at)).where(
        EventRow.item == item, EventRow.kind.in_(("opened", "failed_again", "reopened", SEEN_AGAIN))
    )
    ended = func.max(SubmissionRow.submitted_at)
    query = (
        select(SubmissionRow.run_id)
        .where(SubmissionRow.environment == place, SubmissionRow.submitted_at > last.scalar_subquery())
        .group_by(SubmissionRow.run_id)
        .order_by(ended, SubmissionRow.run_id)
    )
    return list(connection.execute(query).scalars())
