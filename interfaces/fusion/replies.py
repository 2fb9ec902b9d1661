"""What a pod's HTTP reply says: JSON where it is one, and an error in words where it is none."""

from __future__ import annotations

import html
import json
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any

from contracts import Code, code_table
from interfaces.fusion.errors import FusionError, LostReply, NotThere, Refused

_SHOWN = 200  # characters of a plain or HTML error
_READ = 1 << 14  # bytes of an error body that are looked at
_WITHOUT_TEXT = re.compile(r"(?is)<(script|style|head)\b.*?</\1\s*>|<!--.*?-->|<[^>]*>")
_TODO: Mapping[int, str] = {
    401: "check user and password (or client, or token) in the environment, and that the user is not locked",
    403: "give the user the privilege for this service and job",
    404: "check the address of the pod; a new request or data set appears some seconds late",
    429: "the pod asks for fewer calls: try again later",
}
_TODO_FOR_CODE: Mapping[str, str] = {
    "FUN_720397": "give the user the privilege for this job",
    "FND_CMN_SYS_ERR": "ask with the user that submitted the request: the pod tells it to nobody else",
}
_OTHERWISE: Mapping[int, str] = defaultdict(
    lambda: "look at the pod's status page, and try again later",
    {
        3: "a login page or another host stands in the way: check the address; redirects are not followed",
        4: "compare the names and values of the call with the pod's release",
    },
)
_BUSY = (429, 500, 502, 503, 504)
FOREIGN = "FND_CMN_SYS_ERR"
"""Code of the pod's answer to whoever asks for the request of another user: HTTP 500, for ever."""


@dataclass(frozen=True)
class Reply:
    """One HTTP reply, read to its end."""

    url: str
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes = field(repr=False)
    hide: Callable[[str], str] = field(default=str, repr=False)  # takes our secrets out of what is shown

    @property
    def success(self) -> bool:
        """True for any 2xx: Fusion creates with 201, other clients saw 200."""
        return 200 <= self.status < 300

    @property
    def html(self) -> bool:
        """True if the body is a web page."""
        kind = self.headers.get("content-type", "")
        return "html" in kind or self.body[:_SHOWN].lstrip().lower().startswith((b"<!doctype html", b"<html"))

    def json(self) -> dict[str, Any]:
        """The body as a JSON object. Raises LostReply if it is none."""
        try:
            parsed = json.loads(self.body)
        except (ValueError, RecursionError):
            parsed = None
        if isinstance(parsed, dict):
            return parsed
        if self.html:
            what = f"the pod's address answers with a web page instead of JSON: {said(self)}"
            todo = "a proxy or login page stands in the way: check the address; use an account without single sign-on"
        else:
            what = f"the reply is no JSON object: {said(self)}"
            todo = "check that the address is a Fusion pod's"
        raise LostReply(what, where=self.url, todo=todo, status=self.status)


def error_of(reply: Reply) -> FusionError:
    """Return what a reply without success means: Refused (redirects and 4xx: nothing was done) or LostReply."""
    code = transport_code(reply)
    known = f" [{code}: {code_table('transport')[code].meaning}]" if code else ""
    return _kind(reply.status)(
        f"the pod answered HTTP {reply.status}: {said(reply)}{known}",
        where=reply.url,
        todo=_TODO_FOR_CODE.get(code) or _TODO.get(reply.status) or _OTHERWISE[reply.status // 100],
        code=code,
        status=reply.status,
        transient=reply.status in _BUSY and code != FOREIGN,
        retry_after=_retry_after(reply.headers),
    )


def _kind(status: int) -> type[FusionError]:
    if status == 404:
        return NotThere
    return Refused if 300 <= status < 500 and status != 408 else LostReply  # 408: it may have arrived all the same


def said(reply: Reply) -> str:
    """Return the reply's words in one line: ADF's title and details, or the first 200 characters of its text."""
    text = reply.body[:_READ].decode("utf-8", "replace")
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        parsed = None
    if isinstance(parsed, dict) and (words := _adf(parsed)):
        return reply.hide(" - ".join(dict.fromkeys(words)))[: 5 * _SHOWN]
    if reply.html:
        text = html.unescape(_WITHOUT_TEXT.sub(" ", text))
    return reply.hide(" ".join(text.split()))[:_SHOWN] or "(nothing)"


def transport_code(reply: Reply) -> str:
    """Return the id of the transport code that the reply speaks of, "" if of none."""
    text = reply.body[:_READ].decode("utf-8", "replace").replace('\\"', '"')
    for told in (text, f"HTTP {reply.status}"):
        for code in code_table("transport").values():
            if _pattern(code).search(told):
                return code.id
    return ""


@cache
def _pattern(code: Code) -> re.Pattern[str]:
    return re.compile(code.pattern or rf"(?<!\w){re.escape(code.code)}(?!\w)")


def _adf(body: Mapping[str, Any]) -> list[str]:
    details = body.get("o:errorDetails")
    nodes = [body, *(details if isinstance(details, list) else [])]
    named = [node.get(name) for node in nodes if isinstance(node, dict) for name in ("title", "detail")]
    return [" ".join(text.split()) for text in named if isinstance(text, str) and text.strip()]


def _retry_after(headers: Mapping[str, str]) -> float:
    """Seconds, written as such or as a time, which is read against the pod's own clock."""
    told = headers.get("retry-after", "").strip()
    if told.isdecimal():
        return float(told[:9])
    try:
        until, now = parsedate_to_datetime(told), parsedate_to_datetime(headers.get("date", ""))
        return max((until - now).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return 0.0
