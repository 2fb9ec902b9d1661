"""``harness report digest``: a mail per person as a file, and sent once by a server that is real enough."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import SMTP as RFC5322
from pathlib import Path

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from harness.workspace import find_workspace
from raid_log import Actor, add, open_store

AT = datetime(2026, 6, 2, 13, 0, tzinfo=UTC)  # a Tuesday, 09:00 in New York
WHEN = ("--as-of", AT.isoformat())
PEOPLE = """id,name,roles,mail
tess,Tess,triager,tess@example.org
olga,Núñez Olga,owner,olga@example.org
oscar,Oscar,owner,oscar@example.org
nora,Nora,owner,
idle,Idle,owner,idle@example.org
"""
USER, PASSWORD = "raid", "correct-horse-4711"
Call = Callable[..., int]


class Desk(Controller):
    """A mail server on loopback: what it took, and how it treats whom."""

    def __init__(self, **how: object) -> None:
        self.taken: list[tuple[str, bytes]] = []
        self.refused: set[str] = set()
        self.hangs_up = 0  # how often it hangs up where a mail begins
        super().__init__(self, hostname="127.0.0.1", port=0, ready_timeout=10, **how)

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]  # any free one
        super()._trigger_server()

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, sender: str, _: list[str]) -> str:
        if self.hangs_up:
            self.hangs_up -= 1
            return "421 too many mails"
        envelope.mail_from = sender
        return "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, to: str, _: list[str]) -> str:
        if to in self.refused:
            return "550 no such \x1b[31mmailbox"
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        (to,) = envelope.rcpt_tos
        assert isinstance(envelope.content, bytes)
        self.taken.append((to, envelope.content))
        return "250 OK"

    @property
    def told(self) -> list[str]:
        return [to for to, _ in self.taken]


@pytest.fixture
def serve() -> Iterator[Callable[..., Desk]]:
    """Starts a server."""
    started: list[Desk] = []

    def start(kind: type[Desk] = Desk, **how: object) -> Desk:
        started.append(kind(**how))
        started[-1].start()
        return started[-1]

    yield start
    for one in started:
        one.stop()


@pytest.fixture
def workspace(harness: Call, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One in which Olga, Oscar and Nora own a new defect each, and nobody owns a fourth."""
    for name in ("HOST", "PORT", "TLS", "SENDER"):
        monkeypatch.delenv(f"HARNESS_MAIL__{name}", raising=False)
    folder = Path("ws")
    folder.mkdir()
    (folder / "profile.toml").write_text('name = "mine"\ntitle = "Mine"\ntime_zone = "America/New_York"\n')
    (folder / "people.csv").write_text(PEOPLE, encoding="utf-8")
    settings(folder)
    for title, owner in (("Größe fehlt", "olga"), ("Bank", "oscar"), ("Card", "nora"), ("Payroll", "")):
        enter(folder, title, owner)
    return folder


def settings(folder: Path, mail: str = "") -> None:
    (folder / "harness.toml").write_text(f'profile = "."\n[mail]\n{mail}\n', encoding="utf-8")


def enter(folder: Path, title: str, owner: str) -> None:
    found = find_workspace(folder)
    with open_store(found.store_url) as store:
        tess = Actor(found.profile, "tess", AT)
        add(store, tess, "issue", title, {"severity": "minor"} | ({"owner": owner} if owner else {}))


def by(desk: Desk, folder: Path, tls: str = "none", **more: str) -> None:
    """Let the workspace send by this server."""
    lines = {"host": "127.0.0.1", "port": desk.port, "tls": tls, "sender": "raid@example.org", **more}
    settings(folder, "\n".join(f"{name} = {json.dumps(value)}" for name, value in lines.items()))


def digest(harness: Call, *more: str) -> int:
    return harness("report", "digest", "--workspace", "ws", *WHEN, *more)


def names(folder: Path) -> set[str]:
    return {one.name for one in (folder / "out" / "digest" / "2026-06-02").iterdir()}


