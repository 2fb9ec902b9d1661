"""HTTP with a pod: what is tried again, what a failure means, and that no secret is ever seen."""

from __future__ import annotations

import http.server
import logging
import ssl
import threading
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from scripted_pod import URL, Time, answer, session

from interfaces.fusion import (
    Basic,
    BearerToken,
    ClientCredentials,
    FusionError,
    Limits,
    LostReply,
    NotSent,
    NotThere,
    Refused,
    Session,
    access_from_environment,
)

PASSWORD = "pw-Zebra/Quartz+77"
CLIENT_SECRET = "cs-Walrus=Onyx-88"
JWT = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJHbmF0In0.Jackal-Topaz"
TOKEN = "tok-Heron-Jasper-99"
TOKEN_URL = "https://identity.example.test/oauth2/v1/token"


def raising(error: Exception) -> Callable[[httpx.Request], httpx.Response]:
    def handler(request: httpx.Request) -> httpx.Response:
        raise error

    return handler


def in_turn(*replies: httpx.Response | Exception) -> Callable[[httpx.Request], httpx.Response]:
    left = iter(replies)

    def handler(request: httpx.Request) -> httpx.Response:
        reply = next(left)
        if isinstance(reply, Exception):
            raise reply
        return reply

    return handler


# Addresses


@pytest.mark.parametrize(
    "url", ["http://pod.example.test", "ftp://pod.example.test", "pod", "", "https://", "http://["]
)
def test_only_https_is_spoken_with_a_pod(url: str) -> None:
    with pytest.raises(FusionError) as caught:
        Session(url, Basic("u", "p"))
    assert "write https://" in caught.value.todo


@pytest.mark.parametrize("url", ["http://127.0.0.1:8090", "http://[::1]:8090", "http://localhost", URL])
def test_http_is_for_this_machine(url: str) -> None:
    with Session(url + "/", Basic("u", "p")) as opened:
        assert opened.url == url


def test_an_address_with_a_password_is_refused_without_repeating_it() -> None:
    with pytest.raises(FusionError) as caught:
        Session(f"https://user:{CLIENT_SECRET}@pod.example.test", Basic("u", "p"))
    assert CLIENT_SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "what"),
    [
        ("HTTPS_PROXY", "ftp://proxy:21", "the proxy cannot be used"),
        ("SSL_CERT_FILE", "/nowhere/certificates.pem", "the certificates cannot be read"),
    ],
)
def test_variables_that_cannot_be_used_are_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, what: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(FusionError, match=what) as raised:
        Session(URL, Basic("u", "p"))
    assert name in raised.value.where


def test_a_ca_file_that_is_none_is_named(tmp_path: Path) -> None:
    for path, data in ((tmp_path / "none.pem", None), (tmp_path / "text.pem", "no certificate")):
        if data:
            path.write_text(data)
        with pytest.raises(FusionError, match="CA file cannot be read") as caught:
            Session(URL, Basic("u", "p"), ca_file=path)
        assert str(path) in str(caught.value)


# Trying again


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_read_is_tried_again_while_the_pod_is_busy(status: int) -> None:
    time = Time()
    reading = session(in_turn(httpx.Response(status), httpx.ReadTimeout("slow"), answer({"a": 1})), time)
    assert reading.get("/x").json() == {"a": 1}
    assert len(time.pauses) == 2


def test_a_post_that_only_reads_is_tried_again() -> None:
    assert session(in_turn(httpx.Response(503), answer({"a": 1}))).ask("/x", {}).json() == {"a": 1}


def test_pauses_grow_and_are_drawn_and_the_last_failure_is_told() -> None:
    time = Time()
    with pytest.raises(LostReply, match="HTTP 503"):
        session(lambda _: httpx.Response(503), time, limits=Limits(attempts=6, longest_pause=4)).get("/x")
    assert len(time.pauses) == 5
    assert all(0 <= pause <= longest for pause, longest in zip(time.pauses, (1, 2, 4, 4, 4), strict=True))
    assert len(set(time.pauses)) == 5


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"Retry-After": "7"}, 7, 8),
        ({"Retry-After": "Fri, 20 Nov 2026 06:40:09 GMT", "Date": "Fri, 20 Nov 2026 06:40:00 GMT"}, 9, 10),
        ({"Retry-After": "99999"}, 60, 61),  # longer than we ever wait
        ({"Retry-After": "soon"}, 0, 1),
        ({"Retry-After": "Fri, 20 Nov 2026 06:40:09 GMT"}, 0, 1),  # against which clock?
    ],
)
def test_retry_after_is_honoured(headers: dict[str, str], least: float, most: float) -> None:
    time = Time()
    session(in_turn(httpx.Response(429, headers=headers), answer({})), time).get("/x")
    assert least <= time.pauses[0] <= most


