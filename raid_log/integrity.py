"""Whether a store can be trusted: what its rows promise each other, looked up again."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Integer,
    Table,
    and_,
    case,
    cast,
    func,
    or_,
    select,
    text,
)

from raid_log.aliases import differences
from raid_log.closing import weeks_differing
from raid_log.columns import Instant, Money
from raid_log.database import connect, explained, read_revision, revisions
from raid_log.errors import StoreError
from raid_log.events import MACHINE, Event, broken_link, event_of, item_id
from raid_log.outcomes import REFUSED
from raid_log.states import TRANSITIONS, Standing, fold, resulting
from raid_log.store import Store
from raid_log.tables import AnswerRow, Base, EventRow, Head, ItemRow, SubmissionRow, UnitAttempt

_BLOCK = 5_000  # rows in memory at a time
_WAIT_SECONDS = 10.0
_RESTORE = "restore the store from a backup made before"
_UNITS = UnitAttempt.metadata.tables[UnitAttempt.__tablename__]


@dataclass(frozen=True)
class Fault:
    """Something in a store that no version of the harness writes: what it is, where, and what to do."""

    what: str
    where: str
    todo: str


def check(store_url: str) -> list[Fault]:
    """Return the faults of a store, all in one snapshot; empty if it is sound. Nothing is written.

    Raises StoreError if there is no store, if it is of another revision, or if the database cannot read it.
    """
    with existing(store_url) as store, store.reading() as connection:
        found = stored_revision(connection, store.where)
        if found != revisions()[-1]:
            raise StoreError(f"the store is of revision {found}", store.where, "run `harness store upgrade` first")
        if damaged := list(_pages(connection)):
            return damaged  # what stands on such pages cannot be relied on, or not even read
        return [fault for look in _LOOKS for fault in _looked(look, connection, store.where)]


def revision(store_url: str) -> str | None:
    """Return the revision of a store's schema, None if there is no store yet. Raises StoreError."""
    engine = connect(store_url, _WAIT_SECONDS)
    try:
        if _missing(engine.dialect.name, engine.url.database):
            return None
        with explained(engine.url), engine.connect() as connection:
            return read_revision(connection)
    finally:
        engine.dispose()


def existing(store_url: str) -> Store:
    """Return the store as it stands: neither made nor upgraded. Raises StoreError if its file is missing."""
    engine = connect(store_url, _WAIT_SECONDS)
    if _missing(engine.dialect.name, engine.url.database):
        where = engine.url.render_as_string(hide_password=True)
        raise StoreError("there is no store", where, "name the workspace or the store that you mean")
    return Store(engine)


def _missing(dialect: str, database: str | None) -> bool:
    """Whether an SQLite file is not there: opening it would make it."""
    named = dialect == "sqlite" and database and database != ":memory:" and not database.startswith("file:")
    return bool(named) and not Path(database or "").is_file()


def stored_revision(connection: Connection, where: str) -> str:
    """Return the revision of the store. Raises StoreError if there is no store, or one of a newer version."""
    found = read_revision(connection)
    if found is None:
        raise StoreError("the database holds no store", where, "name the store that you mean")
    if found not in revisions():
        raise StoreError(
            f"the store was written by a newer version (revision {found})", where, "install the newest harness"
        )
    return found


def _looked(look: Callable[[Connection], Iterable[Fault]], connection: Connection, where: str) -> list[Fault]:
    """What one look finds; a value of the wrong kind, written by hand, ends it as a fault of its own."""
    try:
        return list(look(connection))
    except (ValueError, TypeError, ArithmeticError, AttributeError) as error:
        return [Fault(f"a value cannot be read: {error}", where, _RESTORE)]


def _pages(connection: Connection) -> Iterator[Fault]:
    """SQLite's own look at its file; a server looks after its files itself."""
    if connection.dialect.name != "sqlite":
        return
    for line in connection.execute(text("PRAGMA integrity_check")).scalars():
        if line != "ok":
            yield Fault(f"the file is damaged: {line}", "PRAGMA integrity_check", _RESTORE)


def _chain(connection: Connection) -> Iterator[Fault]:
    if connection.execute(select(Head.id)).all() != [(1,)]:
        yield Fault("the row of the numbers last given is missing or doubled", "table head", _RESTORE)
        return
    number = broken_link(connection)
    if number is not None:
        yield Fault("the chain breaks: changed, added or cut off by hand", f"event {number}", _RESTORE)


