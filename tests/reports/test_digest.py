"""The mail of a digest: calm, short, one mail to one person, whatever stands in a title or a name."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from html import escape

from hypothesis import given
from hypothesis import strategies as st

from contracts.people import Person
from raid_log.digests import GROUPS, Notice
from reports.digest import MOST, NOBODY, digest_mail, one_line

AT = datetime(2026, 11, 30, 14, 0, 0, 123_456, tzinfo=UTC)  # a Monday, 09:00 in New York
OLGA = Person("olga", "Olga", frozenset({"owner"}), "olga@example.org")
LATE = Notice("RAID-0004", "critical", "Journals balance", "FIN-01", "2026-11-25", "5 days overdue")
ENDING = Notice("RAID-0007", "minor", "Blank line", "", "2026-12-02", "the waiver ends")
RISK = Notice("RAID-0009", "risk", "No pod", "", "", "opened yesterday")
GATE = Notice("", "", "", "", "", "attest gate G9 Pay: twice")


def mail(*, person: Person = OLGA, sender: str = "raid@example.org", at: datetime = AT, **told: Notice) -> EmailMessage:
    """The mail as its reader gets it."""
    groups = {name: (told[name],) if name in told else () for name in GROUPS}
    return read(made(groups, person=person, sender=sender, at=at))


def made(groups: dict[str, tuple[Notice, ...]], *, person: Person = OLGA, sender: str = "", at: datetime = AT) -> bytes:
    return digest_mail(
        person, groups, title="District (example)", zone="America/New_York", as_of=at, sender=sender
    ).as_bytes()  # fmt: skip


def read(data: bytes) -> EmailMessage:
    found = message_from_bytes(data, policy=SMTP)
    assert isinstance(found, EmailMessage)
    return found


def text(found: EmailMessage) -> str:
    return _part(found, "plain")


def page(found: EmailMessage) -> str:
    return _part(found, "html")


def _part(found: EmailMessage, kind: str) -> str:
    (part,) = [one for one in found.iter_parts() if one.get_content_subtype() == kind]
    return str(part.get_content()).replace("\r\n", "\n")


def test_the_text_is_what_its_reader_needs_and_no_more() -> None:
    found = mail(decisions=GATE, overdue=LATE, waivers=ENDING, new=RISK)
    assert text(found) == (
        "District (example)\n"
        "As of Mon 30 Nov 2026, 09:00 EST, for Olga\n"
        "\n"
        "Waiting for your decision (1)\n"
        "\n"
        "* Attest gate G9 Pay: twice\n"
        "\n"
        "Overdue (1)\n"
        "\n"
        "* RAID-0004, critical: Journals balance\n"
        "  FIN-01, due Wed 25 Nov 2026, 5 days overdue\n"
        "\n"
        "Waivers that end (1)\n"
        "\n"
        "* RAID-0007, minor: Blank line\n"
        "  until Wed 2 Dec 2026, the waiver ends\n"
        "\n"
        "New (1)\n"
        "\n"
        "* RAID-0009, risk: No pod\n"
        "  opened yesterday\n"
        "\n"
        "The whole log: raid.html of the weekly report, or `harness raid list`.\n"
        "You get this because people.csv lists you. New and opened again: in the last seven days.\n"
    )


def test_the_page_says_the_same_and_severity_has_a_word_and_a_sign() -> None:
    shown = page(mail(decisions=GATE, overdue=LATE, waivers=ENDING, new=RISK))
    assert '<span class="critical">◆ critical</span>: Journals balance' in shown
    for words in ("Attest gate G9", "Overdue (1)", "due Wed 25 Nov 2026, 5 days overdue", "until Wed 2 Dec 2026"):
        assert words in shown
    assert not any(strange in shown for strange in ("<script", "http:", "https:", "src=", "onclick"))


def test_the_subject_counts_what_there_is() -> None:
    two = {name: (LATE, replace(LATE, id="RAID-0005")) for name in GROUPS}
    assert mail(overdue=LATE, new=RISK)["Subject"] == "RAID log: 1 overdue, 1 new"
    assert mail(decisions=GATE, waivers=ENDING, reopened=LATE)["Subject"] == (
        "RAID log: 1 decision, 1 waiver ends, 1 reopened"
    )
    assert read(made(two))["Subject"] == "RAID log: 2 decisions, 2 overdue, 2 waivers end, 2 reopened, 2 new"


def test_a_long_group_is_cut_and_the_others_are_counted() -> None:
    many = {"new": tuple(replace(RISK, id=f"RAID-{number:04}") for number in range(1, 1_030))}
    found = read(made(many))
    assert found["Subject"] == "RAID log: 1,029 new"
    assert text(found).count("RAID-") == page(found).count("RAID-") == MOST
    assert "  and 1,009 more\n" in text(found)
    assert "and 1,009 more" in page(found)


def test_headers_say_who_to_whom_when_and_that_no_answer_is_waited_for() -> None:
    found = mail(overdue=LATE)
    assert found["From"] == "RAID log <raid@example.org>"
    assert found["To"] == "Olga <olga@example.org>"
    assert found["Date"] == "Mon, 30 Nov 2026 09:00:00 -0500"
    assert found["Auto-Submitted"] == "auto-generated"
    assert found["Message-ID"].endswith("@example.org>")


def test_a_person_without_an_address_gets_a_file_without_one() -> None:
    found = mail(person=replace(OLGA, mail=""), sender="", overdue=LATE)
    assert found["To"] is None
    assert found["From"] == f"RAID log <{NOBODY}>"


def test_the_same_digest_gives_the_same_bytes_however_its_moment_is_written() -> None:
    groups = {"overdue": (LATE,)}
    elsewhere = AT.astimezone(timezone(timedelta(hours=9)))
    assert made(groups) == made(groups) == made(groups, at=elsewhere)


def test_each_mail_has_a_message_id_of_its_own() -> None:
    others = (
        mail(overdue=LATE),
        mail(overdue=replace(LATE, title="Other")),
        mail(new=LATE),
        mail(person=replace(OLGA, id="oscar"), overdue=LATE),
        mail(at=AT + timedelta(seconds=1), overdue=LATE),
    )
    assert len({one["Message-ID"] for one in others}) == len(others)


def test_names_and_titles_keep_their_accents_and_the_bytes_are_plain_ascii() -> None:
    person = replace(OLGA, name="Núñez, Zoë")
    data = made({"overdue": (replace(LATE, title="Größe fehlt – 価格"),)}, person=person)
    assert data.isascii()
    found = read(data)
    (to,) = found["To"].addresses
    assert (to.display_name, to.addr_spec) == ("Núñez, Zoë", "olga@example.org")
    assert "* RAID-0004, critical: Größe fehlt – 価格\n" in text(found)
    assert "Größe fehlt – 価格" in page(found)


def test_a_title_with_a_script_stays_a_title() -> None:
    found = mail(overdue=replace(LATE, title="<script>alert(1)</script> & co"))
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; co" in page(found)
    assert "<script>alert(1)</script> & co" in text(found)  # a plain text is no page


def test_line_breaks_add_no_header_and_no_line() -> None:
    evil = "Ana\r\nBcc: eve@example.org\n\n<b>x\u2028\x1b[31m\ud800"
    found = mail(person=replace(OLGA, name=evil), overdue=replace(LATE, title=evil, reason=evil))
    assert found["Bcc"] is None
    assert "\nBcc" not in text(found)
    assert "* RAID-0004, critical: Ana Bcc: eve@example.org <b>x \ufffd[31m\ufffd\n" in text(found)


@given(st.text(max_size=300), st.text(max_size=300))
def test_whatever_people_write_gives_one_mail_to_one_person(name: str, title: str) -> None:
    data = made({"overdue": (replace(LATE, title=title),)}, person=replace(OLGA, name=name), sender="raid@example.org")
    found = read(data)
    assert data.isascii()
    assert max(len(line) for line in data.split(b"\r\n")) <= 998  # RFC 5322
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert found.keys() == mail(overdue=LATE).keys()
    assert [one.addr_spec for one in found["To"].addresses] == ["olga@example.org"]
    shown = one_line(title)
    assert f"\n* RAID-0004, critical: {shown}\n  FIN-01, due" in text(found)
    assert str(escape(shown, quote=True)).replace("&quot;", "&#34;").replace("&#x27;", "&#39;") in page(found)


def test_a_text_that_never_ends_is_cut() -> None:
    assert one_line("ab " * 4_000) == f"{('ab ' * 84)[:250]}…"
    assert one_line(" a\t b\n") == "a b"
