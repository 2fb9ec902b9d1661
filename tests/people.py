"""A profile with people, for the tests of what people do."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from raid_runs import NOON, interface, profile

from contracts.people import Person
from contracts.profiles import Profile
from raid_log import Actor

ROLES = {
    "tess": {"triager"}, "tom": {"triager"}, "olga": {"owner"}, "oscar": {"owner"}, "anna": {"approver"},
    "stan": {"sponsor", "approver"}, "rita": {"reporter"},
}  # fmt: skip


def district() -> Profile:
    people = {name: Person(name, name.title(), frozenset(roles)) for name, roles in ROLES.items()}
    return replace(profile(interface("FIN-01"), interface("FIN-02")), people=people)


def actor(name: str, at: datetime = NOON) -> Actor:
    return Actor(district(), name, at)
