"""People of a profile: who may do what with an entry of the RAID log. ``people.csv``, kept and reviewed in git."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from contracts.errors import ContractError

ROLES = ("reporter", "owner", "triager", "approver", "sponsor")
"""Roles that a row may give. Whoever is listed may report."""
COLUMNS = ("id", "name", "roles", "mail")


@dataclass(frozen=True)
class Person:
    """A row of ``people.csv``. ``id`` is what ``--by`` names and what entries keep."""

    id: str
    name: str
    roles: frozenset[str]
    mail: str = ""


def read_people(path: Path) -> dict[str, Person]:
    """Return the people by id, in file order. Raises ContractError naming the line of the first fault."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise ContractError(
                "the list of people has other columns", where=f"{path}:1", todo=f"write {','.join(COLUMNS)}"
            )
        people: dict[str, Person] = {}
        for number, row in enumerate(reader, start=2):
            person = _person(row, f"{path}:{number}")
            if person.id in people:
                raise ContractError(f"{person.id} stands twice", where=f"{path}:{number}", todo="one row per person")
            people[person.id] = person
    return people


def _person(row: dict[str, str], where: str) -> Person:
    if None in row or None in row.values():
        raise ContractError("a row has too few or too many cells", where=where, todo=f"write {','.join(COLUMNS)}")
    identity, roles = row["id"].strip(), frozenset(row["roles"].split())
    if not identity or " " in identity or identity == "machine":
        raise ContractError(f"{identity!r} cannot name a person", where=where, todo="write one word, not `machine`")
    if unknown := sorted(roles - set(ROLES)):
        raise ContractError(f"no role is called {', '.join(unknown)}", where=where, todo=f"use {', '.join(ROLES)}")
    return Person(identity, row["name"].strip() or identity, roles, row["mail"].strip())
