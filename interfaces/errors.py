"""Errors of the interfaces room. Each says what is wrong, where, and what to do."""

from __future__ import annotations


class PayloadError(Exception):
    """A payload that cannot be opened or written at all. Bytes that can be read but are wrong are facts, no error."""

    def __init__(self, what: str, *, where: str = "", todo: str = "") -> None:
        super().__init__(what)
        self.what, self.where, self.todo = what, where, todo

    def __str__(self) -> str:
        where = f"\n  at {self.where}" if self.where else ""
        todo = f"\n  do {self.todo}" if self.todo else ""
        return f"{self.what}{where}{todo}"