def test_the_request_of_another_user_is_not_asked_for_again() -> None:
    body = {"title": "Error", "detail": "FND-2: an application error occurred (FND_CMN_SYS_ERR)"}
    time = Time()
    with pytest.raises(LostReply) as caught:
        session(lambda _: answer(body, 500), time).get("/x")
    assert (caught.value.code, caught.value.status, time.pauses) == ("FND_CMN_SYS_ERR", 500, [])


@pytest.mark.parametrize(
    "reply",
    [
        httpx.Response(429, headers={"Retry-After": "1"}),
        httpx.Response(500),
        httpx.Response(503),
        httpx.ReadTimeout("slow"),
        httpx.ConnectError("refused"),
    ],
)
def test_a_write_is_never_tried_again(reply: httpx.Response | Exception) -> None:
    calls = []

    def handler(request: httpx.Request) -> httpx.Response:
        calls.append(request)
        return in_turn(reply)(request)

    with pytest.raises(FusionError):
        session(handler).write("/x", {})
    assert len(calls) == 1


# What a failed write means


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (httpx.ConnectError("[Errno 111] Connection refused"), NotSent),
        (httpx.ConnectError("[Errno -2] Name or service not known"), NotSent),
        (httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed"), NotSent),
        (httpx.ConnectTimeout("slow"), NotSent),
        (httpx.PoolTimeout("busy"), NotSent),
        (httpx.ProxyError("407 Proxy Authentication Required"), NotSent),
        (httpx.ReadTimeout("slow"), LostReply),
        (httpx.WriteTimeout("slow"), LostReply),
        (httpx.ReadError("[Errno 104] Connection reset by peer"), LostReply),
        (httpx.WriteError("[Errno 32] Broken pipe"), LostReply),
        (httpx.RemoteProtocolError("Server disconnected without sending a response."), LostReply),
        (httpx.LocalProtocolError("strange"), LostReply),
        (httpx.DecodingError("no gzip"), LostReply),
        (httpx.Response(301, headers={"Location": "https://login.example.test"}), Refused),
        (httpx.Response(400), Refused),
        (httpx.Response(401), Refused),
        (httpx.Response(403), Refused),
        (httpx.Response(404), NotThere),
        (httpx.Response(429), Refused),
        (httpx.Response(408), LostReply),
        (httpx.Response(500), LostReply),
        (httpx.Response(503), LostReply),
    ],
)
def test_a_failed_write_says_whether_the_call_may_have_arrived(
    failure: httpx.Response | Exception, kind: type[FusionError]
) -> None:
    with pytest.raises(FusionError) as caught:
        session(in_turn(failure)).write("/x", {})
    assert type(caught.value) is kind


@pytest.mark.parametrize(
    "reply",
    [
        httpx.Response(200, html="<html>Sign in</html>"),
        httpx.Response(201, text=""),
        httpx.Response(201, text="[1]"),
        httpx.Response(200, text="[" * 100_000),
    ],
)
def test_a_success_that_cannot_be_read_is_a_lost_reply(reply: httpx.Response) -> None:
    with pytest.raises(LostReply):
        session(in_turn(reply)).write("/x", {}).json()


# Words


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (httpx.Response(401), "check user and password"),
        (httpx.Response(403), "give the user the privilege"),
        (httpx.Response(302), "redirects are not followed"),
        (httpx.ConnectError("[Errno -3] Temporary failure in name resolution"), "is not known (DNS)"),
        (httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate"), "name its CA file"),
        (httpx.ConnectError("[Errno 111] Connection refused"), "no connection to pod.example.test"),
        (httpx.ReadTimeout(""), "did not answer in time"),
    ],
)
def test_an_error_says_what_to_check(failure: httpx.Response | Exception, words: str) -> None:
    with pytest.raises(FusionError) as caught:
        session(in_turn(failure)).write("/x", {})
    text = str(caught.value)
    assert words in text
    assert [line.strip()[:3] for line in text.splitlines()[1:]] == ["at ", "do "]


