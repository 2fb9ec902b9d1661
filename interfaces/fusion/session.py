"""HTTP with a pod: reads are tried again, writes never are, and a failure says whether the call may have arrived."""

from __future__ import annotations

import json
import random as randomness
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from interfaces.fusion.access import LOOPBACK, Access, checked_url
from interfaces.fusion.errors import FusionError, LostReply, NotSent
from interfaces.fusion.replies import Reply, error_of

TIMEOUTS = httpx.Timeout(300.0, connect=20.0)
"""Seconds. Reading is long: importBulkData answers only when the document is stored."""
JSON = "application/json"

_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
_NO_NAME = re.compile(r"getaddrinfo|name resolution|Name or service|nodename|No address", re.IGNORECASE)


@dataclass(frozen=True)
class Limits:
    """How large a reply may be, and how stubbornly a read is tried again."""

    reply_bytes: int = 512 * 1024**2
    attempts: int = 6
    first_pause: float = 1.0  # seconds; doubled each time, drawn between 0 and it
    longest_pause: float = 60.0  # also where the pod asks for more


LIMITS = Limits()


class Session:
    """A connection to one pod. ``transport`` replaces the network; ``ca_file`` adds a certificate authority.

    TLS is always verified. http:// is taken for this machine only, where the emulator listens.
    Raises FusionError for an address that is none, certificates that cannot be read, and a proxy that cannot be used.
    """

    def __init__(
        self,
        url: str,
        access: Access,
        *,
        transport: httpx.BaseTransport | None = None,
        ca_file: Path | None = None,
        timeouts: httpx.Timeout = TIMEOUTS,
        sleep: Callable[[float], None] = time.sleep,
        random: randomness.Random | None = None,
        limits: Limits = LIMITS,
    ) -> None:
        self.url = str(checked_url(url).copy_with(query=None, fragment=None)).rstrip("/")
        self.access, self.sleep, self.limits = access, sleep, limits
        self._random = random or randomness.Random()  # noqa: S311 - spreads calls over time
        local = checked_url(url).host in LOOPBACK
        verify = True if transport else _trust(ca_file)  # a replaced network has no TLS of ours
        try:
            self._client = httpx.Client(
                auth=access,
                timeout=timeouts,
                transport=transport,
                verify=verify,
                event_hooks={"response": [self._bound]},
                trust_env=not local,  # a company's proxy, but not on the way to this machine
                headers={"Accept-Encoding": "identity"},  # a packed reply could be larger than its limit
                follow_redirects=False,  # credentials go nowhere else
            )
        except (ValueError, ImportError, httpx.InvalidURL):  # of the proxy
            todo = "write it as http://host:port, or unset it"
            raise FusionError("the proxy cannot be used", where="HTTPS_PROXY, ALL_PROXY", todo=todo) from None

    @property
    def host(self) -> str:
        """The pod by its host, without what signs on."""
        return checked_url(self.url).host

    def get(self, path: str, params: Mapping[str, str | int] | None = None) -> Reply:
        """Return the reply to a GET, tried again while that may help. Raises Refused, NotThere, NotSent, LostReply."""
        return self._patiently(lambda: self._client.build_request("GET", self.url + path, params=params))

    def ask(self, path: str, body: Mapping[str, Any], media: str = JSON) -> Reply:
        """Return the reply to a POST that changes nothing, tried again as ``get`` is."""
        return self._patiently(lambda: self._post(path, body, media))

    def write(self, path: str, body: Mapping[str, Any], media: str = JSON) -> Reply:
        """Return the reply to a POST, sent once and never again.

        Raises NotSent (nothing left this machine), Refused (nothing was done), LostReply (it may have arrived).
        """
        outcome = self._once(self._post(path, body, media))
        if isinstance(outcome, FusionError):
            raise outcome
        return outcome

    def hide(self, text: str) -> str:
        """The text without the secrets of this session."""
        return self.access.hide(text)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _post(self, path: str, body: Mapping[str, Any], media: str) -> httpx.Request:
        content = json.dumps(body, ensure_ascii=False).encode()
        return self._client.build_request("POST", self.url + path, content=content, headers={"Content-Type": media})

    def _patiently(self, request: Callable[[], httpx.Request]) -> Reply:
        attempt = 1
        while True:
            outcome = self._once(request())
            if not isinstance(outcome, FusionError):
                return outcome
            if not outcome.transient or attempt >= self.limits.attempts:
                raise outcome
            self.sleep(self._pause(attempt, outcome.retry_after))
            attempt += 1

    def _pause(self, attempt: int, asked: float) -> float:
        """Full jitter: many clients that failed together shall not come back together."""
        longest = min(self.limits.first_pause * 2 ** (attempt - 1), self.limits.longest_pause)
        return min(asked, self.limits.longest_pause) + self._random.uniform(0, longest)

    def _once(self, request: httpx.Request) -> Reply | FusionError:
        """One try. Errors are returned and raised elsewhere: none keeps the library's exception, with its request."""
        try:
            response = self._client.send(request)
        except FusionError as error:  # of the access
            return error
        except httpx.RequestError as error:
            return _fault(error, request, self.hide)
        headers = {name.lower(): value for name, value in response.headers.items()}
        reply = Reply(str(request.url), response.status_code, headers, response.content, self.hide)
        return reply if reply.success else error_of(reply)

    def _bound(self, response: httpx.Response) -> None:
        """Replies are read no further than allowed, those of the token service, too."""
        assert isinstance(response.stream, httpx.SyncByteStream)
        response.stream = _Bounded(response.stream, self.limits.reply_bytes)


