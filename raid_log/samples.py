"""Samples of findings of a week: what a rule found at fault, as the check kept it, personal values masked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import func, select

from raid_log.defects import counted
from raid_log.first_attempts import known_until
from raid_log.snapshots import Snapshot
from raid_log.store import Store
from raid_log.tables import FindingSample, SubmissionRow

SAMPLE_COLUMNS = ("payload", "file", "row", "line", "record", "column", "value", "message")
SHOWN = 20
"""Findings of an interface and rule that are returned."""


def week_samples(store: Store, week: Snapshot) -> Mapping[tuple[str, str], list[tuple[object, ...]]]:
    """Return interface and rule -> the first findings of the week, in SAMPLE_COLUMNS.

    Of submissions that had been recorded when the week was told: what comes later changes nothing.
    """
    place = func.row_number().over(
        partition_by=(SubmissionRow.interface, FindingSample.rule),
        order_by=(SubmissionRow.number, FindingSample.position),
    )
    own = (getattr(FindingSample, name) for name in SAMPLE_COLUMNS[1:])
    inner = (
        select(SubmissionRow.interface, FindingSample.rule, place.label("place"), SubmissionRow.payload, *own)
        .join(SubmissionRow, SubmissionRow.number == FindingSample.submission)
        .where(counted(), SubmissionRow.number <= week.recorded)
        .where(SubmissionRow.submitted_at >= week.window.start)
        .where(SubmissionRow.submitted_at <= known_until(week.window, week.as_of))
        .subquery()
    )
    query = select(inner).where(inner.c.place <= SHOWN).order_by(inner.c.interface, inner.c.rule, inner.c.place)
    found: dict[tuple[str, str], list[tuple[object, ...]]] = defaultdict(list)
    with store.reading() as connection:
        for interface, rule, _, *values in connection.execute(query):
            found[interface, rule].append(tuple(values))
    return found