def test_a_web_page_instead_of_json_is_named_as_such() -> None:
    page = "<html><head><title>x</title><style>p{}</style></head><body><h1>Sign&nbsp;in</h1>to continue</body></html>"
    with pytest.raises(LostReply, match="a web page instead of JSON: Sign in to continue") as caught:
        session(in_turn(httpx.Response(200, html=page))).get("/x").json()
    assert "login page" in caught.value.todo


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (answer({"title": "Bad Request", "detail": "No such job", "o:errorDetails": [{"detail": "JBO-27014: needed"}]},
                400), "Bad Request - No such job - JBO-27014: needed [JBO_27014: "),
        (answer({"title": None, "o:errorDetails": {"detail": "odd"}}, 400), '{"title"'),
        (httpx.Response(400, text='Invalid attribute "jobName" in the payload'), "[attribute_invalid: "),
        (httpx.Response(500, text="plain\n\n  words " + "x" * 1000), "plain words xxx"),
        (httpx.Response(502, html="<html><body><!-- no --><p>Bad <b>Gateway</b></p></body></html>"), "Bad Gateway"),
        (httpx.Response(500, text="FUN-720397 no access"), "[FUN_720397: "),
        (httpx.Response(500, content=b"\xff\xfe\x00"), "HTTP 500"),
        (httpx.Response(500), "(nothing)"),
    ],
)  # fmt: skip
def test_error_bodies_of_every_kind_are_read(reply: httpx.Response, words: str) -> None:
    with pytest.raises(FusionError) as caught:
        session(in_turn(reply)).write("/x", {})
    assert words in str(caught.value)
    assert len(caught.value.what) < 500


class Endless(httpx.SyncByteStream):
    """A reply that never ends."""

    read = 0

    def __iter__(self) -> Iterator[bytes]:
        while True:
            self.read += 1
            yield b"x" * 65536


def test_a_reply_is_read_no_further_than_its_limit() -> None:
    stream = Endless()
    reading = session(lambda _: httpx.Response(200, stream=stream), limits=Limits(reply_bytes=1_000_000))
    with pytest.raises(LostReply, match="more than 1,000,000 bytes"):
        reading.get("/x")
    assert stream.read == 16


# Access


def test_basic_and_bearer_put_their_header_on_every_call() -> None:
    seen = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["Authorization"])
        return answer({})

    session(handler, access=Basic("Aladdin", "open sesame")).get("/x")
    session(handler, access=BearerToken(f" {JWT}\n")).get("/x")
    assert seen == ["Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", f"Bearer {JWT}"]


class Identity:
    """A token service and a pod that takes its newest token."""

    def __init__(self, expires: object = 3600) -> None:
        self.expires = expires
        self.given: list[str] = []
        self.questions: list[httpx.Request] = []
        self.revoked = False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if str(request.url) == TOKEN_URL:
            self.questions.append(request)
            self.given.append(f"{TOKEN}-{len(self.given)}")
            self.revoked = False
            return answer({"access_token": self.given[-1], "expires_in": self.expires})
        good = not self.revoked and request.headers["Authorization"] == f"Bearer {self.given[-1]}"
        return answer({}) if good else httpx.Response(401)


def test_a_token_is_fetched_once_and_renewed_before_it_ends_and_after_a_401() -> None:
    identity, time = Identity(), Time()
    access = ClientCredentials(TOKEN_URL, "id", CLIENT_SECRET, clock=time.clock)
    calls = session(identity, time, access)
    calls.get("/x")
    calls.get("/x")
    assert len(identity.given) == 1
    time.now += 3541
    calls.get("/x")
    assert len(identity.given) == 2
    identity.revoked = True
    calls.write("/x", {})
    assert len(identity.given) == 3
    question = identity.questions[0]
    assert question.content == b"grant_type=client_credentials&scope=urn%3Aopc%3Aresource%3Aconsumer%3A%3Aall"
    assert question.headers["Authorization"].startswith("Basic ")


