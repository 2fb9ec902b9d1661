"""The pod's services as one ASGI application: routes, authentication, error bodies, and the faults of single calls."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from interfaces.emulator.answers import ServiceError, collection
from interfaces.emulator.erp import Erp, Multipart
from interfaces.emulator.ess import Ess
from interfaces.emulator.faults import Faults
from interfaces.emulator.hcm import DataSets
from interfaces.emulator.scheduler import Scheduler

_ERP = "/fscmRestApi/resources/{version}/erpintegrations"
_HCM = "/hcmRestApi/resources/{version}/dataLoadDataSets"
_ESS = "/ess/rest/scheduler/v1/requests"
ABOUT = "/emulator"
"""No path of a real pod: ``speed`` of its time, and the ``parameters`` that on a real one a person looks up."""
_ADF_ERROR = "application/vnd.oracle.adf.error+json"
_PAGE = "<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"
_CHUNK = b"A" * 1024**2
_HUGE = 10 * 1024**3
_UNAUTHORIZED = Response(status_code=401, headers={"WWW-Authenticate": 'Basic realm="owsm"'})
_ANSWERS: Mapping[str, Response] = {
    "unauthorized": _UNAUTHORIZED,
    "too_many_requests": PlainTextResponse("Too many requests", 429, headers={"Retry-After": "1"}),
    "unavailable": PlainTextResponse("Service unavailable", 503),
    "plain_text_error": PlainTextResponse("JBO-29000: Unexpected exception caught", 500),
    "html_error": Response(_PAGE, 502, media_type="text/html"),
}

Handler = Callable[[Request], Awaitable[Response]]


class CutError(Exception):
    """The connection breaks: no answer comes. ``made`` is False if there never was one."""

    def __init__(self, made: bool = True) -> None:
        super().__init__("the connection is cut")
        self.made = made


class Services:
    """The handlers of the routes. What is due on the clock happens before any of them looks."""

    def __init__(self, ess: Ess, erp: Erp, scheduler: Scheduler, data_sets: DataSets, about: Mapping[str, Any]) -> None:
        self._ess = ess
        self._erp = erp
        self._scheduler = scheduler
        self._data_sets = data_sets
        self._about = about

    def routes(self) -> list[Route]:
        """Every path that the pod answers."""
        return [
            Route(_ERP, self._answer(self._post), methods=["POST"]),
            Route(_ERP, self._answer(self._find), methods=["GET"]),
            Route(_ESS, self._answer(self._requests), methods=["GET"]),
            Route(_ESS + "/{id}", self._answer(self._one_request), methods=["GET"]),
            Route(_HCM, self._answer(self._search), methods=["GET"]),
            Route(_HCM + "/action/{action}", self._answer(self._act), methods=["POST"]),
            Route(_HCM + "/{id}", self._answer(self._data_set), methods=["GET"]),
            Route(_HCM + "/{id}/action/{action}", self._answer(self._act_on), methods=["POST"]),
            Route(_HCM + "/{id}/child/{child}", self._answer(self._child), methods=["GET"]),
            Route(ABOUT, self._told, methods=["GET"]),
        ]

    def _answer(self, handler: Handler) -> Handler:
        async def answered(request: Request) -> Response:
            self._ess.advance()
            try:
                return await handler(request)
            except ServiceError as error:
                return _refusal(request, error)

        return answered

    async def _told(self, request: Request) -> Response:
        return JSONResponse(dict(self._about))

    async def _post(self, request: Request) -> Response:
        answer = self._erp.post(await _object(request), user_of(request.scope))
        return _multipart(answer) if isinstance(answer, Multipart) else JSONResponse(dict(answer), 201)

    async def _find(self, request: Request) -> Response:
        found = self._erp.find(request.query_params.get("finder", ""), user_of(request.scope))
        return JSONResponse(collection(found, request.query_params))

    async def _requests(self, request: Request) -> Response:
        return JSONResponse(self._scheduler.search(request.query_params, user_of(request.scope)))

    async def _one_request(self, request: Request) -> Response:
        id_ = request.path_params["id"]
        return JSONResponse(dict(self._scheduler.one(id_, request.query_params, user_of(request.scope))))

    async def _act(self, request: Request) -> Response:
        action = request.path_params["action"]
        return JSONResponse(self._data_sets.act(action, await _object(request), user_of(request.scope)))

    async def _act_on(self, request: Request) -> Response:
        id_, action = request.path_params["id"], request.path_params["action"]
        return JSONResponse(self._data_sets.act_on(id_, action, user_of(request.scope)))

    async def _search(self, request: Request) -> Response:
        return JSONResponse(self._data_sets.search(request.query_params, user_of(request.scope)))

    async def _data_set(self, request: Request) -> Response:
        return JSONResponse(self._data_sets.one(request.path_params["id"], user_of(request.scope)))

    async def _child(self, request: Request) -> Response:
        id_, child = request.path_params["id"], request.path_params["child"]
        return JSONResponse(self._data_sets.child(id_, child, request.query_params, user_of(request.scope)))


class Front:
    """What stands before the services: who may come in, and what breaks on the way."""

    def __init__(self, services: Services, faults: Faults, users: Mapping[str, str] | None) -> None:
        self._inner: ASGIApp = Starlette(routes=services.routes())
        self._faults = faults
        self.users = users  # name -> password; None: everybody may come in

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call. Raises CutError where the connection breaks."""
        fault = self._faults.of_call()
        if fault in ("unreachable", "lost_request"):
            raise CutError(made=fault != "unreachable")
        if fault in _ANSWERS or not self._admits(scope):
            await _ANSWERS.get(fault, _UNAUTHORIZED)(scope, receive, send)
        elif fault in ("lost_reply", "huge_reply"):
            await self._inner(scope, receive, _nowhere)
            if fault == "lost_reply":
                raise CutError
            await _too_much(send)
        else:
            await self._inner(scope, receive, send)

    def _admits(self, scope: Scope) -> bool:
        if self.users is None:
            return True
        name, _, password = _credentials(scope).partition(":")
        return name in self.users and hmac.compare_digest(self.users[name].encode(), password.encode())


