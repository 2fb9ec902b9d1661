"""Records of one table of ServiceNow by its Table API: found by correlation id, never made twice.

Reads and updates are tried again, for doing them twice is doing them once. A record is asked for once; where the reply
is lost, the record is looked for.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import count, islice
from types import TracebackType
from typing import Any, Self, TypeAlias, TypeGuard

import httpx
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from harness.errors import UsageError
from harness.trackers import words
from interfaces.fusion import Basic, BearerToken
from raid_log import clean

PREFIX = "HARNESS_SERVICENOW_"
Record: TypeAlias = Mapping[str, str]
"""Fields of a record as values; what the table does not have is not in it."""

_PAGE = 200  # records of one reply
_FEW = 5
_ATTEMPTS = 4
_LONGEST_PAUSE = 60.0  # seconds, also where more is asked for
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
_BUSY = (429, 503)
_LAST_PORT = 65_535
_SYS_ID = re.compile(r"[A-Za-z0-9_-]+")
_SHOWN = 200  # characters of what ServiceNow said
_TODO: Mapping[int, str] = {
    401: f"check {PREFIX}USER and {PREFIX}PASSWORD (or {PREFIX}TOKEN), and that the user is not locked",
    403: "give the user the role for this table",
    404: f"check {PREFIX}URL and {PREFIX}TABLE",
    429: "it asks for fewer calls: try again later",
}


class TrackerError(UsageError):
    """ServiceNow did not do it, and would not do the next call either."""

    def __init__(
        self, what: str, *, where: str = "", todo: str = "", status: int = 0, lost: bool = False,
        passing: bool = False, wait: float = 0.0,
    ) -> None:  # fmt: skip
        super().__init__(what, where=where, todo=todo)
        self.status = status  # HTTP status, 0 = no reply
        self.lost = lost  # it may have been done all the same
        self.passing = passing  # trying again may help
        self.wait = wait  # seconds that ServiceNow asks to wait


class RecordError(TrackerError):
    """One record was not written; others may be."""


class Instance(BaseSettings):
    """Where ServiceNow is and who signs on: variables HARNESS_SERVICENOW_URL, ..., never a file."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True)

    url: str = ""
    user: str = ""
    password: SecretStr = SecretStr("")
    token: SecretStr = SecretStr("")
    table: str = Field(default="incident", pattern="^[a-z][a-z0-9_]*$")
    timeout_seconds: float = Field(default=60, gt=0, le=3_600)

    def address(self) -> httpx.URL:
        """Return where credentials may be sent: https, or http on this machine. Raises UsageError."""
        todo = f"set {PREFIX}URL to https://<instance>.service-now.com"
        try:
            url = httpx.URL(self.url.strip())
            url.raw_host.decode().encode("idna")  # as the network asks for it: no part of a name is longer than 63
        except (httpx.InvalidURL, UnicodeError):
            url = httpx.URL("")
        if url.userinfo:
            raise UsageError("the address of ServiceNow holds a user or password", where=url.host, todo=todo)
        if not url.host or url.scheme not in ("https", "http") or (url.port or 0) > _LAST_PORT:
            raise UsageError("no address of ServiceNow is given", where=f"{PREFIX}URL", todo=todo)
        if url.scheme == "http" and url.host not in _LOOPBACK:
            raise UsageError("ServiceNow is asked for without TLS", where=url.host, todo=todo)
        return url.copy_with(query=None, fragment=None)

    def access(self) -> Basic | BearerToken:
        """Return who signs on. Raises UsageError, naming variables and never values, for none, half or two."""
        user, password, token = self.user, self.password.get_secret_value(), self.token.get_secret_value()
        if token and not (user or password):
            return BearerToken(token)
        if user and password and not token:
            return Basic(user, password)
        what = "more than one access" if token else "half of the access" if user or password else "no access"
        todo = f"set {PREFIX}USER and {PREFIX}PASSWORD, or {PREFIX}TOKEN"
        raise UsageError(f"{what} to ServiceNow is given", where="environment", todo=todo)