def test_a_401_that_a_new_token_does_not_help_ends_after_one_renewal() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        given.append(request) if str(request.url) == TOKEN_URL else None
        return answer({"access_token": TOKEN}) if str(request.url) == TOKEN_URL else httpx.Response(401)

    given: list[httpx.Request] = []
    with pytest.raises(Refused, match="HTTP 401"):
        session(handler, access=ClientCredentials(TOKEN_URL, "id", CLIENT_SECRET)).get("/x")
    assert len(given) == 2


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (answer({"error": "invalid_client"}, 401), Refused),
        (httpx.Response(200, html="<html>"), Refused),
        (answer({"access_token": ""}), Refused),
        (httpx.Response(503), NotSent),
        (httpx.ReadTimeout("slow"), NotSent),  # of the token: the call behind it never left
        (httpx.ConnectError("refused"), NotSent),
    ],
)
def test_a_write_without_a_token_is_not_sent(reply: httpx.Response | Exception, kind: type[FusionError]) -> None:
    with pytest.raises(kind) as caught:
        session(in_turn(reply), access=ClientCredentials(TOKEN_URL, "id", CLIENT_SECRET)).write("/x", {})
    assert caught.value.where == TOKEN_URL


def test_a_token_address_without_tls_is_refused() -> None:
    with pytest.raises(FusionError, match="without TLS"):
        ClientCredentials("http://identity.example.test/token", "id", CLIENT_SECRET)


def test_access_comes_from_the_environment() -> None:
    basic = {"HARNESS_POD_USER": "u", "HARNESS_POD_PASSWORD": PASSWORD}
    oauth = {"HARNESS_POD_CLIENT_ID": "i", "HARNESS_POD_CLIENT_SECRET": CLIENT_SECRET}
    assert isinstance(access_from_environment(basic), Basic)
    assert isinstance(access_from_environment({"HARNESS_POD_JWT": JWT}), BearerToken)
    access = access_from_environment(oauth, TOKEN_URL)
    assert isinstance(access, ClientCredentials)
    assert access.scope == "urn:opc:resource:consumer::all"
    assert getattr(access_from_environment(oauth, TOKEN_URL, "other"), "scope") == "other"  # noqa: B009


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({}, ["HARNESS_POD_USER", "HARNESS_POD_CLIENT_ID", "HARNESS_POD_JWT"]),
        ({"HARNESS_POD_USER": "u"}, ["HARNESS_POD_PASSWORD"]),
        ({"HARNESS_POD_PASSWORD": PASSWORD}, ["HARNESS_POD_USER"]),
        ({"HARNESS_POD_USER": "u", "HARNESS_POD_PASSWORD": ""}, ["HARNESS_POD_PASSWORD"]),
        ({"HARNESS_POD_CLIENT_SECRET": CLIENT_SECRET}, ["HARNESS_POD_CLIENT_ID"]),
        ({"HARNESS_POD_CLIENT_ID": "i", "HARNESS_POD_CLIENT_SECRET": CLIENT_SECRET}, ["token_url"]),
        ({"HARNESS_POD_USER": "u", "HARNESS_POD_PASSWORD": PASSWORD, "HARNESS_POD_JWT": JWT}, ["more than one"]),
        ({"HARNESS_POD_JWT": "two\nlines"}, ["copy the token again"]),
    ],
)
def test_no_access_or_half_of_one_is_named_by_its_variables(environ: dict[str, str], named: list[str]) -> None:
    with pytest.raises(FusionError) as caught:
        access_from_environment(environ)
    text = str(caught.value)
    assert [name for name in named if name not in text] == []
    assert [value for value in environ.values() if len(value) > 1 and value in text] == []


def test_an_empty_password_hides_nothing_else() -> None:
    with pytest.raises(Refused, match="the pod answered HTTP 403: no way"):
        session(in_turn(httpx.Response(403, text="no way")), access=Basic("u", "")).get("/x")


# Secrets


def everything(error: BaseException) -> str:
    """All that a careless program could print of an error, and of what stands behind it."""
    text = "".join(traceback.format_exception(error))
    cause: BaseException | None = error
    while cause is not None:
        text += f"{cause!r}{cause}{vars(cause)}{cause.args}"
        cause = cause.__cause__ or cause.__context__
    return text


ACCESSES: dict[str, Callable[[], Any]] = {
    "basic": lambda: Basic("loader", PASSWORD),
    "bearer": lambda: BearerToken(JWT),
    "client": lambda: ClientCredentials(TOKEN_URL, "id", CLIENT_SECRET),
}
SECRETS = (PASSWORD, CLIENT_SECRET, JWT, TOKEN, httpx.BasicAuth("loader", PASSWORD)._auth_header[6:])


