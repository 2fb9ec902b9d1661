"""The three-way merge of an edited export: what it was (the store knows), what it is now, what the file says.

A cell that the file changed is taken where nobody else changed it. What two changed differently is a conflict, never
overwritten. Nothing is ever deleted, nothing approved.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection, func, select

from raid_log.actions import add_entry, assign_defect, edit_entry, fix_defect, triage_defect
from raid_log.changes import Change, needed
from raid_log.clock import at_moment, catch_up
from raid_log.columns import Instant
from raid_log.database import GENESIS
from raid_log.errors import StoreError
from raid_log.events import Event, EventLog, histories, item_id, item_number
from raid_log.exchange import (
    SETTABLE,
    WAIVER,
    WAIVER_TEXTS,
    Copy,
    Mark,
    Problem,
    Row,
    as_marked,
    cells,
    clean,
    columns,
    request_texts,
    waiver_cells,
)
from raid_log.fields import FIELDS, checked
from raid_log.items import Entry, read_entries
from raid_log.roles import Actor, listed
from raid_log.settling import is_mass_change
from raid_log.states import OPEN, REJECTION_ASKED, STATES, fold, row_of
from raid_log.store import Store
from raid_log.tables import EventRow, ItemRow
from raid_log.waivers import ASKED, Waiver, ask, pending

_IMPORTED = "imported"  # detail of the first event of an entry that a file brought: the row's fingerprint
_FORMULA = ("=", "+", "-", "@")
_KINDS = {"triaged": "triaged", "in_progress": "assigned", "fixed": "fixed"}
_GOES_WITH = {"in_progress": ("owner", "due"), "fixed": ("fix", "fixed_in")}
"""State -> the columns that are set together with it."""


@dataclass(frozen=True)
class Changed:
    """A cell that was taken."""

    id: str
    column: str
    before: str
    after: str


@dataclass(frozen=True)
class Conflict:
    """A cell that the file and somebody else changed, differently; the log keeps ``now``."""

    where: str
    id: str
    column: str
    base: str
    now: str
    file: str


@dataclass
class Imported:
    """What an import did, or with ``dry_run`` would do. ``requested``: (id, waiver or rejection)."""

    dry_run: bool
    added: list[str] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    requested: list[tuple[str, str]] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    refused: list[Problem] = field(default_factory=list)


def import_log(store: Store, actor: Actor, copy: Copy, *, dry_run: bool = False, checked: bool = False) -> Imported:
    """Merge an edited export into the log in one transaction and tell what became of it.

    The same file again changes nothing. ``checked``: many states may change at once. Raises StoreError, and changes
    nothing: somebody who is not listed, a file of another store, a mass change that was not checked.
    """
    listed(actor.profile, actor.id)
    with store.writing() as connection:
        _refuse_strange(connection, copy.mark)
        log = EventLog(connection)
        catch_up(connection, log, actor.at)
        merge = _Merge(connection, log, replace(actor, source=copy.source), copy)
        done = merge.done = Imported(dry_run, refused=list(copy.strange))
        edits = [edit for row in copy.rows if (edit := merge.compare(row))]
        if not checked:
            merge.refuse_mass(edits)
        for edit in edits:
            merge.take(edit)
        for row in copy.rows:
            if row.type == WAIVER:
                merge.ask(row)
            elif not row.text("id"):
                merge.add(row)
        if dry_run or not (done.added or done.changed or done.requested):
            connection.rollback()
        else:
            log.close()
    return done


def _refuse_strange(connection: Connection, mark: Mark) -> None:
    found = connection.execute(select(EventRow.hash).where(EventRow.number == mark.event)).scalar()
    if mark.hash != (found if mark.event else GENESIS):
        raise StoreError(
            "the file is an export of another store",
            f"event {mark.event}",
            "import it where it was exported, or export this store",
        )


@dataclass
class _Edit:
    """The cells of an entry's row that are to be taken, by column, and the columns that are not."""

    row: Row
    entry: Entry
    values: dict[str, str]
    left: set[str]

    @property
    def moves(self) -> bool:
        return self.entry.type == "issue" and self.values.get("status") in _KINDS


