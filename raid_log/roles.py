"""Who may do what: the roles of a person towards one entry.

The command line believes the name that it is given; what is done under it stands in the audit trail.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contracts.people import Person
from contracts.profiles import Profile
from raid_log.errors import StoreError
from raid_log.events import Author
from raid_log.fields import written
from raid_log.states import Standing, Transition, row_of


@dataclass(frozen=True)
class Actor:
    """A person at work, at an aware moment, by one way (cli, xlsx, file)."""

    profile: Profile
    id: str
    at: datetime
    source: str = "cli"

    def author(self, type_: str, standing: Standing, kind: str, *, reason: str = "", owner: str = "") -> Author:
        """Return the author of the event, in the first role of the transition's row that the person has.

        ``owner``: to whom an entry is assigned. Raises StoreError for an unlisted person, for a transition that the
        table of the type does not have, and for one that none of the person's roles may cause.
        """
        row = row_of(type_, standing, kind)
        return self._as(self._role(row, standing, owner), reason)

    def editor(self, standing: Standing, *, reason: str = "") -> Author:
        """Return the author of an edit: the entry's owner or a triager. Raises StoreError for anybody else."""
        row = Transition("edited", (), "", ("owner", "triager"))
        return self._as(self._role(row, standing, ""), reason)

    def reporter(self, *, reason: str) -> Author:
        """Return the author of what anybody who is listed may do. Raises StoreError for somebody who is not."""
        listed(self.profile, self.id)
        return self._as("reporter", reason)

    def _as(self, role: str, reason: str) -> Author:
        return Author(self.id, role, self.at, self.source, reason=written(reason, "the reason"))

    def _role(self, row: Transition, standing: Standing, owner: str) -> str:
        roles = roles_of(listed(self.profile, self.id), standing, kind=row.kind, owner=owner)
        for role in row.who:
            if role in roles:
                return role
        wanted = [who for who in row.who if who != "machine"]
        if not wanted:
            raise StoreError(f"{row.kind!r} is done by the machine alone", self.id, "see docs/acceptance.md")
        able = [person.id for person in self.profile.people.values() if person.roles & set(wanted)]
        hint = f": {', '.join(able)}" if able else ""
        raise StoreError(
            f"{row.kind!r} is refused to {self.id}", f"roles: {', '.join(sorted(roles))}",
            f"ask a {' or '.join(wanted)}{hint}",
        )  # fmt: skip


def listed(profile: Profile, person: str) -> Person:
    """Return the person of this id. Raises StoreError for somebody who is not listed."""
    if person not in profile.people:
        known = ", ".join(profile.people) or "nobody is listed yet"
        raise StoreError(
            f"{person or 'nobody'} is not listed", "people.csv of the profile", f"use --by with one of: {known}"
        )
    return profile.people[person]


def refuse_unless_triager(actor: Actor) -> None:
    """Raise StoreError for who is not listed, and for who is no triager: of work on the log as a whole."""
    if "triager" not in roles_of(listed(actor.profile, actor.id), Standing()):
        raise StoreError(f"{actor.id} is no triager", todo="ask one, see people.csv of the profile")


def roles_of(person: Person, standing: Standing, *, kind: str = "", owner: str = "") -> frozenset[str]:
    """Return the person's roles towards an entry: ``owner`` only of what is his, ``validator`` where he is named.

    An owner may take a new entry for himself: ``assigned`` to his own name.
    """
    roles = (person.roles | {"reporter"}) - {"owner"}
    takes = kind == "assigned" and owner == person.id and "owner" in person.roles
    if takes or (standing.owner == person.id and kind != "assigned"):
        roles |= {"owner"}
    if standing.fields.get("validator") == person.id:
        roles |= {"validator"}
    return frozenset(roles)


def second_person(profile: Profile, second: str, first: str, roles: frozenset[str], what: str) -> str:
    """Return the second person of a decision that one alone may not take.

    Raises StoreError without one, for the same person again, and for one without any of the roles.
    """
    able = [person.id for person in profile.people.values() if person.roles & roles and person.id != first]
    todo = f"say --second with one of: {', '.join(able) or 'nobody is listed who may'}"
    if not second:
        raise StoreError(f"{what} takes a second person", todo=todo)
    if second == first:
        raise StoreError(f"{what} takes a second person, and {second} is the first", todo=todo)
    if not listed(profile, second).roles & roles:
        raise StoreError(f"{what} is not {second}'s to confirm", todo=todo)
    return second
