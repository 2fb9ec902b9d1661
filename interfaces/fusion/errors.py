"""What can go wrong with a pod, told apart by the one question that counts: may the call have been processed?

FusionError
├── NotSent        nothing left this machine
├── Refused        the pod answered, and did nothing
│   └── NotThere   it does not know the thing (HTTP 404); a new one may appear some seconds later
├── LostReply      the call may have arrived: what became of it is not known
│   └── Unreadable   the reply came, but the document in it cannot be read
├── Unknown        a lost call was looked for and not found: only a person may send it again
└── StillRunning   the budget of waiting is spent; waiting can be taken up again
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from interfaces.fusion.ess import JobNode


class FusionError(Exception):
    """Something went wrong with the pod, or with what the call to it needs. Never holds a secret."""

    def __init__(
        self,
        what: str,
        *,
        where: str = "",
        todo: str = "",
        code: str = "",
        status: int = 0,
        transient: bool = False,
        retry_after: float = 0.0,
    ) -> None:
        super().__init__(what)
        self.what, self.where, self.todo = what, where, todo
        self.code = code  # id in the table of transport codes: FUN_720397; "" = none
        self.status = status  # HTTP status, 0 = no reply
        self.transient = transient  # the same read may succeed when tried again
        self.retry_after = retry_after  # seconds the pod asks to wait, 0 = not told

    @property
    def environmental(self) -> bool:
        """True if pod, network or credentials are to blame, not what was sent or how it is set up."""
        return False

    def __str__(self) -> str:
        where = f"\n  at {self.where}" if self.where else ""
        todo = f"\n  do {self.todo}" if self.todo else ""
        return f"{self.what}{where}{todo}"


class NotSent(FusionError):  # noqa: N818 - an outcome, not a mistake
    """Nothing of the call reached the pod: no connection, no name, no trusted certificate, no token."""

    environmental = True


class Refused(FusionError):  # noqa: N818
    """The pod answered that it will not do it, and did nothing."""

    @property
    def environmental(self) -> bool:
        """True for what any payload would meet: no sign-on, no permission, too busy, out of order."""
        return self.status in (401, 403, 429) or self.status >= 500


class NotThere(Refused):
    """The pod knows no such thing, or not yet: new rows appear late (HTTP 404)."""


class LostReply(FusionError):  # noqa: N818
    """The call may have arrived: time-out, broken connection, server error, or a reply that cannot be read."""

    environmental = True


class Unreadable(LostReply):
    """The reply came whole, but the document in it is damaged or of another kind."""


class Unknown(FusionError):  # noqa: N818
    """Whether the pod took a call cannot be told. Only a person decides to send it again."""

    environmental = True


class StillRunning(FusionError):  # noqa: N818
    """The budget was spent before the pod was done. ``tree`` is what was last seen; follow the request again later."""

    def __init__(self, what: str, *, where: str = "", todo: str = "", tree: Sequence[JobNode] = ()) -> None:
        super().__init__(what, where=where, todo=todo)
        self.tree = tuple(tree)
