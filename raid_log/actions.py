"""What people do with entries of the RAID log: one function per row of the tables of states. All or nothing each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from contracts.results import BLOCKING, SEVERITIES
from raid_log.aliases import end_of_merges
from raid_log.changes import Change, changing, needed
from raid_log.clock import LATE_AT, end_of
from raid_log.defects import larger
from raid_log.errors import StoreError
from raid_log.events import ABSORBED, EDITED, EventLog, item_id, item_number
from raid_log.fields import FIELDS, LONGEST_TITLE, checked, day, missing, written
from raid_log.items import Entry, Item, current_item, read_entries, read_item
from raid_log.reopening import kind_of_edition
from raid_log.roles import Actor, listed, second_person
from raid_log.sla import due_day
from raid_log.states import OPEN, Standing
from raid_log.store import Store
from raid_log.tables import Fingerprint, OccurrenceRow, Run

_DECIDERS = frozenset({"approver", "sponsor"})
_LOWERERS = frozenset({"triager", "approver", "sponsor"})
_NONE: Mapping[str, str] = MappingProxyType({})
_OCCURRENCES = OccurrenceRow.metadata.tables[OccurrenceRow.__tablename__]


def add(store: Store, actor: Actor, type: str, title: str, values: Mapping[str, str]) -> Item:
    """Add an entry by hand and return it. ``values``: the fields of its type (``FIELDS``) as text.

    Raises StoreError for a type, field or value that does not exist, for a needed field that is blank, and for
    somebody who is not listed.
    """
    with store.writing() as connection:
        log = EventLog(connection)
        number = add_entry(log, actor, type, title, values)
        log.close()
        return read_item(connection, item_id(number), actor.at)


def edit(
    store: Store, actor: Actor, id: str, values: Mapping[str, str], *, reason: str = "", second: str = "",
    version: int | None = None,
) -> Item:  # fmt: skip
    """Change fields of an entry; its state stays. "" clears a field. What is as it was is no event.

    A lower severity needs a reason, and a second person below the floor of the rule. ``version`` is the entry's as it
    was read: refused if somebody has changed it since. Raises StoreError.
    """
    with changing(store, actor, id) as change:
        change.refuse_if_changed(version)
        edit_entry(change, values, reason=reason, second=second)
    return change.after()


def triage(
    store: Store, actor: Actor, id: str, *, severity: str = "", root_cause: str = "", owner: str = "",
    reason: str = "", second: str = "",
) -> Item:  # fmt: skip
    """Judge a new defect: severity, class of the root cause, owner, each where it is given. Raises StoreError."""
    given = {"severity": severity, "root_cause": root_cause, "owner": owner}
    with changing(store, actor, id) as change:
        triage_defect(change, {name: value for name, value in given.items() if value}, reason=reason, second=second)
    return change.after()


def assign(store: Store, actor: Actor, id: str, owner: str, *, due: str = "") -> Item:
    """Give a defect to its owner, to be mended until ``due`` (default: the working days of its severity)."""
    with changing(store, actor, id) as change:
        assign_defect(change, owner, due=due)
    return change.after()


def fix(store: Store, actor: Actor, id: str, *, reference: str, fixed_in: str) -> Item:
    """Say that a defect is mended: where (a change, a request) and from which release or contract version on."""
    with changing(store, actor, id) as change:
        fix_defect(change, reference=reference, fixed_in=fixed_in)
    return change.after()


def verify(store: Store, actor: Actor, id: str, *, run: str) -> Item:
    """Confirm by a recorded run that a fixed defect is gone; never by the person who set it fixed.

    Raises StoreError for a run that shows the defect, too.
    """
    with changing(store, actor, id) as change:
        change.refuse_unless_allowed("verified")
        fixers = [event.by for event in change.item.history if event.kind == "fixed"]
        if fixers and fixers[-1] == actor.id:
            raise StoreError(f"{actor.id} set {change.item.id} fixed", todo="another triager verifies it")
        runs = _recorded(change.connection, run)
        if any(one.run == run for one in change.item.occurrences):
            raise StoreError(f"{change.item.id} occurs in run {run}", todo="name a run in which it is gone")
        change.apply("verified", {"runs": runs})
    return change.after()


def reject(store: Store, actor: Actor, id: str, *, reason: str, second: str = "") -> Item:
    """Say why it is no defect. One that is critical or significant needs an approver as the second person."""
    reason = needed(reason, "the reason")
    with changing(store, actor, id) as change:
        change.refuse_unless_allowed("rejected")
        severity = change.item.severity
        noted = {}
        if severity in BLOCKING:
            what = f"to reject a {severity} defect"
            noted["second"] = second_person(actor.profile, second, actor.id, _DECIDERS, what)
        change.apply("rejected", noted, reason)
    return change.after()


def reopen(store: Store, actor: Actor, id: str, *, reason: str, run: str = "", dry_run: bool = False) -> Item:
    """Open an ended entry again; a defect needs the run that shows it. A merged one gets its fingerprints back.

    What occurred while it was merged stays with the other one. ``dry_run`` changes nothing and returns what the entry
    would become.
    """
    reason = needed(reason, "the reason")
    with changing(store, actor, id) as change:
        change.refuse_unless_allowed("reopened")
        detail = {"run": _recorded(change.connection, run)} if change.item.type == "issue" else {}
        change.dry = dry_run
        if change.item.status == "duplicate":
            _give_back(change)
        change.apply("reopened", detail, reason)
    return change.after()


@dataclass(frozen=True)
class Merge:
    """What a merge moves from one defect to the other."""

    source: str
    target: str
    fingerprints: tuple[str, ...]
    occurrences: int
    severity: str  # of the target afterwards: the higher one


def merge(store: Store, actor: Actor, source: str, target: str, *, dry_run: bool = False) -> Merge:
    """Book a defect on another one from now on: fingerprints and occurrences move, ``source`` becomes a duplicate.

    ``dry_run`` changes nothing and tells what would move. Raises StoreError.
    """
    with changing(store, actor, source) as change:
        change.refuse_unless_allowed("merged")
        change.dry = dry_run
        connection = change.connection
        into = current_item(connection, target, actor.at)
        if into.type != "issue" or into.status not in OPEN or into.id == change.item.id:
            # On one that is rejected or waived an open defect would vanish without the person who decides that.
            raise StoreError(
                f"{change.item.id} cannot be merged into {into.id}",
                f"{into.id} is {into.status}",
                "name another defect, an open one",
            )
        severity = min(change.item.severity, into.severity, key=SEVERITIES.index)
        marks = change.item.fingerprints
        done = Merge(change.item.id, into.id, marks, len(change.item.occurrences), severity)
        change.apply("merged", {"into": into.id, "fingerprints": " ".join(marks)})
        author = actor.editor(into.standing, reason=f"{change.item.id} was merged into it")
        change.log.note(into.number, ABSORBED, into.status, author, {"from": change.item.id})
        if severity != into.severity:
            change.log.grade(into.number, into.status, severity, author)
        _move(connection, change.number, into.number)
    return done


def close(
    store: Store, actor: Actor, id: str, *, reason: str, confirmed: bool | None = None, opens: str = "",
    values: Mapping[str, str] | None = None,
) -> tuple[Item, Item | None]:  # fmt: skip
    """End a risk, an assumption (``confirmed`` or not) or a dependency (delivered); never a defect.

    An assumption that is false opens a risk or issue (``opens``) with ``values`` for its fields, which is returned as
    the second item. ``values`` of a risk are its residual probability and impact. Raises StoreError.
    """
    reason = needed(reason, "the reason")
    values = values or {}
    opened = None
    with changing(store, actor, id) as change:
        type_ = change.item.type
        if type_ == "issue":
            raise StoreError(
                f"{change.item.id} is an issue, and issues are not closed",
                todo="fix, verify, reject, merge or waive it",
            )
        if (type_ == "assumption") is (confirmed is None):
            raise StoreError(
                "an assumption is confirmed or false, nothing else is",
                change.item.id,
                "say --confirmed or --false for an assumption alone",
            )
        if type_ == "assumption":
            if (opens in ("risk", "issue")) is bool(confirmed):
                raise StoreError(
                    "an assumption that is false opens a risk or an issue",
                    change.item.id,
                    "say --false --opens risk or --opens issue",
                )
            change.apply("confirmed" if confirmed else "false", {}, reason)
            if not confirmed:
                opened = _follow_up(change, opens, values)
        else:
            change.apply({"risk": "closed", "dependency": "delivered"}[type_], _kept(type_, values, actor), reason)
    return change.after(), opened


def move(store: Store, actor: Actor, id: str, state: str, *, reason: str = "") -> Item:
    """Say that a dependency is ``at_risk`` or ``on_track`` again. Raises StoreError."""
    with changing(store, actor, id) as change:
        change.apply(state, {}, reason)
    return change.after()


# what the actions are made of: the same steps in a transaction that takes more than one


def add_entry(
    log: EventLog, actor: Actor, type: str, title: str, values: Mapping[str, str], *, noted: Mapping[str, str] = _NONE
) -> int:
    """Add an entry as ``add`` does and return its number; ``noted`` goes into its first event besides the fields."""
    if type not in FIELDS:
        raise StoreError(f"{type!r} is no type of entry", todo=f"use one of {', '.join(FIELDS)}")
    title = written(needed(title, "the title"), "the title", most=LONGEST_TITLE, lines=False)
    fields = _whole(type, values, actor)
    interfaces = fields.get("interfaces", "").split()
    return log.open_item(
        type, actor.author(type, Standing(), "opened"), {**fields, **noted}, title=title,
        statement=fields.get("statement", ""), interface=interfaces[0] if len(interfaces) == 1 else "",
    )  # fmt: skip


def edit_entry(change: Change, values: Mapping[str, str], *, reason: str = "", second: str = "") -> None:
    """Change fields as ``edit`` does: all of them, or none with a StoreError."""
    entry, actor = change.entry, change.actor
    held = {"statement": entry.statement, **entry.fields}
    kept = _kept(entry.type, values, actor)
    fields = {name: value for name, value in kept.items() if value != held.get(name, "")}
    severity = fields.pop("severity", "")
    author = actor.editor(change.standing, reason=reason)
    if severity:
        change.log.grade(
            change.number, entry.status, severity, author, **_graded(entry, actor, severity, reason, second)
        )
    if fields:
        change.log.note(change.number, EDITED, entry.status, author, fields)


def triage_defect(change: Change, values: Mapping[str, str], *, reason: str = "", second: str = "") -> None:
    """Judge a new defect as ``triage`` does."""
    fields = checked("issue", values, change.actor.profile)
    severity = fields.get("severity", "")
    noted = _graded(change.entry, change.actor, severity, reason, second) if severity else {}
    change.apply("triaged", {**fields, **noted}, reason)


def assign_defect(change: Change, owner: str, *, due: str = "") -> None:
    """Give a defect to its owner as ``assign`` does."""
    actor = change.actor
    listed(actor.profile, owner)
    today = actor.at.astimezone(actor.profile.time_zone).date()
    until = day(due, "due") if due else due_day(change.entry.severity or "minor", today)
    change.apply("assigned", {"owner": owner, "due": until.isoformat()}, owner=owner)


def fix_defect(change: Change, *, reference: str, fixed_in: str) -> None:
    """Say that a defect is mended as ``fix`` does."""
    detail = {"fix": needed(reference, "the reference"), "fixed_in": needed(fixed_in, "the release or version")}
    if kind_of_edition(detail["fixed_in"]) is None:
        raise StoreError(f"{fixed_in!r} is neither release nor contract version", todo="write 26C or 1.2.0")
    change.apply("fixed", detail)


def _kept(type_: str, values: Mapping[str, str], actor: Actor) -> dict[str, str]:
    """The values as they are noted; with a promised day the moment at which it is over."""
    fields = checked(type_, values, actor.profile)
    if "promised_on" in fields:
        fields[LATE_AT] = _late_at(fields["promised_on"], actor.profile.time_zone)
    return fields


def _whole(type_: str, values: Mapping[str, str], actor: Actor) -> dict[str, str]:
    """The filled fields of an entry to be added. Raises StoreError if one that it needs is missing."""
    fields = _kept(type_, values, actor)
    if blank := missing(type_, fields):
        raise StoreError(f"type {type_} needs {', '.join(blank)}", todo=f"say --set {blank[0]}=...")
    return {name: value for name, value in fields.items() if value}


def _late_at(promised: str, zone: ZoneInfo) -> str:
    return end_of(day(promised, "promised_on"), zone) if promised else ""


def _recorded(connection: Connection, run: str) -> str:
    if not connection.execute(select(Run.id).where(Run.id == run)).first():
        raise StoreError(
            f"no run {run!r} is recorded",
            todo="say --run with an id that `harness raid history` or `harness run --json` tells",
        )
    return run


def _graded(item: Entry, actor: Actor, severity: str, reason: str, second: str) -> dict[str, str]:
    """Refuse a lower severity without a reason, and one below the rule's floor without a second person."""
    if not item.severity or SEVERITIES.index(severity) <= SEVERITIES.index(item.severity):
        return {}
    needed(reason, "the reason for a lower severity")
    if item.floor and SEVERITIES.index(severity) > SEVERITIES.index(item.floor):
        what = f"a severity below the rule's own ({item.floor})"
        return {"second": second_person(actor.profile, second, actor.id, _LOWERERS, what)}
    return {}