def user_of(scope: Scope) -> str:
    """The name that the caller gave; of a token the token itself."""
    return _credentials(scope).partition(":")[0]


def _credentials(scope: Scope) -> str:
    """``name:password`` of Basic authentication, or the token of another kind, or ""."""
    header = next((value for name, value in scope["headers"] if name == b"authorization"), b"").decode("latin-1")
    kind, _, value = header.partition(" ")
    if kind.lower() != "basic":
        return value
    try:
        return base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""


async def _nowhere(message: Message) -> None:
    """Takes an answer that nobody will read."""


async def _too_much(send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": b'{"DocumentContent":"', "more_body": True})
    for _ in range(_HUGE // len(_CHUNK)):
        await send({"type": "http.response.body", "body": _CHUNK, "more_body": True})


async def _object(request: Request) -> dict[str, Any]:
    """The JSON object of a body. Raises ServiceError if it is none."""
    try:
        body = json.loads(await request.body())
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise ServiceError(400, "The payload isn't a JSON object.")
    return body


def _refusal(request: Request, error: ServiceError) -> Response:
    """JSON from framework version 4 on, plain text before (as far as clients tell)."""
    version = request.headers.get("rest-framework-version", "1")
    if version.isdecimal() and int(version) >= 4:
        return JSONResponse(error.body(), error.status, media_type=_ADF_ERROR)
    return PlainTextResponse(error.detail, error.status)


def _multipart(answer: Multipart) -> Response:
    """The row as the first part, the document as a binary second one."""
    boundary = "uuid:7c8a5b1e-emulated"
    row = json.dumps(dict(answer.row)).encode()
    parts = (
        (b"application/json; charset=UTF-8", b"<rootpart@emulated>", row),
        (b"application/octet-stream", b"<document@emulated>", answer.document),
    )
    body = b"".join(
        b"--%b\r\nContent-Type: %b\r\nContent-Transfer-Encoding: binary\r\nContent-ID: %b\r\n\r\n%b\r\n"
        % (boundary.encode(), kind, name, content)
        for kind, name, content in parts
    )
    media = f'multipart/related; start="<rootpart@emulated>"; type="application/json"; boundary="{boundary}"'
    return Response(body + b"--%b--\r\n" % boundary.encode(), 201, media_type=media)
