"""What a run settles: mended defects that fail again are reopened, those proven to be gone are verified.

Unless it would move a large part of the log at once: then a slip is likelier than a success, and a person must look.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, select

from raid_log.clock import catch_up
from raid_log.defects import ENVIRONMENT, counted
from raid_log.errors import StoreError
from raid_log.events import MACHINE, Author, EventLog, item_id, last_of_each
from raid_log.reopening import reopen, undone
from raid_log.roles import Actor, refuse_unless_triager
from raid_log.states import OPEN
from raid_log.tables import EventRow, ItemRow, Run, SubmissionRow
from raid_log.verifying import Place, proven, verify

if TYPE_CHECKING:
    from raid_log.store import Store

MASS = 5
MASS_SHARE = 0.2
"""More changes of state than MASS and than this share of the open entries need a person who has looked."""


@dataclass(frozen=True)
class Settled:
    """Numbers of defects. ``withheld``: what would have been reopened or verified, had a person looked."""

    reopened: Collection[int] = ()
    verified: Collection[int] = ()
    withheld: Collection[int] = ()


def is_mass_change(moving: int, open_: int) -> bool:
    """Return whether so many changes of state are too many for a log with so many open entries."""
    return moving > MASS and moving > MASS_SHARE * open_


def settle(
    connection: Connection, log: EventLog, author: Author, places: Mapping[int, Place], *, checked: bool = False
) -> Settled:
    """Reopen and verify what the submissions (number -> place) show; ``checked``: a person has looked.

    Each step that would make a mass change is left undone, and nothing after it is done.
    """
    again = undone(connection, list(places))
    if not checked and _is_mass(connection, len(again)):
        return Settled(withheld=[one.item for one in again])
    reopen(log, author, again)
    reopened = [one.item for one in again]
    gone = proven(connection, set(places.values()))
    if not checked and _is_mass(connection, len(again) + len(gone)):
        return Settled(reopened, withheld=sorted(gone))
    verify(connection, log, author, gone)
    return Settled(reopened, sorted(gone))


def settle_run(store: Store, actor: Actor, run: str) -> Settled:
    """Do what was withheld when the run was recorded; a triager has looked at it. Raises StoreError."""
    refuse_unless_triager(actor)
    with store.writing() as connection:
        log = EventLog(connection)
        catch_up(connection, log, actor.at)
        if not connection.execute(select(Run.id).where(Run.id == run)).first():
            raise StoreError(f"no run {run!r} is recorded", todo="name it as `harness run` told it")
        names = (SubmissionRow.number, SubmissionRow.interface, SubmissionRow.contract)
        rows = connection.execute(select(*names).where(SubmissionRow.run_id == run, counted()))
        places = {row.number: Place(row.interface, row.contract) for row in rows}
        author = Author(MACHINE, MACHINE, actor.at, "run", run, reason=f"looked at by {actor.id}")
        settled = settle(connection, log, author, places, checked=True)
        log.close()
    return settled


def ids(numbers: Collection[int]) -> tuple[str, ...]:
    """Return the ids of the items, sorted."""
    return tuple(item_id(number) for number in sorted(numbers))


def _is_mass(connection: Connection, moving: int) -> bool:
    return moving > MASS and is_mass_change(moving, _open(connection))


def _open(connection: Connection) -> int:
    """How many defects are open."""
    query = (
        select(func.count())
        .select_from(EventRow)
        .join(ItemRow, ItemRow.number == EventRow.item)
        .where(EventRow.number.in_(last_of_each()), EventRow.after.in_(OPEN), ItemRow.cause != ENVIRONMENT)
    )
    return connection.execute(query).scalar_one()