class _Merge:
    """One import at work."""

    def __init__(self, connection: Connection, log: EventLog, actor: Actor, copy: Copy) -> None:
        self.connection, self.log, self.actor, self.mark = connection, log, actor, copy.mark
        self.done = Imported(dry_run=False)
        self.now = {one.id: one for one in read_entries(connection, _noted(connection, actor.at)) if one.type in FIELDS}
        self.base = _base(connection, copy.mark, self.now)
        self.times = Counter(_identity(row) for row in copy.rows if row.type != WAIVER)
        self.asking = {
            _identity(row) for row in copy.rows if row.type == WAIVER and any(row.text(name) for name in WAIVER_TEXTS)
        }
        self.brought = _brought(connection, copy.mark)

    def refuse(self, where: str, what: str, todo: str = "") -> None:
        self.done.refused.append(Problem(where, what, todo))

    def tried(self, where: str, do: Callable[[], None]) -> bool:
        """Whether it was done; a refusal is noted with its place."""
        try:
            do()
        except StoreError as error:
            self.refuse(where, error.what, error.todo)
            return False
        return True

    def compare(self, row: Row) -> _Edit | None:
        """What the row changes; None for a new row, one that changes nothing, and one that is refused."""
        if row.type == WAIVER or not row.text("id"):
            return None
        id = _identity(row)
        if what := self._unfit(row, id):
            self.refuse(row.where, *what)
            return None
        entry, base, now = self.now[id], cells(self.base[id]), cells(self.now[id])
        edit = _Edit(row, entry, {}, set())
        for column in columns(row.type):
            name, text = column.name, row.text(column.name)
            if column.use != "edit" or name == "reason" or name not in row.cells:
                continue
            if not row.cells[name].formula and text in (base[name], now[name]):
                continue
            if row.cells[name].formula or text.startswith(_FORMULA):
                self.refuse(row.place(name), _formula(text), "write it as text that begins with a letter or number")
            elif now[name] != base[name]:
                self.done.conflicts.append(Conflict(row.place(name), id, name, base[name], now[name], text))
            elif name not in FIELDS[row.type] or self._takes(row, name, text):
                edit.values[name] = text
                continue
            edit.left.add(name)
        return edit if edit.values else None

    def _takes(self, row: Row, name: str, text: str) -> bool:
        def do() -> None:
            checked(row.type, {name: text}, self.actor.profile)

        return self.tried(row.place(name), do)

    def _unfit(self, row: Row, id: str) -> tuple[str, str] | None:
        """Why a row is refused as a whole."""
        anew = "take a new export, and leave grey cells alone"
        if id not in self.now:
            return f"the log has no entry {row.text('id')!r}", "leave the id of a new row blank"
        if self.now[id].type != row.type:
            return f"{id} is {_a(self.now[id].type)}, not {_a(row.type)}", "leave it in its own table"
        if self.times[id] > 1:
            return f"{id} stands {self.times[id]} times", "one row per entry"
        if id not in self.base or row.text("version") != str(self.base[id].version):
            return f"{id}: edited hidden columns, the version does not belong to this export", anew
        base, now = cells(self.base[id]), cells(self.now[id])
        for name in (column.name for column in columns(row.type) if column.use in ("fixed", "once")):
            if name in row.cells and (row.cells[name].formula or row.text(name) not in (base[name], now[name])):
                return f"{id}: {name} is not changed by a file", _advice(name)
        return None

    def refuse_mass(self, edits: list[_Edit]) -> None:
        """Raise StoreError where a slip in a column of states would move a large part of the log."""
        moving = sum(edit.moves for edit in edits)
        open_ = sum(entry.open for entry in self.now.values())
        if is_mass_change(moving, open_):
            raise StoreError(
                f"the file changes the state of {moving} entries, {open_} are open: nothing was changed",
                todo="look at it with --dry-run --yes-i-checked, then say --yes-i-checked",
            )

    def take(self, edit: _Edit) -> None:
        """Take the cells of one row: the state with what goes with it, the severity, the rest."""
        change = Change(self.connection, self.log, self.actor, edit.entry.id, edit.entry)
        rest = dict(edit.values)
        reason = self._reason(edit.row)
        if "status" in rest:
            self._move(change, edit, rest, reason)
        todo = "set the status too; what is fixed already keeps its own"
        for name in ("fix", "fixed_in"):
            if rest.pop(name, None) is not None:
                self.refuse(edit.row.place(name), f"{name} goes with the status fixed", todo)
        severity = {"severity": rest.pop("severity")} if "severity" in rest else {}
        for values in (severity, rest):
            if values:
                self._edit(change, edit, values, reason)

    def _reason(self, row: Row) -> str:
        """The row's reason; a formula is none, and refused."""
        text = row.text("reason")
        if text.startswith(_FORMULA) or ("reason" in row.cells and row.cells["reason"].formula):
            self.refuse(row.place("reason"), _formula(text), "write it as text")
            return ""
        return text

    def _edit(self, change: Change, edit: _Edit, values: dict[str, str], reason: str) -> None:
        where = edit.row.place(next(iter(values))) if len(values) == 1 else edit.row.where
        if self.tried(where, lambda: edit_entry(change, values, reason=reason)):
            self._note(change, edit, values)

    def _note(self, change: Change, edit: _Edit, values: Mapping[str, str]) -> None:
        was = cells(edit.entry)
        self.done.changed += [Changed(edit.entry.id, name, was[name], text) for name, text in values.items()]
        change.stepped()

    def _move(self, change: Change, edit: _Edit, rest: dict[str, str], reason: str) -> None:
        """Change the state as a command would; what goes with it is taken out of ``rest``."""
        state, where = rest.pop("status"), edit.row.place("status")
        if state == "rejected":
            self.tried(where, lambda: self._ask_rejection(change, reason))
            return
        if state == "waived" and edit.entry.id in self.asking:
            return  # its row in the table of waivers asks
        if state not in _KINDS:
            self.refuse(where, f"a file cannot set the state {state!r}", _state_advice(state))
            return
        along = {name: rest.pop(name) for name in _GOES_WITH.get(state, ()) if name in rest}
        if torn := edit.left & set(_GOES_WITH.get(state, ())):
            self.refuse(where, f"the state {state} needs {', '.join(sorted(torn))}, which was not taken")
            return
        value = {**cells(change.entry), **along}

        def do() -> None:
            if row_of("issue", change.standing, _KINDS[state]).after != state:
                raise StoreError(f"no file leads from {change.standing.status} to {state}", todo="use a command")
            if state == "triaged":
                triage_defect(change, {}, reason=reason)
            elif state == "fixed":
                fix_defect(change, reference=value["fix"], fixed_in=value["fixed_in"])
            else:
                assign_defect(change, needed(value["owner"], "the owner"), due=value["due"])

        if self.tried(where, do):
            self._note(change, edit, {"status": state, **along})

    def _ask_rejection(self, change: Change, reason: str) -> None:
        if change.item.status not in OPEN:
            raise StoreError(f"{change.item.id} is {change.item.status}", todo="only open defects are rejected")
        needed(reason, "the reason")
        if not any(one.kind == REJECTION_ASKED and one.reason == reason for one in self._since(change)):
            author = self.actor.reporter(reason=reason)
            self.log.note(change.number, REJECTION_ASKED, change.item.status, author, {})
            self.done.requested.append((change.item.id, "rejection"))
            change.stepped()

    def _since(self, change: Change) -> list[Event]:
        return [event for event in change.item.history if event.number > self.mark.event]

    def ask(self, row: Row) -> None:
        """Ask for the waiver that a row describes, unless it is what the export told or was asked since."""
        said = {name: row.text(name) for name in WAIVER_TEXTS}
        id = _identity(row)
        if not any(said.values()) and id in self.now:
            return
        if id not in self.now:
            self.refuse(row.place("id"), f"the log has no entry {row.text('id')!r}", "name the defect")
            return
        change = Change(self.connection, self.log, self.actor, id)
        known = as_marked(change.item, self.mark) if id in self.base else None
        held = waiver_cells(known) if known else {}
        shown = {name: held.get(name, "") for name in WAIVER_TEXTS}
        said = {name: text if name in row.cells else shown[name] for name, text in said.items()}
        asked = [request_texts(event) for event in self._since(change) if event.kind == ASKED]
        if said in (*asked, shown):
            return
        for name, text in said.items():
            if (name in row.cells and row.cells[name].formula) or (text != shown[name] and text.startswith(_FORMULA)):
                self.refuse(row.place(name), _formula(text), "write it as text that begins with a letter or number")
                return
        before, now = known and pending(known), pending(change.item)
        if now and now != before:
            was = _told(request_texts(before)) if before else ""
            self.done.conflicts.append(Conflict(row.where, id, WAIVER, was, _told(request_texts(now)), _told(said)))
        elif self.tried(row.where, lambda: ask(change, Waiver(**said))):
            self.done.requested.append((id, WAIVER))

    def add(self, row: Row) -> None:
        """Open the entry of a row without an id, unless an import of this export has opened it already."""
        said = {name: row.text(name) for name in row.cells if row.text(name)}
        status, title = said.pop("status", ""), said.pop("title", "")
        first = STATES[row.type][0]
        said.pop("reason", "")
        values = {name: text for name, text in said.items() if name in FIELDS[row.type]}
        own = hashlib.sha256(json.dumps([title, values], sort_keys=True).encode()).hexdigest()
        id, print_ = self.brought.get((row.type, title), ("", ""))
        if print_ == own:
            return
        if id:
            what = f"{title!r} was added as {id} by an import of this export"
            self.refuse(row.where, what, f"take a new export and change {id}, or give the new entry another title")
            return
        for name, cell in row.cells.items():
            if cell.formula or row.text(name).startswith(_FORMULA):
                self.refuse(cell.place, _formula(row.text(name)), "write it as text")
                return
        fixed = {column.name for column in columns(row.type) if column.use in ("key", "fixed")} - {"status"}
        if found := sorted(said.keys() & (fixed | {"fix", "fixed_in"})):
            self.refuse(row.where, f"a new row has no {', '.join(found)}", "write it into an empty row")
            return
        if status not in ("", first):
            self.refuse(row.place("status"), f"a new entry begins as {first}", "leave it blank")
            return

        def do() -> None:
            noted = {_IMPORTED: f"{self.mark.event} {own}"}
            number = add_entry(self.log, self.actor, row.type, title, values, noted=noted)
            self.done.added.append(item_id(number))
            self.brought[row.type, title] = (item_id(number), own)

        self.tried(row.where, do)


