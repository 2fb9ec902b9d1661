"""Errors of the contracts room. Each says what is wrong, where, and what to do.

ContractError
└── LintError   one or more faults in contract files, all of them at once
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class ContractError(Exception):
    """A contract, layout, list or profile that cannot be used."""

    def __init__(self, what: str, *, where: str = "", todo: str = "") -> None:
        super().__init__(what)
        self.what, self.where, self.todo = what, where, todo

    def __str__(self) -> str:
        return "\n".join(
            part
            for part in (
                self.what,
                f"  at {self.where}" if self.where else "",
                f"  do {self.todo}" if self.todo else "",
            )
            if part
        )


@dataclass(frozen=True, order=True)
class Fault:
    """One fault of a contract file: where it stands, what is wrong, what to write instead."""

    path: str
    line: int
    what: str
    todo: str = ""
    level: str = "error"  # error | warning

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.level}: {self.what}" + (f" -> {self.todo}" if self.todo else "")


class LintError(ContractError):
    """Raised when a contract is asked for whose files have faults."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(dict.fromkeys(map(str, faults))), todo="run `harness lint` and correct the file")
        self.faults = tuple(faults)
