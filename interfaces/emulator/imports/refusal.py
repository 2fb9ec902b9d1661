"""What an import says of a row that it refuses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from interfaces.emulator.setup import Setup
from interfaces.emulator.tables import Row

UNCONFIRMED = "unconfirmed: "
"""How the evidence of a refusal begins that nobody has seen on a pod in these words."""


class Refusal(NamedTuple):
    """One error row. ``evidence`` never leaves the emulator: it is what its documentation prints."""

    attribute: str  # Oracle's name of the column, "" where the message is about the row as a whole
    text: str
    evidence: str  # "known", or "unconfirmed: " and what is not known

    def __str__(self) -> str:
        return f"{self.text} [{self.attribute}]" if self.attribute else self.text


def evidence_of(*refusals: Refusal) -> Mapping[str, str]:
    """Return message -> evidence: the ``EVIDENCE`` of an import."""
    return {str(refusal): refusal.evidence for refusal in refusals}


def filled(row: Row, column: str) -> str:
    """Return the value of a column, "" for a token that stands for blank, too."""
    value = row.get(column)
    return "" if value in ("#NULL", "$null$") else value


def offers(setup: Setup, name: str, column: str, value: str) -> bool:
    """Return False if the list is there, has the column, and does not hold the value; a blank always passes."""
    values = setup.values(name, column)
    return not value or not values or value in values
