"""One change of one entry by one person: in one transaction, on the state that the clock has made of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import Connection

from raid_log.clock import catch_up
from raid_log.errors import StoreError
from raid_log.events import EventLog, histories
from raid_log.fields import written
from raid_log.items import Entry, Item, current_item
from raid_log.roles import Actor, listed
from raid_log.states import Standing
from raid_log.store import Store


class Change:
    """An entry under change. Its writer has put down what the clock did before.

    ``known``: the entry where it was read already; occurrences and history are read when a step asks for them.
    """

    def __init__(
        self, connection: Connection, log: EventLog, actor: Actor, id: str, known: Entry | None = None
    ) -> None:
        self.connection, self.log, self.actor, self.id = connection, log, actor, id
        self.dry = False
        self._item: Item | None = None
        self._after: Item | None = None
        self._known: Entry | None = known or self.item

    @property
    def item(self) -> Item:
        """The entry with all that is known of it, as it was before the step."""
        if self._item is None:
            self._item = current_item(self.connection, self.id, self.actor.at)
        return self._item

    @property
    def entry(self) -> Entry:
        """The entry as it was before the step."""
        return self._known or self.item

    @property
    def number(self) -> int:
        """The entry's number."""
        return self.entry.number

    @property
    def standing(self) -> Standing:
        """What it was before the step."""
        return self.entry.standing

    def refuse_if_changed(self, version: int | None) -> None:
        """Raise StoreError if anybody but the clock has changed the entry since ``version``, the last event then."""
        if version is None:
            return
        history = histories(self.connection, [self.number])[self.number]
        if version not in {event.number for event in history}:
            raise StoreError(
                f"{self.item.id} never had version {version}", todo="take the version that `harness raid show` tells"
            )
        later = [event for event in history if event.number > version and event.source != "clock"]
        if later:
            raise StoreError(
                f"{self.item.id} was changed meanwhile by {later[-1].by}",
                f"version {version} is now {history[-1].number}",
                "read it again",
            )

    def refuse_unless_allowed(self, kind: str) -> None:
        """Raise StoreError if state or role do not allow the transition."""
        self.actor.author(self.entry.type, self.standing, kind)

    def apply(self, kind: str, detail: Mapping[str, str], reason: str = "", owner: str = "") -> None:
        """Append a transition by the person. Raises StoreError if state or role do not allow it."""
        author = self.actor.author(self.entry.type, self.standing, kind, reason=reason, owner=owner)
        self.log.apply(self.number, self.entry.type, self.standing, kind, author, detail)

    def note(self, kind: str, detail: Mapping[str, str], reason: str = "") -> None:
        """Append what leaves the state alone, by the entry's owner or a triager."""
        self.log.note(self.number, kind, self.entry.status, self.actor.editor(self.standing, reason=reason), detail)

    def stepped(self) -> None:
        """Forget the entry as it was: the next step of one change builds on the one before."""
        self._known = self._item = None

    def finish(self) -> None:
        """Read what the entry has become."""
        self._after = current_item(self.connection, self.id, self.actor.at)

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
        log.close()
        change.finish()
        if change.dry:
            connection.rollback()


def needed(text: str, what: str) -> str:
    """Return the text, trimmed. Raises StoreError if there is none, or one that ``written`` refuses."""
    if not text.strip():
        raise StoreError(f"{what} is blank", todo="say it in a few words")
    return written(text, what)