def _move(connection: Connection, source: int, target: int) -> None:
    """Fingerprints and occurrences; what both have of one submission at one stage becomes one occurrence."""
    connection.execute(update(Fingerprint).where(Fingerprint.item == source).values(item=target))
    columns = [column.name for column in _OCCURRENCES.columns if column.name != "item"]
    query = select(_OCCURRENCES).where(_OCCURRENCES.c.item.in_([source, target]))
    largest: dict[tuple[object, ...], RowMapping] = {}
    for row in connection.execute(query).mappings():
        key = (row["submission"], row["stage"], row["comparison"])
        largest[key] = larger(largest.get(key, row), row)
    connection.execute(delete(OccurrenceRow).where(OccurrenceRow.item.in_([source, target])))
    if largest:
        rows = [{"item": target, **{name: row[name] for name in columns}} for row in largest.values()]
        connection.execute(insert(OccurrenceRow), rows)


def _give_back(change: Change) -> None:
    """The fingerprints that the last merge took along name their own defect again.

    Those alone that are still where the merges led: a defect that was merged before and opened again keeps its own.
    """
    merged = [event for event in change.item.history if event.kind == "merged"][-1]
    marks = merged.detail.get("fingerprints", "").split()
    defects = {one.id: one for one in read_entries(change.connection, type="issue")}
    holder = item_number(end_of_merges(change.entry, defects))
    own = update(Fingerprint).where(Fingerprint.fingerprint.in_(marks), Fingerprint.item == holder)
    change.connection.execute(own.values(item=change.number))


def _follow_up(change: Change, type_: str, values: Mapping[str, str]) -> Item:
    """The risk or issue that a false assumption opens."""
    actor = change.actor
    fields = _whole(type_, {"statement": change.item.statement, **values}, actor)
    author = actor.author(type_, Standing(), "opened", reason=f"{change.item.id} is false")
    number = change.log.open_item(
        type_, author, fields | {"links": change.item.id}, title=change.item.title, statement=change.item.statement,
        interface=change.item.interface, contract=change.item.contract,
    )  # fmt: skip
    return read_item(change.connection, item_id(number), actor.at)
