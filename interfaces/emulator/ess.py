"""Scheduled requests: ids, trees, and states as a function of the clock.

What a request does is an event at its start. Events run in the order of their times whenever somebody looks, so that
no result depends on how often or when the pod is asked.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from interfaces.emulator.clock import Clock

FIRST = 7_310_041
"""Request ids begin here and grow by one."""
WAITS, QUEUES, SETTLES = 2.0, 1.0, 1.0
"""Seconds that a request is WAIT, then READY, and before its end COMPLETED (post-processing)."""


@dataclass(eq=False)
class Request:
    """One scheduled request. Times are seconds since 1970."""

    id: int
    name: str  # Load Interface File for Import
    definition: str  # InterfaceLoaderController, the name where it is not known
    package: str  # /oracle/apps/ess/...
    user: str
    submitted: float
    arguments: tuple[str, ...] = ()
    parent: int = 0
    root: int = 0  # absParentRequestId
    started: float = math.inf
    ended: float = math.inf
    final: str = "SUCCEEDED"
    log: str = ""
    outputs: Mapping[str, bytes] = field(default_factory=dict)  # suffix -> content
    document: str = ""  # name of the file that a load reads
    children: list[Request] = field(default_factory=list)
    follows: list[Request] = field(default_factory=list)  # chained to it without being children: import, report

    def state(self, now: float) -> str:
        """Its ESS state."""
        if now >= self.ended:
            return self.final
        if now < self.started:
            return "WAIT" if now < self.submitted + WAITS else "READY"
        if any(child.submitted <= now < child.ended for child in self.children):
            return "PAUSED"
        return "COMPLETED" if now >= self.ended - SETTLES else "RUNNING"

    def tree(self) -> Iterator[Request]:
        """Itself and what is below it."""
        yield self
        for child in self.children:
            yield from child.tree()


class Ess:
    """All requests of the pod, and what is still to happen."""

    def __init__(self, clock: Clock, first: int = FIRST) -> None:
        self.requests: dict[int, Request] = {}
        self.now = clock.now()  # while an event runs: its time
        self._clock = clock
        self._next = first
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._events = 0

    def new_id(self) -> int:
        """The next request id."""
        self._next += 1
        return self._next - 1

    def add(self, request: Request) -> Request:
        """Keep a request, so that it can be seen."""
        request.root = request.root or request.id
        self.requests[request.id] = request
        return request

    def start(self, request: Request, work: Callable[[], None]) -> Request:
        """Keep a request and let ``work`` be done when it begins to run. ``work`` says when it ends."""
        request.started = self.now + WAITS + QUEUES
        self.at(request.started, work)
        return self.add(request)

    def at(self, when: float, event: Callable[[], None]) -> None:
        """Let something happen at a time. Events of one time happen in the order in which they were told."""
        heapq.heappush(self._due, (when, self._events, event))
        self._events += 1

    def advance(self) -> float:
        """Let everything happen that is due; return the time."""
        while self._due and self._due[0][0] <= self._clock.now():
            self.now, _, event = heapq.heappop(self._due)
            event()
        self.now = self._clock.now()
        return self.now

    def of(self, id_: int, user: str) -> Request | None:
        """The request, if it is there and was submitted by this user."""
        request = self.requests.get(id_)
        return request if request is not None and request.user == user else None
