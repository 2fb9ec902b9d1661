"""The store: one database that holds runs, figures and the RAID log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from types import MappingProxyType
from typing import Self

from sqlalchemy import Connection, Engine

from contracts.profiles import Profile
from contracts.results import Delivered, RunResult, Score
from raid_log import deliveries as journal
from raid_log.database import connect, explained, upgrade
from raid_log.events import broken_link
from raid_log.late_outcomes import OutcomeRecorded, record_outcome
from raid_log.recording import Recorded, record
from raid_log.scores import record_scores

_NONE: Mapping[str, str] = MappingProxyType({})


class Store:
    """An open store. ``open_store`` makes it; use it in a ``with`` statement or call ``close``."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        # SQLite's transactions see one state anyway; PostgreSQL's default does not.
        snapshot = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
        self._reader = engine.execution_options(**snapshot)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def where(self) -> str:
        """Its URL, without a password."""
        return self._engine.url.render_as_string(hide_password=True)

    def close(self) -> None:
        """Give the database's connections back."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the store. Raises StoreError for the database's errors."""
        with explained(self._engine.url), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection in one transaction: all of it is written, or nothing. Raises StoreError."""
        with explained(self._engine.url), self._engine.execution_options(writes=True).begin() as connection:
            yield connection

    def record(
        self, run: RunResult, profile: Profile, *, deliveries: Mapping[str, str] = _NONE, checked: bool = False
    ) -> Recorded:
        """Write a finished run in one transaction; a run id that is already there changes nothing.

        ``deliveries`` names, by submission id, the delivery of the journal by which a submission was sent: it is marked
        as recorded in the same transaction. ``checked``: a person knows that many defects may be reopened or verified
        at once; else that is withheld, and ``settle_run`` does it later. Raises StoreError if the store is locked or
        not writable, or if a submission does not fit to the register, to its units or to the journal.
        """
        with self.writing() as connection:
            return record(connection, run, profile, deliveries, checked=checked)

    def record_outcome(
        self, submission: str, delivered: Delivered, profile: Profile, *, at: datetime, source: str
    ) -> OutcomeRecorded:
        """Write what became known at ``at`` of a recorded submission; the same again changes nothing.

        ``source`` says where from: ``poll``, ``file``; a final outcome is replaced only by source ``correction``, and
        only by another final one. Raises StoreError for an unknown submission, one that was only checked, or outcomes
        that do not fit to its units.
        """
        with self.writing() as connection:
            return record_outcome(connection, submission, delivered, profile, at=at, source=source)

    def open_delivery(self, intent: journal.Intent, at: datetime, /, **facts: journal.Fact) -> journal.DeliveryEntry:
        """Note what is to be sent, with facts as a step has them; it is committed when this returns.

        Raises StoreError while an open delivery of the same payload to the same place is there.
        """
        return journal.open_delivery(self, intent, at, facts)

    def delivery(self, id_or_prefix: str) -> journal.DeliveryEntry:
        """Return the delivery whose id is, or alone begins with, the text. Raises StoreError for none or several."""
        return journal.delivery(self, id_or_prefix)

    def deliveries(
        self, *, unfinished_only: bool = False, interface: str | None = None, environment: str | None = None
    ) -> list[journal.DeliveryRow]:
        """Return the deliveries of the journal, oldest first, filtered. Raises StoreError."""
        return journal.deliveries(self, unfinished_only=unfinished_only, interface=interface, environment=environment)

    def same_intent(self, interface: str, cycle: str, environment: str, sha256: str) -> journal.DeliveryRow | None:
        """Return the open (perhaps unknown) delivery of the same payload, None if there is none. Raises StoreError."""
        return journal.same_intent(self, interface, cycle, environment, sha256)

    def record_scores(self, scores: Sequence[Score], *, measurement: str, at: datetime, harness_version: str) -> bool:
        """Write the scores of one measurement in one transaction; False: its id was there, and nothing was changed.

        Raises StoreError if the store is locked or not writable.
        """
        with self.writing() as connection:
            return record_scores(connection, scores, measurement=measurement, at=at, harness_version=harness_version)

    def broken_link(self) -> int | None:
        """Return the number of the first event that was changed, added or cut off by hand; None if there is none."""
        with self.reading() as connection:
            return broken_link(connection)


def open_store(url: str, *, wait_seconds: float = 10.0) -> Store:
    """Return the store at an SQLAlchemy URL; a missing SQLite file is made, an older schema upgraded.

    Raises StoreError: newer version, locked for longer than ``wait_seconds`` (SQLite), not writable, no database.
    """
    engine = connect(url, wait_seconds)
    try:
        with explained(engine.url):
            upgrade(engine)
    except BaseException:
        engine.dispose()
        raise
    return Store(engine)