class _TooLargeError(httpx.ReadError):
    """A reply that has more bytes than allowed."""


class _Bounded(httpx.SyncByteStream):
    """A body that ends with an error where it grows larger than allowed."""

    def __init__(self, stream: httpx.SyncByteStream, limit: int) -> None:
        self._stream, self._limit = stream, limit

    def __iter__(self) -> Iterator[bytes]:
        read = 0
        for chunk in self._stream:
            read += len(chunk)
            if read > self._limit:
                raise _TooLargeError(f"more than {self._limit:,} bytes")
            yield chunk

    def close(self) -> None:
        self._stream.close()


def _trust(ca_file: Path | None) -> ssl.SSLContext:
    try:
        context = httpx.create_ssl_context()
    except OSError:  # variables that name a file which is not there
        todo = "name a file and a folder of certificates that are there, or unset the variables"
        what = "the certificates cannot be read"
        raise FusionError(what, where="SSL_CERT_FILE, SSL_CERT_DIR", todo=todo) from None
    if ca_file is not None:
        try:
            context.load_verify_locations(cafile=ca_file)
        except OSError as error:  # ssl.SSLError is one
            reason = error.strerror or str(error)
            what, todo = f"the CA file cannot be read: {reason}", "name a file of certificates in PEM"
            raise FusionError(what, where=str(ca_file), todo=todo) from None
    return context


def _fault(error: httpx.RequestError, request: httpx.Request, hide: Callable[[str], str]) -> FusionError:
    """What a call without a whole reply means. A call for a token that fails has not sent the call behind it."""
    what, todo, transient = _words(error, error.request.url.host)
    kind = NotSent if isinstance(error, _NOT_SENT) or error.request.url != request.url else LostReply
    return kind(hide(what), where=str(error.request.url), todo=todo, transient=transient)


def _words(error: httpx.RequestError, host: str) -> tuple[str, str, bool]:
    """What happened, what to check, and whether trying again may help."""
    text = str(error) or type(error).__name__
    causes = list(_causes(error))
    if isinstance(error, _TooLargeError):
        return (
            f"the reply has {text} and was not read to its end",
            "check the address; a pod sends no such reply",
            False,
        )
    if "CERTIFICATE_VERIFY_FAILED" in text or any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        todo = "check the host name and this machine's clock; behind a company's proxy, name its CA file"
        return f"the certificate of {host} is not trusted: {text}", todo, False
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return f"no TLS connection to {host}: {text}", "check address and port, and what stands between", True
    if any(isinstance(cause, socket.gaierror) for cause in causes) or _NO_NAME.search(text):
        return f"the name {host} is not known (DNS): {text}", "check the pod's name, the network and the VPN", True
    if isinstance(error, httpx.TimeoutException):
        return f"{host} did not answer in time ({type(error).__name__})", "try again; check the network", True
    if isinstance(error, httpx.ConnectError | httpx.ProxyError):
        return f"no connection to {host}: {text}", "check address, port, proxy and firewall", True
    if isinstance(error, httpx.NetworkError | httpx.RemoteProtocolError):
        return f"the connection to {host} broke: {text}", "try again; check the network", True
    return f"the call to {host} failed: {type(error).__name__}", "check the address", False


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
