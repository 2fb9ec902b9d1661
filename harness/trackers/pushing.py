"""Defects to ServiceNow, and what differs there. The RAID log stays the truth: nothing but a key comes back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from contracts import Profile
from harness.trackers import words
from harness.trackers.servicenow import (
    ONCE,
    STATE_TEXT,
    STATES,
    prefix,
    record_of,
)
from harness.trackers.table_api import PREFIX, Record, RecordError, TableApi, TrackerError, key_of
from raid_log import Actor, Entry, Store, StoreError, edit, item, items, store_mark

SOURCE = "servicenow"
"""Source of the event that notes a key."""
_MAIL = "assigned_to.email"


@dataclass(frozen=True)
class Pushed:
    """What became of one defect: ``created``, ``updated``, ``unchanged``, or ``refused`` with the error.

    An error beside one of the others: the record has become that, but its key could not be noted in the log.
    """

    id: str
    action: str
    key: str = ""  # number of the record, of a table without numbers its sys_id; "" where there is none
    changed: tuple[str, ...] = ()  # fields of the record
    error: RecordError | StoreError | None = None


@dataclass(frozen=True)
class Difference:
    """Something that the log and ServiceNow do not say alike. ``id`` is blank for a record of no entry."""

    id: str
    key: str
    what: str  # state | assignee | record
    here: str
    there: str


def refuse_unless_allowed(actor: Actor, entries: Sequence[Entry]) -> None:
    """Raise StoreError for an entry that is no issue, or that the person may not edit."""
    for entry in entries:
        if entry.type != "issue":
            raise StoreError(f"{entry.id} is a {entry.type}, and only issues are pushed", todo="export it as CSV")
        actor.editor(entry.standing)


def push(
    store: Store, actor: Actor, api: TableApi, entries: Sequence[Entry], *, dry_run: bool = False
) -> Iterator[Pushed]:
    """Bring each issue to its record, make the record where there is none, and note its key in the log where none is.

    One after the other: what was done before an error stays done. ``dry_run`` reads, and changes nothing on either
    side. Raises StoreError before the first call for what the person may not edit, TrackerError where ServiceNow
    fails for all.
    """
    refuse_unless_allowed(actor, entries)
    mark = store_mark(store)
    person = cache(api.person)  # of this push
    for entry in entries:
        wanted = record_of(entry, actor.profile, mark)
        if assignee := person(words.mail(entry, actor.profile)):
            wanted["assigned_to"] = assignee
        try:
            done = _brought(api, entry, wanted, dry_run=dry_run)
        except RecordError as error:
            done = Pushed(entry.id, "refused", error=error)
        if not dry_run and done.key and not entry.fields.get("external_key"):
            done = _noted(store, actor, entry, done)
        yield done


def differences(store: Store, profile: Profile, api: TableApi) -> list[Difference]:
    """Return where state or assignee of our records are not what the log says, by entry; nothing is changed.

    Records that have one id together, or the id of no entry, are among them. Raises StoreError, TrackerError.
    """
    start = prefix(store_mark(store))
    records: dict[str, list[Record]] = defaultdict(list)
    for record in api.records(f"correlation_idSTARTSWITH{start}", ("state", _MAIL)):
        id_ = record.get("correlation_id", "")
        if not id_.startswith(start):
            what = f"table {api.table} does not search by correlation_id: it gave other records"
            raise TrackerError(what, where=key_of(record), todo=f"set {PREFIX}TABLE to a task table")
        records[id_].append(record)
    entries = {entry.id: entry for entry in items(store, type="issue")}
    found = [
        difference
        for id_, same in records.items()
        for difference in _differences(entries.get(id_.partition("-")[2]), same, profile)
    ]
    return sorted(found, key=lambda one: (one.id, one.key, one.what))


def _brought(api: TableApi, entry: Entry, wanted: Record, *, dry_run: bool) -> Pushed:
    record = _record_there(api, entry, wanted)
    if record is None:
        key = "" if dry_run else key_of(api.create(wanted))
        return Pushed(entry.id, "created", key, tuple(wanted))
    changed = {
        name: value
        for name, value in wanted.items()
        if name in record and name not in ONCE and _plain(record[name]) != _plain(value)
    }
    if changed and not dry_run:
        api.update(record["sys_id"], changed)
    return Pushed(entry.id, "updated" if changed else "unchanged", key_of(record), tuple(changed))


def _noted(store: Store, actor: Actor, entry: Entry, done: Pushed) -> Pushed:
    """Note the key, unless another one stands there by now: a person's, or that of a push at the same moment."""
    try:
        held = item(store, entry.id).fields.get("external_key", "")
        if held in ("", done.key):
            edit(store, replace(actor, source=SOURCE), entry.id, {"external_key": done.key})
            return done
    except StoreError as error:
        return replace(done, error=error)
    what = f"its record is {done.key}, but the external key {held} was noted meanwhile"
    todo = "look at both records: one of them is not needed"
    return replace(done, error=RecordError(what, where=entry.id, todo=todo))


def _record_there(api: TableApi, entry: Entry, wanted: Record) -> Record | None:
    """The record of the entry: by its correlation id, else the one whose key somebody noted."""
    fields = list(wanted)
    found = api.find(wanted["correlation_id"], fields)
    key = entry.fields.get("external_key", "")
    if found is not None or not key:
        return found
    named = api.named(key, fields)
    if named is None:
        what = f"its external key {key} names no record of table {api.table}"
        todo = f"correct it, or clear it to make a new record: harness raid edit {entry.id} --set external_key="
        raise RecordError(what, where=entry.id, todo=todo)
    if "correlation_id" not in named or named["correlation_id"]:
        what = f"record {key} has the correlation id {named.get('correlation_id') or '(no such field)'}"
        raise RecordError(what, where=entry.id, todo="note another external key: this record is somebody else's")
    return named


def _differences(entry: Entry | None, same: Sequence[Record], profile: Profile) -> Iterator[Difference]:
    keys = ", ".join(sorted(map(key_of, same)))
    if entry is None or len(same) > 1:
        here = "one entry" if entry else "no entry"
        yield Difference(
            entry.id if entry else "", keys, "record", here, f"{len(same)} with {same[0]['correlation_id']}"
        )
        return
    (record,) = same
    state = record.get("state")
    if state is not None and state != STATES[entry.status]:
        yield Difference(entry.id, keys, "state", entry.status, STATE_TEXT.get(state, state))
    here, there = words.mail(entry, profile), record.get(_MAIL)
    if there is not None and here.casefold() != there.casefold():
        yield Difference(entry.id, keys, "assignee", here or entry.owner, there)


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()
