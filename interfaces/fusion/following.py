"""Waiting for what was sent, within a budget, and fetching what it left behind."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from interfaces.fusion.client import Client
from interfaces.fusion.errors import FusionError, LostReply, NotSent, NotThere, Refused, StillRunning, Unreadable
from interfaces.fusion.ess import JobNode, every, failed, normal, terminal
from interfaces.fusion.replies import FOREIGN

FIRST_PAUSE, LONGEST_PAUSE, GROWTH = 2.0, 30.0, 1.5
"""Seconds between two looks: the first, the longest, and how they grow."""
QUIET = 30.0
"""Seconds without a change after which a tree that has ended is taken for whole: imports and their reports are no
children of the load and join the tree later. How much later is unconfirmed."""

DATA_SET_ENDED = frozenset({"ORA_COMPLETED", "ORA_SUCCESS", "ORA_IN_ERROR", "ORA_STOPPED"})
"""Status codes of a data set that last. ORA_IN_ERROR is a partial success, too. The whole look-up is not known."""

Seen = TypeVar("Seen")


def follow(
    client: Client,
    request: str | int,
    *,
    budget_seconds: float,
    quiet_seconds: float = QUIET,
    on_tree: Callable[[list[JobNode]], None] | None = None,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> list[JobNode]:
    """Return the job tree of a load once it has ended: the load, its import and the report as trees of their own.

    ``on_tree`` is told every change. Can be called again at any time, also after the end.
    Raises StillRunning when the budget is spent, and what the first look raises; later looks may fail, but not be
    refused twice.
    """

    def ended(tree: list[JobNode], quiet: float) -> bool:
        if not tree or not all(terminal(node.state) for node in every(tree)):
            return False
        load = next((node for node in every(tree) if node.request == int(request)), tree[0])
        return failed(load.state) or quiet >= quiet_seconds  # nothing follows a load that failed

    return _wait(
        lambda: _jobs(client, int(request)), ended, on_tree, f"request {request}", budget_seconds, sleep, clock
    )


def follow_data_set(
    client: Client,
    request: str,
    *,
    budget_seconds: float,
    on_status: Callable[[dict[str, Any]], None] | None = None,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> dict[str, Any]:
    """Return states and counts of a HCM data set once it has ended. Raises as ``follow`` does."""

    def ended(status: dict[str, Any], quiet: float) -> bool:
        return status.get("DataSetStatusCode") in DATA_SET_ENDED

    return _wait(
        lambda: client.hdl_status(request), ended, on_status, f"data set {request}", budget_seconds, sleep, clock
    )


def fetch(
    client: Client,
    tree: Iterable[JobNode],
    *,
    on_missing: Callable[[int, FusionError], None] | None = None,
) -> dict[str, bytes]:
    """Return logs and outputs of every request of a tree by file name, "1006.txt"; a name that two requests give to
    different files stands a second time as "<request>/<name>".

    A request without readable documents, or of another user, is told to ``on_missing`` and left out.
    """
    documents: dict[str, bytes] = {}
    for request in dict.fromkeys(node.request for node in every(tree) if node.request > 0):
        try:
            found = client.download(request)
        except FusionError as error:
            if not isinstance(error, NotThere | Unreadable) and error.code != FOREIGN:
                raise
            if on_missing is not None:
                on_missing(request, error)
            continue
        documents.update(_named_apart(documents, request, found))
    return documents


def _named_apart(known: Mapping[str, bytes], request: int, found: Mapping[str, bytes]) -> dict[str, bytes]:
    """A parent's zip may hold the logs of its children: the same file is kept once."""
    return {name if known.get(name, data) == data else f"{request}/{name}": data for name, data in found.items()}


def _jobs(client: Client, request: int) -> list[JobNode]:
    """The tree; while the pod shows none, or a root that lags behind, what the status says of the request."""
    tree = client.tree(request)
    if any(not terminal(node.state) for node in every(tree)):
        return tree  # the status would tell nothing more
    state = normal(client.status(request))
    if not tree:
        return [JobNode("", "", request, state)] if state else []
    if state and not terminal(state) and tree[0].request == request:
        first = tree[0]
        return [JobNode(first.name, first.path, request, state, first.children, first.document), *tree[1:]]
    return tree


def _wait(
    look: Callable[[], Seen],
    ended: Callable[[Seen, float], bool],
    on_change: Callable[[Seen], None] | None,
    what: str,
    budget_seconds: float,
    sleep: Callable[[float], None],
    clock: Callable[[], float],
) -> Seen:
    """What was seen when it had ended. A look may fail in between: polling goes on for hours, networks do not."""
    began = changed = clock()
    pause, trouble = FIRST_PAUSE, ""
    seen = look()
    if on_change is not None:
        on_change(seen)
    while not ended(seen, clock() - changed):
        left = began + budget_seconds - clock()
        if left <= 0:
            raise _still_running(what, budget_seconds, seen, trouble)
        sleep(min(pause, left))
        pause = min(pause * GROWTH, LONGEST_PAUSE)
        try:
            now, trouble = look(), ""
        except (NotSent, LostReply, Refused) as error:
            if trouble and isinstance(error, Refused):  # not a slip: asking on may lock the user
                raise
            trouble = error.what
            continue
        if now != seen:
            seen, changed = now, clock()
            if on_change is not None:
                on_change(seen)
    return seen


def _still_running(what: str, budget_seconds: float, seen: object, trouble: str) -> StillRunning:
    last = f"; the pod could not be asked: {trouble}" if trouble else ""
    return StillRunning(
        f"{what} has not ended within {budget_seconds:,.0f} s{last}",
        where=what,
        todo="take it up again later (--resume), or give it a larger budget",
        tree=[node for node in seen if isinstance(node, JobNode)] if isinstance(seen, list) else (),
    )
