"""Errors of the flow: wrong usage, or something that a command needs and does not find."""

from __future__ import annotations


class UsageError(Exception):
    """What is wrong, where, and what to do. The command line prints it and exits with 2."""

    def __init__(self, what: str, *, where: str = "", todo: str = "") -> None:
        super().__init__(what)
        self.what, self.where, self.todo = what, where, todo


class ProducerError(UsageError):
    """An interface under test that delivered no payload: its own fault, not that of the one who runs it."""
