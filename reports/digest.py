"""The mail by which a person is told: plain text, and the same as HTML. Same digest, same bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from zoneinfo import ZoneInfo

from contracts import Person
from raid_log.digests import Notice
from reports.pages import moment, render

NOBODY = "raid-log@harness.invalid"
"""Sender of mails that are written, not sent: RFC 5322 asks for one, RFC 2606 keeps the name free."""
HEADINGS: Mapping[str, str] = {
    "decisions": "Waiting for your decision",
    "overdue": "Overdue",
    "waivers": "Waivers that end",
    "reopened": "Opened again",
    "new": "New",
}
"""Group of a digest -> its heading."""
MOST = 20
"""Lines of a group in a mail; the others are counted."""

_COUNTED = {
    "decisions": ("decision", "decisions"),
    "overdue": ("overdue", "overdue"),
    "waivers": ("waiver ends", "waivers end"),
    "reopened": ("reopened", "reopened"),
    "new": ("new", "new"),
}
_DAYS = {"waivers": "until"}  # what a line calls its day; else: due
_LONGEST = 250  # letters of a title or a reason


def digest_mail(
    person: Person, told: Mapping[str, Sequence[Notice]], *, title: str, zone: str, as_of: datetime, sender: str = ""
) -> EmailMessage:
    """Return the mail to the person, dated ``as_of``. ``told``: groups of his digest; ``title`` is the profile's.

    Its bytes are 7-bit with CRLF. Without an address of the person it has no ``To``. Text of people comes into it as
    one line: none can add a header.
    """
    counts = {name: len(notices) for name, notices in told.items() if notices}
    values = {
        "subject": f"RAID log: {', '.join(_counted(name, count) for name, count in counts.items())}",
        "title": one_line(title),
        "name": one_line(person.name),
        "as_of": moment(as_of, zone),
        "groups": [(HEADINGS[name], counts[name], _DAYS.get(name, "due"), [*_lines(told[name])]) for name in counts],
        "most": MOST,
    }
    text, page = render("digest.txt", **values), render("digest.html", **values)
    sender = sender or NOBODY
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = values["subject"]
    mail["From"] = Address("RAID log", addr_spec=sender)
    if person.mail:
        mail["To"] = Address(one_line(person.name), addr_spec=person.mail)
    mail["Date"] = as_of.astimezone(ZoneInfo(zone)).replace(microsecond=0)
    whole = "\0".join((sender, person.id, person.mail, str(mail["Date"]), text, page))
    mark = hashlib.sha256(whole.encode("utf-8", "replace")).hexdigest()[:32]
    mail["Message-ID"] = f"<{mark}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no absence note is sent back
    mail.set_content(text, cte="quoted-printable")
    mail.make_alternative(boundary=mark)  # the library's own is drawn by lot
    mail.add_alternative(page, subtype="html", cte="quoted-printable")
    return mail


def one_line(text: str) -> str:
    """Return the text as one line of at most 250 letters, without signs that steer anything."""
    line = " ".join("".join(sign if sign.isprintable() or sign.isspace() else "\ufffd" for sign in text).split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def _counted(name: str, count: int) -> str:
    return f"{count:,} {_COUNTED[name][count > 1]}"


def _lines(notices: Sequence[Notice]) -> Iterator[Notice]:
    """The first notices, every text of them one line."""
    for notice in notices[:MOST]:
        yield Notice(**{field.name: one_line(getattr(notice, field.name)) for field in fields(notice)})
