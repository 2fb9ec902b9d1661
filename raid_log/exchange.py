"""The RAID log as tables of text that people edit: what an export holds, and how an edited table is read.

An export is marked with the last event that it knows. By that mark an import finds in the store what each cell was.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from contracts.profiles import Profile
from contracts.results import SEVERITIES
from raid_log.clock import at_moment
from raid_log.database import GENESIS
from raid_log.errors import StoreError
from raid_log.events import Event
from raid_log.fields import FIELDS, Field, exposure
from raid_log.items import Entry, Item, read_entries, read_item
from raid_log.states import OPEN, fold
from raid_log.store import Store
from raid_log.tables import EventRow, Fingerprint
from raid_log.waivers import ASKED, pending

if TYPE_CHECKING:
    from raid_log.snapshots import Snapshot

Use = Literal["key", "edit", "once", "fixed", "fact"]

WAIVER = "waiver"
"""Type of the table of waivers; a row of it can only ask for one."""
TYPES = (*FIELDS, WAIVER)
SETTABLE = ("new", "triaged", "in_progress", "fixed")
"""States of an issue that a file may name; ``rejected`` is a request."""
WAIVER_TEXTS = ("until", "reason", "workaround", "control", "evidence")
"""What a request for a waiver says."""

_MOST_EVENTS = 2**31 - 1
_TODO = "import a copy of what `harness raid export` wrote"
MARK_DIGITS = 8
_LONGEST = 32_000  # characters of a cell that every spreadsheet takes
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_FIXED = {"issue": ("interface", "contract", "cause", "field"), "assumption": ("interface", "contract")}
_FACTS = {
    "risk": ("exposure", "residual_exposure"),
    "issue": ("times_seen", "first_seen", "last_seen", "evidence_class", "fingerprints"),
}


@dataclass(frozen=True)
class Column:
    """A column. ``use`` says what a file may do with it.

    ``key``: says whose row it is. ``edit``: may be changed. ``once``: is written in a new row alone. ``fixed``: never
    changes. ``fact``: follows from the log and is not read.
    """

    name: str
    use: Use
    about: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mark:
    """How far an export goes: its last event (0 = none), that event's hash, and the moment."""

    event: int
    hash: str
    as_of: datetime

    def __str__(self) -> str:
        return f"{self.event} {self.hash} {self.as_of.isoformat()}"


@dataclass(frozen=True)
class Table:
    """The entries of one type by id, or the waivers; a row has a text for every column."""

    type: str
    columns: tuple[Column, ...]
    rows: tuple[Mapping[str, str], ...]


@dataclass(frozen=True)
class Export:
    """The whole log in the order of TYPES. ``counts``: (type, severity, status, entries), in the order of a page."""

    mark: Mark
    tables: tuple[Table, ...]
    counts: tuple[tuple[str, str, str, int], ...]


class Cell(NamedTuple):
    """What stands in a cell, and where that is."""

    text: str
    place: str
    formula: bool = False


@dataclass(frozen=True)
class Row:
    """A row as it came back. A column that the file does not have is in no cell: it says nothing."""

    type: str
    where: str
    cells: Mapping[str, Cell]

    def text(self, column: str) -> str:
        """The text as it is compared and kept, "" where there is none."""
        return clean(self.cells[column].text) if column in self.cells else ""

    def place(self, column: str) -> str:
        """Where the cell is, or at least the row."""
        return self.cells[column].place if column in self.cells else self.where


@dataclass(frozen=True)
class Problem:
    """What of a file was not taken, and why. ``where`` is a cell, a row or a column."""

    where: str
    what: str
    todo: str = ""


@dataclass(frozen=True)
class Copy:
    """An export as it came back: by which way (xlsx, file), its mark, and its rows."""

    source: str
    mark: Mark
    rows: tuple[Row, ...]
    strange: tuple[Problem, ...] = ()  # columns that no table has


def export_log(store: Store, profile: Profile, *, as_of: datetime | None = None) -> Export:
    """Return the log as it stood at ``as_of`` (default now): same store and moment, same export."""
    moment = (as_of or datetime.now(UTC)).astimezone(UTC)
    with store.reading() as connection:
        mark = mark_at(connection, moment)
        entries = read_entries(connection, moment)
        prints = _fingerprints(connection)
        waivers = waiver_rows(connection, entries, moment)
    return _export(mark, entries, waivers, prints, tuple(profile.people), profile.time_zone)


def export_week(week: Snapshot) -> Export:
    """Return the entries of a week as it is told, to be edited and imported like any export.

    Without those that ended before the week, and without fingerprints, which a snapshot does not hold.
    """
    mark = read_mark(week.mark, week.week) if week.mark else Mark(0, GENESIS, week.as_of)
    whole = _export(mark, week.entries, week.waivers, {}, tuple(week.people), ZoneInfo(week.time_zone))
    tables = [
        replace(table, columns=tuple(column for column in table.columns if column.name != "fingerprints"))
        for table in whole.tables
    ]
    return replace(whole, tables=tuple(tables))


