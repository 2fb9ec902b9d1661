"""Requests of the Enterprise Scheduler: their states, and the tree of jobs that a load sets off."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from interfaces.fusion.errors import LostReply

STATES: Mapping[int, str] = {
    1: "WAIT", 2: "READY", 3: "RUNNING", 4: "COMPLETED", 5: "BLOCKED", 6: "HOLD", 7: "CANCELLING", 8: "EXPIRED",
    9: "CANCELLED", 10: "ERROR", 11: "WARNING", 12: "SUCCEEDED", 13: "PAUSED", 14: "PENDING_VALIDATION",
    15: "VALIDATION_FAILED", 16: "SCHEDULE_ENDED", 17: "FINISHED", 18: "ERROR_AUTO_RETRY",
    19: "ERROR_MANUAL_RECOVERY",
}  # fmt: skip
"""States by Oracle's number."""

_GOOD = ("SUCCEEDED", "FINISHED", "SCHEDULE_ENDED")
_BAD = ("EXPIRED", "CANCELLED", "VALIDATION_FAILED", "ERROR_MANUAL_RECOVERY", "ERROR")
TERMINAL = frozenset({*_GOOD, "WARNING", *_BAD})
"""States that last. PAUSED (a parent waits for its children) and COMPLETED (post-processing) are not among them."""


def normal(state: object) -> str:
    """Return a state as Oracle's table writes it: "Error Manual Recovery" -> ERROR_MANUAL_RECOVERY; "" for none."""
    text = "_".join(str(state if state is not None else "").upper().replace("_", " ").split())
    return {"CANCELED": "CANCELLED", "CANCELING": "CANCELLING"}.get(text, text)


def terminal(state: object) -> bool:
    """True if nothing more will happen. An empty or unknown state is in progress, until whoever waits gives up."""
    return normal(state) in TERMINAL


def failed(state: object) -> bool:
    """True if the request did not do its work: what should follow it is not started."""
    return normal(state) in _BAD


@dataclass(frozen=True)
class JobNode:
    """One request of a job tree."""

    name: str  # Load Interface File for Import
    path: str
    request: int  # 0 = not told
    state: str  # as in STATES; "" = not told
    children: tuple[JobNode, ...] = ()
    document: str = ""  # name of the loaded file, at the root of a load

    def all(self) -> Iterator[JobNode]:
        """This request and every one below it, parents first."""
        yield self
        for child in self.children:
            yield from child.all()


def every(tree: Iterable[JobNode]) -> Iterator[JobNode]:
    """Every request of a tree, parents first."""
    return (node for top in tree for node in top.all())


def worst(tree: Iterable[JobNode]) -> str:
    """Return the worst state of a tree: a child's WARNING or ERROR shows under a parent that SUCCEEDED; "" if empty."""
    return max((node.state for node in every(tree)), key=_badness, default="")


def _badness(state: str) -> int:
    if state in _BAD:
        return 3
    return {"WARNING": 2, **dict.fromkeys(_GOOD, 0)}.get(state, 1)  # in progress lies between


def tree_of(text: object) -> list[JobNode]:
    """Return the jobs of an ``ESSExecutionDetailsRF`` answer, in its order; none while it is empty.

    The answer is JSON inside a string, or already an object; JOBS and CHILD are lists or single objects; ids are
    numbers or strings. Raises LostReply if it is something else.
    """
    if text is None or (isinstance(text, str) and not text.strip()):
        return []
    try:
        details: Any = json.loads(text) if isinstance(text, str) else text
        return _nodes(details["JOBS"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        shown = " ".join(str(text).split())[:100]
        raise LostReply(f"the execution details are no job tree: {shown}", todo="ask again later") from None


def _nodes(found: Any) -> list[JobNode]:
    items = found if isinstance(found, list) else [found] if found else []
    return [_node(item) for item in items]


def _node(item: Mapping[str, Any]) -> JobNode:
    return JobNode(
        name=str(item.get("JOBNAME") or ""),
        path=str(item.get("JOBPATH") or ""),
        request=number(item.get("REQUESTID")),
        state=normal(item.get("STATUS")),
        children=tuple(_nodes(item.get("CHILD"))),
        document=str(item.get("DOCUMENTNAME") or ""),
    )


def number(told: object) -> int:
    """Return an id that is told as a number or a string; 0 if it is none."""
    text = str(told).strip() if told is not None else ""
    return int(text) if text.lstrip("-").isascii() and text.lstrip("-").isdecimal() and len(text) < 20 else 0
