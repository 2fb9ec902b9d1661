"""Mails: as files that any mail program opens, and by SMTP to the server of the settings."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from pydantic import SecretStr

from harness.console import visible
from harness.errors import UsageError
from harness.settings import MailSettings

USER, PASSWORD = "HARNESS_MAIL_USER", "HARNESS_MAIL_PASSWORD"
PORTS: Mapping[str, int] = {"starttls": 587, "tls": 465, "none": 25}
"""Kind of TLS -> port where none is set."""

_SHOWN = 200  # letters of what a server said


@dataclass(frozen=True)
class Server:
    """A mail server and who signs on there; user "" = nobody."""

    settings: MailSettings
    trust: ssl.SSLContext
    user: str
    password: SecretStr


@dataclass(frozen=True)
class Letter:
    """A mail and its file. Beside the file lies a note once the mail was sent: it is never sent twice by itself."""

    mail: EmailMessage
    file: Path

    @property
    def to(self) -> str:
        """The bare address, "" where none is known."""
        return self.mail["To"].addresses[0].addr_spec if self.mail["To"] else ""


def file_name(person: str) -> str:
    """Return the name of a person's file: the id, with signs that could lead elsewhere written as ``%2F``."""
    return re.sub(r"[^\w.@+-]", lambda sign: "".join(f"%{byte:02X}" for byte in sign[0].encode()), person) + ".eml"


def read_server(settings: MailSettings, environ: Mapping[str, str]) -> Server:
    """Return the server to send by. Raises UsageError, which holds no secret, where the settings are not enough."""
    missing = [f"mail.{name}" for name in ("host", "sender") if not getattr(settings, name)]
    if missing:
        what = "no mail server is set" if "mail.host" in missing else "the mails have no sender"
        raise UsageError(what, where="harness.toml", todo=f"set {' and '.join(missing)}: docs/mail.md")
    user, password = environ.get(USER, ""), environ.get(PASSWORD, "")
    if bool(user) is not bool(password):
        raise UsageError("half of the access to the mail server is given", where=f"{USER}, {PASSWORD}", todo="set both")
    if not (user + password).isascii():
        what = "user or password of the mail server has letters beyond ASCII, which SMTP cannot carry"
        raise UsageError(what, where=f"{USER}, {PASSWORD}", todo="ask for others")
    if user and settings.tls == "none":
        todo = 'set mail.tls to "starttls" or "tls", or sign on as nobody'
        raise UsageError("a password is never sent without TLS", where="mail.tls of harness.toml", todo=todo)
    return Server(settings, _trust(settings.ca_file), user, SecretStr(password))


def _trust(ca_file: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca_file is not None:
        try:
            context.load_verify_locations(cafile=ca_file)
        except OSError as error:  # ssl.SSLError is one
            what = "mail.ca_file holds no certificates that can be read"
            raise UsageError(what, where=str(ca_file), todo="name a file of certificates in PEM") from error
    return context


def write(letters: Iterable[Letter], others: Iterable[Path]) -> None:
    """Write the file of each mail; of the ``others`` remove those that were not sent: nobody needs them any more.

    Raises UsageError where that cannot be done.
    """
    try:
        for letter in letters:
            letter.file.parent.mkdir(parents=True, exist_ok=True)
            letter.file.write_bytes(letter.mail.as_bytes())
        for file in others:
            if not was_sent(file):
                file.unlink(missing_ok=True)
    except OSError as error:
        what = f"a mail cannot be written: {error.strerror or error}"
        where = str(error.filename or "")
        raise UsageError(what, where=where, todo="name another folder with --out") from error


def was_sent(file: Path) -> bool:
    """Return True if the mail of the file was sent: a note lies beside it."""
    try:
        return _note(file).exists()
    except OSError:  # a folder that may not be read: who writes there will say so
        return False


def _note(file: Path) -> Path:
    return file.with_suffix(".sent")


def send(letters: Iterable[Letter], server: Server) -> Iterator[tuple[Letter, str]]:
    """Send each mail and yield it with why it was not taken, "" where it was; the note is written by then.

    A mail that is refused stops no other. A server that is not there, or lets nobody in, is asked once.
    """
    connection: smtplib.SMTP | None = None
    down = ""
    try:
        for letter in letters:
            if connection is None and not down:
                connection, down = _connected(server)
            yield letter, down if connection is None else _posted(letter, connection, server.settings.sender)
            if connection is not None and connection.sock is None:  # it hung up: the next mail tries anew
                connection = None
    finally:
        if connection is not None:
            _leave(connection)


def _connected(server: Server) -> tuple[smtplib.SMTP | None, str]:
    """A connection that takes mails, or why there is none."""
    settings, connection = server.settings, None
    host, port, timeout = settings.host, settings.port or PORTS[settings.tls], settings.timeout_seconds
    try:
        connection = (
            smtplib.SMTP_SSL(host, port, timeout=timeout, context=server.trust)
            if settings.tls == "tls"
            else smtplib.SMTP(host, port, timeout=timeout)
        )
        if settings.tls == "starttls":
            connection.starttls(context=server.trust)  # a server without it is refused: nothing is sent in clear
        if server.user:
            connection.login(server.user, server.password.get_secret_value())
    except (OSError, ValueError) as error:  # smtplib's own are OSErrors; ValueError: no host's name, no challenge
        if connection is not None:
            connection.close()
        return None, f"{host}:{port}: {_said(error)}"
    return connection, ""


def _posted(letter: Letter, connection: smtplib.SMTP, sender: str) -> str:
    """Why the server did not take the mail, "" where it did and that is noted."""
    try:
        connection.sendmail(sender, letter.to, letter.mail.as_bytes())
    except OSError as error:
        return _said(error)
    note = _note(letter.file)
    try:
        note.write_text(f"{letter.mail['Message-ID']} {letter.to}\n", encoding="utf-8")
    except OSError as error:
        return f"sent, but that cannot be noted, so it would be sent again: {note}: {error.strerror or error}"
    return ""


def _leave(connection: smtplib.SMTP) -> None:
    """Say good-bye; whether the server hears it changes nothing."""
    try:
        connection.quit()
    except OSError:
        connection.close()


def _said(error: Exception) -> str:
    """What went wrong, in words; nothing that a server says of a password."""
    match error:
        case smtplib.SMTPAuthenticationError():
            return f"user or password is refused ({error.smtp_code})"
        case smtplib.SMTPRecipientsRefused():
            code, said = next(iter(error.recipients.values()))
            return _told(code, said)
        case smtplib.SMTPResponseException():
            return _told(error.smtp_code, error.smtp_error)
        case ssl.SSLCertVerificationError():
            return f"its certificate is not trusted: {error.verify_message}"
        case smtplib.SMTPServerDisconnected():
            return "it hung up, or gave no answer in time"
        case TimeoutError():
            return "no answer in time"
        case OSError():
            return error.strerror or str(error)
        case _:
            return "no name of a server, or an answer that makes no sense"


def _told(code: int, said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return f"{code} {' '.join(visible(text).split())[:_SHOWN]}".strip()