def _export(
    mark: Mark,
    entries: Iterable[Entry],
    waivers: Iterable[Mapping[str, str]],
    prints: Mapping[int, Sequence[str]],
    people: tuple[str, ...],
    zone: ZoneInfo,
) -> Export:
    listed = [entry for entry in entries if entry.type in FIELDS]
    rows: dict[str, list[Mapping[str, str]]] = {type_: [] for type_ in TYPES}
    for entry in listed:
        rows[entry.type].append({**cells(entry), **_facts(entry, zone, prints.get(entry.number, ()))})
    rows[WAIVER] = list(waivers)
    tables = tuple(Table(type_, columns(type_, people), tuple(rows[type_])) for type_ in TYPES)
    return Export(mark, tables, _counts(listed))


def columns(type_: str, people: Sequence[str] = ()) -> tuple[Column, ...]:
    """Return the columns of a table, left to right; ``people`` are the choices of a column that names one."""
    if type_ == WAIVER:
        return (
            Column("id", "once", "The open defect that is to be waived"),
            Column("state", "fact", "asked: waits for an approval; in force"),
            Column("until", "edit", "Last day, YYYY-MM-DD, at most 30 days from now"),
            Column("reason", "edit", "Why"),
            Column("workaround", "edit", "What people do meanwhile"),
            Column("control", "edit", "What makes sure that the harm stays small"),
            Column("evidence", "edit", "File or link"),
            Column("requested_by", "fact", "Who asked"),
            Column("approved_by", "fact", "Who approved; never by a file"),
        )
    issue = type_ == "issue"
    states = (*SETTABLE, "rejected") if issue else ()
    fix = (
        Column("fix", "edit", "Where it was mended; goes with the status fixed"),
        Column("fixed_in", "edit", "From which release (26C) or contract version (1.2.0) on"),
    )
    return (
        Column("id", "key", "Blank in a new row"),
        Column("version", "key", "Number of the entry's last event"),
        Column("status", "edit" if issue else "fixed", "State" if issue else "State; changed by a command", states),
        Column("title", "once", "One line that says what it is"),
        *(_field_column(field, people) for field in FIELDS[type_].values()),
        *(fix if issue else ()),
        Column("reason", "edit", "Why this row was changed; a lower severity needs it"),
        *(Column(name, "fixed", "As the machine found it") for name in _FIXED.get(type_, ())),
        *(Column(name, "fact", "Follows from the log") for name in (*_FACTS.get(type_, ()), "opened", "changed")),
    )


def cells(entry: Entry) -> dict[str, str]:
    """Return the texts of the columns that are compared when the entry comes back."""
    held = {"statement": entry.statement, **entry.fields}
    own = {name: held.get(name, "") for name in (*FIELDS[entry.type], *(("fix", "fixed_in") * (entry.type == "issue")))}
    fixed = {name: getattr(entry, name) for name in _FIXED.get(entry.type, ())}
    key = {"id": entry.id, "version": str(entry.version), "status": entry.status, "title": entry.title}
    return {name: clean(text) for name, text in {**key, **own, "reason": "", **fixed}.items()}


def store_mark(store: Store) -> str:
    """Return the store's short mark: the first 8 digits of its first event's hash; a copy has the same.

    Raises StoreError for a log without an entry.
    """
    with store.reading() as connection:
        first = connection.execute(select(EventRow.hash).where(EventRow.number == 1)).scalar()
    if first is None:
        raise StoreError("the RAID log has no entry yet", store.where, "record a run, or add an entry")
    return str(first)[:MARK_DIGITS]


def clean(text: str) -> str:
    """Return the text as a cell can hold it: line ends as one, no control characters, trimmed, not endless."""
    return _UNWRITABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))[:_LONGEST].strip()


def waiver_cells(item: Item) -> dict[str, str]:
    """Return the texts of the waiver that is in force or was asked for, nothing where there is none."""
    if item.status == "waived":
        event = [one for one in item.history if one.kind == "waived"][-1]
        signed = {"state": "in force", "requested_by": event.detail.get("requested_by", ""), "approved_by": event.by}
    elif asked := pending(item):
        event = asked
        signed = {"state": "asked", "requested_by": event.by, "approved_by": ""}
    else:
        return {}
    return {name: clean(text) for name, text in {**request_texts(event), **signed}.items()}


def request_texts(event: Event) -> dict[str, str]:
    """Return what a request for a waiver said, or the waiver itself."""
    return {name: clean({**event.detail, "reason": event.reason}.get(name, "")) for name in WAIVER_TEXTS}


def as_marked(item: Item, mark: Mark) -> Item:
    """Return the item as the export knew it. Its events of that time must not be none."""
    known = tuple(event for event in item.history if event.number <= mark.event and event.at <= mark.as_of)
    standing = at_moment(item.type, fold(known), mark.as_of)
    return replace(item, history=known, standing=standing, version=known[-1].number)