def _head(connection: Connection) -> Iterator[Fault]:
    """Every number up to the last one given belongs to a row."""
    given = connection.execute(select(Head.event, Head.item).where(Head.id == 1)).first() or (0, 0)
    for table, number, last in (("event", EventRow.number, given[0]), ("item", ItemRow.number, given[1])):
        rows, highest = connection.execute(select(func.count(), func.coalesce(func.max(number), 0))).one()
        if not rows == highest == last:
            what = f"{rows:,} rows up to number {highest:,}, but the last number given is {last:,}"
            yield Fault(what, f"table {table}", _RESTORE)


def _references(connection: Connection) -> Iterator[Fault]:
    for child in Base.metadata.sorted_tables:
        for key in sorted(child.foreign_keys, key=lambda one: one.parent.name):
            lost, first = connection.execute(_lost(child, key.parent, key.column)).one()
            if lost:
                what = f"{lost:,} rows name a {key.column.table.name} that is not there, the first one {first}"
                yield Fault(what, f"{child.name}.{key.parent.name}", _RESTORE)


def _lost(child: Table, column: Column[Any], target: Column[Any]) -> Any:
    joined = child.outerjoin(target.table, column == target)
    orphan = and_(column.is_not(None), target.is_(None))
    return select(func.count(), func.min(column)).select_from(joined).where(orphan)


def _histories(connection: Connection) -> Iterator[Fault]:
    """Every item was opened, and went on by rows of its table alone."""
    query = (
        select(ItemRow.number.label("of"), ItemRow.type, EventRow.__table__)
        .outerjoin(EventRow, EventRow.item == ItemRow.number)
        .order_by(ItemRow.number, EventRow.number)
        .execution_options(yield_per=_BLOCK)
    )
    with connection.execute(query) as rows:
        for (number, type_), own in groupby(rows.mappings(), key=lambda row: (row["of"], row["type"])):
            if type_ not in TRANSITIONS:
                yield Fault(f"{type_!r} is no type of item", item_id(number), _RESTORE)
            else:
                yield from _history(number, type_, [event_of(row) for row in own if row["kind"] is not None])


def _history(item: int, type_: str, events: list[Event]) -> Iterator[Fault]:
    if not events or events[0].kind != "opened":
        yield Fault("no event opens it", item_id(item), _RESTORE)
        return
    status = ""
    for place, event in enumerate(events):
        where = f"{item_id(item)}, event {event.number}"
        # Only the end of a waiver asks for more of the past than the state that it left.
        before = fold(events[:place]) if status == "waived" else Standing(status)
        if event.before != status:
            yield Fault(f"{event.kind!r} starts from {event.before!r}, but the item was {status!r}", where, _RESTORE)
            return
        try:
            after = _after(type_, before, event)
        except StoreError as error:
            yield Fault(f"no such step: {error.what}", where, _RESTORE)
            return
        if event.after != after:
            yield Fault(f"{event.kind!r} leads to {after!r}, but {event.after!r} is written", where, _RESTORE)
            return
        status = event.after


def _after(type_: str, before: Standing, event: Event) -> str:
    """The state after the event; one of a kind that the table does not have is a note, which leaves it alone."""
    if event.kind not in {row.kind for row in TRANSITIONS[type_]}:
        return before.status
    return resulting(type_, before, event.kind, event.role)


def _attempts(connection: Connection) -> Iterator[Fault]:
    """Numbers run from 1 without gaps in the order of submission; what uses up no number has none."""
    counted = and_(SubmissionRow.negative.is_(False), SubmissionRow.evidence_class != "generated")
    checked = (SubmissionRow.interface, SubmissionRow.cycle)
    sent = (*checked, SubmissionRow.evidence_class, SubmissionRow.environment)
    was_sent = and_(counted, SubmissionRow.evidence_class != "conformance")
    for name, scope, numbered in (("check_attempt", checked, counted), ("send_attempt", sent, was_sent)):
        for *where, wrong, first in connection.execute(_misnumbered(name, scope, numbered)):
            place = ", ".join(value for value in where if value)
            what = f"{wrong:,} units have a wrong {name}, the first in submission number {first}"
            yield Fault(what, f"unit_attempt of {place}", _RESTORE)


def _misnumbered(name: str, scope: tuple[Any, ...], numbered: ColumnElement[bool]) -> Any:
    uses = case((numbered, 1), else_=0).label("uses")
    place = (SubmissionRow.submitted_at, SubmissionRow.number, UnitAttempt.position)
    number = func.row_number().over(partition_by=[*scope, uses, UnitAttempt.key_hash], order_by=place)
    units = (
        select(*scope, UnitAttempt.submission, uses, _UNITS.c[name].label("held"), number.label("due"))
        .join(SubmissionRow, SubmissionRow.number == UnitAttempt.submission)
        .subquery()
    )
    due = case((units.c.uses == 1, units.c.due))
    groups = [units.c[column.key] for column in scope]
    query = select(*groups, func.count(), func.min(units.c.submission)).where(units.c.held.is_distinct_from(due))
    return query.group_by(*groups).order_by(*groups)