def _noted(connection: Connection, at: datetime) -> datetime:
    """The moment up to which something is noted: another machine's clock may be ahead."""
    newest = connection.execute(select(func.max(EventRow.at, type_=Instant()))).scalar()
    return at if newest is None else max(at, newest)


def _base(connection: Connection, mark: Mark, now: Mapping[str, Entry]) -> dict[str, Entry]:
    """The entries that the export held, as it held them."""
    found = {}
    for number, events in histories(connection, None, mark.as_of).items():
        known = [event for event in events if event.number <= mark.event]
        entry = now.get(item_id(number))
        if known and entry:
            standing = at_moment(entry.type, fold(known), mark.as_of)
            found[entry.id] = replace(entry, standing=standing, version=known[-1].number)
    return found


def _brought(connection: Connection, mark: Mark) -> dict[tuple[str, str], tuple[str, str]]:
    """(Type, title) of what imports of this export have opened -> its id and the fingerprint of its row."""
    query = (
        select(ItemRow.number, ItemRow.type, ItemRow.title, EventRow.detail)
        .join(EventRow, EventRow.item == ItemRow.number)
        .where(EventRow.kind == "opened", EventRow.source.in_(("xlsx", "file")), EventRow.number > mark.event)
    )
    found = {}
    for number, type_, title, detail in connection.execute(query):
        event, _, own = json.loads(detail).get(_IMPORTED, "").partition(" ")
        if event == str(mark.event):
            found[type_, title] = (item_id(number), own)
    return found


def _identity(row: Row) -> str:
    """The id as the log writes it; as it stands where it is none."""
    try:
        return item_id(item_number(row.text("id")))
    except StoreError:
        return row.text("id")


def _a(type_: str) -> str:
    return f"an {type_}" if type_[0] in "ai" else f"a {type_}"


def _formula(text: str) -> str:
    return f"a formula is refused: {clean(text)[:40]}"


def _told(texts: Mapping[str, str]) -> str:
    return "; ".join(f"{name}: {text}" for name, text in texts.items() if text)


def _advice(column: str) -> str:
    return "use `harness raid edit` or `harness raid close`" if column == "status" else "restore the cell"


def _state_advice(state: str) -> str:
    advice = {
        "verified": "use `harness raid verify`",
        "reopened": "use `harness raid reopen`",
        "duplicate": "use `harness raid merge`",
        "waived": "ask for a waiver in the table of waivers",
    }
    return advice.get(state, f"use one of {', '.join(SETTABLE[1:])}")
