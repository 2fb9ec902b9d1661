"""The Scheduler REST service: requests one by one, and searched. The shape of its parameters is unconfirmed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from interfaces.emulator.answers import LAG, ServiceError, collection, not_found, number
from interfaces.emulator.clock import moment
from interfaces.emulator.ess import Ess, Request
from interfaces.emulator.faults import Faults

_CLAUSE = re.compile(r"\s*([\w.]+)\s+(eq|ne|gt|ge|lt|le)\s+(\"[^\"]*\"|'[^']*'|\S+)\s*", re.IGNORECASE)
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)
_COMPARED: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": lambda left, right: left == right,
    "ne": lambda left, right: left != right,
    "gt": lambda left, right: left > right,
    "ge": lambda left, right: left >= right,
    "lt": lambda left, right: left < right,
    "le": lambda left, right: left <= right,
}
_VALUES: Mapping[str, Callable[[Request, float], Any]] = {
    "requestId": lambda request, now: request.id,
    "parentRequestId": lambda request, now: request.parent,
    "absParentRequestId": lambda request, now: request.root,
    "name": lambda request, now: request.definition,
    "state": lambda request, now: request.state(now),
    "executionState": lambda request, now: request.state(now),
    "submissionTime": lambda request, now: moment(request.submitted),
}


class Scheduler:
    """Answers of ``/ess/rest/scheduler/v1/requests``: a user sees the requests submitted under the own name."""

    def __init__(self, ess: Ess, faults: Faults) -> None:
        self._ess = ess
        self._faults = faults

    def one(self, id_: str, query: Mapping[str, str], user: str) -> Mapping[str, Any]:
        """A request, with its parameters if they are asked for."""
        request = self._ess.of(number(id_, "the request id"), user)
        if request is None or self._lags(request):
            raise not_found(f"request {id_}")
        return self._item(request, "requestParameters" in query.get("fields", ""))

    def search(self, query: Mapping[str, str], user: str) -> dict[str, Any]:
        """The requests for which every clause of ``q`` holds, newest first."""
        clauses = [_clause(text) for text in _AND.split(query["q"])] if query.get("q") else []
        parameters = "requestParameters" in query.get("fields", "")
        found = [
            self._item(request, parameters)
            for request in sorted(self._ess.requests.values(), key=lambda one: one.id, reverse=True)
            if request.user == user and not self._lags(request)
            if all(self._holds(request, *clause) for clause in clauses)
        ]
        return collection(found, {name: value for name, value in query.items() if name != "fields"})

    def _holds(self, request: Request, field: str, operator: str, value: str) -> bool:
        if field.startswith("submit.argument"):
            slot = field.removeprefix("submit.argument")
            at = int(slot) - 1 if slot.isdecimal() else -1
            own: Any = request.arguments[at] if 0 <= at < len(request.arguments) else None
        elif field in _VALUES:
            own = _VALUES[field](request, self._ess.now)
        else:
            raise ServiceError(400, f"The attribute {field} isn't valid in q.")
        if isinstance(own, int):
            return _COMPARED[operator](own, number(value, field))
        return own is not None and _COMPARED[operator](own, value)

    def _item(self, request: Request, parameters: bool) -> dict[str, Any]:
        item = {name: value(request, self._ess.now) for name, value in _VALUES.items()}
        if parameters:
            item["requestParameters"] = [
                {"name": f"submit.argument{slot}", "dataType": "STRING", "value": argument}
                for slot, argument in enumerate(request.arguments, start=1)
            ]
        return item

    def _lags(self, request: Request) -> bool:
        return self._ess.now < request.submitted + LAG and self._faults.strikes("replica_lag", f"request {request.id}")


def _clause(text: str) -> tuple[str, str, str]:
    match = _CLAUSE.fullmatch(text)
    if match is None:
        raise ServiceError(400, f"q can't be read at {text!r}.")
    field, operator, value = match.groups()
    return field, operator.lower(), value.strip("\"'")
