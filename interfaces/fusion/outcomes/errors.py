"""The error of the outcomes: a report that cannot be understood. It says what is wrong, where, and what to do."""

from __future__ import annotations


class ReportError(Exception):
    """A document that is no report of its kind, or a damaged one. Never quotes what the document holds."""

    def __init__(self, what: str, *, where: str = "", todo: str = "") -> None:
        super().__init__(what)
        self.what, self.where, self.todo = what, where, todo

    def __str__(self) -> str:
        where = f"\n  at {self.where}" if self.where else ""
        todo = f"\n  do {self.todo}" if self.todo else ""
        return f"{self.what}{where}{todo}"