def _counts(connection: Connection) -> Iterator[Fault]:
    """A submission says how many units it has and how many conform."""
    good = func.coalesce(func.sum(cast(UnitAttempt.conforms, Integer)), 0)
    query = (
        select(SubmissionRow.id)
        .outerjoin(UnitAttempt, UnitAttempt.submission == SubmissionRow.number)
        .group_by(SubmissionRow.number, SubmissionRow.id, SubmissionRow.units, SubmissionRow.conforming)
        .having(or_(SubmissionRow.units != func.count(UnitAttempt.position), SubmissionRow.conforming != good))
        .order_by(SubmissionRow.number)
    )
    for identity in connection.execute(query).scalars():
        yield Fault("its units are not as many as it says, or not as many conform", f"submission {identity}", _RESTORE)


def _outcomes(connection: Connection) -> Iterator[Fault]:
    """Reasons stand with refused units alone, and one is excluded from the rates if all of its reasons say so."""
    unit = (AnswerRow.submission, AnswerRow.position)
    said = select(*unit, func.max(case((AnswerRow.counts.is_(True), 1), else_=0)).label("counts")).group_by(*unit)
    reasons = said.subquery()
    refused = and_(UnitAttempt.outcome.is_not(None), UnitAttempt.outcome.in_(REFUSED))
    due = case((and_(refused, reasons.c.counts == 0), 1), else_=0)
    held = case((UnitAttempt.excluded.is_(True), 1), else_=0)
    same = and_(reasons.c.submission == UnitAttempt.submission, reasons.c.position == UnitAttempt.position)
    wrong, first = connection.execute(
        select(func.count(), func.min(UnitAttempt.submission))
        .outerjoin(reasons, same)
        .where(or_(held != due, and_(reasons.c.submission.is_not(None), case((refused, 1), else_=0) == 0)))
    ).one()
    if wrong:
        what = f"{wrong:,} units have an outcome that their reasons do not bear out, the first in submission {first}"
        yield Fault(what, "table unit_attempt", _RESTORE)


def _fingerprints(connection: Connection) -> Iterator[Fault]:
    for one in differences(connection):
        what = f"a fingerprint of it is booked on {one.held or 'no defect'}"
        yield Fault(what, one.right, "run `harness raid recompute`; what it is known by may have been changed")


def _floors(connection: Connection) -> Iterator[Fault]:
    """The severity of its rule, with which a defect was opened, is the one below which no person alone lowers it."""
    opened = (
        select(ItemRow.number, ItemRow.detail, EventRow.detail.label("noted"))
        .join(EventRow, EventRow.item == ItemRow.number)
        .where(ItemRow.type == "issue", EventRow.kind == "opened", ItemRow.contract != "", ItemRow.cause != "")
        .where(EventRow.by == MACHINE, EventRow.source != "taas")
        .order_by(ItemRow.number)
    )
    for row in connection.execute(opened):
        due, held = json.loads(row.noted).get("severity", ""), json.loads(row.detail).get("floor", "")
        if held != due:
            yield Fault(f"its rule is {due}, but {held or 'nothing'!s} is its floor", item_id(row.number), _RESTORE)


def _values(connection: Connection) -> Iterator[Fault]:
    """Moments and amounts, which SQLite keeps as texts: one that is none would end every command that reads it."""
    if connection.dialect.name != "sqlite":
        return
    for table in Base.metadata.sorted_tables:
        columns = [column for column in table.columns if isinstance(column.type, (Instant, Money))]
        try:
            if columns:
                deque(connection.execute(select(*columns).execution_options(yield_per=_BLOCK)), maxlen=0)
        except (ValueError, ArithmeticError, TypeError) as error:
            yield Fault(f"a value cannot be read: {error}", f"table {table.name}", _RESTORE)


def _closed_weeks(connection: Connection) -> Iterator[Fault]:
    for name in weeks_differing(connection):
        yield Fault("the closed week is not as it was written", f"table closed_week, {name}", _RESTORE)


_LOOKS = (
    _chain,
    _head,
    _references,
    _histories,
    _attempts,
    _counts,
    _outcomes,
    _fingerprints,
    _floors,
    _values,
    _closed_weeks,
)
