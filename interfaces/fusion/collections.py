"""REST collections of a pod: their items, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from interfaces.fusion.errors import Unreadable
from interfaces.fusion.session import Session

_PAGE = 500  # items asked for at once; a pod may give fewer
_MOST_PAGES = 10_000


def items(session: Session, path: str) -> Iterator[dict[str, Any]]:
    """Yield the items of a collection, e.g. ``/fscmRestApi/resources/11.13.18.05/ledgersLOV?q=...``, as JSON objects.

    The pod says by ``hasMore`` whether a page follows. Raises Unreadable for an answer that is no collection, and as
    ``Session.get`` does.
    """
    parts = urlsplit(path)
    asked: dict[str, str | int] = {**dict(parse_qsl(parts.query, keep_blank_values=True)), "onlyData": "true"}
    begin = 0
    for _ in range(_MOST_PAGES):
        reply = session.get(parts.path, {**asked, "limit": _PAGE, "offset": begin})
        body = reply.json()
        page = body.get("items")
        if not isinstance(page, list) or not all(isinstance(one, dict) for one in page):
            raise Unreadable("the answer is no collection", where=reply.url, todo="name a resource that has `items`")
        yield from page
        begin += len(page)
        if not page or body.get("hasMore") is not True:
            return
    raise Unreadable("the collection does not end", where=parts.path, todo="narrow it by a condition: ?q=...")
