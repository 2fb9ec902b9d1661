"""Auto reopen: a mended defect fails again where it was mended. Elsewhere, or on an older edition, it only occurred.

An edition is an Oracle release (26C) or a version of a contract (1.2.0, with an overlay 1.2.0+1.0.3).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, select

from raid_log.database import among
from raid_log.defects import counted
from raid_log.events import Author, Event, EventLog, histories
from raid_log.states import Standing, fold
from raid_log.tables import ItemRow, OccurrenceRow, SubmissionRow

_RELEASE = re.compile(r"(\d\d)([A-D])", re.ASCII)
_PART = r"\d{1,9}"  # longer numbers name no version, and past 4,300 digits Python reads none
_VERSION = re.compile(rf"({_PART}(?:\.{_PART})+)(?:\+({_PART}(?:\.{_PART})*))?", re.ASCII)


def kind_of_edition(text: str) -> Literal["release", "version"] | None:
    """Return what the text names: an Oracle release, a version of a contract, or (None) neither."""
    text = text.strip().upper()
    return "release" if _RELEASE.fullmatch(text) else "version" if _VERSION.fullmatch(text) else None


def rank(edition: str) -> tuple[tuple[int, ...], ...]:
    """Return what sorts editions of one kind by age, oldest first. What is neither kind comes before all."""
    text = edition.strip().upper()
    if release := _RELEASE.fullmatch(text):
        return ((int(release[1]), ord(release[2])),)
    if version := _VERSION.fullmatch(text):
        return tuple(tuple(int(part) for part in (half or "").split(".") if part) for half in version.groups())
    return ()


class _Submission(NamedTuple):
    run: str
    at: datetime
    environment: str  # blank: checked only
    release: str
    version: str


_NAMES = (
    SubmissionRow.run_id, SubmissionRow.submitted_at, SubmissionRow.environment, SubmissionRow.release,
    SubmissionRow.version,
)  # fmt: skip


@dataclass(frozen=True)
class _Mended:
    """Since when, where and from which edition on a defect is said to be gone."""

    since: datetime
    environments: frozenset[str]  # empty: everywhere
    kind: Literal["release", "version"]
    edition: str  # blank: any

    def undone_by(self, failure: _Submission) -> bool:
        """Return whether the failure shows that it is not gone."""
        edition = failure.version if self.kind == "version" else failure.release
        # A check takes place in no pod, before all of them: what it holds back would fail in each.
        there = not failure.environment or not self.environments or failure.environment in self.environments
        return there and failure.at >= self.since and rank(edition) >= rank(self.edition)


class Undone(NamedTuple):
    """A defect that is not gone, and the failure that shows it."""

    item: int
    standing: Standing
    failure: _Submission

    @property
    def reason(self) -> str:
        """Where it fails again."""
        place = f" in {self.failure.environment}" if self.failure.environment else ""
        return f"fails on {self.failure.release}, contract version {self.failure.version}{place}"


def reopen(log: EventLog, author: Author, found: Iterable[Undone]) -> None:
    """Open the defects again."""
    for one in found:
        author = replace(author, reason=one.reason)
        log.apply(one.item, "issue", one.standing, "failed_again", author, {"run": one.failure.run})


def undone(connection: Connection, submissions: Collection[int]) -> list[Undone]:
    """Return the fixed and verified defects that fail again in these submissions, by number.

    Fixed: it fails after that was said, on or after the edition that has the fix (any, where none can be read), in an
    environment where it was seen before. Verified: it fails after the verifying runs, on or after their edition or the
    one that has the fix, whichever is older, in an environment of those runs. A failure of a check alone (blank
    environment) counts for every environment, and every failure for a defect that was never seen in one.
    """
    failures = _failures(connection, submissions)
    past = histories(connection, sorted(failures)) if failures else {}
    found = []
    for item in sorted(failures):
        standing = fold(past[item])
        if standing.status not in ("fixed", "verified"):
            continue
        mended = _mended(connection, item, past[item], standing, submissions)
        if again := next((one for one in failures[item] if mended.undone_by(one)), None):
            found.append(Undone(item, standing, again))
    return found


def _failures(connection: Connection, submissions: Collection[int]) -> dict[int, list[_Submission]]:
    """What failed in the submissions: item -> where, oldest first."""
    query = (
        select(OccurrenceRow.item, *_NAMES)
        .join(SubmissionRow, SubmissionRow.number == OccurrenceRow.submission)
        .where(among(OccurrenceRow.submission, sorted(submissions)))
        .order_by(OccurrenceRow.item, SubmissionRow.submitted_at, SubmissionRow.number)
    )
    rows = groupby(connection.execute(query), key=lambda row: row.item)
    return {item: [_Submission(*row[1:]) for row in own] for item, own in rows}


def _mended(
    connection: Connection, item: int, past: list[Event], standing: Standing, submissions: Collection[int]
) -> _Mended:
    fixed_in = standing.fields.get("fixed_in", "")
    kind = kind_of_edition(fixed_in)
    editions = [fixed_in] if kind else []
    since = max(event.at for event in past if event.after == standing.status != event.before)
    runs = standing.fields.get("runs", "").split() if standing.status == "verified" else []
    proofs = _verifying(connection, item, runs)
    if proofs:
        since = max(one.at for one in proofs)
        editions += [one.version if kind == "version" else one.release for one in proofs]
    places = {one.environment for one in proofs} or _seen_in(connection, item, submissions)
    return _Mended(since, frozenset(places - {""}), kind or "release", min(editions, key=rank, default=""))


def _verifying(connection: Connection, item: int, runs: list[str]) -> list[_Submission]:
    """The submissions of the verifying runs that the defect is about."""
    if not runs:
        return []
    query: Any = select(*_NAMES).join(
        ItemRow, (ItemRow.interface == SubmissionRow.interface) & (ItemRow.contract == SubmissionRow.contract)
    )
    rows = connection.execute(query.where(ItemRow.number == item, SubmissionRow.run_id.in_(runs), counted()))
    return [_Submission(*row) for row in rows]


def _seen_in(connection: Connection, item: int, but: Collection[int]) -> set[str]:
    query = select(SubmissionRow.environment).join(OccurrenceRow, OccurrenceRow.submission == SubmissionRow.number)
    rows = connection.execute(
        query.where(OccurrenceRow.item == item, ~among(SubmissionRow.number, sorted(but))).distinct()
    )
    return set(rows.scalars())