def read_mark(text: str, where: str) -> Mark:
    """Return the mark of an export. Raises StoreError for anything else."""
    try:
        number, digest, moment = text.split()
        mark = Mark(int(number), digest, datetime.fromisoformat(moment).astimezone(UTC))
        if mark.event > _MOST_EVENTS or "+" not in moment:
            raise ValueError(text)
    except (ValueError, OverflowError) as error:
        raise StoreError("the file does not say which export it is", where, _TODO) from error
    return mark


def read_table(type_: str, where: str, lines: Iterable[tuple[str, Sequence[Cell]]]) -> tuple[list[Row], list[Problem]]:
    """Return the rows that hold something, and a problem for each strange column that does.

    ``lines`` gives for each line its place and its cells, the heading first. Raises StoreError for a heading without
    ``id`` or with a name that stands twice: nothing of such a table can be trusted.
    """
    known = {column.name for column in columns(type_)}
    heading: list[str] = []
    rows: list[Row] = []
    strange: dict[str, str] = {}
    for number, (place, line) in enumerate(lines):
        if number == 0:
            heading = _heading(line, where)
            continue
        names = [*heading, *[""] * (len(line) - len(heading))]
        filled = [(name, cell) for name, cell in zip(names, line, strict=False) if cell.text.strip() or cell.formula]
        for name, cell in filled:
            if name not in known:
                strange.setdefault(name, cell.place)
        if any(name in known for name, _ in filled):
            rows.append(
                Row(type_, place, {name: cell for name, cell in zip(names, line, strict=False) if name in known})
            )
    if not heading:
        raise StoreError("the table has no heading", where, _TODO)
    return rows, [
        Problem(place, f"no column of the log: {name or 'without a name'}") for name, place in strange.items()
    ]


def _heading(line: Sequence[Cell], where: str) -> list[str]:
    names = [clean(cell.text) for cell in line]
    twice = [name for name, times in Counter(names).items() if name and times > 1]
    if "id" not in names or twice:
        what = f"the column {twice[0]!r} stands twice" if twice else "the table has no column 'id'"
        raise StoreError(what, where, _TODO)
    return names


def _field_column(field: Field, people: Sequence[str]) -> Column:
    choices = {"scale": ("1", "2", "3", "4", "5"), "yes_no": ("yes", "no"), "person": tuple(people)}
    about = f"{field.about}{', YYYY-MM-DD' if field.kind == 'date' else ''}{' (needed)' if field.needed else ''}"
    return Column(field.name, "edit", about, field.choices or choices.get(field.kind, ()))


def _facts(entry: Entry, zone: ZoneInfo, fingerprints: Sequence[str]) -> dict[str, str]:
    def day(moment: datetime) -> str:
        return moment.astimezone(zone).date().isoformat()

    def product(residual: bool) -> str:
        found = exposure(entry.fields, residual=residual)
        return f"{found[0]} {found[1]}" if found else ""

    facts = {
        "exposure": product(False), "residual_exposure": product(True), "times_seen": str(entry.submissions),
        "first_seen": day(entry.first_seen), "last_seen": day(entry.last_seen),
        "evidence_class": entry.evidence_class, "fingerprints": " ".join(fingerprints),
    }  # fmt: skip
    own = {name: facts[name] for name in _FACTS.get(entry.type, ())}
    return {**own, "opened": day(entry.opened_at), "changed": day(entry.changed_at)}


def mark_at(connection: Connection, moment: datetime) -> Mark:
    """Return how far an export of the moment goes."""
    query = select(EventRow.number, EventRow.hash).where(EventRow.at <= moment).order_by(EventRow.number.desc())
    last = connection.execute(query.limit(1)).first()
    return Mark(last.number, last.hash, moment) if last else Mark(0, GENESIS, moment)


def waiver_rows(connection: Connection, entries: Iterable[Entry], moment: datetime) -> list[dict[str, str]]:
    """Return the table of waivers: open and waived defects, by id, whose waiver is in force or asked for."""
    query = select(EventRow.item).where(EventRow.kind.in_((ASKED, "waived")), EventRow.at <= moment)
    numbers = set(connection.execute(query).scalars())
    live = [entry.id for entry in entries if entry.number in numbers and entry.status in (*OPEN, "waived")]
    found = [(id_, waiver_cells(read_item(connection, id_, moment))) for id_ in live]
    return [{"id": id_, **texts} for id_, texts in found if texts]


def _fingerprints(connection: Connection) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    query = select(Fingerprint.item, Fingerprint.fingerprint).order_by(Fingerprint.fingerprint)
    for number, fingerprint in connection.execute(query):
        found.setdefault(number, []).append(fingerprint)
    return found


def _counts(entries: Sequence[Entry]) -> tuple[tuple[str, str, str, int], ...]:
    order = {name: at for at, name in enumerate((*FIELDS, *SEVERITIES))}
    counted = Counter((entry.type, entry.severity, entry.status) for entry in entries)
    ordered = sorted(counted, key=lambda key: (order[key[0]], order.get(key[1], -1), key[2]))
    return tuple((*key, counted[key]) for key in ordered)