def echo(status: int, kind: str) -> Callable[[httpx.Request], httpx.Response]:
    """A pod that repeats in its answer what it was sent, as some error pages do."""

    def handler(request: httpx.Request) -> httpx.Response:
        if str(request.url) == TOKEN_URL and status != 400:
            return answer({"access_token": TOKEN})
        heard = f"Authorization was {request.headers['Authorization']}, secrets {' '.join(SECRETS)}"
        heard = heard if str(request.url) == TOKEN_URL else heard.replace(CLIENT_SECRET, "")
        if kind == "raise":
            raise httpx.RemoteProtocolError(f"illegal status line: {request.headers['Authorization']}")
        if kind == "json":
            return answer({"title": heard, "error": request.headers["Authorization"]}, status)
        return httpx.Response(status, headers={"Content-Type": kind}, text=f"<html>{heard}</html>")

    return handler


@pytest.mark.parametrize("kind", ["json", "text/html", "text/plain", "raise"])
@pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 404, 429, 500, 503])
@pytest.mark.parametrize("name", ACCESSES)
def test_no_error_shows_a_secret_even_where_the_pod_repeats_it(name: str, status: int, kind: str) -> None:
    access = ACCESSES[name]()
    for call in ("get", "write", "ask"):
        opened = session(echo(status, kind), access=access)
        with pytest.raises(FusionError) as caught:  # noqa: PT012
            reply = opened.get("/x") if call == "get" else getattr(opened, call)("/x", {})
            reply.json()
            raise FusionError("a success, which shows nothing")
        shown = everything(caught.value) + repr(access) + str(vars(access)) + repr(opened)
        own = {"basic": SECRETS[0::4], "bearer": (JWT,), "client": (CLIENT_SECRET, TOKEN)}[name]
        assert [secret for secret in own if secret in shown] == []
        assert caught.value.__context__ is None
        assert caught.value.__cause__ is None


class Server(http.server.BaseHTTPRequestHandler):
    """A pod on this machine that refuses everybody and tells what it heard."""

    def do_GET(self) -> None:
        heard = f"you said {self.headers['Authorization']}".encode()
        self.send_response(401 if self.path == "/refuse" else 200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(heard)))
        self.end_headers()
        self.wfile.write(heard)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def served() -> Iterator[http.server.ThreadingHTTPServer]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_nothing_is_logged_that_shows_a_secret(
    served: http.server.ThreadingHTTPServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with Session(f"http://127.0.0.1:{served.server_port}", Basic("loader", PASSWORD)) as opened:
        with pytest.raises(Refused, match="you said Basic •••"):
            opened.get("/refuse")
        with pytest.raises(LostReply, match="no JSON object: you said Basic •••"):
            opened.get("/").json()
    assert "httpcore" in {record.name.partition(".")[0] for record in caplog.records}
    assert [secret for secret in SECRETS if secret in caplog.text] == []
    assert not [record for record in caplog.records if record.name.startswith("interfaces")]


def test_nobody_listening_is_not_sent(served: http.server.ThreadingHTTPServer) -> None:
    port = served.server_port
    served.socket.close()
    with Session(f"http://127.0.0.1:{port}", Basic("u", "p")) as opened, pytest.raises(NotSent, match="no connection"):
        opened.write("/x", {})


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for this machine that nobody but its own file vouches for, and its key."""
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "ca.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(private)
    return folder / "ca.pem", folder / "key.pem"


def test_a_certificate_is_trusted_only_where_its_authority_was_named(
    served: http.server.ThreadingHTTPServer, tmp_path: Path
) -> None:
    authority, key = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority, key)
    served.socket = context.wrap_socket(served.socket, server_side=True)
    served.handle_error = lambda *_: None  # type: ignore[method-assign] # of the handshakes that we break off
    url = f"https://localhost:{served.server_port}"
    with Session(url, Basic("u", PASSWORD)) as opened, pytest.raises(NotSent, match="is not trusted") as caught:
        opened.write("/x", {})
    assert PASSWORD not in everything(caught.value)
    with Session(url, Basic("u", PASSWORD), ca_file=authority) as opened:
        assert opened.get("/x").status == 200
    with (
        Session(url.replace("localhost", "127.0.0.1"), Basic("u", PASSWORD), ca_file=authority) as opened,
        pytest.raises(NotSent, match="is not trusted"),
    ):
        opened.get("/x")