def read_instance() -> Instance:
    """Return what the variables say. Raises UsageError, which holds no value of a variable."""
    try:
        return Instance()
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        name = f"{PREFIX}{first['loc'][0]}".upper()
        raise UsageError(f"{name}: {first['msg']}", where="environment", todo="correct it") from None


class TableApi:
    """One table of one instance. ``transport`` replaces the network. Raises UsageError for a bad address or access.

    Redirects are not followed: credentials go nowhere else.
    """

    def __init__(
        self,
        instance: Instance,
        *,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        url, access = instance.address(), instance.access()
        self.table, self._sleep, self._hide = instance.table, sleep, access.hide
        self._base = f"{str(url).rstrip('/')}/api/now/table"
        try:
            self._client = httpx.Client(
                auth=access,
                timeout=httpx.Timeout(instance.timeout_seconds, connect=20.0),
                transport=transport,
                trust_env=url.host not in _LOOPBACK,  # a company's proxy and certificates, but not for this machine
                headers={"Accept": "application/json"},
                follow_redirects=False,
            )
        except OSError:
            todo = "name a file of certificates in PEM, or leave the variable out"
            raise UsageError("no certificates can be read", where="SSL_CERT_FILE, SSL_CERT_DIR", todo=todo) from None
        except (ValueError, ImportError, httpx.InvalidURL):  # not what it says: a proxy may have a password
            todo = "write it as http://host:port, or leave the variable out"
            raise UsageError("the proxy cannot be used", where="HTTPS_PROXY, ALL_PROXY", todo=todo) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def find(self, correlation_id: str, fields: Sequence[str]) -> Record | None:
        """Return the record of this correlation id, None if there is none.

        Raises RecordError where two have it, TrackerError where the table does not search by it.
        """
        found = self._few(f"correlation_id={correlation_id}", fields)
        # A condition on a field that a table does not have is ignored, and every record is found.
        if any(record.get("correlation_id") != correlation_id for record in found):
            what = f"table {self.table} does not search by correlation_id: it gave other records"
            raise TrackerError(
                what, where=self._at(), todo=f"set {PREFIX}TABLE to a task table, and let the user read it"
            )
        if len(found) > 1:
            keys = ", ".join(sorted(map(key_of, found)))
            what, todo = f"more than one record has its correlation id: {keys}", "clear the id of all but one"
            raise RecordError(what, where=correlation_id, todo=todo)
        return found[0] if found else None

    def named(self, key: str, fields: Sequence[str]) -> Record | None:
        """Return the one record whose number or sys_id the key is, None for none, several, and what is no key."""
        if not key.replace("_", "").replace("-", "").isalnum():
            return None
        for name in ("number", "sys_id"):
            found = [one for one in self._few(f"{name}={key}", fields) if one.get(name) == key]
            if len(found) == 1:
                return found[0]
        return None

    def records(self, query: str, fields: Sequence[str], table: str = "") -> Iterator[Record]:
        """Yield the records that an encoded query finds, in the order of their sys_id, page by page."""
        seen: set[str] = set()
        blank = 0  # pages one after the other
        for offset in count(step=_PAGE):
            params: dict[str, str | int] = {
                "sysparm_query": f"{query}^ORDERBYsys_id", "sysparm_limit": _PAGE, "sysparm_offset": offset,
                **_shape(fields),
            }  # fmt: skip
            reply, rows = self._patiently("GET", table or self.table, params=params)
            if not isinstance(rows, list) or not all(map(_is_record, rows)):
                raise TrackerError("the reply is no list of records", where=self._at(table), todo=_TODO[404])
            page = [_record(row) for row in rows]
            if not seen.isdisjoint(record["sys_id"] for record in page):
                raise TrackerError("its pages repeat themselves", where=self._at(table), todo=_TODO[404])
            seen |= {record["sys_id"] for record in page}
            yield from page
            blank = 0 if page else blank + 1
            if blank > _FEW:
                what = "page after page is empty, and more are to come"
                raise TrackerError(what, where=self._at(table), todo="let the user read the records of the table")
            if not _more(reply, offset + _PAGE, len(page)):
                return

    def _few(self, query: str, fields: Sequence[str], table: str = "") -> list[Record]:
        """Enough of what a query finds to tell one from several, also where it finds the whole table."""
        return list(islice(self.records(query, fields, table), _FEW))

    def person(self, mail: str) -> str:
        """Return the sys_id of the one user of this mail, "" for none, for several, and where users may not be read."""
        if not mail or "^" in mail:  # a caret would be another condition
            return ""
        try:
            users = self._few(f"email={mail}", ("email",), "sys_user")
        except TrackerError as error:
            if error.status in (400, 403, 404):
                return ""
            raise
        ids = [user["sys_id"] for user in users if user.get("email", "").casefold() == mail.casefold()]
        return ids[0] if len(ids) == 1 else ""

    def create(self, fields: Record) -> Record:
        """Make a record, once, and return it. ``fields`` hold its correlation id, which no record has so far.

        Raises RecordError for what is refused, for a table that does not keep the id, and where nobody can tell
        whether it was made.
        """
        correlation_id, fault = fields["correlation_id"], None
        for attempt in range(_ATTEMPTS):
            if fault is None or not fault.lost:
                try:
                    return self._kept(
                        self._once("POST", self.table, params=_shape(fields), body=fields)[1], correlation_id
                    )
                except TrackerError as error:
                    if not error.lost and error.status not in _BUSY:
                        raise
                    fault = error
            self._pause(attempt, fault)
            if found := self.find(correlation_id, list(fields)):
                return found
        assert fault is not None
        what = f"{fault.what}; whether the record was made is not known" if fault.lost else fault.what
        raise RecordError(what, where=correlation_id, todo="push it again later: it is looked for first")

    def update(self, sys_id: str, fields: Record) -> None:
        """Change fields of a record. Raises RecordError for what is refused."""
        self._patiently("PATCH", f"{self.table}/{sys_id}", params=_shape(fields), body=fields)

    def _kept(self, row: object, correlation_id: str) -> Record:
        """The record that was made. One that did not take the id would be made again and again."""
        if not _is_record(row):
            raise TrackerError("the reply names no record", where=self._at(), todo=_TODO[404], lost=True)
        record = _record(row)
        if record.get("correlation_id") != correlation_id:
            what = f"table {self.table} does not keep correlation_id: record {key_of(record)} was made without it"
            raise TrackerError(what, where=correlation_id, todo=f"delete it, and set {PREFIX}TABLE to a task table")
        return record

    def _patiently(self, method: str, path: str, **call: Any) -> tuple[httpx.Response, Any]:
        for attempt in range(_ATTEMPTS):
            try:
                return self._once(method, path, **call)
            except TrackerError as error:
                if not error.passing or attempt == _ATTEMPTS - 1:
                    raise
                self._pause(attempt, error)
        raise AssertionError

    def _pause(self, attempt: int, fault: TrackerError) -> None:
        self._sleep(min(max(fault.wait, 2.0**attempt), _LONGEST_PAUSE))

    def _once(
        self, method: str, path: str, *, params: Mapping[str, str | int], body: Record | None = None
    ) -> tuple[httpx.Response, Any]:
        """One call: the reply, and the result in it."""
        try:
            reply = self._client.request(method, f"{self._base}/{path}", params=params, json=body)
        except httpx.RequestError as error:
            fault = self._unanswered(error)
        else:
            result = _result(reply)
            if reply.is_success and result is not None:
                return reply, result
            fault = self._refusal(reply, writes=method != "GET")
        raise fault  # here, where the library's error with its request does not hang on it

    def _unanswered(self, error: httpx.RequestError) -> TrackerError:
        host, sent = error.request.url.host, not isinstance(error, _NOT_SENT)
        what = f"{host} did not answer" if sent else f"no connection to {host}"
        said = self._hide(str(error) or type(error).__name__)
        todo = "check address, network, proxy, and certificates (SSL_CERT_FILE names those of a proxy)"
        return TrackerError(
            f"{what}: {said}", where=self._at(), todo=todo, lost=sent, passing="CERTIFICATE" not in said
        )

    def _refusal(self, reply: httpx.Response, *, writes: bool) -> TrackerError:
        """What a reply without a result means."""
        status = reply.status_code
        kind = RecordError if writes and (status in (400, 403, 404, 409) or status >= 500) else TrackerError
        said = words.one_line(self._hide(_said(reply)))[:_SHOWN] or "(nothing)"  # cut when no secret can be halved
        what = f"ServiceNow answered HTTP {status}: {said}"
        todo = _TODO.get(status, "see what it says")
        if reply.is_redirect or (reply.is_success and _is_page(reply)):
            other = "a redirect" if reply.is_redirect else "a web page"
            what = f"the address of ServiceNow answers HTTP {status} with {other}"
            todo = f"a login page or another host stands in the way: check {PREFIX}URL"
        elif reply.is_success:
            what, todo = f"the reply is no JSON of the Table API: {said}", _TODO[404]
        return kind(
            what, where=self._at(), todo=todo, status=status, wait=_wait(reply),
            lost=reply.is_success or status == 408 or (status >= 500 and status not in _BUSY),
            passing=status in (*_BUSY, 408, 502, 504),
        )  # fmt: skip

    def _at(self, table: str = "") -> str:
        return f"{self._base}/{table or self.table}"


def key_of(record: Record) -> str:
    """Return how people call a record: its number, of a table without numbers its sys_id."""
    return record.get("number") or record.get("sys_id", "")


def _shape(fields: Sequence[str] | Record) -> dict[str, str | int]:
    """Which fields a reply is to have, as values."""
    names = dict.fromkeys(("sys_id", "number", "correlation_id", *fields))
    return {
        "sysparm_fields": ",".join(names),
        "sysparm_exclude_reference_link": "true",
        "sysparm_display_value": "false",
    }


def _is_record(row: object) -> TypeGuard[dict[str, Any]]:
    """Whether this is a row with an id: one that can stand in a path, and leads nowhere else."""
    return isinstance(row, dict) and _SYS_ID.fullmatch(str(row.get("sys_id", ""))) is not None


def _record(row: Mapping[str, Any]) -> Record:
    """A row of a reply; a reference may come with its link."""
    values = {name: value.get("value") if isinstance(value, dict) else value for name, value in row.items()}
    return {name: "" if value is None else clean(str(value)) for name, value in values.items()}


def _more(reply: httpx.Response, offset: int, rows: int) -> bool:
    """Whether a page follows. Rows that the user may not see are missing in a page: fewer are no sign of the last."""
    total = reply.headers.get("X-Total-Count", "")
    if "next" in reply.links:
        return True
    return offset < int(total[:9]) if total.isdecimal() else rows == _PAGE and "Link" not in reply.headers


def _result(reply: httpx.Response) -> Any:
    try:
        body = reply.json()
    except (ValueError, RecursionError):
        return None
    return body.get("result") if isinstance(body, dict) else None


def _is_page(reply: httpx.Response) -> bool:
    start = reply.content[:_SHOWN].lstrip().lower()
    return "html" in reply.headers.get("Content-Type", "") or start.startswith((b"<!doctype html", b"<html"))


def _said(reply: httpx.Response) -> str:
    """ServiceNow's message and detail, or the text of the reply."""
    if _is_page(reply):
        return "(a web page)"
    try:
        error = reply.json()["error"]
        texts: Iterator[Any] = (error.get(name) for name in ("message", "detail"))
        text = " - ".join(one for one in texts if isinstance(one, str) and one)
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        text = ""
    return text or reply.content.decode(errors="replace")  # whatever encoding it claims to have


def _wait(reply: httpx.Response) -> float:
    """Seconds of Retry-After, which may be written as a moment; 0 where it is neither."""
    told = reply.headers.get("Retry-After", "").strip()
    if told.isdecimal():
        return float(told[:9])
    try:
        return max((parsedate_to_datetime(told) - datetime.now(UTC)).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return 0.0
