"""Scores: how good contracts were found to be, kept by measurement."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, insert, select

from contracts.results import Score
from raid_log.database import among, lock_head
from raid_log.tables import Measurement, ScoreRow

if TYPE_CHECKING:
    from raid_log.store import Store

_FIELDS = ("contract", "version", "profile", "kind", "operator", "caught", "total", "explained")


@dataclass(frozen=True)
class Measured:
    """A score and the measurement it comes from."""

    measurement: str  # UUID
    at: datetime  # aware, UTC
    score: Score


def score_totals(scores: Iterable[Score]) -> list[Score]:
    """Return one score per contract, profile and kind, in order of appearance; its operator is ``""``.

    Counts are added up, rates never; ``missed`` holds what was missed of all operators.
    """
    found: dict[tuple[str, str, str], Score] = {}
    for one in scores:
        key = (one.contract, one.profile, one.kind)
        before = found.get(key, replace(one, caught=0, total=0, missed=(), explained=0))
        found[key] = replace(
            one,
            operator="",
            caught=before.caught + one.caught,
            total=before.total + one.total,
            missed=(*before.missed, *one.missed),
            explained=before.explained + one.explained,
        )
    return list(found.values())


def record_scores(
    connection: Connection, scores: Sequence[Score], *, measurement: str, at: datetime, harness_version: str
) -> bool:
    """Write the scores of one measurement; False where its id is there already: then nothing changes."""
    lock_head(connection)
    if connection.execute(select(Measurement.id).where(Measurement.id == measurement)).first():
        return False
    connection.execute(insert(Measurement), {"id": measurement, "at": at, "harness_version": harness_version})
    rows = [
        {
            "measurement": measurement,
            "position": position,
            **{name: getattr(one, name) for name in _FIELDS},
            "missed": json.dumps(list(one.missed), ensure_ascii=False),
        }
        for position, one in enumerate(scores, start=1)
    ]
    if rows:
        connection.execute(insert(ScoreRow), rows)
    return True


def latest_scores(store: Store, *, as_of: datetime | None = None) -> list[Measured]:
    """Return the scores by operator of the last measurement of every contract, profile and kind, by contract.

    ``as_of``: later measurements do not count. Raises StoreError for the database's errors.
    """
    with store.reading() as connection:
        last = _last(connection, as_of)
        query = (
            select(ScoreRow, Measurement.at)
            .join(Measurement)
            .where(among(Measurement.id, set(last.values())))
            .order_by(ScoreRow.contract, ScoreRow.profile, ScoreRow.kind, ScoreRow.position)
        )
        rows = connection.execute(query).mappings().all()
    return [
        Measured(row["measurement"], row["at"], _score(row))
        for row in rows
        if last[row["contract"], row["profile"], row["kind"]] == row["measurement"]
    ]


def score_history(store: Store) -> list[Measured]:
    """Return what every measurement found in all, oldest first: one score per contract, profile and kind.

    Its operator is ``""``, and what was missed is not told. Raises StoreError for the database's errors.
    """
    keys = (ScoreRow.contract, ScoreRow.version, ScoreRow.profile, ScoreRow.kind)
    counts = [func.sum(getattr(ScoreRow, name)).label(name) for name in ("caught", "total", "explained")]
    query = (
        select(Measurement.id, Measurement.at, *keys, *counts)
        .join(ScoreRow)
        .group_by(Measurement.id, Measurement.at, *keys)
        .order_by(Measurement.at, Measurement.id, *keys)
    )
    with store.reading() as connection:
        rows = connection.execute(query).mappings().all()
    return [Measured(row["id"], row["at"], _score({**row, "operator": "", "missed": "[]"})) for row in rows]


def _last(connection: Connection, as_of: datetime | None) -> dict[tuple[str, str, str], str]:
    """The last measurement by contract, profile and kind."""
    keys = (ScoreRow.contract, ScoreRow.profile, ScoreRow.kind)
    query = select(*keys, Measurement.id, Measurement.at).join(Measurement).distinct()
    if as_of is not None:
        query = query.where(Measurement.at <= as_of)
    rows = connection.execute(query.order_by(Measurement.at, Measurement.id))
    return {(contract, profile, kind): identity for contract, profile, kind, identity, _ in rows}


def _score(row: Any) -> Score:
    fields = {name: row[name] for name in _FIELDS}
    return Score(**fields, missed=tuple(json.loads(row["missed"])))
