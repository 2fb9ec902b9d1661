"""Who we are at the pod: Basic, OAuth client credentials, or a ready token. Secrets come from the environment only."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Generator, Mapping
from typing import Any

import httpx

from interfaces.fusion.errors import FusionError, NotSent, Refused

SCOPE = "urn:opc:resource:consumer::all"
LOOPBACK = ("127.0.0.1", "::1", "localhost")

USER = ("HARNESS_POD_USER", "HARNESS_POD_PASSWORD")
CLIENT = ("HARNESS_POD_CLIENT_ID", "HARNESS_POD_CLIENT_SECRET")
TOKEN = ("HARNESS_POD_JWT",)

_HIDDEN = "•••"
_EARLY = 60.0  # seconds before its end at which a token is renewed

Flow = Generator[httpx.Request, httpx.Response, None]


class Secret:
    """A text that shows itself only when it is asked to."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself."""
        return self._text

    def __repr__(self) -> str:
        return _HIDDEN

    __str__ = __repr__


class _Credentials(httpx.Auth):
    """What every kind of access has: the secrets that must never be seen."""

    def __init__(self, *secrets: str) -> None:
        self._secrets = [Secret(secret) for secret in secrets]

    def hide(self, text: str) -> str:
        """The text without our secrets: error pages like to repeat what they were sent."""
        for secret in self._secrets:
            if len(secret.reveal()) > 3:  # a shorter one stands in every other word
                text = text.replace(secret.reveal(), _HIDDEN)
        return text


class Basic(_Credentials):
    """User and password."""

    def __init__(self, user: str, password: str) -> None:
        self.user = user
        self._header = Secret(_basic(user, password))
        super().__init__(password, self._header.reveal().removeprefix("Basic "))

    def auth_flow(self, request: httpx.Request) -> Flow:
        """Put the header on the request."""
        request.headers["Authorization"] = self._header.reveal()
        yield request


class BearerToken(_Credentials):
    """A ready JWT. It is used as it is; what it claims is the business of whoever issued it."""

    def __init__(self, token: str) -> None:
        self._token = Secret(_token(token, "the token"))
        super().__init__(self._token.reveal())

    def auth_flow(self, request: httpx.Request) -> Flow:
        """Put the header on the request."""
        request.headers["Authorization"] = f"Bearer {self._token.reveal()}"
        yield request


class ClientCredentials(_Credentials):
    """OAuth 2 client credentials. The token is fetched when needed, a minute before it ends, and once after a 401."""

    requires_response_body = True  # the token stands in it

    def __init__(
        self,
        token_url: str,
        client_id: str,
        client_secret: str,
        scope: str = SCOPE,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.token_url = str(checked_url(token_url))
        self.client_id, self.scope = client_id, scope
        self._header = Secret(_basic(client_id, client_secret))
        super().__init__(client_secret, self._header.reveal().removeprefix("Basic "))
        self._clock = clock
        self._token: Secret | None = None
        self._ends = 0.0

    def auth_flow(self, request: httpx.Request) -> Flow:
        """Put the header on the request, with a token that is good. Raises Refused or NotSent if there is none."""
        if self._token is None or self._clock() >= self._ends:
            self._keep((yield self._question()))
        response = yield self._signed(request)
        if response.status_code == httpx.codes.UNAUTHORIZED:
            self._keep((yield self._question()))
            yield self._signed(request)

    def _question(self) -> httpx.Request:
        headers = {"Authorization": self._header.reveal(), "Accept": "application/json"}
        form = {"grant_type": "client_credentials", "scope": self.scope}
        return httpx.Request("POST", self.token_url, headers=headers, data=form)

    def _signed(self, request: httpx.Request) -> httpx.Request:
        assert self._token is not None
        request.headers["Authorization"] = f"Bearer {self._token.reveal()}"
        return request

    def _keep(self, response: httpx.Response) -> None:
        answer = _object(response)
        token = answer.get("access_token")
        if not response.is_success or not isinstance(token, str) or not token:
            self._token = None
            status, reason = response.status_code, self.hide(str(answer.get("error") or "no token in the reply"))
            raise (Refused if status < 500 else NotSent)(
                f"no token was given: HTTP {status}, {reason[:100]}",
                where=self.token_url,
                todo="check the token address, client id, client secret and scope",
                status=status,
                transient=status in (429, 502, 503, 504),
            )
        self._token = Secret(_token(token, "the token that was given"))
        self._secrets.append(self._token)
        self._ends = self._clock() + _seconds(answer.get("expires_in")) - _EARLY


Access = Basic | ClientCredentials | BearerToken
"""One way of saying who we are."""


def access_from_environment(environ: Mapping[str, str], token_url: str = "", scope: str = "") -> Access:
    """Return the access that the environment's variables give; ``token_url`` and ``scope`` are of the client's kind.

    Raises FusionError, naming variables and never values, if there is none, half of one, or more than one.
    """
    kinds = [kind for kind in (USER, CLIENT, TOKEN) if any(environ.get(name) for name in kind)]
    if len(kinds) != 1:
        named = "; or ".join(" and ".join(kind) for kind in (kinds or (USER, CLIENT, TOKEN)))
        what = "the environment holds more than one access to the pod" if kinds else "no access to the pod is given"
        raise FusionError(what, where="environment", todo=f"set one of: {named}")
    (kind,) = kinds
    if missing := [name for name in kind if not environ.get(name)]:
        what = f"half of the access to the pod is missing: {', '.join(missing)}"
        raise FusionError(what, where="environment", todo=f"set {' and '.join(kind)}")
    if kind == USER:
        return Basic(environ[USER[0]], environ[USER[1]])
    if kind == TOKEN:
        return BearerToken(environ[TOKEN[0]])
    if not token_url:
        what = f"{CLIENT[0]} is set, but not where tokens are given"
        raise FusionError(what, where="settings", todo="set token_url: https://<identity domain>/oauth2/v1/token")
    return ClientCredentials(token_url, environ[CLIENT[0]], environ[CLIENT[1]], scope or SCOPE)


def checked_url(url: str) -> httpx.URL:
    """Return an address to which credentials may be sent: https, or http to this very machine (the emulator).

    Raises FusionError for any other one, and for one that holds a user or password.
    """
    try:
        parsed = httpx.URL(url.strip())
    except httpx.InvalidURL:
        parsed = httpx.URL("")
    if parsed.userinfo:
        what = "the address holds a user or password"
        raise FusionError(what, where=f"{parsed.scheme}://{parsed.host}", todo="give secrets in the environment only")
    if not parsed.host or parsed.scheme not in ("https", "http"):
        raise FusionError("no address of a pod", where=url[:200], todo="write https://<pod>.fa.<data centre>...")
    if parsed.scheme == "http" and parsed.host not in LOOPBACK:
        what = "the pod is asked for without TLS: secrets and payloads would travel in the open"
        raise FusionError(what, where=str(parsed), todo="write https://; http is for the emulator on this machine only")
    return parsed


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def _token(token: str, name: str) -> str:
    """The token, fit for a header: what cannot stand there would be shown in the error of the HTTP library."""
    token = token.strip()
    if not token or not token.isascii() or not token.isprintable():
        raise FusionError(f"{name} is empty or holds characters that no token has", todo="copy the token again")
    return token


def _object(response: httpx.Response) -> dict[str, Any]:
    try:
        answer = response.json()
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _seconds(told: object) -> float:
    """How long a token lives; not told = until the pod says 401."""
    try:
        return float(str(told))
    except ValueError:
        return float("inf")
