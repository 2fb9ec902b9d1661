"""The journal of deliveries: the intent before the first call, then every step, each committed before the next.

It answers one question after a crash: may this payload be sent, or was it sent already? It feeds no figure. Each write
is a small transaction of its own that never waits for the event log; on SQLite it is on the disk when it returns.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, and_, func, insert, or_, select, text, update

from raid_log.errors import StoreError
from raid_log.tables import DeliveryRecord, DeliveryStepRecord

if TYPE_CHECKING:
    from raid_log.store import Store

INTENDED = "intended"
"""First step of every delivery: nothing has been sent."""
READ = "read"
"""The outcome was read. The delivery stays open until a run has recorded it: a crash in between must not lose it."""
FINAL_STEPS = frozenset({READ, "refused", "not_sent"})
"""Steps after which nothing is sent or waited for: the outcome was read, Fusion made nothing of it, it never left.

``unknown`` is not among them: as long as nobody knows whether the payload was sent, it must not be sent again.
"""

Fact = str | int | bool | None
_LONGEST = 4096  # facts are ids, states and paths; a longer text would be an answer's body, which may hold anything
_OPEN = or_(
    DeliveryRecord.step.not_in(FINAL_STEPS), and_(DeliveryRecord.step == READ, DeliveryRecord.run == "")
)  # the same as DeliveryRow.open
_OPEN_LOCK = 0x53454E44  # PostgreSQL advisory lock: one process at a time opens deliveries


@dataclass(frozen=True)
class Intent:
    """What is to be sent, and where."""

    interface: str
    contract: str
    version: str
    payload: str  # file name, without folders
    sha256: str
    environment: str  # host of the pod, or "emulator"
    evidence_class: str  # acceptance | simulated
    document: str  # name at the pod, unique
    cycle: str = ""


@dataclass(frozen=True)
class DeliveryRow:
    """A delivery as the journal has it."""

    id: str  # UUID
    opened_at: datetime  # aware, UTC
    interface: str
    contract: str
    version: str
    payload: str
    sha256: str
    cycle: str
    environment: str
    evidence_class: str
    document: str
    step: str  # the last one
    request: str  # id at the pod, "" = not known
    run: str  # "" until recorded
    submission: str  # "" until recorded

    @property
    def open(self) -> bool:
        """True if something is left to be sent, waited for, read or recorded."""
        return self.step not in FINAL_STEPS or (self.step == READ and not self.run)


@dataclass(frozen=True)
class DeliveryStep:
    """One step of a delivery."""

    number: int  # from 1
    at: datetime  # aware, UTC
    step: str
    facts: Mapping[str, Fact]


class DeliveryEntry:
    """A delivery and its steps, to which more can be added."""

    def __init__(self, store: Store, row: DeliveryRow, steps: tuple[DeliveryStep, ...]) -> None:
        self._store, self._row, self._steps = store, row, steps

    @property
    def id(self) -> str:
        """Its UUID."""
        return self._row.id

    @property
    def row(self) -> DeliveryRow:
        """What is being sent, and how far it came."""
        return self._row

    @property
    def step(self) -> str:
        """The last step."""
        return self._row.step

    @property
    def steps(self) -> tuple[DeliveryStep, ...]:
        """All steps, oldest first."""
        return self._steps

    @property
    def facts(self) -> Mapping[str, Fact]:
        """The facts of all steps; a later one replaces an earlier one of the same name."""
        return {name: value for step in self._steps for name, value in step.facts.items()}

    def note(self, step: str, at: datetime, /, **facts: Fact) -> None:
        """Add a step; it is committed when this returns. The fact ``request`` becomes the delivery's request id.

        Facts are ids, states and paths, never values or secrets; what is longer than 4096 characters is cut.
        Raises StoreError.
        """
        with self._store.writing() as connection:
            _note(connection, self.id, step, at, _kept(facts))
            self._row, self._steps = _read(connection, self.id)

    def claim(self, step: str, at: datetime, /, **facts: Fact) -> None:
        """Add a step as ``note`` does, unless somebody else has added one: of two processes one alone goes on.

        Raises StoreError where there are more steps than this entry knows of.
        """
        with self._store.writing() as connection:
            if _note(connection, self.id, step, at, _kept(facts)) != len(self._steps) + 1:
                raise StoreError(
                    f"another process goes on with the delivery of {self._row.payload}",
                    f"delivery {self.id}",
                    "wait for its end; `harness deliver --list` shows it",
                )
            self._row, self._steps = _read(connection, self.id)


def open_delivery(store: Store, intent: Intent, at: datetime, facts: Mapping[str, Fact]) -> DeliveryEntry:
    """Note what is to be sent, with the facts of the first step; it is committed when this returns the entry.

    Raises StoreError where an open delivery of the same payload to the same interface, cycle and environment is
    there: two runs at the same moment cannot both open it.
    """
    identity = str(uuid.uuid4())
    blank = dict.fromkeys(("request", "run", "submission"), "")
    with store.writing() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _OPEN_LOCK})
        elif connection.dialect.name == "oracle":
            connection.execute(text("LOCK TABLE delivery IN EXCLUSIVE MODE"))
        same = _same(connection, intent.interface, intent.cycle, intent.environment, intent.sha256)
        if same:
            raise StoreError(
                f"{intent.payload} is already being delivered to {intent.environment}: last step {same.step!r}",
                f"delivery {same.id}",
                "resume that delivery",
            )
        row = {"id": identity, "opened_at": at, **asdict(intent), "step": INTENDED, **blank}
        connection.execute(insert(DeliveryRecord), row)
        _note(connection, identity, INTENDED, at, _kept(facts))
    return delivery(store, identity)


def delivery(store: Store, id_or_prefix: str) -> DeliveryEntry:
    """Return the delivery whose id is, or alone begins with, the text. Raises StoreError for none or several."""
    match = DeliveryRecord.id.startswith(id_or_prefix.lower(), autoescape=True)
    with store.reading() as connection:
        found = connection.execute(select(DeliveryRecord.id).where(match).limit(2)).scalars().all()
        if len(found) != 1 or not id_or_prefix:
            what = "several deliveries begin" if len(found) > 1 else "no delivery begins"
            raise StoreError(f"{what} with {id_or_prefix!r}", store.where, "write more of its id")
        return DeliveryEntry(store, *_read(connection, found[0]))


def deliveries(
    store: Store, *, unfinished_only: bool = False, interface: str | None = None, environment: str | None = None
) -> list[DeliveryRow]:
    """Return the deliveries, oldest first, filtered. Unfinished are those that are ``open``. Raises StoreError."""
    query = select(DeliveryRecord.__table__).order_by(DeliveryRecord.opened_at, DeliveryRecord.id)
    if unfinished_only:
        query = query.where(_OPEN)
    if interface is not None:
        query = query.where(DeliveryRecord.interface == interface)
    if environment is not None:
        query = query.where(DeliveryRecord.environment == environment)
    with store.reading() as connection:
        return [DeliveryRow(**row) for row in connection.execute(query).mappings()]


def same_intent(store: Store, interface: str, cycle: str, environment: str, sha256: str) -> DeliveryRow | None:
    """Return the open (perhaps unknown) delivery of the same payload, None if there is none. Raises StoreError."""
    with store.reading() as connection:
        return _same(connection, interface, cycle, environment, sha256)


def mark_recorded(connection: Connection, run: str, submissions: Mapping[str, str]) -> None:
    """Note by which submission of the run each delivery was recorded: submission id -> delivery id.

    Raises StoreError for a delivery that is not in the journal or was recorded before.
    """
    for submission, identity in submissions.items():
        change = update(DeliveryRecord).where(DeliveryRecord.id == identity, DeliveryRecord.run == "")
        if connection.execute(change.values(run=run, submission=submission)).rowcount != 1:
            raise StoreError("no delivery that waits to be recorded", f"delivery {identity}", "record it once")


def _kept(facts: Mapping[str, Fact]) -> dict[str, Fact]:
    return {name: value[:_LONGEST] if isinstance(value, str) else value for name, value in facts.items()}


def _note(connection: Connection, identity: str, step: str, at: datetime, facts: Mapping[str, Fact]) -> int:
    """Write a step; return its number."""
    request = {"request": str(facts["request"])} if facts.get("request") else {}
    # The update comes first: it makes another writer of the same delivery wait before it takes a number.
    change = update(DeliveryRecord).where(DeliveryRecord.id == identity)
    connection.execute(change.values(step=step, **request))
    last = select(func.max(DeliveryStepRecord.number)).where(DeliveryStepRecord.delivery == identity)
    number = (connection.execute(last).scalar() or 0) + 1
    row = {"delivery": identity, "number": number, "at": at, "step": step, "facts": json.dumps(dict(facts))}
    connection.execute(insert(DeliveryStepRecord), row)
    return number


def _same(connection: Connection, interface: str, cycle: str, environment: str, sha256: str) -> DeliveryRow | None:
    query = (
        select(DeliveryRecord.__table__)
        .where(DeliveryRecord.sha256 == sha256, DeliveryRecord.interface == interface, DeliveryRecord.cycle == cycle)
        .where(DeliveryRecord.environment == environment, _OPEN)
        .order_by(DeliveryRecord.opened_at.desc())
    )
    row = connection.execute(query.limit(1)).mappings().first()
    return DeliveryRow(**row) if row else None


def _read(connection: Connection, identity: str) -> tuple[DeliveryRow, tuple[DeliveryStep, ...]]:
    query = select(DeliveryRecord.__table__).where(DeliveryRecord.id == identity)
    row = connection.execute(query).mappings().one()
    steps = select(DeliveryStepRecord.number, DeliveryStepRecord.at, DeliveryStepRecord.step, DeliveryStepRecord.facts)
    steps = steps.where(DeliveryStepRecord.delivery == identity).order_by(DeliveryStepRecord.number)
    found = (DeliveryStep(number, at, step, json.loads(facts)) for number, at, step, facts in connection.execute(steps))
    return DeliveryRow(**row), tuple(found)