def test_each_person_who_has_something_to_know_gets_a_file(
    harness: Call, workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert digest(harness) == 0
    told = capsys.readouterr()
    assert names(workspace) == {"tess.eml", "olga.eml", "oscar.eml", "nora.eml"}
    assert f"4 mails: {Path('ws/out/digest/2026-06-02')}" in told.out
    assert "nora has no mail address in people.csv" in told.err
    mail = message_from_bytes((workspace / "out/digest/2026-06-02/olga.eml").read_bytes(), policy=RFC5322)
    assert (mail["Subject"], str(mail["To"])) == ("RAID log: 1 new", "Núñez Olga <olga@example.org>")
    assert b"Gr=C3=B6=C3=9Fe fehlt" in (workspace / "out/digest/2026-06-02/olga.eml").read_bytes()


def test_the_same_store_and_moment_give_the_same_bytes(harness: Call, workspace: Path) -> None:
    assert digest(harness, "--out", "a") == digest(harness, "--out", "b") == 0
    a, b = ({one.name: one.read_bytes() for one in Path(name, "2026-06-02").iterdir()} for name in "ab")
    assert a == b


def test_json_tells_each_mail(harness: Call, workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert digest(harness, "--json", "-") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["as_of"], told["folder"]) == (AT.isoformat(), str(Path("ws/out/digest/2026-06-02")))
    assert [(one["person"], one["state"]) for one in told["mails"]] == [
        ("tess", "written"), ("olga", "written"), ("oscar", "written"), ("nora", "no address"),
    ]  # fmt: skip
    assert all(Path(one["file"]).is_file() for one in told["mails"])


def test_a_mail_that_nobody_needs_any_more_is_removed_and_what_is_not_ours_stays(
    harness: Call, workspace: Path
) -> None:
    folder = workspace / "out" / "digest" / "2026-06-02"
    folder.mkdir(parents=True)
    for name in ("idle.eml", "mine.eml"):
        (folder / name).write_text("old")
    assert digest(harness, "--quiet") == 0
    assert names(workspace) >= {"mine.eml"}
    assert "idle.eml" not in names(workspace)


def test_an_empty_log_gives_no_mail(harness: Call, workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (workspace / "people.csv").write_text("id,name,roles,mail\nolga,Olga,owner,\n", encoding="utf-8")
    (workspace / "store.db").unlink()
    assert digest(harness) == 0
    told = capsys.readouterr()
    assert "nobody has anything to know: no mail" in told.out
    assert "lines reach nobody" in told.err  # gates that somebody must attest


def test_an_id_cannot_lead_out_of_the_folder(harness: Call, workspace: Path) -> None:
    (workspace / "people.csv").write_text(f"{PEOPLE}../../evil,Evil,owner,evil@example.org\n", encoding="utf-8")
    enter(workspace, "Way out", "../../evil")
    assert digest(harness, "--quiet") == 0
    assert "..%2F..%2Fevil.eml" in names(workspace)
    assert not list(workspace.glob("**/evil*"))


def test_a_folder_that_cannot_be_written_is_refused_in_words(
    harness: Call, workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("taken").write_text("a file")
    assert digest(harness, "--out", "taken") == 2
    assert "error: a mail cannot be written" in capsys.readouterr().err


def test_each_mail_is_sent_once_as_it_lies_there(
    harness: Call, workspace: Path, serve: Callable[..., Desk], capsys: pytest.CaptureFixture[str]
) -> None:
    by(desk := serve(), workspace)
    assert digest(harness, "--send") == 0
    assert desk.told == ["tess@example.org", "olga@example.org", "oscar@example.org"]
    folder = workspace / "out" / "digest" / "2026-06-02"
    lying = (folder / "olga.eml").read_bytes()
    assert dict(desk.taken)["olga@example.org"] == lying
    assert {"tess.sent", "olga.sent", "oscar.sent"} == {name for name in names(workspace) if name.endswith(".sent")}
    enter(workspace, "Another one", "olga")
    assert digest(harness, "--send") == digest(harness) == 0
    assert len(desk.taken) == 3
    assert (folder / "olga.eml").read_bytes() == lying  # stays as it was sent
    assert "sent before" in capsys.readouterr().out


def test_again_sends_what_was_sent_before_anew(harness: Call, workspace: Path, serve: Callable[..., Desk]) -> None:
    by(desk := serve(), workspace)
    assert digest(harness, "--send", "--quiet") == 0
    enter(workspace, "Another one", "olga")
    assert digest(harness, "--send", "--again", "--quiet") == 0
    assert desk.told == ["tess@example.org", "olga@example.org", "oscar@example.org"] * 2
    assert b"Another one" in desk.taken[4][1]


def test_again_alone_is_refused(harness: Call, workspace: Path) -> None:
    assert digest(harness, "--again") == 2


def test_a_refused_recipient_stops_no_other_and_is_sent_by_the_next_call_alone(
    harness: Call, workspace: Path, serve: Callable[..., Desk], capsys: pytest.CaptureFixture[str]
) -> None:
    by(desk := serve(), workspace)
    desk.refused = {"olga@example.org"}
    assert digest(harness, "--send", "--quiet") == 2
    assert desk.told == ["tess@example.org", "oscar@example.org"]
    said = capsys.readouterr().err
    assert "olga did not get the mail: 550 no such \ufffd[31mmailbox" in said
    assert "oscar did not" not in said
    desk.refused = set()
    assert digest(harness, "--send", "--json", "-") == 0
    states = {one["person"]: one["state"] for one in json.loads(capsys.readouterr().out)["mails"]}
    assert states == {"tess": "sent before", "olga": "sent", "oscar": "sent before", "nora": "no address"}


def test_a_server_that_hangs_up_once_gets_the_other_mails(
    harness: Call, workspace: Path, serve: Callable[..., Desk], capsys: pytest.CaptureFixture[str]
) -> None:
    by(desk := serve(), workspace)
    desk.hangs_up = 1
    assert digest(harness, "--send", "--quiet") == 2
    assert desk.told == ["olga@example.org", "oscar@example.org"]
    assert "tess did not get the mail: 421 too many mails" in capsys.readouterr().err


def test_a_server_that_is_down_is_told_and_nobody_counts_as_reached(
    harness: Call, workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings(workspace, f'host = "127.0.0.1"\nport = {port}\ntls = "none"\nsender = "raid@example.org"')
    assert digest(harness, "--send", "--json", "told.json") == 2
    said = capsys.readouterr().err
    for person in ("tess", "olga", "oscar"):
        assert f"{person} did not get the mail: 127.0.0.1:{port}: Connection refused" in said
    assert {one["state"] for one in json.loads(Path("told.json").read_text())["mails"]} == {"not sent", "no address"}
    assert not any(name.endswith(".sent") for name in names(workspace))


def test_a_server_that_gives_no_answer_is_not_waited_for_long(
    harness: Call, workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        where = f'host = "127.0.0.1"\nport = {silent.getsockname()[1]}\ntls = "none"\nsender = "raid@example.org"'
        settings(workspace, f"{where}\ntimeout_seconds = 0.2")
        assert digest(harness, "--send", "--quiet") == 2
    assert "tess did not get the mail" in capsys.readouterr().err


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def certified(authority: trustme.CA) -> ssl.SSLContext:
    """What a server needs whose certificate the authority signed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    return "ca.pem"


def signs_on(server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: LoginPassword) -> AuthResult:
    good = (login.login, login.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=good, handled=good)


def test_mails_go_by_starttls_under_a_name_and_password_of_the_environment(
    harness: Call, workspace: Path, serve: Callable[..., Desk], certified: ssl.SSLContext, ca_file: str,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    desk = serve(tls_context=certified, require_starttls=True, authenticator=signs_on, auth_required=True)
    by(desk, workspace, "starttls", ca_file=ca_file)
    assert digest(harness, "--send", "--quiet") == 2  # signed on as nobody
    monkeypatch.setenv("HARNESS_MAIL_USER", USER)
    monkeypatch.setenv("HARNESS_MAIL_PASSWORD", "wrong-horse-4712")
    assert digest(harness, "--send", "--json", "told.json") == 2
    assert desk.told == []
    monkeypatch.setenv("HARNESS_MAIL_PASSWORD", PASSWORD)
    assert digest(harness, "--send") == 0
    assert len(desk.told) == 3
    told = capsys.readouterr()
    assert "user or password is refused (535)" in told.err
    assert not any("horse" in text for text in (told.out, told.err, Path("told.json").read_text()))


def test_mails_go_by_tls_from_the_first_byte(
    harness: Call, workspace: Path, serve: Callable[..., Desk], certified: ssl.SSLContext, ca_file: str
) -> None:
    by(desk := serve(WrappedDesk, ssl_context=certified), workspace, "tls", ca_file=ca_file)
    assert digest(harness, "--send", "--quiet") == 0
    assert len(desk.told) == 3


class WrappedDesk(Desk):
    """One that speaks TLS from the first byte; the base class would ask itself without trusting anybody."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        with socket.create_connection(("127.0.0.1", self.port), 5) as plain, trusting.wrap_socket(plain) as wrapped:
            assert wrapped.recv(3) == b"220"


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_a_certificate_of_nobody_who_is_trusted_stops_everything(
    harness: Call, workspace: Path, serve: Callable[..., Desk], certified: ssl.SSLContext, tls: str,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    how = {"tls_context": certified} if tls == "starttls" else {"ssl_context": certified}
    by(desk := serve(Desk if tls == "starttls" else WrappedDesk, **how), workspace, tls)
    assert digest(harness, "--send", "--quiet") == 2
    assert "its certificate is not trusted" in capsys.readouterr().err
    assert desk.told == []


def test_a_certificate_of_another_server_stops_everything(
    harness: Call, workspace: Path, serve: Callable[..., Desk], authority: trustme.CA, ca_file: str,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("other.example.org").configure_cert(context)
    by(desk := serve(tls_context=context), workspace, "starttls", ca_file=ca_file)
    assert digest(harness, "--send", "--quiet") == 2
    assert "its certificate is not trusted" in capsys.readouterr().err
    assert desk.told == []


def test_a_server_without_starttls_gets_nothing(
    harness: Call, workspace: Path, serve: Callable[..., Desk], capsys: pytest.CaptureFixture[str]
) -> None:
    by(desk := serve(), workspace, "starttls")
    assert digest(harness, "--send", "--quiet") == 2
    assert "STARTTLS extension not supported" in capsys.readouterr().err
    assert desk.told == []


ENOUGH = 'host = "127.0.0.1"\nport = 1\nsender = "raid@example.org"\n'


@pytest.mark.parametrize(
    ("mail", "environ", "words"),
    [
        ("", {}, "no mail server is set"),
        ('host = "127.0.0.1"', {}, "the mails have no sender"),
        (ENOUGH, {"USER": USER}, "half of the access to the mail server"),
        (ENOUGH, {"USER": USER, "PASSWORD": "hörse"}, "letters beyond ASCII"),
        (f'{ENOUGH}tls = "none"', {"USER": USER, "PASSWORD": "horse"}, "a password is never sent without TLS"),
        (f'{ENOUGH}ca_file = "harness.toml"', {}, "no certificates that can be read"),
        (f'{ENOUGH}tls = "ssl"', {}, "setting mail.tls"),
        (f'{ENOUGH}password = "horse"', {}, "setting mail.password"),
        ('host = "127.0.0.1"\nport = 65536', {}, "setting mail.port"),
        ('sender = "Olga <olga@example.org>"', {}, "setting mail.sender: write one bare mail address"),
        ('sender = "olga@example.org\\nBcc: eve@example.org"', {}, "setting mail.sender: write one bare mail address"),
    ],
)
def test_settings_that_are_not_enough_are_named_before_anything_is_written(
    harness: Call, workspace: Path, mail: str, environ: dict[str, str], words: str,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    settings(workspace, mail)
    for name, value in environ.items():
        monkeypatch.setenv(f"HARNESS_MAIL_{name}", value)
    assert digest(harness, "--send") == 2
    said = capsys.readouterr().err
    assert words in said
    assert "horse" not in said
    assert not (workspace / "out").exists()
