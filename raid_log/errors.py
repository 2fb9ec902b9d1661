"""Error of the RAID log's room: what is wrong, where, and what to do."""

from __future__ import annotations


class StoreError(Exception):
    """A store that cannot be used, or something asked of it that it does not hold or does not allow.

    ``where`` is a store's URL without its password, or the id of an item or run.
    """

    def __init__(self, what: str, where: str = "", todo: str = "") -> None:
        super().__init__(what)
        self.what, self.where, self.todo = what, where, todo

    def __str__(self) -> str:
        lines = (self.what, f"  at {self.where}" if self.where else "", f"  do {self.todo}" if self.todo else "")
        return "\n".join(line for line in lines if line)
