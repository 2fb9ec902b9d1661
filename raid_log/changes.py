"""One change of one entry by one person: in one transaction, on the state that the clock has made of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import Connection

from raid_log.clock import catch_up
from raid_log.errors import StoreError
from raid_log.events import EventLog
from raid_log.items import Item, read_item
from raid_log.roles import Actor, listed
from raid_log.states import Standing
from raid_log.store import Store


class Change:
    """An entry under change. Its writer has put down what the clock did before."""

    def __init__(self, connection: Connection, log: EventLog, actor: Actor, id: str) -> None:
        self.connection, self.log, self.actor = connection, log, actor
        self.item = read_item(connection, id, actor.at)
        self.dry = False
        self._after: Item | None = None

    @property
    def number(self) -> int:
        """The entry's number."""
        return self.item.number

    @property
    def standing(self) -> Standing:
        """What it was before the change."""
        return self.item.standing

    def refuse_unless_allowed(self, kind: str) -> None:
        """Raise StoreError if state or role do not allow the transition."""
        self.actor.author(self.item.type, self.standing, kind)

    def apply(self, kind: str, detail: Mapping[str, str], reason: str = "", owner: str = "") -> None:
        """Append a transition by the person. Raises StoreError if state or role do not allow it."""
        author = self.actor.author(self.item.type, self.standing, kind, reason=reason, owner=owner)
        self.log.apply(self.number, self.item.type, self.standing, kind, author, detail)

    def note(self, kind: str, detail: Mapping[str, str], reason: str = "") -> None:
        """Append what leaves the state alone, by the entry's owner or a triager."""
        self.log.note(self.number, kind, self.item.status, self.actor.editor(self.standing, reason=reason), detail)

    def finish(self) -> None:
        """Read what the entry has become."""
        self._after = read_item(self.connection, self.item.id, self.actor.at)

    def after(self) -> Item:
        """What the entry has become; what it was where nothing was changed."""
        return self._after or self.item


@contextmanager
def changing(store: Store, actor: Actor, id: str) -> Iterator[Change]:
    """Give the change of one entry: all of it is written, or nothing; nothing of a ``dry`` one."""
    listed(actor.profile, actor.id)
    with store.writing() as connection:
        log = EventLog(connection)
        catch_up(connection, log, actor.at)
        change = Change(connection, log, actor, id)
        yield change
        if change.dry:
            connection.rollback()
        else:
            log.close()
            change.finish()


def needed(text: str, what: str) -> str:
    """Return the text, trimmed. Raises StoreError if there is none."""
    if not text.strip():
        raise StoreError(f"{what} is blank", todo="say it in a few words")
    return text.strip()
