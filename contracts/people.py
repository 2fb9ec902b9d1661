"""People of a profile: who may do what with an entry of the RAID log. ``people.csv``, kept and reviewed in git."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from contracts.cells import read_cells
from contracts.errors import ContractError

ROLES = ("reporter", "owner", "triager", "approver", "sponsor")
"""Roles that a row may give. Whoever is listed may report."""
COLUMNS = ("id", "name", "roles", "mail")

_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?=.{1,189}\Z)[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
"""A mail address as servers take it (RFC 5321 without quoted names): one, in ASCII, nothing around it."""


@dataclass(frozen=True)
class Person:
    """A row of ``people.csv``. ``id`` is what ``--by`` names and what entries keep; ``mail`` may be blank."""

    id: str
    name: str
    roles: frozenset[str]
    mail: str = ""


def read_people(path: Path) -> dict[str, Person]:
    """Return the people by id, in file order. Raises ContractError naming the line of the first fault."""
    people: dict[str, Person] = {}
    for where, row in read_cells(path, COLUMNS, "the list of people"):
        person = _person(row, where)
        if person.id.casefold() in {id.casefold() for id in people}:
            raise ContractError(f"{person.id} stands twice", where=where, todo="one row per person")
        people[person.id] = person
    return people


def _person(row: dict[str, str], where: str) -> Person:
    identity, roles = row["id"], frozenset(row["roles"].split())
    if not identity.isprintable() or identity.split() != [identity] or identity.casefold() == "machine":
        raise ContractError(f"{identity!r} cannot name a person", where=where, todo="write one word, not `machine`")
    if unknown := sorted(roles - set(ROLES)):
        raise ContractError(f"no role is called {', '.join(unknown)}", where=where, todo=f"use {', '.join(ROLES)}")
    if row["mail"] and not is_address(row["mail"]):
        what = f"{row['mail']!r} is no mail address"
        raise ContractError(what, where=where, todo="write one, e.g. name@example.org, or leave it blank")
    return Person(identity, row["name"] or identity, roles, row["mail"])


def is_address(text: str) -> bool:
    """Return True for one bare mail address in ASCII."""
    return _ADDRESS.fullmatch(text) is not None
