"""``harness report digest``: a mail for each person who has something to know of the RAID log."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from harness.commands.options import JsonOption, NoColorOption, ProfileOption, QuietOption, WorkspaceOption, moment
from harness.console import Screen, write_json
from harness.errors import UsageError
from harness.mailing import Letter, Server, file_name, read_server, send, was_sent, write
from harness.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from contracts import Person
    from raid_log.digests import Digest


@dataclass
class Mail:
    """What became of one person's mail."""

    person: Person
    letter: Letter
    state: str  # written | no address | sent before | sent | not sent
    why: str = ""  # it was not sent


def digest(
    send_: Annotated[
        bool, typer.Option("--send", help="Give the mails to the mail server of the settings: each once.")
    ] = False,
    again: Annotated[bool, typer.Option("--again", help="With --send: also those that were sent before.")] = False,
    out: Annotated[
        Optional[Path], typer.Option("--out", help="Folder, in it one per day (default: out/digest of the workspace).")
    ] = None,
    as_of: Annotated[str, typer.Option(help="The log as it stood then, ISO 8601 with offset (default: now).")] = "",
    workspace: WorkspaceOption = None,
    profile: ProfileOption = None,
    json: JsonOption = "",
    quiet: QuietOption = False,
    no_color: NoColorOption = False,
) -> None:
    """Write a mail per person: decisions that wait, overdue, ending waivers, opened again, new; exit 2 if one is not sent."""
    if again and not send_:
        raise UsageError("--again without --send", where="report digest", todo="say both, or neither")
    screen = Screen(quiet=quiet or json == "-", no_color=no_color)
    found = find_workspace(workspace, profile)
    server = read_server(found.settings.mail, os.environ) if send_ else None
    at = moment(as_of)
    told = _digests(found, at)
    folder = (out or found.out / "digest") / f"{at.astimezone(found.profile.time_zone).date()}"
    mails = [_mail(one.person, one, found, at, folder, again=again) for one in told if one.person]
    _put(found, mails, folder)
    try:
        if server:
            _send(mails, server)
    finally:  # also where somebody interrupts
        _tell(screen, mails, folder, told)
        if json:
            write_json(json, {"as_of": at.isoformat(), "folder": str(folder), "mails": [_json(one) for one in mails]})
    if any(one.state == "not sent" for one in mails):
        raise typer.Exit(2)


def _digests(found: Workspace, at: datetime) -> list[Digest]:
    from raid_log import items, open_store, readiness
    from raid_log.digests import digests

    with open_store(found.store_url) as store:
        gates = readiness(store, found.profile, as_of=at).gates
        return digests(found.profile, items(store, ended=False, as_of=at), gates, at)


def _mail(person: Person, told: Digest, found: Workspace, at: datetime, folder: Path, *, again: bool) -> Mail:
    from reports.digest import digest_mail

    who = found.profile
    mail = digest_mail(
        person, told.groups, title=who.title, zone=str(who.time_zone), as_of=at, sender=found.settings.mail.sender
    )
    letter = Letter(mail, folder / file_name(person.id))
    before = was_sent(letter.file) and not again
    return Mail(person, letter, "sent before" if before else "written" if person.mail else "no address")


def _put(found: Workspace, mails: list[Mail], folder: Path) -> None:
    """Write the mails. One that was sent stays as it was sent; one that nobody needs any more goes."""
    others = {folder / file_name(id) for id in found.profile.people} - {one.letter.file for one in mails}
    write([one.letter for one in mails if one.state != "sent before"], sorted(others))


def _send(mails: list[Mail], server: Server) -> None:
    waiting = {one.letter.file: one for one in mails if one.state == "written"}
    for letter, why in send([one.letter for one in waiting.values()], server):
        one = waiting[letter.file]
        one.state, one.why = ("not sent", why) if why else ("sent", "")


def _tell(screen: Screen, mails: list[Mail], folder: Path, told: list[Digest]) -> None:
    rows = [(one.person.id, one.letter.mail["Subject"], one.person.mail or "-", one.state) for one in mails]
    if rows:
        screen.table("", ["person", "subject", "to", "mail"], rows)
    screen.line(f"{len(mails)} mails: {folder}" if mails else "nobody has anything to know: no mail")
    for one in mails:
        if one.why:
            screen.error(UsageError(f"{one.person.id} did not get the mail: {one.why}", where=one.person.mail))
        elif one.state == "no address":
            screen.err.print(f"note: {one.person.id} has no mail address in people.csv", markup=False)
    lost = sum(len(notices) for one in told if one.person is None for notices in one.groups.values())
    if lost:
        screen.err.print(f"note: {lost} lines reach nobody: people.csv lists no triager", markup=False)


def _json(one: Mail) -> dict[str, Any]:
    letter = one.letter
    return {
        "person": one.person.id, "to": one.person.mail, "subject": letter.mail["Subject"], "file": str(letter.file),
        "state": one.state, "why": one.why,
    }  # fmt: skip
