"""Waivers as files, ``waivers/*.yaml`` of the workspace: the review in git approves, here they are put in force."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import Connection, select

from raid_log.changes import Change
from raid_log.clock import catch_up
from raid_log.errors import StoreError
from raid_log.events import EventLog, item_id, item_number
from raid_log.fields import day, written
from raid_log.roles import Actor, listed
from raid_log.states import OPEN
from raid_log.store import Store
from raid_log.tables import EventRow
from raid_log.waivers import LONGEST_DAYS, Waiver, grant, refuse_unwritten

KEYS = {
    "id", "defects", "reason", "workaround", "control", "requested_by", "approved_by", "approved_on", "until",
    "evidence",
}  # fmt: skip
_OPTIONAL = {"evidence"}
_MOST_BYTES = 65_536


@dataclass(frozen=True)
class WaiverFile:
    """A file as it was read. ``digest`` shows later that it was not changed."""

    path: str
    defects: tuple[str, ...]
    waiver: Waiver
    requested_by: str
    approved_by: str
    approved_on: str
    digest: str


@dataclass(frozen=True)
class Applied:
    """What a waiver file did. ``waived`` is empty where it was in force already."""

    path: str
    id: str
    waived: tuple[str, ...]


def read_waiver(path: Path) -> WaiverFile:
    """Return the waiver of a file. Raises StoreError for a file that cannot be read, or that is not whole."""
    try:
        data = path.read_bytes()
        if len(data) > _MOST_BYTES:
            raise StoreError(f"{len(data):,} bytes are no waiver", str(path), "one waiver per file")
        values = yaml.load(data.decode("utf-8"), Loader=_Texts)  # noqa: S506 - makes text alone
    except RecursionError as error:
        raise StoreError("the waiver is nested too deep", str(path), "correct the file") from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        said = str(error).splitlines()[0]
        raise StoreError(f"the waiver cannot be read: {said}", str(path), "correct the file") from error
    _refuse_unfit(values, path)
    named = {name: values.get(name, "").strip() for name in KEYS - {"defects"}}
    waiver = Waiver(
        reason=named["reason"], workaround=named["workaround"], control=named["control"], until=named["until"],
        evidence=named["evidence"], id=named["id"],
    )  # fmt: skip
    return WaiverFile(
        str(path), tuple(values["defects"]), waiver, named["requested_by"], named["approved_by"], named["approved_on"],
        hashlib.sha256(data).hexdigest(),
    )  # fmt: skip


class _Texts(yaml.BaseLoader):
    """Reads text alone, and each key once: of two a reviewer sees one, and the other would count."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Return the mapping. Raises YAMLError for a key that stands twice."""
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        if twice := sorted({key for key in keys if keys.count(key) > 1}):
            raise yaml.YAMLError(f"{', '.join(twice)} stands twice")
        return super().construct_mapping(node, deep)


def _refuse_unfit(values: Any, path: Path) -> None:
    if not isinstance(values, dict):
        raise StoreError("a waiver is a mapping", str(path), f"write {', '.join(sorted(KEYS))}")
    if unknown := sorted(set(values) - KEYS):
        raise StoreError(f"unknown: {', '.join(map(str, unknown))}", str(path), f"use {', '.join(sorted(KEYS))}")
    defects = values.get("defects")
    if not isinstance(defects, list) or not defects or not all(isinstance(one, str) for one in defects):
        raise StoreError("defects is no list of ids", str(path), "write defects: [RAID-0001]")
    texts = {name: values.get(name, "") for name in KEYS - {"defects"}}
    for name, value in sorted(texts.items()):
        if not isinstance(value, str) or (not value.strip() and name not in _OPTIONAL):
            raise StoreError(f"{name} is blank or no text", str(path), f"write {name}")


def apply_waiver(store: Store, file: WaiverFile, actor: Actor) -> Applied:
    """Put the file's waiver in force for all its defects, or for none; one that is in force already changes nothing.

    ``actor`` brings profile and moment; its person is the file's approver. Raises StoreError: expired, over 30 days,
    approver equal to requester or without the role, a file that was changed after it came into force.
    """
    signer = replace(actor, id=file.approved_by, source="file")
    with _naming(file), store.writing() as connection:
        listed(actor.profile, file.approved_by)
        listed(actor.profile, file.requested_by)
        written(file.waiver.id, "the id", lines=False)
        refuse_unwritten(file.waiver)
        _refuse_span(file, actor.at.astimezone(actor.profile.time_zone).date())
        log = EventLog(connection)
        catch_up(connection, log, actor.at)
        _refuse_changed(connection, file)
        ids = dict.fromkeys(item_id(item_number(id)) for id in file.defects)
        fresh = [change for id in ids if not _took_effect(change := Change(connection, log, signer, id), file)]
        detail = {**file.waiver.detail(), "file": file.digest, "approved_on": file.approved_on}
        for change in fresh:
            grant(change, detail, reason=file.waiver.reason, requested_by=file.requested_by)
        log.close()
    return Applied(file.path, file.waiver.id, tuple(change.item.id for change in fresh))


def _refuse_span(file: WaiverFile, today: date) -> None:
    """The 30 days run from the day of approval, not from the day on which the file is put in force."""
    approved, last = day(file.approved_on, "approved_on"), day(file.waiver.until, "until")
    if approved > today:
        raise StoreError(f"approved on {approved}, a day to come", todo="write the day of the approval")
    if not 0 <= (last - approved).days <= LONGEST_DAYS:
        raise StoreError(
            f"from {approved} to {last} is no span of at most {LONGEST_DAYS} days", todo="ask for a shorter one"
        )


@contextmanager
def _naming(file: WaiverFile) -> Iterator[None]:
    """Say of what is refused in which file it stands: many are put in force at once."""
    try:
        yield
    except StoreError as error:
        raise StoreError(error.what, ": ".join(filter(None, (file.path, error.where))), error.todo) from error


def _refuse_changed(connection: Connection, file: WaiverFile) -> None:
    """Raise StoreError if a waiver of this id came into force that said something else, be it of other defects."""
    signed = select(EventRow.detail).where(EventRow.kind == "waived", EventRow.source == "file")
    for noted in map(json.loads, connection.execute(signed).scalars()):
        if noted.get("waiver") == file.waiver.id and noted.get("file") != file.digest:
            raise StoreError(
                f"waiver {file.waiver.id} was changed after it came into force",
                todo="undo the change, write a new file with an id of its own",
            )


def _took_effect(change: Change, file: WaiverFile) -> bool:
    """Whether this very file waives the defect, or did until that was verified or decided otherwise.

    Raises StoreError if the waiver has ended and the defect is open again: nothing puts it in force twice.
    """
    past = [event for event in change.item.history if event.detail.get("file") == file.digest]
    if past and change.item.status in OPEN:
        raise StoreError(
            f"waiver {file.waiver.id} of {change.item.id} has ended", todo="write a new file with an id of its own"
        )
    return bool(past)
