"""The pod behind a port of this machine, for clients that are not in this process."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from starlette.types import Receive, Scope, Send

from interfaces.emulator.app import CutError, Front
from interfaces.emulator.errors import EmulatorError
from interfaces.emulator.pod import Emulator

if TYPE_CHECKING:
    import uvicorn

HOST = "127.0.0.1"
"""No other machine may reach an emulator."""


def serve(emulator: Emulator, port: int, user: str, password: str) -> None:
    """Serve the emulator on loopback until the process is told to stop. Raises EmulatorError if the port is taken."""
    with bound(port) as listening:
        server(emulator, user, password).run(sockets=[listening])


def bound(port: int) -> socket.socket:
    """A socket bound to a port of this machine, a free one for 0. Raises EmulatorError if it is taken."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
    except (OSError, OverflowError) as error:
        listening.close()
        what = getattr(error, "strerror", None) or str(error)
        raise EmulatorError(f"the port cannot be used: {what}", where=f"{HOST}:{port}", todo="name another") from error
    return listening


def server(emulator: Emulator, user: str, password: str) -> uvicorn.Server:
    """A server of the emulator that asks for this user by Basic authentication."""
    import uvicorn  # here, because nobody else needs it

    emulator.app.users = {user: password}
    app = _Cutting(emulator.app)
    return uvicorn.Server(uvicorn.Config(app, lifespan="off", log_level="critical", access_log=False))


class _Cutting:
    """Closes the connection where a fault cuts it: behind a head that promises a body, the nearest that HTTP allows."""

    def __init__(self, app: Front) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except CutError:
            await send({"type": "http.response.start", "status": 502, "headers": [(b"content-length", b"1")]})
