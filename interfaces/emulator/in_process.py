"""The pod without a port: an httpx transport that calls the application, message by message, in the caller's thread.

The services never wait for anything, so no event loop is needed: each message that the application sends is one step of
its coroutine. A huge answer is made as far as the caller reads it.
"""

from __future__ import annotations

import threading
from collections.abc import Coroutine, Generator, Iterator
from types import coroutine
from typing import Any

import httpx
from starlette.types import ASGIApp, Message, Scope

from interfaces.emulator.app import CutError


class InProcess(httpx.BaseTransport):
    """Calls ``app``. The lock lets one thread at a time into the pod."""

    def __init__(self, app: ASGIApp, lock: threading.Lock) -> None:
        self._app = app
        self._lock = lock

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The pod's answer. Raises httpx.ConnectError or httpx.ReadError where a fault cuts the connection."""
        body = request.read()

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        call = self._app(_scope(request), receive, _send)
        answer = _Answer(call, self._lock, request)  # type: ignore[arg-type]
        start = answer.step()
        if start is None:
            raise httpx.RemoteProtocolError("the pod ended the connection without an answer", request=request)
        return httpx.Response(start["status"], headers=start["headers"], stream=answer)


class _Answer(httpx.SyncByteStream):
    """The rest of an answer, as it is read."""

    def __init__(self, call: Coroutine[Message, None, None], lock: threading.Lock, request: httpx.Request) -> None:
        self._call = call
        self._lock = lock
        self._request = request

    def step(self) -> Message | None:
        """The next message, None at the end."""
        try:
            with self._lock:
                return self._call.send(None)
        except StopIteration:
            return None
        except CutError as cut:
            error = httpx.ReadError if cut.made else httpx.ConnectError
            raise error(str(cut), request=self._request) from None

    def __iter__(self) -> Iterator[bytes]:
        while message := self.step():
            yield message.get("body", b"")

    def close(self) -> None:
        """Leave the call where it is."""
        self._call.close()


@coroutine
def _send(message: Message) -> Generator[Message, None, None]:
    """Hands a message to whoever steps the coroutine."""
    yield message


def _scope(request: httpx.Request) -> Scope:
    headers: list[Any] = [(name.lower(), value) for name, value in request.headers.raw]
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": request.url.scheme,
        "path": request.url.path,
        "raw_path": request.url.raw_path.partition(b"?")[0],
        "query_string": request.url.query,
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 0),
        "server": (request.url.host, request.url.port),
    }
