"""The table of fingerprints: which defect a failure is booked on. A merge leaves aliases; this sets the table right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from raid_log.clock import catch_up
from raid_log.defects import fingerprint
from raid_log.events import EventLog, item_id, item_number
from raid_log.items import Entry, read_entries
from raid_log.roles import Actor, refuse_unless_triager
from raid_log.store import Store
from raid_log.tables import Fingerprint


@dataclass(frozen=True)
class Alias:
    """A fingerprint booked elsewhere than the log says. ``held``: on which defect, blank where it is missing."""

    fingerprint: str
    held: str
    right: str


def recompute(store: Store, actor: Actor, *, dry_run: bool = False) -> list[Alias]:
    """Compute the fingerprint of every defect anew, set the table right where it differs, and return the differences.

    A defect's fingerprint is booked on itself, one of a duplicate on the defect that it ends at. Fingerprints of no
    defect (of an earlier way of computing them) stay. ``dry_run`` changes nothing. Raises StoreError for who is no
    triager.
    """
    refuse_unless_triager(actor)
    with store.writing() as connection:
        log = EventLog(connection)  # no run may book anything meanwhile
        catch_up(connection, log, actor.at)
        found = differences(connection)
        for one in () if dry_run else found:
            connection.execute(delete(Fingerprint).where(Fingerprint.fingerprint == one.fingerprint))
            connection.execute(insert(Fingerprint), {"fingerprint": one.fingerprint, "item": item_number(one.right)})
        log.close()
    return found


def differences(connection: Connection) -> list[Alias]:
    """Return the fingerprints that are booked elsewhere than the log says."""
    defects = {one.id: one for one in read_entries(connection, type="issue") if one.cause}
    held = {mark: item_id(item) for mark, item in connection.execute(select(Fingerprint.fingerprint, Fingerprint.item))}
    found = []
    for one in defects.values():
        mark = fingerprint(one.interface, one.contract, one.cause, one.field)
        right = end_of_merges(one, defects)
        if held.get(mark, "") != right:
            found.append(Alias(mark, held.get(mark, ""), right))
    return found


def end_of_merges(one: Entry, defects: Mapping[str, Entry]) -> str:
    """Return the id of the defect at which a chain of merges ends: that of ``one`` if it was not merged."""
    seen = {one.id}
    while one.status == "duplicate" and (into := one.fields.get("into", "")) in defects and into not in seen:
        one = defects[into]
        seen.add(into)
    return one.id
