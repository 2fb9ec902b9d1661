"""Taking deliveries up again: those that an interrupted run left behind, and those that had not ended in time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from contracts import Contract, Profile, load
from harness.checking import check
from harness.delivering import JournaledDeliverer
from harness.errors import UsageError
from harness.running import Checked, Delivery, Listener, files, run
from interfaces import Limits, read
from interfaces.fusion import FusionError

if TYPE_CHECKING:
    from raid_log import DeliveryRow, Store


@dataclass(frozen=True)
class Resumed:
    """One delivery that was taken up again."""

    row: DeliveryRow  # as it stood before
    changed: int  # units whose outcome became known or was changed
    remarks: tuple[str, ...] = ()  # as those of Delivered
    error: UsageError | None = None  # why nothing was done


def waiting(store: Store, environment: str) -> list[DeliveryRow]:
    """Return the deliveries to a pod that have no end, or an end that no run recorded; oldest first."""
    return [row for row in store.deliveries(environment=environment) if row.open]


def resume(
    rows: Sequence[DeliveryRow],
    profile: Profile,
    store: Store,
    deliverer: JournaledDeliverer,
    *,
    paths: Iterable[Path] = (),
    limits: Limits | None = None,
    listeners: Iterable[Listener] = (),
) -> Iterator[Resumed]:
    """Go on with each delivery, record what was never recorded as one run per cycle, and yield what became of each.

    A payload is found where it was sent from, or among ``paths``; of one that is in neither the error is yielded.
    What fails once more stands among the deliverer's ``failures`` and ``troubles``.
    """
    found = _found(rows, store, list(files(paths)))
    for row in rows:
        if row.id not in found:
            yield Resumed(row, 0, error=_gone(row, store))
    rows = [row for row in rows if row.id in found]
    for cycle in dict.fromkeys(row.cycle for row in rows if not row.run):
        fresh = [row for row in rows if not row.run and row.cycle == cycle]
        items = [Delivery(found[row.id], profile.register[row.interface], row.contract) for row in fresh]
        now = datetime.now(UTC)
        result = run(
            items, profile, started_at=now, now=lambda: datetime.now(UTC), cycle=cycle, limits=limits,
            listeners=listeners, deliverer=deliverer,
        )  # fmt: skip
        store.record(result, profile, deliveries=deliverer.recorded)
        deliverer.recorded = {}
        for row, submission in zip(fresh, result.submissions, strict=True):
            delivered = submission.delivered
            yield Resumed(row, submission.result.submitted, delivered.remarks) if delivered else Resumed(row, 0)
    recorded = [row for row in rows if row.run]
    contracts = {identity: load(identity, profile) for identity in dict.fromkeys(row.contract for row in recorded)}
    for row in recorded:
        yield _followed(row, found[row.id], contracts[row.contract], profile, store, deliverer, limits)


def _followed(
    row: DeliveryRow,
    path: Path,
    contract: Contract,
    profile: Profile,
    store: Store,
    deliverer: JournaledDeliverer,
    limits: Limits | None,
) -> Resumed:
    """Follow a delivery whose run is recorded, and book what became known as a later outcome."""
    payload = read(path, contract, limits=limits)
    result = check(payload, contract, load_all_or_nothing=profile.load_all_or_nothing)
    delivery = Delivery(path, profile.register[row.interface], row.contract)
    checked = Checked(delivery, payload, contract, result, row.submission, row.cycle)
    from raid_log import StoreError

    try:
        sent = deliverer.resumed(checked, store.delivery(row.id))
    except (FusionError, UsageError, StoreError) as error:
        deliverer.failures.append((checked, error))
        return Resumed(row, 0)
    booked = store.record_outcome(row.submission, sent.delivered, profile, at=datetime.now(UTC), source="poll")
    return Resumed(row, booked.units, sent.delivered.remarks)


def _found(rows: Sequence[DeliveryRow], store: Store, paths: Sequence[Path]) -> dict[str, Path]:
    """Delivery id -> its payload, known by its hash; those that are nowhere are left out."""
    given = {sha256(path): path for path in paths}
    noted = {row.id: _noted(row, store) for row in rows}
    here = {identity: path for identity, path in noted.items() if path.is_file()}
    own = {row.id: here[row.id] for row in rows if row.id in here and sha256(here[row.id]) == row.sha256}
    return {row.id: given[row.sha256] for row in rows if row.sha256 in given} | own


def _noted(row: DeliveryRow, store: Store) -> Path:
    return Path(str(store.delivery(row.id).facts.get("path", row.payload)))


def _gone(row: DeliveryRow, store: Store) -> UsageError:
    return UsageError(
        f"the payload {row.payload} is not where it was sent from, or was changed since",
        where=f"{_noted(row, store)}, delivery {row.id[:8]}",
        todo="name the file, or the folder that it is in now: `harness deliver --resume --pod URL PATH`",
    )


def sha256(path: Path) -> str:
    """Return the hash by which a payload is known."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
