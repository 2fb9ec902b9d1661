"""Errors of the emulator itself: how it was started, never what it answers."""

from __future__ import annotations


class EmulatorError(Exception):
    """The emulator cannot be started like this. Says what is wrong, where, and what to do."""

    def __init__(self, what: str, *, where: str = "", todo: str = "") -> None:
        super().__init__(what)
        self.what, self.where, self.todo = what, where, todo

    def __str__(self) -> str:
        where = f"\n  at {self.where}" if self.where else ""
        todo = f"\n  do {self.todo}" if self.todo else ""
        return f"{self.what}{where}{todo}"
