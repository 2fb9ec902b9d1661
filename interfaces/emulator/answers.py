"""What the services have in common: errors as they word them, and collections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

LAG = 15.0
"""Seconds for which a lagging replica does not know what is new."""


class ServiceError(Exception):
    """An error answer. ``detail`` is all that an old client gets to read."""

    def __init__(self, status: int, detail: str, *, title: str = "", code: str = "") -> None:
        super().__init__(detail)
        self.status, self.detail, self.code = status, detail, code
        self.title = title or {400: "Bad Request", 404: "Not Found", 500: "Internal Server Error"}.get(status, "Error")

    def body(self) -> dict[str, Any]:
        """The error as ADF writes it."""
        inner = {"detail": self.detail, "o:errorCode": self.code or str(self.status), "o:errorPath": ""}
        return {"title": self.title, "status": str(self.status), "detail": self.detail, "o:errorDetails": [inner]}


def not_found(what: str) -> ServiceError:
    """The answer for something that is not there."""
    return ServiceError(404, f"The requested item doesn't exist: {what}.")


def collection(items: Sequence[Mapping[str, Any]], query: Mapping[str, str]) -> dict[str, Any]:
    """A page of items, as ``limit`` (25 unless given, 500 at most) and ``offset`` ask for it."""
    limit = min(number(query.get("limit", "25"), "limit"), 500)
    offset = number(query.get("offset", "0"), "offset")
    page = [_only(item, query.get("fields", "")) for item in items[offset : offset + limit]]
    answer: dict[str, Any] = {
        "items": page,
        "count": len(page),
        "hasMore": offset + limit < len(items),
        "limit": limit,
        "offset": offset,
        "links": [],
    }
    if query.get("totalResults", "") == "true":
        answer["totalResults"] = len(items)
    return answer


def number(text: str, name: str) -> int:
    """A whole number of a query. Raises ServiceError for anything else."""
    if not text.isdecimal():
        raise ServiceError(400, f"The value {text!r} of {name} isn't a number.")
    return int(text)


def _only(item: Mapping[str, Any], fields: str) -> Mapping[str, Any]:
    """The fields asked for, all of them where none is named."""
    wanted = fields.split(",") if fields else ()
    return {name: item[name] for name in wanted if name in item} if wanted else item
